/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock.c: times as text.  The offset of the local zone is that of the very time
 * shown, and asking the C library for it costs more than all the rest of a line,
 * so it is kept for a quarter of an hour (no zone has changed its offset within
 * one for a century) and the text of a second for that second.
 */
#include "field/clock.h"

#include <time.h>

#include "field/line.h"

#define NS_PER_S UINT64_C(1000000000)
#define BLOCK_S 900

static int32_t local_offset(int64_t second)
{
	time_t at = (time_t)second;
	struct tm tm;

	return localtime_r(&at, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static int32_t offset_at(struct field_clock *clock, int64_t second)
{
	int64_t block = second / BLOCK_S + 1;
	int32_t first;

	if (clock->block == block)
		return clock->offset_s;
	first = local_offset((block - 1) * BLOCK_S);
	if (first != local_offset(block * BLOCK_S - 1))
		return local_offset(second);
	clock->block = block;
	clock->offset_s = first;
	return first;
}

static void put_digits(char *at, unsigned int value, unsigned int cnt)
{
	while (cnt--) {
		at[cnt] = (char)('0' + value % 10);
		value /= 10;
	}
}

const char *clock_local(struct field_clock *clock, uint64_t ts_ns)
{
	int64_t second = (int64_t)(ts_ns / NS_PER_S);
	time_t shifted;
	struct tm tm;

	if (clock->second == second + 1)
		return clock->text;
	shifted = (time_t)(second + offset_at(clock, second));
	gmtime_r(&shifted, &tm);
	put_digits(clock->text, (unsigned int)tm.tm_year + 1900, 4);
	clock->text[4] = '-';
	put_digits(clock->text + 5, (unsigned int)tm.tm_mon + 1, 2);
	clock->text[7] = '-';
	put_digits(clock->text + 8, (unsigned int)tm.tm_mday, 2);
	clock->text[10] = ' ';
	put_digits(clock->text + 11, (unsigned int)tm.tm_hour, 2);
	clock->text[13] = ':';
	put_digits(clock->text + 14, (unsigned int)tm.tm_min, 2);
	clock->text[16] = ':';
	put_digits(clock->text + 17, (unsigned int)tm.tm_sec, 2);
	clock->text[19] = '\0';
	clock->second = second + 1;
	return clock->text;
}

void clock_append_padded(struct str *out, uint64_t value, unsigned int digits)
{
	char text[20];
	unsigned int cnt = 0;

	do {
		text[sizeof(text) - ++cnt] = (char)('0' + value % 10);
		value /= 10;
	} while (value || cnt < digits);
	line_bytes(out, text + sizeof(text) - cnt, cnt);
	line_end(out);
}

void clock_append_seconds(struct str *out, uint64_t ns)
{
	str_append_u64(out, ns / NS_PER_S);
	str_append_char(out, '.');
	clock_append_padded(out, ns % NS_PER_S, 9);
}

/* Nine digits of the fraction behind the text from the byte from on. */
static void append_clock(struct str *out, struct field_clock *clock, uint64_t ts_ns, size_t from)
{
	line_bytes(out, clock_local(clock, ts_ns) + from, 19 - from);
	line_char(out, '.');
	line_nine(out, (uint32_t)(ts_ns % NS_PER_S));
	line_end(out);
}

void clock_append_hour(struct str *out, struct field_clock *clock, uint64_t ts_ns)
{
	append_clock(out, clock, ts_ns, 11);
}

void clock_append_datetime(struct str *out, struct field_clock *clock, uint64_t ts_ns)
{
	append_clock(out, clock, ts_ns, 0);
}

void field_time_text(uint64_t ts_ns, struct str *out)
{
	struct field_clock clock = { 0 };

	clock_append_datetime(out, &clock, ts_ns);
}

/* Six significant digits of ns, rounded; *exponent: of its first digit, in seconds. */
static uint32_t significant(uint64_t ns, int *exponent)
{
	uint64_t value = ns;
	int digits = 1;

	while (value >= 10) {
		value /= 10;
		digits++;
	}
	value = ns;
	if (digits > 6) {
		uint64_t scale = 1;

		for (int i = 6; i < digits; i++)
			scale *= 10;
		value = ns / scale +
			(ns % scale > scale / 2 || (ns % scale == scale / 2 && ns / scale % 2));
	}
	for (int i = digits; i < 6; i++)
		value *= 10;
	if (value == 1000000) {
		value = 100000;
		digits++;
	}
	*exponent = digits - 10;
	return (uint32_t)value;
}

void clock_append_short(struct str *out, uint64_t ns)
{
	char digits[6];
	int cnt = 6;
	int exponent;
	int whole;

	if (!ns) {
		str_append_char(out, '0');
		return;
	}
	put_digits(digits, significant(ns, &exponent), 6);
	while (cnt > 1 && digits[cnt - 1] == '0')
		cnt--;
	whole = exponent < -4 || exponent >= 6 ? 0 : exponent;
	if (whole < 0) {
		str_append(out, "0.000", (size_t)(1 - whole));
		str_append(out, digits, (size_t)cnt);
		return;
	}
	for (int i = 0; i <= whole; i++)
		str_append_char(out, i < cnt ? digits[i] : '0');
	if (cnt > whole + 1) {
		str_append_char(out, '.');
		str_append(out, digits + whole + 1, (size_t)(cnt - whole - 1));
	}
	if (exponent < -4 || exponent >= 6) {
		str_append(out, exponent < 0 ? "e-" : "e+", 2);
		clock_append_padded(out, (uint64_t)(exponent < 0 ? -exponent : exponent), 2);
	}
}
