/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sink.h: where events go once the filter said yes (or no).  A sink answers with
 * reaction bits and the loop in engine/ acts; it never calls back.
 */
#ifndef RTSEC_SINK_SINK_H
#define RTSEC_SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/span.h"
#include "base/stats.h"
#include "event/event.h"
#include "field/field.h"
#include "scap/scap.h"

enum sink_reaction {
	SINK_GO_ON = 0,
	SINK_STOP = 1u << 0, /* no more wanted: -n reached, broken pipe; end quietly */
	SINK_FAILED = 1u << 1, /* output incomplete: err says why; the loop ends with exit code 4 */
};

struct sink;

/* All functions but on_event and free may be NULL. block is the record as the source gave it. */
struct sink_ops {
	const char *name;
	/* A block that is no event, or passed is of the snapshot. */
	unsigned int (*on_block)(struct sink *sink, const struct scap_block *block,
				 struct err *err);
	/* Every event after state_apply(); passed: what the filter said. */
	unsigned int (*on_event)(struct sink *sink, const struct scap_block *block,
				 const struct event *ev, bool passed, struct err *err);
	/* At least once a second while a source is idle or busy: now is CLOCK_MONOTONIC. */
	unsigned int (*on_tick)(struct sink *sink, uint64_t now_ns, struct err *err);
	/* End of the capture; stats are final but for what this very call adds. */
	unsigned int (*on_end)(struct sink *sink, struct err *err);
	void (*free)(struct sink *sink);
};

struct sink {
	const struct sink_ops *ops;
};

/* --- print: text or JSON lines ----------------------------------------------- */

struct sink_print_opts {
	FILE *out; /* borrowed */
	const char *template; /* NULL: the default line */
	bool json;
	bool flush_each; /* -l-ike: a line at a time; else whenever the source is idle */
	bool full_width; /* do not escape (never on a terminal) */
};

struct sink *sink_print_new(const struct sink_print_opts *opts, struct field_env *env,
			    struct err *err);
uint32_t sink_print_needs(const struct sink *sink);

/* --- trace: -w ------------------------------------------------------------------ */

struct sink_trace_opts {
	const char *path;
	struct scap_writer_opts writer;
	/*
	 * With a filter: events that change state but did not pass are kept, marked
	 * STATE_ONLY, so that the ones that passed can be decoded later.
	 */
	bool filtered;
};

struct sink *sink_trace_new(const struct sink_trace_opts *opts, struct stats *stats,
			    struct err *err);

/* --- summary: -S ------------------------------------------------------------------ */

/* Counts events by type name; prints the table at the end. */
struct sink *sink_summary_new(FILE *out);

#endif
