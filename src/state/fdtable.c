/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fdtable.c: the descriptors of a process, by number. Kernels hand out the lowest
 * free number, so most stand in an array; the array grows only while an eighth of
 * it is used, what lies beyond is in a map. A hostile number costs no more than a
 * friendly one. Removed fds are looked at until the next event begins.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/stats.h"
#include "state/shared_text.h"
#include "state/tables.h"

#define NEAR_MIN 16u

struct state_fd_table *fdtable_new(void)
{
	struct state_fd_table *table = alloc_zero(sizeof(*table));

	table->refs = 1;
	return table;
}

struct state_fd_table *fdtable_keep(struct state_fd_table *table)
{
	if (table)
		table->refs++;
	return table;
}

static struct fd_slot *slot_of(struct state_fd *fd)
{
	return (struct fd_slot *)fd;
}

static void bury(struct state *state, struct state_fd *fd)
{
	slot_of(fd)->dead_next = state->dead_fds;
	state->dead_fds = slot_of(fd);
	state->fd_cnt--;
}

static void release(struct state_fd *fd)
{
	shared_text_drop(fd->name);
	shared_text_drop(fd->name_raw);
	shared_text_drop(fd->old_name);
	alloc_free(slot_of(fd));
}

void fdtable_sweep(struct state *state)
{
	struct fd_slot *slot;

	if (state->changed_fd) {
		state->changed_fd->name_changed = false;
		shared_text_share(&state->changed_fd->old_name, NULL);
		state->changed_fd = NULL;
	}
	while ((slot = state->dead_fds)) {
		state->dead_fds = slot->dead_next;
		release(&slot->pub);
	}
}

void fdtable_reset(struct state *state, struct state_fd_table *table)
{
	struct map_slot *slot = NULL;
	uint32_t i;

	if (!table)
		return;
	for (i = 0; i < table->cap; i++) {
		if (table->near[i])
			bury(state, table->near[i]);
	}
	while ((slot = map_next(&table->far, slot)))
		bury(state, slot->value);
	alloc_free(table->near);
	map_release(&table->far);
	table->near = NULL;
	table->cap = table->cnt = 0;
}

void fdtable_drop(struct state *state, struct state_fd_table *table)
{
	if (!table || --table->refs)
		return;
	fdtable_reset(state, table);
	alloc_free(table);
}

struct state_fd *fdtable_find(const struct state_fd_table *table, int64_t num)
{
	if (!table)
		return NULL;
	if (LIKELY((uint64_t)num < table->cap))
		return table->near[num];
	return num < 0 ? NULL : map_find(&table->far, (uint64_t)num);
}

/* Numbers below the new end move from the map into the array. */
static void grow_near(struct state_fd_table *table, uint32_t cap)
{
	struct map_slot *slot = NULL;
	struct map far = { 0 };
	uint32_t i;

	table->near = alloc_resize(table->near, cap * sizeof(*table->near));
	memset(table->near + table->cap, 0, (cap - table->cap) * sizeof(*table->near));
	i = table->cap;
	table->cap = cap;
	if (!table->far.cnt)
		return;
	while ((slot = map_next(&table->far, slot))) {
		if (slot->key >= i && slot->key < cap)
			table->near[slot->key] = slot->value;
		else
			map_put(&far, slot->key, slot->value);
	}
	map_release(&table->far);
	table->far = far;
}

static void put(struct state_fd_table *table, struct state_fd *fd)
{
	uint32_t cap = table->cap ? table->cap : NEAR_MIN;

	/* Room for the number, as long as the array stays reasonably full. */
	while (cap <= (uint64_t)fd->num && cap < LIMIT_FDS_PER_PROC && cap / 8 <= table->cnt)
		cap *= 2;
	if (cap > (uint64_t)fd->num && cap > table->cap)
		grow_near(table, cap);
	if ((uint64_t)fd->num < table->cap)
		table->near[fd->num] = fd;
	else
		map_put(&table->far, (uint64_t)fd->num, fd);
	table->cnt++;
}

static struct state_fd *take(struct state_fd_table *table, int64_t num)
{
	struct state_fd *fd;

	if (!table || num < 0)
		return NULL;
	if ((uint64_t)num < table->cap) {
		fd = table->near[num];
		table->near[num] = NULL;
	} else {
		fd = map_remove(&table->far, (uint64_t)num);
	}
	table->cnt -= !!fd;
	return fd;
}

static struct state_fd *new_fd(struct state *state, int64_t num)
{
	struct fd_slot *slot = alloc_zero(sizeof(*slot));

	slot->pub.num = num;
	slot->pub.opener_uid = STATE_UNKNOWN_ID;
	slot->pub.pidfd_pid = -1;
	state->fd_cnt++;
	return &slot->pub;
}

struct state_fd *fdtable_add(struct state *state, struct state_thread *thread, int64_t num)
{
	struct state_fd *fd;

	if (num < 0 || num > INT32_MAX)
		return NULL;
	if (!thread->fds)
		thread->fds = fdtable_new();
	fd = take(thread->fds, num);
	if (fd)
		bury(state, fd);
	if (thread->fds->cnt >= LIMIT_FDS_PER_PROC || state->fd_cnt >= LIMIT_FDS_TOTAL) {
		stats_add(state->stats, STAT_FD_LIMIT, 1);
		return NULL;
	}
	fd = new_fd(state, num);
	put(thread->fds, fd);
	return fd;
}

void fdtable_remove(struct state *state, struct state_fd_table *table, int64_t num)
{
	struct state_fd *fd = take(table, num);

	if (fd)
		bury(state, fd);
}

/* Goes over all: for (i = 0; (fd = next_fd(table, &i));). Removing the one at hand is fine in near. */
static struct state_fd *next_fd(const struct state_fd_table *table, uint32_t *iter)
{
	for (; *iter < table->cap; ++*iter) {
		if (table->near[*iter])
			return table->near[(*iter)++];
	}
	for (; *iter - table->cap < table->far.cap; ++*iter) {
		struct map_slot *slot = &table->far.slots[*iter - table->cap];

		if (slot->value) {
			++*iter;
			return slot->value;
		}
	}
	return NULL;
}

/* What a range or a flag picks is first collected: a map may not change while one goes over it. */
struct pick {
	uint32_t first, last;
	bool cloexec_only;
};

static void remove_picked(struct state *state, struct state_fd_table *table,
			  const struct pick *pick)
{
	VEC_OF(int64_t) nums = { 0 };
	struct state_fd *fd;
	uint32_t iter = 0;
	size_t i;

	if (!table || !table->cnt)
		return;
	while ((fd = next_fd(table, &iter))) {
		if (fd->num >= pick->first && fd->num <= pick->last &&
		    (fd->is_cloexec || !pick->cloexec_only))
			*vec_add(&nums) = fd->num;
	}
	for (i = 0; i < nums.cnt; i++)
		fdtable_remove(state, table, nums.items[i]);
	vec_release(&nums);
}

void fdtable_remove_range(struct state *state, struct state_fd_table *table, uint32_t first,
			  uint32_t last)
{
	const struct pick pick = { .first = first, .last = last };

	remove_picked(state, table, &pick);
}

void fdtable_remove_cloexec(struct state *state, struct state_fd_table *table)
{
	const struct pick pick = { .last = UINT32_MAX, .cloexec_only = true };

	remove_picked(state, table, &pick);
}

void fdtable_mark_range(struct state_fd_table *table, uint32_t first, uint32_t last)
{
	struct state_fd *fd;
	uint32_t iter = 0;

	while (table && (fd = next_fd(table, &iter))) {
		if (fd->num >= first && fd->num <= last)
			fd->is_cloexec = true;
	}
}

void fd_copy(struct state_fd *to, const struct state_fd *from)
{
	int64_t num = to->num;

	shared_text_keep(from->name);
	shared_text_keep(from->name_raw);
	shared_text_drop(to->name);
	shared_text_drop(to->name_raw);
	shared_text_drop(to->old_name);
	*to = *from;
	to->num = num;
	to->name_changed = false;
	to->old_name = NULL;
}

struct state_fd_table *fdtable_copy(struct state *state, const struct state_fd_table *table)
{
	struct state_fd_table *copy = fdtable_new();
	const struct state_fd *from;
	struct state_fd *fd;
	uint32_t iter = 0;

	if (!table || !table->cnt)
		return copy;
	if (table->cap)
		grow_near(copy, table->cap);
	while ((from = next_fd(table, &iter))) {
		if (state->fd_cnt >= LIMIT_FDS_TOTAL) {
			stats_add(state->stats, STAT_FD_LIMIT, 1);
			break;
		}
		fd = new_fd(state, from->num);
		fd_copy(fd, from);
		put(copy, fd);
	}
	return copy;
}

void fdtable_unshare(struct state *state, struct state_thread *thread)
{
	struct state_fd_table *copy;

	if (!thread->fds || thread->fds->refs == 1)
		return;
	copy = fdtable_copy(state, thread->fds);
	fdtable_drop(state, thread->fds);
	thread->fds = copy;
}

/* --- for everybody ------------------------------------------------------------ */

struct state_fd *state_find_fd(const struct state *state, const struct state_thread *thread,
			       int64_t num)
{
	(void)state;
	return thread ? fdtable_find(thread->fds, num) : NULL;
}

struct state_fd *state_fd_next(const struct state_thread *thread, uint32_t *iter)
{
	return thread->fds ? next_fd(thread->fds, iter) : NULL;
}

uint32_t state_fd_count(const struct state_thread *thread)
{
	return thread->fds ? thread->fds->cnt : 0;
}
