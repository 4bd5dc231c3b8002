/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * regex_syntax.c: what the operator regex takes, and how PCRE2 is told.  Literals
 * that mean something to PCRE2 and every member of a bracket become \x{..}; groups
 * do not capture; ^ and $ match at line ends, . not at a newline; stacked
 * quantifiers (a+? is (a+)? here, not a lazy a+) are folded.
 */
#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "filter/regex.h"

#define REPEAT_MAX 1000u /* RE2's, also for the product of nested ones */
#define NO_ATOM SIZE_MAX

/* --- UTF-8 ------------------------------------------------------------------------ */

/* Bytes of the character at at, 0 if it is not valid UTF-8. */
size_t regex_char_len(const uint8_t *at, const uint8_t *end)
{
	size_t left = (size_t)(end - at);
	size_t len, i;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	for (i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Overlong forms, surrogates and what lies behind U+10FFFF. */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return len;
}

/* Length of the valid beginning. */
size_t regex_valid_len(struct span text)
{
	const uint8_t *at = text.ptr, *end = text.ptr + text.len;
	size_t len;

	while (at < end && (len = regex_char_len(at, end)))
		at += len;
	return (size_t)(at - text.ptr);
}

static uint32_t char_code(const uint8_t *at, size_t len)
{
	uint32_t code = len == 1 ? at[0] : at[0] & (0xffu >> (len + 1));
	size_t i;

	for (i = 1; i < len; i++)
		code = code << 6 | (at[i] & 0x3f);
	return code;
}

/* --- translation --------------------------------------------------------------------- */

/* An open group, and at the bottom the whole pattern. */
struct level {
	size_t start; /* of the group in out */
	size_t atom; /* where in out the last atom begins, what a quantifier applies to */
	unsigned int atom_cost; /* product of the counts inside the atom */
	unsigned int cost; /* the largest of the group */
	char quantifier; /* of the last atom: 0 * + ? { */
};

struct translator {
	const uint8_t *at, *end;
	struct str *out, *why;
	VEC_OF(struct level) levels;
};

static bool fail(struct translator *tr, const char *message, const uint8_t *at, size_t len)
{
	str_printf(tr->why, "%s: ", message);
	str_append_escaped(tr->why, at, len < 100 ? len : 100);
	return false;
}

static struct level *top(struct translator *tr)
{
	return &tr->levels.items[tr->levels.cnt - 1];
}

static void begin_atom(struct translator *tr)
{
	struct level *level = top(tr);

	level->atom = tr->out->len;
	level->atom_cost = 1;
	level->quantifier = 0;
}

static void put_char(struct translator *tr, uint32_t code)
{
	bool is_plain = (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
			(code >= 'a' && code <= 'z');

	if (is_plain)
		str_append_char(tr->out, (char)code);
	else
		str_printf(tr->out, "\\x{%x}", code);
}

static int hex_digit(uint8_t c)
{
	const char *digits = "0123456789abcdefABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;
	int value = found ? (int)(found - digits) : -1;

	return value >= 16 ? value - 6 : value;
}

/* Behind "\x": two hex digits, or any number of them in braces. */
static bool parse_hex(const uint8_t **at, const uint8_t *end, uint32_t *code)
{
	const uint8_t *pos = *at;

	*code = 0;
	if (pos < end && *pos == '{') {
		const uint8_t *first = ++pos;

		while (pos < end && hex_digit(*pos) >= 0 && *code <= 0x10ffff)
			*code = *code << 4 | (uint32_t)hex_digit(*pos++);
		if (pos == first || pos >= end || *pos != '}')
			return false;
		*at = pos + 1;
		return *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
	}
	if (end - pos < 2 || hex_digit(pos[0]) < 0 || hex_digit(pos[1]) < 0)
		return false;
	*code = (uint32_t)(hex_digit(pos[0]) << 4 | hex_digit(pos[1]));
	*at = pos + 2;
	return true;
}

/* The escape at tr->at (the backslash): one character. */
static bool parse_escape(struct translator *tr, uint32_t *code)
{
	static const char letters[] = "afnrtv", bytes[] = "\a\f\n\r\t\v";
	const uint8_t *start = tr->at;
	const char *found;
	uint8_t c;

	tr->at++;
	if (tr->at >= tr->end)
		return fail(tr, "trailing \\", start, 1);
	c = *tr->at++;
	found = strchr(letters, c);
	if (found && c) {
		*code = (uint8_t)bytes[found - letters];
		return true;
	}
	if (c == 'x') {
		if (parse_hex(&tr->at, tr->end, code))
			return true;
		return fail(tr, "invalid escape sequence", start, 2);
	}
	/* Octal; a single digit that is not 0 would be a back reference. */
	if (c == '0' ||
	    (c >= '1' && c <= '7' && tr->at < tr->end && *tr->at >= '0' && *tr->at <= '7')) {
		unsigned int left = 2;

		*code = (uint32_t)(c - '0');
		for (; left && tr->at < tr->end && *tr->at >= '0' && *tr->at <= '7'; left--)
			*code = *code << 3 | (uint32_t)(*tr->at++ - '0');
		return true;
	}
	if (c < 0x80 && c > ' ' - 1 && c != 0x7f && c != '_' && !(c >= '0' && c <= '9') &&
	    !((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
		*code = c;
		return true;
	}
	return fail(tr, "invalid escape sequence", start,
		    1 + (c < 0x80 ? 1 : regex_char_len(start + 1, tr->end)));
}

/* One character of a bracket. */
static bool parse_member(struct translator *tr, const uint8_t *bracket, uint32_t *code)
{
	size_t len;

	if (tr->at >= tr->end)
		return fail(tr, "missing ]", bracket, (size_t)(tr->end - bracket));
	if (*tr->at == '\\')
		return parse_escape(tr, code);
	len = regex_char_len(tr->at, tr->end);
	*code = char_code(tr->at, len);
	tr->at += len;
	return true;
}

/* "[:name:]" at hand; 1: taken, 0: there is none, -1: unknown name. */
static int parse_class_name(struct translator *tr)
{
	static const char *const names[] = { "alnum", "alpha", "ascii", "blank", "cntrl",
					     "digit", "graph", "lower", "print", "punct",
					     "space", "upper", "word",	"xdigit" };
	size_t left = (size_t)(tr->end - tr->at);
	const uint8_t *close;
	struct span name;
	size_t i;

	if (left < 2 || memcmp(tr->at, "[:", 2) != 0)
		return 0;
	close = memmem(tr->at + 2, left - 2, ":]", 2);
	if (!close)
		return 0;
	name = span_make(tr->at + 2, (size_t)(close - tr->at) - 2);
	if (name.len && name.ptr[0] == '^')
		name = span_make(name.ptr + 1, name.len - 1);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (span_is_text(name, names[i])) {
			str_append(tr->out, tr->at, (size_t)(close + 2 - tr->at));
			tr->at = close + 2;
			return 1;
		}
	}
	fail(tr, "invalid character class range", tr->at, (size_t)(close + 2 - tr->at));
	return -1;
}

static bool parse_bracket(struct translator *tr)
{
	const uint8_t *bracket = tr->at++;
	bool is_first = true;

	begin_atom(tr);
	str_append_char(tr->out, '[');
	if (tr->at < tr->end && *tr->at == '^') {
		tr->at++;
		str_append_char(tr->out, '^');
	}
	for (;; is_first = false) {
		const uint8_t *start = tr->at;
		uint32_t low, high;
		int is_class;

		if (tr->at >= tr->end)
			return fail(tr, "missing ]", bracket, (size_t)(tr->end - bracket));
		if (*tr->at == ']' && !is_first)
			break;
		/* A minus stands for itself only at the ends. */
		if (*tr->at == '-' && !is_first && tr->end - tr->at > 1 && tr->at[1] != ']') {
			size_t len = 1 + regex_char_len(tr->at + 1, tr->end);

			return fail(tr, "invalid character class range", tr->at, len);
		}
		is_class = parse_class_name(tr);
		if (is_class < 0)
			return false;
		if (is_class)
			continue;
		if (!parse_member(tr, bracket, &low))
			return false;
		high = low;
		if (tr->end - tr->at >= 2 && tr->at[0] == '-' && tr->at[1] != ']') {
			tr->at++;
			if (!parse_member(tr, bracket, &high))
				return false;
			if (high < low)
				return fail(tr, "invalid character class range", start,
					    (size_t)(tr->at - start));
		}
		put_char(tr, low);
		if (high != low) {
			str_append_char(tr->out, '-');
			put_char(tr, high);
		}
	}
	tr->at++;
	str_append_char(tr->out, ']');
	return true;
}

/* Encloses the last atom and its quantifier, so that another can follow. */
static void wrap_atom(struct translator *tr)
{
	size_t atom = top(tr)->atom;
	char *at;

	str_append(tr->out, "(?:", 3);
	at = tr->out->buf + atom;
	memmove(at + 3, at, tr->out->len - 3 - atom);
	memcpy(at, "(?:", 3);
	str_append_char(tr->out, ')');
}

static bool parse_simple_quantifier(struct translator *tr)
{
	struct level *level = top(tr);
	char c = (char)*tr->at;

	if (level->atom == NO_ATOM)
		return fail(tr, "no argument for repetition operator", tr->at, 1);
	tr->at++;
	if (level->quantifier && level->quantifier != '{') {
		/* (a+)+ is a+, and any two different ones make (a*). */
		if (level->quantifier != c) {
			tr->out->buf[tr->out->len - 1] = '*';
			level->quantifier = '*';
		}
		return true;
	}
	if (level->quantifier)
		wrap_atom(tr);
	str_append_char(tr->out, c);
	level->quantifier = c;
	return true;
}

/* A count without leading zeros; false if there is none. Large ones stay too large. */
static bool parse_count(const uint8_t **at, const uint8_t *end, unsigned int *count)
{
	const uint8_t *pos = *at;

	if (pos >= end || *pos < '0' || *pos > '9')
		return false;
	if (*pos == '0' && end - pos > 1 && pos[1] >= '0' && pos[1] <= '9')
		return false;
	*count = 0;
	for (; pos < end && *pos >= '0' && *pos <= '9'; pos++) {
		if (*count <= REPEAT_MAX)
			*count = *count * 10 + (unsigned int)(*pos - '0');
	}
	*at = pos;
	return true;
}

/* {n}, {n,} or {n,m}; *found is false if it is none of them: then it is text. */
static bool parse_repeat(struct translator *tr, bool *found)
{
	const uint8_t *start = tr->at, *at = tr->at + 1;
	struct level *level = top(tr);
	unsigned int low, high;
	bool is_open = false;

	*found = false;
	if (!parse_count(&at, tr->end, &low))
		return true;
	high = low;
	if (at < tr->end && *at == ',') {
		at++;
		if (!parse_count(&at, tr->end, &high)) {
			is_open = true;
			high = low;
		}
	}
	if (at >= tr->end || *at != '}')
		return true;
	at++;
	*found = true;
	if (level->atom == NO_ATOM)
		return fail(tr, "no argument for repetition operator", start, (size_t)(at - start));
	if (low > REPEAT_MAX || high > REPEAT_MAX || low > high ||
	    level->atom_cost * (high ? high : 1) > REPEAT_MAX)
		return fail(tr, "invalid repetition size", start, (size_t)(at - start));
	level->atom_cost *= high ? high : 1;
	if (level->cost < level->atom_cost)
		level->cost = level->atom_cost;
	if (level->quantifier)
		wrap_atom(tr);
	level->quantifier = '{';
	tr->at = at;
	if (is_open)
		str_printf(tr->out, "{%u,}", low);
	else
		str_printf(tr->out, "{%u,%u}", low, high);
	return true;
}

static void push_level(struct translator *tr)
{
	struct level *level = vec_add(&tr->levels);

	memset(level, 0, sizeof(*level));
	level->start = tr->out->len;
	level->atom = NO_ATOM;
	level->cost = 1;
}

static bool parse_group_end(struct translator *tr, struct span pattern)
{
	struct level closed;

	if (tr->levels.cnt == 1)
		return fail(tr, "unexpected )", pattern.ptr, pattern.len);
	closed = *top(tr);
	tr->levels.cnt--;
	str_append_char(tr->out, ')');
	top(tr)->atom = closed.start;
	top(tr)->atom_cost = closed.cost;
	top(tr)->quantifier = 0;
	if (top(tr)->cost < closed.cost)
		top(tr)->cost = closed.cost;
	tr->at++;
	return true;
}

static void put_atom(struct translator *tr, const char *text)
{
	begin_atom(tr);
	str_append_text(tr->out, text);
	tr->at++;
}

static bool parse_literal(struct translator *tr)
{
	uint32_t code;
	size_t len;

	begin_atom(tr);
	if (*tr->at == '\\') {
		if (!parse_escape(tr, &code))
			return false;
	} else {
		len = regex_char_len(tr->at, tr->end);
		code = char_code(tr->at, len);
		tr->at += len;
	}
	put_char(tr, code);
	return true;
}

static bool parse_step(struct translator *tr, struct span pattern)
{
	bool found;

	switch (*tr->at) {
	case '(':
		if (tr->levels.cnt > REGEX_NEST_MAX)
			return fail(tr, "groups are nested too deeply", tr->at, 1);
		push_level(tr);
		str_append_text(tr->out, "(?:");
		tr->at++;
		return true;
	case ')':
		return parse_group_end(tr, pattern);
	case '|':
		top(tr)->atom = NO_ATOM;
		str_append_char(tr->out, '|');
		tr->at++;
		return true;
	case '*':
	case '+':
	case '?':
		return parse_simple_quantifier(tr);
	case '{':
		return parse_repeat(tr, &found) && (found || parse_literal(tr));
	case '[':
		return parse_bracket(tr);
	case '.':
		put_atom(tr, "[^\\n]");
		return true;
	case '^':
		put_atom(tr, "(?:(?<![^\\n]))");
		return true;
	case '$':
		put_atom(tr, "(?:(?![^\\n]))");
		return true;
	default:
		return parse_literal(tr);
	}
}

bool regex_translate(struct span pattern, struct str *out, struct str *why)
{
	struct translator tr = {
		.at = pattern.ptr,
		.end = pattern.ptr + pattern.len,
		.out = out,
		.why = why,
	};
	bool ok = true;

	if (pattern.len > LIMIT_FILTER_REGEX) {
		str_printf(why, "longer than %u bytes", (unsigned int)LIMIT_FILTER_REGEX);
		return false;
	}
	if (regex_valid_len(pattern) != pattern.len)
		return fail(&tr, "invalid UTF-8", pattern.ptr, pattern.len);
	push_level(&tr);
	while (ok && tr.at < tr.end)
		ok = parse_step(&tr, pattern);
	if (ok && tr.levels.cnt > 1)
		ok = fail(&tr, "missing )", pattern.ptr, pattern.len);
	vec_release(&tr.levels);
	return ok;
}
