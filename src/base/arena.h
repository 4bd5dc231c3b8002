/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena.h: memory that ends all at once.  Chunks are kept over arena_reset(),
 * so an arena that is reset for every event soon stops asking the heap.
 * Under AddressSanitizer free space is poisoned and objects have red zones.
 */
#ifndef RTSEC_BASE_ARENA_H
#define RTSEC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *head; /* chunk in use; older ones behind it */
	struct arena_chunk *spare; /* kept by reset */
	size_t used; /* bytes handed out since the last reset */
};

/* Storage is the caller's; all zero is a valid, empty arena as well. */
void arena_init(struct arena *arena);
/* Keeps the memory, drops the content. */
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);

/* 8-byte aligned, not cleared; valid until reset or release. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zero(struct arena *arena, size_t size);
void *arena_dup(struct arena *arena, const void *mem, size_t len);
/* NUL-terminated copies; the second takes len bytes of text without its NUL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args) PRINTF(2, 0);

#endif
