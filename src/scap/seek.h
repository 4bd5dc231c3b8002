/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seek.h: the seek table of zstd's seekable format, private to scap/.  It is the
 * last frame of a file, a skippable one that says where every frame begins, so
 * that any program that knows the format can read from the middle.  Layout:
 * contrib/seekable_format in zstd, version 0.1.0.
 */
#ifndef RTSEC_SCAP_SEEK_H
#define RTSEC_SCAP_SEEK_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

#define SCAP_SEEK_MAGIC 0x184D2A5Eu

struct scap_seek_frame {
	uint32_t file_len;
	uint32_t raw_len; /* 0 for skippable frames */
};

struct scap_seek {
	VEC_OF(struct scap_seek_frame) frames;
};

/* All zero is an empty table. */
void scap_seek_release(struct scap_seek *seek);
void scap_seek_add(struct scap_seek *seek, size_t file_len, size_t raw_len);
/* The whole skippable frame. */
void scap_seek_put(const struct scap_seek *seek, struct str *out);

#endif
