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
	__u32 seen; /* a start was seen for this thread before */
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

struct pending_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct pending);
};

extern struct rings_map rings SEC(".maps");
extern struct pending_map pending SEC(".maps");

extern const volatile __u64 ring_size; /* bytes of data, a power of two */
extern const volatile __u32 want_starts; /* the enter hook is attached */
extern const volatile struct wire_syscall syscalls[2 * WIRE_SYSCALL_MAX]; /* native, then compat */
extern const volatile __s32 cgroup_index[WIRE_CGROUP_COUNT]; /* -1: kernel has no such controller */
extern struct wire_settings settings;

#endif
