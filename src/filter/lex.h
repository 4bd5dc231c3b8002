/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lex.h: the tokens of the filter language.  What a run of bytes is depends on
 * where it stands (after "=" nearly anything is a string), so the parser asks for
 * the token it wants and gets it or not; a token that was not there costs nothing
 * and moves nothing.
 */
#ifndef RTSEC_FILTER_LEX_H
#define RTSEC_FILTER_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

struct lex {
	const char *text; /* NUL-terminated */
	size_t pos;
	struct span last; /* the token read last, for messages */
};

void lex_init(struct lex *lex, const char *text);
bool lex_is_end(const struct lex *lex);

/* Skips blanks (space, tab, backspace, CR, LF); true if there were any. */
bool lex_blank(struct lex *lex);
/* Takes exactly these bytes, whatever follows. */
bool lex_take(struct lex *lex, const char *token);
/* "not" and the POSIX space after it. */
bool lex_not(struct lex *lex);
bool lex_identifier(struct lex *lex, struct span *token);
/* Two or more dot-joined names: evt.arg.res */
bool lex_field(struct lex *lex, struct span *token);
/* A name and the "(" behind it, which is taken as well; token is the name. */
bool lex_call(struct lex *lex, struct span *token);
/* Decimal, hex or floating; what it is worth is found out later. */
bool lex_number(struct lex *lex, struct span *token);
/* What may stand between [ and ] without quotes. */
bool lex_argument(struct lex *lex, struct span *token);
/* An unquoted value. */
bool lex_bare(struct lex *lex, struct span *token);

enum lex_quoted {
	LEX_QUOTED_NONE, /* no quote here, or none that ends */
	LEX_QUOTED_OK, /* *token: escapes worked out, in arena */
	LEX_QUOTED_BAD, /* *message says which escape is wrong; lex stands behind the string */
};
enum lex_quoted lex_quoted(struct lex *lex, struct arena *arena, struct span *token,
			   const char **message);

#endif
