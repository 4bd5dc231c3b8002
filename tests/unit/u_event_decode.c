/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_event_decode.c: records of every layout become events, and damage of every
 * kind is told apart.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/event.h"
#include "event/wire.h"
#include "unit/record.h"

static void record_read(struct record *rec, bool is_v1)
{
	record_begin(rec, EVENT_SYSCALL_READ_X, is_v1, 2);
	record_number(rec, 5, 8);
	record_param(rec, "hello", 5);
	record_number(rec, (uint64_t)-1, 8);
	record_number(rec, 4096, 4);
}

static void check_read(const struct event *ev)
{
	int64_t number;
	struct span data = event_param(ev, 1);

	assert_int_equal(ev->type, EVENT_SYSCALL_READ_X);
	assert_ptr_equal(ev->info, event_info_find(EVENT_SYSCALL_READ_X));
	assert_int_equal(ev->param_cnt, 4);
	assert_true(event_param_i64(ev, 0, &number));
	assert_int_equal(number, 5);
	assert_true(span_is_text(data, "hello"));
	assert_true(event_param_i64(ev, 2, &number));
	assert_int_equal(number, -1);
	assert_true(event_param_i64(ev, 3, &number));
	assert_int_equal(number, 4096);
	assert_false(event_param_i64(ev, 4, &number));
	assert_null(event_param(ev, 4).ptr);
}

static void test_header(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;

	(void)state;
	record_read(&rec, false);
	in = record_end(&rec);
	in.block_flags = EVENT_BLOCK_STATE_ONLY;
	in.start_ns = RECORD_TS - 7;
	record_decode(&in, &ev);
	check_read(&ev);
	assert_int_equal(ev.num, 42);
	assert_true(ev.ts_ns == RECORD_TS);
	assert_true(ev.start_ns == RECORD_TS - 7);
	assert_int_equal(ev.tid, RECORD_TID);
	assert_int_equal(ev.cpu, 3);
	assert_int_equal(ev.block_flags, EVENT_BLOCK_STATE_ONLY);
	assert_ptr_equal(ev.raw, rec.bytes);
	assert_int_equal(ev.raw_len, rec.len);
	assert_int_equal(ev.bad_cnt, 0);
	assert_null(ev.extra.real_path.ptr);
	assert_false(ev.extra.is_async);
	assert_null(ev.thread);
	assert_null(ev.fd);
	assert_true(ev.fd_num == INT64_MIN);
	assert_true(ev.fd2_num == INT64_MIN);
	record_release(&rec);
}

/* Padding and options behind the event are available but not its own. */
static void test_padding(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;
	uint8_t bytes[128] = { 0 };

	(void)state;
	record_read(&rec, false);
	in = record_end(&rec);
	memcpy(bytes, in.data, in.len);
	in.data = bytes;
	in.len += 3;
	record_decode(&in, &ev);
	check_read(&ev);
	assert_int_equal(ev.raw_len, rec.len);
	record_release(&rec);
}

static void test_v1(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;

	(void)state;
	record_read(&rec, true);
	in = record_end(&rec);
	record_decode(&in, &ev);
	check_read(&ev);
	record_release(&rec);

	/* Fewer than the table knows, and none. */
	record_begin(&rec, EVENT_SYSCALL_READ_X, true, 2);
	record_number(&rec, 1, 8);
	record_param(&rec, "x", 1);
	in = record_end(&rec);
	record_decode(&in, &ev);
	assert_int_equal(ev.param_cnt, 2);
	record_release(&rec);

	record_begin(&rec, EVENT_SYSCALL_READ_X, true, 2);
	in = record_end(&rec);
	record_decode(&in, &ev);
	assert_int_equal(ev.param_cnt, 0);
	record_release(&rec);
}

static void test_v1_surplus(void **state)
{
	static const uint16_t types[] = { EVENT_NOTIFICATION_E, EVENT_INFRASTRUCTURE_EVENT_E };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		uint32_t cnt = event_info_find(types[i])->param_cnt;

		for (int surplus = 0; surplus <= 3; surplus++) {
			struct record rec;
			struct event_record in;
			struct event ev;
			struct span text;
			struct err err;

			record_begin(&rec, types[i], true, 2);
			for (uint32_t param = 0; param < cnt; param++)
				record_text(&rec, "ab");
			in = record_end(&rec);
			store_u32(rec.bytes + 16, rec.len + (uint32_t)surplus);
			err_init(&err);
			record_soil(&ev);
			if (surplus % 3) {
				assert_int_equal(event_decode(&in, &ev, &err), EVENT_BAD);
			} else {
				assert_int_equal(event_decode(&in, &ev, &err), EVENT_OK);
				assert_int_equal(ev.param_cnt, cnt);
				assert_int_equal(ev.raw_len, rec.len);
				assert_true(event_param_text(&ev, cnt - 1, &text));
				assert_true(span_is_text(text, "ab"));
			}
			record_release(&rec);
		}
	}
}

/* Lengths are as wide as the type says, whatever the block. */
static void test_large(void **state)
{
	static const struct {
		uint16_t type;
		unsigned int width;
	} cases[] = {
		{ EVENT_PLUGINEVENT_E, 4 },
		{ EVENT_ASYNCEVENT_E, 4 },
		{ EVENT_CONTAINER_JSON_2_E, 4 },
		{ EVENT_CONTAINER_JSON_E, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int block = 0; block < 2; block++) {
			const struct event_info *info = event_info_find(cases[i].type);
			uint8_t value[16] = "0123456789abcde";
			struct record rec;
			struct event_record in;
			struct event ev;

			record_begin(&rec, cases[i].type, false, cases[i].width);
			for (uint32_t p = 0; p < info->param_cnt; p++)
				record_param(&rec, value,
					     info->params[p].size ? info->params[p].size : 16);
			in = record_end(&rec);
			in.is_large_block = block;
			record_decode(&in, &ev);
			assert_int_equal(ev.param_cnt, info->param_cnt);
			assert_int_equal(ev.bad_cnt, 0);
			assert_ptr_equal(ev.param_ptr[0],
					 rec.bytes + 26 + cases[i].width * info->param_cnt);
			record_release(&rec);
		}
	}
}

static void test_more_than_table(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;

	(void)state;
	record_read(&rec, false);
	record_text(&rec, "from the future");
	record_number(&rec, 1, 8);
	in = record_end(&rec);
	record_decode(&in, &ev);
	check_read(&ev);
	record_release(&rec);

	/* More than event.h has room for. */
	record_begin(&rec, EVENT_SYSCALL_READ_X, false, 2);
	record_number(&rec, 5, 8);
	record_param(&rec, "hello", 5);
	record_number(&rec, (uint64_t)-1, 8);
	record_number(&rec, 4096, 4);
	while (rec.cnt < 100)
		record_param(&rec, "z", 1);
	in = record_end(&rec);
	record_decode(&in, &ev);
	check_read(&ev);
	record_release(&rec);
}

static void test_absent_and_empty(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;
	struct span text;
	int64_t number;

	(void)state;
	record_begin(&rec, EVENT_SYSCALL_OPEN_X, false, 2);
	record_param(&rec, NULL, 0);
	record_param(&rec, NULL, 0);
	in = record_end(&rec);
	record_decode(&in, &ev);
	assert_int_equal(ev.param_cnt, 2);
	assert_int_equal(ev.bad_cnt, 0);
	assert_non_null(event_param(&ev, 0).ptr);
	assert_int_equal(event_param(&ev, 0).len, 0);
	for (unsigned int idx = 2; idx < 2 * EVENT_PARAM_MAX; idx++)
		assert_null(event_param(&ev, idx).ptr);
	number = 77;
	assert_false(event_param_i64(&ev, 0, &number));
	assert_false(event_param_i64(&ev, 2, &number));
	assert_false(event_param_text(&ev, 1, &text));
	assert_false(event_param_text(&ev, 5, &text));
	assert_false(event_result(&ev, &number));
	assert_int_equal(number, 77);
	record_release(&rec);
}

static void test_wrong_size(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;
	int64_t number;

	(void)state;
	record_begin(&rec, EVENT_SYSCALL_READ_X, false, 2);
	record_number(&rec, 5, 7);
	record_param(&rec, "hello", 5);
	record_number(&rec, 4, 4);
	record_number(&rec, 4096, 4);
	in = record_end(&rec);
	record_decode(&in, &ev);
	assert_int_equal(ev.param_cnt, 4);
	assert_int_equal(ev.bad_cnt, 2);
	assert_int_equal(event_param(&ev, 0).len, 0);
	assert_false(event_param_i64(&ev, 0, &number));
	assert_true(span_is_text(event_param(&ev, 1), "hello"));
	assert_false(event_param_i64(&ev, 2, &number));
	assert_true(event_param_i64(&ev, 3, &number));
	assert_int_equal(number, 4096);
	record_release(&rec);
}

/* --- rtsec's own bytes ----------------------------------------------------- */

static void rest_entry(struct record *rec, uint16_t tag, const void *bytes, uint16_t len)
{
	uint8_t head[4];

	store_u16(head, tag);
	store_u16(head + 2, len);
	record_rest(rec, head, sizeof(head));
	record_rest(rec, bytes, len);
}

static void rest_magic(struct record *rec)
{
	uint8_t magic[4];

	store_u32(magic, WIRE_EXTRA_MAGIC);
	record_rest(rec, magic, sizeof(magic));
}

static void test_extra(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;
	uint8_t start[8], flags = WIRE_EXTRA_ASYNC;

	(void)state;
	store_u64(start, 12345);
	record_read(&rec, false);
	rest_magic(&rec);
	rest_entry(&rec, WIRE_EXTRA_REAL_PATH, "/etc/passwd", 11);
	rest_entry(&rec, 999, "??", 2);
	rest_entry(&rec, WIRE_EXTRA_FLAGS, &flags, 1);
	rest_entry(&rec, WIRE_EXTRA_START, start, 8);
	in = record_end(&rec);
	in.start_ns = 1;
	record_decode(&in, &ev);
	check_read(&ev);
	assert_true(span_is_text(ev.extra.real_path, "/etc/passwd"));
	assert_true(ev.extra.is_async);
	assert_int_equal(ev.start_ns, 12345);
	assert_int_equal(ev.raw_len, rec.len);
	assert_int_equal(ev.inline_len, 4 + 15 + 6 + 5 + 12);
	assert_int_equal(ev.extra_bytes.len, 15 + 6 + 5 + 12);
	assert_ptr_equal(ev.extra_bytes.ptr, ev.raw + ev.raw_len - ev.extra_bytes.len);
	record_release(&rec);
}

/* Entries beside the record: the same, and they win over those inside. */
static void test_extra_beside(void **state)
{
	static const uint8_t entries[] = { WIRE_EXTRA_REAL_PATH, 0, 2, 0, '/', 'y' };
	static const uint8_t flags = WIRE_EXTRA_ASYNC;

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct record rec;
		struct event_record in;
		struct event ev;

		record_read(&rec, kind == 2);
		if (kind == 1) {
			rest_magic(&rec);
			rest_entry(&rec, WIRE_EXTRA_REAL_PATH, "/etc/passwd", 11);
			rest_entry(&rec, WIRE_EXTRA_FLAGS, &flags, 1);
		}
		in = record_end(&rec);
		in.extra = span_make(entries, sizeof(entries));
		record_decode(&in, &ev);
		check_read(&ev);
		assert_true(span_is_text(ev.extra.real_path, "/y"));
		assert_int_equal(ev.extra.is_async, kind == 1);
		assert_ptr_equal(ev.extra_bytes.ptr, entries);
		assert_int_equal(ev.inline_len, kind == 1 ? 4 + 15 + 5 : 0);

		/* Half of them is none of them. */
		in.extra.len--;
		record_decode(&in, &ev);
		check_read(&ev);
		if (kind != 1) {
			assert_null(ev.extra.real_path.ptr);
			assert_null(ev.extra_bytes.ptr);
		} else {
			assert_true(span_is_text(ev.extra.real_path, "/etc/passwd"));
		}
		record_release(&rec);
	}
}

/* What there may be many of is gone through by its reader. */
static void test_extra_lists(void **state)
{
	static const uint8_t fd[] = { 0, 'a' };
	struct record rec;
	struct event_record in;
	struct event ev;
	struct span rest, entry;
	uint16_t tag;
	unsigned int fd_cnt = 0, loser_cnt = 0;

	(void)state;
	record_read(&rec, false);
	in = record_end(&rec);
	record_decode(&in, &ev);
	assert_false(ev.extra.has_fds);
	assert_false(ev.extra.has_losers);
	record_release(&rec);

	record_read(&rec, false);
	rest_magic(&rec);
	rest_entry(&rec, WIRE_EXTRA_FD, fd, sizeof(fd));
	rest_entry(&rec, WIRE_EXTRA_REAL_PATH, "/x", 2);
	rest_entry(&rec, WIRE_EXTRA_FD, fd, sizeof(fd));
	rest_entry(&rec, WIRE_EXTRA_LOSERS, "", 0);
	in = record_end(&rec);
	record_decode(&in, &ev);
	check_read(&ev);
	assert_true(ev.extra.has_fds);
	assert_true(ev.extra.has_losers);
	for (rest = ev.extra_bytes; event_extra_next(&rest, &tag, &entry);) {
		fd_cnt += tag == WIRE_EXTRA_FD && span_is_equal(entry, span_make(fd, sizeof(fd)));
		loser_cnt += tag == WIRE_EXTRA_LOSERS && !entry.len;
	}
	assert_int_equal(rest.len, 0);
	assert_int_equal(fd_cnt, 2);
	assert_int_equal(loser_cnt, 1);
	record_release(&rec);
}

/* Slack of other writers, or half of ours: taken as if it were not there. */
static void test_extra_malformed(void **state)
{
	static const uint8_t flags = WIRE_EXTRA_ASYNC;

	(void)state;
	for (int kind = 0; kind < 7; kind++) {
		struct record rec;
		struct event_record in;
		struct event ev;
		uint8_t entry[8] = { WIRE_EXTRA_REAL_PATH, 0, 200, 0, 'x' };

		record_read(&rec, false);
		if (kind > 1) {
			rest_magic(&rec);
			rest_entry(&rec, WIRE_EXTRA_FLAGS, &flags, 1);
		}
		switch (kind) {
		case 0:
			record_rest(&rec, "slack here", 10);
			break;
		case 1:
			record_rest(&rec, "RTx", 3);
			break;
		case 2: /* an entry's head cut off */
			record_rest(&rec, entry, 3);
			break;
		case 3: /* longer than the event */
			record_rest(&rec, entry, 5);
			break;
		case 4:
			rest_entry(&rec, WIRE_EXTRA_START, entry, 4);
			break;
		case 5:
			rest_entry(&rec, WIRE_EXTRA_FLAGS, entry, 2);
			break;
		case 6:
			rest_entry(&rec, WIRE_EXTRA_FLAGS, entry, 0);
			break;
		}
		in = record_end(&rec);
		record_decode(&in, &ev);
		check_read(&ev);
		assert_null(ev.extra.real_path.ptr);
		assert_false(ev.extra.is_async);
		assert_true(ev.start_ns == EVENT_TIME_UNKNOWN);
		record_release(&rec);
	}
}

/* --- damage ---------------------------------------------------------------- */

static void expect_bad(const struct event_record *rec, const char *why)
{
	struct event ev;
	struct err err;

	record_soil(&ev);
	err_init(&err);
	assert_int_equal(event_decode(rec, &ev, &err), EVENT_BAD);
	assert_int_equal(err.code, -EBADMSG);
	assert_non_null(strstr(err.text, why));
	assert_non_null(strstr(err.text, "event 42"));
	assert_int_equal(event_decode(rec, &ev, NULL), EVENT_BAD);
}

static void test_damage_v2(void **state)
{
	struct record rec;
	struct event_record in;
	uint32_t len;

	(void)state;
	record_read(&rec, false);
	in = record_end(&rec);
	len = in.len;

	in.len = 0;
	expect_bad(&in, "shorter than an event header");
	in.len = 21;
	expect_bad(&in, "shorter than an event header");
	in.len = 25;
	expect_bad(&in, "shorter than an event header");
	in.len = len - 1;
	expect_bad(&in, "longer than its block");
	in.len = len;

	store_u32(rec.bytes + 16, 25);
	expect_bad(&in, "less than its header");
	store_u32(rec.bytes + 16, 0);
	expect_bad(&in, "less than its header");
	store_u32(rec.bytes + 16, UINT32_MAX);
	expect_bad(&in, "longer than its block");
	store_u32(rec.bytes + 16, len - 1);
	expect_bad(&in, "runs past its end");
	store_u32(rec.bytes + 16, 26 + 7);
	expect_bad(&in, "more parameters");
	store_u32(rec.bytes + 16, len);

	store_u32(rec.bytes + 22, UINT32_MAX);
	expect_bad(&in, "more parameters");
	store_u32(rec.bytes + 22, 0x80000001u);
	expect_bad(&in, "more parameters");
	store_u32(rec.bytes + 22, 6);
	expect_bad(&in, "runs past its end");
	store_u32(rec.bytes + 22, 4);

	for (int i = 0; i < 4; i++) {
		uint16_t was = load_u16(rec.bytes + 26 + 2 * i);

		store_u16(rec.bytes + 26 + 2 * i, 0xffff);
		expect_bad(&in, "runs past its end");
		store_u16(rec.bytes + 26 + 2 * i, was);
	}
	record_release(&rec);

	/* A parameter that the table does not know counts as well. */
	record_read(&rec, false);
	record_number(&rec, 0, 8);
	in = record_end(&rec);
	store_u16(rec.bytes + 26 + 8, 9);
	expect_bad(&in, "runs past its end");
	record_release(&rec);

	record_begin(&rec, EVENT_PLUGINEVENT_E, false, 4);
	record_number(&rec, 1, 4);
	record_param(&rec, "data", 4);
	in = record_end(&rec);
	store_u32(rec.bytes + 26 + 4, UINT32_MAX);
	expect_bad(&in, "runs past its end");
	store_u32(rec.bytes + 22, 5);
	expect_bad(&in, "more parameters");
	record_release(&rec);
}

static void test_damage_v1(void **state)
{
	struct record rec;
	struct event_record in;
	uint32_t len;

	(void)state;
	record_read(&rec, true);
	in = record_end(&rec);
	len = in.len;
	in.len = 21;
	expect_bad(&in, "shorter than an event header");
	in.len = len - 1;
	expect_bad(&in, "fits no number");
	in.len = len;
	store_u32(rec.bytes + 16, len - 1);
	expect_bad(&in, "fits no number");
	store_u32(rec.bytes + 16, 21);
	expect_bad(&in, "fits no number");
	store_u32(rec.bytes + 16, 23);
	expect_bad(&in, "fits no number");
	store_u32(rec.bytes + 16, UINT32_MAX);
	expect_bad(&in, "fits no number");
	store_u32(rec.bytes + 16, len);
	store_u16(rec.bytes + 22, 0xffff);
	expect_bad(&in, "fits no number");
	record_release(&rec);

	/* No slack in V1. */
	record_read(&rec, true);
	record_rest(&rec, "slack", 5);
	in = record_end(&rec);
	expect_bad(&in, "fits no number");
	record_release(&rec);

	for (uint32_t tiny = 0; tiny < 26; tiny++) {
		record_begin(&rec, EVENT_NOTIFICATION_E, true, 2);
		record_rest(&rec, "1234", 4);
		in = record_end(&rec);
		store_u32(rec.bytes + 16, tiny);
		/* 22 is an event without parameters, 25 the same with the surplus. */
		if (tiny != 22 && tiny != 25)
			expect_bad(&in, "fits no number");
		record_release(&rec);
	}
}

static void test_unknown_type(void **state)
{
	struct record rec;
	struct event_record in;
	struct event ev;
	struct err err;

	(void)state;
	record_read(&rec, false);
	in = record_end(&rec);
	err_init(&err);
	store_u16(rec.bytes + 20, EVENT_TYPE_COUNT);
	assert_int_equal(event_decode(&in, &ev, &err), EVENT_UNKNOWN_TYPE);
	/* Nothing inside is looked at. */
	store_u32(rec.bytes + 16, 3);
	store_u32(rec.bytes + 22, UINT32_MAX);
	store_u16(rec.bytes + 20, UINT16_MAX);
	assert_int_equal(event_decode(&in, &ev, &err), EVENT_UNKNOWN_TYPE);
	assert_int_equal(err.code, 0);
	record_release(&rec);
}

/* Each prefix and each changed byte gives a verdict and no access outside (run under ASan). */
static void test_mutations(void **state)
{
	unsigned int verdicts[3] = { 0 };

	(void)state;
	for (int is_v1 = 0; is_v1 < 2; is_v1++) {
		struct record rec;
		struct event_record in;
		struct event ev;

		record_read(&rec, is_v1);
		if (!is_v1) {
			rest_magic(&rec);
			rest_entry(&rec, WIRE_EXTRA_REAL_PATH, "/x", 2);
		}
		in = record_end(&rec);
		for (uint32_t len = 0; len < rec.len; len++) {
			struct event_record cut = in;

			cut.data = memcpy(malloc(len ? len : 1), in.data, len);
			cut.len = len;
			verdicts[event_decode(&cut, &ev, NULL)]++;
			free((void *)cut.data);
		}
		for (uint32_t at = 0; at < rec.len; at++) {
			for (int value = 0; value < 256; value++) {
				uint8_t was = rec.bytes[at];
				enum event_verdict verdict;

				rec.bytes[at] = (uint8_t)value;
				verdict = event_decode(&in, &ev, NULL);
				verdicts[verdict]++;
				rec.bytes[at] = was;
				if (verdict != EVENT_OK)
					continue;
				assert_true(ev.raw_len <= in.len);
				for (uint32_t i = 0; i < ev.param_cnt; i++)
					assert_true(ev.param_ptr[i] + ev.param_len[i] <=
						    in.data + in.len);
			}
		}
		record_release(&rec);
	}
	assert_true(verdicts[EVENT_OK] && verdicts[EVENT_BAD] && verdicts[EVENT_UNKNOWN_TYPE]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_v1),
		cmocka_unit_test(test_v1_surplus),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_more_than_table),
		cmocka_unit_test(test_absent_and_empty),
		cmocka_unit_test(test_wrong_size),
		cmocka_unit_test(test_extra),
		cmocka_unit_test(test_extra_beside),
		cmocka_unit_test(test_extra_lists),
		cmocka_unit_test(test_extra_malformed),
		cmocka_unit_test(test_damage_v2),
		cmocka_unit_test(test_damage_v1),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
