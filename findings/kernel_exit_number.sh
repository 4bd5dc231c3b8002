#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Linux, x86-64: at the exit of a system call, the number in the registers need not be the
# one of the entry.  A successful execveat (322) leaves as execve (59); rt_sigreturn (15)
# leaves with -1.  A failed execveat leaves as 322.  ptrace shows it here, without any
# privilege; the tracepoint raw_syscalls:sys_exit and BPF programs on it read the same
# word, so syscalls:sys_exit_execveat fires for failures only (tracefs showed "sys_execve ->
# 0x0" after "sys_execveat(...)").
#
# Seen on Linux 5.10, 6.1, 6.12 and 6.18.
# What it does to you: a tool that pairs exits with entries by number, or looks at exits
# alone, sees no successful execveat and, for rt_sigreturn, a call that does not exist.
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

[ "$(uname -sm)" = "Linux x86_64" ] || skip "not Linux on x86-64"
case $(uname -r) in
5.1[0-9].* | 6.[0-9].* | 6.1[0-8].*) ;;
*) skip "seen on Linux 5.10 to 6.18, this is $(uname -r)" ;;
esac
command -v cc >/dev/null || skip "no C compiler"

cat >number.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_signal(int nr)
{
	(void)nr;
}

static int traced(void)
{
	char *argv[] = {"true", NULL};

	signal(SIGUSR1, on_signal);
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
		return 77;
	raise(SIGSTOP);
	raise(SIGUSR1);
	syscall(SYS_execveat, AT_FDCWD, "/no/such/program", argv, NULL, 0);
	syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, NULL, 0);
	return 1;
}

int main(void)
{
	pid_t pid = fork();
	long entry = 0;
	int status, inside = 0;

	if (pid == 0)
		_exit(traced());
	waitpid(pid, &status, 0);
	if (!WIFSTOPPED(status))
		return 77;
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);
	for (int sig = 0;;) {
		struct user_regs_struct regs;

		ptrace(PTRACE_SYSCALL, pid, 0, sig);
		if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
			return 0;
		sig = 0;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			sig = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
			continue;
		}
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		inside = !inside;
		if (inside)
			entry = (long)regs.orig_rax;
		else if (entry == SYS_execveat || entry == SYS_rt_sigreturn)
			printf("entry %ld, exit %ld, %s\n", entry, (long)regs.orig_rax,
			       (long)regs.rax < 0 ? "failed" : "succeeded");
	}
}
END
cc -o number number.c || exit 1
./number >seen
[ $? != 77 ] || skip "ptrace is not allowed here"
echo "Linux $(uname -r)"
cat seen
sed 's/^\(entry 15, exit -1\),.*/\1/' seen >known
cat >want <<'END'
entry 15, exit -1
entry 322, exit 322, failed
entry 322, exit 59, succeeded
END
cmp -s want known || {
	echo "CHANGED: the numbers are others"
	exit 1
}
