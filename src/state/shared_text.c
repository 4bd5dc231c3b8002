/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shared_text.c: the count and the length stand before the bytes.
 *
 *   | refs u32 | len u32 | bytes ... | NUL |
 *                        ^ what others hold
 */
#include "state/shared_text.h"

#include <string.h>

#include "base/alloc.h"

struct shared_text {
	uint32_t refs;
	uint32_t len;
	char bytes[];
};

static struct shared_text *head_of(const char *text)
{
	return (struct shared_text *)(uintptr_t)(text - offsetof(struct shared_text, bytes));
}

char *shared_text_new(const void *bytes, size_t len)
{
	struct shared_text *text;

	if (len > UINT32_MAX - sizeof(*text) - 1)
		alloc_fail(len);
	text = alloc_resize(NULL, sizeof(*text) + len + 1);
	text->refs = 1;
	text->len = (uint32_t)len;
	if (len)
		memcpy(text->bytes, bytes, len);
	text->bytes[len] = '\0';
	return text->bytes;
}

char *shared_text_keep(char *text)
{
	if (text)
		head_of(text)->refs++;
	return text;
}

void shared_text_drop(char *text)
{
	if (text && !--head_of(text)->refs)
		alloc_free(head_of(text));
}

uint32_t shared_text_len(const char *text)
{
	return text ? head_of(text)->len : 0;
}

void shared_text_set(char **at, const void *bytes, size_t len)
{
	char *text;

	if (*at && shared_text_len(*at) == len && (!len || !memcmp(*at, bytes, len)))
		return;
	/* The bytes may be part of the old one. */
	text = shared_text_new(bytes, len);
	shared_text_drop(*at);
	*at = text;
}

void shared_text_share(char **at, char *text)
{
	shared_text_keep(text);
	shared_text_drop(*at);
	*at = text;
}
