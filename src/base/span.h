/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * span.h: a borrowed view of bytes.  It owns nothing; the one who hands it out
 * says how long it is valid.  ptr NULL means "absent", which is not "empty".
 */
#ifndef RTSEC_BASE_SPAN_H
#define RTSEC_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *ptr;
	size_t len;
};

static inline struct span span_make(const void *ptr, size_t len)
{
	struct span span = { .ptr = ptr, .len = len };

	return span;
}

static inline struct span span_text(const char *text)
{
	return span_make(text, text ? strlen(text) : 0);
}

static inline bool span_is_equal(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

static inline bool span_is_text(struct span span, const char *text)
{
	return span.ptr && span_is_equal(span, span_text(text));
}

#endif
