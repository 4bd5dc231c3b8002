/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shared_text.h: counted strings that look like plain char pointers. A fork
 * gives a child the same arguments, environment, paths and fd names: they are
 * counted, never copied. The bytes may hold NULs and never change.
 */
#ifndef RTSEC_STATE_SHARED_TEXT_H
#define RTSEC_STATE_SHARED_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* A new string with one owner; a NUL stands behind its len bytes. */
char *shared_text_new(const void *bytes, size_t len);
/* One owner more; NULL stays NULL. */
char *shared_text_keep(char *text);
/* One owner less; NULL is fine. */
void shared_text_drop(char *text);
uint32_t shared_text_len(const char *text);

/* Drops what *at holds and lets it own a copy of bytes; keeps the old one if it is equal. */
void shared_text_set(char **at, const void *bytes, size_t len);
/* The same with an owned reference of another string, or NULL. */
void shared_text_share(char **at, char *text);

#endif
