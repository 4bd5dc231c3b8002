/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * glob.h: shell patterns as fnmatch(3) without flags in the C locale: bytewise, *
 * and ? match '/' too.  Done here because fnmatch needs NUL-terminated text,
 * follows the reader's locale, and takes exponential time on hostile patterns;
 * this takes at most len(pattern) * len(text) steps.
 */
#ifndef RTSEC_FILTER_GLOB_H
#define RTSEC_FILTER_GLOB_H

#include <stdbool.h>

#include "base/span.h"

/* fold: ASCII letters match in either case. */
bool glob_match(struct span pattern, struct span text, bool fold);
/* Has the pattern anything in it that is not just itself? (A backslash does not count.) */
bool glob_is_magic(struct span pattern);

#endif
