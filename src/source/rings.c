/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rings.c: merges the per-CPU rings by time.  A round takes a snapshot of how
 * far every ring has been filled and up to which time all is known; a heap of
 * ring heads then hands out records until that time.
 */
#include "source/rings.h"

#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/vec.h"

/* Bytes taken from a ring before its producer is told; small enough to keep rings free. */
#define COMMIT_BYTES 65536u

struct cursor {
	struct wire_ring *ring;
	uint64_t pos; /* next record */
	uint64_t limit; /* prod as of this round */
	uint64_t told; /* cons as last stored */
	uint64_t ts_ns; /* of the record at pos, while pos < limit */
	uint64_t last_ns; /* of the last record known in this ring */
	uint64_t known; /* last_ns is that of the record before here */
	uint64_t busy_since_ns; /* 0: not busy when last looked at */
	uint64_t busy_pos; /* prod when it was first seen busy */

	uint64_t passed_ns; /* of the last record handed out; 0 none yet */
	uint64_t drops_told[WIRE_DROP_COUNT]; /* losses told so far */
	uint64_t lost_ended; /* up to which count losses ended without a record that follows */
	bool begins, ends; /* a loss of which that is to be told */
	bool is_open; /* its begin was told, its end was not */
	bool has_losers; /* in the ring, all of them told of */
	bool is_unsure; /* a loser may have been cleared away */
};

struct source_rings {
	uint64_t mask;
	VEC_OF(struct cursor) cursors;
	struct cursor **heap; /* heads in order of ts_ns, the earliest first */
	size_t heap_cnt;
	uint64_t safe_ns; /* records up to here may be handed out */
	struct cursor *taken; /* whose record the caller holds */
	bool has_marks; /* some cursor begins or ends */
};

struct source_rings *source_rings_new(uint64_t ring_bytes)
{
	struct source_rings *rings = alloc_zero(sizeof(*rings));

	rings->mask = ring_bytes - 1;
	return rings;
}

void source_rings_free(struct source_rings *rings)
{
	if (!rings)
		return;
	vec_release(&rings->cursors);
	alloc_free(rings->heap);
	alloc_free(rings);
}

void source_rings_add(struct source_rings *rings, struct wire_ring *ring)
{
	size_t taken = rings->taken ? (size_t)(rings->taken - rings->cursors.items) : 0;
	struct cursor *cursor;

	/* The array may move, and with it what the heap points to: the round ends here. */
	rings->heap_cnt = 0;
	cursor = vec_add(&rings->cursors);
	if (rings->taken)
		rings->taken = &rings->cursors.items[taken];
	*cursor = (struct cursor){ .ring = ring, .pos = ring->cons, .told = ring->cons };
	cursor->known = cursor->pos;
	cursor->limit = cursor->pos;
	rings->heap = alloc_resize(rings->heap, rings->cursors.cnt * sizeof(*rings->heap));
}

static struct wire_record *record_at(const struct source_rings *rings, struct wire_ring *ring,
				     uint64_t pos)
{
	return (struct wire_record *)(ring->data + (pos & rings->mask));
}

static uint64_t record_time(const struct wire_record *record)
{
	return load_u64((const uint8_t *)record + WIRE_EVENT_OFFSET);
}

/* --- losses --------------------------------------------------------------------- */

static bool is_after_loss(const struct source_rings *rings, const struct cursor *cursor)
{
	return record_at(rings, cursor->ring, cursor->pos)->flags & WIRE_RECORD_LOSS;
}

static void begin_loss(struct source_rings *rings, struct cursor *cursor)
{
	if (cursor->begins || cursor->is_open)
		return;
	cursor->begins = true;
	rings->has_marks = true;
}

static void end_loss(struct source_rings *rings, struct cursor *cursor)
{
	begin_loss(rings, cursor);
	cursor->ends = true;
	rings->has_marks = true;
}

static uint64_t count_lost(const struct cursor *cursor)
{
	return __atomic_load_n(&cursor->ring->lost, __ATOMIC_ACQUIRE);
}

static bool is_loss_waiting(const struct cursor *cursor)
{
	uint64_t lost = count_lost(cursor);

	return lost != __atomic_load_n(&cursor->ring->lost_told, __ATOMIC_RELAXED) &&
	       lost != cursor->lost_ended;
}

/*
 * Nothing may wait to be told, neither in the ring nor in a record that is being
 * made. The producer counts a loss first and says whose it was then: if the count
 * stayed the same, nobody was added before the clearing who is missing after it.
 */
static void clear_losers(struct cursor *cursor)
{
	struct wire_ring *ring = cursor->ring;
	uint64_t lost = count_lost(cursor);

	if (__atomic_load_n(&ring->lost_told, __ATOMIC_ACQUIRE) != lost ||
	    __atomic_load_n(&ring->busy, __ATOMIC_ACQUIRE) ||
	    __atomic_load_n(&ring->prod, __ATOMIC_ACQUIRE) != cursor->pos)
		return;
	memset(ring->losers, 0, sizeof(ring->losers));
	ring->has_more_losers = 0;
	cursor->has_losers = false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	cursor->is_unsure = count_lost(cursor) != lost;
}

/* A ring is empty as of this round: what comes next may be there already, or be lost. */
static void look_beyond(struct source_rings *rings, struct cursor *cursor)
{
	bool is_empty = __atomic_load_n(&cursor->ring->prod, __ATOMIC_ACQUIRE) == cursor->pos;

	if (is_empty ? is_loss_waiting(cursor) : is_after_loss(rings, cursor))
		begin_loss(rings, cursor);
}

/* An empty ring: has it lost what would come next? */
static void look_for_loss(struct source_rings *rings, struct cursor *cursor)
{
	if (is_loss_waiting(cursor))
		begin_loss(rings, cursor);
	else if (cursor->has_losers && !cursor->is_open)
		clear_losers(cursor);
}

static void list_losers(struct cursor *cursor, struct source_rings_loss *loss)
{
	const struct wire_ring *ring = cursor->ring;
	unsigned int i;

	loss->loser_cnt = 0;
	for (i = 0; i < WIRE_LOSER_MAX; i++) {
		uint32_t loser = __atomic_load_n(&ring->losers[i], __ATOMIC_RELAXED);

		if (loser)
			loss->losers[loss->loser_cnt++] = loser;
	}
	if (cursor->is_unsure || __atomic_load_n(&ring->has_more_losers, __ATOMIC_RELAXED))
		loss->losers[loss->loser_cnt++] = WIRE_EVERYBODY;
	cursor->has_losers = true;
}

static void fill_loss(struct source_rings *rings, unsigned int idx, struct source_rings_loss *loss)
{
	struct cursor *cursor = &rings->cursors.items[idx];
	int why;

	loss->ring = idx;
	loss->from_ns = cursor->passed_ns;
	list_losers(cursor, loss);
	for (why = 0; why < WIRE_DROP_COUNT; why++)
		loss->cnt[why] = source_rings_drops_of(rings, idx, why) - cursor->drops_told[why];
}

/* All that begins comes first: an end has the time of the record at hand, which is not earlier. */
enum source_rings_mark source_rings_next_mark(struct source_rings *rings,
					      struct source_rings_loss *loss)
{
	struct cursor *cursor;
	unsigned int i;
	int why;

	if (!rings->has_marks)
		return SOURCE_RINGS_NO_MARK;
	for (i = 0; i < rings->cursors.cnt; i++) {
		cursor = &rings->cursors.items[i];
		if (!cursor->begins)
			continue;
		fill_loss(rings, i, loss);
		cursor->begins = false;
		cursor->is_open = true;
		return SOURCE_RINGS_LOSS_BEGINS;
	}
	for (i = 0; i < rings->cursors.cnt; i++) {
		cursor = &rings->cursors.items[i];
		if (!cursor->ends)
			continue;
		fill_loss(rings, i, loss);
		for (why = 0; why < WIRE_DROP_COUNT; why++)
			cursor->drops_told[why] += loss->cnt[why];
		cursor->ends = cursor->is_open = cursor->is_unsure = false;
		return SOURCE_RINGS_LOSS_ENDS;
	}
	rings->has_marks = false;
	return SOURCE_RINGS_NO_MARK;
}

void source_rings_end_losses(struct source_rings *rings)
{
	unsigned int i;
	int why;

	for (i = 0; i < rings->cursors.cnt; i++) {
		struct cursor *cursor = &rings->cursors.items[i];

		cursor->lost_ended = count_lost(cursor);
		for (why = 0; why < WIRE_DROP_COUNT; why++)
			if (cursor->is_open ||
			    source_rings_drops_of(rings, i, why) != cursor->drops_told[why])
				end_loss(rings, cursor);
	}
}

/* --- order ---------------------------------------------------------------------- */

static void heap_down(struct source_rings *rings, size_t at)
{
	struct cursor **heap = rings->heap;

	for (;;) {
		size_t least = at;
		size_t child = 2 * at + 1;

		if (child < rings->heap_cnt && heap[child]->ts_ns < heap[least]->ts_ns)
			least = child;
		child++;
		if (child < rings->heap_cnt && heap[child]->ts_ns < heap[least]->ts_ns)
			least = child;
		if (least == at)
			return;

		struct cursor *swap = heap[at];

		heap[at] = heap[least];
		heap[least] = swap;
		at = least;
	}
}

static void tell(struct cursor *cursor)
{
	__atomic_store_n(&cursor->ring->cons, cursor->pos, __ATOMIC_RELEASE);
	cursor->told = cursor->pos;
}

/* Up to which time a ring can bring nothing new. */
static uint64_t look_at(struct source_rings *rings, struct cursor *cursor, uint64_t now_ns)
{
	struct wire_ring *ring = cursor->ring;
	uint64_t busy = __atomic_load_n(&ring->busy, __ATOMIC_ACQUIRE);
	uint64_t prod = __atomic_load_n(&ring->prod, __ATOMIC_ACQUIRE);

	cursor->limit = prod;
	if (!busy) {
		cursor->busy_since_ns = 0;
		return now_ns > SOURCE_RINGS_MARGIN_NS ? now_ns - SOURCE_RINGS_MARGIN_NS : 0;
	}
	if (!cursor->busy_since_ns || cursor->busy_pos != prod) {
		cursor->busy_since_ns = now_ns;
		cursor->busy_pos = prod;
	} else if (now_ns - cursor->busy_since_ns > SOURCE_RINGS_STALL_NS) {
		return now_ns - SOURCE_RINGS_MARGIN_NS;
	}

	/* The last record's time is found by walking on from where the last walk ended. */
	if (cursor->known < cursor->pos)
		cursor->known = cursor->pos;
	while (cursor->known < prod) {
		const struct wire_record *record = record_at(rings, ring, cursor->known);

		cursor->last_ns = record_time(record);
		cursor->known += record->size;
	}
	return cursor->last_ns;
}

static void start_round(struct source_rings *rings, uint64_t now_ns)
{
	uint64_t safe_ns = UINT64_MAX;
	size_t i;

	rings->heap_cnt = 0;
	for (i = 0; i < rings->cursors.cnt; i++) {
		struct cursor *cursor = &rings->cursors.items[i];
		uint64_t until_ns;

		if (cursor->told != cursor->pos)
			tell(cursor);
		until_ns = look_at(rings, cursor, now_ns);
		if (until_ns < safe_ns)
			safe_ns = until_ns;
		if (cursor->pos < cursor->limit) {
			cursor->ts_ns = record_time(record_at(rings, cursor->ring, cursor->pos));
			rings->heap[rings->heap_cnt++] = cursor;
			if (UNLIKELY(is_after_loss(rings, cursor)))
				begin_loss(rings, cursor);
		} else {
			look_for_loss(rings, cursor);
		}
	}
	rings->safe_ns = safe_ns;
	for (i = rings->heap_cnt / 2; i-- > 0;)
		heap_down(rings, i);
}

/* Done with the record the caller held: on to the next one of that ring. */
static void drop_taken(struct source_rings *rings)
{
	struct cursor *cursor = rings->taken;

	rings->taken = NULL;
	if (cursor->last_ns < cursor->ts_ns)
		cursor->last_ns = cursor->ts_ns;
	cursor->passed_ns = cursor->ts_ns;
	cursor->pos += record_at(rings, cursor->ring, cursor->pos)->size;
	if (cursor->pos - cursor->told >= COMMIT_BYTES)
		tell(cursor);
	if (!rings->heap_cnt)
		return;
	if (cursor->pos < cursor->limit) {
		cursor->ts_ns = record_time(record_at(rings, cursor->ring, cursor->pos));
		if (UNLIKELY(is_after_loss(rings, cursor)))
			begin_loss(rings, cursor);
	} else {
		rings->heap[0] = rings->heap[--rings->heap_cnt];
		look_beyond(rings, cursor);
	}
	heap_down(rings, 0);
}

struct wire_record *source_rings_next(struct source_rings *rings, uint64_t now_ns)
{
	if (rings->taken)
		drop_taken(rings);
	if (!rings->heap_cnt || rings->heap[0]->ts_ns > rings->safe_ns)
		start_round(rings, now_ns);
	if (!rings->heap_cnt || rings->heap[0]->ts_ns > rings->safe_ns)
		return NULL;
	rings->taken = rings->heap[0];
	if (UNLIKELY(is_after_loss(rings, rings->taken)))
		end_loss(rings, rings->taken);
	return record_at(rings, rings->taken->ring, rings->taken->pos);
}

bool source_rings_look_ahead(const struct source_rings *rings, unsigned int max,
			     source_rings_fn look, void *arg)
{
	size_t i;

	for (i = 0; i < rings->cursors.cnt; i++) {
		const struct cursor *cursor = &rings->cursors.items[i];
		uint64_t prod = __atomic_load_n(&cursor->ring->prod, __ATOMIC_ACQUIRE);
		uint64_t pos = cursor->pos;

		if (cursor == rings->taken)
			pos += record_at(rings, cursor->ring, pos)->size;
		while (pos < prod) {
			const struct wire_record *record = record_at(rings, cursor->ring, pos);

			if (!max--)
				return false;
			look(arg, record);
			pos += record->size;
		}
	}
	return true;
}

bool source_rings_is_pressed(const struct source_rings *rings)
{
	size_t i;

	for (i = 0; i < rings->cursors.cnt; i++) {
		const struct cursor *cursor = &rings->cursors.items[i];
		uint64_t prod = __atomic_load_n(&cursor->ring->prod, __ATOMIC_RELAXED);

		if (prod - cursor->pos > rings->mask / 4)
			return true;
	}
	return false;
}

unsigned int source_rings_count(const struct source_rings *rings)
{
	return rings->cursors.cnt;
}

uint64_t source_rings_drops_of(const struct source_rings *rings, unsigned int idx,
			       enum wire_drop why)
{
	return __atomic_load_n(&rings->cursors.items[idx].ring->drops[why], __ATOMIC_RELAXED);
}

uint64_t source_rings_drops(const struct source_rings *rings, enum wire_drop why)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < source_rings_count(rings); i++)
		sum += source_rings_drops_of(rings, i, why);
	return sum;
}
