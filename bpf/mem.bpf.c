// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mem.bpf.c: calls that change the address space, which report its size after
 * the call as well.
 */
#include "flags.h"
#include "read_task.h"

/* vm_size, vm_rss, vm_swap in KiB */
static __always_inline void emit_sizes(struct emit *e)
{
	struct mm_struct *mm = e->task->mm;

	if (!mm) {
		emit_empty(e);
		emit_empty(e);
		emit_empty(e);
		return;
	}
	emit_u32(e, mm->total_vm * TASK_PAGE_KB);
	emit_u32(e, (task_pages(mm, TASK_MM_FILEPAGES) + task_pages(mm, TASK_MM_ANONPAGES) +
		     task_pages(mm, TASK_MM_SHMEMPAGES)) *
			    TASK_PAGE_KB);
	emit_u32(e, task_pages(mm, TASK_MM_SWAPENTS) * TASK_PAGE_KB);
}

/* An address or an error; that of a 32-bit program may come with its sign spread. */
static __always_inline void emit_address(struct emit *e, long ret)
{
	emit_s64(e, e->compat && (ret > 0 || ret < -4095) ? (__u32)ret : ret);
}

#define MEM_COMPAT_OLD_MMAP 90 /* i386: all arguments in a struct of six words */

EXIT_PROG(mmap)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	__u32 words[6];
	struct emit e;
	__u32 i;

	if (!call || !emit_begin_call(&e, regs, call->event, 10))
		return 0;
	if (e.compat && call->event == WIRE_EVENT_SYSCALL_MMAP_X &&
	    regs_nr(regs) == MEM_COMPAT_OLD_MMAP &&
	    !bpf_probe_read_user(words, sizeof(words), (void *)e.ring->arg[0])) {
		for (i = 0; i < 6; i++)
			e.ring->arg[i] = words[i];
	}
	emit_address(&e, ret);
	emit_sizes(&e);
	emit_u64(&e, e.ring->arg[0]);
	emit_u64(&e, e.ring->arg[1]);
	emit_u32(&e, flags_prot(e.ring->arg[2]));
	emit_u32(&e, flags_mmap(e.ring->arg[3]));
	emit_int(&e, e.ring->arg[4]);
	emit_u64(&e, e.ring->arg[5]);
	emit_commit(&e);
	return 0;
}

EXIT_PROG(munmap)
{
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_MUNMAP_X, 6))
		return 0;
	emit_s64(&e, ret);
	emit_sizes(&e);
	emit_u64(&e, e.ring->arg[0]);
	emit_u64(&e, e.ring->arg[1]);
	emit_commit(&e);
	return 0;
}

EXIT_PROG(brk)
{
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_BRK_4_X, 5))
		return 0;
	emit_address(&e, ret);
	emit_sizes(&e);
	emit_u64(&e, e.ring->arg[0]);
	emit_commit(&e);
	return 0;
}
