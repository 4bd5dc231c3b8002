/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * summary.c: how many events of each name passed, as a table at the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sink/sink.h"

struct row {
	const char *name;
	uint64_t cnt;
};

struct summary {
	struct sink sink;
	FILE *out;
	uint64_t types[EVENT_TYPE_COUNT];
	uint64_t *calls; /* generic events by the code of their system call */
	uint32_t call_cnt;
};

static unsigned int summary_event(struct sink *sink, const struct scap_block *block UNUSED,
				  const struct event *ev, bool passed, struct err *err UNUSED)
{
	struct summary *summary = (struct summary *)sink;
	uint64_t code;

	if (!passed)
		return SINK_GO_ON;
	if (ev->type != EVENT_GENERIC_X && ev->type != EVENT_GENERIC_E)
		summary->types[ev->type]++;
	else if (event_param_u64(ev, 0, &code) && code < summary->call_cnt)
		summary->calls[code]++;
	else
		summary->calls[0]++;
	return SINK_GO_ON;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static int compare_counts(const void *a, const void *b)
{
	const struct row *left = a;
	const struct row *right = b;

	if (left->cnt != right->cnt)
		return left->cnt > right->cnt ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* Rows that are not 0; several types of one name become one row. */
static size_t collect(const struct summary *summary, struct row *rows)
{
	size_t cnt = 0;
	size_t kept = 0;

	for (uint32_t type = 0; type < EVENT_TYPE_COUNT; type++)
		if (summary->types[type])
			rows[cnt++] =
				(struct row){ event_info_find(type)->name, summary->types[type] };
	for (uint32_t code = 0; code < summary->call_cnt; code++)
		if (summary->calls[code])
			rows[cnt++] = (struct row){ event_syscall_find(code)->name,
						    summary->calls[code] };
	qsort(rows, cnt, sizeof(*rows), compare_names);
	for (size_t i = 0; i < cnt; i++) {
		if (kept && !strcmp(rows[kept - 1].name, rows[i].name))
			rows[kept - 1].cnt += rows[i].cnt;
		else
			rows[kept++] = rows[i];
	}
	qsort(rows, kept, sizeof(*rows), compare_counts);
	return kept;
}

static unsigned int summary_end(struct sink *sink, struct err *err)
{
	struct summary *summary = (struct summary *)sink;
	struct row *rows = alloc_array(EVENT_TYPE_COUNT + summary->call_cnt, sizeof(*rows));
	size_t cnt = collect(summary, rows);
	int ret = 0;

	fputs("   # Calls  Event\n----------------------------------------\n", summary->out);
	for (size_t i = 0; i < cnt; i++)
		fprintf(summary->out, "%10llu  %s\n", (unsigned long long)rows[i].cnt,
			rows[i].name);
	alloc_free(rows);
	errno = EIO;
	if (fflush(summary->out) || ferror(summary->out))
		ret = -errno;
	if (!ret)
		return SINK_GO_ON;
	if (ret == -EPIPE)
		return SINK_STOP;
	err_set(err, ret, "output: %s", strerror(-ret));
	return SINK_FAILED;
}

static void summary_free(struct sink *sink)
{
	struct summary *summary = (struct summary *)sink;

	alloc_free(summary->calls);
	alloc_free(summary);
}

static const struct sink_ops summary_ops = {
	.name = "summary",
	.on_event = summary_event,
	.on_end = summary_end,
	.free = summary_free,
};

struct sink *sink_summary_new(FILE *out)
{
	struct summary *summary = alloc_zero(sizeof(*summary));

	summary->sink.ops = &summary_ops;
	summary->out = out;
	summary->call_cnt = event_syscall_count();
	summary->calls = alloc_array(summary->call_cnt, sizeof(*summary->calls));
	return &summary->sink;
}
