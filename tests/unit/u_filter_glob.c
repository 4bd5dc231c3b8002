/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_filter_glob.c: patterns against fnmatch(3) in the C locale, which says what
 * they mean, and what fnmatch is too slow for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fnmatch.h>

#include "base/attr.h"
#include "filter/glob.h"

static bool match(const char *pattern, const char *text, bool fold)
{
	return glob_match(span_text(pattern), span_text(text), fold);
}

static void test_table(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want, want_fold;
	} rows[] = {
		{ "", "", true, true },
		{ "", "a", false, false },
		{ "*", "", true, true },
		{ "**", "a/b", true, true },
		{ "?", "", false, false },
		{ "?", "/", true, true },
		{ "*.conf", ".conf", true, true },
		{ "/etc/*", "/etc/a/b", true, true },
		{ "/ETC/*", "/etc/a", false, true },
		{ "[a-c]x", "bx", true, true },
		{ "[a-c]x", "Bx", false, true },
		{ "[!a-c]x", "dx", true, true },
		{ "[^a-c]x", "bx", false, false },
		{ "[]a]", "]", true, true },
		{ "[!]a]", "]", false, false },
		{ "[]-a]", "^", true, true },
		{ "[a-]", "-", true, true },
		{ "[a\\]b]", "]", true, true },
		{ "[\\a]", "a", true, true },
		{ "[", "[", true, true },
		{ "[a", "[a", true, true },
		{ "a[", "a[", true, true },
		{ "[[:alpha:]]", "x", true, true },
		{ "[[:digit:][:upper:]]", "Q", true, true },
		{ "[[:upper:]]", "q", false, true },
		{ "[[:nosuch:]]", "x", false, false },
		{ "[![:space:]]", "\t", false, false },
		{ "a\\*b", "a*b", true, true },
		{ "a\\*b", "axb", false, false },
		{ "a\\", "a\\", false, false },
		{ "\\[a]", "[a]", true, true },
		{ "{a,b}", "a", false, false },
		{ "{a,b}", "{a,b}", true, true },
		{ "?", "\xc3\xa9", false, false },
		{ "??", "\xc3\xa9", true, true },
		{ "[\xc3][\xa9]", "\xc3\xa9", true, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (match(rows[i].pattern, rows[i].text, false) != rows[i].want ||
		    match(rows[i].pattern, rows[i].text, true) != rows[i].want_fold)
			fail_msg("\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
	}
}

static unsigned int draw(uint64_t *seed, unsigned int below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(*seed >> 33) % below;
}

static void draw_text(uint64_t *seed, const char *const *words, unsigned int word_cnt, char *to)
{
	unsigned int cnt = draw(seed, 7);

	*to = '\0';
	while (cnt--)
		strcat(to, words[draw(seed, word_cnt)]);
}

/* Without broken brackets, and [:upper:] when folding: there C libraries do not agree. */
static void test_as_fnmatch(void **state)
{
	static const char *const parts[] = {
		"a",	"b",	 "B",	   "*",	  "?",	  "/",		 "[ab]",
		"[!a]", "[^b/]", "[a-b]",  "\\*", "[]a]", "[[:alpha:]]", "[[:punct:]b]",
		"-",	"\\a",	 "[a\\]]", "[*]", "."
	};
	static const char *const texts[] = { "a", "b", "B", "*", "/", "]", "-", ".", "A" };
	char pattern[128], text[64];
	uint64_t seed = 1;
	int i, hits = 0;

	(void)state;
	for (i = 0; i < 300000; i++) {
		bool fold = i % 2;
		bool want;

		draw_text(&seed, parts, ARRAY_SIZE(parts), pattern);
		draw_text(&seed, texts, ARRAY_SIZE(texts), text);
		want = !fnmatch(pattern, text, fold ? FNM_CASEFOLD : 0);
		hits += want;
		if (match(pattern, text, fold) != want)
			fail_msg("\"%s\" on \"%s\", fold %d: fnmatch says %d", pattern, text, fold,
				 want);
	}
	assert_true(hits > 1000);
}

static void test_hostile(void **state)
{
	char pattern[201];
	char *text = malloc(60001);
	int i;

	(void)state;
	for (i = 0; i < 200; i += 2)
		memcpy(pattern + i, "a*", 2);
	pattern[200] = '\0';
	pattern[199] = 'b';
	memset(text, 'a', 60000);
	text[60000] = '\0';
	assert_false(match(pattern, text, false));
	free(text);
}

static void test_magic(void **state)
{
	(void)state;
	assert_false(glob_is_magic(span_text("/etc/a\\b")));
	assert_false(glob_is_magic(span_make(NULL, 0)));
	assert_true(glob_is_magic(span_text("a*")));
	assert_true(glob_is_magic(span_text("a?")));
	assert_true(glob_is_magic(span_text("[")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_as_fnmatch),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_magic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
