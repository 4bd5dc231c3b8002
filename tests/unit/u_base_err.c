/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of base/err: the first failure wins, places are worked out.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"

static void first_one_wins(void **state UNUSED)
{
	struct err err;

	err_init(&err);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "");
	assert_int_equal(err_set(&err, -ENOENT, "%s: %d", "first", 1), -ENOENT);
	assert_int_equal(err_set(&err, -EIO, "second"), -EIO);
	assert_int_equal(err_set_at(&err, -EINVAL, "abc", 2, "third"), -EINVAL);
	assert_int_equal(err.code, -ENOENT);
	assert_string_equal(err.text, "first: 1");
	assert_null(err.source);
	assert_int_equal(err.column, 0);
	assert_int_equal(err_set(NULL, -EPERM, "nobody listens"), -EPERM);
	assert_int_equal(err_set_at(NULL, -EPERM, "abc", 1, "nobody listens"), -EPERM);
}

static void long_text_is_cut(void **state UNUSED)
{
	struct err err;

	err_init(&err);
	err_set(&err, -EINVAL, "%0*d", 2 * ERR_TEXT_MAX, 0);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
}

static void line_and_column(void **state UNUSED)
{
	static const struct {
		const char *source;
		size_t index;
		unsigned int line;
		unsigned int column;
	} cases[] = {
		{ "abc", 0, 1, 1 },    { "abc", 2, 1, 3 },
		{ "abc", 3, 1, 4 }, /* just behind the end */
		{ "abc", 99, 1, 4 }, /* beyond it: no farther than there is text */
		{ "a\nbc", 1, 1, 2 },  { "a\nbc", 2, 2, 1 },
		{ "a\rbc", 3, 2, 2 },  { "a\r\nbc", 3, 3, 1 },
		{ "\n\n\n", 3, 4, 1 }, { "", 0, 1, 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err;

		err_init(&err);
		err_set_at(&err, -EINVAL, cases[i].source, cases[i].index, "here");
		assert_ptr_equal(err.source, cases[i].source);
		assert_int_equal(err.index, cases[i].index);
		assert_int_equal(err.line, cases[i].line);
		assert_int_equal(err.column, cases[i].column);
		assert_string_equal(err.text, "here");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_one_wins),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(line_and_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
