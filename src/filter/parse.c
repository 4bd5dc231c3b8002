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

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "field/field.h"
#include "filter/lex.h"

#define SHOWN_MAX ((size_t)100) /* bytes of a text in a message */

/* What all the texts of one filter (its own and its macros') share. */
struct shared {
	const struct filter_opts *opts;
	struct arena *arena;
	struct err *err;
	const char *source;
	unsigned int max_depth;
	unsigned int levels; /* of all texts that are open, against the C stack */
	size_t node_cnt;
};

struct parser {
	struct lex lex;
	struct shared *shared;
	const struct parser *outer; /* whose macro or list this is, NULL: the filter itself */
	const char *name; /* of the macro or list */
	size_t index; /* where that stands in the filter */
	unsigned int depth;
};

int parse_fail(struct err *err, int code, const char *source, struct tree_place place,
	       const char *fmt, ...)
{
	char why[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	if (place.macro)
		return err_set_at(err, code, source, place.index, "in macro '%s': %s", place.macro,
				  why);
	return err_set_at(err, code, source, place.index, "%s", why);
}

const char *parse_shown(struct span text, struct arena *arena)
{
	struct str shown = { 0 };
	const char *copy;

	str_append_escaped(&shown, text.ptr, text.len < SHOWN_MAX ? text.len : SHOWN_MAX);
	if (text.len > SHOWN_MAX)
		str_append_text(&shown, "...");
	copy = arena_strdup(arena, str_text(&shown));
	str_release(&shown);
	return copy;
}

static struct tree_place here(const struct parser *parser)
{
	struct tree_place place = { .index = parser->lex.pos };

	if (parser->outer) {
		place.index = parser->index;
		place.macro = parser->name;
	}
	return place;
}

#define FAIL(parser, ...)                                                                  \
	parse_fail((parser)->shared->err, -EINVAL, (parser)->shared->source, here(parser), \
		   __VA_ARGS__)

static bool enter(struct parser *parser)
{
	struct shared *shared = parser->shared;

	if (++parser->depth >= shared->max_depth) {
		FAIL(parser, "exceeded max depth limit of %u", shared->max_depth);
		return false;
	}
	if (++shared->levels > LIMIT_FILTER_STACK) {
		FAIL(parser, "macros are nested too deeply");
		return false;
	}
	return true;
}

static void leave(struct parser *parser)
{
	parser->depth--;
	parser->shared->levels--;
}

/* Nodes are counted because macros can name each other twice, and twice again. */
static void *new_node(struct parser *parser, size_t size)
{
	if (++parser->shared->node_cnt > LIMIT_FILTER_NODES) {
		FAIL(parser, "filter is too big");
		return NULL;
	}
	return arena_zero(parser->shared->arena, size);
}

static struct tree *new_tree(struct parser *parser, enum tree_kind kind, struct tree_place place)
{
	struct tree *tree = new_node(parser, sizeof(*tree));

	if (tree) {
		tree->kind = kind;
		tree->place = place;
	}
	return tree;
}

static struct tree_term *new_term(struct parser *parser, enum tree_term_kind kind,
				  struct tree_place place, struct span text)
{
	struct tree_term *term = new_node(parser, sizeof(*term));

	if (term) {
		term->kind = kind;
		term->place = place;
		term->text = text;
	}
	return term;
}

/* LEX_QUOTED_BAD has filled err. */
static enum lex_quoted take_quoted(struct parser *parser, struct span *text)
{
	const char *message;
	enum lex_quoted ret = lex_quoted(&parser->lex, parser->shared->arena, text, &message);

	if (ret == LEX_QUOTED_BAD)
		FAIL(parser, "%s", message);
	return ret;
}

/* A transformer's name and "(". */
static bool take_transformer(struct parser *parser, int *transformer, struct span *name)
{
	struct lex saved = parser->lex;

	if (!lex_call(&parser->lex, name))
		return false;
	*transformer = field_transformer_find((const char *)name->ptr, name->len);
	if (*transformer >= 0)
		return true;
	parser->lex = saved;
	return false;
}

#define TRANSFORMERS "val, tolower, toupper, b64, basename, len, join, concat, getopt"

/* --- fields and transformers ------------------------------------------------ */

/* [arg], if there is one. */
static bool parse_argument(struct parser *parser, struct span *arg)
{
	struct span text;

	if (!lex_take(&parser->lex, "["))
		return true;
	switch (take_quoted(parser, &text)) {
	case LEX_QUOTED_BAD:
		return false;
	case LEX_QUOTED_OK:
		break;
	case LEX_QUOTED_NONE:
		if (lex_argument(&parser->lex, &text))
			break;
		FAIL(parser, "expected a valid field argument: a quoted string or a bare string");
		return false;
	}
	if (!lex_take(&parser->lex, "]")) {
		FAIL(parser, "expected a ']' token");
		return false;
	}
	*arg = text;
	return true;
}

/* Behind the name of a field. */
static struct tree_term *parse_field(struct parser *parser, struct tree_place place,
				     struct span name)
{
	struct tree_term *field;

	if (!enter(parser))
		return NULL;
	field = new_term(parser, TREE_FIELD, place, name);
	if (!field || !parse_argument(parser, &field->arg))
		return NULL;
	leave(parser);
	return field;
}

static struct tree_term *parse_call(struct parser *parser, struct tree_place place,
				    struct span name, int transformer);

/*
 * A field, transformer, quoted string or number: what may be an argument of a
 * transformer. *found is false if there is none of them, nothing is wrong then.
 */
static struct tree_term *parse_operand(struct parser *parser, bool *found)
{
	struct tree_place place = here(parser);
	struct tree_term *term;
	struct span text;
	int transformer;

	*found = true;
	if (lex_field(&parser->lex, &text))
		return parse_field(parser, place, text);
	if (take_transformer(parser, &transformer, &text))
		return parse_call(parser, place, text, transformer);
	switch (take_quoted(parser, &text)) {
	case LEX_QUOTED_BAD:
		return NULL;
	case LEX_QUOTED_OK:
		term = new_term(parser, TREE_TEXT, place, text);
		if (term)
			term->is_quoted = true;
		return term;
	case LEX_QUOTED_NONE:
		break;
	}
	if (lex_number(&parser->lex, &text))
		return new_term(parser, TREE_TEXT, place, text);
	*found = false;
	return NULL;
}

/* Behind the "(" of a list of operands. */
static struct tree_term *parse_operand_list(struct parser *parser, struct tree_place place)
{
	struct tree_term *list = new_term(parser, TREE_LIST, place, span_make(NULL, 0));
	struct tree_term **end;
	bool found;

	if (!list)
		return NULL;
	end = &list->args;
	lex_blank(&parser->lex);
	if (lex_take(&parser->lex, ")"))
		return list;
	do {
		lex_blank(&parser->lex);
		*end = parse_operand(parser, &found);
		if (!*end) {
			if (!found)
				FAIL(parser, "expected transformer list argument: field, "
					     "transformer, quoted string, or number");
			return NULL;
		}
		end = &(*end)->next;
		lex_blank(&parser->lex);
	} while (lex_take(&parser->lex, ","));
	if (!lex_take(&parser->lex, ")")) {
		FAIL(parser, "expected a ')' token closing the list");
		return NULL;
	}
	return list;
}

static struct tree_term *parse_call_argument(struct parser *parser)
{
	struct tree_place place;
	struct tree_term *arg;
	bool found = true;

	if (!enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = here(parser);
	if (lex_take(&parser->lex, "("))
		arg = parse_operand_list(parser, place);
	else
		arg = parse_operand(parser, &found);
	if (!found)
		FAIL(parser, "expected field transformer argument: field, transformer, quoted "
			     "string, number, or transformer list");
	leave(parser);
	return arg;
}

/* Behind the "(" of a transformer. */
static struct tree_term *parse_call(struct parser *parser, struct tree_place place,
				    struct span name, int transformer)
{
	struct tree_term *call = new_term(parser, TREE_CALL, place, name);
	struct tree_term **end;

	if (!call || !enter(parser))
		return NULL;
	call->transformer = transformer;
	end = &call->args;
	do {
		*end = parse_call_argument(parser);
		if (!*end)
			return NULL;
		end = &(*end)->next;
		lex_blank(&parser->lex);
	} while (lex_take(&parser->lex, ","));
	if (!lex_take(&parser->lex, ")")) {
		FAIL(parser, "expected a ')' token closing the transformer");
		return NULL;
	}
	if (!parse_argument(parser, &call->arg))
		return NULL;
	leave(parser);
	return call;
}

static struct tree_term *parse_val(struct parser *parser, struct tree_place place)
{
	struct tree_place field_place;
	struct tree_term *val;
	struct span name;

	val = new_term(parser, TREE_CALL, place, span_text("val"));
	if (!val)
		return NULL;
	val->transformer = TREE_VAL;
	lex_blank(&parser->lex);
	field_place = here(parser);
	if (!lex_field(&parser->lex, &name)) {
		FAIL(parser, "expected a field within 'val' transformer");
		return NULL;
	}
	val->args = parse_field(parser, field_place, name);
	if (!val->args)
		return NULL;
	lex_blank(&parser->lex);
	if (!lex_take(&parser->lex, ")")) {
		FAIL(parser, "expected a ')' token closing the transformer");
		return NULL;
	}
	return val;
}

/* val() or a transformer on the right side; *right stays NULL if there is none. */
static bool parse_right(struct parser *parser, struct tree_term **right)
{
	struct tree_place place = here(parser);
	bool ok = true;
	int transformer;
	struct span name;

	if (!enter(parser))
		return false;
	if (lex_take(&parser->lex, "val(")) {
		*right = parse_val(parser, place);
		ok = *right != NULL;
	} else if (take_transformer(parser, &transformer, &name)) {
		*right = parse_call(parser, place, name, transformer);
		ok = *right != NULL;
	}
	leave(parser);
	return ok;
}

/* --- constants ----------------------------------------------------------------- */

static bool add_value(struct parser *parser, struct tree *check, struct tree_place place,
		      struct span text, bool is_quoted)
{
	struct tree_value *value;

	if (check->value_cnt >= LIMIT_FILTER_LIST) {
		FAIL(parser, "list has more than %u values", (unsigned int)LIMIT_FILTER_LIST);
		return false;
	}
	value = new_node(parser, sizeof(*value));
	if (!value)
		return false;
	value->place = place;
	value->text = text;
	value->is_quoted = is_quoted;
	/* In reverse for now: parse_condition() turns the list round. */
	value->next = check->values;
	check->values = value;
	check->value_cnt++;
	return true;
}

/* The parser of a macro's or list's text, and its name; false with err filled if that is open already. */
static bool open_named(struct parser *inner, const struct parser *outer, struct tree_place place,
		       const char *name, const char *text)
{
	const struct parser *parser;

	for (parser = outer; parser; parser = parser->outer) {
		if (parser->name && !strcmp(parser->name, name)) {
			parse_fail(outer->shared->err, -EINVAL, outer->shared->source, place,
				   "'%s' refers to itself", name);
			return false;
		}
	}
	if (strlen(text) > LIMIT_FILTER_LEN) {
		parse_fail(outer->shared->err, -EINVAL, outer->shared->source, place,
			   "'%s' is longer than %u bytes", name, (unsigned int)LIMIT_FILTER_LEN);
		return false;
	}
	memset(inner, 0, sizeof(*inner));
	lex_init(&inner->lex, arena_strdup(outer->shared->arena, text));
	inner->shared = outer->shared;
	inner->outer = outer;
	inner->name = name;
	inner->index = place.index;
	return true;
}

static bool parse_elements(struct parser *parser, struct tree *check);

/* An unquoted word where a list may be named: the list's values, or just the word. */
static bool add_word(struct parser *parser, struct tree *check, struct tree_place place,
		     struct span word)
{
	const struct filter_opts *opts = parser->shared->opts;
	struct parser inner;
	const char *text;
	char *name;

	if (!opts->find_list)
		return add_value(parser, check, place, word, false);
	name = arena_strndup(parser->shared->arena, (const char *)word.ptr, word.len);
	text = opts->find_list(opts->ctx, name);
	if (!text)
		return add_value(parser, check, place, word, false);
	if (!open_named(&inner, parser, place, name, text) || !enter(parser))
		return false;
	check->is_list = true;
	lex_blank(&inner.lex);
	if (!lex_is_end(&inner.lex) && !parse_elements(&inner, check))
		return false;
	if (!lex_is_end(&inner.lex)) {
		FAIL(&inner, "unexpected text in the list");
		return false;
	}
	leave(parser);
	return true;
}

/* One quoted or bare string; *found is false if there is none. */
static bool parse_string(struct parser *parser, struct tree *check, bool in_list, bool *found)
{
	struct tree_place place = here(parser);
	struct span text;

	*found = true;
	switch (take_quoted(parser, &text)) {
	case LEX_QUOTED_BAD:
		return false;
	case LEX_QUOTED_OK:
		return add_value(parser, check, place, text, true);
	case LEX_QUOTED_NONE:
		break;
	}
	if (lex_bare(&parser->lex, &text))
		return in_list ? add_word(parser, check, place, text)
			       : add_value(parser, check, place, text, false);
	*found = false;
	return true;
}

/* string ("," string)* and the blanks around them */
static bool parse_elements(struct parser *parser, struct tree *check)
{
	bool found;

	do {
		lex_blank(&parser->lex);
		if (!parse_string(parser, check, true, &found))
			return false;
		if (!found) {
			FAIL(parser, "expected a string value");
			return false;
		}
		lex_blank(&parser->lex);
	} while (lex_take(&parser->lex, ","));
	return true;
}

/* A list in parentheses or an identifier; *found is false if there is neither. */
static bool parse_list(struct parser *parser, struct tree *check, bool *found)
{
	struct tree_place place = here(parser);
	struct span name;
	char next;

	*found = true;
	if (lex_take(&parser->lex, "(")) {
		check->is_list = true;
		lex_blank(&parser->lex);
		next = parser->lex.text[parser->lex.pos];
		/* What cannot begin a string can only end the list. */
		if (next && !strchr("),=(", next) && !parse_elements(parser, check))
			return false;
		if (!lex_take(&parser->lex, ")")) {
			FAIL(parser, "expected a ')' token");
			return false;
		}
		return true;
	}
	if (lex_identifier(&parser->lex, &name))
		return add_word(parser, check, place, name);
	*found = false;
	return true;
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
	struct tree_place place = here(parser);
	struct span text;

	if (!parse_right(parser, &check->right))
		return false;
	if (check->right)
		return true;
	if (lex_number(&parser->lex, &text))
		return add_value(parser, check, place, text, false);
	FAIL(parser, "expected a number value or a field with a valid transformer: " TRANSFORMERS);
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
		FAIL(parser,
		     "expected a string value or a field with a valid transformer: " TRANSFORMERS);
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
		FAIL(parser, "expected a list, an identifier, or a field with a valid "
			     "transformer: " TRANSFORMERS);
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
	if (!enter(parser))
		return false;
	if (check->modifier)
		ok = parse_modified_side(parser, check);
	else if (form == OP_FORM_NUMBER)
		ok = parse_number_side(parser, check);
	else if (form == OP_FORM_LIST)
		ok = parse_list_side(parser, check);
	else
		ok = parse_string_side(parser, check);
	leave(parser);
	return ok;
}

/* Behind the left side. */
static struct tree *parse_condition(struct parser *parser, struct tree_place place,
				    struct tree_term *left)
{
	struct tree *check = new_tree(parser, TREE_CHECK, place);
	struct tree_value *value, *next, *reversed = NULL;

	if (!check || !left || !enter(parser))
		return NULL;
	check->left = left;
	lex_blank(&parser->lex);
	check->op_place = here(parser);
	check->op = take_op(parser);
	if (check->op == OP_COUNT) {
		FAIL(parser, "expected a valid check operator: one of exists, <=, <, >=, >, ==, =, "
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
	leave(parser);
	return check;
}

/* --- and, or, not ------------------------------------------------------------------ */

static struct tree *parse_or(struct parser *parser);

/* Behind "(". */
static struct tree *parse_group(struct parser *parser)
{
	struct tree *tree;

	if (!enter(parser))
		return NULL;
	tree = parse_or(parser);
	if (!tree)
		return NULL;
	lex_blank(&parser->lex);
	if (!lex_take(&parser->lex, ")")) {
		FAIL(parser, "expected a ')' token");
		return NULL;
	}
	leave(parser);
	return tree;
}

static void fail_rest(struct parser *parser)
{
	FAIL(parser, "unexpected token after '%s', expecting 'or', 'and'",
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
	if (!open_named(&inner, parser, place, name, text))
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

	if (!enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = here(parser);
	if (lex_take(&parser->lex, "("))
		tree = parse_group(parser);
	else if (lex_field(&parser->lex, &name))
		tree = parse_condition(parser, place, parse_field(parser, place, name));
	else if (take_transformer(parser, &transformer, &name))
		tree = parse_condition(parser, place, parse_call(parser, place, name, transformer));
	else if (lex_identifier(&parser->lex, &name))
		tree = parse_macro(parser, place, name);
	else
		FAIL(parser, "expected a '(' token, a field check, or an identifier");
	leave(parser);
	return tree;
}

static struct tree *parse_not(struct parser *parser)
{
	struct tree_place place;
	struct tree *child, *tree;
	bool is_not = false;

	if (!enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = here(parser);
	while (lex_not(&parser->lex))
		is_not = !is_not;
	if (lex_take(&parser->lex, "not(")) {
		is_not = !is_not;
		child = parse_group(parser);
	} else {
		child = parse_check(parser);
	}
	leave(parser);
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

	if (!enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = here(parser);
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
			FAIL(parser, "expected blank or '(' after '%s'", word);
			return NULL;
		}
		if (!*end)
			return NULL;
		end = &(*end)->next;
		lex_blank(&parser->lex);
	}
	leave(parser);
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
	struct shared shared = {
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
		FAIL(&parser, "filter input string is empty");
		return NULL;
	}
	if (strlen(text) > LIMIT_FILTER_LEN) {
		FAIL(&parser, "filter is longer than %u bytes", (unsigned int)LIMIT_FILTER_LEN);
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
