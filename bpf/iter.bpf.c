/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter.bpf.c: all threads and all open files of all processes, for the opening
 * snapshot: one struct wire_task a thread or wire_fd a file, written to whoever
 * reads the iterator.  What the text of a file's link says comes from the same
 * kernel code as in /proc.  The kernel shows a shared table once, at its main
 * thread or, when that ended, at each other.
 */
#include "read_file.h"
#include "read_task.h"

#define ITER_S_IFMT 0170000
#define ITER_S_IFSOCK 0140000
#define ITER_O_CLOEXEC 02000000
#define ITER_AF_UNIX 1
#define ITER_AF_INET 2
#define ITER_AF_INET6 10

/* include/linux/sched.h */
#define ITER_PF_KTHREAD 0x00200000

/* One program runs at a time: the iterators are read one after the other, by one reader. */
static struct {
	struct wire_fd fd;
	char name[WIRE_FD_NAME_MAX];
} record;
static struct wire_task task_record;

/* --- open files ---------------------------------------------------------------- */

static __always_inline bool is_cloexec(struct task_struct *task, __u32 fd)
{
	unsigned long *bits = BPF_CORE_READ(task, files, fdt, close_on_exec);
	unsigned long word = 0;

	if (bits)
		bpf_probe_read_kernel(&word, sizeof(word), bits + fd / 64);
	return word >> (fd % 64) & 1;
}

static __always_inline void read_inet(struct wire_fd *out, struct sock *sk)
{
	struct sock_common *ends = &sk->__sk_common;

	out->sport = BPF_CORE_READ(ends, skc_num);
	out->dport = __builtin_bswap16(BPF_CORE_READ(ends, skc_dport));
	if (out->family == ITER_AF_INET) {
		BPF_CORE_READ_INTO((__u32 *)out->sip, ends, skc_rcv_saddr);
		BPF_CORE_READ_INTO((__u32 *)out->dip, ends, skc_daddr);
	} else {
		BPF_CORE_READ_INTO((struct in6_addr *)out->sip, ends, skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)out->dip, ends, skc_v6_daddr);
	}
}

/* Gives the length of the name. */
static __always_inline __u32 read_unix(struct wire_fd *out, struct sock *sk)
{
	struct unix_sock *un = (struct unix_sock *)sk;
	struct unix_address *addr = BPF_CORE_READ(un, addr);
	__u32 len;

	out->unix_source = (__u64)sk;
	out->unix_peer = (__u64)BPF_CORE_READ(un, peer);
	if (!addr)
		return 0;
	/* A path that fills all of sun_path has its NUL behind it. */
	len = BPF_CORE_READ(addr, len) - offsetof(struct sockaddr_un, sun_path);
	if (!len || len > sizeof(addr->name[0].sun_path) + 1 ||
	    bpf_probe_read_kernel(record.name, mask_index(len, 127),
				  (void *)&addr->name[0].sun_path))
		return 0;
	return len;
}

static __always_inline __u32 read_socket(struct wire_fd *out, struct socket *socket)
{
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (!sk)
		return 0;
	out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	out->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	out->type = BPF_CORE_READ(sk, sk_type);
	out->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (out->family == ITER_AF_INET || out->family == ITER_AF_INET6)
		read_inet(out, sk);
	else if (out->family == ITER_AF_UNIX)
		return read_unix(out, sk);
	return 0;
}

SEC("iter/task_file")
int list_fds(struct bpf_iter__task_file *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct wire_fd *out = &record.fd;
	struct vfsmount *vfsmount;
	struct dentry *dentry;
	struct inode *inode;
	void *private;
	__u64 len = 0;

	if (!task || !file || task->tgid == settings.self_tgid)
		return 0;
	/* A thread with a table of its own beside that of its process. */
	if (task->pid != task->tgid && task->group_leader->files)
		return 0;
	inode = file->f_inode;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	vfsmount = BPF_CORE_READ(file, f_path.mnt);
	private = file->private_data;
	if (!inode || !dentry)
		return 0;
	__builtin_memset(out, 0, sizeof(*out));
	out->seen_ns = bpf_ktime_get_boot_ns();
	out->tgid = task->tgid;
	out->tid = task->pid;
	out->fd = ctx->fd;
	out->flags = file->f_flags & ~ITER_O_CLOEXEC;
	if (is_cloexec(task, ctx->fd))
		out->flags |= ITER_O_CLOEXEC;
	out->ino = inode->i_ino;
	out->mode = inode->i_mode;
	out->nlink = inode->i_nlink;
	out->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	out->mnt_id = BPF_CORE_READ(
		(struct mount *)((void *)vfsmount - bpf_core_field_offset(struct mount, mnt)),
		mnt_id);
	/* No longer in the table of names; the root of a mount never is. */
	out->is_unlinked = !BPF_CORE_READ(dentry, d_hash.pprev) &&
			   (BPF_CORE_READ(dentry, d_parent) != dentry ||
			    BPF_CORE_READ(vfsmount, mnt_root) != dentry);
	/* A socket's file opened with O_PATH has a path and no socket. */
	if ((out->mode & ITER_S_IFMT) == ITER_S_IFSOCK && private) {
		len = read_socket(out, private);
	} else {
		long ret = bpf_d_path(&file->f_path, record.name, sizeof(record.name));

		/* The length counts the NUL. */
		if (ret > 0)
			len = ret - 1;
	}
	if (len > WIRE_FD_NAME_MAX - 8)
		len = WIRE_FD_NAME_MAX - 8;
	out->name_len = len;
	len = (len + 7) & ~7ul;
	out->size = sizeof(*out) + len;
	bpf_seq_write(seq, &record, sizeof(*out) + mask_index(len, WIRE_FD_NAME_MAX - 8));
	return 0;
}

/* --- threads -------------------------------------------------------------------- */

static __always_inline void read_place(struct wire_place *out, const struct path *path)
{
	struct dentry *dentry = path->dentry;

	out->dentry = (__u64)dentry;
	out->mnt = (__u64)path->mnt;
	if (dentry && BPF_CORE_READ(path->mnt, mnt_root) != dentry)
		bpf_probe_read_kernel_str(out->name, sizeof(out->name),
					  BPF_CORE_READ(dentry, d_name.name));
}

static __always_inline void read_ids(struct wire_task *out, struct task_struct *task)
{
	struct pid *group = task_pid_struct(task, TASK_PGID);

	out->tid = BPF_CORE_READ(task, pid);
	out->pid = BPF_CORE_READ(task, tgid);
	out->ppid = BPF_CORE_READ(task, real_parent, tgid);
	out->vtid = task_inner_nr(task_pid_struct(task, TASK_PID));
	out->vpid = task_inner_nr(task_pid_struct(task, TASK_TGID));
	out->vpgid = task_inner_nr(group);
	out->pgid = task_outer_nr(group);
	out->sid = task_inner_nr(task_pid_struct(task, TASK_SID));
	out->pidns_born_ns = task_pid_ns_start(task);
}

static __always_inline void read_rights(struct wire_task *out, struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);

	out->uid = BPF_CORE_READ(cred, euid.val);
	out->gid = BPF_CORE_READ(cred, egid.val);
	out->userns = BPF_CORE_READ(cred, user_ns, ns.inum);
	out->cap_inheritable = TASK_CAP(cred, cap_inheritable);
	out->cap_permitted = TASK_CAP(cred, cap_permitted);
	out->cap_effective = TASK_CAP(cred, cap_effective);
	out->loginuid = task_loginuid(task);
}

static __always_inline void read_program(struct wire_task *out, struct mm_struct *mm)
{
	struct file *file = BPF_CORE_READ(mm, exe_file);
	struct inode *inode;
	struct path path = {};

	out->vmsize_kb = BPF_CORE_READ(mm, total_vm) * TASK_PAGE_KB;
	out->vmrss_kb = (task_pages(mm, TASK_MM_FILEPAGES) + task_pages(mm, TASK_MM_ANONPAGES) +
			 task_pages(mm, TASK_MM_SHMEMPAGES)) *
			TASK_PAGE_KB;
	out->vmswap_kb = task_pages(mm, TASK_MM_SWAPENTS) * TASK_PAGE_KB;
	out->args_begin = BPF_CORE_READ(mm, arg_start);
	out->args_end = BPF_CORE_READ(mm, arg_end);
	out->env_begin = BPF_CORE_READ(mm, env_start);
	out->env_end = BPF_CORE_READ(mm, env_end);
	if (!file)
		return;
	inode = file_inode(file);
	out->exe_ino = BPF_CORE_READ(inode, i_ino);
	out->exe_ctime_ns = file_ctime_ns(inode);
	out->exe_mtime_ns = file_mtime_ns(inode);
	out->exe_uid = BPF_CORE_READ(inode, i_uid.val);
	out->exe_gid = BPF_CORE_READ(inode, i_gid.val);
	out->exe_mode = BPF_CORE_READ(inode, i_mode);
	out->exe_flags = file_exe_flags(file);
	bpf_core_read(&path, sizeof(path), &file->f_path);
	read_place(&out->exe, &path);
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct wire_task *out = &task_record;
	struct path path = {};
	struct fs_struct *fs;
	struct mm_struct *mm;

	if (!task)
		return 0;
	__builtin_memset(out, 0, sizeof(*out));
	out->seen_ns = bpf_ktime_get_boot_ns();
	out->born_ns = BPF_CORE_READ(task, start_boottime);
	out->process_born_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	read_ids(out, task);
	read_rights(out, task);
	out->tty = task_tty(task);
	out->pfmajor = BPF_CORE_READ(task, maj_flt);
	out->pfminor = BPF_CORE_READ(task, min_flt);
	out->fdlimit = BPF_CORE_READ(task, signal, rlim[TASK_RLIMIT_NOFILE].rlim_cur);
	out->css_set = (__u64)BPF_CORE_READ(task, cgroups);
	bpf_probe_read_kernel(out->comm, sizeof(out->comm),
			      (void *)task + bpf_core_field_offset(struct task_struct, comm));
	if (BPF_CORE_READ(task, flags) & ITER_PF_KTHREAD)
		out->flags |= WIRE_TASK_KERNEL;
	if (BPF_CORE_READ(task, exit_state))
		out->flags |= WIRE_TASK_ENDED;
	fs = BPF_CORE_READ(task, fs);
	if (fs) {
		bpf_core_read(&path, sizeof(path), &fs->pwd);
		read_place(&out->cwd, &path);
		bpf_core_read(&path, sizeof(path), &fs->root);
		read_place(&out->root, &path);
	}
	mm = BPF_CORE_READ(task, mm);
	if (mm && !(out->flags & WIRE_TASK_KERNEL))
		read_program(out, mm);
	bpf_seq_write(ctx->meta->seq, out, sizeof(*out));
	return 0;
}
