/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_net.c: which socket an inode is.  The tables of /proc/net show the
 * sockets of one network namespace, so they are read once for each that a
 * process is in; socket inodes are unique on the machine, so all go into one
 * map.  Sockets that are in no table (not bound, not of a kind that has one)
 * still tell their protocol's name (system.sockprotoname, net/socket.c).
 */
#include "source/scan.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"

#define TCP_STATE_LISTEN 10u /* net/tcp_states.h */

/* --- lines ---------------------------------------------------------------------- */

/*
 * An address is printed in 32-bit words as the machine holds them, so storing
 * the numbers gives back the bytes of the network.
 */
static bool take_address(struct span *line, size_t word_cnt, uint8_t out[16], uint16_t *port)
{
	struct span field;
	uint64_t value;

	if (!source_scan_word(line, &field) || field.len < word_cnt * 8)
		return false;
	for (size_t i = 0; i < word_cnt; i++) {
		struct span word = span_make(field.ptr, 8);
		uint32_t number;

		if (!source_scan_number(&word, 16, &value) || word.len)
			return false;
		number = (uint32_t)value;
		memcpy(out + i * 4, &number, 4);
		field.ptr += 8;
		field.len -= 8;
	}
	if (!source_scan_prefix(&field, ":") || !source_scan_number(&field, 16, &value) ||
	    field.len || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool is_zero(const uint8_t addr[16])
{
	static const uint8_t zero[16];

	return !memcmp(addr, zero, 16);
}

void source_scan_inet_type(struct source_scan_socket *socket, bool is_ipv6, bool is_listening)
{
	const struct snap_ends *ends = &socket->ends;
	/* Without connections, who is bound and talks to nobody in particular serves. */
	bool is_server = is_listening || (socket->l4 != SNAP_L4_TCP && ends->sport &&
					  !ends->dport && is_zero(ends->dip));

	if (is_ipv6)
		socket->type = is_server ? SNAP_FD_IPV6_SERVSOCK : SNAP_FD_IPV6_SOCK;
	else
		socket->type = is_server ? SNAP_FD_IPV4_SERVSOCK : SNAP_FD_IPV4_SOCK;
}

/* "sl: local remote state tx:rx timer:when retransmits uid timeout inode ..." */
bool source_scan_inet_line(struct span line, bool is_ipv6, uint8_t l4, uint64_t *ino,
			   struct source_scan_socket *out)
{
	struct source_scan_socket socket = { .l4 = l4 };
	size_t word_cnt = is_ipv6 ? 4 : 1;
	struct span word;
	uint64_t state;
	uint64_t number;

	if (!source_scan_number(&line, 10, &number) || !source_scan_prefix(&line, ":") ||
	    !take_address(&line, word_cnt, socket.ends.sip, &socket.ends.sport) ||
	    !take_address(&line, word_cnt, socket.ends.dip, &socket.ends.dport) ||
	    !source_scan_number(&line, 16, &state))
		return false;
	for (int i = 0; i < 5; i++)
		if (!source_scan_word(&line, &word))
			return false;
	/* A connection that is over, or not yet accepted, belongs to no file. */
	if (!source_scan_number(&line, 10, &number) || !number)
		return false;
	source_scan_inet_type(&socket, is_ipv6, l4 == SNAP_L4_TCP && state == TCP_STATE_LISTEN);
	*ino = number;
	*out = socket;
	return true;
}

/* "address: count protocol flags type state inode path"; the path may hold blanks. */
bool source_scan_unix_line(struct span line, uint64_t *ino, struct source_scan_socket *out)
{
	struct span word;
	uint64_t number;

	if (!source_scan_number(&line, 16, &number) || !source_scan_prefix(&line, ":"))
		return false;
	for (int i = 0; i < 5; i++)
		if (!source_scan_word(&line, &word))
			return false;
	if (!source_scan_number(&line, 10, &number) || !number)
		return false;
	*out = (struct source_scan_socket){ .type = SNAP_FD_UNIX_SOCK, .l4 = SNAP_L4_NA };
	if (source_scan_prefix(&line, " "))
		out->name = line;
	*ino = number;
	return true;
}

bool source_scan_protocol(struct span name, struct source_scan_socket *out)
{
	static const struct {
		const char *name;
		uint8_t type;
		uint8_t l4;
	} kinds[] = {
		{ "TCP", SNAP_FD_IPV4_SOCK, SNAP_L4_TCP },
		{ "TCPv6", SNAP_FD_IPV6_SOCK, SNAP_L4_TCP },
		{ "UDP", SNAP_FD_IPV4_SOCK, SNAP_L4_UDP },
		{ "UDPv6", SNAP_FD_IPV6_SOCK, SNAP_L4_UDP },
		{ "UDP-Lite", SNAP_FD_IPV4_SOCK, SNAP_L4_UNKNOWN },
		{ "UDPLITEv6", SNAP_FD_IPV6_SOCK, SNAP_L4_UNKNOWN },
		{ "PING", SNAP_FD_IPV4_SOCK, SNAP_L4_ICMP },
		{ "PINGv6", SNAP_FD_IPV6_SOCK, SNAP_L4_ICMP },
		{ "RAW", SNAP_FD_IPV4_SOCK, SNAP_L4_RAW },
		{ "RAWv6", SNAP_FD_IPV6_SOCK, SNAP_L4_RAW },
		{ "MPTCP", SNAP_FD_IPV4_SOCK, SNAP_L4_UNKNOWN },
		{ "MPTCPv6", SNAP_FD_IPV6_SOCK, SNAP_L4_UNKNOWN },
		{ "UNIX", SNAP_FD_UNIX_SOCK, SNAP_L4_NA },
		{ "UNIX-STREAM", SNAP_FD_UNIX_SOCK, SNAP_L4_NA },
		{ "NETLINK", SNAP_FD_NETLINK, SNAP_L4_NA },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!span_is_text(name, kinds[i].name))
			continue;
		*out = (struct source_scan_socket){ .type = kinds[i].type, .l4 = kinds[i].l4 };
		return true;
	}
	return false;
}

/* --- tables ---------------------------------------------------------------------- */

struct table {
	const char *name;
	uint8_t l4;
	bool is_ipv6;
	bool is_unix;
};

static const struct table tables[] = {
	{ .name = "net/tcp", .l4 = SNAP_L4_TCP },
	{ .name = "net/tcp6", .l4 = SNAP_L4_TCP, .is_ipv6 = true },
	{ .name = "net/udp", .l4 = SNAP_L4_UDP },
	{ .name = "net/udp6", .l4 = SNAP_L4_UDP, .is_ipv6 = true },
	{ .name = "net/unix", .is_unix = true },
	{ .name = "net/raw", .l4 = SNAP_L4_RAW },
	{ .name = "net/raw6", .l4 = SNAP_L4_RAW, .is_ipv6 = true },
	{ .name = "net/icmp", .l4 = SNAP_L4_ICMP },
	{ .name = "net/icmp6", .l4 = SNAP_L4_ICMP, .is_ipv6 = true },
	{ .name = "net/udplite", .l4 = SNAP_L4_UNKNOWN },
	{ .name = "net/udplite6", .l4 = SNAP_L4_UNKNOWN, .is_ipv6 = true },
};

struct reading {
	struct source_scan *scan;
	const struct table *table;
};

static void take_socket(void *arg, struct span line)
{
	struct reading *reading = arg;
	struct source_scan *scan = reading->scan;
	const struct table *table = reading->table;
	struct source_scan_socket socket;
	struct source_scan_socket *kept;
	uint64_t ino;

	if (table->is_unix ? !source_scan_unix_line(line, &ino, &socket)
			   : !source_scan_inet_line(line, table->is_ipv6, table->l4, &ino, &socket))
		return;
	/* The first one counts: what follows may be a path that holds a newline. */
	if (map_find(&scan->sockets, ino) || scan->sockets.cnt >= LIMIT_FDS_TOTAL)
		return;
	kept = arena_dup(&scan->arena, &socket, sizeof(socket));
	if (kept->name.len)
		kept->name.ptr = arena_dup(&scan->arena, socket.name.ptr, socket.name.len);
	map_put(&scan->sockets, ino, kept);
}

void source_scan_sockets(struct source_scan *scan, int dir)
{
	struct reading reading = { .scan = scan };
	struct str link = { 0 };
	uint64_t ns = 0;

	if (!source_scan_link(dir, "ns/net", &link))
		ns = source_scan_link_number(span_make(link.buf, link.len));
	str_release(&link);
	if (!ns || map_put(&scan->netns, ns, scan))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		reading.table = &tables[i];
		source_scan_file_lines(dir, tables[i].name, take_socket, &reading);
	}
}
