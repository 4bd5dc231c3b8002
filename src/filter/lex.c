/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lex.c: token classes of the filter language, ASCII only: no locale decides what
 * a letter is.  Parsing on top of it is parse.c.
 */
#include "filter/lex.h"

#include <string.h>

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void lex_init(struct lex *lex, const char *text)
{
	lex->text = text;
	lex->pos = 0;
	lex->last = span_make(text, 0);
}

bool lex_is_end(const struct lex *lex)
{
	return !lex->text[lex->pos];
}

bool lex_blank(struct lex *lex)
{
	size_t len = strspn(lex->text + lex->pos, " \t\b\r\n");

	lex->pos += len;
	return len > 0;
}

/* The token of len bytes at hand; nothing if len is 0. */
static bool take(struct lex *lex, size_t len, struct span *token)
{
	if (!len)
		return false;
	lex->last = span_make(lex->text + lex->pos, len);
	lex->pos += len;
	if (token)
		*token = lex->last;
	return true;
}

bool lex_take(struct lex *lex, const char *token)
{
	size_t len = strlen(token);

	return !strncmp(lex->text + lex->pos, token, len) && take(lex, len, NULL);
}

bool lex_not(struct lex *lex)
{
	const char *at = lex->text + lex->pos;
	size_t len = 3;

	if (strncmp(at, "not", 3) != 0 || !is_space(at[3]))
		return false;
	while (is_space(at[len]))
		len++;
	return take(lex, len, NULL);
}

static size_t name_len(const char *at)
{
	size_t len = 1;

	if (!is_alpha(at[0]))
		return 0;
	while (is_word(at[len]))
		len++;
	return len;
}

bool lex_identifier(struct lex *lex, struct span *token)
{
	return take(lex, name_len(lex->text + lex->pos), token);
}

bool lex_field(struct lex *lex, struct span *token)
{
	const char *at = lex->text + lex->pos;
	size_t len = name_len(at);
	bool has_dot = false;
	size_t part;

	while (len && at[len] == '.' && (part = name_len(at + len + 1))) {
		len += 1 + part;
		has_dot = true;
	}
	return has_dot && take(lex, len, token);
}

bool lex_call(struct lex *lex, struct span *token)
{
	const char *at = lex->text + lex->pos;
	size_t len = name_len(at);

	if (!len || at[len] != '(')
		return false;
	take(lex, len, token);
	lex->pos++;
	return true;
}

static size_t digits_len(const char *at)
{
	return strspn(at, "0123456789");
}

bool lex_number(struct lex *lex, struct span *token)
{
	const char *at = lex->text + lex->pos;
	size_t len = 0;
	size_t digits;

	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && hex_digit(at[2]) >= 0) {
		len = 3;
		while (hex_digit(at[len]) >= 0)
			len++;
		return take(lex, len, token);
	}
	if (at[0] == '+' || at[0] == '-')
		len++;
	digits = digits_len(at + len);
	if (!digits)
		return false;
	len += digits;
	if (at[len] == '.')
		len += 1 + digits_len(at + len + 1);
	if ((at[len] == 'e' || at[len] == 'E') && (at[len + 1] == '+' || at[len + 1] == '-')) {
		digits = digits_len(at + len + 2);
		if (digits)
			len += 2 + digits;
	}
	return take(lex, len, token);
}

bool lex_argument(struct lex *lex, struct span *token)
{
	return take(lex, strcspn(lex->text + lex->pos, " \t\n\v\f\r[]\"'"), token);
}

bool lex_bare(struct lex *lex, struct span *token)
{
	return take(lex, strcspn(lex->text + lex->pos, " \t\n\v\f\r()\"'=,"), token);
}

/* One escape at *from (behind the backslash, before end); its byte, or -1 with *message. */
static int unescape(const char **from, const char *end, char quote, struct arena *arena,
		    const char **message)
{
	static const char plain[] = "bfnrt\\/ ", bytes[] = "\b\f\n\r\t\\/\\";
	const char *at = *from;
	char c = *at++;
	const char *found = strchr(plain, c);
	int high, low;

	*from = at;
	if (found)
		return bytes[found - plain];
	if (c == quote)
		return c;
	if (c == '\'' || c == '"') {
		*message = arena_printf(arena, "invalid \\%c escape in %c-quoted string", c, quote);
		return -1;
	}
	if (c != 'x') {
		/* Of a character that takes several bytes all are shown. */
		size_t len = 1;

		while ((c & 0x80) && at < end && (*at & 0xc0) == 0x80 && len < 4) {
			at++;
			len++;
		}
		*message = arena_printf(arena, "unsupported string escape sequence: \\%.*s",
					(int)len, at - len);
		return -1;
	}
	if (end - at < 2) {
		*message = "truncated hex char escape sequence";
		return -1;
	}
	high = hex_digit(at[0]);
	low = hex_digit(at[1]);
	if (high < 0 || low < 0) {
		*message = arena_printf(arena, "invalid hex char escape sequence: %.2s", at);
		return -1;
	}
	*from = at + 2;
	return high << 4 | low;
}

enum lex_quoted lex_quoted(struct lex *lex, struct arena *arena, struct span *token,
			   const char **message)
{
	const char *start = lex->text + lex->pos;
	char quote = *start;
	const char *end, *from;
	char *to;

	if (quote != '"' && quote != '\'')
		return LEX_QUOTED_NONE;
	/* Only the byte just before decides, so that "a\\" does not end. */
	for (end = start + 1; *end && (*end != quote || end[-1] == '\\'); end++)
		;
	if (!*end)
		return LEX_QUOTED_NONE;
	lex->pos += (size_t)(end + 1 - start);
	to = arena_alloc(arena, (size_t)(end - start));
	lex->last = span_make(to, 0);
	from = start + 1;
	while (from < end) {
		int byte;

		if (*from != '\\') {
			to[lex->last.len++] = *from++;
			continue;
		}
		from++;
		byte = unescape(&from, end, quote, arena, message);
		if (byte < 0)
			return LEX_QUOTED_BAD;
		to[lex->last.len++] = (char)byte;
	}
	*token = lex->last;
	return LEX_QUOTED_OK;
}
