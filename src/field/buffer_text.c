/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * buffer_text.c: the five ways in which bytes read or written are shown
 * (filter-language 14.5).  All but -A give plain ASCII whatever the bytes are;
 * -A keeps line ends, which is what it is for.
 */
#include "field/args.h"

#define ROW 16

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

static void append_dotted(struct str *out, const uint8_t *at, size_t len)
{
	char *to = str_reserve(out, len);

	for (size_t i = 0; i < len; i++)
		to[i] = is_printable(at[i]) ? (char)at[i] : '.';
	str_commit(out, len);
}

/* A lone CR would let a line overwrite itself on a terminal. */
static void append_ascii(const struct args_style *style, struct str *out, const uint8_t *at,
			 size_t len)
{
	str_append_char(out, '\n');
	for (size_t i = 0; i < len; i++) {
		if (is_printable(at[i]) || at[i] == '\n')
			str_append_char(out, (char)at[i]);
		else if (at[i] != '\r' || (i + 1 < len && at[i + 1] == '\n'))
			continue;
		else if (style->escape)
			str_append(out, "\\r", 2);
		else
			str_append_char(out, '\r');
	}
}

/*
 *	\t0x0020: 6f6e 7365 2e2e 2e20                      onse...
 */
static void append_row(struct str *out, const uint8_t *at, size_t len, size_t offset,
		       bool with_text)
{
	str_append(out, "\n\t0x", 4);
	str_append_hex(out, offset, 4, 0);
	str_append_char(out, ':');
	for (size_t i = 0; i < len; i++) {
		if (i % 2 == 0)
			str_append_char(out, ' ');
		str_append_hex(out, at[i], 2, 0);
	}
	if (!with_text)
		return;
	for (size_t i = len; i < ROW; i++)
		str_append(out, "   ", i % 2 ? 2 : 3);
	str_append(out, "  ", 2);
	append_dotted(out, at, len);
}

static void append_hex(struct str *out, const uint8_t *at, size_t len, bool with_text)
{
	for (size_t i = 0; i < len; i += ROW)
		append_row(out, at + i, len - i < ROW ? len - i : ROW, i, with_text);
	str_append_char(out, '\n');
}

static void append_base64(struct str *out, const uint8_t *at, size_t len)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *to = str_reserve(out, (len + 2) / 3 * 4);
	size_t cnt = 0;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = (uint32_t)at[i] << 16;

		if (i + 1 < len)
			bits |= (uint32_t)at[i + 1] << 8;
		if (i + 2 < len)
			bits |= at[i + 2];
		to[cnt++] = alphabet[bits >> 18];
		to[cnt++] = alphabet[bits >> 12 & 63];
		to[cnt++] = i + 1 < len ? alphabet[bits >> 6 & 63] : '=';
		to[cnt++] = i + 2 < len ? alphabet[bits & 63] : '=';
	}
	str_commit(out, cnt);
}

void args_append_buffer(const struct args_style *style, struct str *out, struct span bytes)
{
	if (!bytes.len) {
		str_append(out, "NULL", 4);
		return;
	}
	switch (style->format) {
	case FIELD_BUFFER_ASCII:
		append_ascii(style, out, bytes.ptr, bytes.len);
		break;
	case FIELD_BUFFER_HEX:
		append_hex(out, bytes.ptr, bytes.len, false);
		break;
	case FIELD_BUFFER_HEX_ASCII:
		append_hex(out, bytes.ptr, bytes.len, true);
		break;
	case FIELD_BUFFER_BASE64:
		append_base64(out, bytes.ptr, bytes.len);
		break;
	default:
		append_dotted(out, bytes.ptr, bytes.len);
	}
}
