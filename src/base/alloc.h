/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alloc.h: heap memory that never fails.  Out of memory ends the program here
 * with one line on stderr and exit code 1; nobody else tests for it.  What
 * grows with untrusted input is checked against limits.def before it asks.
 */
#ifndef RTSEC_BASE_ALLOC_H
#define RTSEC_BASE_ALLOC_H

#include <stddef.h>

#include "base/attr.h"

/* Ends the program as described above; for sizes whose sum would overflow. */
NORETURN void alloc_fail(size_t size);

/* Zeroed memory of the caller's, to be given to alloc_free(). size 0 gives a valid pointer. */
void *alloc_zero(size_t size);

/* Zeroed array; cnt * size may not overflow (that ends the program). */
void *alloc_array(size_t cnt, size_t size);

/* As realloc(); new bytes are not cleared. */
void *alloc_resize(void *mem, size_t size);

/* A copy of len bytes, or of a string with its NUL. */
void *alloc_dup(const void *mem, size_t len);
char *alloc_strdup(const char *text);

/* NULL is fine. */
void alloc_free(void *mem);

#endif
