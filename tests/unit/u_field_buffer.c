/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_field_buffer.c: buffers in five formats.
 */
#include "field/args.h"
#include "record.h"

/* 80 bytes that a program read of a journal's socket. */
static const char message[80] = "\2\0\0\0\2\0\0\0\0\0\0\0\x10\0\0\0syslog\0\0\0\0\0\0\0\0\0\0"
				"onse... \r\n\r\nkern\tlog\n";

struct buffer_case {
	enum field_buffer_format format;
	bool escape;
	const char *bytes;
	size_t len;
	const char *wanted;
};

static const struct buffer_case cases[] = {
	{ FIELD_BUFFER_DOTTED, true, "", 0, "NULL" },
	{ FIELD_BUFFER_HEX_ASCII, true, "", 0, "NULL" },
	{ FIELD_BUFFER_BASE64, true, "", 0, "NULL" },
	{ FIELD_BUFFER_DOTTED, true, "a b\n\x7f\xc3\xa9~\0x", 10, "a b....~.x" },
	{ FIELD_BUFFER_DOTTED, false, "\x1b[31m", 5, ".[31m" },
	{ FIELD_BUFFER_ASCII, true, "a\r\nb\n\tc\x1b\xc3\xa9", 11, "\na\nb\nc" },
	{ FIELD_BUFFER_ASCII, true, "pass\rword", 9, "\npass\\rword" },
	{ FIELD_BUFFER_ASCII, false, "pass\rword\r", 10, "\npass\rword\r" },
	{ FIELD_BUFFER_HEX, true, "\2\0\0\0\2\0\0\0\0\0\0\0\x10\0\0\0z", 17,
	  "\n\t0x0000: 0200 0000 0200 0000 0000 0000 1000 0000\n\t0x0010: 7a\n" },
	{ FIELD_BUFFER_HEX_ASCII, true, "onse... ", 8,
	  "\n\t0x0000: 6f6e 7365 2e2e 2e20                      onse... \n" },
	{ FIELD_BUFFER_HEX_ASCII, true, "0123456789abcdef!\n#", 19,
	  "\n\t0x0000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef"
	  "\n\t0x0010: 210a 23                                  !.#\n" },
	{ FIELD_BUFFER_BASE64, true, "f", 1, "Zg==" },
	{ FIELD_BUFFER_BASE64, true, "fo", 2, "Zm8=" },
	{ FIELD_BUFFER_BASE64, true, "foo", 3, "Zm9v" },
	{ FIELD_BUFFER_BASE64, true, "\xff\xfe\xfd\xfc", 4, "//79/A==" },
};

static void test_formats(void **state)
{
	struct str text = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct args_style style = { .escape = cases[i].escape, .format = cases[i].format };

		str_reset(&text);
		args_append_buffer(&style, &text, span_make(cases[i].bytes, cases[i].len));
		assert_string_equal(str_text(&text), cases[i].wanted);
	}
	str_release(&text);
}

/* Rows are counted from 0, and a long buffer's offset has the digits it needs. */
static void test_rows(void **state)
{
	struct args_style style = { .format = FIELD_BUFFER_HEX };
	struct str text = { 0 };
	static char bytes[0x10010];

	(void)state;
	args_append_buffer(&style, &text, span_make(message, sizeof(message)));
	assert_non_null(strstr(str_text(&text), "\n\t0x0040: "));
	assert_null(strstr(str_text(&text), "0x0050"));
	str_reset(&text);
	args_append_buffer(&style, &text, span_make(bytes, sizeof(bytes)));
	assert_non_null(strstr(str_text(&text), "\n\t0xfff0: 0000"));
	assert_non_null(strstr(str_text(&text), "\n\t0x10000: 0000"));
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
