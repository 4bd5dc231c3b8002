/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report.h: what is said on standard error: errors with a caret, warnings,
 * losses. Each is said once, here.
 */
#ifndef RTSEC_CMD_REPORT_H
#define RTSEC_CMD_REPORT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/stats.h"
#include "engine/engine.h"
#include "filter/filter.h"

void cmd_report_error(const struct err *err);
/* For a filter that does not parse: says so if an option seems to stand behind it. */
void cmd_report_late_option(const char *filter);
void cmd_report_warnings(const char *lines);
/* Losses always, all counters when verbose; the two sets are added. */
void cmd_report_losses(const struct stats *engine, const struct stats *source, bool verbose);
/* Where in time the stream has gaps; nothing if it has none. */
void cmd_report_gaps(const struct engine_losses *losses);
/* The compiled filter, to standard output; gives the exit code. */
int cmd_report_filter(const struct filter *filter);

#endif
