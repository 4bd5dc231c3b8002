/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vec.h: growing arrays.  A vector is an anonymous or named struct with the
 * members items, cnt and cap; VEC_OF(struct x) declares one.
 */
#ifndef RTSEC_BASE_VEC_H
#define RTSEC_BASE_VEC_H

#include <stddef.h>

#include "base/alloc.h"

#define VEC_OF(type)         \
	struct {             \
		type *items; \
		size_t cnt;  \
		size_t cap;  \
	}

/* Room for one more; gives its address (uncleared) and counts it. */
#define vec_add(vec)                                                                         \
	((vec)->items =                                                                      \
		 vec_grow((vec)->items, (vec)->cnt + 1, &(vec)->cap, sizeof(*(vec)->items)), \
	 &(vec)->items[(vec)->cnt++])

#define vec_release(vec)                     \
	do {                                 \
		alloc_free((vec)->items);    \
		(vec)->items = NULL;         \
		(vec)->cnt = (vec)->cap = 0; \
	} while (0)

/* Grows items so that cnt objects of size fit; *cap is kept in objects. */
static inline void *vec_grow(void *items, size_t cnt, size_t *cap, size_t size)
{
	if (cnt <= *cap)
		return items;
	*cap = *cap ? *cap * 2 : 8;
	if (*cap < cnt)
		*cap = cnt;
	return alloc_resize(items, *cap * size);
}

#endif
