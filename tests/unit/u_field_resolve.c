/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_resolve.c: names of fields with their arguments, the table itself, and
 * that all names which the stable rules use are there.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "field/field.h"
#include "record.h"

struct good_case {
	const char *text;
	bool whole;
	const char *name;
	size_t used;
	int64_t num; /* of the argument, -1 none */
	const char *arg;
};

static const struct good_case good[] = {
	{ "evt.num", true, "evt.num", 7, -1, NULL },
	{ "evt.time.s", true, "evt.time.s", 10, -1, NULL },
	{ "evt.time.iso8601", true, "evt.time.iso8601", 16, -1, NULL },
	{ "evt.arg.res", true, "evt.arg", 11, -1, "res" },
	{ "evt.arg.nativeID", true, "evt.arg", 16, -1, "nativeID" },
	{ "evt.arg[0]", true, "evt.arg", 10, 0, "0" },
	{ "evt.arg[31]", true, "evt.arg", 11, 31, "31" },
	{ "evt.args", true, "evt.args", 8, -1, NULL },
	{ "evt.rawarg.res", true, "evt.rawarg", 14, -1, "res" },
	{ "evt.type.is.open", true, "evt.type.is", 16, -1, "open" },
	{ "evt.type.is.3", true, "evt.type.is", 13, -1, "3" },
	{ "evt.type.is.statfs", true, "evt.type.is", 18, -1, "statfs" },
	{ "evt.abspath", true, "evt.abspath", 11, -1, NULL },
	{ "evt.abspath.src", true, "evt.abspath", 15, -1, "src" },
	{ "evt.around[1504272143571382088]", true, "evt.around", 31, 1504272143571382088, NULL },
	{ "proc.aname", true, "proc.aname", 10, -1, NULL },
	{ "proc.aname[2]", true, "proc.aname", 13, 2, "2" },
	{ "proc.aname[-1]", true, "proc.aname", 14, -1, NULL },
	{ "proc.args[\"0\"]", true, "proc.args", 14, 0, "0" },
	{ "proc.args['10']", true, "proc.args", 15, 10, "10" },
	{ "proc.env[HOME]", true, "proc.env", 14, -1, "HOME" },
	{ "proc.env[17]", true, "proc.env", 12, -1, NULL },
	{ "proc.env[\"A B\"]", true, "proc.env", 15, -1, "A B" },
	{ "proc.aenv[3]", true, "proc.aenv", 12, 3, "3" },
	{ "thread.cgroup.cpu", true, "thread.cgroup", 17, -1, "cpu" },
	{ "thread.cgroups", true, "thread.cgroups", 14, -1, NULL },
	{ "fd.types[2]", true, "fd.types", 11, 2, "2" },
	{ "fd.type", true, "fd.type", 7, -1, NULL },
	{ "k8s.pod.label[app.kubernetes.io/name]", true, "k8s.pod.label", 37, -1,
	  "app.kubernetes.io/name" },
	{ "container.label.io.x", true, "container.label", 20, -1, "io.x" },
	{ "container.labels", true, "container.labels", 16, -1, NULL },
	{ "container.mount[0]", true, "container.mount", 18, 0, "0" },
	/* In templates the longest that means something is taken. */
	{ "evt.numx", false, "evt.num", 7, -1, NULL },
	{ "evt.num[0]", false, "evt.num", 7, -1, NULL },
	{ "evt.arg.resx", false, "evt.arg", 11, -1, "res" },
	{ "evt.type.is.openness", false, "evt.type.is", 16, -1, "open" },
	{ "evt.type.isx", false, "evt.type", 8, -1, NULL },
	{ "proc.name.", false, "proc.name", 9, -1, NULL },
	{ "proc.aname[x]", false, "proc.aname", 10, -1, NULL },
	{ "proc.aname[2", false, "proc.aname", 10, -1, NULL },
	{ "thread.cgroup.cpu1", false, "thread.cgroup", 17, -1, "cpu" },
	{ "evt.latency.sx", false, "evt.latency.s", 13, -1, NULL },
	{ "container.label.a.", false, "container.label", 17, -1, "a" },
};

static void test_good(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct field_ref ref;
		struct err err;
		size_t used;

		err_init(&err);
		if (field_resolve(good[i].text, strlen(good[i].text), good[i].whole, &arena, &ref,
				  &used, &err))
			fail_msg("%s: %s", good[i].text, err.text);
		assert_string_equal(ref.info->name, good[i].name);
		assert_ptr_equal(ref.info, field_info_at(ref.id));
		assert_int_equal(used, good[i].used);
		assert_int_equal(strlen(ref.text), used);
		assert_memory_equal(ref.text, good[i].text, used);
		assert_int_equal(ref.arg_num, good[i].num);
		if (good[i].arg)
			assert_string_equal(ref.arg, good[i].arg);
		assert_int_equal(ref.has_arg, good[i].arg || good[i].num >= 0);
	}
	arena_release(&arena);
}

struct bad_case {
	const char *text;
	int code;
	size_t index;
	const char *why;
};

static const struct bad_case bad[] = {
	{ "", -ENOENT, 0, "a field was expected" },
	{ "evt.nosuch", -ENOENT, 0, "there is no field evt.nosuch" },
	{ "foo.bar", -ENOENT, 0, "there is no field foo.bar" },
	{ "evt.numx", -ENOENT, 0, "there is no field evt.numx" },
	{ "evt", -ENOENT, 0, "there is no field evt" },
	{ "evt.arg", -EINVAL, 7, "evt.arg needs an argument" },
	{ "evt.arg.nosuch", -EINVAL, 7, "unknown event argument nosuch" },
	{ "evt.arg.resx", -EINVAL, 7, "unknown event argument resx" },
	{ "evt.arg[res]", -EINVAL, 7, "res is not a valid number" },
	{ "evt.arg[32]", -EINVAL, 7, "no event has an argument 32" },
	{ "evt.rawarg[0]", -EINVAL, 10, "evt.rawarg takes the name of an argument" },
	{ "evt.rawarg.nosuch", -EINVAL, 10, "unknown event argument nosuch" },
	{ "evt.around", -EINVAL, 10, "evt.around needs an argument" },
	{ "evt.around[x]", -EINVAL, 10, "x is not a valid number" },
	{ "evt.type.is", -EINVAL, 11, "evt.type.is needs an argument" },
	{ "evt.type.is.nosuch", -EINVAL, 11, "unknown event type nosuch" },
	{ "evt.abspath.foo", -ENOENT, 0, "there is no field evt.abspath.foo" },
	{ "thread.cgroup", -EINVAL, 13, "thread.cgroup needs an argument" },
	{ "thread.cgroup[cpu]", -EINVAL, 13, "bad argument of thread.cgroup" },
	{ "thread.cgroup.cpu1", -EINVAL, 13, "bad argument of thread.cgroup" },
	{ "proc.aname[x]", -ENOENT, 0, "there is no field proc.aname[x]" },
	{ "proc.aname[2", -ENOENT, 0, "there is no field proc.aname[2" },
	{ "proc.args[0 1]", -ENOENT, 0, "there is no field proc.args[0 1]" },
	{ "proc.args[]", -ENOENT, 0, "there is no field proc.args[]" },
	{ "proc.args[99999999999999999999]", -ENOENT, 0, "there is no field" },
	{ "proc.env.HOME", -ENOENT, 0, "there is no field proc.env.HOME" },
	{ "fd.types[x]", -EINVAL, 8, "x is not a valid number" },
	{ "k8s.pod.label", -EINVAL, 13, "k8s.pod.label needs an argument" },
};

static void test_bad(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct field_ref ref;
		struct err err;
		size_t used;
		int ret;

		err_init(&err);
		ret = field_resolve(bad[i].text, strlen(bad[i].text), true, &arena, &ref, &used,
				    &err);
		if (ret != bad[i].code || err.index != bad[i].index ||
		    strncmp(err.text, bad[i].why, strlen(bad[i].why)))
			fail_msg("%s: %d at %zu: %s", bad[i].text, ret, err.index, err.text);
	}
	arena_release(&arena);
}

/* Names are unique, have a help of one line, and resolve to themselves. */
static void test_table(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_true(field_count() > 200);
	assert_null(field_info_at(field_count()));
	for (uint32_t i = 0; i < field_count(); i++) {
		const struct field_info *info = field_info_at(i);
		struct field_ref ref;
		struct err err;
		size_t used;

		assert_true(strlen(info->help) > 1);
		assert_null(strchr(info->help, '\n'));
		assert_true(info->help[strlen(info->help) - 1] != '.' || strstr(info->help, "..."));
		assert_non_null(event_type_name(info->type));
		assert_non_null(strchr(info->name, '.'));
		for (uint32_t other = 0; other < i; other++)
			assert_string_not_equal(field_info_at(other)->name, info->name);
		err_init(&err);
		if (info->arg == FIELD_ARG_REQUIRED)
			continue;
		assert_int_equal(field_resolve(info->name, strlen(info->name), true, &arena, &ref,
					       &used, &err),
				 0);
		assert_int_equal(ref.id, i);
	}
	arena_release(&arena);
}

/* --- the stable rules --------------------------------------------------------------- */

static bool is_known_class(const char *text)
{
	static const char *const classes[] = { "evt.",	   "proc.",   "thread.",     "fd.",
					       "fs.path.", "user.",   "group.",	     "container.",
					       "k8s.pod.", "k8s.ns.", "syscall.type" };

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (!strncmp(text, classes[i], strlen(classes[i])))
			return true;
	return false;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.';
}

/* "user.log" is the name of a file, "container." the end of a sentence. */
static bool is_no_field(const char *text, size_t len)
{
	return !memchr(text, '.', len) || (len == 8 && !strncmp(text, "user.log", 8));
}

static size_t check_line(char *line, struct arena *arena)
{
	size_t cnt = 0;

	for (char *at = line; *at && *at != '#'; at++) {
		size_t len = 0;
		struct field_ref ref;
		struct err err;
		size_t used;

		if ((at != line && (is_name(at[-1]) || strchr("/-\"'*", at[-1]))) ||
		    !is_known_class(at))
			continue;
		while (is_name(at[len]))
			len++;
		while (len && at[len - 1] == '.')
			len--;
		if (is_no_field(at, len))
			continue;
		if (at[len] == '[')
			len = (size_t)(strchr(at, ']') - at) + 1;
		err_init(&err);
		if (field_resolve(at, len, true, arena, &ref, &used, &err))
			fail_msg("%.*s: %s", (int)len, at, err.text);
		cnt++;
		at += len - 1;
	}
	return cnt;
}

static void test_stable_rules(void **state)
{
	const char *shared = getenv("RTSEC_SHARED");
	struct arena arena = { 0 };
	char path[4096];
	char line[8192];
	size_t cnt = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/data/rules/falco_rules.yaml", shared ? shared : "");
	file = shared ? fopen(path, "r") : NULL;
	if (!file)
		skip();
	while (fgets(line, sizeof(line), file)) {
		/* Prose is no place to look for fields. */
		if (!strstr(line, "desc:"))
			cnt += check_line(line, &arena);
	}
	fclose(file);
	arena_release(&arena);
	assert_true(cnt > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_stable_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
