/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build: m32 */
/*
 * misc.c: makes the calls on processes, users, limits, semaphores, keys and
 * futexes that have an event of their own.  What changes the caller for good
 * happens in children, whose lines come out of the same pipe.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live/want.h"

#if defined(SYS_ugetrlimit)
#define SYS_GETRLIMIT SYS_ugetrlimit
#else
#define SYS_GETRLIMIT SYS_getrlimit
#endif

/* The C library makes another call of it; 32-bit programs have it inside of ipc(2) only. */
#if defined(SYS_semop)
#define SEMOP(id, ops, cnt) syscall(SYS_semop, id, ops, cnt)
#else
#define SEMOP(id, ops, cnt) syscall(SYS_ipc, 1, id, cnt, 0, ops)
#endif

/* Two words of a limit as the program's own width has them. */
struct words {
	unsigned long cur, max;
};

static void limits(void)
{
	struct words now, next = { 1234, -1ul };
	struct rlimit64 wide = { 55, 77 }, old;

	must(!syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, &old), "prlimit64");
	next.max = old.rlim_max;
	want("setrlimit", syscall(SYS_setrlimit, RLIMIT_CORE, &next),
	     "cur=1234\tmax=%lld\tresource=4(RLIMIT_CORE)", (long long)old.rlim_max);
	want("getrlimit", syscall(SYS_GETRLIMIT, RLIMIT_CORE, &now),
	     "cur=1234\tmax=%lld\tresource=4(RLIMIT_CORE)", (long long)old.rlim_max);
	want("getrlimit", syscall(SYS_GETRLIMIT, 99, &now),
	     "cur=<NA>\tmax=<NA>\tresource=255(RLIMIT_UNKNOWN)");
	want("prlimit", syscall(SYS_prlimit64, getpid(), RLIMIT_CORE, &wide, &old),
	     "newcur=55\tnewmax=77\toldcur=1234\toldmax=%lld\tpid=%d\tresource=4(RLIMIT_CORE)",
	     (long long)(long)next.max, getpid());
	want("prlimit", syscall(SYS_prlimit64, 999999, RLIMIT_CPU, NULL, &old),
	     "newcur=<NA>\tnewmax=<NA>\toldcur=<NA>\toldmax=<NA>\tpid=999999*\tresource=0(RLIMIT_CPU)");
}

static void users(void)
{
	unsigned int ids[3] = { 0 };

	want_id("getuid", "uid", syscall(SYS_getuid));
	want_id("geteuid", "euid", syscall(SYS_geteuid));
	want_id("getgid", "gid", syscall(SYS_getgid));
	want_id("getegid", "egid", syscall(SYS_getegid));
	want("setresgid", syscall(SYS_setresgid, -1, 21, 22), "rgid=-1*\tegid=21*\tsgid=22*");
	want("getresgid", syscall(SYS_getresgid, &ids[0], &ids[1], &ids[2]),
	     "rgid=0(root)\tegid=21*\tsgid=22*");
	want("setregid", syscall(SYS_setregid, 22, -1), "rgid=22*\tegid=-1*");
	want("setgid", syscall(SYS_setgid, 23), "gid=23*");
	want("setresuid", syscall(SYS_setresuid, 0, -1, 32), "ruid=0(root)\teuid=-1*\tsuid=32*");
	want("getresuid", syscall(SYS_getresuid, &ids[0], &ids[1], &ids[2]),
	     "ruid=0(root)\teuid=0(root)\tsuid=32*");
	want("setreuid", syscall(SYS_setreuid, -1, 0), "ruid=-1*\teuid=0(root)");
	want("setuid", syscall(SYS_setuid, 33), "uid=33*");
}

static void capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2];

	must(!syscall(SYS_capget, &head, caps), "capget");
	caps[0].effective &= ~(1u << CAP_MKNOD);
	caps[0].inheritable = caps[1].inheritable = 0;
	caps[0].inheritable = 1u << CAP_CHOWN;
	want("capset", syscall(SYS_capset, &head, caps),
	     "cap_inheritable=1\tcap_permitted=%llX\tcap_effective=%llX",
	     caps[0].permitted | (unsigned long long)caps[1].permitted << 32,
	     caps[0].effective | (unsigned long long)caps[1].effective << 32);
}

static void signals(void)
{
	int pid = getpid();

	want("kill", syscall(SYS_kill, pid, 0), "pid=%d(*\tsig=0", pid);
	want("kill", syscall(SYS_kill, -999999, SIGTERM), "pid=-999999*\tsig=15(SIGTERM)");
	signal(SIGUSR1, SIG_IGN);
	want("tkill", syscall(SYS_tkill, pid, SIGUSR1), "tid=%d(*\tsig=10(SIGUSR1)", pid);
	want("tgkill", syscall(SYS_tgkill, pid, pid, SIGUSR1),
	     "pid=%d(*\ttid=%d(*\tsig=10(SIGUSR1)", pid, pid);
}

static void groups(void)
{
	int pid = getpid(), fd;

	want("setpgid", syscall(SYS_setpgid, pid, 0), "pid=%d(*\tpgid=0*", pid);
	want_only("setsid", syscall(SYS_setsid));
	want("unshare", syscall(SYS_unshare, CLONE_NEWUTS | CLONE_FILES),
	     "flags=129(CLONE_FILES|CLONE_NEWUTS)");
	fd = open("/proc/self/ns/uts", O_RDONLY);
	want("setns", syscall(SYS_setns, fd, CLONE_NEWUTS), "fd=%d(*\tnstype=128(CLONE_NEWUTS)",
	     fd);
	close(fd);
	fd = syscall(SYS_pidfd_open, pid, O_NONBLOCK);
	want_fd("pidfd_open", "fd", fd, "pid=%d(*\tflags=1(PIDFD_NONBLOCK)", pid);
	want_fd("pidfd_getfd", "fd", syscall(SYS_pidfd_getfd, fd, 2, 0),
		"pid_fd=%d(*\ttarget_fd=2*\tflags=0", fd);
	close(fd);
	want_fd("bpf", "fd", syscall(SYS_bpf, 15, NULL, 0), "cmd=15(BPF_OBJ_GET_INFO_BY_FD)");
	want("seccomp", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 64, NULL), "op=1\tflags=40");
}

static void names(void)
{
	int is_reaper = 0;
	char name[16];

	want("prctl", syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1),
	     "option=36(PR_SET_CHILD_SUBREAPER)\targ2_int=1");
	want("prctl", syscall(SYS_prctl, PR_GET_CHILD_SUBREAPER, &is_reaper),
	     "option=37(PR_GET_CHILD_SUBREAPER)\targ2_str=<NA>\targ2_int=1");
	want("prctl", syscall(SYS_prctl, PR_GET_NAME, name),
	     "option=16(PR_GET_NAME)\targ2_str=%s\targ2_int=<NA>", name);
	want("prctl", syscall(SYS_prctl, PR_SET_NAME, name), "option=15(PR_SET_NAME)\targ2_str=%s",
	     name);
}

static void semaphores(void)
{
	struct sembuf ops[2] = { { 1, 2, IPC_NOWAIT }, { 0, -3, SEM_UNDO | IPC_NOWAIT } };
	int id = semget(0x1234567, 2, IPC_CREAT | 0600);

	want("semget", id, "key=1234567\tnsems=2\tsemflg=8576(IPC_CREAT)");
	must(id >= 0, "semget");
	want("semctl", semctl(id, 0, SETVAL, 1), "semid=%d\tsemnum=0\tcmd=4096(SETVAL)\tval=1", id);
	want("semop", SEMOP(id, ops, 2),
	     "nsops=2\tsem_num_0=1\tsem_op_0=2\tsem_flg_0=1(IPC_NOWAIT)\tsem_num_1=0\tsem_op_1=-3\t"
	     "sem_flg_1=3(IPC_NOWAIT|SEM_UNDO)\tsemid=%d",
	     id);
	want("semop", SEMOP(id, ops, 1),
	     "nsops=1\tsem_num_0=1\tsem_op_0=2\tsem_num_1=<NA>\tsem_flg_1=<NA>");
	want("semctl", semctl(id, 0, IPC_RMID), "cmd=4(IPC_RMID)\tval=<NA>");
}

static void keys(void)
{
	want("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1),
	     "operation=0(KEYCTL_GET_KEYRING_ID)\targ2=-2\targ3=1\targ4=NULL\targ5=NULL");
	want("keyctl",
	     syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "a key", 5),
	     "operation=10(KEYCTL_SEARCH)\targ2=-3\targ3=user\targ4=a key\targ5=5");
	want("keyctl", syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "a ring"),
	     "operation=1(KEYCTL_JOIN_SESSION_KEYRING)\targ2=a ring\targ3=NULL");
}

static void sleeps(void)
{
	struct timespec nap = { 0, 1000001 }, wrong = { 3, 1999999999 };
	int word = 5;

	want("nanosleep", syscall(SYS_nanosleep, &nap, NULL), "interval=1000001(*");
	want("nanosleep", syscall(SYS_nanosleep, &wrong, NULL), "interval=4999999999(*");
	want("futex", syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 3, NULL, NULL, 0),
	     "addr=%lX\top=129(FUTEX_PRIVATE_FLAG|FUTEX_WAKE)\tval=3", (unsigned long)&word);
	want("futex", syscall(SYS_futex, &word, FUTEX_WAIT, 4, NULL, NULL, 0),
	     "op=0(FUTEX_WAIT)\tval=4");
}

/* A child that is traced: its memory is read and written, by two ways. */
static void tracing(void)
{
	static long word = 0x11223344;
	static char text[] = "memory of the child";
	char copy[20] = "", other[] = "MEMORY";
	struct iovec here = { copy, 19 }, there = { text, 19 };
	long got = 0;
	int status, pid = fork();

	if (!pid) {
		want("ptrace", syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0),
		     "addr=0\tdata=0\trequest=1(PTRACE_TRACEME)\tpid=0*");
		want_done();
		raise(SIGSTOP);
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	want("ptrace", syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &got),
	     "addr=%lX\tdata=11223344\trequest=3(PTRACE_PEEKDATA)\tpid=%d(*", (unsigned long)&word,
	     pid);
	want("ptrace", syscall(SYS_ptrace, PTRACE_POKEDATA, pid, &word, 0x77),
	     "addr=%lX\tdata=77\trequest=6(PTRACE_POKEDATA)", (unsigned long)&word);
	want("process_vm_readv", syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0),
	     "pid=%d(*\tdata=memory of the child", pid);
	here = (struct iovec){ other, 6 };
	want("process_vm_writev", syscall(SYS_process_vm_writev, pid, &here, 1, &there, 1, 0),
	     "pid=%d(*\tdata=MEMORY", pid);
	want("ptrace", syscall(SYS_ptrace, PTRACE_CONT, pid, 0, SIGKILL),
	     "data=9(SIGKILL)\trequest=8(PTRACE_CONT)\tpid=%d*", pid);
	waitpid(pid, &status, 0);
}

/* Runs one part in a child of its own. */
static void apart(void (*part)(void))
{
	int status, pid;

	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		part();
		_exit(want_done());
	}
	must(waitpid(pid, &status, 0) == pid && !status, "a part");
}

/* untraced: leave out what cannot be done while another one traces the program. */
int main(int argc, char **argv)
{
	apart(limits);
	apart(users);
	apart(capabilities);
	apart(signals);
	apart(groups);
	apart(names);
	apart(semaphores);
	apart(keys);
	apart(sleeps);
	if (argc < 2 || strcmp(argv[1], "untraced"))
		apart(tracing);
	return 0;
}
