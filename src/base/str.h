/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * str.h: a growing byte string.  buf is always NUL-terminated once anything was
 * appended; len never counts that NUL.  All zero is a valid empty string.
 */
#ifndef RTSEC_BASE_STR_H
#define RTSEC_BASE_STR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct str {
	char *buf;
	size_t len;
	size_t cap;
};

void str_init(struct str *str);
/* Keeps the memory. */
void str_reset(struct str *str);
void str_release(struct str *str);
/* The text, "" when nothing was ever appended; valid until the next change. */
const char *str_text(const struct str *str);

/* The part of str_reserve() that is rarely met. */
char *str_grow(struct str *str, size_t len);

/* Makes room for len more bytes and gives their address; str_commit() then counts them. */
static inline char *str_reserve(struct str *str, size_t len)
{
	if (UNLIKELY(len >= str->cap - str->len))
		return str_grow(str, len);
	return str->buf + str->len;
}

static inline void str_commit(struct str *str, size_t len)
{
	str->len += len;
	str->buf[str->len] = '\0';
}

static inline void str_append(struct str *str, const void *bytes, size_t len)
{
	char *at = str_reserve(str, len);

	if (len)
		memcpy(at, bytes, len);
	str_commit(str, len);
}

static inline void str_append_text(struct str *str, const char *text)
{
	str_append(str, text, strlen(text));
}

static inline void str_append_char(struct str *str, char c)
{
	*str_reserve(str, 1) = c;
	str_commit(str, 1);
}

void str_append_u64(struct str *str, uint64_t value);
void str_append_i64(struct str *str, int64_t value);
/* digits: at least so many, padded with zeros; upper: A-F instead of a-f. */
void str_append_hex(struct str *str, uint64_t value, unsigned int digits, int upper);
void str_printf(struct str *str, const char *fmt, ...) PRINTF(2, 3);
void str_vprintf(struct str *str, const char *fmt, va_list args) PRINTF(2, 0);

/*
 * For a terminal or a text file: control bytes (below 0x20, 0x7f, and the C1
 * controls U+0080..U+009f) become \n, \t, \r or \xHH, a backslash stays itself.
 * Bytes that are not valid UTF-8 become \xHH too.
 */
void str_append_escaped(struct str *str, const void *bytes, size_t len);

/* A JSON string with its quotes: always valid UTF-8, each bad byte becomes U+FFFD. */
void str_append_json(struct str *str, const void *bytes, size_t len);

#endif
