/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of base/str: appending, and the two ways to make bytes fit for a person.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/str.h"

#define BYTES(text) text, sizeof(text) - 1

static void grows_and_terminates(void **state UNUSED)
{
	struct str str = { 0 };
	size_t i;

	assert_string_equal(str_text(&str), "");
	for (i = 0; i < 10000; i++) {
		str_append_char(&str, (char)('a' + i % 26));
		assert_int_equal(str.len, i + 1);
		assert_int_equal(str.buf[i + 1], '\0');
	}
	for (i = 0; i < 10000; i++)
		assert_int_equal(str.buf[i], 'a' + i % 26);
	str_reset(&str);
	assert_int_equal(str.len, 0);
	assert_string_equal(str_text(&str), "");
	str_append(&str, NULL, 0);
	str_append(&str, "a\0b", 3);
	assert_int_equal(str.len, 3);
	assert_memory_equal(str.buf, "a\0b", 4);
	memcpy(str_reserve(&str, 3), "xyz", 3);
	str_commit(&str, 2);
	assert_memory_equal(str.buf, "a\0bxy", 6);
	str_release(&str);
	assert_null(str.buf);
}

static void numbers(void **state UNUSED)
{
	static const struct {
		uint64_t value;
		unsigned int digits;
		int upper;
		const char *hex;
	} hex[] = {
		{ 0, 0, 0, "0" },
		{ 0, 4, 0, "0000" },
		{ 0xabc, 2, 0, "abc" },
		{ 0xabc, 8, 1, "00000ABC" },
		{ UINT64_MAX, 1, 0, "ffffffffffffffff" },
		{ 0x10, 0, 0, "10" },
		{ 5, 20, 0, "00000000000000000005" },
	};
	static const struct {
		int64_t value;
		const char *text;
	} decimal[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ -7, "-7" },
		{ 1000000, "1000000" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	struct str str = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hex); i++) {
		str_reset(&str);
		str_append_hex(&str, hex[i].value, hex[i].digits, hex[i].upper);
		assert_string_equal(str_text(&str), hex[i].hex);
	}
	for (i = 0; i < ARRAY_SIZE(decimal); i++) {
		str_reset(&str);
		str_append_i64(&str, decimal[i].value);
		assert_string_equal(str_text(&str), decimal[i].text);
	}
	str_reset(&str);
	str_append_u64(&str, UINT64_MAX);
	assert_string_equal(str_text(&str), "18446744073709551615");
	str_release(&str);
}

static void printf_of_any_length(void **state UNUSED)
{
	struct str str = { 0 };
	int len;

	for (len = 0; len < 300; len++) {
		str_reset(&str);
		str_printf(&str, "[%0*d]", len, 0);
		assert_int_equal(str.len, (len ? len : 1) + 2);
		assert_int_equal(str.buf[str.len - 1], ']');
	}
	str_printf(&str, "%s", "!");
	assert_int_equal(str.buf[str.len - 1], '!');
	str_release(&str);
}

/* Each case also stands behind 0 to 9 plain bytes, to be met in and outside the fast run. */
static const struct {
	const char *bytes;
	size_t len;
	const char *escaped;
	const char *json; /* without quotes */
} cases[] = {
	{ BYTES(""), "", "" },
	{ BYTES("plain text ~!"), "plain text ~!", "plain text ~!" },
	{ BYTES("C:\\x"), "C:\\x", "C:\\\\x" },
	{ BYTES("say \"hi\""), "say \"hi\"", "say \\\"hi\\\"" },
	{ BYTES("a\nb\tc\rd"), "a\\nb\\tc\\rd", "a\\nb\\tc\\rd" },
	{ BYTES("\b\f\v"), "\\x08\\x0c\\x0b", "\\b\\f\\u000b" },
	{ BYTES("\0"), "\\x00", "\\u0000" },
	{ BYTES("\x01\x1f"), "\\x01\\x1f", "\\u0001\\u001f" },
	{ BYTES("\x1b[31m"), "\\x1b[31m", "\\u001b[31m" },
	{ BYTES("\x7f"), "\\x7f", "\\u007f" },
	/* C1 controls: CSI as one character, the last one, and the first that is none */
	{ BYTES("\xc2\x9b"
		"31m"),
	  "\\xc2\\x9b31m", "\\u009b31m" },
	{ BYTES("\xc2\x9f\xc2\xa0"), "\\xc2\\x9f\xc2\xa0", "\\u009f\xc2\xa0" },
	/* good sequences at the borders of each length */
	{ BYTES("\xdf\xbf\xe0\xa0\x80"), "\xdf\xbf\xe0\xa0\x80", "\xdf\xbf\xe0\xa0\x80" },
	{ BYTES("\xed\x9f\xbf\xee\x80\x80"), "\xed\x9f\xbf\xee\x80\x80",
	  "\xed\x9f\xbf\xee\x80\x80" },
	{ BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	/* bad: lone continuation, overlong, surrogate, above the last, cut off, never used */
	{ BYTES("\x80z"), "\\x80z", "\xef\xbf\xbdz" },
	{ BYTES("\xc0\xaf"), "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ BYTES("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ BYTES("a\xe2\x82"), "a\\xe2\\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ BYTES("\xc3("), "\\xc3(", "\xef\xbf\xbd(" },
	{ BYTES("\xff\xfe"), "\\xff\\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
};

static void escaped_and_json(void **state UNUSED)
{
	static const char plain[] = "12345678 ";
	char want[256];
	char bytes[64];
	struct str str = { 0 };
	size_t i;
	int before;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (before = 0; before < 10; before++) {
			memcpy(bytes, plain, sizeof(plain));
			memcpy(bytes + before, cases[i].bytes, cases[i].len);
			str_reset(&str);
			str_append_escaped(&str, bytes, before + cases[i].len);
			snprintf(want, sizeof(want), "%.*s%s", before, plain, cases[i].escaped);
			assert_string_equal(str_text(&str), want);
			str_reset(&str);
			str_append_json(&str, bytes, before + cases[i].len);
			snprintf(want, sizeof(want), "\"%.*s%s\"", before, plain, cases[i].json);
			assert_string_equal(str_text(&str), want);
		}
	}
	str_release(&str);
}

/* Every pair of bytes comes out as printable ASCII or well-formed UTF-8 without controls. */
static void no_control_gets_through(void **state UNUSED)
{
	struct str str = { 0 };
	unsigned char pair[2];
	unsigned int i;
	size_t k;

	for (i = 0; i < 0x10000; i++) {
		pair[0] = i >> 8;
		pair[1] = i & 0xff;
		str_reset(&str);
		str_append_escaped(&str, pair, 2);
		str_append_json(&str, pair, 2);
		for (k = 0; k < str.len; k++) {
			unsigned char c = str.buf[k];

			assert_true(c >= 0x20 && c != 0x7f);
			if (c == 0xc2)
				assert_true((unsigned char)str.buf[k + 1] >= 0xa0);
		}
	}
	str_release(&str);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_terminates),	   cmocka_unit_test(numbers),
		cmocka_unit_test(printf_of_any_length),	   cmocka_unit_test(escaped_and_json),
		cmocka_unit_test(no_control_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
