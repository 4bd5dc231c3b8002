/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_filter_cases.c: the files tests/filter/ *.test, whose first lines say how they
 * are written. Whatever compiles must print to something that compiles to the same
 * code and prints the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "filter/filter.h"

#define LINE_MAX_LEN 4096

struct cases {
	const char *path;
	unsigned int line;
	unsigned int failed;
	unsigned int cnt;
	char text[LINE_MAX_LEN];
	struct filter *filter; /* of the case at hand, NULL: refused */
	struct err err;
	struct str printed, dump;
	bool is_open; /* a case has begun */
	bool has_result;
};

static void complain(struct cases *cases, const char *what, const char *got)
{
	print_error("%s:%u: %s: %s: %s\n", cases->path, cases->line, cases->text, what, got);
	cases->failed++;
}

static int hex_digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static void unescape(char *to, const char *from)
{
	static const char letters[] = "ntrbvf\\", bytes[] = "\n\t\r\b\v\f\\";

	while (*from) {
		if (*from != '\\') {
			*to++ = *from++;
		} else if (from[1] == 'x') {
			*to++ = (char)(hex_digit(from[2]) << 4 | hex_digit(from[3]));
			from += 4;
		} else {
			const char *found = strchr(letters, from[1]);

			assert_non_null(found);
			*to++ = bytes[found - letters];
			from += 2;
		}
	}
	*to = '\0';
}

static void print_and_compile_again(struct cases *cases)
{
	/* Where "and(" was written "and (" is printed, which is deeper. */
	struct filter_opts opts = { .max_depth = 10 * LIMIT_FILTER_DEPTH };
	struct str printed = { 0 }, dump = { 0 };
	struct err err = { 0 };
	struct filter *again;

	filter_print(cases->filter, &cases->printed);
	filter_dump(cases->filter, &cases->dump);
	again = filter_compile(str_text(&cases->printed), &opts, &err);
	if (!again) {
		complain(cases, "printed, it does not compile", err.text);
		return;
	}
	filter_print(again, &printed);
	filter_dump(again, &dump);
	if (strcmp(str_text(&printed), str_text(&cases->printed)) != 0)
		complain(cases, "printed twice it differs", str_text(&printed));
	if (strcmp(str_text(&dump), str_text(&cases->dump)) != 0)
		complain(cases, "printed, it has other code", str_text(&dump));
	filter_free(again);
	str_release(&printed);
	str_release(&dump);
}

static void end_case(struct cases *cases)
{
	if (cases->is_open && !cases->has_result)
		complain(cases, "nothing is expected of it", "");
	filter_free(cases->filter);
	cases->filter = NULL;
	cases->is_open = cases->has_result = false;
}

static void begin_case(struct cases *cases, const char *line)
{
	const char *text = line[1] ? line + 2 : "";

	end_case(cases);
	if (line[0] == '$')
		unescape(cases->text, text);
	else
		strcpy(cases->text, text);
	err_init(&cases->err);
	str_reset(&cases->printed);
	str_reset(&cases->dump);
	cases->filter = filter_compile(cases->text, NULL, &cases->err);
	cases->is_open = true;
	cases->cnt++;
	if (cases->filter)
		print_and_compile_again(cases);
}

static void want_error(struct cases *cases, const char *line)
{
	char *rest;
	size_t index = strtoul(line + 1, &rest, 10);
	unsigned int at_line = (unsigned int)strtoul(rest, &rest, 10);
	unsigned int column = (unsigned int)strtoul(rest + 1, &rest, 10);
	char got[64];

	if (cases->filter) {
		complain(cases, "compiled", "");
		return;
	}
	snprintf(got, sizeof(got), "@%zu %u:%u", cases->err.index, cases->err.line,
		 cases->err.column);
	if (cases->err.index != index || cases->err.line != at_line || cases->err.column != column)
		complain(cases, "refused elsewhere", got);
	if (!strstr(cases->err.text, rest + 1))
		complain(cases, "another message", cases->err.text);
	if (cases->err.source != cases->text)
		complain(cases, "without its source", "");
}

static void want_types(struct cases *cases, const char *line)
{
	char want[LINE_MAX_LEN + 32];
	char *rest;
	unsigned long cnt = strtoul(line + 6, &rest, 10);

	snprintf(want, sizeof(want), "types: %lu of %u%s\n", cnt, EVENT_TYPE_COUNT, rest);
	if (!cases->filter || strncmp(str_text(&cases->dump), want, strlen(want)) != 0)
		complain(cases, "other types", str_text(&cases->dump));
}

static void want_code(struct cases *cases, const char *line)
{
	char want[LINE_MAX_LEN + 4];

	snprintf(want, sizeof(want), "\n%s\n", line + 2);
	if (!cases->filter || !strstr(str_text(&cases->dump), want))
		complain(cases, "other code", str_text(&cases->dump));
}

static void want(struct cases *cases, const char *line)
{
	cases->has_result = true;
	switch (line[0]) {
	case '@':
		want_error(cases, line);
		break;
	case '=':
		if (!cases->filter)
			complain(cases, "refused", cases->err.text);
		else if (strcmp(str_text(&cases->printed), line + 2) != 0)
			complain(cases, "prints differently", str_text(&cases->printed));
		break;
	case '!':
		if (!cases->filter || !strstr(filter_warnings(cases->filter), line + 2))
			complain(cases, "other warnings",
				 cases->filter ? filter_warnings(cases->filter) : "");
		break;
	case 't':
		want_types(cases, line);
		break;
	case '|':
		want_code(cases, line);
		break;
	default:
		complain(cases, "unknown line", line);
	}
}

static void run_file(const char *path)
{
	struct cases cases = { .path = path };
	char line[LINE_MAX_LEN];
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("cannot open %s", path);
	while (fgets(line, sizeof(line), file)) {
		cases.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '>' || line[0] == '$')
			begin_case(&cases, line);
		else if (line[0] && line[0] != '#')
			want(&cases, line);
	}
	end_case(&cases);
	fclose(file);
	str_release(&cases.printed);
	str_release(&cases.dump);
	assert_true(cases.cnt > 0);
	assert_int_equal(cases.failed, 0);
}

static void test_syntax(void **state)
{
	(void)state;
	run_file("tests/filter/syntax.test");
}

static void test_compile(void **state)
{
	(void)state;
	run_file("tests/filter/compile.test");
}

static void test_own(void **state)
{
	(void)state;
	run_file("tests/filter/own.test");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_compile),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
