/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state.c: the keeper's life, and the one loop body: look up the thread and the
 * fd of an event, then let the rule of its type change the tables. Rules come
 * from fd_rules.def and proc_rules.def; most events have one that only looks.
 */
#include "state/state.h"

#include <string.h>

#include "base/alloc.h"
#include "event/wire.h"
#include "state/shared_text.h"
#include "state/tables.h"

#define on_looks NULL

#define FD_RULE(TYPE, does, kind, at_fd, at_fd2, at_name, at_dir, at_flags, at_dev, at_ino, mark) \
	[EVENT_##TYPE] = { .apply = on_##does,                                                    \
			   .fd = (at_fd),                                                         \
			   .fd2 = (at_fd2),                                                       \
			   .name = (at_name),                                                     \
			   .dir = (at_dir),                                                       \
			   .flags = (at_flags),                                                   \
			   .dev = (at_dev),                                                       \
			   .ino = (at_ino),                                                       \
			   .type = SNAP_FD_##kind,                                                \
			   .cloexec = CLOEXEC_##mark,                                             \
			   .is_used = true },
#define PROC_RULE(TYPE, does)                  \
	[EVENT_##TYPE] = { .apply = on_##does, \
			   .fd = -1,           \
			   .fd2 = -1,          \
			   .name = -1,         \
			   .dir = -1,          \
			   .flags = -1,        \
			   .dev = -1,          \
			   .ino = -1,          \
			   .is_used = true },

static const struct rule rules[EVENT_TYPE_COUNT] = {
#include "state/fd_rules.def"
#include "state/proc_rules.def"
};

/* --- life -------------------------------------------------------------------- */

struct state *state_new(const struct state_opts *opts)
{
	struct state *state = alloc_zero(sizeof(*state));

	state->stats = opts->stats;
	state->is_live = opts->live;
	return state;
}

static void sweep(struct state *state)
{
	if (UNLIKELY(state->dead_threads != NULL))
		thread_sweep(state);
	if (UNLIKELY(state->dead_fds || state->changed_fd))
		fdtable_sweep(state);
}

void state_reset(struct state *state)
{
	sweep(state);
	thread_remove_all(state);
	fdtable_sweep(state);
	recent_remove_all(state);
	users_remove_all(state);
	vec_release(&state->switches);
	vec_release(&state->ifaces);
	memset(state->cache, 0, sizeof(state->cache));
	state->has_machine = false;
	state->is_snapshot_done = false;
	state->first_ns = 0;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	state_reset(state);
	str_release(&state->scratch);
	alloc_free(state);
}

/* --- events ---------------------------------------------------------------------- */

/* Calls are somebody's; what else an unknown thread causes makes nobody known. */
static bool is_inventing(const struct event *ev, const struct rule *rule)
{
	int64_t result;

	if (!(ev->info->category & EVENT_EC_SYSCALL) || ev->tid <= 0 || rule->apply == on_exec ||
	    rule->apply == on_execveat)
		return false;
	/* A clone's child makes itself known. */
	return rule->apply != on_clone || !event_result(ev, &result) || result;
}

static void look_up_fds(const struct rule *rule, struct event *ev)
{
	int64_t num;

	if (param_i64(ev, rule->fd, &num)) {
		/* Of a descriptor only the low half counts. */
		ev->fd_num = (int32_t)num;
		if (LIKELY(ev->thread))
			ev->fd = fdtable_find(ev->thread->fds, ev->fd_num);
	}
	if (rule->fd2 >= 0 && param_i64(ev, rule->fd2, &num))
		ev->fd2_num = (int32_t)num;
}

/* Whoever transfers data over a connection has one. */
static void settle_pending(struct event *ev)
{
	int64_t result;

	if (ev->info->flags & (EVENT_EF_READS_FROM_FD | EVENT_EF_WRITES_TO_FD) &&
	    event_result(ev, &result) && result > 0) {
		ev->fd->is_pending = false;
		ev->fd->is_connected = true;
	}
}

void state_apply(struct state *state, struct event *ev)
{
	const struct rule *rule = &rules[ev->type];
	struct thread *thread;

	sweep(state);
	if (UNLIKELY(!state->first_ns) && is_time(ev->ts_ns))
		state->first_ns = ev->ts_ns;
	ev->thread = NULL;
	ev->fd = NULL;
	ev->fd_num = ev->fd2_num = INT64_MIN;
	thread = ev->tid >= 0 ? thread_find(state, ev->tid) : NULL;
	if (UNLIKELY(!thread) && is_inventing(ev, rule))
		thread = thread_invent(state, ev->tid);
	state->pinned = thread;
	if (thread)
		ev->thread = &thread->pub;
	if (rule->is_used) {
		look_up_fds(rule, ev);
		if (rule->apply)
			rule->apply(state, ev, rule);
		if (ev->fd && UNLIKELY(ev->fd->is_pending))
			settle_pending(ev);
		if (ev->thread)
			thread = thread_of(ev->thread);
	}
	if (!thread)
		return;
	thread->pub.last_event_ns = thread->now_ns;
	if (LIKELY(is_time(ev->ts_ns)))
		thread->now_ns = ev->ts_ns;
	thread->cpus |= (uint64_t)1 << (ev->cpu % 64);
	if (ev->info->category & EVENT_EC_SYSCALL)
		thread->has_events = true;
}

/* --- losses ----------------------------------------------------------------------- */

static void forget_fds(struct state *state, struct thread *thread)
{
	thread->now_ns = 0;
	fdtable_reset(state, thread->pub.fds);
}

static void forget_switch(struct state *state, int cpu)
{
	size_t i;

	for (i = 0; i < state->switches.cnt; i++) {
		if (cpu < 0 || i == (size_t)cpu)
			state->switches.items[i] = 0;
	}
}

void state_note_loss(struct state *state, int cpu)
{
	uint64_t bit = cpu < 0 ? UINT64_MAX : (uint64_t)1 << (cpu % 64);
	struct map_slot *slot = NULL;
	struct thread *thread;

	sweep(state);
	while ((slot = map_next(&state->threads, slot))) {
		thread = slot->value;
		/* Of a lost one nobody knows where it ran before. */
		if (cpu >= 0 && !(thread->cpus & bit))
			continue;
		thread->cpus &= ~bit;
		forget_fds(state, thread);
	}
	forget_switch(state, cpu);
	sweep(state);
}

void state_note_process_loss(struct state *state, int64_t pid)
{
	struct thread *first = thread_find(state, pid);
	struct thread *thread = first;

	while (thread) {
		forget_fds(state, thread);
		thread = thread->group_next == first ? NULL : thread->group_next;
	}
	sweep(state);
}

/* Whoever made the mark may know whose the lost events were; else only their CPU is known. */
void on_drop(struct state *state, struct event *ev, const struct rule *rule)
{
	struct span rest = ev->extra_bytes;
	struct span entry;
	uint16_t tag;
	size_t i;

	(void)rule;
	if (!ev->extra.has_losers) {
		state_note_loss(state, ev->cpu);
		return;
	}
	forget_switch(state, ev->cpu);
	while (event_extra_next(&rest, &tag, &entry)) {
		for (i = 0; tag == WIRE_EXTRA_LOSERS && i + 4 <= entry.len; i += 4) {
			uint32_t pid = load_u32(entry.ptr + i);

			if (pid == WIRE_EVERYBODY)
				state_note_loss(state, -1);
			else
				state_note_process_loss(state, pid);
		}
	}
}

/* --- looking things up --------------------------------------------------------------- */

const struct snap_machine *state_machine(const struct state *state)
{
	return state->has_machine ? &state->machine : NULL;
}

struct state_thread *state_find_thread(const struct state *state, int64_t tid)
{
	struct thread *thread = tid < 0 ? NULL : map_find(&state->threads, (uint64_t)tid);

	return thread ? &thread->pub : NULL;
}

struct state_thread *state_main(const struct state *state, const struct state_thread *thread)
{
	(void)state;
	return &process_of(thread)->pub;
}

struct state_thread *state_parent(const struct state *state, const struct state_thread *thread)
{
	return state_ancestor(state, thread, 1);
}

struct state_thread *state_ancestor(const struct state *state, const struct state_thread *thread,
				    unsigned int n)
{
	struct thread *process = process_of(thread);

	(void)state;
	while (process && n--)
		process = process->parent;
	return process ? &process->pub : NULL;
}

struct state_thread *state_thread_next(const struct state *state, uint32_t *iter)
{
	const struct map *threads = &state->threads;

	for (; *iter < threads->cap; ++*iter) {
		struct thread *thread = threads->slots[*iter].value;

		if (thread) {
			++*iter;
			return &thread->pub;
		}
	}
	return NULL;
}

uint32_t state_thread_count(const struct state *state)
{
	return (uint32_t)state->threads.cnt;
}
