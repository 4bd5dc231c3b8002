/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_args.c: arguments of every type, as text and resolved, as evt.args
 * shows them, escaped and raw.
 */
#include <stdio.h>

#include "field/args.h"
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

static const char *args_of(struct world *world)
{
	world_end(world);
	str_reset(&world->text);
	field_args_text(&world->env, &world->ev, &world->text);
	return str_text(&world->text);
}

/* --- one parameter of each type ------------------------------------------------------ */

/* By hand, so that types which no event has are seen as well. */
static const char *one(struct world *world, enum event_param_type type, enum event_format format,
		       uint8_t flagset, const void *bytes, uint32_t len)
{
	static struct event_param_info param;
	static struct event_info info;
	struct event *ev = &world->ev;

	param = (struct event_param_info){
		.name = "x",
		.type = (uint8_t)type,
		.format = (uint8_t)format,
		.flagset = flagset,
		.size = (uint8_t)event_type_size(type),
		.dirfd = -1,
		.name_len = 1,
	};
	info = *event_info_find(EVENT_SYSCALL_OPEN_X);
	info.params = &param;
	info.param_cnt = 1;
	memset(ev, 0, sizeof(*ev));
	ev->type = EVENT_SYSCALL_CLOSE_X;
	ev->info = &info;
	ev->tid = RECORD_TID;
	ev->ts_ns = RECORD_TS;
	ev->param_cnt = 1;
	ev->param_ptr[0] = bytes;
	ev->param_len[0] = len;
	ev->fd_num = ev->fd2_num = INT64_MIN;
	ev->thread = state_find_thread(world->state, RECORD_TID);
	str_reset(&world->text);
	field_args_text(&world->env, ev, &world->text);
	return str_text(&world->text) + 2;
}

static const char *number(struct world *world, enum event_param_type type, enum event_format format,
			  uint8_t flagset, uint64_t value)
{
	uint8_t bytes[8];

	store_u64(bytes, value);
	return one(world, type, format, flagset, bytes, event_type_size(type));
}

struct number_case {
	enum event_param_type type;
	enum event_format format;
	uint8_t flagset;
	uint64_t value;
	const char *wanted;
};

#define DEC EVENT_PF_DEC
#define HEX EVENT_PF_HEX
#define OCT EVENT_PF_OCT

static const struct number_case number_cases[] = {
	{ EVENT_PT_INT8, DEC, 0, 0xff, "-1" },
	{ EVENT_PT_INT16, DEC, 0, 0x8000, "-32768" },
	{ EVENT_PT_INT32, DEC, 0, 0x80000000, "-2147483648" },
	{ EVENT_PT_INT64, DEC, 0, UINT64_C(1) << 63, "-9223372036854775808" },
	{ EVENT_PT_INT64, DEC, 0, INT64_MAX, "9223372036854775807" },
	{ EVENT_PT_INT32, HEX, 0, 0xffffffff, "FFFFFFFF" },
	{ EVENT_PT_UINT8, DEC, 0, 255, "-1" },
	{ EVENT_PT_UINT16, DEC, 0, 40000, "-25536" },
	{ EVENT_PT_UINT16, HEX, 0, 0xca02, "CA02" },
	{ EVENT_PT_UINT32, DEC, 0, 99, "99" },
	{ EVENT_PT_UINT32, OCT, 0, 0666, "0666" },
	{ EVENT_PT_UINT32, OCT, 0, 0, "0" },
	{ EVENT_PT_UINT32, EVENT_PF_NA, 0, 100, "100" },
	{ EVENT_PT_UINT64, DEC, 0, UINT64_MAX, "-1" },
	{ EVENT_PT_UINT64, HEX, 0, 0x55d2307d7000, "55D2307D7000" },
	{ EVENT_PT_UINT64, HEX, 0, 0, "0" },
	{ EVENT_PT_UINT64, EVENT_PF_10_PADDED_DEC, 0, 4893, "000004893" },
	{ EVENT_PT_ERRNO, DEC, 0, 128, "128" },
	{ EVENT_PT_ERRNO, DEC, 0, 0, "0" },
	{ EVENT_PT_ERRNO, DEC, 0, (uint64_t)-2, "-2(ENOENT)" },
	{ EVENT_PT_ERRNO, DEC, 0, (uint64_t)-514, "-514(ERESTARTNOHAND)" },
	{ EVENT_PT_ERRNO, DEC, 0, (uint64_t)-4000, "-4000" },
	{ EVENT_PT_ERRNO, DEC, 0, UINT64_C(1) << 63, "-9223372036854775808" },
	{ EVENT_PT_FD, DEC, 0, 3, "3(<f>/etc/passwd)" },
	{ EVENT_PT_FD, DEC, 0, 4, "4(<d>/srv)" },
	{ EVENT_PT_FD, DEC, 0, 5, "5(<p>)" },
	{ EVENT_PT_FD, DEC, 0, 6, "6(<4t>127.0.0.1:40000->10.1.2.3:443)" },
	{ EVENT_PT_FD, DEC, 0, 99, "99" },
	{ EVENT_PT_FD, DEC, 0, (uint64_t)-100, "-100(AT_FDCWD)" },
	{ EVENT_PT_FD, DEC, 0, (uint64_t)-1, "-1(EPERM)" },
	{ EVENT_PT_FD32, DEC, 0, 0xffffffff, "-1(EPERM)" },
	{ EVENT_PT_FD32, DEC, 0, 3, "3(<f>/etc/passwd)" },
	{ EVENT_PT_PID, DEC, 0, 950, "950(login)" },
	{ EVENT_PT_PID, DEC, 0, 4711, "4711(bash)" },
	{ EVENT_PT_PID, DEC, 0, 12345, "12345" },
	{ EVENT_PT_PID, DEC, 0, (uint64_t)-11, "-11(EAGAIN)" },
	{ EVENT_PT_PID32, DEC, 0, 950, "950(login)" },
	{ EVENT_PT_UID, DEC, 0, 1000, "1000(alice)" },
	{ EVENT_PT_UID, DEC, 0, 77, "77(<NA>)" },
	{ EVENT_PT_UID, DEC, 0, UINT32_MAX, "-1(<NONE>)" },
	{ EVENT_PT_UID, DEC, 0, UINT32_MAX - 1, "4294967294(<NA>)" },
	{ EVENT_PT_GID, DEC, 0, 1000, "1000(people)" },
	{ EVENT_PT_GID, DEC, 0, UINT32_MAX, "-1(<NONE>)" },
	{ EVENT_PT_FLAGS32, HEX, EVENT_FLAGS_file_flags, 262, "262(O_TRUNC|O_CREAT|O_WRONLY)" },
	{ EVENT_PT_FLAGS32, HEX, EVENT_FLAGS_file_flags, 0, "0(O_NONE)" },
	{ EVENT_PT_FLAGS32, HEX, EVENT_FLAGS_file_flags, UINT32_C(1) << 31, "2147483648" },
	{ EVENT_PT_FLAGS32, HEX, EVENT_FLAGS_mmap_flags, 10, "10(MAP_PRIVATE|MAP_ANONYMOUS)" },
	{ EVENT_PT_FLAGS8, HEX, 0, 7, "7" },
	{ EVENT_PT_ENUMFLAGS32, DEC, EVENT_FLAGS_socket_families, 1, "1(AF_LOCAL|AF_UNIX)" },
	{ EVENT_PT_ENUMFLAGS8, DEC, EVENT_FLAGS_lseek_whence, 1, "1(SEEK_CUR)" },
	{ EVENT_PT_ENUMFLAGS8, DEC, EVENT_FLAGS_lseek_whence, 200, "200" },
	{ EVENT_PT_MODE, OCT, EVENT_FLAGS_chmod_mode, 0755,
	  "0755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR)" },
	{ EVENT_PT_SIGTYPE, DEC, 0, 17, "17(SIGCHLD)" },
	{ EVENT_PT_SIGTYPE, DEC, 0, 0, "0" },
	{ EVENT_PT_SIGTYPE, DEC, 0, 64, "64" },
	{ EVENT_PT_SIGSET, DEC, 0, 1u << 16 | 1u << 0, "SIGHUP SIGCHLD" },
	{ EVENT_PT_RELTIME, DEC, 0, 500000000, "500000000(0.5s)" },
	{ EVENT_PT_RELTIME, DEC, 0, 9998632000u, "9998632000(9.99863s)" },
	{ EVENT_PT_RELTIME, DEC, 0, 0, "0(0s)" },
	{ EVENT_PT_RELTIME, DEC, 0, UINT64_MAX, "none" },
	{ EVENT_PT_ABSTIME, DEC, 0, 1710850579000000001u, "2024-03-19 12:16:19.000000001" },
	{ EVENT_PT_BOOL, EVENT_PF_NA, 0, 1, "true" },
	{ EVENT_PT_BOOL, EVENT_PF_NA, 0, 0, "false" },
	{ EVENT_PT_PORT, DEC, 0, 443, "443" },
};

static void test_numbers(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(number_cases); i++) {
		const struct number_case *c = &number_cases[i];

		assert_string_equal(number(*state, c->type, c->format, c->flagset, c->value),
				    c->wanted);
	}
}

static void test_syscall_id(void **state)
{
	const struct event_syscall *call = event_syscall_find_name("openat");
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%u(openat)", call->code);
	assert_string_equal(number(*state, EVENT_PT_SYSCALLID, DEC, 0, call->code), wanted);
}

static void test_double(void **state)
{
	double value = 0.78125;

	assert_string_equal(one(*state, EVENT_PT_DOUBLE, EVENT_PF_NA, 0, &value, 8), "0.8");
}

/* Fixed sizes that do not fit are made empty by event_decode(); here nobody does. */
static void test_wrong_sizes(void **state)
{
	for (unsigned int type = 1; type < EVENT_PT_COUNT; type++) {
		static const uint8_t bytes[64];

		for (uint32_t len = 0; len <= sizeof(bytes); len++) {
			if (!event_type_size(type))
				continue;
			assert_non_null(one(*state, type, DEC, 0, bytes, len));
		}
	}
}

struct bytes_case {
	enum event_param_type type;
	const char *bytes;
	uint32_t len;
	const char *wanted;
};

static const struct bytes_case bytes_cases[] = {
	{ EVENT_PT_CHARBUF, "bash", 5, "bash" },
	{ EVENT_PT_CHARBUF, "", 1, "" },
	{ EVENT_PT_CHARBUF, "", 0, "<NA>" },
	{ EVENT_PT_CHARBUF, "<NA>", 5, "<NA>" },
	{ EVENT_PT_CHARBUF, "a\n\x1b[31m\\b\xff\xc3\xa9", 13, "a\\n\\x1b[31m\\b\\xff\xc3\xa9" },
	{ EVENT_PT_CHARBUF, "no end", 6, "<NA>" },
	{ EVENT_PT_FSPATH, "/etc/wgetrc", 12, "/etc/wgetrc" },
	{ EVENT_PT_FSPATH, "", 1, "" },
	{ EVENT_PT_FSPATH, "a/../b", 7, "a/../b(/srv/alice/b)" },
	{ EVENT_PT_FSPATH, "\x1b[2J", 5, "\\x1b[2J(/srv/alice/\\x1b[2J)" },
	{ EVENT_PT_BYTEBUF, "-l\0--all\0", 9, "-l.--all." },
	{ EVENT_PT_BYTEBUF, "", 0, "NULL" },
	{ EVENT_PT_SOCKADDR, "\2\0\0\0\0\x90\x1f", 7, "0.0.0.0:8080" },
	{ EVENT_PT_SOCKADDR, "\1/run/a b\n", 11, "/run/a b\\n" },
	{ EVENT_PT_SOCKADDR, "\2\1", 2, "<NA>" },
	{ EVENT_PT_SOCKADDR, "\x11xx", 3, "family 17" },
	{ EVENT_PT_SOCKADDR, "", 0, "<NA>" },
	{ EVENT_PT_SOCKTUPLE, "\2\x7f\0\0\1\x50\0\x7f\0\0\1\x90\x1f", 13,
	  "127.0.0.1:80->127.0.0.1:8080" },
	{ EVENT_PT_SOCKTUPLE, "", 0, "NULL" },
	{ EVENT_PT_SOCKTUPLE, "\2\x7f", 2, "NULL" },
	{ EVENT_PT_FDLIST, "\0\0", 2, "" },
	{ EVENT_PT_FDLIST, "\1\0\3\0\0\0\0\0\0\0\1\0", 12, "3:f1" },
	{ EVENT_PT_FDLIST, "\3\0\5\0\0\0\0\0\0\0\x40\0\x63\0\0\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\x04\0",
	  32, "5:p40 99:?0 6:44" },
	{ EVENT_PT_FDLIST, "\2\0\3\0\0\0\0\0\0\0\1\0", 12, "NULL" },
	{ EVENT_PT_FDLIST, "\1", 1, "NULL" },
	{ EVENT_PT_FDLIST, "", 0, "NULL" },
	{ EVENT_PT_CHARBUFARRAY, "a\0b\0", 4, "a.b" },
	{ EVENT_PT_CHARBUFARRAY, "", 0, "NULL" },
	{ EVENT_PT_IPV4ADDR, "\x0a\0\0\1", 4, "10.0.0.1" },
	{ EVENT_PT_IPV6ADDR, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\4", 16, "2001:db8::4" },
	{ EVENT_PT_DYN, "", 0, "NULL" },
	{ EVENT_PT_UINT32, "", 0, "<NA>" },
	{ EVENT_PT_FD, "", 0, "<NA>" },
	{ EVENT_PT_FLAGS32, "", 0, "<NA>" },
	{ EVENT_PT_UID, "", 0, "<NA>" },
	{ EVENT_PT_RELTIME, "", 0, "<NA>" },
};

static void test_bytes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bytes_cases); i++) {
		const struct bytes_case *c = &bytes_cases[i];

		/* Of exactly its size, so that no byte too many is looked at. */
		uint8_t *bytes = malloc(c->len ? c->len : 1);

		memcpy(bytes, c->bytes, c->len);
		assert_string_equal(one(*state, c->type, EVENT_PF_NA, 0, bytes, c->len), c->wanted);
		free(bytes);
	}
}

/* --- whole events ----------------------------------------------------------------------- */

static void test_openat(void **state)
{
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_OPENAT_2_X);
	record_number(&world->rec, (uint64_t)-2, 8);
	record_number(&world->rec, 4, 8);
	record_text(&world->rec, "x/../log");
	record_number(&world->rec, 4097, 4);
	record_number(&world->rec, 0, 4);
	record_param(&world->rec, NULL, 0);
	record_param(&world->rec, NULL, 0);
	assert_string_equal(args_of(world),
			    "fd=-2(ENOENT) dirfd=4(<d>/srv) name=x/../log(/srv/log) "
			    "flags=4097(O_RDONLY|O_CLOEXEC) mode=0 dev=<NA> ino=<NA>");
	assert_string_equal(world_line(world, "%evt.arg.name"), "/srv/log");
	assert_string_equal(world_line(world, "%evt.rawarg.name"), "x/../log");
	assert_string_equal(world_line(world, "%fd.name %fd.directory %fd.filename"),
			    "/srv/log /srv log");
	assert_string_equal(world_line(world, "%fd.nameraw %fd.num"), "x/../log -2");
	assert_string_equal(world_line(world, "%fs.path.name"), "/srv/log");
}

static void open_event(struct world *world, const char *name)
{
	world_begin(world, EVENT_SYSCALL_OPEN_X);
	record_number(&world->rec, 9, 8);
	record_text(&world->rec, name);
	record_number(&world->rec, 1, 4);
	record_number(&world->rec, 0666, 4);
	record_number(&world->rec, 0xca02, 4);
	record_number(&world->rec, 7523, 8);
	world_end(world);
}

/* Another thread changed the name between the open and the copy of it. */
static void test_replaced_name(void **state)
{
	struct world *world = *state;
	struct str text = { 0 };
	struct str resolved = { 0 };

	open_event(world, "lie");
	world->ev.extra.real_path = span_text("/etc/sha\ndow");
	assert_string_equal(world_line(world, "%evt.args"),
			    "fd=9(<f>/srv/alice/lie) name=/etc/sha\\ndow(was lie) "
			    "flags=1(O_RDONLY) mode=0666 dev=CA02 ino=7523");
	assert_string_equal(world_line(world, "%evt.arg.name|%evt.rawarg.name"),
			    "/etc/sha\\ndow|lie");
	assert_string_equal(world_line(world, "%fs.path.name|%fs.path.nameraw"),
			    "/etc/sha\\ndow|lie");
	assert_true(field_arg_text(&world->env, &world->ev, 1, &text, &resolved));
	assert_string_equal(str_text(&text), "/etc/sha\ndow");
	assert_string_equal(str_text(&resolved), "was lie");
	assert_false(field_arg_text(&world->env, &world->ev, 6, &text, NULL));
	str_release(&text);
	str_release(&resolved);
}

/* Links aside, "sub/../lie" is where the file lies: nothing to mark. */
static void test_agreeing_name(void **state)
{
	struct world *world = *state;

	open_event(world, "sub/..//lie/");
	world->ev.extra.real_path = span_text("/srv/alice/lie");
	assert_string_equal(world_line(world, "%evt.args"),
			    "fd=9(<f>/srv/alice/lie) name=sub/..//lie/(/srv/alice/lie) "
			    "flags=1(O_RDONLY) mode=0666 dev=CA02 ino=7523");
	assert_string_equal(world_line(world, "%evt.arg.name"), "/srv/alice/lie");
	/* A name that could not be read. */
	world_begin(world, EVENT_SYSCALL_OPEN_X);
	record_number(&world->rec, 9, 8);
	record_param(&world->rec, NULL, 0);
	world_end(world);
	world->ev.extra.real_path = span_text("/srv/alice/lie");
	assert_string_equal(world_line(world, "%evt.arg.name|%evt.args"),
			    "/srv/alice/lie|fd=9(<f>) name=/srv/alice/lie(was <NA>)");
}

static void test_generic(void **state)
{
	struct world *world = *state;

	world_begin(world, EVENT_GENERIC_X);
	record_number(&world->rec, event_syscall_find_name("statfs")->code, 2);
	record_number(&world->rec, 137, 2);
	assert_string_equal(args_of(world), "");
	assert_string_equal(world_line(world, FIELD_DEFAULT_TEMPLATE),
			    "42 13:22:22.105654659 3 bash (4711) < statfs ");
	assert_string_equal(world_line(world, "%evt.arg.ID %evt.arg.nativeID"), "statfs 137");
	assert_string_equal(world_line(world, "%evt.failed"), "unset");
}

/* The filter's text and the printed one differ by format and escapes only. */
static void test_raw_and_escaped(void **state)
{
	struct world *world = *state;
	struct field_value value;
	struct field_ref ref;
	struct err err;
	size_t used;

	world_begin(world, EVENT_SYSCALL_READ_X);
	record_number(&world->rec, 3, 8);
	record_param(&world->rec, "\x1b\n\r", 3);
	record_number(&world->rec, 7, 8);
	record_number(&world->rec, 3, 4);
	assert_string_equal(args_of(world), "res=3 data=... fd=7(<f>/tmp/a\\nb\\x1b[0m\\) size=3");
	world->env.buffer_format = FIELD_BUFFER_HEX;
	assert_string_equal(world_line(world, "%evt.arg.data|%evt.buffer"),
			    "\n\t0x0000: 1b0a 0d\n|\n\t0x0000: 1b0a 0d\n");
	assert_string_equal(world_json(world, "%evt.arg.data%evt.arg.fd"),
			    "{\"evt.arg.data\":\"\\n\\t0x0000: 1b0a 0d\\n\","
			    "\"evt.arg.fd\":\"<f>/tmp/a\\nb\\u001b[0m\\\\\"}");
	world->env.filtering = true;
	err_init(&err);
	assert_int_equal(field_resolve("evt.arg.data", 12, true, &world->arena, &ref, &used, &err),
			 0);
	assert_true(field_extract(&ref, &world->env, &world->ev, &value));
	assert_true(span_is_text(value.bytes, "..."));
	assert_int_equal(field_resolve("evt.arg.fd", 10, true, &world->arena, &ref, &used, &err),
			 0);
	assert_true(field_extract(&ref, &world->env, &world->ev, &value));
	assert_true(span_is_text(value.bytes, "<f>/tmp/a\nb\x1b[0m\\"));
	world->env.filtering = false;
	world->env.unescaped = true;
	assert_string_equal(world_line(world, "%fd.name"), "/tmp/a\nb\x1b[0m\\");
}

static void test_dyn(void **state)
{
	struct world *world = *state;

	world_begin(world, EVENT_SOCKET_GETSOCKOPT_X);
	record_number(&world->rec, 0, 8);
	record_number(&world->rec, 6, 8);
	record_number(&world->rec, 1, 1);
	record_number(&world->rec, 4, 1);
	record_param(&world->rec, "\1\x91\xff\xff\xff\xff\xff\xff\xff", 9);
	record_number(&world->rec, 4, 4);
	assert_string_equal(args_of(world),
			    "res=0 fd=6(<4t>127.0.0.1:40000->10.1.2.3:443) level=1(SOL_SOCKET) "
			    "optname=4(SO_ERROR) val=-111(ECONNREFUSED) optlen=4");
	assert_string_equal(world_line(world, "%evt.rawarg.val"), "-111");
}

/* The schema has a text here, so there is nothing to resolve. */
static void test_chdir(void **state)
{
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_CHDIR_X);
	record_number(&world->rec, 0, 8);
	record_text(&world->rec, "sub/..//deep");
	assert_string_equal(args_of(world), "res=0 path=sub/..//deep");
	assert_string_equal(world_line(world, "%proc.cwd"), "/srv/alice/deep");
}

/* Every event of the schema, with all parameters empty and none at all. */
static void test_every_event(void **state)
{
	struct world *world = *state;

	for (uint16_t type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);

		for (int with = 0; with < 2; with++) {
			world_begin(world, type);
			for (unsigned int i = 0; with && i < info->param_cnt; i++)
				record_param(&world->rec, NULL, 0);
			args_of(world);
			if (!with || !info->param_cnt || type < 2)
				assert_string_equal(str_text(&world->text), "");
			else
				assert_int_equal(strncmp(str_text(&world->text),
							 info->params[0].name,
							 strlen(info->params[0].name)),
						 0);
		}
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_numbers),	    CASE(test_syscall_id), CASE(test_double),
		CASE(test_wrong_sizes),	    CASE(test_bytes),	   CASE(test_openat),
		CASE(test_replaced_name),   CASE(test_generic),	   CASE(test_agreeing_name),
		CASE(test_raw_and_escaped), CASE(test_dyn),	   CASE(test_chdir),
		CASE(test_every_event),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
