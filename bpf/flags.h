/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flags.h: from a kernel's flag words to those of the trace format.  Sets whose
 * bits are the same in both need no line here.  Kernel values: the uapi headers
 * named beside each; format values: flags.def.
 */
#ifndef RTSEC_BPF_FLAGS_H
#define RTSEC_BPF_FLAGS_H

#include "maps.h"

enum flags_conv {
	FLAGS_same,
	FLAGS_open, /* file_flags */
	FLAGS_mmap,
	FLAGS_prot,
	FLAGS_flock,
	FLAGS_semget,
	FLAGS_cloexec_bit, /* epoll_create1: O_CLOEXEC is bit 0 */
};

/* asm-generic/fcntl.h; the first four differ on arm64 (its own fcntl.h). */
#if defined(__TARGET_ARCH_arm64)
#define FLAGS_O_DIRECTORY 0040000
#define FLAGS_O_DIRECT 0200000
#define FLAGS_O_LARGEFILE 0400000
#else
#define FLAGS_O_DIRECTORY 0200000
#define FLAGS_O_DIRECT 0040000
#define FLAGS_O_LARGEFILE 0100000
#endif
#define FLAGS_O_CREAT 0100
#define FLAGS_O_EXCL 0200
#define FLAGS_O_TRUNC 01000
#define FLAGS_O_APPEND 02000
#define FLAGS_O_NONBLOCK 04000
#define FLAGS_O_DSYNC 010000
#define FLAGS_O_SYNC 04010000
#define FLAGS_O_CLOEXEC 02000000
#define FLAGS_O_TMPFILE (020000000 | FLAGS_O_DIRECTORY)

#define FLAGS_BIT(value, from, to) (((value) & (from)) == (from) ? (to) : 0)

static __always_inline __u32 flags_open(__u32 value)
{
	__u32 out = 0;

	/* O_RDONLY 0, O_WRONLY 1, O_RDWR 2; the format has a bit for each of reading and writing. */
	out |= (value & 3) == 0 ? 1 : (value & 3) == 1 ? 2 : (value & 3) == 2 ? 3 : 0;
	out |= FLAGS_BIT(value, FLAGS_O_CREAT, 4);
	out |= FLAGS_BIT(value, FLAGS_O_APPEND, 8);
	out |= FLAGS_BIT(value, FLAGS_O_DSYNC, 16);
	out |= FLAGS_BIT(value, FLAGS_O_EXCL, 32);
	out |= FLAGS_BIT(value, FLAGS_O_NONBLOCK, 64);
	out |= FLAGS_BIT(value, FLAGS_O_SYNC, 128);
	out |= FLAGS_BIT(value, FLAGS_O_TRUNC, 256);
	out |= FLAGS_BIT(value, FLAGS_O_DIRECT, 512);
	out |= FLAGS_BIT(value, FLAGS_O_DIRECTORY, 1024);
	out |= FLAGS_BIT(value, FLAGS_O_LARGEFILE, 2048);
	out |= FLAGS_BIT(value, FLAGS_O_CLOEXEC, 4096);
	out |= FLAGS_BIT(value, FLAGS_O_TMPFILE, 8192);
	return out;
}

/* asm-generic/mman.h, mman-common.h */
static __always_inline __u32 flags_mmap(__u32 value)
{
	__u32 out = 0;

	out |= FLAGS_BIT(value, 0x01, 1); /* SHARED */
	out |= FLAGS_BIT(value, 0x02, 2); /* PRIVATE */
	out |= FLAGS_BIT(value, 0x10, 4); /* FIXED */
	out |= FLAGS_BIT(value, 0x20, 8); /* ANONYMOUS */
#if defined(__TARGET_ARCH_x86)
	out |= FLAGS_BIT(value, 0x40, 16); /* 32BIT */
#endif
	out |= FLAGS_BIT(value, 0x4000, 64); /* NORESERVE */
	out |= FLAGS_BIT(value, 0x8000, 128); /* POPULATE */
	out |= FLAGS_BIT(value, 0x10000, 256); /* NONBLOCK */
	out |= FLAGS_BIT(value, 0x0100, 512); /* GROWSDOWN */
	out |= FLAGS_BIT(value, 0x0800, 1024); /* DENYWRITE */
	out |= FLAGS_BIT(value, 0x1000, 2048); /* EXECUTABLE */
	out |= FLAGS_BIT(value, 0x2000, 16384); /* LOCKED */
	return out;
}

/* asm-generic/mman-common.h; PROT_SEM is 8 in both. */
static __always_inline __u32 flags_prot(__u32 value)
{
	__u32 out = value & 0xf;

	out |= FLAGS_BIT(value, 0x01000000, 16); /* GROWSDOWN */
	out |= FLAGS_BIT(value, 0x02000000, 32); /* GROWSUP */
	return out;
}

/* asm-generic/fcntl.h: SH 1, EX 2, NB 4, UN 8: the same bits, others are none of the format's. */
static __always_inline __u32 flags_flock(__u32 value)
{
	return value & 0xf;
}

/* linux/ipc.h: CREAT 01000, EXCL 02000, permission bits below stay. */
static __always_inline __u32 flags_semget(__u32 value)
{
	return (value & 0777) | FLAGS_BIT(value, 01000, 8192) | FLAGS_BIT(value, 02000, 16384);
}

/* noinline: the table-driven program calls it with any conv, once per flag parameter. */
static __noinline __u32 flags_convert(__u32 conv, __u32 value)
{
	switch (conv) {
	case FLAGS_open:
		return flags_open(value);
	case FLAGS_mmap:
		return flags_mmap(value);
	case FLAGS_prot:
		return flags_prot(value);
	case FLAGS_flock:
		return flags_flock(value);
	case FLAGS_semget:
		return flags_semget(value);
	case FLAGS_cloexec_bit:
		return FLAGS_BIT(value, FLAGS_O_CLOEXEC, 1);
	default:
		return value;
	}
}

#endif
