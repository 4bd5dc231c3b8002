/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * open_race.c: one thread keeps rewriting the path that another one opens.  For
 * each successful open the program prints the path of the file that it really
 * got, as the kernel says (readlink of /proc/self/fd), in order.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPENS 10000

static volatile char path[256];
static const char *one, *two;
static volatile int done;

static void *rewrite(void *arg)
{
	(void)arg;
	while (!done) {
		memcpy((char *)path, one, strlen(one) + 1);
		memcpy((char *)path, two, strlen(two) + 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int opened = 0;

	if (argc != 3)
		return 2;
	one = argv[1];
	two = argv[2];
	memcpy((char *)path, one, strlen(one) + 1);
	if (pthread_create(&thread, NULL, rewrite, NULL))
		return 1;
	while (opened < OPENS) {
		char link[64], real[512];
		ssize_t len;
		int fd = open((const char *)path, O_RDONLY);

		if (fd < 0)
			continue; /* the two names mixed */
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, real, sizeof(real));
		if (len <= 0)
			return 1;
		printf("%.*s\n", (int)len, real);
		close(fd);
		opened++;
	}
	done = 1;
	pthread_join(thread, NULL);
	return 0;
}
