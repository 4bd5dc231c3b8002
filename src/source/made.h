/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * made.h: events that a live source makes itself, in the order in which they are to
 * be handed out: marks of losses (losses.c), CPUs, users, process times (changes.c).
 */
#ifndef RTSEC_SOURCE_MADE_H
#define RTSEC_SOURCE_MADE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/stats.h"
#include "base/str.h"
#include "base/vec.h"
#include "event/event.h"
#include "event/wire.h"
#include "source/rings.h"

struct source_made_item {
	size_t block, block_len; /* in blocks */
	size_t extra, extra_len; /* in extras */
};

/* All zero is an empty queue. */
struct source_made {
	struct str blocks, extras;
	VEC_OF(struct source_made_item) items;
	size_t pos; /* the next item */
};

void source_made_release(struct source_made *made);
void source_made_reset(struct source_made *made);

/*
 * Appends an event that belongs to no thread unless tid says so; ts_ns since the
 * epoch. extra: rtsec's own entries beside it (wire.h), copied.
 */
void source_made_put(struct source_made *made, uint16_t cpu, uint64_t ts_ns, int64_t tid,
		     uint16_t type, const struct span *params, uint32_t cnt, struct span extra);
/* The next one's block and entries, valid until the next put; false: none is left. */
bool source_made_next(struct source_made *made, struct span *block, struct span *extra);

/* --- losses.c -------------------------------------------------------------------- */

/*
 * Marks that events of a CPU were lost: a drop event where the loss begins and one
 * where it ends, both with the losers beside them, and at the end an async event
 * "drop" that counts by reason:
 *
 *   cpu=1 from=NS to=NS drop_ring_full=7 drop_nested=0 drop_too_big=0 drop_scratch=0
 *
 * NS since the epoch: of the last event of that CPU before and the first one after.
 */
void source_made_loss_begin(struct source_made *made, uint16_t cpu, uint64_t ts_ns,
			    const struct source_rings_loss *loss);
void source_made_loss_end(struct source_made *made, uint16_t cpu, uint64_t from_ns, uint64_t to_ns,
			  const struct source_rings_loss *loss);

/* As what a drop is counted. */
enum stat_id source_stat_of_drop(enum wire_drop why);

/* --- changes.c -------------------------------------------------------------------- */

struct source_changes;

/* Owns proc and etc, the folders /proc and /etc. What users there are now is where changes begin. */
struct source_changes *source_changes_new(int proc, int etc);
/* NULL is fine. */
void source_changes_free(struct source_changes *changes);

/* Users and groups that came, went or became others since the last look at etc. */
void source_changes_users(struct source_changes *changes, uint64_t ts_ns, struct source_made *made);
/*
 * CPUs that came online or went, by the text of /sys/devices/system/cpu/online; the
 * first look makes no event.
 */
void source_changes_cpus(struct source_changes *changes, struct span online, uint64_t ts_ns,
			 struct source_made *made);
/* The next CPU of the last look behind cpu (-1: the first one); -1: none. */
int source_changes_next_cpu(const struct source_changes *changes, int cpu);
/* The CPU time used by every thread so far, in clock ticks, as procinfo events. */
void source_changes_times(struct source_changes *changes, uint64_t ts_ns, struct source_made *made);

#endif
