/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of source/rings: rings written by hand, as a CPU would, and what the
 * merger makes of them: order, writers that are in the middle of a record,
 * wrap-around, rings that come later, and what the producer is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "source/rings.h"

#define RING_BYTES 8192u
#define RECORD_MIN 64u
#define LATER (10 * SOURCE_RINGS_MARGIN_NS) /* after every small time stamp, margin included */

static struct wire_ring *ring_new(uint64_t ring_bytes)
{
	return alloc_zero(WIRE_RING_HEADER + ring_bytes + WIRE_SLACK);
}

/* Puts a record where prod stands, not yet counted; the mark tells it apart. */
static uint32_t write_record(struct wire_ring *ring, uint64_t ring_bytes, uint64_t ts_ns,
			     uint32_t mark, uint32_t size)
{
	uint8_t *at = ring->data + (ring->prod & (ring_bytes - 1));
	struct wire_record *record = (struct wire_record *)at;

	memset(at, 0xee, size);
	record->size = size;
	record->block_len = mark;
	record->flags = 0;
	store_u64(at + WIRE_EVENT_OFFSET, ts_ns);
	return size;
}

static void publish(struct wire_ring *ring, uint32_t size)
{
	__atomic_store_n(&ring->prod, ring->prod + size, __ATOMIC_RELEASE);
}

static void put(struct wire_ring *ring, uint64_t ts_ns, uint32_t mark)
{
	publish(ring, write_record(ring, RING_BYTES, ts_ns, mark, RECORD_MIN));
}

static uint64_t time_of(const struct wire_record *record)
{
	return load_u64((const uint8_t *)record + WIRE_EVENT_OFFSET);
}

static void expect(struct source_rings *rings, uint64_t now_ns, uint32_t mark, uint64_t ts_ns)
{
	const struct wire_record *record = source_rings_next(rings, now_ns);

	assert_non_null(record);
	assert_int_equal(record->block_len, mark);
	assert_int_equal(time_of(record), ts_ns);
}

/* Several rings, all added to a merger. */
struct fixture {
	struct source_rings *rings;
	struct wire_ring *ring[4];
};

static int set_up(void **state)
{
	struct fixture *f = alloc_zero(sizeof(*f));

	f->rings = source_rings_new(RING_BYTES);
	for (size_t i = 0; i < ARRAY_SIZE(f->ring); i++) {
		f->ring[i] = ring_new(RING_BYTES);
		if (i < 3)
			source_rings_add(f->rings, f->ring[i]);
	}
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	source_rings_free(f->rings);
	for (size_t i = 0; i < ARRAY_SIZE(f->ring); i++)
		alloc_free(f->ring[i]);
	alloc_free(f);
	return 0;
}

static void merges_by_time(void **state)
{
	struct fixture *f = *state;
	uint32_t i;

	/* Times 0..59 dealt out unevenly. */
	for (i = 0; i < 60; i++)
		put(f->ring[i * i % 3], 1000 + i, i);
	for (i = 0; i < 60; i++)
		expect(f->rings, LATER, i, 1000 + i);
	assert_null(source_rings_next(f->rings, LATER));
	for (i = 0; i < 3; i++)
		assert_int_equal(f->ring[i]->cons, f->ring[i]->prod);
}

static void waits_for_the_margin(void **state)
{
	struct fixture *f = *state;

	put(f->ring[0], 500000, 1);
	put(f->ring[0], 500001, 2);
	assert_null(source_rings_next(f->rings, 500000 + SOURCE_RINGS_MARGIN_NS - 1));
	expect(f->rings, 500000 + SOURCE_RINGS_MARGIN_NS, 1, 500000);
	/* The second one is not safe as of that time. */
	assert_null(source_rings_next(f->rings, 500000 + SOURCE_RINGS_MARGIN_NS));
	expect(f->rings, 500001 + SOURCE_RINGS_MARGIN_NS, 2, 500001);
}

static void a_busy_writer_holds_back_what_is_later(void **state)
{
	struct fixture *f = *state;

	put(f->ring[0], 100, 1);
	f->ring[0]->busy = 1; /* about to bring something that is not before 100 */
	put(f->ring[1], 50, 2);
	put(f->ring[1], 90, 3);
	put(f->ring[1], 160, 4);
	put(f->ring[2], 170, 5);
	expect(f->rings, LATER, 2, 50);
	expect(f->rings, LATER, 3, 90);
	expect(f->rings, LATER, 1, 100);
	assert_null(source_rings_next(f->rings, LATER));
	assert_null(source_rings_next(f->rings, LATER + 1000));
	put(f->ring[0], 150, 6);
	/* Its last record is now 150, and it is still busy with the next. */
	expect(f->rings, LATER + 2000, 6, 150);
	assert_null(source_rings_next(f->rings, LATER + 2000));
	put(f->ring[0], 165, 7);
	f->ring[0]->busy = 0;
	expect(f->rings, LATER + 3000, 4, 160);
	expect(f->rings, LATER + 3000, 7, 165);
	expect(f->rings, LATER + 3000, 5, 170);
	assert_null(source_rings_next(f->rings, LATER + 3000));
}

/* The last record's time must be found although none of them was handed out yet. */
static void a_busy_writer_with_unread_records(void **state)
{
	struct fixture *f = *state;
	uint32_t i;

	for (i = 0; i < 10; i++)
		put(f->ring[0], 100 + i, i);
	f->ring[0]->busy = 1;
	put(f->ring[1], 109, 20);
	put(f->ring[1], 110, 21);
	for (i = 0; i < 9; i++)
		expect(f->rings, LATER, i, 100 + i);
	/* Of the same time, either may be first. */
	assert_int_equal(time_of(source_rings_next(f->rings, LATER)), 109);
	assert_int_equal(time_of(source_rings_next(f->rings, LATER)), 109);
	assert_null(source_rings_next(f->rings, LATER));
}

static void a_busy_writer_without_records(void **state)
{
	struct fixture *f = *state;

	f->ring[2]->busy = 1;
	put(f->ring[0], 40, 1);
	assert_null(source_rings_next(f->rings, LATER));
	put(f->ring[2], 30, 2);
	f->ring[2]->busy = 0;
	expect(f->rings, LATER, 2, 30);
	expect(f->rings, LATER, 1, 40);
}

static void a_stalled_writer_is_given_up(void **state)
{
	struct fixture *f = *state;
	uint64_t now_ns = LATER;

	put(f->ring[0], 100, 1);
	f->ring[0]->busy = 1;
	put(f->ring[1], 200, 2);
	expect(f->rings, now_ns, 1, 100);
	assert_null(source_rings_next(f->rings, now_ns));
	now_ns += SOURCE_RINGS_STALL_NS;
	assert_null(source_rings_next(f->rings, now_ns));
	expect(f->rings, now_ns + 1, 2, 200);
	/* It comes back: late, but nothing is lost, and it counts again. */
	put(f->ring[0], 150, 3);
	put(f->ring[1], now_ns, 4);
	expect(f->rings, now_ns + LATER, 3, 150);
	assert_null(source_rings_next(f->rings, now_ns + LATER));
	f->ring[0]->busy = 0;
	expect(f->rings, now_ns + LATER, 4, now_ns);
}

/* Each record it brings is a sign of life. */
static void a_slow_writer_is_not_stalled(void **state)
{
	struct fixture *f = *state;
	uint64_t now_ns = LATER;
	uint32_t i;

	f->ring[0]->busy = 1;
	put(f->ring[1], 1000, 99);
	for (i = 0; i < 5; i++) {
		assert_null(source_rings_next(f->rings, now_ns));
		now_ns += SOURCE_RINGS_STALL_NS - 1;
		put(f->ring[0], 100 + i, i);
		expect(f->rings, now_ns, i, 100 + i);
	}
	assert_null(source_rings_next(f->rings, now_ns));
	f->ring[0]->busy = 0;
	expect(f->rings, now_ns, 99, 1000);
}

static void wraps_around(void **state)
{
	struct fixture *f = *state;
	uint64_t ts_ns = 1;
	uint32_t read = 0;
	uint32_t written = 0;

	/* Sizes that never meet the ring's end evenly; some records reach into the slack. */
	while (written < 2000) {
		struct wire_ring *ring = f->ring[written % 3];
		uint32_t size = RECORD_MIN + written * 56 % 1000 / 8 * 8;

		if (ring->prod + size - ring->cons <= RING_BYTES) {
			publish(ring, write_record(ring, RING_BYTES, ts_ns++, written++, size));
			continue;
		}
		for (; read < written; read++)
			expect(f->rings, LATER, read, read + 1);
		assert_null(source_rings_next(f->rings, LATER));
		assert_int_equal(ring->cons, ring->prod);
	}
	assert_true(f->ring[0]->prod > 10 * RING_BYTES);
}

static void a_ring_may_come_later(void **state)
{
	struct fixture *f = *state;

	put(f->ring[0], 10, 1);
	put(f->ring[0], 30, 2);
	put(f->ring[1], 40, 3);
	expect(f->rings, LATER, 1, 10);
	/* Not from its beginning: someone read from it before. */
	put(f->ring[3], 5, 98);
	f->ring[3]->cons = f->ring[3]->prod;
	put(f->ring[3], 20, 4);
	source_rings_add(f->rings, f->ring[3]);
	assert_int_equal(source_rings_count(f->rings), 4);
	expect(f->rings, LATER, 4, 20);
	expect(f->rings, LATER, 2, 30);
	expect(f->rings, LATER, 3, 40);
	assert_null(source_rings_next(f->rings, LATER));
}

static void tells_the_producer_in_time(void **state UNUSED)
{
	enum { BIG = 1 << 20, SIZE = 1024 };
	struct source_rings *rings = source_rings_new(BIG);
	struct wire_ring *ring = ring_new(BIG);
	uint64_t most = 0;
	uint32_t i;

	source_rings_add(rings, ring);
	for (i = 0; i < BIG / SIZE; i++)
		publish(ring, write_record(ring, BIG, i + 1, i, SIZE));
	assert_true(source_rings_is_pressed(rings));
	for (i = 0; i < BIG / SIZE; i++) {
		expect(rings, LATER, i, i + 1);
		/* The record in hand is not given back. */
		assert_true(ring->cons <= (uint64_t)i * SIZE);
		if (i * (uint64_t)SIZE - ring->cons > most)
			most = i * (uint64_t)SIZE - ring->cons;
	}
	assert_true(most <= 65536);
	assert_null(source_rings_next(rings, LATER));
	assert_int_equal(ring->cons, BIG);
	assert_false(source_rings_is_pressed(rings));
	source_rings_free(rings);
	alloc_free(ring);
}

static void counts_drops(void **state)
{
	struct fixture *f = *state;

	f->ring[0]->drops[WIRE_DROP_FULL] = 3;
	f->ring[2]->drops[WIRE_DROP_FULL] = 4;
	f->ring[2]->drops[WIRE_DROP_NESTED] = 1;
	assert_int_equal(source_rings_drops(f->rings, WIRE_DROP_FULL), 7);
	assert_int_equal(source_rings_drops(f->rings, WIRE_DROP_NESTED), 1);
	assert_int_equal(source_rings_drops(f->rings, WIRE_DROP_BIG), 0);
	assert_int_equal(source_rings_drops_of(f->rings, 2, WIRE_DROP_FULL), 4);
	assert_int_equal(source_rings_drops_of(f->rings, 1, WIRE_DROP_FULL), 0);
}

/* --- real writers ------------------------------------------------------------------ */

enum { WRITERS = 3, EACH = 5000, WRITER_RING = 1 << 19 };

static uint64_t boottime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* As the programs do: busy first, then the clock, then the record. */
static int write_all(void *arg)
{
	struct wire_ring *ring = arg;
	uint32_t i = 0;

	while (i < EACH) {
		uint64_t cons = __atomic_load_n(&ring->cons, __ATOMIC_ACQUIRE);

		if (ring->prod + RECORD_MIN - cons > WRITER_RING) {
			thrd_yield();
			continue;
		}
		__atomic_store_n(&ring->busy, 1, __ATOMIC_SEQ_CST);
		write_record(ring, WRITER_RING, boottime_ns(), i, RECORD_MIN);
		if (i % 64 == 0)
			thrd_yield(); /* taken off its CPU in the middle of a record */
		publish(ring, RECORD_MIN);
		__atomic_store_n(&ring->busy, 0, __ATOMIC_RELEASE);
		i++;
	}
	return 0;
}

static void real_writers_stay_in_order(void **state UNUSED)
{
	struct source_rings *rings = source_rings_new(WRITER_RING);
	struct wire_ring *ring[WRITERS];
	thrd_t thread[WRITERS];
	uint32_t read = 0;
	uint64_t last_ns = 0;
	uint32_t i;

	for (i = 0; i < WRITERS; i++) {
		ring[i] = ring_new(WRITER_RING);
		source_rings_add(rings, ring[i]);
	}
	for (i = 0; i < WRITERS; i++)
		assert_int_equal(thrd_create(&thread[i], write_all, ring[i]), thrd_success);
	while (read < WRITERS * EACH) {
		const struct wire_record *record = source_rings_next(rings, boottime_ns());

		if (!record) {
			thrd_yield();
			continue;
		}
		assert_true(time_of(record) >= last_ns);
		last_ns = time_of(record);
		read++;
	}
	for (i = 0; i < WRITERS; i++)
		thrd_join(thread[i], NULL);
	assert_null(source_rings_next(rings, boottime_ns() + LATER));
	source_rings_free(rings);
	for (i = 0; i < WRITERS; i++)
		alloc_free(ring[i]);
}

/* --- losses --------------------------------------------------------------------- */

/* As a program does that finds no room. */
static void lose(struct wire_ring *ring, uint32_t process, enum wire_drop why)
{
	uint32_t *place = &ring->losers[process % WIRE_LOSER_MAX];

	ring->drops[why]++;
	ring->lost++;
	if (!*place || *place == process)
		*place = process;
	else
		ring->has_more_losers = 1;
}

static void put_after_loss(struct wire_ring *ring, uint64_t ts_ns, uint32_t mark)
{
	uint32_t size = write_record(ring, RING_BYTES, ts_ns, mark, RECORD_MIN);
	uint8_t *at = ring->data + (ring->prod & (RING_BYTES - 1));

	((struct wire_record *)at)->flags = WIRE_RECORD_LOSS;
	ring->lost_told = ring->lost;
	publish(ring, size);
}

static void expect_mark(struct source_rings *rings, enum source_rings_mark mark, unsigned int ring,
			uint64_t from_ns, struct source_rings_loss *loss)
{
	memset(loss, 0xee, sizeof(*loss));
	assert_int_equal(source_rings_next_mark(rings, loss), mark);
	assert_int_equal(loss->ring, ring);
	assert_int_equal(loss->from_ns, from_ns);
}

static void expect_no_mark(struct source_rings *rings)
{
	struct source_rings_loss loss;

	assert_int_equal(source_rings_next_mark(rings, &loss), SOURCE_RINGS_NO_MARK);
}

static void marks_where_a_loss_begins_and_ends(void **state)
{
	struct fixture *f = *state;
	struct source_rings_loss loss;

	put(f->ring[0], 100, 1);
	lose(f->ring[0], 7, WIRE_DROP_FULL);
	lose(f->ring[0], 7, WIRE_DROP_FULL);
	lose(f->ring[0], 9, WIRE_DROP_BIG);
	put_after_loss(f->ring[0], 200, 2);
	put(f->ring[0], 300, 3);
	put(f->ring[1], 150, 4);

	expect(f->rings, LATER, 1, 100);
	expect_no_mark(f->rings);
	/* The next one of that ring is known to come after a loss: it begins at once. */
	expect(f->rings, LATER, 4, 150);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 0, 100, &loss);
	assert_int_equal(loss.loser_cnt, 2);
	assert_int_equal(loss.losers[0], 7);
	assert_int_equal(loss.losers[1], 9);
	expect_no_mark(f->rings);
	expect(f->rings, LATER, 2, 200);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 0, 100, &loss);
	assert_int_equal(loss.loser_cnt, 2);
	assert_int_equal(loss.cnt[WIRE_DROP_FULL], 2);
	assert_int_equal(loss.cnt[WIRE_DROP_BIG], 1);
	assert_int_equal(loss.cnt[WIRE_DROP_NESTED], 0);
	expect_no_mark(f->rings);
	expect(f->rings, LATER, 3, 300);
	expect_no_mark(f->rings);
	/* All is told: the next loss is of those who lose then. */
	assert_null(source_rings_next(f->rings, LATER));
	lose(f->ring[0], 11, WIRE_DROP_NESTED);
	put_after_loss(f->ring[0], 400, 5);
	expect(f->rings, LATER, 5, 400);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 0, 300, &loss);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 0, 300, &loss);
	assert_int_equal(loss.loser_cnt, 1);
	assert_int_equal(loss.losers[0], 11);
	assert_int_equal(loss.cnt[WIRE_DROP_FULL], 0);
	assert_int_equal(loss.cnt[WIRE_DROP_NESTED], 1);
	expect_no_mark(f->rings);
}

/* Losers of a loss that is still in the ring must not go with those of the one before. */
static void keeps_losers_until_they_are_told(void **state)
{
	struct fixture *f = *state;
	struct source_rings_loss loss;

	lose(f->ring[2], 7, WIRE_DROP_FULL);
	put_after_loss(f->ring[2], 100, 1);
	lose(f->ring[2], 8, WIRE_DROP_FULL);
	put_after_loss(f->ring[2], 200, 2);
	expect(f->rings, LATER, 1, 100);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 2, 0, &loss);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 2, 0, &loss);
	expect(f->rings, LATER, 2, 200);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 2, 100, &loss);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 2, 100, &loss);
	assert_int_equal(loss.loser_cnt, 2);
	assert_int_equal(loss.losers[1], 8);
	/* A record under way may be the one that tells of another. */
	f->ring[2]->busy = 1;
	assert_null(source_rings_next(f->rings, LATER));
	assert_int_equal(f->ring[2]->losers[8], 8);
	f->ring[2]->busy = 0;
	assert_null(source_rings_next(f->rings, LATER));
	assert_int_equal(f->ring[2]->losers[8], 0);
}

static void everybody_when_there_are_too_many(void **state)
{
	struct fixture *f = *state;
	struct source_rings_loss loss;
	uint32_t i;

	for (i = 1; i <= WIRE_LOSER_MAX + 1; i++)
		lose(f->ring[0], i, WIRE_DROP_FULL);
	put_after_loss(f->ring[0], 100, 1);
	expect(f->rings, LATER, 1, 100);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 0, 0, &loss);
	assert_int_equal(loss.loser_cnt, WIRE_LOSER_MAX + 1);
	assert_int_equal(loss.losers[WIRE_LOSER_MAX], WIRE_EVERYBODY);
}

/* Nothing follows the loss: it begins when the ring is empty and ends with the capture. */
static void losses_at_the_end(void **state)
{
	struct fixture *f = *state;
	struct source_rings_loss loss;

	put(f->ring[1], 100, 1);
	expect(f->rings, LATER, 1, 100);
	assert_null(source_rings_next(f->rings, LATER));
	expect_no_mark(f->rings);
	lose(f->ring[1], 7, WIRE_DROP_FULL);
	assert_null(source_rings_next(f->rings, LATER));
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 1, 100, &loss);
	expect_no_mark(f->rings);
	source_rings_end_losses(f->rings);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 1, 100, &loss);
	assert_int_equal(loss.cnt[WIRE_DROP_FULL], 1);
	expect_no_mark(f->rings);
	source_rings_end_losses(f->rings);
	expect_no_mark(f->rings);
	/* Nor does it begin again. */
	assert_null(source_rings_next(f->rings, LATER));
	expect_no_mark(f->rings);
	lose(f->ring[0], 7, WIRE_DROP_FULL);
	source_rings_end_losses(f->rings);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 0, 0, &loss);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 0, 0, &loss);
	expect_no_mark(f->rings);
}

/* --- ahead ---------------------------------------------------------------------- */

struct seen {
	uint32_t marks[8];
	uint32_t cnt;
};

static void see(void *arg, const struct wire_record *record)
{
	struct seen *seen = arg;

	assert_true(seen->cnt < ARRAY_SIZE(seen->marks));
	seen->marks[seen->cnt++] = record->block_len;
}

static void looks_ahead(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { .cnt = 0 };

	assert_true(source_rings_look_ahead(f->rings, 0, see, &seen));
	put(f->ring[0], 100, 1);
	put(f->ring[0], 300, 2);
	put(f->ring[1], 200, 3);
	expect(f->rings, LATER, 1, 100);
	put(f->ring[1], 400, 4); /* newer than this round */
	assert_true(source_rings_look_ahead(f->rings, 3, see, &seen));
	assert_int_equal(seen.cnt, 3);
	assert_int_equal(seen.marks[0], 2);
	assert_int_equal(seen.marks[1], 3);
	assert_int_equal(seen.marks[2], 4);
	seen.cnt = 0;
	assert_false(source_rings_look_ahead(f->rings, 2, see, &seen));
	assert_int_equal(seen.cnt, 2);
	/* Looking takes nothing. */
	expect(f->rings, LATER, 3, 200);
	expect(f->rings, LATER, 2, 300);
	expect(f->rings, LATER, 4, 400);
}

/* Another ring's loss begins before the one at hand ends: times must not go back. */
static void begins_come_first(void **state)
{
	struct fixture *f = *state;
	struct source_rings_loss loss;

	lose(f->ring[0], 7, WIRE_DROP_FULL);
	put_after_loss(f->ring[0], 100, 1);
	lose(f->ring[1], 8, WIRE_DROP_FULL);
	put_after_loss(f->ring[1], 200, 2);
	expect(f->rings, LATER, 1, 100);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 0, 0, &loss);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_BEGINS, 1, 0, &loss);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 0, 0, &loss);
	expect_no_mark(f->rings);
	expect(f->rings, LATER, 2, 200);
	expect_mark(f->rings, SOURCE_RINGS_LOSS_ENDS, 1, 0, &loss);
	expect_no_mark(f->rings);
}

#define WITH_RINGS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RINGS(merges_by_time),
		WITH_RINGS(waits_for_the_margin),
		WITH_RINGS(a_busy_writer_holds_back_what_is_later),
		WITH_RINGS(a_busy_writer_with_unread_records),
		WITH_RINGS(a_busy_writer_without_records),
		WITH_RINGS(a_stalled_writer_is_given_up),
		WITH_RINGS(a_slow_writer_is_not_stalled),
		WITH_RINGS(wraps_around),
		WITH_RINGS(a_ring_may_come_later),
		cmocka_unit_test(tells_the_producer_in_time),
		WITH_RINGS(counts_drops),
		WITH_RINGS(marks_where_a_loss_begins_and_ends),
		WITH_RINGS(keeps_losers_until_they_are_told),
		WITH_RINGS(everybody_when_there_are_too_many),
		WITH_RINGS(losses_at_the_end),
		WITH_RINGS(begins_come_first),
		WITH_RINGS(looks_ahead),
		cmocka_unit_test(real_writers_stay_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
