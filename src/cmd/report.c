/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report.c: "rtsec: WHAT: WHY", and for expressions the line with a caret.
 */
#include "cmd/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cmd/cmd.h"
#include "field/field.h"

#define CONTEXT 200u /* bytes of a long expression on each side of an error */

/* Control bytes would move the caret, or the terminal. */
static void print_escaped(const char *text, size_t len)
{
	struct str out = { 0 };

	str_append_escaped(&out, text, len);
	fputs(str_text(&out), stderr);
	str_release(&out);
}

/* How many columns a terminal needs: one a character, not one a byte. */
static unsigned int width_of(const char *text, size_t len)
{
	struct str out = { 0 };
	unsigned int width = 0;
	size_t i;

	str_append_escaped(&out, text, len);
	for (i = 0; i < out.len; i++)
		width += ((unsigned char)out.buf[i] & 0xc0) != 0x80;
	str_release(&out);
	return width;
}

/* The source line the error is in, of a long one what is near, and a caret below its column. */
static void print_caret(const struct err *err)
{
	size_t at = err->index;
	size_t begin = at;
	size_t end;
	bool is_cut;

	if (at > strlen(err->source))
		return;
	while (begin && at - begin < CONTEXT && err->source[begin - 1] != '\n' &&
	       err->source[begin - 1] != '\r')
		begin--;
	is_cut = at - begin == CONTEXT;
	/* Not from the middle of a character. */
	while (is_cut && begin < at && ((unsigned char)err->source[begin] & 0xc0) == 0x80)
		begin++;
	end = at + strcspn(err->source + at, "\r\n");
	if (end - at > CONTEXT)
		end = at + CONTEXT;
	fputs(is_cut ? "  ..." : "  ", stderr);
	print_escaped(err->source + begin, end - begin);
	fprintf(stderr, "%s\n  %*s^\n", end - at == CONTEXT ? "..." : "",
		(int)width_of(err->source + begin, at - begin) + (is_cut ? 3 : 0), "");
}

void cmd_report_error(const struct err *err)
{
	struct str line = { 0 };

	str_append_escaped(&line, err->text, strlen(err->text));
	if (err->source && err->column)
		fprintf(stderr, "rtsec: %s (line %u, column %u)\n", str_text(&line), err->line,
			err->column);
	else
		fprintf(stderr, "rtsec: %s\n", str_text(&line));
	if (err->source && err->column)
		print_caret(err);
	str_release(&line);
}

void cmd_report_late_option(const char *filter)
{
	const char *at = strstr(filter, " -");

	if (at &&
	    ((at[2] >= 'a' && at[2] <= 'z') || (at[2] >= 'A' && at[2] <= 'Z') || at[2] == '-'))
		fputs("rtsec: options stand before the filter\n", stderr);
}

void cmd_report_warnings(const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		fprintf(stderr, "rtsec: warning: %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

void cmd_report_losses(const struct stats *engine, const struct stats *source, bool verbose)
{
	int i;

	for (i = 0; i < STAT_COUNT; i++) {
		uint64_t value = engine->value[i] + source->value[i];

		if (verbose)
			fprintf(stderr, "%20" PRIu64 " %s: %s\n", value, stats_name(i),
				stats_help(i));
		else if (value && stats_is_loss(i))
			fprintf(stderr, "rtsec: %" PRIu64 " %s: %s\n", value, stats_name(i),
				stats_help(i));
	}
}

void cmd_report_gaps(const struct engine_losses *losses)
{
	struct str first = { 0 }, last = { 0 };

	if (!losses->mark_cnt)
		return;
	field_time_text(losses->first_ns, &first);
	field_time_text(losses->last_ns, &last);
	if (losses->event_cnt)
		fprintf(stderr,
			"rtsec: %" PRIu64 " events were lost in the recording, between %s and %s\n",
			losses->event_cnt, str_text(&first), str_text(&last));
	else
		fprintf(stderr,
			"rtsec: events were lost in the recording, between %s and %s; how many it does "
			"not say\n",
			str_text(&first), str_text(&last));
	str_release(&first);
	str_release(&last);
}

int cmd_report_filter(const struct filter *filter)
{
	struct str out = { 0 };

	if (filter)
		filter_dump(filter, &out);
	fputs(str_text(&out), stdout);
	str_release(&out);
	return CMD_OK;
}
