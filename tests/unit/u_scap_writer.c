/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_scap_writer.c: what is written reads back, in every packing, also when the
 * file is cut behind any byte, when the disk is full and when nobody listens.
 */
#include "unit/scap_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zstd.h>

#include "event/wire.h"

#define COMPRESS_COUNT 3
#define EVENT_CNT 200

static const struct span no_extra;

static char folder[] = "/tmp/u_scap_writer.XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static uint64_t ts_of(int i)
{
	return UINT64_C(1700000000000000000) + (uint64_t)i * 1000000;
}

/* Unknown, then short and long ones. */
static uint64_t start_of(int i)
{
	return i % 5 ? ts_of(i) - (uint64_t)i * (uint64_t)i * 777 : EVENT_TIME_UNKNOWN;
}

/* Few events have entries of rtsec's own. */
static struct span extra_of(int i)
{
	static uint8_t bytes[64];
	int len;

	if (i % 7)
		return span_make(NULL, 0);
	len = snprintf((char *)bytes + 4, sizeof(bytes) - 4, "/srv/file-%d", i);
	store_u16(bytes, WIRE_EXTRA_REAL_PATH);
	store_u16(bytes + 2, (uint16_t)len);
	return span_make(bytes, 4 + (size_t)len);
}

static void metadata(struct str *out)
{
	struct snap_machine machine = { .cpu_cnt = 2, .hostname = "test" };
	struct snap_thread thread = { .tid = 1, .pid = 1, .comm = span_text("init") };
	size_t begin;

	scap_put_section(out);
	scap_put_machine(out, &machine);
	begin = scap_list_begin(out, SCAP_PROCS_V9, 0);
	for (int i = 0; i < 20; i++)
		scap_put_proc(out, &thread);
	scap_list_end(out, begin);
}

/* Events handed to any writer, taken or not. */
static uint64_t put_cnt;

static int put_events(struct scap_writer *writer, int first, int cnt, struct err *err)
{
	struct str bytes = { 0 };
	int ret = 0;

	for (int i = first; !ret && i < first + cnt; i++) {
		str_reset(&bytes);
		add_event(&bytes, ts_of(i), i);
		ret = scap_writer_put(writer, bytes.buf, bytes.len, ts_of(i), start_of(i),
				      extra_of(i), err);
		put_cnt++;
	}
	str_release(&bytes);
	return ret;
}

static struct scap_writer *open_writer(const char *path, enum scap_compress compress,
				       uint32_t frame_bytes)
{
	struct scap_writer_opts opts = {
		.compress = compress,
		.force = true,
		.starts = true,
		.frame_bytes = frame_bytes,
	};
	struct scap_writer *writer;
	struct err err = { 0 };

	assert_int_equal(scap_writer_open(path, &opts, &writer, &err), 0);
	return writer;
}

static void write_trace(const char *path, enum scap_compress compress, uint32_t frame_bytes)
{
	struct scap_writer *writer = open_writer(path, compress, frame_bytes);
	struct str bytes = { 0 };
	struct err err = { 0 };

	metadata(&bytes);
	assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, EVENT_TIME_UNKNOWN,
					 EVENT_TIME_UNKNOWN, no_extra, &err),
			 0);
	assert_int_equal(put_events(writer, 0, EVENT_CNT, &err), 0);
	assert_int_equal(scap_writer_raw_bytes(writer), bytes.len + 60u * EVENT_CNT);
	assert_int_equal(scap_writer_close(writer, &err), 0);
	str_release(&bytes);
}

static struct str read_file(const char *path)
{
	struct str bytes = { 0 };
	FILE *file = fopen(path, "rb");
	char buf[4096];
	size_t cnt;

	assert_non_null(file);
	while ((cnt = fread(buf, 1, sizeof(buf), file)))
		str_append(&bytes, buf, cnt);
	fclose(file);
	return bytes;
}

/* Reads the first events of write_trace() and checks each; gives how many, and the verdict. */
static int read_trace(const void *bytes, size_t len, bool has_starts, int *verdict, struct err *err)
{
	struct scap_reader *reader;
	struct scap_block block;
	int cnt = 0;

	assert_int_equal(open_bytes(bytes, len, &reader, err), 0);
	while ((*verdict = scap_reader_next(reader, &block, NULL, err)) == SCAP_NEXT_BLOCK) {
		struct event_record record;
		struct event ev;
		uint64_t start, got;

		if (block.kind != SCAP_KIND_EVENT)
			continue;
		assert_int_equal(scap_event_record(&block, &record, err), 0);
		assert_true(load_u64(record.data) == ts_of(cnt));
		assert_int_equal(load_u64(record.data + 8), cnt);
		start = has_starts ? start_of(cnt) : EVENT_TIME_UNKNOWN;
		got = block.start_ns;
		if ((start == EVENT_TIME_UNKNOWN) != (got == EVENT_TIME_UNKNOWN))
			fail_msg("event %d: start %" PRIu64, cnt, got);
		if (start != EVENT_TIME_UNKNOWN) {
			uint64_t duration = ts_of(cnt) - start;
			uint64_t error = got > start ? got - start : start - got;

			assert_true(error * 100 <= duration * 3);
		}
		/* Beside the event or inside it: decoded it is the same. */
		record.num = 1;
		assert_int_equal(event_decode(&record, &ev, err), EVENT_OK);
		assert_true(span_is_equal(ev.extra_bytes, extra_of(cnt)));
		assert_int_equal(!ev.extra_bytes.ptr, !extra_of(cnt).ptr);
		if (has_starts) {
			assert_int_equal(ev.inline_len, 0);
			assert_int_equal(ev.raw_len, 46);
		}
		cnt++;
	}
	scap_reader_close(reader);
	return cnt;
}

static void test_round_trip(void **state)
{
	static const uint32_t frames[] = { 0, 100, 1000, 1 << 20 };

	(void)state;
	for (int compress = 0; compress < COMPRESS_COUNT; compress++) {
		for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
			struct str bytes;
			struct err err;
			int verdict;

			write_trace(path_of("trace"), (enum scap_compress)compress, frames[i]);
			bytes = read_file(path_of("trace"));
			assert_int_equal(read_trace(bytes.buf, bytes.len,
						    compress == SCAP_COMPRESS_ZSTD, &verdict, &err),
					 EVENT_CNT);
			assert_int_equal(verdict, SCAP_NEXT_END);
			str_release(&bytes);
		}
	}
}

/* A file's frames, found by hand. Gives the number of entries of the seek table. */
static void test_zstd_layout(void **state)
{
	struct str bytes;
	struct str raw = { 0 };
	size_t at = 0;
	size_t table, raw_cnt = 0;
	uint32_t frame_cnt;
	bool was_column = false;
	int extra_cnt = 0;

	(void)state;
	write_trace(path_of("trace"), SCAP_COMPRESS_ZSTD, 1000);
	bytes = read_file(path_of("trace"));
	assert_int_equal(load_u32(bytes.buf), ZSTD_MAGICNUMBER);
	assert_int_equal(load_u32(bytes.buf + bytes.len - 4), 0x8F92EAB1);
	frame_cnt = load_u32(bytes.buf + bytes.len - 9);
	table = bytes.len - 9 - 8 * (size_t)frame_cnt;
	assert_int_equal(load_u32(bytes.buf + table - 8), 0x184D2A5E);
	assert_int_equal(load_u32(bytes.buf + table - 4), 8 * frame_cnt + 9);
	for (uint32_t i = 0; i < frame_cnt; i++) {
		uint32_t file_len = load_u32(bytes.buf + table + 8 * (size_t)i);
		uint32_t raw_len = load_u32(bytes.buf + table + 8 * (size_t)i + 4);

		assert_int_equal(ZSTD_findFrameCompressedSize(bytes.buf + at, table - 8 - at),
				 file_len);
		if (raw_len) {
			char *room = str_reserve(&raw, raw_len);
			size_t begin = raw.len;
			bool has_events = false;

			/* The checksum flag is bit 2 of the frame header's descriptor. */
			assert_true(bytes.buf[at + 4] & 4);
			assert_int_equal(ZSTD_decompress(room, raw_len, bytes.buf + at, file_len),
					 raw_len);
			str_commit(&raw, raw_len);
			while (begin < raw.len) {
				has_events |= load_u32(raw.buf + begin) == SCAP_EVENT;
				begin += load_u32(raw.buf + begin + 4);
			}
			/* Frames end where blocks end, and a column stands before its events. */
			assert_int_equal(begin, raw.len);
			assert_int_equal(was_column, has_events);
			raw_cnt++;
		} else {
			assert_int_equal(load_u32(bytes.buf + at), 0x184D2A53);
			assert_memory_equal(bytes.buf + at + 8,
					    was_column ? "rtsecEXT" : "rtsecDUR", 8);
			extra_cnt += was_column;
		}
		was_column = !raw_len;
		at += file_len;
	}
	assert_int_equal(at, table - 8);
	assert_true(raw_cnt > 10);
	assert_true(extra_cnt > 10);
	assert_int_equal(load_u32(raw.buf), SCAP_SECTION);
	str_release(&bytes);
	str_release(&raw);
}

/* Cut behind every byte: all of every whole frame comes, in order, then one verdict. */
static void test_cut(void **state)
{
	(void)state;
	for (int compress = 0; compress < 2; compress++) {
		struct str bytes;
		int before = 0;
		int end_cnt = 0;

		write_trace(path_of("trace"), (enum scap_compress)compress, 2000);
		bytes = read_file(path_of("trace"));
		for (size_t len = 0; len <= bytes.len; len++) {
			struct err err;
			int verdict;
			int cnt = read_trace(bytes.buf, len, compress == SCAP_COMPRESS_ZSTD,
					     &verdict, &err);

			/* More bytes never give fewer events. */
			assert_true(cnt >= before);
			before = cnt;
			if (verdict == SCAP_NEXT_END) {
				end_cnt++;
				assert_int_equal(err.code, 0);
			} else {
				assert_int_equal(verdict, SCAP_NEXT_CUT);
				assert_non_null(strstr(err.text, "mem: byte "));
			}
		}
		assert_int_equal(before, EVENT_CNT);
		/* Only between frames is a cut file whole. */
		assert_true(end_cnt > 5 && end_cnt < 30);
		str_release(&bytes);
	}
}

/* Any byte may be wrong: a verdict comes, and a checksum sees to it. */
static void test_flipped(void **state)
{
	(void)state;
	for (int compress = 0; compress < 2; compress++) {
		struct str bytes;
		int cut_cnt = 0;

		write_trace(path_of("trace"), (enum scap_compress)compress, 4000);
		bytes = read_file(path_of("trace"));
		for (size_t i = 0; i < bytes.len; i++) {
			struct scap_reader *reader;
			struct err err;
			uint64_t blocks, events;
			int ret;

			bytes.buf[i] ^= 0x55;
			ret = open_bytes(bytes.buf, bytes.len, &reader, &err);
			if (!ret) {
				ret = read_all(reader, NULL, &err, &blocks, &events);
				assert_true(ret == SCAP_NEXT_END || ret == SCAP_NEXT_CUT);
				/* Rubbish may pass for some events until its checksum comes. */
				assert_true(events <= EVENT_CNT + 20);
				scap_reader_close(reader);
			}
			cut_cnt += ret != SCAP_NEXT_END;
			bytes.buf[i] ^= 0x55;
		}
		/* What may be wrong unseen: columns, the seek table, a gzip header's time. */
		assert_true(cut_cnt > (int)bytes.len / 2);
		str_release(&bytes);
	}
}

/* What may follow a file, and what may not. */
static void test_behind(void **state)
{
	static const struct {
		enum scap_compress compress;
		const char *bytes;
		size_t len;
		int verdict;
	} cases[] = {
		{ SCAP_COMPRESS_GZIP, "\0\0\0\0\0\0\0\0", 8, SCAP_NEXT_END },
		{ SCAP_COMPRESS_GZIP, "rubbish", 7, SCAP_NEXT_CUT },
		{ SCAP_COMPRESS_GZIP, "\x1f", 1, SCAP_NEXT_CUT },
		{ SCAP_COMPRESS_ZSTD, "\0\0\0\0\0\0\0\0", 8, SCAP_NEXT_CUT },
		{ SCAP_COMPRESS_ZSTD, "rubbish", 7, SCAP_NEXT_CUT },
		/* A skippable frame of somebody else. */
		{ SCAP_COMPRESS_ZSTD, "\x57\x2a\x4d\x18\x03\0\0\0abc", 11, SCAP_NEXT_END },
		{ SCAP_COMPRESS_ZSTD, "\x57\x2a\x4d\x18\x04\0\0\0abc", 11, SCAP_NEXT_CUT },
		{ SCAP_COMPRESS_ZSTD, "\x53\x2a\x4d\x18\xff\xff\xff\xff", 8, SCAP_NEXT_CUT },
		/* A frame that wants a window of 4 GiB. */
		{ SCAP_COMPRESS_ZSTD, "\x28\xb5\x2f\xfd\x00\xb0\x01\0\0", 9, SCAP_NEXT_CUT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str bytes;
		struct err err;
		int verdict;

		write_trace(path_of("trace"), cases[i].compress, 0);
		bytes = read_file(path_of("trace"));
		str_append(&bytes, cases[i].bytes, cases[i].len);
		assert_int_equal(read_trace(bytes.buf, bytes.len,
					    cases[i].compress == SCAP_COMPRESS_ZSTD, &verdict,
					    &err),
				 EVENT_CNT);
		if (verdict != cases[i].verdict)
			fail_msg("case %zu: verdict %d: %s", i, verdict, err.text);
		str_release(&bytes);
	}
}

/* Whatever is packed how, sections follow each other. */
static void test_joined(void **state)
{
	struct str bytes = { 0 };
	struct scap_reader *reader;
	struct err err;
	uint64_t blocks, events;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct str part;

		write_trace(path_of("trace"), i & 1 ? SCAP_COMPRESS_GZIP : SCAP_COMPRESS_ZSTD,
			    3000);
		part = read_file(path_of("trace"));
		str_append(&bytes, part.buf, part.len);
		str_release(&part);
	}
	assert_int_equal(open_bytes(bytes.buf, bytes.len, &reader, &err), 0);
	assert_string_equal(scap_reader_format(reader), "zstd");
	assert_int_equal(read_all(reader, NULL, &err, &blocks, &events), SCAP_NEXT_END);
	assert_int_equal(events, 4 * EVENT_CNT);
	scap_reader_close(reader);
	str_release(&bytes);
}

/* A frame is in the file, and readable, as soon as flush returns; nothing hangs on close. */
static void test_flush(void **state)
{
	(void)state;
	for (int compress = 0; compress < COMPRESS_COUNT; compress++) {
		struct scap_writer *writer =
			open_writer(path_of("trace"), (enum scap_compress)compress, 0);
		struct str bytes = { 0 };
		struct err err = { 0 };
		struct stat st;

		metadata(&bytes);
		assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, EVENT_TIME_UNKNOWN,
						 EVENT_TIME_UNKNOWN, no_extra, &err),
				 0);
		str_release(&bytes);
		for (int i = 0; i < 3; i++) {
			int verdict;

			assert_int_equal(put_events(writer, i * 10, 10, &err), 0);
			assert_int_equal(scap_writer_flush(writer, &err), 0);
			assert_int_equal(scap_writer_flush(writer, &err), 0);
			assert_int_equal(stat(path_of("trace"), &st), 0);
			assert_int_equal(st.st_size, scap_writer_bytes(writer));
			bytes = read_file(path_of("trace"));
			assert_int_equal(read_trace(bytes.buf, bytes.len,
						    compress == SCAP_COMPRESS_ZSTD, &verdict, &err),
					 10 * (i + 1));
			assert_int_equal(verdict, SCAP_NEXT_END);
			str_release(&bytes);
		}
		assert_int_equal(scap_writer_close(writer, &err), 0);
	}
}

/* A pipe whose writer goes on: a whole frame is delivered without waiting for the next. */
static void test_pipe(void **state)
{
	(void)state;
	alarm(20);
	for (int compress = 0; compress < COMPRESS_COUNT; compress++) {
		struct scap_reader *reader;
		struct scap_writer *writer;
		struct scap_block block;
		struct str bytes = { 0 };
		struct err err = { 0 };
		char path[64];
		int fds[2];

		assert_int_equal(pipe(fds), 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
		writer = open_writer(path, (enum scap_compress)compress, 0);
		close(fds[1]);
		scap_put_section(&bytes);
		assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, EVENT_TIME_UNKNOWN,
						 EVENT_TIME_UNKNOWN, no_extra, &err),
				 0);
		assert_int_equal(scap_writer_flush(writer, &err), 0);
		assert_int_equal(scap_reader_open_fd(fds[0], "pipe", &reader, &err), 0);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(put_events(writer, i, 1, &err), 0);
			assert_int_equal(scap_writer_flush(writer, &err), 0);
			assert_int_equal(scap_reader_next(reader, &block, NULL, &err),
					 SCAP_NEXT_BLOCK);
			assert_int_equal(block.kind, SCAP_KIND_EVENT);
		}
		assert_int_equal(scap_writer_close(writer, &err), 0);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_END);
		scap_reader_close(reader);
		str_release(&bytes);
	}
	alarm(0);
}

static void test_existing(void **state)
{
	struct scap_writer_opts opts = { .compress = SCAP_COMPRESS_NONE };
	struct scap_writer *writer;
	struct err err = { 0 };
	struct str bytes;
	struct stat st;
	FILE *file;

	(void)state;
	file = fopen(path_of("evidence"), "w");
	assert_non_null(file);
	fputs("old", file);
	fclose(file);
	assert_int_equal(scap_writer_open(path_of("evidence"), &opts, &writer, &err), -EEXIST);
	assert_non_null(strstr(err.text, "evidence: the file exists"));
	bytes = read_file(path_of("evidence"));
	assert_string_equal(bytes.buf, "old");
	str_release(&bytes);

	opts.force = true;
	err_init(&err);
	assert_int_equal(scap_writer_open(path_of("evidence"), &opts, &writer, &err), 0);
	assert_int_equal(scap_writer_close(writer, &err), 0);
	assert_int_equal(stat(path_of("evidence"), &st), 0);
	assert_int_equal(st.st_size, 0);

	/* A new one is nobody else's to read; what is no file may be written to. */
	opts.force = false;
	unlink(path_of("evidence"));
	assert_int_equal(scap_writer_open(path_of("evidence"), &opts, &writer, &err), 0);
	assert_int_equal(scap_writer_close(writer, &err), 0);
	assert_int_equal(stat(path_of("evidence"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(scap_writer_open("/dev/null", &opts, &writer, &err), 0);
	assert_int_equal(put_events(writer, 0, 10, &err), 0);
	assert_int_equal(scap_writer_close(writer, &err), 0);
	assert_int_equal(scap_writer_open("/nonexistent/x", &opts, &writer, &err), -ENOENT);
}

/* Only whole blocks are taken; the writer goes on after a refusal. */
static void test_torn_blocks(void **state)
{
	struct scap_writer *writer = open_writer(path_of("trace"), SCAP_COMPRESS_NONE, 0);
	struct str bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	add_event(&bytes, 1, 1);
	for (size_t len = 1; len < bytes.len; len++)
		assert_int_equal(scap_writer_put(writer, bytes.buf, len, 1, 1, no_extra, &err),
				 -EINVAL);
	err_init(&err);
	assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, 1, 1, no_extra, &err), 0);
	assert_int_equal(scap_writer_close(writer, &err), 0);
	str_release(&bytes);
}

/* The file may grow to limit bytes: the error comes once and for ever, what is there is good. */
static void fill_disk(enum scap_compress compress, rlim_t limit)
{
	struct rlimit old, new;
	struct scap_writer *writer;
	struct stats stats = { 0 };
	struct scap_writer_opts opts = {
		.compress = compress,
		.force = true,
		.starts = true,
		.frame_bytes = 1000,
		.stats = &stats,
	};
	struct str bytes = { 0 };
	struct err err = { 0 };
	struct stat st;
	int verdict;
	int cnt = 0;
	int ret;

	put_cnt = 0;
	metadata(&bytes);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	new = old;
	new.rlim_cur = limit;
	unlink(path_of("full"));
	assert_int_equal(scap_writer_open(path_of("full"), &opts, &writer, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &new), 0);
	ret = scap_writer_put(writer, bytes.buf, bytes.len, EVENT_TIME_UNKNOWN, EVENT_TIME_UNKNOWN,
			      no_extra, &err);
	if (!ret)
		ret = put_events(writer, 0, 5000, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(err.text, "full: File too large"));
	/* There is room again, but a gap in the trace would be worse. */
	err_init(&err);
	assert_int_equal(put_events(writer, 0, 1, &err), -EFBIG);
	assert_int_equal(scap_writer_flush(writer, &err), -EFBIG);
	assert_int_equal(stat(path_of("full"), &st), 0);
	assert_int_equal(st.st_size, scap_writer_bytes(writer));
	assert_true((rlim_t)st.st_size <= limit);
	err_init(&err);
	assert_int_equal(scap_writer_close(writer, &err), -EFBIG);
	assert_non_null(strstr(err.text, "full: File too large"));

	str_release(&bytes);
	bytes = read_file(path_of("full"));
	if (bytes.len) {
		cnt = read_trace(bytes.buf, bytes.len, compress == SCAP_COMPRESS_ZSTD, &verdict,
				 &err);
		assert_int_equal(verdict, SCAP_NEXT_END);
		/* The snapshot is some 5000 bytes before it is packed. */
		assert_true(limit < (compress == SCAP_COMPRESS_NONE ? 6500 : 4000) || cnt > 0);
	}
	str_release(&bytes);
	/* What is not in the file is counted. */
	assert_int_equal(stats.value[STAT_WRITE_LOST], put_cnt - (uint64_t)cnt);
}

static void test_full_disk(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (int compress = 0; compress < COMPRESS_COUNT; compress++) {
		for (rlim_t limit = 1; limit < 8000; limit += 97)
			fill_disk((enum scap_compress)compress, limit);
	}
}

/* Full at its very end: the seek table is left out, the events are all there. */
static void test_full_at_close(void **state)
{
	struct scap_writer *writer = open_writer(path_of("full"), SCAP_COMPRESS_ZSTD, 0);
	struct rlimit old, new;
	struct str bytes = { 0 };
	struct err err = { 0 };
	int verdict;

	(void)state;
	metadata(&bytes);
	assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, EVENT_TIME_UNKNOWN,
					 EVENT_TIME_UNKNOWN, no_extra, &err),
			 0);
	str_release(&bytes);
	assert_int_equal(put_events(writer, 0, 50, &err), 0);
	assert_int_equal(scap_writer_flush(writer, &err), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	new = old;
	new.rlim_cur = scap_writer_bytes(writer) + 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &new), 0);
	assert_int_equal(scap_writer_close(writer, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	bytes = read_file(path_of("full"));
	assert_int_equal(bytes.len, new.rlim_cur - 20);
	assert_int_equal(read_trace(bytes.buf, bytes.len, true, &verdict, &err), 50);
	assert_int_equal(verdict, SCAP_NEXT_END);
	str_release(&bytes);
}

/* Devices and pipes cannot be cut back, but they fail as clearly. */
static void test_no_listener(void **state)
{
	struct scap_writer *writer;
	struct err err = { 0 };
	char path[64];
	int fds[2];

	(void)state;
	writer = open_writer("/dev/full", SCAP_COMPRESS_NONE, 100);
	assert_int_equal(put_events(writer, 0, 10, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "/dev/full: No space left on device"));
	assert_int_equal(scap_writer_close(writer, &err), -ENOSPC);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	writer = open_writer(path, SCAP_COMPRESS_ZSTD, 100);
	close(fds[0]);
	close(fds[1]);
	err_init(&err);
	assert_int_equal(put_events(writer, 0, 10, &err), -EPIPE);
	assert_int_equal(scap_writer_close(writer, &err), -EPIPE);
}

/*
 * Blocks of every version that have room for entries, where a trace has no place
 * beside them: 3 bytes of padding or none, flags, a block that grows beyond what its
 * type holds; a block of the first version stays as it was.
 */
static void test_inline_extra(void **state)
{
	static char big[65500];
	static const struct {
		uint32_t flags;
		size_t param_len;
		uint32_t type;
	} cases[] = {
		{ 0, 3, SCAP_EVENT },
		{ 1, 3, SCAP_EVENT_FLAGS },
		{ 0, sizeof(big), SCAP_EVENT_LARGE },
		{ 1, sizeof(big), SCAP_EVENT_FLAGS_LARGE },
	};

	(void)state;
	memset(big, 'b', sizeof(big));
	for (size_t i = 0; i < ARRAY_SIZE(cases) * 8; i++) {
		struct scap_writer *writer =
			open_writer(path_of("trace"), SCAP_COMPRESS_NONE, 1 << 20);
		const struct span data = span_make(big, cases[i / 8].param_len);
		struct span params[3] = { { NULL, 0 }, data, { NULL, 0 } };
		uint8_t entry[4 + 8] = { WIRE_EXTRA_REAL_PATH, 0, (uint8_t)(i % 8), 0, 'n', 'a' };
		struct span extra = span_make(entry, 4 + i % 8);
		struct event_record record;
		struct scap_reader *reader;
		struct scap_block block;
		struct str bytes = { 0 };
		struct err err = { 0 };
		struct event ev;

		scap_put_section(&bytes);
		assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, 1, 1, extra, &err),
				 0);
		str_reset(&bytes);
		scap_put_event(&bytes, 3, cases[i / 8].flags, 5, 6, EVENT_SYSCALL_READ_X, params,
			       3);
		assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, 1, 1, extra, &err),
				 0);
		store_u32(bytes.buf, SCAP_EVENT_V1);
		assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, 1, 1, extra, &err),
				 0);
		assert_int_equal(scap_writer_close(writer, &err), 0);

		assert_int_equal(scap_reader_open(path_of("trace"), &reader, &err), 0);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(block.kind, SCAP_KIND_SECTION);
		assert_int_equal(block.len, 28);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(block.type, cases[i / 8].type);
		assert_int_equal(block.len % 4, 0);
		assert_int_equal(scap_event_record(&block, &record, &err), 0);
		assert_true(record.len - load_u32(record.data + 16) < 4);
		record.num = 1;
		assert_int_equal(event_decode(&record, &ev, &err), EVENT_OK);
		assert_true(span_is_equal(ev.extra_bytes, extra));
		assert_int_equal(ev.inline_len, extra.len + 4);
		assert_int_equal(ev.extra.real_path.len, i % 8);
		assert_true(span_is_equal(event_param(&ev, 1), data));
		assert_int_equal(ev.block_flags, cases[i / 8].flags);
		assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
		assert_int_equal(block.len, bytes.len);
		assert_memory_equal(block.data, bytes.buf, bytes.len);
		scap_reader_close(reader);
		str_release(&bytes);
	}
}

/* Many and long entries: frames end before a column is larger than readers take. */
static void test_much_extra(void **state)
{
	struct scap_writer *writer = open_writer(path_of("trace"), SCAP_COMPRESS_ZSTD, 64 << 20);
	static uint8_t entry[60000] = { WIRE_EXTRA_REAL_PATH, 0 };
	struct scap_reader *reader;
	struct scap_block block;
	struct str bytes = { 0 };
	struct err err = { 0 };
	int cnt = 0;

	(void)state;
	store_u16(entry + 2, sizeof(entry) - 4);
	scap_put_section(&bytes);
	assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, 1, 1, no_extra, &err), 0);
	for (int i = 0; i < 200; i++) {
		str_reset(&bytes);
		add_event(&bytes, 1, i);
		for (size_t k = 4; k < sizeof(entry); k++)
			entry[k] = (uint8_t)(k * (size_t)(i + 1) >> 3);
		assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, 1, 1,
						 span_make(entry, sizeof(entry)), &err),
				 0);
	}
	assert_int_equal(scap_writer_close(writer, &err), 0);
	assert_int_equal(scap_reader_open(path_of("trace"), &reader, &err), 0);
	assert_int_equal(scap_reader_next(reader, &block, NULL, &err), SCAP_NEXT_BLOCK);
	while (scap_reader_next(reader, &block, NULL, &err) == SCAP_NEXT_BLOCK) {
		assert_int_equal(block.extra.len, sizeof(entry));
		assert_int_equal(block.extra.ptr[100], (uint8_t)(100 * (cnt + 1) >> 3));
		cnt++;
	}
	assert_int_equal(cnt, 200);
	scap_reader_close(reader);
	str_release(&bytes);
}

/* A block that is larger than a frame has one to itself. */
static void test_large_block(void **state)
{
	struct scap_writer *writer = open_writer(path_of("trace"), SCAP_COMPRESS_ZSTD, 0);
	static char json[2000000];
	struct span param = { (const uint8_t *)json, sizeof(json) };
	struct scap_reader *reader;
	struct str bytes = { 0 };
	struct err err = { 0 };
	uint64_t blocks, events;

	(void)state;
	memset(json, 'j', sizeof(json) - 1);
	scap_put_section(&bytes);
	for (int i = 0; i < 3; i++)
		scap_put_event(&bytes, 0, 0, 1, -1, EVENT_CONTAINER_JSON_2_E, &param, 1);
	assert_int_equal(scap_writer_put(writer, bytes.buf, bytes.len, EVENT_TIME_UNKNOWN,
					 EVENT_TIME_UNKNOWN, no_extra, &err),
			 0);
	assert_int_equal(scap_writer_close(writer, &err), 0);
	assert_int_equal(scap_reader_open(path_of("trace"), &reader, &err), 0);
	assert_int_equal(read_all(reader, NULL, &err, &blocks, &events), SCAP_NEXT_END);
	assert_int_equal(events, 3);
	scap_reader_close(reader);
	str_release(&bytes);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "trace", "evidence", "full" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(path_of(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_zstd_layout),
		cmocka_unit_test(test_cut),	     cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_behind),	     cmocka_unit_test(test_joined),
		cmocka_unit_test(test_flush),	     cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_existing),     cmocka_unit_test(test_torn_blocks),
		cmocka_unit_test(test_full_disk),    cmocka_unit_test(test_full_at_close),
		cmocka_unit_test(test_no_listener),  cmocka_unit_test(test_large_block),
		cmocka_unit_test(test_inline_extra), cmocka_unit_test(test_much_extra),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
