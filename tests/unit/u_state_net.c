/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_state_net.c: sockets: their ends, roles and names, what a bad address does, and
 * descriptors that come in control messages.
 */
#include "unit/stbuild.h"

#include <errno.h>
#include <stdio.h>

enum { P = 100, TCP = 1, UDP = 2, RAW = 3 };

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define LOCAL IP(127, 0, 0, 1)
#define OTHER IP(10, 0, 0, 9)

static int open_one(void **context)
{
	bench_open(context);
	add_process(*context, P, 1, "prog");
	state_finish_snapshot(((struct bench *)*context)->state);
	return 0;
}

static struct event *socket_exit(struct bench *t, int64_t num, int64_t domain, int64_t type)
{
	return apply(t, EVENT_SOCKET_SOCKET_X, P, "nnnnn", num, domain, type, N(0), N(0));
}

static struct event *connect_to(struct bench *t, int64_t num, int64_t result, const uint8_t *tuple,
				size_t len)
{
	return apply(t, EVENT_SOCKET_CONNECT_X, P, "nbn", result, (const void *)tuple, len, num);
}

static struct event *bind_to(struct bench *t, int64_t num, uint32_t addr, uint16_t port)
{
	uint8_t bytes[7];

	evbuild_sockaddr4(bytes, addr, port);
	return apply(t, EVENT_SOCKET_BIND_X, P, "nbn", N(0), (const void *)bytes, sizeof(bytes),
		     num);
}

static struct event *sendto_peer(struct bench *t, int64_t num, int64_t result, const void *tuple,
				 size_t len)
{
	return apply(t, EVENT_SOCKET_SENDTO_X, P, "nbnnb", result, "data", (size_t)4, num, N(4),
		     tuple, len);
}

static struct event *recvfrom_peer(struct bench *t, int64_t num, const void *tuple, size_t len)
{
	return apply(t, EVENT_SOCKET_RECVFROM_X, P, "nbbnn", N(4), "data", (size_t)4, tuple, len,
		     num, N(4));
}

/* --- making ----------------------------------------------------------------------------- */

static void sockets_begin_unbound(void **context)
{
	struct bench *t = *context;
	const struct {
		int64_t domain, type, proto;
		const char *kind;
		char letter;
		uint8_t l4;
	} cases[] = {
		{ 2, 1, 0, "ipv4", '4', SNAP_L4_TCP },
		{ 2, 0x80801, 6, "ipv4", '4', SNAP_L4_TCP },
		{ 10, 2, 17, "ipv6", '6', SNAP_L4_UDP },
		{ 2, 2, 1, "ipv4", '4', SNAP_L4_ICMP },
		{ 10, 3, 58, "ipv6", '6', SNAP_L4_RAW },
		{ 2, 1, 132, "ipv4", '4', SNAP_L4_UNKNOWN },
		{ 1, 2, 0, "unix", 'u', SNAP_L4_UNKNOWN },
		{ 16, 3, 0, "netlink", 'n', SNAP_L4_UNKNOWN },
		{ 17, 3, 0, NULL, 'o', SNAP_L4_UNKNOWN },
		{ 258, 1, 0, NULL, 'o', SNAP_L4_UNKNOWN },
	};
	struct event *ev;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ev = apply(t, EVENT_SOCKET_SOCKET_X, P, "nnnnn", N(3), cases[i].domain,
			   cases[i].type, cases[i].proto, N(0));
		assert_int_equal(state_fd_typechar(ev->fd), cases[i].letter);
		assert_int_equal(ev->fd->l4, cases[i].l4);
		assert_false(ev->fd->has_tuple || ev->fd->has_role || ev->fd->is_connected);
		if (!cases[i].kind) {
			assert_null(state_fd_type_name(ev->fd));
			continue;
		}
		assert_string_equal(state_fd_type_name(ev->fd), cases[i].kind);
		assert_fd_name(ev->fd, "");
	}
	ev = apply(t, EVENT_SOCKET_SOCKET_X, P, "nnnnn", N(-97), N(2), N(1), N(0), N(0));
	assert_null(ev->fd);
	assert_int_equal(ev->fd_num, -97);
}

/* Trap 18. */
static void failed_pairs_make_nothing(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	apply(t, EVENT_SOCKET_SOCKETPAIR_X, P, "nnnnnnnn", N(-24), N(-1), N(-1), N(0), N(0), N(1),
	      N(1), N(0));
	apply(t, EVENT_SOCKET_SOCKETPAIR_X, P, "nnn", N(0), N(-1), N(-1));
	assert_int_equal(state_fd_count(thread_at(t, P)), 0);
	ev = apply(t, EVENT_SOCKET_SOCKETPAIR_X, P, "nnnnnnnn", N(0), N(3), N(4), N(0xa), N(0xb),
		   N(1), N(0x80001), N(0));
	assert_int_equal(ev->fd_num, 3);
	assert_int_equal(ev->fd2_num, 4);
	assert_int_equal(fd_at(t, P, 3)->unix_source, 0xa);
	assert_int_equal(fd_at(t, P, 4)->unix_source, 0xb);
	assert_true(fd_at(t, P, 4)->is_connected && fd_at(t, P, 4)->is_cloexec);
	assert_fd_name(ev->fd, "");
}

/* --- connections ------------------------------------------------------------------------------ */

static void client_connects(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	evbuild_tuple4(tuple, LOCAL, 40000, OTHER, 80);
	socket_exit(t, 3, 2, TCP);
	ev = connect_to(t, 3, 0, tuple, 13);
	assert_int_equal(ev->fd_num, 3);
	assert_fd_name(ev->fd, "127.0.0.1:40000->10.0.0.9:80");
	assert_true(ev->fd->has_role && !ev->fd->is_server && ev->fd->is_connected);
	assert_int_equal(ev->fd->ends.dport, 80);
	assert_int_equal(ev->fd->l4, SNAP_L4_TCP);
	assert_true(ev->fd->name_changed);
	assert_string_equal(ev->fd->old_name, "");
	ev = sendto_peer(t, 3, 4, NULL, 0);
	assert_fd_name(ev->fd, "127.0.0.1:40000->10.0.0.9:80");
	assert_false(ev->fd->name_changed);
	assert_null(ev->fd->old_name);
}

static void connect_in_progress(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	uint8_t value[9] = { 1 };
	struct event *ev;

	evbuild_tuple4(tuple, LOCAL, 40000, OTHER, 80);
	socket_exit(t, 3, 2, TCP);
	ev = connect_to(t, 3, -EINPROGRESS, tuple, 13);
	assert_true(ev->fd->is_pending && !ev->fd->is_connected);
	assert_fd_name(ev->fd, "127.0.0.1:40000->10.0.0.9:80");
	ev = apply(t, EVENT_SOCKET_GETSOCKOPT_X, P, "nnnnbn", N(0), N(3), N(1), N(4),
		   (const void *)value, sizeof(value), N(4));
	assert_true(!ev->fd->is_pending && ev->fd->is_connected);

	connect_to(t, 3, -EINPROGRESS, tuple, 13);
	store_u64(value + 1, (uint64_t)-ECONNREFUSED);
	ev = apply(t, EVENT_SOCKET_GETSOCKOPT_X, P, "nnnnbn", N(0), N(3), N(1), N(4),
		   (const void *)value, sizeof(value), N(4));
	assert_true(!ev->fd->is_pending && !ev->fd->is_connected);

	/* Whoever writes is connected; a call that is still under way changes nothing. */
	connect_to(t, 3, -EINPROGRESS, tuple, 13);
	assert_true(connect_to(t, 3, -EALREADY, tuple, 13)->fd->is_pending);
	ev = apply(t, EVENT_SYSCALL_WRITE_X, P, "nbn", N(-EAGAIN), "", (size_t)0, N(3));
	assert_true(ev->fd->is_pending);
	ev = apply(t, EVENT_SYSCALL_WRITE_X, P, "nbn", N(5), "hello", (size_t)5, N(3));
	assert_true(!ev->fd->is_pending && ev->fd->is_connected);
	ev = apply(t, EVENT_SOCKET_SHUTDOWN_X, P, "nnn", N(0), N(3), N(2));
	assert_false(ev->fd->is_connected);
}

static void failed_connect_changes_nothing(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	evbuild_tuple4(tuple, LOCAL, 40000, OTHER, 80);
	socket_exit(t, 3, 2, TCP);
	ev = connect_to(t, 3, -ECONNREFUSED, tuple, 13);
	assert_fd_name(ev->fd, "");
	assert_false(ev->fd->is_connected || ev->fd->has_role);
	/* Only the address is told, or it is told and the tuple is not whole. */
	ev = apply(t, EVENT_SOCKET_CONNECT_X, P, "nbnb", N(0), "\2\1\2", (size_t)3, N(3),
		   "\2\12\0\0\11P\0", (size_t)7);
	assert_fd_name(ev->fd, "0.0.0.0:0->10.0.0.9:80");
}

static void server_accepts(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	socket_exit(t, 3, 2, TCP);
	ev = bind_to(t, 3, 0, 8080);
	assert_fd_name(ev->fd, "0.0.0.0:8080");
	assert_int_equal(ev->fd->type, SNAP_FD_IPV4_SERVSOCK);
	assert_int_equal(ev->fd->l4, SNAP_L4_TCP);
	ev = apply(t, EVENT_SOCKET_LISTEN_X, P, "nnn", N(0), N(3), N(5));
	assert_true(ev->fd->is_server && ev->fd->has_role);
	evbuild_tuple4(tuple, OTHER, 40000, LOCAL, 8080);
	ev = apply(t, EVENT_SOCKET_ACCEPT4_6_X, P, "nbnnnn", N(4), (const void *)tuple, (size_t)13,
		   N(0), N(0), N(5), N(4096));
	assert_int_equal(ev->fd_num, 4);
	assert_fd_name(ev->fd, "10.0.0.9:40000->127.0.0.1:8080");
	assert_true(ev->fd->is_server && ev->fd->is_connected && ev->fd->is_cloexec);
	/* What comes in and what goes out: client first, both times. */
	ev = recvfrom_peer(t, 4, tuple, 13);
	assert_fd_name(ev->fd, "10.0.0.9:40000->127.0.0.1:8080");
	ev = apply(t, EVENT_SOCKET_ACCEPT_5_X, P, "n", N(-EAGAIN));
	assert_null(ev->fd);
	/* Accepted, but from whom was not recorded. */
	ev = apply(t, EVENT_SOCKET_ACCEPT_5_X, P, "n", N(5));
	assert_fd_name(ev->fd, NULL);
	assert_true(ev->fd->is_server);
}

/* A bound TCP socket that connects is a client all the same. */
static void bound_client(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	evbuild_tuple4(tuple, LOCAL, 1023, OTHER, 22);
	socket_exit(t, 3, 2, TCP);
	bind_to(t, 3, 0, 1023);
	ev = connect_to(t, 3, 0, tuple, 13);
	assert_false(ev->fd->is_server);
	assert_int_equal(ev->fd->type, SNAP_FD_IPV4_SOCK);
	assert_fd_name(ev->fd, "127.0.0.1:1023->10.0.0.9:22");
}

/* --- IPv6 and IPv4 in it: report 4 --------------------------------------------------------------- */

static void mapped_addresses_are_ipv4(void **context)
{
	struct bench *t = *context;
	const uint8_t a[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 };
	const uint8_t b[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9 };
	const uint8_t any[16] = { 0 };
	const uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 4 };
	uint8_t tuple[37];
	uint8_t addr[19] = { 10 };
	struct event *ev;

	socket_exit(t, 3, 10, TCP);
	evbuild_tuple6(tuple, a, 40000, b, 80);
	ev = connect_to(t, 3, 0, tuple, 37);
	assert_int_equal(ev->fd->type, SNAP_FD_IPV4_SOCK);
	assert_string_equal(state_fd_type_name(ev->fd), "ipv4");
	assert_int_equal(ev->fd->l4, SNAP_L4_TCP);
	assert_fd_name(ev->fd, "127.0.0.1:40000->10.0.0.9:80");
	assert_memory_equal(ev->fd->ends.sip, "\x7f\0\0\1", 4);

	/* Not bound yet. */
	socket_exit(t, 4, 10, UDP);
	evbuild_tuple6(tuple, any, 0, b, 53);
	ev = sendto_peer(t, 4, 4, tuple, 37);
	assert_fd_name(ev->fd, "0.0.0.0:0->10.0.0.9:53");
	assert_int_equal(ev->fd->l4, SNAP_L4_UDP);

	/* A dual-stack listener. */
	evbuild_tuple6(tuple, b, 40000, a, 80);
	ev = apply(t, EVENT_SOCKET_ACCEPT4_6_X, P, "nb", N(5), (const void *)tuple, (size_t)37);
	assert_fd_name(ev->fd, "10.0.0.9:40000->127.0.0.1:80");
	assert_int_equal(ev->fd->type, SNAP_FD_IPV4_SOCK);

	/* Real ones stay. */
	socket_exit(t, 6, 10, TCP);
	evbuild_tuple6(tuple, six, 1, six, 2);
	ev = connect_to(t, 6, 0, tuple, 37);
	assert_fd_name(ev->fd, "2001:db8::4:1->2001:db8::4:2");
	assert_int_equal(ev->fd->type, SNAP_FD_IPV6_SOCK);
	socket_exit(t, 7, 10, UDP);
	evbuild_tuple6(tuple, any, 0, six, 2);
	assert_fd_name(sendto_peer(t, 7, 4, tuple, 37)->fd, ":::0->2001:db8::4:2");

	/* bind() of both kinds. */
	socket_exit(t, 8, 10, TCP);
	memcpy(addr + 1, a, 16);
	store_u16(addr + 17, 99);
	ev = apply(t, EVENT_SOCKET_BIND_X, P, "nbn", N(0), (const void *)addr, sizeof(addr), N(8));
	assert_fd_name(ev->fd, "127.0.0.1:99");
	memcpy(addr + 1, any, 16);
	ev = apply(t, EVENT_SOCKET_BIND_X, P, "nbn", N(0), (const void *)addr, sizeof(addr), N(8));
	assert_fd_name(ev->fd, ":::99");
	assert_int_equal(ev->fd->type, SNAP_FD_IPV6_SERVSOCK);
}

/* --- datagrams: reports 14 and 16 ------------------------------------------------------------------ */

static void each_datagram_has_its_own_peer(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	char want[64];
	struct event *ev;
	unsigned int i;

	socket_exit(t, 3, 2, UDP);
	for (i = 1; i <= 300; i++) {
		const uint16_t types[] = { EVENT_SOCKET_SENDTO_X, EVENT_SOCKET_SENDMSG_X };

		evbuild_tuple4(tuple, LOCAL, 5000, OTHER, (uint16_t)i);
		if (i % 3)
			ev = apply(t, types[i % 2], P, "nbnnb", N(4), "data", (size_t)4, N(3), N(4),
				   (const void *)tuple, (size_t)13);
		else
			ev = apply(t, EVENT_SOCKET_SENDMMSG_X, P, "nnnbb", N(1), N(3), N(4), "data",
				   (size_t)4, (const void *)tuple, (size_t)13);
		snprintf(want, sizeof(want), "127.0.0.1:5000->10.0.0.9:%u", i);
		assert_fd_name(ev->fd, want);
		assert_true(ev->fd->name_changed);
		assert_false(ev->fd->is_server);
	}
	/* An answer of the last one: the same pair, so nothing changed. */
	evbuild_tuple4(tuple, OTHER, 300, LOCAL, 5000);
	ev = recvfrom_peer(t, 3, tuple, 13);
	assert_fd_name(ev->fd, want);
	assert_false(ev->fd->name_changed);
	/* And of another one. */
	evbuild_tuple4(tuple, OTHER, 7, LOCAL, 5000);
	ev = apply(t, EVENT_SOCKET_RECVMMSG_X, P, "nnnbb", N(1), N(3), N(4), "data", (size_t)4,
		   (const void *)tuple, (size_t)13);
	assert_fd_name(ev->fd, "127.0.0.1:5000->10.0.0.9:7");
	assert_string_equal(ev->fd->old_name, want);
}

static void bad_addresses_never_stick(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[64] = { 0 };
	struct event *ev;
	size_t len;
	unsigned int family;

	evbuild_tuple4(tuple, LOCAL, 5000, OTHER, 53);
	socket_exit(t, 3, 2, UDP);
	sendto_peer(t, 3, 4, tuple, 13);
	for (family = 0; family < 256; family++) {
		for (len = 0; len < 40; len++) {
			if ((family == 2 && len == 13) || (family == 10 && len == 37) ||
			    (family == 1 && len >= 18))
				continue;
			tuple[0] = 2;
			sendto_peer(t, 3, 4, tuple, 13);
			tuple[0] = (uint8_t)family;
			/* One that failed changes nothing; one that went somewhere else forgets. */
			ev = sendto_peer(t, 3, -EINVAL, tuple, len);
			assert_fd_name(ev->fd, "127.0.0.1:5000->10.0.0.9:53");
			ev = sendto_peer(t, 3, 4, tuple, len);
			assert_fd_name(ev->fd, "");
			assert_int_equal(ev->fd->type, SNAP_FD_IPV4_SOCK);
		}
	}
	/* A connected one needs no address. */
	tuple[0] = 2;
	connect_to(t, 3, 0, tuple, 13);
	ev = sendto_peer(t, 3, 4, NULL, 0);
	assert_fd_name(ev->fd, "127.0.0.1:5000->10.0.0.9:53");
}

static void datagram_server(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	socket_exit(t, 3, 2, UDP);
	bind_to(t, 3, 0, 53);
	evbuild_tuple4(tuple, OTHER, 40000, LOCAL, 53);
	ev = recvfrom_peer(t, 3, tuple, 13);
	assert_fd_name(ev->fd, "10.0.0.9:40000->127.0.0.1:53");
	assert_true(ev->fd->is_server);
	assert_string_equal(ev->fd->old_name, "0.0.0.0:53");
	evbuild_tuple4(tuple, LOCAL, 53, OTHER, 40000);
	ev = sendto_peer(t, 3, 4, tuple, 13);
	assert_fd_name(ev->fd, "10.0.0.9:40000->127.0.0.1:53");
	assert_false(ev->fd->name_changed);
}

/* A socket that was there before anybody looked: the pair is known, the protocol is not. */
static void socket_met_by_its_data(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	evbuild_tuple4(tuple, LOCAL, 5000, OTHER, 53);
	ev = sendto_peer(t, 9, 4, tuple, 13);
	assert_int_equal(ev->fd->type, SNAP_FD_IPV4_SOCK);
	assert_int_equal(ev->fd->l4, SNAP_L4_UNKNOWN);
	assert_fd_name(ev->fd, "127.0.0.1:5000->10.0.0.9:53");
	assert_int_equal(ev->fd->opened_ns, 0);
	/* It was thought to be a file. */
	openat_exit(t, P, 10, "/file", 1);
	ev = sendto_peer(t, 10, 4, tuple, 13);
	assert_fd_name(ev->fd, "127.0.0.1:5000->10.0.0.9:53");
	assert_int_equal(ev->fd->open_flags, 0);
	assert_null(sendto_peer(t, 11, -EBADF, tuple, 13)->fd);
}

static void disconnect(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];
	struct event *ev;

	evbuild_tuple4(tuple, LOCAL, 5000, OTHER, 53);
	socket_exit(t, 3, 2, UDP);
	connect_to(t, 3, 0, tuple, 13);
	evbuild_tuple4(tuple, LOCAL, 5000, 0, 0);
	ev = connect_to(t, 3, 0, tuple, 13);
	assert_false(ev->fd->is_connected);
	assert_fd_name(ev->fd, "");
}

/* --- unix sockets: report 40, trap 21 ------------------------------------------------------------------ */

static void unix_names(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[200];
	uint8_t addr[110];
	char path[109];
	char want[140];
	struct event *ev;
	size_t len;

	socket_exit(t, 3, 1, TCP);
	len = evbuild_tuple_unix(tuple, 0, 0xffff88003d3dd800, "/run/x");
	ev = connect_to(t, 3, 0, tuple, len);
	assert_fd_name(ev->fd, "0->ffff88003d3dd800 /run/x");
	assert_string_equal(ev->fd->name, "/run/x");
	assert_true(ev->fd->has_role && !ev->fd->is_server);
	len = evbuild_tuple_unix(tuple, 1, 2, "");
	ev = apply(t, EVENT_SOCKET_ACCEPT4_6_X, P, "nb", N(4), (const void *)tuple, len);
	assert_fd_name(ev->fd, "1->2 ");
	assert_int_equal(ev->fd->type, SNAP_FD_UNIX_SOCK);
	/* An abstract one, as a recorder writes it that knows. */
	socket_exit(t, 5, 1, UDP);
	ev = apply(t, EVENT_SOCKET_BIND_X, P, "nbn", N(0), "\1@abstract", (size_t)11, N(5));
	assert_fd_name(ev->fd, "@abstract");
	/* 108 bytes, and no NUL behind them. */
	memset(path, 'p', 108);
	path[108] = '\0';
	addr[0] = 1;
	memcpy(addr + 1, path, 108);
	ev = apply(t, EVENT_SOCKET_BIND_X, P, "nbn", N(0), (const void *)addr, (size_t)109, N(5));
	assert_fd_name(ev->fd, path);
	tuple[0] = 1;
	store_u64(tuple + 1, 1);
	store_u64(tuple + 9, 2);
	memcpy(tuple + 17, path, 108);
	ev = apply(t, EVENT_SOCKET_ACCEPT4_6_X, P, "nb", N(6), (const void *)tuple, (size_t)125);
	snprintf(want, sizeof(want), "1->2 %s", path);
	assert_fd_name(ev->fd, want);
	/* The directions name the two sockets in two orders: no change. */
	len = evbuild_tuple_unix(tuple, 1, 2, "");
	sendto_peer(t, 4, 4, tuple, len);
	len = evbuild_tuple_unix(tuple, 2, 1, "");
	ev = recvfrom_peer(t, 4, tuple, len);
	assert_false(ev->fd->name_changed);
	assert_fd_name(ev->fd, "1->2 ");
}

/* Trap 20: an empty name in place of none is no change. */
static void no_name_and_empty_are_the_same(void **context)
{
	struct bench *t = *context;
	struct event *ev;

	socket_exit(t, 3, 1, UDP);
	ev = apply(t, EVENT_SOCKET_BIND_X, P, "nbn", N(0), "\1\0", (size_t)2, N(3));
	assert_false(ev->fd->name_changed);
	assert_null(ev->fd->old_name);
}

/* --- control messages: trap 22, report 11 ------------------------------------------------------------------ */

static size_t put_message(uint8_t *at, size_t word, uint64_t len, int32_t type, const int32_t *fds,
			  size_t cnt)
{
	size_t head = word + 8;
	size_t i;

	if (word == 8)
		store_u64(at, len ? len : head + 4 * cnt);
	else
		store_u32(at, (uint32_t)(len ? len : head + 4 * cnt));
	store_u32(at + word, 1);
	store_u32(at + word + 4, (uint32_t)type);
	for (i = 0; i < cnt; i++)
		store_u32(at + head + 4 * i, (uint32_t)fds[i]);
	return (head + 4 * cnt + word - 1) & ~(word - 1);
}

static struct event *recvmsg_exit(struct bench *t, int64_t num, const uint8_t *control, size_t len)
{
	return apply(t, EVENT_SOCKET_RECVMSG_X, P, "nnb-bn", N(1), N(1), "x", (size_t)1,
		     (const void *)control, len, num);
}

static void fds_that_arrive(void **context)
{
	struct bench *t = *context;
	const int32_t rights[] = { 20, 21, 22 };
	const int32_t pidfd[] = { 23 };
	const int32_t cred[] = { 30, 31, 32 };
	uint8_t control[128] = { 0 };
	struct event *ev;
	size_t word;
	size_t len;

	socket_exit(t, 3, 1, TCP);
	for (word = 8; word >= 4; word -= 4) {
		openat_exit(t, P, 21, "/stale", 1);
		len = put_message(control, word, 0, 2, cred, 3);
		len += put_message(control + len, word, 0, 1, rights, 3);
		len += put_message(control + len, word, 0, 4, pidfd, 1);
		ev = recvmsg_exit(t, 3, control, len);
		assert_int_equal(ev->fd_num, 3);
		assert_int_equal(ev->fd->type, SNAP_FD_UNIX_SOCK);
		assert_non_null(fd_at(t, P, 20));
		assert_fd_name(fd_at(t, P, 21), NULL);
		assert_int_equal(fd_at(t, P, 23)->type, SNAP_FD_PIDFD);
		assert_true(fd_at(t, P, 23)->is_cloexec);
		assert_null(fd_at(t, P, 30));
		/* A scan tells the names. */
		add_file(t, P, 20, "/given");
		assert_fd_name(fd_at(t, P, 20), "/given");
		apply(t, EVENT_SYSCALL_CLOSE_RANGE_X, P, "nnnn", N(0), N(20), N(40), N(0));
	}
	/* Other families have other messages. */
	len = put_message(control, 8, 0, 1, rights, 3);
	socket_exit(t, 4, 2, UDP);
	recvmsg_exit(t, 4, control, len);
	assert_null(fd_at(t, P, 20));
	ev = apply(t, EVENT_SOCKET_RECVMMSG_X, P, "nnnb-b", N(1), N(3), N(1), "x", (size_t)1,
		   (const void *)control, len);
	assert_non_null(fd_at(t, P, 22));
}

static void damaged_messages(void **context)
{
	struct bench *t = *context;
	const int32_t rights[] = { 20 };
	uint8_t control[64] = { 0 };
	const uint64_t lens[] = { 0,	     1,	 15, 16, 19,	     21,	 24,
				  25,	     63, 64, 65, UINT32_MAX, UINT64_MAX, UINT64_MAX - 7,
				  1ull << 32 };
	size_t i;
	size_t len;

	socket_exit(t, 3, 1, TCP);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		for (len = 0; len <= 64; len++) {
			put_message(control, 8, lens[i], 1, rights, 1);
			if (!lens[i])
				store_u64(control, 0);
			recvmsg_exit(t, 3, control, len);
			/* What fits whole may count; the socket itself never goes. */
			assert_int_equal(fd_at(t, P, 3)->type, SNAP_FD_UNIX_SOCK);
		}
	}
}

/* Ioctls that answer with a descriptor put it in place of what was there. */
static void fds_that_ioctls_give(void **context)
{
	static const struct {
		uint64_t request, argument;
		bool is_new, is_cloexec;
	} cases[] = {
		{ 0x5441, 0x102, true, false }, /* TIOCGPTPEER: O_RDWR | O_NOCTTY */
		{ 0x5441, 0x80002, true, true }, /* O_CLOEXEC */
		{ 0xff01, 0, true, true }, /* PIDFD_GET_CGROUP_NAMESPACE */
		{ 0xff0a, 0, true, true }, /* PIDFD_GET_UTS_NAMESPACE */
		{ 0xff0b, 0, false, false },	 { 0xb701, 0, true, true }, /* NS_GET_USERNS */
		{ 0xb703, 0, false, false }, /* NS_GET_NSTYPE: a number */
		{ 0x5401, 0, false, false }, /* TCGETS */
	};
	struct bench *t = *context;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event *ev;

		openat_exit(t, P, 9, "/was there", 1);
		openat_exit(t, P, 3, "/asked", 1);
		ev = apply(t, EVENT_SYSCALL_IOCTL_3_X, P, "nnnn", N(9), N(3), N(cases[i].request),
			   N(cases[i].argument));
		assert_int_equal(ev->fd_num, 3);
		assert_fd_name(ev->fd, "/asked");
		if (!cases[i].is_new) {
			assert_fd_name(fd_at(t, P, 9), "/was there");
			continue;
		}
		assert_fd_name(fd_at(t, P, 9), NULL);
		assert_int_equal(fd_at(t, P, 9)->is_cloexec, cases[i].is_cloexec);
		openat_exit(t, P, 9, "/was there", 1);
		apply(t, EVENT_SYSCALL_IOCTL_3_X, P, "nnnn", N(-22), N(3), N(cases[i].request),
		      N(0));
		assert_fd_name(fd_at(t, P, 9), "/was there");
	}
}

/* --- a fork of it all -------------------------------------------------------------------------------------- */

static void children_have_the_same_sockets(void **context)
{
	struct bench *t = *context;
	uint8_t tuple[13];

	evbuild_tuple4(tuple, LOCAL, 40000, OTHER, 80);
	socket_exit(t, 3, 2, TCP);
	connect_to(t, 3, 0, tuple, 13);
	fork_child(t, P, 300);
	assert_fd_name(fd_at(t, 300, 3), "127.0.0.1:40000->10.0.0.9:80");
	assert_false(fd_at(t, 300, 3)->name_changed);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_one, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(sockets_begin_unbound),
		CASE(failed_pairs_make_nothing),
		CASE(client_connects),
		CASE(connect_in_progress),
		CASE(failed_connect_changes_nothing),
		CASE(server_accepts),
		CASE(bound_client),
		CASE(mapped_addresses_are_ipv4),
		CASE(each_datagram_has_its_own_peer),
		CASE(bad_addresses_never_stick),
		CASE(datagram_server),
		CASE(socket_met_by_its_data),
		CASE(disconnect),
		CASE(unix_names),
		CASE(no_name_and_empty_are_the_same),
		CASE(fds_that_arrive),
		CASE(damaged_messages),
		CASE(fds_that_ioctls_give),
		CASE(children_have_the_same_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
