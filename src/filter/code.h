/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * code.h: a filter as it runs: a flat row of checks, each of which says where to
 * go on when it is true and when it is false.  not, and, or are only jumps:
 *
 *   proc.name=sh and not (fd.num=0 or fd.num=1)
 *
 *   0  proc.name = sh     true: 1     false: no
 *   1  fd.num = 0         true: no    false: 2
 *   2  fd.num = 1         true: no    false: yes
 */
#ifndef RTSEC_FILTER_CODE_H
#define RTSEC_FILTER_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "field/field.h"
#include "filter/constant.h"
#include "filter/filter.h"
#include "filter/tree.h"

/* --- values ------------------------------------------------------------------------ */

enum operand_kind {
	OPERAND_FIELD,
	OPERAND_TEXT,
	OPERAND_LIST, /* args, those that are lists spread */
	OPERAND_CALL, /* transformer of args */
};

struct operand {
	enum operand_kind kind;
	uint8_t type; /* enum event_param_type */
	bool is_list;
	enum field_transformer transformer;
	char opt; /* getopt's letter, 0 none */
	struct field_ref ref; /* FIELD */
	struct field_value value; /* TEXT */
	struct operand **args;
	uint32_t arg_cnt;
	const struct operand *first_field; /* of the call, for messages; NULL none */
};

/* --- checks ------------------------------------------------------------------------- */

enum check_kind {
	CHECK_EXISTS,
	CHECK_VALUE, /* one value against constants */
	CHECK_LIST, /* a list against constants */
	CHECK_EACH, /* both ends of a connection, or all ancestors */
	CHECK_RAW, /* a value whose type the event decides */
	CHECK_RIGHT, /* value against value, or list against list */
	CHECK_TYPE, /* as VALUE, but known beforehand for every event type that is not generic */
	CHECK_AROUND, /* evt.around[T] = milliseconds */
};

struct check {
	enum check_kind kind;
	enum op op;
	enum op_modifier modifier;
	enum constant_domain domain;
	bool need_all; /* EACH: all values must pass, not just one */
	const struct operand *left, *right;
	const struct constants *constants;
	const struct constants **by_type; /* RAW: EVENT_PT_COUNT of them, NULL: false */
	/* Types of which an event may make it true, may make it false. */
	struct filter_types may, may_not;
};

/* --- code ----------------------------------------------------------------------------- */

#define CODE_YES UINT32_MAX
#define CODE_NO (UINT32_MAX - 1)

struct instruction {
	const struct check *check;
	const struct tree *tree; /* of the check */
	uint32_t on_true, on_false; /* instruction, CODE_YES or CODE_NO */
};

struct filter {
	struct arena arena; /* owns all of it but regexes */
	const struct instruction *code;
	uint32_t code_cnt;
	bool counts; /* util.cnt, evt.deltatime: every event must be looked at */
	uint32_t needs;
	struct filter_types types;
	const struct tree *tree;
	const char *warnings;
	struct constant_regexes regexes;
};

/* Does one value pass the check's constants? (VALUE, EACH, TYPE) */
bool run_value(const struct check *check, const struct field_value *value, struct arena *scratch);

/* The row of instructions of a checked tree, and the event types of it. */
void code_build(struct filter *filter, struct tree *tree);

/* A check as text that parses again. */
void print_check(const struct tree *tree, struct str *out);

#endif
