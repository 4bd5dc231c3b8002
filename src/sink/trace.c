/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace.c: the sink behind -w.  Blocks go into the file as they came; only what a
 * filter turned down but later events need (who made which fd, who is whose
 * child) is marked "state only" on its way, so that readers apply it unshown.
 */
#include "sink/sink.h"

#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/str.h"

#define FLUSH_NS 1000000000u

struct trace_sink {
	struct sink sink;
	struct scap_writer *writer;
	struct stats *stats;
	struct str rewrite; /* a block with flags put in */
	uint64_t flushed_ns;
	bool filtered;
};

static struct trace_sink *of(struct sink *sink)
{
	return (struct trace_sink *)sink;
}

static unsigned int put(struct trace_sink *trace, const void *data, size_t len, uint64_t ts_ns,
			uint64_t start_ns, struct err *err)
{
	if (!scap_writer_put(trace->writer, data, len, ts_ns, start_ns, err))
		return SINK_GO_ON;
	stats_add(trace->stats, STAT_WRITE_LOST, 1);
	return SINK_FAILED;
}

static unsigned int trace_on_block(struct sink *sink, const struct scap_block *block,
				   struct err *err)
{
	return put(of(sink), block->data, block->len, EVENT_TIME_UNKNOWN, EVENT_TIME_UNKNOWN, err);
}

/* Does a later event read differently when this one is missing? */
static bool is_needed_for_state(const struct event *ev)
{
	const uint32_t flags = EVENT_EF_CREATES_FD | EVENT_EF_DESTROYS_FD | EVENT_EF_MODIFIES_STATE;

	return (ev->info->flags & flags) || (ev->info->category & EVENT_EC_INTERNAL);
}

/* The same block of the type with flags: u32 flags follow the CPU, everything else moves by 4. */
static void mark_state_only(struct str *out, const struct scap_block *block, uint32_t flags)
{
	uint32_t body_at = block->type == SCAP_EVENT || block->type == SCAP_EVENT_LARGE ? 10 : 14;
	uint32_t len = body_at == 10 ? block->len + 4 : block->len;
	bool is_large = block->type == SCAP_EVENT_LARGE || block->type == SCAP_EVENT_FLAGS_LARGE;
	char *at;

	str_reset(out);
	at = str_reserve(out, len);
	store_u32(at, is_large ? SCAP_EVENT_FLAGS_LARGE : SCAP_EVENT_FLAGS);
	store_u32(at + 4, len);
	memcpy(at + 8, block->data + 8, 2);
	store_u32(at + 10, flags);
	memcpy(at + 14, block->data + body_at, block->len - body_at - 4);
	store_u32(at + len - 4, len);
	str_commit(out, len);
}

static unsigned int trace_on_event(struct sink *sink, const struct scap_block *block,
				   const struct event *ev, bool passed, struct err *err)
{
	struct trace_sink *trace = of(sink);

	if (passed || !trace->filtered)
		return put(trace, block->data, block->len, ev->ts_ns, ev->start_ns, err);
	if (!is_needed_for_state(ev))
		return SINK_GO_ON;
	mark_state_only(&trace->rewrite, block, ev->block_flags | EVENT_BLOCK_STATE_ONLY);
	return put(trace, trace->rewrite.buf, trace->rewrite.len, ev->ts_ns, ev->start_ns, err);
}

static unsigned int trace_on_tick(struct sink *sink, uint64_t now_ns, struct err *err)
{
	struct trace_sink *trace = of(sink);

	if (now_ns - trace->flushed_ns < FLUSH_NS)
		return SINK_GO_ON;
	trace->flushed_ns = now_ns;
	return scap_writer_flush(trace->writer, err) ? SINK_FAILED : SINK_GO_ON;
}

static unsigned int trace_on_end(struct sink *sink, struct err *err)
{
	struct trace_sink *trace = of(sink);
	int ret = scap_writer_close(trace->writer, err);

	trace->writer = NULL;
	return ret ? SINK_FAILED : SINK_GO_ON;
}

static void trace_free(struct sink *sink)
{
	struct trace_sink *trace = of(sink);
	struct err err;

	err_init(&err);
	if (trace->writer && scap_writer_close(trace->writer, &err))
		stats_add(trace->stats, STAT_WRITE_LOST, 1);
	str_release(&trace->rewrite);
	alloc_free(trace);
}

static const struct sink_ops trace_ops = {
	.name = "trace",
	.on_block = trace_on_block,
	.on_event = trace_on_event,
	.on_tick = trace_on_tick,
	.on_end = trace_on_end,
	.free = trace_free,
};

struct sink *sink_trace_new(const struct sink_trace_opts *opts, struct stats *stats,
			    struct err *err)
{
	struct scap_writer *writer;
	struct trace_sink *trace;

	if (scap_writer_open(opts->path, &opts->writer, &writer, err))
		return NULL;
	trace = alloc_zero(sizeof(*trace));
	trace->sink.ops = &trace_ops;
	trace->writer = writer;
	trace->stats = stats;
	trace->filtered = opts->filtered;
	return &trace->sink;
}
