/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err.h: what a user will read when something failed.  The lowest function that
 * knows the reason fills the record; the first one wins, later ones are dropped.
 * Functions that take one return 0 or a negative errno beside it.
 */
#ifndef RTSEC_BASE_ERR_H
#define RTSEC_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

#define ERR_TEXT_MAX 512

struct err {
	int code; /* the negative errno of the first failure, 0 while there is none */
	char text[ERR_TEXT_MAX]; /* one line: WHAT: WHY, without the program's name */
	/* For expressions: where in source it went wrong. column 0 means "not known". */
	const char *source; /* borrowed from whoever parsed it; NULL if there is none */
	size_t index; /* 0-based byte offset */
	unsigned int line; /* 1-based */
	unsigned int column; /* 1-based */
};

void err_init(struct err *err);
/* err may be NULL. Gives code, so that a caller can return it. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);
int err_vset(struct err *err, int code, const char *fmt, va_list args) PRINTF(3, 0);
/* The same with a place in source; line and column are worked out from index (CR and LF each start a line). */
int err_set_at(struct err *err, int code, const char *source, size_t index, const char *fmt, ...)
	PRINTF(5, 6);

#endif
