/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err.c: filling the error record.  Nothing here prints; cmd/ does, once.
 */
#include "base/err.h"

#include <stdio.h>

/* Called for every event: the text is not cleared as a whole. */
void err_init(struct err *err)
{
	err->code = 0;
	err->text[0] = '\0';
	err->source = NULL;
	err->index = 0;
	err->line = 0;
	err->column = 0;
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_vset(err, code, fmt, args);
	va_end(args);
	return code;
}

int err_vset(struct err *err, int code, const char *fmt, va_list args)
{
	if (!err || err->code)
		return code;
	err->code = code;
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	return code;
}

int err_set_at(struct err *err, int code, const char *source, size_t index, const char *fmt, ...)
{
	va_list args;
	size_t i;

	if (!err || err->code)
		return code;
	va_start(args, fmt);
	err_vset(err, code, fmt, args);
	va_end(args);
	err->source = source;
	err->index = index;
	err->line = 1;
	err->column = 1;
	for (i = 0; i < index && source[i]; i++) {
		if (source[i] == '\n' || source[i] == '\r') {
			err->line++;
			err->column = 1;
		} else {
			err->column++;
		}
	}
	return code;
}
