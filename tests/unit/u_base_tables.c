/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of base/stats.def and base/limits.def: names, help, order of magnitude.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/stats.h"

/* What a metrics reader accepts as a name: lower case, digits, underscores. */
static void stats_have_names(void **state UNUSED)
{
	int i;
	int k;

	for (i = 0; i < STAT_COUNT; i++) {
		const char *name = stats_name(i);

		assert_true(name && islower((unsigned char)name[0]));
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(name));
		assert_true(stats_help(i) && stats_help(i)[0]);
		for (k = 0; k < i; k++)
			assert_string_not_equal(name, stats_name(k));
	}
}

/* Whatever is called a drop or a limit is a loss and is shown. */
static void losses_are_marked(void **state UNUSED)
{
	int i;

	for (i = 0; i < STAT_COUNT; i++) {
		if (!strncmp(stats_name(i), "drop_", 5) || strstr(stats_name(i), "_limit"))
			assert_true(stats_is_loss(i));
	}
	assert_false(stats_is_loss(STAT_EVENTS));
}

static void adding(void **state UNUSED)
{
	struct stats stats = { 0 };

	stats_add(&stats, STAT_EVENTS, 2);
	stats_add(&stats, STAT_EVENTS, UINT32_MAX);
	stats_add(NULL, STAT_EVENTS, 1);
	assert_true(stats.value[STAT_EVENTS] == (uint64_t)UINT32_MAX + 2);
	assert_true(stats.value[STAT_EVENTS_SHOWN] == 0);
}

static void limits_have_reasons(void **state UNUSED)
{
	static const struct {
		long value;
		const char *reason;
	} limits[] = {
#define LIMIT(NAME, value, reason) { LIMIT_##NAME, reason },
#include "base/limits.def"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		assert_true(limits[i].value > 0);
		assert_true(limits[i].reason[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stats_have_names),
		cmocka_unit_test(losses_are_marked),
		cmocka_unit_test(adding),
		cmocka_unit_test(limits_have_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
