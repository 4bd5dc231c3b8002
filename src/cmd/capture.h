/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture.h: the main job: one source, a filter, print and record.
 */
#ifndef RTSEC_CMD_CAPTURE_H
#define RTSEC_CMD_CAPTURE_H

#include "cmd/options.h"

/* Gives the exit code; everything that went wrong has been said on stderr. */
int cmd_capture(const struct cmd_options *options, const volatile int *stop);

#endif
