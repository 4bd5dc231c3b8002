/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record.h: builds the bytes of one event for tests: begin, parameters one
 * after the other, perhaps a rest behind them, end.  The bytes lie in a block of
 * exactly their size, so that AddressSanitizer sees every step beyond.
 */
#ifndef RTSEC_UNIT_RECORD_H
#define RTSEC_UNIT_RECORD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/event.h"

#define RECORD_TS 1504272142105654659u
#define RECORD_TID 4711

struct record {
	uint8_t head[26];
	uint32_t header;
	uint8_t lens[256];
	uint32_t lens_len;
	uint8_t body[4096];
	uint32_t body_len;
	uint32_t cnt;
	unsigned int width;
	uint8_t *bytes;
	uint32_t len;
};

static inline void record_begin(struct record *rec, uint16_t type, bool is_v1, unsigned int width)
{
	memset(rec, 0, sizeof(*rec));
	rec->header = is_v1 ? 22 : 26;
	rec->width = width;
	store_u64(rec->head, RECORD_TS);
	store_u64(rec->head + 8, RECORD_TID);
	store_u16(rec->head + 20, type);
}

static inline void record_param(struct record *rec, const void *bytes, uint32_t len)
{
	uint8_t *at = rec->lens + rec->lens_len;

	assert_true(rec->lens_len + 4 <= sizeof(rec->lens));
	assert_true(rec->body_len + len <= sizeof(rec->body));
	if (rec->width == 2)
		store_u16(at, (uint16_t)len);
	else
		store_u32(at, len);
	rec->lens_len += rec->width;
	if (len)
		memcpy(rec->body + rec->body_len, bytes, len);
	rec->body_len += len;
	rec->cnt++;
}

static inline void record_number(struct record *rec, uint64_t value, uint32_t size)
{
	uint8_t bytes[8];

	store_u64(bytes, value);
	record_param(rec, bytes, size);
}

static inline void record_text(struct record *rec, const char *text)
{
	record_param(rec, text, (uint32_t)strlen(text) + 1);
}

static inline void record_rest(struct record *rec, const void *bytes, uint32_t len)
{
	memcpy(rec->body + rec->body_len, bytes, len);
	rec->body_len += len;
}

static inline struct event_record record_end(struct record *rec)
{
	struct event_record out = { .cpu = 3, .num = 42, .start_ns = EVENT_TIME_UNKNOWN };

	rec->len = rec->header + rec->lens_len + rec->body_len;
	store_u32(rec->head + 16, rec->len);
	store_u32(rec->head + 22, rec->cnt);
	rec->bytes = malloc(rec->len);
	assert_non_null(rec->bytes);
	memcpy(rec->bytes, rec->head, rec->header);
	memcpy(rec->bytes + rec->header, rec->lens, rec->lens_len);
	memcpy(rec->bytes + rec->header + rec->lens_len, rec->body, rec->body_len);
	out.data = rec->bytes;
	out.len = rec->len;
	out.is_v1 = rec->header == 22;
	return out;
}

static inline void record_release(struct record *rec)
{
	free(rec->bytes);
	rec->bytes = NULL;
}

/* What event_decode() leaves from an earlier event must not show. */
static inline void record_soil(struct event *ev)
{
	memset(ev, 0xa5, sizeof(*ev));
}

/* Decodes what must be fine. */
static inline void record_decode(const struct event_record *rec, struct event *ev)
{
	struct err err;

	record_soil(ev);
	err_init(&err);
	assert_int_equal(event_decode(rec, ev, &err), EVENT_OK);
	assert_int_equal(err.code, 0);
}

#endif
