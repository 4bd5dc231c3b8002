/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read_sock.h: sockets: from an fd to the kernel's sock, and the parameters that
 * are made of one: addresses, tuples, what a message carried.  The larger pieces
 * are global functions of net.bpf.c, which the verifier looks at once a program
 * and not once a call; they are given numbers and append to the record at hand.
 *
 * Layouts of what programs hand to the kernel are its uapi (linux/socket.h,
 * linux/un.h, linux/in.h, linux/in6.h); a 32-bit program's have 32-bit pointers.
 */
#ifndef RTSEC_BPF_READ_SOCK_H
#define RTSEC_BPF_READ_SOCK_H

#include "emit.h"
#include "read_fd.h"

#define SOCK_AF_UNIX 1
#define SOCK_AF_INET 2
#define SOCK_AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_NONBLOCK 04000 /* in the type, and in accept4's flags */
#define SOCK_CLOEXEC 02000000

#define SOCK_NAME_MAX 108u /* of sun_path */
#define SOCK_CONTROL_MAX 4096u /* bytes kept of control messages */

#define SOCK_S_IFMT 0170000
#define SOCK_S_IFSOCK 0140000

enum sock_flag {
	SOCK_INBOUND = 1u << 0, /* accept, recv*: the far end is the source */
	SOCK_COMPAT = 1u << 1, /* user memory is laid out as 32-bit programs do */
	SOCK_KERNEL_NAME = 1u << 2, /* the address given lies in kernel memory */
};

/*
 * Message header as the call's end finds it: lengths are results for recv*.  It is
 * struct msghdr itself; the 32-bit one is read into its front and spread out in
 * place, since two of them are too much for the stack.
 */
struct sock_msg {
	__u64 name; /* 0: none was given */
	__u32 name_len;
	__u32 done; /* padding there; of one of many messages: its own result */
	__u64 iov;
	__u64 iov_cnt;
	__u64 control;
	__u64 control_len;
};

#define SOCK_MSG_COMPAT 24u /* as many 32-bit words, without the padding */

#define SOCK_MMSG_NATIVE 64u /* struct mmsghdr: msghdr 56, result, padding */
#define SOCK_MMSG_COMPAT 32u

static __always_inline __u32 sock_type(struct sock *sk)
{
	__u16 type = 0;

	bpf_core_read(&type, sizeof(type), &sk->sk_type);
	return type;
}

static __always_inline bool read_user_msg(struct sock_msg *msg, __u64 from, bool compat)
{
	if (bpf_probe_read_user(msg, compat ? SOCK_MSG_COMPAT : sizeof(*msg), (void *)from))
		return false;
	if (compat) {
		const __u32 *words = (const __u32 *)msg;
		__u32 name_len = words[1], iov = words[2];

		msg->control_len = words[5];
		msg->control = words[4];
		msg->iov_cnt = words[3];
		msg->iov = iov;
		msg->name_len = name_len;
		msg->name = words[0];
	}
	/* The kernel takes a name of no length for none. */
	if (!msg->name_len)
		msg->name = 0;
	return true;
}

/* --- global functions, in net.bpf.c ------------------------------------------------------ */

/* The struct sock of an fd of the current task, of an open file; 0: it is no socket. */
__u64 net_sock_of_fd(__u32 fd);
__u64 net_sock_of_file(__u64 file);

/*
 * Appends a SOCKTUPLE, or nothing when an end is not known.  name, if not 0, is
 * the address that a datagram was sent to or came from and goes before the
 * connected one; name_len its length; flags: enum sock_flag.
 */
int net_put_tuple(__u64 sk, __u64 name, __u32 name_len, __u32 flags);

/* Appends a SOCKADDR: the local end of sk if that is not 0, else the address given. */
int net_put_addr(__u64 sk, __u64 name, __u32 name_len, __u32 flags);

/* Appends control messages, in the native layout whatever the program's is. */
int net_put_control(__u64 control, __u64 len, __u32 flags);

static __always_inline struct sock *read_sock_of_fd(__u64 fd)
{
	return (struct sock *)net_sock_of_fd(fd);
}

/* --- parameters made by them ------------------------------------------------------------- */

static __always_inline void emit_tuple(struct emit *e, struct sock *sk, __u64 name, __u32 name_len,
				       __u32 flags)
{
	__u64 begin;

	emit_sync(e);
	begin = emit_open_param(e);
	net_put_tuple((__u64)sk, name, name_len, flags);
	emit_reload(e);
	emit_close_param(e, begin);
}

static __always_inline void emit_addr(struct emit *e, struct sock *sk, __u64 name, __u32 name_len,
				      __u32 flags)
{
	__u64 begin;

	emit_sync(e);
	begin = emit_open_param(e);
	net_put_addr((__u64)sk, name, name_len, flags);
	emit_reload(e);
	emit_close_param(e, begin);
}

static __always_inline void emit_control(struct emit *e, const struct sock_msg *msg, __u32 flags)
{
	__u64 begin;

	emit_sync(e);
	begin = emit_open_param(e);
	net_put_control(msg->control, msg->control_len, flags);
	emit_reload(e);
	emit_close_param(e, begin);
}

#endif
