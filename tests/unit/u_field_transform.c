/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_transform.c: the eight transformers.
 */
#include "field_world.h"

static int setup(void **state)
{
	static struct world world;

	world_init(&world);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	world_release(*state);
	return 0;
}

static struct field_value text_of(const char *text)
{
	return (struct field_value){ .type = EVENT_PT_CHARBUF, .bytes = span_text(text) };
}

static const char *print(struct world *world, const struct field_value *value)
{
	world->env.unescaped = true;
	str_reset(&world->text);
	field_value_text(NULL, value, &world->env, &world->text);
	return str_text(&world->text);
}

struct text_case {
	enum field_transformer which;
	const char *arg;
	const char *wanted; /* NULL: unset */
};

static const struct text_case text_cases[] = {
	{ FIELD_T_TOLOWER, "AbC[\xc3\x89Z@", "abc[\xc3\x89z@" },
	{ FIELD_T_TOUPPER, "abz{\xc3\xa9`", "ABZ{\xc3\xa9`" },
	{ FIELD_T_TOUPPER, "", "" },
	{ FIELD_T_B64, "YWI=", "ab" },
	{ FIELD_T_B64, "YWI", "ab" },
	{ FIELD_T_B64, "YWI==", "ab" },
	{ FIELD_T_B64, "YWI===", NULL },
	{ FIELD_T_B64, "YWJ", NULL },
	{ FIELD_T_B64, "Y", NULL },
	{ FIELD_T_B64, "YW I", NULL },
	{ FIELD_T_B64, "YWI\n", NULL },
	{ FIELD_T_B64, "__--", NULL },
	{ FIELD_T_B64, "bmdpbng=", "nginx" },
	{ FIELD_T_B64, "YQ==", "a" },
	{ FIELD_T_B64, "YR==", NULL },
	{ FIELD_T_B64, "Zm9vYg==", "foob" },
	{ FIELD_T_B64, "", "" },
	{ FIELD_T_B64, "=", "" },
	{ FIELD_T_B64, "YQBi", "a" },
	{ FIELD_T_B64, "Y=Q=", NULL },
	{ FIELD_T_BASENAME, "/a/b", "b" },
	{ FIELD_T_BASENAME, "/a/b/", "" },
	{ FIELD_T_BASENAME, "b", "b" },
	{ FIELD_T_BASENAME, "", "" },
	{ FIELD_T_LEN, "abc", "3" },
	{ FIELD_T_LEN, "\xc3\xa9", "2" },
	{ FIELD_T_LEN, "", "0" },
};

static void test_texts(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(text_cases); i++) {
		struct field_value arg = text_of(text_cases[i].arg);
		struct field_value out;
		bool is_set;

		is_set = field_transform(text_cases[i].which, &world->env, &arg, 1, 0, &out);
		assert_int_equal(is_set, text_cases[i].wanted != NULL);
		if (is_set)
			assert_string_equal(print(world, &out), text_cases[i].wanted);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(field_transformer_find("tolower", 7), FIELD_T_TOLOWER);
	assert_int_equal(field_transformer_find("getopt(", 6), FIELD_T_GETOPT);
	assert_int_equal(field_transformer_find("getop", 5), -1);
	assert_int_equal(field_transformer_find("val", 3), -1);
	assert_int_equal(field_transformer_find("TOLOWER", 7), -1);
}

static void test_numbers_refused(void **state)
{
	struct world *world = *state;
	struct field_value number = { .type = EVENT_PT_UINT64, .u64 = 7 };
	struct field_value out;

	assert_false(field_transform(FIELD_T_TOLOWER, &world->env, &number, 1, 0, &out));
	assert_false(field_transform(FIELD_T_B64, &world->env, &number, 1, 0, &out));
	assert_false(field_transform(FIELD_T_LEN, &world->env, &number, 1, 0, &out));
	assert_false(field_transform(FIELD_T_BASENAME, &world->env, &number, 1, 0, &out));
	assert_false(field_transform(FIELD_T_JOIN, &world->env, &number, 0, 0, &out));
}

static void test_buffers(void **state)
{
	struct world *world = *state;
	struct field_value buffer = { .type = EVENT_PT_BYTEBUF, .bytes = span_make("AAEC", 4) };
	struct field_value out;

	assert_true(field_transform(FIELD_T_B64, &world->env, &buffer, 1, 0, &out));
	assert_int_equal(out.type, EVENT_PT_BYTEBUF);
	assert_int_equal(out.bytes.len, 3);
	assert_memory_equal(out.bytes.ptr, "\0\1\2", 3);
	assert_true(field_transform(FIELD_T_LEN, &world->env, &buffer, 1, 0, &out));
	assert_int_equal(out.u64, 4);
}

static void test_join(void **state)
{
	struct world *world = *state;
	struct field_value items[] = {
		text_of("a"),
		{ .type = EVENT_PT_INT16, .i64 = -3 },
		{ .type = EVENT_PT_BOOL, .u64 = 1 },
		{ .type = EVENT_PT_PORT, .u64 = 443 },
		{ .type = EVENT_PT_IPADDR, .ip = { .addr = { 10, 0, 0, 1 } } },
		{ .type = EVENT_PT_RELTIME, .format = EVENT_PF_10_PADDED_DEC, .u64 = 42 },
		{ .type = EVENT_PT_INT32, .format = EVENT_PF_HEX, .i64 = 0xca02 },
	};
	struct field_value args[] = {
		text_of("-"),
		{ .type = EVENT_PT_CHARBUF, .is_list = true },
		text_of("z"),
	};
	struct field_value out;

	args[1].list.items = items;
	args[1].list.cnt = ARRAY_SIZE(items);
	assert_true(field_transform(FIELD_T_JOIN, &world->env, args, 3, 0, &out));
	assert_string_equal(print(world, &out), "a--3-true-443-10.0.0.1-000000042-CA02-z");
	args[1].list.cnt = 0;
	assert_true(field_transform(FIELD_T_JOIN, &world->env, args, 2, 0, &out));
	assert_string_equal(print(world, &out), "");
	assert_true(field_transform(FIELD_T_LEN, &world->env, &args[1], 1, 0, &out));
	assert_int_equal(out.u64, 0);
	args[1] = text_of("b\n");
	assert_true(field_transform(FIELD_T_CONCAT, &world->env, args, 3, 0, &out));
	assert_string_equal(print(world, &out), "-b\nz");
}

struct getopt_case {
	const char *words[6];
	const char *optstring;
	char opt;
	const char *wanted; /* NULL: unset */
};

static const struct getopt_case getopt_cases[] = {
	{ { "-i", "eth0", "-q" }, "i:qfu:", 0, "(i,eth0,q)" },
	{ { "-i", "eth0", "-q", "-u", "0" }, "i:qfu:", 'u', "0" },
	{ { "-i", "eth0", "-q" }, "i:qfu:", 'q', "q" },
	{ { "-i", "eth0", "-q" }, "i:qfu:", 'z', NULL },
	{ { "-ieth0", "-qf" }, "i:qfu:", 0, "(i,eth0,q,f)" },
	{ { "-qieth0" }, "i:q", 'i', "eth0" },
	{ { "-x", "-q" }, "q", 0, "(?,q)" },
	{ { "-x", "-q" }, "q", '?', "?" },
	{ { "-q", "-i" }, "i:q", 0, "(q,)" },
	{ { "-q", "-i" }, "i:q", 'i', "" },
	{ { "-i", "a", "-i", "b" }, "i:", 'i', "b" },
	{ { "-i", "-q" }, "i:q", 'i', "-q" },
	{ { "--long", "-q" }, "q", 0, "(q)" },
	{ { "-q", "--", "-f" }, "qf", 0, "(q)" },
	{ { "-q", "-", "-f" }, "qf", 0, "(q)" },
	{ { "-q", "", "-f" }, "qf", 0, "(q)" },
	{ { "-q", "word", "-f" }, "qf", 0, "(q)" },
	{ { "-q" }, ":q", 0, "(q)" },
	{ { "-q:" }, "q:", 0, "(q,:)" },
	{ { "-:" }, ":q", 0, "(?)" },
	{ { "word" }, "q", 0, "()" },
	{ { NULL }, "a", 0, "()" },
};

static void test_getopt(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(getopt_cases); i++) {
		const struct getopt_case *c = &getopt_cases[i];
		struct field_value items[ARRAY_SIZE(c->words)];
		struct field_value args[2] = {
			{ .type = EVENT_PT_CHARBUF, .is_list = true },
			text_of(c->optstring),
		};
		struct field_value out;
		bool is_set;

		for (size_t w = 0; w < ARRAY_SIZE(c->words) && c->words[w]; w++)
			items[args[0].list.cnt++] = text_of(c->words[w]);
		args[0].list.items = items;
		is_set = field_transform(FIELD_T_GETOPT, &world->env, args, 2, c->opt, &out);
		assert_int_equal(is_set, c->wanted != NULL);
		if (is_set)
			assert_string_equal(print(world, &out), c->wanted);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_texts),   CASE(test_names), CASE(test_numbers_refused),
		CASE(test_buffers), CASE(test_join),  CASE(test_getopt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
