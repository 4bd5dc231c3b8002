/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse.h: text -> tree.h.
 */
#ifndef RTSEC_FILTER_PARSE_H
#define RTSEC_FILTER_PARSE_H

#include "base/arena.h"
#include "base/err.h"
#include "filter/filter.h"
#include "filter/tree.h"

/*
 * The tree of text, in arena, with macros and lists put in place; it points into
 * text. NULL with err filled. source is what err shall name as its source.
 */
struct tree *parse_filter(const char *text, const char *source, const struct filter_opts *opts,
			  struct arena *arena, struct err *err) MUST_USE;

/* Fills err at place; what is inside a macro is said to be. Gives -EINVAL. */
int parse_fail(struct err *err, const char *source, struct tree_place place, const char *fmt, ...)
	PRINTF(4, 5);

#endif
