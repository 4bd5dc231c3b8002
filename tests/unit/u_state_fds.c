/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_state_fds.c: descriptors of files and of things that are none: what makes,
 * copies, marks and closes them; which one an event is about; names and paths.
 */
#include "unit/stbuild.h"

#include <errno.h>

#include "base/limits.h"

enum { P = 100 };

static int open_one(void **context)
{
	bench_open(context);
	add_process(*context, P, 1, "prog");
	state_finish_snapshot(((struct bench *)*context)->state);
	return 0;
}

/* --- open --------------------------------------------------------------------------- */

static void opens_are_named(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	ev = apply(t, EVENT_SYSCALL_OPEN_X, P, "nsnnnn", N(3), "a/../b", N(1 | 4096), N(0),
		   N(0x801), N(42));
	assert_int_equal(ev->fd_num, 3);
	assert_fd_name(ev->fd, "/srv/u/b");
	assert_string_equal(ev->fd->name_raw, "a/../b");
	assert_int_equal(ev->fd->type, SNAP_FD_FILE_V2);
	assert_true(ev->fd->is_cloexec);
	assert_int_equal(ev->fd->open_flags, 4097);
	assert_int_equal(ev->fd->dev, 0x801);
	assert_int_equal(ev->fd->ino, 42);
	assert_true(ev->fd->opened_ns == ev->ts_ns);
	assert_false(ev->fd->name_changed);

	ev = apply(t, EVENT_SYSCALL_CREAT_X, P, "nsnnnn", N(4), "/tmp/c", N(0600), N(7), N(8),
		   N(2));
	assert_fd_name(ev->fd, "/tmp/c");
	assert_null(ev->fd->name_raw);
	assert_int_equal(ev->fd->open_flags, 4 | 2 | 256 | 65536);
	assert_int_equal(ev->fd->dev, 7);
	assert_int_equal(ev->fd->ino, 8);

	ev = apply(t, EVENT_SYSCALL_OPENAT2_X, P, "nnsnnnnn", N(5), N(-100), "dir", N(1024), N(0),
		   N(0), N(7), N(8));
	assert_int_equal(ev->fd->type, SNAP_FD_DIRECTORY);
	assert_int_equal(state_fd_typechar(ev->fd), 'd');
	assert_fd_name(ev->fd, "/srv/u/dir");
	assert_int_equal(ev->fd->ino, 8);

	ev = apply(t, EVENT_SYSCALL_OPEN_BY_HANDLE_AT_X, P, "nnnsnn", N(6), N(5), N(1), "/real/x",
		   N(1), N(2));
	assert_fd_name(ev->fd, "/real/x");
	assert_int_equal(ev->fd2_num, 5);
	ev = apply(t, EVENT_SYSCALL_OPEN_BY_HANDLE_AT_X, P, "nnn-nn", N(7), N(5), N(1), N(1), N(2));
	assert_non_null(ev->fd);
	assert_fd_name(ev->fd, NULL);
}

static void failed_open_has_no_fd(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	add_file(t, P, 3, "/keep");
	ev = openat_exit(t, P, -2, "nothing", 1);
	assert_null(ev->fd);
	assert_int_equal(ev->fd_num, -2);
	assert_int_equal(state_fd_count(thread_at(t, P)), 1);
	/* Without a result nothing is known to have happened. */
	ev = apply(t, EVENT_SYSCALL_OPEN_X, P, "-s", "/x");
	assert_null(ev->fd);
	assert_int_equal(ev->fd_num, INT64_MIN);
	assert_int_equal(state_fd_count(thread_at(t, P)), 1);
}

/* What the kernel opened wins over what the program passed (and may have changed since). */
static void real_path_wins(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	evbuild_begin(&t->b, EVENT_SYSCALL_OPENAT_2_X, P);
	evbuild_num(&t->b, 3);
	evbuild_num(&t->b, -100);
	evbuild_text(&t->b, "/tmp/link");
	evbuild_real_path(&t->b, "/etc/shadow");
	ev = evbuild_end(&t->b);
	state_apply(t->state, ev);
	assert_fd_name(ev->fd, "/etc/shadow");
	assert_string_equal(ev->fd->name_raw, "/tmp/link");
	assert_true(ev->fd->is_path_real);
}

/* Trap 25, report 26: the directory of the *at calls. */
static void names_relative_to_a_directory(void **context)
{
	struct bench *t = *context;
	const struct {
		int64_t dirfd;
		const char *name, *path;
	} cases[] = {
		{ -100, "x", "/srv/u/x" },
		{ -100, ".", "/srv/u" },
		{ -100, "../../../..", "/" },
		{ -100, "..//./v/", "/srv/v" },
		{ 9, "x", "/tmp/d/x" },
		{ 9, "", "/tmp/d" },
		{ 9, "../x", "/tmp/x" },
		{ 9, "/abs//x/..", "/abs" },
		{ 8, "x", "<UNKNOWN>x" },
		{ -5, "/x", "/x" },
		{ 12345, "/", "/" },
		{ 7, "x", "<UNKNOWN>x" },
		{ 0x100000009, "x", "/tmp/d/x" },
		{ 0xffffff9c, "x", "/srv/u/x" },
		{ -100, "...", "/srv/u/..." },
		{ -100, "..a/.b", "/srv/u/..a/.b" },
	};
	struct str path = { 0 };
	size_t i;

	add_file(t, P, 9, "/tmp/d");
	add_file(t, P, 7, "");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str_reset(&path);
		state_resolve_path(t->state, thread_at(t, P), cases[i].dirfd,
				   span_text(cases[i].name), &path);
		assert_string_equal(str_text(&path), cases[i].path);
	}
	/* It appends. */
	str_reset(&path);
	str_append_text(&path, "p=");
	state_resolve_path(t->state, thread_at(t, P), 9, span_text("../../.."), &path);
	assert_string_equal(str_text(&path), "p=/");
	str_release(&path);
	assert_fd_name(apply(t, EVENT_SYSCALL_OPENAT_2_X, P, "nns", N(3), N(9), "f")->fd,
		       "/tmp/d/f");
	assert_fd_name(apply(t, EVENT_SYSCALL_OPENAT_2_X, P, "nns", N(3), N(8), "f")->fd,
		       "<UNKNOWN>f");
}

/* Trap 27: no name is cut. */
static void long_names_are_whole(void **context)
{
	struct bench *t = *context;
	char name[60001];
	struct str want = { 0 };
	struct event *ev;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ev = openat_exit(t, P, 3, name, 1);
	str_printf(&want, "/srv/u/%s", name);
	assert_fd_name(ev->fd, str_text(&want));
	assert_string_equal(ev->fd->name_raw, name);
	str_release(&want);
}

static void folders_follow(void **context)
{
	struct bench *t = *context;

	apply(t, EVENT_SYSCALL_CHDIR_X, P, "ns", N(0), "../v");
	assert_string_equal(thread_at(t, P)->cwd, "/srv/v");
	apply(t, EVENT_SYSCALL_CHDIR_X, P, "ns", N(-2), "/nowhere");
	assert_string_equal(thread_at(t, P)->cwd, "/srv/v");
	add_file(t, P, 9, "/tmp/d");
	apply(t, EVENT_SYSCALL_FCHDIR_X, P, "nn", N(0), N(9));
	assert_string_equal(thread_at(t, P)->cwd, "/tmp/d");
	apply(t, EVENT_SYSCALL_GETCWD_X, P, "ns", N(10), "/private/d");
	assert_string_equal(thread_at(t, P)->cwd, "/private/d");
	/* To a place nobody knows, and from there. */
	apply(t, EVENT_SYSCALL_FCHDIR_X, P, "nn", N(0), N(77));
	assert_null(thread_at(t, P)->cwd);
	assert_fd_name(openat_exit(t, P, 3, "x", 1)->fd, "<UNKNOWN>x");
	apply(t, EVENT_SYSCALL_CHDIR_X, P, "ns", N(0), "sub");
	assert_null(thread_at(t, P)->cwd);
	apply(t, EVENT_SYSCALL_CHROOT_X, P, "ns", N(0), "/jail");
	assert_string_equal(thread_at(t, P)->root, "/jail");
	apply(t, EVENT_SYSCALL_GETCWD_X, P, "ns", N(2), "/");
	assert_null(thread_at(t, P)->cwd);
}

/* --- close: trap 14 --------------------------------------------------------------------- */

static void closed_fd_is_seen_by_its_own_event(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	openat_exit(t, P, 3, "/tmp/x", 1);
	ev = close_exit(t, P, 3, 0);
	assert_fd_name(ev->fd, "/tmp/x");
	assert_null(fd_at(t, P, 3));
	ev = close_exit(t, P, 3, -EBADF);
	assert_null(ev->fd);
	assert_int_equal(ev->fd_num, 3);
}

static void errors_of_close(void **context)
{
	struct bench *t = *context;
	const struct {
		int64_t result;
		bool freed;
	} cases[] = {
		{ -EINTR, true },  { -EIO, true },    { -ENOSPC, true },  { -EDQUOT, true },
		{ -EBADF, false }, { -EPERM, false }, { -ENOSYS, false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		openat_exit(t, P, 3, "/tmp/x", 1);
		close_exit(t, P, 3, cases[i].result);
		assert_int_equal(!fd_at(t, P, 3), cases[i].freed);
	}
}

static void ranges_are_closed(void **context)
{
	struct bench *t = *context;
	int64_t i;

	for (i = 3; i < 40; i++)
		openat_exit(t, P, i, "/x", 1);
	openat_exit(t, P, 100000, "/far", 1);
	apply(t, EVENT_SYSCALL_CLOSE_RANGE_X, P, "nnnn", N(-22), N(3), N(9), N(0));
	assert_int_equal(state_fd_count(thread_at(t, P)), 38);
	apply(t, EVENT_SYSCALL_CLOSE_RANGE_X, P, "nnnn", N(0), N(3), N(9), N(0));
	assert_int_equal(state_fd_count(thread_at(t, P)), 31);
	assert_null(fd_at(t, P, 9));
	assert_non_null(fd_at(t, P, 10));
	/* Only marked: they go with the next program. */
	apply(t, EVENT_SYSCALL_CLOSE_RANGE_X, P, "nnnn", N(0), N(20), N(UINT32_MAX), N(4));
	assert_non_null(fd_at(t, P, 20));
	exec_exit(t, 0, P, 1, "next");
	assert_int_equal(state_fd_count(thread_at(t, P)), 10);
	assert_null(fd_at(t, P, 100000));
	/* A table of its own first. */
	thread_child(t, P, 1, 101, 8192);
	apply(t, EVENT_SYSCALL_CLOSE_RANGE_X, 101, "nnnn", N(0), N(0), N(UINT32_MAX), N(2));
	assert_int_equal(state_fd_count(thread_at(t, 101)), 0);
	assert_int_equal(state_fd_count(thread_at(t, P)), 10);
}

/* --- close on exec: trap 13, report 2 -------------------------------------------------------- */

static void exec_closes_what_is_marked(void **context)
{
	struct bench *t = *context;
	const struct {
		uint16_t type;
		const char *fmt;
		int64_t args[6];
		bool kept;
	} cases[] = {
		{ EVENT_SYSCALL_OPEN_X, "nnn", { 50, 0, 1 }, true },
		{ EVENT_SYSCALL_EVENTFD2_X, "nnn", { 50, 4096, 0 }, false },
		{ EVENT_SYSCALL_EVENTFD2_X, "nnn", { 50, 0, 0 }, true },
		{ EVENT_SYSCALL_EVENTFD_X, "nnn", { 50, 0, 0 }, true },
		{ EVENT_SYSCALL_EPOLL_CREATE1_X, "nn", { 50, 1 }, false },
		{ EVENT_SYSCALL_EPOLL_CREATE1_X, "nn", { 50, 0 }, true },
		{ EVENT_SYSCALL_EPOLL_CREATE_X, "nn", { 50, 1 }, true },
		{ EVENT_SYSCALL_INOTIFY_INIT1_X, "nn", { 50, 4096 }, false },
		{ EVENT_SYSCALL_SIGNALFD4_X, "nnnn", { 50, 4096, -1, 0 }, false },
		{ EVENT_SYSCALL_USERFAULTFD_X, "nn", { 50, 4096 }, false },
		{ EVENT_SYSCALL_BPF_2_X, "nn", { 50, 0 }, false },
		{ EVENT_SYSCALL_IO_URING_SETUP_X, "nn", { 50, 8 }, false },
		{ EVENT_SYSCALL_PIDFD_OPEN_X, "nn", { 50, 1 }, false },
		{ EVENT_SYSCALL_PIDFD_GETFD_X, "nnn", { 50, 60, 0 }, false },
		{ EVENT_SOCKET_SOCKET_X, "nnnnn", { 50, 2, 0x80001, 0, 0 }, false },
		{ EVENT_SOCKET_SOCKET_X, "nnnnn", { 50, 2, 1, 0, 4096 }, false },
		{ EVENT_SOCKET_SOCKET_X, "nnnnn", { 50, 2, 1, 0, 0 }, true },
		{ EVENT_SYSCALL_DUP3_X, "nnnn", { 50, 5, 50, 4096 }, false },
		{ EVENT_SYSCALL_DUP2_X, "nnn", { 50, 5, 50 }, true },
		{ EVENT_SYSCALL_FCNTL_X, "nnnn", { 50, 5, 26, 50 }, false },
		{ EVENT_SYSCALL_FCNTL_X, "nnnn", { 50, 5, 1, 50 }, true },
	};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		openat_exit(t, P, 5, "/five", 1);
		evbuild_begin(&t->b, cases[i].type, P);
		for (j = 0; cases[i].fmt[j]; j++) {
			if (cases[i].type == EVENT_SYSCALL_OPEN_X && j == 1)
				evbuild_text(&t->b, "/x");
			else
				evbuild_num(&t->b, cases[i].args[j]);
		}
		state_apply(t->state, evbuild_end(&t->b));
		assert_non_null(fd_at(t, P, 50));
		/* A failed one closes none. */
		exec_exit(t, -2, P, 1, "nothing");
		assert_non_null(fd_at(t, P, 50));
		exec_exit(t, 0, P, 1, "next");
		if (!!fd_at(t, P, 50) != cases[i].kept)
			fail_msg("case %zu", i);
		assert_non_null(fd_at(t, P, 5));
		close_exit(t, P, 50, 0);
	}
}

static void the_mark_can_be_changed(void **context)
{
	struct bench *t = *context;

	openat_exit(t, P, 3, "/a", 4096);
	openat_exit(t, P, 4, "/b", 0);
	apply(t, EVENT_SYSCALL_FCNTL_X, P, "nnnn", N(0), N(3), N(3), N(0));
	apply(t, EVENT_SYSCALL_FCNTL_X, P, "nnnn", N(0), N(4), N(3), N(1));
	exec_exit(t, 0, P, 1, "next");
	assert_fd_name(fd_at(t, P, 3), "/a");
	assert_null(fd_at(t, P, 4));
	/* dup clears it on the new one and leaves the old one alone. */
	openat_exit(t, P, 5, "/c", 4096);
	apply(t, EVENT_SYSCALL_DUP_1_X, P, "nn", N(6), N(5));
	apply(t, EVENT_SYSCALL_DUP3_X, P, "nnnn", N(7), N(3), N(7), N(4096));
	assert_true(fd_at(t, P, 5)->is_cloexec);
	assert_false(fd_at(t, P, 6)->is_cloexec);
	assert_true(fd_at(t, P, 7)->is_cloexec);
	assert_false(fd_at(t, P, 3)->is_cloexec);
}

/* --- copies -------------------------------------------------------------------------------------- */

static void duplicates(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	openat_exit(t, P, 3, "/a", 1);
	openat_exit(t, P, 4, "/b", 1);
	ev = apply(t, EVENT_SYSCALL_DUP2_X, P, "nnn", N(4), N(3), N(4));
	assert_int_equal(ev->fd_num, 4);
	assert_int_equal(ev->fd2_num, 3);
	assert_fd_name(ev->fd, "/a");
	assert_int_equal(ev->fd->num, 4);
	assert_int_equal(ev->fd->ino, 42);
	/* Onto itself: nothing. */
	ev = apply(t, EVENT_SYSCALL_DUP2_X, P, "nnn", N(4), N(4), N(4));
	assert_fd_name(ev->fd, "/a");
	/* Failed: nothing, and about the old one. */
	ev = apply(t, EVENT_SYSCALL_DUP3_X, P, "nnnn", N(-22), N(3), N(3), N(0));
	assert_int_equal(ev->fd_num, 3);
	assert_fd_name(ev->fd, "/a");
	/* From an unknown one: what was there before is gone. */
	ev = apply(t, EVENT_SYSCALL_DUP2_X, P, "nnn", N(4), N(90), N(4));
	assert_null(ev->fd);
	assert_null(fd_at(t, P, 4));
	/* The copy outlives the original. */
	apply(t, EVENT_SYSCALL_FCNTL_X, P, "nnnn", N(8), N(3), N(1), N(8));
	close_exit(t, P, 3, 0);
	assert_fd_name(fd_at(t, P, 8), "/a");
}

static void pidfds_lead_to_others(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	add_process(t, 200, 1, "other");
	add_file(t, 200, 9, "/secret");
	ev = apply(t, EVENT_SYSCALL_PIDFD_OPEN_X, P, "nnn", N(3), N(200), N(0));
	assert_int_equal(ev->fd->pidfd_pid, 200);
	assert_int_equal(state_fd_typechar(ev->fd), 'P');
	ev = apply(t, EVENT_SYSCALL_PIDFD_GETFD_X, P, "nnnn", N(4), N(3), N(9), N(0));
	assert_fd_name(ev->fd, "/secret");
	assert_int_equal(ev->fd2_num, 3);
	ev = apply(t, EVENT_SYSCALL_PIDFD_GETFD_X, P, "nnnn", N(4), N(77), N(9), N(0));
	assert_fd_name(ev->fd, NULL);
	/* Trap 13: a failed one makes nothing. */
	ev = apply(t, EVENT_SYSCALL_PIDFD_OPEN_X, P, "nnn", N(-3), N(200), N(0));
	assert_null(ev->fd);
	assert_int_equal(state_fd_count(thread_at(t, P)), 2);
}

/* --- without a file: trap 19 ------------------------------------------------------------------------ */

static void all_makers_have_a_type(void **context)
{
	struct bench *t = *context;
	const struct {
		uint16_t type;
		const char *fmt;
		const char *name;
		char letter;
	} cases[] = {
		{ EVENT_SYSCALL_EVENTFD_X, "event", "", 'e' },
		{ EVENT_SYSCALL_EVENTFD2_X, "event", "", 'e' },
		{ EVENT_SYSCALL_SIGNALFD_X, "signalfd", "", 's' },
		{ EVENT_SYSCALL_SIGNALFD4_X, "signalfd", "", 's' },
		{ EVENT_SYSCALL_TIMERFD_CREATE_X, "timerfd", "", 't' },
		{ EVENT_SYSCALL_INOTIFY_INIT_X, "inotify", "", 'i' },
		{ EVENT_SYSCALL_INOTIFY_INIT1_X, "inotify", "", 'i' },
		{ EVENT_SYSCALL_EPOLL_CREATE_X, "eventpoll", "", 'l' },
		{ EVENT_SYSCALL_EPOLL_CREATE1_X, "eventpoll", "", 'l' },
		{ EVENT_SYSCALL_USERFAULTFD_X, "userfaultfd", "", 'u' },
		{ EVENT_SYSCALL_IO_URING_SETUP_X, "io_uring", "", 'r' },
	};
	struct event *ev;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ev = apply(t, cases[i].type, P, "n", N(10));
		assert_int_equal(state_fd_typechar(ev->fd), cases[i].letter);
		assert_string_equal(state_fd_type_name(ev->fd), cases[i].fmt);
		assert_fd_name(ev->fd, cases[i].name);
		close_exit(t, P, 10, 0);
		ev = apply(t, cases[i].type, P, "n", N(-24));
		assert_null(ev->fd);
		assert_int_equal(ev->fd_num, -24);
	}
	ev = apply(t, EVENT_SYSCALL_MEMFD_CREATE_X, P, "nsn", N(10), "evil", N(1));
	assert_fd_name(ev->fd, "evil");
	assert_int_equal(state_fd_typechar(ev->fd), 'm');
	assert_true(ev->fd->is_cloexec);
	/* Of bpf's commands only some make one; 0 is a result, not a descriptor. */
	ev = apply(t, EVENT_SYSCALL_BPF_2_X, P, "nn", N(0), N(1));
	assert_null(ev->fd);
	ev = apply(t, EVENT_SYSCALL_BPF_2_X, P, "nn", N(11), N(5));
	assert_int_equal(state_fd_typechar(ev->fd), 'b');
}

static void pipes_have_two_ends(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	ev = apply(t, EVENT_SYSCALL_PIPE2_X, P, "nnnnn", N(0), N(3), N(4), N(777), N(4096));
	assert_int_equal(ev->fd_num, 3);
	assert_int_equal(ev->fd2_num, 4);
	assert_int_equal(state_fd_typechar(ev->fd), 'p');
	assert_int_equal(fd_at(t, P, 3)->ino, 777);
	assert_int_equal(fd_at(t, P, 4)->ino, 777);
	assert_true(fd_at(t, P, 3)->is_cloexec && fd_at(t, P, 4)->is_cloexec);
	apply(t, EVENT_SYSCALL_PIPE_X, P, "nnnn", N(-24), N(-1), N(-1), N(0));
	assert_int_equal(state_fd_count(thread_at(t, P)), 2);
}

static void signalfd_of_an_old_one(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	apply(t, EVENT_SYSCALL_SIGNALFD4_X, P, "nnnn", N(5), N(4096), N(-1), N(0));
	ev = apply(t, EVENT_SYSCALL_SIGNALFD4_X, P, "nnnn", N(5), N(0), N(5), N(0));
	assert_true(ev->fd->is_cloexec);
	assert_int_equal(state_fd_count(thread_at(t, P)), 1);
}

/* --- which fd an event is about: trap 16 ---------------------------------------------------------------- */

static void positions_by_table(void **context)
{
	struct bench *t = *context;
	uint32_t type;
	unsigned int seen = 0;

	add_file(t, P, 77, "/it");
	for (type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);
		struct event *ev;
		unsigned int i;
		bool has_fd = false;

		if (!info || info->dir != EVENT_DIR_EXIT || !(info->flags & EVENT_EF_USES_FD) ||
		    (info->flags & (EVENT_EF_CREATES_FD | EVENT_EF_UNUSED | EVENT_EF_OLD_VERSION)))
			continue;
		evbuild_begin(&t->b, (uint16_t)type, P);
		for (i = 0; i < info->param_cnt; i++) {
			/* Every fd that is no result, so that the right one is among them. */
			if (info->params[i].type == EVENT_PT_FD && i) {
				evbuild_num(&t->b, 77);
				has_fd = true;
			} else if (event_type_size(info->params[i].type)) {
				evbuild_num(&t->b, i ? 1 : -EPERM);
			} else {
				evbuild_empty(&t->b);
			}
		}
		if (!has_fd)
			continue;
		ev = evbuild_end(&t->b);
		state_apply(t->state, ev);
		if (ev->fd_num != 77 || !ev->fd)
			fail_msg("%s", info->id);
		seen++;
	}
	assert_in_range(seen, 50, 80);
	/* The fifth argument of mmap; the written one of two. */
	assert_int_equal(apply(t, EVENT_SYSCALL_MMAP_X, P, "nnnnnnnnnn", N(4096), N(1), N(1), N(0),
			       N(0), N(9), N(1), N(2), N(77), N(0))
				 ->fd_num,
			 77);
	assert_int_equal(
		apply(t, EVENT_SYSCALL_SENDFILE_X, P, "nnnnn", N(1), N(0), N(77), N(78), N(1))
			->fd_num,
		77);
	assert_int_equal(thread_at(t, P)->vmsize_kb, 1);
}

/* Traps 15: nothing is remembered from the call before. */
static void missing_fd_is_unknown(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	openat_exit(t, P, 3, "/a", 1);
	ev = apply(t, EVENT_SYSCALL_READ_X, P, "nb", N(1), "x", (size_t)1);
	assert_int_equal(ev->fd_num, INT64_MIN);
	assert_null(ev->fd);
	ev = apply(t, EVENT_SYSCALL_READ_X, P, "nbn", N(1), "x", (size_t)1, N(99));
	assert_int_equal(ev->fd_num, 99);
	assert_null(ev->fd);
	ev = apply(t, EVENT_SYSCALL_READ_X, P, "nbn", N(1), "x", (size_t)1, N(-1));
	assert_int_equal(ev->fd_num, -1);
	assert_null(ev->fd);
	/* Only the low half of a descriptor counts. */
	ev = apply(t, EVENT_SYSCALL_READ_X, P, "nbn", N(1), "x", (size_t)1, N(0x700000003));
	assert_int_equal(ev->fd_num, 3);
	assert_non_null(ev->fd);
	ev = apply(t, EVENT_SYSCALL_GETUID_X, P, "n", N(0));
	assert_int_equal(ev->fd_num, INT64_MIN);
}

/* --- size ---------------------------------------------------------------------------------------------- */

static void tables_are_bounded(void **context)
{
	struct bench *t = *context;
	struct state_fd *fd;
	uint32_t iter = 0;
	uint32_t cnt = 0;
	int64_t i;

	for (i = 0; i < (int64_t)LIMIT_FDS_PER_PROC + 50; i++)
		openat_exit(t, P, i * 3, "/x", 1);
	assert_int_equal(state_fd_count(thread_at(t, P)), LIMIT_FDS_PER_PROC);
	assert_int_equal(t->stats.value[STAT_FD_LIMIT], 50);
	while ((fd = state_fd_next(thread_at(t, P), &iter)))
		cnt++;
	assert_int_equal(cnt, LIMIT_FDS_PER_PROC);
	assert_fd_name(fd_at(t, P, 3), "/x");
	assert_null(openat_exit(t, P, INT64_MAX, "/x", 1)->fd);
}

static void numbers_far_apart(void **context)
{
	struct bench *t = *context;
	const int64_t nums[] = { 0, 15, 16, 17, 255, 256, 4096, 70000, 1 << 20, INT32_MAX };
	const size_t cnt = sizeof(nums) / sizeof(nums[0]);
	size_t i;
	size_t j;

	for (i = 0; i < cnt; i++)
		openat_exit(t, P, nums[cnt - 1 - i], "/x", 1);
	for (i = 1; i < 200; i++)
		openat_exit(t, P, (int64_t)i, "/y", 1);
	for (i = 0; i < cnt; i++) {
		assert_non_null(fd_at(t, P, nums[i]));
		close_exit(t, P, nums[i], 0);
		for (j = 0; j < cnt; j++)
			assert_int_equal(!fd_at(t, P, nums[j]), j <= i);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_one, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(opens_are_named),
		CASE(failed_open_has_no_fd),
		CASE(real_path_wins),
		CASE(names_relative_to_a_directory),
		CASE(long_names_are_whole),
		CASE(folders_follow),
		CASE(closed_fd_is_seen_by_its_own_event),
		CASE(errors_of_close),
		CASE(ranges_are_closed),
		CASE(exec_closes_what_is_marked),
		CASE(the_mark_can_be_changed),
		CASE(duplicates),
		CASE(pidfds_lead_to_others),
		CASE(all_makers_have_a_type),
		CASE(pipes_have_two_ends),
		CASE(signalfd_of_an_old_one),
		CASE(positions_by_table),
		CASE(missing_fd_is_unknown),
		CASE(tables_are_bounded),
		CASE(numbers_far_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
