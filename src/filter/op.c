/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * op.c: the table behind op.h.
 */
#include "filter/op.h"

#define NUM OP_LEFT_NUM
#define BOOL OP_LEFT_BOOL
#define IP OP_LEFT_IP
#define NET OP_LEFT_NET
#define TEXT OP_LEFT_TEXT
#define BYTES OP_LEFT_BYTES
#define LIST OP_LEFT_LIST
#define ANY OP_LEFT_ANY

static const struct op_info ops[] = {
#define OP(NAME, text, kind, left, help) \
	[OP_##NAME] = { .spelling = text, .form = OP_FORM_##kind, .lefts = left },
#include "filter/ops.def"
};

static const char *const modifiers[] = {
	[OP_MODIFIER_NONE] = "",
#define MODIFIER(NAME, spelling, help) [OP_MODIFIER_##NAME] = spelling,
#include "filter/ops.def"
};

const struct op_info *op_info(enum op op)
{
	return &ops[op];
}

const char *op_modifier_spelling(enum op_modifier modifier)
{
	return modifiers[modifier];
}
