/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transform.h: inside field/: what templates ask about transformers.
 */
#ifndef RTSEC_FIELD_TRANSFORM_H
#define RTSEC_FIELD_TRANSFORM_H

#include <stdbool.h>

#include "field/field.h"

bool transform_is_text(enum event_param_type type);

#endif
