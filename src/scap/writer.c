/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writer.c: whole blocks in, a file out that is valid whenever the recorder dies.
 * Blocks are gathered until a frame is full; a frame goes to the kernel in one
 * write, together with its durations:
 *
 *   [data: section, machine, lists] [durations][data: events] ... [seek table]
 *
 * The first frame holds no events, because others know a zstd file by a data
 * frame at its beginning and durations stand before their events.  gzip: a
 * member a frame.  none: the blocks as they are.
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
#include "scap/column.h"
#include "scap/seek.h"

#define FRAME_BYTES (512u << 10)
#define ZSTD_LEVEL 3
/* A trace holds what other users' programs read and wrote. */
#define FILE_MODE 0600
#define GZIP_WINDOW (MAX_WBITS + 16)

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
	struct scap_column column;
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

static int pack_zstd(struct scap_writer *writer, struct err *err)
{
	size_t begin = writer->out.len;
	size_t bound = ZSTD_compressBound(writer->raw.len);
	size_t len;

	if (writer->column.is_used && !is_new_trace(writer) &&
	    writer->column.codes.len <= LIMIT_COLUMN_SIZE) {
		scap_column_put(&writer->column, &writer->out);
		scap_seek_add(&writer->seek, writer->out.len - begin, 0);
	}
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
	str_reset(&writer->raw);
	scap_column_reset(&writer->column);
	return ret ? ret : write_out(writer, err);
}

static int put_block(struct scap_writer *writer, const uint8_t *block, size_t len,
		     uint64_t duration_ns, struct err *err)
{
	bool is_event = scap_kind_of(load_u32(block)) == SCAP_KIND_EVENT;
	int ret = 0;

	if (is_event && !writer->has_events && writer->compress == SCAP_COMPRESS_ZSTD)
		ret = end_frame(writer, err);
	else if (writer->raw.len && writer->raw.len + len > writer->frame_bytes)
		ret = end_frame(writer, err);
	if (ret)
		return ret;
	str_append(&writer->raw, block, len);
	writer->raw_bytes += len;
	if (is_event) {
		writer->has_events = true;
		if (writer->has_starts)
			scap_column_add(&writer->column, duration_ns);
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
	scap_column_release(&writer->column);
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

int scap_writer_put(struct scap_writer *writer, const void *blocks, size_t len, uint64_t ts_ns,
		    uint64_t start_ns, struct err *err)
{
	const uint8_t *at = blocks;
	uint64_t duration_ns = UINT64_MAX;
	int ret = 0;

	if (UNLIKELY(writer->failed.code))
		return fail(writer, err);
	if (start_ns != EVENT_TIME_UNKNOWN && ts_ns != EVENT_TIME_UNKNOWN && start_ns <= ts_ns)
		duration_ns = ts_ns - start_ns;
	while (!ret && len) {
		size_t total = len < 12 ? 0 : load_u32(at + 4);

		if (total < 12 || total > len)
			return err_set(err, -EINVAL, "%s: only whole blocks can be written",
				       writer->name);
		ret = put_block(writer, at, total, duration_ns, err);
		at += total;
		len -= total;
	}
	return ret;
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
