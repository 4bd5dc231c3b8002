/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine.c: the loop over one source.  Per event: decode, state (always), filter,
 * sinks.  Time is looked at when the source is idle and every TICK_EVENTS events,
 * so a busy stream pays next to nothing for ticks and limits.
 */
#include "engine/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/vec.h"
#include "engine/load.h"

#define TICK_EVENTS 1024u
#define TICK_NS 100000000u
#define WAIT_MS 100
#define SECOND_NS 1000000000u

struct engine {
	struct engine_opts opts;
	struct source *source;
	struct stats stats;
	struct state *state;
	struct field_env env;
	VEC_OF(struct sink *) sinks;
	uint64_t record_cnt; /* of event records, whatever became of them */
	uint64_t passed_cnt;
	uint64_t started_ns; /* CLOCK_MONOTONIC */
	uint64_t ticked_ns;
	uint64_t progress_ns;
	uint64_t last_ts_ns; /* of the event before, for limits in event time */
	struct engine_losses losses;
	bool in_events; /* the snapshot is complete */
	bool is_stopping;
	enum engine_end end;
};

struct engine *engine_new(const struct engine_opts *opts)
{
	struct engine *engine = alloc_zero(sizeof(*engine));
	struct state_opts state_opts = {
		.live = opts->source->is_live,
		.stats = &engine->stats,
	};

	engine->opts = *opts;
	engine->source = opts->source;
	engine->state = state_new(&state_opts);
	field_env_init(&engine->env, engine->state);
	return engine;
}

void engine_free(struct engine *engine)
{
	size_t i;

	if (!engine)
		return;
	for (i = 0; i < engine->sinks.cnt; i++)
		engine->sinks.items[i]->ops->free(engine->sinks.items[i]);
	vec_release(&engine->sinks);
	source_close(engine->source);
	field_env_release(&engine->env);
	state_free(engine->state);
	alloc_free(engine);
}

struct field_env *engine_env(struct engine *engine)
{
	return &engine->env;
}

struct stats *engine_stats(struct engine *engine)
{
	return &engine->stats;
}

const struct engine_losses *engine_losses(const struct engine *engine)
{
	return &engine->losses;
}

void engine_add_sink(struct engine *engine, struct sink *sink)
{
	*vec_add(&engine->sinks) = sink;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* What a sink answered becomes the loop's own state. */
static void react(struct engine *engine, unsigned int reaction)
{
	if (reaction & SINK_FAILED)
		engine->end = ENGINE_OUTPUT;
	if (reaction & (SINK_STOP | SINK_FAILED))
		engine->is_stopping = true;
}

/* --- blocks ------------------------------------------------------------- */

static void take_block(struct engine *engine, const struct scap_block *block, struct err *err)
{
	struct err local;
	size_t i;

	if (block->kind == SCAP_KIND_SECTION && engine->in_events) {
		/* Another capture begins in the same file. */
		state_reset(engine->state);
		engine->in_events = false;
	}
	err_init(&local);
	if (engine_load_block(engine->state, block, &local)) {
		log_debug("block at %" PRIu64 ": %s", block->offset, local.text);
		stats_add(&engine->stats, STAT_EVENTS_SKIPPED, 1);
	}
	for (i = 0; i < engine->sinks.cnt; i++) {
		struct sink *sink = engine->sinks.items[i];

		if (sink->ops->on_block)
			react(engine, sink->ops->on_block(sink, block, err));
	}
}

/* --- losses -------------------------------------------------------------- */

static void stretch(struct engine_losses *losses, uint64_t ts_ns)
{
	if (!ts_ns || ts_ns == EVENT_TIME_UNKNOWN)
		return;
	if (!losses->first_ns || ts_ns < losses->first_ns)
		losses->first_ns = ts_ns;
	if (ts_ns > losses->last_ns)
		losses->last_ns = ts_ns;
}

/* "cpu=1 from=NS to=NS drop_ring_full=N ...", as a live source makes it. */
static void take_counts(struct engine_losses *losses, struct span text)
{
	while (text.len) {
		const uint8_t *end = memchr(text.ptr, ' ', text.len);
		struct span word = span_make(text.ptr, end ? (size_t)(end - text.ptr) : text.len);
		const uint8_t *equals = memchr(word.ptr, '=', word.len);
		size_t name_len = equals ? (size_t)(equals - word.ptr) : word.len;
		uint64_t value = 0;
		size_t i;

		for (i = name_len + 1; i < word.len && word.ptr[i] >= '0' && word.ptr[i] <= '9';
		     i++)
			value = value * 10 + (word.ptr[i] - '0');
		if (span_is_text(span_make(word.ptr, name_len), "from"))
			stretch(losses, value);
		else if (name_len > 5 && !memcmp(word.ptr, "drop_", 5))
			losses->event_cnt += value;
		text.ptr += word.len + !!end;
		text.len -= word.len + !!end;
	}
}

static void note_losses(struct engine_losses *losses, const struct event *ev)
{
	struct span name;

	switch (ev->type) {
	case EVENT_DROP_E:
	case EVENT_DROP_X:
		losses->mark_cnt++;
		stretch(losses, ev->ts_ns);
		break;
	case EVENT_ASYNCEVENT_E:
		if (event_param_text(ev, 1, &name) && span_is_text(name, "drop"))
			take_counts(losses, event_param(ev, 2));
		break;
	default:
		break;
	}
}

static bool is_passed(struct engine *engine, const struct event *ev)
{
	if (ev->block_flags & EVENT_BLOCK_STATE_ONLY)
		return false;
	if ((ev->info->category & EVENT_EC_INTERNAL) && !engine->opts.show_internal)
		return false;
	return !engine->opts.filter || filter_run(engine->opts.filter, &engine->env, ev);
}

static void give_to_sinks(struct engine *engine, const struct scap_block *block,
			  const struct event *ev, bool passed, struct err *err)
{
	size_t i;

	for (i = 0; i < engine->sinks.cnt; i++) {
		struct sink *sink = engine->sinks.items[i];

		react(engine, sink->ops->on_event(sink, block, ev, passed, err));
	}
}

/* -M in event time, for traces. */
static bool is_past_end(const struct engine *engine, const struct event *ev)
{
	const struct engine_opts *opts = &engine->opts;

	return opts->max_seconds && !engine->source->is_live && engine->env.first_ts_ns &&
	       ev->ts_ns != EVENT_TIME_UNKNOWN &&
	       ev->ts_ns > engine->env.first_ts_ns + opts->max_seconds * SECOND_NS;
}

static void take_event(struct engine *engine, const struct scap_block *block, struct err *err)
{
	struct event_record record;
	struct event ev;
	struct err local;
	bool passed;

	engine->record_cnt++;
	stats_add(&engine->stats, STAT_EVENTS, 1);
	err_init(&local);
	if (scap_event_record(block, &record, &local)) {
		stats_add(&engine->stats, STAT_EVENTS_SKIPPED, 1);
		return;
	}
	record.num = engine->record_cnt;
	record.start_ns = block->start_ns;
	switch (event_decode(&record, &ev, &local)) {
	case EVENT_OK:
		break;
	case EVENT_UNKNOWN_TYPE:
		stats_add(&engine->stats, STAT_EVENTS_UNKNOWN, 1);
		return;
	case EVENT_BAD:
		log_debug("event %" PRIu64 " passed over: %s", record.num, local.text);
		stats_add(&engine->stats, STAT_EVENTS_SKIPPED, 1);
		return;
	}
	if (ev.bad_cnt)
		stats_add(&engine->stats, STAT_PARAMS_BAD, ev.bad_cnt);
	if (!engine->in_events) {
		state_finish_snapshot(engine->state);
		engine->in_events = true;
	}
	if (is_past_end(engine, &ev)) {
		engine->is_stopping = true;
		return;
	}
	arena_reset(&engine->env.scratch);
	state_apply(engine->state, &ev);
	if (UNLIKELY(ev.info->category & EVENT_EC_METAEVENT))
		note_losses(&engine->losses, &ev);
	if (!engine->env.first_ts_ns && ev.ts_ns != EVENT_TIME_UNKNOWN)
		engine->env.first_ts_ns = ev.ts_ns;
	passed = is_passed(engine, &ev);
	give_to_sinks(engine, block, &ev, passed, err);
	if (UNLIKELY(ev.extra.has_fds))
		engine_load_fds(engine->state, &ev);
	if (!passed)
		return;
	engine->passed_cnt++;
	stats_add(&engine->stats, STAT_EVENTS_SHOWN, 1);
	if (engine->opts.max_events && engine->passed_cnt >= engine->opts.max_events)
		engine->is_stopping = true;
}

/* --- time ------------------------------------------------------------------ */

static void show_progress(struct engine *engine, uint64_t now_ns, bool at_end)
{
	uint64_t pos, size;

	if (!engine->opts.progress || engine->source->is_live)
		return;
	if (at_end) {
		if (engine->progress_ns)
			fputs("\r\033[K", stderr);
		return;
	}
	if (now_ns - engine->started_ns < SECOND_NS || now_ns - engine->progress_ns < SECOND_NS / 4)
		return;
	engine->progress_ns = now_ns;
	source_file_progress(engine->source, &pos, &size);
	if (size)
		fprintf(stderr, "\rrtsec: %3" PRIu64 " %% read, %" PRIu64 " events\033[K",
			pos * 100 / size, engine->record_cnt);
	else
		fprintf(stderr, "\rrtsec: %" PRIu64 " MB read, %" PRIu64 " events\033[K",
			pos / 1000000, engine->record_cnt);
	fflush(stderr);
}

static void tick(struct engine *engine, struct err *err)
{
	const struct engine_opts *opts = &engine->opts;
	uint64_t now_ns = monotonic_ns();
	size_t i;

	if (opts->is_stop_wanted && opts->is_stop_wanted(opts->stop_ctx))
		engine->is_stopping = true;
	if (opts->max_seconds && engine->source->is_live &&
	    now_ns - engine->started_ns >= opts->max_seconds * SECOND_NS)
		engine->is_stopping = true;
	if (now_ns - engine->ticked_ns < TICK_NS)
		return;
	engine->ticked_ns = now_ns;
	show_progress(engine, now_ns, false);
	for (i = 0; i < engine->sinks.cnt; i++) {
		struct sink *sink = engine->sinks.items[i];

		if (sink->ops->on_tick)
			react(engine, sink->ops->on_tick(sink, now_ns, err));
	}
}

static void finish(struct engine *engine, struct err *err)
{
	size_t i;

	show_progress(engine, 0, true);
	for (i = 0; i < engine->sinks.cnt; i++) {
		struct sink *sink = engine->sinks.items[i];

		if (sink->ops->on_end)
			react(engine, sink->ops->on_end(sink, err));
	}
}

/* What was in the rings when a stop was asked for still comes; a trace simply ends there. */
static bool is_to_end(struct engine *engine)
{
	if (!engine->is_stopping)
		return false;
	if (!engine->source->is_live || engine->end == ENGINE_OUTPUT)
		return true;
	if (engine->opts.max_events && engine->passed_cnt >= engine->opts.max_events)
		return true;
	source_stop(engine->source);
	return false;
}

enum engine_end engine_run(struct engine *engine, struct err *err)
{
	struct scap_block block;
	unsigned int since_tick = 0;
	int ret;

	engine->end = ENGINE_DONE;
	engine->started_ns = monotonic_ns();
	while (!is_to_end(engine)) {
		ret = source_next(engine->source, &block, err);
		if (ret == SOURCE_BLOCK) {
			if (block.kind == SCAP_KIND_EVENT)
				take_event(engine, &block, err);
			else
				take_block(engine, &block, err);
			if (++since_tick < TICK_EVENTS)
				continue;
		} else if (ret == SOURCE_END) {
			break;
		} else if (ret == SOURCE_CUT) {
			engine->end = ENGINE_CUT;
			break;
		} else if (ret < 0) {
			engine->end = ENGINE_FAILED;
			break;
		}
		since_tick = 0;
		tick(engine, err);
		if (ret == SOURCE_IDLE)
			source_wait(engine->source, WAIT_MS);
	}
	finish(engine, err);
	return engine->end;
}
