/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * forks.c: N processes that end at once, up to 16 at a time.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long left = argc > 1 ? atol(argv[1]) : 1000;
	int running = 0;

	while (left > 0 || running > 0) {
		if (left > 0 && running < 16) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			if (pid > 0) {
				running++;
				left--;
				continue;
			}
		}
		if (wait(NULL) > 0)
			running--;
	}
	return 0;
}
