/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats.c: what stats.def says about each counter.
 */
#include "base/stats.h"

#include <stddef.h>

static const struct {
	const char *name;
	const char *help;
	bool is_loss;
} table[STAT_COUNT] = {
#define STAT(NAME, name, is_loss, help) [STAT_##NAME] = { name, help, is_loss },
#include "base/stats.def"
};

const char *stats_name(enum stat_id stat)
{
	return table[stat].name;
}

const char *stats_help(enum stat_id stat)
{
	return table[stat].help;
}

bool stats_is_loss(enum stat_id stat)
{
	return table[stat].is_loss;
}
