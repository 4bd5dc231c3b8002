/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build: m32 */
/*
 * proc.c: the life of processes: children by every call that makes them, programs
 * executed (by a thread too), refused or only checked, exits and signals.  Prints
 * what a recording must show of it, as want.h says.
 */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "want.h"

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

static char self[512]; /* path of this program, without symbolic links */
static char name[32]; /* its comm */
static char cwd[512];
static long fdlimit;

/* What clone and its relatives show of a task, but for flags. */
static void want_birth(const char *type, long res, int tid, int parent, const char *flags)
{
	char head[64];

	/* The child may be gone, and its name with it, when the parent of a vfork goes on. */
	snprintf(head, sizeof(head), res ? "%ld*" : "%ld", res);
	if (!want_lines)
		want_lines = open_memstream(&want_text, &want_len);
	fprintf(want_lines,
		"%s\tres=%s\texe=%s\ttid=%d(%s)\tpid=%d(%s)\tptid=%d(*\tcwd=%s\tfdlimit=%ld\tcomm=%s\t"
		"flags=%s\tuid=0\tgid=0\tvtid=%d(%s)\tvpid=%d(%s)\targs=more.\tcgroups=*\tpgft_maj=*\tpgft_min=*\tvm_size=*\tvm_rss=*\tvm_swap=*\t"
		"pidns_init_start_ts=*\n",
		type, head, self, tid, name, tid, name, parent, cwd, fdlimit, name, flags, tid,
		name, tid, name);
}

static void want_exit(int status, int ret, int sig, int core)
{
	char text[96];

	snprintf(text, sizeof(text), "%d*\tret=%d\tsig=%d*\tcore=%d", status, ret, sig, core);
	want_named("procexit", "status", text);
}

/* Waits for a child and says what its exit must look like. */
static void reap(pid_t pid, int code)
{
	int status;

	must(waitpid(pid, &status, 0) == pid, "waitpid");
	must(WIFEXITED(status) && WEXITSTATUS(status) == code, "exit code");
	want_exit(code << 8, code, 0, 0);
}

static void births(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	int me = getpid(), parent = getppid();
	long pid;

#ifdef SYS_fork
	pid = syscall(SYS_fork);
	if (!pid)
		_exit(3);
	want_birth("fork", pid, me, parent, "0");
	want_birth("fork", 0, pid, me, "0");
	reap(pid, 3);
#endif
	pid = vfork();
	if (!pid)
		_exit(4);
	want_birth("vfork", pid, me, parent, "134250496(CLONE_VM|CLONE_VFORK)");
	want_birth("vfork", 0, pid, me, "134250496(CLONE_VM|CLONE_VFORK)");
	reap(pid, 4);

	pid = syscall(SYS_clone, CLONE_PTRACE | SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		_exit(5);
	want_birth("clone", pid, me, parent, "1024(CLONE_PTRACE)");
	want_birth("clone", 0, pid, me, "1024(CLONE_PTRACE)");
	reap(pid, 5);

	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(6);
	want_birth("clone3", pid, me, parent, "0");
	want_birth("clone3", 0, pid, me, "0");
	reap(pid, 6);
}

/* --- programs ----------------------------------------------------------------- */

static const char *child_args[] = { self, "child", "two words", NULL };
static const char *child_env[] = { "PROC_TEST=yes", "EMPTY=", NULL };

/* What every event of a successful exec shows; the tail differs. */
static void want_image(const char *type, int pid, const char *more)
{
	struct stat st;

	must(!stat(self, &st), self);
	if (!want_lines)
		want_lines = open_memstream(&want_text, &want_len);
	fprintf(want_lines,
		"%s\tres=0\texe=%s\targs=child.two words.\ttid=%d(%s)\tpid=%d(%s)\tptid=%d(%s)\tcwd=%s\t"
		"fdlimit=%ld\tcomm=%s\tenv=PROC_TEST=yes.EMPTY=.\tvpgid=%d(*\tflags=*\tcap_inheritable=*\tcap_permitted=*\t"
		"cap_effective=*\texe_ino=%lu\texe_ino_ctime=*\texe_ino_mtime=*\tuid=0(root)\t"
		"trusted_exepath=%s\tpgid=%d(*\tgid=0(root)\tcgroups=*\t"
		"loginuid=*\ttty=*\tpgft_maj=*\tpgft_min=*\tvm_size=*\tvm_rss=*\tvm_swap=*%s\n",
		type, self, pid, name, pid, name, (int)getpid(), name, cwd, fdlimit, name,
		(int)getpgrp(), (unsigned long)st.st_ino, self, (int)getpgrp(), more);
}

static void *exec_in_thread(void *arg)
{
	(void)arg;
	syscall(SYS_execve, self, child_args, child_env);
	_exit(99);
}

static void images(void)
{
	const char *args[] = { "zero", "one", NULL };
	const char *env[] = { "A=B", NULL };
	char filename[600];
	pthread_t thread;
	int fd, pid;

	snprintf(filename, sizeof(filename), "\tfilename=%s", self);
	want("execve", syscall(SYS_execve, "/none/such", args, env),
	     "exe=zero\targs=one.\tenv=A=B.\tfilename=/none/such\ttid=%d(%s)", (int)getpid(), name);
	want("execveat", syscall(SYS_execveat, AT_FDCWD, "none", args, env, 0),
	     "exe=zero\targs=one.\tenv=A=B.\tpid=%d(%s)", (int)getpid(), name);

	pid = fork();
	if (!pid) {
		syscall(SYS_execve, self, child_args, child_env);
		_exit(98);
	}
	want_image("execve", pid, filename);
	reap(pid, 7);

	/* By an fd: the exit carries another number, and the comm is that of the file. */
	fd = open(self, O_PATH);
	must(fd >= 0, self);
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, fd, "", child_args, child_env, AT_EMPTY_PATH);
		_exit(97);
	}
	reap(pid, 7);
	close(fd);
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, AT_FDCWD, self, child_args, child_env, 0);
		_exit(96);
	}
	want_image("execveat", pid, "");
	reap(pid, 7);

	/* A thread that is not the first becomes the process. */
	pid = fork();
	if (!pid) {
		pthread_create(&thread, NULL, exec_in_thread, NULL);
		for (;;)
			pause();
	}
	want_image("execve", pid, filename);
	reap(pid, 7);

	/* Nothing is executed here (6.14 and newer; older kernels refuse it): see proc.sh. */
	syscall(SYS_execveat, AT_FDCWD, self, child_args, child_env, AT_EXECVE_CHECK);
}

/* --- signals and exits ------------------------------------------------------------ */

static void ignore(int signum)
{
	(void)signum;
}

static void signals(void)
{
	struct rlimit none = { 0, 0 };
	char text[128];
	int ready[2];
	int pid, status;

	signal(SIGUSR1, ignore);
	syscall(SYS_kill, getpid(), SIGUSR1);
	snprintf(text, sizeof(text), "%d(%s)\tdpid=%d(%s)\tsig=10(SIGUSR1)", (int)getpid(), name,
		 (int)getpid(), name);
	want_named("signaldeliver", "spid", text);

	setrlimit(RLIMIT_CORE, &none);
	must(!pipe(ready), "pipe");
	pid = fork();
	if (!pid) {
		signal(SIGTERM, SIG_DFL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	/* Not before it is through: its calls are counted. */
	must(read(ready[0], text, 1) == 1, "the child");
	kill(pid, SIGTERM);
	must(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM, "SIGTERM");
	want_exit(15, 0, 15, 0);
	/* The kernel turns a deadly signal into a 9 of its own for the whole group. */
	snprintf(text, sizeof(text), "0\tdpid=%d(%s)\tsig=9(SIGKILL)", pid, name);
	want_named("signaldeliver", "spid", text);
}

/* A child that dies before its own child: who gets it is part of the exit. */
static void orphans(void)
{
	int pid, status, reaper = getpid();

	must(!prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper");
	pid = fork();
	if (!pid) {
		if (!fork()) {
			usleep(100000);
			_exit(12);
		}
		_exit(9);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	must(wait(&status) > 0, "wait for the orphan");
	want_exit(12 << 8, 12, 0, 0);
	char text[96];

	snprintf(text, sizeof(text), "%d*\tret=9\tsig=0\tcore=0\treaper_tid=%d(%s)", 9 << 8, reaper,
		 name);
	want_named("procexit", "status", text);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

/* A call that seccomp answers has no start, but an end. */
static void refused(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(*code), code };
	char path[] = "refused"; /* in memory that is there: nobody reads it on the way in */
	int pid = fork();

	if (!pid) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0))
			_exit(1);
		_exit(syscall(SYS_mkdirat, AT_FDCWD, path, 0700) == -1 && errno == ENOSPC ? 11 : 2);
	}
	reap(pid, 11);
	want_named("mkdirat", "res", "-28(ENOSPC)\tdirfd=-100(AT_FDCWD)\tpath=refused(*");
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	ssize_t len;

	if (argc > 1 && !strcmp(argv[1], "child"))
		return 7;
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	must(len > 0, "readlink");
	must(!prctl(PR_GET_NAME, name, 0, 0, 0), "PR_GET_NAME");
	must(getcwd(cwd, sizeof(cwd)) != NULL, "getcwd");
	must(!getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
	fdlimit = (long)limit.rlim_cur;
	must(!strcmp(argv[0], self), "started by its full path");
	births();
	images();
	signals();
	orphans();
	refused();
	return want_done();
}
