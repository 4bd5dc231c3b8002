/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_iter.c: the fd lists out of the records of a BPF iterator (struct
 * wire_fd): several times quicker than /proc, and it knows the ends of sockets
 * without any table.  It lists the same fds of the same processes.
 */
#include "source/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "event/wire.h"
#include "scap/scap.h"

#define READ_BYTES 65536u
#define TCP_STATE_LISTEN 10u /* net/tcp_states.h */

/* The records of a thread come together; of a process whose main thread ended the first one's count. */
struct iter_scan {
	struct source_scan *scan;
	int64_t pid, tid; /* whose list is open, 0 none */
	uint32_t fd_cnt; /* in it */
	bool sockets_only; /* no lists: into the map of sockets */
	struct str text; /* a name that had to be made */
};

static bool mark_ends(struct span link)
{
	static const char mark[] = " (deleted)";
	const size_t len = sizeof(mark) - 1;

	return link.len > len && !memcmp(link.ptr + link.len - len, mark, len);
}

/* Seldom: a mount that is not among those of the namespaces seen so far. */
static void look_for_mount(struct iter_scan *iter, struct source_scan_file *file)
{
	struct source_scan *scan = iter->scan;
	uint32_t dev;
	char name[64];
	int dir;

	if (map_find(&scan->mounts, file->mnt_id))
		return;
	snprintf(name, sizeof(name), "%lld/task/%lld", (long long)iter->pid, (long long)iter->tid);
	dir = openat(scan->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	file->is_lost = !source_scan_mount_dev(scan, dir, file->mnt_id, &dev) &&
			!source_scan_is_there(dir, file->link, file->ino);
	close(dir);
}

/* The address as /proc/net/unix prints it: '@' for each NUL of an abstract one. */
static struct span unix_text(struct iter_scan *iter, struct span addr)
{
	str_reset(&iter->text);
	if (!addr.len)
		return span_make(NULL, 0);
	if (*addr.ptr)
		addr.len--; /* the NUL that ends a path */
	for (size_t i = 0; i < addr.len; i++)
		str_append_char(&iter->text, addr.ptr[i] ? (char)addr.ptr[i] : '@');
	return span_make(iter->text.buf, iter->text.len);
}

static uint8_t l4_of(const struct wire_fd *record)
{
	switch (record->protocol) {
	case IPPROTO_TCP:
		return SNAP_L4_TCP;
	case IPPROTO_UDP:
		return SNAP_L4_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return SNAP_L4_ICMP;
	default:
		return SNAP_L4_UNKNOWN;
	}
}

static void take_inet(const struct wire_fd *record, struct snap_fd *fd)
{
	struct source_scan_socket socket = {
		.l4 = record->type == SOCK_RAW ? SNAP_L4_RAW : l4_of(record),
		.ends = { .sport = record->sport, .dport = record->dport },
	};

	memcpy(socket.ends.sip, record->sip, 16);
	memcpy(socket.ends.dip, record->dip, 16);
	source_scan_inet_type(&socket, record->family == AF_INET6,
			      socket.l4 == SNAP_L4_TCP && record->state == TCP_STATE_LISTEN);
	fd->type = socket.type;
	fd->l4 = socket.l4;
	fd->ends = socket.ends;
	fd->name = span_make(NULL, 0);
}

static void take_socket(struct iter_scan *iter, const struct wire_fd *record, struct span name,
			struct snap_fd *fd)
{
	switch (record->family) {
	case AF_INET:
	case AF_INET6:
		take_inet(record, fd);
		break;
	case AF_UNIX:
		fd->type = SNAP_FD_UNIX_SOCK;
		fd->l4 = SNAP_L4_NA;
		fd->unix_source = record->unix_source;
		fd->unix_peer = record->unix_peer;
		fd->name = unix_text(iter, name);
		break;
	case AF_NETLINK:
		fd->type = SNAP_FD_NETLINK;
		fd->l4 = SNAP_L4_NA;
		fd->name = span_make(NULL, 0);
		break;
	default:
		fd->type = SNAP_FD_UNSUPPORTED;
		str_reset(&iter->text);
		str_printf(&iter->text, "socket:[%llu]", (unsigned long long)record->ino);
		fd->name = span_make(iter->text.buf, iter->text.len);
	}
}

static void put_record(struct iter_scan *iter, const struct wire_fd *record, struct span name)
{
	struct source_scan_file file = {
		.fd = record->fd,
		.ino = record->ino,
		.mode = record->mode,
		.dev = source_scan_dev(record->dev >> 20, record->dev & 0xfffff),
		.flags = record->flags,
		.mnt_id = (uint32_t)record->mnt_id,
		.is_gone = mark_ends(name) && (record->is_unlinked || !record->nlink),
		.link = name,
	};
	struct snap_fd fd;

	if (!record->family && name.len && *name.ptr == '/' && !mark_ends(name))
		look_for_mount(iter, &file);
	source_scan_classify(&file, &fd);
	if (record->family)
		take_socket(iter, record, name, &fd);
	scap_put_fd(&iter->scan->lists_text, &fd);
	iter->fd_cnt++;
	iter->scan->fd_cnt++;
}

static void end_list(struct iter_scan *iter)
{
	if (iter->pid)
		source_scan_list_end(iter->scan);
	iter->pid = 0;
}

static void keep_socket(struct iter_scan *iter, const struct wire_fd *record, struct span name)
{
	struct arena *arena = &iter->scan->arena;
	struct source_scan_socket *socket;
	struct snap_fd fd = { .fd = record->fd };

	if (!record->family)
		return;
	take_socket(iter, record, name, &fd);
	socket = arena_zero(arena, sizeof(*socket));
	socket->type = fd.type;
	socket->l4 = fd.l4;
	socket->ends = fd.ends;
	socket->unix_source = fd.unix_source;
	socket->unix_peer = fd.unix_peer;
	if (fd.name.len)
		socket->name = span_make(arena_dup(arena, fd.name.ptr, fd.name.len), fd.name.len);
	map_put(&iter->scan->sockets, record->ino, socket);
}

static void take_record(struct iter_scan *iter, const struct wire_fd *record, struct span name)
{
	if (iter->sockets_only) {
		keep_socket(iter, record, name);
		return;
	}
	if (record->tgid != iter->pid || record->tid != iter->tid) {
		if (source_scan_is_listed(iter->scan, record->tgid))
			return;
		end_list(iter);
		iter->pid = record->tgid;
		iter->tid = record->tid;
		iter->fd_cnt = 0;
		source_scan_list_begin(iter->scan, iter->pid, record->seen_ns);
	}
	if (iter->fd_cnt < LIMIT_FDS_PER_PROC)
		put_record(iter, record, name);
}

/* Takes the whole records at the front of buf; what is left is the begin of one. -EBADMSG: not ours. */
static int take_records(struct iter_scan *iter, struct str *buf)
{
	struct wire_fd record;
	size_t pos = 0;

	while (buf->len - pos >= sizeof(record)) {
		memcpy(&record, buf->buf + pos, sizeof(record));
		if (record.size < sizeof(record) ||
		    record.name_len > record.size - sizeof(record) ||
		    record.size > sizeof(record) + WIRE_FD_NAME_MAX)
			return -EBADMSG;
		if (record.size > buf->len - pos)
			break;
		take_record(iter, &record,
			    span_make(buf->buf + pos + sizeof(record), record.name_len));
		pos += record.size;
	}
	memmove(buf->buf, buf->buf + pos, buf->len - pos);
	buf->len -= pos;
	return 0;
}

static int read_records(struct iter_scan *iter, int fd)
{
	struct str buf = { 0 };
	int ret = 0;

	while (!ret) {
		ssize_t got = read(fd, str_reserve(&buf, READ_BYTES), READ_BYTES);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		str_commit(&buf, got);
		ret = take_records(iter, &buf);
	}
	if (!ret && buf.len)
		ret = -EBADMSG;
	str_release(&iter->text);
	str_release(&buf);
	return ret;
}

int source_scan_iter_fds(struct source_scan *scan, int fd)
{
	struct iter_scan iter = { .scan = scan };
	int ret;

	scan->lists_begin_ns = source_scan_now_ns();
	scan->lists_all = false;
	ret = read_records(&iter, fd);
	if (ret)
		source_scan_lists_reset(scan);
	else
		end_list(&iter);
	return ret;
}

int source_scan_iter_sockets(struct source_scan *scan, int fd)
{
	struct iter_scan iter = { .scan = scan, .sockets_only = true };

	return read_records(&iter, fd);
}
