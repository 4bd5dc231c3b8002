/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the opening snapshot: each kind of text that /proc and /etc hold,
 * well-formed and not, the records of the iterator, and a whole scan in which a
 * child process with known files and sockets must be found.
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
#include "source/scan.h"

#define TEXT(text) span_make(text, sizeof(text) - 1)

static void assert_span(struct span span, const char *text)
{
	if (!span_is_text(span, text))
		fail_msg("\"%.*s\" is not \"%s\"", (int)span.len, (const char *)span.ptr, text);
}

/* --- text ------------------------------------------------------------------------- */

static void takes_text_apart(void **state UNUSED)
{
	struct span text = TEXT("one\n\nlast");
	struct span line;
	struct span word;

	assert_true(source_scan_line(&text, &line));
	assert_span(line, "one");
	assert_true(source_scan_line(&text, &line));
	assert_span(line, "");
	assert_true(source_scan_line(&text, &line));
	assert_span(line, "last");
	assert_false(source_scan_line(&text, &line));

	line = TEXT(" \ta  bc\t");
	assert_true(source_scan_word(&line, &word));
	assert_span(word, "a");
	assert_true(source_scan_word(&line, &word));
	assert_span(word, "bc");
	assert_false(source_scan_word(&line, &word));
}

static void reads_numbers(void **state UNUSED)
{
	static const struct {
		const char *text;
		unsigned int base;
		bool ok;
		uint64_t value;
		const char *rest;
	} cases[] = {
		{ "0", 10, true, 0, "" },
		{ " \t42 x", 10, true, 42, " x" },
		{ "18446744073709551615", 10, true, UINT64_MAX, "" },
		{ "18446744073709551616", 10, false, 0, "18446744073709551616" },
		{ "0000001fffeffffff\n", 16, true, 0x1fffeffffff, "\n" },
		{ "FFfe:", 16, true, 0xfffe, ":" },
		{ "0100000", 8, true, 0100000, "" },
		{ "18", 8, true, 1, "8" },
		{ "", 10, false, 0, "" },
		{ "  ", 10, false, 0, "  " },
		{ "-1", 10, false, 0, "-1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct span text = span_text(cases[i].text);
		uint64_t value = 7;

		assert_int_equal(source_scan_number(&text, cases[i].base, &value), cases[i].ok);
		assert_int_equal(value, cases[i].ok ? cases[i].value : 7);
		assert_span(text, cases[i].rest);
	}
	assert_int_equal(source_scan_link_number(TEXT("net:[4026531840]")), 4026531840);
	assert_int_equal(source_scan_link_number(TEXT("socket:[7]")), 7);
	assert_int_equal(source_scan_link_number(TEXT("socket:[7")), 0);
	assert_int_equal(source_scan_link_number(TEXT("anon_inode:[eventfd]")), 0);
	assert_int_equal(source_scan_link_number(TEXT("/[1]/x")), 0);
	assert_int_equal(source_scan_link_number(span_make(NULL, 0)), 0);
}

struct seen {
	unsigned int cnt;
	size_t bytes;
	char last[16];
};

static void see_line(void *arg, struct span line)
{
	struct seen *seen = arg;

	seen->cnt++;
	seen->bytes += line.len;
	snprintf(seen->last, sizeof(seen->last), "%.*s", (int)line.len, (const char *)line.ptr);
}

/* Lines that fall on every place of the window, one that is longer than it, and no last newline. */
static void reads_lines_through_a_window(void **state UNUSED)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);
	size_t long_len = 2 * SOURCE_SCAN_WINDOW + 5;
	struct seen seen = { 0 };
	struct str text = { 0 };
	size_t bytes = 0;

	for (unsigned int i = 0; i < 3000; i++) {
		memset(str_reserve(&text, i % 131), 'a', i % 131);
		str_commit(&text, i % 131);
		str_append_char(&text, '\n');
		bytes += i % 131;
		if (i == 2000) {
			memset(str_reserve(&text, long_len), 'L', long_len);
			str_commit(&text, long_len);
			str_append_char(&text, '\n');
		}
	}
	str_append_text(&text, "the end");
	assert_int_equal(write(fd, text.buf, text.len), text.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	source_scan_lines(fd, see_line, &seen);
	assert_int_equal(seen.cnt, 3001);
	assert_int_equal(seen.bytes, bytes + 7);
	assert_string_equal(seen.last, "the end");
	close(fd);
	str_release(&text);
}

/* Pieces as a pipe gives them, down to single bytes. */
static void reads_lines_in_pieces(void **state UNUSED)
{
	static const char text[] = "ab\n\ncdef\nx";
	struct seen seen = { 0 };
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			if (write(ends[1], text + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	source_scan_lines(ends[0], see_line, &seen);
	close(ends[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(seen.cnt, 4);
	assert_int_equal(seen.bytes, 7);
	assert_string_equal(seen.last, "x");
}

/* Values of the format: O_RDWR 3, O_APPEND 8, O_SYNC 128, O_CLOEXEC 4096 ... */
static void turns_flags_and_devices(void **state UNUSED)
{
	assert_int_equal(source_scan_open_flags(O_RDONLY), 1);
	assert_int_equal(source_scan_open_flags(O_WRONLY | O_CREAT | O_EXCL), 2 | 4 | 32);
	assert_int_equal(source_scan_open_flags(O_RDWR | O_APPEND | O_NONBLOCK), 3 | 8 | 64);
	assert_int_equal(source_scan_open_flags(O_RDWR | O_DSYNC), 3 | 16);
	assert_int_equal(source_scan_open_flags(O_RDWR | O_SYNC), 3 | 16 | 128);
	assert_int_equal(source_scan_open_flags(O_TRUNC | O_DIRECT | O_CLOEXEC),
			 1 | 256 | 512 | 4096);
	assert_int_equal(source_scan_open_flags(O_DIRECTORY), 1 | 1024);
	assert_int_equal(source_scan_open_flags(O_TMPFILE | O_RDWR), 3 | 1024 | 8192);
	assert_int_equal(source_scan_dev(8, 1), 0x801);
	assert_int_equal(source_scan_dev(259, 0x12345), 0x12310345);
}

/* --- users ------------------------------------------------------------------------- */

static void reads_users(void **state UNUSED)
{
	static const struct {
		const char *line;
		bool is_group, ok;
		uint32_t uid, gid;
		const char *name, *home, *shell;
	} cases[] = {
		{ "root:x:0:0:root:/root:/bin/bash", false, true, 0, 0, "root", "/root",
		  "/bin/bash" },
		{ "a b:x:4294967294:7:g,e:c::", false, true, 4294967294, 7, "a b", "c", "" },
		{ "u:x:1:2:g::/bin/sh", false, true, 1, 2, "u", "", "/bin/sh" },
		{ "short:x:1:2", false, true, 1, 2, "short", NULL, NULL },
		{ "noid:x::2:g:h:s", false, false, 0, 0, NULL, NULL, NULL },
		{ "none:x:4294967295:2:g:h:s", false, false, 0, 0, NULL, NULL, NULL },
		{ "big:x:99999999999:2:g:h:s", false, false, 0, 0, NULL, NULL, NULL },
		{ "neg:x:-2:2:g:h:s", false, false, 0, 0, NULL, NULL, NULL },
		{ "+nis::::::", false, false, 0, 0, NULL, NULL, NULL },
		{ "+:::", true, false, 0, 0, NULL, NULL, NULL },
		{ "#x:x:1:1:::", false, false, 0, 0, NULL, NULL, NULL },
		{ "", false, false, 0, 0, NULL, NULL, NULL },
		{ ":x:1:1:::", false, false, 0, 0, NULL, NULL, NULL },
		{ "adm:x:4:syslog,me", true, true, 0, 4, "adm", NULL, NULL },
		{ "bare:x:5", true, true, 0, 5, "bare", NULL, NULL },
		{ "bad:x", true, false, 0, 0, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct snap_user user;

		assert_int_equal(
			source_scan_user_line(span_text(cases[i].line), cases[i].is_group, &user),
			cases[i].ok);
		if (!cases[i].ok)
			continue;
		assert_int_equal(user.is_group, cases[i].is_group);
		assert_int_equal(user.uid, cases[i].uid);
		assert_int_equal(user.gid, cases[i].gid);
		assert_span(user.name, cases[i].name);
		if (cases[i].home)
			assert_span(user.home, cases[i].home);
		else
			assert_null(user.home.ptr);
		if (cases[i].shell)
			assert_span(user.shell, cases[i].shell);
		else
			assert_null(user.shell.ptr);
	}
}

/* --- threads ------------------------------------------------------------------------- */

static void reads_status(void **state UNUSED)
{
	static const char text[] = "Name:\tPPid:\\nUid:\t0\n"
				   "State:\tZ (zombie)\nTgid:\t70\nPid:\t71\nPPid:\t60\n"
				   "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t20 30 \n"
				   "NStgid:\t70\t9\t1\nNSpid:\t71\t10\t2\nNSpgid:\t70\t0\n"
				   "NSsid:\t55\n"
				   "VmSize:\t   18872 kB\nVmRSS:\t1416 kB\nVmSwap:\t4 kB\n"
				   "CapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\n"
				   "CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff";
	struct source_scan_status status;

	source_scan_status(TEXT(text), &status);
	assert_int_equal(status.state, 'Z');
	assert_int_equal(status.ppid, 60);
	assert_int_equal(status.uid, 2);
	assert_int_equal(status.gid, 6);
	assert_int_equal(status.vpid, 1);
	assert_int_equal(status.vtid, 2);
	assert_int_equal(status.pgid, 70);
	assert_int_equal(status.vpgid, 0);
	assert_int_equal(status.sid, 55);
	assert_int_equal(status.vmsize_kb, 18872);
	assert_int_equal(status.vmrss_kb, 1416);
	assert_int_equal(status.vmswap_kb, 4);
	assert_int_equal(status.cap_inheritable, 1);
	assert_int_equal(status.cap_permitted, 0x1ffffffffff);
	assert_int_equal(status.cap_effective, 0);
	assert_span(status.groups, "\t20 30 ");

	/* More than the format holds; a plain number that is not "unknown". */
	source_scan_status(TEXT("VmSize:\t21474836480 kB\n"), &status);
	assert_int_equal(status.vmsize_kb, UINT32_MAX - 1);

	/* What is not said is unknown, never 0. */
	source_scan_status(TEXT("Name:\tx\nUid:\t0\n"), &status);
	assert_int_equal(status.uid, UINT32_MAX);
	assert_int_equal(status.gid, UINT32_MAX);
	assert_int_equal(status.ppid, -1);
	assert_int_equal(status.vtid, -1);
	assert_int_equal(status.vpid, -1);
	assert_int_equal(status.sid, -1);
	assert_true(status.cap_effective == SNAP_UNKNOWN);
}

static void reads_stat(void **state UNUSED)
{
	static const char text[] =
		"77 (a) R 1 (b) ) S 70 66 55 34816 -1 4194304 11 12 13 14 1 2 3 4 20 0 1 0 98765 1 2";
	struct source_scan_stat stat;

	assert_true(source_scan_stat(TEXT(text), &stat));
	assert_int_equal(stat.pgid, 66);
	assert_int_equal(stat.sid, 55);
	assert_int_equal(stat.tty, 34816);
	assert_int_equal(stat.minflt, 11);
	assert_int_equal(stat.majflt, 13);
	assert_int_equal(stat.start_ticks, 98765);
	assert_false(source_scan_stat(TEXT("77 (a S 70 66"), &stat));
	assert_false(source_scan_stat(TEXT("77 (a) S 70 66"), &stat));
	assert_false(source_scan_stat(TEXT(""), &stat));
}

static void reads_cgroups(void **state UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		/* unified only */
		{ "0::/system.slice/docker-1.scope\n",
		  "cpuset=/system.slice/docker-1.scope|cpu=/system.slice/docker-1.scope|"
		  "cpuacct=/system.slice/docker-1.scope|io=/system.slice/docker-1.scope|"
		  "memory=/system.slice/docker-1.scope|" },
		/* each its own; a path may hold colons and commas */
		{ "9:name=systemd:/s\n7:blkio:/b\n5:memory:/m:1,2\n3:cpuset:/\n2:cpu,cpuacct:/c\n"
		  "0::/\n",
		  "cpuset=/|cpu=/c|cpuacct=/c|io=/b|memory=/m:1,2|" },
		/* hybrid: only the unified one has a group */
		{ "2:memory:/\n1:cpu:/own\n0::/pod/payload\n",
		  "cpuset=/pod/payload|cpu=/own|cpuacct=/pod/payload|io=/pod/payload|"
		  "memory=/pod/payload|" },
		{ "", "cpuset=/|cpu=/|cpuacct=/|io=/|memory=/|" },
		{ "x\n1:memory\n2:cpu:relative\n:memory:/a\n",
		  "cpuset=/|cpu=/|cpuacct=/|io=/|memory=/|" },
	};
	struct str out = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		source_scan_cgroups(span_text(cases[i].text), &out);
		assert_int_equal(out.len, strlen(cases[i].want));
		for (size_t at = 0; at < out.len; at++)
			assert_int_equal(out.buf[at] ? out.buf[at] : '|', cases[i].want[at]);
	}
	str_release(&out);
}

static void reads_args(void **state UNUSED)
{
	const struct {
		struct span cmdline, exe, args;
	} cases[] = {
		{ TEXT("sh\0-c\0x y\0"), TEXT("sh"), TEXT("-c\0x y\0") },
		{ TEXT("sh\0"), TEXT("sh"), TEXT("") },
		/* a title that the process wrote itself */
		{ TEXT("nginx: worker process"), TEXT("nginx: worker process"), TEXT("") },
		{ TEXT("a\0b"), TEXT("a"), TEXT("b\0") },
		{ TEXT("a\0\0\0"), TEXT("a"), TEXT("\0\0") },
		{ TEXT("\0b\0"), TEXT(""), TEXT("b\0") },
	};
	struct str buf = { 0 };
	struct span exe, args;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&buf);
		str_append(&buf, cases[i].cmdline.ptr, cases[i].cmdline.len);
		source_scan_args(&buf, &exe, &args);
		assert_true(span_is_equal(exe, cases[i].exe));
		assert_true(span_is_equal(args, cases[i].args));
	}
	str_reset(&buf);
	source_scan_args(&buf, &exe, &args);
	assert_null(exe.ptr);
	assert_null(args.ptr);

	/* Around the limit: cut so that the last string keeps its end. */
	for (size_t len = 4090; len < 4100; len++) {
		str_reset(&buf);
		str_append(&buf, "e", 2);
		memset(str_reserve(&buf, len), 'x', len);
		str_commit(&buf, len);
		str_append_char(&buf, '\0');
		source_scan_args(&buf, &exe, &args);
		assert_span(exe, "e");
		assert_int_equal(args.len, len + 1 < 4096 ? len + 1 : 4096);
		assert_int_equal(args.ptr[args.len - 1], 0);
		assert_int_equal(args.ptr[args.len - 2], 'x');
	}
	str_release(&buf);
}

/* --- fds ---------------------------------------------------------------------------- */

static void classifies(void **state UNUSED)
{
	static const struct {
		const char *link;
		uint32_t mode;
		bool is_gone, is_lost;
		uint8_t type;
		const char *name; /* NULL: as the link; "": absent */
	} cases[] = {
		{ "/etc/passwd", S_IFREG, false, false, SNAP_FD_FILE_V2, "/etc/passwd" },
		{ "/a (deleted)", S_IFREG, true, false, SNAP_FD_FILE_V2, "/a" },
		{ "/a (deleted)", S_IFREG, false, false, SNAP_FD_FILE_V2, "/a (deleted)" },
		{ "/passwd", S_IFREG, false, true, SNAP_FD_FILE_V2, "" },
		{ "/", S_IFDIR, false, true, SNAP_FD_DIRECTORY, "" },
		{ "/tmp", S_IFDIR, false, false, SNAP_FD_DIRECTORY, "/tmp" },
		{ "/dev/null", S_IFCHR, false, false, SNAP_FD_FILE_V2, "/dev/null" },
		{ "/dev/sda", S_IFBLK, false, false, SNAP_FD_FILE_V2, "/dev/sda" },
		{ "/run/sock", S_IFSOCK, false, false, SNAP_FD_FILE_V2, "/run/sock" },
		{ "/memfd:a (deleted) (deleted)", S_IFREG, true, false, SNAP_FD_MEMFD,
		  "/memfd:a (deleted)" },
		{ "/memfd:x", S_IFREG, false, false, SNAP_FD_FILE_V2, "/memfd:x" },
		{ "pipe:[8764]", S_IFIFO, false, false, SNAP_FD_FIFO, "pipe:[8764]" },
		{ "net:[4026531840]", S_IFREG, false, false, SNAP_FD_FILE_V2, "net:[4026531840]" },
		{ "anon_inode:[eventfd]", 0, false, false, SNAP_FD_EVENT, NULL },
		/* newer kernels give them a mode */
		{ "anon_inode:[eventfd]", S_IFREG, false, false, SNAP_FD_EVENT, NULL },
		{ "anon_inode:[eventpoll]", 0, false, false, SNAP_FD_EVENTPOLL, NULL },
		{ "anon_inode:inotify", 0, false, false, SNAP_FD_INOTIFY, NULL },
		{ "anon_inode:[inotify]", 0, false, false, SNAP_FD_INOTIFY, NULL },
		{ "anon_inode:[signalfd]", 0, false, false, SNAP_FD_SIGNALFD, NULL },
		{ "anon_inode:[timerfd]", 0, false, false, SNAP_FD_TIMERFD, NULL },
		{ "anon_inode:[io_uring]", 0, false, false, SNAP_FD_IOURING, NULL },
		{ "anon_inode:[userfaultfd]", 0, false, false, SNAP_FD_USERFAULTFD, NULL },
		{ "anon_inode:[pidfd]", 0, false, false, SNAP_FD_PIDFD, NULL },
		{ "anon_inode:bpf-map", 0, false, false, SNAP_FD_BPF, NULL },
		{ "anon_inode:bpf-prog", 0, false, false, SNAP_FD_BPF, NULL },
		{ "anon_inode:bpf_link", 0, false, false, SNAP_FD_BPF, NULL },
		{ "anon_inode:[bpf_iter]", 0, false, false, SNAP_FD_BPF, NULL },
		{ "anon_inode:[fanotify]", 0, false, false, SNAP_FD_UNSUPPORTED, NULL },
		{ "anon_inode:", 0, false, false, SNAP_FD_UNSUPPORTED, NULL },
		{ "/dmabuf:", 0, false, false, SNAP_FD_UNSUPPORTED, "/dmabuf:" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct source_scan_file file = {
			.fd = 5,
			.ino = 6,
			.mode = cases[i].mode | 0600,
			.dev = 0x801,
			.flags = O_RDWR | O_CLOEXEC,
			.is_gone = cases[i].is_gone,
			.is_lost = cases[i].is_lost,
			.link = span_text(cases[i].link),
		};
		struct snap_fd fd;

		source_scan_classify(&file, &fd);
		assert_int_equal(fd.type, cases[i].type);
		if (cases[i].name && !*cases[i].name)
			assert_null(fd.name.ptr);
		else
			assert_span(fd.name, cases[i].name ? cases[i].name : cases[i].link);
		assert_int_equal(fd.fd, 5);
		assert_int_equal(fd.ino, 6);
		assert_int_equal(fd.dev, 0x801);
		assert_int_equal(fd.open_flags, 3 | 4096);
	}
}

static const char v4_listen[] =
	"   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
	"1076 1 000000005d20d06a 100 0 0 10 0";
static const char v4_conn[] =
	" 123: 0100007F:0016 0200A8C0:C350 01 00000000:00000000 02:00000000 00000000  1000        0 "
	"99 2 0000000000000000 20 4 30 10 -1";
static const char v6_mapped[] =
	"   2: 0000000000000000FFFF00000100007F:01BB 0000000000000000FFFF00000200A8C0:0050 01 "
	"00000000:00000000 00:00000000 00000000     0        0 77 1 0000000000000000";
static const char v4_bound[] =
	"  9: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 55 2 0 0";
static const char v4_over[] =
	"  4: 0100007F:0016 0200A8C0:C350 06 00000000:00000000 03:00000000 00000000  0  0 0 3 0";

static void reads_inet_tables(void **state UNUSED)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };
	struct source_scan_socket socket;
	uint64_t ino;

	assert_true(source_scan_inet_line(TEXT(v4_listen), false, SNAP_L4_TCP, &ino, &socket));
	assert_int_equal(ino, 1076);
	assert_int_equal(socket.type, SNAP_FD_IPV4_SERVSOCK);
	assert_int_equal(socket.l4, SNAP_L4_TCP);
	assert_int_equal(socket.ends.sport, 2024);

	assert_true(source_scan_inet_line(TEXT(v4_conn), false, SNAP_L4_TCP, &ino, &socket));
	assert_int_equal(ino, 99);
	assert_int_equal(socket.type, SNAP_FD_IPV4_SOCK);
	assert_memory_equal(socket.ends.sip, "\x7f\0\0\1", 4);
	assert_memory_equal(socket.ends.dip, "\xc0\xa8\0\2", 4);
	assert_int_equal(socket.ends.sport, 22);
	assert_int_equal(socket.ends.dport, 50000);

	assert_true(source_scan_inet_line(TEXT(v6_mapped), true, SNAP_L4_TCP, &ino, &socket));
	assert_int_equal(ino, 77);
	assert_int_equal(socket.type, SNAP_FD_IPV6_SOCK);
	assert_memory_equal(socket.ends.sip, mapped, 16);
	assert_int_equal(socket.ends.dport, 80);

	/* Bound without a peer: a server where there are no connections, else just bound. */
	assert_true(source_scan_inet_line(TEXT(v4_bound), false, SNAP_L4_UDP, &ino, &socket));
	assert_int_equal(socket.type, SNAP_FD_IPV4_SERVSOCK);
	assert_true(source_scan_inet_line(TEXT(v4_bound), false, SNAP_L4_TCP, &ino, &socket));
	assert_int_equal(socket.type, SNAP_FD_IPV4_SOCK);

	/* Without a file; the header; an address of the wrong family; cut anywhere. */
	assert_false(source_scan_inet_line(TEXT(v4_over), false, SNAP_L4_TCP, &ino, &socket));
	assert_false(source_scan_inet_line(TEXT("  sl  local_address rem_address   st tx_queue"),
					   false, SNAP_L4_TCP, &ino, &socket));
	assert_false(source_scan_inet_line(TEXT(v6_mapped), false, SNAP_L4_TCP, &ino, &socket));
	assert_false(source_scan_inet_line(TEXT(v4_conn), true, SNAP_L4_TCP, &ino, &socket));
	for (size_t len = 0; len < (size_t)(strstr(v4_conn, "99") - v4_conn); len++)
		assert_false(source_scan_inet_line(span_make(v4_conn, len), false, SNAP_L4_TCP,
						   &ino, &socket));
}

static void reads_unix_table(void **state UNUSED)
{
	static const struct {
		const char *line;
		bool ok;
		uint64_t ino;
		const char *name; /* NULL: absent */
	} cases[] = {
		{ "000000006a068add: 00000003 00000000 00000000 0001 03  1072", true, 1072, NULL },
		{ "0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/my sock", true,
		  12345, "/run/my sock" },
		{ "0000000000000000: 00000002 00000000 00000000 0002 01     7 @a@b@c@@", true, 7,
		  "@a@b@c@@" },
		{ "0000000000000000: 00000002 00000000 00000000 0002 01     7  two", true, 7,
		  " two" },
		{ "Num       RefCount Protocol Flags    Type St Inode Path", false, 0, NULL },
		{ "rest of a path that held a newline", false, 0, NULL },
		{ "0000000000000000: 00000002 00000000 00000000 0002 01     0", false, 0, NULL },
		{ "0000000000000000: 00000002 00000000", false, 0, NULL },
		{ "", false, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct source_scan_socket socket;
		uint64_t ino = 0;

		assert_int_equal(source_scan_unix_line(span_text(cases[i].line), &ino, &socket),
				 cases[i].ok);
		assert_int_equal(ino, cases[i].ino);
		if (!cases[i].ok)
			continue;
		assert_int_equal(socket.type, SNAP_FD_UNIX_SOCK);
		if (cases[i].name)
			assert_span(socket.name, cases[i].name);
		else
			assert_null(socket.name.ptr);
	}
}

static void knows_protocols(void **state UNUSED)
{
	struct source_scan_socket socket;

	assert_true(source_scan_protocol(TEXT("TCPv6"), &socket));
	assert_int_equal(socket.type, SNAP_FD_IPV6_SOCK);
	assert_int_equal(socket.l4, SNAP_L4_TCP);
	assert_true(source_scan_protocol(TEXT("PING"), &socket));
	assert_int_equal(socket.l4, SNAP_L4_ICMP);
	assert_true(source_scan_protocol(TEXT("NETLINK"), &socket));
	assert_int_equal(socket.type, SNAP_FD_NETLINK);
	assert_false(source_scan_protocol(TEXT("PACKET"), &socket));
	assert_false(source_scan_protocol(TEXT(""), &socket));
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

/* Runs the records through the scan of three processes; 30 is seen through thread 32. */
static int scan_records(const struct str *bytes, struct str *out)
{
	struct source_scan scan = { .proc = -1 };
	int ends[2];
	pid_t child;
	int ret;

	*(struct source_scan_proc *)vec_add(&scan.procs) = (struct source_scan_proc){ 10, 10 };
	*(struct source_scan_proc *)vec_add(&scan.procs) = (struct source_scan_proc){ 20, 20 };
	*(struct source_scan_proc *)vec_add(&scan.procs) = (struct source_scan_proc){ 30, 32 };
	map_put(&scan.mounts, 5, (void *)1);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		/* In odd pieces, so that records are cut everywhere. */
		for (size_t pos = 0; pos < bytes->len; pos += 37) {
			size_t len = bytes->len - pos < 37 ? bytes->len - pos : 37;

			if (write(ends[1], bytes->buf + pos, len) != (ssize_t)len)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	ret = source_scan_iter(&scan, ends[0], out);
	close(ends[0]);
	waitpid(child, NULL, 0);
	vec_release(&scan.procs);
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
	/* a thread with a table of its own, and a process that the scan does not know */
	add_record(&bytes, (struct wire_fd){ .tgid = 10, .tid = 11, .fd = 6, .mode = S_IFIFO },
		   "pipe:[1]", 8);
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
	assert_false(find_fd(&out, 10, 6, &fd));
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
	assert_span(fd.name, "pipe:[4]");
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

	if (chdir(folder) || prctl(PR_SET_NAME, "a) b (c\nd"))
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
	assert_int_equal(source_snapshot(NULL, &out, &err), 0);
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
	assert_int_equal(source_snapshot(NULL, &out, &err), 0);
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
		cmocka_unit_test(takes_text_apart),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_lines_through_a_window),
		cmocka_unit_test(reads_lines_in_pieces),
		cmocka_unit_test(turns_flags_and_devices),
		cmocka_unit_test(reads_users),
		cmocka_unit_test(reads_status),
		cmocka_unit_test(reads_stat),
		cmocka_unit_test(reads_cgroups),
		cmocka_unit_test(reads_args),
		cmocka_unit_test(classifies),
		cmocka_unit_test(reads_inet_tables),
		cmocka_unit_test(reads_unix_table),
		cmocka_unit_test(knows_protocols),
		cmocka_unit_test(reads_iterator_records),
		cmocka_unit_test(refuses_damaged_records),
		cmocka_unit_test(finds_a_child),
		cmocka_unit_test(orders_the_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
