/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * overlap.c: decides about records that were made while the machine was scanned.
 * The rule and the reasons for it are in overlap.h.
 */
#include "source/overlap.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/map.h"
#include "event/event.h"

/* Parameters of the clone family, and of the exec family the first. */
#define PARAM_RESULT 0
#define PARAM_VTID 18

struct source_overlap {
	struct map threads; /* by tid: struct source_overlap_thread, in the arena */
	struct arena arena;
	uint64_t end_ns;
	uint64_t dropped;
};

struct source_overlap *source_overlap_new(void)
{
	return alloc_zero(sizeof(struct source_overlap));
}

void source_overlap_free(struct source_overlap *overlap)
{
	if (!overlap)
		return;
	map_release(&overlap->threads);
	arena_release(&overlap->arena);
	alloc_free(overlap);
}

void source_overlap_add(struct source_overlap *overlap, const struct source_overlap_thread *thread)
{
	map_put(&overlap->threads, (uint64_t)thread->tid,
		arena_dup(&overlap->arena, thread, sizeof(*thread)));
}

void source_overlap_end(struct source_overlap *overlap, uint64_t now_ns)
{
	overlap->end_ns = now_ns;
}

uint64_t source_overlap_dropped(const struct source_overlap *overlap)
{
	return overlap->dropped;
}

/* A parameter of eight bytes; false: there is none, or it is not known. */
static bool param_i64(const struct wire_record *record, uint32_t idx, int64_t *value)
{
	const uint8_t *bytes = (const uint8_t *)record;
	uint32_t cnt = load_u32(bytes + WIRE_EVENT_OFFSET + 22);
	size_t pos = WIRE_LENS_OFFSET + 2 * (size_t)cnt;
	uint32_t i;

	if (idx >= cnt || pos > record->size)
		return false;
	for (i = 0; i < idx; i++)
		pos += load_u16(bytes + WIRE_LENS_OFFSET + 2 * i);
	if (load_u16(bytes + WIRE_LENS_OFFSET + 2 * i) != 8 || pos + 8 > record->size)
		return false;
	*value = (int64_t)load_u64(bytes + pos);
	return true;
}

static bool is_since_fds(const struct source_overlap_thread *who, uint64_t ts_ns)
{
	return !who || ts_ns >= who->fds_ns;
}

static bool is_since_seen(const struct source_overlap_thread *who, uint64_t ts_ns)
{
	return !who || ts_ns >= who->seen_ns;
}

static bool keeps_clone(struct source_overlap *overlap, const struct source_overlap_thread *who,
			const struct wire_record *record, uint64_t ts_ns, int64_t tid)
{
	const struct source_overlap_thread *child;
	int64_t result, vtid;

	if (!param_i64(record, PARAM_RESULT, &result) || result < 0)
		return is_since_fds(who, ts_ns);
	if (!result)
		return is_since_seen(who, ts_ns);
	if (!param_i64(record, PARAM_VTID, &vtid) || vtid != tid)
		return is_since_fds(who, ts_ns);
	child = map_find(&overlap->threads, (uint64_t)result);
	return !child || (ts_ns >= child->seen_ns && is_since_fds(who, ts_ns));
}

static bool keeps_exec(struct source_overlap_thread *who, const struct wire_record *record,
		       uint64_t ts_ns)
{
	int64_t result;

	if (!is_since_fds(who, ts_ns))
		return false;
	if (who && ts_ns < who->seen_ns && param_i64(record, PARAM_RESULT, &result) && !result)
		who->seen_ns = ts_ns;
	return true;
}

static bool keeps_exit(struct source_overlap *overlap, const struct source_overlap_thread *who,
		       uint64_t ts_ns)
{
	if (!who)
		return true;
	if (ts_ns < who->born_ns)
		return false;
	map_remove(&overlap->threads, (uint64_t)who->tid);
	return true;
}

static bool keeps(struct source_overlap *overlap, const struct wire_record *record, uint64_t ts_ns)
{
	int64_t tid = (int64_t)load_u64((const uint8_t *)record + WIRE_EVENT_OFFSET + 8);
	struct source_overlap_thread *who = map_find(&overlap->threads, (uint64_t)tid);

	switch (record->event) {
	case EVENT_SYSCALL_CLONE_20_X:
	case EVENT_SYSCALL_CLONE3_X:
	case EVENT_SYSCALL_FORK_20_X:
	case EVENT_SYSCALL_VFORK_20_X:
		return keeps_clone(overlap, who, record, ts_ns, tid);
	case EVENT_SYSCALL_EXECVE_19_X:
	case EVENT_SYSCALL_EXECVEAT_X:
		return keeps_exec(who, record, ts_ns);
	case EVENT_PROCEXIT_1_E:
		return keeps_exit(overlap, who, ts_ns);
	case EVENT_SYSCALL_CHDIR_X:
	case EVENT_SYSCALL_FCHDIR_X:
	case EVENT_SYSCALL_CHROOT_X:
	case EVENT_SYSCALL_GETCWD_X:
		return is_since_seen(who, ts_ns);
	default:
		return is_since_fds(who, ts_ns);
	}
}

enum source_overlap_verdict source_overlap_judge(struct source_overlap *overlap,
						 const struct wire_record *record)
{
	uint64_t ts_ns = load_u64((const uint8_t *)record + WIRE_EVENT_OFFSET);

	if (ts_ns > overlap->end_ns)
		return SOURCE_OVERLAP_OVER;
	if (keeps(overlap, record, ts_ns))
		return SOURCE_OVERLAP_KEEP;
	overlap->dropped++;
	return SOURCE_OVERLAP_DROP;
}
