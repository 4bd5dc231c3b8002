/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * losses.c: the events that mark where a trace lacks some.  The drop events are the
 * format's own, which older readers know; their ratio is the share of calls that a
 * recorder looks at, 1 for all.
 */
#include <inttypes.h>

#include "base/bytes.h"
#include "base/stats.h"
#include "event/wire.h"
#include "source/made.h"

#define RATIO_ALL 1u

static void put_drop(struct source_made *made, uint16_t cpu, uint64_t ts_ns, uint16_t type,
		     const struct source_rings_loss *loss)
{
	uint8_t ratio[4];
	struct span param = span_make(ratio, sizeof(ratio));
	struct str extra = { 0 };
	uint32_t i;

	store_u32(ratio, RATIO_ALL);
	store_u16(str_reserve(&extra, 4), WIRE_EXTRA_LOSERS);
	store_u16(extra.buf + 2, (uint16_t)(4 * loss->loser_cnt));
	str_commit(&extra, 4);
	for (i = 0; i < loss->loser_cnt; i++) {
		store_u32(str_reserve(&extra, 4), loss->losers[i]);
		str_commit(&extra, 4);
	}
	source_made_put(made, cpu, ts_ns, EVENT_TID_NONE, type, &param, 1,
			span_make(extra.buf, extra.len));
	str_release(&extra);
}

void source_made_loss_begin(struct source_made *made, uint16_t cpu, uint64_t ts_ns,
			    const struct source_rings_loss *loss)
{
	put_drop(made, cpu, ts_ns, EVENT_DROP_E, loss);
}

void source_made_loss_end(struct source_made *made, uint16_t cpu, uint64_t from_ns, uint64_t to_ns,
			  const struct source_rings_loss *loss)
{
	uint8_t plugin[4] = { 0 };
	struct str text = { 0 };
	struct span params[3] = {
		span_make(plugin, sizeof(plugin)),
		span_make("drop", sizeof("drop")),
	};

	put_drop(made, cpu, to_ns, EVENT_DROP_X, loss);
	str_printf(&text, "cpu=%u from=%" PRIu64 " to=%" PRIu64, cpu, from_ns, to_ns);
	for (int why = 0; why < WIRE_DROP_COUNT; why++)
		str_printf(&text, " %s=%" PRIu64, stats_name(source_stat_of_drop(why)),
			   loss->cnt[why]);
	params[2] = span_make(text.buf, text.len);
	source_made_put(made, cpu, to_ns, EVENT_TID_NONE, EVENT_ASYNCEVENT_E, params, 3,
			span_make(NULL, 0));
	str_release(&text);
}

enum stat_id source_stat_of_drop(enum wire_drop why)
{
	static const enum stat_id stats[WIRE_DROP_COUNT] = {
		[WIRE_DROP_FULL] = STAT_DROP_RING_FULL,
		[WIRE_DROP_NESTED] = STAT_DROP_NESTED,
		[WIRE_DROP_BIG] = STAT_DROP_TOO_BIG,
		[WIRE_DROP_OTHER] = STAT_DROP_SCRATCH,
	};

	return stats[why];
}
