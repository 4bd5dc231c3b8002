/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * made.c: the queue of events that a live source makes itself.
 */
#include "source/made.h"

#include "scap/scap.h"

void source_made_release(struct source_made *made)
{
	str_release(&made->blocks);
	str_release(&made->extras);
	vec_release(&made->items);
	made->pos = 0;
}

void source_made_reset(struct source_made *made)
{
	str_reset(&made->blocks);
	str_reset(&made->extras);
	made->items.cnt = made->pos = 0;
}

void source_made_put(struct source_made *made, uint16_t cpu, uint64_t ts_ns, int64_t tid,
		     uint16_t type, const struct span *params, uint32_t cnt, struct span extra)
{
	struct source_made_item *item;
	struct source_made_item new;

	if (made->pos == made->items.cnt)
		source_made_reset(made);
	new.block = made->blocks.len;
	scap_put_event(&made->blocks, cpu, 0, ts_ns, tid, type, params, cnt);
	new.block_len = made->blocks.len - new.block;
	new.extra = made->extras.len;
	new.extra_len = extra.len;
	str_append(&made->extras, extra.ptr, extra.len);
	item = vec_add(&made->items);
	*item = new;
}

bool source_made_next(struct source_made *made, struct span *block, struct span *extra)
{
	const struct source_made_item *item;

	if (made->pos == made->items.cnt)
		return false;
	item = &made->items.items[made->pos++];
	*block = span_make(made->blocks.buf + item->block, item->block_len);
	*extra =
		span_make(item->extra_len ? made->extras.buf + item->extra : NULL, item->extra_len);
	return true;
}
