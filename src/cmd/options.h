/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * options.h: what the user asked for, as one plain struct.  Text is borrowed
 * from argv; the filter is owned.
 */
#ifndef RTSEC_CMD_OPTIONS_H
#define RTSEC_CMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "field/field.h"
#include "scap/scap.h"

enum cmd_latency { CMD_LATENCY_AUTO, CMD_LATENCY_ON, CMD_LATENCY_OFF };

struct cmd_options {
	const char *read; /* NULL: live */
	const char *write;
	bool print; /* also while recording */
	struct scap_writer_opts writer;
	uint64_t max_events;
	uint64_t max_seconds;
	uint32_t snaplen; /* 0: no data at all */
	const char *template; /* NULL: the default line */
	bool json;
	enum field_time_format time_format; /* 0: the default */
	enum field_buffer_format buffer_format;
	bool quiet;
	bool summary;
	bool unbuffered;
	bool show_internal;
	enum cmd_latency latency;
	bool switches;
	bool page_faults;
	uint64_t ring_bytes;
	bool proc_scan;
	bool list_fields, list_events;
	bool verbose;
	bool dump_filter;
	bool help, version;
	char *filter; /* the remaining words, joined by blanks; NULL none */
	char **child; /* what stands behind --, NULL none */
};

/* 0, or -EINVAL with err filled. */
int cmd_options_parse(int argc, char **argv, struct cmd_options *options, struct err *err);
void cmd_options_release(struct cmd_options *options);
/* The help text, to standard output. */
void cmd_usage(void);

/* One option as the documents print it; NULL name: a group, whose title is help. */
struct cmd_option_info {
	char letter; /* 0 none */
	const char *name;
	const char *arg; /* "" none */
	const char *help;
};

unsigned int cmd_option_count(void);
const struct cmd_option_info *cmd_option_at(unsigned int idx);

#endif
