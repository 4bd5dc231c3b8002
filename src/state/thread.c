/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * thread.c: the thread table. Threads of one process form a ring around their
 * main thread; processes form a tree by pointers, so that a reused number never
 * becomes somebody's parent. A process whose parent is not in the table waits
 * among the orphans of that number until its parent is met or proven to be gone.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/stats.h"
#include "container/container.h"
#include "state/shared_text.h"
#include "state/tables.h"

#define NOT_KNOWN "<NA>"

/* --- the table --------------------------------------------------------------- */

struct thread *thread_find(struct state *state, int64_t tid)
{
	struct thread_cache *slot = &state->cache[(uint64_t)tid % THREAD_CACHE];

	if (LIKELY(slot->thread && slot->tid == tid))
		return slot->thread;
	slot->thread = map_find(&state->threads, (uint64_t)tid);
	slot->tid = tid;
	return slot->thread;
}

void thread_weaken(struct state *state, struct thread *thread)
{
	if (thread->is_weak)
		return;
	thread->is_weak = true;
	thread->weak_prev = state->weak_last;
	if (state->weak_last)
		state->weak_last->weak_next = thread;
	else
		state->weak = thread;
	state->weak_last = thread;
}

void thread_strengthen(struct state *state, struct thread *thread)
{
	if (!thread->is_weak)
		return;
	if (thread->weak_prev)
		thread->weak_prev->weak_next = thread->weak_next;
	else
		state->weak = thread->weak_next;
	if (thread->weak_next)
		thread->weak_next->weak_prev = thread->weak_prev;
	else
		state->weak_last = thread->weak_prev;
	thread->weak_next = thread->weak_prev = NULL;
	thread->is_weak = false;
}

/* The oldest weak one, but not of the process whose event this is. */
static bool evict_one(struct state *state)
{
	struct thread *thread = state->weak;

	while (thread && state->pinned && thread->main == state->pinned->main)
		thread = thread->weak_next;
	if (!thread)
		return false;
	thread_remove(state, thread);
	return true;
}

struct thread *thread_add(struct state *state, int64_t tid)
{
	struct thread_cache *slot = &state->cache[(uint64_t)tid % THREAD_CACHE];
	struct thread *thread;

	if (UNLIKELY(state->threads.cnt >= LIMIT_THREADS)) {
		stats_add(state->stats, STAT_PROC_LIMIT, 1);
		if (!evict_one(state))
			return NULL;
	}
	thread = alloc_zero(sizeof(*thread));
	thread->main = thread->group_next = thread->group_prev = thread;
	thread->maker_tid = -1;
	thread->is_linked = true;
	thread->pub.serial = ++state->serial;
	thread->pub.tid = tid;
	thread->pub.pid = thread->pub.ptid = -1;
	thread->pub.vtid = thread->pub.vpid = -1;
	thread->pub.vpgid = thread->pub.pgid = thread->pub.sid = -1;
	thread->pub.uid = thread->pub.gid = thread->pub.loginuid = STATE_UNKNOWN_ID;
	thread->pub.fdlimit = -1;
	thread->pub.tty = UINT32_MAX;
	thread->pub.thread_cnt = 1;
	map_put(&state->threads, (uint64_t)tid, thread);
	slot->tid = tid;
	slot->thread = thread;
	return thread;
}

struct thread *thread_invent(struct state *state, int64_t tid)
{
	struct thread *thread = thread_add(state, tid);

	if (!thread)
		return NULL;
	memcpy(thread->pub.comm, NOT_KNOWN, sizeof(NOT_KNOWN));
	shared_text_set(&thread->pub.exe, NOT_KNOWN, strlen(NOT_KNOWN));
	thread->pub.fds = fdtable_new();
	thread->pub.is_invented = true;
	thread_weaken(state, thread);
	return thread;
}

void thread_set_known(struct state *state, struct thread *thread)
{
	thread->pub.is_invented = false;
	thread_strengthen(state, thread);
}

/* --- parents ------------------------------------------------------------------- */

static void parent_unlink(struct state *state, struct thread *process)
{
	struct thread *parent = process->parent;

	if (!parent && !process->is_orphan)
		return;
	if (process->sib_next)
		process->sib_next->sib_prev = process->sib_prev;
	if (process->sib_prev)
		process->sib_prev->sib_next = process->sib_next;
	else if (parent)
		parent->child_first = process->sib_next;
	else if (process->sib_next)
		map_put(&state->orphans, (uint64_t)process->pub.ptid, process->sib_next);
	else
		map_remove(&state->orphans, (uint64_t)process->pub.ptid);
	process->sib_next = process->sib_prev = NULL;
	process->parent = NULL;
	process->is_orphan = false;
}

/* Deeper than any real tree; a damaged trace must not make every link a long walk. */
#define GENERATIONS_MAX 4096

/* Would following the parents from here come to process? A damaged trace may say so. */
static bool is_descendant(const struct thread *from, const struct thread *process)
{
	unsigned int i;

	if (!process->child_first)
		return from == process;
	for (i = 0; from && i < GENERATIONS_MAX; from = from->parent, i++) {
		if (from == process)
			return true;
	}
	return from != NULL;
}

void thread_set_parent(struct state *state, struct thread *process, struct thread *parent,
		       int64_t ptid)
{
	struct thread *first;
	struct thread *thread;

	if (parent)
		parent = parent->main;
	if (parent && parent == process->parent)
		return;
	if (parent && is_descendant(parent, process)) {
		parent = NULL;
		ptid = -1;
	}
	parent_unlink(state, process);
	if (parent)
		ptid = parent->pub.tid;
	thread = process;
	do {
		thread->pub.ptid = ptid;
		thread = thread->group_next;
	} while (thread != process);
	if (parent) {
		first = parent->child_first;
		parent->child_first = process;
	} else if (ptid > 0) {
		first = map_put(&state->orphans, (uint64_t)ptid, process);
		process->is_orphan = true;
	} else {
		return;
	}
	process->parent = parent;
	process->sib_next = first;
	if (first)
		first->sib_prev = process;
}

void thread_set_ptid(struct state *state, struct thread *process, int64_t ptid)
{
	struct thread *parent = ptid > 0 ? thread_find(state, ptid) : NULL;

	if (parent && parent->main == process)
		return;
	/* 0: the kernel's own beginning; -1: not known. */
	thread_set_parent(state, process, parent, ptid < 0 ? -1 : ptid);
}

void thread_adopt_orphans(struct state *state, struct thread *process, uint64_t since_ns)
{
	struct thread *child;

	if (!state->orphans.cnt)
		return;
	while ((child = map_find(&state->orphans, (uint64_t)process->pub.tid))) {
		if (child->pub.start_ns < since_ns || is_descendant(process, child))
			thread_set_parent(state, child, NULL, -1);
		else
			thread_set_parent(state, child, process, process->pub.tid);
	}
}

void thread_reap(struct state *state, struct thread *process, int64_t tid, int64_t reaper_tid)
{
	struct thread *reaper = reaper_tid > 0 ? thread_find(state, reaper_tid) : NULL;
	struct thread *child;

	if (reaper && process && reaper->main == process)
		reaper = NULL;
	if (reaper_tid <= 0 || reaper_tid == tid)
		reaper_tid = -1;
	while (process && (child = process->child_first))
		thread_set_parent(state, child, reaper, reaper_tid);
	while (!process && state->orphans.cnt && (child = map_find(&state->orphans, (uint64_t)tid)))
		thread_set_parent(state, child, reaper, reaper_tid);
}

/* --- groups ------------------------------------------------------------------- */

void thread_leave(struct state *state, struct thread *thread)
{
	struct thread *main = thread->main;

	if (thread == main)
		return;
	thread->group_prev->group_next = thread->group_next;
	thread->group_next->group_prev = thread->group_prev;
	thread->group_next = thread->group_prev = thread;
	thread->main = thread;
	if (main->pub.thread_cnt && !thread->pub.is_dead)
		main->pub.thread_cnt--;
	fdtable_drop(state, thread->pub.fds);
	thread->pub.fds = NULL;
}

/* The main thread of a group of which only another thread was met. */
static struct thread *leader_of(struct state *state, int64_t pid)
{
	struct thread *leader = thread_find(state, pid);

	if (leader && leader->main != leader) {
		/* A thread of an earlier owner of this number, whose end was not seen. */
		thread_remove(state, leader);
		leader = NULL;
	}
	if (!leader) {
		leader = thread_add(state, pid);
		if (!leader)
			return NULL;
		memcpy(leader->pub.comm, NOT_KNOWN, sizeof(NOT_KNOWN));
	}
	if (leader->pub.is_invented)
		thread_set_known(state, leader);
	if (leader->pub.pid != pid) {
		leader->pub.pid = pid;
		thread_adopt_orphans(state, leader, 0);
	}
	if (!leader->pub.fds)
		leader->pub.fds = fdtable_new();
	return leader;
}

void thread_join(struct state *state, struct thread *thread, int64_t pid)
{
	struct thread *leader = NULL;

	thread->pub.pid = pid > 0 ? pid : -1;
	if (pid > 0 && pid != thread->pub.tid)
		leader = leader_of(state, pid);
	if (!leader || leader == thread) {
		if (!thread->pub.fds)
			thread->pub.fds = fdtable_new();
		return;
	}
	/* Taken for a process so far: what it was a parent of, its process is. */
	while (thread->child_first)
		thread_set_parent(state, thread->child_first, leader, pid);
	parent_unlink(state, thread);
	thread->main = leader;
	thread->group_next = leader->group_next;
	thread->group_prev = leader;
	leader->group_next->group_prev = thread;
	leader->group_next = thread;
	leader->pub.thread_cnt++;
	/* Whatever the clone flags say: threads of a process share their fds. */
	fdtable_keep(leader->pub.fds);
	fdtable_drop(state, thread->pub.fds);
	thread->pub.fds = leader->pub.fds;
	thread->pub.ptid = leader->pub.ptid;
}

void thread_remove_siblings(struct state *state, struct thread *leader)
{
	while (leader->group_next != leader)
		thread_remove(state, leader->group_next);
	leader->pub.thread_cnt = 1;
}

/* --- the end --------------------------------------------------------------------- */

static void release(struct state *state, struct thread *thread)
{
#define X(text) shared_text_drop(thread->pub.text);
	THREAD_TEXTS(X)
#undef X
	fdtable_drop(state, thread->pub.fds);
	alloc_free(thread);
}

static void bury(struct state *state, struct thread *thread)
{
	if (thread->is_going)
		return;
	thread->is_going = true;
	thread->dead_next = state->dead_threads;
	state->dead_threads = thread;
}

void thread_remove(struct state *state, struct thread *thread)
{
	struct thread_cache *slot = &state->cache[(uint64_t)thread->pub.tid % THREAD_CACHE];

	if (!thread->is_linked)
		return;
	thread->is_linked = false;
	if (thread->main == thread) {
		thread_remove_siblings(state, thread);
		thread_reap(state, thread, thread->pub.tid, -1);
		parent_unlink(state, thread);
	} else {
		thread_leave(state, thread);
	}
	thread_strengthen(state, thread);
	map_remove(&state->threads, (uint64_t)thread->pub.tid);
	if (slot->thread == thread)
		slot->thread = NULL;
	bury(state, thread);
}

void thread_remove_later(struct state *state, struct thread *thread)
{
	bury(state, thread);
}

void thread_sweep(struct state *state)
{
	struct thread *thread;
	struct thread *list;

	state->pinned = NULL;
	/* Taking one out may take its group along, which then is in the list as well. */
	for (thread = state->dead_threads; thread; thread = thread->dead_next)
		thread_remove(state, thread);
	list = state->dead_threads;
	state->dead_threads = NULL;
	while ((thread = list)) {
		list = thread->dead_next;
		release(state, thread);
	}
}

void thread_remove_all(struct state *state)
{
	VEC_OF(struct thread *) all = { 0 };
	struct map_slot *slot = NULL;
	size_t i;

	/* A table may not change while one goes over it. */
	while ((slot = map_next(&state->threads, slot)))
		*vec_add(&all) = slot->value;
	for (i = 0; i < all.cnt; i++)
		thread_remove(state, all.items[i]);
	vec_release(&all);
	thread_sweep(state);
	map_release(&state->threads);
	map_release(&state->orphans);
}

/* --- texts ------------------------------------------------------------------------ */

void thread_set_comm(struct thread *thread, struct span comm)
{
	size_t len =
		comm.len < sizeof(thread->pub.comm) - 1 ? comm.len : sizeof(thread->pub.comm) - 1;

	memcpy(thread->pub.comm, comm.ptr, len);
	thread->pub.comm[len] = '\0';
}

void thread_set_list(char **at, uint32_t *len, struct span list)
{
	/* The last NUL is the one that every shared text has behind it. */
	size_t kept = list.len && !list.ptr[list.len - 1] ? list.len - 1 : list.len;

	shared_text_set(at, list.ptr, kept);
	*len = list.len ? (uint32_t)kept + 1 : 0;
}

void thread_set_exepath(struct thread *thread, struct span path)
{
	static const char gone[] = " (deleted)";
	const size_t gone_len = sizeof(gone) - 1;

	/* Only one is the kernel's; a file may have the same at the end of its name. */
	thread->pub.exe_deleted =
		path.len > gone_len && !memcmp(path.ptr + path.len - gone_len, gone, gone_len);
	if (thread->pub.exe_deleted)
		path.len -= gone_len;
	shared_text_set(&thread->pub.exepath, path.ptr, path.len);
}

void thread_set_cgroups(struct thread *thread, struct span cgroups)
{
	const char *before = thread->pub.cgroups;
	char id[CONTAINER_ID_SIZE];

	thread_set_list(&thread->pub.cgroups, &thread->pub.cgroups_len, cgroups);
	if (thread->pub.container_id && before == thread->pub.cgroups)
		return;
	if (container_id_from_cgroups(thread->pub.cgroups, thread->pub.cgroups_len, id))
		shared_text_set(&thread->pub.container_id, id, strlen(id));
	else
		shared_text_set(&thread->pub.container_id, CONTAINER_HOST, strlen(CONTAINER_HOST));
}

/* --- children that ended before their maker's clone was seen ------------------------- */

static uint64_t recent_key(int64_t maker_tid, int64_t tid)
{
	return (uint64_t)tid << 32 | (uint32_t)maker_tid;
}

static void recent_drop_first(struct state *state)
{
	struct recent *recent = state->recent_first;

	state->recent_first = recent->next;
	if (!recent->next)
		state->recent_last = NULL;
	if (map_find(&state->recents, recent->key) == recent)
		map_remove(&state->recents, recent->key);
	state->recent_cnt--;
	alloc_free(recent);
}

static bool is_recent(const struct recent *recent, uint64_t ts_ns)
{
	/* Times of different CPUs may go back a little. */
	return ts_ns <= recent->ts_ns || ts_ns - recent->ts_ns < RECENT_NS;
}

void recent_add(struct state *state, int64_t maker_tid, int64_t tid, uint64_t ts_ns)
{
	struct recent *recent;

	while ((recent = state->recent_first) &&
	       (recent->is_used || !is_recent(recent, ts_ns) || state->recent_cnt >= LIMIT_THREADS))
		recent_drop_first(state);
	recent = alloc_zero(sizeof(*recent));
	recent->key = recent_key(maker_tid, tid);
	recent->ts_ns = ts_ns;
	if (state->recent_last)
		state->recent_last->next = recent;
	else
		state->recent_first = recent;
	state->recent_last = recent;
	state->recent_cnt++;
	recent = map_put(&state->recents, recent->key, recent);
	if (recent)
		recent->is_used = true;
}

static bool take(struct state *state, uint64_t key, uint64_t ts_ns)
{
	struct recent *recent = map_find(&state->recents, key);

	if (!recent)
		return false;
	map_remove(&state->recents, key);
	recent->is_used = true;
	return is_recent(recent, ts_ns);
}

bool recent_take(struct state *state, int64_t maker_tid, int64_t tid, uint64_t ts_ns)
{
	bool is_taken;

	if (!state->recents.cnt)
		return false;
	is_taken = take(state, recent_key(maker_tid, tid), ts_ns);
	while (state->recent_first && state->recent_first->is_used)
		recent_drop_first(state);
	return is_taken;
}

void recent_remove_all(struct state *state)
{
	while (state->recent_first)
		recent_drop_first(state);
	map_release(&state->recents);
}
