/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_event_tables.c: the schema's tables are complete, ordered and agree with
 * each other.  With RTSEC_SHARED in the environment, a folder with the schema as
 * tab-separated tables, every line is compared with that as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "event/event.h"

static const char *const formats[] = { "NA", "DEC", "HEX", "10_PADDED_DEC", "ID", "DIR", "OCT" };
static const char *const dyns[] = { "", "sockopt", "ptrace", "bpf", "keyctl" };

static void test_event_numbers(void **state)
{
	static const uint32_t numbers[] = {
#define EVENT(num, NAME, name, dir, category, flags, params) num,
#include "event/events.def"
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(numbers), 454);
	assert_int_equal(EVENT_TYPE_COUNT, 454);
	for (uint32_t i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_int_equal(numbers[i], i);
	assert_null(event_info_find(454));
	assert_null(event_info_find(UINT32_MAX));
}

static void test_event_shape(void **state)
{
	(void)state;
	for (uint32_t type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);
		const struct event_info *pair = event_info_find(type ^ 1);
		size_t len = strlen(info->id);
		bool is_used = strcmp(info->name, "NA") != 0;
		uint32_t source = info->category & ~(uint32_t)EVENT_EC_LOW_MASK;

		assert_int_equal(info->type, type);
		assert_int_equal(info->dir, type % 2 ? EVENT_DIR_EXIT : EVENT_DIR_ENTER);
		assert_string_equal(info->id + len - 2, type % 2 ? "_X" : "_E");
		assert_int_equal(strlen(pair->id), len);
		assert_memory_equal(pair->id, info->id, len - 1);
		if (is_used && strcmp(pair->name, "NA"))
			assert_string_equal(info->name, pair->name);
		assert_true(is_used || info->flags & EVENT_EF_UNUSED);
		assert_int_equal(is_used, info->category != EVENT_EC_UNKNOWN);
		/* One source bit, unless the number is not used. */
		assert_int_equal(source && !(source & (source - 1)), is_used);
		for (uint32_t other = 0; other < type; other++)
			assert_string_not_equal(event_info_find(other)->id, info->id);
	}
}

static void check_param(const struct event_info *info, int idx)
{
	const struct event_param_info *param = &info->params[idx];
	enum event_kind kind = event_type_kind(param->type);
	bool has_flags =
		kind == EVENT_KIND_FLAGS || kind == EVENT_KIND_ENUM || kind == EVENT_KIND_MODE;

	assert_true(param->name && *param->name);
	assert_int_equal(param->name_len, strlen(param->name));
	assert_int_equal(event_param_index(info, param->name), idx);
	assert_true(event_param_name_exists(param->name));
	assert_true(param->type > EVENT_PT_NONE && param->type < EVENT_PT_COUNT);
	assert_true(param->format < ARRAY_SIZE(formats));
	assert_true(param->flagset < EVENT_FLAGS_COUNT);
	assert_int_equal(param->size, event_type_size(param->type));
	if (param->flagset)
		assert_true(has_flags);
	assert_int_equal(param->dyn != EVENT_DYN_NONE, kind == EVENT_KIND_DYN);
	assert_int_equal(param->dirfd >= 0, kind == EVENT_KIND_RELPATH);
	if (param->dirfd >= 0) {
		assert_true(param->dirfd < idx);
		assert_int_equal(info->params[param->dirfd].type, EVENT_PT_FD);
	}
}

static void test_event_params(void **state)
{
	(void)state;
	for (uint32_t type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);

		assert_true(info->param_cnt <= EVENT_PARAM_MAX);
		for (int i = 0; i < info->param_cnt; i++)
			check_param(info, i);
		/* cnt in the table is the number of parameters written beside it. */
		assert_null(info->params[info->param_cnt].name);
	}
	assert_int_equal(event_param_index(event_info_find(EVENT_SYSCALL_READ_X), "size"), 3);
	assert_int_equal(event_param_index(event_info_find(EVENT_SYSCALL_READ_X), "nope"), -1);
	assert_false(event_param_name_exists("nope"));
	assert_false(event_param_name_exists(""));
}

static void test_event_names(void **state)
{
	static const int opens[] = { EVENT_SYSCALL_OPEN_E, EVENT_SYSCALL_OPEN_X };
	static const int ioctls[] = { EVENT_SYSCALL_IOCTL_2_E, EVENT_SYSCALL_IOCTL_2_X,
				      EVENT_SYSCALL_IOCTL_3_E, EVENT_SYSCALL_IOCTL_3_X };
	uint32_t iter = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(opens); i++)
		assert_int_equal(event_type_next_named("open", &iter), opens[i]);
	assert_int_equal(event_type_next_named("open", &iter), -1);
	assert_int_equal(event_type_next_named("open", &iter), -1);
	iter = 0;
	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++)
		assert_int_equal(event_type_next_named("ioctl", &iter), ioctls[i]);
	assert_int_equal(event_type_next_named("ioctl", &iter), -1);
	iter = 0;
	assert_int_equal(event_type_next_named("ope", &iter), -1);
	iter = 0;
	assert_int_equal(event_type_next_named("keyctl", &iter), EVENT_SYSCALL_KEYCTL_X);
}

static void test_types(void **state)
{
	static const uint32_t numbers[] = {
#define TYPE(num, NAME, size, kind) num,
#include "event/types.def"
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(numbers), 49);
	assert_int_equal(EVENT_PT_COUNT, 49);
	for (uint32_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_int_equal(numbers[i], i);
		assert_non_null(event_type_name(i));
		assert_true(!event_type_is_signed(i) || event_type_size(i));
	}
	assert_null(event_type_name(EVENT_PT_COUNT));
	assert_int_equal(event_type_size(EVENT_PT_COUNT), 0);
	assert_int_equal(event_type_kind(EVENT_PT_COUNT), EVENT_KIND_NONE);
	assert_int_equal(event_type_size(EVENT_PT_IPV6ADDR), 16);
	assert_int_equal(event_type_size(EVENT_PT_CHARBUF), 0);
	assert_true(event_type_is_signed(EVENT_PT_FD));
	assert_true(event_type_is_signed(EVENT_PT_INT16));
	assert_false(event_type_is_signed(EVENT_PT_UID));
	assert_false(event_type_is_signed(EVENT_PT_PORT));
}

static void test_flags(void **state)
{
	uint32_t cnt = 0;

	(void)state;
	assert_null(event_flagset_name(EVENT_FLAGS_COUNT));
	for (uint32_t set = 1; set < EVENT_FLAGS_COUNT; set++) {
		const char *name, *other;
		uint64_t value, found;
		uint32_t idx;

		assert_non_null(event_flagset_name(set));
		for (idx = 0; event_flag_get(set, idx, &name, &value); idx++) {
			assert_true(event_flag_value(set, name, &found));
			assert_true(found == value);
			for (uint32_t i = 0; i < idx; i++) {
				assert_true(event_flag_get(set, i, &other, &found));
				assert_string_not_equal(name, other);
			}
		}
		assert_true(idx > 0);
		cnt += idx;
	}
	assert_int_equal(EVENT_FLAGS_COUNT - 1, 55);
	assert_int_equal(cnt, 605);
}

/* Every set is used by some parameter; poll_flags are the events of an FDLIST. */
static void test_flag_sets_used(void **state)
{
	(void)state;
	for (uint32_t set = 1; set < EVENT_FLAGS_COUNT; set++) {
		bool is_used = set == EVENT_FLAGS_poll_flags;

		for (uint32_t type = 0; type < EVENT_TYPE_COUNT; type++) {
			const struct event_info *info = event_info_find(type);

			for (int i = 0; i < info->param_cnt; i++)
				is_used |= info->params[i].flagset == set;
		}
		if (!is_used)
			fail_msg("no parameter uses %s", event_flagset_name(set));
	}
}

#define NR_MAX 512

static void claim(uint8_t *used, int nr, const char *name)
{
	if (nr < 0)
		return;
	assert_true(nr < NR_MAX);
	if (used[nr]++)
		fail_msg("%s: number %d is used twice", name, nr);
}

static void test_syscalls(void **state)
{
	static const struct {
		int i386, arm, code;
	} compat[] = {
#define COMPAT(i386, arm, code) { i386, arm, code },
#include "event/compat.def"
	};
	uint8_t x86_64[NR_MAX] = { 0 }, aarch64[NR_MAX] = { 0 };
	uint8_t i386[NR_MAX] = { 0 }, arm[NR_MAX] = { 0 };

	(void)state;
	assert_int_equal(event_syscall_count(), 454);
	assert_null(event_syscall_find(454));
	for (uint32_t code = 0; code < event_syscall_count(); code++) {
		const struct event_syscall *call = event_syscall_find(code);

		assert_non_null(call->name);
		assert_int_equal(call->code, code);
		assert_ptr_equal(event_syscall_find_name(call->name), call);
		claim(x86_64, call->nr_x86_64, call->name);
		claim(aarch64, call->nr_aarch64, call->name);
		claim(i386, call->nr_i386, call->name);
		claim(arm, call->nr_arm, call->name);
		/* Tracepoints are reported by enter types. */
		assert_true(event_info_find(call->exit_event)->dir == EVENT_DIR_EXIT ||
			    (code >= 396 && code <= 400));
		assert_string_not_equal(event_info_find(call->exit_event)->name, "NA");
	}
	for (size_t i = 0; i < ARRAY_SIZE(compat); i++) {
		const struct event_syscall *call = event_syscall_find((uint32_t)compat[i].code);

		assert_non_null(call);
		assert_true(compat[i].i386 >= 0 || compat[i].arm >= 0);
		claim(i386, compat[i].i386, call->name);
		claim(arm, compat[i].arm, call->name);
	}
	/* All numbers up to clone3 that ever did something are there. */
	for (int nr = 0; nr < 336; nr++)
		if (!x86_64[nr])
			assert_true((nr >= 181 && nr <= 185) || nr == 236);
	for (int nr = 0; nr < 295; nr++)
		if (!aarch64[nr])
			assert_true(nr >= 244 && nr < 260);
	assert_null(event_syscall_find_name("nope"));
}

static void test_syscall_numbers(void **state)
{
	static const struct {
		const char *name;
		int x86_64, aarch64, i386, arm;
	} cases[] = {
		{ "read", 0, 63, 3, 3 },
		{ "openat", 257, 56, 295, 322 },
		{ "chown", 92, -1, 182, 182 },
		{ "setuid", 105, 146, 23, 23 },
		{ "setuid32", -1, -1, 213, 213 },
		{ "getrlimit", 97, 163, 76, -1 },
		{ "ugetrlimit", -1, -1, 191, 191 },
		{ "mmap", 9, 222, 90, -1 },
		{ "mmap2", -1, -1, 192, 192 },
		{ "umount", -1, -1, 22, -1 },
		{ "umount2", 166, 39, 52, 52 },
		{ "stat64", -1, -1, 195, 195 },
		{ "newfstatat", 262, 79, 300, 327 },
		{ "select", 23, -1, 142, 142 },
		{ "socketcall", -1, -1, 102, -1 },
		{ "recv", -1, -1, -1, 291 },
		{ "execve", 59, 221, 11, 11 },
		{ "clone3", 435, 435, 435, 435 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct event_syscall *call = event_syscall_find_name(cases[i].name);

		assert_non_null(call);
		assert_int_equal(call->nr_x86_64, cases[i].x86_64);
		assert_int_equal(call->nr_aarch64, cases[i].aarch64);
		assert_int_equal(call->nr_i386, cases[i].i386);
		assert_int_equal(call->nr_arm, cases[i].arm);
	}
	assert_int_equal(event_syscall_find_name("read")->exit_event, EVENT_SYSCALL_READ_X);
	assert_int_equal(event_syscall_find_name("getpid")->exit_event, EVENT_GENERIC_X);
}

static void test_kernel_names(void **state)
{
	static const struct {
		uint32_t num;
		const char *name;
	} errnos[] = {
		{ 1, "EPERM" },		{ 2, "ENOENT" },	   { 11, "EAGAIN" },
		{ 35, "EDEADLK" },	{ 95, "EOPNOTSUPP" },	   { 133, "EHWPOISON" },
		{ 512, "ERESTARTSYS" }, { 514, "ERESTARTNOHAND" }, { 516, "ERESTART_RESTARTBLOCK" },
		{ 524, "ENOTSUPP" },
	};
	static const uint32_t none[] = { 0, 41, 58, 134, 511, 520, 532, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		assert_string_equal(event_errno_name(errnos[i].num), errnos[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_null(event_errno_name(none[i]));
	/* glibc knows the same names, but for those of tracers. */
	for (int num = 1; num < 134; num++) {
		const char *ours = event_errno_name((uint32_t)num);
		const char *libc = strerrorname_np(num);

		assert_int_equal(ours != NULL, libc != NULL);
		if (ours && strcmp(libc, "ENOTSUP"))
			assert_string_equal(ours, libc);
	}
	assert_null(event_signal_name(0));
	assert_string_equal(event_signal_name(1), "SIGHUP");
	assert_string_equal(event_signal_name(17), "SIGCHLD");
	assert_null(event_signal_name(32));
	assert_null(event_signal_name(UINT32_MAX));
	for (int num = 1; num < 32; num++) {
		assert_memory_equal(event_signal_name((uint32_t)num), "SIG", 3);
		if (num != 29)
			assert_string_equal(event_signal_name((uint32_t)num) + 3,
					    sigabbrev_np(num));
	}
}

/* --- against tables from outside ----------------------------------------- */

static FILE *open_shared(const char *name)
{
	const char *folder = getenv("RTSEC_SHARED");
	struct str path;
	FILE *file;

	if (!folder)
		skip();
	str_init(&path);
	str_printf(&path, "%s/%s", folder, name);
	file = fopen(str_text(&path), "r");
	str_release(&path);
	assert_non_null(file);
	return file;
}

static void append_bits(struct str *out, uint32_t bits, const char *name)
{
	if (!bits)
		return;
	if (out->len && out->buf[out->len - 1] != '\t')
		str_append_char(out, '|');
	str_append_text(out, name);
}

static void append_category(struct str *out, uint32_t category)
{
	static const struct {
		uint32_t value;
		const char *name;
	} low[] = {
		{ EVENT_EC_UNKNOWN, "UNKNOWN" },
		{ EVENT_EC_OTHER, "OTHER" },
		{ EVENT_EC_FILE, "FILE" },
		{ EVENT_EC_NET, "NET" },
		{ EVENT_EC_IPC, "IPC" },
		{ EVENT_EC_MEMORY, "MEMORY" },
		{ EVENT_EC_PROCESS, "PROCESS" },
		{ EVENT_EC_SLEEP, "SLEEP" },
		{ EVENT_EC_SYSTEM, "SYSTEM" },
		{ EVENT_EC_SIGNAL, "SIGNAL" },
		{ EVENT_EC_USER, "USER" },
		{ EVENT_EC_TIME, "TIME" },
		{ EVENT_EC_IO_READ, "IO_READ" },
		{ EVENT_EC_IO_WRITE, "IO_WRITE" },
		{ EVENT_EC_IO_OTHER, "IO_OTHER" },
		{ EVENT_EC_WAIT, "WAIT" },
		{ EVENT_EC_SCHEDULER, "SCHEDULER" },
		{ EVENT_EC_INTERNAL, "INTERNAL" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(low); i++)
		if ((category & EVENT_EC_LOW_MASK) == low[i].value)
			str_append_text(out, low[i].name);
	append_bits(out, category & EVENT_EC_SYSCALL, "SYSCALL");
	append_bits(out, category & EVENT_EC_TRACEPOINT, "TRACEPOINT");
	append_bits(out, category & EVENT_EC_PLUGIN, "PLUGIN");
	append_bits(out, category & EVENT_EC_METAEVENT, "METAEVENT");
	append_bits(out, category & EVENT_EC_ITER, "ITER");
}

static void append_flags(struct str *out, uint32_t flags)
{
	if (!flags)
		str_append_text(out, "NONE");
#define FLAG_TEXT(name) append_bits(out, flags &EVENT_EF_##name, #name)
	FLAG_TEXT(CREATES_FD);
	FLAG_TEXT(DESTROYS_FD);
	FLAG_TEXT(USES_FD);
	FLAG_TEXT(READS_FROM_FD);
	FLAG_TEXT(WRITES_TO_FD);
	FLAG_TEXT(MODIFIES_STATE);
	append_bits(out, flags & EVENT_EF_UNUSED, "UNUSED");
	FLAG_TEXT(WAITS);
	FLAG_TEXT(SKIPPARSERESET);
	FLAG_TEXT(OLD_VERSION);
	FLAG_TEXT(LARGE_PAYLOAD);
	FLAG_TEXT(CONVERTER_MANAGED);
#undef FLAG_TEXT
}

static void append_param(struct str *out, const struct event_param_info *param)
{
	str_printf(out, "\t%s:%s:%s", param->name, event_type_name(param->type),
		   formats[param->format]);
	if (param->flagset)
		str_printf(out, ":%s", event_flagset_name(param->flagset));
	if (param->dirfd >= 0)
		str_printf(out, ":dirfd=%d", param->dirfd);
	if (param->dyn)
		str_printf(out, ":dyn=%s", dyns[param->dyn]);
}

static void test_shared_events(void **state)
{
	FILE *file = open_shared("event-schema.tsv");
	char *line = NULL;
	size_t cap = 0;
	uint32_t type = 0;
	struct str ours;

	(void)state;
	str_init(&ours);
	while (getline(&line, &cap, file) > 0) {
		const struct event_info *info = event_info_find(type);

		if (*line == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		assert_non_null(info);
		str_reset(&ours);
		str_printf(&ours, "%u\t%s\t%s\t%s\t", type, info->id, info->name,
			   info->dir == EVENT_DIR_EXIT ? "exit" : "enter");
		append_category(&ours, info->category);
		str_append_char(&ours, '\t');
		append_flags(&ours, info->flags);
		str_printf(&ours, "\t%u", info->param_cnt);
		for (int i = 0; i < info->param_cnt; i++)
			append_param(&ours, &info->params[i]);
		assert_string_equal(str_text(&ours), line);
		type++;
	}
	assert_int_equal(type, EVENT_TYPE_COUNT);
	free(line);
	str_release(&ours);
	fclose(file);
}

static void test_shared_flags(void **state)
{
	FILE *file = open_shared("event-flags.tsv");
	char *line = NULL, last[128] = "";
	size_t cap = 0;
	uint32_t set = 0, idx = 0;

	(void)state;
	while (getline(&line, &cap, file) > 0) {
		char text[128];
		const char *name;
		uint64_t value;

		/* A name that is there twice with one value stands in ours once. */
		if (*line == '#' || !strcmp(line, last))
			continue;
		snprintf(last, sizeof(last), "%s", line);
		if (!event_flag_get(set, idx, &name, &value)) {
			set++;
			idx = 0;
			assert_true(event_flag_get(set, idx, &name, &value));
		}
		idx++;
		snprintf(text, sizeof(text), "%s\t%s\t%llu\n", event_flagset_name(set), name,
			 (unsigned long long)value);
		assert_string_equal(text, line);
	}
	assert_int_equal(set, EVENT_FLAGS_COUNT - 1);
	free(line);
	fclose(file);
}

static void test_shared_syscalls(void **state)
{
	FILE *file = open_shared("syscalls.tsv");
	char *line = NULL;
	size_t cap = 0;
	uint32_t code = 0;

	(void)state;
	while (getline(&line, &cap, file) > 0) {
		const struct event_syscall *call = event_syscall_find(code);
		char name[64], x86_64[16], aarch64[16], exit_event[16];

		if (*line == '#')
			continue;
		assert_non_null(call);
		assert_int_equal(
			sscanf(line, "%*u %63s %15s %15s %15s", name, x86_64, aarch64, exit_event),
			4);
		assert_string_equal(call->name, name);
		if (*x86_64 != '-')
			assert_int_equal(call->nr_x86_64, atoi(x86_64));
		if (*aarch64 != '-')
			assert_int_equal(call->nr_aarch64, atoi(aarch64));
		assert_int_equal(call->exit_event,
				 *exit_event == '-' ? EVENT_GENERIC_X : atoi(exit_event));
		code++;
	}
	assert_int_equal(code, event_syscall_count());
	free(line);
	fclose(file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_numbers),	cmocka_unit_test(test_event_shape),
		cmocka_unit_test(test_event_params),	cmocka_unit_test(test_event_names),
		cmocka_unit_test(test_types),		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_flag_sets_used),	cmocka_unit_test(test_syscalls),
		cmocka_unit_test(test_syscall_numbers), cmocka_unit_test(test_kernel_names),
		cmocka_unit_test(test_shared_events),	cmocka_unit_test(test_shared_flags),
		cmocka_unit_test(test_shared_syscalls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
