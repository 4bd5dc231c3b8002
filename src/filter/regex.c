/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * regex.c: pattern -> JIT code -> yes or no.
 *
 * PCRE2 backtracks, so a hostile value could take for ever: match limits stop it,
 * and its DFA matcher, which follows all paths at once, then decides instead.
 */
#include "filter/regex.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/alloc.h"
#include "base/log.h"

#define MATCH_LIMIT 100000u
#define HEAP_LIMIT_KIB 1024u
#define DFA_MATCH_LIMIT 10000000u
#define DFA_WORKSPACE 65536u /* ints */

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits, *dfa_limits;
};

/* text with each bad byte replaced by U+FFFD. */
static struct span make_valid(struct span text, struct arena *scratch)
{
	size_t good = regex_valid_len(text);
	const uint8_t *at, *end = text.ptr + text.len;
	uint8_t *copy;
	size_t used;

	if (good == text.len)
		return text;
	copy = arena_alloc(scratch, good + (text.len - good) * 3);
	memcpy(copy, text.ptr, good);
	used = good;
	for (at = text.ptr + good; at < end;) {
		size_t len = regex_char_len(at, end);

		memcpy(copy + used, len ? at : (const uint8_t *)"\xef\xbf\xbd", len ? len : 3);
		used += len ? len : 3;
		at += len ? len : 1;
	}
	return span_make(copy, used);
}

/* Out of memory: as everywhere, the end. */
static void *need(void *object)
{
	if (!object)
		alloc_fail(0);
	return object;
}

static pcre2_code *compile(const struct str *pattern, struct str *why)
{
	pcre2_compile_context *context = need(pcre2_compile_context_create(NULL));
	PCRE2_UCHAR message[256];
	pcre2_code *code;
	PCRE2_SIZE at;
	int error;

	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(context, 4 * REGEX_NEST_MAX);
	code = pcre2_compile((PCRE2_SPTR)str_text(pattern), pattern->len,
			     PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
				     PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C,
			     &error, &at, context);
	pcre2_compile_context_free(context);
	if (!code) {
		pcre2_get_error_message(error, message, sizeof(message));
		str_append_text(why, (const char *)message);
	}
	return code;
}

struct regex *regex_new(struct span pattern, struct str *why)
{
	struct str translated = { 0 };
	struct regex *regex = NULL;
	pcre2_code *code = NULL;

	if (regex_translate(pattern, &translated, why))
		code = compile(&translated, why);
	str_release(&translated);
	if (!code)
		return NULL;
	/* Where memory may not be made executable the interpreter does the same, more slowly. */
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	regex = alloc_zero(sizeof(*regex));
	regex->code = code;
	regex->limits = need(pcre2_match_context_create(NULL));
	pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(regex->limits, HEAP_LIMIT_KIB);
	regex->dfa_limits = need(pcre2_match_context_create(NULL));
	pcre2_set_match_limit(regex->dfa_limits, DFA_MATCH_LIMIT);
	return regex;
}

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	pcre2_match_context_free(regex->limits);
	pcre2_match_context_free(regex->dfa_limits);
	alloc_free(regex);
}

/* PCRE2's memory while it matches: the scratch arena's, which takes nothing back. */
static void *scratch_alloc(PCRE2_SIZE size, void *scratch)
{
	return arena_alloc(scratch, size);
}

static void scratch_free(void *mem UNUSED, void *scratch UNUSED)
{
}

bool regex_match(const struct regex *regex, struct span text, struct arena *scratch)
{
	pcre2_general_context *memory;
	pcre2_match_data *data;
	int *workspace;
	int ret;

	text = make_valid(span_make(text.ptr ? text.ptr : (const uint8_t *)"", text.len), scratch);
	memory = pcre2_general_context_create(scratch_alloc, scratch_free, scratch);
	data = pcre2_match_data_create(1, memory);
	ret = pcre2_match(regex->code, text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, data,
			  regex->limits);
	if (ret >= 0 || ret == PCRE2_ERROR_NOMATCH)
		return ret >= 0;
	workspace = arena_alloc(scratch, DFA_WORKSPACE * sizeof(*workspace));
	ret = pcre2_dfa_match(regex->code, text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, data,
			      regex->dfa_limits, workspace, DFA_WORKSPACE);
	if (ret < 0 && ret != PCRE2_ERROR_NOMATCH)
		log_debug(
			"filter: a regular expression gave up on a value of %zu bytes (PCRE2: %d)",
			text.len, ret);
	return ret >= 0;
}
