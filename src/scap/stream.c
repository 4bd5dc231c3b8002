/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream.c: from a file descriptor to plain bytes.  A frame is a gzip member or
 * a zstd frame; raw input is one endless frame.  Between frames the next bytes
 * say what follows; zstd's skippable frames are passed over there, and our own
 * columns taken out of them.  Hostile input costs at most the window that
 * LIMIT_ZSTD_WINDOW_LOG allows.
 */
#include "scap/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/log.h"

#define IN_BYTES (256u << 10)
#define MAGIC_LEN 4
#define SKIPPABLE_MAGIC 0x184D2A50u
#define SKIPPABLE_MASK 0xFFFFFFF0u
#define GZIP_WINDOW (MAX_WBITS + 16)

struct scap_stream {
	int fd;
	char *name;
	bool is_regular;
	bool at_eof;
	enum scap_format format; /* of the first frame */
	enum scap_format frame; /* of the frame at hand */
	bool in_frame;
	enum scap_stream_end end;
	const char *why;
	uint8_t *in;
	size_t in_pos, in_end;
	uint64_t file_pos, size;
	bool has_gzip;
	z_stream gzip;
	ZSTD_DCtx *zstd;
	struct scap_columns columns; /* of the frame at hand */
	struct scap_columns next_columns;
};

/* --- input -------------------------------------------------------------- */

static ssize_t read_fd(struct scap_stream *stream, void *dst, size_t cap, struct err *err)
{
	for (;;) {
		ssize_t cnt = read(stream->fd, dst, cap);

		if (cnt >= 0) {
			stream->at_eof = !cnt;
			stream->file_pos += (uint64_t)cnt;
			return cnt;
		}
		if (errno == EAGAIN) {
			struct pollfd pollfd = { .fd = stream->fd, .events = POLLIN };

			(void)poll(&pollfd, 1, -1);
		} else if (errno != EINTR) {
			return err_set(err, -errno, "%s: %s", stream->name, strerror(errno));
		}
	}
}

static size_t in_len(const struct scap_stream *stream)
{
	return stream->in_end - stream->in_pos;
}

/*
 * Waits until need bytes are in the buffer or the file is at its end. Takes what
 * else there is, but from a pipe it does not wait for more than it must.
 */
static int fill(struct scap_stream *stream, size_t need, struct err *err)
{
	if (in_len(stream) >= need || stream->at_eof)
		return 0;
	memmove(stream->in, stream->in + stream->in_pos, in_len(stream));
	stream->in_end -= stream->in_pos;
	stream->in_pos = 0;
	if (stream->is_regular)
		need = IN_BYTES;
	while (stream->in_end < need && !stream->at_eof) {
		ssize_t cnt = read_fd(stream, stream->in + stream->in_end,
				      IN_BYTES - stream->in_end, err);

		if (cnt < 0)
			return (int)cnt;
		stream->in_end += (size_t)cnt;
	}
	return 0;
}

static int cut(struct scap_stream *stream, const char *why)
{
	stream->end = SCAP_STREAM_CUT;
	stream->why = why;
	return 0;
}

/* --- between frames ----------------------------------------------------- */

/* Takes len bytes; dst may be NULL. Gives how many there were, or a negative errno. */
static int64_t take(struct scap_stream *stream, void *dst, uint64_t len, struct err *err)
{
	uint64_t done = 0;

	while (done < len) {
		size_t cnt;
		int ret = fill(stream, 1, err);

		if (ret)
			return ret;
		cnt = in_len(stream);
		if (!cnt)
			break;
		if (cnt > len - done)
			cnt = (size_t)(len - done);
		if (dst)
			memcpy((uint8_t *)dst + done, stream->in + stream->in_pos, cnt);
		stream->in_pos += cnt;
		done += cnt;
	}
	return (int64_t)done;
}

static int pass_skippable(struct scap_stream *stream, struct err *err)
{
	struct str payload = { 0 };
	bool is_column;
	uint32_t magic;
	uint32_t len;
	int64_t got;
	int ret = fill(stream, 8, err);

	if (ret)
		return ret;
	if (in_len(stream) < 8)
		return cut(stream, "the file ends inside a frame header");
	magic = load_u32(stream->in + stream->in_pos);
	len = load_u32(stream->in + stream->in_pos + MAGIC_LEN);
	stream->in_pos += 8;
	is_column = magic == SCAP_COLUMN_MAGIC && len <= LIMIT_COLUMN_SIZE;
	got = take(stream, is_column ? str_reserve(&payload, len) : NULL, len, err);
	if (got >= 0 && got < len)
		cut(stream, "the file ends inside a skippable frame");
	else if (got == len && is_column &&
		 !scap_columns_load(&stream->next_columns, payload.buf, len))
		log_debug("%s: skippable frame of %u bytes is no column that is known",
			  stream->name, len);
	str_release(&payload);
	return got < 0 ? (int)got : 0;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

/* Tapes and block devices pad with zeros behind a gzip file, as gzip knows. */
static int pass_padding(struct scap_stream *stream, struct err *err)
{
	for (;;) {
		int ret = fill(stream, 1, err);

		if (ret)
			return ret;
		if (!in_len(stream)) {
			stream->end = SCAP_STREAM_END;
			return 0;
		}
		if (!is_zero(stream->in + stream->in_pos, in_len(stream)))
			return cut(stream, "what follows the last gzip member is no gzip member");
		stream->in_pos = stream->in_end;
	}
}

static int begin_gzip(struct scap_stream *stream, struct err *err)
{
	int ret = stream->has_gzip ? inflateReset(&stream->gzip)
				   : inflateInit2(&stream->gzip, GZIP_WINDOW);

	if (ret != Z_OK)
		return err_set(err, -ENOMEM, "%s: inflateInit2 failed", stream->name);
	stream->has_gzip = true;
	stream->frame = SCAP_FORMAT_GZIP;
	stream->in_frame = true;
	return 0;
}

static int begin_zstd(struct scap_stream *stream, struct err *err)
{
	struct scap_columns columns = stream->columns;

	if (!stream->zstd) {
		stream->zstd = ZSTD_createDCtx();
		if (!stream->zstd ||
		    ZSTD_isError(ZSTD_DCtx_setParameter(stream->zstd, ZSTD_d_windowLogMax,
							LIMIT_ZSTD_WINDOW_LOG)))
			return err_set(err, -ENOMEM, "%s: ZSTD_createDCtx failed", stream->name);
	}
	stream->columns = stream->next_columns;
	stream->next_columns = columns;
	scap_columns_reset(&stream->next_columns);
	stream->frame = SCAP_FORMAT_ZSTD;
	stream->in_frame = true;
	return 0;
}

/* Goes to the next frame with data in it, or sets end. */
static int begin_frame(struct scap_stream *stream, struct err *err)
{
	while (!stream->in_frame && stream->end == SCAP_STREAM_OPEN) {
		int ret = fill(stream, MAGIC_LEN, err);
		const uint8_t *at = stream->in + stream->in_pos;
		size_t len = in_len(stream);
		uint32_t magic = len >= MAGIC_LEN ? load_u32(at) : 0;

		if (ret)
			return ret;
		if (!len)
			stream->end = SCAP_STREAM_END;
		else if (len >= 2 && at[0] == 0x1f && at[1] == 0x8b)
			ret = begin_gzip(stream, err);
		else if (magic == ZSTD_MAGICNUMBER)
			ret = begin_zstd(stream, err);
		else if ((magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC)
			ret = pass_skippable(stream, err);
		else if (stream->frame == SCAP_FORMAT_GZIP && at[0] != 0x1f)
			ret = pass_padding(stream, err);
		else if (len < MAGIC_LEN)
			ret = cut(stream, "the file ends inside a frame header");
		else
			ret = cut(stream, "what follows the last frame is no frame");
		if (ret)
			return ret;
	}
	return 0;
}

/* --- inside frames ------------------------------------------------------ */

static ssize_t read_raw(struct scap_stream *stream, void *dst, size_t cap, struct err *err)
{
	size_t len = in_len(stream);
	ssize_t cnt;

	if (len) {
		len = len < cap ? len : cap;
		memcpy(dst, stream->in + stream->in_pos, len);
		stream->in_pos += len;
		return (ssize_t)len;
	}
	cnt = read_fd(stream, dst, cap, err);
	if (!cnt)
		stream->end = SCAP_STREAM_END;
	return cnt;
}

/* The library has taken all input and wants more. */
static int refill(struct scap_stream *stream, const char *why, struct err *err)
{
	int ret = fill(stream, 1, err);

	if (!ret && !in_len(stream))
		cut(stream, why);
	return ret;
}

static ssize_t read_gzip(struct scap_stream *stream, void *dst, size_t cap, struct err *err)
{
	z_stream *gzip = &stream->gzip;
	uInt room = cap < UINT32_MAX ? (uInt)cap : UINT32_MAX;
	int code;

	gzip->next_in = stream->in + stream->in_pos;
	gzip->avail_in = (uInt)in_len(stream);
	gzip->next_out = dst;
	gzip->avail_out = room;
	code = inflate(gzip, Z_NO_FLUSH);
	stream->in_pos = stream->in_end - gzip->avail_in;
	if (code == Z_STREAM_END)
		stream->in_frame = false;
	else if (code != Z_OK && code != Z_BUF_ERROR)
		cut(stream, gzip->msg ? gzip->msg : "damaged gzip data");
	else if (gzip->avail_out == room && !in_len(stream))
		return refill(stream, "the file ends inside a gzip member", err);
	return (ssize_t)(room - gzip->avail_out);
}

static ssize_t read_zstd(struct scap_stream *stream, void *dst, size_t cap, struct err *err)
{
	ZSTD_inBuffer in = { stream->in, stream->in_end, stream->in_pos };
	ZSTD_outBuffer out = { dst, cap, 0 };
	size_t code = ZSTD_decompressStream(stream->zstd, &out, &in);

	stream->in_pos = in.pos;
	if (ZSTD_isError(code))
		cut(stream, ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge
				    ? "a zstd frame asks for too much memory"
				    : ZSTD_getErrorName(code));
	else if (!code)
		stream->in_frame = false;
	else if (!out.pos && !in_len(stream))
		return refill(stream, "the file ends inside a zstd frame", err);
	return (ssize_t)out.pos;
}

ssize_t scap_stream_read(struct scap_stream *stream, void *dst, size_t cap, struct err *err)
{
	while (stream->end == SCAP_STREAM_OPEN) {
		ssize_t cnt = 0;

		if (!stream->in_frame)
			cnt = begin_frame(stream, err);
		else if (stream->frame == SCAP_FORMAT_GZIP)
			cnt = read_gzip(stream, dst, cap, err);
		else if (stream->frame == SCAP_FORMAT_ZSTD)
			cnt = read_zstd(stream, dst, cap, err);
		else
			cnt = read_raw(stream, dst, cap, err);
		if (cnt)
			return cnt;
	}
	return 0;
}

/* --- interface ---------------------------------------------------------- */

/* A file that was cut within its first bytes is still what it began to be. */
static enum scap_format guess_format(const uint8_t *at, size_t len)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b };
	static const uint8_t zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	uint32_t magic = len >= MAGIC_LEN ? load_u32(at) : 0;

	if (!len)
		return SCAP_FORMAT_RAW;
	if (!memcmp(at, gzip, len < sizeof(gzip) ? len : sizeof(gzip)))
		return SCAP_FORMAT_GZIP;
	if (!memcmp(at, zstd, len < sizeof(zstd) ? len : sizeof(zstd)) ||
	    (magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC)
		return SCAP_FORMAT_ZSTD;
	return SCAP_FORMAT_RAW;
}

int scap_stream_open(int fd, const char *name, struct scap_stream **stream, struct err *err)
{
	struct scap_stream *new = alloc_zero(sizeof(*new));
	struct stat st;
	int ret;

	new->fd = fd;
	new->name = alloc_strdup(name);
	new->in = alloc_zero(IN_BYTES);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		new->is_regular = true;
		new->size = (uint64_t)st.st_size;
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	ret = fill(new, MAGIC_LEN, err);
	if (ret) {
		scap_stream_close(new);
		return ret;
	}
	new->format = guess_format(new->in, new->in_end);
	new->frame = new->format;
	new->in_frame = new->format == SCAP_FORMAT_RAW;
	*stream = new;
	return 0;
}

void scap_stream_close(struct scap_stream *stream)
{
	if (!stream)
		return;
	close(stream->fd);
	if (stream->has_gzip)
		inflateEnd(&stream->gzip);
	ZSTD_freeDCtx(stream->zstd);
	scap_columns_release(&stream->columns);
	scap_columns_release(&stream->next_columns);
	alloc_free(stream->in);
	alloc_free(stream->name);
	alloc_free(stream);
}

enum scap_stream_end scap_stream_end(const struct scap_stream *stream)
{
	return stream->end;
}

const char *scap_stream_why(const struct scap_stream *stream)
{
	return stream->why;
}

const char *scap_stream_name(const struct scap_stream *stream)
{
	return stream->name;
}

enum scap_format scap_stream_format(const struct scap_stream *stream)
{
	return stream->format;
}

uint64_t scap_stream_pos(const struct scap_stream *stream)
{
	return stream->file_pos - in_len(stream);
}

uint64_t scap_stream_size(const struct scap_stream *stream)
{
	return stream->size;
}

struct scap_columns *scap_stream_columns(struct scap_stream *stream)
{
	return &stream->columns;
}
