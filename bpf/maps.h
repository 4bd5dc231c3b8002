/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maps.h: the maps and settings that all programs share; dispatch.bpf.c defines
 * them.  What changes while running is in settings; the rest are constants that
 * user space sets between open and load, so the verifier knows their values.
 */
#ifndef RTSEC_BPF_MAPS_H
#define RTSEC_BPF_MAPS_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "event/wire.h"

/* What is remembered of a thread's call between its start and its end. */
struct pending {
	__u64 start_ns; /* boottime; 0: no call is under way */
	__u32 nr; /* as the program asked, before exec or sigreturn change it */
	__u8 compat; /* nr is of the 32-bit table */
	__u8 did_exec; /* a new image runs: the exit of the call says nothing new */
	__u16 handlers; /* signal handlers entered that have not returned yet */
};

/* One element: the ring of one CPU. Its size is set before load. */
struct ring_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, WIRE_RING_HEADER + WIRE_RING_DEFAULT + WIRE_SLACK);
};

/* By CPU number; user space puts a ring in for every online CPU. */
struct rings_map {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* possible CPUs, set before load */
	__uint(key_size, 4);
	__array(values, struct ring_map);
};

/* Programs of tails.def, by wire_syscall.tail. */
struct tails_map {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, WIRE_TAIL_MAX);
	__uint(key_size, 4);
	__uint(value_size, 4);
};

struct pending_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct pending);
};

extern struct rings_map rings SEC(".maps");
extern struct pending_map pending SEC(".maps");
extern struct tails_map tails SEC(".maps");

extern const volatile __u64 ring_size; /* bytes of data, a power of two */
extern const volatile __u32 want_starts; /* the enter hook is attached */
extern const volatile struct wire_syscall syscalls[2 * WIRE_SYSCALL_MAX]; /* native, then compat */
extern const volatile struct wire_syscall muxed_calls[WIRE_MUXED_MAX]; /* by regs_muxed() */
extern struct wire_settings settings;

static __always_inline bool dispatch_is_wanted(__u32 event)
{
	return settings.events[event / 64 & 7] >> (event % 64) & 1;
}

/*
 * idx & mask, where idx is known to be within it already: the compiler must not
 * learn that and leave the mask out, for the verifier of older kernels does not
 * see it.
 */
static __always_inline __u64 mask_index(__u64 idx, __u64 mask)
{
	asm volatile("" : "+r"(idx));
	return idx & mask;
}

#endif
