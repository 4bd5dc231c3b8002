/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fdtext.c: how descriptors are named and typed for people.
 */
#include <string.h>

#include "state/tables.h"

struct kind {
	char letter;
	const char *name; /* NULL: none */
};

static const struct kind kinds[SNAP_FD_TYPE_COUNT] = {
	[SNAP_FD_UNKNOWN] = { 'o', NULL },
	[SNAP_FD_FILE] = { 'f', "file" },
	[SNAP_FD_DIRECTORY] = { 'd', "directory" },
	[SNAP_FD_IPV4_SOCK] = { '4', "ipv4" },
	[SNAP_FD_IPV6_SOCK] = { '6', "ipv6" },
	[SNAP_FD_IPV4_SERVSOCK] = { '4', "ipv4" },
	[SNAP_FD_IPV6_SERVSOCK] = { '6', "ipv6" },
	[SNAP_FD_FIFO] = { 'p', "pipe" },
	[SNAP_FD_UNIX_SOCK] = { 'u', "unix" },
	[SNAP_FD_EVENT] = { 'e', "event" },
	[SNAP_FD_UNSUPPORTED] = { 'X', NULL },
	[SNAP_FD_SIGNALFD] = { 's', "signalfd" },
	[SNAP_FD_EVENTPOLL] = { 'l', "eventpoll" },
	[SNAP_FD_INOTIFY] = { 'i', "inotify" },
	[SNAP_FD_TIMERFD] = { 't', "timerfd" },
	[SNAP_FD_NETLINK] = { 'n', "netlink" },
	[SNAP_FD_FILE_V2] = { 'f', "file" },
	[SNAP_FD_BPF] = { 'b', "bpf" },
	[SNAP_FD_USERFAULTFD] = { 'u', "userfaultfd" },
	[SNAP_FD_IOURING] = { 'r', "io_uring" },
	[SNAP_FD_MEMFD] = { 'm', "memfd" },
	[SNAP_FD_PIDFD] = { 'P', "pidfd" },
};

char state_fd_typechar(const struct state_fd *fd)
{
	return fd->type < SNAP_FD_TYPE_COUNT ? kinds[fd->type].letter : '?';
}

const char *state_fd_type_name(const struct state_fd *fd)
{
	return fd->type < SNAP_FD_TYPE_COUNT ? kinds[fd->type].name : NULL;
}

static void append_end(const uint8_t *addr, uint16_t port, bool is_ipv6, struct str *out)
{
	if (is_ipv6)
		event_ipv6_text(addr, out);
	else
		event_ipv4_text(addr, out);
	str_append_char(out, ':');
	str_append_u64(out, port);
}

bool state_fd_name(const struct state_fd *fd, struct str *out)
{
	bool is_ipv6 = fd->type == SNAP_FD_IPV6_SOCK || fd->type == SNAP_FD_IPV6_SERVSOCK;

	switch (fd->type) {
	case SNAP_FD_IPV4_SOCK:
	case SNAP_FD_IPV6_SOCK:
		if (fd->has_tuple) {
			append_end(fd->ends.sip, fd->ends.sport, is_ipv6, out);
			str_append_text(out, "->");
			append_end(fd->ends.dip, fd->ends.dport, is_ipv6, out);
		}
		return true;
	case SNAP_FD_IPV4_SERVSOCK:
	case SNAP_FD_IPV6_SERVSOCK:
		append_end(fd->ends.sip, fd->ends.sport, is_ipv6, out);
		return true;
	case SNAP_FD_UNIX_SOCK:
		if (fd->has_tuple)
			str_printf(out, "%llx->%llx ", (unsigned long long)fd->unix_source,
				   (unsigned long long)fd->unix_peer);
		break;
	default:
		break;
	}
	if (fd->name)
		str_append(out, fd->name, fd->name_len);
	return fd->name || fd->has_tuple;
}
