/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lookup.c: what descriptors are that came to a process unnamed (event_new_fds(),
 * SO_PEERPIDFD, pidfd_getfd), and those of processes whose events were lost: a look
 * into /proc, some milliseconds later, in the way of the opening snapshot.  By then
 * the number may belong to another file: that is found in the records that wait,
 * because whatever happened to the number before the look is told by one of them.
 */
#include "source/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/log.h"
#include "event/event.h"
#include "event/snapshot.h"
#include "source/made.h"
#include "source/rings.h"
#include "source/scan.h"

/* So many records are looked through; behind more, nothing is certain. */
#define AHEAD_MAX 65536u
#define MOUNTS_AGE_NS 1000000000u /* mounts are read anew after this */
#define TABLES_AGE_NS 100000000u /* as well as tables of sockets */
#define TABLES_SHARE 4u /* to read those may take a quarter of the time between */
#define EXTRA_MAX 65535u /* bytes that a trace has room for beside an event */
#define STATUS_MAX 4096u

/* A process whose events were lost is looked at when it has lost none for so long. */
#define QUIET_NS 1000000000u
#define AGAIN_MAX 32u /* processes at a time */
#define AGAIN_FDS_MAX 4096u /* of a process */
#define AGAIN_CHUNK 60u /* fds beside one event: with the longest names they fit */

/* Numbers of parameters */
enum {
	CONTROL = 4, /* recvmsg */
	CONTROL_MANY = 5, /* recvmmsg */
	OPTION_VALUE = 4, /* getsockopt */
	CLOSED = 1, /* close, first of close_range */
	CLOSED_LAST = 2,
	RANGE_FLAGS = 3,
	PAIR_ONE = 1, /* pipe, socketpair */
	PAIR_OTHER = 2,
};
#define RANGE_CLOEXEC 4u /* close_range_flags: marks only */
#define FILE_O_CLOEXEC 4096u /* file_flags */

struct source_lookup {
	const struct source_bpf *bpf;
	const struct source_rings *rings;
	struct source_scan scan;
	uint64_t mounts_ns; /* boottime at which the first mounts were read */
	uint64_t tables_ns; /* and sockets, if from /proc; else 0 */
	uint64_t tables_cost_ns; /* how long that took */
	struct str extra, status;
	struct map losers; /* processes to look at again: boottime of the loss, in ms, not 0 */
	bool has_lost_all;

	/* Of the event at hand */
	int dir; /* /proc/TID/task/TID */
	int64_t tid;
	uint32_t cnt;
	struct event_new_fd fds[EVENT_NEW_FDS_MAX];
	struct str found[EVENT_NEW_FDS_MAX]; /* the entry; empty: nothing was */
	bool is_stale[EVENT_NEW_FDS_MAX];
};

struct source_lookup *source_lookup_new(const struct source_bpf *bpf,
					const struct source_rings *rings)
{
	struct source_lookup *lookup = alloc_zero(sizeof(*lookup));

	lookup->bpf = bpf;
	lookup->rings = rings;
	lookup->scan.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return lookup;
}

static void forget_sockets(struct source_lookup *lookup)
{
	lookup->tables_ns = 0;
	map_reset(&lookup->scan.sockets);
	map_reset(&lookup->scan.netns);
	arena_reset(&lookup->scan.arena);
}

void source_lookup_free(struct source_lookup *lookup)
{
	size_t i;

	if (!lookup)
		return;
	for (i = 0; i < EVENT_NEW_FDS_MAX; i++)
		str_release(&lookup->found[i]);
	if (lookup->scan.proc >= 0)
		close(lookup->scan.proc);
	map_release(&lookup->losers);
	map_release(&lookup->scan.sockets);
	map_release(&lookup->scan.netns);
	map_release(&lookup->scan.mounts);
	map_release(&lookup->scan.mntns);
	arena_release(&lookup->scan.arena);
	str_release(&lookup->extra);
	str_release(&lookup->status);
	alloc_free(lookup);
}

/* --- which ---------------------------------------------------------------------- */

/* Most messages bring none: what the lengths tell is asked first. */
static bool has_control(const struct wire_record *record, unsigned int idx)
{
	return load_u16((const uint8_t *)record + WIRE_LENS_OFFSET + 2 * idx);
}

static uint32_t list_option(const struct event *ev, struct event_new_fd *fd)
{
	enum event_param_type type;
	struct span value;

	if (!event_dyn_split(EVENT_DYN_sockopt, event_param(ev, OPTION_VALUE), &type, &value) ||
	    type != EVENT_PT_BYTEBUF || value.len != 4)
		return 0;
	*fd = (struct event_new_fd){
		.num = (int32_t)load_u32(value.ptr),
		.is_pidfd = true,
		.is_cloexec = true,
	};
	return fd->num >= 0;
}

static uint32_t list_result(const struct event *ev, struct event_new_fd *fd)
{
	int64_t result;

	if (!event_result(ev, &result) || result < 0 || result > INT32_MAX)
		return 0;
	*fd = (struct event_new_fd){ .num = (int32_t)result, .is_cloexec = true };
	return 1;
}

static bool decode(const struct wire_record *record, struct event *ev)
{
	const struct event_record raw = {
		.data = (const uint8_t *)record + WIRE_EVENT_OFFSET,
		.len = record->size - WIRE_EVENT_OFFSET,
	};

	return event_decode(&raw, ev, NULL) == EVENT_OK;
}

static uint32_t list_fds(const struct wire_record *record, struct event *ev,
			 struct event_new_fd *fds)
{
	switch (record->event) {
	case EVENT_SOCKET_RECVMSG_X:
		if (!has_control(record, CONTROL))
			return 0;
		break;
	case EVENT_SOCKET_RECVMMSG_X:
		if (!has_control(record, CONTROL_MANY))
			return 0;
		break;
	case EVENT_SOCKET_GETSOCKOPT_X:
		if (!(record->flags & WIRE_RECORD_PIDFD))
			return 0;
		return decode(record, ev) ? list_option(ev, fds) : 0;
	case EVENT_SYSCALL_PIDFD_GETFD_X:
		return decode(record, ev) ? list_result(ev, fds) : 0;
	default:
		break;
	}
	return decode(record, ev) ? event_new_fds(ev, fds, EVENT_NEW_FDS_MAX) : 0;
}

/* --- what they are ---------------------------------------------------------------- */

static bool open_thread(struct source_lookup *lookup)
{
	char name[64];

	snprintf(name, sizeof(name), "%lld/task/%lld", (long long)lookup->tid,
		 (long long)lookup->tid);
	lookup->dir = openat(lookup->scan.proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return lookup->dir >= 0;
}

/* Is one of them a socket that is not known? */
static bool lacks_socket(const struct source_lookup *lookup)
{
	struct stat st;
	char name[32];
	uint32_t i;

	for (i = 0; i < lookup->cnt; i++) {
		snprintf(name, sizeof(name), "fd/%d", lookup->fds[i].num);
		if (!fstatat(lookup->dir, name, &st, 0) && S_ISSOCK(st.st_mode) &&
		    !map_find(&lookup->scan.sockets, st.st_ino))
			return true;
	}
	return false;
}

static int64_t process_id(struct source_lookup *lookup)
{
	struct span text, line;
	uint64_t value;

	if (source_scan_read(lookup->dir, "status", STATUS_MAX, &lookup->status))
		return -1;
	text = span_make(lookup->status.buf, lookup->status.len);
	while (source_scan_line(&text, &line))
		if (source_scan_prefix(&line, "Tgid:") && source_scan_number(&line, 10, &value))
			return (int64_t)value;
	return -1;
}

/* The kernel lists those of one process with their ends; else there are the tables of /proc. */
static void find_sockets(struct source_lookup *lookup)
{
	int64_t pid = lookup->bpf ? process_id(lookup) : -1;
	int iter = pid > 0 ? source_bpf_iter_process(lookup->bpf, pid) : -ENOTSUP;
	int ret = iter;

	if (iter >= 0) {
		ret = source_scan_iter_sockets(&lookup->scan, iter);
		close(iter);
	}
	if (!ret)
		return;
	lookup->tables_ns = source_scan_now_ns();
	source_scan_sockets(&lookup->scan, lookup->dir);
	lookup->tables_cost_ns = source_scan_now_ns() - lookup->tables_ns;
}

static void keep(void *arg, const struct snap_fd *fd)
{
	struct source_lookup *lookup = arg;
	uint32_t i;

	for (i = 0; i < lookup->cnt; i++) {
		if (lookup->fds[i].num != fd->fd)
			continue;
		str_reset(&lookup->found[i]);
		scap_put_fd(&lookup->found[i], fd);
		lookup->fds[i].is_cloexec = fd->open_flags & FILE_O_CLOEXEC;
	}
}

/* Old tables go; of those of sockets a new one may have to wait for its turn. */
static void refresh(struct source_lookup *lookup, bool wants_sockets)
{
	uint64_t now_ns = source_scan_now_ns();
	uint64_t age_ns = now_ns - lookup->tables_ns;

	if (now_ns - lookup->mounts_ns > MOUNTS_AGE_NS) {
		map_reset(&lookup->scan.mounts);
		map_reset(&lookup->scan.mntns);
		lookup->mounts_ns = now_ns;
	}
	if (age_ns > TABLES_AGE_NS)
		forget_sockets(lookup);
	if (!wants_sockets && !lacks_socket(lookup))
		return;
	if (lookup->tables_ns && age_ns < TABLES_SHARE * lookup->tables_cost_ns)
		return;
	forget_sockets(lookup);
	find_sockets(lookup);
}

static void look(struct source_lookup *lookup)
{
	int64_t nums[EVENT_NEW_FDS_MAX];
	uint32_t i;

	for (i = 0; i < lookup->cnt; i++) {
		nums[i] = lookup->fds[i].num;
		str_reset(&lookup->found[i]);
	}
	if (lookup->dir < 0)
		return;
	source_scan_some_fds(&lookup->scan, lookup->dir, nums, lookup->cnt, keep, lookup);
}

/* --- whether they still were ------------------------------------------------------------ */

/* Does a call give up a number, or give it anew? An exec closes some: to matter, it must be given again. */
static bool is_about(const struct event *ev, int64_t num)
{
	uint64_t first, last, flags;
	int64_t result, one, other;

	if (!event_result(ev, &result))
		return false;
	switch (ev->type) {
	case EVENT_SYSCALL_CLOSE_X:
		return result != -EBADF && event_param_i64(ev, CLOSED, &one) && one == num;
	case EVENT_SYSCALL_CLOSE_RANGE_X:
		return result >= 0 && event_param_u64(ev, CLOSED, &first) &&
		       event_param_u64(ev, CLOSED_LAST, &last) && num >= (int64_t)first &&
		       num <= (int64_t)last &&
		       !(event_param_u64(ev, RANGE_FLAGS, &flags) && (flags & RANGE_CLOEXEC));
	case EVENT_SYSCALL_PIPE_X:
	case EVENT_SYSCALL_PIPE2_X:
	case EVENT_SOCKET_SOCKETPAIR_X:
		return result >= 0 && event_param_i64(ev, PAIR_ONE, &one) &&
		       event_param_i64(ev, PAIR_OTHER, &other) && (one == num || other == num);
	default:
		return result == num;
	}
}

static bool may_be_about(const struct wire_record *record)
{
	const struct event_info *info = event_info_find(record->event);

	return info && ((info->flags & (EVENT_EF_CREATES_FD | EVENT_EF_DESTROYS_FD)) ||
			record->event == EVENT_SYSCALL_CLOSE_RANGE_X ||
			record->event == EVENT_SYSCALL_FCNTL_X);
}

static bool is_of_process(const struct source_lookup *lookup, int64_t tid)
{
	char name[32];

	if (tid == lookup->tid)
		return true;
	snprintf(name, sizeof(name), "../%lld", (long long)tid);
	return !faccessat(lookup->dir, name, F_OK, 0);
}

static void judge(void *arg, const struct wire_record *record)
{
	struct source_lookup *lookup = arg;
	struct event_new_fd fds[EVENT_NEW_FDS_MAX];
	struct event ev;
	uint32_t i, j;
	uint32_t cnt = source_lookup_is_due(record) ? list_fds(record, &ev, fds) : 0;

	for (i = 0; i < lookup->cnt; i++) {
		for (j = 0; j < cnt; j++)
			if (fds[j].num == lookup->fds[i].num && is_of_process(lookup, ev.tid))
				lookup->is_stale[i] = true;
	}
	if (!may_be_about(record) || !decode(record, &ev))
		return;
	for (i = 0; i < lookup->cnt; i++) {
		if (!lookup->is_stale[i] && is_about(&ev, lookup->fds[i].num))
			lookup->is_stale[i] = is_of_process(lookup, ev.tid);
	}
}

static void judge_all(struct source_lookup *lookup)
{
	uint32_t i;

	memset(lookup->is_stale, 0, lookup->cnt * sizeof(*lookup->is_stale));
	if (lookup->rings && lookup->dir >= 0 &&
	    !source_rings_look_ahead(lookup->rings, AHEAD_MAX, judge, lookup))
		memset(lookup->is_stale, 1, lookup->cnt * sizeof(*lookup->is_stale));
	for (i = 0; i < lookup->cnt; i++)
		if (lookup->is_stale[i])
			str_reset(&lookup->found[i]);
}

/* --- the answer ---------------------------------------------------------------------------- */

static void put_entry(struct source_lookup *lookup, uint32_t i)
{
	const struct event_new_fd *fd = &lookup->fds[i];
	struct str *entry = &lookup->found[i];
	struct snap_fd unknown = {
		.fd = fd->num,
		.type = fd->is_pidfd ? SNAP_FD_PIDFD : SNAP_FD_UNKNOWN,
	};
	uint8_t head[5];

	if (!entry->len)
		scap_put_fd(entry, &unknown);
	if (lookup->extra.len + sizeof(head) + entry->len > EXTRA_MAX)
		return;
	store_u16(head, WIRE_EXTRA_FD);
	store_u16(head + 2, (uint16_t)(1 + entry->len));
	head[4] = fd->is_cloexec ? WIRE_EXTRA_FD_CLOEXEC : 0;
	str_append(&lookup->extra, head, sizeof(head));
	str_append(&lookup->extra, entry->buf, entry->len);
}

void source_lookup_block(struct source_lookup *lookup, const struct wire_record *record,
			 struct scap_block *block)
{
	struct event ev;
	uint32_t i;

	lookup->cnt = list_fds(record, &ev, lookup->fds);
	if (!lookup->cnt)
		return;
	lookup->tid = ev.tid;
	if (open_thread(lookup))
		refresh(lookup, false);
	look(lookup);
	judge_all(lookup);
	str_reset(&lookup->extra);
	str_append(&lookup->extra, block->extra.ptr, block->extra.len);
	for (i = 0; i < lookup->cnt; i++)
		put_entry(lookup, i);
	if (lookup->dir >= 0)
		close(lookup->dir);
	block->extra = span_make(lookup->extra.buf, lookup->extra.len);
}

/* --- after losses ------------------------------------------------------------------------------ */

void source_lookup_lost(struct source_lookup *lookup, uint32_t pid, uint64_t now_ns)
{
	if (pid == WIRE_EVERYBODY)
		lookup->has_lost_all = true;
	else
		map_put(&lookup->losers, pid, (void *)(uintptr_t)(now_ns / 1000000 + 1));
}

static void put_chunk(struct source_lookup *lookup, const struct span times[2], uint64_t ts_ns,
		      struct source_made *made)
{
	uint32_t i;

	look(lookup);
	judge_all(lookup);
	str_reset(&lookup->extra);
	for (i = 0; i < lookup->cnt; i++)
		if (lookup->found[i].len)
			put_entry(lookup, i);
	if (lookup->extra.len)
		source_made_put(made, 0, ts_ns, lookup->tid, EVENT_PROCINFO_E, times, 2,
				span_make(lookup->extra.buf, lookup->extra.len));
}

/* false: it has ended, or has nothing open. */
static bool look_at_process(struct source_lookup *lookup, int64_t pid, uint64_t ts_ns,
			    struct source_made *made)
{
	struct source_scan_ids nums = { 0 };
	struct source_scan_stat stat;
	uint8_t bytes[2][8];
	struct span times[2] = { span_make(bytes[0], 8), span_make(bytes[1], 8) };
	size_t i;

	lookup->tid = pid;
	if (!open_thread(lookup))
		return false;
	if (!source_scan_read(lookup->dir, "stat", STATUS_MAX, &lookup->status) &&
	    source_scan_stat(span_make(lookup->status.buf, lookup->status.len), &stat) &&
	    !source_scan_ids(lookup->dir, "fd", &nums) && nums.cnt) {
		store_u64(bytes[0], stat.utime_ticks);
		store_u64(bytes[1], stat.stime_ticks);
		refresh(lookup, true);
		lookup->cnt = 0;
		for (i = 0; i < nums.cnt && i < AGAIN_FDS_MAX; i++) {
			lookup->fds[lookup->cnt++] =
				(struct event_new_fd){ .num = (int32_t)nums.items[i] };
			if (lookup->cnt == AGAIN_CHUNK) {
				put_chunk(lookup, times, ts_ns, made);
				lookup->cnt = 0;
			}
		}
		put_chunk(lookup, times, ts_ns, made);
	}
	i = nums.cnt;
	vec_release(&nums);
	close(lookup->dir);
	return i > 0;
}

static void lose_all(struct source_lookup *lookup, uint64_t now_ns)
{
	struct source_scan_ids pids = { 0 };

	if (!source_scan_ids(lookup->scan.proc, ".", &pids))
		for (size_t i = 0; i < pids.cnt; i++)
			source_lookup_lost(lookup, (uint32_t)pids.items[i], now_ns);
	lookup->has_lost_all = false;
	vec_release(&pids);
}

void source_lookup_again(struct source_lookup *lookup, uint64_t now_ns, uint64_t ts_ns,
			 struct source_made *made)
{
	uint64_t until_ms = (now_ns - QUIET_NS) / 1000000;
	const struct map_slot *slot = NULL;
	VEC_OF(int64_t) due = { 0 };
	unsigned int cnt = 0;

	if (lookup->has_lost_all)
		lose_all(lookup, now_ns);
	while ((slot = map_next(&lookup->losers, slot)))
		if ((uintptr_t)slot->value <= until_ms)
			*vec_add(&due) = (int64_t)slot->key;
	for (size_t i = 0; i < due.cnt && cnt < AGAIN_MAX; i++) {
		map_remove(&lookup->losers, (uint64_t)due.items[i]);
		cnt += look_at_process(lookup, due.items[i], ts_ns, made);
	}
	vec_release(&due);
}
