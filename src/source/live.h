/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live.h: the parts of a live source, private to this folder: the BPF programs
 * (live_load.c), the opening snapshot (snapshot.c), the clock, and the loop that
 * hands out blocks (live.c).
 */
#ifndef RTSEC_SOURCE_LIVE_H
#define RTSEC_SOURCE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "event/wire.h"
#include "source/source.h"

/* --- programs ------------------------------------------------------------- */

struct source_bpf;

/* Opens, configures and loads. ring_bytes: of each ring, a power of two. One clear line in err. */
int source_bpf_load(const struct source_live_opts *opts, uint64_t ring_bytes,
		    struct source_bpf **programs, struct err *err);
/* Hooks that the kernel refuses and that can be done without are said with log_debug(). */
int source_bpf_attach(struct source_bpf *bpf, struct err *err);
/* Detaches all hooks; the rings stay readable. */
void source_bpf_detach(struct source_bpf *bpf);
void source_bpf_free(struct source_bpf *bpf);

bool source_bpf_has_ring(const struct source_bpf *bpf, unsigned int cpu);
/* Ring of a CPU, made and put in place when there was none; NULL with err filled on failure. */
struct wire_ring *source_bpf_ring(struct source_bpf *bpf, unsigned int cpu, struct err *err);
/* Events lost on CPUs without a ring. */
uint64_t source_bpf_no_ring(const struct source_bpf *bpf);
/*
 * An fd from which the open files of all processes can be read, as struct wire_fd;
 * the caller's. Only after source_bpf_attach(). Negative errno: refused.
 */
int source_bpf_iter_fds(const struct source_bpf *bpf);

/* --- snapshot ---------------------------------------------------------------- */

/*
 * The machine as blocks (machine, interfaces, users, processes, fds) appended to
 * out. A process that vanishes meanwhile is passed over. bpf NULL: all from /proc.
 */
int source_snapshot(struct source_bpf *bpf, struct str *out, struct err *err);

#endif
