/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tree.h: what the parser makes of an expression: a tree of checks, nothing in it
 * is known to make sense yet.  Nodes and texts live in the filter's arena.
 *
 *   proc.name in (sh, bash) and not tolower(fd.name) contains etc
 *
 *            AND
 *           /   \
 *      CHECK     NOT
 *     left: FIELD   \
 *     values: sh     CHECK
 *             bash   left: CALL tolower (FIELD fd.name)
 *                    values: etc
 */
#ifndef RTSEC_FILTER_TREE_H
#define RTSEC_FILTER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "filter/op.h"

/* Where something stands in the expression; what came out of a macro stands where its name does. */
struct tree_place {
	size_t index;
	const char *macro; /* name of the macro or list it came out of, NULL: typed */
};

/* A constant. */
struct tree_value {
	struct tree_value *next;
	struct tree_place place;
	struct span text; /* escapes worked out, so any byte may occur */
	bool is_quoted;
};

enum tree_term_kind {
	TREE_FIELD, /* text, arg */
	TREE_TEXT, /* text: a constant as argument of a transformer */
	TREE_CALL, /* text, args, arg: a transformer, or val() */
	TREE_LIST, /* args: a list written out as argument of a transformer */
};

struct tree_term {
	struct tree_term *next;
	struct tree_place place;
	enum tree_term_kind kind;
	int transformer; /* enum field_transformer, TREE_VAL for val() */
	struct span text;
	struct span arg; /* ptr NULL: none */
	bool is_quoted;
	struct tree_term *args;
};

#define TREE_VAL (-1)

enum tree_kind {
	TREE_AND,
	TREE_OR,
	TREE_NOT,
	TREE_CHECK,
	TREE_NAME, /* a word that is neither a check nor a macro: always an error in the end */
};

struct check;

struct tree {
	struct tree *next; /* the next operand of the AND or OR above */
	struct tree_place place;
	enum tree_kind kind;
	struct tree *children; /* AND, OR: two or more; NOT: one */
	const char *name; /* NAME */
	uint32_t check_cnt; /* in it, counted by the checker */

	struct tree_term *left;
	enum op op; /* never OP_SAME */
	struct tree_place op_place;
	enum op_modifier modifier;
	struct tree_term *right; /* NULL: values */
	struct tree_value *values;
	uint32_t value_cnt;
	bool is_list; /* values stood in parentheses, or came from a named list */
	struct check *check; /* made by the checker */
};

#endif
