/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the opening snapshot's parsers: each kind of text that /proc and
 * /etc hold, well-formed and not.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
