/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace.c: the sink behind -w.  Blocks go into the file as they came; only what a
 * filter turned down but later events need (who made which fd, who is whose
 * child) is marked "state only" on its way, so that readers apply it unshown, and
 * rtsec's own bytes inside an event move beside it where the file has that place.
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
	struct str rewrite; /* a block that is not written as it came */
	uint64_t flushed_ns;
	bool filtered;
	bool is_zstd;
};

static struct trace_sink *of(struct sink *sink)
{
	return (struct trace_sink *)sink;
}

static unsigned int put(struct trace_sink *trace, const void *data, size_t len, uint64_t ts_ns,
			uint64_t start_ns, struct span extra, struct err *err)
{
	return scap_writer_put(trace->writer, data, len, ts_ns, start_ns, extra, err) ? SINK_FAILED
										      : SINK_GO_ON;
}

static unsigned int trace_on_block(struct sink *sink, const struct scap_block *block,
				   struct err *err)
{
	return put(of(sink), block->data, block->len, EVENT_TIME_UNKNOWN, EVENT_TIME_UNKNOWN,
		   span_make(NULL, 0), err);
}

/* Does a later event read differently when this one is missing? */
static bool is_needed_for_state(const struct event *ev)
{
	const uint32_t flags = EVENT_EF_CREATES_FD | EVENT_EF_DESTROYS_FD | EVENT_EF_MODIFIES_STATE;

	/* What a recorder says by itself (losses, users) is about the trace, not about a call. */
	return (ev->info->flags & flags) ||
	       (ev->info->category & (EVENT_EC_INTERNAL | EVENT_EC_METAEVENT)) || ev->extra.has_fds;
}

/*
 * The block with other flags (u32 after the CPU, where there are any) and without
 * inline_len bytes at the end of its event:
 *
 *   type, total, cpu | flags | event header, lengths, parameters | padding | total
 */
static void rewrite(struct str *out, const struct scap_block *block, uint32_t flags,
		    uint32_t inline_len)
{
	bool is_v1 = block->type == SCAP_EVENT_V1 || block->type == SCAP_EVENT_V1_FLAGS;
	bool is_large = block->type == SCAP_EVENT_LARGE || block->type == SCAP_EVENT_FLAGS_LARGE;
	bool had_flags = block->type == SCAP_EVENT_V1_FLAGS || block->type == SCAP_EVENT_FLAGS ||
			 block->type == SCAP_EVENT_FLAGS_LARGE;
	uint32_t from = had_flags ? 14 : 10;
	uint32_t to = flags ? 14 : 10;
	uint32_t len = block->len - from - 4;
	uint32_t type = is_v1	   ? (flags ? SCAP_EVENT_V1_FLAGS : SCAP_EVENT_V1)
			: is_large ? (flags ? SCAP_EVENT_FLAGS_LARGE : SCAP_EVENT_LARGE)
				   : (flags ? SCAP_EVENT_FLAGS : SCAP_EVENT);
	uint32_t total;
	char *at;

	if (inline_len)
		len = load_u32(block->data + from + 16) - inline_len;
	total = (to + len + 3 + 4) & ~3u;
	str_reset(out);
	at = str_reserve(out, total);
	store_u32(at, type);
	store_u32(at + 4, total);
	memcpy(at + 8, block->data + 8, 2);
	if (flags)
		store_u32(at + 10, flags);
	memcpy(at + to, block->data + from, len);
	if (inline_len)
		store_u32(at + to + 16, len);
	memset(at + to + len, 0, total - to - len - 4);
	store_u32(at + total - 4, total);
	str_commit(out, total);
}

static unsigned int trace_on_event(struct sink *sink, const struct scap_block *block,
				   const struct event *ev, bool passed, struct err *err)
{
	struct trace_sink *trace = of(sink);
	/* What a trace of another kind kept inside the event finds its place beside it. */
	uint32_t inline_len = trace->is_zstd ? ev->inline_len : 0;
	struct span extra = inline_len ? ev->extra_bytes : block->extra;
	uint32_t flags = ev->block_flags;

	if (!passed && trace->filtered) {
		if (!is_needed_for_state(ev))
			return SINK_GO_ON;
		flags |= EVENT_BLOCK_STATE_ONLY;
	}
	if (LIKELY(flags == ev->block_flags && !inline_len))
		return put(trace, block->data, block->len, ev->ts_ns, ev->start_ns, extra, err);
	rewrite(&trace->rewrite, block, flags, inline_len);
	return put(trace, trace->rewrite.buf, trace->rewrite.len, ev->ts_ns, ev->start_ns, extra,
		   err);
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
	if (trace->writer)
		(void)!scap_writer_close(trace->writer, &err);
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
	struct scap_writer_opts writer_opts = opts->writer;
	struct scap_writer *writer;
	struct trace_sink *trace;

	writer_opts.stats = stats;
	if (scap_writer_open(opts->path, &writer_opts, &writer, err))
		return NULL;
	trace = alloc_zero(sizeof(*trace));
	trace->sink.ops = &trace_ops;
	trace->writer = writer;
	trace->filtered = opts->filtered;
	trace->is_zstd = opts->writer.compress == SCAP_COMPRESS_ZSTD;
	return &trace->sink;
}
