/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_event_params.c: parameters come out as the numbers, texts and names they
 * are, and as nothing where they are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "event/event.h"
#include "unit/record.h"

/* The first parameter of that type in the schema, so that each type is read as one. */
static bool find_type(enum event_param_type type, const struct event_info **info, uint32_t *idx)
{
	for (uint32_t num = 0; num < EVENT_TYPE_COUNT; num++) {
		*info = event_info_find(num);
		for (*idx = 0; *idx < (*info)->param_cnt; ++*idx)
			if ((*info)->params[*idx].type == type)
				return true;
	}
	return false;
}

static void test_every_type(void **state)
{
	static const uint8_t bytes[16] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x9f,
					   0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80 };
	uint32_t used = 0;

	(void)state;
	for (uint32_t type = 1; type < EVENT_PT_COUNT; type++) {
		const struct event_info *info;
		uint32_t idx, size = event_type_size(type);
		bool is_number = size && size <= 8;
		uint64_t want = 0, number = 1;
		struct record rec;
		struct event_record in;
		struct event ev;

		if (!find_type(type, &info, &idx))
			continue;
		used++;
		record_begin(&rec, info->type, false, info->flags & EVENT_EF_LARGE_PAYLOAD ? 4 : 2);
		for (uint32_t i = 0; i < idx; i++)
			record_param(&rec, NULL, 0);
		record_param(&rec, bytes, size ? size : 16);
		in = record_end(&rec);
		record_decode(&in, &ev);
		assert_int_equal(ev.bad_cnt, 0);
		assert_int_equal(event_param(&ev, idx).len, size ? size : 16);
		assert_int_equal(event_param_u64(&ev, idx, &number), is_number);
		if (is_number) {
			memcpy(&want, bytes, size);
			if (event_type_is_signed(type) && size < 8)
				want |= UINT64_MAX << (8 * size);
			assert_true(number == want);
		}
		record_release(&rec);
	}
	/* INT8, L4PROTO, SOCKFAMILY, BOOL, DOUBLE and the four IP sets are in no event. */
	assert_int_equal(used, 39);
}

static void test_text(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t len;
		const char *text; /* NULL: none */
	} cases[] = {
		{ "bash", 5, "bash" }, { "", 1, "" },
		{ "bash", 4, NULL },   { "a\0b", 4, NULL },
		{ "ab\0", 4, NULL },   { "(NULL)", 7, NULL },
		{ "<NA>", 5, NULL },   { "(NULL)x", 8, "(NULL)x" },
		{ "<NA", 4, "<NA" },   { "\xff\x01", 3, "\xff\x01" },
	};
	/* A CHARBUF, an FSPATH and an FSRELPATH. */
	static const struct {
		uint16_t type;
		unsigned int idx;
	} params[] = {
		{ EVENT_SYSCALL_GETCWD_X, 1 },
		{ EVENT_SYSCALL_OPEN_X, 1 },
		{ EVENT_SYSCALL_OPENAT_2_X, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t p = 0; p < ARRAY_SIZE(params); p++) {
			struct record rec;
			struct event_record in;
			struct event ev;
			struct span text = span_text("untouched");

			record_begin(&rec, params[p].type, false, 2);
			for (unsigned int idx = 0; idx < params[p].idx; idx++)
				record_param(&rec, NULL, 0);
			record_param(&rec, cases[i].bytes, cases[i].len);
			in = record_end(&rec);
			record_decode(&in, &ev);
			assert_int_equal(event_param_text(&ev, params[p].idx, &text),
					 cases[i].text != NULL);
			assert_true(
				span_is_text(text, cases[i].text ? cases[i].text : "untouched"));
			record_release(&rec);
		}
	}
	/* Bytes are no text, even if they look like it. */
	{
		struct record rec;
		struct event_record in;
		struct event ev;
		struct span text;

		record_begin(&rec, EVENT_SYSCALL_READ_X, false, 2);
		record_number(&rec, 5, 8);
		record_text(&rec, "hell");
		in = record_end(&rec);
		record_decode(&in, &ev);
		assert_false(event_param_text(&ev, 1, &text));
		assert_false(event_param_text(&ev, 0, &text));
		record_release(&rec);
	}
}

static void test_result(void **state)
{
	static const struct {
		uint16_t type;
		uint32_t size;
		bool has_result;
	} cases[] = {
		{ EVENT_SYSCALL_READ_X, 8, true }, /* ERRNO */
		{ EVENT_SYSCALL_OPEN_X, 8, true }, /* FD */
		{ EVENT_SYSCALL_CLONE_20_X, 8, true }, /* PID */
		{ EVENT_SYSCALL_FCNTL_X, 8, true },    { EVENT_SYSCALL_BRK_4_X, 8, false },
		{ EVENT_SYSCALL_GETUID_X, 4, false },  { EVENT_SYSCALL_READ_E, 8, false },
		{ EVENT_PROCEXIT_1_E, 8, false },      { EVENT_TRACER_X, 8, false },
		{ EVENT_GENERIC_X, 2, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct record rec;
		struct event_record in;
		struct event ev;
		int64_t result = 1;

		record_begin(&rec, cases[i].type, false, 2);
		record_number(&rec, (uint64_t)-11, cases[i].size);
		in = record_end(&rec);
		record_decode(&in, &ev);
		assert_int_equal(event_result(&ev, &result), cases[i].has_result);
		assert_int_equal(result, cases[i].has_result ? -11 : 1);
		record_release(&rec);
	}
	/* bpf: an fd or an error. */
	for (uint8_t sub = 0; sub < 3; sub++) {
		uint8_t bytes[9] = { sub, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
		struct record rec;
		struct event_record in;
		struct event ev;
		int64_t result = 1;

		record_begin(&rec, EVENT_SYSCALL_BPF_X, false, 2);
		record_param(&rec, bytes, sizeof(bytes));
		in = record_end(&rec);
		record_decode(&in, &ev);
		assert_int_equal(event_result(&ev, &result), sub < 2);
		assert_int_equal(result, sub < 2 ? -3 : 1);
		record_release(&rec);
	}
}

static void test_name(void **state)
{
	static const struct {
		uint16_t type;
		int64_t code; /* -1: empty */
		const char *name;
	} cases[] = {
		{ EVENT_GENERIC_X, 16, "getpid" },	 { EVENT_GENERIC_E, 16, "getpid" },
		{ EVENT_GENERIC_X, 0, "unknown" },	 { EVENT_GENERIC_X, 60000, "unknown" },
		{ EVENT_GENERIC_X, -1, "unknown" },	 { EVENT_SYSCALL_OPENAT_2_X, -1, "openat" },
		{ EVENT_SCHEDSWITCH_6_E, -1, "switch" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct record rec;
		struct event_record in;
		struct event ev;

		record_begin(&rec, cases[i].type, false, 2);
		record_number(&rec, (uint64_t)cases[i].code, cases[i].code < 0 ? 0 : 2);
		in = record_end(&rec);
		record_decode(&in, &ev);
		assert_string_equal(event_name(&ev), cases[i].name);
		record_release(&rec);
	}
}

static void test_dyn(void **state)
{
	static const struct {
		enum event_dyn dyn;
		const char *bytes;
		uint32_t len;
		int type; /* -1: unknown */
	} cases[] = {
		{ EVENT_DYN_sockopt, "\x00raw", 4, EVENT_PT_BYTEBUF },
		{ EVENT_DYN_sockopt, "\x00", 1, EVENT_PT_BYTEBUF },
		{ EVENT_DYN_sockopt, "\001abcdefgh", 9, EVENT_PT_ERRNO },
		{ EVENT_DYN_sockopt, "\002abcd", 5, EVENT_PT_UINT32 },
		{ EVENT_DYN_sockopt, "\002abcde", 6, -1 },
		{ EVENT_DYN_sockopt, "\003abcdefgh", 9, EVENT_PT_UINT64 },
		{ EVENT_DYN_sockopt, "\004abcdefgh", 9, EVENT_PT_RELTIME },
		{ EVENT_DYN_sockopt, "\005abcdefgh", 9, -1 },
		{ EVENT_DYN_ptrace, "\000abcdefgh", 9, EVENT_PT_UINT64 },
		{ EVENT_DYN_ptrace, "\001s", 2, EVENT_PT_SIGTYPE },
		{ EVENT_DYN_ptrace, "\002s", 2, -1 },
		{ EVENT_DYN_bpf, "\000abcdefgh", 9, EVENT_PT_FD },
		{ EVENT_DYN_bpf, "\001abcdefgh", 9, EVENT_PT_ERRNO },
		{ EVENT_DYN_bpf, "\x01", 1, -1 },
		{ EVENT_DYN_keyctl, "\000abcdefgh", 9, EVENT_PT_INT64 },
		{ EVENT_DYN_keyctl, "\001key", 5, EVENT_PT_CHARBUF },
		{ EVENT_DYN_keyctl, "\377key", 5, -1 },
		{ EVENT_DYN_keyctl, "", 0, -1 },
		{ EVENT_DYN_NONE, "\000abcdefgh", 9, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct span param = span_make(cases[i].bytes, cases[i].len), value;
		enum event_param_type type = EVENT_PT_NONE;
		bool is_known = event_dyn_split(cases[i].dyn, param, &type, &value);

		assert_int_equal(is_known, cases[i].type >= 0);
		if (!is_known)
			continue;
		assert_int_equal(type, cases[i].type);
		assert_ptr_equal(value.ptr, param.ptr + 1);
		assert_int_equal(value.len, param.len - 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type), cmocka_unit_test(test_text),
		cmocka_unit_test(test_result),	   cmocka_unit_test(test_name),
		cmocka_unit_test(test_dyn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
