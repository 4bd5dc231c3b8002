/* SPDX-License-Identifier: GPL-2.0-or-later */
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
#define PROC_PF_KTHREAD 0x00200000

/* include/uapi/linux/sched.h */
#define PROC_CLONE_VM 0x100
#define PROC_CLONE_VFORK 0x4000
#define PROC_CLONE_THREAD_LIKE 0x10f00 /* VM, FS, FILES, SIGHAND, THREAD */
#define PROC_CHILD_IN_PIDNS (1u << 29) /* of the format */

/*
 * The functions below take numbers and are looked at by the verifier one by one,
 * each once for a program: they pick up the record under way (emit_resume), make
 * some parameters and put it down again.  The caller goes on with proc_next().
 */
static __always_inline void proc_next(struct emit *e, __u32 made)
{
	e->idx += made;
	emit_reload(e);
}

/* --- cgroups ----------------------------------------------------------------------- */

/*
 * Appends "name=" and the path of one controller's group, with its NUL.  There
 * is no branch in the loops (a missing level reads as nothing and moves on by
 * nothing), or the verifier would follow each combination of levels.
 */
int proc_put_cgroup(__u64 css_set, __u32 subsys, __u64 name, __u32 name_len)
{
	struct kernfs_node *chain[TASK_CGROUP_DEPTH];
	struct cgroup_subsys_state *css = NULL;
	struct cgroup *group, *unified;
	struct kernfs_node *node;
	struct emit e;
	__u64 begin;
	int i;

	if (!emit_resume(&e, 0) || emit_left(&e) < TASK_CGROUP_DEPTH * 256 + 16)
		return 0;
	bpf_probe_read_kernel(&css, sizeof(css),
			      (void *)css_set + bpf_core_field_offset(struct css_set, subsys) +
				      subsys * sizeof(void *));
	/*
	 * In the unified hierarchy the group the task is in counts, though the controller
	 * may be off there, and likewise where the controller's own hierarchy is not used.
	 */
	group = BPF_CORE_READ(css, cgroup);
	unified = BPF_CORE_READ((struct css_set *)css_set, dfl_cgrp);
	node = BPF_CORE_READ(group, kn);
	if (BPF_CORE_READ(group, root) == BPF_CORE_READ(unified, root) || !task_kernfs_parent(node))
		node = BPF_CORE_READ(unified, kn);
	*(__u64 *)(e.rec + e.pos) = name;
	e.pos += name_len & 15;
	emit_sync(&e);
	begin = e.pos;
	for (i = 0; i < TASK_CGROUP_DEPTH; i++) {
		chain[i] = node;
		node = task_kernfs_parent(node);
	}
	for (i = TASK_CGROUP_DEPTH - 1; i >= 0; i--) {
		__s64 len;

		*(e.rec + e.pos) = '/';
		len = bpf_probe_read_kernel_str(e.rec + e.pos + 1, 256,
						BPF_CORE_READ(chain[i], name));
		/* Counts its NUL: 1 is the root's empty name, below that nothing was read. */
		len -= 1;
		len &= ~(len >> 63);
		e.pos += (len + ((__u64)-len >> 63)) & 0x1ff;
		emit_sync(&e);
	}
	/* The root's path is a slash of its own. */
	*(e.rec + e.pos) = '/';
	e.pos += (e.pos - begin - 1) >> 63;
	emit_sync(&e);
	*(e.rec + e.pos) = '\0';
	e.pos++;
	emit_sync(&e);
	return 0;
}

#define PROC_CGROUP(set, id, name, len)                                                       \
	do {                                                                                  \
		if (bpf_core_enum_value_exists(enum cgroup_subsys_id, id))                    \
			proc_put_cgroup((__u64)(set),                                         \
					bpf_core_enum_value(enum cgroup_subsys_id, id), name, \
					len);                                                 \
	} while (0)

/* One parameter: "cpuset=/a\0cpu=/a\0..." */
int proc_put_cgroups(__u64 task, __u32 idx)
{
	struct css_set *set = BPF_CORE_READ((struct task_struct *)task, cgroups);
	struct emit e;
	__u64 begin;

	if (!emit_resume(&e, idx))
		return 0;
	begin = emit_open_param(&e);
	PROC_CGROUP(set, cpuset_cgrp_id, TASK_NAME8('c', 'p', 'u', 's', 'e', 't', '=', 0), 7);
	PROC_CGROUP(set, cpu_cgrp_id, TASK_NAME8('c', 'p', 'u', '=', 0, 0, 0, 0), 4);
	PROC_CGROUP(set, cpuacct_cgrp_id, TASK_NAME8('c', 'p', 'u', 'a', 'c', 'c', 't', '='), 8);
	PROC_CGROUP(set, io_cgrp_id, TASK_NAME8('i', 'o', '=', 0, 0, 0, 0, 0), 3);
	PROC_CGROUP(set, memory_cgrp_id, TASK_NAME8('m', 'e', 'm', 'o', 'r', 'y', '=', 0), 7);
	emit_reload(&e);
	emit_close_param(&e, begin);
	return 0;
}

/* --- image: arguments and environment ----------------------------------------------- */

/* len bytes of strings at a user address, cut at TASK_ARGS_MAX; the cut is marked. */
static __always_inline void emit_user_strings(struct emit *e, __u64 from, __u64 len)
{
	__u64 max = emit_left(e);
	bool is_cut = false;

	if (max > TASK_ARGS_MAX)
		max = TASK_ARGS_MAX;
	if (len > max) {
		len = max;
		is_cut = true;
	}
	if (len > TASK_ARGS_MAX)
		len = TASK_ARGS_MAX;
	if (!len || bpf_probe_read_user(e->rec + e->pos, len, (void *)from))
		len = 0;
	if (is_cut && len >= 4)
		*(__u32 *)(e->rec + ((e->pos + len - 4) & EMIT_POS_MASK)) = TASK_CUT_MARK;
	emit_len(e, len);
	emit_sync(e);
}

/* Two parameters: exe (argv[0]) and args (the rest) of the image that runs now. */
int proc_put_args(__u64 task, __u32 idx)
{
	struct mm_struct *mm = BPF_CORE_READ((struct task_struct *)task, mm);
	__u64 begin = BPF_CORE_READ(mm, arg_start);
	__u64 end = BPF_CORE_READ(mm, arg_end);
	struct emit e;
	__u64 first;

	if (!emit_resume(&e, idx))
		return 0;
	first = e.pos;
	emit_user_text(&e, begin < end ? (void *)begin : NULL);
	begin += e.pos - first;
	emit_user_strings(&e, begin, e.pos > first && begin < end ? end - begin : 0);
	return 0;
}

int proc_put_env(__u64 task, __u32 idx)
{
	struct mm_struct *mm = BPF_CORE_READ((struct task_struct *)task, mm);
	__u64 begin = BPF_CORE_READ(mm, env_start);
	__u64 end = BPF_CORE_READ(mm, env_end);
	struct emit e;

	if (emit_resume(&e, idx))
		emit_user_strings(&e, begin, begin < end ? end - begin : 0);
	return 0;
}

#define PROC_ARGV_MAX 64 /* strings of a failed exec that are kept */

/* Appends the string that the pointer at a user address points to; false: it was the last. */
int proc_put_arg(__u64 at, __u32 compat, __u64 begin)
{
	__u64 text = 0;
	struct emit e;
	long len;

	if (!emit_resume(&e, 0))
		return false;
	if (compat)
		len = bpf_probe_read_user(&text, 4, (void *)at);
	else
		len = bpf_probe_read_user(&text, 8, (void *)at);
	if (len || !text || emit_left(&e) < EMIT_PATH_MAX || e.pos - begin > TASK_ARGS_MAX)
		return false;
	len = bpf_probe_read_user_str(e.rec + e.pos, EMIT_PATH_MAX, (void *)text);
	if (len < 0 || len > EMIT_PATH_MAX)
		return false;
	e.pos += len;
	emit_sync(&e);
	return true;
}

/* One parameter: NUL-separated strings of a user's argv from its first-th on. */
int proc_put_argv(__u64 argv, __u32 first, __u32 compat, __u32 idx)
{
	__u64 size = compat ? 4 : 8;
	struct emit e;
	__u64 begin;
	int i;

	if (!emit_resume(&e, idx))
		return 0;
	begin = emit_open_param(&e);
	for (i = 0; i < PROC_ARGV_MAX; i++)
		if (!proc_put_arg(argv + size * ((__u64)i + first), compat, begin))
			break;
	emit_reload(&e);
	emit_close_param(&e, begin);
	return 0;
}

static __always_inline void emit_first_arg(struct emit *e, __u64 argv)
{
	__u64 text = 0;

	if (e->compat)
		bpf_probe_read_user(&text, 4, (void *)argv);
	else
		bpf_probe_read_user(&text, 8, (void *)argv);
	emit_user_text(e, (void *)text);
}

/* --- parameters shared by clone and exec ---------------------------------------------- */

/* pgft_maj, pgft_min, vm_size, vm_rss, vm_swap */
static __always_inline void emit_memory(struct emit *e, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	emit_u64(e, BPF_CORE_READ(task, maj_flt));
	emit_u64(e, BPF_CORE_READ(task, min_flt));
	emit_u32(e, BPF_CORE_READ(mm, total_vm) * TASK_PAGE_KB);
	emit_u32(e, (task_pages(mm, TASK_MM_FILEPAGES) + task_pages(mm, TASK_MM_ANONPAGES) +
		     task_pages(mm, TASK_MM_SHMEMPAGES)) *
			    TASK_PAGE_KB);
	emit_u32(e, task_pages(mm, TASK_MM_SWAPENTS) * TASK_PAGE_KB);
}

#define PROC_IDS 11

/* tid, pid, ptid, cwd, fdlimit, the five of emit_memory() and comm; cgroups come next. */
int proc_put_ids(__u64 number, __u32 idx)
{
	struct task_struct *task = (struct task_struct *)number;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct path path = {};
	struct emit e;

	if (!emit_resume(&e, idx))
		return 0;
	emit_int(&e, BPF_CORE_READ(task, pid));
	emit_int(&e, BPF_CORE_READ(task, tgid));
	emit_int(&e, BPF_CORE_READ(task, real_parent, tgid));
	emit_sync(&e);
	if (fs)
		bpf_core_read(&path, sizeof(path), &fs->pwd);
	emit_built_path(&e, file_path_build((__u64)path.mnt, (__u64)path.dentry, 0));
	emit_u64(&e, BPF_CORE_READ(task, signal, rlim[TASK_RLIMIT_NOFILE].rlim_cur));
	emit_memory(&e, task);
	emit_kernel_text(&e, (void *)number + bpf_core_field_offset(struct task_struct, comm));
	return 0;
}

/* --- clone, fork, vfork, clone3 ------------------------------------------------------- */

/* All but the result: exe to pidns_init_start_ts. flags: the kernel's. */
static __always_inline void emit_clone_params(struct emit *e, __u64 number, bool has_image,
					      __u32 flags)
{
	struct task_struct *task = (struct task_struct *)number;

	emit_sync(e);
	if (has_image) {
		proc_put_args(number, e->idx);
		proc_next(e, 2);
	} else {
		emit_empty(e);
		emit_empty(e);
		emit_sync(e);
	}
	proc_put_ids(number, e->idx);
	proc_next(e, PROC_IDS);
	proc_put_cgroups(number, e->idx);
	proc_next(e, 1);
	emit_u32(e, flags_clone(flags) | (task_is_child_inner(task) ? PROC_CHILD_IN_PIDNS : 0));
	emit_u32(e, BPF_CORE_READ(task, cred, euid.val));
	emit_u32(e, BPF_CORE_READ(task, cred, egid.val));
	emit_int(e, task_inner_nr(task_pid_struct(task, TASK_PID)));
	emit_int(e, task_inner_nr(task_pid_struct(task, TASK_TGID)));
	emit_u64(e, task_pid_ns_start(task));
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
	emit_s64(&e, ret);
	emit_clone_params(&e, bpf_get_current_task(), ret >= 0, flags);
	emit_commit(&e);
	return 0;
}

#if defined(__TARGET_ARCH_arm64)
/*
 * A child leaves its first call without passing the exit hook here, so its own
 * event is made when it is forked, in the name of the child.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	__u64 number = 0;
	struct emit e;

	/* A plain number, which is what the functions take. */
	bpf_probe_read_kernel(&number, sizeof(number), &child);
	if (parent->tgid == settings.self_tgid || BPF_CORE_READ(child, flags) & PROC_PF_KTHREAD ||
	    !dispatch_is_wanted(WIRE_EVENT_SYSCALL_CLONE_20_X) ||
	    !emit_begin(&e, WIRE_EVENT_SYSCALL_CLONE_20_X, 21))
		return 0;
	*(__u64 *)(e.rec + 40) = (__u64)(__u32)BPF_CORE_READ(child, pid);
	emit_s64(&e, 0);
	emit_clone_params(&e, number, true,
			  BPF_CORE_READ(child, tgid) == parent->tgid ? PROC_CLONE_THREAD_LIKE : 0);
	emit_commit(&e);
	return 0;
}
#endif

/* --- exec -------------------------------------------------------------------------------- */

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

#define PROC_EXEC_TAIL 14

/* From tty to gid, in the schema's order. */
int proc_put_exec_tail(__u64 number, __u32 idx)
{
	struct task_struct *task = (struct task_struct *)number;
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct emit e;

	if (!emit_resume(&e, idx))
		return 0;
	emit_u32(&e, task_tty(task));
	emit_int(&e, task_inner_nr(task_pid_struct(task, TASK_PGID)));
	emit_u32(&e, task_loginuid(task));
	emit_u32(&e, (inode && is_writable(cred, inode)) | (file ? file_exe_flags(file) : 0));
	emit_u64(&e, TASK_CAP(cred, cap_inheritable));
	emit_u64(&e, TASK_CAP(cred, cap_permitted));
	emit_u64(&e, TASK_CAP(cred, cap_effective));
	emit_sync(&e);
	if (inode) {
		emit_u64(&e, BPF_CORE_READ(inode, i_ino));
		emit_u64(&e, file_ctime_ns(inode));
		emit_u64(&e, file_mtime_ns(inode));
	} else {
		emit_empty(&e);
		emit_empty(&e);
		emit_empty(&e);
	}
	emit_u32(&e, BPF_CORE_READ(cred, euid.val));
	emit_sync(&e);
	emit_built_path(&e, file ? file_path(file, 0) : 0);
	emit_int(&e, task_outer_nr(task_pid_struct(task, TASK_PGID)));
	emit_u32(&e, BPF_CORE_READ(cred, egid.val));
	emit_sync(&e);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u64 number = bpf_get_current_task(); /* the same task, as a number */
	bool is_at = bprm->fdpath;
	struct pending *p;
	__u32 event;
	struct emit e;

	if (task->tgid == settings.self_tgid)
		return 0;
	p = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (p) {
		p->did_exec = 1;
		p->handlers = 0;
		if (want_starts)
			is_at = p->nr == settings.execveat_nr[p->compat & 1];
	}
	event = is_at ? WIRE_EVENT_SYSCALL_EXECVEAT_X : WIRE_EVENT_SYSCALL_EXECVE_19_X;
	if (!dispatch_is_wanted(event) || !emit_begin(&e, event, is_at ? 30 : 31))
		return 0;
	if (p && want_starts)
		e.start_ns = p->start_ns;
	emit_s64(&e, 0);
	emit_sync(&e);
	proc_put_args(number, e.idx);
	proc_next(&e, 2);
	proc_put_ids(number, e.idx);
	proc_next(&e, PROC_IDS);
	proc_put_cgroups(number, e.idx);
	proc_next(&e, 1);
	proc_put_env(number, e.idx);
	proc_next(&e, 1);
	proc_put_exec_tail(number, e.idx);
	proc_next(&e, PROC_EXEC_TAIL);
	if (!is_at)
		emit_kernel_text(&e, bprm->filename);
	emit_commit(&e);
	return 0;
}

/* An exec that failed: the arguments are still where the program has them. */
EXIT_PROG(exec)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *p = bpf_task_storage_get(&pending, task, 0, 0);
	__u64 number = bpf_get_current_task();
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
	proc_put_argv(e.ring->arg[is_at ? 2 : 1], 1, e.compat, e.idx);
	proc_next(&e, 1);
	proc_put_ids(number, e.idx);
	proc_next(&e, PROC_IDS);
	proc_put_cgroups(number, e.idx);
	proc_next(&e, 1);
	proc_put_argv(e.ring->arg[is_at ? 3 : 2], 0, e.compat, e.idx);
	proc_next(&e, 1);
	proc_put_exec_tail(number, e.idx);
	proc_next(&e, PROC_EXEC_TAIL);
	if (!is_at)
		emit_user_text(&e, (void *)e.ring->arg[0]);
	emit_commit(&e);
	return 0;
}

/* --- exit --------------------------------------------------------------------------- */

#define PROC_THREADS_LOOKED 16
#define PROC_ANCESTORS_LOOKED 16

/* The thread to which a list's node belongs, if it goes on; 0 it does not, -1 the list is over. */
int proc_live_thread(__u64 node, __u64 leader)
{
	struct task_struct *at =
		(void *)node - bpf_core_field_offset(struct task_struct, thread_node);

	if ((__u64)BPF_CORE_READ(at, group_leader) != leader)
		return -1; /* the list's head: all were seen */
	return BPF_CORE_READ(at, flags) & PROC_PF_EXITING ? 0 : BPF_CORE_READ(at, pid);
}

/* The same of an ancestor that takes orphans; it must be in the pid namespace. */
int proc_subreaper(__u64 task, __u64 ns)
{
	struct task_struct *at = (struct task_struct *)task;
	struct signal_struct *signal = BPF_CORE_READ(at, signal);

	if ((__u64)task_pid_ns(at) != ns)
		return -1;
	if (!BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper) ||
	    BPF_CORE_READ(at, flags) & PROC_PF_EXITING)
		return 0;
	return BPF_CORE_READ(at, pid);
}

/*
 * Who gets the children (kernel/exit.c, find_new_reaper): another live thread of
 * the group, else the nearest ancestor that asked to be a subreaper, else the
 * namespace's first process. 0: there are no children.
 */
static __noinline __s32 find_reaper(struct task_struct *task)
{
	struct list_head *children =
		(void *)task + bpf_core_field_offset(struct task_struct, children);
	struct list_head *node = BPF_CORE_READ(task, signal, thread_head.next);
	__u64 leader = (__u64)BPF_CORE_READ(task, group_leader);
	struct pid_namespace *ns = task_pid_ns(task);
	struct task_struct *at;
	int i, pid = 0;

	if (BPF_CORE_READ(task, children.next) == children)
		return 0;
	for (i = 0; i < PROC_THREADS_LOOKED && node && !pid; i++) {
		pid = proc_live_thread((__u64)node, leader);
		node = BPF_CORE_READ(node, next);
	}
	if (pid > 0)
		return pid;
	pid = 0;
	at = BPF_CORE_READ(task, real_parent);
	for (i = 0; i < PROC_ANCESTORS_LOOKED && at && !pid; i++) {
		pid = proc_subreaper((__u64)at, (__u64)ns);
		at = BPF_CORE_READ(at, real_parent);
	}
	if (pid > 0)
		return pid;
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
int BPF_PROG(signal_deliver, int sig, struct kernel_siginfo *info, struct k_sigaction *action)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__s32 sender = 0; /* the kernel */
	struct pending *p;
	struct emit e;

	/* 0 and 1 are SIG_DFL and SIG_IGN; a handler ends with a call of its own: see sys_exit. */
	if ((unsigned long)BPF_CORE_READ(action, sa.sa_handler) > 1) {
		p = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (p)
			p->handlers++;
	}
	if (!dispatch_is_wanted(WIRE_EVENT_SIGNALDELIVER_E) || task->tgid == settings.self_tgid ||
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
