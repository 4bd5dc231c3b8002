/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * filter.h: filter expressions: text -> tokens -> tree -> check -> flat code ->
 * run.  Grammar and semantics: the filter language.  A compiled filter belongs
 * to the caller; running never allocates outside the env's scratch arena and
 * cannot fail.
 */
#ifndef RTSEC_FILTER_FILTER_H
#define RTSEC_FILTER_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "event/event.h"
#include "field/field.h"

/* A set of event types. */
struct filter_types {
	uint64_t bits[(EVENT_TYPE_COUNT + 63) / 64];
};

static inline bool filter_types_has(const struct filter_types *types, unsigned int type)
{
	return types->bits[type / 64] >> (type % 64) & 1;
}

struct filter_opts {
	unsigned int max_depth; /* parser levels, 0: LIMIT_FILTER_DEPTH */
	bool allow_dns; /* *.name fields may ask the network */
	/*
	 * Macros and lists by name, for rules and saved filters: gives the text that
	 * stands for a bare identifier, NULL if unknown. NULL: none are known.
	 */
	const char *(*find_macro)(void *ctx, const char *name);
	const char *(*find_list)(void *ctx, const char *name); /* "a, b, c" */
	void *ctx;
};

struct filter;

/*
 * NULL with err filled (message, line, column, index; text is its source): -ENOENT
 * for a field, event type or macro that does not exist, else -EINVAL. opts may be
 * NULL. Of what comes out of a macro or list the place is where that is named.
 */
struct filter *filter_compile(const char *text, const struct filter_opts *opts, struct err *err);
void filter_free(struct filter *filter);

/*
 * One per event, after state_apply(). env->filtering is set meanwhile. The filter is
 * not changed: several engines, each with its env, may use it at a time.
 */
bool filter_run(const struct filter *filter, struct field_env *env, const struct event *ev);

/* Types that can match at all; what its fields cost (enum field_need). */
const struct filter_types *filter_event_types(const struct filter *filter);
uint32_t filter_needs(const struct filter *filter);
/* Warnings of the compilation, "LINE:COLUMN: text" each, "" if none. */
const char *filter_warnings(const struct filter *filter);

/* The expression printed back (parses to the same code), and the code itself. */
void filter_print(const struct filter *filter, struct str *out);
void filter_dump(const struct filter *filter, struct str *out);

#endif
