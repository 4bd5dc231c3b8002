/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alloc.c: the only place that sees the heap say no.  Everything that owns
 * memory (arena, str, vec, map and the tables above) asks here.
 */
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define SMALL_MAX 1024

void alloc_fail(size_t size)
{
	fprintf(stderr, "rtsec: out of memory: %zu more bytes wanted\n", size);
	exit(1);
}

/* glibc's calloc() passes by the thread's cache of small pieces, which malloc() uses. */
void *alloc_zero(size_t size)
{
	void *mem = size <= SMALL_MAX ? malloc(size ? size : 1) : calloc(1, size);

	if (UNLIKELY(!mem))
		alloc_fail(size);
	return size <= SMALL_MAX ? memset(mem, 0, size) : mem;
}

void *alloc_array(size_t cnt, size_t size)
{
	size_t total;

	if (UNLIKELY(__builtin_mul_overflow(cnt, size, &total)))
		alloc_fail(SIZE_MAX);
	return alloc_zero(total);
}

void *alloc_resize(void *mem, size_t size)
{
	mem = realloc(mem, size ? size : 1);
	if (UNLIKELY(!mem))
		alloc_fail(size);
	return mem;
}

void *alloc_dup(const void *mem, size_t len)
{
	void *copy = alloc_resize(NULL, len);

	if (len)
		memcpy(copy, mem, len);
	return copy;
}

char *alloc_strdup(const char *text)
{
	return alloc_dup(text, strlen(text) + 1);
}

void alloc_free(void *mem)
{
	free(mem);
}
