/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * column.c: durations as codes of one byte, and entries of few events; see
 * column.h for both.  The reader side is fed by strangers: a short or lying column
 * gives unknown durations and no entries, nothing worse.
 */
#include "scap/column.h"

#include <string.h>
#include <zstd.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/limits.h"

#define VERSION 1
#define FLAG_ZSTD 1u
#define STEPS 12 /* codes an octave */
#define FIRST_BIT 6 /* code 1 is 2^6 ns */
#define CODE_LAST 254
#define CODE_WIDE 255
#define EXPONENT_EXACT 255
#define LEVEL 1

#define ID_LEN 8
#define ITEM_HEADER 6 /* u32 event, u16 length */

static const char durations_id[ID_LEN] = { 'r', 't', 's', 'e', 'c', 'D', 'U', 'R' };
static const char extras_id[ID_LEN] = { 'r', 't', 's', 'e', 'c', 'E', 'X', 'T' };

/* 2^(k / 12), and 2^((k + 1/2) / 12) where the nearest step changes, times 2^31. */
static const uint32_t step_base[STEPS] = {
	2147483648, 2275179671, 2410468894, 2553802834, 2705659852, 2866546760,
	3037000500, 3217589947, 3408917802, 3611622603, 3826380858, 4053909305,
};
static const uint32_t step_edge[STEPS] = {
	2210409722, 2341847524, 2481101024, 2628634969, 2784941738, 2950542991,
	3125991407, 3311872529, 3508806718, 3717451223, 3938502376, 4172697914,
};

/* --- frames ------------------------------------------------------------- */

static void put_frame(const char id[ID_LEN], uint32_t cnt, const struct str *rest, struct str *out)
{
	size_t bound = ZSTD_compressBound(rest->len);
	uint8_t *at = (uint8_t *)str_reserve(out, 8 + SCAP_COLUMN_HEADER + bound);
	uint8_t *packed = at + 8 + SCAP_COLUMN_HEADER;
	size_t len = ZSTD_compress(packed, bound, rest->buf, rest->len, LEVEL);
	bool is_packed = !ZSTD_isError(len) && len < rest->len;

	if (!is_packed) {
		len = rest->len;
		memcpy(packed, rest->buf, len);
	}
	store_u32(at, SCAP_COLUMN_MAGIC);
	store_u32(at + 4, (uint32_t)(SCAP_COLUMN_HEADER + len));
	memcpy(at + 8, id, ID_LEN);
	at[16] = VERSION;
	at[17] = is_packed ? FLAG_ZSTD : 0;
	store_u16(at + 18, 0);
	store_u32(at + 20, cnt);
	store_u32(at + 24, (uint32_t)rest->len);
	str_commit(out, 8 + SCAP_COLUMN_HEADER + len);
}

static bool is_frame(const char id[ID_LEN], const void *payload, size_t len)
{
	return len >= SCAP_COLUMN_HEADER && !memcmp(payload, id, ID_LEN);
}

/* rest is empty before; false leaves it so. */
static bool load_frame(const char id[ID_LEN], const uint8_t *at, size_t len, uint32_t *cnt,
		       struct str *rest)
{
	size_t rest_len;
	char *bytes;

	if (!is_frame(id, at, len) || at[8] != VERSION)
		return false;
	rest_len = load_u32(at + 16);
	if (rest_len > LIMIT_COLUMN_SIZE)
		return false;
	bytes = str_reserve(rest, rest_len);
	if (at[9] & FLAG_ZSTD) {
		if (ZSTD_decompress(bytes, rest_len, at + SCAP_COLUMN_HEADER,
				    len - SCAP_COLUMN_HEADER) != rest_len)
			return false;
	} else {
		if (len - SCAP_COLUMN_HEADER != rest_len)
			return false;
		memcpy(bytes, at + SCAP_COLUMN_HEADER, rest_len);
	}
	str_commit(rest, rest_len);
	*cnt = load_u32(at + 12);
	return true;
}

/* --- durations ---------------------------------------------------------- */

void scap_column_release(struct scap_column *column)
{
	str_release(&column->codes);
	memset(column, 0, sizeof(*column));
}

void scap_column_reset(struct scap_column *column)
{
	str_reset(&column->codes);
	column->pos = 0;
	column->event_cnt = 0;
	column->is_used = false;
}

/* 0 when it is out of the range of the short codes. */
static unsigned int short_code(uint64_t duration_ns)
{
	unsigned int code;
	unsigned int bit;
	uint32_t mantissa;

	if (duration_ns < 1u << FIRST_BIT)
		return 0;
	bit = 63 - (unsigned int)__builtin_clzll(duration_ns);
	mantissa = (uint32_t)(duration_ns << (63 - bit) >> 32);
	code = 1 + (bit - FIRST_BIT) * STEPS;
	for (unsigned int k = 0; k < STEPS; k++)
		code += mantissa >= step_edge[k];
	return code <= CODE_LAST ? code : 0;
}

void scap_column_add(struct scap_column *column, uint64_t duration_ns)
{
	unsigned int code;
	uint8_t bytes[3];

	column->event_cnt++;
	if (duration_ns == UINT64_MAX) {
		str_append_char(&column->codes, 0);
		return;
	}
	column->is_used = true;
	code = short_code(duration_ns);
	if (LIKELY(code)) {
		str_append_char(&column->codes, (char)code);
		return;
	}
	bytes[0] = CODE_WIDE;
	if (duration_ns < 256) {
		bytes[1] = EXPONENT_EXACT;
		bytes[2] = (uint8_t)duration_ns;
	} else {
		bytes[1] = (uint8_t)(55 - __builtin_clzll(duration_ns));
		bytes[2] = (uint8_t)(duration_ns >> bytes[1]);
	}
	str_append(&column->codes, bytes, sizeof(bytes));
}

void scap_column_put(const struct scap_column *column, struct str *out)
{
	put_frame(durations_id, column->event_cnt, &column->codes, out);
}

bool scap_column_load(struct scap_column *column, const void *payload, size_t len)
{
	scap_column_reset(column);
	return load_frame(durations_id, payload, len, &column->event_cnt, &column->codes);
}

uint64_t scap_column_next(struct scap_column *column)
{
	const uint8_t *at = (const uint8_t *)column->codes.buf + column->pos;
	size_t left = column->codes.len - column->pos;
	unsigned int step;
	uint64_t mantissa;

	if (!column->event_cnt || !left)
		return UINT64_MAX;
	column->event_cnt--;
	if (at[0] == CODE_WIDE) {
		column->pos += left < 3 ? left : 3;
		if (left < 3)
			return UINT64_MAX;
		if (at[1] == EXPONENT_EXACT)
			return at[2];
		return at[1] <= 55 ? (256 + (uint64_t)at[2]) << at[1] : UINT64_MAX;
	}
	column->pos++;
	if (!at[0])
		return UINT64_MAX;
	step = at[0] - 1u;
	mantissa = (uint64_t)step_base[step % STEPS] << (FIRST_BIT + step / STEPS);
	return (mantissa + (1u << 30)) >> 31;
}

/* --- entries ------------------------------------------------------------ */

void scap_extras_release(struct scap_extras *extras)
{
	str_release(&extras->items);
	memset(extras, 0, sizeof(*extras));
}

void scap_extras_reset(struct scap_extras *extras)
{
	str_reset(&extras->items);
	extras->pos = 0;
	extras->event_cnt = 0;
	extras->cnt = 0;
}

void scap_extras_add(struct scap_extras *extras, struct span entries)
{
	uint32_t event = extras->event_cnt++;
	char *at;

	if (LIKELY(!entries.len) || entries.len > UINT16_MAX)
		return;
	at = str_reserve(&extras->items, ITEM_HEADER + entries.len);
	store_u32(at, event);
	store_u16(at + 4, (uint16_t)entries.len);
	memcpy(at + ITEM_HEADER, entries.ptr, entries.len);
	str_commit(&extras->items, ITEM_HEADER + entries.len);
	extras->cnt++;
}

void scap_extras_put(const struct scap_extras *extras, struct str *out)
{
	put_frame(extras_id, extras->cnt, &extras->items, out);
}

bool scap_extras_load(struct scap_extras *extras, const void *payload, size_t len)
{
	scap_extras_reset(extras);
	return load_frame(extras_id, payload, len, &extras->cnt, &extras->items);
}

struct span scap_extras_next(struct scap_extras *extras)
{
	const char *at = extras->items.buf + extras->pos;
	size_t left = extras->items.len - extras->pos;
	uint32_t event = extras->event_cnt++;
	size_t len;

	if (left < ITEM_HEADER || load_u32(at) != event)
		return span_make(NULL, 0);
	len = load_u16(at + 4);
	if (len > left - ITEM_HEADER) {
		extras->pos = extras->items.len;
		return span_make(NULL, 0);
	}
	extras->pos += ITEM_HEADER + len;
	return span_make(at + ITEM_HEADER, len);
}

/* --- both --------------------------------------------------------------- */

void scap_columns_release(struct scap_columns *columns)
{
	scap_column_release(&columns->durations);
	scap_extras_release(&columns->extras);
}

void scap_columns_reset(struct scap_columns *columns)
{
	scap_column_reset(&columns->durations);
	scap_extras_reset(&columns->extras);
}

bool scap_columns_load(struct scap_columns *columns, const void *payload, size_t len)
{
	if (is_frame(durations_id, payload, len))
		return scap_column_load(&columns->durations, payload, len);
	if (is_frame(extras_id, payload, len))
		return scap_extras_load(&columns->extras, payload, len);
	return false;
}
