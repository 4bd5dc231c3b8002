/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_state_ids.c: what threads change of themselves, users and groups, what a
 * snapshot brings.
 */
#include "unit/stbuild.h"

enum { P = 100, NONE = -1 };

static int open_one(void **context)
{
	bench_open(context);
	add_process(*context, P, 1, "prog");
	state_finish_snapshot(((struct bench *)*context)->state);
	return 0;
}

/* --- user and group ids: traps 36 and 50 --------------------------------------------------- */

static void ids_change_on_success(void **context)
{
	struct bench *t = *context;
	struct state_thread *p = thread_at(t, P);
	const struct {
		uint16_t type;
		const char *fmt;
		int64_t args[4];
		uint32_t uid, gid;
	} cases[] = {
		{ EVENT_SYSCALL_SETUID_X, "nn", { 0, 7 }, 7, 0 },
		{ EVENT_SYSCALL_SETUID_X, "nn", { -1, 8 }, 7, 0 },
		{ EVENT_SYSCALL_SETREUID_X, "nnn", { 0, 1, 9 }, 9, 0 },
		{ EVENT_SYSCALL_SETREUID_X, "nnn", { 0, 1, NONE }, 9, 0 },
		{ EVENT_SYSCALL_SETRESUID_X, "nnnn", { 0, 1, 10, 3 }, 10, 0 },
		{ EVENT_SYSCALL_SETRESUID_X, "nnnn", { 0, 1, NONE, 3 }, 10, 0 },
		{ EVENT_SYSCALL_SETGID_X, "nn", { 0, 7 }, 10, 7 },
		{ EVENT_SYSCALL_SETREGID_X, "nnn", { 0, 1, 9 }, 10, 9 },
		{ EVENT_SYSCALL_SETRESGID_X, "nnnn", { 0, 1, 11, 3 }, 10, 11 },
		{ EVENT_SYSCALL_SETRESGID_X, "nnnn", { -1, 1, 12, 3 }, 10, 11 },
		{ EVENT_SYSCALL_SETGID_X, "n", { 0 }, 10, 11 },
	};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		evbuild_begin(&t->b, cases[i].type, P);
		for (j = 0; cases[i].fmt[j]; j++)
			evbuild_num(&t->b, cases[i].args[j]);
		state_apply(t->state, evbuild_end(&t->b));
		assert_int_equal(p->uid, cases[i].uid);
		assert_int_equal(p->gid, cases[i].gid);
	}
	/* A thread's own. */
	thread_child(t, P, 1, 101, 8192);
	apply(t, EVENT_SYSCALL_SETUID_X, 101, "nn", N(0), N(55));
	assert_int_equal(thread_at(t, 101)->uid, 55);
	assert_int_equal(p->uid, 10);
}

static void capabilities(void **context)
{
	struct bench *t = *context;
	struct state_thread *p = thread_at(t, P);

	apply(t, EVENT_SYSCALL_CAPSET_X, P, "nnnn", N(0), N(1), N(2), N(3));
	assert_int_equal(p->cap_inheritable, 1);
	assert_int_equal(p->cap_permitted, 2);
	assert_int_equal(p->cap_effective, 3);
	apply(t, EVENT_SYSCALL_CAPSET_X, P, "nnnn", N(-1), N(9), N(9), N(9));
	assert_int_equal(p->cap_effective, 3);
	apply(t, EVENT_SYSCALL_UNSHARE_X, P, "nn", N(0), N(1048576));
	assert_true(p->cap_effective == 0x1ffffffffff);
	apply(t, EVENT_SYSCALL_CAPSET_X, P, "nnnn", N(0), N(1), N(2), N(3));
	apply(t, EVENT_SYSCALL_SETNS_X, P, "nnn", N(0), N(5), N(1048576));
	assert_true(p->cap_effective == 0x1ffffffffff);
}

static void sessions_and_groups(void **context)
{
	struct bench *t = *context;
	struct state_thread *p = thread_at(t, P);

	add_process(t, 200, P, "kid");
	p->tty = 5;
	apply(t, EVENT_SYSCALL_SETSID_X, P, "n", N(P));
	assert_int_equal(p->sid, P);
	assert_int_equal(p->pgid, P);
	assert_int_equal(p->tty, 0);
	apply(t, EVENT_SYSCALL_SETSID_X, P, "n", N(-1));
	assert_int_equal(p->sid, P);
	apply(t, EVENT_SYSCALL_SETPGID_X, P, "nnn", N(0), N(0), N(77));
	assert_int_equal(p->pgid, 77);
	assert_int_equal(p->vpgid, 77);
	apply(t, EVENT_SYSCALL_SETPGID_X, P, "nnn", N(0), N(200), N(0));
	assert_int_equal(thread_at(t, 200)->pgid, 200);
	apply(t, EVENT_SYSCALL_SETPGID_X, P, "nnn", N(-1), N(200), N(9));
	assert_int_equal(thread_at(t, 200)->pgid, 200);
	/* In a pid namespace numbers are others than ours. */
	p->vtid = p->vpid = 3;
	apply(t, EVENT_SYSCALL_SETPGID_X, P, "nnn", N(0), N(0), N(0));
	assert_int_equal(p->vpgid, 3);
	assert_int_equal(p->pgid, P);
	apply(t, EVENT_SYSCALL_SETPGID_X, P, "nnn", N(0), N(0), N(2));
	assert_int_equal(p->vpgid, 2);
	assert_int_equal(p->pgid, -1);
	apply(t, EVENT_SYSCALL_SETPGID_X, P, "nnn", N(0), N(200), N(2));
	assert_int_equal(thread_at(t, 200)->pgid, 200);
}

/* Report 35. */
static void names_are_whole(void **context)
{
	struct bench *t = *context;

	thread_child(t, P, 1, 101, 8192);
	apply(t, EVENT_SYSCALL_PRCTL_X, 101, "nnsn", N(0), N(15), "Cache I/O", N(0));
	assert_string_equal(thread_at(t, 101)->comm, "Cache I/O");
	assert_string_equal(thread_at(t, P)->comm, "prog");
	apply(t, EVENT_SYSCALL_PRCTL_X, 101, "nnsn", N(0), N(15), "a) b (c\nlonger than it may be",
	      N(0));
	assert_string_equal(thread_at(t, 101)->comm, "a) b (c\nlonger ");
	apply(t, EVENT_SYSCALL_PRCTL_X, 101, "nnsn", N(-14), N(15), "no", N(0));
	apply(t, EVENT_SYSCALL_PRCTL_X, 101, "nnsn", N(0), N(16), "get", N(0));
	assert_string_equal(thread_at(t, 101)->comm, "a) b (c\nlonger ");
}

static void limits(void **context)
{
	struct bench *t = *context;
	struct state_thread *p = thread_at(t, P);

	apply(t, EVENT_SYSCALL_SETRLIMIT_X, P, "nnnn", N(0), N(64), N(99), N(7));
	assert_int_equal(p->fdlimit, 64);
	apply(t, EVENT_SYSCALL_SETRLIMIT_X, P, "nnnn", N(0), N(65), N(99), N(3));
	apply(t, EVENT_SYSCALL_SETRLIMIT_X, P, "nnnn", N(-1), N(66), N(99), N(7));
	assert_int_equal(p->fdlimit, 64);
	add_process(t, 200, P, "kid");
	apply(t, EVENT_SYSCALL_PRLIMIT_X, P, "nnnnnnn", N(0), N(70), N(70), N(1), N(1), N(200),
	      N(7));
	assert_int_equal(thread_at(t, 200)->fdlimit, 70);
	apply(t, EVENT_SYSCALL_PRLIMIT_X, P, "nnnnnnn", N(0), N(-1), N(-1), N(80), N(80), N(0),
	      N(7));
	assert_int_equal(p->fdlimit, 80);
}

static void add_user(struct bench *t, bool is_group, uint32_t id, const char *name)
{
	struct snap_user user = { .is_group = is_group,
				  .uid = id,
				  .gid = id,
				  .name = span_text(name),
				  .home = span_text("/h"),
				  .shell = span_text("/bin/s") };

	state_add_user(t->state, &user);
}

static void assert_name(const char *name, const char *want)
{
	if (!want) {
		assert_null(name);
		return;
	}
	assert_non_null(name);
	assert_string_equal(name, want);
}

static void users(void **context)
{
	struct bench *t = *context;
	struct state_thread *p = thread_at(t, P);
	struct state_thread *inside;

	assert_name(state_user_name(t->state, p, 0), "root");
	assert_name(state_user_name(t->state, p, 1000), NULL);
	add_user(t, false, 1000, "ann");
	add_user(t, true, 1000, "staff");
	add_user(t, false, UINT32_MAX, "nobody");
	assert_name(state_user_name(t->state, p, 1000), "ann");
	assert_name(state_user_name(t->state, NULL, 1000), "ann");
	assert_name(state_user_home(t->state, 1000), "/h");
	assert_name(state_user_shell(t->state, 1000), "/bin/s");
	assert_name(state_user_home(t->state, 7), NULL);
	assert_name(state_group_name(t->state, p, 1000), "staff");
	assert_name(state_group_name(t->state, p, 0), "root");
	assert_name(state_user_name(t->state, p, UINT32_MAX), NULL);

	/* Of a container: its own, never the machine's. */
	clone_exit(
		t, 0,
		&(struct who){
			.tid = 300, .pid = 300, .ptid = P, .comm = "in", .cgroups = "0=/lxc/web" });
	inside = thread_at(t, 300);
	assert_string_equal(inside->container_id, "web");
	assert_name(state_user_name(t->state, inside, 1000), NULL);
	apply(t, EVENT_USER_ADDED_E, -1, "nnssss", N(1000), N(1000), "bob", "/srv/bob", "/bin/sh",
	      "web");
	apply(t, EVENT_GROUP_ADDED_E, -1, "nss", N(1000), "crew", "web");
	assert_name(state_user_name(t->state, inside, 1000), "bob");
	assert_name(state_group_name(t->state, inside, 1000), "crew");
	assert_name(state_user_name(t->state, p, 1000), "ann");
	apply(t, EVENT_USER_DELETED_E, -1, "nnssss", N(1000), N(1000), "bob", "", "", "web");
	apply(t, EVENT_GROUP_DELETED_E, -1, "nss", N(1000), "crew", "other");
	assert_name(state_user_name(t->state, inside, 1000), NULL);
	assert_name(state_group_name(t->state, inside, 1000), "crew");
	apply(t, EVENT_USER_ADDED_E, -1, "nnssss", N(1000), N(1000), "eve", "/e", "/bin/e", "host");
	assert_name(state_user_name(t->state, p, 1000), "eve");
	/* A later list replaces all. */
	state_reset_users(t->state);
	assert_name(state_user_name(t->state, p, 1000), NULL);
}

/* Trap 9: a container is not known where groups are not; "host" only where they are. */
static void containers(void **context)
{
	struct bench *t = *context;
	struct event *ev = openat_exit(t, 400, 3, "/x", 1);

	assert_null(ev->thread->container_id);
	assert_string_equal(thread_at(t, P)->container_id, "host");
	exec_exit(t, 0, P, 1, "next");
	assert_string_equal(thread_at(t, P)->container_id, "host");
	assert_memory_equal(thread_at(t, P)->cgroups, "cpu=/\0", 6);
	assert_int_equal(thread_at(t, P)->cgroups_len, 6);
}

/* --- snapshot ----------------------------------------------------------------------------------- */

static void lists_end_in_nul(void **context)
{
	struct bench *t = *context;
	const struct {
		const char *bytes;
		size_t len;
		const char *want;
		uint32_t want_len;
	} cases[] = {
		{ "a\0b\0", 4, "a\0b\0", 4 }, { "a\0b", 3, "a\0b\0", 4 },
		{ "\0", 1, "\0", 1 },	      { "", 0, "", 0 },
		{ "a\0\0", 3, "a\0\0", 3 },
	};
	size_t i;

	/* Trap 32. */
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		apply(t, EVENT_SYSCALL_EXECVE_19_X, P, "nsbnnn", N(0), "e",
		      (const void *)cases[i].bytes, cases[i].len, N(P), N(P), N(1));
		assert_int_equal(thread_at(t, P)->args_len, cases[i].want_len);
		assert_memory_equal(thread_at(t, P)->args, cases[i].want, cases[i].want_len);
	}
}

static struct snap_fd pair(int64_t num, uint8_t l4, uint16_t local, uint16_t remote)
{
	struct snap_fd fd = { .fd = num, .type = SNAP_FD_IPV4_SOCK, .l4 = l4 };

	fd.ends.sip[0] = 127;
	fd.ends.sport = local;
	fd.ends.dip[0] = 10;
	fd.ends.dport = remote;
	return fd;
}

static void servers_are_guessed(void **context)
{
	struct bench *t = *context;
	struct snap_fd listener = { .fd = 3, .type = SNAP_FD_IPV4_SERVSOCK, .l4 = SNAP_L4_TCP };
	struct snap_fd called = pair(4, SNAP_L4_TCP, 80, 40000);
	struct snap_fd calling = pair(5, SNAP_L4_TCP, 40001, 80);
	struct snap_fd other = pair(6, SNAP_L4_UDP, 80, 40000);
	struct snap_fd free = pair(7, SNAP_L4_UDP, 0, 0);

	free.ends.sip[0] = free.ends.dip[0] = 0;
	listener.ends.sport = 80;
	add_process(t, 200, 1, "httpd");
	state_add_fd(t->state, P, &called);
	state_add_fd(t->state, P, &calling);
	state_add_fd(t->state, P, &other);
	state_add_fd(t->state, P, &free);
	state_add_fd(t->state, 200, &listener);
	state_finish_snapshot(t->state);
	assert_fd_name(fd_at(t, 200, 3), "0.0.0.0:80");
	assert_fd_name(fd_at(t, P, 4), "10.0.0.0:40000->127.0.0.0:80");
	assert_true(fd_at(t, P, 4)->is_server && fd_at(t, P, 4)->is_connected);
	assert_fd_name(fd_at(t, P, 5), "127.0.0.0:40001->10.0.0.0:80");
	assert_true(fd_at(t, P, 5)->has_role && !fd_at(t, P, 5)->is_server);
	assert_false(fd_at(t, P, 6)->is_server);
	assert_fd_name(fd_at(t, P, 7), "");
	assert_false(fd_at(t, P, 7)->has_role);
	/* Once more does nothing. */
	state_finish_snapshot(t->state);
	assert_fd_name(fd_at(t, P, 4), "10.0.0.0:40000->127.0.0.0:80");
}

static void snapshot_of_mapped_sockets(void **context)
{
	struct bench *t = *context;
	struct snap_fd fd = { .fd = 3, .type = SNAP_FD_IPV6_SOCK, .l4 = SNAP_L4_TCP };

	memset(fd.ends.sip + 10, 0xff, 2);
	memset(fd.ends.dip + 10, 0xff, 2);
	fd.ends.sip[12] = 127;
	fd.ends.dip[12] = 10;
	fd.ends.sport = 1;
	fd.ends.dport = 2;
	state_add_fd(t->state, P, &fd);
	assert_int_equal(fd_at(t, P, 3)->type, SNAP_FD_IPV4_SOCK);
	assert_fd_name(fd_at(t, P, 3), "127.0.0.0:1->10.0.0.0:2");
}

/* Traps 12 and 33. */
static void fds_of_later_looks(void **context)
{
	struct bench *t = *context;

	add_file(t, 999, 3, "/x");
	assert_null(thread_at(t, 999));
	openat_exit(t, 500, 3, "/x", 1);
	assert_true(thread_at(t, 500)->is_invented);
	add_process(t, 500, P, "met");
	add_file(t, 500, 4, "/y");
	assert_false(thread_at(t, 500)->is_invented);
	assert_string_equal(thread_at(t, 500)->comm, "met");
	assert_ptr_equal(state_parent(t->state, thread_at(t, 500)), thread_at(t, P));
	assert_fd_name(fd_at(t, 500, 3), "/x");
	assert_fd_name(fd_at(t, 500, 4), "/y");
	assert_int_equal(fd_at(t, 500, 4)->opened_ns, 0);
}

/* A leader that is a zombie has empty texts; its threads have them all. */
static void zombie_leader(void **context)
{
	struct bench *t = *context;
	struct snap_thread leader = { .tid = 600,
				      .pid = 600,
				      .ptid = P,
				      .comm = span_text("z"),
				      .loginuid = STATE_UNKNOWN_ID };
	struct snap_thread other = leader;

	other.tid = 601;
	other.exe = span_text("/bin/z");
	other.cwd = span_text("/zz");
	state_add_thread(t->state, &leader);
	state_add_thread(t->state, &other);
	assert_string_equal(thread_at(t, 600)->exe, "/bin/z");
	assert_string_equal(state_main(t->state, thread_at(t, 601))->cwd, "/zz");
	assert_int_equal(thread_at(t, 600)->thread_cnt, 2);
}

/* A child that the scan has seen already and whose birth comes after: one and the same. */
static void births_beside_a_scan(void **context)
{
	struct bench *t = *context;
	uint64_t serial;

	add_process(t, 700, P, "kid");
	add_file(t, 700, 9, "/opened/since");
	serial = thread_at(t, 700)->serial;
	fork_child(t, P, 700);
	fork_maker(t, P, 700);
	assert_int_equal(thread_at(t, 700)->serial, serial);
	assert_fd_name(fd_at(t, 700, 9), "/opened/since");
	assert_true(thread_at(t, 700)->start_ns != 0);
	/* A redirection whose end the scan has seen: 12 is gone again, 1 is right. */
	add_file(t, 700, 1, "/dev/tty");
	apply(t, EVENT_SYSCALL_DUP2_X, 700, "nnn", N(1), N(12), N(1));
	assert_fd_name(fd_at(t, 700, 1), "/dev/tty");
	/* Long after, one that nobody knows is one that nobody knows. */
	t->b.ts_ns += 20000000000;
	apply(t, EVENT_SYSCALL_DUP2_X, 700, "nnn", N(1), N(12), N(1));
	assert_null(fd_at(t, 700, 1));
}

static void machine_and_interfaces(void **context)
{
	struct bench *t = *context;
	struct snap_machine machine = { .cpu_cnt = 2 };
	struct snap_iface iface = { .addr = { 10, 0, 0, 9 } };
	const uint8_t mine[16] = { 10, 0, 0, 9 };
	const uint8_t other[16] = { 10, 0, 0, 8 };

	assert_null(state_machine(t->state));
	state_set_machine(t->state, &machine);
	assert_int_equal(state_machine(t->state)->cpu_cnt, 2);
	state_add_iface(t->state, &iface);
	assert_true(state_is_local_addr(t->state, mine, false));
	assert_false(state_is_local_addr(t->state, mine, true));
	assert_false(state_is_local_addr(t->state, other, false));
	state_reset_ifaces(t->state);
	assert_false(state_is_local_addr(t->state, mine, false));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_one, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(ids_change_on_success),
		CASE(capabilities),
		CASE(sessions_and_groups),
		CASE(names_are_whole),
		CASE(limits),
		CASE(users),
		CASE(containers),
		CASE(lists_end_in_nul),
		CASE(servers_are_guessed),
		CASE(snapshot_of_mapped_sockets),
		CASE(fds_of_later_looks),
		CASE(zombie_leader),
		CASE(births_beside_a_scan),
		CASE(machine_and_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
