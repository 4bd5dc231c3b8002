/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine.h: the loop.  One engine is one pass over one source: block -> decode
 * -> state -> filter -> sinks, one event at a time, one thread, no globals.
 */
#ifndef RTSEC_ENGINE_ENGINE_H
#define RTSEC_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/stats.h"
#include "field/field.h"
#include "filter/filter.h"
#include "sink/sink.h"
#include "source/source.h"
#include "state/state.h"

enum engine_end {
	ENGINE_DONE, /* source at its end, or a sink had enough, or stop was asked */
	ENGINE_CUT, /* input damaged or cut; everything good was processed */
	ENGINE_OUTPUT, /* a sink could not write all */
	ENGINE_FAILED, /* the source failed */
};

/* What the marks in the stream say of events that were lost while it was recorded. */
struct engine_losses {
	uint64_t mark_cnt; /* 0: none */
	uint64_t event_cnt; /* as far as it was counted: marks of other recorders do not */
	uint64_t first_ns, last_ns; /* since the epoch: between these */
};

struct engine_opts {
	struct source *source; /* owned by the engine from here on */
	const struct filter *filter; /* borrowed; NULL: everything passes */
	uint64_t max_events; /* -n: stop after so many passed; 0 no limit */
	uint64_t max_seconds; /* -M: of wall clock (live) or event time; 0 no limit */
	/* Asked several times a second; true ends the run as if the source had ended. NULL: never. */
	bool (*is_stop_wanted)(void *ctx);
	void *stop_ctx;
	bool show_internal; /* also events of the INTERNAL category */
	bool progress; /* a progress line on stderr while reading a big file */
};

struct engine;

struct engine *engine_new(const struct engine_opts *opts);
void engine_free(struct engine *engine);
/* For sinks and filters, valid as long as the engine. */
struct field_env *engine_env(struct engine *engine);
struct stats *engine_stats(struct engine *engine);
const struct engine_losses *engine_losses(const struct engine *engine);
/* The engine owns the sink from here on. */
void engine_add_sink(struct engine *engine, struct sink *sink);
enum engine_end engine_run(struct engine *engine, struct err *err);

#endif
