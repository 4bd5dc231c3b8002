/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template.h: inside field/: a compiled template, made by template_parse.c and
 * run by template.c.  Everything lives in the template's arena.
 */
#ifndef RTSEC_FIELD_TEMPLATE_H
#define RTSEC_FIELD_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "field/extract.h"
#include "field/field.h"

struct template_call;

enum template_operand_kind {
	TEMPLATE_FIELD,
	TEMPLATE_CONSTANT,
	TEMPLATE_CALL,
	TEMPLATE_LIST, /* of operands, spread where it stands */
};

struct template_operand {
	enum template_operand_kind kind;
	struct field_ref ref;
	struct field_value value;
	struct template_call *call;
	struct template_operand *items;
	uint32_t item_cnt;
};

struct template_call {
	enum field_transformer which;
	char opt; /* getopt's letter, 0 none */
	uint32_t operand_cnt;
	struct template_operand *operands;
};

enum template_op_kind {
	TEMPLATE_OP_TEXT, /* as it stands */
	TEMPLATE_OP_VALUE, /* a field by way of its value */
	TEMPLATE_OP_CALL,
	/* Fields that are written straight to the line. */
	TEMPLATE_OP_TIME,
	TEMPLATE_OP_ARGS,
	TEMPLATE_OP_ARG,
	TEMPLATE_OP_RAW_TEXT, /* text that no event can choose: names of types */
	TEMPLATE_OP_STRING,
	TEMPLATE_OP_SIGNED, /* decimal numbers */
	TEMPLATE_OP_UNSIGNED,
};

struct template_op {
	enum template_op_kind kind;
	bool has_width;
	uint32_t width; /* bytes */
	struct span text;
	struct field_ref ref;
	field_extract_fn extract; /* of ref */
	struct template_call *call;
};

struct template_key {
	struct span text; /* "\"evt.num\":" */
	const struct field_ref *ref;
};

struct field_template {
	struct arena arena;
	VEC_OF(struct template_op) ops;
	struct template_key *keys; /* sorted, each once */
	uint32_t key_cnt;
	uint32_t needs;
	bool print_all; /* begins with '*' */
};

/* Fills ops, print_all and needs of an empty template. 0 or -EINVAL. */
int template_parse(struct field_template *tpl, const char *text, struct err *err);

#endif
