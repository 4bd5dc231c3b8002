/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * want.h: how a program of tests/live says what rtsec should show of the calls
 * it makes.  A call is one line on standard output, tabs between the parts:
 *
 *   evt.type  result  name=value ...
 *
 * A part stands in evt.args as it is here; one that ends in "*" is only the
 * beginning.  Lines are kept until want_done(), so that what is printed does not
 * come between the calls.
 */
#ifndef RTSEC_LIVE_WANT_H
#define RTSEC_LIVE_WANT_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *want_lines;
static char *want_text;
static size_t want_len;

/* The value as a result or descriptor is shown: a number, of a failure with its name. */
static inline const char *want_errno(long ret, int code)
{
	static char text[64];

	if (ret == -1 && code)
		snprintf(text, sizeof(text), "-%d(%s)", code, strerrorname_np(code));
	else
		snprintf(text, sizeof(text), "%ld", ret);
	return text;
}

__attribute__((format(printf, 4, 0))) static inline void want_line(const char *type,
								   const char *res_name,
								   const char *res, const char *fmt,
								   va_list args)
{
	if (!want_lines)
		want_lines = open_memstream(&want_text, &want_len);
	fprintf(want_lines, "%s\t%s=%s", type, res_name, res);
	if (strcmp(fmt, "%s")) {
		fputc('\t', want_lines);
		vfprintf(want_lines, fmt, args);
	}
	fputc('\n', want_lines);
}

/* A call whose first parameter is res, a number; ret as syscall(2) gives it, errno beside it. */
__attribute__((format(printf, 3, 4))) static inline long want(const char *type, long ret,
							      const char *fmt, ...)
{
	int code = errno;
	va_list args;

	va_start(args, fmt);
	want_line(type, "res", want_errno(ret, code), fmt, args);
	va_end(args);
	errno = code;
	return ret;
}

/* One that has no other parameter. */
static inline long want_only(const char *type, long ret)
{
	return want(type, ret, "%s", "");
}

/* One whose first parameter is a new descriptor, called name. */
__attribute__((format(printf, 4, 5))) static inline long want_fd(const char *type, const char *name,
								 long ret, const char *fmt, ...)
{
	char text[72];
	int code = errno;
	va_list args;

	snprintf(text, sizeof(text), ret >= 0 ? "%s(*" : "%s", want_errno(ret, code));
	va_start(args, fmt);
	want_line(type, name, text, fmt, args);
	va_end(args);
	errno = code;
	return ret;
}

/* One whose only parameter is called name. */
static inline void want_named(const char *type, const char *name, const char *value)
{
	if (!want_lines)
		want_lines = open_memstream(&want_text, &want_len);
	fprintf(want_lines, "%s\t%s=%s\n", type, name, value);
}

/* One whose every part stands in fmt. */
__attribute__((format(printf, 3, 4))) static inline void want_all(const char *type, const char *res,
								  const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	want_line(type, "res", res, fmt, args);
	va_end(args);
}

/* One whose only parameter is the caller's id. */
static inline void want_id(const char *type, const char *name, long id)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld(*", id);
	want_named(type, name, text);
}

static inline int want_done(void)
{
	if (!want_lines)
		return 1;
	fclose(want_lines);
	fwrite(want_text, 1, want_len, stdout);
	fflush(stdout);
	free(want_text);
	return 0;
}

/* What a test cannot do without. */
static inline void must(int is_true, const char *what)
{
	if (is_true)
		return;
	perror(what);
	exit(1);
}

#endif
