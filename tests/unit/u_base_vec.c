/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of base/vec.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/vec.h"

struct point {
	int x;
	char text[13];
};

static void keeps_what_was_added(void **state UNUSED)
{
	VEC_OF(struct point) points = { 0 };
	int i;

	for (i = 0; i < 1000; i++) {
		struct point *point = vec_add(&points);

		point->x = i;
		point->text[12] = (char)i;
		assert_int_equal(points.cnt, i + 1);
		assert_true(points.cap >= points.cnt);
	}
	for (i = 0; i < 1000; i++) {
		assert_int_equal(points.items[i].x, i);
		assert_int_equal(points.items[i].text[12], (char)i);
	}
	vec_release(&points);
	assert_null(points.items);
	assert_int_equal(points.cnt, 0);
	assert_int_equal(points.cap, 0);
	/* Fit for use again. */
	vec_add(&points)->x = 5;
	assert_int_equal(points.items[0].x, 5);
	vec_release(&points);
}

static void grows_at_once_to_what_is_asked(void **state UNUSED)
{
	size_t cap = 0;
	int *items = vec_grow(NULL, 100, &cap, sizeof(*items));

	assert_int_equal(cap, 100);
	items[99] = 1;
	assert_ptr_equal(vec_grow(items, 50, &cap, sizeof(*items)), items);
	assert_int_equal(cap, 100);
	items = vec_grow(items, 101, &cap, sizeof(*items));
	assert_int_equal(cap, 200);
	assert_int_equal(items[99], 1);
	alloc_free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_was_added),
		cmocka_unit_test(grows_at_once_to_what_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
