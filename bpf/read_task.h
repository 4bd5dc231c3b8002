/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read_task.h: what the process events say of a task: ids in and out of its pid
 * namespace, capabilities, terminal, memory.  A task here is any kernel pointer,
 * not only a trusted one: these events are rare enough to read through helpers.
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
	return kind == TASK_PID ? BPF_CORE_READ(task, thread_pid)
				: BPF_CORE_READ(task, signal, pids[kind]);
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
	struct pid *pid =
		BPF_CORE_READ(task, thread_pid); /* task may be any, not only a trusted one */
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
#define TASK_CAP(cred, which)                                                                      \
	({                                                                                         \
		__u64 cap_ = 0;                                                                    \
		bpf_probe_read_kernel(&cap_, sizeof(cap_),                                         \
				      (void *)(cred) + bpf_core_field_offset(struct cred, which)); \
		cap_;                                                                              \
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
static __noinline __attribute__((unused)) struct kernfs_node *task_kernfs_parent(
	struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ((struct kernfs_node___old *)node, parent);
}

#define TASK_NAME8(a, b, c, d, e, f, g, h)                                                       \
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

/* --- arguments and environment ------------------------------------------------ */

#define TASK_ARGS_MAX 16384u /* bytes of each; what is beyond is cut, and the cut marked */
#define TASK_CUT_MARK 0x2e2e2e /* "...", and the NUL */

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
	/*
	 * Asked by the member, which is no struct in newer kernels: for a type that the
	 * kernel lacks libbpf would read the types of all its modules.
	 */
	if (bpf_core_field_exists(((struct mm_struct___old *)mm)->rss_stat))
		bpf_probe_read_kernel(
			&cnt, sizeof(cnt),
			(void *)mm + bpf_core_field_offset(struct mm_struct___old, rss_stat) +
				kind * sizeof(long));
	else
		bpf_probe_read_kernel(&cnt, sizeof(cnt),
				      (void *)mm +
					      bpf_core_field_offset(struct mm_struct, rss_stat) +
					      kind * bpf_core_type_size(struct percpu_counter) +
					      bpf_core_field_offset(struct percpu_counter, count));
	return cnt > 0 ? cnt : 0;
}

#endif
