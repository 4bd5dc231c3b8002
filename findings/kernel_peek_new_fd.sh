#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Linux: recvmsg(MSG_PEEK) of a message that carries a file descriptor (SCM_RIGHTS) installs
# a new descriptor each time, and the message is still there.  So does each
# getsockopt(SO_PEERPIDFD), which like any getsockopt seems to ask only.
# Neither recv(2) nor unix(7) says so of MSG_PEEK.
#
# Seen on Linux 5.10, 6.1, 6.12 and 6.18 (SO_PEERPIDFD: 6.12 and 6.18; it came with 6.5):
# one descriptor sent, three looks and one receive: four more in the receiver.
# What it does to you: a program that peeks for the size first leaks one descriptor a
# message; a tracer that makes descriptors only where a call "makes" one loses them.
set -u
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
export HOME="$T" LC_ALL=C

skip()
{
	echo "skipped: $*"
	exit 77
}

case $(uname -sr) in
"Linux 5.1"[0-9].* | "Linux 6."[0-9].* | "Linux 6.1"[0-8].*) ;;
*) skip "seen on Linux 5.10 to 6.18, this is $(uname -r)" ;;
esac
command -v cc >/dev/null || skip "no C compiler"

cat >peek.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_PIDFD 77 /* SO_PEERPIDFD of asm-generic/socket.h */

static int open_fds(void)
{
	int cnt = 0;

	for (int fd = 0; fd < 1024; fd++)
		cnt += fcntl(fd, F_GETFD) >= 0;
	return cnt;
}

int main(void)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 'x';
	struct iovec data = {&byte, 1};
	struct msghdr msg = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	int pair[2], sent = 1, before;

	memcpy(CMSG_DATA(&control.head), &sent, sizeof(sent));
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) || sendmsg(pair[0], &msg, 0) != 1)
		return 1;
	before = open_fds();
	for (int i = 0; i < 4; i++) {
		msg.msg_controllen = sizeof(control);
		if (recvmsg(pair[1], &msg, i < 3 ? MSG_PEEK : 0) != 1)
			return 1;
		printf("%s: %+d\n", i < 3 ? "peek" : "receive", open_fds() - before);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 1;
	before = open_fds();
	for (int i = 0; i < 3; i++) {
		int fd;
		socklen_t len = sizeof(fd);

		if (getsockopt(pair[0], SOL_SOCKET, PEER_PIDFD, &fd, &len))
			break;
		printf("SO_PEERPIDFD: %+d\n", open_fds() - before);
	}
	return 0;
}
END
cc -o peek peek.c || exit 1
./peek >seen || exit 1
echo "Linux $(uname -r), open descriptors against before:"
cat seen
case $(paste -sd, seen) in
"peek: +1,peek: +2,peek: +3,receive: +4") ;;
"peek: +1,peek: +2,peek: +3,receive: +4,SO_PEERPIDFD: +1,SO_PEERPIDFD: +2,SO_PEERPIDFD: +3") ;;
*)
	echo "CHANGED: looking makes no descriptors"
	exit 1
	;;
esac
