/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * column.h: what only rtsec knows about the events of a data frame, private to
 * scap/.  It stands in zstd skippable frames before the data frame it belongs to
 * and that others pass over:
 *
 *   u32 0x184D2A53   u32 size of what follows
 *   id, 8 bytes   u8 version 1   u8 flags   u16 0   u32 count   u32 bytes of the rest
 *   the rest, as it is or (flag bit 0) as one zstd frame
 *
 * "rtsecDUR": how long calls took.  count: events of the data frame; the rest: one
 * code an event block, in their order.  0: not known.  1..254: a duration of
 * 64 ns * 2^((code - 1) / 12), the nearest one, so within 3 % (and half a nanosecond);
 * the last is 142 ms.
 * 255: two more bytes e and m; e is 255: m ns, else (256 + m) * 2^e ns.
 *
 * "rtsecEXT": rtsec's own entries (event/wire.h) of some events.  count: how many
 * events have some; the rest: for each of them, in their order, u32 number of the
 * event block in the frame (from 0), u16 length, entries.
 */
#ifndef RTSEC_SCAP_COLUMN_H
#define RTSEC_SCAP_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
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

/* All zero has none. */
struct scap_extras {
	struct str items;
	size_t pos; /* reading: the next item */
	uint32_t event_cnt; /* events of the frame so far */
	uint32_t cnt; /* of those with entries */
};

void scap_extras_release(struct scap_extras *extras);
void scap_extras_reset(struct scap_extras *extras);

/* Of the next event; most have none (length 0). At most 65535 bytes, longer ones are left out. */
void scap_extras_add(struct scap_extras *extras, struct span entries);
void scap_extras_put(const struct scap_extras *extras, struct str *out);

bool scap_extras_load(struct scap_extras *extras, const void *payload, size_t len);
/* Of the next event, valid until the next load or reset; absent when it has none. */
struct span scap_extras_next(struct scap_extras *extras);

/* Both of one data frame. */
struct scap_columns {
	struct scap_column durations;
	struct scap_extras extras;
};

void scap_columns_release(struct scap_columns *columns);
void scap_columns_reset(struct scap_columns *columns);
/* Whichever column the payload is; false if it is damaged or none of them. */
bool scap_columns_load(struct scap_columns *columns, const void *payload, size_t len);

#endif
