/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parser.c: what the files of the parser have in common.
 */
#include "filter/parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"

#define SHOWN_MAX ((size_t)100) /* bytes of a text in a message */

int parse_fail(struct err *err, int code, const char *source, struct tree_place place,
	       const char *fmt, ...)
{
	char why[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	if (place.macro)
		return err_set_at(err, code, source, place.index, "inside '%s': %s", place.macro,
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

struct tree_place parse_here(const struct parser *parser)
{
	struct tree_place place = { .index = parser->lex.pos };

	if (parser->outer) {
		place.index = parser->index;
		place.macro = parser->name;
	}
	return place;
}

bool parse_enter(struct parser *parser)
{
	struct parse_shared *shared = parser->shared;

	if (++parser->depth >= shared->max_depth) {
		PARSE_FAIL(parser, "exceeded max depth limit of %u", shared->max_depth);
		return false;
	}
	if (++shared->levels > LIMIT_FILTER_STACK) {
		PARSE_FAIL(parser, "macros are nested too deeply");
		return false;
	}
	return true;
}

void parse_leave(struct parser *parser)
{
	parser->depth--;
	parser->shared->levels--;
}

/* Nodes are counted because macros can name each other twice, and twice again. */
void *parse_node(struct parser *parser, size_t size)
{
	if (++parser->shared->node_cnt > LIMIT_FILTER_NODES) {
		PARSE_FAIL(parser, "filter is too big");
		return NULL;
	}
	return arena_zero(parser->shared->arena, size);
}

enum lex_quoted parse_quoted(struct parser *parser, struct span *text)
{
	const char *message;
	enum lex_quoted ret = lex_quoted(&parser->lex, parser->shared->arena, text, &message);

	if (ret == LEX_QUOTED_BAD)
		PARSE_FAIL(parser, "%s", message);
	return ret;
}

bool parse_open(struct parser *inner, const struct parser *outer, bool is_list,
		struct tree_place place, const char *name, const char *text)
{
	const struct parser *parser;

	for (parser = outer; parser; parser = parser->outer) {
		if (parser->name && parser->is_list == is_list && !strcmp(parser->name, name)) {
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
	/* A long text costs as well, even one of blanks. */
	outer->shared->node_cnt += strlen(text) / sizeof(struct tree);
	memset(inner, 0, sizeof(*inner));
	lex_init(&inner->lex, arena_strdup(outer->shared->arena, text));
	inner->shared = outer->shared;
	inner->outer = outer;
	inner->name = name;
	inner->is_list = is_list;
	inner->index = place.index;
	return true;
}
