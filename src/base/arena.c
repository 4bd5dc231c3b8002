/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena.c: chunks in a list, a bump pointer in the newest.  Chunk sizes double
 * up to a cap; an object that is larger gets a chunk of its own size.
 *
 *   head -> chunk -> chunk -> NULL     in use, newest first
 *   spare -> chunk -> NULL             emptied by reset, taken first-fit
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define RED_ZONE 16u
#define POISON(at, len) ASAN_POISON_MEMORY_REGION(at, len)
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION(at, len)
#else
#define RED_ZONE 0u
#define POISON(at, len) ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
#endif

#define ALIGNMENT 8u
#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)1 << 20)

struct arena_chunk {
	struct arena_chunk *next;
	size_t cap; /* bytes in data */
	size_t pos; /* first free one */
	_Alignas(ALIGNMENT) unsigned char data[];
};

void arena_init(struct arena *arena)
{
	memset(arena, 0, sizeof(*arena));
}

void arena_reset(struct arena *arena)
{
	struct arena_chunk *chunk;

	while ((chunk = arena->head)) {
		arena->head = chunk->next;
		chunk->next = arena->spare;
		arena->spare = chunk;
		chunk->pos = 0;
		POISON(chunk->data, chunk->cap);
	}
	arena->used = 0;
}

void arena_release(struct arena *arena)
{
	struct arena_chunk *chunk;

	arena_reset(arena);
	while ((chunk = arena->spare)) {
		arena->spare = chunk->next;
		UNPOISON(chunk->data, chunk->cap);
		alloc_free(chunk);
	}
}

/* Takes the first spare chunk that is large enough, NULL if none is. */
static struct arena_chunk *take_spare(struct arena *arena, size_t need)
{
	struct arena_chunk **link;
	struct arena_chunk *chunk;

	for (link = &arena->spare; (chunk = *link); link = &chunk->next) {
		if (chunk->cap >= need) {
			*link = chunk->next;
			return chunk;
		}
	}
	return NULL;
}

static struct arena_chunk *new_chunk(const struct arena *arena, size_t need)
{
	size_t cap = arena->head ? arena->head->cap * 2 : CHUNK_MIN;
	struct arena_chunk *chunk;
	size_t size;

	if (cap > CHUNK_MAX)
		cap = CHUNK_MAX;
	if (cap < need)
		cap = need;
	if (__builtin_add_overflow(sizeof(*chunk), cap, &size))
		alloc_fail(need);
	chunk = alloc_resize(NULL, size);
	chunk->cap = cap;
	chunk->pos = 0;
	POISON(chunk->data, cap);
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->head;
	size_t need;
	void *mem;

	/* An empty object has an address of its own, so it takes one step too. */
	if (__builtin_add_overflow(size + !size, RED_ZONE + ALIGNMENT - 1, &need))
		alloc_fail(size);
	need &= ~(size_t)(ALIGNMENT - 1);
	if (UNLIKELY(!chunk || chunk->cap - chunk->pos < need)) {
		chunk = take_spare(arena, need);
		if (!chunk)
			chunk = new_chunk(arena, need);
		chunk->next = arena->head;
		arena->head = chunk;
	}
	mem = chunk->data + chunk->pos;
	chunk->pos += need;
	arena->used += need;
	UNPOISON(mem, size);
	return mem;
}

void *arena_zero(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *arena_dup(struct arena *arena, const void *mem, size_t len)
{
	void *copy = arena_alloc(arena, len);

	if (len)
		memcpy(copy, mem, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_dup(arena, text, strlen(text) + 1);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy;
	size_t size;

	if (__builtin_add_overflow(len, 1, &size))
		alloc_fail(len);
	copy = arena_alloc(arena, size);
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(arena, fmt, args);
	va_end(args);
	return text;
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
	char *text;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	/* Only a wide character that the locale cannot write gets here. */
	if (len < 0)
		return arena_strdup(arena, "");
	text = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	return text;
}
