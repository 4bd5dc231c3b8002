/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uring.c: operations of io_uring, one at a time, and what a recording must show of
 * them (want.h): the exit event of the call that does the same.  With an argument,
 * "poll", the kernel's own thread takes them from the ring.  What a kernel does not
 * know is left out.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "want.h"

#define ENTRIES 16

struct ring {
	int fd;
	unsigned int *head, *tail, *mask, *array, *flags; /* of submissions */
	unsigned int *done_head, *done_tail, *done_mask;
	struct io_uring_sqe *entries;
	struct io_uring_cqe *done;
	int is_polled;
};

static void *map(int fd, size_t size, off_t at)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, at);

	must(mem != MAP_FAILED, "mmap of the ring");
	return mem;
}

static void ring_open(struct ring *ring, int is_polled)
{
	struct io_uring_params params = { .flags = is_polled ? IORING_SETUP_SQPOLL : 0,
					  .sq_thread_idle = 1000 };
	char *sq, *cq;

	ring->is_polled = is_polled;
	ring->fd = syscall(__NR_io_uring_setup, ENTRIES, &params);
	must(ring->fd >= 0, "io_uring_setup");
	sq = map(ring->fd, params.sq_off.array + ENTRIES * sizeof(int), IORING_OFF_SQ_RING);
	cq = map(ring->fd, params.cq_off.cqes + params.cq_entries * sizeof(*ring->done),
		 IORING_OFF_CQ_RING);
	ring->entries = map(ring->fd, ENTRIES * sizeof(*ring->entries), IORING_OFF_SQES);
	ring->head = (unsigned int *)(sq + params.sq_off.head);
	ring->tail = (unsigned int *)(sq + params.sq_off.tail);
	ring->mask = (unsigned int *)(sq + params.sq_off.ring_mask);
	ring->flags = (unsigned int *)(sq + params.sq_off.flags);
	ring->array = (unsigned int *)(sq + params.sq_off.array);
	ring->done_head = (unsigned int *)(cq + params.cq_off.head);
	ring->done_tail = (unsigned int *)(cq + params.cq_off.tail);
	ring->done_mask = (unsigned int *)(cq + params.cq_off.ring_mask);
	ring->done = (struct io_uring_cqe *)(cq + params.cq_off.cqes);
}

static struct io_uring_sqe entry(int opcode, int fd, const void *addr, unsigned int len)
{
	return (struct io_uring_sqe){
		.opcode = opcode, .fd = fd, .addr = (uintptr_t)addr, .len = len, .user_data = 77
	};
}

static void submit(struct ring *ring, const struct io_uring_sqe *op, int wait)
{
	unsigned int tail = *ring->tail;

	ring->entries[tail & *ring->mask] = *op;
	ring->array[tail & *ring->mask] = tail & *ring->mask;
	__atomic_store_n(ring->tail, tail + 1, __ATOMIC_SEQ_CST);
	if (ring->is_polled) {
		if (__atomic_load_n(ring->flags, __ATOMIC_SEQ_CST) & IORING_SQ_NEED_WAKEUP)
			syscall(__NR_io_uring_enter, ring->fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL,
				0);
	} else {
		must(syscall(__NR_io_uring_enter, ring->fd, 1, wait,
			     wait ? IORING_ENTER_GETEVENTS : 0, NULL, 0) == 1,
		     "io_uring_enter");
	}
}

/* The result of the next completion: -errno as calls inside the kernel have it. */
static int reap(struct ring *ring, unsigned int *flags)
{
	unsigned int head = *ring->done_head;
	int res;

	while (__atomic_load_n(ring->done_tail, __ATOMIC_ACQUIRE) == head)
		must(syscall(__NR_io_uring_enter, ring->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL,
			     0) >= 0,
		     "io_uring_enter");
	res = ring->done[head & *ring->done_mask].res;
	if (flags)
		*flags = ring->done[head & *ring->done_mask].flags;
	__atomic_store_n(ring->done_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

static int run(struct ring *ring, const struct io_uring_sqe *op)
{
	submit(ring, op, 1);
	return reap(ring, NULL);
}

static const char *res(long ret)
{
	return ret < 0 ? want_errno(-1, -ret) : want_errno(ret, 0);
}

__attribute__((format(printf, 1, 2))) static void line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

static void files(struct ring *ring)
{
	char text[] = "ring-data", more[] = "vector", buf[32], buf2[8];
	struct iovec vec[2] = { { text, 4 }, { more, 6 } };
	struct io_uring_sqe op = entry(IORING_OP_OPENAT, AT_FDCWD, "made", 0600);
	/* As linux/openat2.h has it. */
	uint64_t how[3] = { O_RDONLY, 0, 0x08 }; /* RESOLVE_BENEATH */
	int fd, ret;

	op.open_flags = O_RDWR | O_CREAT;
	fd = run(ring, &op);
	must(fd >= 0, "openat");
	line("openat\tfd=%d(*\tdirfd=-100(AT_FDCWD)\tname=made*\t"
	     "flags=18439(O_LARGEFILE|O_CREAT|O_RDWR|O_F_CREATED)*\tmode=0600",
	     fd);
	op = entry(IORING_OP_WRITE, fd, text, 9);
	op.off = 0;
	ret = run(ring, &op);
	line("pwrite\tres=9\tdata=ring-data\tfd=%d(*\tsize=9\tpos=0", fd);
	must(ret == 9, "write");
	op = entry(IORING_OP_READ, fd, buf, sizeof(buf));
	op.off = 5;
	ret = run(ring, &op);
	must(ret == 4, "read");
	line("pread\tres=4\tdata=data\tfd=%d(*\tsize=32\tpos=5", fd);
	op = entry(IORING_OP_WRITEV, fd, vec, 2);
	op.off = -1;
	ret = run(ring, &op);
	must(ret == 10, "writev");
	line("writev\tres=10\tdata=ringvector\tfd=%d(*\tsize=10", fd);
	vec[0] = (struct iovec){ buf2, 2 };
	vec[1] = (struct iovec){ buf, sizeof(buf) };
	op = entry(IORING_OP_READV, fd, vec, 2);
	op.off = 1;
	ret = run(ring, &op);
	must(ret == 9, "readv");
	line("preadv\tres=9\tsize=9\tdata=ingvector\tfd=%d(*\tpos=1", fd);
	op = entry(IORING_OP_FSYNC, fd, NULL, 0);
	must(run(ring, &op) == 0, "fsync");
	line("fsync");
	op = entry(IORING_OP_CLOSE, fd, NULL, 0);
	must(run(ring, &op) == 0, "close");
	line("close\tres=0\tfd=%d(<f>*", fd);
	op = entry(IORING_OP_OPENAT, AT_FDCWD, "absent", 0);
	ret = run(ring, &op);
	line("openat\tfd=%s\tname=absent*\tdev=<NA>\tino=<NA>", res(ret));
	op = entry(IORING_OP_OPENAT2, AT_FDCWD, "made", sizeof(how));
	op.off = (uintptr_t)how;
	fd = run(ring, &op);
	must(fd >= 0, "openat2");
	line("openat2\tfd=%d(*\tname=made*\tflags=2049(O_LARGEFILE|O_RDONLY)*\t"
	     "resolve=1(RESOLVE_BENEATH)",
	     fd);
	/* It stays open: a close by call would look like the operation. */
}

static void paths(struct ring *ring)
{
	struct io_uring_sqe op = entry(IORING_OP_MKDIRAT, AT_FDCWD, "folder", 0750);

	if (run(ring, &op) == -EINVAL)
		return;
	line("mkdirat\tres=0\tdirfd=-100(AT_FDCWD)\tpath=folder*\tmode=1E8");
	op = entry(IORING_OP_RENAMEAT, AT_FDCWD, "made", AT_FDCWD);
	op.off = (uintptr_t) "folder/renamed";
	must(run(ring, &op) == 0, "renameat");
	line("renameat2\tres=0\tolddirfd=-100(AT_FDCWD)\toldpath=made*\tnewdirfd=-100(AT_FDCWD)\t"
	     "newpath=folder/renamed*\tflags=0");
	op = entry(IORING_OP_SYMLINKAT, AT_FDCWD, "folder/renamed", 0);
	op.off = (uintptr_t) "link";
	must(run(ring, &op) == 0, "symlinkat");
	line("symlinkat\tres=0\ttarget=folder/renamed\tlinkdirfd=-100(AT_FDCWD)\tlinkpath=link*");
	op = entry(IORING_OP_LINKAT, AT_FDCWD, "link", AT_FDCWD);
	op.off = (uintptr_t) "hard";
	op.hardlink_flags = AT_SYMLINK_FOLLOW;
	must(run(ring, &op) == 0, "linkat");
	line("linkat\tres=0\tolddir=-100(AT_FDCWD)\toldpath=link*\tnewdir=-100(AT_FDCWD)\t"
	     "newpath=hard*\tflags=1024(AT_SYMLINK_FOLLOW)");
	op = entry(IORING_OP_UNLINKAT, AT_FDCWD, "folder", 0);
	op.unlink_flags = AT_REMOVEDIR;
	line("unlinkat\tres=%s\tdirfd=-100(AT_FDCWD)\tname=folder*\tflags=512(AT_REMOVEDIR)",
	     res(run(ring, &op)));
	op = entry(IORING_OP_UNLINKAT, AT_FDCWD, "link", 0);
	must(run(ring, &op) == 0, "unlinkat");
	line("unlinkat\tres=0\tdirfd=-100(AT_FDCWD)\tname=link*\tflags=0");
	unlink("hard");
	unlink("folder/renamed");
	rmdir("folder");
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	must(!getsockname(fd, (struct sockaddr *)&name, &len), "getsockname");
	return ntohs(name.sin_port);
}

static void streams(struct ring *ring)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client, fd, ret;
	struct io_uring_sqe op = entry(IORING_OP_SOCKET, AF_INET, NULL, 0);
	char text[] = "sent", buf[16], tuple[64];
	struct iovec part = { text, 4 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	uint16_t port;

	must(!bind(server, (struct sockaddr *)&name, sizeof(name)), "bind");
	must(!listen(server, 4), "listen");
	name.sin_port = htons(port_of(server));
	port = port_of(server);
	op.off = SOCK_STREAM;
	client = run(ring, &op);
	if (client >= 0)
		line("socket\tfd=%d(*\tdomain=2(AF_INET)\ttype=1\tproto=0\tflags=0(O_NONE)",
		     client);
	else
		client = socket(AF_INET, SOCK_STREAM, 0);
	op = entry(IORING_OP_CONNECT, client, &name, 0);
	op.off = sizeof(name);
	must(run(ring, &op) == 0, "connect");
	snprintf(tuple, sizeof(tuple), "127.0.0.1:%u->127.0.0.1:%u", port_of(client), port);
	line("connect\tres=0\ttuple=%s\tfd=%d(*\taddr=127.0.0.1:%u", tuple, client, port);
	op = entry(IORING_OP_ACCEPT, server, NULL, 0);
	op.accept_flags = SOCK_CLOEXEC;
	fd = run(ring, &op);
	must(fd >= 0, "accept");
	line("accept4\tfd=%d(*\ttuple=%s\tqueuepct=0\tqueuelen=0\tqueuemax=4\tflags=1000", fd,
	     tuple);
	op = entry(IORING_OP_SEND, client, text, 4);
	must(run(ring, &op) == 4, "send");
	line("send\tres=4\tdata=sent\tfd=%d(*\tsize=4\ttuple=%s", client, tuple);
	op = entry(IORING_OP_RECV, fd, buf, sizeof(buf));
	must(run(ring, &op) == 4, "recv");
	line("recv\tres=4\tdata=sent\tfd=%d(*\tsize=16\ttuple=%s", fd, tuple);
	op = entry(IORING_OP_SENDMSG, client, &msg, 1);
	must(run(ring, &op) == 4, "sendmsg");
	line("sendmsg\tres=4\tdata=sent\tfd=%d(*\tsize=4\ttuple=%s", client, tuple);
	part = (struct iovec){ buf, sizeof(buf) };
	op = entry(IORING_OP_RECVMSG, fd, &msg, 1);
	must(run(ring, &op) == 4, "recvmsg");
	line("recvmsg\tres=4\tsize=4\tdata=sent\ttuple=%s\tmsgcontrol=NULL\tfd=%d(*", tuple, fd);
	op = entry(IORING_OP_SHUTDOWN, client, NULL, SHUT_WR);
	must(run(ring, &op) == 0, "shutdown");
	line("shutdown\tres=0\tfd=%d(*\thow=1(SHUT_WR)", client);
	op = entry(IORING_OP_RECV, fd, buf, sizeof(buf));
	ret = run(ring, &op);
	must(ret == 0, "recv");
	line("recv\tres=0\tdata=NULL\tfd=%d(*\tsize=16\ttuple=%s", fd, tuple);
	close(fd);
	close(client);
	close(server);
}

/* What the ring's own table holds has no descriptor. */
static void direct(struct ring *ring)
{
	int none[2] = { -1, -1 };
	char buf[16];
	struct io_uring_sqe op = entry(IORING_OP_OPENAT, AT_FDCWD, "direct", 0600);
	int fd = open("direct", O_CREAT | O_WRONLY, 0600);

	must(write(fd, "in-a-slot", 9) == 9, "write");
	close(fd);
	must(!syscall(__NR_io_uring_register, ring->fd, IORING_REGISTER_FILES, none, 2),
	     "io_uring_register");
	op.open_flags = O_RDONLY;
	op.file_index = 2;
	must(run(ring, &op) == 0, "openat");
	line("openat\tfd=<NA>\tname=direct*\tdev=<NA>\tino=<NA>");
	op = entry(IORING_OP_READ, 1, buf, sizeof(buf));
	op.flags = IOSQE_FIXED_FILE;
	must(run(ring, &op) == 9, "read");
	line("pread\tres=9\tdata=in-a-slot\tfd=<NA>\tsize=16\tpos=0");
	unlink("direct");
}

#ifndef IORING_OP_BIND
#define IORING_OP_BIND 56 /* both since 6.11 */
#define IORING_OP_LISTEN 57
#endif

static void servers(struct ring *ring)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe op = entry(IORING_OP_BIND, server, &name, 0);

	op.addr2 = sizeof(name);
	if (run(ring, &op) == 0) {
		line("bind\tres=0\taddr=127.0.0.1:%u\tfd=%d(*", port_of(server), server);
		op = entry(IORING_OP_LISTEN, server, NULL, 5);
		must(run(ring, &op) == 0, "listen");
		line("listen\tres=0\tfd=%d(*\tbacklog=5", server);
	}
	close(server);
}

/* To an address; and a server that accepts again and again by one request. */
static void datagrams_and_shots(struct ring *ring)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int there = socket(AF_INET, SOCK_DGRAM, 0), here = socket(AF_INET, SOCK_DGRAM, 0);
	int server = socket(AF_INET, SOCK_STREAM, 0), clients[2], fd, i;
	char text[] = "datagram";
	struct io_uring_sqe op = entry(IORING_OP_SEND, here, text, 8);
	unsigned int flags;

	must(!bind(there, (struct sockaddr *)&name, sizeof(name)), "bind");
	must(!bind(here, (struct sockaddr *)&name, sizeof(name)), "bind");
	name.sin_port = htons(port_of(there));
	op.addr2 = (uintptr_t)&name;
	op.addr_len = sizeof(name);
	if (run(ring, &op) == 8)
		line("sendto\tres=8\tdata=datagram\tfd=%d(*\tsize=8\t"
		     "tuple=127.0.0.1:%u->127.0.0.1:%u",
		     here, port_of(here), port_of(there));
	name.sin_port = 0;
	must(!bind(server, (struct sockaddr *)&name, sizeof(name)), "bind");
	must(!listen(server, 4), "listen");
	name.sin_port = htons(port_of(server));
	op = entry(IORING_OP_ACCEPT, server, NULL, 0);
	op.ioprio = IORING_ACCEPT_MULTISHOT;
	submit(ring, &op, 0);
	for (i = 0; i < 2; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
		must(!connect(clients[i], (struct sockaddr *)&name, sizeof(name)), "connect");
		fd = reap(ring, &flags);
		if (fd == -EINVAL)
			break;
		line("accept4\tfd=%d(*\ttuple=127.0.0.1:%u->127.0.0.1:%u\tqueuemax=4", fd,
		     port_of(clients[i]), port_of(server));
	}
	if (i == 2) {
		/* Which of the two comes first is the kernel's affair. */
		op = entry(IORING_OP_ASYNC_CANCEL, -1, (void *)77, 0);
		submit(ring, &op, 0);
		reap(ring, NULL);
		reap(ring, NULL);
		line("accept4\tfd=-125(ECANCELED)\ttuple=NULL");
	}
	/* No completion was asked for: the result is not known. */
	op = entry(IORING_OP_WRITE, clients[0], text, 4);
	op.flags = IOSQE_CQE_SKIP_SUCCESS;
	submit(ring, &op, 0);
	line("write\tres=<NA>\tfd=%d(*\tsize=4", clients[0]);
	op = entry(IORING_OP_FSYNC, there, NULL, 0);
	run(ring, &op); /* what was submitted before is over as well */
	line("fsync");
}

int main(int argc, char **argv)
{
	struct ring ring;

	setvbuf(stdout, NULL, _IOFBF, 1 << 20); /* no write between the calls */
	ring_open(&ring, argc > 1 && !strcmp(argv[1], "poll"));
	files(&ring);
	paths(&ring);
	streams(&ring);
	direct(&ring);
	servers(&ring);
	datagrams_and_shots(&ring);
	return 0;
}
