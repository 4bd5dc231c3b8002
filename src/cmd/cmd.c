/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cmd.c: from the words of the command line to the command that does the work.
 */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/capture.h"
#include "cmd/list.h"
#include "cmd/options.h"
#include "cmd/report.h"

/* Who reads a pipe may go when he has seen enough. What sinks could not print they have said. */
static int flush_output(int code)
{
	struct err err;

	if (!fflush(stdout) || errno == EPIPE || code != CMD_OK)
		return code;
	err_init(&err);
	err_set(&err, -errno, "output: %s", strerror(errno));
	cmd_report_error(&err);
	return CMD_OUTPUT;
}

int cmd_run(int argc, char **argv, const volatile int *stop)
{
	struct cmd_options options;
	struct err err;
	int code = CMD_OK;

	err_init(&err);
	if (cmd_options_parse(argc, argv, &options, &err)) {
		cmd_report_error(&err);
		code = CMD_USAGE;
	} else if (options.help) {
		cmd_usage();
	} else if (options.version) {
		puts("rtsec " CMD_VERSION);
	} else if (options.list_fields) {
		cmd_list_fields();
	} else if (options.list_events) {
		cmd_list_events();
	} else {
		code = cmd_capture(&options, stop);
	}
	cmd_options_release(&options);
	return flush_output(code);
}
