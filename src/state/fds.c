/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fds.c: calls that make, copy and close descriptors other than sockets. Only
 * what succeeded changes anything; where the parameters lie says fd_rules.def.
 */
#include <errno.h>
#include <string.h>

#include "state/shared_text.h"
#include "state/tables.h"

/* fcntl_commands, close_range_flags and bpf_commands of flags.def */
enum { FCNTL_DUPFD = 1, FCNTL_SETFD = 3, FCNTL_DUPFD_CLOEXEC = 26 };
enum { RANGE_UNSHARE = 2, RANGE_CLOEXEC = 4 };
enum {
	BPF_MAP_CREATE = 0,
	BPF_PROG_LOAD = 5,
	BPF_OBJ_GET = 7,
	BPF_PROG_GET_FD_BY_ID = 13,
	BPF_MAP_GET_FD_BY_ID = 14,
	BPF_RAW_TRACEPOINT_OPEN = 17,
	BPF_BTF_LOAD = 18,
	BPF_BTF_GET_FD_BY_ID = 19,
	BPF_LINK_CREATE = 28,
	BPF_LINK_GET_FD_BY_ID = 30,
	BPF_ITER_CREATE = 33,
	BPF_TOKEN_CREATE = 36,
};

void fd_set_name(struct state_fd *fd, const void *bytes, size_t len)
{
	shared_text_set(&fd->name, bytes, len);
	fd->name_len = (uint32_t)len;
}

struct state_fd *fd_make(struct state *state, struct event *ev, int64_t num, enum snap_fd_type type)
{
	struct state_fd *fd;

	ev->fd_num = num;
	ev->fd = NULL;
	if (!ev->thread)
		return NULL;
	fd = fdtable_add(state, ev->thread, num);
	if (!fd)
		return NULL;
	fd->type = (uint8_t)type;
	fd->opened_ns = is_time(ev->ts_ns) ? ev->ts_ns : 0;
	fd->opener_uid = ev->thread->uid;
	ev->fd = fd;
	return fd;
}

/* The number a call returned; also of a failed one, which has no fd. */
static bool new_num(struct event *ev, int64_t *num)
{
	if (!param_i64(ev, 0, num))
		return false;
	*num = (int32_t)*num;
	ev->fd_num = *num;
	return *num >= 0;
}

static bool is_cloexec(const struct event *ev, const struct rule *rule)
{
	uint32_t flags = 0;

	switch ((enum rule_cloexec)rule->cloexec) {
	case CLOEXEC_YES:
		return true;
	case CLOEXEC_FILE:
		param_u32(ev, rule->flags, &flags);
		return flags & FILE_O_CLOEXEC;
	case CLOEXEC_BIT:
		param_u32(ev, rule->flags, &flags);
		return flags & 1;
	case CLOEXEC_NO:
		break;
	}
	return false;
}

/* --- open ------------------------------------------------------------------------ */

static void name_opened(struct state *state, const struct event *ev, const struct rule *rule,
			struct state_fd *fd)
{
	struct span real = ev->extra.real_path;
	struct span name = { 0 };
	int64_t dirfd = STATE_AT_FDCWD;
	bool has_name = event_param_text(ev, (unsigned int)rule->name, &name);

	if (real.len) {
		fd_set_name(fd, real.ptr, real.len);
		fd->is_path_real = true;
	} else if (has_name && (rule->dir < 0 || param_i64(ev, rule->dir, &dirfd))) {
		str_reset(&state->scratch);
		state_resolve_path(state, ev->thread, dirfd, name, &state->scratch);
		fd_set_name(fd, state->scratch.buf, state->scratch.len);
	}
	if (has_name && (!fd->name || !span_is_equal(name, span_make(fd->name, fd->name_len))))
		shared_text_set(&fd->name_raw, name.ptr, name.len);
}

static uint32_t open_flags(const struct event *ev, const struct rule *rule)
{
	uint32_t layer = 0;
	uint32_t flags = 0;

	if (ev->type != EVENT_SYSCALL_CREAT_X) {
		param_u32(ev, rule->flags, &flags);
		return flags;
	}
	/* creat_flags: bits 0 and 1 are what file_flags has as 15 and 16. */
	param_u32(ev, 5, &layer);
	return FILE_O_CREAT | FILE_O_WRONLY | FILE_O_TRUNC | (layer & 3) << 15;
}

void on_open(struct state *state, struct event *ev, const struct rule *rule)
{
	struct state_fd *fd;
	uint32_t flags = open_flags(ev, rule);
	int64_t num;

	if (!new_num(ev, &num))
		return;
	fd = fd_make(state, ev, num,
		     flags & FILE_O_DIRECTORY ? SNAP_FD_DIRECTORY : SNAP_FD_FILE_V2);
	if (!fd)
		return;
	fd->open_flags = flags;
	fd->is_cloexec = is_cloexec(ev, rule);
	param_u32(ev, rule->dev, &fd->dev);
	param_u64(ev, rule->ino, &fd->ino);
	name_opened(state, ev, rule, fd);
}

/* --- close ----------------------------------------------------------------------- */

void on_close(struct state *state, struct event *ev, const struct rule *rule)
{
	int64_t result;

	(void)rule;
	if (!ev->thread || !event_result(ev, &result))
		return;
	/*
	 * Linux frees the number before it learns that flushing failed or was
	 * interrupted (close(2), "Dealing with error returns"). Other errors mean that
	 * nothing was closed: EBADF, or what a filter answered.
	 */
	if (result == 0 || result == -EINTR || result == -EIO || result == -ENOSPC ||
	    result == -EDQUOT)
		fdtable_remove(state, ev->thread->fds, ev->fd_num);
}

void on_close_range(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t first, last;
	uint32_t flags = 0;

	if (!ev->thread || !event_succeeded(ev) || !param_u32(ev, 1, &first) ||
	    !param_u32(ev, 2, &last))
		return;
	param_u32(ev, rule->flags, &flags);
	if (flags & RANGE_UNSHARE)
		fdtable_unshare(state, ev->thread);
	if (flags & RANGE_CLOEXEC)
		fdtable_mark_range(ev->thread->fds, first, last);
	else
		fdtable_remove_range(state, ev->thread->fds, first, last);
}

/* --- copies ------------------------------------------------------------------------ */

/*
 * The same file as one that nobody knows. Beside a scan it is an event from before
 * the scan, which came too late to see the copied one and has seen what is there now.
 */
static void replace_by_unknown(struct state *state, struct event *ev, int64_t num)
{
	ev->fd = fdtable_find(ev->thread->fds, num);
	if (!ev->fd || ev->fd->opened_ns || ev->ts_ns >= state->first_ns + SCAN_NS) {
		fdtable_remove(state, ev->thread->fds, num);
		ev->fd = NULL;
	}
}

static void duplicate(struct state *state, struct event *ev, int64_t num, bool cloexec)
{
	const struct state_fd *old = ev->fd;
	struct state_fd *fd;

	ev->fd2_num = ev->fd_num;
	ev->fd_num = num;
	/* dup2() onto itself changes nothing, not even close-on-exec. */
	if (!ev->thread || num == ev->fd2_num)
		return;
	ev->fd = NULL;
	if (!old) {
		replace_by_unknown(state, ev, num);
		return;
	}
	fd = fdtable_add(state, ev->thread, num);
	if (!fd)
		return;
	fd_copy(fd, old);
	fd->is_cloexec = cloexec;
	ev->fd = fd;
}

void on_dup(struct state *state, struct event *ev, const struct rule *rule)
{
	int64_t num;

	if (param_i64(ev, 0, &num) && num >= 0)
		duplicate(state, ev, (int32_t)num, is_cloexec(ev, rule));
}

void on_fcntl(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t cmd;
	uint64_t arg;
	int64_t result;

	(void)rule;
	if (!param_i64(ev, 0, &result) || result < 0 || !param_u32(ev, 2, &cmd))
		return;
	if (cmd == FCNTL_DUPFD || cmd == FCNTL_DUPFD_CLOEXEC)
		duplicate(state, ev, (int32_t)result, cmd == FCNTL_DUPFD_CLOEXEC);
	else if (cmd == FCNTL_SETFD && ev->fd && param_u64(ev, 3, &arg))
		ev->fd->is_cloexec = arg & 1; /* FD_CLOEXEC */
}

/* --- without a file ------------------------------------------------------------------ */

void on_pipe(struct state *state, struct event *ev, const struct rule *rule)
{
	struct state_fd *fd;
	int64_t num1, num2;
	bool cloexec = is_cloexec(ev, rule);
	int i;

	if (!event_succeeded(ev) || !param_i64(ev, 1, &num1) || !param_i64(ev, 2, &num2) ||
	    num1 == num2 || num1 < 0 || num2 < 0)
		return;
	/* The reading end last, so that it is the event's. */
	for (i = 0; i < 2; i++) {
		fd = fd_make(state, ev, i ? num1 : num2, SNAP_FD_FIFO);
		if (!fd)
			continue;
		fd->open_flags = i ? 1 : FILE_O_WRONLY; /* O_RDONLY of file_flags */
		fd->is_cloexec = cloexec;
		param_u64(ev, rule->ino, &fd->ino);
		fd_set_name(fd, "", 0);
	}
	ev->fd2_num = num2;
}

void on_anon(struct state *state, struct event *ev, const struct rule *rule)
{
	struct span name;
	struct state_fd *fd;
	int64_t num;

	if (!new_num(ev, &num))
		return;
	fd = fd_make(state, ev, num, (enum snap_fd_type)rule->type);
	if (!fd)
		return;
	fd->is_cloexec = is_cloexec(ev, rule);
	if (rule->name >= 0 && event_param_text(ev, (unsigned int)rule->name, &name))
		fd_set_name(fd, name.ptr, name.len);
	else if (rule->name < 0)
		fd_set_name(fd, "", 0);
}

void on_signalfd(struct state *state, struct event *ev, const struct rule *rule)
{
	int64_t num;

	if (!new_num(ev, &num))
		return;
	/* With an fd of its own the call only changes that one's signals. */
	if (num == ev->fd2_num && ev->thread)
		ev->fd = fdtable_find(ev->thread->fds, num);
	if (!ev->fd)
		on_anon(state, ev, rule);
}

/* The commands that return a descriptor; the others return 0 or a count. */
static bool is_making_bpf(uint32_t cmd)
{
	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_OBJ_GET:
	case BPF_PROG_GET_FD_BY_ID:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_RAW_TRACEPOINT_OPEN:
	case BPF_BTF_LOAD:
	case BPF_BTF_GET_FD_BY_ID:
	case BPF_LINK_CREATE:
	case BPF_LINK_GET_FD_BY_ID:
	case BPF_ITER_CREATE:
	case BPF_TOKEN_CREATE:
		return true;
	default:
		return false;
	}
}

void on_bpf(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t cmd;

	if (param_u32(ev, 1, &cmd) && is_making_bpf(cmd))
		on_anon(state, ev, rule);
}

void on_pidfd_open(struct state *state, struct event *ev, const struct rule *rule)
{
	int64_t pid;

	on_anon(state, ev, rule);
	/* In a pid namespace the number is another one than ours. */
	if (ev->fd && param_i64(ev, 1, &pid) &&
	    (ev->thread->vtid < 0 || ev->thread->vtid == ev->thread->tid))
		ev->fd->pidfd_pid = pid;
}

void on_pidfd_getfd(struct state *state, struct event *ev, const struct rule *rule)
{
	const struct state_fd *pidfd;
	const struct state_fd *from = NULL;
	struct thread *owner;
	struct state_fd *fd;
	int64_t num, target;

	(void)rule;
	if (!new_num(ev, &num) || !ev->thread)
		return;
	pidfd = fdtable_find(ev->thread->fds, ev->fd2_num);
	owner = pidfd && pidfd->pidfd_pid >= 0 ? thread_find(state, pidfd->pidfd_pid) : NULL;
	if (owner && param_i64(ev, 2, &target))
		from = fdtable_find(owner->pub.fds, (int32_t)target);
	fd = fd_make(state, ev, num, SNAP_FD_UNKNOWN);
	if (!fd)
		return;
	if (from)
		fd_copy(fd, from);
	fd->is_cloexec = true;
}

/* --- unnamed --------------------------------------------------------------------------- */

/*
 * What comes this way has a number but no name that the event would tell; whoever
 * captures may have looked it up and added that to the event (state_add_fd). What
 * stood under that number before is gone.
 */
void fds_make_unnamed(struct state *state, struct event *ev)
{
	struct event_new_fd fds[EVENT_NEW_FDS_MAX];
	struct state_fd *own = ev->fd;
	int64_t own_num = ev->fd_num;
	uint32_t cnt = event_new_fds(ev, fds, EVENT_NEW_FDS_MAX);
	struct state_fd *fd;
	uint32_t i;

	for (i = 0; i < cnt; i++) {
		if (fds[i].num == own_num)
			continue;
		fd = fd_make(state, ev, fds[i].num,
			     fds[i].is_pidfd ? SNAP_FD_PIDFD : SNAP_FD_UNKNOWN);
		if (!fd)
			continue;
		fd->is_cloexec = fds[i].is_cloexec;
		if (fds[i].is_pidfd)
			fd_set_name(fd, "", 0);
	}
	ev->fd = own;
	ev->fd_num = own_num;
}

void on_ioctl(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)rule;
	if (ev->thread)
		fds_make_unnamed(state, ev);
}
