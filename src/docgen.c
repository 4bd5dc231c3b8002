/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docgen.c: prints the tables as documents: docgen FOLDER reads man/NAME.in from
 * the current folder and writes FOLDER/man/NAME with the lines that are an @WORD@
 * alone replaced by the table of that name, and FOLDER/completions/.  What it
 * writes is committed; a lint compares.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/stats.h"
#include "base/str.h"
#include "event/event.h"
#include "field/field.h"

/* --- text for mdoc -------------------------------------------------------- */

/* Backslashes and a leading dot or quote would be read as requests. */
static void put_mdoc(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-' && text[1] == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
	}
	fputc('\n', out);
}

/* --- tables ------------------------------------------------------------------ */

struct option_line {
	char letter;
	const char *name;
	const char *arg;
	const char *help;
};

static const struct option_line options[] = {
#define GROUP(title) { 0, NULL, NULL, title },
#define OPT(ID, letter, name, arg, help) { letter, name, arg, help },
#include "cmd/options.def"
};

static void put_options(FILE *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option_line *line = &options[i];

		if (!line->name) {
			fprintf(out, "%s.Ss %s\n.Bl -tag -width Ds\n", i ? ".El\n" : "",
				line->help);
			continue;
		}
		fputs(".It", out);
		if (line->letter)
			fprintf(out, " Fl %c ,", line->letter);
		fprintf(out, " Fl \\-%s", line->name);
		if (*line->arg)
			fprintf(out, " Ar %s", line->arg);
		fputc('\n', out);
		put_mdoc(out, line->help);
	}
	fputs(".El\n", out);
}

static void put_stats(FILE *out)
{
	int i;

	fputs(".Bl -tag -width Ds\n", out);
	for (i = 0; i < STAT_COUNT; i++) {
		fprintf(out, ".It %s\n", stats_name(i));
		put_mdoc(out, stats_help(i));
	}
	fputs(".El\n", out);
}

static void put_limits(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
#define LIMIT(NAME, value, reason)                              \
	fprintf(out, ".It %lu\n", (unsigned long)LIMIT_##NAME); \
	put_mdoc(out, reason);
#include "base/limits.def"
	fputs(".El\n", out);
}

static void put_fields(FILE *out)
{
	const char *klass = "";
	size_t klass_len = 0;
	uint32_t i;

	for (i = 0; i < field_count(); i++) {
		const struct field_info *info = field_info_at(i);

		if (info->flags & FIELD_HIDDEN)
			continue;
		if (strncmp(info->name, klass, klass_len + 1) != 0 || !klass_len) {
			fputs(klass_len ? ".El\n" : "", out);
			klass = info->name;
			klass_len = strcspn(klass, ".");
			fprintf(out, ".Ss %.*s\n.Bl -tag -width Ds\n", (int)klass_len, klass);
		}
		fprintf(out, ".It Ic %s%s Pq %s%s%s\n", info->name,
			info->arg == FIELD_ARG_REQUIRED	  ? "[X]"
			: info->arg == FIELD_ARG_OPTIONAL ? "[X]"
							  : "",
			event_type_name(info->type), info->flags & FIELD_LIST ? " , list" : "",
			info->flags & FIELD_DEPRECATED ? " , deprecated" : "");
		put_mdoc(out, info->help);
	}
	fputs(".El\n", out);
}

static void put_events(FILE *out)
{
	uint32_t type;

	fputs(".Bl -tag -width Ds\n", out);
	for (type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);
		unsigned int i;

		if (info->flags & (EVENT_EF_UNUSED | EVENT_EF_OLD_VERSION))
			continue;
		fprintf(out, ".It Ic %s Pq %s%u\n", info->name,
			info->dir == EVENT_DIR_EXIT ? "" : "no exit, ", (unsigned int)type);
		for (i = 0; i < info->param_cnt; i++)
			fprintf(out, "%s%s\n", info->params[i].name,
				i + 1 < info->param_cnt ? "," : "");
		if (!info->param_cnt)
			fputs("no parameters\n", out);
	}
	fputs(".El\n", out);
}

#define GROUP(title)
#define LOGIC(NAME, spelling, precedence, help) { spelling, help },
#define OP(NAME, spelling, form, lefts, help) { spelling, help },
#define MODIFIER(NAME, spelling, help) { spelling, help },

static const struct {
	const char *spelling;
	const char *help;
} operators[] = {
#include "filter/ops.def"
};

static void put_operators(FILE *out)
{
	size_t i;

	fputs(".Bl -tag -width Ds\n", out);
	for (i = 0; i < ARRAY_SIZE(operators); i++) {
		fprintf(out, ".It Ic %s\n", operators[i].spelling);
		put_mdoc(out, operators[i].help);
	}
	fputs(".El\n", out);
}

static const struct {
	const char *word;
	void (*put)(FILE *out);
} tables[] = {
	{ "@OPTIONS@", put_options }, { "@STATS@", put_stats },	  { "@LIMITS@", put_limits },
	{ "@FIELDS@", put_fields },   { "@EVENTS@", put_events }, { "@OPERATORS@", put_operators },
};

/* --- completions ----------------------------------------------------------------- */

static void put_field_names(FILE *out, const char *before, const char *after)
{
	uint32_t i;

	for (i = 0; i < field_count(); i++) {
		const struct field_info *info = field_info_at(i);

		if (!(info->flags & (FIELD_HIDDEN | FIELD_DEPRECATED)))
			fprintf(out, "%s%s%s", before, info->name, after);
	}
}

static void put_bash(FILE *out)
{
	size_t i;

	fputs("# SPDX-License-Identifier: GPL-3.0-or-later\n"
	      "# Completion of rtsec for bash; printed from the tables.\n"
	      "_rtsec() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal options=\"",
	      out);
	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].name)
			fprintf(out, "%s--%s", i > 1 ? " " : "", options[i].name);
	fputs("\"\n\tlocal fields=\"", out);
	put_field_names(out, "", " ");
	fputs("\"\n"
	      "\tcase $prev in\n"
	      "\t-r|-w|--read|--write) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
	      "\t-t|--time) mapfile -t COMPREPLY < <(compgen -W \"h a r d D\" -- \"$cur\"); return ;;\n"
	      "\t--latency) mapfile -t COMPREPLY < <(compgen -W \"on off\" -- \"$cur\"); return ;;\n"
	      "\t--compress) mapfile -t COMPREPLY < <(compgen -W \"zstd gzip none\" -- \"$cur\"); "
	      "return ;;\n"
	      "\tesac\n"
	      "\tcase $cur in\n"
	      "\t-*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\") ;;\n"
	      "\t*) mapfile -t COMPREPLY < <(compgen -W \"$fields\" -- \"$cur\"); compopt -o nospace ;;\n"
	      "\tesac\n"
	      "}\n"
	      "complete -F _rtsec rtsec\n",
	      out);
}

/* In zsh's specifications brackets and colons have a meaning. */
static void put_zsh_help(FILE *out, const char *help)
{
	for (; *help; help++) {
		if (*help == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:", *help))
			fprintf(out, "\\%c", *help);
		else
			fputc(*help, out);
	}
}

static void put_zsh(FILE *out)
{
	size_t i;

	fputs("#compdef rtsec\n"
	      "# SPDX-License-Identifier: GPL-3.0-or-later\n"
	      "# Completion of rtsec for zsh; printed from the tables.\n"
	      "local -a fields\nfields=(",
	      out);
	put_field_names(out, " ", "");
	fputs(" )\n_arguments -s \\\n", out);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option_line *line = &options[i];
		bool is_file = line->name && !strcmp(line->arg, "FILE");

		if (!line->name)
			continue;
		if (line->letter)
			fprintf(out, "\t'(-%c --%s)'{-%c%s,--%s%s}'[", line->letter, line->name,
				line->letter, *line->arg ? "+" : "", line->name,
				*line->arg ? "=" : "");
		else
			fprintf(out, "\t'--%s%s[", line->name, *line->arg ? "=" : "");
		put_zsh_help(out, line->help);
		fputc(']', out);
		if (*line->arg)
			fprintf(out, ":%s:%s", line->arg, is_file ? "_files" : "");
		fputs("' \\\n", out);
	}
	fputs("\t'*:filter:compadd -a fields'\n", out);
}

static void put_fish(FILE *out)
{
	size_t i;

	fputs("# SPDX-License-Identifier: GPL-3.0-or-later\n"
	      "# Completion of rtsec for fish; printed from the tables.\n"
	      "complete -c rtsec -f -a \"",
	      out);
	put_field_names(out, "", " ");
	fputs("\"\n", out);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option_line *line = &options[i];
		const char *at;

		if (!line->name)
			continue;
		fputs("complete -c rtsec", out);
		if (line->letter)
			fprintf(out, " -s %c", line->letter);
		fprintf(out, " -l %s%s -d '", line->name,
			!strcmp(line->arg, "FILE") ? " -r -F"
			: *line->arg		   ? " -x"
						   : "");
		/* Option names in a help text would look like options of their own. */
		for (at = line->help; *at; at++)
			fprintf(out, *at == '\'' ? "\\'" : "%c", *at);
		fputs("'\n", out);
	}
}

/* --- files --------------------------------------------------------------------------- */

static FILE *create(const char *folder, const char *name)
{
	struct str path = { 0 };
	FILE *out;

	str_printf(&path, "%s/%.*s", folder, (int)strcspn(name, "/"), name);
	mkdir(path.buf, 0777); /* there already, or fopen() will say what is wrong */
	str_reset(&path);
	str_printf(&path, "%s/%s", folder, name);
	out = fopen(path.buf, "w");
	if (!out)
		fprintf(stderr, "docgen: %s: %s\n", path.buf, strerror(errno));
	str_release(&path);
	return out;
}

static int put_page(const char *folder, const char *name)
{
	struct str source = { 0 };
	char line[4096];
	FILE *in, *out;
	size_t i;

	str_printf(&source, "%s.in", name);
	in = fopen(source.buf, "r");
	if (!in) {
		fprintf(stderr, "docgen: %s: %s\n", source.buf, strerror(errno));
		str_release(&source);
		return 1;
	}
	str_release(&source);
	out = create(folder, name);
	if (!out) {
		fclose(in);
		return 1;
	}
	while (fgets(line, sizeof(line), in)) {
		size_t len = strcspn(line, "\n");

		for (i = 0; i < ARRAY_SIZE(tables); i++)
			if (len == strlen(tables[i].word) && !strncmp(line, tables[i].word, len))
				break;
		if (i < ARRAY_SIZE(tables))
			tables[i].put(out);
		else
			fputs(line, out);
	}
	fclose(in);
	return fclose(out) ? 1 : 0;
}

static int put_completion(const char *folder, const char *name, void (*put)(FILE *out))
{
	FILE *out = create(folder, name);

	if (!out)
		return 1;
	put(out);
	return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const char *const pages[] = {
		"man/rtsec.1",
		"man/rtsec-filter.7",
		"man/rtsec-fields.7",
		"man/rtsec-events.7",
	};
	int failed = 0;
	size_t i;

	if (argc != 2) {
		fputs("usage: docgen FOLDER\n", stderr);
		return 2;
	}
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		failed |= put_page(argv[1], pages[i]);
	failed |= put_completion(argv[1], "completions/rtsec.bash", put_bash);
	failed |= put_completion(argv[1], "completions/_rtsec", put_zsh);
	failed |= put_completion(argv[1], "completions/rtsec.fish", put_fish);
	return failed;
}
