/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter.bpf.c: all open files of all processes, for the opening snapshot: one
 * struct wire_fd a file, written to whoever reads the iterator.  What the text
 * of a link says comes from the same kernel code as in /proc.  The kernel shows
 * a shared table once, at its main thread or, when that ended, at each other.
 */
#include "maps.h"

#define ITER_S_IFMT 0170000
#define ITER_S_IFSOCK 0140000
#define ITER_O_CLOEXEC 02000000
#define ITER_AF_UNIX 1
#define ITER_AF_INET 2
#define ITER_AF_INET6 10

/* One program run at a time: the iterator is read by one reader. */
static struct {
	struct wire_fd fd;
	char name[WIRE_FD_NAME_MAX];
} record;

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
	    bpf_probe_read_kernel(record.name, len, (void *)&addr->name[0].sun_path))
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
	inode = file->f_inode;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	vfsmount = BPF_CORE_READ(file, f_path.mnt);
	private = file->private_data;
	if (!inode || !dentry)
		return 0;
	__builtin_memset(out, 0, sizeof(*out));
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
	bpf_seq_write(seq, &record, sizeof(*out) + len);
	return 0;
}
