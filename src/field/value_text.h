/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * value_text.h: values as text and JSON, inside field/.
 */
#ifndef RTSEC_FIELD_VALUE_TEXT_H
#define RTSEC_FIELD_VALUE_TEXT_H

#include "field/args.h"
#include "field/field.h"

void value_append_text(const struct field_value *value, const struct args_style *style,
		       struct str *out);
/* With one digit behind the point. */
void value_append_double(double value, struct str *out);
/* tmp: for a text that has to be quoted. */
void value_append_json(const struct field_value *value, const struct args_style *style,
		       struct str *tmp, struct str *out);

#endif
