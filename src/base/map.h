/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * map.h: hash table from a 64-bit key to a pointer (linear probing, seeded, so
 * that a hostile trace cannot choose collisions).  Owns its slots, not the values.
 */
#ifndef RTSEC_BASE_MAP_H
#define RTSEC_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

struct map {
	struct map_slot *slots;
	size_t cnt;
	size_t cap; /* 0 or a power of two */
	uint64_t seed;
};

/* All zero is a valid empty map. */
void map_release(struct map *map);
void map_reset(struct map *map);

/* NULL when absent. */
void *map_find(const struct map *map, uint64_t key);
/* value may not be NULL; gives the value that was there before, or NULL. */
void *map_put(struct map *map, uint64_t key, void *value);
/* Gives the removed value, or NULL. */
void *map_remove(struct map *map, uint64_t key);

/* Goes over all: for (slot = NULL; (slot = map_next(map, slot));). No changes meanwhile. */
struct map_slot *map_next(const struct map *map, const struct map_slot *slot);

/* The seeded hash the map uses, for tables of other shapes. */
uint64_t map_hash(const void *bytes, size_t len, uint64_t seed);

#endif
