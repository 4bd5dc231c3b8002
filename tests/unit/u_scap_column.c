/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_scap_column.c: durations as one byte each: how far off they are; entries of
 * few events; and what a damaged column of either gives.
 */
#include "scap/column.h"

#include "unit/scap_bytes.h"

#include "base/limits.h"

#define PAYLOAD(out) ((out).buf + 8), ((out).len - 8)

static uint64_t there_and_back(uint64_t duration_ns, size_t *code_len)
{
	struct scap_column in = { 0 };
	struct scap_column out = { 0 };
	struct str frame = { 0 };
	uint64_t got;

	scap_column_add(&in, duration_ns);
	*code_len = in.codes.len;
	scap_column_put(&in, &frame);
	assert_int_equal(load_u32(frame.buf), SCAP_COLUMN_MAGIC);
	assert_int_equal(load_u32(frame.buf + 4), frame.len - 8);
	assert_true(scap_column_load(&out, PAYLOAD(frame)));
	got = scap_column_next(&out);
	assert_true(scap_column_next(&out) == UINT64_MAX);
	scap_column_release(&in);
	scap_column_release(&out);
	str_release(&frame);
	return got;
}

static void test_error(void **state)
{
	size_t len;

	(void)state;
	for (uint64_t ns = 0; ns < 256; ns++) {
		uint64_t got = there_and_back(ns, &len);

		if (ns < 64)
			assert_int_equal(got, ns);
		/* Values are whole nanoseconds: half of one comes on top. */
		assert_true((got > ns ? got - ns : ns - got) * 100 <= ns * 3 + 50);
	}
	for (uint64_t ns = 256; ns < UINT64_MAX / 2; ns += ns / 97) {
		uint64_t got = there_and_back(ns, &len);

		if ((got > ns ? got - ns : ns - got) / 3 > ns / 100)
			fail_msg("%llu came back as %llu", (unsigned long long)ns,
				 (unsigned long long)got);
		/* One byte for all that is usual. */
		if (ns < 142000000 || ns > 147000000)
			assert_int_equal(len, ns < 142000000 ? 1 : 3);
	}
	assert_true(there_and_back(UINT64_MAX, &len) == UINT64_MAX);
	assert_int_equal(len, 1);
	assert_true(there_and_back(UINT64_MAX - 1, &len) > UINT64_MAX / 256 * 255);
}

static void test_many(void **state)
{
	struct scap_column in = { 0 };
	struct scap_column out = { 0 };
	struct str frame = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(in.is_used, i > 1);
		scap_column_add(&in, i % 3 ? 64u << i % 4 : UINT64_MAX);
	}
	scap_column_put(&in, &frame);
	/* Repetition is packed. */
	assert_true(frame.len < 500);
	assert_true(scap_column_load(&out, PAYLOAD(frame)));
	assert_int_equal(out.event_cnt, 10000);
	for (int i = 0; i < 10000; i++)
		assert_true(scap_column_next(&out) == (i % 3 ? 64u << i % 4 : UINT64_MAX));
	assert_true(scap_column_next(&out) == UINT64_MAX);
	scap_column_release(&in);
	scap_column_release(&out);
	str_release(&frame);
}

/* Packed and plain, cut and with every byte changed: nothing worse than unknown durations. */
static void test_damage(void **state)
{
	(void)state;
	for (int is_packed = 0; is_packed < 2; is_packed++) {
		struct scap_column in = { 0 };
		struct str frame = { 0 };

		for (int i = 0; i < (is_packed ? 300 : 7); i++)
			scap_column_add(&in, i == 5 ? 9999999999 : (uint64_t)i * 100);
		scap_column_put(&in, &frame);
		assert_int_equal(frame.buf[8 + 9], is_packed);
		for (size_t i = 0; i < frame.len - 8; i++) {
			uint8_t *payload = malloc(frame.len - 8);
			struct scap_column out = { 0 };

			assert_non_null(payload);
			memcpy(payload, frame.buf + 8, frame.len - 8);
			/* A cut one is no column; a changed one may be. */
			assert_false(scap_column_load(&out, payload, i));
			payload[i] ^= 0xff;
			if (scap_column_load(&out, payload, frame.len - 8)) {
				for (int k = 0; k < 400; k++)
					(void)scap_column_next(&out);
				assert_true(out.pos <= out.codes.len);
			} else {
				assert_true(scap_column_next(&out) == UINT64_MAX);
			}
			scap_column_release(&out);
			free(payload);
		}
		scap_column_release(&in);
		str_release(&frame);
	}
}

/* It says it holds more than anybody would keep. */
static void test_limit(void **state)
{
	struct scap_column column = { 0 };
	struct str frame = { 0 };

	(void)state;
	scap_column_add(&column, 100);
	scap_column_put(&column, &frame);
	store_u32(frame.buf + 8 + 16, LIMIT_COLUMN_SIZE + 1);
	assert_false(scap_column_load(&column, PAYLOAD(frame)));
	assert_int_equal(column.event_cnt, 0);
	store_u32(frame.buf + 8 + 16, 1);
	frame.buf[8 + 8] = 2;
	assert_false(scap_column_load(&column, PAYLOAD(frame)));
	scap_column_release(&column);
	str_release(&frame);
}

/* --- entries ---------------------------------------------------------------- */

static struct span entries_of(int i)
{
	static uint8_t bytes[300];

	if (i % 3)
		return span_make(NULL, 0);
	memset(bytes, i, sizeof(bytes));
	return span_make(bytes, 1 + (size_t)i % sizeof(bytes));
}

static void fill_extras(struct scap_extras *extras, int cnt, struct str *frame)
{
	for (int i = 0; i < cnt; i++)
		scap_extras_add(extras, entries_of(i));
	scap_extras_put(extras, frame);
	assert_int_equal(load_u32(frame->buf), SCAP_COLUMN_MAGIC);
	assert_int_equal(load_u32(frame->buf + 4), frame->len - 8);
}

static void test_extras(void **state)
{
	(void)state;
	for (int cnt = 1; cnt < 3000; cnt += 499) {
		struct scap_columns out = { 0 };
		struct scap_extras in = { 0 };
		struct str frame = { 0 };

		fill_extras(&in, cnt, &frame);
		assert_int_equal(frame.buf[8 + 9], cnt > 1);
		assert_true(scap_columns_load(&out, PAYLOAD(frame)));
		assert_int_equal(out.extras.cnt, (cnt + 2) / 3);
		assert_int_equal(out.durations.event_cnt, 0);
		for (int i = 0; i < cnt; i++) {
			struct span got = scap_extras_next(&out.extras);

			assert_true(span_is_equal(got, entries_of(i)));
			assert_int_equal(!got.ptr, i % 3 != 0);
		}
		assert_null(scap_extras_next(&out.extras).ptr);
		scap_columns_release(&out);
		scap_extras_release(&in);
		str_release(&frame);
	}
}

/* One column does not disturb the other, whichever comes first; neither does a third. */
static void test_both(void **state)
{
	struct scap_columns out = { 0 };
	struct scap_column durations = { 0 };
	struct scap_extras extras = { 0 };
	struct str frames[2] = { 0 };

	(void)state;
	scap_column_add(&durations, 100);
	scap_column_put(&durations, &frames[0]);
	fill_extras(&extras, 1, &frames[1]);
	for (int first = 0; first < 2; first++) {
		scap_columns_reset(&out);
		assert_true(scap_columns_load(&out, PAYLOAD(frames[first])));
		assert_true(scap_columns_load(&out, PAYLOAD(frames[!first])));
		assert_false(scap_columns_load(&out, "rtsecXXX\1\0\0\0\0\0\0\0\0\0\0\0", 20));
		assert_int_equal(scap_extras_next(&out.extras).len, 1);
		assert_true(scap_column_next(&out.durations) != UINT64_MAX);
	}
	scap_columns_release(&out);
	scap_column_release(&durations);
	scap_extras_release(&extras);
	str_release(&frames[0]);
	str_release(&frames[1]);
}

/* Longer than an item's length can say: left out, the event is counted all the same. */
static void test_extras_too_long(void **state)
{
	static uint8_t bytes[65536];
	struct scap_extras extras = { 0 };

	(void)state;
	scap_extras_add(&extras, span_make(bytes, sizeof(bytes)));
	assert_int_equal(extras.cnt, 0);
	scap_extras_add(&extras, span_make(bytes, sizeof(bytes) - 1));
	assert_int_equal(extras.cnt, 1);
	assert_int_equal(load_u32(extras.items.buf), 1);
	scap_extras_release(&extras);
}

/* Cut and with every byte changed: spans stay inside what was loaded. */
static void test_extras_damage(void **state)
{
	(void)state;
	for (int cnt = 1; cnt <= 40; cnt += 39) {
		struct scap_extras in = { 0 };
		struct str frame = { 0 };

		fill_extras(&in, cnt, &frame);
		for (size_t i = 0; i < frame.len - 8; i++) {
			uint8_t *payload = malloc(frame.len - 8);
			struct scap_extras out = { 0 };

			assert_non_null(payload);
			memcpy(payload, frame.buf + 8, frame.len - 8);
			assert_false(scap_extras_load(&out, payload, i));
			payload[i] ^= 0xff;
			(void)scap_extras_load(&out, payload, frame.len - 8);
			for (int k = 0; k < 50; k++) {
				struct span got = scap_extras_next(&out);

				assert_true(out.pos <= out.items.len);
				if (got.ptr)
					assert_true(got.ptr + got.len <=
						    (uint8_t *)out.items.buf + out.items.len);
			}
			scap_extras_release(&out);
			free(payload);
		}
		scap_extras_release(&in);
		str_release(&frame);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),		cmocka_unit_test(test_many),
		cmocka_unit_test(test_damage),		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_extras),		cmocka_unit_test(test_both),
		cmocka_unit_test(test_extras_too_long), cmocka_unit_test(test_extras_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
