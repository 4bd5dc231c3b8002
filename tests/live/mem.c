/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build: m32 */
/*
 * mem.c: makes every call on memory that has an event of its own.  The sizes
 * after a call are compared with what /proc says of the program at that time.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live/want.h"

/* An address or an error, in decimal as every result. */
static const char *address(long ret)
{
	static char text[64];

	if (ret == -1)
		return want_errno(ret, errno);
	snprintf(text, sizeof(text), "%lu", (unsigned long)ret);
	return text;
}

/* VmSize in KiB, read without a call that changes it. */
static unsigned long vm_size(void)
{
	char text[4096] = "", *line;
	int fd = open("/proc/self/status", O_RDONLY);

	must(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "/proc/self/status");
	close(fd);
	line = strstr(text, "VmSize:");
	must(line != NULL, "VmSize");
	return strtoul(line + 7, NULL, 10);
}

#if defined(SYS_mmap2)
#define MMAP SYS_mmap2
#define MMAP_NAME "mmap2"
#define MMAP_OFFSET "pgoffset"
#define MMAP_UNIT 4096 /* of its offset */
#else
#define MMAP SYS_mmap
#define MMAP_NAME "mmap"
#define MMAP_OFFSET "offset"
#define MMAP_UNIT 1
#endif

static void maps(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT, 0600);
	char cwd[4096] = "", *fixed;
	unsigned long hint;
	long at;

	must(readlink("/proc/self/cwd", cwd, sizeof(cwd) - 1) > 0, "readlink");
	must(!ftruncate(fd, 5 * 4096), "ftruncate");
	at = syscall(MMAP, 0x20000000, 7 * 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	must(at != -1, "mmap");
	want_all(
		MMAP_NAME, address(at),
		"vm_size=%lu\tvm_rss=*\tvm_swap=0\taddr=20000000\tlength=28672\t"
		"prot=3(PROT_READ|PROT_WRITE)\tflags=74(MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE)\tfd=-1*\t" MMAP_OFFSET
		"=0",
		vm_size());
	fixed = (char *)at;
	hint = (unsigned long)fixed + 2 * 4096;
	at = syscall(MMAP, hint, 4096, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd,
		     4096 / MMAP_UNIT * 3);
	want_all(
		MMAP_NAME, address(at),
		"addr=%lX\tlength=4096\tprot=5(PROT_READ|PROT_EXEC)\tflags=5(MAP_SHARED|MAP_FIXED)\t"
		"fd=%d(<f>%s/mapped)\t" MMAP_OFFSET "=%d",
		hint, fd, cwd, 4096 / MMAP_UNIT * 3);
	at = syscall(MMAP, 0, 4096, PROT_NONE, MAP_PRIVATE, 999, 0);
	want_all(MMAP_NAME, address(at), "prot=0(PROT_NONE)\tflags=2(MAP_PRIVATE)\tfd=999");
#if defined(SYS_mmap2)
	{
		/* The old call: all arguments in a struct. */
		unsigned int words[6] = { 0, 3 * 4096, PROT_READ, MAP_PRIVATE, fd, 2 * 4096 };

		at = syscall(SYS_mmap, words);
		want_all(
			"mmap", address(at),
			"addr=0\tlength=12288\tprot=1(PROT_READ)\tflags=2(MAP_PRIVATE)\tfd=%d(<f>%s/mapped)\t"
			"offset=8192\tvm_size=%lu\tvm_rss=*\tvm_swap=0",
			fd, cwd, vm_size());
	}
#endif
	want("mprotect", syscall(SYS_mprotect, fixed, 4096, PROT_READ),
	     "addr=%lX\tlength=4096\tprot=1(PROT_READ)", (unsigned long)fixed);
	want("mlock", syscall(SYS_mlock, fixed, 4096), "addr=%lX\tlen=4096", (unsigned long)fixed);
	want("mlock2", syscall(SYS_mlock2, fixed, 8192, MLOCK_ONFAULT),
	     "addr=%lX\tlen=8192\tflags=1(MLOCK_ONFAULT)", (unsigned long)fixed);
	want("munlock", syscall(SYS_munlock, fixed, 8192), "addr=%lX\tlen=8192",
	     (unsigned long)fixed);
	want("mlockall", syscall(SYS_mlockall, MCL_FUTURE | MCL_ONFAULT),
	     "flags=6(MCL_FUTURE|MCL_ONFAULT)");
	want_only("munlockall", syscall(SYS_munlockall));
	at = syscall(SYS_munmap, fixed, 7 * 4096);
	want("munmap", at, "vm_size=%lu\tvm_rss=*\tvm_swap=0\taddr=%lX\tlength=28672", vm_size(),
	     (unsigned long)fixed);
	want("munmap", syscall(SYS_munmap, 1, 4096), "addr=1\tlength=4096");
	close(fd);
}

int main(void)
{
	unsigned long now, next;
	char text[32];
	long end;

	maps();
	now = syscall(SYS_brk, 0);
	next = now + 5 * 4096;
	end = syscall(SYS_brk, next);
	must((unsigned long)end == next, "brk");
	snprintf(text, sizeof(text), "%lX", end);
	want_all("brk", text, "vm_size=%lu\tvm_rss=*\tvm_swap=0\taddr=%lX", vm_size(), next);
	syscall(SYS_brk, now);
	return want_done();
}
