/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read_task.h: what the process events say of a task: ids in and out of its pid
 * namespace, limits, capabilities, cgroups, arguments.
 */
#ifndef RTSEC_BPF_READ_TASK_H
#define RTSEC_BPF_READ_TASK_H

#include "emit.h"
#include "flags.h"

/* include/linux/pid.h */
enum task_pid_kind {
	TASK_PID = 0,
	TASK_TGID = 1,
	TASK_PGID = 2,
	TASK_SID = 3,
};

#define TASK_RLIMIT_NOFILE 7

static __always_inline struct pid *task_pid_struct(struct task_struct *task, int kind)
{
	return kind == TASK_PID ? task->thread_pid : task->signal->pids[kind];
}

/* The number that a pid has in its own, innermost namespace; -1 when it cannot be read. */
static __always_inline __s32 task_inner_nr(struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level);
	__s32 nr = -1;

	if (level > 32) /* MAX_PID_NS_LEVEL */
		return -1;
	bpf_probe_read_kernel(&nr, sizeof(nr),
			      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, nr));
	return nr;
}

/* The number in the initial namespace. */
static __always_inline __s32 task_outer_nr(struct pid *pid)
{
	return BPF_CORE_READ(pid, numbers[0].nr);
}

static __always_inline struct pid_namespace *task_pid_ns(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid); /* task may be any, not only a trusted one */
	__u32 level = BPF_CORE_READ(pid, level);
	struct pid_namespace *ns = NULL;

	if (level > 32)
		return NULL;
	bpf_probe_read_kernel(&ns, sizeof(ns),
			      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, ns));
	return ns;
}

/* Nanoseconds of boot at which the namespace's first process started; 0 unknown. */
static __always_inline __u64 task_pid_ns_start(struct task_struct *task)
{
	struct pid_namespace *ns = task_pid_ns(task);

	return ns ? BPF_CORE_READ(ns, child_reaper, start_boottime) : 0;
}

/* Is a child of this task in another pid namespace than the initial one? */
static __always_inline bool task_is_child_inner(struct task_struct *task)
{
	struct pid_namespace *ns = task_pid_ns(task);

	if (BPF_CORE_READ(ns, level))
		return true;
	return BPF_CORE_READ(task, nsproxy, pid_ns_for_children) != ns;
}

/* Eight bytes on every kernel: one u64 since 6.3, two u32, the low one first, before. */
#define TASK_CAP(cred, which)                                                            \
	({                                                                               \
		__u64 cap_ = 0;                                                          \
		bpf_probe_read_kernel(&cap_, sizeof(cap_),                               \
				      (void *)(cred) +                                   \
					      bpf_core_field_offset(struct cred, which)); \
		cap_;                                                                    \
	})

/* Device number of the controlling terminal as the format has it, 0 none. */
static __always_inline __u32 task_tty(struct task_struct *task)
{
	struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
	__u32 major, minor;

	if (!tty)
		return 0;
	major = BPF_CORE_READ(tty, driver, major);
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

static __always_inline __u32 task_loginuid(struct task_struct *task)
{
	if (bpf_core_field_exists(task->loginuid))
		return BPF_CORE_READ(task, loginuid.val);
	return (__u32)-1;
}

/* --- cgroups --------------------------------------------------------------- */

#define TASK_CGROUP_DEPTH 8 /* levels of a path that are looked at; more are cut at the top */

/* Parent of a kernfs node, whatever the kernel calls the member. */
static __always_inline struct kernfs_node *task_kernfs_parent(struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ((struct kernfs_node___old *)node, parent);
}

/*
 * Appends "name=" and the path of one controller's group, with its NUL.  There
 * is no branch in the loops (a missing level reads as nothing and moves on by
 * nothing), or the verifier would follow each combination of levels.
 */
static __noinline int task_cgroup_path(struct emit *e, struct css_set *set, int subsys,
				       __u64 name, __u32 name_len)
{
	struct kernfs_node *chain[TASK_CGROUP_DEPTH];
	struct cgroup_subsys_state *css = NULL;
	struct kernfs_node *node;
	__u64 begin;
	int i;

	if (emit_left(e) < TASK_CGROUP_DEPTH * 256 + 16)
		return 0;
	bpf_probe_read_kernel(&css, sizeof(css),
			      (void *)set + bpf_core_field_offset(struct css_set, subsys) +
				      subsys * sizeof(void *));
	node = BPF_CORE_READ(css, cgroup, kn);
	*(__u64 *)(e->rec + e->pos) = name;
	e->pos += name_len;
	emit_sync(e);
	begin = e->pos;
	for (i = 0; i < TASK_CGROUP_DEPTH; i++) {
		chain[i] = node;
		node = task_kernfs_parent(node);
	}
	for (i = TASK_CGROUP_DEPTH - 1; i >= 0; i--) {
		__s64 len;

		*(e->rec + e->pos) = '/';
		len = bpf_probe_read_kernel_str(e->rec + e->pos + 1, 256,
						BPF_CORE_READ(chain[i], name));
		/* Counts its NUL: 1 is the root's empty name, below that nothing was read. */
		len -= 1;
		len &= ~(len >> 63);
		e->pos += (len + ((__u64)-len >> 63)) & 0x1ff;
		emit_sync(e);
	}
	*(__u16 *)(e->rec + e->pos) = '/'; /* and a NUL: the root's path */
	e->pos += (((e->pos - begin) - 1) >> 63) + 1;
	*(e->rec + (e->pos & EMIT_POS_MASK) - 1) = '\0';
	emit_sync(e);
	return 0;
}

#define TASK_NAME8(a, b, c, d, e, f, g, h)                                                      \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 | \
	 (__u64)(f) << 40 | (__u64)(g) << 48 | (__u64)(h) << 56)

/* Kernels leave out controllers they were built without. */
enum cgroup_subsys_id {
	cpuset_cgrp_id,
	cpu_cgrp_id,
	cpuacct_cgrp_id,
	io_cgrp_id,
	memory_cgrp_id,
};

#define TASK_CGROUP(e, set, id, name, len)                                                \
	do {                                                                              \
		if (bpf_core_enum_value_exists(enum cgroup_subsys_id, id))                \
			task_cgroup_path(e, set, bpf_core_enum_value(enum cgroup_subsys_id, \
								     id),                 \
					 name, len);                                      \
	} while (0)

/* "cpuset=/a\0cpu=/a\0..." */
static __always_inline void emit_cgroups(struct emit *e, struct task_struct *task)
{
	struct css_set *set = task->cgroups;
	__u64 begin = emit_open_param(e);

	TASK_CGROUP(e, set, cpuset_cgrp_id, TASK_NAME8('c', 'p', 'u', 's', 'e', 't', '=', 0), 7);
	TASK_CGROUP(e, set, cpu_cgrp_id, TASK_NAME8('c', 'p', 'u', '=', 0, 0, 0, 0), 4);
	TASK_CGROUP(e, set, cpuacct_cgrp_id, TASK_NAME8('c', 'p', 'u', 'a', 'c', 'c', 't', '='), 8);
	TASK_CGROUP(e, set, io_cgrp_id, TASK_NAME8('i', 'o', '=', 0, 0, 0, 0, 0), 3);
	TASK_CGROUP(e, set, memory_cgrp_id, TASK_NAME8('m', 'e', 'm', 'o', 'r', 'y', '=', 0), 7);
	emit_close_param(e, begin);
}

/* --- arguments and environment ------------------------------------------------ */

#define TASK_ARGS_MAX 16384u /* bytes of each; what is beyond is cut, and the cut marked */
#define TASK_CUT_MARK 0x2e2e2e /* "...", and the NUL */

/* len bytes of strings at a user address, cut at TASK_ARGS_MAX. */
static __always_inline void emit_user_strings(struct emit *e, __u64 from, __u64 len)
{
	bool is_cut = false;
	__u64 max = emit_left(e);

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
		*(__u32 *)(e->rec + e->pos + len - 4) = TASK_CUT_MARK;
	emit_len(e, len);
	emit_sync(e);
}

/* exe (argv[0]) and args (the rest) of the image that runs now. */
static __always_inline void emit_exe_args(struct emit *e, struct mm_struct *mm)
{
	__u64 begin = mm ? BPF_CORE_READ(mm, arg_start) : 0;
	__u64 end = mm ? BPF_CORE_READ(mm, arg_end) : 0;
	long len = 0;

	if (begin && end > begin)
		len = bpf_probe_read_user_str(e->rec + e->pos, EMIT_PATH_MAX, (void *)begin);
	if (len < 0 || len > EMIT_PATH_MAX)
		len = 0;
	emit_len(e, len);
	emit_sync(e);
	if (len)
		emit_user_strings(e, begin + len, end > begin + len ? end - begin - len : 0);
	else
		emit_empty(e);
}

static __always_inline void emit_env(struct emit *e, struct mm_struct *mm)
{
	__u64 begin = mm ? BPF_CORE_READ(mm, env_start) : 0;
	__u64 end = mm ? BPF_CORE_READ(mm, env_end) : 0;

	emit_user_strings(e, begin, begin && end > begin ? end - begin : 0);
}

/* --- memory sizes -------------------------------------------------------------------- */

#define TASK_PAGE_KB 4

/* enum of include/linux/mm_types_task.h */
#define TASK_MM_FILEPAGES 0
#define TASK_MM_ANONPAGES 1
#define TASK_MM_SWAPENTS 2
#define TASK_MM_SHMEMPAGES 3

/* Pages of one kind; per-CPU counters (6.2 and newer) give their shared part, as /proc does. */
static __always_inline __u64 task_pages(struct mm_struct *mm, __u32 kind)
{
	__s64 cnt = 0;

	if (!mm)
		return 0;
	if (bpf_core_type_exists(struct mm_rss_stat))
		bpf_probe_read_kernel(&cnt, sizeof(cnt),
				      (void *)mm + bpf_core_field_offset(struct mm_struct, rss_stat) +
					      kind * sizeof(long));
	else
		bpf_probe_read_kernel(&cnt, sizeof(cnt),
				      (void *)mm + bpf_core_field_offset(struct mm_struct, rss_stat) +
					      kind * bpf_core_type_size(struct percpu_counter) +
					      bpf_core_field_offset(struct percpu_counter, count));
	return cnt > 0 ? cnt : 0;
}

/* --- groups of parameters shared by several events ------------------------------- */

/* pgft_maj, pgft_min, vm_size, vm_rss, vm_swap */
static __always_inline void emit_memory(struct emit *e, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	emit_u64(e, task->maj_flt);
	emit_u64(e, task->min_flt);
	emit_u32(e, mm ? mm->total_vm * TASK_PAGE_KB : 0);
	emit_u32(e, (task_pages(mm, TASK_MM_FILEPAGES) + task_pages(mm, TASK_MM_ANONPAGES) +
		     task_pages(mm, TASK_MM_SHMEMPAGES)) *
			    TASK_PAGE_KB);
	emit_u32(e, task_pages(mm, TASK_MM_SWAPENTS) * TASK_PAGE_KB);
}

static __always_inline void emit_comm(struct emit *e, struct task_struct *task)
{
	emit_kernel_text(e, task->comm);
}

static __always_inline void emit_parent(struct emit *e, struct task_struct *task)
{
	emit_int(e, BPF_CORE_READ(task, real_parent, tgid));
}

#endif
