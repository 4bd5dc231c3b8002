/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_extract.c: what fields say about events of a small machine, class by
 * class, and which of them are unset.  "*" stands before every template, so that
 * unset shows as <NA>.
 */
#include "base/limits.h"
#include "field_world.h"

static void close_event(struct world *world, int64_t res, int64_t fd)
{
	world_begin(world, EVENT_SYSCALL_CLOSE_X);
	record_number(&world->rec, (uint64_t)res, 8);
	record_number(&world->rec, (uint64_t)fd, 8);
	world_end(world);
}

static int setup(void **state)
{
	static struct world world;

	world_init(&world);
	close_event(&world, -9, 3);
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

static void check(struct world *world, const struct line_case *cases, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		char template[512] = "*";

		strcat(template, cases[i].template);
		if (strcmp(world_line(world, template), cases[i].wanted))
			fail_msg("%s: %s, wanted %s", cases[i].template, str_text(&world->text),
				 cases[i].wanted);
	}
}

#define CHECK(world, cases) check(world, cases, ARRAY_SIZE(cases))

/* --- evt ------------------------------------------------------------------------------- */

static void test_evt(void **state)
{
	static const struct line_case cases[] = {
		{ "%evt.type %syscall.type %evt.dir %evt.cpu %evt.category",
		  "close close < 3 file" },
		{ "%evt.res %evt.rawres %evt.failed", "EBADF -9 true" },
		{ "%evt.count %evt.count.error %evt.count.error.file", "1 1 1" },
		{ "%evt.count.error.net %evt.count.error.memory %evt.count.error.other",
		  "<NA> <NA> <NA>" },
		{ "%evt.count.exit %evt.count.procinfo %evt.count.threadinfo", "1 0 0" },
		{ "%evt.type.is.close %evt.type.is.open %evt.type.is.5 %evt.type.is.statfs",
		  "1 0 1 0" },
		{ "%evt.is_io %evt.is_io_read %evt.is_io_write %evt.io_dir %evt.is_wait",
		  "false false false <NA> false" },
		{ "%evt.is_open_read %evt.is_open_write %evt.is_open_exec %evt.is_open_create",
		  "false false false false" },
		{ "%evt.hostname %evt.source %evt.is_async %evt.asynctype",
		  "testhost syscall false <NA>" },
		{ "%evt.pluginname %evt.plugininfo", "<NA> <NA>" },
		{ "%evt.latency %evt.latency.human %evt.wait_latency", "<NA> <NA> <NA>" },
		{ "%evt.buffer %evt.buflen %evt.abspath %evt.is_syslog", "<NA> <NA> <NA> false" },
		{ "%evt.arg.nosuch", "" },
		{ "%evt.arg.data %evt.arg[1] %evt.arg[2]", "<NA> <f>/etc/passwd <NA>" },
		{ "%evt.rawarg.fd %evt.rawarg.data", "3 <NA>" },
	};
	struct world *world = *state;
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		err_init(&err);
		if (*cases[i].wanted)
			check(world, &cases[i], 1);
		else
			assert_null(field_template_compile(cases[i].template, &err));
	}
}

static void test_success(void **state)
{
	struct world *world = *state;

	close_event(world, 0, 3);
	assert_string_equal(world_line(world, "*%evt.res %evt.failed %evt.count.error %fd.name"),
			    "SUCCESS false <NA> /etc/passwd");
	close_event(world, -3999, 99);
	assert_string_equal(world_line(world, "*%evt.res %fd.num %fd.name %fd.type"),
			    "-3999 99 <NA> <NA>");
}

static void switch_event(struct world *world, int64_t tid, uint64_t later_ns, int64_t next)
{
	world_begin(world, EVENT_SCHEDSWITCH_6_E);
	store_u64(world->rec.head, RECORD_TS + later_ns);
	store_u64(world->rec.head + 8, (uint64_t)tid);
	record_number(&world->rec, (uint64_t)next, 8);
	for (int i = 0; i < 2; i++)
		record_number(&world->rec, 0, 8);
	for (int i = 0; i < 3; i++)
		record_number(&world->rec, 0, 4);
	world_end(world);
}

static void test_switch(void **state)
{
	static const struct line_case cases[] = {
		{ "%evt.type %evt.dir %evt.category %syscall.type", "switch > scheduler <NA>" },
		{ "%evt.res %evt.failed %evt.rawres %evt.count.exit", "<NA> <NA> <NA> <NA>" },
		{ "%proc.name %thread.tid %thread.exectime", "bash 4711 <NA>" },
	};
	struct world *world = *state;

	switch_event(world, 4711, 0, 0);
	CHECK(world, cases);
	/* The idle task is no thread that anybody knows, yet it had its time. */
	switch_event(world, 0, 1500, 4711);
	assert_string_equal(world_line(world, "*%proc.name %thread.exectime"), "<NA> 1500");
	switch_event(world, 4711, 2000, 950);
	assert_string_equal(world_line(world, "%thread.exectime %thread.totexectime"), "500 500");
	close_event(world, 0, 3);
	assert_string_equal(world_line(world, "%thread.exectime"), "unset");
}

static void test_latency(void **state)
{
	static const struct line_case cases[] = {
		{ "%evt.latency %evt.latency.s %evt.latency.ns %evt.wait_latency",
		  "1500000042 1 500000042 <NA>" },
	};
	static const struct {
		uint64_t ns;
		const char *wanted;
	} humans[] = {
		{ 0, "0ns" },
		{ 7, "7ns" },
		{ 999, "999ns" },
		{ 1000, "1us" },
		{ 6570, "6.57us" },
		{ 6575, "6.58us" },
		{ 10300000, "10.3ms" },
		{ 999499, "999us" },
		{ 999500, "1ms" },
		{ 123456789, "123ms" },
		{ 5000000000u, "5s" },
		{ 12345000000000u, "12345s" },
		{ 1010000000, "1.01s" },
		{ 1100000000, "1.1s" },
	};
	struct world *world = *state;

	world->ev.start_ns = RECORD_TS - 1500000042;
	CHECK(world, cases);
	for (size_t i = 0; i < ARRAY_SIZE(humans); i++) {
		world->ev.start_ns = RECORD_TS - humans[i].ns;
		assert_string_equal(world_line(world, "%evt.latency.human"), humans[i].wanted);
	}
	/* Another CPU's clock is a little ahead. */
	world->ev.start_ns = RECORD_TS + 5;
	assert_string_equal(world_line(world, "%evt.latency"), "0");
}

/* The same in one line, however often it is asked, and in text and JSON. */
static void test_deltatime(void **state)
{
	struct world *world = *state;

	world->ev.num = 1;
	assert_string_equal(world_line(world, "%evt.deltatime %evt.deltatime %util.cnt"), "0 0 1");
	world->ev.num = 2;
	world->ev.ts_ns += 1000000007;
	assert_string_equal(world_line(world, "%evt.deltatime %evt.deltatime"),
			    "1000000007 1000000007");
	assert_string_equal(world_json(world, "%evt.deltatime"), "{\"evt.deltatime\":1000000007}");
	assert_string_equal(world_line(world, "%evt.deltatime.s %evt.deltatime.ns"), "1 000000007");
	world->env.filtering = true;
	assert_string_equal(world_line(world, "%evt.deltatime"), "0");
	world->env.filtering = false;
	assert_string_equal(world_line(world, "%evt.deltatime %util.cnt %util.cnt"),
			    "1000000007 2 2");
}

static void test_open_flags(void **state)
{
	static const struct line_case cases[] = {
		{ "%evt.is_open_read %evt.is_open_write %evt.is_open_exec %evt.is_open_create",
		  "true true true true" },
		{ "%fd.is_upper_layer %fd.is_lower_layer", "true false" },
		{ "%fs.path.name %fs.path.nameraw %fs.path.source", "/srv/alice/new new <NA>" },
		{ "%evt.abspath %evt.abspath.src", "/srv/alice/new <NA>" },
		{ "%fd.dev %fd.dev.major %fd.dev.minor %fd.ino", "CA02 202 2 7523" },
	};
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_OPEN_X);
	record_number(&world->rec, 8, 8);
	record_text(&world->rec, "new");
	record_number(&world->rec, 3 | 4 | 16384 | 32768, 4);
	record_number(&world->rec, 0755, 4);
	record_number(&world->rec, 0xca02, 4);
	record_number(&world->rec, 7523, 8);
	world_end(world);
	CHECK(world, cases);
	world_begin(world, EVENT_SYSCALL_CREAT_X);
	record_number(&world->rec, (uint64_t)-13, 8);
	record_text(&world->rec, "/root/x");
	record_number(&world->rec, 0600, 4);
	world_end(world);
	assert_string_equal(world_line(world, "%evt.is_open_exec %evt.count.error.file %fd.name"),
			    "false 1 /root/x");
}

static void test_two_paths(void **state)
{
	static const struct line_case cases[] = {
		{ "%evt.abspath.src|%evt.abspath.dst", "/srv/a|/srv/alice/b" },
		{ "%fs.path.source|%fs.path.target", "/srv/a|/srv/alice/b" },
		{ "%fs.path.sourceraw|%fs.path.targetraw", "a|b" },
		{ "%fs.path.name", "<NA>" },
	};
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_RENAMEAT2_X);
	record_number(&world->rec, 0, 8);
	record_number(&world->rec, 4, 8);
	record_text(&world->rec, "a");
	record_number(&world->rec, (uint64_t)-100, 8);
	record_text(&world->rec, "b");
	record_number(&world->rec, 0, 4);
	world_end(world);
	CHECK(world, cases);
	/* An fd that nobody knows, and a call that failed. */
	world_begin(world, EVENT_SYSCALL_RENAMEAT2_X);
	record_number(&world->rec, (uint64_t)-9, 8);
	record_number(&world->rec, 88, 8);
	record_text(&world->rec, "a");
	record_number(&world->rec, (uint64_t)-100, 8);
	record_text(&world->rec, "/b");
	record_number(&world->rec, 0, 4);
	world_end(world);
	assert_string_equal(world_line(world, "*%evt.abspath.src|%evt.abspath.dst|%fs.path.source"),
			    "<UNKNOWN>a|/b|<NA>");
}

static void test_fchmod(void **state)
{
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_FCHMOD_X);
	record_number(&world->rec, 0, 8);
	record_number(&world->rec, 3, 8);
	record_number(&world->rec, 0644, 4);
	world_end(world);
	assert_string_equal(world_line(world, "%fs.path.name|%fs.path.nameraw"),
			    "/etc/passwd|/etc/passwd");
}

/* --- proc, thread, user ------------------------------------------------------------------ */

static void test_proc(void **state)
{
	static const struct line_case cases[] = {
		{ "%proc.name|%proc.exe|%proc.exepath|%proc.cwd",
		  "bash|-bash|/usr/bin/bash|/srv/alice" },
		{ "%proc.pname|%proc.pexe|%proc.pexepath", "login|login|/usr/bin/login" },
		{ "%proc.args[0]|%proc.args[1]|%proc.args[7]|", "-c|ls  x||" },
		{ "%proc.cmdline", "bash -c ls  x \\xff\\x1b[31m" },
		{ "%proc.exeline", "-bash -c ls  x \\xff\\x1b[31m" },
		{ "%proc.pcmdline", "login -p --" },
		{ "%proc.cmdnargs %proc.cmdlenargs", "3 13" },
		{ "%proc.env|%proc.env[LANG]|%proc.env[LAN]|%proc.env[HOME]",
		  "HOME=/srv/alice LANG=C|C||/srv/alice" },
		{ "%proc.aenv[TERM]|%proc.aenv[SECRET]|%proc.aenv[HOME]|", "linux|||" },
		{ "%proc.aenv[1]", "TERM=linux SECRET=" },
		{ "%proc.pid %proc.ppid %proc.vpid %proc.pvpid %proc.apid[2]",
		  "4711 950 4711 950 1" },
		{ "%proc.apid", "(950,1)" },
		{ "%proc.aexe|%proc.aexepath|%proc.acmdline|%proc.aargs",
		  "login /sbin/init|/usr/bin/login |login -p -- systemd|-p --" },
		{ "%proc.acmdline[1]|%proc.aexepath[2]|%proc.aargs[2]|", "login -p --|<NA>||" },
		{ "%proc.sid %proc.sname %proc.sid.exe %proc.sid.exepath",
		  "950 login login /usr/bin/login" },
		{ "%proc.vpgid %proc.vpgid.name %proc.pgid %proc.pgid.exepath",
		  "4711 bash 4711 /usr/bin/bash" },
		{ "%proc.is_sid_leader %proc.is_vpgid_leader %proc.is_pgid_leader",
		  "false true true" },
		{ "%proc.loginshellid %proc.tty", "4711 1025" },
		{ "%proc.is_exe_writable %proc.is_exe_upper_layer %proc.is_exe_from_memfd",
		  "true false false" },
		{ "%proc.exe_ino %proc.exe_ino.ctime %proc.exe_ino.mtime",
		  "4101 <NA> 1500000000000000000" },
		{ "%proc.duration %proc.ppid.duration %proc.pid.ts", "<NA> <NA> <NA>" },
		{ "%proc.exe_ino.ctime_duration_proc_start %proc.pidns_init_start_ts",
		  "<NA> <NA>" },
		{ "%proc.fdopencount %proc.fdlimit %proc.fdusage", "6 1024 0.6" },
		{ "%proc.vmsize %proc.vmrss %proc.nthreads %proc.nchilds", "8600 5200 2 1" },
		{ "%proc.stdin.type %proc.stdin.name %proc.stdout.type", "file /dev/tty1 <NA>" },
		{ "%thread.tid %thread.vtid %thread.ismain %thread.nametid",
		  "4711 4711 true bash4711" },
		{ "%thread.cap_effective|%thread.cap_permitted", "CAP_CHOWN CAP_SYS_ADMIN|" },
		{ "%thread.cgroups|%thread.cgroup.cpu|%thread.cgroup.blkio",
		  "cpu=/user.slice memory=/m|/user.slice|<NA>" },
		{ "%thread.pfmajor %thread.pfminor %thread.vmsize.b", "2 700 8806400" },
		{ "%user.uid %user.name %user.homedir %user.shell",
		  "1000 alice /srv/alice /bin/bash" },
		{ "%user.loginuid %user.loginname %group.gid %group.name",
		  "1000 alice 1000 people" },
	};

	CHECK(*state, cases);
}

static void test_thread(void **state)
{
	static const struct line_case cases[] = {
		{ "%proc.name|%thread.tid|%proc.pid|%thread.ismain", "worker one|4712|4711|false" },
		{ "%proc.exe|%proc.cmdline|%proc.cwd", "-bash|worker one -c ls  x \\xff\\x1b[31m|"
						       "/srv/alice" },
		{ "%proc.pname %proc.aname[0] %proc.aname[1] %proc.ppid", "login bash login 950" },
		{ "%thread.vmsize %proc.vmsize", "0 8600" },
		{ "%fd.name %user.name", "/etc/passwd alice" },
	};
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_CLOSE_X);
	store_u64(world->rec.head + 8, 4712);
	record_number(&world->rec, (uint64_t)-9, 8);
	record_number(&world->rec, 3, 8);
	world_end(world);
	CHECK(world, cases);
}

/* A thread that nobody has heard of causes an event. */
static void test_unknown_thread(void **state)
{
	static const struct line_case cases[] = {
		{ "%thread.tid %proc.name %proc.exe %proc.pid %user.uid %proc.sid",
		  "31337 <NA> <NA> -1 4294967295 -1" },
		{ "%proc.pname %proc.ppid %proc.vpid %thread.vtid %thread.cgroups",
		  "<NA> <NA> <NA> <NA> <NA>" },
	};
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_CLOSE_X);
	store_u64(world->rec.head + 8, 31337);
	record_number(&world->rec, (uint64_t)-9, 8);
	record_number(&world->rec, 3, 8);
	world_end(world);
	CHECK(world, cases);
	assert_string_equal(world_line(world, "%proc.name %user.name %proc.pid"), "<NA> <NA> -1");
	assert_string_equal(world_line(world, "%proc.ppid"), "unset");
}

/* No thread at all, no state at all. */
static void test_nothing_known(void **state)
{
	struct world *world = *state;

	world->ev.thread = NULL;
	world->ev.fd = NULL;
	world->ev.fd_num = INT64_MIN;
	world->ev.tid = EVENT_TID_NONE;
	for (int with = 1; with >= 0; with--) {
		if (!with)
			world->env.state = NULL;
		for (uint32_t i = 0; i < field_count(); i++) {
			const struct field_info *info = field_info_at(i);
			struct field_value value;
			struct field_ref ref;
			struct err err;
			size_t used;

			err_init(&err);
			if (info->arg == FIELD_ARG_REQUIRED)
				continue;
			assert_int_equal(field_resolve(info->name, strlen(info->name), true,
						       &world->arena, &ref, &used, &err),
					 0);
			if (!field_extract(&ref, &world->env, &world->ev, &value))
				continue;
			if (strncmp(info->name, "evt.", 4) && strcmp(info->name, "util.cnt") &&
			    strcmp(info->name, "syscall.type"))
				fail_msg("%s is set", info->name);
		}
	}
	world->env.state = world->state;
}

/* --- fds --------------------------------------------------------------------------------- */

static void test_fd(void **state)
{
	static const struct line_case file[] = {
		{ "%fd.num %fd.type %fd.typechar %fd.name", "3 file f /etc/passwd" },
		{ "%fd.directory %fd.filename %fd.uid", "/etc passwd 47113" },
		{ "%fd.containername|%fd.containerdirectory", ":/etc/passwd|:/etc" },
		{ "%fd.l4proto %fd.sockfamily %fd.is_server %fd.connected",
		  "<NA> <NA> false <NA>" },
		{ "%fd.cip %fd.sport %fd.lip %fd.rport", "<NA> <NA> <NA> <NA>" },
		{ "%fd.dev %fd.ino %fd.name_changed %fd.nameraw", "0 0 false /etc/passwd" },
	};
	static const struct line_case directory[] = {
		{ "%fd.type %fd.directory %fd.filename", "directory /srv <NA>" },
	};
	static const struct line_case pipe[] = {
		{ "%fd.type|%fd.name|%fd.directory|%evt.category", "pipe||<NA>|ipc" },
	};
	struct world *world = *state;

	CHECK(world, file);
	close_event(world, -9, 4);
	CHECK(world, directory);
	close_event(world, -9, 5);
	CHECK(world, pipe);
}

static void test_socket(void **state)
{
	static const struct line_case cases[] = {
		{ "%fd.type %fd.typechar %fd.l4proto %fd.sockfamily", "ipv4 4 tcp ip" },
		{ "%fd.name", "127.0.0.1:40000->10.1.2.3:443" },
		{ "%fd.lip %fd.lport %fd.rip %fd.rport", "127.0.0.1 40000 10.1.2.3 443" },
		{ "%fd.lproto %fd.rproto %evt.category", "40000 443 net" },
		{ "%fd.directory %fd.filename", "<NA> <NA>" },
	};
	struct world *world = *state;
	const struct field_value *items;
	struct field_ref ref;
	struct err err;
	size_t used;

	close_event(world, -9, 6);
	CHECK(world, cases);
	err_init(&err);
	assert_int_equal(field_resolve("fd.ip", 5, true, &world->arena, &ref, &used, &err), 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 2);
	assert_int_equal(items[0].type, EVENT_PT_IPADDR);
	assert_memory_equal(items[0].ip.addr, "\x7f\0\0\1", 4);
	assert_memory_equal(items[1].ip.addr, "\x0a\1\2\3", 4);
	assert_int_equal(field_resolve("fd.port", 7, true, &world->arena, &ref, &used, &err), 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 2);
	assert_int_equal(items[0].u64 + items[1].u64, 40443);
	close_event(world, -9, 3);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 0);
}

/* Client and server once the connection was seen. */
static void test_roles(void **state)
{
	static const struct line_case cases[] = {
		{ "%fd.cip %fd.cport %fd.sip %fd.sport", "10.0.2.2 55800 10.0.2.15 22" },
		{ "%fd.lip %fd.lport %fd.rip %fd.rport", "10.0.2.15 22 10.0.2.2 55800" },
		{ "%fd.is_server %fd.connected", "true true" },
	};
	struct world *world = *state;

	world_begin(world, EVENT_SOCKET_ACCEPT4_6_X);
	record_number(&world->rec, 12, 8);
	record_param(&world->rec, "\2\x0a\0\2\2\xf8\xd9\x0a\0\2\x0f\x16\0", 13);
	record_number(&world->rec, 0, 1);
	record_number(&world->rec, 0, 4);
	record_number(&world->rec, 128, 4);
	record_number(&world->rec, 0, 4);
	world_end(world);
	CHECK(world, cases);
}

static void test_ancestors(void **state)
{
	struct world *world = *state;
	const struct field_value *items;
	struct field_ref ref;
	struct err err;
	size_t used;

	err_init(&err);
	assert_int_equal(field_resolve("proc.aname", 10, true, &world->arena, &ref, &used, &err),
			 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 2);
	assert_true(span_is_text(items[0].bytes, "login"));
	assert_true(span_is_text(items[1].bytes, "systemd"));
	assert_int_equal(field_resolve("proc.aexepath", 13, true, &world->arena, &ref, &used, &err),
			 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 1);
	assert_int_equal(field_resolve("fd.types", 8, true, &world->arena, &ref, &used, &err), 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 4);
	assert_int_equal(field_resolve("proc.name", 9, true, &world->arena, &ref, &used, &err), 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 1);
	assert_int_equal(field_resolve("proc.apid", 9, true, &world->arena, &ref, &used, &err), 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), 2);
	assert_int_equal(items[1].i64, 1);
}

/* A trace may claim a chain of parents of any length. */
static void test_deep_chain(void **state)
{
	struct world *world = *state;
	const struct field_value *items;
	struct field_ref ref;
	struct err err;
	size_t used;

	for (int64_t tid = 10000; tid < 10000 + LIMIT_ANCESTORS + 50; tid++) {
		struct snap_thread thread =
			world_thread(tid, tid == 10000 ? 4711 : tid - 1, "deep");

		state_add_thread(world->state, &thread);
	}
	state_finish_snapshot(world->state);
	world_begin(world, EVENT_SYSCALL_CLOSE_X);
	store_u64(world->rec.head + 8, 10000 + LIMIT_ANCESTORS + 49);
	record_number(&world->rec, 0, 8);
	record_number(&world->rec, 3, 8);
	world_end(world);
	err_init(&err);
	assert_int_equal(field_resolve("proc.aname", 10, true, &world->arena, &ref, &used, &err),
			 0);
	assert_int_equal(field_extract_all(&ref, &world->env, &world->ev, &items), LIMIT_ANCESTORS);
	assert_int_equal(strlen(world_line(world, "%proc.aname")), 5 * LIMIT_ANCESTORS - 1);
	assert_string_equal(world_line(world, "*%proc.aname[256] %proc.aname[257]"), "deep <NA>");
}

static void test_poll(void **state)
{
	static const struct line_case cases[] = {
		{ "%evt.arg.fds %fdlist.nums %fdlist.names",
		  "3:f1 6:44 3,6 /etc/passwd,127.0.0.1:40000->10.1.2.3:443" },
		{ "%evt.is_wait %evt.category", "true wait" },
	};
	struct world *world = *state;

	world_begin(world, EVENT_SYSCALL_POLL_X);
	record_number(&world->rec, 1, 8);
	record_param(&world->rec, "\2\0\3\0\0\0\0\0\0\0\1\0\6\0\0\0\0\0\0\0\4\0", 22);
	record_number(&world->rec, 100, 8);
	world_end(world);
	CHECK(world, cases);
}

static void test_around(void **state)
{
	struct world *world = *state;
	struct field_value value;
	struct field_ref ref;
	struct err err;
	size_t used;

	err_init(&err);
	assert_int_equal(field_resolve("evt.around[1504272142105654600]", 31, true, &world->arena,
				       &ref, &used, &err),
			 0);
	assert_false(field_extract(&ref, &world->env, &world->ev, &value));
	world->env.filtering = true;
	assert_true(field_extract(&ref, &world->env, &world->ev, &value));
	assert_int_equal(value.u64, 59);
	world->env.filtering = false;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_evt),	      CASE(test_success),	 CASE(test_switch),
		CASE(test_latency),   CASE(test_deltatime),	 CASE(test_open_flags),
		CASE(test_two_paths), CASE(test_fchmod),	 CASE(test_proc),
		CASE(test_thread),    CASE(test_unknown_thread), CASE(test_nothing_known),
		CASE(test_fd),	      CASE(test_socket),	 CASE(test_roles),
		CASE(test_ancestors), CASE(test_poll),		 CASE(test_deep_chain),
		CASE(test_around),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
