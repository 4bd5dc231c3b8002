/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * limits.h: the numbers of limits.def as LIMIT_* constants.
 */
#ifndef RTSEC_BASE_LIMITS_H
#define RTSEC_BASE_LIMITS_H

enum limit {
#define LIMIT(NAME, value, reason) LIMIT_##NAME = (value),
#include "base/limits.def"
};

#endif
