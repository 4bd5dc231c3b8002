/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of base/arena: alignment, separate objects, reuse over resets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/attr.h"

/* Each object keeps its own pattern while others come. */
static void objects_are_apart(void **state UNUSED)
{
	static const size_t sizes[] = { 1,    7,     8,	      9, 100, 4095, 4096,
					5000, 70000, 2000000, 3, 0,   0,    1 };
	unsigned char *object[ARRAY_SIZE(sizes)];
	struct arena arena = { 0 };
	size_t i;
	size_t k;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		object[i] = arena_alloc(&arena, sizes[i]);
		assert_int_equal((uintptr_t)object[i] % 8, 0);
		memset(object[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(object[i][k], i + 1);
		for (k = 0; k < i; k++)
			assert_ptr_not_equal(object[i], object[k]);
	}
	arena_release(&arena);
	assert_null(arena.head);
	assert_null(arena.spare);
}

static void reset_keeps_the_memory(void **state UNUSED)
{
	struct arena arena;
	void *first;
	int round;
	int i;

	arena_init(&arena);
	first = arena_alloc(&arena, 40);
	assert_true(arena.used >= 40);
	arena_reset(&arena);
	assert_int_equal(arena.used, 0);
	assert_ptr_equal(arena_alloc(&arena, 40), first);
	for (round = 0; round < 100; round++) {
		arena_reset(&arena);
		for (i = 0; i < 50; i++)
			memset(arena_alloc(&arena, 1000), round, 1000);
		assert_true(arena.used >= 50000);
	}
	/* A reset arena finds all it needs among its own chunks. */
	arena_reset(&arena);
	assert_null(arena.head);
	assert_non_null(arena.spare);
	arena_release(&arena);
}

static void zero_clears_used_memory(void **state UNUSED)
{
	static const unsigned char none[300];
	struct arena arena = { 0 };

	memset(arena_alloc(&arena, 300), 0xff, 300);
	arena_reset(&arena);
	assert_memory_equal(arena_zero(&arena, 300), none, 300);
	arena_release(&arena);
}

static void copies(void **state UNUSED)
{
	struct arena arena = { 0 };
	char *text;

	assert_string_equal(arena_strdup(&arena, "abc"), "abc");
	assert_string_equal(arena_strdup(&arena, ""), "");
	assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(&arena, NULL, 0), "");
	assert_memory_equal(arena_dup(&arena, "a\0b", 3), "a\0b", 3);
	assert_non_null(arena_dup(&arena, NULL, 0));
	assert_string_equal(arena_printf(&arena, "%s=%d", "x", 42), "x=42");
	text = arena_printf(&arena, "%0*d", 10000, 7);
	assert_int_equal(strlen(text), 10000);
	assert_int_equal(text[9999], '7');
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_apart),
		cmocka_unit_test(reset_keeps_the_memory),
		cmocka_unit_test(zero_clears_used_memory),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
