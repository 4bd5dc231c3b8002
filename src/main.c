/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main.c: signals and the exit code; everything else is in cmd/.
 */
#include <signal.h>
#include <stddef.h>

#include "cmd/cmd.h"

/* Set by a signal; the loop looks at it. */
static volatile int stop_asked;

static void ask_to_stop(int signum)
{
	/* A second one ends the program at once. */
	stop_asked = 1;
	signal(signum, SIG_DFL);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = ask_to_stop };
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;

		/* Under nohup(1) a terminal that goes away ends nothing. */
		if (signals[i] == SIGHUP && !sigaction(SIGHUP, NULL, &before) &&
		    before.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
	}
	/* Broken pipes and full quotas are errors of write(), handled where they happen. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return cmd_run(argc, argv, &stop_asked);
}
