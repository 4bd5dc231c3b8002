/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_filter_compile.c: what no single expression shows: macros and lists, limits,
 * what a filter needs, and where errors are said to be.
 */
#include <errno.h>
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

struct named {
	const char *name, *text;
};

static const struct named macros[] = {
	{ "never_true", "evt.num=0" },
	{ "open_read", "evt.type in (open, openat) and fd.num >= 0" },
	{ "either", "proc.name=a or proc.name=b" },
	{ "nested", "either and not open_read" },
	{ "loop", "proc.name=x or loop2" },
	{ "loop2", "(not loop)" },
	{ "broken", "proc.name = a b" },
	{ "bad_field", "evt.num=1 and foo.bar=1" },
	{ "bad_value", "evt.num=x" },
	{ "empty", "" },
	{ "not_x", "proc.name=x" },
	{ "listed", "proc.name in (shells)" },
	{ "shells", "proc.name in shells" }, /* as the list */
	{ "d0", "evt.num=1" },
};

static const struct named lists[] = {
	{ "shells", "sh, bash, \"z sh\"" },
	{ "more", "shells, fish" },
	{ "none", "" },
	{ "self", "a, self" },
	{ "bad_list", "a,,b" },
	{ "tail", "a, b c" },
	{ "ports", "22, https" },
};

static const char *find(const struct named *named, size_t cnt, const char *name)
{
	size_t i;

	for (i = 0; i < cnt; i++) {
		if (!strcmp(named[i].name, name))
			return named[i].text;
	}
	return NULL;
}

/* d1 names d0 twice, d2 names d1 twice ...: dN has 2^N checks. */
static const char *find_macro(void *ctx, const char *name)
{
	static char text[64];
	unsigned int depth;

	assert_ptr_equal(ctx, macros);
	if (sscanf(name, "d%u", &depth) == 1 && depth > 0) {
		snprintf(text, sizeof(text), "d%u or d%u", depth - 1, depth - 1);
		return text;
	}
	if (sscanf(name, "c%u", &depth) == 1 && depth > 0) {
		snprintf(text, sizeof(text), depth > 1 ? "(c%u)" : "evt.num=%u", depth - 1);
		return text;
	}
	return find(macros, ARRAY_SIZE(macros), name);
}

static const char *find_list(void *ctx, const char *name)
{
	assert_ptr_equal(ctx, macros);
	return find(lists, ARRAY_SIZE(lists), name);
}

static struct filter_opts options(void)
{
	struct filter_opts opts = { .find_macro = find_macro,
				    .find_list = find_list,
				    .ctx = (void *)(uintptr_t)macros };

	return opts;
}

static void test_macros(void **state)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{ "never_true", "evt.num = 0" },
		{ "not never_true", "not evt.num = 0" },
		{ "not either", "not (proc.name = a or proc.name = b)" },
		{ "either and proc.pid=1", "(proc.name = a or proc.name = b) and proc.pid = 1" },
		{ "not_x", "proc.name = x" },
		{ "not not_x", "not proc.name = x" },
		{ "nested", "(proc.name = a or proc.name = b) and not (evt.type in (open, openat) "
			    "and fd.num >= 0)" },
		{ "proc.name in shells", "proc.name in (sh, bash, \"z sh\")" },
		{ "proc.name in (x, shells, y)", "proc.name in (x, sh, bash, \"z sh\", y)" },
		{ "proc.name in (more)", "proc.name in (sh, bash, \"z sh\", fish)" },
		{ "proc.name in (\"shells\")", "proc.name in (\"shells\")" },
		{ "proc.name in none", "proc.name in ()" },
		{ "proc.name in (none, a)", "proc.name in (a)" },
		{ "proc.name = anyof shells", "proc.name = anyof (sh, bash, \"z sh\")" },
		{ "proc.name = shells", "proc.name = shells" },
		{ "shells", "proc.name in (sh, bash, \"z sh\")" },
		{ "fd.sport in ports", "fd.sport in (22, https)" },
		{ "listed or listed",
		  "proc.name in (sh, bash, \"z sh\") or proc.name in (sh, bash, "
		  "\"z sh\")" },
	};
	struct filter_opts opts = options();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = { 0 };
		struct filter *filter = filter_compile(rows[i].text, &opts, &err);
		struct str printed = { 0 };

		if (!filter)
			fail_msg("%s: %s", rows[i].text, err.text);
		filter_print(filter, &printed);
		assert_string_equal(str_text(&printed), rows[i].printed);
		str_release(&printed);
		filter_free(filter);
	}
}

static void test_macro_errors(void **state)
{
	static const struct {
		const char *text;
		size_t index;
		int code;
		const char *why;
	} rows[] = {
		{ "nosuch", 0, -ENOENT, "unexpected identifier 'nosuch'" },
		{ "proc.pid=1 and nosuch", 15, -ENOENT, "unexpected identifier 'nosuch'" },
		{ "proc.pid=1 and loop", 15, -EINVAL, "'loop' refers to itself" },
		{ "not broken", 4, -EINVAL, "inside 'broken': unexpected token after 'a'" },
		{ "evt.num=1 or bad_field", 13, -ENOENT, "inside 'bad_field': " },
		{ "bad_value", 0, -EINVAL, "inside 'bad_value': 'x' is not a valid number" },
		{ "empty", 0, -EINVAL, "inside 'empty': expected a '(' token" },
		{ "proc.name in (b, self)", 17, -EINVAL, "'self' refers to itself" },
		{ "proc.name in bad_list", 13, -EINVAL, "inside 'bad_list': expected a string" },
		{ "proc.name in (tail)", 14, -EINVAL, "inside 'tail': unexpected text" },
		{ "evt.num in (1, shells)", 15, -EINVAL, "inside 'shells': 'sh' is not a valid" },
		{ "evt.type=nosuch", 9, -ENOENT, "unknown event type 'nosuch'" },
		{ "foo.bar=1", 0, -ENOENT, "foo.bar" },
		{ "evt.num contains 1", 8, -EINVAL, "'contains' operator" },
		{ "evt.arg.nosuch exists", 7, -EINVAL, "nosuch" },
	};
	struct filter_opts opts = options();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = { 0 };

		if (filter_compile(rows[i].text, &opts, &err))
			fail_msg("%s compiles", rows[i].text);
		if (err.index != rows[i].index || !strstr(err.text, rows[i].why) ||
		    err.code != rows[i].code || err.source != rows[i].text)
			fail_msg("%s: %zu: %d: %s", rows[i].text, err.index, err.code, err.text);
		/* Nobody has to look at the reason. */
		assert_null(filter_compile(rows[i].text, &opts, NULL));
	}
}

static char *repeated(const char *first, const char *unit, size_t cnt, const char *last)
{
	char *text = malloc(strlen(first) + cnt * strlen(unit) + strlen(last) + 1);
	char *at = stpcpy(text, first);

	while (cnt--)
		at = stpcpy(at, unit);
	strcpy(at, last);
	return text;
}

static void expect(char *text, const struct filter_opts *opts, const char *why)
{
	struct err err = { 0 };
	struct filter *filter = filter_compile(text, opts, &err);

	if (why && filter)
		fail_msg("%.40s... compiles", text);
	if (why && !strstr(err.text, why))
		fail_msg("%.40s...: %s", text, err.text);
	if (!why && !filter)
		fail_msg("%.40s...: %s", text, err.text);
	filter_free(filter);
	free(text);
}

static void test_depth(void **state)
{
	static const struct {
		const char *open, *check, *close;
		size_t max;
	} rows[] = {
		{ "(", "proc.name=a", ")", 18 },
		{ "not(", "proc.name=a", ")", 23 },
		{ "evt.num=1 and(", "proc.name=a", ")", 30 },
		{ "evt.num=1 or(", "proc.name=a", ")", 46 },
		{ "tolower(", "proc.name", ")", 47 },
	};
	const char *deep = "exceeded max depth limit of 100";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool is_call = !strcmp(rows[i].open, "tolower(");
		size_t more;

		for (more = 0; more < 2; more++) {
			char *front = repeated("", rows[i].open, rows[i].max + more, rows[i].check);

			expect(repeated(front, rows[i].close, rows[i].max + more,
					is_call ? "=a" : ""),
			       NULL, more ? deep : NULL);
			free(front);
		}
	}
	/* Chains cost nothing. */
	expect(repeated("", "not ", 1000, "proc.name=a"), NULL, NULL);
	expect(repeated("proc.name=a", " or proc.name=b", 1949, ""), NULL, NULL);
}

static void test_limits(void **state)
{
	struct filter_opts rule = options();
	struct filter_opts opts = options();
	char *front;

	(void)state;
	rule.max_depth = 1000;
	front = repeated("", "(", 198, "proc.name=a");
	expect(repeated(front, ")", 198, ""), &rule, NULL);
	expect(repeated(front, ")", 198, ""), NULL, "exceeded max depth limit of 100");
	free(front);
	front = repeated("", "(", 199, "proc.name=a");
	expect(repeated(front, ")", 199, ""), &rule, "exceeded max depth limit of 1000");
	free(front);
	/* Macros have a depth each, but share the stack and the memory. */
	expect(strdup("c1000"), &opts, NULL);
	expect(strdup("c9000"), &opts, "nested too deeply");
	expect(strdup("d10"), &opts, NULL);
	expect(strdup("d30"), &opts, "too big");
	expect(repeated("evt.num in (1", ",2", LIMIT_FILTER_LIST - 1, ")"), NULL, NULL);
	expect(repeated("evt.num in (1", ",2", LIMIT_FILTER_LIST, ")"), NULL, "more than");
	expect(repeated("evt.num=1", " ", LIMIT_FILTER_LEN, ""), NULL, "longer than");
}

static void test_needs(void **state)
{
	static const struct {
		const char *text;
		uint32_t has, lacks;
	} rows[] = {
		{ "evt.num=1", 0, FIELD_NEED_STATE | FIELD_NEED_FDS | FIELD_NEED_START },
		{ "proc.name=a", FIELD_NEED_STATE, FIELD_NEED_START },
		{ "evt.num=1 or not fd.name=a", FIELD_NEED_FDS, FIELD_NEED_START },
		{ "evt.latency>1", FIELD_NEED_START, FIELD_NEED_DNS },
		{ "evt.num=val(evt.num) and proc.name=val(fd.name)",
		  FIELD_NEED_STATE | FIELD_NEED_FDS, 0 },
		{ "join(\",\", (fd.name))=a", FIELD_NEED_FDS, 0 },
		{ "fd.sip.name exists", FIELD_NEED_FDS, FIELD_NEED_DNS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter *filter = filter_compile(rows[i].text, NULL, NULL);
		uint32_t needs;

		assert_non_null(filter);
		needs = filter_needs(filter);
		if ((needs & rows[i].has) != rows[i].has || needs & rows[i].lacks)
			fail_msg("%s: needs %#x", rows[i].text, needs);
		filter_free(filter);
	}
}

static void test_hosts(void **state)
{
	struct filter_opts opts = { .allow_dns = true };
	struct filter *filter;
	struct err err = { 0 };

	(void)state;
	/* A number needs no network. */
	filter = filter_compile("fd.sip.name in (127.0.0.1, \"::1\")", &opts, &err);
	if (!filter)
		fail_msg("%s", err.text);
	assert_true(filter_needs(filter) & FIELD_NEED_DNS);
	filter_free(filter);
	assert_null(filter_compile("fd.sip.name=127.0.0.1", NULL, &err));
	assert_non_null(strstr(err.text, "not allowed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_macros), cmocka_unit_test(test_macro_errors),
		cmocka_unit_test(test_depth),  cmocka_unit_test(test_limits),
		cmocka_unit_test(test_needs),  cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
