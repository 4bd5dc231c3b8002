/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rings.h: the consumer's side of the per-CPU rings (event/wire.h): takes their
 * records in order of time.  Knows nothing of BPF: rings are memory, so tests
 * write them by hand.
 *
 * A record is handed out only when no ring can still bring an earlier one: a
 * ring that is not busy promises that whatever it brings later is later than
 * the time taken before looking; a busy one promises only that it is not before
 * its own last record.  A writer that stays busy for SOURCE_RINGS_STALL_NS (a
 * virtual CPU that was taken away) no longer holds back the others.
 */
#ifndef RTSEC_SOURCE_RINGS_H
#define RTSEC_SOURCE_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "event/wire.h"

/* Stores of another CPU are seen well within this. */
#define SOURCE_RINGS_MARGIN_NS 100000u
#define SOURCE_RINGS_STALL_NS 2000000000u

struct source_rings;

struct source_rings *source_rings_new(uint64_t ring_bytes);
void source_rings_free(struct source_rings *rings);
/* The memory stays the caller's. May be called at any time between two source_rings_next(). */
void source_rings_add(struct source_rings *rings, struct wire_ring *ring);

/*
 * The next record, NULL when none may be handed out now. It stays valid until
 * the next call. now_ns: CLOCK_BOOTTIME, taken just before the call. A NULL
 * means that the rings are to be looked at anew later.
 */
struct wire_record *source_rings_next(struct source_rings *rings, uint64_t now_ns);
typedef void (*source_rings_fn)(void *arg, const struct wire_record *record);
/*
 * Looks at the records that wait behind the one handed out last, ring by ring, at
 * most max of them; false: there are more.
 */
bool source_rings_look_ahead(const struct source_rings *rings, unsigned int max,
			     source_rings_fn look, void *arg);
/* Is a ring more than a quarter full? Then there is no time to sleep. */
bool source_rings_is_pressed(const struct source_rings *rings);
/* --- losses --------------------------------------------------------------------- */

enum source_rings_mark {
	SOURCE_RINGS_NO_MARK,
	SOURCE_RINGS_LOSS_BEGINS, /* of a ring that has told all before */
	SOURCE_RINGS_LOSS_ENDS, /* with the record handed out last, or with the capture */
};

/* What is known of records that were not made (struct wire_ring). */
struct source_rings_loss {
	unsigned int ring; /* by order of adding */
	uint64_t from_ns; /* boottime of the last record before; 0: there was none */
	uint64_t cnt[WIRE_DROP_COUNT]; /* at its end: since the one before */
	uint32_t loser_cnt;
	uint32_t losers[WIRE_LOSER_MAX + 1]; /* processes; WIRE_EVERYBODY among them */
};

/*
 * To be asked after each source_rings_next() until there is no mark: what it tells
 * comes before the record that was handed out.
 */
enum source_rings_mark source_rings_next_mark(struct source_rings *rings,
					      struct source_rings_loss *loss);
/* Nothing more will come: losses that no record followed end now. */
void source_rings_end_losses(struct source_rings *rings);

/* Sum over the rings. */
uint64_t source_rings_drops(const struct source_rings *rings, enum wire_drop why);
/* Of one ring, by order of adding. */
unsigned int source_rings_count(const struct source_rings *rings);
uint64_t source_rings_drops_of(const struct source_rings *rings, unsigned int idx,
			       enum wire_drop why);

#endif
