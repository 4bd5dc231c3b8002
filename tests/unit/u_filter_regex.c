/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_filter_regex.c: what the operator regex takes, what it refuses, and that no
 * pattern and no value can keep it busy for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "filter/regex.h"

static bool match(const char *pattern, struct span text)
{
	struct arena scratch = { 0 };
	struct str why = { 0 };
	struct regex *regex = regex_new(span_text(pattern), &why);
	bool ok;

	if (!regex)
		fail_msg("%s: %s", pattern, str_text(&why));
	ok = regex_match(regex, text, &scratch);
	regex_free(regex);
	str_release(&why);
	arena_release(&scratch);
	return ok;
}

static void test_matches(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} rows[] = {
		{ "abc", "abc", true },
		{ "abc", "abcd", false },
		{ "bc", "abc", false },
		{ "", "", true },
		{ "", "a", false },
		{ "a|b", "b", true },
		{ "ab|cd", "abd", false },
		{ "a|", "", true },
		{ "(a|b)*c", "ababc", true },
		{ "a.c", "abc", true },
		{ "a.c", "a\nc", false },
		{ ".*", "a\nb", false },
		{ "[^a]", "\n", true },
		{ "a\nb", "a\nb", true },
		{ "^a$", "a", true },
		{ "a\n^b", "a\nb", true },
		{ "a$\nb", "a\nb", true },
		{ "(^a$|x|\n)*", "x\na", true },
		{ "a^b", "ab", false },
		{ "[[:alpha:]]+", "abC", true },
		{ "[[:alpha:]]+", "ab1", false },
		{ "[[:^alpha:]]+", "12", true },
		{ "[[:word:]-]+", "a_1-", true },
		{ "[a-c]+", "abcabc", true },
		{ "[]a]+", "]a", true },
		{ "[^]a]+", "bc", true },
		{ "[a-]+", "-a", true },
		{ "[-a]+", "-a", true },
		{ "[a\\-z]+", "a-z", true },
		{ "[\\]]", "]", true },
		{ "[.*+]+", "+*.", true },
		{ "[\\n\\x41]+", "A\n", true },
		{ "\\.", ".", true },
		{ "\\.", "a", false },
		{ "\\x41", "A", true },
		{ "\\x{e9}", "\xc3\xa9", true },
		{ "\\101", "A", true },
		{ "\\t", "\t", true },
		{ "\\/\\-\\:", "/-:", true },
		{ "a{2}", "aa", true },
		{ "a{2}", "aaa", false },
		{ "a{2,}", "aaaa", true },
		{ "a{1,3}", "aaaa", false },
		{ "a{0}b", "b", true },
		{ "a{,2}", "a{,2}", true },
		{ "a{x}", "a{x}", true },
		{ "a{", "a{", true },
		{ "a{02}", "a{02}", true },
		{ "(ab){2}", "abab", true },
		{ "a{2}{3}", "aaaaaa", true },
		{ "a{2}*", "aaaa", true },
		{ "a{2}*", "aaa", false },
		{ "(a{2})*", "aaaa", true },
		/* Two quantifiers are two quantifiers here, neither lazy nor possessive. */
		{ "a+?", "", true },
		{ "a*?b", "aab", true },
		{ "a**", "aaa", true },
		{ "a++b", "aab", true },
		{ "a*+a", "aaa", true },
		{ "a?+", "aaa", true },
		{ "#x y", "#x y", true },
		{ "~!@%&=:;'\"<>,`", "~!@%&=:;'\"<>,`", true },
		{ ".", "\xc3\xa9", true },
		{ "..", "\xc3\xa9", false },
		{ "[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true },
		{ ".", "\xff", true },
		{ "a..b",
		  "a\xc3\x28"
		  "b",
		  true },
		{ "...",
		  "\xe2\x82"
		  "a",
		  true },
		{ "[^a]*", "\xed\xa0\x80", true },
		{ "\xef\xbf\xbd", "\xff", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (match(rows[i].pattern, span_text(rows[i].text)) != rows[i].want)
			fail_msg("%s on \"%s\"", rows[i].pattern, rows[i].text);
	}
	assert_true(match(".*", span_make(NULL, 0)));
	assert_true(match("a.b", span_make("a\0b", 3)));
}

static void test_refused(void **state)
{
	static const struct {
		const char *pattern, *why;
	} rows[] = {
		{ "\\d", "invalid escape sequence: \\d" },
		{ "\\w", "invalid escape sequence: \\w" },
		{ "\\s", "invalid escape sequence: \\s" },
		{ "\\b", "invalid escape sequence: \\b" },
		{ "\\A", "invalid escape sequence: \\A" },
		{ "\\z", "invalid escape sequence: \\z" },
		{ "\\Q", "invalid escape sequence: \\Q" },
		{ "\\C", "invalid escape sequence: \\C" },
		{ "\\pL", "invalid escape sequence: \\p" },
		{ "\\K", "invalid escape sequence: \\K" },
		{ "\\R", "invalid escape sequence: \\R" },
		{ "\\g1", "invalid escape sequence: \\g" },
		{ "(a)\\1", "invalid escape sequence: \\1" },
		{ "\\8", "invalid escape sequence: \\8" },
		{ "\\x4", "invalid escape sequence: \\x" },
		{ "\\x{110000}", "invalid escape sequence: \\x" },
		{ "\\x{d800}", "invalid escape sequence: \\x" },
		{ "a\\", "trailing \\" },
		{ "[\\d]", "invalid escape sequence: \\d" },
		{ "(?i)a", "no argument for repetition operator: ?" },
		{ "(?:a)", "no argument for repetition operator: ?" },
		{ "(*UTF)a", "no argument for repetition operator: *" },
		{ "*", "no argument for repetition operator: *" },
		{ "a|*", "no argument for repetition operator: *" },
		{ "{2}", "no argument for repetition operator: {2}" },
		{ "(", "missing ): (" },
		{ ")", "unexpected ): )" },
		{ "[", "missing ]: [" },
		{ "[]", "missing ]: []" },
		{ "[a-", "missing ]: [a-" },
		{ "[b-a]", "invalid character class range: b-a" },
		{ "[a-b-c]", "invalid character class range: -c" },
		{ "[[:foo:]]", "invalid character class range: [:foo:]" },
		{ "a{1001}", "invalid repetition size: {1001}" },
		{ "a{1,1001}", "invalid repetition size: {1,1001}" },
		{ "a{99999999999999999999}", "invalid repetition size: {99999999999999999999}" },
		{ "a{3,2}", "invalid repetition size: {3,2}" },
		{ "((a{20}){20}){20}", "invalid repetition size: {20}" },
		{ "\xff", "invalid UTF-8: \\xff" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str why = { 0 };
		struct regex *regex = regex_new(span_text(rows[i].pattern), &why);

		if (regex || !strstr(str_text(&why), rows[i].why))
			fail_msg("%s: %s", rows[i].pattern, regex ? "accepted" : str_text(&why));
		str_release(&why);
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Backtracking would take 2^40 steps; the answer still has to be the right one. */
static void test_hostile(void **state)
{
	char text[65];
	double start = seconds();

	(void)state;
	memset(text, 'a', 64);
	text[64] = '\0';
	assert_false(match("(a*)*b", span_text(text)));
	assert_false(match("(a|a)*b", span_text(text)));
	assert_false(match("(a?){64}a{64}b", span_text(text)));
	text[63] = 'b';
	assert_true(match("(a|a)*b", span_text(text)));
	assert_true(match("(a|aa)*c|(a|a)*b", span_text(text)));
	assert_true(seconds() - start < 20);
}

static void test_large(void **state)
{
	char *pattern = malloc(70001);
	struct str why = { 0 };
	int i;

	(void)state;
	memset(pattern, 'a', 70000);
	pattern[70000] = '\0';
	assert_null(regex_new(span_text(pattern), &why));
	assert_non_null(strstr(str_text(&why), "longer than"));
	str_reset(&why);
	for (i = 0; i < 3000; i++)
		pattern[i] = '(';
	pattern[3000] = '\0';
	assert_null(regex_new(span_text(pattern), &why));
	assert_non_null(strstr(str_text(&why), "nested too deeply"));
	str_release(&why);
	free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
