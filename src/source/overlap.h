/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * overlap.h: which of the records that were made while the machine was scanned
 * belong into the capture.  Hooks are on before the scan begins, so that nothing
 * falls between; but what the scan has seen must not happen a second time.
 *
 * A snapshot is not of one moment.  The fds of a process are listed at fds_ns; a
 * thread's own facts are read at seen_ns, later.  A record is stamped when its call
 * is over, so what bears an earlier stamp than a look was seen by that look.
 *
 *   hooks on       fds_ns            seen_ns               scan's end
 *   ---|--- left out ---|--- all but ... ---|--- all ---------|--- not asked any more
 *
 * Between the two looks records are wanted for what they do to fds.  What they do to
 * threads is in the snapshot and is done again, which harms nothing: no record of it
 * is missing from fds_ns on, each sets what it changes to a value that does not
 * depend on the one before, and the last one to change a thing is what seen_ns saw.
 * The exceptions, and everything else that goes on beside a scan:
 *
 *   - chdir and its like depend on the folder before, so they count from seen_ns on.
 *   - An exec in between sets the folder too: from then on all of that thread counts.
 *   - A child that is in the snapshot is not born again: neither its own record of
 *     the clone nor its maker's counts unless they are later than the child's look
 *     (vfork comes back late, and a number may go to a new owner).
 *   - A child that is not in the snapshot (it was born after its place in the list
 *     was passed, or came and went) is recorded in full from its birth; so its
 *     maker's clone counts whenever that was.  The child inherits the fds of its
 *     maker as far as they are known: of a child made before its maker's fds were
 *     listed they are those of the list.
 *   - The snapshot has only processes whose fds were listed in the same life: who
 *     was born after that is the case before (source_overlap_add() is not told).
 *   - An end counts whenever it was, also that of one who was looked at when it had
 *     ended already; the number's next owner is a new thread.  Only an end before
 *     born_ns is that of an earlier owner, whom nobody knows.
 *   - A thread that was there at first, ended, and was never looked at: its records
 *     come in full, of a thread about which nothing is known.
 *   - Clones from inside a pid namespace give a number of that namespace, so the
 *     child is known by its own record alone.
 *
 * What remains: a table of fds is not listed at one instant either.  Its first fds
 * are some microseconds older than fds_ns tells, its last ones younger.
 */
#ifndef RTSEC_SOURCE_OVERLAP_H
#define RTSEC_SOURCE_OVERLAP_H

#include <stdbool.h>
#include <stdint.h>

#include "event/wire.h"

struct source_overlap;

struct source_overlap *source_overlap_new(void);
/* NULL is fine. */
void source_overlap_free(struct source_overlap *overlap);

/* A thread of the snapshot; all times are of CLOCK_BOOTTIME. */
struct source_overlap_thread {
	int64_t tid;
	uint64_t born_ns;
	uint64_t fds_ns; /* just before the fds of its process were listed */
	uint64_t seen_ns; /* just before it was looked at, not before fds_ns */
};
void source_overlap_add(struct source_overlap *overlap, const struct source_overlap_thread *thread);

/* All threads were added: when the scan was over. */
void source_overlap_end(struct source_overlap *overlap, uint64_t now_ns);

/*
 * To be asked in order of time, as the record comes from the ring. After the first
 * one that is over (made after the scan's end) no other needs to be asked.
 */
enum source_overlap_verdict { SOURCE_OVERLAP_KEEP, SOURCE_OVERLAP_DROP, SOURCE_OVERLAP_OVER };
enum source_overlap_verdict source_overlap_judge(struct source_overlap *overlap,
						 const struct wire_record *record);
/* Records left out so far. */
uint64_t source_overlap_dropped(const struct source_overlap *overlap);

#endif
