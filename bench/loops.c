/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loops.c: what one system call costs, pinned to one CPU.  Batches of calls are
 * timed and the median batch counts, so a batch that was interrupted does not;
 * pauses between them let a recorder keep up, so that no call is cheaper because
 * it was dropped.
 *
 *   loops KIND CPU MS      KIND: getpid, read (a byte of /dev/zero), open (and close)
 *   loops tick CPU MS      makes a call every millisecond, for others to notice
 *
 * Prints nanoseconds a call, "open" an open and a close together.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCH_MAX 100000
#define BATCH_CALLS 500
#define WARM_CALLS 50
#define PAUSE_NS 1000000

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void make_calls(const char *kind, int fd, int cnt)
{
	char byte;

	for (int i = 0; i < cnt; i++) {
		if (*kind == 'g')
			syscall(SYS_getpid);
		else if (*kind == 'r')
			(void)!read(fd, &byte, 1);
		else
			close(open("/etc/passwd", O_RDONLY));
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static void pause_a_while(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

static void tick(uint64_t end_ns)
{
	while (now_ns() < end_ns) {
		syscall(SYS_getppid);
		pause_a_while();
	}
}

int main(int argc, char **argv)
{
	static uint64_t batches[BATCH_MAX];
	uint64_t end_ns;
	cpu_set_t cpus;
	size_t cnt = 0;
	int fd;

	if (argc != 4) {
		fputs("usage: loops getpid|read|open|tick CPU MS\n", stderr);
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[2]), &cpus);
	fd = open("/dev/zero", O_RDONLY);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || fd < 0) {
		perror("loops");
		return 1;
	}
	end_ns = now_ns() + strtoull(argv[3], NULL, 10) * 1000000u;
	if (!strcmp(argv[1], "tick")) {
		tick(end_ns);
		return 0;
	}
	while (cnt < BATCH_MAX && now_ns() < end_ns) {
		uint64_t begin_ns;

		pause_a_while();
		make_calls(argv[1], fd, WARM_CALLS);
		begin_ns = now_ns();
		make_calls(argv[1], fd, BATCH_CALLS);
		batches[cnt++] = now_ns() - begin_ns;
	}
	qsort(batches, cnt, sizeof(*batches), compare);
	printf("%.1f\n", cnt ? (double)batches[cnt / 2] / BATCH_CALLS : 0.0);
	return 0;
}
