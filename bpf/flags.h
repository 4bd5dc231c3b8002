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
	FLAGS_fd, /* file_flags that calls other than open know: CLOEXEC, NONBLOCK, DIRECT */
	FLAGS_cloexec_bit, /* epoll_create1: O_CLOEXEC is bit 0 */
	FLAGS_nonblock_bit, /* pidfd_open: O_NONBLOCK is bit 0 */
	FLAGS_access,
	FLAGS_linkat,
	FLAGS_unlinkat,
	FLAGS_newfstatat,
	FLAGS_fchownat,
	FLAGS_mode, /* chmod_mode */
	FLAGS_mknod,
	FLAGS_mount,
	FLAGS_umount,
	FLAGS_memfd,
	FLAGS_module,
	FLAGS_delete_module,
	FLAGS_close_range,
	FLAGS_splice,
	FLAGS_fcntl, /* value of fcntl_commands */
	FLAGS_rlimit, /* value of rlimit_resources */
	FLAGS_clone,
	FLAGS_futex,
	FLAGS_semget,
	FLAGS_mmap,
	FLAGS_prot,
	FLAGS_mlockall,
	FLAGS_mlock2,
	FLAGS_flock,
	FLAGS_uring_setup,
	FLAGS_uring_features,
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

static __always_inline __u32 flags_fd(__u32 value)
{
	return FLAGS_BIT(value, FLAGS_O_NONBLOCK, 64) | FLAGS_BIT(value, FLAGS_O_DIRECT, 512) |
	       FLAGS_BIT(value, FLAGS_O_CLOEXEC, 4096);
}

/* The mode given to an open counts only when it can make a file (open(2)). */
static __always_inline __u32 flags_open_mode(__u32 flags, __u32 mode)
{
	return flags & (FLAGS_O_CREAT | 020000000) ? mode & 07777 : 0;
}

/* linux/openat2.h */
static __always_inline __u32 flags_resolve(__u32 value)
{
	__u32 out = 0;

	out |= FLAGS_BIT(value, 0x01, 16); /* NO_XDEV */
	out |= FLAGS_BIT(value, 0x02, 4); /* NO_MAGICLINKS */
	out |= FLAGS_BIT(value, 0x04, 8); /* NO_SYMLINKS */
	out |= FLAGS_BIT(value, 0x08, 1); /* BENEATH */
	out |= FLAGS_BIT(value, 0x10, 2); /* IN_ROOT */
	out |= FLAGS_BIT(value, 0x20, 32); /* CACHED */
	return out;
}

/* linux/fcntl.h: AT_SYMLINK_NOFOLLOW is 0x100; the set gives it the bit that is AT_SYMLINK_FOLLOW. */
static __always_inline __u32 flags_fchownat(__u32 value)
{
	return FLAGS_BIT(value, 0x100, 1024) | (value & 0x1000);
}

/* linux/stat.h: no type means a regular file */
static __always_inline __u32 flags_mknod(__u32 value)
{
	return (value & 07777) | (value & 0170000 ? value & 0170000 : 0100000);
}

/* linux/mount.h: before 2.4 a magic number had to stand in the upper half (mount(2)). */
static __always_inline __u32 flags_mount(__u32 value)
{
	return (value & 0xffff0000) == 0xc0ed0000 ? value & 0xffff : value;
}

/* delete_module(2): O_NONBLOCK and O_TRUNC */
static __always_inline __u32 flags_delete_module(__u32 value)
{
	return FLAGS_BIT(value, FLAGS_O_NONBLOCK, 2) | FLAGS_BIT(value, FLAGS_O_TRUNC, 1);
}

/* Commands by number, then those of linux/fcntl.h, which count from 1024. */
static __always_inline __u32 flags_fcntl(__u32 value)
{
	static const volatile __u8 low[64] = {
		[0] = 1,   [1] = 2,   [2] = 3,	 [3] = 4,   [4] = 5,   [5] = 6,	  [6] = 8,
		[7] = 9,   [8] = 10,  [9] = 12,	 [10] = 13, [11] = 15, [12] = 17, [13] = 18,
		[14] = 19, [15] = 21, [16] = 22, [36] = 30, [37] = 31, [38] = 32,
	};
	static const volatile __u8 high[16] = {
		[0] = 23, [1] = 24, [2] = 27, [5] = 25, [6] = 26, [7] = 28, [8] = 29,
	};

	if (value < 64)
		return low[mask_index(value, 63)];
	if (value - 1024 < 16)
		return high[mask_index(value, 15)];
	return 0;
}

static __always_inline __u32 flags_rlimit(__u32 value)
{
	return value < 16 ? value : 255;
}

/* linux/sched.h */
static __always_inline __u32 flags_clone(__u32 value)
{
	__u32 out = 0;

	out |= FLAGS_BIT(value, 0x00000100, 1u << 15); /* VM */
	out |= FLAGS_BIT(value, 0x00000200, 1u << 1); /* FS */
	out |= FLAGS_BIT(value, 0x00000400, 1u << 0); /* FILES */
	out |= FLAGS_BIT(value, 0x00000800, 1u << 11); /* SIGHAND */
	out |= FLAGS_BIT(value, 0x00002000, 1u << 10); /* PTRACE */
	out |= FLAGS_BIT(value, 0x00004000, 1u << 27); /* VFORK */
	out |= FLAGS_BIT(value, 0x00008000, 1u << 8); /* PARENT */
	out |= FLAGS_BIT(value, 0x00010000, 1u << 13); /* THREAD */
	out |= FLAGS_BIT(value, 0x00020000, 1u << 5); /* NEWNS */
	out |= FLAGS_BIT(value, 0x00040000, 1u << 12); /* SYSVSEM */
	out |= FLAGS_BIT(value, 0x00080000, 1u << 25); /* SETTLS */
	out |= FLAGS_BIT(value, 0x00100000, 1u << 9); /* PARENT_SETTID */
	out |= FLAGS_BIT(value, 0x00200000, 1u << 23); /* CHILD_CLEARTID */
	out |= FLAGS_BIT(value, 0x00800000, 1u << 14); /* UNTRACED */
	out |= FLAGS_BIT(value, 0x01000000, 1u << 24); /* CHILD_SETTID */
	out |= FLAGS_BIT(value, 0x02000000, 1u << 28); /* NEWCGROUP */
	out |= FLAGS_BIT(value, 0x04000000, 1u << 7); /* NEWUTS */
	out |= FLAGS_BIT(value, 0x08000000, 1u << 3); /* NEWIPC */
	out |= FLAGS_BIT(value, 0x10000000, 1u << 20); /* NEWUSER */
	out |= FLAGS_BIT(value, 0x20000000, 1u << 6); /* NEWPID */
	out |= FLAGS_BIT(value, 0x40000000, 1u << 4); /* NEWNET */
	out |= FLAGS_BIT(value, 0x80000000, 1u << 2); /* IO */
	return out;
}

/* linux/futex.h: numbers and bits are the format's; LOCK_PI2 (13) is LOCK_PI with a clock to choose. */
static __always_inline __u32 flags_futex(__u32 value)
{
	if ((value & 0x7f) == 13)
		return (value & 0x180) | 6;
	return value & 0x1ff;
}

/* linux/sem.h, linux/ipc.h; IPC_64 (0x100) only says which struct is meant. */
static __always_inline __u32 flags_semctl(__u32 value)
{
	static const volatile __u16 commands[32] = {
		[0] = 4,     [1] = 2,	[2] = 1,    [3] = 8,	 [11] = 256,
		[12] = 512,  [13] = 64, [14] = 128, [15] = 1024, [16] = 4096,
		[17] = 2048, [18] = 32, [19] = 16,
	};

	value &= ~0x100u;
	return value < 32 ? commands[mask_index(value, 31)] : 0;
}

/* linux/ipc.h, linux/sem.h */
static __always_inline __u16 flags_semop(__u16 value)
{
	return FLAGS_BIT(value, 04000, 1) | FLAGS_BIT(value, 0x1000, 2);
}

/* linux/poll.h (asm-generic/poll.h) */
static __always_inline __u16 flags_poll(__u16 value)
{
	return (value & 0x7) | (value & 0x3f8) << 1 | (value >> 13 & 1) << 3;
}

/* linux/io_uring.h: setup flags; bit 2 of the format is not one of them. */
static __always_inline __u32 flags_uring_setup(__u32 value)
{
	return (value & 0x3) | (value & 0x7c) << 1;
}

/* linux/ptrace.h, asm/ptrace.h: request numbers, then those from 0x4200 on. */
static __always_inline __u16 flags_ptrace(__u32 value)
{
	static const volatile __u8 low[64] = {
		[0] = 1,   [1] = 2,   [2] = 3,	 [3] = 4,   [4] = 5,   [5] = 6,	  [6] = 7,
		[7] = 8,   [8] = 9,   [9] = 10,	 [12] = 26, [13] = 27, [14] = 28, [15] = 29,
		[16] = 11, [17] = 12, [18] = 30, [19] = 31, [21] = 32, [24] = 13, [25] = 33,
		[26] = 34, [30] = 35, [31] = 36, [32] = 37, [33] = 38,
	};

	if (value < 64)
		return low[mask_index(value, 63)];
	return value - 0x4200 < 12 ? 14 + (value & 15) : 0;
}

/* linux/quota.h, linux/dqblk_xfs.h: the command stands above eight bits of type. */
static __always_inline __u16 flags_quotactl(__u32 value)
{
	static const volatile __u16 commands[16] = {
		[1] = 128, [2] = 1, [3] = 2, [4] = 4, [5] = 8, [6] = 16, [7] = 32, [8] = 64,
	};

	value >>= 8;
	if (value - 0x800000 < 16)
		return commands[mask_index(value, 15)];
	return value - 0x5801 < 7 ? 256u << (value - 0x5801) : 0;
}

/* linux/quota.h: old 1, v0 2, v1 4; the format's 1 says that no format is meant. */
static __always_inline __u8 flags_quota_fmt(__u32 value)
{
	return value == 1 ? 2 : value == 2 ? 4 : value == 4 ? 8 : 1;
}

#endif
