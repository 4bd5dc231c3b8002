/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regs.h: the number, the arguments and the ABI of a system call from its saved
 * registers (arch/x86/include/asm/syscall.h, arch/arm64/include/asm/syscall.h).
 */
#ifndef RTSEC_BPF_REGS_H
#define RTSEC_BPF_REGS_H

#include "vmlinux.h"

#include "maps.h"

#if defined(__TARGET_ARCH_x86)

#define REGS_TS_COMPAT 0x0002

static __always_inline bool regs_is_compat(struct task_struct *task)
{
	return task->thread_info.status & REGS_TS_COMPAT;
}

/* -1: no system call (any more): a traced one was refused, or sigreturn ended. */
static __always_inline __s32 regs_nr(struct pt_regs *regs)
{
	return (__s32)regs->orig_ax;
}

/* All six, zero-extended from 32 bits for a 32-bit call. */
static __always_inline void regs_args(struct pt_regs *regs, bool compat, __u64 arg[6])
{
	if (compat) {
		arg[0] = (__u32)regs->bx;
		arg[1] = (__u32)regs->cx;
		arg[2] = (__u32)regs->dx;
		arg[3] = (__u32)regs->si;
		arg[4] = (__u32)regs->di;
		arg[5] = (__u32)regs->bp;
	} else {
		arg[0] = regs->di;
		arg[1] = regs->si;
		arg[2] = regs->dx;
		arg[3] = regs->r10;
		arg[4] = regs->r8;
		arg[5] = regs->r9;
	}
}

#elif defined(__TARGET_ARCH_arm64)

#define REGS_TIF_32BIT 22

static __always_inline bool regs_is_compat(struct task_struct *task)
{
	return task->thread_info.flags >> REGS_TIF_32BIT & 1;
}

static __always_inline __s32 regs_nr(struct pt_regs *regs)
{
	return regs->syscallno;
}

/* At exit x0 holds the result; the first argument was put aside in orig_x0. */
static __always_inline void regs_args(struct pt_regs *regs, bool compat, __u64 arg[6])
{
	arg[0] = regs->orig_x0;
	arg[1] = regs->user_regs.regs[1];
	arg[2] = regs->user_regs.regs[2];
	arg[3] = regs->user_regs.regs[3];
	arg[4] = regs->user_regs.regs[4];
	arg[5] = regs->user_regs.regs[5];
	if (compat) {
		arg[0] = (__u32)arg[0];
		arg[1] = (__u32)arg[1];
		arg[2] = (__u32)arg[2];
		arg[3] = (__u32)arg[3];
		arg[4] = (__u32)arg[4];
		arg[5] = (__u32)arg[5];
	}
}

#endif

/*
 * Numbers of 32-bit calls; both machines count the old ones alike.  Uids had 16
 * bits up to number 197, times have 64 bits from 403 on (arch/x86/entry/syscalls/
 * syscall_32.tbl, arch/arm/tools/syscall.tbl).
 */
#define REGS_COMPAT_SENDFILE 187 /* its offset has 32 bits */

static __always_inline bool regs_has_id16(struct pt_regs *regs)
{
	return regs_nr(regs) < 198;
}

static __always_inline bool regs_has_time64(struct pt_regs *regs)
{
	return regs_nr(regs) >= 403;
}

#if defined(__TARGET_ARCH_x86)

#define REGS_COMPAT_SOCKETCALL 102
#define REGS_COMPAT_IPC 117

/* Place in muxed_calls of the call inside socketcall or ipc that ends here; 0: it is neither. */
static __always_inline __u64 regs_muxed(struct pt_regs *regs)
{
	__u64 number = (__u32)regs->bx;

	if (!regs_is_compat(bpf_get_current_task_btf()))
		return 0;
	if (regs_nr(regs) == REGS_COMPAT_SOCKETCALL)
		return number < WIRE_MUXED_IPC ? number : 0;
	if (regs_nr(regs) != REGS_COMPAT_IPC)
		return 0;
	number = (number & 0xffff) + WIRE_MUXED_IPC; /* the high half is a version */
	return number < WIRE_MUXED_MAX ? number : 0;
}

#else

/* Programs of the machines we record have numbers of their own for these. */
static __always_inline __u64 regs_muxed(struct pt_regs *regs)
{
	return 0;
}

#endif

/* What the number of the call that ends here means; never NULL in a tail-called program. */
static __always_inline const volatile struct wire_syscall *regs_call(struct pt_regs *regs)
{
	__u64 idx = (__u32)regs_nr(regs);
	__u64 muxed = regs_muxed(regs);
	bool compat = regs_is_compat(bpf_get_current_task_btf());

	if (muxed)
		return &muxed_calls[mask_index(muxed, WIRE_MUXED_MAX - 1)];
	if (idx == (__u32)-1)
		idx = settings.sigreturn_nr[compat];
	if (idx >= WIRE_SYSCALL_MAX)
		idx = WIRE_SYSCALL_MAX - 1;
	if (compat)
		idx += WIRE_SYSCALL_MAX;
	return &syscalls[mask_index(idx, 2 * WIRE_SYSCALL_MAX - 1)];
}

#endif
