/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_trace.c: any bytes as a trace, through the whole engine: reader, decoder,
 * state, a filter over many fields, text and JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/engine.h"
#include "fuzz/fuzz.h"

/* Not needed to be true, only to ask for much. */
static const char expression[] =
	"not (proc.aname contains zz or proc.cmdline contains zz or fd.name startswith /zz or "
	"fd.sport = 1 or fd.lip = 1.2.3.4 or evt.args contains zz or user.name = zz or "
	"proc.env contains zz or evt.latency > 100000000000)";
static const char template[] =
	"*%evt.num %evt.time %evt.type %evt.info %proc.name %proc.exepath %proc.cwd %proc.args "
	"%proc.aname[2] %fd.name %fd.typechar %fd.directory %user.name %group.name %container.id";

static void add_print(struct engine *engine, FILE *out, const char *text, bool json)
{
	struct sink_print_opts opts = { .out = out, .template = text, .json = json };
	struct err err = { 0 };
	struct sink *sink = sink_print_new(&opts, engine_env(engine), &err);

	if (!sink) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	engine_add_sink(engine, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_opts opts = { 0 };
	struct stats stats = { 0 };
	struct err err = { 0 };
	struct engine *engine;
	struct filter *filter;
	char path[64];
	FILE *out;
	int fd;

	fd = memfd_create("trace", 0);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (source_open_file(path, &stats, &opts.source, &err)) {
		close(fd);
		return 0;
	}
	filter = filter_compile(expression, NULL, &err);
	out = fopen("/dev/null", "w");
	if (!filter || !out) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	opts.filter = filter;
	engine = engine_new(&opts);
	add_print(engine, out, NULL, false);
	add_print(engine, out, template, false);
	add_print(engine, out, template, true);
	engine_run(engine, &err);
	engine_free(engine);
	filter_free(filter);
	fclose(out);
	close(fd);
	return 0;
}
