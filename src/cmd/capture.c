/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture.c: puts the main job together: what the filter and the template need
 * decides what is captured; then source, engine and sinks run.
 */
#include "cmd/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cmd/child.h"
#include "cmd/cmd.h"
#include "cmd/report.h"
#include "engine/engine.h"

struct capture {
	const struct cmd_options *options;
	const volatile int *stop;
	struct filter *filter;
	struct field_template *template; /* only to know its needs and errors early */
	struct cmd_child child;
	int child_status;
	struct stats open_stats; /* until the engine has its own */
};

static bool is_stop_wanted(void *ctx)
{
	struct capture *capture = ctx;

	return *capture->stop || cmd_child_has_ended(&capture->child, &capture->child_status);
}

/* --- what to capture --------------------------------------------------------- */

/* Only a filter that names types asks for one; "everything" does not ask for switches. */
static bool is_type_asked(const struct filter *filter, unsigned int type)
{
	const struct filter_types *types;
	unsigned int i;

	if (!filter)
		return false;
	types = filter_event_types(filter);
	if (!filter_types_has(types, type))
		return false;
	for (i = 0; i < EVENT_TYPE_COUNT; i++)
		if (!filter_types_has(types, i))
			return true;
	return false;
}

static int open_source(struct capture *capture, uint32_t needs, struct source **source,
		       struct err *err)
{
	const struct cmd_options *options = capture->options;
	struct source_live_opts live = {
		.snaplen = options->snaplen,
		.ring_bytes = options->ring_bytes,
		.full_proc_scan = options->proc_scan,
	};

	if (options->read)
		return source_open_file(options->read, &capture->open_stats, source, err);
	live.starts = options->latency == CMD_LATENCY_ON ||
		      (options->latency == CMD_LATENCY_AUTO &&
		       (options->write || (needs & FIELD_NEED_START)));
	live.switches = options->switches || (needs & FIELD_NEED_SWITCH) ||
			is_type_asked(capture->filter, EVENT_SCHEDSWITCH_6_E);
	live.page_faults = options->page_faults || (needs & FIELD_NEED_PAGE_FAULTS) ||
			   is_type_asked(capture->filter, EVENT_PAGE_FAULT_E);
	live.cpu_times = is_type_asked(capture->filter, EVENT_PROCINFO_E);
	return source_open_live(&live, &capture->open_stats, source, err);
}

static bool is_printing(const struct cmd_options *options)
{
	return !options->quiet && !options->summary && (!options->write || options->print);
}

static int compile(struct capture *capture, uint32_t *needs, struct err *err)
{
	const struct cmd_options *options = capture->options;

	if (options->filter) {
		capture->filter = filter_compile(options->filter, NULL, err);
		if (!capture->filter) {
			cmd_report_late_option(options->filter);
			return err->code;
		}
		cmd_report_warnings(filter_warnings(capture->filter));
		*needs |= filter_needs(capture->filter);
	}
	capture->template = field_template_compile(
		options->template ? options->template : FIELD_DEFAULT_TEMPLATE, err);
	if (!capture->template)
		return err->code;
	if (is_printing(options)) {
		*needs |= field_template_needs(capture->template);
		if (options->time_format == FIELD_TIME_DELTA)
			*needs |= FIELD_NEED_START;
	}
	return 0;
}

static bool stat_of(const char *path, int standard_fd, struct stat *st)
{
	return path && !(strcmp(path, "-") ? stat(path, st) : fstat(standard_fd, st));
}

/* Does reading this wait for somebody who writes? */
static bool is_stream(const char *path)
{
	struct stat st;

	return stat_of(path, STDIN_FILENO, &st) && !S_ISREG(st.st_mode);
}

/* Writing would destroy what is still to be read, by whatever names. */
static int check_not_same(const struct cmd_options *options, struct err *err)
{
	struct stat from, to;

	if (!stat_of(options->read, STDIN_FILENO, &from) || !S_ISREG(from.st_mode) ||
	    !stat_of(options->write, STDOUT_FILENO, &to) || from.st_dev != to.st_dev ||
	    from.st_ino != to.st_ino)
		return 0;
	return err_set(err, -EINVAL, "%s: the trace that is read cannot be written",
		       options->write);
}

/* --- sinks ---------------------------------------------------------------------- */

static int add_sinks(struct capture *capture, struct engine *engine, struct err *err)
{
	const struct cmd_options *options = capture->options;
	struct sink *sink;

	if (options->write) {
		struct sink_trace_opts trace = {
			.path = options->write,
			.writer = options->writer,
			.filtered = capture->filter != NULL,
		};

		trace.writer.starts = options->latency != CMD_LATENCY_OFF;
		sink = sink_trace_new(&trace, engine_stats(engine), err);
		if (!sink)
			return err->code;
		engine_add_sink(engine, sink);
	}
	if (is_printing(options)) {
		struct sink_print_opts print = {
			.out = stdout,
			.template = options->template,
			.json = options->json,
			/* A pipe may stay silent for long; what came through is shown at once. */
			.flush_each = options->unbuffered || is_stream(options->read),
		};

		sink = sink_print_new(&print, engine_env(engine), err);
		if (!sink)
			return err->code;
		engine_add_sink(engine, sink);
	}
	if (options->summary)
		engine_add_sink(engine, sink_summary_new(stdout));
	return 0;
}

/* --- run --------------------------------------------------------------------------- */

static int exit_code_of(enum engine_end end)
{
	switch (end) {
	case ENGINE_DONE:
		return CMD_OK;
	case ENGINE_CUT:
		return CMD_DAMAGED;
	case ENGINE_OUTPUT:
		return CMD_OUTPUT;
	default:
		return CMD_FAILED;
	}
}

static int run(struct capture *capture, struct source *source, struct err *err)
{
	const struct cmd_options *options = capture->options;
	struct engine_opts opts = {
		.source = source,
		.filter = capture->filter,
		.max_events = options->max_events,
		.max_seconds = options->max_seconds,
		.is_stop_wanted = is_stop_wanted,
		.stop_ctx = capture,
		.show_internal = options->show_internal,
		.progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
	};
	struct engine *engine = engine_new(&opts);
	struct field_env *env = engine_env(engine);
	int code;

	env->time_format = options->time_format;
	env->buffer_format = options->buffer_format;
	if (add_sinks(capture, engine, err)) {
		code = CMD_FAILED;
	} else {
		cmd_child_go(&capture->child);
		code = exit_code_of(engine_run(engine, err));
		cmd_report_losses(engine_stats(engine), &capture->open_stats, options->verbose);
		cmd_report_gaps(engine_losses(engine));
	}
	engine_free(engine);
	return code;
}

static void release(struct capture *capture)
{
	filter_free(capture->filter);
	field_template_free(capture->template);
}

int cmd_capture(const struct cmd_options *options, const volatile int *stop)
{
	struct capture capture = { .options = options, .stop = stop, .child_status = -1 };
	struct source *source = NULL;
	uint32_t needs = 0;
	struct err err;
	int code;

	err_init(&err);
	if (compile(&capture, &needs, &err)) {
		code = CMD_USAGE;
	} else if (options->dump_filter) {
		code = cmd_report_filter(capture.filter);
	} else if (check_not_same(options, &err) ||
		   (options->child && cmd_child_prepare(&capture.child, options->child, &err)) ||
		   open_source(&capture, needs, &source, &err)) {
		code = CMD_FAILED;
	} else {
		code = run(&capture, source, &err);
	}
	if (err.code)
		cmd_report_error(&err);
	release(&capture);
	if (!code && capture.child_status >= 0)
		code = capture.child_status;
	return code;
}
