/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mem.bpf.c: calls that change the address space, which report its size after
 * the call as well.
 */
#include "flags.h"
#include "read_task.h"

/* vm_size, vm_rss, vm_swap in KiB */
static __always_inline void emit_sizes(struct emit *e)
{
	struct task_struct *task = e->task;
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if (!mm) {
		emit_empty(e);
		emit_empty(e);
		emit_empty(e);
		return;
	}
	emit_u32(e, BPF_CORE_READ(mm, total_vm) * TASK_PAGE_KB);
	emit_u32(e, (task_pages(mm, TASK_MM_FILEPAGES) + task_pages(mm, TASK_MM_ANONPAGES) +
		     task_pages(mm, TASK_MM_SHMEMPAGES)) *
			    TASK_PAGE_KB);
	emit_u32(e, task_pages(mm, TASK_MM_SWAPENTS) * TASK_PAGE_KB);
}

/* An address or an error; that of a 32-bit program may come with its sign spread. */
static __always_inline __s64 address(const struct emit *e, long ret)
{
	return e->compat && (ret > 0 || ret < -4095) ? (__u32)ret : ret;
}

#define MEM_COMPAT_OLD_MMAP 90 /* i386: all arguments in a struct of six words */

/* One program: result, sizes, address, and what the call has beyond that. */
EXIT_PROG(mem)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	__u32 event, words[6], i;
	struct emit e;
	bool is_map;

	if (!call)
		return 0;
	event = call->event;
	is_map = event == WIRE_EVENT_SYSCALL_MMAP_X || event == WIRE_EVENT_SYSCALL_MMAP2_X;
	if (!emit_begin_call(&e, regs, event,
			     is_map				    ? 10
			     : event == WIRE_EVENT_SYSCALL_MUNMAP_X ? 6
								    : 5))
		return 0;
	if (e.compat && event == WIRE_EVENT_SYSCALL_MMAP_X &&
	    regs_nr(regs) == MEM_COMPAT_OLD_MMAP &&
	    !bpf_probe_read_user(words, sizeof(words), (void *)e.ring->arg[0])) {
		for (i = 0; i < 6; i++)
			e.ring->arg[i] = words[i];
	}
	emit_s64(&e, address(&e, ret));
	emit_sizes(&e);
	emit_sync(&e);
	emit_u64(&e, e.ring->arg[0]);
	if (event != WIRE_EVENT_SYSCALL_BRK_4_X)
		emit_u64(&e, e.ring->arg[1]);
	if (is_map) {
		emit_u32(&e, flags_prot(e.ring->arg[2]));
		emit_u32(&e, flags_mmap(e.ring->arg[3]));
		emit_int(&e, e.ring->arg[4]);
		emit_u64(&e, e.ring->arg[5]);
	}
	emit_commit(&e);
	return 0;
}
