/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * filter.c: the stages in order: parse.c, check.c, code.c.  Running is run.c,
 * writing out show.c.
 */
#include "filter/filter.h"

#include "base/alloc.h"
#include "filter/check.h"
#include "filter/code.h"
#include "filter/parse.h"

struct filter *filter_compile(const char *text, const struct filter_opts *opts, struct err *err)
{
	static const struct filter_opts none = { 0 };
	struct filter *filter = alloc_zero(sizeof(*filter));
	struct tree *tree;

	if (!opts)
		opts = &none;
	filter->warnings = "";
	tree = parse_filter(text, opts, &filter->arena, err);
	if (!tree || check_tree(filter, tree, text, opts, err) < 0) {
		filter_free(filter);
		return NULL;
	}
	code_build(filter, tree);
	return filter;
}

void filter_free(struct filter *filter)
{
	size_t i;

	if (!filter)
		return;
	for (i = 0; i < filter->regexes.cnt; i++)
		regex_free(filter->regexes.items[i]);
	vec_release(&filter->regexes);
	arena_release(&filter->arena);
	alloc_free(filter);
}

const struct filter_types *filter_event_types(const struct filter *filter)
{
	return &filter->types;
}

uint32_t filter_needs(const struct filter *filter)
{
	return filter->needs;
}

const char *filter_warnings(const struct filter *filter)
{
	return filter->warnings;
}
