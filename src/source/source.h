/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source.h: where records come from.  A live source (libbpf) and a trace file
 * stand behind one type and give the same blocks: first machine, interfaces,
 * users, processes, fds; then events.  Nobody downstream can tell them apart.
 */
#ifndef RTSEC_SOURCE_SOURCE_H
#define RTSEC_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/stats.h"
#include "scap/scap.h"

enum source_next {
	SOURCE_BLOCK, /* *block is valid until the next call */
	SOURCE_IDLE, /* live: nothing now; wait with source_wait() */
	SOURCE_END, /* nothing more will come */
	SOURCE_CUT, /* input damaged or cut: err says where; all before was good */
};

struct source;

struct source_ops {
	const char *name;
	/* enum source_next, or a negative errno with err filled. */
	int (*next)(struct source *source, struct scap_block *block, struct err *err);
	/* Sleeps until there may be more, timeout_ms at most; NULL: never idle. */
	void (*wait)(struct source *source, int timeout_ms);
	/* No new events: what is in the rings still comes, then SOURCE_END. NULL: nothing to do. */
	void (*stop)(struct source *source);
	void (*close)(struct source *source);
};

struct source {
	const struct source_ops *ops;
	bool is_live;
};

/* path "-" is standard input. */
int source_open_file(const char *path, struct stats *stats, struct source **source,
		     struct err *err) MUST_USE;
/* Position and size in bytes of the file (size 0: a pipe), for progress. */
void source_file_progress(const struct source *source, uint64_t *pos, uint64_t *size);

struct source_live_opts {
	uint32_t snaplen; /* bytes kept of data buffers, 0 none */
	uint64_t ring_bytes; /* per CPU, 0: by memory and CPU count */
	bool starts; /* record when calls began (enter hook) */
	bool switches; /* context switches */
	bool page_faults;
	bool cpu_times; /* CPU time of every thread, once a second (procinfo) */
	bool full_proc_scan; /* never use BPF iterators */
	const uint64_t *event_types; /* bits of wanted exit event types, NULL: all */
};

/*
 * Loads the BPF programs, starts capturing, then scans the machine. -EPERM,
 * -ENOTSUP and others with one clear line: no privilege, no BTF, a child pid
 * namespace, a kernel too old, lockdown.
 */
int source_open_live(const struct source_live_opts *opts, struct stats *stats,
		     struct source **source, struct err *err) MUST_USE;

static inline int source_next(struct source *source, struct scap_block *block, struct err *err)
{
	return source->ops->next(source, block, err);
}

void source_wait(struct source *source, int timeout_ms);
void source_stop(struct source *source);
/* NULL is fine. */
void source_close(struct source *source);

#endif
