/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of base/map: against a plain array as the model, and what it does for
 * memory and for hostile keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/map.h"

#define KEYS 2000u

/* A small generator with a fixed start, so that a failure repeats. */
static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Keys that differ only high up, only low down, and 0 itself. */
static uint64_t key_of(uint32_t i)
{
	return i % 2 ? (uint64_t)i << 40 : i;
}

static void behaves_as_the_model(void **state UNUSED)
{
	static char values[2][KEYS];
	void *model[KEYS] = { 0 };
	struct map map = { 0 };
	struct map_slot *slot;
	uint64_t seed = 1;
	size_t cnt = 0;
	size_t seen;
	uint32_t step;
	uint32_t i;

	assert_null(map_find(&map, 0));
	assert_null(map_remove(&map, 0));
	assert_null(map_next(&map, NULL));
	for (step = 0; step < 200000; step++) {
		/* Filling in one half of the time, emptying in the other. */
		uint32_t odds = step / 50000 % 2 ? 30 : 70;
		void *value;

		i = next_random(&seed) % KEYS;
		if (next_random(&seed) % 100 < odds) {
			value = &values[step % 2][i];
			assert_ptr_equal(map_put(&map, key_of(i), value), model[i]);
			cnt += !model[i];
			model[i] = value;
		} else {
			assert_ptr_equal(map_remove(&map, key_of(i)), model[i]);
			cnt -= !!model[i];
			model[i] = NULL;
		}
		assert_int_equal(map.cnt, cnt);
		i = next_random(&seed) % KEYS;
		assert_ptr_equal(map_find(&map, key_of(i)), model[i]);
	}
	for (i = 0; i < KEYS; i++)
		assert_ptr_equal(map_find(&map, key_of(i)), model[i]);
	seen = 0;
	for (slot = NULL; (slot = map_next(&map, slot)); seen++)
		assert_ptr_equal(map_find(&map, slot->key), slot->value);
	assert_int_equal(seen, cnt);
	map_release(&map);
}

static void gives_memory_back(void **state UNUSED)
{
	struct map map = { 0 };
	uint64_t i;

	for (i = 0; i < 100000; i++)
		map_put(&map, i, &map);
	assert_true(map.cap >= 100000);
	for (i = 0; i < 100000 - 10; i++)
		assert_ptr_equal(map_remove(&map, i), &map);
	assert_true(map.cap <= 256);
	for (; i < 100000; i++)
		assert_ptr_equal(map_find(&map, i), &map);
	map_reset(&map);
	assert_int_equal(map.cnt, 0);
	assert_null(map_find(&map, 99999));
	assert_null(map_put(&map, 5, &map));
	map_release(&map);
	assert_null(map.slots);
}

/*
 * The longest walk of a search stays short for keys in steps, whatever the step. A random
 * choice of slots gives about 100 here and practically never more than 400.
 */
static void steps_do_not_collide(void **state UNUSED)
{
	unsigned int shift;
	uint64_t i;

	for (shift = 0; shift < 52; shift += 4) {
		struct map map = { 0 };
		size_t run = 0;
		size_t longest = 0;

		for (i = 0; i < 3000; i++)
			map_put(&map, i << shift, &map);
		for (i = 0; i < map.cap; i++) {
			run = map.slots[i].value ? run + 1 : 0;
			longest = run > longest ? run : longest;
		}
		assert_true(longest < 600);
		map_release(&map);
	}
}

static void hash_depends_on_everything(void **state UNUSED)
{
	unsigned char bytes[70] = { 0 };
	uint64_t hash[ARRAY_SIZE(bytes) + 1];
	size_t len;
	size_t i;

	for (len = 0; len <= sizeof(bytes); len++) {
		hash[len] = map_hash(bytes, len, 7);
		assert_true(hash[len] == map_hash(bytes, len, 7));
		assert_true(hash[len] != map_hash(bytes, len, 8));
		/* Zeros at the end count by their number. */
		for (i = 0; i < len; i++)
			assert_true(hash[i] != hash[len]);
		for (i = 0; i < len; i++) {
			bytes[i] ^= 0x80;
			assert_true(hash[len] != map_hash(bytes, len, 7));
			bytes[i] ^= 0x80;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_as_the_model),
		cmocka_unit_test(gives_memory_back),
		cmocka_unit_test(steps_do_not_collide),
		cmocka_unit_test(hash_depends_on_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
