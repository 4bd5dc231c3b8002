/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * regex.h: the operator regex: POSIX extended regular expressions as RE2 reads
 * them, matched against the whole text.  The pattern is parsed here, so that what
 * RE2's POSIX syntax refuses is refused and nothing of Perl gets through, and is
 * written out again for PCRE2.
 */
#ifndef RTSEC_FILTER_REGEX_H
#define RTSEC_FILTER_REGEX_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/str.h"

#define REGEX_NEST_MAX 1000u /* groups inside groups */

struct regex;

/* NULL with the reason appended to why. */
struct regex *regex_new(struct span pattern, struct str *why);
void regex_free(struct regex *regex);

/* Text need not be UTF-8: each bad byte counts as one character. Work memory comes from scratch. */
bool regex_match(const struct regex *regex, struct span text, struct arena *scratch);

/* Bytes of the UTF-8 character at at, 0 if it is none; bytes of text's valid beginning. */
size_t regex_char_len(const uint8_t *at, const uint8_t *end);
size_t regex_valid_len(struct span text);
/* The pattern as PCRE2 gets it; false with the reason in why. */
bool regex_translate(struct span pattern, struct str *out, struct str *why);

#endif
