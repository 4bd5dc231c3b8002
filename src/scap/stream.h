/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream.h: the bytes of a trace whatever they are packed in, private to scap/.
 * Raw, gzip members and zstd frames are told apart by content; whatever follows
 * each other in one file reads as one stream.  Never seeks, never unpacks more
 * than it is asked for.
 */
#ifndef RTSEC_SCAP_STREAM_H
#define RTSEC_SCAP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "scap/column.h"

enum scap_format { SCAP_FORMAT_RAW, SCAP_FORMAT_GZIP, SCAP_FORMAT_ZSTD };

enum scap_stream_end {
	SCAP_STREAM_OPEN,
	SCAP_STREAM_END, /* as it should be */
	SCAP_STREAM_CUT, /* in the midst of a frame, or damaged: scap_stream_why() */
};

struct scap_stream;

/* Owns fd, also when it fails. Waits for the first bytes. */
int scap_stream_open(int fd, const char *name, struct scap_stream **stream,
		     struct err *err) MUST_USE;
void scap_stream_close(struct scap_stream *stream);

/*
 * Up to cap bytes into dst, never beyond the end of a frame. 0: no more, see
 * scap_stream_end(). Negative errno: the file could not be read.
 */
ssize_t scap_stream_read(struct scap_stream *stream, void *dst, size_t cap,
			 struct err *err) MUST_USE;

enum scap_stream_end scap_stream_end(const struct scap_stream *stream);
/* What is wrong, for messages; NULL unless cut. */
const char *scap_stream_why(const struct scap_stream *stream);
const char *scap_stream_name(const struct scap_stream *stream);
enum scap_format scap_stream_format(const struct scap_stream *stream);
/* Bytes of the file taken so far, and its size (0: not a regular file). */
uint64_t scap_stream_pos(const struct scap_stream *stream);
uint64_t scap_stream_size(const struct scap_stream *stream);
/* What is known beside the events of the frame that was read from last; empty if nothing is. */
struct scap_columns *scap_stream_columns(struct scap_stream *stream);

#endif
