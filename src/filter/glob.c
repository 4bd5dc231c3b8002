/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * glob.c: one pass with one way back, to the last star: what an earlier star has
 * matched never needs to be longer.
 */
#include "filter/glob.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alpha(uint8_t c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Is c in the POSIX class name? *known is false for a name that is none. */
static bool is_in_class(struct span name, uint8_t c, bool fold, bool *known)
{
	*known = true;
	if (span_is_text(name, "alpha"))
		return is_alpha(c);
	if (span_is_text(name, "digit"))
		return is_digit(c);
	if (span_is_text(name, "alnum"))
		return is_alpha(c) || is_digit(c);
	if (span_is_text(name, "upper"))
		return fold ? is_alpha(c) : is_upper(c);
	if (span_is_text(name, "lower"))
		return is_alpha(c) && (fold || !is_upper(c));
	if (span_is_text(name, "space"))
		return c == ' ' || (c >= '\t' && c <= '\r');
	if (span_is_text(name, "blank"))
		return c == ' ' || c == '\t';
	if (span_is_text(name, "print"))
		return c >= 0x20 && c < 0x7f;
	if (span_is_text(name, "graph"))
		return c > 0x20 && c < 0x7f;
	if (span_is_text(name, "cntrl"))
		return c < 0x20 || c == 0x7f;
	if (span_is_text(name, "punct"))
		return c > 0x20 && c < 0x7f && !is_alpha(c) && !is_digit(c);
	if (span_is_text(name, "xdigit"))
		return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
	*known = false;
	return false;
}

/* The class "[:name:]" at pos; gives what is behind it, 0 if there is none. */
static size_t class_end(struct span pattern, size_t pos, struct span *name)
{
	size_t end = pos + 2;

	if (pos + 1 >= pattern.len || pattern.ptr[pos] != '[' || pattern.ptr[pos + 1] != ':')
		return 0;
	while (end < pattern.len && pattern.ptr[end] >= 'a' && pattern.ptr[end] <= 'z')
		end++;
	if (end + 1 >= pattern.len || pattern.ptr[end] != ':' || pattern.ptr[end + 1] != ']')
		return 0;
	*name = span_make(pattern.ptr + pos + 2, end - pos - 2);
	return end + 2;
}

/* A character of a bracket, quoted or not, at *pos; false at the end of the pattern. */
static bool bracket_char(struct span pattern, size_t *pos, uint8_t *c)
{
	if (*pos < pattern.len && pattern.ptr[*pos] == '\\')
		(*pos)++;
	if (*pos >= pattern.len)
		return false;
	*c = pattern.ptr[(*pos)++];
	return true;
}

/*
 * Does c match the bracket whose "[" is at *pos? *pos moves behind its "]".
 * -1: it has none, so that the "[" is only itself.
 */
static int match_bracket(struct span pattern, size_t *pos, uint8_t c, bool fold)
{
	size_t at = *pos + 1;
	bool is_negated = at < pattern.len && (pattern.ptr[at] == '!' || pattern.ptr[at] == '^');
	bool is_broken = false, found = false, is_first = true;
	uint8_t wanted = fold ? lower(c) : c;

	if (is_negated)
		at++;
	for (;; is_first = false) {
		struct span name;
		uint8_t low, high;
		size_t end;

		if (at >= pattern.len)
			return -1;
		if (pattern.ptr[at] == ']' && !is_first)
			break;
		end = class_end(pattern, at, &name);
		if (end) {
			bool is_known;

			found |= is_in_class(name, c, fold, &is_known);
			is_broken |= !is_known;
			at = end;
			continue;
		}
		if (!bracket_char(pattern, &at, &low))
			return -1;
		if (fold)
			low = lower(low);
		high = low;
		if (at + 1 < pattern.len && pattern.ptr[at] == '-' && pattern.ptr[at + 1] != ']') {
			at++;
			if (!bracket_char(pattern, &at, &high))
				return -1;
			if (fold)
				high = lower(high);
		}
		found |= wanted >= low && wanted <= high;
	}
	*pos = at + 1;
	return !is_broken && found != is_negated;
}

/* Does the pattern's one-character element at *pos match c? *pos moves behind it. */
static bool match_char(struct span pattern, size_t *pos, uint8_t c, bool fold)
{
	uint8_t own = pattern.ptr[*pos];
	int in_bracket;

	if (own == '?') {
		(*pos)++;
		return true;
	}
	if (own == '[') {
		in_bracket = match_bracket(pattern, pos, c, fold);
		if (in_bracket >= 0)
			return in_bracket;
	}
	if (own == '\\') {
		/* A backslash at the very end quotes nothing and matches nothing. */
		if (*pos + 1 >= pattern.len)
			return false;
		own = pattern.ptr[++*pos];
	}
	(*pos)++;
	return fold ? lower(own) == lower(c) : own == c;
}

bool glob_match(struct span pattern, struct span text, bool fold)
{
	size_t at = 0, pos = 0, star_at = 0, star_pos = 0;
	bool has_star = false;

	while (pos < text.len) {
		if (at < pattern.len && pattern.ptr[at] == '*') {
			has_star = true;
			star_at = ++at;
			star_pos = pos;
			continue;
		}
		if (at < pattern.len && match_char(pattern, &at, text.ptr[pos], fold)) {
			pos++;
			continue;
		}
		if (!has_star)
			return false;
		at = star_at;
		pos = ++star_pos;
	}
	while (at < pattern.len && pattern.ptr[at] == '*')
		at++;
	return at == pattern.len;
}

bool glob_is_magic(struct span pattern)
{
	size_t i;

	for (i = 0; i < pattern.len; i++) {
		if (pattern.ptr[i] == '?' || pattern.ptr[i] == '*' || pattern.ptr[i] == '[')
			return true;
	}
	return false;
}
