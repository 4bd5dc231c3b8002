/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uring.bpf.c: io_uring operations, each as the exit event of the call that does
 * the same, marked as asynchronous.  Where a request is submitted, what the kernel
 * has already copied of it is noted by the request's address (io_kiocb, kernels
 * from 6.0 on); where it completes, the result is put to it.  The thread is the
 * one that submitted, or the process if the kernel's own thread took the request
 * from the ring.
 *
 * Requests that fail before they are set up (a path that cannot be read, an
 * operation unknown) are not seen.  A request that asked for no completion comes
 * when it is submitted, its result unknown, and once more if it fails.
 */
#include "flags.h"
#include "params.h"
#include "read_iov.h"
#include "read_sock.h"

#define URING_OPS 2048 /* requests under way that are remembered, of all processes */
#define URING_PATHS 256 /* of those with paths */
#define URING_PATHS_MAX 4096u /* of a path */

/* enum io_uring_op of linux/io_uring.h */
enum uring_opcode {
	URING_READV = 1,
	URING_WRITEV = 2,
	URING_FSYNC = 3,
	URING_READ_FIXED = 4,
	URING_WRITE_FIXED = 5,
	URING_SYNC_FILE_RANGE = 8,
	URING_SENDMSG = 9,
	URING_RECVMSG = 10,
	URING_ACCEPT = 13,
	URING_CONNECT = 16,
	URING_FALLOCATE = 17,
	URING_OPENAT = 18,
	URING_CLOSE = 19,
	URING_STATX = 21,
	URING_READ = 22,
	URING_WRITE = 23,
	URING_FADVISE = 24,
	URING_MADVISE = 25,
	URING_SEND = 26,
	URING_RECV = 27,
	URING_OPENAT2 = 28,
	URING_EPOLL_CTL = 29,
	URING_SPLICE = 30,
	URING_TEE = 33,
	URING_SHUTDOWN = 34,
	URING_RENAMEAT = 35,
	URING_UNLINKAT = 36,
	URING_MKDIRAT = 37,
	URING_SYMLINKAT = 38,
	URING_LINKAT = 39,
	URING_FSETXATTR = 41,
	URING_SETXATTR = 42,
	URING_FGETXATTR = 43,
	URING_GETXATTR = 44,
	URING_SOCKET = 45,
	URING_SEND_ZC = 47,
	URING_SENDMSG_ZC = 48,
	URING_READ_MULTISHOT = 49,
	URING_WAITID = 50,
	URING_FTRUNCATE = 55,
	URING_BIND = 56,
	URING_LISTEN = 57,
	URING_EPOLL_WAIT = 59,
	URING_OPCODE_COUNT = 64
};

/* Bits of an entry's flags, which the request's begin with. */
#define URING_FIXED_FILE (1u << 0)
#define URING_BUFFER_SELECT (1u << 5)
#define URING_CQE_SKIP (1u << 6)

#define URING_ACCEPT_MULTISHOT (1u << 0)
#define URING_RECV_MULTISHOT (1u << 1)

#define URING_PF_IO_WORKER 0x10 /* linux/sched.h: a thread of io_uring itself */
#define URING_S_IFREG 0100000
#define URING_S_IFBLK 0060000

/* On-disk codes and the machine's numbers, for operations that have no event of their own. */
enum uring_code {
#define SYSCALL(code, name, x86_64, aarch64, i386, arm, event) URING_CODE_##name = code,
#include "event/syscalls.def"
};
enum uring_nr {
#if defined(__TARGET_ARCH_x86)
#define SYSCALL(code, name, x86_64, aarch64, i386, arm, event) URING_NR_##name = x86_64,
#else
#define SYSCALL(code, name, x86_64, aarch64, i386, arm, event) URING_NR_##name = aarch64,
#endif
#include "event/syscalls.def"
};

struct uring_kind {
	__u16 event; /* 0: not shown */
	__u16 code; /* generic ones: the call's */
	__u16 nr;
};

#define KIND(OPCODE, EVENT) [URING_##OPCODE] = { WIRE_EVENT_##EVENT, 0, 0 }
#define GENERIC(OPCODE, name) \
	[URING_##OPCODE] = { WIRE_EVENT_GENERIC_X, URING_CODE_##name, URING_NR_##name }

static const struct uring_kind kinds[URING_OPCODE_COUNT] = {
	KIND(READV, SYSCALL_READV_X),
	KIND(WRITEV, SYSCALL_WRITEV_X),
	GENERIC(FSYNC, fsync),
	KIND(READ_FIXED, SYSCALL_READ_X),
	KIND(WRITE_FIXED, SYSCALL_WRITE_X),
	GENERIC(SYNC_FILE_RANGE, sync_file_range),
	KIND(SENDMSG, SOCKET_SENDMSG_X),
	KIND(RECVMSG, SOCKET_RECVMSG_X),
	KIND(ACCEPT, SOCKET_ACCEPT4_6_X),
	KIND(CONNECT, SOCKET_CONNECT_X),
	GENERIC(FALLOCATE, fallocate),
	KIND(OPENAT, SYSCALL_OPENAT_2_X),
	KIND(CLOSE, SYSCALL_CLOSE_X),
	GENERIC(STATX, statx),
	KIND(READ, SYSCALL_READ_X),
	KIND(WRITE, SYSCALL_WRITE_X),
	GENERIC(FADVISE, fadvise64),
	GENERIC(MADVISE, madvise),
	KIND(SEND, SOCKET_SEND_X),
	KIND(RECV, SOCKET_RECV_X),
	KIND(OPENAT2, SYSCALL_OPENAT2_X),
	GENERIC(EPOLL_CTL, epoll_ctl),
	GENERIC(SPLICE, splice),
	GENERIC(TEE, tee),
	KIND(SHUTDOWN, SOCKET_SHUTDOWN_X),
	KIND(RENAMEAT, SYSCALL_RENAMEAT2_X),
	KIND(UNLINKAT, SYSCALL_UNLINKAT_2_X),
	KIND(MKDIRAT, SYSCALL_MKDIRAT_X),
	KIND(SYMLINKAT, SYSCALL_SYMLINKAT_X),
	KIND(LINKAT, SYSCALL_LINKAT_2_X),
	GENERIC(FSETXATTR, fsetxattr),
	GENERIC(SETXATTR, setxattr),
	GENERIC(FGETXATTR, fgetxattr),
	GENERIC(GETXATTR, getxattr),
	KIND(SOCKET, SOCKET_SOCKET_X),
	KIND(SEND_ZC, SOCKET_SEND_X),
	KIND(SENDMSG_ZC, SOCKET_SENDMSG_X),
	KIND(READ_MULTISHOT, SYSCALL_READ_X),
	GENERIC(WAITID, waitid),
	GENERIC(FTRUNCATE, ftruncate),
	KIND(BIND, SOCKET_BIND_X),
	KIND(LISTEN, SOCKET_LISTEN_X),
	GENERIC(EPOLL_WAIT, epoll_wait),
};

/* --- what is kept of a request ----------------------------------------------------------- */

struct uring_op {
	__u64 start_ns;
	__u64 addr; /* of the data, an iovec array or a message header */
	__u64 len;
	__u64 pos; /* ~0: the file's own */
	__s32 tid, tgid;
	__s32 fd, fd2; /* fd2: of the second path; domain of a socket */
	__u32 flags, mode;
	__u32 resolve; /* likewise how, backlog, type */
	__u16 event;
	__u8 opcode;
	__u8 entry_flags;
	__u8 compat;
	__u8 is_direct; /* what is opened goes into the ring's own table: no descriptor */
	__u16 name_len;
	__u8 name[112]; /* a socket address */
};

struct uring_paths {
	__u32 len; /* of the first, with NUL; 0: not known */
	__u32 len2; /* of the second, behind it */
	char text[2 * URING_PATHS_MAX]; /* half of it slack for the second copy */
};

/* By address of the request. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, URING_OPS);
	__type(key, __u64);
	__type(value, struct uring_op);
} uring_ops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, URING_PATHS);
	__type(key, __u64);
	__type(value, struct uring_paths);
} uring_paths SEC(".maps");

/* A request that completes many times: by its ring and the program's mark, the request. */
struct uring_mark {
	__u64 ctx, user_data;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, URING_OPS);
	__type(key, struct uring_mark);
	__type(value, __u64);
} uring_shots SEC(".maps");

/* One per CPU: where paths are put together, and what the program tail-called is told. */
struct uring_scratch {
	__u64 req;
	__u64 name_at; /* address of an address given, for functions that take numbers only */
	__s32 res;
	__u16 is_known; /* the result */
	__u16 is_last; /* nothing more will come of the request */
	struct uring_paths paths;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct uring_scratch);
} uring_scratch SEC(".maps");

static __always_inline struct uring_scratch *scratch_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&uring_scratch, &zero);
}

/* --- at submission ----------------------------------------------------------------------- */

#define READ(from, member)                                                               \
	({                                                                               \
		typeof((from)->member) read_value = 0;                                   \
		/* Older kernels lack some members, and some operations. */              \
		if (bpf_core_field_exists((from)->member))                               \
			bpf_core_read(&read_value, sizeof(read_value), &(from)->member); \
		read_value;                                                              \
	})

static __always_inline __u32 copy_path(char *to, struct filename *from)
{
	const char *name = NULL;
	long len;

	bpf_core_read(&name, sizeof(name), &from->name);
	len = bpf_probe_read_kernel_str(to, URING_PATHS_MAX, name);
	/* At the limit it was cut. */
	return len > 0 && len < URING_PATHS_MAX ? len : 0;
}

/* The kernel's copies of one or two paths; they are gone when the request completes. */
__noinline int uring_note_paths(__u64 req, __u64 path, __u64 path2)
{
	struct uring_scratch *s = scratch_get();
	struct uring_paths *paths;
	__u64 len;

	if (!s)
		return 0;
	paths = &s->paths;
	len = copy_path(paths->text, (struct filename *)path);
	paths->len = len;
	paths->len2 = 0;
	if (path2) {
		len &= URING_PATHS_MAX - 1;
		paths->len2 = copy_path(paths->text + len, (struct filename *)path2);
	}
	bpf_map_update_elem(&uring_paths, &req, paths, BPF_ANY);
	return 0;
}

/* An address given, from where the kernel put it or from where the program has it. */
static __always_inline void note_name(struct uring_op *op, void *name, __u32 len, bool kernel)
{
	__u64 size = mask_index(len, 127);

	if (!name || !len || len > sizeof(op->name) || size > sizeof(op->name))
		return;
	if (kernel ? bpf_probe_read_kernel(op->name, size, name)
		   : bpf_probe_read_user(op->name, size, name))
		return;
	op->name_len = len;
}

static __always_inline void note_open(struct uring_op *op, struct io_kiocb *req)
{
	struct io_open *open = (struct io_open *)req;

	op->fd = READ(open, dfd);
	op->flags = READ(open, how.flags);
	op->mode = READ(open, how.mode);
	op->resolve = READ(open, how.resolve);
	op->is_direct = READ(open, file_slot) != 0;
	uring_note_paths((__u64)req, (__u64)READ(open, filename), 0);
}

static __always_inline void note_rw(struct uring_op *op, struct io_kiocb *req)
{
	struct io_rw *rw = (struct io_rw *)req;

	op->addr = READ(rw, addr);
	op->len = READ(rw, len);
	op->pos = READ(rw, kiocb.ki_pos);
}

static __always_inline void note_message(struct uring_op *op, struct io_kiocb *req)
{
	struct io_sr_msg___old *old = (struct io_sr_msg___old *)req;
	struct io_sr_msg *msg = (struct io_sr_msg *)req;

	op->addr = (__u64)READ(msg, buf);
	op->len = (__u32)READ(msg, len);
	op->flags = READ(msg, msg_flags);
	op->mode = READ(msg, flags);
	if (op->opcode != URING_SEND && op->opcode != URING_SEND_ZC)
		return;
	if (bpf_core_field_exists(old->addr)) {
		note_name(op, READ(old, addr), READ(old, addr_len), false);
	} else {
		struct io_async_msghdr *async = READ(req, async_data);

		if (async)
			note_name(op, READ(async, msg.msg_name), READ(async, msg.msg_namelen),
				  true);
	}
}

static __always_inline void note_two_paths(struct uring_op *op, struct io_kiocb *req)
{
	/* The two structs begin alike. */
	struct io_rename *rename = (struct io_rename *)req;
	struct io_link *link = (struct io_link *)req;

	if (op->opcode == URING_RENAMEAT) {
		op->fd = READ(rename, old_dfd);
		op->fd2 = READ(rename, new_dfd);
		op->flags = READ(rename, flags);
		uring_note_paths((__u64)req, (__u64)READ(rename, oldpath),
				 (__u64)READ(rename, newpath));
	} else {
		op->fd = READ(link, old_dfd);
		op->fd2 = READ(link, new_dfd);
		op->flags = READ(link, flags);
		uring_note_paths((__u64)req, (__u64)READ(link, oldpath),
				 (__u64)READ(link, newpath));
	}
}

static __always_inline void note_request(struct uring_op *op, struct io_kiocb *req)
{
	switch (op->opcode) {
	case URING_OPENAT:
	case URING_OPENAT2:
		note_open(op, req);
		break;
	case URING_READV:
	case URING_WRITEV:
	case URING_READ:
	case URING_WRITE:
	case URING_READ_FIXED:
	case URING_WRITE_FIXED:
	case URING_READ_MULTISHOT:
		note_rw(op, req);
		break;
	case URING_SEND:
	case URING_SEND_ZC:
	case URING_SENDMSG:
	case URING_SENDMSG_ZC:
	case URING_RECV:
	case URING_RECVMSG:
		note_message(op, req);
		break;
	case URING_RENAMEAT:
	case URING_LINKAT:
	case URING_SYMLINKAT:
		note_two_paths(op, req);
		break;
	case URING_UNLINKAT: {
		struct io_unlink *unlink = (struct io_unlink *)req;

		op->fd = READ(unlink, dfd);
		op->flags = READ(unlink, flags);
		uring_note_paths((__u64)req, (__u64)READ(unlink, filename), 0);
		break;
	}
	case URING_MKDIRAT: {
		struct io_mkdir *mkdir = (struct io_mkdir *)req;

		op->fd = READ(mkdir, dfd);
		op->mode = READ(mkdir, mode);
		uring_note_paths((__u64)req, (__u64)READ(mkdir, filename), 0);
		break;
	}
	case URING_CLOSE: {
		struct io_close *close = (struct io_close *)req;

		op->fd = READ(close, fd);
		op->is_direct = READ(close, file_slot) != 0;
		break;
	}
	case URING_ACCEPT: {
		struct io_accept *accept = (struct io_accept *)req;

		op->flags = READ(accept, flags);
		/* Kernels that do not keep it: any may come to more than one connection. */
		op->mode = bpf_core_field_exists(accept->iou_flags) ? READ(accept, iou_flags)
								    : URING_ACCEPT_MULTISHOT;
		op->is_direct = READ(accept, file_slot) != 0;
		break;
	}
	case URING_SOCKET: {
		struct io_socket *socket = (struct io_socket *)req;

		op->fd2 = READ(socket, domain);
		op->resolve = READ(socket, type);
		op->mode = READ(socket, protocol);
		op->is_direct = READ(socket, file_slot) != 0;
		break;
	}
	case URING_CONNECT: {
		struct io_connect *connect = (struct io_connect *)req;

		note_name(op, READ(connect, addr), READ(connect, addr_len), false);
		break;
	}
	case URING_SHUTDOWN:
		op->resolve = READ((struct io_shutdown *)req, how);
		break;
	case URING_LISTEN:
		op->resolve = READ((struct io_listen *)req, backlog);
		break;
	}
}

/* Which event: reads and writes at a place are those calls that take one. */
static __always_inline __u32 event_of(struct uring_op *op, struct io_kiocb *req)
{
	struct file *file;
	__u16 mode = 0;

	if (op->opcode == URING_SEND || op->opcode == URING_SEND_ZC)
		return op->name_len ? WIRE_EVENT_SOCKET_SENDTO_X : op->event;
	if (op->pos == ~0ULL)
		return op->event;
	/* Only files have places: of anything else programs mostly say 0. */
	file = READ(req, file);
	if (!file)
		file = read_file_of_fd(op->fd);
	if (file)
		mode = READ(file_inode(file), i_mode);
	mode &= SOCK_S_IFMT;
	if (mode != URING_S_IFREG && mode != URING_S_IFBLK) {
		op->pos = ~0ULL;
		return op->event;
	}
	switch (op->event) {
	case WIRE_EVENT_SYSCALL_READ_X:
		return WIRE_EVENT_SYSCALL_PREAD_X;
	case WIRE_EVENT_SYSCALL_WRITE_X:
		return WIRE_EVENT_SYSCALL_PWRITE_X;
	case WIRE_EVENT_SYSCALL_READV_X:
		return WIRE_EVENT_SYSCALL_PREADV_X;
	default:
		return WIRE_EVENT_SYSCALL_PWRITEV_X;
	}
}

/* true: no completion will come, the event is to be made now. */
static __always_inline bool note(__u64 number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct io_kiocb *req = (struct io_kiocb *)number;
	struct uring_scratch *s = scratch_get();
	struct uring_op op = {};
	struct io_ring_ctx *ring;
	bool is_multishot;
	__u64 opcode;

	if (!s || task->tgid == settings.self_tgid || !bpf_core_field_exists(req->cqe))
		return false;
	opcode = READ(req, opcode);
	if (opcode >= URING_OPCODE_COUNT)
		return false;
	op.event = ((const volatile struct uring_kind *)kinds)[opcode].event;
	if (!op.event) {
		/* Requests are used again; nothing old may be taken for this one. */
		bpf_map_delete_elem(&uring_ops, &number);
		return false;
	}
	op.opcode = opcode;
	op.pos = ~0ULL;
	op.tgid = task->tgid;
	op.tid = task->flags & URING_PF_IO_WORKER ? task->tgid : task->pid;
	op.fd = READ(req, cqe.fd);
	bpf_core_read(&op.entry_flags, 1, &req->flags);
	ring = READ(req, ctx);
	op.compat = BPF_CORE_READ_BITFIELD_PROBED(ring, compat);
	note_request(&op, req);
	op.event = event_of(&op, req);
	if (!dispatch_is_wanted(op.event)) {
		bpf_map_delete_elem(&uring_ops, &number);
		return false;
	}
	if (want_starts)
		op.start_ns = bpf_ktime_get_boot_ns();
	bpf_map_update_elem(&uring_ops, &number, &op, BPF_ANY);
	is_multishot = opcode == URING_READ_MULTISHOT ||
		       (opcode == URING_ACCEPT && op.mode & URING_ACCEPT_MULTISHOT) ||
		       ((opcode == URING_RECV || opcode == URING_RECVMSG) &&
			op.mode & URING_RECV_MULTISHOT);
	if (is_multishot) {
		struct uring_mark mark = { (__u64)ring, READ(req, cqe.user_data) };

		bpf_map_update_elem(&uring_shots, &mark, &number, BPF_ANY);
	}
	s->req = number;
	s->res = 0;
	s->is_known = false;
	s->is_last = false;
	return op.entry_flags & URING_CQE_SKIP;
}

/* --- the event --------------------------------------------------------------------------- */

/* A slot of the ring's own table is no descriptor. */
static __always_inline void put_fd(struct emit *e, const struct uring_op *op)
{
	if (op->entry_flags & URING_FIXED_FILE || op->is_direct)
		emit_empty(e);
	else
		emit_int(e, op->fd);
	emit_sync(e);
}

static __always_inline void put_path(struct emit *e, const struct uring_paths *paths, bool second)
{
	__u64 at = 0, len = 0;

	if (paths) {
		at = second ? paths->len & (URING_PATHS_MAX - 1) : 0;
		len = second ? paths->len2 : paths->len;
	}
	if (len)
		emit_kernel_text(e, paths->text + at);
	else
		emit_empty(e);
	emit_sync(e);
}

static __always_inline void put_opened(struct emit *e, const struct uring_op *op,
				       const struct uring_paths *paths, __s32 res)
{
	struct file_scratch *s = file_scratch_get();
	bool is_open = s && !op->is_direct && opened_read(res);

	emit_int(e, op->fd);
	put_path(e, paths, false);
	emit_u32(e, flags_open(op->flags) | (is_open ? s->opened.flags : 0));
	emit_u32(e, flags_open_mode(op->flags, op->mode));
	if (op->event == WIRE_EVENT_SYSCALL_OPENAT2_X)
		emit_u32(e, flags_resolve(op->resolve));
	if (is_open) {
		emit_u32(e, s->opened.dev);
		emit_u64(e, s->opened.ino);
	} else {
		emit_empty(e);
		emit_empty(e);
	}
}

/* Data of a vector or a buffer; gives the size asked for, -1 if that cannot be read. */
static __always_inline __s64 put_data(struct emit *e, const struct uring_op *op, __u64 len,
				      bool is_vector)
{
	__u32 cnt;

	if (!is_vector) {
		emit_user_data(e, (void *)op->addr, len < op->len ? len : op->len);
		return op->len;
	}
	cnt = op->len ? iov_load(op->addr, op->len, op->compat) : 0;
	cnt = emit_forget(e, cnt);
	emit_iov_data(e, cnt, len);
	return op->len && !cnt ? -1 : (__s64)iov_total(cnt);
}

/* Operations that bring data. */
#define URING_INBOUND                                                             \
	(1ULL << URING_READV | 1ULL << URING_READ_FIXED | 1ULL << URING_RECVMSG | \
	 1ULL << URING_READ | 1ULL << URING_RECV | 1ULL << URING_READ_MULTISHOT)

static __always_inline bool is_inbound(__u64 opcode)
{
	return URING_INBOUND >> (opcode & 63) & 1;
}

/* How much data there is to see. */
static __always_inline __u64 data_len(const struct uring_op *op, __s32 res, bool is_here)
{
	/* Not another process's memory, nor a buffer that the kernel chose. */
	if (!is_here || op->entry_flags & URING_BUFFER_SELECT)
		return 0;
	if (res > 0)
		return res;
	return is_inbound(op->opcode) ? 0 : 56000; /* leaves room for what stands behind */
}

static __always_inline void put_rw(struct emit *e, const struct uring_op *op, __s32 res, __u64 len)
{
	bool is_vector = op->opcode == URING_READV || op->opcode == URING_WRITEV;
	bool is_readv = op->opcode == URING_READV;
	__s64 size;

	/* Of a vector that was read the size stands first and is what came. */
	if (is_readv) {
		if (res >= 0)
			emit_u32(e, res);
		else
			emit_empty(e);
		emit_sync(e);
	}
	size = put_data(e, op, len, is_vector);
	put_fd(e, op);
	if (!is_readv) {
		if (size >= 0)
			emit_u32(e, size);
		else
			emit_empty(e);
	}
	emit_sync(e);
	if (op->pos != ~0ULL)
		emit_u64(e, op->pos);
}

static __always_inline __u64 name_at(const struct uring_op *op)
{
	struct uring_scratch *s = scratch_get();

	if (!s)
		return 0;
	s->name_at = (__u64)op->name;
	barrier();
	return *(volatile __u64 *)&s->name_at;
}

static __always_inline void put_transfer(struct emit *e, const struct uring_op *op, struct sock *sk,
					 __u64 len)
{
	__u32 flags = op->opcode == URING_RECV ? SOCK_INBOUND : SOCK_KERNEL_NAME;

	emit_user_data(e, (void *)op->addr, len < op->len ? len : op->len);
	put_fd(e, op);
	emit_u32(e, op->len);
	emit_tuple(e, sk, op->name_len ? name_at(op) : 0, op->name_len, flags);
}

static __always_inline void put_message(struct emit *e, const struct uring_op *op, struct sock *sk,
					__s32 res, bool is_here, __u64 len)
{
	bool inbound = op->opcode == URING_RECVMSG;
	struct sock_msg msg = {};
	__s64 size = -1;
	__u32 cnt = 0;

	if (inbound) {
		if (res >= 0)
			emit_u32(e, res);
		else
			emit_empty(e);
		emit_sync(e);
	}
	if (is_here && (!inbound || res >= 0) && read_user_msg(&msg, op->addr, op->compat)) {
		if (msg.iov_cnt && !(op->entry_flags & URING_BUFFER_SELECT))
			cnt = iov_load(msg.iov, msg.iov_cnt, op->compat);
		if (cnt || !msg.iov_cnt)
			size = iov_total(cnt);
	}
	cnt = emit_forget(e, cnt);
	size = emit_forget(e, size);
	emit_iov_data(e, cnt, len);
	if (!inbound) {
		put_fd(e, op);
		if (size >= 0)
			emit_u32(e, size);
		else
			emit_empty(e);
	}
	emit_tuple(e, sk, msg.name, msg.name_len, inbound ? SOCK_INBOUND : 0);
	if (inbound) {
		emit_control(e, &msg, op->compat ? SOCK_COMPAT : 0);
		put_fd(e, op);
	}
}

static __always_inline void put_accepted(struct emit *e, const struct uring_op *op, struct sock *sk,
					 __s32 res)
{
	__u64 fd = res >= 0 && !op->is_direct ? net_sock_of_fd(res) : 0, pct = 0;
	__u32 len, max;

	emit_tuple(e, (struct sock *)fd, 0, 0, SOCK_INBOUND);
	if (sk) {
		len = READ(sk, sk_ack_backlog);
		max = READ(sk, sk_max_ack_backlog);
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
	emit_u32(e, (op->flags & SOCK_NONBLOCK ? 64 : 0) | (op->flags & SOCK_CLOEXEC ? 4096 : 0));
}

static __always_inline void put_params(struct emit *e, const struct uring_op *op,
				       const struct uring_paths *paths, struct sock *sk, __s32 res,
				       bool is_here)
{
	__u64 len = emit_forget(e, data_len(op, res, is_here));

	if (res < 0 && is_inbound(op->opcode))
		sk = NULL;
	sk = (struct sock *)emit_forget(e, (__u64)sk);
	emit_sync(e);
	switch (op->event) {
	case WIRE_EVENT_SYSCALL_OPENAT_2_X:
	case WIRE_EVENT_SYSCALL_OPENAT2_X:
		put_opened(e, op, paths, is_here ? res : -1);
		break;
	case WIRE_EVENT_SYSCALL_CLOSE_X:
		put_fd(e, op);
		break;
	case WIRE_EVENT_SYSCALL_READ_X:
	case WIRE_EVENT_SYSCALL_PREAD_X:
	case WIRE_EVENT_SYSCALL_READV_X:
	case WIRE_EVENT_SYSCALL_PREADV_X:
	case WIRE_EVENT_SYSCALL_WRITE_X:
	case WIRE_EVENT_SYSCALL_PWRITE_X:
	case WIRE_EVENT_SYSCALL_WRITEV_X:
	case WIRE_EVENT_SYSCALL_PWRITEV_X:
		put_rw(e, op, res, len);
		break;
	case WIRE_EVENT_SYSCALL_RENAMEAT2_X:
	case WIRE_EVENT_SYSCALL_LINKAT_2_X:
		emit_int(e, op->fd);
		put_path(e, paths, false);
		emit_int(e, op->fd2);
		put_path(e, paths, true);
		if (op->event == WIRE_EVENT_SYSCALL_LINKAT_2_X)
			emit_u32(e, op->flags & 0x1400 /* SYMLINK_FOLLOW, EMPTY_PATH */);
		else
			emit_u32(e, op->flags);
		break;
	case WIRE_EVENT_SYSCALL_SYMLINKAT_X:
		put_path(e, paths, false);
		emit_int(e, op->fd2);
		put_path(e, paths, true);
		break;
	case WIRE_EVENT_SYSCALL_UNLINKAT_2_X:
		emit_int(e, op->fd);
		put_path(e, paths, false);
		emit_u32(e, op->flags & 0x200 /* REMOVEDIR */);
		break;
	case WIRE_EVENT_SYSCALL_MKDIRAT_X:
		emit_int(e, op->fd);
		put_path(e, paths, false);
		emit_u32(e, op->mode);
		break;
	case WIRE_EVENT_SOCKET_SEND_X:
	case WIRE_EVENT_SOCKET_SENDTO_X:
	case WIRE_EVENT_SOCKET_RECV_X:
		put_transfer(e, op, sk, len);
		break;
	case WIRE_EVENT_SOCKET_SENDMSG_X:
	case WIRE_EVENT_SOCKET_RECVMSG_X:
		put_message(e, op, sk, res, is_here, len);
		break;
	case WIRE_EVENT_SOCKET_ACCEPT4_6_X:
		put_accepted(e, op, sk, res);
		break;
	case WIRE_EVENT_SOCKET_CONNECT_X:
		emit_tuple(e, res ? NULL : sk, 0, 0, 0);
		put_fd(e, op);
		emit_addr(e, NULL, name_at(op), op->name_len, SOCK_KERNEL_NAME);
		break;
	case WIRE_EVENT_SOCKET_BIND_X:
		emit_addr(e, res ? NULL : sk, 0, 0, 0);
		put_fd(e, op);
		break;
	case WIRE_EVENT_SOCKET_SOCKET_X:
		emit_u32(e, op->fd2);
		emit_u32(e, op->resolve);
		emit_u32(e, op->mode);
		emit_u32(e, (op->resolve & SOCK_NONBLOCK ? 64 : 0) |
				    (op->resolve & SOCK_CLOEXEC ? 4096 : 0));
		break;
	case WIRE_EVENT_SOCKET_SHUTDOWN_X:
		put_fd(e, op);
		emit_u8(e, op->resolve < 3 ? op->resolve : 3);
		break;
	case WIRE_EVENT_SOCKET_LISTEN_X:
		put_fd(e, op);
		emit_u32(e, op->resolve);
		break;
	}
}

/* The new descriptor that is the result of some calls is none if it went into the ring's table. */
static __always_inline bool is_result_known(const struct uring_op *op, __s32 res, bool is_known)
{
	return is_known && !(op->is_direct && res >= 0 && op->opcode != URING_CLOSE);
}

/* Makes the event of the request in the scratch; tail-called, so as to be verified once. */
SEC("raw_tp/io_uring_complete")
int x_uring(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct uring_scratch *s = scratch_get();
	struct uring_paths *paths;
	struct uring_op *op;
	struct sock *sk = NULL;
	struct emit e;
	__u64 opcode;
	bool is_here;
	__s32 res;

	if (!s)
		return 0;
	op = bpf_map_lookup_elem(&uring_ops, &s->req);
	if (!op)
		return 0;
	paths = bpf_map_lookup_elem(&uring_paths, &s->req);
	opcode = op->opcode;
	if (opcode >= URING_OPCODE_COUNT)
		return 0;
	res = s->res;
	if (!emit_begin(&e, op->event, params_cnt(op->event)))
		return 0;
	*(__u64 *)(e.rec + 40) = (__u64)(__u32)op->tid;
	e.start_ns = op->start_ns;
	e.flags = WIRE_RECORD_ASYNC;
	/* Whose memory and descriptors are at hand where it completes? */
	is_here = task->tgid == op->tgid;
	emit_sync(&e);
	if (op->event == WIRE_EVENT_GENERIC_X) {
		emit_u16(&e, ((const volatile struct uring_kind *)kinds)[opcode].code);
		emit_u16(&e, ((const volatile struct uring_kind *)kinds)[opcode].nr);
	} else {
		struct io_kiocb *req = (struct io_kiocb *)s->req;
		struct file *file = READ(req, file);

		if (!file && is_here && !(op->entry_flags & URING_FIXED_FILE))
			file = read_file_of_fd(op->fd);
		sk = (struct sock *)net_sock_of_file((__u64)file);
		if (is_result_known(op, res, s->is_known))
			emit_s64(&e, res);
		else
			emit_empty(&e);
		emit_sync(&e);
		put_params(&e, op, paths, sk, res, is_here);
		emit_sync(&e);
	}
	emit_extra_begin(&e);
	emit_extra_entry(&e, WIRE_EXTRA_FLAGS, 1);
	*(e.rec + e.pos) = WIRE_EXTRA_ASYNC;
	e.pos++;
	emit_commit(&e);
	if (s->is_last) {
		bpf_map_delete_elem(&uring_paths, &s->req);
		bpf_map_delete_elem(&uring_ops, &s->req);
	}
	return 0;
}

/* x_uring, which user space puts in. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} uring_tails SEC(".maps");

/* --- the hooks --------------------------------------------------------------------------- */

/* The same hook under its newer and its older name: a kernel has one of them. */
SEC("raw_tp/io_uring_submit_req")
int uring_submit_req(struct bpf_raw_tracepoint_args *ctx)
{
	if (note(ctx->args[0]))
		bpf_tail_call(ctx, &uring_tails, 0);
	return 0;
}

SEC("raw_tp/io_uring_submit_sqe")
int uring_submit_sqe(struct bpf_raw_tracepoint_args *ctx)
{
	if (note(ctx->args[0]))
		bpf_tail_call(ctx, &uring_tails, 0);
	return 0;
}

/*
 * A further completion of a request comes without it: with what the program
 * reads of it (newer kernels) or with the same in arguments.
 */
static __always_inline __u64 find_shot(struct bpf_raw_tracepoint_args *ctx, __s32 *res)
{
	struct io_ring_ctx *ring = (struct io_ring_ctx *)ctx->args[0];
	struct uring_mark mark = { ctx->args[0], ctx->args[2] };
	__u64 end = (__u64)READ(ring, cqe_sentinel);
	__u64 *req;

	/* Read from outside: a program that looks past a hook's arguments is not let onto it. */
	bpf_probe_read_kernel(res, sizeof(*res), &ctx->args[3]);
	if (mark.user_data <= end && end - mark.user_data <= 64 * (__u64)READ(ring, cq_entries)) {
		struct io_uring_cqe *cqe = (struct io_uring_cqe *)mark.user_data;

		mark.user_data = READ(cqe, user_data);
		*res = READ(cqe, res);
	}
	req = bpf_map_lookup_elem(&uring_shots, &mark);
	return req ? *req : 0;
}

SEC("raw_tp/io_uring_complete")
int uring_complete(struct bpf_raw_tracepoint_args *ctx)
{
	struct uring_scratch *s = scratch_get();
	__u64 req = ctx->args[1];
	bool is_last = req != 0;
	__s32 res;

	if (!s)
		return 0;
	if (req)
		res = READ((struct io_kiocb *)req, cqe.res);
	else
		req = find_shot(ctx, &res);
	if (!req || !bpf_map_lookup_elem(&uring_ops, &req))
		return 0;
	s->req = req;
	s->res = res;
	s->is_known = true;
	s->is_last = is_last;
	bpf_tail_call(ctx, &uring_tails, 0);
	return 0;
}
