/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch.bpf.c: the two system call hooks.  The exit hook decides, before it
 * reads a clock or copies a byte, whether the call's event is wanted at all and
 * tail-calls the program that makes it.  The enter hook, attached only when
 * start times are wanted, remembers when the call began.
 */
#include "emit.h"

char LICENSE[] SEC("license") = "GPL";

const volatile __u64 ring_size = WIRE_RING_DEFAULT;
const volatile __u32 want_starts = 0;
const volatile struct wire_syscall syscalls[2 * WIRE_SYSCALL_MAX] = {};
struct wire_settings settings = {};

struct rings_map rings SEC(".maps");
struct pending_map pending SEC(".maps");
struct tails_map tails SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *p;

	if (task->tgid == settings.self_tgid)
		return 0;
	p = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!p)
		return 0;
	p->nr = id;
	p->compat = regs_is_compat(task);
	p->did_exec = 0;
	p->start_ns = bpf_ktime_get_boot_ns();
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 nr = regs_nr(regs);
	__u64 idx;

	if (task->tgid == settings.self_tgid)
		return 0;
	if (nr == (__u32)-1) {
		/*
		 * No call any more: a signal's handler returned and the interrupted registers
		 * are back, or a tracer refused the call, or it was a probe's trampoline.
		 */
		struct pending *p = bpf_task_storage_get(&pending, task, 0, 0);

		if (!p || !p->handlers)
			return 0;
		p->handlers--;
		nr = settings.sigreturn_nr[regs_is_compat(task)];
	}
	idx = nr;
	if (idx >= WIRE_SYSCALL_MAX)
		idx = WIRE_SYSCALL_MAX - 1; /* never a call: generic with code 0 */
	if (regs_is_compat(task))
		idx += WIRE_SYSCALL_MAX;
	if (idx >= 2 * WIRE_SYSCALL_MAX || !dispatch_is_wanted(syscalls[idx].event))
		return 0;
	bpf_tail_call(ctx, &tails, syscalls[idx].tail);
	return 0;
}

/* Calls without an event of their own: the format's code and the native number. */
EXIT_PROG(generic)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	__u32 nr = regs_nr(regs);
	struct emit e;

	if (!call || !emit_begin_call(&e, regs, WIRE_EVENT_GENERIC_X, 2))
		return 0;
	if (nr == (__u32)-1)
		nr = settings.sigreturn_nr[e.compat];
	emit_u16(&e, call->code);
	emit_u16(&e, nr);
	emit_commit(&e);
	return 0;
}
