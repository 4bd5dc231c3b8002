/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * passed_fds.c: gets descriptors in all the ways that no call names: in messages of
 * unix sockets (taken, peeked at, several at once, close-on-exec), by ioctl and by
 * SO_PEERPIDFD.  Each is then read from with a size of its own, and the line
 *
 *   size  descriptor  fd.type  fd.name
 *
 * says what a recording must show of that read.  passed_fds FOLDER
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "want.h"

#define PIDFD_NET_NS 0xff04 /* PIDFD_GET_NET_NAMESPACE, linux/pidfd.h */
#define PEERPIDFD 77 /* SO_PEERPIDFD, asm-generic/socket.h */
#define PASS_CNT 3

enum { FILE_FD, SOCKET_FD, PIPE_FD };

static int passed[PASS_CNT];
static char names[PASS_CNT][256];
static const char *const types[PASS_CNT] = { "file", "ipv4", "pipe" };

/* So long that the recorder comes to look, even on a busy machine. */
static void linger(void)
{
	poll(NULL, 0, 700);
}

static void reads(int size, int fd, const char *type, const char *name)
{
	char buf[2000];
	ssize_t ret = read(fd, buf, size);

	(void)ret;
	printf("%d\t%d\t%s\t%s\n", size, fd, type, name);
}

/* --- what is passed ------------------------------------------------------------- */

static void make_socket(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct sockaddr_in local;
	socklen_t len = sizeof(addr);
	int server = socket(AF_INET, SOCK_STREAM, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(server >= 0 && !bind(server, (void *)&addr, sizeof(addr)) && !listen(server, 1) &&
		     !getsockname(server, (void *)&addr, &len),
	     "server");
	passed[SOCKET_FD] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	must(!connect(passed[SOCKET_FD], (void *)&addr, sizeof(addr)) || errno == EINPROGRESS,
	     "connect");
	must(accept(server, NULL, NULL) >= 0, "accept");
	len = sizeof(local);
	must(!getsockname(passed[SOCKET_FD], (void *)&local, &len), "getsockname");
	snprintf(names[SOCKET_FD], sizeof(names[0]), "127.0.0.1:%d->127.0.0.1:%d",
		 ntohs(local.sin_port), ntohs(addr.sin_port));
}

static void make_all(const char *folder)
{
	struct stat st;
	int ends[2];

	snprintf(names[FILE_FD], sizeof(names[0]), "%s/passed file", folder);
	passed[FILE_FD] = open(names[FILE_FD], O_RDWR | O_CREAT | O_TRUNC, 0600);
	must(passed[FILE_FD] >= 0, names[FILE_FD]);
	make_socket();
	must(!pipe2(ends, O_NONBLOCK), "pipe");
	passed[PIPE_FD] = ends[0];
	must(!fstat(ends[0], &st), "fstat");
	snprintf(names[PIPE_FD], sizeof(names[0]), "pipe:[%lu]", (unsigned long)st.st_ino);
}

/* --- passing --------------------------------------------------------------------- */

union control {
	struct cmsghdr header; /* for its alignment */
	char bytes[CMSG_SPACE(sizeof(passed))];
};

static void send_all(int to)
{
	union control control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	char byte = 'x';
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	control.header.cmsg_len = CMSG_LEN(sizeof(passed));
	memcpy(CMSG_DATA(&control.header), passed, sizeof(passed));
	must(sendmsg(to, &msg, 0) == 1, "sendmsg");
}

static void receive(int from, int flags, int many, int fds[PASS_CNT])
{
	union control control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct mmsghdr message = { .msg_hdr = {
					   .msg_iov = &iov,
					   .msg_iovlen = 1,
					   .msg_control = &control,
					   .msg_controllen = sizeof(control),
				   } };

	if (many)
		must(recvmmsg(from, &message, 1, flags, NULL) == 1, "recvmmsg");
	else
		must(recvmsg(from, &message.msg_hdr, flags) == 1, "recvmsg");
	must(message.msg_hdr.msg_controllen >= CMSG_LEN(sizeof(passed)) &&
		     control.header.cmsg_type == SCM_RIGHTS,
	     "control message");
	memcpy(fds, CMSG_DATA(&control.header), sizeof(passed));
}

static void receives(int from, int flags, int many, int size)
{
	int fds[PASS_CNT];

	receive(from, flags, many, fds);
	linger();
	for (int i = 0; i < PASS_CNT; i++)
		reads(size + i, fds[i], types[i], names[i]);
}

/* --- the other ways -------------------------------------------------------------------- */

static void by_ioctl(void)
{
	int pidfd = syscall(SYS_pidfd_open, getppid(), 0);
	int ptmx = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	char name[64];
	int unlock = 0, number = 0, fd;

	if (pidfd >= 0 && (fd = ioctl(pidfd, PIDFD_NET_NS, 0)) >= 0) {
		ssize_t len = readlink("/proc/self/ns/net", name, sizeof(name) - 1);

		must(len > 0, "readlink");
		name[len] = '\0';
		linger();
		reads(1401, fd, "file", name);
	}
	if (ptmx >= 0 && !ioctl(ptmx, TIOCSPTLCK, &unlock) && !ioctl(ptmx, TIOCGPTN, &number) &&
	    (fd = ioctl(ptmx, TIOCGPTPEER, O_RDWR | O_NONBLOCK | O_NOCTTY)) >= 0) {
		snprintf(name, sizeof(name), "/dev/pts/%d", number);
		linger();
		reads(1402, fd, "file", name);
	}
}

static void by_option(int socket)
{
	socklen_t len = sizeof(int);
	int fd = -1;

	if (getsockopt(socket, SOL_SOCKET, PEERPIDFD, &fd, &len))
		return;
	linger();
	reads(1501, fd, "pidfd", "*");
}

/* Another file takes the numbers before anybody can look: the name is right or unknown. */
static void in_a_hurry(int from)
{
	int other = open("/dev/zero", O_RDONLY);
	int fds[PASS_CNT];
	char buf[2000];
	ssize_t ret;

	for (int round = 0; round < 20; round++) {
		receive(from, MSG_PEEK, 0, fds);
		for (int i = 0; i < PASS_CNT; i++) {
			ret = read(fds[i], buf, 1601);
			must(dup2(other, fds[i]) >= 0, "dup2");
			ret = read(fds[i], buf, 1602);
		}
		for (int i = 0; i < PASS_CNT; i++)
			close(fds[i]);
	}
	(void)ret;
}

/* Close-on-exec came along: after an exec the number is free. */
static void over_exec(int from, char **argv)
{
	int fds[PASS_CNT];
	char first[16], second[16];

	receive(from, MSG_PEEK | MSG_CMSG_CLOEXEC, 0, fds);
	snprintf(first, sizeof(first), "%d", fds[SOCKET_FD]);
	receive(from, 0, 0, fds);
	snprintf(second, sizeof(second), "%d", fds[SOCKET_FD]);
	linger();
	fflush(stdout);
	execl(argv[0], argv[0], "--after-exec", first, second, names[SOCKET_FD], (char *)NULL);
	perror(argv[0]);
	_exit(1);
}

static void child(int from, char **argv)
{
	receives(from, 0, 0, 1101);
	receives(from, MSG_PEEK, 0, 1201);
	receives(from, 0, 0, 1211);
	receives(from, 0, 1, 1301);
	by_ioctl();
	by_option(from);
	in_a_hurry(from);
	over_exec(from, argv);
}

int main(int argc, char **argv)
{
	int ends[2];
	int status;
	pid_t pid;

	if (argc == 5 && !strcmp(argv[1], "--after-exec")) {
		reads(1701, atoi(argv[2]), "", "");
		reads(1702, atoi(argv[3]), "ipv4", argv[4]);
		return 0;
	}
	must(argc == 2, "passed_fds FOLDER");
	must(!socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "socketpair");
	make_all(argv[1]);
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		/* Only what comes through the socket is left. */
		for (int i = 0; i < PASS_CNT; i++)
			close(passed[i]);
		child(ends[1], argv);
	}
	for (int i = 0; i < 4; i++)
		send_all(ends[0]);
	must(waitpid(pid, &status, 0) == pid && !status, "child");
	return 0;
}
