/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decode.c: the bytes of one event record become a struct event of checked
 * views.  Whoever frames records (scap/, source/) has made sure that len bytes
 * are there; everything inside them is checked here.  A record is laid out so,
 * little-endian and unaligned:
 *
 *   0 u64 ts | 8 u64 tid | 16 u32 len | 20 u16 type | 22 u32 nparams (not V1)
 *   nparams lengths, u16 each (u32 for LARGE_PAYLOAD types) | parameters | rest
 *
 * len counts from 0 up to the end of the rest, which only rtsec fills and only in
 * traces that have no other place for it (wire.h).
 */
#include "event/event.h"

#include <errno.h>
#include <stddef.h>

#include "event/wire.h"

#define HEADER_V1 22u
#define HEADER_V2 26u

/* Writers of V1 blocks stored a len of 3 too much for these two types. */
#define LEN_SURPLUS 3u

static inline uint32_t load_width(const uint8_t *at, unsigned int width)
{
	return width == 2 ? load_u16(at) : load_u32(at);
}

static enum event_verdict bad(const struct event_record *rec, struct err *err, const char *why)
{
	err_set(err, -EBADMSG, "event %llu: %s", (unsigned long long)rec->num, why);
	return EVENT_BAD;
}

/*
 * V1 does not store how many parameters there are: it is the one number for
 * which header, lengths and parameters give len.  -1 if there is none.
 */
static int infer_param_cnt(const uint8_t *raw, uint32_t len, const struct event_info *info)
{
	uint64_t total = HEADER_V1;

	if (len == total)
		return 0;
	for (int cnt = 1; cnt <= info->param_cnt; cnt++) {
		uint32_t at = HEADER_V1 + 2u * (uint32_t)(cnt - 1);

		if (at + 2 > len)
			return -1;
		total += 2u + load_u16(raw + at);
		if (total == len)
			return cnt;
	}
	return -1;
}

/* Gives the real len in *len. */
static int find_param_cnt_v1(const struct event_record *rec, const struct event_info *info,
			     uint32_t *len)
{
	uint32_t stored = load_u32(rec->data + 16);
	int cnt;

	if (info->type == EVENT_NOTIFICATION_E || info->type == EVENT_INFRASTRUCTURE_EVENT_E) {
		*len = stored - LEN_SURPLUS;
		if (stored >= HEADER_V1 + LEN_SURPLUS && *len <= rec->len) {
			cnt = infer_param_cnt(rec->data, *len, info);
			if (cnt >= 0)
				return cnt;
		}
	}
	*len = stored;
	if (stored < HEADER_V1 || stored > rec->len)
		return -1;
	return infer_param_cnt(rec->data, stored, info);
}

bool event_extra_next(struct span *rest, uint16_t *tag, struct span *entry)
{
	size_t len;

	if (rest->len < 4)
		return false;
	len = load_u16(rest->ptr + 2);
	if (len > rest->len - 4)
		return false;
	*tag = load_u16(rest->ptr);
	*entry = span_make(rest->ptr + 4, len);
	*rest = span_make(rest->ptr + 4 + len, rest->len - 4 - len);
	return true;
}

/*
 * rtsec's own entries.  Nothing is taken unless all of it makes sense: behind the
 * last parameter other writers may leave anything.
 */
static bool take_extra(struct span rest, struct event *ev)
{
	struct event_extra extra = ev->extra;
	uint64_t start_ns = ev->start_ns;
	struct span entry;
	uint16_t tag;

	while (event_extra_next(&rest, &tag, &entry)) {
		switch (tag) {
		case WIRE_EXTRA_REAL_PATH:
			extra.real_path = entry;
			break;
		case WIRE_EXTRA_FLAGS:
			if (entry.len != 1)
				return false;
			extra.is_async = entry.ptr[0] & WIRE_EXTRA_ASYNC;
			break;
		case WIRE_EXTRA_START:
			if (entry.len != 8)
				return false;
			start_ns = load_u64(entry.ptr);
			break;
		case WIRE_EXTRA_FD:
			extra.has_fds = true;
			break;
		case WIRE_EXTRA_LOSERS:
			extra.has_losers = true;
			break;
		default:
			break;
		}
	}
	if (rest.len)
		return false;
	ev->extra = extra;
	ev->start_ns = start_ns;
	return true;
}

static void take_inline_extra(const uint8_t *at, uint32_t left, struct event *ev)
{
	if (left < 4 || load_u32(at) != WIRE_EXTRA_MAGIC ||
	    !take_extra(span_make(at + 4, left - 4), ev))
		return;
	ev->extra_bytes = span_make(at + 4, left - 4);
	ev->inline_len = left;
}

/* Inlined once for each width. False if a parameter runs past the end. */
static inline __attribute__((always_inline)) bool take_params(const uint8_t *lens, uint32_t cnt,
							      unsigned int width, uint32_t left,
							      struct event *ev)
{
	const struct event_param_info *params = ev->info->params;
	const uint8_t *at = lens + (size_t)cnt * width;
	uint32_t keep = cnt < ev->info->param_cnt ? cnt : ev->info->param_cnt;
	uint32_t i;

	for (i = 0; i < keep; i++) {
		uint32_t len = load_width(lens + (size_t)i * width, width);
		uint32_t size = params[i].size;

		if (UNLIKELY(len > left))
			return false;
		ev->param_ptr[i] = at;
		ev->param_len[i] = len;
		if (UNLIKELY(len != size) && size && len) {
			ev->param_len[i] = 0;
			ev->bad_cnt++;
		}
		at += len;
		left -= len;
	}
	for (; i < cnt; i++) {
		uint32_t len = load_width(lens + (size_t)i * width, width);

		if (len > left)
			return false;
		at += len;
		left -= len;
	}
	ev->param_cnt = keep;
	if (left)
		take_inline_extra(at, left, ev);
	return true;
}

enum event_verdict event_decode(const struct event_record *rec, struct event *ev, struct err *err)
{
	const uint8_t *raw = rec->data;
	const struct event_info *info;
	uint32_t header = HEADER_V2, width = 2, len, cnt;
	bool is_whole;

	if (rec->len < HEADER_V1)
		return bad(rec, err, "shorter than an event header");
	info = event_info_find(load_u16(raw + 20));
	if (!info)
		return EVENT_UNKNOWN_TYPE;

	if (rec->is_v1) {
		int inferred = find_param_cnt_v1(rec, info, &len);

		if (inferred < 0)
			return bad(rec, err, "its length fits no number of parameters");
		cnt = (uint32_t)inferred;
		header = HEADER_V1;
	} else {
		if (rec->len < HEADER_V2)
			return bad(rec, err, "shorter than an event header");
		len = load_u32(raw + 16);
		cnt = load_u32(raw + 22);
		if (len < HEADER_V2)
			return bad(rec, err, "its length is less than its header");
		if (len > rec->len)
			return bad(rec, err, "longer than its block");
		if (info->flags & EVENT_EF_LARGE_PAYLOAD)
			width = 4;
		/* Not divided by width, which costs more than all the rest. */
		if (cnt > (len - HEADER_V2) >> (width == 4 ? 2 : 1))
			return bad(rec, err, "more parameters than fit its length");
	}

	ev->num = rec->num;
	ev->ts_ns = load_u64(raw);
	ev->start_ns = rec->start_ns;
	ev->tid = (int64_t)load_u64(raw + 8);
	ev->type = info->type;
	ev->cpu = rec->cpu;
	ev->block_flags = rec->block_flags;
	ev->info = info;
	ev->raw = raw;
	ev->raw_len = len;
	ev->bad_cnt = 0;
	ev->extra = (struct event_extra){ .is_async = false };
	ev->extra_bytes = span_make(NULL, 0);
	ev->inline_len = 0;
	ev->thread = NULL;
	ev->fd = NULL;
	ev->fd_num = INT64_MIN;
	ev->fd2_num = INT64_MIN;

	len -= header + cnt * width;
	if (width == 2)
		is_whole = take_params(raw + header, cnt, 2, len, ev);
	else
		is_whole = take_params(raw + header, cnt, 4, len, ev);
	if (!is_whole)
		return bad(rec, err, "a parameter runs past its end");
	if (UNLIKELY(rec->extra.len) && take_extra(rec->extra, ev))
		ev->extra_bytes = rec->extra;
	return EVENT_OK;
}
