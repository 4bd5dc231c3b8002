/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_state_threads.c: births, execs and ends of threads and processes; who is whose
 * parent. Each case says which trap, corner or report it keeps away.
 */
#include "unit/stbuild.h"

#include "base/limits.h"

/* clone_flags set */
enum { C_FILES = 1, C_NEWPID = 64, C_PARENT = 256, C_THREAD = 8192, C_IN_PIDNS = 536870912 };

static uint64_t second(struct bench *t, unsigned int cnt)
{
	return t->b.ts_ns += (uint64_t)cnt * 1000000000;
}

/* --- births: trap 1 -------------------------------------------------------------- */

/* The maker's event, the child's, and both in the two orders: one child each time. */
static void birth_is_once(void **context)
{
	struct bench *t = *context;
	uint64_t serial;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	fork_maker(t, 10, 20);
	assert_int_equal(state_thread_count(t->state), 2);
	serial = thread_at(t, 20)->serial;
	assert_string_equal(thread_at(t, 20)->comm, "maker");
	fork_child(t, 10, 20);
	assert_int_equal(thread_at(t, 20)->serial, serial);
	assert_string_equal(thread_at(t, 20)->comm, "kid");

	fork_child(t, 10, 21);
	serial = thread_at(t, 21)->serial;
	fork_maker(t, 10, 21);
	assert_int_equal(thread_at(t, 21)->serial, serial);
	assert_string_equal(thread_at(t, 21)->comm, "kid");

	fork_child(t, 10, 22);
	fork_maker(t, 10, 23);
	assert_int_equal(state_thread_count(t->state), 5);
	assert_int_equal(thread_at(t, 22)->ptid, 10);
	assert_int_equal(thread_at(t, 23)->ptid, 10);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 22)), thread_at(t, 10));
}

static void fork_copies_the_process(void **context)
{
	struct bench *t = *context;
	struct state_thread *kid;

	add_process(t, 10, 1, "sh");
	add_file(t, 10, 3, "/etc/passwd");
	state_finish_snapshot(t->state);
	fork_child(t, 10, 20);
	kid = thread_at(t, 20);
	assert_string_equal(kid->exe, "/bin/exe");
	assert_string_equal(kid->exepath, "/snap/path");
	assert_memory_equal(kid->args, "-a\0-b\0", 6);
	assert_int_equal(kid->args_len, 6);
	assert_memory_equal(kid->env, "HOME=/root\0", 11);
	assert_string_equal(kid->cwd, "/srv/u");
	assert_int_equal(kid->sid, 1);
	assert_true(kid->start_ns == t->b.ts_ns);
	assert_fd_name(fd_at(t, 20, 3), "/etc/passwd");
	/* Two tables from here on. */
	close_exit(t, 20, 3, 0);
	assert_null(fd_at(t, 20, 3));
	assert_fd_name(fd_at(t, 10, 3), "/etc/passwd");
}

static void clone_return_after_exit_makes_nobody(void **context)
{
	struct bench *t = *context;
	unsigned int i;
	const uint16_t types[] = { EVENT_SYSCALL_VFORK_20_X, EVENT_SYSCALL_CLONE_20_X,
				   EVENT_SYSCALL_CLONE3_X, EVENT_SYSCALL_FORK_20_X };

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	for (i = 0; i < 4; i++) {
		clone_exit(t, 0,
			   &(struct who){ .tid = 20,
					  .pid = 20,
					  .ptid = 10,
					  .comm = "kid",
					  .type = types[i] });
		proc_exit(t, 20, 1);
		clone_exit(
			t, 20,
			&(struct who){
				.tid = 10, .pid = 10, .ptid = 1, .comm = "sh", .type = types[i] });
		settle(t);
		assert_int_equal(state_thread_count(t->state), 1);
	}
	/* Made by another thread than the main one; the child names the process as its parent. */
	thread_child(t, 10, 1, 11, C_THREAD);
	fork_child(t, 10, 20);
	proc_exit(t, 20, 1);
	clone_exit(t, 20, &(struct who){ .tid = 11, .pid = 10, .ptid = 1, .comm = "thr" });
	settle(t);
	assert_null(thread_at(t, 20));
	/* And a thread that was over at once. */
	thread_child(t, 10, 1, 12, C_THREAD);
	proc_exit(t, 12, 10);
	clone_exit(
		t, 12,
		&(struct who){ .tid = 11, .pid = 10, .ptid = 1, .comm = "thr", .flags = C_THREAD });
	settle(t);
	assert_null(thread_at(t, 12));
	assert_int_equal(thread_at(t, 10)->thread_cnt, 2);
	/* After two seconds it is another child that happens to have the same id. */
	fork_child(t, 10, 20);
	proc_exit(t, 20, 1);
	second(t, 3);
	fork_maker(t, 10, 20);
	assert_non_null(thread_at(t, 20));
	proc_exit(t, 20, 1);
	settle(t);
	assert_null(thread_at(t, 20));
}

/* A key of the tid alone would take another maker's child for the one that is over. */
static void reused_tid_of_another_maker_is_born(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	add_process(t, 11, 1, "zsh");
	state_finish_snapshot(t->state);
	fork_child(t, 10, 20);
	proc_exit(t, 20, 1);
	fork_maker(t, 11, 20);
	assert_non_null(thread_at(t, 20));
	assert_int_equal(thread_at(t, 20)->ptid, 11);
}

static void exit_of_unknown_is_remembered(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	proc_exit(t, 20, 1);
	fork_maker(t, 10, 20);
	assert_null(thread_at(t, 20));
	/* That one was its; the next is not. */
	fork_maker(t, 10, 20);
	assert_non_null(thread_at(t, 20));
}

static void storm_returns_to_the_start(void **context)
{
	struct bench *t = *context;
	int64_t i;

	add_process(t, 10, 1, "sh");
	add_file(t, 10, 0, "/dev/null");
	add_file(t, 10, 1, "/dev/null");
	state_finish_snapshot(t->state);
	for (i = 0; i < 100000; i++) {
		int64_t tid = 1000 + i % 30000;

		if (i % 3)
			fork_maker(t, 10, tid);
		fork_child(t, 10, tid);
		exec_exit(t, 0, tid, 10, "true");
		proc_exit(t, tid, 1);
		if (!(i % 3))
			fork_maker(t, 10, tid);
	}
	settle(t);
	assert_int_equal(state_thread_count(t->state), 1);
	assert_int_equal(state_fd_count(thread_at(t, 10)), 2);
	assert_int_equal(t->stats.value[STAT_PROC_LIMIT], 0);
}

/* --- threads: trap 3, corners --------------------------------------------------------- */

static void threads_share_without_flags(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	thread_child(t, 10, 1, 11, 0);
	assert_ptr_equal(state_main(t->state, thread_at(t, 11)), thread_at(t, 10));
	assert_int_equal(thread_at(t, 10)->thread_cnt, 2);
	openat_exit(t, 11, 5, "/tmp/x", 1);
	assert_fd_name(fd_at(t, 10, 5), "/tmp/x");
	assert_int_equal(thread_at(t, 11)->ptid, 1);
	proc_exit(t, 11, 10);
	settle(t);
	assert_int_equal(thread_at(t, 10)->thread_cnt, 1);
	assert_fd_name(fd_at(t, 10, 5), "/tmp/x");
}

static void thread_by_maker_first(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	clone_exit(
		t, 11,
		&(struct who){ .tid = 10, .pid = 10, .ptid = 1, .comm = "sh", .flags = C_THREAD });
	assert_int_equal(thread_at(t, 11)->pid, 10);
	thread_child(t, 10, 1, 11, C_THREAD);
	assert_int_equal(state_thread_count(t->state), 2);
	assert_int_equal(thread_at(t, 10)->thread_cnt, 2);
	/* The id of a thread is reused by a process whose maker's event is lost. */
	fork_child(t, 10, 11);
	assert_int_equal(thread_at(t, 10)->thread_cnt, 1);
	assert_int_equal(thread_at(t, 11)->pid, 11);
}

static void thread_of_unknown_process(void **context)
{
	struct bench *t = *context;

	thread_child(t, 30, 7, 31, C_THREAD);
	assert_non_null(thread_at(t, 30));
	assert_ptr_equal(state_main(t->state, thread_at(t, 31)), thread_at(t, 30));
	assert_string_equal(thread_at(t, 30)->comm, "<NA>");
	assert_string_equal(thread_at(t, 30)->exe, "/bin/exe");
	assert_string_equal(thread_at(t, 31)->comm, "thr");
	assert_int_equal(thread_at(t, 30)->ptid, 7);
}

static void files_shared_by_processes(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	clone_exit(
		t, 0,
		&(struct who){ .tid = 20, .pid = 20, .ptid = 10, .comm = "k", .flags = C_FILES });
	openat_exit(t, 20, 5, "/a", 1);
	assert_fd_name(fd_at(t, 10, 5), "/a");
	/* exec gives it a table of its own. */
	exec_exit(t, 0, 20, 10, "ls");
	close_exit(t, 20, 5, 0);
	assert_fd_name(fd_at(t, 10, 5), "/a");
}

static void unshared_tables(void **context)
{
	struct bench *t = *context;
	struct str path = { 0 };

	add_process(t, 10, 1, "sh");
	add_file(t, 10, 3, "/etc/a");
	state_finish_snapshot(t->state);
	thread_child(t, 10, 1, 11, C_THREAD);
	apply(t, EVENT_SYSCALL_UNSHARE_X, 11, "nn", N(0), N(1 | 2));
	close_exit(t, 11, 3, 0);
	assert_fd_name(fd_at(t, 10, 3), "/etc/a");
	apply(t, EVENT_SYSCALL_CHDIR_X, 11, "ns", N(0), "/var");
	assert_string_equal(thread_at(t, 10)->cwd, "/srv/u");
	state_resolve_path(t->state, thread_at(t, 11), -100, span_text("x"), &path);
	assert_string_equal(str_text(&path), "/var/x");
	str_release(&path);
}

/* --- ends ------------------------------------------------------------------------------- */

static void exit_takes_effect_afterwards(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	ev = proc_exit(t, 10, 1);
	assert_string_equal(ev->thread->comm, "sh");
	assert_true(ev->thread->is_dead);
	assert_non_null(thread_at(t, 10));
	settle(t);
	assert_null(thread_at(t, 10));
}

/* pthread_exit() of the main thread: the process goes on, with its name and its fds. */
static void leader_ends_first(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	add_file(t, 10, 3, "/etc/a");
	state_finish_snapshot(t->state);
	thread_child(t, 10, 1, 11, C_THREAD);
	thread_child(t, 10, 1, 12, C_THREAD);
	proc_exit(t, 10, 11);
	settle(t);
	assert_true(thread_at(t, 10)->is_leader_dead);
	assert_int_equal(thread_at(t, 10)->thread_cnt, 2);
	assert_fd_name(fd_at(t, 11, 3), "/etc/a");
	assert_string_equal(state_main(t->state, thread_at(t, 12))->exe, "/bin/exe");
	proc_exit(t, 11, 12);
	settle(t);
	assert_non_null(thread_at(t, 10));
	proc_exit(t, 12, 1);
	settle(t);
	assert_int_equal(state_thread_count(t->state), 0);
}

static void exit_group_in_any_order(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	thread_child(t, 10, 1, 11, C_THREAD);
	thread_child(t, 10, 1, 12, C_THREAD);
	proc_exit(t, 12, 10);
	proc_exit(t, 10, 1);
	proc_exit(t, 11, 1);
	settle(t);
	assert_int_equal(state_thread_count(t->state), 0);
}

/* --- exec ---------------------------------------------------------------------------------- */

static void exec_tells_all(void **context)
{
	struct bench *t = *context;
	struct state_thread *p;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	exec_exit(t, 0, 10, 1, "a-name-of-27-characters-xyz");
	p = thread_at(t, 10);
	assert_string_equal(p->exe, "a-name-of-27-characters-xyz");
	assert_string_equal(p->exepath, "/usr/bin/a-name-of-27-characters-xyz");
	assert_memory_equal(p->args, "one\0two\0", 8);
	assert_int_equal(p->args_len, 8);
	assert_memory_equal(p->env, "A=1\0B=2\0", 8);
	assert_int_equal(p->env_len, 8);
	assert_int_equal(p->tty, 0x8801);
	assert_int_equal(p->vpgid, 77);
	assert_int_equal(p->pgid, 78);
	assert_int_equal(p->loginuid, 1000);
	assert_int_equal(p->uid, 1000);
	assert_int_equal(p->gid, 1001);
	assert_int_equal(p->cap_effective, 3);
	assert_int_equal(p->exe_ino, 99);
	assert_true(p->has_exe_facts && p->exe_writable && !p->exe_upper_layer);
	assert_true(p->exec_ns == t->b.ts_ns);
	assert_int_equal(p->fdlimit, 4096);
	assert_string_equal(p->cwd, "/srv/u");
}

static void failed_exec_changes_nothing(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	openat_exit(t, 10, 3, "/a", 4096);
	exec_exit(t, -2, 10, 1, "nothing");
	assert_string_equal(thread_at(t, 10)->comm, "sh");
	assert_non_null(fd_at(t, 10, 3));
}

/* Report 7: four threads, the third one executes. */
static void exec_by_a_thread(void **context)
{
	struct bench *t = *context;
	struct event *ev;
	int64_t i;
	int round;

	for (round = 0; round < 200; round++) {
		add_process(t, 10, 1, "sh");
		add_file(t, 10, 3, "/etc/a");
		state_finish_snapshot(t->state);
		for (i = 11; i < 14; i++)
			thread_child(t, 10, 1, i, C_THREAD);
		/* Sometimes the leader's end is told before, though the process lives on. */
		if (round % 2)
			proc_exit(t, 10, 12);
		if (round % 3 == 0)
			proc_exit(t, 11, 12);
		ev = exec_exit(t, 0, 10, 1, "sleep");
		assert_int_equal(ev->thread->tid, 10);
		assert_false(ev->thread->is_leader_dead || ev->thread->is_dead);
		assert_string_equal(ev->thread->comm, "sleep");
		settle(t);
		assert_int_equal(state_thread_count(t->state), 1);
		assert_int_equal(thread_at(t, 10)->thread_cnt, 1);
		assert_fd_name(fd_at(t, 10, 3), "/etc/a");
		proc_exit(t, 10, 1);
		settle(t);
		assert_int_equal(state_thread_count(t->state), 0);
	}
}

/* The event carries the thread's old id: the one that goes on has the process's. */
static void exec_under_the_old_id(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	thread_child(t, 10, 1, 11, C_THREAD);
	ev = apply(t, EVENT_SYSCALL_EXECVE_19_X, 11, "nsbnnn", N(0), "new", "", (size_t)0, N(11),
		   N(10), N(1));
	assert_int_equal(ev->thread->tid, 10);
	settle(t);
	assert_null(thread_at(t, 11));
	assert_string_equal(thread_at(t, 10)->exe, "new");
}

static void exec_of_an_unknown(void **context)
{
	struct bench *t = *context;

	add_process(t, 5, 1, "sh");
	state_finish_snapshot(t->state);
	exec_exit(t, 0, 10, 5, "ls");
	assert_false(thread_at(t, 10)->is_invented);
	assert_int_equal(thread_at(t, 10)->pid, 10);
	assert_string_equal(thread_at(t, 10)->comm, "ls");
	assert_ptr_equal(state_parent(t->state, thread_at(t, 10)), thread_at(t, 5));
}

/* AT_EXECVE_CHECK: success, and nothing was executed. */
static void execveat_that_only_checks(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	openat_exit(t, 10, 3, "/a", 4096);
	apply(t, EVENT_SYSCALL_EXECVEAT_X, 10, "n", N(0));
	assert_string_equal(thread_at(t, 10)->comm, "sh");
	assert_non_null(fd_at(t, 10, 3));
	apply(t, EVENT_SYSCALL_EXECVEAT_X, 10, "nsbnnnsnnnnnns", N(0), "prog", "", (size_t)0, N(10),
	      N(10), N(1), (const char *)NULL, N(1), N(1), N(1), N(1), N(1), N(1), "prog");
	assert_string_equal(thread_at(t, 10)->comm, "prog");
	assert_null(fd_at(t, 10, 3));
}

/* Trap 28, and memfd_create("a (deleted)"): only the kernel's own is taken off. */
static void deleted_is_a_fact(void **context)
{
	struct bench *t = *context;
	const struct {
		const char *given, *path;
		bool gone;
	} cases[] = {
		{ "/bin/a", "/bin/a", false },
		{ "/bin/a (deleted)", "/bin/a", true },
		{ "/memfd:a (deleted) (deleted)", "/memfd:a (deleted)", true },
		{ "(deleted)", "(deleted)", false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		apply(t, EVENT_SYSCALL_EXECVE_19_X, 10, "nsbnnn---------------------s", N(0), "x",
		      "", (size_t)0, N(10), N(10), N(1), cases[i].given);
		assert_string_equal(thread_at(t, 10)->exepath, cases[i].path);
		assert_int_equal(thread_at(t, 10)->exe_deleted, cases[i].gone);
	}
}

/* --- parents: traps 2, 7, reports 44 and 46 ------------------------------------------------- */

static void children_listed_before_parents(void **context)
{
	struct bench *t = *context;

	add_process(t, 30, 20, "c");
	add_process(t, 20, 10, "b");
	add_process(t, 10, 0, "a");
	state_finish_snapshot(t->state);
	assert_string_equal(state_ancestor(t->state, thread_at(t, 30), 0)->comm, "c");
	assert_string_equal(state_ancestor(t->state, thread_at(t, 30), 1)->comm, "b");
	assert_string_equal(state_ancestor(t->state, thread_at(t, 30), 2)->comm, "a");
	assert_null(state_ancestor(t->state, thread_at(t, 30), 3));
	/* A later look at one process is linked at once, both ways. */
	add_process(t, 50, 40, "e");
	assert_null(state_parent(t->state, thread_at(t, 50)));
	assert_int_equal(thread_at(t, 50)->ptid, 40);
	add_process(t, 40, 30, "d");
	assert_string_equal(state_ancestor(t->state, thread_at(t, 50), 4)->comm, "a");
}

static void parent_is_the_process_of_the_forking_thread(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	thread_child(t, 10, 1, 11, C_THREAD);
	clone_exit(t, 0, &(struct who){ .tid = 20, .pid = 20, .ptid = 11, .comm = "kid" });
	assert_int_equal(thread_at(t, 20)->ptid, 10);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 20)), thread_at(t, 10));
	/* The forking thread ends: the process stays the parent. */
	proc_exit(t, 11, 10);
	settle(t);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 20)), thread_at(t, 10));
}

static void clone_parent_makes_a_sibling(void **context)
{
	struct bench *t = *context;

	add_process(t, 5, 1, "init");
	add_process(t, 10, 5, "sh");
	state_finish_snapshot(t->state);
	clone_exit(
		t, 20,
		&(struct who){ .tid = 10, .pid = 10, .ptid = 5, .comm = "sh", .flags = C_PARENT });
	assert_ptr_equal(state_parent(t->state, thread_at(t, 20)), thread_at(t, 5));
}

/* What it has it has from the sibling that made it, and not from the parent. */
static void child_of_clone_parent_inherits_from_its_maker(void **context)
{
	struct who child = { .tid = 20, .pid = 20, .ptid = 5, .comm = "stage", .flags = C_PARENT };
	struct bench *t = *context;
	uint64_t serial;

	add_process(t, 5, 1, "runtime");
	add_file(t, 5, 3, "/of/runtime");
	add_process(t, 9, 5, "other");
	add_process(t, 10, 5, "stage");
	add_file(t, 10, 3, "/of/stage");
	add_process(t, 11, 5, "another");
	state_finish_snapshot(t->state);
	clone_exit(t, 0, &child);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 20)), thread_at(t, 5));
	assert_fd_name(fd_at(t, 20, 3), "/of/stage");
	serial = thread_at(t, 20)->serial;
	clone_exit(t, 20,
		   &(struct who){
			   .tid = 10, .pid = 10, .ptid = 5, .comm = "stage", .flags = C_PARENT });
	assert_int_equal(thread_at(t, 20)->serial, serial);
	/* Nobody bears its name: its maker was a child of the parent as well. */
	child.tid = child.pid = 21;
	child.comm = "unseen";
	clone_exit(t, 0, &child);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 21)), thread_at(t, 5));
	assert_fd_name(fd_at(t, 21, 3), "/of/runtime");
}

static void reaper_takes_the_children(void **context)
{
	struct bench *t = *context;

	add_process(t, 1, 0, "init");
	add_process(t, 5, 1, "reaper");
	add_process(t, 10, 5, "sh");
	state_finish_snapshot(t->state);
	thread_child(t, 5, 1, 6, C_THREAD);
	fork_child(t, 10, 20);
	proc_exit(t, 10, 6);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 20)), thread_at(t, 5));
	assert_int_equal(thread_at(t, 20)->ptid, 5);
	settle(t);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 20)), thread_at(t, 5));
	/* A reaper that nobody knows, or none at all. */
	fork_child(t, 20, 30);
	proc_exit(t, 20, 777);
	settle(t);
	assert_null(state_parent(t->state, thread_at(t, 30)));
	assert_int_equal(thread_at(t, 30)->ptid, 777);
	fork_child(t, 30, 40);
	proc_exit(t, 30, 0);
	settle(t);
	assert_null(state_parent(t->state, thread_at(t, 40)));
	assert_int_equal(thread_at(t, 40)->ptid, -1);
}

static void reused_pid_is_nobodys_parent(void **context)
{
	struct bench *t = *context;

	add_process(t, 1, 0, "init");
	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	fork_child(t, 10, 20);
	openat_exit(t, 10, 3, "/x", 1);
	/* The end of 10 was lost; its id is given anew. */
	clone_exit(t, 0, &(struct who){ .tid = 10, .pid = 10, .ptid = 1, .comm = "other" });
	assert_null(state_parent(t->state, thread_at(t, 20)));
	assert_int_equal(thread_at(t, 20)->ptid, -1);
	/* The same for one whose parent was never met. */
	clone_exit(t, 0, &(struct who){ .tid = 40, .pid = 40, .ptid = 333, .comm = "kid" });
	assert_int_equal(thread_at(t, 40)->ptid, 333);
	clone_exit(t, 0, &(struct who){ .tid = 333, .pid = 333, .ptid = 1, .comm = "late" });
	assert_null(state_parent(t->state, thread_at(t, 40)));
	assert_int_equal(thread_at(t, 40)->ptid, -1);
}

static void orphans_meet_their_parent(void **context)
{
	struct bench *t = *context;

	clone_exit(t, 0, &(struct who){ .tid = 40, .pid = 40, .ptid = 30, .comm = "kid" });
	assert_null(state_parent(t->state, thread_at(t, 40)));
	/* 30 makes itself known by a fork of its own. */
	fork_maker(t, 30, 41);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 40)), thread_at(t, 30));
	assert_ptr_equal(state_parent(t->state, thread_at(t, 41)), thread_at(t, 30));
	/* Children of one that was never met go to its reaper. */
	clone_exit(t, 0, &(struct who){ .tid = 60, .pid = 60, .ptid = 50, .comm = "kid" });
	proc_exit(t, 50, 30);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 60)), thread_at(t, 30));
}

static void rings_of_parents_are_refused(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 12, "a");
	add_process(t, 11, 10, "b");
	add_process(t, 12, 11, "c");
	add_process(t, 13, 13, "self");
	state_finish_snapshot(t->state);
	assert_null(state_ancestor(t->state, thread_at(t, 10), 5));
	assert_null(state_ancestor(t->state, thread_at(t, 11), 5));
	assert_null(state_ancestor(t->state, thread_at(t, 12), 5));
	assert_null(state_parent(t->state, thread_at(t, 13)));
}

/* --- pid namespaces: trap 9 ------------------------------------------------------------------- */

static void makers_result_in_a_namespace_is_not_used(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "runc");
	state_finish_snapshot(t->state);
	clone_exit(t, 2,
		   &(struct who){ .tid = 10,
				  .pid = 10,
				  .ptid = 1,
				  .comm = "runc",
				  .vtid = 1,
				  .flags = C_IN_PIDNS });
	clone_exit(t, 3,
		   &(struct who){ .tid = 10, .pid = 10, .ptid = 1, .comm = "runc", .vtid = 1 });
	assert_int_equal(state_thread_count(t->state), 1);
	clone_exit(t, 0,
		   &(struct who){ .tid = 500,
				  .pid = 500,
				  .ptid = 10,
				  .comm = "in",
				  .vtid = 2,
				  .flags = C_IN_PIDNS });
	assert_int_equal(thread_at(t, 500)->vtid, 2);
	assert_int_equal(thread_at(t, 500)->vpid, 2);
	assert_ptr_equal(state_parent(t->state, thread_at(t, 500)), thread_at(t, 10));
	/* The first of a new namespace, as its maker outside sees it. */
	clone_exit(t, 600,
		   &(struct who){
			   .tid = 500, .pid = 500, .ptid = 10, .comm = "x", .flags = C_NEWPID });
	assert_int_equal(thread_at(t, 600)->vpid, 1);
}

static void unknown_ids_stay_unknown(void **context)
{
	struct bench *t = *context;
	struct event *ev = openat_exit(t, 70, 3, "/x", 1);

	assert_true(ev->thread->is_invented);
	assert_int_equal(ev->thread->pid, -1);
	assert_int_equal(ev->thread->vtid, -1);
	assert_int_equal(ev->thread->vpid, -1);
	assert_int_equal(ev->thread->sid, -1);
	assert_int_equal(ev->thread->uid, STATE_UNKNOWN_ID);
	assert_string_equal(ev->thread->comm, "<NA>");
	assert_string_equal(ev->thread->exe, "<NA>");
	assert_null(ev->thread->container_id);
	assert_null(state_parent(t->state, ev->thread));
	assert_fd_name(ev->fd, "/x");
	/* Scheduling makes nobody known. */
	ev = apply(t, EVENT_SCHEDSWITCH_6_E, 71, "nnnnnn", N(72), N(0), N(0), N(0), N(0), N(0));
	assert_null(ev->thread);
	assert_null(thread_at(t, 72));
	/* Empty ids of an event are no ids. */
	apply(t, EVENT_SYSCALL_CLONE_20_X, 80, "nsbnnns", N(0), "e", "", (size_t)0, N(80), N(80),
	      N(5), (const char *)NULL);
	assert_int_equal(thread_at(t, 80)->uid, STATE_UNKNOWN_ID);
	assert_int_equal(thread_at(t, 80)->vtid, -1);
}

/* --- limits and damage ---------------------------------------------------------------------------- */

static void table_is_bounded(void **context)
{
	struct bench *t = *context;
	int64_t i;

	add_process(t, 10, 1, "sh");
	state_finish_snapshot(t->state);
	for (i = 0; i < (int64_t)LIMIT_THREADS + 100; i++)
		apply(t, EVENT_SYSCALL_GETUID_X, 1000 + i, "n", N(0));
	assert_int_equal(state_thread_count(t->state), LIMIT_THREADS);
	assert_non_null(thread_at(t, 10));
	/* The oldest strangers went, who is known stays. */
	assert_null(thread_at(t, 1000));
	assert_non_null(thread_at(t, 1000 + LIMIT_THREADS + 99));
	assert_int_equal(t->stats.value[STAT_PROC_LIMIT], 101);
	fork_child(t, 10, 900);
	assert_non_null(thread_at(t, 900));
	assert_int_equal(state_thread_count(t->state), LIMIT_THREADS);
}

/* Numbers that cannot be: nothing may break, whatever comes out. */
static void hostile_numbers(void **context)
{
	struct bench *t = *context;
	const int64_t ids[] = { -1, 0, 1, 10, 11, INT32_MAX, INT64_MAX, INT64_MIN };
	const size_t cnt = sizeof(ids) / sizeof(ids[0]);
	size_t i;

	add_process(t, 10, 1, "sh");
	thread_child(t, 10, 1, 11, C_THREAD);
	for (i = 0; i < cnt * cnt * cnt * cnt; i++) {
		struct who w = { .tid = ids[i % cnt],
				 .pid = ids[i / cnt % cnt],
				 .ptid = ids[i / cnt / cnt % cnt],
				 .comm = "h",
				 .flags = i & 1 ? C_THREAD : 0 };

		clone_exit(t, ids[i / cnt / cnt / cnt], &w);
		if (i % 7 == 0)
			exec_exit(t, 0, w.tid, w.pid, "x");
		if (i % 5 == 0)
			apply(t, EVENT_SYSCALL_EXECVE_19_X, w.tid, "nsbnnn", N(0), "new", "",
			      (size_t)0, w.tid, w.pid, w.ptid);
		if (i % 11 == 0)
			proc_exit(t, w.pid, w.ptid);
		if (i % 13 == 0)
			add_process(t, w.ptid, w.tid, "scan");
	}
}

static void losses_forget_fds_of_that_cpu(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "a");
	add_process(t, 11, 1, "b");
	state_finish_snapshot(t->state);
	t->b.cpu = 3;
	openat_exit(t, 10, 5, "/a", 1);
	t->b.cpu = 2;
	openat_exit(t, 11, 5, "/b", 1);
	state_note_loss(t->state, 3);
	assert_null(fd_at(t, 10, 5));
	assert_fd_name(fd_at(t, 11, 5), "/b");
	assert_string_equal(thread_at(t, 10)->comm, "a");
	state_note_loss(t->state, -1);
	assert_null(fd_at(t, 11, 5));
}

static struct event *drop(struct bench *t, uint16_t type, const uint32_t *losers, size_t cnt)
{
	uint8_t bytes[64];
	size_t i;

	for (i = 0; i < cnt; i++)
		store_u32(bytes + 4 * i, losers[i]);
	evbuild_begin(&t->b, type, -1);
	evbuild_num(&t->b, 1);
	evbuild_extra(&t->b, WIRE_EXTRA_LOSERS, bytes, 4 * cnt);
	state_apply(t->state, evbuild_end(&t->b));
	return &t->b.ev;
}

/* Drop events: of whom they tell, else of their CPU, else of all. */
static void drop_events_forget_fds(void **context)
{
	const uint32_t losers[] = { 11, 99 };
	const uint32_t everybody[] = { WIRE_EVERYBODY };
	struct bench *t = *context;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		uint16_t type = pass ? EVENT_DROP_X : EVENT_DROP_E;

		add_process(t, 10, 1, "a");
		add_process(t, 11, 1, "b");
		thread_child(t, 11, 1, 12, C_THREAD);
		state_finish_snapshot(t->state);
		t->b.cpu = 3;
		openat_exit(t, 10, 5, "/a", 1);
		openat_exit(t, 12, 6, "/b", 1);
		drop(t, type, losers, 2);
		assert_fd_name(fd_at(t, 10, 5), "/a");
		assert_null(fd_at(t, 11, 6));
		assert_null(fd_at(t, 12, 6));
		assert_string_equal(thread_at(t, 11)->comm, "b");
		/* Nobody's */
		drop(t, type, losers, 0);
		assert_fd_name(fd_at(t, 10, 5), "/a");
		/* Of other recorders */
		t->b.cpu = 2;
		apply(t, type, -1, "n", N(1));
		assert_fd_name(fd_at(t, 10, 5), "/a");
		t->b.cpu = 3;
		apply(t, type, -1, "n", N(1));
		assert_null(fd_at(t, 10, 5));
		/* Also of who has not been seen yet. */
		add_process(t, 20, 1, "c");
		add_file(t, 20, 7, "/c");
		drop(t, type, everybody, 1);
		assert_null(fd_at(t, 20, 7));
		state_reset(t->state);
	}
}

static void times_of_events(void **context)
{
	struct bench *t = *context;
	struct event *ev;
	uint64_t first;

	add_process(t, 10, 1, "a");
	add_process(t, 11, 1, "b");
	ev = openat_exit(t, 10, 5, "/a", 1);
	assert_int_equal(ev->thread->last_event_ns, 0);
	first = ev->ts_ns;
	openat_exit(t, 11, 5, "/a", 1);
	ev = openat_exit(t, 10, 6, "/a", 1);
	assert_int_equal(ev->thread->last_event_ns, first);

	/* Trap "thread.exectime": since the last switch on that CPU; unknown for the first. */
	ev = apply(t, EVENT_SCHEDSWITCH_6_E, 10, "nnnnnn", N(11), N(1), N(2), N(3), N(4), N(5));
	assert_int_equal(ev->thread->last_switch_ns, 0);
	assert_int_equal(ev->thread->cpu_ns, 0);
	first = ev->ts_ns;
	ev = apply(t, EVENT_SCHEDSWITCH_6_E, 11, "nnnnnn", N(10), N(1), N(2), N(3), N(4), N(5));
	assert_int_equal(ev->thread->last_switch_ns, first);
	assert_int_equal(ev->thread->cpu_ns, 1000);
	state_note_loss(t->state, 0);
	ev = apply(t, EVENT_SCHEDSWITCH_6_E, 10, "nnnnnn", N(11), N(1), N(2), N(3), N(4), N(5));
	assert_int_equal(ev->thread->cpu_ns, 0);
}

static void sections_begin_empty(void **context)
{
	struct bench *t = *context;

	add_process(t, 10, 1, "sh");
	add_file(t, 10, 3, "/x");
	fork_child(t, 10, 20);
	proc_exit(t, 20, 1);
	state_reset(t->state);
	assert_int_equal(state_thread_count(t->state), 0);
	assert_null(state_machine(t->state));
	fork_maker(t, 10, 20);
	assert_non_null(thread_at(t, 20));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(birth_is_once),
		CASE(fork_copies_the_process),
		CASE(clone_return_after_exit_makes_nobody),
		CASE(reused_tid_of_another_maker_is_born),
		CASE(exit_of_unknown_is_remembered),
		CASE(storm_returns_to_the_start),
		CASE(threads_share_without_flags),
		CASE(thread_by_maker_first),
		CASE(thread_of_unknown_process),
		CASE(files_shared_by_processes),
		CASE(unshared_tables),
		CASE(exit_takes_effect_afterwards),
		CASE(leader_ends_first),
		CASE(exit_group_in_any_order),
		CASE(exec_tells_all),
		CASE(failed_exec_changes_nothing),
		CASE(exec_by_a_thread),
		CASE(exec_under_the_old_id),
		CASE(exec_of_an_unknown),
		CASE(execveat_that_only_checks),
		CASE(deleted_is_a_fact),
		CASE(children_listed_before_parents),
		CASE(parent_is_the_process_of_the_forking_thread),
		CASE(clone_parent_makes_a_sibling),
		CASE(child_of_clone_parent_inherits_from_its_maker),
		CASE(reaper_takes_the_children),
		CASE(reused_pid_is_nobodys_parent),
		CASE(orphans_meet_their_parent),
		CASE(rings_of_parents_are_refused),
		CASE(makers_result_in_a_namespace_is_not_used),
		CASE(unknown_ids_stay_unknown),
		CASE(table_is_bounded),
		CASE(hostile_numbers),
		CASE(losses_forget_fds_of_that_cpu),
		CASE(drop_events_forget_fds),
		CASE(times_of_events),
		CASE(sections_begin_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
