/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build: m32 */
/*
 * file.c: makes every call on files that has an event of its own, with known
 * arguments, in the folder it is started in.  Raw numbers where the C library
 * would make another call of it.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "live/want.h"

/* The same call under its two names. */
#if defined(SYS_newfstatat)
#define SYS_FSTATAT SYS_newfstatat
#else
#define SYS_FSTATAT SYS_fstatat64
#endif
#if defined(SYS__newselect)
#define SYS_SELECT SYS__newselect
#else
#define SYS_SELECT SYS_select
#endif

static char cwd[4096];

#define AT "-100(AT_FDCWD)"

/* "dev=..\tino=.." of an open file as the format has them. */
static const char *dev_ino(int fd)
{
	static char text[64];
	struct stat st;
	unsigned int minor_nr;

	must(!fstat(fd, &st), "fstat");
	minor_nr = minor(st.st_dev);
	snprintf(text, sizeof(text), "dev=%X\tino=%llu",
		 (minor_nr & 0xff) | major(st.st_dev) << 8 | (minor_nr & ~0xffu) << 12,
		 (unsigned long long)st.st_ino);
	return text;
}

static void opens(void)
{
	struct open_how how = { .flags = O_RDWR, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	struct open_how bad = { .flags = O_PATH, .resolve = RESOLVE_NO_XDEV | RESOLVE_IN_ROOT };
	int fd, dir;

	umask(0);
	fd = syscall(SYS_openat, AT_FDCWD, "made", O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0641);
	want_fd("openat", "fd", fd,
		"dirfd=" AT "\tname=made(%s/made)\t"
		"flags=20519(O_EXCL|O_CREAT|O_RDWR|O_CLOEXEC|O_F_CREATED)\tmode=0641\t%s",
		cwd, dev_ino(fd));
	write(fd, "0123456789abcdef", 16);
	close(fd);
	dir = syscall(SYS_openat, AT_FDCWD, cwd, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	want_fd("openat", "fd", dir,
		"name=%s\tflags=1089(O_DIRECTORY|O_NONBLOCK|O_RDONLY)\tmode=0\t%s", cwd,
		dev_ino(dir));
	fd = syscall(SYS_openat, dir, "made", O_WRONLY | O_APPEND | O_DSYNC | O_TRUNC);
	want_fd("openat", "fd", fd,
		"dirfd=%d(<d>%s)\tname=made(%s/made)\tflags=282(O_TRUNC|O_DSYNC|O_APPEND|O_WRONLY)",
		dir, cwd, cwd);
	close(fd);
	want_fd("openat", "fd", syscall(SYS_openat, dir, "none", O_RDONLY),
		"name=none(%s/none)\tflags=1(O_RDONLY)\tdev=<NA>\tino=<NA>", cwd);

	/* The file really opened: through a link, through "..", by way of /proc. */
	must(!symlink("made", "link"), "symlink");
	fd = syscall(SYS_openat, AT_FDCWD, "link", O_RDONLY);
	want_fd("openat", "fd", fd, "name=%s/made(was link)\t%s", cwd, dev_ino(fd));
	close(fd);
	must(!mkdir("deep", 0700), "mkdir");
	fd = syscall(SYS_openat, AT_FDCWD, "./made", O_RDWR);
	want_fd("openat", "fd", fd, "name=./made(%s/made)\tflags=3(O_RDWR)", cwd);
	close(fd);
	fd = syscall(SYS_openat, AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600);
	want_fd("openat", "fd", fd, "flags=9219(O_DIRECTORY|O_RDWR|O_TMPFILE)\tmode=0600\t%s",
		dev_ino(fd));
	close(fd);

	fd = syscall(SYS_openat2, dir, "made", &how, sizeof(how));
	want_fd("openat2", "fd", fd,
		"dirfd=%d(<d>%s)\tname=made(%s/made)\tflags=3(O_RDWR)\tmode=0\t"
		"resolve=9(RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS)\t%s",
		dir, cwd, cwd, dev_ino(fd));
	close(fd);
	how = (struct open_how){ .flags = O_CREAT | O_WRONLY, .mode = 0604 };
	fd = syscall(SYS_openat2, AT_FDCWD, "made2", &how, sizeof(how));
	want_fd("openat2", "fd", fd,
		"dirfd=" AT "\tflags=16390(O_CREAT|O_WRONLY|O_F_CREATED)\tmode=0604\tresolve=0");
	close(fd);
	want_fd("openat2", "fd", syscall(SYS_openat2, dir, "gone", &bad, 7),
		"name=gone(%s/gone)\tresolve=18(RESOLVE_IN_ROOT|RESOLVE_NO_XDEV)", cwd);
	want_fd("openat2", "fd", syscall(SYS_openat2, dir, "gone2", NULL, sizeof(how)),
		"flags=<NA>\tmode=<NA>\tresolve=<NA>\tdev=<NA>");
#ifdef SYS_open
	fd = syscall(SYS_open, "made", O_RDONLY | O_SYNC);
	want_fd("open", "fd", fd,
		"name=made(%s/made)\tflags=145(O_SYNC|O_DSYNC|O_RDONLY)\tmode=0\t%s", cwd,
		dev_ino(fd));
	close(fd);
	fd = syscall(SYS_open, "made3", O_CREAT | O_WRONLY, 0400);
	want_fd("open", "fd", fd, "flags=16390(O_CREAT|O_WRONLY|O_F_CREATED)\tmode=0400");
	close(fd);
	want_fd("open", "fd", syscall(SYS_open, NULL, 0), "name=<NA>\tflags=1(O_RDONLY)");
#endif
#ifdef SYS_creat
	fd = syscall(SYS_creat, "made4", 0620);
	want_fd("creat", "fd", fd, "name=made4(%s/made4)\tmode=0620\t%s\tcreat_flags=0", cwd,
		dev_ino(fd));
	close(fd);
#endif
	close(dir);
}

static void handles(void)
{
	struct {
		struct file_handle head;
		char room[128];
	} handle = { .head.handle_bytes = 128 };
	int mount_id, dir, fd;

	dir = open(cwd, O_RDONLY | O_DIRECTORY);
	if (name_to_handle_at(AT_FDCWD, "made", &handle.head, &mount_id, 0))
		return;
	fd = syscall(SYS_open_by_handle_at, dir, &handle, O_RDONLY);
	want_fd("open_by_handle_at", "fd", fd,
		"mountfd=%d(<d>%s)\tflags=1(O_RDONLY)\tpath=%s/made\t%s", dir, cwd, cwd,
		fd >= 0 ? dev_ino(fd) : "dev=<NA>");
	close(fd);
	handle.head.handle_bytes = 0; /* not allowed */
	want_fd("open_by_handle_at", "fd",
		syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, O_RDWR),
		"mountfd=" AT "\tflags=3(O_RDWR)\tpath=<NA>\tdev=<NA>\tino=<NA>");
	close(dir);
}

static void data(void)
{
	char buf[300] = "", other[300] = "", big[1000];
	struct iovec in[3] = { { buf, 3 }, { NULL, 0 }, { buf + 3, 40 } };
	char text[3][16] = { "gather-", "several-", "parts" }, lost[] = "never-written";
	struct iovec out[3] = { { text[0], 7 }, { text[1], 8 }, { text[2], 5 } };
	struct iovec bad[1] = { { lost, 13 } };
	int fd = open("data", O_RDWR | O_CREAT | O_LARGEFILE, 0600);

	want("write", syscall(SYS_write, fd, "0123456789abcdef", 16),
	     "data=0123456789abcdef\tfd=%d(<f>%s/data)\tsize=16", fd, cwd);
	want("write", syscall(SYS_write, 999, "to-nowhere", 10),
	     "data=to-nowhere\tfd=999\tsize=10");
	want("pwrite", pwrite64(fd, "PWRITE", 6, 0x100000002ll),
	     "data=PWRITE\tfd=%d(*\tsize=6\tpos=4294967298", fd);
	want("pread", pread64(fd, buf, 100, 0x100000002ll),
	     "data=PWRITE\tfd=%d(*\tsize=100\tpos=4294967298", fd);
	want("pread", pread64(fd, buf, 11, 1), "data=123456789ab\tsize=11\tpos=1");
	want("pwrite", pwrite64(fd, "x", 1, -7), "data=x\tsize=1\tpos=-7");
	want("pwritev", pwritev(fd, out, 3, 16),
	     "data=gather-several-parts\tfd=%d(*\tsize=20\tpos=16", fd);
	want("preadv", preadv(fd, in, 3, 14),
	     "size=43\tdata=efgather-several-parts*\tfd=%d(*\tpos=14", fd);
	want("writev", writev(fd, out, 2), "data=gather-several-\tfd=%d(*\tsize=15", fd);
	want("writev", writev(999, bad, 1), "data=never-written\tfd=999\tsize=13");
	want("lseek", syscall(SYS_lseek, fd, 2, SEEK_SET),
	     "fd=%d(<f>%s/data)\toffset=2\twhence=0(SEEK_SET)", fd, cwd);
	want("readv", readv(fd, in, 2), "size=3\tdata=234\tfd=%d(*", fd);
	want("readv", readv(999, in, 2), "size=0\tfd=999");
	want("read", syscall(SYS_read, fd, buf, 5), "data=56789\tfd=%d(<f>%s/data)\tsize=5", fd,
	     cwd);
	want("read", syscall(SYS_read, 998, buf, 5), "data=NULL\tfd=998\tsize=5");
	want("lseek", syscall(SYS_lseek, fd, -3L, SEEK_CUR), "offset=-3\twhence=1(SEEK_CUR)");
#ifdef SYS__llseek
	{
		long long where;

		want("llseek", syscall(SYS__llseek, fd, 5, 7, &where, SEEK_SET),
		     "fd=%d(<f>%s/data)\toffset=21474836487\twhence=0(SEEK_SET)", fd, cwd);
	}
#endif
	/* More data than is kept. */
	memset(big, 'B', sizeof(big));
	memset(other, 'B', 200);
	want("pwrite", pwrite64(fd, big, 1000, 100), "data=%.200s\tsize=1000\tpos=100", big);
	in[0].iov_len = 150;
	in[1] = (struct iovec){ buf + 150, 150 };
	want("preadv", preadv(fd, in, 2, 100), "size=300\tdata=%s\tpos=100", other);
	close(fd);
}

static void copies(void)
{
	int from = open("data", O_RDONLY | O_LARGEFILE), to = open("copy", O_RDWR | O_CREAT, 0600),
	    ends[2];
	loff_t off_in = 3, off_out = 5;
	off_t offset = 4;

	want("copy_file_range", syscall(SYS_copy_file_range, from, &off_in, to, &off_out, 6, 0),
	     "fdout=%d(<f>%s/copy)\toffout=5\tfdin=%d(<f>%s/data)\toffin=3\tlen=6", to, cwd, from,
	     cwd);
	want("copy_file_range", syscall(SYS_copy_file_range, from, NULL, 997, NULL, 6, 0),
	     "fdout=997\toffout=<NA>\toffin=<NA>\tlen=6");
	want("sendfile", syscall(SYS_sendfile, to, from, &offset, 7),
	     "offset=4\tout_fd=%d(<f>%s/copy)\tin_fd=%d(<f>%s/data)\tsize=7", to, cwd, from, cwd);
#ifdef SYS_sendfile64
	off_in = 2;
	want("sendfile", syscall(SYS_sendfile64, to, from, &off_in, 8), "offset=2\tsize=8");
#endif
	want("sendfile", syscall(SYS_sendfile, to, from, NULL, 2), "offset=<NA>\tsize=2");
	must(!pipe(ends), "pipe");
	want("splice",
	     syscall(SYS_splice, from, NULL, ends[1], NULL, 9, SPLICE_F_MOVE | SPLICE_F_MORE),
	     "fd_in=%d(<f>%s/data)\tfd_out=%d(*\tsize=9\tflags=5(SPLICE_F_MOVE|SPLICE_F_MORE)",
	     from, cwd, ends[1]);
	close(from);
	close(to);
	close(ends[0]);
	close(ends[1]);
}

static void names(void)
{
	char here[4096];
	int dir = open(cwd, O_RDONLY | O_DIRECTORY), fd = open("made", O_RDWR);
	struct stat st;
	char dents[1024];

	want("newfstatat", syscall(SYS_FSTATAT, dir, "made", here, AT_SYMLINK_NOFOLLOW),
	     "dirfd=%d(<d>%s)\tpath=made(%s/made)\tflags=256(AT_SYMLINK_NOFOLLOW)", dir, cwd, cwd);
	want("newfstatat",
	     syscall(SYS_FSTATAT, AT_FDCWD, "nothing", here, AT_NO_AUTOMOUNT | AT_EMPTY_PATH),
	     "dirfd=" AT "\tpath=nothing(%s/nothing)\tflags=6144(AT_EMPTY_PATH|AT_NO_AUTOMOUNT)",
	     cwd);
#ifdef SYS_stat
	want("stat", syscall(SYS_stat, "made", here), "path=made(%s/made)", cwd);
	want("lstat", syscall(SYS_lstat, "link", here), "path=link(%s/link)", cwd);
#endif
#ifdef SYS_stat64
	want("stat64", syscall(SYS_stat64, "made", here), "path=made(%s/made)", cwd);
	want("lstat64", syscall(SYS_lstat64, "no-such-file", here),
	     "path=no-such-file(%s/no-such-file)", cwd);
	want_only("fstat64", syscall(SYS_fstat64, 991, here));
#endif
	want("fstat", syscall(SYS_fstat, fd, here), "fd=%d(<f>%s/made)", fd, cwd);
#ifdef SYS_access
	want("access", syscall(SYS_access, "made", R_OK | W_OK),
	     "name=made(%s/made)\tmode=6(R_OK|W_OK)", cwd);
	want("access", syscall(SYS_access, "nothing", F_OK),
	     "name=nothing(%s/nothing)\tmode=0(F_OK)", cwd);
#endif
	want("getcwd", syscall(SYS_getcwd, here, sizeof(here)), "path=%s", cwd);
	want("getcwd", syscall(SYS_getcwd, here, 1), "path=<NA>");
#ifdef SYS_getdents
	want("getdents", syscall(SYS_getdents, dir, dents, sizeof(dents)), "fd=%d(<d>%s)", dir,
	     cwd);
#endif
	want("getdents64", syscall(SYS_getdents64, dir, dents, sizeof(dents)), "fd=%d(<d>%s)", dir,
	     cwd);

#ifdef SYS_mkdir
	want("mkdir", syscall(SYS_mkdir, "d1", 0755), "path=d1(%s/d1)\tmode=1ED", cwd);
#endif
	want("mkdirat", syscall(SYS_mkdirat, dir, "d2", 0700),
	     "dirfd=%d(<d>%s)\tpath=d2(%s/d2)\tmode=1C0", dir, cwd, cwd);
#ifdef SYS_rename
	want("rename", syscall(SYS_rename, "d1", "d3"), "oldpath=d1(%s/d1)\tnewpath=d3(%s/d3)", cwd,
	     cwd);
#endif
#ifdef SYS_renameat
	want("renameat", syscall(SYS_renameat, dir, "d2", AT_FDCWD, "d4"),
	     "olddirfd=%d(<d>%s)\toldpath=d2(%s/d2)\tnewdirfd=" AT "\tnewpath=d4(%s/d4)", dir, cwd,
	     cwd, cwd);
#endif
	want("renameat2", syscall(SYS_renameat2, AT_FDCWD, "made", dir, "deep", RENAME_NOREPLACE),
	     "olddirfd=" AT "\toldpath=made(%s/made)\tnewdirfd=%d(<d>%s)\tnewpath=deep(%s/deep)\t"
	     "flags=1(RENAME_NOREPLACE)",
	     cwd, dir, cwd, cwd);
#ifdef SYS_link
	want("link", syscall(SYS_link, "made", "hard"),
	     "oldpath=made(%s/made)\tnewpath=hard(%s/hard)", cwd, cwd);
#endif
	want("linkat", syscall(SYS_linkat, dir, "link", AT_FDCWD, "hard2", AT_SYMLINK_FOLLOW),
	     "olddir=%d(<d>%s)\toldpath=link(%s/link)\tnewdir=" AT "\tnewpath=hard2(%s/hard2)\t"
	     "flags=1024(AT_SYMLINK_FOLLOW)",
	     dir, cwd, cwd, cwd);
#ifdef SYS_symlink
	want("symlink", syscall(SYS_symlink, "where to", "soft"),
	     "target=where to\tlinkpath=soft(%s/soft)", cwd);
#endif
	want("symlinkat", syscall(SYS_symlinkat, "target", dir, "soft2"),
	     "target=target\tlinkdirfd=%d(<d>%s)\tlinkpath=soft2(%s/soft2)", dir, cwd, cwd);
#ifdef SYS_unlink
	want("unlink", syscall(SYS_unlink, "soft"), "path=soft(%s/soft)", cwd);
#endif
	want("unlinkat", syscall(SYS_unlinkat, dir, "soft2", 0),
	     "dirfd=%d(<d>%s)\tname=soft2(%s/soft2)\tflags=0", dir, cwd, cwd);
	want("unlinkat", syscall(SYS_unlinkat, AT_FDCWD, "deep", AT_REMOVEDIR),
	     "dirfd=" AT "\tname=deep(%s/deep)\tflags=512(AT_REMOVEDIR)", cwd);
#ifdef SYS_rmdir
	want("rmdir", syscall(SYS_rmdir, "d3"), "path=d3(%s/d3)", cwd);
#endif
#ifdef SYS_mknod
	want("mknod", syscall(SYS_mknod, "dev/none", S_IFCHR | 0640, makedev(0x12, 0x345)),
	     "path=dev/none(%s/dev/none)\tmode=020640(S_IRGRP|S_IWUSR|S_IRUSR|S_IFCHR)\tdev=3150405",
	     cwd);
#endif
	want("mknodat", syscall(SYS_mknodat, dir, "fifo", S_IFIFO | 0600, 0),
	     "dirfd=%d(<d>%s)\tpath=fifo(%s/fifo)\tmode=010600(S_IWUSR|S_IRUSR|S_IFIFO)\tdev=0",
	     dir, cwd, cwd);
	want("mknodat", syscall(SYS_mknodat, AT_FDCWD, "plain", 0400, 0),
	     "dirfd=" AT "\tmode=0100400(S_IRUSR|S_IFREG)");
#ifdef SYS_chmod
	want("chmod", syscall(SYS_chmod, "made", 04701),
	     "filename=made(%s/made)\tmode=04701(S_IXOTH|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)", cwd);
#endif
	want("fchmod", syscall(SYS_fchmod, fd, 0600),
	     "fd=%d(<f>%s/made)\tmode=0600(S_IWUSR|S_IRUSR)", fd, cwd);
	want("fchmodat", syscall(SYS_fchmodat, dir, "made", 0604),
	     "dirfd=%d(<d>%s)\tfilename=made(%s/made)\tmode=0604(S_IROTH|S_IWUSR|S_IRUSR)", dir,
	     cwd, cwd);
#ifdef SYS_chown
	want("chown", syscall(SYS_chown, "made", 11, -1), "path=made(%s/made)\tuid=11\tgid=-1",
	     cwd);
	want("lchown", syscall(SYS_lchown, "link", -1, 12), "path=link(%s/link)\tuid=-1\tgid=12",
	     cwd);
#endif
	want("fchown", syscall(SYS_fchown, fd, 13, 14), "fd=%d(<f>%s/made)\tuid=13\tgid=14", fd,
	     cwd);
	want("fchownat", syscall(SYS_fchownat, dir, "link", 100015, 16, AT_SYMLINK_NOFOLLOW),
	     "dirfd=%d(<d>%s)\tpathname=link(%s/link)\tuid=100015\tgid=16\tflags=1024(AT_SYMLINK_NOFOLLOW)",
	     dir, cwd, cwd);
	want("chdir", syscall(SYS_chdir, "d4"), "path=d4");
	want("fchdir", syscall(SYS_fchdir, dir), "fd=%d(<d>%s)", dir, cwd);
	want("chroot", syscall(SYS_chroot, "no-root"), "path=no-root(%s/no-root)", cwd);
	must(!fstat(fd, &st), "fstat");
	close(dir);
	close(fd);
}

static void descriptors(void)
{
	int fd = open("data", O_RDWR | O_LARGEFILE), len;

	want_fd("dup", "res", syscall(SYS_dup, fd), "oldfd=%d(<f>%s/data)", fd, cwd);
#ifdef SYS_dup2
	want_fd("dup2", "res", syscall(SYS_dup2, fd, 41), "oldfd=%d(<f>%s/data)\tnewfd=41(*", fd,
		cwd);
#endif
	want_fd("dup3", "res", syscall(SYS_dup3, fd, 42, O_CLOEXEC),
		"oldfd=%d(<f>%s/data)\tnewfd=42(*\tflags=4096(O_CLOEXEC)", fd, cwd);
	want_fd("dup3", "res", syscall(SYS_dup3, 996, 43, 0),
		"oldfd=996\tnewfd=43\tflags=0(O_NONE)");
	want_fd("fcntl", "res", syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 50),
		"fd=%d(<f>%s/data)\tcmd=26(F_DUPFD_CLOEXEC)\targ=32", fd, cwd);
	must(!syscall(SYS_fcntl, fd, F_SETFL, O_NONBLOCK), "F_SETFL");
	want_all("fcntl", "0(*", "fd=%d(*\tcmd=5(F_SETFL)\targ=800", fd);
	want("ioctl", syscall(SYS_ioctl, fd, FIONREAD, &len),
	     "fd=%d(<f>%s/data)\trequest=541B\targument=%lX", fd, cwd, (unsigned long)&len);
	want("flock", syscall(SYS_flock, fd, LOCK_EX | LOCK_NB),
	     "fd=%d(<f>%s/data)\toperation=6(LOCK_EX|LOCK_NB)", fd, cwd);
	want("close", syscall(SYS_close, 42), "fd=42(*");
	want("close", syscall(SYS_close, 995), "fd=995");
	want("close_range", syscall(SYS_close_range, 41, 60, 4),
	     "first=41\tlast=60\tflags=4(CLOSE_RANGE_CLOEXEC)");
	want("close_range", syscall(SYS_close_range, 41, 60, 0), "first=41\tlast=60\tflags=0");
	close(fd);
}

/* Calls that make descriptors of other kinds than files. */
static void makers(void)
{
	unsigned long long mask = 1ull << (SIGUSR1 - 1) | 1ull << (SIGTERM - 1);
	int ends[2], fd;
	struct stat st;
	long ret;

#ifdef SYS_pipe
	ret = syscall(SYS_pipe, ends);
	must(!ret && !fstat(ends[0], &st), "pipe");
	want("pipe", ret, "fd1=%d(*\tfd2=%d(*\tino=%llu", ends[0], ends[1],
	     (unsigned long long)st.st_ino);
#endif
	ret = syscall(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK | O_DIRECT);
	must(!ret && !fstat(ends[0], &st), "pipe2");
	want("pipe2", ret,
	     "fd1=%d(*\tfd2=%d(*\tino=%llu\tflags=4672(O_DIRECT|O_NONBLOCK|O_CLOEXEC)", ends[0],
	     ends[1], (unsigned long long)st.st_ino);
	want("pipe2", syscall(SYS_pipe2, ends, 1 << 30),
	     "fd1=<NA>\tfd2=<NA>\tino=<NA>\tflags=0(O_NONE)");
#ifdef SYS_eventfd
	want_fd("eventfd", "res", syscall(SYS_eventfd, 77), "initval=77\tflags=0");
	want_fd("signalfd", "res", syscall(SYS_signalfd, -1, &mask, 8),
		"fd=-1*\tmask=4200\tflags=0");
	want_fd("inotify_init", "res", syscall(SYS_inotify_init), "flags=0");
	want("epoll_create", syscall(SYS_epoll_create, 13), "size=13");
#endif
	want_fd("eventfd2", "res", syscall(SYS_eventfd2, 78, O_NONBLOCK),
		"flags=64(O_NONBLOCK)\tinitval=78");
	want_fd("signalfd4", "res", syscall(SYS_signalfd4, -1, &mask, 8, O_CLOEXEC),
		"flags=4096(O_CLOEXEC)\tfd=-1*\tmask=4200");
	want_fd("timerfd_create", "res", syscall(SYS_timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK),
		"clockid=1\tflags=40");
	want_fd("inotify_init1", "res", syscall(SYS_inotify_init1, O_NONBLOCK | O_CLOEXEC),
		"flags=4160(O_NONBLOCK|O_CLOEXEC)");
	fd = syscall(SYS_epoll_create1, EPOLL_CLOEXEC);
	want("epoll_create1", fd, "flags=1(EPOLL_CLOEXEC)");
	want("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC | 1 << 30), "flags=4096(O_CLOEXEC)");
	want_fd("memfd_create", "fd", syscall(SYS_memfd_create, "a name", 3),
		"name=a name\tflags=3(MFD_CLOEXEC|MFD_ALLOW_SEALING)");
#ifdef SYS_epoll_wait
	{
		struct epoll_event events[5];

		want("epoll_wait", syscall(SYS_epoll_wait, fd, events, 5, 0), "maxevents=5");
	}
#endif
}

static void waits(void)
{
	unsigned long long mask = 1ull << (SIGUSR2 - 1);
	struct timespec none = { 0, 0 }, wrong = { 1, 2000000000 };
	struct pollfd fds[3];
	int ends[2];

	must(!pipe(ends), "pipe");
	fds[0] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = ends[1], .events = POLLOUT };
	fds[2] = (struct pollfd){ .fd = 994, .events = POLLOUT };
#ifdef SYS_poll
	want("poll", syscall(SYS_poll, fds, 3, 17), "fds=%d:*\ttimeout=17", ends[0]);
	want("poll", syscall(SYS_poll, fds + 1, 1, -1), "timeout=-1");
#endif
	want("ppoll", syscall(SYS_ppoll, fds, 2, &none, &mask, 8),
	     "fds=%d:*\ttimeout=0(0s)\tsigmask=SIGUSR2", ends[0]);
	want("ppoll", syscall(SYS_ppoll, fds, 2, &wrong, NULL, 8),
	     "timeout=3000000000(3s)\tsigmask=<NA>");
#ifdef SYS_select
	{
		struct timeval soon = { 0, 1 };

		want_only("select", syscall(SYS_SELECT, 0, NULL, NULL, NULL, &soon));
	}
#endif
}

/* fsopen, fsconfig, mount: in a mount namespace of its own, so that nothing stays. */
static void mounts(void)
{
	int fs, fd;

	must(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL),
	     "unshare");
	mkdir("m", 0700);
	want("mount",
	     syscall(SYS_mount, "a source", "m", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME, NULL),
	     "dev=a source\tdir=m(%s/m)\ttype=tmpfs\tflags=1030(NOSUID|NODEV|NOATIME)", cwd);
	want("mount",
	     syscall(SYS_mount, NULL, "m", NULL, MS_MGC_VAL | MS_REMOUNT | MS_BIND | MS_RDONLY,
		     NULL),
	     "dev=<NA>\tdir=m(%s/m)\ttype=<NA>\tflags=4129(RDONLY|REMOUNT|BIND)", cwd);
	want("umount2", syscall(SYS_umount2, "m", MNT_DETACH | UMOUNT_NOFOLLOW),
	     "name=m(%s/m)\tflags=10(DETACH|NOFOLLOW)", cwd);
#ifdef SYS_umount
	want("umount", syscall(SYS_umount, "m"), "name=m(%s/m)", cwd);
#endif
	fs = syscall(SYS_fsopen, "tmpfs", 0);
	want("fsconfig", syscall(SYS_fsconfig, fs, 1, "size", "1048576", 0),
	     "fd=%d*\tcmd=1(FSCONFIG_SET_STRING)\tkey=size\tvalue_bytebuf=NULL\tvalue_charbuf=1048576\taux=0",
	     fs);
	want("fsconfig", syscall(SYS_fsconfig, fs, 2, "blob", "binary", 4),
	     "cmd=2(FSCONFIG_SET_BINARY)\tkey=blob\tvalue_bytebuf=bina\tvalue_charbuf=<NA>\taux=4");
	want("fsconfig", syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0),
	     "cmd=6(FSCONFIG_CMD_CREATE)\tkey=<NA>\tvalue_charbuf=<NA>");

	/* An overlay: a file of the lower layer, one that is made in the upper one. */
	must(!mount("t", "m", "tmpfs", 0, NULL), "tmpfs");
	must(!mkdir("m/low", 0700) && !mkdir("m/up", 0700) && !mkdir("m/work", 0700) &&
		     !mkdir("m/all", 0700),
	     "mkdir");
	close(open("m/low/old", O_CREAT | O_WRONLY, 0600));
	if (!mount("o", "m/all", "overlay", 0, "lowerdir=m/low,upperdir=m/up,workdir=m/work")) {
		fd = syscall(SYS_openat, AT_FDCWD, "m/all/old", O_RDONLY);
		want_fd("openat", "fd", fd,
			"name=m/all/old(%s/m/all/old)\tflags=65537(O_RDONLY|FD_LOWER_LAYER)\t%s",
			cwd, dev_ino(fd));
		close(fd);
		fd = syscall(SYS_openat, AT_FDCWD, "m/all/new", O_CREAT | O_WRONLY, 0600);
		want_fd("openat", "fd", fd,
			"flags=49158(O_CREAT|O_WRONLY|O_F_CREATED|FD_UPPER_LAYER)\t%s",
			dev_ino(fd));
		close(fd);
#ifdef SYS_creat
		fd = syscall(SYS_creat, "m/all/newer", 0600);
		want_fd("creat", "fd", fd,
			"name=m/all/newer(%s/m/all/newer)\tcreat_flags=1(FD_UPPER_LAYER_CREAT)",
			cwd);
		close(fd);
#endif
	}
}

static void quotas(void)
{
	struct {
		unsigned long long bhard, bsoft, cur, ihard, isoft, inodes, btime, itime;
		unsigned int valid;
	} __attribute__((packed)) block = { 11, 12, 13, 14, 15, 16, 17, 18, 0x3f };
	struct {
		unsigned long long bgrace, igrace;
		unsigned int flags, valid;
	} info = { 21, 22, 1, 7 };

	want("quotactl", syscall(SYS_quotactl, 0x80000800, "/dev/no-such", 100001, &block),
	     "special=/dev/no-such\tquotafilepath=<NA>\tdqb_bhardlimit=11\tdqb_bsoftlimit=12\tdqb_curspace=13\t"
	     "dqb_ihardlimit=14\tdqb_isoftlimit=15\tdqb_btime=17000000000(17s)\tdqb_itime=18000000000(18s)\t"
	     "dqi_bgrace=<NA>\tquota_fmt_out=1(QFMT_NOT_USED)\tcmd=64(Q_SETQUOTA)\ttype=1(USRQUOTA)\tid=100001\t"
	     "quota_fmt=1(QFMT_NOT_USED)");
	want("quotactl", syscall(SYS_quotactl, 0x80000601, "/dev/no-such", 0, &info),
	     "dqb_bhardlimit=<NA>\tdqi_bgrace=21000000000(21s)\tdqi_igrace=22000000000(22s)\tdqi_flags=2(V1_DQF_RSQUASH)\t"
	     "cmd=16(Q_SETINFO)\ttype=2(GRPQUOTA)\tid=<NA>");
	want("quotactl", syscall(SYS_quotactl, 0x80000200, "/dev/no-such", 4, "/a/quota.user"),
	     "quotafilepath=/a/quota.user\tcmd=1(Q_QUOTAON)\tquota_fmt=8(QFMT_VFS_V1)");
	want("quotactl", syscall(SYS_quotactl, 0x580200, "/dev/no-such", 0, NULL),
	     "cmd=512(Q_XQUOTAOFF)");
}

static void modules(void)
{
	want("init_module", syscall(SYS_init_module, "no-module", 9, "a=1 b=2"),
	     "img=no-module\tlength=9\tuargs=a=1 b=2");
	want("finit_module", syscall(SYS_finit_module, 993, "c=3", 3),
	     "fd=993\tuargs=c=3\tflags=3(MODULE_INIT_IGNORE_MODVERSIONS|MODULE_INIT_IGNORE_VERMAGIC)");
	want("delete_module", syscall(SYS_delete_module, "no_module", O_NONBLOCK | O_TRUNC),
	     "name=no_module\tflags=3(O_NONBLOCK|O_TRUNC)");
}

static void rings(void)
{
	unsigned int params[30] = { 0 };
	unsigned long long mask = 1ull << (SIGUSR2 - 1);
	struct {
		unsigned long long mask;
		unsigned int size, pad;
		unsigned long long time;
	} extended = { (unsigned long)&mask, 8, 0, 0 };
	int fd;

	params[2] = 1 << 3 | 1 << 4; /* CQSIZE, CLAMP */
	params[1] = 64;
	params[4] = 5;
	fd = syscall(SYS_io_uring_setup, 8, params);
	if (fd < 0)
		return;
	want("io_uring_setup", fd,
	     "entries=8\tsq_entries=8\tcq_entries=64\tflags=48(IORING_SETUP_CQSIZE|IORING_SETUP_CLAMP)\t"
	     "sq_thread_cpu=0\tsq_thread_idle=5\tfeatures=*");
	want("io_uring_enter", syscall(SYS_io_uring_enter, fd, 0, 0, 1, &mask, 8),
	     "fd=%d(*\tto_submit=0\tmin_complete=0\tflags=1(IORING_ENTER_GETEVENTS)\tsig=*", fd);
	want("io_uring_enter",
	     syscall(SYS_io_uring_enter, fd, 0, 0, 9, &extended, sizeof(extended)),
	     "flags=9(IORING_ENTER_GETEVENTS|IORING_ENTER_EXT_ARG)\tsig=*");
	want("io_uring_register", syscall(SYS_io_uring_register, fd, 4, &params, 2),
	     "fd=%d(*\topcode=4(IORING_REGISTER_EVENTFD)\targ=%lX\tnr_args=2", fd,
	     (unsigned long)&params);
}

int main(void)
{
	must(readlink("/proc/self/cwd", cwd, sizeof(cwd) - 1) > 0, "readlink");
	opens();
	handles();
	data();
	copies();
	names();
	descriptors();
	makers();
	waits();
	quotas();
	modules();
	rings();
	mounts();
	return want_done();
}
