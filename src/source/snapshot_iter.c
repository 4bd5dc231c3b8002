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

/* One list is open at a time: the records of a process come together. */
struct iter_scan {
	struct source_scan *scan;
	struct map procs; /* pid -> struct source_scan_proc of those not listed yet */
	struct source_scan_proc *proc; /* whose list is open, NULL none */
	size_t begin; /* of its block */
	uint32_t fd_cnt; /* in it */
	struct str text; /* a name that had to be made */
	struct str *out;
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
	snprintf(name, sizeof(name), "%lld/task/%lld", (long long)iter->proc->pid,
		 (long long)iter->proc->tid);
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
	scap_put_fd(iter->out, &fd);
	iter->fd_cnt++;
	iter->scan->fd_cnt++;
}

static void end_list(struct iter_scan *iter)
{
	if (iter->proc)
		scap_list_end(iter->out, iter->begin);
	iter->proc = NULL;
}

static void take_record(struct iter_scan *iter, const struct wire_fd *record, struct span name)
{
	struct source_scan_proc *proc = iter->proc;

	if (!proc || record->tgid != proc->pid) {
		proc = map_find(&iter->procs, record->tgid);
		/* Kernel threads, newcomers, and tables that belong to single threads. */
		if (!proc || record->tid != proc->tid)
			return;
		end_list(iter);
		map_remove(&iter->procs, record->tgid);
		iter->proc = proc;
		iter->begin = scap_list_begin(iter->out, SCAP_FDS, proc->pid);
		iter->fd_cnt = 0;
	}
	if (record->tid == proc->tid && iter->fd_cnt < LIMIT_FDS_PER_PROC)
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

int source_scan_iter(struct source_scan *scan, int fd, struct str *out)
{
	struct iter_scan iter = { .scan = scan, .out = out };
	struct str buf = { 0 };
	size_t begin = out->len;
	int ret = 0;

	for (size_t i = 0; i < scan->procs.cnt; i++)
		map_put(&iter.procs, scan->procs.items[i].pid, &scan->procs.items[i]);
	while (!ret) {
		ssize_t got = read(fd, str_reserve(&buf, READ_BYTES), READ_BYTES);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		str_commit(&buf, got);
		ret = take_records(&iter, &buf);
	}
	if (!ret && buf.len)
		ret = -EBADMSG;
	if (ret) {
		out->len = begin;
		scan->fd_cnt = 0;
	} else {
		end_list(&iter);
	}
	map_release(&iter.procs);
	str_release(&iter.text);
	str_release(&buf);
	return ret;
}
