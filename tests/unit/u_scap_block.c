/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_scap_block.c: framing.  What a stream may look like, what the reader says of
 * it, and that a lie about a length costs neither memory nor what came before.
 */
#include "unit/scap_bytes.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/limits.h"

/* A stream made by a function, and what comes of it. */
struct stream_case {
	const char *name;
	void (*make)(struct str *out);
	int open; /* negative errno of opening */
	int verdict;
	uint64_t blocks, events;
	uint64_t unknown, skipped; /* counted */
	const char *text; /* part of the message */
};

static void make_nothing(struct str *out)
{
	(void)out;
}

static void make_three_bytes(struct str *out)
{
	str_append(out, "\x0a\x0d\x0d", 3);
}

static void make_text(struct str *out)
{
	str_append_text(out, "GIF89a and so on, nothing that anybody recorded");
}

static void make_event_first(struct str *out)
{
	add_event(out, 1, 1);
}

static void make_plain(struct str *out)
{
	add_section(out);
	add_event(out, 1, 1);
	add_event(out, 2, 1);
}

static void make_section_only(struct str *out)
{
	add_section(out);
}

static void make_wrong_magic(struct str *out)
{
	add_section(out);
	out->buf[8] = 'x';
}

static void make_big_endian(struct str *out)
{
	add_section(out);
	memcpy(out->buf + 8, "\x1a\x2b\x3c\x4d", 4);
}

static void make_major_two(struct str *out)
{
	add_section(out);
	out->buf[12] = 2;
}

static void make_major_zero(struct str *out)
{
	make_plain(out);
	out->buf[12] = 0;
	out->buf[14] = 99;
}

static void make_short_section(struct str *out)
{
	add_block(out, SCAP_SECTION, "\x4d\x3c\x2b\x1a\1\0\2\0\0\0\0\0", 12);
	add_event(out, 1, 1);
}

static void make_section_options(struct str *out)
{
	struct str body = { 0 };

	add_u32(&body, 0x1A2B3C4D);
	add_u16(&body, 1);
	add_u16(&body, 2);
	add_u64(&body, UINT64_MAX);
	add_u16(&body, 1);
	add_text(&body, "a comment");
	add_u8(&body, 0);
	add_u8(&body, 0);
	add_u8(&body, 0);
	add_u32(&body, 0);
	add_block(out, SCAP_SECTION, body.buf, body.len);
	str_release(&body);
	add_event(out, 1, 1);
}

static void make_event_options(struct str *out)
{
	make_plain(out);
	/* Between the last event and its trailer. */
	out->len -= 4;
	str_append(out, "\1\0\2\0hi\0\0\0\0\0\0", 12);
	add_u32(out, 60 + 12);
	store_u32(out->buf + 88 + 4, 60 + 12);
}

static void make_sections(struct str *out)
{
	make_plain(out);
	make_plain(out);
}

static void make_bad_second_section(struct str *out)
{
	size_t begin;

	make_plain(out);
	begin = out->len;
	make_plain(out);
	out->buf[begin + 12] = 7;
}

static void make_unknown(struct str *out)
{
	add_section(out);
	add_block(out, 0x777, "12345678", 8);
	add_event(out, 1, 1);
	add_block(out, 0x778, "", 0);
}

static void make_tiny_total(struct str *out)
{
	make_plain(out);
	add_u32(out, SCAP_EVENT);
	add_u32(out, 11);
	add_u32(out, 11);
	add_event(out, 3, 1);
}

static void make_wrong_trailer(struct str *out)
{
	make_plain(out);
	out->buf[out->len - 4] ^= 4;
	add_event(out, 3, 1);
}

static void make_wrong_machine_trailer(struct str *out)
{
	uint8_t body[180] = { 0 };

	add_section(out);
	add_block(out, SCAP_MACHINE, body, sizeof(body));
	out->buf[out->len - 1] = 1;
}

static void make_unpadded(struct str *out)
{
	add_section(out);
	add_u32(out, 0x777);
	add_u32(out, 13);
	add_u8(out, 0);
	add_u32(out, 13);
	add_event(out, 1, 1);
}

static void make_lie(struct str *out)
{
	make_plain(out);
	add_u32(out, SCAP_PROCS_V9);
	add_u32(out, LIMIT_BLOCK_SIZE);
	add_u64(out, 0);
}

static void make_huge_lie(struct str *out)
{
	make_plain(out);
	add_u32(out, SCAP_EVENT_LARGE);
	add_u32(out, UINT32_MAX);
	add_u64(out, 0);
}

static void make_unofficial(struct str *out)
{
	uint8_t body[180] = { 0 };

	add_section(out);
	add_block(out, 0x8002ABCD, body, sizeof(body));
	add_block(out, 0x8000ABCD, "", 0);
	add_block(out, 0x8001ABCD, body, 8);
	add_block(out, 0x8011ABCD, "", 0);
	add_block(out, 0x8012ABCD, "", 0);
	add_block(out, 0x8013ABCD, "", 0);
	add_block(out, 0x8014ABCD, "", 0);
	add_block(out, 0x8010ABCD, body, 24);
}

/* Two entries with a length of their own, in a block whose length forgot those. */
static void make_resaved_ifaces(struct str *out)
{
	struct str body = { 0 };
	uint32_t wrong;

	add_section(out);
	for (int i = 0; i < 2; i++) {
		add_u32(&body, 24 + 3);
		add_u16(&body, 1);
		add_u16(&body, 3);
		str_append(&body, "\x7f\0\0\1\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0eth", 23);
	}
	add_block(out, SCAP_IFACES, body.buf, body.len);
	wrong = load_u32(out->buf + 28 + 4) - 8;
	store_u32(out->buf + 28 + 4, wrong);
	store_u32(out->buf + out->len - 4, wrong);
	str_release(&body);
	add_event(out, 1, 1);
}

static const struct stream_case stream_cases[] = {
	{ "nothing", make_nothing, 0, SCAP_NEXT_CUT, 0, 0, 0, 0, "byte 0: the trace is empty" },
	{ "three bytes", make_three_bytes, 0, SCAP_NEXT_CUT, 0, 0, 0, 0, "(3 of 12 bytes)" },
	{ "no trace", make_text, -EBADMSG, 0, 0, 0, 0, 0, "mem: not a trace" },
	{ "event first", make_event_first, -EBADMSG, 0, 0, 0, 0, 0, "not a trace" },
	{ "plain", make_plain, 0, SCAP_NEXT_END, 3, 2, 0, 0, "" },
	{ "no events", make_section_only, 0, SCAP_NEXT_END, 1, 0, 0, 0, "" },
	{ "wrong magic", make_wrong_magic, -EBADMSG, 0, 0, 0, 0, 0, "magic" },
	{ "big endian", make_big_endian, -EBADMSG, 0, 0, 0, 0, 0, "big-endian" },
	{ "version 2", make_major_two, -EBADMSG, 0, 0, 0, 0, 0, "major" },
	{ "version 0.99", make_major_zero, 0, SCAP_NEXT_END, 3, 2, 0, 0, "" },
	{ "short section", make_short_section, -EBADMSG, 0, 0, 0, 0, 0, "too short" },
	{ "section options", make_section_options, 0, SCAP_NEXT_END, 2, 1, 0, 0, "" },
	{ "event options", make_event_options, 0, SCAP_NEXT_END, 3, 2, 0, 0, "" },
	{ "sections", make_sections, 0, SCAP_NEXT_END, 6, 4, 0, 0, "" },
	{ "bad second section", make_bad_second_section, 0, SCAP_NEXT_CUT, 3, 2, 0, 0, "byte 148" },
	{ "unknown blocks", make_unknown, 0, SCAP_NEXT_END, 2, 1, 2, 0, "" },
	{ "total 11", make_tiny_total, 0, SCAP_NEXT_CUT, 3, 2, 0, 0,
	  "byte 148: a block of type 0x216" },
	{ "event trailer", make_wrong_trailer, 0, SCAP_NEXT_CUT, 2, 1, 0, 0, "byte 88" },
	{ "machine trailer", make_wrong_machine_trailer, 0, SCAP_NEXT_CUT, 1, 0, 0, 0, "0x201" },
	{ "unpadded", make_unpadded, 0, SCAP_NEXT_END, 2, 1, 1, 0, "" },
	{ "long lie", make_lie, 0, SCAP_NEXT_CUT, 3, 2, 0, 0, "byte 148: the trace ends inside" },
	{ "huge lie", make_huge_lie, 0, SCAP_NEXT_CUT, 3, 2, 0, 0, "began at byte 148" },
	{ "unofficial", make_unofficial, 0, SCAP_NEXT_END, 9, 1, 0, 0, "" },
	{ "re-saved interfaces", make_resaved_ifaces, 0, SCAP_NEXT_END, 3, 1, 0, 0, "" },
};

static void test_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stream_cases); i++) {
		const struct stream_case *want = &stream_cases[i];
		struct scap_reader *reader;
		struct stats stats = { 0 };
		struct str bytes = { 0 };
		struct err err;
		uint64_t blocks, events;
		int ret;

		want->make(&bytes);
		ret = open_bytes(bytes.buf, bytes.len, &reader, &err);
		if (ret != want->open)
			fail_msg("%s: opening gave %d: %s", want->name, ret, err.text);
		if (!ret) {
			ret = read_all(reader, &stats, &err, &blocks, &events);
			if (ret != want->verdict || blocks != want->blocks ||
			    events != want->events)
				fail_msg("%s: verdict %d, %d blocks, %d events: %s", want->name,
					 ret, (int)blocks, (int)events, err.text);
			/* It stands. */
			assert_int_equal(read_all(reader, NULL, &err, &blocks, &events), ret);
			assert_int_equal(blocks, 0);
			scap_reader_close(reader);
		}
		if (!strstr(err.text, want->text) || (*want->text == '\0') != (*err.text == '\0'))
			fail_msg("%s: says \"%s\"", want->name, err.text);
		assert_int_equal(stats.value[STAT_BLOCKS_UNKNOWN], want->unknown);
		assert_int_equal(stats.value[STAT_EVENTS_SKIPPED], want->skipped);
		str_release(&bytes);
	}
}

/* A numbered type stays what it is, others are mapped, also in the bytes. */
static void test_types(void **state)
{
	static const uint32_t official[] = { SCAP_SECTION,  SCAP_MACHINE,   SCAP_PROCS_V1,
					     SCAP_FDS_V1,   SCAP_IFACES_V1, SCAP_USERS_V1,
					     SCAP_PROCS_V2, SCAP_PROCS_V3,  SCAP_EVENT_V1 };
	struct scap_reader *reader;
	struct scap_block block;
	struct str bytes = { 0 };
	struct err err;

	(void)state;
	make_unofficial(&bytes);
	assert_int_equal(open_bytes(bytes.buf, bytes.len, &reader, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(official); i++) {
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(block.type, official[i]);
		assert_int_equal(load_u32(block.data), official[i]);
		assert_int_equal(block.kind, scap_kind_of(official[i]));
		assert_int_not_equal(block.kind, SCAP_KIND_UNKNOWN);
		assert_true(block.start_ns == EVENT_TIME_UNKNOWN);
	}
	scap_reader_close(reader);
	str_release(&bytes);
}

static void test_resaved_ifaces(void **state)
{
	struct scap_reader *reader;
	struct scap_block block;
	struct scap_iter iter = { .block = &block };
	struct snap_iface iface;
	struct str bytes = { 0 };
	struct err err;

	(void)state;
	make_resaved_ifaces(&bytes);
	assert_int_equal(open_bytes(bytes.buf, bytes.len, &reader, &err), 0);
	assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
	assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
	assert_int_equal(block.offset, 28);
	assert_int_equal(load_u32(block.data + 4), block.len);
	assert_int_equal(load_u32(block.data + block.len - 4), block.len);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(scap_iface_next(&iter, &iface, &err), 1);
		assert_true(span_is_text(iface.name, "eth"));
		assert_int_equal(iface.addr[0], 127);
	}
	assert_int_equal(scap_iface_next(&iter, &iface, &err), 0);
	scap_reader_close(reader);
	str_release(&bytes);
}

/* Cut behind every byte: what was whole comes, then one verdict that says where. */
static void test_cut_raw(void **state)
{
	struct str bytes = { 0 };

	(void)state;
	add_section(&bytes);
	add_block(&bytes, SCAP_USERS, "\x1b\0\0\0\0\1\0\0\0\1\0\0\0\2\0me\2\0/h\4\0/bin", 27);
	for (int i = 0; i < 3; i++)
		add_event(&bytes, (uint64_t)i, 7);
	for (size_t len = 0; len <= bytes.len; len++) {
		struct scap_reader *reader;
		struct err err;
		uint64_t blocks, events;
		uint64_t want = 0;
		size_t at = 0;
		char text[64];
		int ret;

		while (at < len && at + load_u32(bytes.buf + at + 4) <= len) {
			at += load_u32(bytes.buf + at + 4);
			want++;
		}
		assert_int_equal(open_bytes(bytes.buf, len, &reader, &err), 0);
		ret = read_all(reader, NULL, &err, &blocks, &events);
		assert_int_equal(blocks, want);
		assert_int_equal(ret, at == len && len ? SCAP_NEXT_END : SCAP_NEXT_CUT);
		snprintf(text, sizeof(text), "mem: byte %zu: ", at);
		if (ret == SCAP_NEXT_CUT)
			assert_non_null(strstr(err.text, text));
		assert_string_equal(scap_reader_format(reader), "raw");
		assert_int_equal(scap_reader_size(reader), len);
		assert_int_equal(scap_reader_pos(reader), len);
		scap_reader_close(reader);
	}
	str_release(&bytes);
}

/* Blocks that older readers refused for their size. */
static void test_large(void **state)
{
	static const size_t sizes[] = { 66652, 1 << 20, 3000000, 17835928 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct scap_reader *reader;
		struct scap_block block;
		struct str bytes = { 0 };
		struct err err;
		uint8_t *body = calloc(1, sizes[i]);

		assert_non_null(body);
		memset(body, 'x', sizes[i]);
		add_section(&bytes);
		add_block(&bytes, SCAP_EVENT, body, sizes[i]);
		add_event(&bytes, 5, 5);
		assert_int_equal(open_bytes(bytes.buf, bytes.len, &reader, &err), 0);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(scap_block_body(&block).len, (sizes[i] + 3) / 4 * 4);
		assert_memory_equal(scap_block_body(&block).ptr, body, sizes[i]);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(block.offset, bytes.len - 60);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_END);
		scap_reader_close(reader);
		str_release(&bytes);
		free(body);
	}
}

/* Over the limit, but true: passed over and counted, in no more memory than before. */
static void test_over_limit(void **state)
{
	uint32_t total = LIMIT_BLOCK_SIZE + 4;
	struct str bytes = { 0 };
	struct str tail = { 0 };
	struct scap_reader *reader;
	struct stats stats = { 0 };
	struct rusage before, after;
	struct err err;
	uint64_t blocks, events;
	int fd;

	(void)state;
	make_plain(&bytes);
	add_u32(&bytes, SCAP_EVENT_LARGE);
	add_u32(&bytes, total);
	add_u32(&tail, total);
	add_event(&tail, 3, 1);
	fd = memory_file(bytes.buf, bytes.len);
	assert_int_equal(pwrite(fd, tail.buf, tail.len, 148 + (off_t)total - 4), tail.len);
	err_init(&err);
	assert_int_equal(scap_reader_open_fd(fd, "mem", &reader, &err), 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	assert_int_equal(read_all(reader, &stats, &err, &blocks, &events), SCAP_NEXT_END);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(events, 3);
	assert_int_equal(stats.value[STAT_EVENTS_SKIPPED], 1);
	assert_true(after.ru_maxrss - before.ru_maxrss < 32 << 10);
	scap_reader_close(reader);
	str_release(&bytes);
	str_release(&tail);
}

/* A writer that is still at work: whole blocks come at once, nobody waits for more. */
static void test_pipe(void **state)
{
	struct scap_reader *reader;
	struct scap_block block;
	struct str bytes = { 0 };
	struct err err;
	int fds[2];

	(void)state;
	alarm(20);
	make_plain(&bytes);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], bytes.buf, bytes.len), bytes.len);
	err_init(&err);
	assert_int_equal(scap_reader_open_fd(fds[0], "pipe", &reader, &err), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
	assert_int_equal(write(fds[1], bytes.buf, bytes.len), bytes.len);
	for (int i = 0; i < 3; i++)
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
	assert_int_equal(scap_reader_size(reader), 0);
	close(fds[1]);
	assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_END);
	scap_reader_close(reader);
	str_release(&bytes);
	alarm(0);
}

static void test_open(void **state)
{
	struct scap_reader *reader;
	struct err err;

	(void)state;
	err_init(&err);
	assert_int_equal(scap_reader_open("/nonexistent/x.scap", &reader, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/x.scap: No such file or directory");
	err_init(&err);
	assert_int_equal(scap_reader_open("/", &reader, &err), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),	       cmocka_unit_test(test_types),
		cmocka_unit_test(test_resaved_ifaces), cmocka_unit_test(test_cut_raw),
		cmocka_unit_test(test_large),	       cmocka_unit_test(test_over_limit),
		cmocka_unit_test(test_pipe),	       cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
