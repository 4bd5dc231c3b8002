/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_filter.c: any text as a filter and as an output template.  A filter that
 * compiles must, printed, compile again to the same code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "filter/filter.h"
#include "fuzz/fuzz.h"

static void print_and_parse_again(const struct filter *filter)
{
	struct str text = { 0 };
	struct str code = { 0 };
	struct str again = { 0 };
	struct err err = { 0 };
	/* "and(" is printed as "and (", which is deeper. */
	struct filter_opts opts = { .max_depth = 10 * LIMIT_FILTER_DEPTH };
	struct filter *second;

	filter_print(filter, &text);
	filter_dump(filter, &code);
	second = filter_compile(str_text(&text), &opts, &err);
	if (!second) {
		fprintf(stderr, "printed filter does not parse: %s: %s\n", str_text(&text),
			err.text);
		abort();
	}
	filter_dump(second, &again);
	if (strcmp(str_text(&code), str_text(&again)) != 0) {
		fprintf(stderr, "printed filter has other code: %s\n%s\n%s\n", str_text(&text),
			str_text(&code), str_text(&again));
		abort();
	}
	filter_free(second);
	str_release(&text);
	str_release(&code);
	str_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = alloc_zero(size + 1);
	struct field_template *tpl;
	struct filter *filter;
	struct err err;

	memcpy(text, data, size);
	err_init(&err);
	filter = filter_compile(text, NULL, &err);
	if (filter)
		print_and_parse_again(filter);
	else if (!err.code || !err.text[0])
		abort();
	filter_free(filter);

	err_init(&err);
	tpl = field_template_compile(text, &err);
	if (!tpl && (!err.code || !err.text[0]))
		abort();
	field_template_free(tpl);
	alloc_free(text);
	return 0;
}
