/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evbuild.h: events for unit tests, made in memory as a trace stores them and
 * decoded by event_decode(). One builder holds one event:
 *
 *   struct evbuild b;
 *   evbuild_begin(&b, EVENT_SYSCALL_CLOSE_X, 100);    type, tid
 *   evbuild_num(&b, 0);                                parameters in order
 *   evbuild_num(&b, 3);
 *   ev = evbuild_end(&b);                              missing ones are empty
 *
 * or evbuild_make(&b, type, tid, "nsb-", 0, "text", bytes, len): n a number
 * (int64_t), s a string, b bytes (const void *, size_t), - empty.
 */
#ifndef RTSEC_UNIT_EVBUILD_H
#define RTSEC_UNIT_EVBUILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"
#include "event/event.h"
#include "event/wire.h"

#define EVBUILD_HEADER 26u
#define EVBUILD_ROOM 262144u

struct evbuild {
	/* For the next event; begin keeps the clock going by one microsecond. */
	uint64_t ts_ns;
	uint16_t cpu;

	uint64_t cnt;
	uint16_t type;
	int64_t tid;
	uint32_t param_cnt;
	uint32_t len[EVENT_PARAM_MAX];
	uint8_t params[EVBUILD_ROOM];
	uint32_t params_len;
	uint8_t extra[8192];
	uint32_t extra_len;
	uint8_t raw[EVBUILD_ROOM + 1024];
	struct event ev;
};

static inline void evbuild_begin(struct evbuild *b, uint16_t type, int64_t tid)
{
	b->type = type;
	b->tid = tid;
	b->param_cnt = 0;
	b->params_len = 0;
	b->extra_len = 0;
	b->ts_ns += 1000;
	memset(b->len, 0, sizeof(b->len));
}

static inline void evbuild_bytes(struct evbuild *b, const void *bytes, size_t len)
{
	assert_true(b->param_cnt < EVENT_PARAM_MAX && len <= EVBUILD_ROOM - b->params_len);
	if (len)
		memcpy(b->params + b->params_len, bytes, len);
	b->params_len += (uint32_t)len;
	b->len[b->param_cnt++] = (uint32_t)len;
}

static inline void evbuild_empty(struct evbuild *b)
{
	evbuild_bytes(b, NULL, 0);
}

/* NULL is empty. */
static inline void evbuild_text(struct evbuild *b, const char *text)
{
	evbuild_bytes(b, text, text ? strlen(text) + 1 : 0);
}

/* In the size that the table gives this parameter. */
static inline void evbuild_num(struct evbuild *b, int64_t value)
{
	const struct event_info *info = event_info_find(b->type);
	uint8_t bytes[16] = { 0 }; /* of an IPv6 address */

	assert_non_null(info);
	assert_true(b->param_cnt < info->param_cnt);
	store_u64(bytes, (uint64_t)value);
	evbuild_bytes(b, bytes, event_type_size(info->params[b->param_cnt].type));
}

/* rtsec's own: the path of the file that an open really opened. */
static inline void evbuild_real_path(struct evbuild *b, const char *path)
{
	store_u32(b->extra, WIRE_EXTRA_MAGIC);
	store_u16(b->extra + 4, WIRE_EXTRA_REAL_PATH);
	store_u16(b->extra + 6, (uint16_t)strlen(path));
	memcpy(b->extra + 8, path, strlen(path));
	b->extra_len = 8 + (uint32_t)strlen(path);
}

/* An entry of rtsec's own. */
static inline void evbuild_extra(struct evbuild *b, uint16_t tag, const void *bytes, size_t len)
{
	uint8_t *at = b->extra + b->extra_len;

	assert_true(b->extra_len + 8 + len <= sizeof(b->extra));
	if (!b->extra_len) {
		store_u32(at, WIRE_EXTRA_MAGIC);
		at += 4;
	}
	store_u16(at, tag);
	store_u16(at + 2, (uint16_t)len);
	if (len)
		memcpy(at + 4, bytes, len);
	b->extra_len = (uint32_t)(at + 4 + len - b->extra);
}

/* Valid until the next begin. */
static inline struct event *evbuild_end(struct evbuild *b)
{
	const struct event_info *info = event_info_find(b->type);
	unsigned int width = info->flags & EVENT_EF_LARGE_PAYLOAD ? 4 : 2;
	struct event_record rec = { .data = b->raw, .cpu = b->cpu, .num = ++b->cnt };
	struct err err;
	uint8_t *at = b->raw + EVBUILD_HEADER;
	uint32_t i;

	err_init(&err);
	while (b->param_cnt < info->param_cnt)
		evbuild_empty(b);
	for (i = 0; i < b->param_cnt; i++, at += width) {
		if (width == 4)
			store_u32(at, b->len[i]);
		else
			store_u16(at, (uint16_t)b->len[i]);
	}
	memcpy(at, b->params, b->params_len);
	at += b->params_len;
	memcpy(at, b->extra, b->extra_len);
	at += b->extra_len;
	store_u64(b->raw, b->ts_ns);
	store_u64(b->raw + 8, (uint64_t)b->tid);
	store_u32(b->raw + 16, (uint32_t)(at - b->raw));
	store_u16(b->raw + 20, b->type);
	store_u32(b->raw + 22, b->param_cnt);
	rec.len = (uint32_t)(at - b->raw);
	rec.start_ns = EVENT_TIME_UNKNOWN;
	assert_int_equal(event_decode(&rec, &b->ev, &err), EVENT_OK);
	return &b->ev;
}

static inline struct event *evbuild_vmake(struct evbuild *b, uint16_t type, int64_t tid,
					  const char *fmt, va_list args)
{
	evbuild_begin(b, type, tid);
	for (; *fmt; fmt++) {
		const void *bytes;

		switch (*fmt) {
		case 'n':
			evbuild_num(b, va_arg(args, int64_t));
			break;
		case 's':
			evbuild_text(b, va_arg(args, const char *));
			break;
		case 'b':
			bytes = va_arg(args, const void *);
			evbuild_bytes(b, bytes, va_arg(args, size_t));
			break;
		default:
			evbuild_empty(b);
			break;
		}
	}
	return evbuild_end(b);
}

/* Numbers must be int64_t: write (int64_t)3, or N(3). */
#define N(value) ((int64_t)(value))

static inline struct event *evbuild_make(struct evbuild *b, uint16_t type, int64_t tid,
					 const char *fmt, ...)
{
	struct event *ev;
	va_list args;

	va_start(args, fmt);
	ev = evbuild_vmake(b, type, tid, fmt, args);
	va_end(args);
	return ev;
}

/* Socket addresses and tuples as the format packs them; each gives the length. */
static inline size_t evbuild_ipv4(uint8_t *at, uint32_t addr, uint16_t port)
{
	at[0] = (uint8_t)(addr >> 24);
	at[1] = (uint8_t)(addr >> 16);
	at[2] = (uint8_t)(addr >> 8);
	at[3] = (uint8_t)addr;
	store_u16(at + 4, port);
	return 6;
}

static inline size_t evbuild_tuple4(uint8_t *at, uint32_t sip, uint16_t sport, uint32_t dip,
				    uint16_t dport)
{
	at[0] = 2;
	evbuild_ipv4(at + 1, sip, sport);
	evbuild_ipv4(at + 7, dip, dport);
	return 13;
}

static inline size_t evbuild_sockaddr4(uint8_t *at, uint32_t addr, uint16_t port)
{
	at[0] = 2;
	evbuild_ipv4(at + 1, addr, port);
	return 7;
}

static inline size_t evbuild_tuple6(uint8_t *at, const uint8_t sip[16], uint16_t sport,
				    const uint8_t dip[16], uint16_t dport)
{
	at[0] = 10;
	memcpy(at + 1, sip, 16);
	store_u16(at + 17, sport);
	memcpy(at + 19, dip, 16);
	store_u16(at + 35, dport);
	return 37;
}

static inline size_t evbuild_tuple_unix(uint8_t *at, uint64_t source, uint64_t peer,
					const char *path)
{
	at[0] = 1;
	store_u64(at + 1, source);
	store_u64(at + 9, peer);
	memcpy(at + 17, path, strlen(path) + 1);
	return 18 + strlen(path);
}

#endif
