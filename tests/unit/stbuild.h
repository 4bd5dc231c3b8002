/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stbuild.h: a state keeper and the events that move it, for the u_state_*
 * tests. Each call applies one event and gives it as state/ left it.
 */
#ifndef RTSEC_UNIT_STBUILD_H
#define RTSEC_UNIT_STBUILD_H

#include <stdlib.h>

#include "base/stats.h"
#include "state/state.h"
#include "unit/evbuild.h"

struct bench {
	struct state *state;
	struct stats stats;
	struct evbuild b;
};

static inline int bench_open(void **context)
{
	struct bench *t = calloc(1, sizeof(*t));
	struct state_opts opts = { .stats = &t->stats };

	t->b.ts_ns = 1000000000000;
	t->state = state_new(&opts);
	*context = t;
	return 0;
}

static inline int bench_close(void **context)
{
	struct bench *t = *context;

	state_free(t->state);
	free(t);
	return 0;
}

static inline struct event *apply(struct bench *t, uint16_t type, int64_t tid, const char *fmt, ...)
{
	struct event *ev;
	va_list args;

	va_start(args, fmt);
	ev = evbuild_vmake(&t->b, type, tid, fmt, args);
	va_end(args);
	state_apply(t->state, ev);
	return ev;
}

/* --- processes ------------------------------------------------------------------ */

struct who {
	int64_t tid, pid, ptid;
	const char *comm;
	uint32_t flags; /* clone_flags */
	int64_t vtid; /* 0: as tid */
	uint16_t type; /* 0: clone */
	const char *cgroups;
	uint32_t uid;
};

static inline struct event *clone_exit(struct bench *t, int64_t result, const struct who *w)
{
	const char *cgroups = w->cgroups ? w->cgroups : "cpu=/";
	int64_t vtid = w->vtid ? w->vtid : w->tid;

	return apply(t, w->type ? w->type : EVENT_SYSCALL_CLONE_20_X, w->tid,
		     "nsbnnnsnnnnnnsbnnnnnn", result, "/bin/exe", "-a\0-b\0", (size_t)6, w->tid,
		     w->pid, w->ptid, (const char *)NULL, N(1024), N(1), N(2), N(100), N(50), N(0),
		     w->comm, cgroups, strlen(cgroups) + 1, N(w->flags), N(w->uid), N(w->uid), vtid,
		     w->vtid ? w->vtid : w->pid, N(7));
}

/* The two sides of a fork of a process by another one. */
static inline struct event *fork_maker(struct bench *t, int64_t maker, int64_t child)
{
	return clone_exit(t, child,
			  &(struct who){ .tid = maker, .pid = maker, .ptid = 1, .comm = "maker" });
}

static inline struct event *fork_child(struct bench *t, int64_t maker, int64_t child)
{
	return clone_exit(
		t, 0, &(struct who){ .tid = child, .pid = child, .ptid = maker, .comm = "kid" });
}

static inline struct event *thread_child(struct bench *t, int64_t pid, int64_t ptid, int64_t tid,
					 uint32_t flags)
{
	return clone_exit(
		t, 0,
		&(struct who){
			.tid = tid, .pid = pid, .ptid = ptid, .comm = "thr", .flags = flags });
}

static inline struct event *exec_exit(struct bench *t, int64_t result, int64_t tid, int64_t ptid,
				      const char *name)
{
	char path[64];

	strcpy(path, "/usr/bin/");
	strncat(path, name, 40);
	return apply(t, EVENT_SYSCALL_EXECVE_19_X, tid, "nsbnnnsnnnnnnsbbnnnnnnnnnnnsnns", result,
		     name, "one\0two", (size_t)7, tid, tid, ptid, (const char *)NULL, N(4096), N(1),
		     N(2), N(100), N(50), N(0), name, "cpu=/\0", (size_t)6, "A=1\0B=2\0", (size_t)8,
		     N(0x8801), N(77), N(1000), N(1), N(0), N(3), N(3), N(99), N(5), N(6), N(1000),
		     path, N(78), N(1001), path);
}

static inline struct event *proc_exit(struct bench *t, int64_t tid, int64_t reaper)
{
	return apply(t, EVENT_PROCEXIT_1_E, tid, "nnnnn", N(0), N(0), N(0), N(0), reaper);
}

/* An event without any meaning for state: makes what was removed go. */
static inline void settle(struct bench *t)
{
	apply(t, EVENT_PROCINFO_E, -1, "nn", N(1), N(1));
}

static inline void add_process(struct bench *t, int64_t pid, int64_t ptid, const char *comm)
{
	struct snap_thread snap = { .tid = pid,
				    .pid = pid,
				    .ptid = ptid,
				    .sid = 1,
				    .vpgid = pid,
				    .pgid = pid,
				    .vtid = pid,
				    .vpid = pid,
				    .comm = span_text(comm),
				    .exe = span_text("/snap/exe"),
				    .exepath = span_text("/snap/path"),
				    .args = span_make("x\0y\0", 4),
				    .env = span_make("HOME=/root\0", 11),
				    .cwd = span_text("/srv/u"),
				    .root = span_text("/"),
				    .cgroups = span_make("cpu=/\0", 6),
				    .fdlimit = 1024,
				    .loginuid = STATE_UNKNOWN_ID,
				    .has_exe_facts = true };

	state_add_thread(t->state, &snap);
}

static inline void add_file(struct bench *t, int64_t tid, int64_t num, const char *path)
{
	struct snap_fd fd = { .fd = num, .type = SNAP_FD_FILE_V2, .name = span_text(path) };

	state_add_fd(t->state, tid, &fd);
}

static inline struct state_thread *thread_at(struct bench *t, int64_t tid)
{
	return state_find_thread(t->state, tid);
}

/* --- fds --------------------------------------------------------------------------- */

static inline struct state_fd *fd_at(struct bench *t, int64_t tid, int64_t num)
{
	return state_find_fd(t->state, thread_at(t, tid), num);
}

static inline void assert_fd_name(const struct state_fd *fd, const char *name)
{
	struct str text = { 0 };
	bool is_known;

	assert_non_null(fd);
	is_known = state_fd_name(fd, &text);
	if (name)
		assert_string_equal(str_text(&text), name);
	else
		assert_false(is_known);
	str_release(&text);
}

static inline struct event *openat_exit(struct bench *t, int64_t tid, int64_t num, const char *name,
					uint32_t flags)
{
	return apply(t, EVENT_SYSCALL_OPENAT_2_X, tid, "nnsnnnn", num, N(-100), name, N(flags),
		     N(0), N(0x801), N(42));
}

static inline struct event *close_exit(struct bench *t, int64_t tid, int64_t num, int64_t result)
{
	return apply(t, EVENT_SYSCALL_CLOSE_X, tid, "nn", result, num);
}

#endif
