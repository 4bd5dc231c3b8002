/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * map.c: open addressing with linear probing; removal moves the followers of
 * the gap back, so there are no tombstones and a search ends at the first free
 * slot.  The table is at most three quarters full and halves itself when it is
 * under an eighth, so that memory follows what is remembered.
 */
#include "base/map.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/bytes.h"

#define CAP_MIN ((size_t)16)

/* Odd constants with about as many ones as zeros; any such would do. */
#define MIX_A 0x9e3779b97f4a7c15u
#define MIX_B 0xd6e8feb86659fd93u

/* The two halves of the 128-bit product, folded. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t new_seed(const struct map *map)
{
	struct timespec now = { 0 };
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
	/* Early at boot, or where a sandbox forbids it: the layout of memory and the clock. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return fold((uint64_t)(uintptr_t)map ^ MIX_A, (uint64_t)now.tv_nsec ^ MIX_B);
}

/* Where the search for a key begins. */
static size_t home_of(const struct map *map, uint64_t key)
{
	/* Twice: after one multiplication, keys in steps run together for some seeds. */
	return fold(fold(key ^ map->seed, MIX_A) ^ map->seed, MIX_B) & (map->cap - 1);
}

/* The slot that holds key, or the free one where it would go. The table is never full. */
static struct map_slot *slot_of(const struct map *map, uint64_t key)
{
	size_t i = home_of(map, key);

	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & (map->cap - 1);
	return &map->slots[i];
}

static void set_cap(struct map *map, size_t cap)
{
	struct map old = *map;
	struct map_slot *slot = NULL;

	map->cap = cap;
	map->slots = alloc_array(cap, sizeof(*map->slots));
	while ((slot = map_next(&old, slot)))
		*slot_of(map, slot->key) = *slot;
	alloc_free(old.slots);
}

void map_release(struct map *map)
{
	alloc_free(map->slots);
	memset(map, 0, sizeof(*map));
}

void map_reset(struct map *map)
{
	if (map->cnt)
		memset(map->slots, 0, map->cap * sizeof(*map->slots));
	map->cnt = 0;
}

void *map_find(const struct map *map, uint64_t key)
{
	return map->cnt ? slot_of(map, key)->value : NULL;
}

void *map_put(struct map *map, uint64_t key, void *value)
{
	struct map_slot *slot;
	void *before;

	if (UNLIKELY(!map->cap)) {
		map->seed = new_seed(map);
		set_cap(map, CAP_MIN);
	} else if (UNLIKELY(map->cnt >= map->cap / 4 * 3)) {
		set_cap(map, map->cap * 2);
	}
	slot = slot_of(map, key);
	before = slot->value;
	map->cnt += !before;
	slot->key = key;
	slot->value = value;
	return before;
}

/* Moves back every follower of the gap whose search would otherwise end in it. */
static void close_gap(struct map *map, size_t gap)
{
	size_t mask = map->cap - 1;
	size_t i;

	for (i = (gap + 1) & mask; map->slots[i].value; i = (i + 1) & mask) {
		size_t home = home_of(map, map->slots[i].key);

		if (((i - home) & mask) >= ((i - gap) & mask)) {
			map->slots[gap] = map->slots[i];
			gap = i;
		}
	}
	memset(&map->slots[gap], 0, sizeof(map->slots[gap]));
}

void *map_remove(struct map *map, uint64_t key)
{
	struct map_slot *slot;
	void *before;

	if (!map->cnt)
		return NULL;
	slot = slot_of(map, key);
	before = slot->value;
	if (!before)
		return NULL;
	close_gap(map, (size_t)(slot - map->slots));
	map->cnt--;
	if (map->cap > CAP_MIN && map->cnt < map->cap / 8)
		set_cap(map, map->cap / 2);
	return before;
}

struct map_slot *map_next(const struct map *map, const struct map_slot *slot)
{
	size_t i = slot ? (size_t)(slot - map->slots) + 1 : 0;

	for (; i < map->cap; i++) {
		if (map->slots[i].value)
			return &map->slots[i];
	}
	return NULL;
}

uint64_t map_hash(const void *bytes, size_t len, uint64_t seed)
{
	const uint8_t *at = bytes;
	uint64_t hash = seed ^ fold(seed ^ MIX_A, len ^ MIX_B);
	uint8_t tail[16] = { 0 };

	for (; len > sizeof(tail); at += sizeof(tail), len -= sizeof(tail))
		hash = fold(load_u64(at) ^ hash, load_u64(at + 8) ^ MIX_B ^ seed);
	if (len)
		memcpy(tail, at, len);
	hash = fold(load_u64(tail) ^ hash, load_u64(tail + 8) ^ MIX_B ^ seed);
	return fold(hash ^ MIX_A, seed ^ MIX_B);
}
