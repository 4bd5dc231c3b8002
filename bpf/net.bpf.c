/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.bpf.c: the socket calls.  Addresses come from the sock, which no program can
 * rewrite behind our back, wherever the kernel keeps them: both ends of what is
 * connected, the local end of what is bound.  Only where a datagram goes to or
 * came from is read from user memory, and then checked for family and length as
 * the kernel does: one that is short or of another family gives no address.
 */
#include "demux.h"
#include "emit.h"
#include "params.h"
#include "read_iov.h"
#include "read_sock.h"

__noinline __u64 net_sock_of_file(__u64 file_number)
{
	struct file *file = (struct file *)file_number;
	struct socket *socket = NULL;
	struct inode *inode = NULL;
	struct file *owner = NULL;
	struct sock *sk = NULL;
	__u16 mode = 0;

	if (!file)
		return 0;
	bpf_core_read(&inode, sizeof(inode), &file->f_inode);
	bpf_core_read(&mode, sizeof(mode), &inode->i_mode);
	if ((mode & SOCK_S_IFMT) != SOCK_S_IFSOCK)
		return 0;
	bpf_core_read(&socket, sizeof(socket), &file->private_data);
	if (!socket)
		return 0;
	/* The inode of a name in the file system, opened by O_PATH, is of that kind too. */
	bpf_core_read(&owner, sizeof(owner), &socket->file);
	if (owner != file)
		return 0;
	bpf_core_read(&sk, sizeof(sk), &socket->sk);
	return (__u64)sk;
}

__noinline __u64 net_sock_of_fd(__u32 fd)
{
	return net_sock_of_file((__u64)read_file_of_fd(fd));
}

/* --- addresses --------------------------------------------------------------------------- */

/* What both internet families begin with; the address of IPv6 comes behind it. */
struct inet_name {
	__u16 family;
	__u16 port;
	__u32 addr; /* IPv6: the flow */
};

#define INET_NAME_MIN 16u /* sizeof(struct sockaddr_in) */
#define INET6_NAME_MIN 24u /* SIN6_LEN_RFC2133: without the scope */
#define V4_MAPPED 0xffff0000u /* third word of ::ffff:a.b.c.d, network order */

static __always_inline bool read_name(void *to, __u32 size, __u64 name, __u32 flags)
{
	if (flags & SOCK_KERNEL_NAME)
		return !bpf_probe_read_kernel(to, size, (void *)name);
	return !bpf_probe_read_user(to, size, (void *)name);
}

/* Both in the sockaddr's own byte order. Ports of raw sockets are protocol numbers, not ports. */
struct ends {
	__u32 local[4];
	__u32 remote[4];
	__u16 local_port;
	__u16 remote_port;
};

static __always_inline bool is_zero(const __u32 addr[4])
{
	return !(addr[0] | addr[1] | addr[2] | addr[3]);
}

static __always_inline bool is_mapped(const __u32 addr[4])
{
	return !(addr[0] | addr[1] | (addr[2] ^ V4_MAPPED));
}

static __always_inline void read_local4(struct ends *ends, struct inet_sock *inet, __u32 type)
{
	bpf_core_read(&ends->local[0], 4, &inet->inet_saddr);
	if (!ends->local[0])
		bpf_core_read(&ends->local[0], 4, &inet->sk.__sk_common.skc_rcv_saddr);
	if (type != SOCK_RAW)
		bpf_core_read(&ends->local_port, 2, &inet->inet_sport);
}

static __always_inline void read_local6(struct ends *ends, struct inet_sock *inet, __u32 type)
{
	struct ipv6_pinfo *ipv6 = NULL;

	if (bpf_core_field_exists(inet->pinet6))
		bpf_core_read(&ipv6, sizeof(ipv6), &inet->pinet6);
	if (ipv6)
		bpf_core_read(ends->local, 16, &ipv6->saddr);
	if (is_zero(ends->local))
		bpf_core_read(ends->local, 16, &inet->sk.__sk_common.skc_v6_rcv_saddr);
	if (type != SOCK_RAW)
		bpf_core_read(&ends->local_port, 2, &inet->inet_sport);
}

/*
 * The far end.  A stream has the one it is connected to whatever address the call
 * names; for anything else the address named wins.  false: not known.
 */
static __always_inline bool read_remote4(struct ends *ends, struct sock *sk, __u32 type, __u64 name,
					 __u32 name_len, __u32 flags)
{
	struct inet_name user;

	if (name && type != SOCK_STREAM) {
		if (name_len < INET_NAME_MIN || !read_name(&user, sizeof(user), name, flags))
			return false;
		/* The kernel lets a destination pass without a family. */
		if (user.family != SOCK_AF_INET && (user.family || flags & SOCK_INBOUND))
			return false;
		ends->remote[0] = user.addr;
		ends->remote_port = user.port;
	} else {
		bpf_core_read(&ends->remote[0], 4, &sk->__sk_common.skc_daddr);
		bpf_core_read(&ends->remote_port, 2, &sk->__sk_common.skc_dport);
	}
	if (type == SOCK_RAW)
		ends->remote_port = 0;
	return ends->remote[0] || ends->remote_port;
}

static __always_inline bool read_remote6(struct ends *ends, struct sock *sk, __u32 type, __u64 name,
					 __u32 name_len, __u32 flags)
{
	struct inet_name user = {};

	if (name && type != SOCK_STREAM) {
		if (name_len < INET_NAME_MIN || !read_name(&user, sizeof(user), name, flags))
			return false;
		/* Without a family a destination is as good as none. */
		if (!user.family && !(flags & SOCK_INBOUND))
			name = 0;
	} else {
		name = 0;
	}
	ends->remote_port = user.port;
	if (!name) {
		bpf_core_read(ends->remote, 16, &sk->__sk_common.skc_v6_daddr);
		bpf_core_read(&ends->remote_port, 2, &sk->__sk_common.skc_dport);
	} else if (user.family == SOCK_AF_INET6) {
		if (name_len < INET6_NAME_MIN ||
		    !read_name(ends->remote, 16, name + sizeof(user), flags))
			return false;
	} else if (user.family == SOCK_AF_INET) {
		/* IPv4 through an IPv6 socket */
		ends->remote[2] = V4_MAPPED;
		ends->remote[3] = user.addr;
	} else {
		return false;
	}
	if (type == SOCK_RAW)
		ends->remote_port = 0;
	return !is_zero(ends->remote) || ends->remote_port;
}

static __always_inline void put_end4(struct emit *e, __u32 addr, __u16 port)
{
	*(__u32 *)(e->rec + e->pos) = addr;
	*(__u16 *)(e->rec + e->pos + 4) = __builtin_bswap16(port);
	e->pos += 6;
}

static __always_inline void put_end6(struct emit *e, const __u32 addr[4], __u16 port)
{
	__builtin_memcpy(e->rec + e->pos, addr, 16);
	*(__u16 *)(e->rec + e->pos + 16) = __builtin_bswap16(port);
	e->pos += 18;
}

static __always_inline void put_u8(struct emit *e, __u8 value)
{
	*(e->rec + e->pos) = value;
	e->pos++;
}

/* The last words of 14 cover 112 bytes: the longest name and the byte after it. */
#define NAME_WORDS 14

/*
 * Appends a path of len bytes with its NUL: '@' for each NUL of an abstract name,
 * as /proc/net/unix writes them; a path in the file system ends at its NUL or at len.
 */
__noinline int net_put_path(__u64 path, __u64 len, __u32 kernel)
{
	struct emit e;
	__u8 *to;
	long ret;
	int i;

	if (!emit_resume(&e, 0))
		return 0;
	to = e.rec + e.pos;
	if (len > SOCK_NAME_MAX)
		len = SOCK_NAME_MAX;
	if (kernel)
		ret = bpf_probe_read_kernel(to, len, (void *)path);
	else
		ret = bpf_probe_read_user(to, len, (void *)path);
	if (ret)
		len = 0;
	to[len] = '\0';
	if (len && !*to) {
		for (i = 0; i < NAME_WORDS; i++) {
			__u64 word = *(__u64 *)(to + 8 * i);
			__u64 low = 0x7f7f7f7f7f7f7f7fULL;

			/* 0x80 in the bytes that are 0, half of which is '@' */
			word |= ~(((word & low) + low) | word | low) >> 1;
			*(__u64 *)(to + 8 * i) = word;
		}
		to[len] = '\0';
		e.ring->pos = e.pos + len + 1;
		return 0;
	}
	ret = bpf_probe_read_kernel_str(to, len + 1, to);
	if (ret < 1 || ret > SOCK_NAME_MAX + 1)
		ret = 1;
	e.ring->pos = e.pos + ret;
	return 0;
}

static __always_inline void put_path(struct emit *e, __u64 path, __u64 len, bool kernel)
{
	emit_sync(e);
	net_put_path(path, len, kernel);
	emit_reload(e);
}

/* The name a unix socket is bound to: where it lies and how long it is; 0 none. */
static __always_inline __u64 read_unix_path(struct unix_sock *unix, __u64 *path)
{
	struct unix_address *addr = NULL;
	int len = 0;

	if (!unix)
		return 0;
	bpf_core_read(&addr, sizeof(addr), &unix->addr);
	if (!addr)
		return 0;
	bpf_core_read(&len, sizeof(len), &addr->len);
	*path = (__u64)&addr->name[0].sun_path;
	return len > 2 ? len - 2 : 0;
}

static __always_inline void put_unix_tuple(struct emit *e, struct sock *sk, __u32 type, __u64 name,
					   __u32 name_len, __u32 flags)
{
	struct unix_sock *local = (struct unix_sock *)sk, *peer = NULL;
	__u64 path = 0, len, far_path = 0, far_len;
	bool kernel = true;

	bpf_core_read(&peer, sizeof(peer), &local->peer);
	len = read_unix_path(local, &path);
	if (name && type != SOCK_STREAM && type != SOCK_SEQPACKET) {
		__u16 family = 0;

		if (name_len <= 2 || !read_name(&family, sizeof(family), name, flags) ||
		    family != SOCK_AF_UNIX) {
			/* A sender without a name has no address, and that is no fault. */
			if (!(flags & SOCK_INBOUND))
				return;
			far_len = 0;
		} else {
			kernel = flags & SOCK_KERNEL_NAME;
			far_path = name + 2;
			far_len = name_len - 2;
			if (!(flags & SOCK_INBOUND))
				peer = NULL; /* not where this one goes to */
		}
	} else {
		if (!peer && !(flags & SOCK_INBOUND))
			return;
		far_len = read_unix_path((struct unix_sock *)peer, &far_path);
	}
	put_u8(e, SOCK_AF_UNIX);
	*(__u64 *)(e->rec + e->pos) = flags & SOCK_INBOUND ? (__u64)sk : (__u64)peer;
	*(__u64 *)(e->rec + e->pos + 8) = flags & SOCK_INBOUND ? (__u64)peer : (__u64)sk;
	e->pos += 16;
	/* The path of the end that receives; if that has none, of the other. */
	if (flags & SOCK_INBOUND ? !len : far_len != 0) {
		path = far_path;
		len = far_len;
	} else {
		kernel = true;
	}
	put_path(e, path, len, kernel);
}

__noinline int net_put_tuple(__u64 sk_number, __u64 name, __u32 name_len, __u32 flags)
{
	struct sock *sk = (struct sock *)sk_number;
	struct ends ends = {};
	__u16 family = 0;
	struct emit e;
	__u32 type;

	if (!sk || !emit_resume(&e, 0))
		return 0;
	type = sock_type(sk);
	bpf_core_read(&family, sizeof(family), &sk->__sk_common.skc_family);
	if (family == SOCK_AF_INET) {
		if (!read_remote4(&ends, sk, type, name, name_len, flags))
			return 0;
		read_local4(&ends, (struct inet_sock *)sk, type);
		put_u8(&e, SOCK_AF_INET);
		if (flags & SOCK_INBOUND)
			put_end4(&e, ends.remote[0], ends.remote_port);
		put_end4(&e, ends.local[0], ends.local_port);
		if (!(flags & SOCK_INBOUND))
			put_end4(&e, ends.remote[0], ends.remote_port);
	} else if (family == SOCK_AF_INET6) {
		if (!read_remote6(&ends, sk, type, name, name_len, flags))
			return 0;
		read_local6(&ends, (struct inet_sock *)sk, type);
		/* Not bound to an address, but this packet goes by IPv4: so does its end here. */
		if (is_mapped(ends.remote) && is_zero(ends.local)) {
			ends.local[2] = V4_MAPPED;
			bpf_core_read(&ends.local[3], 4, &((struct inet_sock *)sk)->inet_saddr);
		}
		put_u8(&e, SOCK_AF_INET6);
		if (flags & SOCK_INBOUND)
			put_end6(&e, ends.remote, ends.remote_port);
		put_end6(&e, ends.local, ends.local_port);
		if (!(flags & SOCK_INBOUND))
			put_end6(&e, ends.remote, ends.remote_port);
	} else if (family == SOCK_AF_UNIX) {
		put_unix_tuple(&e, sk, type, name, name_len, flags);
	}
	e.ring->pos = e.pos;
	return 0;
}

static __always_inline void put_local(struct emit *e, struct sock *sk)
{
	struct ends ends = {};
	__u16 family = 0;
	__u64 path = 0;
	__u64 len;

	bpf_core_read(&family, sizeof(family), &sk->__sk_common.skc_family);
	if (family == SOCK_AF_INET) {
		read_local4(&ends, (struct inet_sock *)sk, sock_type(sk));
		put_u8(e, SOCK_AF_INET);
		put_end4(e, ends.local[0], ends.local_port);
	} else if (family == SOCK_AF_INET6) {
		read_local6(&ends, (struct inet_sock *)sk, sock_type(sk));
		put_u8(e, SOCK_AF_INET6);
		put_end6(e, ends.local, ends.local_port);
	} else if (family == SOCK_AF_UNIX) {
		len = read_unix_path((struct unix_sock *)sk, &path);
		put_u8(e, SOCK_AF_UNIX);
		put_path(e, path, len, true);
	}
}

static __always_inline void put_given(struct emit *e, __u64 name, __u32 name_len, __u32 flags)
{
	struct inet_name user = {};
	__u32 addr[4];

	if (!name || name_len < 2 || !read_name(&user, 2, name, flags))
		return;
	if (user.family == SOCK_AF_UNIX) {
		put_u8(e, SOCK_AF_UNIX);
		put_path(e, name + 2, name_len - 2, flags & SOCK_KERNEL_NAME);
		return;
	}
	if (name_len < INET_NAME_MIN || !read_name(&user, sizeof(user), name, flags))
		return;
	if (user.family == SOCK_AF_INET) {
		put_u8(e, SOCK_AF_INET);
		put_end4(e, user.addr, user.port);
	} else if (user.family == SOCK_AF_INET6) {
		if (name_len < INET6_NAME_MIN || !read_name(addr, 16, name + sizeof(user), flags))
			return;
		put_u8(e, SOCK_AF_INET6);
		put_end6(e, addr, user.port);
	}
}

__noinline int net_put_addr(__u64 sk, __u64 name, __u32 name_len, __u32 flags)
{
	struct emit e;

	if (!emit_resume(&e, 0))
		return 0;
	if (sk)
		put_local(&e, (struct sock *)sk);
	else
		put_given(&e, name, name_len, flags);
	e.ring->pos = e.pos;
	return 0;
}

/* --- messages ---------------------------------------------------------------------------- */

#define CONTROL_COMPAT_MAX 16 /* messages in one buffer of a 32-bit program */

struct control_native {
	__u64 len; /* header and data */
	__s32 level, type;
};
struct control_compat {
	__u32 len;
	__s32 level, type;
};

/*
 * Appends one control message of a 32-bit program in the native layout, so that a
 * reader need not know whose it was.  Gives the length it had there, 0 for none.
 */
__noinline __u64 net_put_control_compat(__u64 control, __u64 left)
{
	struct control_compat from;
	struct control_native *to;
	struct emit e;
	__u64 len;

	if (left < sizeof(from) || !emit_resume(&e, 0) ||
	    bpf_probe_read_user(&from, sizeof(from), (void *)control) || from.len < sizeof(from) ||
	    from.len > left)
		return 0;
	len = from.len - sizeof(from);
	if (len > SOCK_CONTROL_MAX || emit_left(&e) < len + sizeof(*to) + 8)
		return 0;
	to = (struct control_native *)(e.rec + e.pos);
	to->len = len + sizeof(*to);
	to->level = from.level;
	to->type = from.type;
	if (bpf_probe_read_user(to + 1, len, (void *)(control + sizeof(from))))
		return 0;
	*(__u64 *)((__u8 *)(to + 1) + len) = 0;
	e.ring->pos = e.pos + sizeof(*to) + ((len + 7) & ~7ull);
	return (from.len + 3) & ~3ull;
}

__noinline int net_put_control(__u64 control, __u64 len, __u32 flags)
{
	struct emit e;
	int i;

	if (!control || !len || !emit_resume(&e, 0))
		return 0;
	if (len > SOCK_CONTROL_MAX)
		len = SOCK_CONTROL_MAX;
	if (flags & SOCK_COMPAT) {
		for (i = 0; i < CONTROL_COMPAT_MAX; i++) {
			__u64 done = net_put_control_compat(control, len);

			if (!done || done > len)
				break;
			control += done;
			len -= done;
		}
		return 0;
	}
	if (len > emit_left(&e))
		len = emit_left(&e);
	if (len > SOCK_CONTROL_MAX || bpf_probe_read_user(e.rec + e.pos, len, (void *)control))
		return 0;
	e.ring->pos = e.pos + len;
	return 0;
}

/* --- making and naming sockets ----------------------------------------------------------- */

/* As file_flags have them. */
static __always_inline __u32 socket_flags(__u32 type)
{
	return (type & SOCK_NONBLOCK ? 64 : 0) | (type & SOCK_CLOEXEC ? 4096 : 0);
}

static __always_inline void put_socket(struct emit *e)
{
	emit_u32(e, e->ring->arg[0]);
	emit_u32(e, e->ring->arg[1]);
	emit_u32(e, e->ring->arg[2]);
	emit_u32(e, socket_flags(e->ring->arg[1]));
}

static __always_inline void put_socketpair(struct emit *e, long ret)
{
	struct sock *source = NULL, *peer = NULL;
	__s32 fds[2];

	if (!ret && !bpf_probe_read_user(fds, sizeof(fds), (void *)e->ring->arg[3])) {
		emit_int(e, fds[0]);
		emit_int(e, fds[1]);
		source = read_sock_of_fd(fds[0]);
	} else {
		emit_empty(e);
		emit_empty(e);
	}
	emit_sync(e);
	if (source)
		bpf_core_read(&peer, sizeof(peer), &((struct unix_sock *)source)->peer);
	if (source && peer) {
		emit_u64(e, (__u64)source);
		emit_u64(e, (__u64)peer);
	} else {
		emit_empty(e);
		emit_empty(e);
	}
	emit_sync(e);
	emit_u32(e, e->ring->arg[0]);
	emit_u32(e, e->ring->arg[1]);
	emit_u32(e, e->ring->arg[2]);
}

/* What was asked for if it failed; else what the socket got, which may be more: a port, a name. */
static __always_inline void put_bind(struct emit *e, long ret)
{
	struct sock *sk = ret ? NULL : read_sock_of_fd(e->ring->arg[0]);

	emit_addr(e, sk, e->ring->arg[1], e->ring->arg[2], 0);
	emit_int(e, e->ring->arg[0]);
}

#define NET_EALREADY 114
#define NET_EINPROGRESS 115

static __always_inline void put_connect(struct emit *e, long ret)
{
	struct sock *sk = NULL;

	/* A connect that failed leaves odd bits of both ends in the sock. */
	if (!ret || ret == -NET_EINPROGRESS || ret == -NET_EALREADY)
		sk = read_sock_of_fd(e->ring->arg[0]);
	emit_tuple(e, sk, 0, 0, 0);
	emit_int(e, e->ring->arg[0]);
	emit_addr(e, NULL, e->ring->arg[1], e->ring->arg[2], 0);
}

/* The queue is that of the listening socket, whether the call failed or not. */
static __always_inline void put_accept(struct emit *e, long ret, bool has_flags)
{
	struct sock *sk = NULL;
	__u32 len = 0, max = 0;

	if (ret >= 0)
		sk = read_sock_of_fd(ret);
	emit_tuple(e, sk, 0, 0, SOCK_INBOUND);
	sk = read_sock_of_fd(e->ring->arg[0]);
	if (sk) {
		__u64 pct = 0;

		bpf_core_read(&len, sizeof(len), &sk->sk_ack_backlog);
		bpf_core_read(&max, sizeof(max), &sk->sk_max_ack_backlog);
		/* One more than the maximum fits in: the length may pass it. */
		if (max)
			pct = (__u64)len * 100 / max;
		emit_u8(e, pct > 255 ? 255 : pct);
		emit_u32(e, len);
		emit_u32(e, max);
	} else {
		emit_empty(e);
		emit_empty(e);
		emit_empty(e);
	}
	emit_sync(e);
	if (has_flags)
		emit_u32(e, socket_flags(e->ring->arg[3]));
}

/* --- moving data ------------------------------------------------------------------------- */

/* What was sent; when it failed, what was to be sent. */
static __always_inline __u64 sent_len(long ret, __u64 size)
{
	return ret > 0 && (__u64)ret < size ? (__u64)ret : size;
}

#define NET_MSG_TRUNC 0x20u /* the result counts what was there; streams throw it away */

static __always_inline __u64 received_len(long ret, __u64 size, __u32 flags, struct sock *sk)
{
	if (ret <= 0 || (flags & NET_MSG_TRUNC && sk && sock_type(sk) == SOCK_STREAM))
		return 0;
	return (__u64)ret < size ? (__u64)ret : size;
}

/*
 * send, sendto, recv, recvfrom.  The length that comes back with a sender's address
 * is the whole address's, also when the buffer was too short for it: how long that
 * was is not known any more.
 */
static __always_inline void put_buffer(struct emit *e, long ret, __u32 event)
{
	bool inbound = event == WIRE_EVENT_SOCKET_RECV_X || event == WIRE_EVENT_SOCKET_RECVFROM_X;
	struct sock *sk = read_sock_of_fd(e->ring->arg[0]);
	__u64 *arg = e->ring->arg;
	__u64 len = arg[2];
	__u32 name_len = 0;

	if (event == WIRE_EVENT_SOCKET_RECVFROM_X && arg[4]) {
		bpf_probe_read_user(&name_len, sizeof(name_len), (void *)arg[5]);
		arg[5] = name_len;
		if (!name_len)
			arg[4] = 0;
	} else if (event == WIRE_EVENT_SOCKET_SEND_X || event == WIRE_EVENT_SOCKET_RECV_X) {
		arg[4] = 0; /* no address among the arguments */
	}
	if (inbound)
		len = received_len(ret, len, arg[3], sk);
	else
		len = sent_len(ret, len);
	sk = (struct sock *)emit_forget(e, inbound && ret < 0 ? 0 : (__u64)sk);
	emit_user_data(e, (void *)arg[1], emit_forget(e, len));
	if (event == WIRE_EVENT_SOCKET_RECVFROM_X)
		emit_tuple(e, sk, arg[4], arg[5], SOCK_INBOUND);
	emit_int(e, arg[0]);
	emit_u32(e, arg[2]);
	if (event != WIRE_EVENT_SOCKET_RECVFROM_X)
		emit_tuple(e, sk, arg[4], arg[5], inbound ? SOCK_INBOUND : 0);
}

#define MSG_DATA_MAX 56000u /* leaves room for what stands behind, control messages above all */

/* The data of a message; gives the sum of its buffers' lengths, -1 if they cannot be read. */
static __always_inline __s64 emit_msg_data(struct emit *e, const struct sock_msg *msg, __u64 len,
					   bool compat)
{
	__u32 cnt = 0;

	if (msg->iov_cnt) {
		cnt = iov_load(msg->iov, msg->iov_cnt, compat);
		if (!cnt) {
			emit_empty(e);
			emit_sync(e);
			return -1;
		}
	}
	emit_iov_data(e, cnt, emit_forget(e, len < MSG_DATA_MAX ? len : MSG_DATA_MAX));
	return iov_total(cnt);
}

static __always_inline void put_sendmsg(struct emit *e, long ret)
{
	struct sock_msg msg = {};
	struct sock *sk = NULL;
	__s64 size = -1;

	if (read_user_msg(&msg, e->ring->arg[1], e->compat)) {
		sk = read_sock_of_fd(e->ring->arg[0]);
		size = emit_msg_data(e, &msg, sent_len(ret, EMIT_DATA_MAX), e->compat);
	} else {
		emit_empty(e);
	}
	emit_sync(e);
	emit_int(e, e->ring->arg[0]);
	if (size >= 0)
		emit_u32(e, size);
	else
		emit_empty(e);
	emit_tuple(e, sk, msg.name, msg.name_len, 0);
}

static __always_inline void put_recvmsg(struct emit *e, long ret)
{
	struct sock_msg msg = {};
	struct sock *sk = NULL;
	bool ok = false;

	if (ret >= 0) {
		sk = read_sock_of_fd(e->ring->arg[0]);
		ok = read_user_msg(&msg, e->ring->arg[1], e->compat);
		emit_u32(e, ret);
	} else {
		emit_empty(e);
	}
	emit_sync(e);
	if (ok) {
		emit_msg_data(e, &msg, received_len(ret, EMIT_DATA_MAX, e->ring->arg[2], sk),
			      e->compat);
	} else {
		msg.control = 0;
		emit_empty(e);
	}
	emit_tuple(e, ok ? sk : NULL, msg.name, msg.name_len, SOCK_INBOUND);
	emit_control(e, &msg, e->compat ? SOCK_COMPAT : 0);
	emit_int(e, e->ring->arg[0]);
}

/* --- many messages at once: one event each ----------------------------------------------- */

#define MMSG_ROUNDS 32u /* 32 times 32: UIO_MAXIOV, what the kernel takes in one call */

/*
 * One message at entry, a struct mmsghdr.  fd_flags: fd in the high half, enum
 * sock_flag in the low one.
 */
__noinline int net_put_message(__u64 entry, __u64 sk, __u64 fd_flags, __u64 start_ns)
{
	__u32 flags = fd_flags;
	bool compat = flags & SOCK_COMPAT;
	bool inbound = flags & SOCK_INBOUND;
	struct sock_msg msg = {};
	__u64 size_at;
	__s32 done;
	struct emit e;
	__s64 size;

	if (!emit_begin(&e, inbound ? WIRE_EVENT_SOCKET_RECVMMSG_X : WIRE_EVENT_SOCKET_SENDMMSG_X,
			inbound ? 6 : 5))
		return 0;
	e.start_ns = start_ns;
	emit_sync(&e);
	if (!read_user_msg(&msg, entry, compat) ||
	    bpf_probe_read_user(&msg.done, sizeof(msg.done),
				(void *)(entry + (compat ? 28 : 56)))) {
		emit_cancel(&e, WIRE_DROP_OTHER);
		return 0;
	}
	done = msg.done;
	emit_int(&e, done);
	emit_int(&e, fd_flags >> 32);
	size_at = e.pos;
	emit_u32(&e, done);
	size = emit_msg_data(&e, &msg, done > 0 ? done : 0, compat);
	/* Of a message sent the size is what was asked; it stands before the data. */
	if (!inbound && size >= 0)
		*(__u32 *)(e.rec + size_at) = size;
	emit_tuple(&e, (struct sock *)sk, msg.name, msg.name_len, flags);
	if (inbound)
		emit_control(&e, &msg, flags);
	emit_commit(&e);
	return 0;
}

__noinline int net_put_round(__u64 entry, __u64 sk, __u64 fd_flags, __u64 start_ns, __u32 cnt)
{
	__u32 step = fd_flags & SOCK_COMPAT ? SOCK_MMSG_COMPAT : SOCK_MMSG_NATIVE;
	__u32 i;

	for (i = 0; i < MMSG_ROUNDS; i++) {
		if (i >= cnt)
			break;
		net_put_message(entry + i * step, sk, fd_flags, start_ns);
	}
	return 0;
}

__noinline int net_put_all(__u64 entry, __u64 sk, __u64 fd_flags, __u64 start_ns, __u32 cnt)
{
	__u32 step = fd_flags & SOCK_COMPAT ? SOCK_MMSG_COMPAT : SOCK_MMSG_NATIVE;
	__u32 i;

	/* What is live over the call is kept small: the stacks of all functions called add up. */
	for (i = 0; i < MMSG_ROUNDS && cnt; i++) {
		net_put_round(entry, sk, fd_flags, start_ns, cnt);
		entry += MMSG_ROUNDS * step;
		cnt -= cnt < MMSG_ROUNDS ? cnt : MMSG_ROUNDS;
	}
	return 0;
}

/* Gives up the record at hand: each message has its own. */
static __always_inline void put_messages(struct emit *e, long ret, bool inbound)
{
	__u64 flags = (inbound ? SOCK_INBOUND : 0) | (e->compat ? SOCK_COMPAT : 0);
	__u64 fd_flags = e->ring->arg[0] << 32 | flags;
	__u64 sk = (__u64)read_sock_of_fd(e->ring->arg[0]);
	__u64 entry = e->ring->arg[1], start_ns = e->start_ns;

	e->ring->busy = 0;
	net_put_all(entry, sk, fd_flags, start_ns, ret);
}

static __always_inline void put_no_message(struct emit *e, bool inbound)
{
	emit_int(e, e->ring->arg[0]);
	emit_empty(e);
	emit_empty(e);
	emit_empty(e);
	if (inbound)
		emit_empty(e);
}

/* --- options ----------------------------------------------------------------------------- */

#define NET_SOL_SOCKET 1
#define NET_SOL_TCP 6

/* Index of a DYN parameter's type: scap format, "sockopt". */
enum option_type {
	OPTION_BYTES,
	OPTION_ERRNO,
	OPTION_U32,
	OPTION_U64,
	OPTION_TIME, /* struct timeval as wide as the program's words */
	OPTION_TIME64,
};

#define OPTION_CNT 68
#define OPTION_PEERPIDFD 77 /* the format has no number for it */
#define OPTION_TIME_NEW 63 /* from here on times have 64 bits for everybody */

/* By the kernel's number (asm-generic/socket.h): the format's, 0 for none, and the value's type. */
static const struct {
	__u8 code;
	__u8 type;
} options[OPTION_CNT] = {
	[1] = { 1, OPTION_U32 },      [2] = { 2, OPTION_U32 },
	[3] = { 3, OPTION_U32 },      [4] = { 4, OPTION_ERRNO },
	[5] = { 5, OPTION_U32 },      [6] = { 6, OPTION_U32 },
	[7] = { 7, OPTION_U32 },      [8] = { 8, OPTION_U32 },
	[9] = { 9, OPTION_U32 },      [10] = { 10, OPTION_U32 },
	[11] = { 11, OPTION_U32 },    [12] = { 12, OPTION_U32 },
	[13] = { 13, OPTION_BYTES }, /* struct linger */
	[14] = { 14, OPTION_U32 },    [15] = { 15, OPTION_U32 },
	[16] = { 16, OPTION_U32 },    [17] = { 17, OPTION_BYTES }, /* struct ucred */
	[18] = { 18, OPTION_U32 },    [19] = { 19, OPTION_U32 },
	[20] = { 20, OPTION_TIME },   [21] = { 21, OPTION_TIME },
	[22] = { 22, OPTION_U32 },    [23] = { 23, OPTION_U32 },
	[24] = { 24, OPTION_U32 },    [25] = { 25, OPTION_BYTES }, /* name of a device */
	[26] = { 26, OPTION_BYTES }, /* struct sock_fprog */
	[27] = { 27, OPTION_U32 },    [28] = { 28, OPTION_BYTES }, /* address */
	[29] = { 29, OPTION_U32 },    [30] = { 30, OPTION_U32 },
	[31] = { 31, OPTION_BYTES }, /* security label */
	[32] = { 32, OPTION_U32 },    [33] = { 33, OPTION_U32 },
	[34] = { 34, OPTION_U32 },    [35] = { 35, OPTION_U32 },
	[36] = { 36, OPTION_U32 },    [37] = { 37, OPTION_U32 },
	[38] = { 38, OPTION_U32 },    [39] = { 39, OPTION_U32 },
	[40] = { 40, OPTION_U32 },    [41] = { 41, OPTION_U32 },
	[42] = { 42, OPTION_U32 },    [43] = { 43, OPTION_U32 },
	[44] = { 44, OPTION_U32 },    [45] = { 45, OPTION_U32 },
	[46] = { 46, OPTION_U32 },    [47] = { 47, OPTION_U32 },
	[48] = { 48, OPTION_U32 },    [49] = { 49, OPTION_U32 },
	[50] = { 50, OPTION_U32 }, /* fd of a program */
	[55] = { 52, OPTION_BYTES }, /* MEMINFO: array */
	[57] = { 53, OPTION_U64 }, /* COOKIE */
	[59] = { 51, OPTION_BYTES }, /* PEERGROUPS: array */
	[63] = { 29, OPTION_U32 }, /* TIMESTAMP_NEW and so on */
	[64] = { 35, OPTION_U32 },    [65] = { 37, OPTION_U32 },
	[66] = { 20, OPTION_TIME64 }, [67] = { 21, OPTION_TIME64 },
};

/* A struct timeval in ns; false if len is not its length. */
static __always_inline bool read_timeval(__u64 *ns, __u64 value, __u32 len, bool narrow)
{
	__s64 tv[2] = {};
	__s32 *halves = (__s32 *)tv;

	if (len < (narrow ? 8 : 16) || bpf_probe_read_user(tv, narrow ? 8 : 16, (void *)value))
		return false;
	if (narrow) {
		tv[1] = halves[1];
		tv[0] = halves[0];
	}
	*ns = tv[0] * 1000000000 + tv[1] * 1000;
	return true;
}

#define OPTION_BYTES_MAX 4096u

/* Appends a value with its type; raw when it has not the length that its type wants. */
__noinline int net_put_option(__u64 value, __u32 len, __u32 type, __u32 compat)
{
	__u64 number = 0;
	struct emit e;
	__u32 word = 0;
	__u8 *to;

	if (!emit_resume(&e, 0))
		return 0;
	to = e.rec + e.pos;
	if (type == OPTION_TIME || type == OPTION_TIME64) {
		if (read_timeval(&number, value, len, compat && type == OPTION_TIME)) {
			*to = OPTION_TIME;
			*(__u64 *)(to + 1) = number;
			e.ring->pos = e.pos + 9;
			return 0;
		}
	} else if (len == 8 && (type == OPTION_U64 || type == OPTION_U32)) {
		if (!bpf_probe_read_user(&number, 8, (void *)value)) {
			*to = OPTION_U64;
			*(__u64 *)(to + 1) = number;
			e.ring->pos = e.pos + 9;
			return 0;
		}
	} else if (type != OPTION_BYTES && type != OPTION_U64 && len >= 4) {
		if (!bpf_probe_read_user(&word, 4, (void *)value)) {
			*to = type;
			/* The error as a result is: negative. */
			*(__u64 *)(to + 1) = type == OPTION_ERRNO ? -(__u64)word : (__u64)word;
			e.ring->pos = e.pos + (type == OPTION_ERRNO ? 9 : 5);
			return 0;
		}
	}
	if (len > OPTION_BYTES_MAX)
		len = OPTION_BYTES_MAX;
	/* Nothing could be read: no value at all, rather than an empty one. */
	if (!len || bpf_probe_read_user(to + 1, len, (void *)value))
		return 0;
	*to = OPTION_BYTES;
	e.ring->pos = e.pos + len + 1;
	return 0;
}

/* setsockopt, and getsockopt, whose length is the result's and behind a pointer. */
static __always_inline void put_option(struct emit *e, long ret, bool is_get)
{
	__s32 level = e->ring->arg[1];
	__u64 option = (__u32)e->ring->arg[2], begin;
	__u32 code = 0, type = OPTION_BYTES;
	__s32 len = e->ring->arg[4];
	bool known = true;

	if (is_get)
		known = !bpf_probe_read_user(&len, sizeof(len), (void *)e->ring->arg[4]);
	if (level == NET_SOL_SOCKET && option < OPTION_CNT) {
		code = ((const volatile __u8 *)options)[2 * option];
		type = ((const volatile __u8 *)options)[2 * option + 1];
	}
	if (is_get && level == NET_SOL_SOCKET && option == OPTION_PEERPIDFD && !ret)
		e->flags |= WIRE_RECORD_PIDFD;
	emit_int(e, e->ring->arg[0]);
	emit_u8(e, level == NET_SOL_SOCKET ? 1 : level == NET_SOL_TCP ? 2 : 0);
	emit_u8(e, code);
	emit_sync(e);
	begin = emit_open_param(e);
	/* A getsockopt that failed has written nothing. */
	if (known && len > 0 && (!is_get || ret >= 0))
		net_put_option(e->ring->arg[3], len, type, e->compat);
	emit_reload(e);
	emit_close_param(e, begin);
	if (known)
		emit_u32(e, len);
	else
		emit_empty(e);
}

/* --- the program ------------------------------------------------------------------------- */

/* One program for all, since what they share is then verified once: it is most of their size. */
EXIT_PROG(net)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct emit e;
	__u32 event;

	if (!call)
		return 0;
	event = call->event;
	if (!emit_begin_call(&e, regs, event, params_cnt(event)))
		return 0;
	demux_args(&e, regs);
	emit_sync(&e);
	/* The format has no parameters for these two. */
	if (event == WIRE_EVENT_SOCKET_GETSOCKNAME_X || event == WIRE_EVENT_SOCKET_GETPEERNAME_X)
		goto commit;
	if (ret > 0 &&
	    (event == WIRE_EVENT_SOCKET_SENDMMSG_X || event == WIRE_EVENT_SOCKET_RECVMMSG_X)) {
		put_messages(&e, ret, event == WIRE_EVENT_SOCKET_RECVMMSG_X);
		return 0;
	}
	emit_s64(&e, ret);
	switch (event) {
	case WIRE_EVENT_SOCKET_SOCKET_X:
		put_socket(&e);
		break;
	case WIRE_EVENT_SOCKET_SOCKETPAIR_X:
		put_socketpair(&e, ret);
		break;
	case WIRE_EVENT_SOCKET_BIND_X:
		put_bind(&e, ret);
		break;
	case WIRE_EVENT_SOCKET_CONNECT_X:
		put_connect(&e, ret);
		break;
	case WIRE_EVENT_SOCKET_ACCEPT_5_X:
	case WIRE_EVENT_SOCKET_ACCEPT4_6_X:
		put_accept(&e, ret, event == WIRE_EVENT_SOCKET_ACCEPT4_6_X);
		break;
	case WIRE_EVENT_SOCKET_SHUTDOWN_X: {
		__u32 how = e.ring->arg[1];

		emit_int(&e, e.ring->arg[0]);
		emit_u8(&e, how < 3 ? how : 3); /* RD, WR, RDWR, unknown */
		break;
	}
	case WIRE_EVENT_SOCKET_SENDMSG_X:
		put_sendmsg(&e, ret);
		break;
	case WIRE_EVENT_SOCKET_RECVMSG_X:
		put_recvmsg(&e, ret);
		break;
	case WIRE_EVENT_SOCKET_SENDMMSG_X:
	case WIRE_EVENT_SOCKET_RECVMMSG_X:
		put_no_message(&e, event == WIRE_EVENT_SOCKET_RECVMMSG_X);
		break;
	case WIRE_EVENT_SOCKET_SETSOCKOPT_X:
	case WIRE_EVENT_SOCKET_GETSOCKOPT_X:
		put_option(&e, ret, event == WIRE_EVENT_SOCKET_GETSOCKOPT_X);
		break;
	default:
		put_buffer(&e, ret, event);
		break;
	}
commit:
	emit_commit(&e);
	return 0;
}
