/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child.h: a command that runs while rtsec captures.  It is forked at once but
 * begins only when the capture is on, so that nothing of it is missed.
 */
#ifndef RTSEC_CMD_CHILD_H
#define RTSEC_CMD_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct cmd_child {
	pid_t pid; /* 0 none */
	int gate; /* a byte lets the child go, closing it without one ends it */
};

int cmd_child_prepare(struct cmd_child *child, char **argv, struct err *err);
void cmd_child_go(struct cmd_child *child);
/* Has it ended? *status gets the exit status as a shell would give it. */
bool cmd_child_has_ended(struct cmd_child *child, int *status);

#endif
