/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * options.c: options.def, once as what getopt_long() wants and once as text.
 */
#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/str.h"

#define SNAPLEN_DEFAULT 80u

enum option_id {
	OPTION_FIRST = 256, /* above all letters */
#define GROUP(title)
#define OPT(ID, letter, name, arg, help) OPTION_##ID,
#include "cmd/options.def"
	OPTION_END
};

static const struct cmd_option_info infos[] = {
#define GROUP(title) { 0, NULL, NULL, title },
#define OPT(ID, letter, name, arg, help) { letter, name, arg, help },
#include "cmd/options.def"
};

static const struct option long_options[] = {
#define GROUP(title)
#define OPT(ID, letter, name, arg, help) \
	{ name, sizeof(arg) > 1 ? required_argument : no_argument, NULL, OPTION_##ID },
#include "cmd/options.def"
	{ NULL, 0, NULL, 0 },
};

unsigned int cmd_option_count(void)
{
	return ARRAY_SIZE(infos);
}

const struct cmd_option_info *cmd_option_at(unsigned int idx)
{
	return &infos[idx];
}

/* The letters as getopt() wants them: '+' ends at the first word of the filter. */
static void short_options(struct str *out)
{
	unsigned int i;

	str_append_text(out, "+:");
	for (i = 0; i < ARRAY_SIZE(infos); i++) {
		if (!infos[i].name || !infos[i].letter)
			continue;
		str_append_char(out, infos[i].letter);
		if (*infos[i].arg)
			str_append_char(out, ':');
	}
}

static int id_of_letter(int letter)
{
	switch (letter) {
#define GROUP(title)
#define OPT(ID, letter, name, arg, help) \
	case (letter) ? (letter):        \
		-OPTION_##ID : return OPTION_##ID;
#include "cmd/options.def"
	default:
		return letter;
	}
}

/* --- values --------------------------------------------------------------- */

static int parse_number(const char *what, const char *text, uint64_t max, uint64_t *value,
			struct err *err)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || *value > max)
		return err_set(err, -EINVAL, "%s: '%s' is not a number from 0 to %" PRIu64, what,
			       text, max);
	return 0;
}

static int parse_size(const char *what, const char *text, uint64_t max, uint64_t *value,
		      struct err *err)
{
	static const char units[] = "kMG";
	bool is_size = false;
	char *end;
	const char *unit;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (!errno && end != text && *text != '-') {
		unit = *end ? strchr(units, *end) : NULL;
		is_size = !*end;
		if (unit && !end[1] && *value < UINT64_MAX >> 40) {
			*value <<= 10 * (unit - units + 1);
			is_size = true;
		}
	}
	if (!is_size)
		return err_set(err, -EINVAL, "%s: '%s' is not a size (like 4M)", what, text);
	if (*value > max)
		return err_set(err, -EINVAL, "%s: '%s' is more than %" PRIu64 "M", what, text,
			       max >> 20);
	return 0;
}

static int parse_compress(const char *text, struct scap_writer_opts *writer, struct err *err)
{
	uint64_t level;

	if (!strcmp(text, "gzip")) {
		writer->compress = SCAP_COMPRESS_GZIP;
	} else if (!strcmp(text, "none")) {
		writer->compress = SCAP_COMPRESS_NONE;
	} else if (!strcmp(text, "zstd")) {
		writer->compress = SCAP_COMPRESS_ZSTD;
	} else if (!strncmp(text, "zstd:", 5)) {
		if (parse_number("--compress", text + 5, 22, &level, err))
			return -EINVAL;
		writer->compress = SCAP_COMPRESS_ZSTD;
		writer->level = (int)level;
	} else {
		return err_set(err, -EINVAL,
			       "--compress: '%s' is none of zstd, zstd:LEVEL, gzip, none", text);
	}
	return 0;
}

static int parse_time(const char *text, enum field_time_format *format, struct err *err)
{
	if (!*text || text[1] || !strchr("hardD", *text))
		return err_set(err, -EINVAL, "-t: '%s' is none of h, a, r, d, D", text);
	*format = (enum field_time_format) * text;
	return 0;
}

static int parse_latency(const char *text, enum cmd_latency *latency, struct err *err)
{
	if (!strcmp(text, "on"))
		*latency = CMD_LATENCY_ON;
	else if (!strcmp(text, "off"))
		*latency = CMD_LATENCY_OFF;
	else
		return err_set(err, -EINVAL, "--latency: '%s' is neither on nor off", text);
	return 0;
}

static const char *parse_template(const char *text)
{
	if (!strcmp(text, "c") || !strcmp(text, "k") || !strcmp(text, "container"))
		return FIELD_CONTAINER_TEMPLATE;
	return text;
}

/* --- one option ------------------------------------------------------------- */

static int set_option(struct cmd_options *options, int id, const char *arg, struct err *err)
{
	uint64_t number;

	switch (id) {
	case OPTION_READ:
		options->read = arg;
		return 0;
	case OPTION_WRITE:
		options->write = arg;
		return 0;
	case OPTION_PRINT:
		options->print = true;
		return 0;
	case OPTION_COMPRESS:
		return parse_compress(arg, &options->writer, err);
	case OPTION_GZIP:
		options->writer.compress = SCAP_COMPRESS_GZIP;
		return 0;
	case OPTION_FORCE:
		options->writer.force = true;
		return 0;
	case OPTION_COUNT:
		return parse_number("-n", arg, UINT64_MAX, &options->max_events, err);
	case OPTION_SECONDS:
		return parse_number("-M", arg, UINT32_MAX, &options->max_seconds, err);
	case OPTION_SNAPLEN:
		if (parse_number("-s", arg, LIMIT_SNAPLEN, &number, err))
			return -EINVAL;
		options->snaplen = (uint32_t)number;
		return 0;
	case OPTION_FORMAT:
		options->template = parse_template(arg);
		return 0;
	case OPTION_JSON:
		options->json = true;
		return 0;
	case OPTION_TIME:
		return parse_time(arg, &options->time_format, err);
	case OPTION_ASCII:
		options->buffer_format = FIELD_BUFFER_ASCII;
		return 0;
	case OPTION_HEX:
		options->buffer_format = FIELD_BUFFER_HEX;
		return 0;
	case OPTION_HEX_ASCII:
		options->buffer_format = FIELD_BUFFER_HEX_ASCII;
		return 0;
	case OPTION_BASE64:
		options->buffer_format = FIELD_BUFFER_BASE64;
		return 0;
	case OPTION_QUIET:
		options->quiet = true;
		return 0;
	case OPTION_SUMMARY:
		options->summary = true;
		return 0;
	case OPTION_UNBUFFERED:
		options->unbuffered = true;
		return 0;
	case OPTION_SHOW_INTERNAL:
		options->show_internal = true;
		return 0;
	case OPTION_LATENCY:
		return parse_latency(arg, &options->latency, err);
	case OPTION_SWITCHES:
		options->switches = true;
		return 0;
	case OPTION_PAGE_FAULTS:
		options->page_faults = true;
		return 0;
	case OPTION_RING:
		return parse_size("--ring-size", arg, LIMIT_RING, &options->ring_bytes, err);
	case OPTION_PROC_SCAN:
		options->proc_scan = true;
		return 0;
	case OPTION_LIST_FIELDS:
		options->list_fields = true;
		return 0;
	case OPTION_LIST_EVENTS:
		options->list_events = true;
		return 0;
	case OPTION_VERBOSE:
		options->verbose = true;
		return 0;
	case OPTION_DEBUG:
		log_set_debug(true);
		return 0;
	case OPTION_EXPLAIN:
		options->dump_filter = true;
		return 0;
	case OPTION_HELP:
		options->help = true;
		return 0;
	case OPTION_VERSION:
		options->version = true;
		return 0;
	default:
		return err_set(err, -EINVAL, "option %d is not handled", id);
	}
}

/* Words up to "--" are the filter, what stands behind it is a command. */
static void take_words(int argc, char **argv, bool has_dashes, struct cmd_options *options)
{
	struct str filter = { 0 };
	int i;

	for (i = 0; i < argc && !has_dashes; i++) {
		if (!strcmp(argv[i], "--")) {
			has_dashes = true;
			i++;
			break;
		}
		if (filter.len)
			str_append_char(&filter, ' ');
		str_append_text(&filter, argv[i]);
	}
	if (filter.len)
		options->filter = alloc_strdup(filter.buf);
	str_release(&filter);
	if (has_dashes && i < argc)
		options->child = argv + i;
}

int cmd_options_parse(int argc, char **argv, struct cmd_options *options, struct err *err)
{
	struct str letters = { 0 };
	int ret = 0;
	int id;

	memset(options, 0, sizeof(*options));
	options->snaplen = SNAPLEN_DEFAULT;
	short_options(&letters);
	opterr = 0;
	optind = 1;
	while (!ret && (id = getopt_long(argc, argv, letters.buf, long_options, NULL)) != -1) {
		if (id == '?')
			ret = err_set(err, -EINVAL, "unknown option '%s' (rtsec --help lists them)",
				      argv[optind - 1]);
		else if (id == ':')
			ret = err_set(err, -EINVAL, "option '%s' needs a value", argv[optind - 1]);
		else
			ret = set_option(options, id_of_letter(id), optarg, err);
	}
	str_release(&letters);
	if (!ret)
		take_words(argc - optind, argv + optind,
			   optind > 1 && !strcmp(argv[optind - 1], "--"), options);
	if (!ret && options->child && options->read)
		ret = err_set(err, -EINVAL,
			      "a command (after --) cannot be run while reading a trace");
	return ret;
}

void cmd_options_release(struct cmd_options *options)
{
	alloc_free(options->filter);
	options->filter = NULL;
}

/* --- help ---------------------------------------------------------------------- */

#define HELP_COLUMN 32
#define HELP_WIDTH 100

/* Breaks at blanks; later lines begin in the help column. */
static void print_wrapped(const char *text)
{
	unsigned int column = HELP_COLUMN;
	const char *word = text;

	while (*word) {
		size_t len = strcspn(word, " ");

		if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		if (column > HELP_COLUMN) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)len, word);
		column += len;
		word += len + strspn(word + len, " ");
	}
	putchar('\n');
}

void cmd_usage(void)
{
	unsigned int i;

	puts("rtsec: record every system call of a machine, read it back, filter it\n"
	     "\n"
	     "Usage: rtsec [OPTIONS] [FILTER] [-- COMMAND ...]\n"
	     "  rtsec -w capture.scap                      record the live machine\n"
	     "  rtsec -r capture.scap proc.name=bash       show what bash did\n"
	     "  rtsec -w t.scap -- make                    record while a command runs");
	for (i = 0; i < cmd_option_count(); i++) {
		const struct cmd_option_info *info = cmd_option_at(i);
		char left[64];
		int len;

		if (!info->name) {
			printf("\n%s:\n", info->help);
			continue;
		}
		len = snprintf(left, sizeof(left),
			       info->letter ? "  -%c, --%s%s%s" : "  %c   --%s%s%s",
			       info->letter ? info->letter : ' ', info->name,
			       *info->arg ? (info->letter ? " " : "=") : "", info->arg);
		printf("%s%*s", left, len < HELP_COLUMN - 1 ? HELP_COLUMN - len : 1, "");
		if (len >= HELP_COLUMN - 1)
			printf("\n%*s", HELP_COLUMN, "");
		print_wrapped(info->help);
	}
	puts("\nExit codes: 0 fine, 1 failed, 2 wrong usage, 3 input damaged or cut (all that was good\n"
	     "has been processed), 4 output incomplete. See rtsec(1), rtsec-filter(7), rtsec-fields(7).");
}
