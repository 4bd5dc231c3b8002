/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmlinux.h: only the kernel types and members that the programs read, marked
 * for relocation (CO-RE), so that no dump of a build machine's kernel is needed.
 * Names are the kernel's (include/linux/sched.h, fs.h, cred.h, net/sock.h ...).
 * A member that some kernels lack or call otherwise has a flavour, "___old".
 */
#ifndef RTSEC_BPF_VMLINUX_H
#define RTSEC_BPF_VMLINUX_H

#include <linux/types.h>

#include <linux/bpf.h>

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#define NULL ((void *)0)

typedef _Bool bool;
enum { false, true };
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bx, bp, r10, di, si, dx, cx, ax, orig_ax, r8, r9, sp, ip;
};
struct thread_info {
	u32 status;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	u64 regs[31];
	u64 sp, pc, pstate;
};
struct pt_regs {
	struct user_pt_regs user_regs;
	u64 orig_x0;
	s32 syscallno;
};
struct thread_info {
	unsigned long flags;
};
#endif

struct list_head {
	struct list_head *next, *prev;
};
struct qstr {
	union {
		struct {
			u32 hash;
			u32 len;
		};
		u64 hash_len;
	};
	const unsigned char *name;
};
struct super_block {
	u32 s_dev;
	unsigned long s_magic;
	void *s_user_ns;
};
struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};
struct inode {
	u16 i_mode;
	struct {
		u32 val;
	} i_uid;
	struct {
		u32 val;
	} i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	u32 i_rdev;
	u32 i_nlink;
	s64 i_size;
	/* 6.11 and newer */
	s64 i_ctime_sec, i_mtime_sec;
	u32 i_ctime_nsec, i_mtime_nsec;
};
struct inode___old {
	struct timespec64 i_ctime, i_mtime; /* to 6.5 (ctime), 6.6 (mtime) */
};
struct inode___mid {
	struct timespec64 __i_ctime, __i_mtime; /* 6.6 to 6.10 */
};
struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};
struct dentry {
	u32 d_flags;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};
struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};
struct ns_common {
	u32 inum;
};
struct mnt_namespace {
	struct ns_common ns;
};
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
};
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct file {
	u32 f_mode;
	u32 f_flags;
	struct inode *f_inode;
	struct path f_path;
	const void *f_op;
	void *private_data;
	s64 f_pos;
};
struct fdtable {
	u32 max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};
struct files_struct {
	struct fdtable *fdt;
};
struct fs_struct {
	struct path root, pwd;
};
struct percpu_counter {
	s64 count;
};
struct mm_rss_stat { /* to 6.1 */
	long count[4];
};
struct mm_struct {
	struct percpu_counter rss_stat[4];
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long total_vm;
	struct file *exe_file;
};
struct mm_struct___old {
	struct mm_rss_stat rss_stat; /* to 6.1 */
};
struct kernel_cap_struct___old {
	u32 cap[2];
} __attribute__((preserve_access_index));
typedef struct {
	u64 val;
} kernel_cap_t;
struct user_namespace {
	int level;
	struct ns_common ns;
};
struct cred {
	struct {
		u32 val;
	} uid, gid, suid, sgid, euid, egid, fsuid, fsgid;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective;
	struct user_namespace *user_ns;
};
struct pid_namespace {
	u32 level;
	struct task_struct *child_reaper;
};
struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	u32 level;
	struct upid numbers[1];
};
struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
};
struct rlimit {
	unsigned long rlim_cur, rlim_max;
};
struct tty_driver {
	int major, minor_start;
};
struct tty_struct {
	int index;
	struct tty_driver *driver;
};
struct signal_struct {
	struct {
		int counter;
	} live;
	struct list_head thread_head;
	int group_exit_code;
	u32 flags;
	u32 is_child_subreaper : 1;
	struct pid *pids[4]; /* enum pid_type: PID, TGID, PGID, SID */
	struct tty_struct *tty;
	struct rlimit rlim[16];
	unsigned long min_flt, maj_flt;
};
struct kernfs_node {
	struct kernfs_node *__parent; /* 6.15 and newer */
	const char *name;
};
struct kernfs_node___old {
	struct kernfs_node *parent;
};
struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};
struct cgroup_subsys_state {
	struct cgroup *cgroup;
};
struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};
struct task_struct {
	struct thread_info thread_info;
	u32 flags;
	int exit_state;
	int exit_code;
	int exit_signal;
	int pid, tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct list_head children;
	struct list_head thread_node;
	struct pid *thread_pid;
	unsigned long min_flt, maj_flt;
	u64 start_time;
	u64 start_boottime;
	const struct cred *cred;
	const struct cred *real_cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct css_set *cgroups;
	struct {
		u32 val;
	} loginuid;
};
struct kernel_siginfo {
	struct {
		int si_signo, si_errno, si_code;
		union {
			struct {
				int _pid;
			} _kill;
		} _sifields;
	};
};
struct sigaction {
	void *sa_handler; /* in the kernel a pointer, and CO-RE wants the kind */
};
struct k_sigaction {
	struct sigaction sa;
};
struct linux_binprm {
	struct file *file;
	const char *filename;
	const char *interp;
	const char *fdpath;
	int argc, envc;
};

struct in6_addr {
	union {
		u32 u6_addr32[4];
	} in6_u;
};
struct sock_common {
	u32 skc_daddr, skc_rcv_saddr; /* network order, as are the ports */
	u16 skc_dport;
	u16 skc_num; /* local port, a plain number */
	u16 skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_type, sk_protocol;
	u32 sk_ack_backlog, sk_max_ack_backlog;
};
struct socket {
	struct file *file;
	struct sock *sk;
};
struct ipv6_pinfo {
	struct in6_addr saddr;
};
struct inet_sock {
	struct sock sk;
	struct ipv6_pinfo *pinet6;
	u32 inet_saddr;
	u16 inet_sport;
};
struct sockaddr_un {
	u16 sun_family;
	char sun_path[108];
};
struct unix_address {
	int len; /* of the name: family and path */
	struct sockaddr_un name[0];
};
struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
};

/* What iterators over threads and open files are called with (kernel/bpf/task_iter.c). */
struct seq_file;
struct bpf_iter_meta {
	union {
		struct seq_file *seq;
	};
};
struct bpf_iter__task {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
};
struct bpf_iter__task_file {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
	u32 fd;
	union {
		struct file *file;
	};
};

/* io_uring: include/linux/io_uring_types.h, and what each operation keeps (io_uring/ *.c). */
struct io_cqe {
	u64 user_data;
	s32 res;
	int fd; /* as submitted; overwritten at the end */
};
struct io_ring_ctx {
	u32 compat : 1;
	struct io_uring_cqe *cqe_sentinel;
	u32 cq_entries;
};
struct io_kiocb {
	struct file *file; /* the operation's own struct lies over it, at its beginning */
	u8 opcode;
	u64 flags; /* the lowest bits are those of the entry (IOSQE_*) */
	struct io_cqe cqe;
	struct io_ring_ctx *ctx;
	void *async_data;
};
struct io_uring_cqe {
	u64 user_data;
	s32 res;
};
struct filename {
	const char *name;
};
struct open_how {
	u64 flags, mode, resolve;
};
struct io_open {
	int dfd;
	u32 file_slot;
	struct filename *filename;
	struct open_how how;
};
struct kiocb {
	s64 ki_pos;
};
struct io_rw {
	struct kiocb kiocb;
	u64 addr;
	u32 len;
};
struct msghdr {
	void *msg_name;
	int msg_namelen;
};
struct io_async_msghdr {
	struct msghdr msg;
};
struct io_sr_msg {
	void *buf; /* shares its place with umsg */
	int len;
	u32 msg_flags;
	u16 flags;
};
struct io_sr_msg___old {
	void *addr; /* 6.0 to 6.12 */
	u16 addr_len; /* an int at first; the low half, which comes first, says it all */
};
struct io_accept {
	int flags, iou_flags;
	u32 file_slot;
};
struct io_connect {
	void *addr;
	int addr_len;
};
struct io_socket {
	int domain, type, protocol;
	u32 file_slot;
};
struct io_shutdown {
	int how;
};
struct io_rename {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
	int flags;
};
struct io_unlink {
	int dfd, flags;
	struct filename *filename;
};
struct io_mkdir {
	int dfd;
	u16 mode;
	struct filename *filename;
};
struct io_link {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
	int flags;
};
struct io_close {
	int fd;
	u32 file_slot;
};
struct io_listen {
	int backlog;
};

#pragma clang attribute pop

#endif
