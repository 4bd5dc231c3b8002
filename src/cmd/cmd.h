/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cmd.h: the command line.  cmd_run() is all that main.c calls.
 */
#ifndef RTSEC_CMD_CMD_H
#define RTSEC_CMD_CMD_H

/* Exit codes, everywhere. */
enum cmd_exit {
	CMD_OK = 0,
	CMD_FAILED = 1,
	CMD_USAGE = 2, /* wrong option, filter or template */
	CMD_DAMAGED = 3, /* input damaged or cut; everything good was processed */
	CMD_OUTPUT = 4, /* output incomplete: disk full, write error */
};

#define CMD_VERSION "0.1.0"

/* stop: set by a signal handler when the run is to end. Gives the exit code. */
int cmd_run(int argc, char **argv, const volatile int *stop);

#endif
