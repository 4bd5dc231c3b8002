/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse.h: text -> tree.h.
 */
#ifndef RTSEC_FILTER_PARSE_H
#define RTSEC_FILTER_PARSE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "filter/filter.h"
#include "filter/tree.h"

/*
 * The tree of text, in arena, with macros and lists put in place. NULL with err
 * filled, text being its source.
 */
struct tree *parse_filter(const char *text, const struct filter_opts *opts, struct arena *arena,
			  struct err *err) MUST_USE;

/* Fills err at place; what is inside a macro is said to be. Gives code. */
int parse_fail(struct err *err, int code, const char *source, struct tree_place place,
	       const char *fmt, ...) PRINTF(5, 6);
/* text for a message: on one line, and not too long. */
const char *parse_shown(struct span text, struct arena *arena);

#endif
