/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spend.c: runs a command with its output thrown away and prints what it took, on
 * one line:
 *
 *   WALL_S CPU_S FIRST_S MAX_RSS_KB EXIT_CODE
 *
 * FIRST_S: from its start to the first byte it wrote to standard output, or "-".
 * CPU and memory are those of the command and the children it waited for.
 *
 *   spend COMMAND ARGUMENT...
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static void run(char **argv, int out)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	static char buf[1 << 18];
	double begin, first = 0;
	struct rusage usage;
	int status = 0;
	int pipes[2];
	pid_t pid;

	if (argc < 2 || pipe2(pipes, O_CLOEXEC)) {
		fputs("usage: spend COMMAND...\n", stderr);
		return 2;
	}
	fcntl(pipes[1], F_SETPIPE_SZ, 1 << 20);
	begin = now_s();
	pid = fork();
	if (!pid)
		run(argv + 1, pipes[1]);
	close(pipes[1]);
	while (read(pipes[0], buf, sizeof(buf)) > 0) {
		if (!first)
			first = now_s();
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("spend");
		return 1;
	}
	printf("%.6f %.6f ", now_s() - begin, seconds(usage.ru_utime) + seconds(usage.ru_stime));
	if (first)
		printf("%.6f", first - begin);
	else
		printf("-");
	printf(" %ld %d\n", usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
