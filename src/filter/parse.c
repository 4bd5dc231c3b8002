/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse.c: recursive descent over lex.c.  Grammar (blanks between tokens apart):
 *
 *   filter    := and ("or" and)*
 *   and       := not ("and" not)*
 *   not       := "not"* ("not(" filter ")" | check)
 *   check     := "(" filter ")" | left condition | identifier
 *   left      := field | call
 *   condition := "exists" | NUMBER-op (number | right) | LIST-op (list | right)
 *              | SYMBOL-op or WORD-op (modifier list | right | string)
 *   right     := "val(" field ")" | call
 *
 * The depth limit counts levels of the grammar, each ENTER one, because that is
 * what users of the language know it by: 100 levels are 18 parentheses.
 */
#include "filter/parse.h"

#include <string.h>

#include "base/limits.h"
#include "filter/parser.h"

static struct tree *new_tree(struct parser *parser, enum tree_kind kind, struct tree_place place)
{
	struct tree *tree = parse_node(parser, sizeof(*tree));

	if (tree) {
		tree->kind = kind;
		tree->place = place;
	}
	return tree;
}

/* --- conditions ------------------------------------------------------------------ */

/* The operator at hand; OP_COUNT if there is none. A WORD's blank is taken as well. */
static enum op take_op(struct parser *parser)
{
	unsigned int op;

	for (op = 0; op < OP_COUNT; op++) {
		struct lex saved = parser->lex;

		if (!lex_take(&parser->lex, op_info(op)->spelling))
			continue;
		if (op_info(op)->form != OP_FORM_WORD || lex_blank(&parser->lex))
			return op;
		parser->lex = saved;
	}
	return OP_COUNT;
}

/* Does a word that must be "and", "or" or "not" begin here? */
static bool is_logic_word(const struct parser *parser)
{
	static const char *const words[] = {
#define LOGIC(NAME, spelling, precedence, help) spelling,
#include "filter/ops.def"
	};
	const char *at = parser->lex.text + parser->lex.pos;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);
		char next;

		if (strncmp(at, words[i], len) != 0)
			continue;
		next = at[len];
		if (!((next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') ||
		      (next >= 'A' && next <= 'Z')))
			return true;
	}
	return false;
}

/* A modifier is one only if a blank and then a list or the name of one follow. */
static enum op_modifier take_modifier(struct parser *parser)
{
	unsigned int modifier;
	struct lex saved = parser->lex;

	for (modifier = OP_MODIFIER_NONE + 1; modifier < OP_MODIFIER_COUNT; modifier++) {
		struct lex behind;

		if (!lex_take(&parser->lex, op_modifier_spelling(modifier)))
			continue;
		if (!lex_blank(&parser->lex))
			break;
		behind = parser->lex;
		if (lex_take(&parser->lex, "(") ||
		    (!is_logic_word(parser) && lex_identifier(&parser->lex, NULL))) {
			parser->lex = behind;
			return modifier;
		}
		break;
	}
	parser->lex = saved;
	return OP_MODIFIER_NONE;
}

static bool parse_number_side(struct parser *parser, struct tree *check)
{
	struct tree_place place = parse_here(parser);
	struct span text;

	if (!parse_right(parser, &check->right))
		return false;
	if (check->right)
		return true;
	if (lex_number(&parser->lex, &text))
		return parse_add_value(parser, check, place, text, false);
	PARSE_FAIL(
		parser,
		"expected a number value or a field with a valid transformer: " PARSE_TRANSFORMERS);
	return false;
}

static bool parse_string_side(struct parser *parser, struct tree *check)
{
	bool found;

	if (!parse_right(parser, &check->right))
		return false;
	if (check->right)
		return true;
	if (!parse_string(parser, check, false, &found))
		return false;
	if (!found)
		PARSE_FAIL(
			parser,
			"expected a string value or a field with a valid transformer: " PARSE_TRANSFORMERS);
	return found;
}

static bool parse_list_side(struct parser *parser, struct tree *check)
{
	bool found;

	/* A transformer would be taken for the name of a list. */
	if (!parse_right(parser, &check->right))
		return false;
	if (check->right)
		return true;
	if (!parse_list(parser, check, &found))
		return false;
	if (!found)
		PARSE_FAIL(parser, "expected a list, an identifier, or a field with a valid "
				   "transformer: " PARSE_TRANSFORMERS);
	return found;
}

static bool parse_modified_side(struct parser *parser, struct tree *check)
{
	bool found;

	return parse_list(parser, check, &found) && found;
}

/* What follows the operator. */
static bool parse_right_side(struct parser *parser, struct tree *check)
{
	enum op_form form = op_info(check->op)->form;
	bool had_blank = lex_blank(&parser->lex) || form == OP_FORM_WORD;
	bool ok = false;

	if (form == OP_FORM_UNARY)
		return true;
	if (had_blank && (form == OP_FORM_SYMBOL || form == OP_FORM_WORD))
		check->modifier = take_modifier(parser);
	if (!parse_enter(parser))
		return false;
	if (check->modifier)
		ok = parse_modified_side(parser, check);
	else if (form == OP_FORM_NUMBER)
		ok = parse_number_side(parser, check);
	else if (form == OP_FORM_LIST)
		ok = parse_list_side(parser, check);
	else
		ok = parse_string_side(parser, check);
	parse_leave(parser);
	return ok;
}

/* Behind the left side. */
static struct tree *parse_condition(struct parser *parser, struct tree_place place,
				    struct tree_term *left)
{
	struct tree *check = new_tree(parser, TREE_CHECK, place);
	struct tree_value *value, *next, *reversed = NULL;

	if (!check || !left || !parse_enter(parser))
		return NULL;
	check->left = left;
	lex_blank(&parser->lex);
	check->op_place = parse_here(parser);
	check->op = take_op(parser);
	if (check->op == OP_COUNT) {
		PARSE_FAIL(parser,
			   "expected a valid check operator: one of exists, <=, <, >=, >, ==, =, "
			   "!=, glob, iglob, contains, icontains, bcontains, startswith, "
			   "bstartswith, endswith, regex, intersects, in, pmatch");
		return NULL;
	}
	if (check->op == OP_SAME)
		check->op = OP_EQ;
	if (check->op != OP_EXISTS && !parse_right_side(parser, check))
		return NULL;
	for (value = check->values; value; value = next) {
		next = value->next;
		value->next = reversed;
		reversed = value;
	}
	check->values = reversed;
	parse_leave(parser);
	return check;
}

/* --- and, or, not ------------------------------------------------------------------ */

static struct tree *parse_or(struct parser *parser);

/* Behind "(". */
static struct tree *parse_group(struct parser *parser)
{
	struct tree *tree;

	if (!parse_enter(parser))
		return NULL;
	tree = parse_or(parser);
	if (!tree)
		return NULL;
	lex_blank(&parser->lex);
	if (!lex_take(&parser->lex, ")")) {
		PARSE_FAIL(parser, "expected a ')' token");
		return NULL;
	}
	parse_leave(parser);
	return tree;
}

static void fail_rest(struct parser *parser)
{
	PARSE_FAIL(parser, "unexpected token after '%s', expecting 'or', 'and'",
		   parse_shown(parser->lex.last, parser->shared->arena));
}

static struct tree *parse_macro(struct parser *parser, struct tree_place place, struct span word)
{
	const struct filter_opts *opts = parser->shared->opts;
	char *name = arena_strndup(parser->shared->arena, (const char *)word.ptr, word.len);
	const char *text = opts->find_macro ? opts->find_macro(opts->ctx, name) : NULL;
	struct parser inner;
	struct tree *tree;

	/* The checker complains of it: what follows may be wrong in a plainer way. */
	if (!text) {
		tree = new_tree(parser, TREE_NAME, place);
		if (tree)
			tree->name = name;
		return tree;
	}
	if (!parse_open(&inner, parser, false, place, name, text))
		return NULL;
	tree = parse_or(&inner);
	if (!tree)
		return NULL;
	if (!lex_is_end(&inner.lex)) {
		fail_rest(&inner);
		return NULL;
	}
	return tree;
}

static struct tree *parse_check(struct parser *parser)
{
	struct tree_place place;
	struct tree *tree = NULL;
	struct span name;
	int transformer;

	if (!parse_enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = parse_here(parser);
	if (lex_take(&parser->lex, "("))
		tree = parse_group(parser);
	else if (lex_field(&parser->lex, &name))
		tree = parse_condition(parser, place, parse_field(parser, place, name));
	else if (parse_transformer(parser, &transformer, &name))
		tree = parse_condition(parser, place, parse_call(parser, place, name, transformer));
	else if (lex_identifier(&parser->lex, &name))
		tree = parse_macro(parser, place, name);
	else
		PARSE_FAIL(parser, "expected a '(' token, a field check, or an identifier");
	parse_leave(parser);
	return tree;
}

static struct tree *parse_not(struct parser *parser)
{
	struct tree_place place;
	struct tree *child, *tree;
	bool is_not = false;

	if (!parse_enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = parse_here(parser);
	while (lex_not(&parser->lex))
		is_not = !is_not;
	if (lex_take(&parser->lex, "not(")) {
		is_not = !is_not;
		child = parse_group(parser);
	} else {
		child = parse_check(parser);
	}
	parse_leave(parser);
	if (!child || !is_not)
		return child;
	tree = new_tree(parser, TREE_NOT, place);
	if (tree)
		tree->children = child;
	return tree;
}

/* operand (word operand)*: the two levels differ in nothing else. */
static struct tree *parse_chain(struct parser *parser, enum tree_kind kind, const char *word,
				struct tree *(*parse_term)(struct parser *))
{
	struct tree *first, *tree, **end;
	struct tree_place place;

	if (!parse_enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = parse_here(parser);
	first = parse_term(parser);
	if (!first)
		return NULL;
	end = &first->next;
	lex_blank(&parser->lex);
	while (lex_take(&parser->lex, word)) {
		if (lex_blank(&parser->lex)) {
			*end = parse_term(parser);
		} else if (lex_take(&parser->lex, "(")) {
			*end = parse_group(parser);
		} else {
			PARSE_FAIL(parser, "expected blank or '(' after '%s'", word);
			return NULL;
		}
		if (!*end)
			return NULL;
		end = &(*end)->next;
		lex_blank(&parser->lex);
	}
	parse_leave(parser);
	if (!first->next)
		return first;
	tree = new_tree(parser, kind, place);
	if (tree)
		tree->children = first;
	return tree;
}

static struct tree *parse_and(struct parser *parser)
{
	return parse_chain(parser, TREE_AND, "and", parse_not);
}

static struct tree *parse_or(struct parser *parser)
{
	return parse_chain(parser, TREE_OR, "or", parse_and);
}

struct tree *parse_filter(const char *text, const struct filter_opts *opts, struct arena *arena,
			  struct err *err)
{
	struct parse_shared shared = {
		.opts = opts,
		.arena = arena,
		.err = err,
		.source = text,
		.max_depth = opts->max_depth ? opts->max_depth : LIMIT_FILTER_DEPTH,
	};
	struct parser parser = { .shared = &shared };
	struct tree *tree;

	lex_init(&parser.lex, text);
	if (!*text) {
		PARSE_FAIL(&parser, "filter input string is empty");
		return NULL;
	}
	if (strlen(text) > LIMIT_FILTER_LEN) {
		PARSE_FAIL(&parser, "filter is longer than %u bytes",
			   (unsigned int)LIMIT_FILTER_LEN);
		return NULL;
	}
	/* The tree points into the text and outlives the caller's. */
	lex_init(&parser.lex, arena_strdup(arena, text));
	tree = parse_or(&parser);
	if (!tree)
		return NULL;
	if (!lex_is_end(&parser.lex)) {
		fail_rest(&parser);
		return NULL;
	}
	return tree;
}
