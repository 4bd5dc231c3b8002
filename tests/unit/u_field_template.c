/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_template.c: templates: what they print, what they refuse and where,
 * and the same as JSON.
 */
#include "field_world.h"

static void read_event(struct world *world, const char *data, uint32_t len)
{
	world_begin(world, EVENT_SYSCALL_READ_X);
	record_number(&world->rec, len, 8);
	record_param(&world->rec, data, len);
	record_number(&world->rec, 6, 8);
	record_number(&world->rec, 4096, 4);
	world_end(world);
}

static int setup(void **state)
{
	static struct world world;

	world_init(&world);
	read_event(&world, "hello\n", 6);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	world_release(*state);
	return 0;
}

struct line_case {
	const char *template;
	const char *wanted;
};

static const struct line_case lines[] = {
	{ FIELD_DEFAULT_TEMPLATE, "42 13:22:22.105654659 3 bash (4711) < read res=6 data=hello. "
				  "fd=6(<4t>127.0.0.1:40000->10.1.2.3:443) size=4096" },
	{ "%evt.num", "42" },
	{ "plain \\n text", "plain \\n text" },
	{ "%evt.numx|%evt.num[0]|%evt.num.", "42x|42[0]|42." },
	{ "[%8evt.num]", "[42      ]" },
	{ "[%08evt.num]", "[42      ]" },
	{ "[%0evt.num]", "[42]" },
	{ "[%2proc.name]", "[ba]" },
	{ "[%4proc.name]", "[bash]" },
	{ "[%2evt.info]", "[re]" },
	{ "[%6evt.dir]", "[<     ]" },
	{ "[%3toupper(proc.name)]", "[BAS]" },
	{ "%proc.aname", "login systemd" },
	{ "%proc.aname[0] %proc.aname[1] %proc.aname[2]", "bash login systemd" },
	{ "%proc.aname[3]", "unset" },
	{ "*%proc.aname[3]|%5fs.path.name|", "<NA>|<NA> |" },
	{ "%fd.ip", "unset" },
	{ "*%fd.ip %fd.port %fd.net %fd.cnet %evt.around[5] %fd.sip.name",
	  "<NA> <NA> <NA> <NA> <NA> <NA>" },
	{ "%fd.types", "(directory,ipv4,pipe,file)" },
	{ "%fd.types[5]", "(pipe)" },
	{ "%fd.types[77]", "unset" },
	{ "%toupper(proc.name) %tolower( toupper ( proc.name ) )", "" },
	{ "%tolower(toupper(proc.name))", "bash" },
	{ "%concat(proc.name, \"-\", evt.type)!", "bash-read!" },
	{ "%concat(proc.name,'\\x41\\n',7)", "bashA\\n7" },
	{ "%join(\", \", (proc.name, evt.num, 'x', fd.types))",
	  "bash, 42, x, directory, ipv4, pipe, file" },
	{ "%join(\",\", ())|", "|" },
	{ "%join(\",\", (proc.name, fs.path.name))", "unset" },
	{ "%len(proc.name) %len(fd.types) %len(evt.buffer)", "4 4 6" },
	{ "%getopt((\"-i\", proc.name, \"-q\"), \"i:q\")", "(i,bash,q)" },
	{ "%getopt((\"-i\", proc.name, \"-q\"), \"i:q\")[i]", "bash" },
	{ "%getopt((\"-i\", proc.name, \"-q\"), \"i:q\")[z]", "unset" },
	{ "%basename(proc.exepath)", "bash" },
	{ "%toupperx", "" },
	{ "%evt.time %evt.time.s", "13:22:22.105654659 13:22:22" },
	{ "%evt.datetime|%evt.datetime.s", "2017-09-01 13:22:22.105654659|2017-09-01 13:22:22" },
	{ "%evt.time.iso8601", "2017-09-01T13:22:22.105654659+0000" },
	{ "%evt.rawtime %evt.rawtime.s %evt.rawtime.ns",
	  "1504272142105654659 1504272142 105654659" },
	{ "%evt.reltime %evt.reltime.s %evt.reltime.ns", "000000000 0 000000000" },
};

/* Cases without a wanted text are errors: blanks before '(' are none of the language. */
static void test_lines(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct err err;

		if (*lines[i].wanted) {
			assert_string_equal(world_line(world, lines[i].template), lines[i].wanted);
			continue;
		}
		err_init(&err);
		assert_null(field_template_compile(lines[i].template, &err));
	}
}

struct error_case {
	const char *template;
	size_t index;
	const char *why;
};

static const struct error_case errors[] = {
	{ "", 0, "the template is empty" },
	{ "*", 0, "the template is empty" },
	{ "abc%", 3, "a template cannot end in %" },
	{ "abc%12", 3, "a template cannot end in % and a number" },
	{ "100%% %evt.num", 4, "a field was expected" },
	{ "x %evt.nosuch", 3, "there is no field evt.nosuch" },
	{ "x\n %evt.arg", 11, "evt.arg needs an argument" },
	{ "%99999999evt.num", 1, "the width is too large" },
	{ "%tolower(evt.num)", 1, "this transformer takes a text" },
	{ "%tolower(fd.types)", 1, "this transformer takes a text" },
	{ "%tolower(fd.ip)", 1, "this field cannot be transformed" },
	{ "%tolower(proc.name", 18, "expected ',' or ')'" },
	{ "%tolower(proc.name, proc.name)", 1, "this transformer takes one argument" },
	{ "%tolower()", 9, "a field was expected" },
	{ "%tolower(\"abc)", 9, "the quote is not closed" },
	{ "%tolower(\"a\\q\")", 12, "no such escape" },
	{ "%tolower(\"a\\x00\")", 12, "no such escape" },
	{ "%b64(evt.num)", 1, "b64() takes a text or a buffer" },
	{ "%len(evt.num)", 1, "len() takes a text, a buffer or a list" },
	{ "%len(len(proc.name))", 1, "len() takes a text, a buffer or a list" },
	{ "%join(\",\")", 1, "join() takes a separator and a list" },
	{ "%join(\",\", proc.name)", 1, "join() second argument must be a list" },
	{ "%concat(\"a\")", 1, "concat() takes two arguments or more" },
	{ "%concat(\"a\", evt.num)", 1, "concat() arguments must be strings" },
	{ "%getopt(\"a\", \"b\")", 1, "getopt() first argument must be a list" },
	{ "%getopt((\"a\"), \"b\")[xy]", 19, "getopt() field argument must be a single" },
	{ "%join(\",\", ((\"a\")))", 12, "a field was expected" },
	{ "%evt.arg.nosuch x", 8, "unknown event argument nosuch" },
	{ "%evt.arg[res] x", 8, "res is not a valid number" },
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct err err;

		err_init(&err);
		assert_null(field_template_compile(errors[i].template, &err));
		if (err.code >= 0 || err.index != errors[i].index ||
		    strncmp(err.text, errors[i].why, strlen(errors[i].why)))
			fail_msg("%s: at %zu: %s", errors[i].template, err.index, err.text);
		assert_ptr_equal(err.source, errors[i].template);
		assert_true(err.line >= 1 && err.column >= 1);
	}
}

static void test_nesting(void **state)
{
	char text[4096] = "%";
	struct err err;

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, "toupper(");
	strcat(text, "proc.name");
	for (int i = 0; i < 200; i++)
		strcat(text, ")");
	err_init(&err);
	assert_null(field_template_compile(text, &err));
	assert_non_null(strstr(err.text, "nested too deeply"));
}

static void test_length(void **state)
{
	char *text = malloc(70001);
	struct err err;

	(void)state;
	memset(text, 'x', 70000);
	text[70000] = '\0';
	err_init(&err);
	assert_null(field_template_compile(text, &err));
	assert_true(err.code < 0);
	free(text);
}

static void test_needs(void **state)
{
	struct field_template *tpl;
	struct err err;

	(void)state;
	err_init(&err);
	tpl = field_template_compile("%evt.num", &err);
	assert_int_equal(field_template_needs(tpl), 0);
	field_template_free(tpl);
	tpl = field_template_compile("%concat(proc.name, evt.latency.human)", &err);
	assert_int_equal(field_template_needs(tpl), FIELD_NEED_STATE | FIELD_NEED_START);
	field_template_free(tpl);
	tpl = field_template_compile("%fd.sip.name", &err);
	assert_int_equal(field_template_needs(tpl), FIELD_NEED_FDS | FIELD_NEED_DNS);
	field_template_free(tpl);
	field_template_free(NULL);
}

/* --- JSON ------------------------------------------------------------------------------ */

static const struct line_case jsons[] = {
	{ "%proc.name then %evt.num, %evt.num", "{\"evt.num\":42,\"proc.name\":\"bash\"}" },
	{ "%evt.time %evt.outputtime %evt.datetime.s",
	  "{\"evt.datetime.s\":1504272142105654659,\"evt.outputtime\":1504272142105654659,"
	  "\"evt.time\":1504272142105654659}" },
	{ "%evt.reltime%evt.failed%fs.path.name", "unset" },
	{ "*%evt.reltime%evt.failed%proc.fdusage%fd.dev%fs.path.name%evt.cpu%evt.rawtime.ns",
	  "{\"evt.cpu\":3,\"evt.failed\":false,\"evt.rawtime.ns\":105654659,\"evt.reltime\":0,"
	  "\"fd.dev\":\"0\",\"fs.path.name\":null,\"proc.fdusage\":0.5859375}" },
	{ "%fd.types %proc.apid", "{\"fd.types\":[\"directory\",\"ipv4\",\"pipe\",\"file\"],"
				  "\"proc.apid\":[950,1]}" },
	{ "%evt.arg[0] %evt.arg.res %evt.rawarg.res %evt.rawarg.size",
	  "{\"evt.arg.res\":\"6\",\"evt.arg[0]\":\"6\",\"evt.rawarg.res\":6,"
	  "\"evt.rawarg.size\":4096}" },
	{ "%toupper(proc.name) %evt.num", "{\"evt.num\":42}" },
	{ "no fields", "{}" },
	{ "%proc.args", "{\"proc.args\":\"-c ls  x \xef\xbf\xbd\\u001b[31m\"}" },
	{ "%evt.buffer %evt.info", "{\"evt.buffer\":\"hello.\",\"evt.info\":\"res=6 data=hello. "
				   "fd=6(<4t>127.0.0.1:40000->10.1.2.3:443) size=4096\"}" },
	{ "%proc.args[1]%proc.env[LANG]", "{\"proc.args[1]\":\"ls  x\",\"proc.env[LANG]\":\"C\"}" },
};

static void test_json(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(jsons); i++)
		assert_string_equal(world_json(*state, jsons[i].template), jsons[i].wanted);
}

/* "61 80 7A" keeps a and z; also cut, overlong and surrogate sequences, and NUL. */
static void test_utf8(void **state)
{
	static const struct line_case names[] = {
		{ "a\x80z", "a\xef\xbf\xbdz" },
		{ "a\xffz", "a\xef\xbf\xbdz" },
		{ "a\xc3", "a\xef\xbf\xbd" },
		{ "\xe2\x82z", "\xef\xbf\xbd\xef\xbf\xbdz" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82\xac\xf0\x9f\x98\x80", "\xe2\x82\xac\xf0\x9f\x98\x80" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct str wanted = { 0 };

		world_begin(world, EVENT_SYSCALL_UNLINK_2_X);
		record_number(&world->rec, 0, 8);
		record_text(&world->rec, names[i].template);
		world_end(world);
		str_printf(&wanted, "{\"evt.rawarg.path\":\"%s\"}", names[i].wanted);
		assert_string_equal(world_json(world, "%evt.rawarg.path"), str_text(&wanted));
		str_release(&wanted);
	}
}

/* --- time formats --------------------------------------------------------------------------- */

static const char *output_time(struct world *world, int format)
{
	world->env.time_format = (enum field_time_format)format;
	return world_line(world, "%evt.outputtime");
}

static void test_output_times(void **state)
{
	struct world *world = *state;

	world->env.first_ts_ns = RECORD_TS - 58134214;
	assert_string_equal(output_time(world, 'h'), "13:22:22.105654659");
	assert_string_equal(output_time(world, 'a'), "1504272142.105654659");
	assert_string_equal(output_time(world, 'r'), "0.058134214");
	assert_string_equal(output_time(world, 'D'), "0.000000000");
	world->env.shown_ts_ns = RECORD_TS - 3829;
	assert_string_equal(output_time(world, 'D'), "0.000003829");
	assert_string_equal(output_time(world, 'd'), "unset");
	world->ev.start_ns = RECORD_TS - 1500000000;
	assert_string_equal(output_time(world, 'd'), "1.500000000");
	assert_string_equal(world_line(world, "%evt.time"), "13:22:22.105654659");
	world->ev.ts_ns = EVENT_TIME_UNKNOWN;
	assert_string_equal(output_time(world, 'h'), "unset");
	assert_string_equal(world_json(world, "*%evt.outputtime%evt.rawtime"),
			    "{\"evt.outputtime\":null,\"evt.rawtime\":null}");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_lines), CASE(test_errors), CASE(test_nesting), CASE(test_length),
		CASE(test_needs), CASE(test_json),   CASE(test_utf8),	 CASE(test_output_times),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
