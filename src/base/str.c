/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * str.c: appending, and the two ways in which bytes of a trace reach a person:
 * escaped for a terminal, quoted for JSON.  Everything printed passes here, so
 * runs of plain ASCII are found eight bytes at a time and copied at once.
 */
#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"

#define CAP_MIN ((size_t)64)
#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

static const char digits_lower[] = "0123456789abcdef";
static const char digits_upper[] = "0123456789ABCDEF";

void str_init(struct str *str)
{
	memset(str, 0, sizeof(*str));
}

void str_reset(struct str *str)
{
	str->len = 0;
	if (str->buf)
		str->buf[0] = '\0';
}

void str_release(struct str *str)
{
	alloc_free(str->buf);
	memset(str, 0, sizeof(*str));
}

const char *str_text(const struct str *str)
{
	return str->buf ? str->buf : "";
}

char *str_grow(struct str *str, size_t len)
{
	size_t cap = str->cap < CAP_MIN / 2 ? CAP_MIN : str->cap * 2;
	size_t need;

	if (__builtin_add_overflow(str->len + 1, len, &need))
		alloc_fail(len);
	if (cap < need)
		cap = need;
	str->buf = alloc_resize(str->buf, cap);
	str->buf[str->len] = '\0';
	str->cap = cap;
	return str->buf + str->len;
}

void str_append_u64(struct str *str, uint64_t value)
{
	char text[20]; /* 2^64 - 1 has as many digits */
	size_t i = sizeof(text);

	do {
		text[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	str_append(str, text + i, sizeof(text) - i);
}

void str_append_i64(struct str *str, int64_t value)
{
	if (value < 0)
		str_append_char(str, '-');
	str_append_u64(str, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void str_append_hex(struct str *str, uint64_t value, unsigned int digits, int upper)
{
	const char *alphabet = upper ? digits_upper : digits_lower;
	unsigned int cnt = 1;
	char *at;
	unsigned int i;

	while (cnt < 16 && value >> (4 * cnt))
		cnt++;
	if (cnt < digits)
		cnt = digits;
	at = str_reserve(str, cnt);
	for (i = cnt; i; i--) {
		at[i - 1] = alphabet[value & 15];
		value >>= 4;
	}
	str_commit(str, cnt);
}

void str_printf(struct str *str, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	str_vprintf(str, fmt, args);
	va_end(args);
}

void str_vprintf(struct str *str, const char *fmt, va_list args)
{
	va_list again;
	int len;

	str_reserve(str, CAP_MIN);
	va_copy(again, args);
	len = vsnprintf(str->buf + str->len, str->cap - str->len, fmt, again);
	va_end(again);
	/* Only a wide character that the locale cannot write gets here. */
	if (len < 0)
		len = 0;
	if ((size_t)len >= str->cap - str->len) {
		str_reserve(str, (size_t)len);
		vsnprintf(str->buf + str->len, str->cap - str->len, fmt, args);
	}
	str_commit(str, (size_t)len);
}

/*
 * Bytes of the well-formed UTF-8 sequence at the beginning of bytes, 0 if there
 * is none: no overlong forms, no surrogates, nothing above U+10FFFF (Unicode
 * standard, table 3-7).
 */
static size_t utf8_len(const uint8_t *at, size_t len)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t cnt;
	size_t i;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	cnt = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (len < cnt)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (i = 2; i < cnt; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return cnt;
}

/* U+0080..U+009f as UTF-8: terminals obey them as they obey ESC. */
static bool is_c1(const uint8_t *at, size_t cnt)
{
	return cnt == 2 && at[0] == 0xc2 && at[1] < 0xa0;
}

/*
 * The length of the leading run of bytes from 0x20 to 0x7e but without quote and
 * backslash when is_json.  A borrow or a carry between the bytes of a word can
 * only begin at a byte that ends the run, so a word that is called plain is.
 */
static size_t plain_len(const uint8_t *at, size_t len, bool is_json)
{
	size_t i = 0;

	while (len - i >= 8) {
		uint64_t word = load_u64(at + i);
		uint64_t quote = word ^ EACH_BYTE('"');
		uint64_t slash = word ^ EACH_BYTE('\\');
		uint64_t stop = (word - EACH_BYTE(0x20)) | word | (word + EACH_BYTE(1));

		if (is_json)
			stop |= (quote - EACH_BYTE(1)) | (slash - EACH_BYTE(1));
		if (stop & EACH_BYTE(0x80))
			break;
		i += 8;
	}
	while (i < len && at[i] >= 0x20 && at[i] < 0x7f &&
	       !(is_json && (at[i] == '"' || at[i] == '\\')))
		i++;
	return i;
}

static void append_escape(struct str *str, const uint8_t *at, size_t cnt)
{
	for (; cnt; at++, cnt--) {
		str_append(str, "\\x", 2);
		str_append_hex(str, *at, 2, 0);
	}
}

void str_append_escaped(struct str *str, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	size_t cnt;

	str_reserve(str, len);
	for (; len; at += cnt, len -= cnt) {
		cnt = plain_len(at, len, false);
		if (cnt) {
			str_append(str, at, cnt);
			continue;
		}
		cnt = utf8_len(at, len);
		if (*at == '\n')
			str_append(str, "\\n", 2);
		else if (*at == '\t')
			str_append(str, "\\t", 2);
		else if (*at == '\r')
			str_append(str, "\\r", 2);
		else if (cnt < 2 || is_c1(at, cnt))
			append_escape(str, at, cnt ? cnt : 1);
		else
			str_append(str, at, cnt);
		cnt += !cnt;
	}
}

/* A byte that may not stand in a JSON string as it is (RFC 8259, section 7), or DEL. */
static void append_json_escape(struct str *str, unsigned int c)
{
	static const char letters[] = "btn\0fr"; /* from 0x08 */

	str_append_char(str, '\\');
	if (c == '"' || c == '\\') {
		str_append_char(str, (char)c);
	} else if (c >= '\b' && c <= '\r' && letters[c - '\b']) {
		str_append_char(str, letters[c - '\b']);
	} else {
		str_append_char(str, 'u');
		str_append_hex(str, c, 4, 0);
	}
}

void str_append_json(struct str *str, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	size_t cnt;

	str_reserve(str, len);
	str_append_char(str, '"');
	for (; len; at += cnt, len -= cnt) {
		cnt = plain_len(at, len, true);
		if (cnt) {
			str_append(str, at, cnt);
			continue;
		}
		cnt = utf8_len(at, len);
		if (!cnt)
			str_append_text(str, UTF8_REPLACEMENT);
		else if (cnt == 1)
			append_json_escape(str, *at);
		else if (is_c1(at, cnt))
			append_json_escape(str, at[1]);
		else
			str_append(str, at, cnt);
		cnt += !cnt;
	}
	str_append_char(str, '"');
}
