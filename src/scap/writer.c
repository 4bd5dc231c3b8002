/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writer.c: whole blocks in, a file out that is valid whenever the recorder dies.
 * Blocks are gathered until a frame is full; a frame goes to the kernel in one
 * write, together with its columns:
 *
 *   [data: section, machine, lists] [columns][data: events] ... [seek table]
 *
 * The first frame holds no events, because others know a zstd file by a data
 * frame at its beginning and columns stand before their events.  gzip: a member
 * a frame.  none: the blocks as they are.
 */
#include "scap/scap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "event/wire.h"
#include "scap/column.h"
#include "scap/seek.h"

#define FRAME_BYTES (1u << 20)
#define ZSTD_LEVEL 3
/* A trace holds what other users' programs read and wrote. */
#define FILE_MODE 0600
#define GZIP_WINDOW (MAX_WBITS + 16)
#define SMALL_BLOCK_MAX (65536u + 8)

struct scap_writer {
	int fd;
	char *name;
	bool is_regular;
	off_t base; /* where the trace begins in a file that was open before */
	enum scap_compress compress;
	bool has_starts;
	size_t frame_bytes;
	ZSTD_CCtx *zstd;
	z_stream gzip;
	struct str raw; /* blocks of the frame at hand */
	struct str out; /* what goes to the file next */
	bool has_events; /* some event block was taken */
	uint64_t event_cnt; /* event blocks of the frame at hand */
	struct stats *stats;
	struct scap_columns columns;
	struct scap_seek seek;
	uint64_t file_bytes; /* whole frames written */
	uint64_t raw_bytes;
	struct err failed; /* code not 0: the end of all writing */
};

static int fail(struct scap_writer *writer, struct err *err)
{
	return err_set(err, writer->failed.code, "%s", writer->failed.text);
}

static bool is_new_trace(const struct scap_writer *writer)
{
	return !writer->file_bytes;
}

/* --- the file ----------------------------------------------------------- */

static int open_existing(const char *path, bool force, struct err *err)
{
	struct stat st;
	int fd;

	if (!stat(path, &st) && S_ISREG(st.st_mode) && !force)
		return err_set(err, -EEXIST, "%s: the file exists (--force overwrites it)", path);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | (force ? O_CREAT | O_TRUNC : 0),
		  FILE_MODE);
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	/* It may have become a file of somebody's in between. */
	if (!force && (fstat(fd, &st) || S_ISREG(st.st_mode))) {
		close(fd);
		return err_set(err, -EEXIST, "%s: the file exists (--force overwrites it)", path);
	}
	return fd;
}

static int open_file(const char *path, bool force, struct err *err)
{
	int fd;

	if (!strcmp(path, "-")) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, FILE_MODE);
		if (fd < 0 && errno == EEXIST)
			return open_existing(path, force, err);
	}
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return fd;
}

static void note_kind(struct scap_writer *writer)
{
	int flags = fcntl(writer->fd, F_GETFL);
	struct stat st;

	if (fstat(writer->fd, &st) || !S_ISREG(st.st_mode))
		return;
	writer->is_regular = true;
	writer->base = flags & O_APPEND ? st.st_size : lseek(writer->fd, 0, SEEK_CUR);
	if (writer->base < 0)
		writer->is_regular = false;
}

/* On failure the file ends behind its last whole frame again, where it can be cut. */
static int write_out(struct scap_writer *writer, struct err *err)
{
	const char *at = writer->out.buf;
	size_t left = writer->out.len;
	bool is_whole;
	int code;

	while (left) {
		ssize_t cnt = write(writer->fd, at, left);

		if (cnt >= 0) {
			at += cnt;
			left -= (size_t)cnt;
		} else if (errno == EAGAIN) {
			struct pollfd pollfd = { .fd = writer->fd, .events = POLLOUT };

			(void)poll(&pollfd, 1, -1);
		} else if (errno != EINTR) {
			break;
		}
	}
	if (!left) {
		writer->file_bytes += writer->out.len;
		str_reset(&writer->out);
		return 0;
	}
	code = errno;
	is_whole = writer->is_regular &&
		   !ftruncate(writer->fd, writer->base + (off_t)writer->file_bytes);
	err_set(&writer->failed, -code, "%s: %s; %s", writer->name, strerror(code),
		is_whole ? "the trace is whole up to there" : "the trace may end in a torn frame");
	return fail(writer, err);
}

/* --- frames ------------------------------------------------------------- */

static int fail_library(struct scap_writer *writer, const char *what, struct err *err)
{
	err_set(&writer->failed, -EIO, "%s: cannot compress: %s", writer->name, what);
	return fail(writer, err);
}

/* A trace that begins with them would not be known as one. */
static void put_columns(struct scap_writer *writer)
{
	const struct scap_columns *columns = &writer->columns;
	struct str *out = &writer->out;
	size_t begin = out->len;

	if (is_new_trace(writer))
		return;
	if (columns->durations.is_used && columns->durations.codes.len <= LIMIT_COLUMN_SIZE) {
		scap_column_put(&columns->durations, out);
		scap_seek_add(&writer->seek, out->len - begin, 0);
	}
	begin = out->len;
	if (columns->extras.cnt) {
		scap_extras_put(&columns->extras, out);
		scap_seek_add(&writer->seek, out->len - begin, 0);
	}
}

static int pack_zstd(struct scap_writer *writer, struct err *err)
{
	size_t bound = ZSTD_compressBound(writer->raw.len);
	size_t len;

	put_columns(writer);
	len = ZSTD_compress2(writer->zstd, str_reserve(&writer->out, bound), bound, writer->raw.buf,
			     writer->raw.len);
	if (ZSTD_isError(len))
		return fail_library(writer, ZSTD_getErrorName(len), err);
	str_commit(&writer->out, len);
	scap_seek_add(&writer->seek, len, writer->raw.len);
	return 0;
}

static int pack_gzip(struct scap_writer *writer, struct err *err)
{
	z_stream *gzip = &writer->gzip;
	size_t bound;

	/* Blocks are far smaller than the 4 GiB that zlib's counters hold. */
	if (deflateReset(gzip) != Z_OK)
		return fail_library(writer, "deflateReset", err);
	bound = deflateBound(gzip, writer->raw.len);
	gzip->next_in = (Bytef *)writer->raw.buf;
	gzip->avail_in = (uInt)writer->raw.len;
	gzip->next_out = (Bytef *)str_reserve(&writer->out, bound);
	gzip->avail_out = (uInt)bound;
	if (deflate(gzip, Z_FINISH) != Z_STREAM_END)
		return fail_library(writer, "deflate", err);
	str_commit(&writer->out, bound - gzip->avail_out);
	return 0;
}

static int end_frame(struct scap_writer *writer, struct err *err)
{
	struct str empty = writer->out;
	int ret = 0;

	if (!writer->raw.len)
		return 0;
	switch (writer->compress) {
	case SCAP_COMPRESS_ZSTD:
		ret = pack_zstd(writer, err);
		break;
	case SCAP_COMPRESS_GZIP:
		ret = pack_gzip(writer, err);
		break;
	case SCAP_COMPRESS_NONE:
		writer->out = writer->raw;
		writer->raw = empty;
		break;
	}
	if (!ret)
		ret = write_out(writer, err);
	if (ret)
		stats_add(writer->stats, STAT_WRITE_LOST, writer->event_cnt);
	str_reset(&writer->raw);
	scap_columns_reset(&writer->columns);
	writer->event_cnt = 0;
	return ret;
}

/* Would the frame at hand become too long? */
static bool is_frame_full(const struct scap_writer *writer, size_t len, size_t extra_len)
{
	size_t extras = writer->columns.extras.items.len;

	return writer->raw.len &&
	       (writer->raw.len + len + extras + extra_len > writer->frame_bytes ||
		extras + extra_len > LIMIT_COLUMN_SIZE / 2);
}

/*
 * The block with rtsec's entries behind the last parameter, inside the event's own
 * length. A block that has no room for them there, or is damaged, is left as it is.
 */
static void append_with_extra(struct str *out, const uint8_t *block, size_t len, struct span extra)
{
	uint32_t type = load_u32(block);
	bool has_flags = type == SCAP_EVENT_FLAGS || type == SCAP_EVENT_FLAGS_LARGE;
	size_t event = has_flags ? 14 : 10;
	size_t begin = out->len;
	size_t event_len, total;

	if (type == SCAP_EVENT_V1 || type == SCAP_EVENT_V1_FLAGS || len < event + 26 + 4 ||
	    load_u32(block + event + 16) > len - event - 4) {
		str_append(out, block, len);
		return;
	}
	event_len = load_u32(block + event + 16);
	str_append(out, block, event + event_len);
	store_u32(str_reserve(out, 4), WIRE_EXTRA_MAGIC);
	str_commit(out, 4);
	str_append(out, extra.ptr, extra.len);
	event_len += 4 + extra.len;
	total = (event + event_len + 3 + 4) & ~(size_t)3;
	memset(str_reserve(out, 8), 0, 8);
	str_commit(out, total - event - event_len);
	if (total > SMALL_BLOCK_MAX)
		store_u32(out->buf + begin, has_flags ? SCAP_EVENT_FLAGS_LARGE : SCAP_EVENT_LARGE);
	store_u32(out->buf + begin + 4, (uint32_t)total);
	store_u32(out->buf + begin + event + 16, (uint32_t)event_len);
	store_u32(out->buf + begin + total - 4, (uint32_t)total);
}

static int put_block(struct scap_writer *writer, const uint8_t *block, size_t len,
		     uint64_t duration_ns, struct span extra, struct err *err)
{
	bool is_zstd = writer->compress == SCAP_COMPRESS_ZSTD;
	bool is_event = scap_kind_of(load_u32(block)) == SCAP_KIND_EVENT;
	int ret = 0;

	if (is_event && !writer->has_events && is_zstd)
		ret = end_frame(writer, err);
	else if (is_frame_full(writer, len, extra.len))
		ret = end_frame(writer, err);
	if (ret)
		return ret;
	if (UNLIKELY(extra.len) && is_event && !is_zstd)
		append_with_extra(&writer->raw, block, len, extra);
	else
		str_append(&writer->raw, block, len);
	writer->raw_bytes += len;
	if (is_event) {
		writer->has_events = true;
		writer->event_cnt++;
		if (writer->has_starts)
			scap_column_add(&writer->columns.durations, duration_ns);
		if (is_zstd)
			scap_extras_add(&writer->columns.extras, extra);
	}
	return 0;
}

/* --- interface ---------------------------------------------------------- */

static int init_library(struct scap_writer *writer, int level, struct err *err)
{
	if (writer->compress == SCAP_COMPRESS_ZSTD) {
		writer->zstd = ZSTD_createCCtx();
		if (!writer->zstd)
			return fail_library(writer, "ZSTD_createCCtx", err);
		if (!level)
			level = ZSTD_LEVEL;
		if (ZSTD_isError(
			    ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, level)) ||
		    ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_checksumFlag, 1)))
			return fail_library(writer, "ZSTD_CCtx_setParameter", err);
	} else if (writer->compress == SCAP_COMPRESS_GZIP) {
		if (deflateInit2(&writer->gzip, level ? level : Z_DEFAULT_COMPRESSION, Z_DEFLATED,
				 GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
			return fail_library(writer, "deflateInit2", err);
	}
	return 0;
}

static void free_writer(struct scap_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	ZSTD_freeCCtx(writer->zstd);
	if (writer->compress == SCAP_COMPRESS_GZIP)
		deflateEnd(&writer->gzip);
	str_release(&writer->raw);
	str_release(&writer->out);
	scap_columns_release(&writer->columns);
	scap_seek_release(&writer->seek);
	alloc_free(writer->name);
	alloc_free(writer);
}

int scap_writer_open(const char *path, const struct scap_writer_opts *opts,
		     struct scap_writer **writer, struct err *err)
{
	struct scap_writer *new;
	int fd;
	int ret;

	fd = open_file(path, opts->force, err);
	if (fd < 0)
		return fd;
	new = alloc_zero(sizeof(*new));
	new->fd = fd;
	new->name = alloc_strdup(strcmp(path, "-") ? path : "standard output");
	new->compress = opts->compress;
	new->has_starts = opts->starts && opts->compress == SCAP_COMPRESS_ZSTD;
	new->stats = opts->stats;
	new->frame_bytes = opts->frame_bytes ? opts->frame_bytes : FRAME_BYTES;
	note_kind(new);
	ret = init_library(new, opts->level, err);
	if (ret) {
		free_writer(new);
		return ret;
	}
	*writer = new;
	return 0;
}

static uint64_t count_events(const uint8_t *at, size_t len)
{
	uint64_t cnt = 0;

	while (len >= 12) {
		size_t total = load_u32(at + 4);

		if (total < 12 || total > len)
			break;
		cnt += scap_kind_of(load_u32(at)) == SCAP_KIND_EVENT;
		at += total;
		len -= total;
	}
	return cnt;
}

int scap_writer_put(struct scap_writer *writer, const void *blocks, size_t len, uint64_t ts_ns,
		    uint64_t start_ns, struct span extra, struct err *err)
{
	const uint8_t *at = blocks;
	uint64_t duration_ns = UINT64_MAX;
	int ret = 0;

	if (UNLIKELY(writer->failed.code)) {
		stats_add(writer->stats, STAT_WRITE_LOST, count_events(at, len));
		return fail(writer, err);
	}
	if (start_ns != EVENT_TIME_UNKNOWN && ts_ns != EVENT_TIME_UNKNOWN && start_ns <= ts_ns)
		duration_ns = ts_ns - start_ns;
	while (len) {
		size_t total = len < 12 ? 0 : load_u32(at + 4);

		if (total < 12 || total > len)
			return err_set(err, -EINVAL, "%s: only whole blocks can be written",
				       writer->name);
		ret = put_block(writer, at, total, duration_ns, extra, err);
		if (UNLIKELY(ret)) {
			stats_add(writer->stats, STAT_WRITE_LOST, count_events(at, len));
			return ret;
		}
		at += total;
		len -= total;
	}
	return 0;
}

int scap_writer_flush(struct scap_writer *writer, struct err *err)
{
	if (writer->failed.code)
		return fail(writer, err);
	return end_frame(writer, err);
}

int scap_writer_close(struct scap_writer *writer, struct err *err)
{
	int ret = scap_writer_flush(writer, err);

	if (!ret && writer->compress == SCAP_COMPRESS_ZSTD && !is_new_trace(writer)) {
		scap_seek_put(&writer->seek, &writer->out);
		ret = write_out(writer, err);
	}
	/* Network file systems report what they could not store only now. */
	if (close(writer->fd) < 0 && !ret && errno != EINTR)
		ret = err_set(err, -errno, "%s: %s", writer->name, strerror(errno));
	writer->fd = -1;
	free_writer(writer);
	return ret;
}

uint64_t scap_writer_bytes(const struct scap_writer *writer)
{
	return writer->file_bytes;
}

uint64_t scap_writer_raw_bytes(const struct scap_writer *writer)
{
	return writer->raw_bytes;
}
