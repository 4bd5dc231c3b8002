/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_clock.c: times as text: zones, the nights on which clocks change, and
 * numbers of seconds.
 */
#include <stdio.h>
#include <time.h>

#include "field/clock.h"
#include "record.h"

#define NS UINT64_C(1000000000)

struct zone_case {
	const char *zone;
	uint64_t ts_ns;
	const char *wanted;
};

/* Offsets are those of the zone files, printed by date(1) as well. */
static const struct zone_case zone_cases[] = {
	{ "UTC", 1504272142105654659u, "2017-09-01 13:22:22.105654659" },
	{ "UTC", 0, "1970-01-01 00:00:00.000000000" },
	{ "UTC", UINT64_MAX - 1, "2554-07-21 23:34:33.709551614" },
	{ "UTC", 951782400 * NS + 7, "2000-02-29 00:00:00.000000007" },
	{ "Asia/Kathmandu", 1504272142105654659u, "2017-09-01 19:07:22.105654659" },
	{ "America/St_Johns", 1700000000 * NS, "2023-11-14 18:43:20.000000000" },
	/* 2023-03-26: 02:00 becomes 03:00. */
	{ "Europe/Berlin", 1679792399 * NS + 999999999, "2023-03-26 01:59:59.999999999" },
	{ "Europe/Berlin", 1679792400 * NS, "2023-03-26 03:00:00.000000000" },
	/* 2023-10-29: 03:00 becomes 02:00. */
	{ "Europe/Berlin", 1698541199 * NS, "2023-10-29 02:59:59.000000000" },
	{ "Europe/Berlin", 1698541200 * NS, "2023-10-29 02:00:00.000000000" },
	/* Half an hour of summer time. */
	{ "Australia/Lord_Howe", 1696087799 * NS, "2023-10-01 01:59:59.000000000" },
	{ "Australia/Lord_Howe", 1696087800 * NS, "2023-10-01 02:30:00.000000000" },
	{ "America/New_York", 1678604399 * NS, "2023-03-12 01:59:59.000000000" },
	{ "America/New_York", 1678604400 * NS, "2023-03-12 03:00:00.000000000" },
	/* A zone that needs no files; it changes within a quarter of an hour. */
	{ "AAA-1BBB,M3.2.0/2:05:30,M11.1.0/2", 1678583129 * NS, "2023-03-12 02:05:29.000000000" },
	{ "AAA-1BBB,M3.2.0/2:05:30,M11.1.0/2", 1678583130 * NS, "2023-03-12 03:05:30.000000000" },
};

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static bool has_zone(const char *zone)
{
	char path[256];
	FILE *file;

	if (!strcmp(zone, "UTC") || strchr(zone, ','))
		return true;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone);
	file = fopen(path, "r");
	if (file)
		fclose(file);
	return file != NULL;
}

static void test_zones(void **state)
{
	struct str text = { 0 };
	size_t checked = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(zone_cases); i++) {
		if (!has_zone(zone_cases[i].zone))
			continue;
		checked++;
		set_zone(zone_cases[i].zone);
		str_reset(&text);
		field_time_text(zone_cases[i].ts_ns, &text);
		assert_string_equal(str_text(&text), zone_cases[i].wanted);
	}
	assert_true(checked >= 6);
	str_release(&text);
	set_zone("UTC");
}

/* One clock over both changes of a year, forwards and backwards, against the C library. */
static void test_cache(void **state)
{
	struct field_clock clock = { 0 };
	struct str text = { 0 };
	uint64_t at = 1678583130 - 3600;

	(void)state;
	set_zone("AAA-1BBB,M3.2.0/2:05:30,M11.1.0/2");
	for (int step = 0; step < 20000; step++) {
		time_t second = (time_t)at;
		char wanted[32];
		struct tm tm;

		localtime_r(&second, &tm);
		strftime(wanted, sizeof(wanted), "%Y-%m-%d %H:%M:%S", &tm);
		assert_string_equal(clock_local(&clock, at * NS + 5), wanted);
		assert_string_equal(clock_local(&clock, at * NS + 999999999), wanted);
		at += step < 9000 ? 1 : step % 3 ? 1373 : (uint64_t)-511;
	}
	str_release(&text);
	set_zone("UTC");
}

static void test_hour(void **state)
{
	struct field_clock clock = { 0 };
	struct str text = { 0 };

	(void)state;
	clock_append_hour(&text, &clock, 1504272142000000042u);
	assert_string_equal(str_text(&text), "13:22:22.000000042");
	str_release(&text);
}

static void test_seconds(void **state)
{
	struct str text = { 0 };

	(void)state;
	clock_append_seconds(&text, 1504272142000288146u);
	str_append_char(&text, ' ');
	clock_append_seconds(&text, 0);
	str_append_char(&text, ' ');
	clock_append_seconds(&text, 58134214);
	str_append_char(&text, ' ');
	clock_append_padded(&text, 4893, 9);
	str_append_char(&text, ' ');
	clock_append_padded(&text, 12345678901u, 9);
	str_append_char(&text, ' ');
	clock_append_padded(&text, UINT64_MAX, 9);
	assert_string_equal(str_text(&text),
			    "1504272142.000288146 0.000000000 0.058134214 000004893 12345678901 "
			    "18446744073709551615");
	str_release(&text);
}

static void check_short(uint64_t ns)
{
	struct str text = { 0 };
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%g", (double)ns / 1e9);
	clock_append_short(&text, ns);
	if (strcmp(str_text(&text), wanted))
		fail_msg("%llu: %s, wanted %s", (unsigned long long)ns, str_text(&text), wanted);
	str_release(&text);
}

/* As %g has it, in a locale with a point. */
static void test_short(void **state)
{
	static const uint64_t cases[] = {
		0,
		1,
		9,
		10,
		100,
		999,
		1000,
		99999,
		100000,
		100001,
		999999,
		1000000,
		500000000,
		9998632000u,
		9999994999u,
		9999996000u,
		1000000000u,
		12345678901u,
		999999400000000u,
		999999600000000u,
		1000000000000000u,
		123456789012345678u,
		18446744073000000000u,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_short(cases[i]);
	for (uint64_t ns = 1; ns < UINT64_MAX / 7; ns = ns * 7 / 3 + 1)
		check_short(ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zones), cmocka_unit_test(test_cache),
		cmocka_unit_test(test_hour),  cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
