/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse_value.c: constants and lists of them; a name in a list may stand for
 * another list.
 */
#include <string.h>

#include "base/limits.h"
#include "filter/parser.h"

bool parse_add_value(struct parser *parser, struct tree *check, struct tree_place place,
		     struct span text, bool is_quoted)
{
	struct tree_value *value;

	if (check->value_cnt >= LIMIT_FILTER_LIST) {
		PARSE_FAIL(parser, "list has more than %u values", (unsigned int)LIMIT_FILTER_LIST);
		return false;
	}
	value = parse_node(parser, sizeof(*value));
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
		return parse_add_value(parser, check, place, word, false);
	name = arena_strndup(parser->shared->arena, (const char *)word.ptr, word.len);
	text = opts->find_list(opts->ctx, name);
	if (!text)
		return parse_add_value(parser, check, place, word, false);
	if (!parse_open(&inner, parser, true, place, name, text) || !parse_enter(parser))
		return false;
	check->is_list = true;
	lex_blank(&inner.lex);
	if (!lex_is_end(&inner.lex) && !parse_elements(&inner, check))
		return false;
	if (!lex_is_end(&inner.lex)) {
		PARSE_FAIL(&inner, "unexpected text in the list");
		return false;
	}
	parse_leave(parser);
	return true;
}

/* One quoted or bare string; *found is false if there is none. */
bool parse_string(struct parser *parser, struct tree *check, bool in_list, bool *found)
{
	struct tree_place place = parse_here(parser);
	struct span text;

	*found = true;
	switch (parse_quoted(parser, &text)) {
	case LEX_QUOTED_BAD:
		return false;
	case LEX_QUOTED_OK:
		return parse_add_value(parser, check, place, text, true);
	case LEX_QUOTED_NONE:
		break;
	}
	if (lex_bare(&parser->lex, &text))
		return in_list ? add_word(parser, check, place, text)
			       : parse_add_value(parser, check, place, text, false);
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
			PARSE_FAIL(parser, "expected a string value");
			return false;
		}
		lex_blank(&parser->lex);
	} while (lex_take(&parser->lex, ","));
	return true;
}

/* A list in parentheses or an identifier; *found is false if there is neither. */
bool parse_list(struct parser *parser, struct tree *check, bool *found)
{
	struct tree_place place = parse_here(parser);
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
			PARSE_FAIL(parser, "expected a ')' token");
			return false;
		}
		return true;
	}
	if (lex_identifier(&parser->lex, &name))
		return add_word(parser, check, place, name);
	*found = false;
	return true;
}
