/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * op.h: ops.def as C: the operators, their modifiers and what each may be
 * applied to.
 */
#ifndef RTSEC_FILTER_OP_H
#define RTSEC_FILTER_OP_H

#include <stdint.h>

enum op {
#define OP(NAME, spelling, form, lefts, help) OP_##NAME,
#include "filter/ops.def"
	OP_COUNT
};

enum op_modifier {
	OP_MODIFIER_NONE,
#define MODIFIER(NAME, spelling, help) OP_MODIFIER_##NAME,
#include "filter/ops.def"
	OP_MODIFIER_COUNT
};

/* What follows an operator. */
enum op_form { OP_FORM_UNARY, OP_FORM_NUMBER, OP_FORM_SYMBOL, OP_FORM_WORD, OP_FORM_LIST };

/* What may stand before it. */
enum op_left {
	OP_LEFT_NUM = 1u << 0,
	OP_LEFT_BOOL = 1u << 1,
	OP_LEFT_IP = 1u << 2,
	OP_LEFT_NET = 1u << 3,
	OP_LEFT_TEXT = 1u << 4,
	OP_LEFT_BYTES = 1u << 5,
	OP_LEFT_LIST = 1u << 6, /* list-valued, of whatever type */
	OP_LEFT_ANY = (1u << 7) - 1,
};

struct op_info {
	const char *spelling;
	enum op_form form;
	uint32_t lefts; /* enum op_left */
};

const struct op_info *op_info(enum op op);
/* "" for none. */
const char *op_modifier_spelling(enum op_modifier modifier);

#endif
