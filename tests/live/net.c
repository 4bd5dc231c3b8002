/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build: m32 */
/*
 * net.c: makes every socket call with known arguments and prints what a recording
 * must show of it, as want.h says.  The 32-bit build goes through all of it twice,
 * the second time by socketcall(2), which alone has send, recv and accept there,
 * and through the semaphore calls by ipc(2).  Calls are made by number, since a C
 * library is free to use another one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/net.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "want.h"

/* By the number in socketcall; -1: no call of its own on this machine. */
static const int numbers[] = {
	[SYS_SOCKET] = __NR_socket,
	[SYS_BIND] = __NR_bind,
	[SYS_CONNECT] = __NR_connect,
	[SYS_LISTEN] = __NR_listen,
#ifdef __NR_accept
	[SYS_ACCEPT] = __NR_accept,
#else
	[SYS_ACCEPT] = -1,
#endif
	[SYS_GETSOCKNAME] = __NR_getsockname,
	[SYS_GETPEERNAME] = __NR_getpeername,
	[SYS_SOCKETPAIR] = __NR_socketpair,
	[SYS_SEND] = -1,
	[SYS_RECV] = -1,
	[SYS_SENDTO] = __NR_sendto,
	[SYS_RECVFROM] = __NR_recvfrom,
	[SYS_SHUTDOWN] = __NR_shutdown,
	[SYS_SETSOCKOPT] = __NR_setsockopt,
	[SYS_GETSOCKOPT] = __NR_getsockopt,
	[SYS_SENDMSG] = __NR_sendmsg,
	[SYS_RECVMSG] = __NR_recvmsg,
	[SYS_ACCEPT4] = __NR_accept4,
	[SYS_RECVMMSG] = __NR_recvmmsg,
	[SYS_SENDMMSG] = __NR_sendmmsg,
};

static int use_socketcall;

static int has(int which)
{
	return use_socketcall || numbers[which] >= 0;
}

static long call(int which, long a, long b, long c, long d, long e, long f)
{
	long ret;

#ifdef __NR_socketcall
	if (use_socketcall) {
		long args[6] = { a, b, c, d, e, f };

		ret = syscall(__NR_socketcall, which, args);
		return ret < 0 ? -errno : ret;
	}
#endif
	ret = syscall(numbers[which], a, b, c, d, e, f);
	return ret < 0 ? -errno : ret;
}

#define CALL1(which, a) call(which, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(which, a, b) call(which, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(which, a, b, c) call(which, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(which, a, b, c, d) call(which, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL5(which, a, b, c, d, e) \
	call(which, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define CALL6(which, a, b, c, d, e, f) \
	call(which, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

__attribute__((format(printf, 1, 2))) static void line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/* A result as it is shown: a failure with its name. */
static const char *res(long ret)
{
	return ret < 0 ? want_errno(-1, -ret) : want_errno(ret, 0);
}

static void check(int ok, const char *what, long ret)
{
	if (ok)
		return;
	fprintf(stderr, "net: %s: unexpected result %ld\n", what, ret);
	exit(2);
}

static struct sockaddr_in inet_at(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static struct sockaddr_in6 inet6_at(const char *addr, uint16_t port)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, addr, &name.sin6_addr);
	return name;
}

/* Port an IPv4 or IPv6 socket is bound to; both keep it at the same place. */
static uint16_t port_of(int fd)
{
	struct sockaddr_in6 name;
	socklen_t len = sizeof(name);

	check(!getsockname(fd, (struct sockaddr *)&name, &len), "getsockname", -errno);
	return ntohs(name.sin6_port);
}

static int new_socket(int domain, int type)
{
	int fd = socket(domain, type, 0);

	check(fd >= 0, "socket", -errno);
	return fd;
}

static int bound_udp(uint16_t *port)
{
	struct sockaddr_in any = inet_at(0);
	int fd = new_socket(AF_INET, SOCK_DGRAM);

	check(!bind(fd, (struct sockaddr *)&any, sizeof(any)), "bind", -errno);
	*port = port_of(fd);
	return fd;
}

static void make_sockets(void)
{
	int pair[2];
	long ret;

	ret = CALL3(SYS_SOCKET, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	check(ret >= 0, "socket", ret);
	line("socket\tfd=%ld(*\tdomain=2(AF_INET)\ttype=%d\tproto=6\tflags=4096(O_CLOEXEC)", ret,
	     SOCK_STREAM | SOCK_CLOEXEC);
	close(ret);
	ret = CALL3(SYS_SOCKET, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	line("socket\tfd=%ld(*\tdomain=1(AF_LOCAL|AF_UNIX)\ttype=%d\tproto=0\tflags=64(O_NONBLOCK)",
	     ret, SOCK_DGRAM | SOCK_NONBLOCK);
	close(ret);
	ret = CALL3(SYS_SOCKET, AF_INET6, 77, 0);
	check(ret == -EINVAL, "socket", ret);
	line("socket\tfd=%s\tdomain=10(AF_INET6)\ttype=77\tproto=0\tflags=0(O_NONE)", res(ret));

	ret = CALL4(SYS_SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET, 0, pair);
	check(!ret, "socketpair", ret);
	line("socketpair\tres=0\tfd1=%d(*\tfd2=%d(*\tsource=FF*\tpeer=FF*\t"
	     "domain=1(AF_LOCAL|AF_UNIX)\ttype=5\tproto=0",
	     pair[0], pair[1]);
	close(pair[0]);
	close(pair[1]);
	ret = CALL4(SYS_SOCKETPAIR, AF_INET, SOCK_STREAM, 0, pair);
	check(ret == -EOPNOTSUPP, "socketpair", ret);
	line("socketpair\tres=%s\tfd1=<NA>\tfd2=<NA>\tsource=<NA>\tpeer=<NA>\t"
	     "domain=2(AF_INET)\ttype=1",
	     res(ret));
}

/* Until so many connections wait to be accepted, which tcp_info of a listener has as unacked. */
static void wait_queued(int server, unsigned int cnt)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	for (int i = 0; i < 5000; i++) {
		if (getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &len) ||
		    info.tcpi_unacked == cnt)
			return;
		usleep(1000);
	}
}

/* A TCP server and its client, all calls between them. */
static void tcp_stream(void)
{
	struct sockaddr_in name = inet_at(0);
	int server = new_socket(AF_INET, SOCK_STREAM);
	int client = new_socket(AF_INET, SOCK_STREAM);
	int later = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
	char there[64], back[64], buf[64];
	uint16_t port, from;
	socklen_t len;
	long ret, fd;

	ret = CALL3(SYS_BIND, server, &name, sizeof(name));
	check(!ret, "bind", ret);
	port = port_of(server);
	/* The port asked for was 0. */
	line("bind\tres=0\taddr=127.0.0.1:%u\tfd=%d(*", port, server);
	ret = CALL3(SYS_BIND, client, &name, 4);
	check(ret == -EINVAL, "bind", ret);
	line("bind\tres=%s\taddr=<NA>\tfd=%d(*", res(ret), client);
	name = inet_at(port);
	ret = CALL3(SYS_BIND, client, &name, sizeof(name));
	check(ret == -EADDRINUSE, "bind", ret);
	line("bind\tres=%s\taddr=127.0.0.1:%u\tfd=%d(*", res(ret), port, client);
	ret = CALL2(SYS_LISTEN, server, 7);
	check(!ret, "listen", ret);
	line("listen\tres=0\tfd=%d(*\tbacklog=7", server);

	ret = CALL3(SYS_CONNECT, client, &name, sizeof(name));
	check(!ret, "connect", ret);
	from = port_of(client);
	snprintf(there, sizeof(there), "127.0.0.1:%u->127.0.0.1:%u", from, port);
	snprintf(back, sizeof(back), "127.0.0.1:%u->127.0.0.1:%u", port, from);
	line("connect\tres=0\ttuple=%s\tfd=%d(*\taddr=127.0.0.1:%u", there, client, port);
	ret = CALL3(SYS_CONNECT, later, &name, sizeof(name));
	if (ret == -EINPROGRESS)
		line("connect\tres=%s\ttuple=127.0.0.1:%u->127.0.0.1:%u\tfd=%d(*", res(ret),
		     port_of(later), port, later);
	wait_queued(server, 2);

	len = sizeof(name);
	if (has(SYS_ACCEPT)) {
		fd = CALL3(SYS_ACCEPT, server, &name, &len);
		check(fd >= 0, "accept", fd);
		line("accept\tfd=%ld(*\ttuple=%s\tqueuepct=14\tqueuelen=1\tqueuemax=7", fd, there);
	} else {
		fd = CALL4(SYS_ACCEPT4, server, &name, &len, SOCK_CLOEXEC);
		check(fd >= 0, "accept4", fd);
		line("accept4\tfd=%ld(*\ttuple=%s\tqueuepct=14\tqueuelen=1\tqueuemax=7\tflags=1000",
		     fd, there);
	}
	ret = CALL4(SYS_ACCEPT4, server, 0, 0, SOCK_NONBLOCK);
	check(ret >= 0, "accept4", ret);
	line("accept4\tfd=%ld(*\tqueuepct=0\tqueuelen=0\tqueuemax=7\tflags=40", ret);
	close(ret);
	ret = CALL4(SYS_ACCEPT4, client, 0, 0, 0);
	check(ret == -EINVAL, "accept4", ret);
	line("accept4\tfd=%s\ttuple=NULL\tflags=0", res(ret));
	ret = CALL4(SYS_ACCEPT4, 999, 0, 0, 0);
	check(ret == -EBADF, "accept4", ret);
	line("accept4\tfd=%s\ttuple=NULL\tqueuepct=<NA>\tqueuelen=<NA>\tqueuemax=<NA>\tflags=0",
	     res(ret));

	if (has(SYS_SEND)) {
		ret = CALL4(SYS_SEND, client, "by-send", 7, 0);
		check(ret == 7, "send", ret);
		line("send\tres=7\tdata=by-send\tfd=%d(*\tsize=7\ttuple=%s", client, there);
		ret = CALL4(SYS_RECV, fd, buf, sizeof(buf), 0);
		check(ret == 7, "recv", ret);
		line("recv\tres=7\tdata=by-send\tfd=%ld(*\tsize=64\ttuple=%s", fd, there);
	}
	/* An address means nothing to a stream. */
	name = inet_at(9);
	ret = CALL6(SYS_SENDTO, client, "by-sendto", 9, 0, &name, sizeof(name));
	check(ret == 9, "sendto", ret);
	line("sendto\tres=9\tdata=by-sendto\tfd=%d(*\tsize=9\ttuple=%s", client, there);
	ret = CALL6(SYS_RECVFROM, fd, buf, sizeof(buf), 0, 0, 0);
	check(ret == 9, "recvfrom", ret);
	line("recvfrom\tres=9\tdata=by-sendto\ttuple=%s\tfd=%ld(*\tsize=64", there, fd);
	ret = CALL6(SYS_SENDTO, fd, "reply", 5, 0, 0, 0);
	check(ret == 5, "sendto", ret);
	line("sendto\tres=5\tdata=reply\tfd=%ld(*\tsize=5\ttuple=%s", fd, back);
	/* A stream's bytes are thrown away: none came to the buffer. */
	memset(buf, 'x', sizeof(buf));
	ret = CALL6(SYS_RECVFROM, client, buf, 4, MSG_TRUNC, 0, 0);
	check(ret == 4, "recvfrom", ret);
	line("recvfrom\tres=4\tdata=NULL\ttuple=%s\tfd=%d(*\tsize=4", back, client);
	ret = CALL6(SYS_RECVFROM, client, buf, 1, MSG_DONTWAIT, 0, 0);
	check(ret == 1, "recvfrom", ret);
	line("recvfrom\tres=1\tdata=y\ttuple=%s\tfd=%d(*\tsize=1", back, client);
	ret = CALL6(SYS_RECVFROM, client, buf, 63, MSG_DONTWAIT, 0, 0);
	check(ret == -EAGAIN, "recvfrom", ret);
	line("recvfrom\tres=%s\tdata=NULL\ttuple=NULL\tfd=%d(*\tsize=63", res(ret), client);
	ret = CALL6(SYS_SENDTO, 999, "lost", 4, 0, 0, 0);
	check(ret == -EBADF, "sendto", ret);
	line("sendto\tres=%s\tdata=lost\tfd=999\tsize=4\ttuple=NULL", res(ret));

	ret = CALL2(SYS_SHUTDOWN, client, SHUT_WR);
	check(!ret, "shutdown", ret);
	line("shutdown\tres=0\tfd=%d(*\thow=1(SHUT_WR)", client);
	ret = CALL2(SYS_SHUTDOWN, client, 17);
	check(ret == -EINVAL, "shutdown", ret);
	line("shutdown\tres=%s\tfd=%d(*\thow=3", res(ret), client);
	close(fd);
	close(later);
	close(client);
	close(server);
}

static void udp_destinations(void)
{
	uint16_t port, port2, from;
	int there = bound_udp(&port), there2 = bound_udp(&port2), here = bound_udp(&from);
	struct sockaddr_in name = inet_at(port), other = inet_at(port2);
	char data[128], out[64];
	socklen_t len;
	long ret;

	/* Not connected: each goes where it says. */
	snprintf(out, sizeof(out), "127.0.0.1:%u->127.0.0.1:%u", from, port);
	ret = CALL6(SYS_SENDTO, here, "first", 5, 0, &name, sizeof(name));
	check(ret == 5, "sendto", ret);
	line("sendto\tres=5\tdata=first\tfd=%d(*\tsize=5\ttuple=%s", here, out);
	ret = CALL6(SYS_SENDTO, here, "second", 6, 0, &other, sizeof(other));
	check(ret == 6, "sendto", ret);
	line("sendto\tres=6\tdata=second\tfd=%d(*\tsize=6\ttuple=127.0.0.1:%u->127.0.0.1:%u", here,
	     from, port2);
	/* Too short, of no length, of another family, not readable: no address. */
	ret = CALL6(SYS_SENDTO, here, "short", 5, 0, &name, 4);
	check(ret == -EINVAL, "sendto", ret);
	line("sendto\tres=%s\tdata=short\tfd=%d(*\tsize=5\ttuple=NULL", res(ret), here);
	ret = CALL6(SYS_SENDTO, here, "zero", 4, 0, &name, 0);
	check(ret < 0, "sendto", ret);
	line("sendto\tres=%s\tdata=zero\tfd=%d(*\tsize=4\ttuple=NULL", res(ret), here);
	name.sin_family = AF_INET6;
	ret = CALL6(SYS_SENDTO, here, "family", 6, 0, &name, sizeof(name));
	check(ret == -EAFNOSUPPORT, "sendto", ret);
	line("sendto\tres=%s\tdata=family\tfd=%d(*\tsize=6\ttuple=NULL", res(ret), here);
	name.sin_family = AF_INET;
	ret = CALL6(SYS_SENDTO, here, "nowhere", 7, 0, 16, sizeof(name));
	check(ret == -EFAULT, "sendto", ret);
	line("sendto\tres=%s\tdata=nowhere\tfd=%d(*\tsize=7\ttuple=NULL", res(ret), here);

	len = sizeof(other);
	ret = CALL6(SYS_RECVFROM, there, data, sizeof(data), 0, &other, &len);
	check(ret == 5, "recvfrom", ret);
	line("recvfrom\tres=5\tdata=first\ttuple=%s\tfd=%d(*\tsize=128", out, there);
	/* No address was asked for, and there is none in the socket either. */
	ret = CALL6(SYS_RECVFROM, there2, data, sizeof(data), 0, 0, 0);
	check(ret == 6, "recvfrom", ret);
	line("recvfrom\tres=6\tdata=second\ttuple=NULL\tfd=%d(*\tsize=128", there2);
	/* More came than there was room for: the result counts all, the data ends. */
	CALL6(SYS_SENDTO, here, "0123456789", 10, 0, &name, sizeof(name));
	ret = CALL6(SYS_RECVFROM, there, data, 4, MSG_TRUNC, 0, 0);
	check(ret == 10, "recvfrom", ret);
	line("recvfrom\tres=10\tdata=0123\ttuple=NULL\tfd=%d(*\tsize=4", there);

	/* Connected: to the peer, unless another is named. */
	ret = CALL3(SYS_CONNECT, here, &name, sizeof(name));
	check(!ret, "connect", ret);
	line("connect\tres=0\ttuple=%s\tfd=%d(*\taddr=127.0.0.1:%u", out, here, port);
	ret = CALL6(SYS_SENDTO, here, "peer", 4, 0, 0, 0);
	check(ret == 4, "sendto", ret);
	line("sendto\tres=4\tdata=peer\tfd=%d(*\tsize=4\ttuple=%s", here, out);
	other = inet_at(port2);
	ret = CALL6(SYS_SENDTO, here, "elsewhere", 9, 0, &other, sizeof(other));
	check(ret == 9, "sendto", ret);
	line("sendto\tres=9\tdata=elsewhere\tfd=%d(*\tsize=9\ttuple=127.0.0.1:%u->127.0.0.1:%u",
	     here, from, port2);
	/* Connecting to no family takes the peer away. */
	name.sin_family = AF_UNSPEC;
	ret = CALL3(SYS_CONNECT, here, &name, sizeof(name));
	check(!ret, "connect", ret);
	line("connect\tres=0\ttuple=NULL\tfd=%d(*\taddr=<NA>", here);
	close(here);
	close(there);
	close(there2);
}

static void ipv6(void)
{
	struct sockaddr_in6 any = inet6_at("::1", 0), name, mapped;
	int there = new_socket(AF_INET6, SOCK_DGRAM), here = new_socket(AF_INET6, SOCK_DGRAM);
	int dual = new_socket(AF_INET6, SOCK_STREAM), client = new_socket(AF_INET6, SOCK_STREAM);
	uint16_t port, from, port4;
	int there4 = bound_udp(&port4);
	struct sockaddr_in plain = inet_at(port4);
	socklen_t len = sizeof(name);
	char data[64];
	long ret, fd;

	ret = CALL3(SYS_BIND, there, &any, sizeof(any));
	if (ret == -EADDRNOTAVAIL) {
		fprintf(stderr, "net: no IPv6 here\n");
		return;
	}
	check(!ret, "bind", ret);
	port = port_of(there);
	line("bind\tres=0\taddr=::1:%u\tfd=%d(*", port, there);
	check(!CALL3(SYS_BIND, here, &any, sizeof(any)), "bind", -errno);
	from = port_of(here);
	line("bind\tres=0\taddr=::1:%u\tfd=%d(*", from, here);
	name = inet6_at("::1", port);
	ret = CALL6(SYS_SENDTO, here, "six", 3, 0, &name, sizeof(name));
	check(ret == 3, "sendto", ret);
	line("sendto\tres=3\tdata=six\tfd=%d(*\tsize=3\ttuple=::1:%u->::1:%u", here, from, port);
	ret = CALL6(SYS_RECVFROM, there, data, sizeof(data), 0, &name, &len);
	check(ret == 3, "recvfrom", ret);
	line("recvfrom\tres=3\tdata=six\ttuple=::1:%u->::1:%u\tfd=%d(*\tsize=64", from, port,
	     there);
	name = inet6_at("::1", port);
	ret = CALL6(SYS_SENDTO, here, "cut", 3, 0, &name, 20);
	check(ret == -EINVAL, "sendto", ret);
	line("sendto\tres=%s\tdata=cut\tfd=%d(*\tsize=3\ttuple=NULL", res(ret), here);
	close(here);

	/* IPv4 through an IPv6 socket: named as IPv6 does, and as IPv4 does. */
	here = new_socket(AF_INET6, SOCK_DGRAM);
	mapped = inet6_at("::ffff:127.0.0.1", port4);
	ret = CALL6(SYS_SENDTO, here, "mapped", 6, 0, &mapped, sizeof(mapped));
	check(ret == 6, "sendto", ret);
	line("sendto\tres=6\tdata=mapped\tfd=%d(*\tsize=6", here);
	ret = CALL6(SYS_SENDTO, here, "plain", 5, 0, &plain, sizeof(plain));
	check(ret == 5, "sendto", ret);
	line("sendto\tres=5\tdata=plain\tfd=%d(*\tsize=5", here);

	any = inet6_at("::", 0);
	check(!CALL3(SYS_BIND, dual, &any, sizeof(any)), "bind", -errno);
	port = port_of(dual);
	line("bind\tres=0\taddr=:::%u\tfd=%d(*", port, dual);
	check(!CALL2(SYS_LISTEN, dual, 1), "listen", -errno);
	mapped = inet6_at("::ffff:127.0.0.1", port);
	ret = CALL3(SYS_CONNECT, client, &mapped, sizeof(mapped));
	check(!ret, "connect", ret);
	line("connect\tres=0\ttuple=127.0.0.1:%u->127.0.0.1:%u\tfd=%d(*", port_of(client), port,
	     client);
	fd = CALL4(SYS_ACCEPT4, dual, 0, 0, 0);
	check(fd >= 0, "accept4", fd);
	line("accept4\tfd=%ld(*\ttuple=127.0.0.1:%u->127.0.0.1:%u", fd, port_of(client), port);
	close(fd);
	close(client);
	close(dual);
	close(here);
	close(there);
	close(there4);
}

/* Raw sockets have a protocol where others have a port: none is shown. */
static void raw(void)
{
	struct sockaddr_in name = inet_at(0);
	/* An echo request with its checksum. */
	const char ping[8] = { 8, 0, (char)0xf7, (char)0xff };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	long ret;

	if (fd < 0)
		return;
	ret = CALL6(SYS_SENDTO, fd, ping, sizeof(ping), 0, &name, sizeof(name));
	check(ret == 8, "sendto", ret);
	line("sendto\tres=8\tfd=%d(*\tsize=8\ttuple=0.0.0.0:0->127.0.0.1:0", fd);
	close(fd);
}

static socklen_t unix_name(struct sockaddr_un *name, const void *path, size_t len)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path, path, len);
	return offsetof(struct sockaddr_un, sun_path) + len;
}

static void unix_names(void)
{
	static const char inner[] = "\0a\0b@c";
	char path[64], abstract[64], full[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	struct sockaddr_un name;
	int server, client;
	socklen_t len;
	long ret, fd;

	/* A path. */
	snprintf(path, sizeof(path), "sock%d.%d", getpid(), use_socketcall);
	server = new_socket(AF_UNIX, SOCK_STREAM);
	client = new_socket(AF_UNIX, SOCK_STREAM);
	len = unix_name(&name, path, strlen(path) + 1);
	ret = CALL3(SYS_BIND, server, &name, len);
	check(!ret, "bind", ret);
	line("bind\tres=0\taddr=%s\tfd=%d(*", path, server);
	check(!listen(server, 3), "listen", -errno);
	ret = CALL3(SYS_CONNECT, client, &name, len);
	check(!ret, "connect", ret);
	line("connect\tres=0\t%s\tfd=%d(*\taddr=%s", path, client, path);
	fd = CALL4(SYS_ACCEPT4, server, 0, 0, 0);
	check(fd >= 0, "accept4", fd);
	line("accept4\tfd=%ld(*\t%s\tqueuemax=3", fd, path);
	ret = CALL6(SYS_SENDTO, client, "over", 4, 0, 0, 0);
	check(ret == 4, "sendto", ret);
	line("sendto\tres=4\tdata=over\tfd=%d(*\t%s", client, path);
	close(fd);
	close(client);
	close(server);
	unlink(path);

	/* Abstract: the first NUL and those inside become @. */
	snprintf(abstract, sizeof(abstract), "%cabs%d.%d", 0, getpid(), use_socketcall);
	server = new_socket(AF_UNIX, SOCK_DGRAM);
	client = new_socket(AF_UNIX, SOCK_DGRAM);
	len = unix_name(&name, abstract, 1 + strlen(abstract + 1));
	ret = CALL3(SYS_BIND, server, &name, len);
	check(!ret, "bind", ret);
	line("bind\tres=0\taddr=@%s\tfd=%d(*", abstract + 1, server);
	ret = CALL6(SYS_SENDTO, client, "dgram", 5, 0, &name, len);
	check(ret == 5, "sendto", ret);
	line("sendto\tres=5\tdata=dgram\tfd=%d(*\tsize=5\t@%s", client, abstract + 1);
	ret = CALL6(SYS_RECVFROM, server, abstract, 5, 0, 0, 0);
	check(ret == 5, "recvfrom", ret);
	close(client);
	client = new_socket(AF_UNIX, SOCK_DGRAM);
	len = unix_name(&name, inner, sizeof(inner) - 1);
	ret = CALL3(SYS_BIND, client, &name, len);
	check(!ret, "bind", ret);
	line("bind\tres=0\taddr=@a@b@c\tfd=%d(*", client);
	close(client);
	close(server);

	/* A name as long as the field, without a NUL. */
	memset(full, 0, sizeof(full));
	memset(full, 'n', sizeof(full) - 1);
	server = new_socket(AF_UNIX, SOCK_STREAM);
	len = unix_name(&name, full, sizeof(full) - 1);
	ret = CALL3(SYS_BIND, server, &name, len);
	check(!ret, "bind", ret);
	line("bind\tres=0\taddr=%s\tfd=%d(*", full, server);
	close(server);
	unlink(full);

	/* No name: the kernel gives one, five hexadecimal digits. */
	server = new_socket(AF_UNIX, SOCK_STREAM);
	ret = CALL3(SYS_BIND, server, &name, offsetof(struct sockaddr_un, sun_path));
	check(!ret, "bind", ret);
	len = sizeof(name);
	check(!getsockname(server, (struct sockaddr *)&name, &len), "getsockname", -errno);
	line("bind\tres=0\taddr=@%.*s\tfd=%d(*", (int)(len - 3), name.sun_path + 1, server);
	close(server);
}

/* Control messages come in the 64-bit layout whatever the program's: 24 bytes here. */
static void pass_descriptors(int a, int b)
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char data[64] = "fds";
	struct iovec part = { data, 3 };
	struct mmsghdr vec = {
		.msg_hdr = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.buf }
	};
	int pair[2], fds[2], i;
	struct cmsghdr *head;
	long ret;

	check(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair", -errno);
	for (i = 0; i < 2; i++) {
		vec.msg_hdr.msg_controllen = sizeof(control.buf);
		head = CMSG_FIRSTHDR(&vec.msg_hdr);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(2 * sizeof(int));
		fds[0] = a;
		fds[1] = b;
		memcpy(CMSG_DATA(head), fds, sizeof(fds));
		part.iov_len = 3;
		ret = CALL3(SYS_SENDMSG, pair[0], &vec.msg_hdr, 0);
		check(ret == 3, "sendmsg", ret);
		part.iov_len = sizeof(data);
		vec.msg_hdr.msg_controllen = sizeof(control.buf);
		if (!i) {
			ret = CALL3(SYS_RECVMSG, pair[1], &vec.msg_hdr, MSG_CMSG_CLOEXEC);
			check(ret == 3, "recvmsg", ret);
			line("recvmsg\tres=3\tsize=3\tdata=fds\t"
			     "msgcontrol=........................\tfd=%d(*",
			     pair[1]);
		} else {
			ret = CALL5(SYS_RECVMMSG, pair[1], &vec, 1, MSG_CMSG_CLOEXEC, 0);
			check(ret == 1, "recvmmsg", ret);
			line("recvmmsg\tres=3\tfd=%d(*\tsize=3\tdata=fds\t"
			     "msgcontrol=........................",
			     pair[1]);
		}
		memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&vec.msg_hdr)), sizeof(fds));
		check(fds[0] > 2 && fds[1] > 2, "control message", fds[0]);
		close(fds[0]);
		close(fds[1]);
	}
	close(pair[0]);
	close(pair[1]);
}

static void messages(void)
{
	uint16_t port, from;
	int there = bound_udp(&port), here = bound_udp(&from);
	struct sockaddr_in name = inet_at(port);
	char one[] = "one,", two[] = "two,three";
	struct iovec parts[3] = { { one, 4 }, { NULL, 0 }, { two, 9 } };
	struct msghdr msg = {
		.msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = parts, .msg_iovlen = 3
	};
	char first[6], second[64];
	long ret;

	ret = CALL3(SYS_SENDMSG, here, &msg, 0);
	check(ret == 13, "sendmsg", ret);
	line("sendmsg\tres=13\tdata=one,two,three\tfd=%d(*\tsize=13\t"
	     "tuple=127.0.0.1:%u->127.0.0.1:%u",
	     here, from, port);
	msg.msg_iovlen = 1;
	msg.msg_namelen = 3;
	ret = CALL3(SYS_SENDMSG, here, &msg, 0);
	check(ret == -EINVAL, "sendmsg", ret);
	line("sendmsg\tres=%s\tdata=one,\tfd=%d(*\tsize=4\ttuple=NULL", res(ret), here);
	ret = CALL3(SYS_SENDMSG, here, 24, 0);
	check(ret == -EFAULT, "sendmsg", ret);
	line("sendmsg\tres=%s\tdata=NULL\tfd=%d(*\tsize=<NA>\ttuple=NULL", res(ret), here);

	memset(&name, 0, sizeof(name));
	msg.msg_namelen = sizeof(name);
	msg.msg_iovlen = 2;
	parts[0] = (struct iovec){ first, sizeof(first) };
	parts[1] = (struct iovec){ second, sizeof(second) };
	ret = CALL3(SYS_RECVMSG, there, &msg, 0);
	check(ret == 13, "recvmsg", ret);
	line("recvmsg\tres=13\tsize=13\tdata=one,two,three\ttuple=127.0.0.1:%u->127.0.0.1:%u\t"
	     "msgcontrol=NULL\tfd=%d(*",
	     from, port, there);
	ret = CALL3(SYS_RECVMSG, there, &msg, MSG_DONTWAIT);
	check(ret == -EAGAIN, "recvmsg", ret);
	line("recvmsg\tres=%s\tsize=<NA>\tdata=NULL\ttuple=NULL\tmsgcontrol=NULL\tfd=%d(*",
	     res(ret), there);

	pass_descriptors(here, there);
	close(here);
	close(there);
}

#define MANY 40

static void many_messages(void)
{
	struct sockaddr_in names[MANY], from_names[MANY];
	struct mmsghdr vec[MANY];
	struct iovec parts[MANY];
	char data[MANY][16];
	uint16_t ports[4], from;
	int fds[4], here = bound_udp(&from);
	unsigned int i;
	long ret;

	for (i = 0; i < 4; i++)
		fds[i] = bound_udp(&ports[i]);
	memset(vec, 0, sizeof(vec));
	for (i = 0; i < MANY; i++) {
		names[i] = inet_at(ports[i % 4]);
		snprintf(data[i], sizeof(data[i]), "m%d.%u", use_socketcall, i);
		parts[i] = (struct iovec){ data[i], strlen(data[i]) };
		vec[i].msg_hdr = (struct msghdr){ .msg_name = &names[i],
						  .msg_namelen = sizeof(names[i]),
						  .msg_iov = &parts[i],
						  .msg_iovlen = 1 };
	}
	ret = CALL4(SYS_SENDMMSG, here, vec, MANY, 0);
	check(ret == MANY, "sendmmsg", ret);
	for (i = 0; i < MANY; i++)
		line("sendmmsg\tres=%zu\tfd=%d(*\tsize=%zu\tdata=%s\t"
		     "tuple=127.0.0.1:%u->127.0.0.1:%u",
		     parts[i].iov_len, here, parts[i].iov_len, data[i], from, ports[i % 4]);
	ret = CALL4(SYS_SENDMMSG, 999, vec, 2, 0);
	check(ret == -EBADF, "sendmmsg", ret);
	line("sendmmsg\tres=%s\tfd=999\tsize=<NA>\tdata=NULL\ttuple=NULL", res(ret));

	for (i = 0; i < MANY; i++) {
		parts[i] = (struct iovec){ data[i], sizeof(data[i]) };
		vec[i].msg_hdr.msg_name = &from_names[i];
		vec[i].msg_hdr.msg_namelen = sizeof(from_names[i]);
	}
	ret = CALL5(SYS_RECVMMSG, fds[1], vec, MANY, MSG_DONTWAIT, 0);
	check(ret == MANY / 4, "recvmmsg", ret);
	for (i = 0; i < MANY / 4; i++)
		line("recvmmsg\tres=%u\tfd=%d(*\tsize=%u\tdata=m%d.%u\t"
		     "tuple=127.0.0.1:%u->127.0.0.1:%u\tmsgcontrol=NULL",
		     vec[i].msg_len, fds[1], vec[i].msg_len, use_socketcall, 4 * i + 1, from,
		     ports[1]);
	ret = CALL5(SYS_RECVMMSG, here, vec, MANY, MSG_DONTWAIT, 0);
	check(ret == -EAGAIN, "recvmmsg", ret);
	line("recvmmsg\tres=%s\tfd=%d(*\tsize=<NA>\tdata=NULL\ttuple=NULL\tmsgcontrol=NULL",
	     res(ret), here);
	for (i = 0; i < 4; i++)
		close(fds[i]);
	close(here);
}

static void options(void)
{
	int fd = new_socket(AF_INET, SOCK_STREAM), refused = new_socket(AF_INET, SOCK_STREAM);
	struct timeval wait = { 2, 500000 };
	struct linger linger = { 1, 5 };
	struct sockaddr_in name = inet_at(1);
	uint64_t cookie;
	int value = 1;
	socklen_t len;
	long ret;

	ret = CALL5(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value));
	check(!ret, "setsockopt", ret);
	line("setsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=2(SO_REUSEADDR)\tval=1\toptlen=4",
	     fd);
	ret = CALL5(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	check(!ret, "setsockopt", ret);
	line("setsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=20(SO_RCVTIMEO)\tval=2500000000(2.5s)\toptlen=%zu",
	     fd, sizeof(wait));
	ret = CALL5(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	check(!ret, "setsockopt", ret);
	line("setsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=13(SO_LINGER)\tval=........\toptlen=8",
	     fd);
	ret = CALL5(SYS_SETSOCKOPT, fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof(value));
	check(!ret, "setsockopt", ret);
	line("setsockopt\tres=0\tfd=%d(*\tlevel=2(SOL_TCP)\toptname=0(UNKNOWN)\tval=....\toptlen=4",
	     fd);
	ret = CALL5(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_RCVBUF, 0, sizeof(value));
	check(ret == -EFAULT, "setsockopt", ret);
	line("setsockopt\tres=%s\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=8(SO_RCVBUF)\tval=NULL\toptlen=4",
	     res(ret), fd);

	len = sizeof(value);
	ret = CALL5(SYS_GETSOCKOPT, fd, SOL_SOCKET, SO_TYPE, &value, &len);
	check(!ret, "getsockopt", ret);
	line("getsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\toptname=3(SO_TYPE)\tval=1\toptlen=4",
	     fd);
	len = sizeof(wait);
	ret = CALL5(SYS_GETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO, &wait, &len);
	check(!ret, "getsockopt", ret);
	line("getsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=20(SO_RCVTIMEO)\tval=%lld(2.5s)\toptlen=%u",
	     fd, wait.tv_sec * 1000000000LL + wait.tv_usec * 1000LL, len);
	len = sizeof(cookie);
	ret = CALL5(SYS_GETSOCKOPT, fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	check(!ret, "getsockopt", ret);
	line("getsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=53(SO_COOKIE)\tval=%llu\toptlen=8",
	     fd, (unsigned long long)cookie);
	len = sizeof(value);
	ret = CALL5(SYS_GETSOCKOPT, fd, SOL_SOCKET, 5000, &value, &len);
	check(ret == -ENOPROTOOPT, "getsockopt", ret);
	line("getsockopt\tres=%s\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=0(UNKNOWN)\tval=NULL\toptlen=4",
	     res(ret), fd);

	/* The error of a connection that was refused. */
	check(connect(refused, (struct sockaddr *)&name, sizeof(name)) < 0 && errno == ECONNREFUSED,
	      "connect", -errno);
	line("connect\tres=%s\ttuple=NULL\tfd=%d(*\taddr=127.0.0.1:1", res(-ECONNREFUSED), refused);
	close(refused);
	refused = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
	connect(refused, (struct sockaddr *)&name, sizeof(name));
	len = sizeof(value);
	ret = CALL5(SYS_GETSOCKOPT, refused, SOL_SOCKET, SO_ERROR, &value, &len);
	check(!ret && value == ECONNREFUSED, "getsockopt", ret);
	line("getsockopt\tres=0\tfd=%d(*\tlevel=1(SOL_SOCKET)\t"
	     "optname=4(SO_ERROR)\tval=%s\toptlen=4",
	     refused, res(-value));
	close(refused);
	close(fd);
}

/* These two have no arguments in the format. */
static void names(void)
{
	int fd = new_socket(AF_INET, SOCK_STREAM);
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	check(CALL3(SYS_GETPEERNAME, fd, &name, &len) == -ENOTCONN, "getpeername", -errno);
	line("getpeername");
	check(!CALL3(SYS_GETSOCKNAME, fd, &name, &len), "getsockname", -errno);
	close(fd);
}

#ifdef __NR_ipc
/* ipc(2) carries the semaphore calls as socketcall(2) does those of sockets (linux/ipc.h). */
static void semaphores(void)
{
	struct sembuf op = { .sem_num = 1, .sem_op = 3 };
	long id, value = 5;

	id = syscall(__NR_ipc, 2, IPC_PRIVATE, 2, 0600 | IPC_CREAT, 0, 0);
	check(id >= 0, "semget", -errno);
	line("semget\tres=%ld\tkey=0\tnsems=2", id);
	check(!syscall(__NR_ipc, 1, id, 1, 0, &op, 0), "semop", -errno);
	line("semop\tres=0\tnsops=1\tsem_num_0=1\tsem_op_0=3\tsemid=%ld", id);
	check(!syscall(__NR_ipc, 3, id, 1, SETVAL, &value, 0), "semctl", -errno);
	line("semctl\tres=0\tsemid=%ld\tsemnum=1\tval=5", id);
	check(!syscall(__NR_ipc, 3, id, 0, IPC_RMID, &value, 0), "semctl", -errno);
	/* No call: it is shown as itself. */
	check(syscall(__NR_ipc, 9, 0, 0, 0, 0, 0) < 0, "ipc", 0);
	line("ipc");
}
#endif

static void all(void)
{
	make_sockets();
	tcp_stream();
	udp_destinations();
	ipv6();
	raw();
	unix_names();
	messages();
	many_messages();
	options();
	names();
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 20); /* no write between the calls */
	all();
#ifdef __NR_socketcall
	use_socketcall = 1;
	all();
	check(syscall(__NR_socketcall, 21, 0) < 0, "socketcall", 0);
	line("socketcall");
#endif
#ifdef __NR_ipc
	semaphores();
#endif
	return 0;
}
