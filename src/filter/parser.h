/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parser.h: what the files of the parser share: where a text is read, how errors
 * get their place, and which file reads what.
 */
#ifndef RTSEC_FILTER_PARSER_H
#define RTSEC_FILTER_PARSER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "filter/filter.h"
#include "filter/lex.h"
#include "filter/parse.h"
#include "filter/tree.h"

/* What all the texts of one filter (its own and its macros') share. */
struct parse_shared {
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
	struct parse_shared *shared;
	const struct parser *outer; /* whose macro or list this is, NULL: the filter itself */
	const char *name; /* of the macro or list */
	bool is_list; /* which of the two */
	size_t index; /* where that stands in the filter */
	unsigned int depth;
};

#define PARSE_TRANSFORMERS "val, tolower, toupper, b64, basename, len, join, concat, getopt"

/* --- parser.c ------------------------------------------------------------------- */

/* An error at the token that would come next. */
#define PARSE_FAIL(parser, ...)                                                                  \
	parse_fail((parser)->shared->err, -EINVAL, (parser)->shared->source, parse_here(parser), \
		   __VA_ARGS__)

struct tree_place parse_here(const struct parser *parser);
/* One level of the grammar down and up again; false with err filled at the limit. */
bool parse_enter(struct parser *parser);
void parse_leave(struct parser *parser);
/* Zeroed memory for a node; NULL with err filled when there are too many. */
void *parse_node(struct parser *parser, size_t size);
/* LEX_QUOTED_BAD has filled err. */
enum lex_quoted parse_quoted(struct parser *parser, struct span *text);
/* The parser of the text of a macro or list; false with err filled if that is open already. */
bool parse_open(struct parser *inner, const struct parser *outer, bool is_list,
		struct tree_place place, const char *name, const char *text);

/* --- parse_term.c: fields and transformers; NULL or false with err filled --------- */

/* A transformer's name and "("; false: there is none, and nothing is wrong. */
bool parse_transformer(struct parser *parser, int *transformer, struct span *name);
/* Behind the name of a field. */
struct tree_term *parse_field(struct parser *parser, struct tree_place place, struct span name);
/* Behind the "(" of a transformer. */
struct tree_term *parse_call(struct parser *parser, struct tree_place place, struct span name,
			     int transformer);
/* val() or a transformer on the right side; *right stays NULL if there is none. */
bool parse_right(struct parser *parser, struct tree_term **right);

/* --- parse_value.c: constants; false with err filled ------------------------------- */

/* One more value of the check. */
bool parse_add_value(struct parser *parser, struct tree *check, struct tree_place place,
		     struct span text, bool is_quoted);
/* One quoted or bare string, added to check; *found is false if there is none. */
bool parse_string(struct parser *parser, struct tree *check, bool in_list, bool *found);
/* A list in parentheses or an identifier; *found is false if there is neither. */
bool parse_list(struct parser *parser, struct tree *check, bool *found);

#endif
