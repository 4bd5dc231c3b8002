/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * block.c: finds the blocks in a stream.  They are handed out where they lie in
 * one buffer; only the part of a block at its end is ever moved.  A block's
 * length is believed only as far as bytes follow, so a lie costs no memory.
 * What is inside a block is entries.c's and event/'s matter.
 */
#include "scap/scap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "scap/stream.h"

/* What the kernel copies into it is still in a near cache when it is decoded. */
#define BUF_BYTES ((size_t)256 << 10)
/* Reading into less room than this is not worth a system call. */
#define ROOM_MIN ((size_t)64 << 10)
#define BLOCK_MIN 12
#define SECTION_MIN 28
#define SECTION_MAGIC 0x1A2B3C4Du
#define SECTION_MAGIC_SWAPPED 0x4D3C2B1Au
#define MAJOR_MAX 1

struct scap_reader {
	struct scap_stream *stream;
	uint8_t *buf;
	size_t cap, pos, end;
	uint64_t base; /* offset of buf in the stream */
	struct scap_columns *columns; /* of the frame that was read last */
	bool is_done; /* the verdict stands */
	enum scap_next verdict;
	struct err why;
};

/* Numbers that builds before the first release wrote, with the same layouts. */
static uint32_t official_type(uint32_t type)
{
	switch (type) {
	case 0x8000ABCD:
		return SCAP_PROCS_V1;
	case 0x8001ABCD:
		return SCAP_FDS_V1;
	case 0x8002ABCD:
		return SCAP_MACHINE;
	case 0x8010ABCD:
		return SCAP_EVENT_V1;
	case 0x8011ABCD:
		return SCAP_IFACES_V1;
	case 0x8012ABCD:
		return SCAP_USERS_V1;
	case 0x8013ABCD:
		return SCAP_PROCS_V2;
	case 0x8014ABCD:
		return SCAP_PROCS_V3;
	default:
		return type;
	}
}

enum scap_kind scap_kind_of(uint32_t type)
{
	switch (type) {
	case SCAP_EVENT:
	case SCAP_EVENT_FLAGS:
	case SCAP_EVENT_LARGE:
	case SCAP_EVENT_FLAGS_LARGE:
	case SCAP_EVENT_V1:
	case SCAP_EVENT_V1_FLAGS:
		return SCAP_KIND_EVENT;
	case SCAP_SECTION:
		return SCAP_KIND_SECTION;
	case SCAP_MACHINE:
		return SCAP_KIND_MACHINE;
	case SCAP_IFACES_V1:
	case SCAP_IFACES:
		return SCAP_KIND_IFACES;
	case SCAP_USERS_V1:
	case SCAP_USERS:
		return SCAP_KIND_USERS;
	case SCAP_PROCS_V1:
	case SCAP_PROCS_V2:
	case SCAP_PROCS_V3:
	case SCAP_PROCS_V4:
	case SCAP_PROCS_V5:
	case SCAP_PROCS_V6:
	case SCAP_PROCS_V7:
	case SCAP_PROCS_V8:
	case SCAP_PROCS_V9:
		return SCAP_KIND_PROCS;
	case SCAP_FDS_V1:
	case SCAP_FDS:
		return SCAP_KIND_FDS;
	default:
		return SCAP_KIND_UNKNOWN;
	}
}

/* --- the buffer --------------------------------------------------------- */

static size_t buf_len(const struct scap_reader *reader)
{
	return reader->end - reader->pos;
}

static uint64_t offset_of(const struct scap_reader *reader)
{
	return reader->base + reader->pos;
}

static void make_room(struct scap_reader *reader)
{
	if (reader->cap - reader->end >= ROOM_MIN && reader->pos != reader->end)
		return;
	memmove(reader->buf, reader->buf + reader->pos, buf_len(reader));
	reader->base += reader->pos;
	reader->end -= reader->pos;
	reader->pos = 0;
	if (reader->cap - reader->end < ROOM_MIN) {
		reader->cap *= 2;
		reader->buf = alloc_resize(reader->buf, reader->cap);
	}
}

/* 1: need bytes are there, 0: the stream ended before, negative errno. */
static int fill(struct scap_reader *reader, size_t need, struct err *err)
{
	while (buf_len(reader) < need) {
		ssize_t cnt;

		make_room(reader);
		cnt = scap_stream_read(reader->stream, reader->buf + reader->end,
				       reader->cap - reader->end, err);
		if (cnt <= 0)
			return (int)cnt;
		reader->end += (size_t)cnt;
	}
	return 1;
}

/* --- verdicts ----------------------------------------------------------- */

static int repeat_verdict(struct scap_reader *reader, struct err *err)
{
	if (reader->verdict == SCAP_NEXT_CUT)
		err_set(err, reader->why.code, "%s", reader->why.text);
	return reader->verdict;
}

PRINTF(3, 4)
static int give_up(struct scap_reader *reader, struct err *err, const char *fmt, ...)
{
	char what[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	reader->is_done = true;
	reader->verdict = SCAP_NEXT_CUT;
	err_init(&reader->why);
	if (scap_stream_format(reader->stream) == SCAP_FORMAT_RAW)
		err_set(&reader->why, -EBADMSG, "%s: byte %" PRIu64 ": %s",
			scap_stream_name(reader->stream), offset_of(reader), what);
	else
		err_set(&reader->why, -EBADMSG, "%s: byte %" PRIu64 " (unpacked %" PRIu64 "): %s",
			scap_stream_name(reader->stream), scap_stream_pos(reader->stream),
			offset_of(reader), what);
	return repeat_verdict(reader, err);
}

/* The stream is at its end; need is what the block at hand would have. */
static int end_here(struct scap_reader *reader, uint64_t need, struct err *err)
{
	const char *why = scap_stream_why(reader->stream);

	if (why)
		return give_up(reader, err, "%s", why);
	if (buf_len(reader))
		return give_up(reader, err,
			       "the trace ends inside a block (%zu of %" PRIu64 " bytes)",
			       buf_len(reader), need);
	if (!offset_of(reader))
		return give_up(reader, err, "the trace is empty, a section header was expected");
	reader->is_done = true;
	reader->verdict = SCAP_NEXT_END;
	return SCAP_NEXT_END;
}

/* --- blocks ------------------------------------------------------------- */

/* NULL when the section header is one we can read. */
static const char *section_fault(const uint8_t *block, size_t total)
{
	uint32_t magic;

	if (total < SECTION_MIN)
		return "the section header is too short";
	magic = load_u32(block + 8);
	if (magic == SECTION_MAGIC_SWAPPED)
		return "the trace comes from a big-endian machine, which is not supported";
	if (magic != SECTION_MAGIC)
		return "the section header has a wrong magic number";
	if (load_u16(block + 12) > MAJOR_MAX)
		return "the trace has a newer major version of the format";
	return NULL;
}

/*
 * Re-saved old captures: the entries of the interface list were given a length
 * field each, but the block's own length was not raised. Walks the entries until
 * a trailer lies where that explains it. Gives the true length, 0 if it is none.
 */
static int repair_ifaces(struct scap_reader *reader, uint32_t stated, uint32_t *total,
			 struct err *err)
{
	uint64_t at = 8;
	uint64_t cnt = 0;

	*total = 0;
	while (at < stated) {
		uint64_t trailer;
		uint32_t len;
		uint16_t type;
		uint16_t name_len;
		int ret = fill(reader, at + 8, err);

		if (ret <= 0)
			return ret;
		len = load_u32(reader->buf + reader->pos + at);
		type = load_u16(reader->buf + reader->pos + at + 4);
		name_len = load_u16(reader->buf + reader->pos + at + 6);
		if (!(type == 1 && len == 24u + name_len) && !(type == 2 && len == 60u + name_len))
			return 0;
		at += 4 + len;
		cnt++;
		trailer = (at + 3) & ~(uint64_t)3;
		if (trailer + 4 != stated + 4 * cnt)
			continue;
		ret = fill(reader, trailer + 4, err);
		if (ret <= 0)
			return ret;
		if (load_u32(reader->buf + reader->pos + trailer) != stated)
			continue;
		*total = (uint32_t)(trailer + 4);
		store_u32(reader->buf + reader->pos + 4, *total);
		store_u32(reader->buf + reader->pos + trailer, *total);
		return 1;
	}
	return 0;
}

/* A block too big to be held; whether it was one shows its trailer. 1: passed. */
static int pass_huge(struct scap_reader *reader, uint32_t total, struct err *err)
{
	uint64_t left = (uint64_t)total - 4;

	while (left) {
		int ret = fill(reader, 1, err);
		size_t cnt = buf_len(reader);

		if (ret <= 0)
			return ret;
		if (cnt > left)
			cnt = (size_t)left;
		reader->pos += cnt;
		left -= cnt;
	}
	return fill(reader, 4, err);
}

static uint64_t start_of(struct scap_reader *reader, const struct scap_block *block)
{
	uint64_t duration_ns = scap_column_next(&reader->columns->durations);
	bool has_flags = block->type == SCAP_EVENT_FLAGS || block->type == SCAP_EVENT_FLAGS_LARGE ||
			 block->type == SCAP_EVENT_V1_FLAGS;
	uint32_t at = has_flags ? 14 : 10;
	uint64_t ts_ns;

	if (duration_ns == UINT64_MAX || block->len < at + 8 + 4)
		return EVENT_TIME_UNKNOWN;
	ts_ns = load_u64(block->data + at);
	return ts_ns == EVENT_TIME_UNKNOWN || ts_ns < duration_ns ? EVENT_TIME_UNKNOWN
								  : ts_ns - duration_ns;
}

/* The whole block lies at pos. */
static void hand_out(struct scap_reader *reader, uint32_t type, uint32_t total,
		     struct scap_block *block)
{
	uint8_t *data = reader->buf + reader->pos;

	if (LIKELY(type == SCAP_EVENT)) {
		block->type = SCAP_EVENT;
		block->kind = SCAP_KIND_EVENT;
	} else {
		block->type = official_type(type);
		if (UNLIKELY(block->type != type))
			store_u32(data, block->type);
		block->kind = scap_kind_of(block->type);
	}
	block->data = data;
	block->len = total;
	block->offset = offset_of(reader);
	block->start_ns = EVENT_TIME_UNKNOWN;
	block->extra = span_make(NULL, 0);
	if (LIKELY(block->kind == SCAP_KIND_EVENT)) {
		if (reader->columns->durations.event_cnt)
			block->start_ns = start_of(reader, block);
		if (reader->columns->extras.cnt)
			block->extra = scap_extras_next(&reader->columns->extras);
	}
	reader->pos += total;
}

/* One block is passed over that is longer than we hold. Positive: a verdict came of it. */
static int skip_huge(struct scap_reader *reader, uint32_t type, uint32_t total, struct stats *stats,
		     struct err *err, bool *is_passed)
{
	uint64_t offset = offset_of(reader);
	int ret = pass_huge(reader, total, err);

	*is_passed = false;
	if (ret < 0)
		return ret;
	if (!ret)
		return give_up(reader, err,
			       "the trace ends inside the block of %" PRIu32
			       " bytes that began at byte %" PRIu64,
			       total, offset);
	if (load_u32(reader->buf + reader->pos) != total)
		return give_up(reader, err,
			       "the block that began at byte %" PRIu64 " says it has %" PRIu32
			       " bytes, but it does not end there",
			       offset, total);
	reader->pos += 4;
	if (scap_kind_of(official_type(type)) == SCAP_KIND_EVENT) {
		(void)scap_column_next(&reader->columns->durations);
		(void)scap_extras_next(&reader->columns->extras);
		stats_add(stats, STAT_EVENTS_SKIPPED, 1);
	} else {
		stats_add(stats, STAT_BLOCKS_UNKNOWN, 1);
	}
	*is_passed = true;
	return 0;
}

/* What is left to check when a block's trailer is not its length. */
static int check_trailer(struct scap_reader *reader, uint32_t type, uint32_t *total,
			 struct err *err)
{
	uint32_t trailer = load_u32(reader->buf + reader->pos + *total - 4);
	uint32_t repaired = 0;
	int ret;

	if (type == SCAP_IFACES) {
		ret = repair_ifaces(reader, *total, &repaired, err);
		if (ret < 0)
			return ret;
		if (repaired) {
			*total = repaired;
			return SCAP_NEXT_BLOCK;
		}
	}
	return give_up(reader, err,
		       "a block of type 0x%" PRIx32 " has the length %" PRIu32
		       " before and %" PRIu32 " behind it",
		       type, *total, trailer);
}

int scap_reader_next(struct scap_reader *reader, struct scap_block *block, struct stats *stats,
		     struct err *err)
{
	for (;;) {
		bool is_passed;
		const char *fault;
		uint32_t type;
		uint32_t total;
		int ret = 1;

		if (UNLIKELY(reader->is_done))
			return repeat_verdict(reader, err);
		if (UNLIKELY(buf_len(reader) < 8))
			ret = fill(reader, 8, err);
		if (UNLIKELY(ret <= 0))
			return ret < 0 ? ret : end_here(reader, BLOCK_MIN, err);
		type = load_u32(reader->buf + reader->pos);
		total = load_u32(reader->buf + reader->pos + 4);
		if (UNLIKELY(total < BLOCK_MIN))
			return give_up(reader, err,
				       "a block of type 0x%" PRIx32 " says it has %" PRIu32
				       " bytes, at least 12 were expected",
				       type, total);
		if (UNLIKELY(total > LIMIT_BLOCK_SIZE)) {
			ret = skip_huge(reader, type, total, stats, err, &is_passed);
			if (is_passed)
				continue;
			return ret;
		}
		if (UNLIKELY(buf_len(reader) < total)) {
			ret = fill(reader, total, err);
			if (ret <= 0)
				return ret < 0 ? ret : end_here(reader, total, err);
		}
		if (UNLIKELY(load_u32(reader->buf + reader->pos + total - 4) != total)) {
			ret = check_trailer(reader, type, &total, err);
			if (ret)
				return ret;
		}
		if (type == SCAP_SECTION) {
			fault = section_fault(reader->buf + reader->pos, total);
			if (fault)
				return give_up(reader, err, "%s", fault);
		}
		hand_out(reader, type, total, block);
		if (LIKELY(block->kind != SCAP_KIND_UNKNOWN))
			return SCAP_NEXT_BLOCK;
		stats_add(stats, STAT_BLOCKS_UNKNOWN, 1);
	}
}

/* --- opening ------------------------------------------------------------ */

/* A file that does not begin as a trace does is no damaged trace, but none at all. */
static int check_first(struct scap_reader *reader, struct err *err)
{
	static const uint8_t begin[] = { 0x0a, 0x0d, 0x0d, 0x0a };
	int ret = fill(reader, SECTION_MIN, err);
	size_t len = buf_len(reader);
	size_t same = len < sizeof(begin) ? len : sizeof(begin);
	const char *fault;

	if (ret < 0)
		return ret;
	if (memcmp(reader->buf + reader->pos, begin, same))
		return err_set(
			err, -EBADMSG,
			"%s: not a trace: it does not begin with a section header (raw, gzip "
			"or zstd)",
			scap_stream_name(reader->stream));
	if (!ret)
		return 0;
	fault = section_fault(reader->buf + reader->pos, load_u32(reader->buf + reader->pos + 4));
	return fault ? err_set(err, -EBADMSG, "%s: %s", scap_stream_name(reader->stream), fault)
		     : 0;
}

int scap_reader_open_fd(int fd, const char *name, struct scap_reader **reader, struct err *err)
{
	struct scap_reader *new;
	struct scap_stream *stream;
	int ret = scap_stream_open(fd, name, &stream, err);

	if (ret)
		return ret;
	new = alloc_zero(sizeof(*new));
	new->stream = stream;
	new->columns = scap_stream_columns(stream);
	new->cap = BUF_BYTES;
	new->buf = alloc_resize(NULL, new->cap);
	ret = check_first(new, err);
	if (ret) {
		scap_reader_close(new);
		return ret;
	}
	*reader = new;
	return 0;
}

int scap_reader_open(const char *path, struct scap_reader **reader, struct err *err)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return scap_reader_open_fd(fd, is_stdin ? "standard input" : path, reader, err);
}

void scap_reader_close(struct scap_reader *reader)
{
	if (!reader)
		return;
	scap_stream_close(reader->stream);
	alloc_free(reader->buf);
	alloc_free(reader);
}

uint64_t scap_reader_pos(const struct scap_reader *reader)
{
	return scap_stream_pos(reader->stream);
}

uint64_t scap_reader_size(const struct scap_reader *reader)
{
	return scap_stream_size(reader->stream);
}

const char *scap_reader_format(const struct scap_reader *reader)
{
	static const char *const names[] = {
		[SCAP_FORMAT_RAW] = "raw",
		[SCAP_FORMAT_GZIP] = "gzip",
		[SCAP_FORMAT_ZSTD] = "zstd",
	};

	return names[scap_stream_format(reader->stream)];
}
