// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc.bpf.c: the life of processes.  A successful exec is taken where the new
 * image is in place (sched_process_exec); the exit of that call has lost its
 * number and arguments and is passed over.  A child reports itself by the exit
 * of the clone it came from; where the architecture does not report that exit
 * (arm64), sched_process_fork makes the event.
 */
#include "emit.h"
#include "flags.h"
#include "read_file.h"
#include "read_task.h"

/* include/linux/sched.h */
#define PROC_PF_EXITING 0x00000004

/* include/uapi/linux/sched.h */
#define PROC_CLONE_VM 0x100
#define PROC_CLONE_VFORK 0x4000
#define PROC_CHILD_IN_PIDNS (1u << 29) /* of the format */

/* --- clone, fork, vfork, clone3 ------------------------------------------------ */

/* flags: the kernel's. task is the one the event is about. */
static __noinline int emit_clone_params(struct emit *e, struct task_struct *task, long ret,
					__u32 flags)
{
	struct mm_struct *mm = task->mm;

	emit_s64(e, ret);
	if (ret < 0) {
		emit_empty(e);
		emit_empty(e);
	} else {
		emit_exe_args(e, mm);
	}
	emit_int(e, task->pid);
	emit_int(e, task->tgid);
	emit_parent(e, task);
	emit_cwd(e, task);
	emit_u64(e, BPF_CORE_READ(task, signal, rlim[TASK_RLIMIT_NOFILE].rlim_cur));
	emit_memory(e, task);
	emit_comm(e, task);
	emit_cgroups(e, task);
	emit_u32(e, flags_clone(flags) | (task_is_child_inner(task) ? PROC_CHILD_IN_PIDNS : 0));
	emit_u32(e, BPF_CORE_READ(task, cred, euid.val));
	emit_u32(e, BPF_CORE_READ(task, cred, egid.val));
	emit_int(e, task_inner_nr(task->thread_pid));
	emit_int(e, task_inner_nr(task->signal->pids[TASK_TGID]));
	emit_u64(e, task_pid_ns_start(task));
	return 0;
}

EXIT_PROG(clone)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	__u32 flags = 0;
	struct emit e;

	if (!call || !emit_begin_call(&e, regs, call->event, 21))
		return 0;
	switch (call->event) {
	case WIRE_EVENT_SYSCALL_CLONE_20_X:
		flags = e.ring->arg[0];
		break;
	case WIRE_EVENT_SYSCALL_CLONE3_X:
		/* struct clone_args begins with its u64 flags, also for 32-bit programs. */
		bpf_probe_read_user(&flags, sizeof(flags), (void *)e.ring->arg[0]);
		break;
	case WIRE_EVENT_SYSCALL_VFORK_20_X:
		flags = PROC_CLONE_VFORK | PROC_CLONE_VM;
		break;
	}
	if (!ret)
		e.start_ns = 0; /* the child did not begin this call */
	emit_clone_params(&e, e.task, ret, flags);
	emit_commit(&e);
	return 0;
}

/* --- exec ------------------------------------------------------------------------ */

/* Is the file writable for the credentials of the task? (fs/namei.c, without ACLs and mounts) */
static __always_inline bool is_writable(const struct cred *cred, struct inode *inode)
{
	__u32 mode = BPF_CORE_READ(inode, i_mode);

	if (TASK_CAP(cred, cap_effective) >> 1 & 1) /* CAP_DAC_OVERRIDE */
		return true;
	if (BPF_CORE_READ(inode, i_uid.val) == BPF_CORE_READ(cred, fsuid.val))
		return mode & 0200;
	if (BPF_CORE_READ(inode, i_gid.val) == BPF_CORE_READ(cred, fsgid.val))
		return mode & 0020;
	return mode & 0002;
}

/* From cap_inheritable to pgid and gid; the order is the schema's. */
static __noinline int emit_exec_tail(struct emit *e, struct task_struct *task)
{
	const struct cred *cred = task->cred;
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct inode *inode = file ? BPF_CORE_READ(file, f_inode) : NULL;
	__u32 flags = 0;

	if (inode && is_writable(cred, inode))
		flags |= 1;
	if (file)
		flags |= file_exe_flags(file);
	emit_u32(e, task_tty(task));
	emit_int(e, task_inner_nr(task->signal->pids[TASK_PGID]));
	emit_u32(e, task_loginuid(task));
	emit_u32(e, flags);
	emit_u64(e, TASK_CAP(cred, cap_inheritable));
	emit_u64(e, TASK_CAP(cred, cap_permitted));
	emit_u64(e, TASK_CAP(cred, cap_effective));
	if (inode) {
		emit_u64(e, BPF_CORE_READ(inode, i_ino));
		emit_u64(e, file_ctime_ns(inode));
		emit_u64(e, file_mtime_ns(inode));
	} else {
		emit_empty(e);
		emit_empty(e);
		emit_empty(e);
	}
	emit_u32(e, BPF_CORE_READ(cred, euid.val));
	if (file)
		emit_file_path(e, file);
	else
		emit_empty(e);
	emit_int(e, task_outer_nr(task->signal->pids[TASK_PGID]));
	emit_u32(e, BPF_CORE_READ(cred, egid.val));
	return 0;
}

/* tid to cgroups; exe and args stand before, env behind. */
static __noinline int emit_exec_ids(struct emit *e, struct task_struct *task)
{
	emit_int(e, task->pid);
	emit_int(e, task->tgid);
	emit_parent(e, task);
	emit_cwd(e, task);
	emit_u64(e, BPF_CORE_READ(task, signal, rlim[TASK_RLIMIT_NOFILE].rlim_cur));
	emit_memory(e, task);
	emit_comm(e, task);
	emit_cgroups(e, task);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct pending *p;
	bool is_at = bprm->fdpath;
	struct emit e;

	if (task->tgid == settings.self_tgid)
		return 0;
	p = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (p) {
		p->did_exec = 1;
		if (want_starts)
			is_at = p->nr == settings.execveat_nr[p->compat & 1];
	}
	if (!dispatch_is_wanted(is_at ? WIRE_EVENT_SYSCALL_EXECVEAT_X :
					WIRE_EVENT_SYSCALL_EXECVE_19_X))
		return 0;
	if (!emit_begin(&e, is_at ? WIRE_EVENT_SYSCALL_EXECVEAT_X : WIRE_EVENT_SYSCALL_EXECVE_19_X,
			is_at ? 30 : 31))
		return 0;
	if (p && want_starts)
		e.start_ns = p->start_ns;
	emit_s64(&e, 0);
	emit_exe_args(&e, task->mm);
	emit_exec_ids(&e, task);
	emit_env(&e, task->mm);
	emit_exec_tail(&e, task);
	if (!is_at)
		emit_kernel_text(&e, bprm->filename);
	emit_commit(&e);
	return 0;
}

/* --- an exec that failed: arguments are still where the program has them ------------ */

#define PROC_ARGV_MAX 64 /* strings of a failed exec that are kept */

/* NUL-separated strings of a user's argv from its first-th on, as one parameter. */
static __noinline int emit_argv(struct emit *e, __u64 argv, __u32 first)
{
	__u64 begin = emit_open_param(e);
	__u32 width = e->compat ? 4 : 8;
	int i;

	for (i = 0; i < PROC_ARGV_MAX; i++) {
		__u64 text = 0;
		long len;

		if (bpf_probe_read_user(&text, width == 4 ? 4 : 8,
					(void *)argv + (first + i) * width) ||
		    !text)
			break;
		if (emit_left(e) < EMIT_PATH_MAX || e->pos - begin > TASK_ARGS_MAX)
			break;
		len = bpf_probe_read_user_str(e->rec + e->pos, EMIT_PATH_MAX, (void *)text);
		if (len < 0 || len > EMIT_PATH_MAX)
			break;
		e->pos += len;
		emit_sync(e);
	}
	emit_close_param(e, begin);
	return 0;
}

static __noinline int emit_first_arg(struct emit *e, __u64 argv)
{
	__u64 text = 0;

	if (e->compat)
		bpf_probe_read_user(&text, 4, (void *)argv);
	else
		bpf_probe_read_user(&text, 8, (void *)argv);
	emit_user_text(e, (void *)text);
	return 0;
}

EXIT_PROG(exec)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *p = bpf_task_storage_get(&pending, task, 0, 0);
	bool is_at;
	struct emit e;

	if (p && p->did_exec) {
		p->did_exec = 0;
		return 0;
	}
	if (!call)
		return 0;
	is_at = call->event == WIRE_EVENT_SYSCALL_EXECVEAT_X;
	if (!ret) {
		/* AT_EXECVE_CHECK: allowed, but nothing was executed. A generic event says as much. */
		if (!emit_begin_call(&e, regs, WIRE_EVENT_GENERIC_X, 2))
			return 0;
		emit_u16(&e, call->code);
		emit_u16(&e, regs_nr(regs));
		emit_commit(&e);
		return 0;
	}
	if (!emit_begin_call(&e, regs, call->event, is_at ? 30 : 31))
		return 0;
	emit_s64(&e, ret);
	emit_first_arg(&e, e.ring->arg[is_at ? 2 : 1]);
	emit_argv(&e, e.ring->arg[is_at ? 2 : 1], 1);
	emit_exec_ids(&e, task);
	emit_argv(&e, e.ring->arg[is_at ? 3 : 2], 0);
	emit_exec_tail(&e, task);
	if (!is_at)
		emit_user_text(&e, (void *)e.ring->arg[0]);
	emit_commit(&e);
	return 0;
}

/* --- exit --------------------------------------------------------------------------- */

#define PROC_THREADS_LOOKED 16
#define PROC_ANCESTORS_LOOKED 16

/*
 * Who gets the children (kernel/exit.c, find_new_reaper): another live thread of
 * the group, else the nearest ancestor that asked to be a subreaper, else the
 * namespace's first process. 0: there are no children.
 */
static __noinline __s32 find_reaper(struct task_struct *task)
{
	struct list_head *children = (void *)task + bpf_core_field_offset(struct task_struct, children);
	struct list_head *node = BPF_CORE_READ(task, signal, thread_head.next);
	__u32 node_offset = bpf_core_field_offset(struct task_struct, thread_node);
	struct pid_namespace *ns = task_pid_ns(task);
	struct task_struct *at;
	int i;

	if (BPF_CORE_READ(task, children.next) == children)
		return 0;
	for (i = 0; i < PROC_THREADS_LOOKED && node; i++) {
		at = (void *)node - node_offset;
		if (BPF_CORE_READ(at, group_leader) != BPF_CORE_READ(task, group_leader))
			break; /* the list's head: all were seen */
		if (!(BPF_CORE_READ(at, flags) & PROC_PF_EXITING))
			return BPF_CORE_READ(at, pid);
		node = BPF_CORE_READ(at, thread_node.next);
	}
	at = BPF_CORE_READ(task, real_parent);
	for (i = 0; i < PROC_ANCESTORS_LOOKED && at; i++) {
		struct signal_struct *signal = BPF_CORE_READ(at, signal);

		if (task_pid_ns(at) != ns)
			break;
		if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper) &&
		    !(BPF_CORE_READ(at, flags) & PROC_PF_EXITING))
			return BPF_CORE_READ(at, pid);
		at = BPF_CORE_READ(at, real_parent);
	}
	return ns ? BPF_CORE_READ(ns, child_reaper, pid) : -1;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	__u32 code = task->exit_code;
	struct emit e;

	if (task->tgid == settings.self_tgid || !dispatch_is_wanted(WIRE_EVENT_PROCEXIT_1_E) ||
	    !emit_begin(&e, WIRE_EVENT_PROCEXIT_1_E, 5))
		return 0;
	emit_u64(&e, code);
	emit_u64(&e, code & 0x7f ? 0 : code >> 8 & 0xff);
	emit_u8(&e, code & 0x7f);
	emit_u8(&e, (code & 0x80) != 0);
	emit_int(&e, find_reaper(task));
	emit_commit(&e);
	return 0;
}

/* --- signals, scheduling, faults ------------------------------------------------------ */

/* include/uapi/asm-generic/siginfo.h: codes up to 0 come from a process; SIGCHLD's from a child. */
SEC("tp_btf/signal_deliver")
int BPF_PROG(signal_deliver, int sig, struct kernel_siginfo *info)
{
	__s32 sender = 0; /* the kernel */
	struct emit e;

	if (!dispatch_is_wanted(WIRE_EVENT_SIGNALDELIVER_E) ||
	    bpf_get_current_task_btf()->tgid == settings.self_tgid ||
	    !emit_begin(&e, WIRE_EVENT_SIGNALDELIVER_E, 3))
		return 0;
	if (BPF_CORE_READ(info, si_code) <= 0 || sig == 17)
		sender = BPF_CORE_READ(info, _sifields._kill._pid);
	emit_int(&e, sender);
	emit_int(&e, e.task->pid);
	emit_u8(&e, sig);
	emit_commit(&e);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct emit e;

	if (!dispatch_is_wanted(WIRE_EVENT_SCHEDSWITCH_6_E) ||
	    !emit_begin(&e, WIRE_EVENT_SCHEDSWITCH_6_E, 6))
		return 0;
	emit_int(&e, next->pid);
	emit_memory(&e, prev);
	emit_commit(&e);
	return 0;
}

static __always_inline int page_fault(__u64 address, __u64 ip, __u64 code)
{
	__u32 flags = 0;
	struct emit e;

	if (!dispatch_is_wanted(WIRE_EVENT_PAGE_FAULT_E) ||
	    bpf_get_current_task_btf()->tgid == settings.self_tgid ||
	    !emit_begin(&e, WIRE_EVENT_PAGE_FAULT_E, 3))
		return 0;
	/* arch/x86/include/asm/trap_pf.h; the format has a bit for either value of the first three. */
	flags |= code & 1 ? 1 : 2;
	flags |= code & 2 ? 4 : 8;
	flags |= code & 4 ? 16 : 32;
	flags |= code & 8 ? 64 : 0;
	flags |= code & 16 ? 128 : 0;
	emit_u64(&e, address);
	emit_u64(&e, ip);
	emit_u32(&e, flags);
	emit_commit(&e);
	return 0;
}

#if defined(__TARGET_ARCH_x86)
SEC("tp_btf/page_fault_user")
int BPF_PROG(page_fault_user, unsigned long address, struct pt_regs *regs, unsigned long code)
{
	return page_fault(address, regs->ip, code);
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(page_fault_kernel, unsigned long address, struct pt_regs *regs, unsigned long code)
{
	return page_fault(address, regs->ip, code);
}
#endif
