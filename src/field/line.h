/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * line.h: inside field/: appending to a line with as few steps as can be, for
 * what is done dozens of times a line.  The final NUL that struct str promises is
 * left out: whoever uses these ends with line_end().
 */
#ifndef RTSEC_FIELD_LINE_H
#define RTSEC_FIELD_LINE_H

#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/str.h"

static inline char *line_room(struct str *out, size_t len)
{
	if (UNLIKELY(out->cap - out->len <= len))
		return str_reserve(out, len);
	return out->buf + out->len;
}

static inline void line_char(struct str *out, char c)
{
	*line_room(out, 1) = c;
	out->len++;
}

/* Most pieces of a line are so short that the call of memcpy() costs more than the copy. */
static inline void line_copy(char *to, const char *from, size_t len)
{
	if (len > 16) {
		memcpy(to, from, len);
	} else if (len >= 8) {
		uint64_t last = load_u64(from + len - 8);

		store_u64(to, load_u64(from));
		store_u64(to + len - 8, last);
	} else if (len >= 4) {
		uint32_t last = load_u32(from + len - 4);

		store_u32(to, load_u32(from));
		store_u32(to + len - 4, last);
	} else if (len) {
		to[0] = from[0];
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}

static inline void line_bytes(struct str *out, const void *bytes, size_t len)
{
	line_copy(line_room(out, len), bytes, len);
	out->len += len;
}

static inline void line_text(struct str *out, const char *text)
{
	line_bytes(out, text, strlen(text));
}

static inline void line_u64(struct str *out, uint64_t value)
{
	char text[20];
	size_t at = sizeof(text);

	while (value >= 100) {
		unsigned int pair = (unsigned int)(value % 100);

		value /= 100;
		text[--at] = (char)('0' + pair % 10);
		text[--at] = (char)('0' + pair / 10);
	}
	if (value >= 10) {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	}
	text[--at] = (char)('0' + value);
	line_bytes(out, text + at, sizeof(text) - at);
}

/* Exactly nine digits of a number below 10^9. */
static inline void line_nine(struct str *out, uint32_t value)
{
	char *at = line_room(out, 9);

	for (int i = 8; i > 0; i -= 2) {
		uint32_t pair = value % 100;

		value /= 100;
		at[i] = (char)('0' + pair % 10);
		at[i - 1] = (char)('0' + pair / 10);
	}
	at[0] = (char)('0' + value);
	out->len += 9;
}

/*
 * Are all bytes from 0x20 to 0x7e?  A word is called plain only if it is: a borrow
 * or carry between its bytes can begin at none but one that is not.
 */
static inline int line_is_plain(const uint8_t *at, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);

	for (; len >= 8; at += 8, len -= 8) {
		uint64_t word = load_u64(at);

		if (((word - ones * 0x20) | word | (word + ones)) & ones * 0x80)
			return 0;
	}
	for (; len; at++, len--)
		if (*at < 0x20 || *at > 0x7e)
			return 0;
	return 1;
}

static inline void line_i64(struct str *out, int64_t value)
{
	if (value < 0)
		line_char(out, '-');
	line_u64(out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static inline void line_end(struct str *out)
{
	*line_room(out, 0) = '\0';
}

/* Takes back all behind len. */
static inline void line_cut(struct str *out, size_t len)
{
	if (out->len > len)
		out->len = len;
	line_end(out);
}

#endif
