/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the opening snapshot: the records of the iterator, whole and damaged,
 * and a whole scan of /proc in which a child process with known files and sockets
 * must be found.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "event/wire.h"
#include "scap/scap.h"
#include "source/live.h"
#include "source/overlap.h"
#include "source/scan.h"

static void assert_span(struct span span, const char *text)
{
	if (!span_is_text(span, text))
		fail_msg("\"%.*s\" is not \"%s\"", (int)span.len, (const char *)span.ptr, text);
}

/* --- going over blocks ----------------------------------------------------------------- */

static bool next_block(const struct str *blocks, size_t *pos, struct scap_block *block)
{
	const uint8_t *at = (const uint8_t *)blocks->buf + *pos;

	if (*pos == blocks->len)
		return false;
	assert_true(blocks->len - *pos >= 12);
	*block = (struct scap_block){ .type = load_u32(at), .data = at, .len = load_u32(at + 4) };
	block->kind = scap_kind_of(block->type);
	assert_true(block->len <= blocks->len - *pos);
	*pos += block->len;
	return true;
}

/* Copies the fd out; false: not listed. */
static bool find_fd(const struct str *blocks, int64_t pid, int64_t num, struct snap_fd *out)
{
	struct scap_block block;
	size_t pos = 0;

	while (next_block(blocks, &pos, &block)) {
		struct scap_iter iter = { .block = &block };
		struct err err;
		int64_t tid;

		if (block.kind != SCAP_KIND_FDS)
			continue;
		err_init(&err);
		while (scap_fd_next(&iter, &tid, out, &err) == 1)
			if (tid == pid && out->fd == num)
				return true;
		assert_int_equal(err.code, 0);
	}
	return false;
}

static bool find_thread(const struct str *blocks, int64_t tid, struct snap_thread *out)
{
	struct scap_block block;
	size_t pos = 0;

	while (next_block(blocks, &pos, &block)) {
		struct scap_iter iter = { .block = &block };
		struct err err;

		if (block.kind != SCAP_KIND_PROCS)
			continue;
		err_init(&err);
		while (scap_proc_next(&iter, out, &err) == 1)
			if (out->tid == tid)
				return true;
		assert_int_equal(err.code, 0);
	}
	return false;
}

/* --- the iterator's records ------------------------------------------------------------ */

static void add_record(struct str *bytes, struct wire_fd record, const char *name, size_t name_len)
{
	static const char zeros[8];

	record.name_len = (uint32_t)name_len;
	record.size = (uint32_t)((sizeof(record) + name_len + 7) & ~(size_t)7);
	str_append(bytes, &record, sizeof(record));
	str_append(bytes, name, name_len);
	str_append(bytes, zeros, record.size - sizeof(record) - name_len);
}

/* A pipe out of which the bytes come in odd pieces, so that records are cut everywhere. */
static int pour(const struct str *bytes, pid_t *child)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*child = fork();
	if (!*child) {
		for (size_t pos = 0; pos < bytes->len; pos += 37) {
			size_t len = bytes->len - pos < 37 ? bytes->len - pos : 37;

			if (write(ends[1], bytes->buf + pos, len) != (ssize_t)len)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

/* Runs the records through a scan that wants the fds of processes 10, 20 and 30. */
static int scan_records(const struct str *bytes, struct str *out)
{
	struct source_scan scan = { .proc = -1 };
	pid_t child;
	int fd = pour(bytes, &child);
	int ret;

	map_put(&scan.mounts, 5, (void *)1);
	ret = source_scan_iter_fds(&scan, fd);
	close(fd);
	waitpid(child, NULL, 0);
	for (int64_t pid = 10; pid <= 30; pid += 10)
		source_scan_want_list(&scan, pid);
	source_scan_put_lists(&scan, out);
	vec_release(&scan.lists);
	map_release(&scan.list_of);
	str_release(&scan.lists_text);
	map_release(&scan.mounts);
	map_release(&scan.mntns);
	return ret;
}

static void reads_iterator_records(void **state UNUSED)
{
	struct str bytes = { 0 };
	struct str out = { 0 };
	struct snap_fd fd;

	add_record(&bytes,
		   (struct wire_fd){ .tgid = 10,
				     .tid = 10,
				     .fd = 3,
				     .mode = S_IFREG | 0644,
				     .mnt_id = 5,
				     .nlink = 1,
				     .ino = 77,
				     .dev = 8 << 20 | 1,
				     .flags = O_WRONLY | O_APPEND | O_CLOEXEC },
		   "/var/log/x", 10);
	add_record(&bytes,
		   (struct wire_fd){ .tgid = 10,
				     .tid = 10,
				     .fd = 4,
				     .mode = S_IFREG,
				     .mnt_id = 5,
				     .nlink = 1,
				     .is_unlinked = 1 },
		   "/old (deleted)", 14);
	add_record(
		&bytes,
		(struct wire_fd){
			.tgid = 10, .tid = 10, .fd = 5, .mode = S_IFREG, .mnt_id = 5, .nlink = 1 },
		"/named (deleted)", 16);
	/* a process that is not wanted */
	add_record(&bytes, (struct wire_fd){ .tgid = 15, .tid = 15, .fd = 0, .mode = S_IFIFO },
		   "pipe:[2]", 8);
	add_record(&bytes,
		   (struct wire_fd){ .tgid = 20,
				     .tid = 20,
				     .fd = 0,
				     .mode = S_IFSOCK,
				     .family = AF_INET,
				     .type = SOCK_STREAM,
				     .protocol = IPPROTO_TCP,
				     .state = 10,
				     .sport = 80 },
		   "", 0);
	add_record(&bytes,
		   (struct wire_fd){ .tgid = 20,
				     .tid = 20,
				     .fd = 1,
				     .mode = S_IFSOCK,
				     .family = AF_INET6,
				     .type = SOCK_DGRAM,
				     .protocol = IPPROTO_UDP,
				     .sport = 53,
				     .dport = 1000,
				     .dip = { [15] = 1 } },
		   "", 0);
	add_record(&bytes,
		   (struct wire_fd){ .tgid = 20,
				     .tid = 20,
				     .fd = 2,
				     .mode = S_IFSOCK,
				     .family = AF_UNIX,
				     .unix_source = 0x1111,
				     .unix_peer = 0x2222 },
		   "\0a\0b@c\0", 7);
	add_record(&bytes,
		   (struct wire_fd){
			   .tgid = 20, .tid = 20, .fd = 3, .mode = S_IFSOCK, .family = AF_UNIX },
		   "/run/s\0", 7);
	add_record(&bytes,
		   (struct wire_fd){ .tgid = 20,
				     .tid = 20,
				     .fd = 4,
				     .mode = S_IFSOCK,
				     .family = AF_PACKET,
				     .ino = 9 },
		   "", 0);
	/* a main thread that ended: the others show the same table */
	add_record(&bytes, (struct wire_fd){ .tgid = 30, .tid = 31, .fd = 1, .mode = S_IFIFO },
		   "pipe:[3]", 8);
	add_record(&bytes, (struct wire_fd){ .tgid = 30, .tid = 32, .fd = 1, .mode = S_IFIFO },
		   "pipe:[4]", 8);
	str_append_text(&out, "");
	assert_int_equal(scan_records(&bytes, &out), 0);

	assert_true(find_fd(&out, 10, 3, &fd));
	assert_int_equal(fd.type, SNAP_FD_FILE_V2);
	assert_span(fd.name, "/var/log/x");
	assert_int_equal(fd.ino, 77);
	assert_int_equal(fd.dev, 0x801);
	assert_int_equal(fd.open_flags, 2 | 8 | 4096);
	assert_true(find_fd(&out, 10, 4, &fd));
	assert_span(fd.name, "/old");
	assert_true(find_fd(&out, 10, 5, &fd));
	assert_span(fd.name, "/named (deleted)");
	assert_false(find_fd(&out, 15, 0, &fd));
	assert_true(find_fd(&out, 20, 0, &fd));
	assert_int_equal(fd.type, SNAP_FD_IPV4_SERVSOCK);
	assert_int_equal(fd.ends.sport, 80);
	assert_true(find_fd(&out, 20, 1, &fd));
	assert_int_equal(fd.type, SNAP_FD_IPV6_SOCK);
	assert_int_equal(fd.l4, SNAP_L4_UDP);
	assert_int_equal(fd.ends.dip[15], 1);
	assert_int_equal(fd.ends.dport, 1000);
	assert_true(find_fd(&out, 20, 2, &fd));
	assert_int_equal(fd.type, SNAP_FD_UNIX_SOCK);
	assert_int_equal(fd.unix_source, 0x1111);
	assert_int_equal(fd.unix_peer, 0x2222);
	assert_span(fd.name, "@a@b@c@");
	assert_true(find_fd(&out, 20, 3, &fd));
	assert_span(fd.name, "/run/s");
	assert_true(find_fd(&out, 20, 4, &fd));
	assert_int_equal(fd.type, SNAP_FD_UNSUPPORTED);
	assert_span(fd.name, "socket:[9]");
	assert_true(find_fd(&out, 30, 1, &fd));
	assert_span(fd.name, "pipe:[3]");
	str_release(&bytes);
	str_release(&out);
}

static void refuses_damaged_records(void **state UNUSED)
{
	struct str bytes = { 0 };
	struct str out = { 0 };
	struct snap_fd fd;
	uint32_t *size;

	str_append_text(&out, "before");
	add_record(&bytes, (struct wire_fd){ .tgid = 10, .tid = 10, .fd = 1, .mode = S_IFIFO },
		   "pipe:[4]", 8);
	size = (uint32_t *)bytes.buf;

	/* cut; smaller than itself; larger than any; a name that is longer than the record */
	bytes.len--;
	assert_int_equal(scan_records(&bytes, &out), -EBADMSG);
	bytes.len++;
	size[0] = sizeof(struct wire_fd) - 8;
	assert_int_equal(scan_records(&bytes, &out), -EBADMSG);
	size[0] = sizeof(struct wire_fd) + WIRE_FD_NAME_MAX + 8;
	assert_int_equal(scan_records(&bytes, &out), -EBADMSG);
	size[0] = sizeof(struct wire_fd) + 8;
	size[1] = 9;
	assert_int_equal(scan_records(&bytes, &out), -EBADMSG);
	assert_int_equal(out.len, 6);
	size[1] = 8;
	out.len = 0;
	assert_int_equal(scan_records(&bytes, &out), 0);
	assert_true(find_fd(&out, 10, 1, &fd));
	str_release(&bytes);
	str_release(&out);
}

/* Whose list is that of a process found later? */
static void tells_owners_apart(void **state UNUSED)
{
	struct source_scan scan = { .lists_begin_ns = 100 };
	uint64_t fds_ns = 0;

	source_scan_list_begin(&scan, 10, 120);
	source_scan_list_end(&scan);
	assert_true(source_scan_is_listed(&scan, 10));
	assert_false(source_scan_is_listed(&scan, 11));
	/* listed; born after the list began, but before its place came; another one's list */
	assert_true(source_scan_admits(&scan, 10, 50, &fds_ns));
	assert_int_equal(fds_ns, 120);
	assert_true(source_scan_admits(&scan, 10, 110, &fds_ns));
	assert_false(source_scan_admits(&scan, 10, 130, &fds_ns));
	/* without fds; or born when its place had passed */
	assert_true(source_scan_admits(&scan, 11, 50, &fds_ns));
	assert_int_equal(fds_ns, 100);
	assert_false(source_scan_admits(&scan, 11, 110, &fds_ns));
	/* all that there were are listed */
	scan.lists_all = true;
	assert_false(source_scan_admits(&scan, 11, 50, &fds_ns));
	source_scan_lists_reset(&scan);
	assert_false(source_scan_is_listed(&scan, 10));
	vec_release(&scan.lists);
	map_release(&scan.list_of);
	str_release(&scan.lists_text);
}

/* --- records of threads ---------------------------------------------------------------- */

static void add_task(struct str *bytes, struct wire_task task)
{
	task.css_set = 1;
	str_append(bytes, &task, sizeof(task));
}

static int scan_tasks(const struct str *bytes, struct source_overlap *overlap, struct str *out)
{
	struct source_scan scan = {
		.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.boot_ns = 1000,
		.overlap = overlap,
		.lists_begin_ns = 100,
	};
	size_t begin = scap_list_begin(out, SCAP_PROCS_V9, 0);
	pid_t child;
	int fd = pour(bytes, &child);
	int ret = source_scan_iter_tasks(&scan, fd, out);

	scap_list_end(out, begin);
	close(fd);
	waitpid(child, NULL, 0);
	close(scan.proc);
	map_release(&scan.seen);
	arena_release(&scan.arena);
	return ret;
}

static void reads_task_records(void **state UNUSED)
{
	static const char text[] = "prog\0one\0two\0A=b\0C=d";
	int64_t self = getpid();
	struct wire_task task = {
		.tid = getpid(),
		.pid = getpid(),
		.ppid = 7,
		.born_ns = 40,
		.process_born_ns = 40,
		.seen_ns = 150,
		.vtid = 5,
		.vpid = 5,
		.vpgid = 6,
		.sid = 8,
		.pgid = 9,
		.uid = 11,
		.gid = 12,
		.loginuid = 13,
		.tty = 14,
		.vmsize_kb = 15,
		.vmrss_kb = 16,
		.vmswap_kb = 17,
		.pfmajor = 18,
		.pfminor = 19,
		.fdlimit = UINT64_MAX,
		.pidns_born_ns = 20,
		.cap_effective = 2,
		.args_begin = (uintptr_t)text,
		.args_end = (uintptr_t)text + 13,
		.env_begin = (uintptr_t)text + 13,
		.env_end = (uintptr_t)text + sizeof(text),
		.exe_ino = 21,
		.exe_uid = 99,
		.exe_mode = 0755,
		.exe_flags = 4 | 8,
		.comm = "main",
		.exe = { .dentry = 1, .mnt = 1 },
		.cwd = { .dentry = 2, .mnt = 1, .name = "no such folder" },
		.root = { .dentry = 3, .mnt = 1 },
	};
	struct source_overlap *overlap = source_overlap_new();
	struct str bytes = { 0 };
	struct str out = { 0 };
	struct snap_thread thread;

	/* not in order; the second thread is another one's number and kernel threads have nothing */
	add_task(&bytes, (struct wire_task){ .tid = 4194000,
					     .pid = getpid(),
					     .born_ns = 130,
					     .process_born_ns = 40,
					     .seen_ns = 160,
					     .comm = "other" });
	add_task(&bytes, (struct wire_task){ .tid = 4194001,
					     .pid = 4194001,
					     .flags = WIRE_TASK_KERNEL,
					     .comm = "kernel" });
	add_task(&bytes, (struct wire_task){ .tid = 4194002,
					     .pid = 4194002,
					     .born_ns = 140,
					     .process_born_ns = 140,
					     .comm = "late" });
	add_task(&bytes, task);
	assert_int_equal(scan_tasks(&bytes, overlap, &out), 0);

	assert_true(find_thread(&out, self, &thread));
	assert_int_equal(thread.ptid, 7);
	assert_int_equal(thread.vtid, 5);
	assert_int_equal(thread.vpgid, 6);
	assert_int_equal(thread.sid, 8);
	assert_int_equal(thread.pgid, 9);
	assert_int_equal(thread.uid, 11);
	assert_int_equal(thread.loginuid, 13);
	assert_int_equal(thread.tty, 14);
	assert_int_equal(thread.vmswap_kb, 17);
	assert_int_equal(thread.pfmajor, 18);
	assert_int_equal(thread.fdlimit, -1);
	assert_int_equal(thread.pidns_init_start_ns, 1020);
	assert_int_equal(thread.cap_effective, 2);
	assert_int_equal(thread.exe_ino, 21);
	assert_true(thread.exe_from_memfd && thread.exe_lower_layer && !thread.exe_upper_layer);
	assert_false(thread.exe_writable);
	assert_span(thread.comm, "main");
	assert_span(thread.exe, "prog");
	assert_memory_equal(thread.args.ptr, "one\0two", 8);
	assert_memory_equal(thread.env.ptr, "A=b\0C=d", 8);
	assert_true(thread.exepath.len > 0);
	assert_span(thread.root, "/");
	/* The folder there is not the one of the record. */
	assert_int_equal(thread.cwd.len, 0);

	assert_true(find_thread(&out, 4194000, &thread));
	assert_int_equal(thread.pid, self);
	assert_span(thread.comm, "other");
	assert_span(thread.exe, "prog");
	assert_int_equal(thread.env.len, 0);
	assert_true(find_thread(&out, 4194001, &thread));
	assert_span(thread.cwd, "/");
	assert_int_equal(thread.exepath.len, 0);
	assert_false(find_thread(&out, 4194002, &thread));
	source_overlap_free(overlap);

	bytes.len--;
	assert_int_equal(scan_tasks(&bytes, NULL, &out), -EBADMSG);
	str_release(&bytes);
	str_release(&out);
}

/* --- a whole scan ------------------------------------------------------------------------ */

enum {
	FD_FILE = 40,
	FD_GONE,
	FD_NAMED,
	FD_DIR,
	FD_PIPE,
	FD_EVENT,
	FD_MEMFD,
	FD_LISTEN,
	FD_CLIENT,
	FD_SERVER,
	FD_UDP,
	FD_NEW,
	FD_ABSTRACT,
	FD_PAIR,
};

static void keep(int fd, int as)
{
	if (fd < 0 || (fd != as && (dup3(fd, as, O_CLOEXEC) != as || close(fd))))
		_exit(2);
}

static void open_sockets(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(in);
	int name_len;
	int pair[2];

	keep(socket(AF_INET, SOCK_STREAM, 0), FD_LISTEN);
	if (bind(FD_LISTEN, (void *)&in, len) || listen(FD_LISTEN, 1) ||
	    getsockname(FD_LISTEN, (void *)&in, &len))
		_exit(2);
	keep(socket(AF_INET, SOCK_STREAM, 0), FD_CLIENT);
	if (connect(FD_CLIENT, (void *)&in, len))
		_exit(2);
	keep(accept(FD_LISTEN, NULL, NULL), FD_SERVER);
	keep(socket(AF_INET, SOCK_DGRAM, 0), FD_UDP);
	in.sin_port = 0;
	if (bind(FD_UDP, (void *)&in, len))
		_exit(2);
	keep(socket(AF_INET6, SOCK_STREAM, 0), FD_NEW);
	keep(socket(AF_UNIX, SOCK_DGRAM, 0), FD_ABSTRACT);
	name_len = snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "rtsec test %d", getpid());
	if (bind(FD_ABSTRACT, (void *)&un, offsetof(struct sockaddr_un, sun_path) + 1 + name_len))
		_exit(2);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(2);
	keep(pair[0], FD_PAIR);
}

/* In an empty folder: opens one of each and waits for its end. */
static void be_looked_at(const char *folder, int ready)
{
	int pipes[2];

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || chdir(folder) || prctl(PR_SET_NAME, "a) b (c\nd"))
		_exit(2);
	keep(open("file", O_RDWR | O_CREAT | O_APPEND, 0600), FD_FILE);
	keep(open("gone", O_RDWR | O_CREAT, 0600), FD_GONE);
	unlink("gone");
	keep(open("x (deleted)", O_RDWR | O_CREAT, 0600), FD_NAMED);
	keep(open(".", O_RDONLY | O_DIRECTORY), FD_DIR);
	if (pipe(pipes))
		_exit(2);
	keep(pipes[0], FD_PIPE);
	keep(eventfd(0, 0), FD_EVENT);
	keep(memfd_create("m", 0), FD_MEMFD);
	open_sockets();
	if (write(ready, "x", 1) != 1)
		_exit(2);
	for (;;)
		pause();
}

static void check_file(const struct str *out, pid_t pid, int num, uint8_t type, const char *folder,
		       const char *file)
{
	char path[256];
	struct snap_fd fd;

	snprintf(path, sizeof(path), "%s%s", folder, file);
	assert_true(find_fd(out, pid, num, &fd));
	assert_int_equal(fd.type, type);
	assert_span(fd.name, path);
	assert_int_not_equal(fd.ino, 0);
}

static void check_socket(const struct str *out, pid_t pid, int num, uint8_t type, uint8_t l4,
			 struct snap_fd *fd)
{
	assert_true(find_fd(out, pid, num, fd));
	assert_int_equal(fd->type, type);
	assert_int_equal(fd->l4, l4);
}

static void check_sockets(const struct str *out, pid_t pid)
{
	struct snap_fd listen, client, server, fd;
	char name[64];

	check_socket(out, pid, FD_LISTEN, SNAP_FD_IPV4_SERVSOCK, SNAP_L4_TCP, &listen);
	check_socket(out, pid, FD_CLIENT, SNAP_FD_IPV4_SOCK, SNAP_L4_TCP, &client);
	check_socket(out, pid, FD_SERVER, SNAP_FD_IPV4_SOCK, SNAP_L4_TCP, &server);
	assert_memory_equal(listen.ends.sip, "\x7f\0\0\1", 4);
	assert_int_equal(client.ends.dport, listen.ends.sport);
	assert_int_equal(server.ends.sport, listen.ends.sport);
	assert_int_equal(server.ends.dport, client.ends.sport);
	check_socket(out, pid, FD_UDP, SNAP_FD_IPV4_SERVSOCK, SNAP_L4_UDP, &fd);
	assert_int_not_equal(fd.ends.sport, 0);
	/* No table has these; their type is still known. */
	check_socket(out, pid, FD_NEW, SNAP_FD_IPV6_SOCK, SNAP_L4_TCP, &fd);
	assert_true(find_fd(out, pid, FD_PAIR, &fd));
	assert_int_equal(fd.type, SNAP_FD_UNIX_SOCK);
	snprintf(name, sizeof(name), "@rtsec test %d", pid);
	assert_true(find_fd(out, pid, FD_ABSTRACT, &fd));
	assert_int_equal(fd.type, SNAP_FD_UNIX_SOCK);
	assert_span(fd.name, name);
}

static void check_thread(const struct str *out, pid_t pid, const char *folder)
{
	struct snap_thread thread;
	struct snap_thread self;
	struct snap_fd fd;
	char path[4096];
	struct stat exe;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(len > 0);
	path[len] = '\0';
	assert_int_equal(stat("/proc/self/exe", &exe), 0);
	assert_true(find_thread(out, getpid(), &self));
	assert_true(find_thread(out, pid, &thread));
	assert_int_equal(thread.pid, pid);
	assert_int_equal(thread.ptid, getpid());
	assert_span(thread.comm, "a) b (c\nd");
	assert_span(thread.exepath, path);
	assert_true(span_is_equal(thread.exe, self.exe));
	assert_span(thread.cwd, folder);
	assert_int_equal(thread.uid, geteuid());
	assert_int_equal(thread.gid, getegid());
	assert_int_equal(thread.pgid, getpgid(0));
	assert_int_equal(thread.fdlimit, sysconf(_SC_OPEN_MAX));
	assert_true(thread.vpid > 0 && thread.vtid == thread.vpid);
	assert_true(thread.vmsize_kb >= thread.vmrss_kb && thread.vmrss_kb > 0);
	assert_int_equal(thread.exe_ino, exe.st_ino);
	assert_true(thread.has_exe_facts);
	assert_false(thread.exe_from_memfd);
	/* The recorder's own files are not of interest. */
	assert_false(find_fd(out, getpid(), 0, &fd));
}

static void finds_a_child(void **state UNUSED)
{
	char folder[] = "/tmp/rtsec-scan-XXXXXX";
	struct str out = { 0 };
	struct snap_fd fd;
	struct err err;
	int ready[2];
	pid_t pid;
	char c;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid)
		be_looked_at(folder, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);

	err_init(&err);
	assert_int_equal(source_snapshot(NULL, NULL, &out, &err), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);

	check_thread(&out, pid, folder);
	check_file(&out, pid, FD_FILE, SNAP_FD_FILE_V2, folder, "/file");
	check_file(&out, pid, FD_GONE, SNAP_FD_FILE_V2, folder, "/gone");
	check_file(&out, pid, FD_NAMED, SNAP_FD_FILE_V2, folder, "/x (deleted)");
	check_file(&out, pid, FD_DIR, SNAP_FD_DIRECTORY, folder, "");
	check_file(&out, pid, FD_EVENT, SNAP_FD_EVENT, "anon_inode:", "[eventfd]");
	check_file(&out, pid, FD_MEMFD, SNAP_FD_MEMFD, "/memfd:", "m");
	assert_true(find_fd(&out, pid, FD_PIPE, &fd));
	assert_int_equal(fd.type, SNAP_FD_FIFO);
	assert_int_equal(source_scan_link_number(fd.name), fd.ino);
	assert_true(find_fd(&out, pid, FD_FILE, &fd));
	/* O_RDWR, O_APPEND, O_CLOEXEC, and whatever O_LARGEFILE is here */
	assert_int_equal(fd.open_flags & ~2048u, 3 | 8 | 4096);
	check_sockets(&out, pid);
	str_release(&out);

	assert_int_equal(chdir(folder), 0);
	unlink("file");
	unlink("x (deleted)");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* Machine, interfaces, users, then all threads in one block, then fds: in this order. */
static void orders_the_blocks(void **state UNUSED)
{
	static const enum scap_kind order[] = { SCAP_KIND_MACHINE, SCAP_KIND_IFACES,
						SCAP_KIND_USERS, SCAP_KIND_PROCS };
	struct snap_machine machine;
	struct str out = { 0 };
	struct scap_block block;
	struct err err;
	size_t pos = 0;

	err_init(&err);
	assert_int_equal(source_snapshot(NULL, NULL, &out, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		assert_true(next_block(&out, &pos, &block));
		assert_int_equal(block.kind, order[i]);
		if (i)
			continue;
		assert_int_equal(scap_machine_read(&block, &machine, &err), 0);
		assert_int_equal(machine.cpu_cnt, sysconf(_SC_NPROCESSORS_ONLN));
		assert_true(machine.memory_bytes > 1u << 20);
		assert_true(machine.boot_ns > 1000000000000000000u);
	}
	while (next_block(&out, &pos, &block))
		assert_int_equal(block.kind, SCAP_KIND_FDS);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_iterator_records), cmocka_unit_test(refuses_damaged_records),
		cmocka_unit_test(tells_owners_apart),	  cmocka_unit_test(reads_task_records),
		cmocka_unit_test(finds_a_child),	  cmocka_unit_test(orders_the_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
