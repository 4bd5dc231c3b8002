/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats.h: counters, one array of stats.def per engine.
 */
#ifndef RTSEC_BASE_STATS_H
#define RTSEC_BASE_STATS_H

#include <stdbool.h>
#include <stdint.h>

enum stat_id {
#define STAT(NAME, name, is_loss, help) STAT_##NAME,
#include "base/stats.def"
	STAT_COUNT
};

struct stats {
	uint64_t value[STAT_COUNT];
};

/* stats may be NULL, so that a tool that does not count can say so. */
static inline void stats_add(struct stats *stats, enum stat_id stat, uint64_t cnt)
{
	if (stats)
		stats->value[stat] += cnt;
}

const char *stats_name(enum stat_id stat);
const char *stats_help(enum stat_id stat);
bool stats_is_loss(enum stat_id stat);

#endif
