/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log.c: the --debug switch, one of the few variables of the program that are
 * not held by anybody, and the line it lets through.
 */
#include "base/log.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"

static bool is_debug;

void log_set_debug(bool on)
{
	is_debug = on;
}

bool log_is_debug(void)
{
	return is_debug;
}

void log_debug(const char *fmt, ...)
{
	struct str text = { 0 };
	struct str line = { 0 };
	int saved = errno;
	va_list args;

	if (!is_debug)
		return;
	va_start(args, fmt);
	str_vprintf(&text, fmt, args);
	va_end(args);
	str_append_text(&line, "rtsec: debug: ");
	/* The text may quote a trace, which must not reach the terminal raw. */
	str_append_escaped(&line, str_text(&text), text.len);
	str_append_char(&line, '\n');
	fwrite(line.buf, 1, line.len, stderr);
	str_release(&text);
	str_release(&line);
	errno = saved;
}
