/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * show.c: a filter written out again, and its code.  What is written parses to the
 * same code: values are quoted whenever something else could be read in them.
 */
#include <string.h>

#include "filter/code.h"

/* --- values --------------------------------------------------------------------------- */

/* Words that mean something else at some place where a value may stand. */
static bool is_reserved(struct span text)
{
	static const char *const words[] = {
#define LOGIC(NAME, spelling, precedence, help) spelling,
#define OP(NAME, spelling, form, lefts, help) spelling,
#define MODIFIER(NAME, spelling, help) spelling,
#include "filter/ops.def"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (span_is_text(text, words[i]))
			return true;
	}
	return false;
}

static bool is_bare(struct span text, const char *breaks)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f || strchr(breaks, text.ptr[i]))
			return false;
	}
	return text.len > 0;
}

static void put_quoted(struct span text, struct str *out)
{
	size_t i;

	str_append_char(out, '"');
	for (i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == '"')
			str_append_text(out, "\\\"");
		else if (c == '\\' && i + 1 < text.len)
			str_append_text(out, "\\\\");
		else if (c == '\n')
			str_append_text(out, "\\n");
		else if (c == '\t')
			str_append_text(out, "\\t");
		else if (c < 0x20 || c == 0x7f || c == '\\')
			/* A backslash at the end would take the quote with it. */
			str_printf(out, "\\x%02x", c);
		else
			str_append_char(out, (char)c);
	}
	str_append_char(out, '"');
}

static void put_value(const struct tree_value *value, struct str *out)
{
	if (!value->is_quoted && !is_reserved(value->text) && is_bare(value->text, " ()\"'=,"))
		str_append(out, value->text.ptr, value->text.len);
	else
		put_quoted(value->text, out);
}

/* --- terms ----------------------------------------------------------------------------- */

static void put_term(const struct tree_term *term, struct str *out);

static void put_terms(const struct tree_term *term, struct str *out)
{
	const char *comma = "";

	str_append_char(out, '(');
	for (; term; term = term->next) {
		str_append_text(out, comma);
		put_term(term, out);
		comma = ", ";
	}
	str_append_char(out, ')');
}

static void put_term(const struct tree_term *term, struct str *out)
{
	if (term->kind == TREE_TEXT && term->is_quoted)
		put_quoted(term->text, out);
	else
		str_append(out, term->text.ptr, term->text.len);
	if (term->kind == TREE_CALL || term->kind == TREE_LIST)
		put_terms(term->args, out);
	if (!term->arg.ptr)
		return;
	str_append_char(out, '[');
	if (is_bare(term->arg, " []\"'"))
		str_append(out, term->arg.ptr, term->arg.len);
	else
		put_quoted(term->arg, out);
	str_append_char(out, ']');
}

static void put_values(const struct tree *tree, struct str *out)
{
	const struct tree_value *value;
	const char *comma = "";

	if (op_info(tree->op)->form == OP_FORM_NUMBER) {
		str_append(out, tree->values->text.ptr, tree->values->text.len);
		return;
	}
	if (!tree->modifier && op_info(tree->op)->form != OP_FORM_LIST) {
		put_value(tree->values, out);
		return;
	}
	str_append_char(out, '(');
	for (value = tree->values; value; value = value->next) {
		str_append_text(out, comma);
		put_value(value, out);
		comma = ", ";
	}
	str_append_char(out, ')');
}

void print_check(const struct tree *tree, struct str *out)
{
	put_term(tree->left, out);
	str_append_char(out, ' ');
	str_append_text(out, op_info(tree->op)->spelling);
	if (tree->op == OP_EXISTS)
		return;
	str_append_char(out, ' ');
	if (tree->modifier) {
		str_append_text(out, op_modifier_spelling(tree->modifier));
		str_append_char(out, ' ');
	}
	if (tree->right)
		put_term(tree->right, out);
	else
		put_values(tree, out);
}

/* --- the filter --------------------------------------------------------------------------- */

static int precedence(enum tree_kind kind)
{
	static const int levels[] = {
#define LOGIC(NAME, spelling, level, help) [TREE_##NAME] = level,
#include "filter/ops.def"
		[TREE_CHECK] = 9,
		[TREE_NAME] = 9,
	};

	return levels[kind];
}

static void put_tree(const struct tree *tree, int outer, struct str *out)
{
	int level = precedence(tree->kind);
	const struct tree *child = tree->children;

	if (level <= outer)
		str_append_char(out, '(');
	if (tree->kind == TREE_CHECK) {
		print_check(tree, out);
	} else if (tree->kind == TREE_NOT) {
		str_append_text(out, "not ");
		put_tree(child, level, out);
	} else {
		put_tree(child, level, out);
		while ((child = child->next)) {
			str_append_text(out, tree->kind == TREE_AND ? " and " : " or ");
			put_tree(child, level, out);
		}
	}
	if (level <= outer)
		str_append_char(out, ')');
}

void filter_print(const struct filter *filter, struct str *out)
{
	put_tree(filter->tree, 0, out);
}

/* --- code ------------------------------------------------------------------------------------ */

static void put_target(const char *label, uint32_t target, struct str *out)
{
	str_append_text(out, label);
	if (target == CODE_YES)
		str_append_text(out, "yes");
	else if (target == CODE_NO)
		str_append_text(out, "no");
	else
		str_append_u64(out, target);
}

/* Names, each once, of the types that can match. */
static void put_types(const struct filter_types *types, struct str *out)
{
	const char *last = "";
	uint32_t cnt = 0, type;

	for (type = 0; type < EVENT_TYPE_COUNT; type++)
		cnt += filter_types_has(types, type);
	str_printf(out, "types: %u of %u", cnt, EVENT_TYPE_COUNT);
	for (type = 0; cnt < EVENT_TYPE_COUNT / 4 && type < EVENT_TYPE_COUNT; type++) {
		if (!filter_types_has(types, type) || !strcmp(last, event_info_find(type)->name))
			continue;
		last = event_info_find(type)->name;
		str_printf(out, " %s", last);
	}
	str_append_char(out, '\n');
}

void filter_dump(const struct filter *filter, struct str *out)
{
	uint32_t i;

	put_types(&filter->types, out);
	for (i = 0; i < filter->code_cnt; i++) {
		str_printf(out, "%4u  ", i);
		print_check(filter->code[i].tree, out);
		put_target("  true: ", filter->code[i].on_true, out);
		put_target("  false: ", filter->code[i].on_false, out);
		str_append_char(out, '\n');
	}
}
