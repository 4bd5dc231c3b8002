/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_fds.c: what an fd is, and the fd lists of all processes out of /proc.
 * The iterator's records (snapshot_iter.c) come to the same classification.
 * Nothing here waits for a file system: attributes are taken as they are known.
 */
#include "source/scan.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/limits.h"
#include "scap/scap.h"

#define FDINFO_MAX 1024u /* the lines asked for are its first */
#define VIEWS_MAX 16u /* threads that are asked for the fds of their process */

static const char gone_mark[] = " (deleted)";

/* --- what it is ------------------------------------------------------------------- */

/* Kernels print "anon_inode:bpf-map" as well as "anon_inode:[eventfd]". */
static uint8_t anon_type(struct span name)
{
	static const struct {
		const char *name;
		uint8_t type;
	} kinds[] = {
		{ "eventfd", SNAP_FD_EVENT },		{ "eventpoll", SNAP_FD_EVENTPOLL },
		{ "inotify", SNAP_FD_INOTIFY },		{ "signalfd", SNAP_FD_SIGNALFD },
		{ "timerfd", SNAP_FD_TIMERFD },		{ "io_uring", SNAP_FD_IOURING },
		{ "userfaultfd", SNAP_FD_USERFAULTFD }, { "pidfd", SNAP_FD_PIDFD },
	};
	struct span rest;

	if (source_scan_prefix(&name, "[") && name.len && name.ptr[name.len - 1] == ']')
		name.len--;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (span_is_text(name, kinds[i].name))
			return kinds[i].type;
	rest = name;
	if (source_scan_prefix(&rest, "bpf-") || source_scan_prefix(&rest, "bpf_"))
		return SNAP_FD_BPF;
	return SNAP_FD_UNSUPPORTED;
}

void source_scan_classify(const struct source_scan_file *file, struct snap_fd *out)
{
	struct span rest = file->link;

	*out = (struct snap_fd){
		.fd = file->fd,
		.ino = file->ino,
		.open_flags = source_scan_open_flags(file->flags),
		.dev = file->dev,
		.name = file->link,
	};
	/* Newer kernels give anonymous inodes a mode, so the text is asked first. */
	if (source_scan_prefix(&rest, "anon_inode:")) {
		out->type = anon_type(rest);
		return;
	}
	if (file->is_gone && out->name.len > sizeof(gone_mark) - 1)
		out->name.len -= sizeof(gone_mark) - 1;
	if (file->is_lost)
		out->name = span_make(NULL, 0);
	switch (file->mode & S_IFMT) {
	case S_IFDIR:
		out->type = SNAP_FD_DIRECTORY;
		break;
	case S_IFIFO:
		out->type = SNAP_FD_FIFO;
		break;
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFLNK:
	case S_IFSOCK: /* the file of one, opened with O_PATH; the caller knows real ones */
		/* Files in memory lie on no mount and have no name but this. */
		if (file->is_gone && source_scan_prefix(&rest, "/memfd:"))
			out->type = SNAP_FD_MEMFD;
		else
			out->type = SNAP_FD_FILE_V2;
		break;
	default:
		out->type = SNAP_FD_UNSUPPORTED;
	}
}

bool source_scan_is_there(int dir, struct span link, uint64_t ino)
{
	char path[PATH_MAX + 8];
	struct statx found;

	if (!link.len || *link.ptr != '/' || link.len >= PATH_MAX)
		return false;
	memcpy(path, "root", 4);
	memcpy(path + 4, link.ptr, link.len);
	path[4 + link.len] = '\0';
	return !statx(dir, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW,
		      STATX_INO, &found) &&
	       found.stx_ino == ino;
}

/* --- mounts ---------------------------------------------------------------------- */

/* "id parent major:minor ..." */
static void take_mount(void *arg, struct span line)
{
	struct map *mounts = arg;
	uint64_t id, parent, major, minor;

	if (!source_scan_number(&line, 10, &id) || !source_scan_number(&line, 10, &parent) ||
	    !source_scan_number(&line, 10, &major) || !source_scan_prefix(&line, ":") ||
	    !source_scan_number(&line, 10, &minor))
		return;
	map_put(mounts, id, (void *)(uintptr_t)(source_scan_dev(major, minor) + UINT64_C(1)));
}

bool source_scan_mount_dev(struct source_scan *scan, int dir, uint64_t mnt_id, uint32_t *dev)
{
	uintptr_t found = (uintptr_t)map_find(&scan->mounts, mnt_id);

	if (!found) {
		struct str link = { 0 };
		uint64_t ns = 0;

		if (!source_scan_link(dir, "ns/mnt", &link))
			ns = source_scan_link_number(span_make(link.buf, link.len));
		str_release(&link);
		if (!ns || map_put(&scan->mntns, ns, scan))
			return false;
		source_scan_file_lines(dir, "mountinfo", take_mount, &scan->mounts);
		found = (uintptr_t)map_find(&scan->mounts, mnt_id);
	}
	if (!found)
		return false;
	*dev = (uint32_t)(found - 1);
	return true;
}

/* --- /proc ----------------------------------------------------------------------- */

struct fd_scan {
	struct source_scan *scan;
	int dir; /* /proc/PID/task/TID */
	int fd_dir, fdinfo_dir; /* its folders */
	struct source_scan_ids fds;
	struct str link, text;
};

static void read_fdinfo(struct fd_scan *at, const char *name, struct source_scan_file *file)
{
	struct span text, line;
	uint64_t value;

	if (source_scan_read(at->fdinfo_dir, name, FDINFO_MAX, &at->text))
		return;
	text = span_make(at->text.buf, at->text.len);
	while (source_scan_line(&text, &line)) {
		if (source_scan_prefix(&line, "flags:") && source_scan_number(&line, 8, &value))
			file->flags = (uint32_t)value;
		else if (source_scan_prefix(&line, "mnt_id:") &&
			 source_scan_number(&line, 10, &value))
			file->mnt_id = value;
	}
}

static bool ends_in_mark(struct span link)
{
	const size_t len = sizeof(gone_mark) - 1;

	return link.len > len && !memcmp(link.ptr + link.len - len, gone_mark, len);
}

/* A path: where its mount is tells the device and whether it is a path at all. */
static void look_at_path(struct fd_scan *at, const struct statx *attr,
			 struct source_scan_file *file)
{
	bool is_placed = source_scan_mount_dev(at->scan, at->dir, file->mnt_id, &file->dev);

	if (ends_in_mark(file->link))
		file->is_gone =
			!attr->stx_nlink || !source_scan_is_there(at->dir, file->link, file->ino);
	else if (!is_placed)
		file->is_lost = !source_scan_is_there(at->dir, file->link, file->ino);
}

static void find_socket(struct fd_scan *at, const char *name, struct snap_fd *fd)
{
	uint64_t ino = source_scan_link_number(fd->name);
	const struct source_scan_socket *found = map_find(&at->scan->sockets, ino);
	struct source_scan_socket socket;
	char protocol[64];
	char path[64];
	ssize_t len;

	fd->type = SNAP_FD_UNSUPPORTED;
	if (!found) {
		/* There is no call with a folder; the link under /proc/self/fd leads to it. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", at->fd_dir, name);
		len = getxattr(path, "system.sockprotoname", protocol, sizeof(protocol));
		if (len <= 0)
			return;
		/* The kernel counts the NUL. */
		if (source_scan_protocol(span_make(protocol, strnlen(protocol, len)), &socket))
			found = &socket;
	}
	if (!found)
		return;
	fd->type = found->type;
	fd->l4 = found->l4;
	fd->ends = found->ends;
	fd->unix_source = found->unix_source;
	fd->unix_peer = found->unix_peer;
	fd->name = found->name;
}

static bool look_at(struct fd_scan *at, int64_t num, struct snap_fd *fd)
{
	struct source_scan_file file = { .fd = num };
	struct statx attr;
	char name[24];

	snprintf(name, sizeof(name), "%lld", (long long)num);
	if (source_scan_link(at->fd_dir, name, &at->link) ||
	    statx(at->fd_dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &attr))
		return false;
	file.ino = attr.stx_ino;
	file.mode = attr.stx_mode;
	file.dev = source_scan_dev(attr.stx_dev_major, attr.stx_dev_minor);
	file.link = span_make(at->link.buf, at->link.len);
	read_fdinfo(at, name, &file);
	if (file.link.len && *file.link.ptr == '/')
		look_at_path(at, &attr, &file);
	source_scan_classify(&file, fd);
	if (S_ISSOCK(file.mode) && source_scan_prefix(&file.link, "socket:"))
		find_socket(at, name, fd);
	return true;
}

static void open_folders(struct fd_scan *at)
{
	at->fd_dir = openat(at->dir, "fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	at->fdinfo_dir = openat(at->dir, "fdinfo", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void close_folders(struct fd_scan *at)
{
	if (at->fd_dir >= 0)
		close(at->fd_dir);
	if (at->fdinfo_dir >= 0)
		close(at->fdinfo_dir);
}

static void put_fds(struct fd_scan *at)
{
	struct snap_fd fd;

	open_folders(at);
	for (size_t i = 0; i < at->fds.cnt && i < LIMIT_FDS_PER_PROC; i++) {
		if (!look_at(at, at->fds.items[i], &fd))
			continue;
		scap_put_fd(&at->scan->lists_text, &fd);
		at->scan->fd_cnt++;
	}
	close_folders(at);
}

void source_scan_some_fds(struct source_scan *scan, int dir, const int64_t *nums, size_t cnt,
			  source_scan_fd_fn take, void *arg)
{
	struct fd_scan at = { .scan = scan, .dir = dir };
	struct snap_fd fd;

	open_folders(&at);
	for (size_t i = 0; i < cnt; i++)
		if (look_at(&at, nums[i], &fd))
			take(arg, &fd);
	close_folders(&at);
	str_release(&at.link);
	str_release(&at.text);
}

/* Opens the folder of a thread and lists its fds. */
static bool look_through(struct fd_scan *at, int64_t pid, int64_t tid)
{
	char name[64];

	snprintf(name, sizeof(name), "%lld/task/%lld", (long long)pid, (long long)tid);
	at->dir = openat(at->scan->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at->dir < 0)
		return false;
	if (!source_scan_ids(at->dir, "fd", &at->fds) && at->fds.cnt)
		return true;
	close(at->dir);
	at->dir = -1;
	return false;
}

/* A main thread that ended shows nothing although the others go on: these are asked then. */
static bool find_view(struct fd_scan *at, int64_t pid)
{
	struct source_scan_ids tids = { 0 };
	bool is_found = look_through(at, pid, pid);
	char name[64];

	if (is_found)
		return true;
	snprintf(name, sizeof(name), "%lld/task", (long long)pid);
	if (!source_scan_ids(at->scan->proc, name, &tids))
		for (size_t i = 0; i < tids.cnt && i < VIEWS_MAX && !is_found; i++)
			is_found = tids.items[i] != pid && look_through(at, pid, tids.items[i]);
	vec_release(&tids);
	return is_found;
}

/* The sockets of all namespaces: a process may hold one of another's. */
static void read_sockets(struct source_scan *scan, const struct source_scan_ids *pids)
{
	for (size_t i = 0; i < pids->cnt; i++) {
		char name[24];
		int dir;

		snprintf(name, sizeof(name), "%lld", (long long)pids->items[i]);
		dir = openat(scan->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		source_scan_sockets(scan, dir);
		close(dir);
	}
}

int source_scan_fds(struct source_scan *scan)
{
	struct fd_scan at = { .scan = scan, .dir = -1 };
	struct source_scan_ids pids = { 0 };
	int ret = source_scan_ids(scan->proc, ".", &pids);

	if (ret)
		return ret;
	read_sockets(scan, &pids);
	/* Who came meanwhile is listed as well; later ones are known by their birth. */
	ret = source_scan_ids(scan->proc, ".", &pids);
	scan->lists_begin_ns = source_scan_now_ns();
	scan->lists_all = true;
	for (size_t i = 0; i < pids.cnt; i++) {
		source_scan_list_begin(scan, pids.items[i], source_scan_now_ns());
		if (pids.items[i] != scan->self_pid && find_view(&at, pids.items[i])) {
			put_fds(&at);
			close(at.dir);
		}
		source_scan_list_end(scan);
	}
	vec_release(&pids);
	vec_release(&at.fds);
	str_release(&at.link);
	str_release(&at.text);
	return ret;
}
