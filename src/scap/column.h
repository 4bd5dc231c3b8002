/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * column.h: the durations column, private to scap/.  Events of the newest layout
 * do not say when their call began; rtsec keeps that in a zstd skippable frame
 * that stands before the data frame it belongs to and that others pass over:
 *
 *   u32 0x184D2A53   u32 size of what follows
 *   "rtsecDUR"   u8 version 1   u8 flags   u16 0
 *   u32 events of the data frame   u32 bytes of the codes
 *   the codes, as they are or (flag bit 0) as one zstd frame
 *
 * One code an event block, in their order.  0: not known.  1..254: a duration of
 * 64 ns * 2^((code - 1) / 12), the nearest one, so within 3 % (and half a nanosecond);
 * the last is 142 ms.
 * 255: two more bytes e and m; e is 255: m ns, else (256 + m) * 2^e ns.
 */
#ifndef RTSEC_SCAP_COLUMN_H
#define RTSEC_SCAP_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define SCAP_COLUMN_MAGIC 0x184D2A53u
#define SCAP_COLUMN_HEADER 20

/* All zero is an empty column. */
struct scap_column {
	struct str codes;
	size_t pos; /* reading: the next code */
	uint32_t event_cnt; /* reading: events left, writing: events so far */
	bool is_used; /* writing: some duration is known */
};

void scap_column_release(struct scap_column *column);
void scap_column_reset(struct scap_column *column);

/* duration UINT64_MAX: not known. */
void scap_column_add(struct scap_column *column, uint64_t duration_ns);
/* The whole skippable frame. */
void scap_column_put(const struct scap_column *column, struct str *out);

/* From a frame's payload; false (and the column is empty) if it is damaged or not a column. */
bool scap_column_load(struct scap_column *column, const void *payload, size_t len);
/* Of the next event; UINT64_MAX when it is not known. */
uint64_t scap_column_next(struct scap_column *column);

#endif
