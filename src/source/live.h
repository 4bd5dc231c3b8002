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

/*
 * Gives this thread precedence over others, or takes it back, unless somebody set its
 * niceness: events are missed until a start is over, and a snapshot that takes long
 * does not fit together. Without the privilege for it nothing happens.
 */
void source_hurry(bool on);

/* --- numbers of system calls ---------------------------------------------- */

/* calls: WIRE_SYSCALL_MAX native ones, then as many 32-bit ones; muxed: WIRE_MUXED_MAX. */
void source_calls_fill(struct wire_syscall *calls, struct wire_syscall *muxed);
/* Number of a call that the tables have; -1: this architecture has none. */
int source_calls_number(const char *name, bool compat);

/* --- programs ------------------------------------------------------------- */

struct source_bpf;

/*
 * Makes the maps and begins to load the programs; what comes of that is told by
 * source_bpf_attach(), rings may be made before. opts and what it points to must
 * last until then. ring_bytes: of each ring, a power of two. One clear line in err.
 */
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
enum source_bpf_iter { SOURCE_BPF_ITER_TASKS, SOURCE_BPF_ITER_FDS };
/*
 * An fd from which all threads can be read as struct wire_task, or the open files
 * of all processes as struct wire_fd; the caller's. Only after source_bpf_attach(),
 * and one at a time. Negative errno: refused.
 */
int source_bpf_iter(const struct source_bpf *bpf, enum source_bpf_iter which);
/* The same for the open files of one process; kernels before 6.1 refuse. */
int source_bpf_iter_process(const struct source_bpf *bpf, int64_t pid);

/* --- snapshot ---------------------------------------------------------------- */

struct source_overlap;

/*
 * The machine as blocks (machine, interfaces, users, processes, fds) appended to
 * out. A process that vanishes meanwhile is passed over. bpf NULL: all from /proc.
 * overlap, which may be NULL, is told who was looked at when.
 */
int source_snapshot(struct source_bpf *bpf, struct source_overlap *overlap, struct str *out,
		    struct err *err);

/* --- look-ups ---------------------------------------------------------------- */

struct source_rings;
struct source_made;
struct source_lookup;

/* Both are borrowed; bpf NULL: all from /proc. rings NULL: there are no later records. */
struct source_lookup *source_lookup_new(const struct source_bpf *bpf,
					const struct source_rings *rings);
/* NULL is fine. */
void source_lookup_free(struct source_lookup *lookup);

/* May a record bring descriptors and not say of what? All others pay for this question alone. */
static inline bool source_lookup_is_due(const struct wire_record *record)
{
	switch (record->event) {
	case WIRE_EVENT_SOCKET_RECVMSG_X:
	case WIRE_EVENT_SOCKET_RECVMMSG_X:
	case WIRE_EVENT_SOCKET_GETSOCKOPT_X:
	case WIRE_EVENT_SYSCALL_IOCTL_3_X:
	case WIRE_EVENT_SYSCALL_PIDFD_GETFD_X:
		return true;
	default:
		return false;
	}
}

/*
 * What the descriptors are that an event brought: adds an entry WIRE_EXTRA_FD for
 * each to block->extra, whose bytes then lie in lookup until the next call. One that
 * is gone, or may be another one by now (a later record says that its number was
 * given up), becomes an entry of unknown type.
 */
void source_lookup_block(struct source_lookup *lookup, const struct wire_record *record,
			 struct scap_block *block);

/*
 * Events of a process (WIRE_EVERYBODY: of any) were lost, so its descriptors are not
 * known any more. When it has lost none for a second it is looked at again: what it
 * has open then comes beside a procinfo event of its main thread, for those who have
 * nothing under the same number.
 */
void source_lookup_lost(struct source_lookup *lookup, uint32_t pid, uint64_t now_ns);
/* To be called about once a second; ts_ns since the epoch is the time of the events. */
void source_lookup_again(struct source_lookup *lookup, uint64_t now_ns, uint64_t ts_ns,
			 struct source_made *made);

#endif
