/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_event_render.c: flags, addresses and tuples as the text people read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "event/event.h"

static void test_flags(void **state)
{
	static const struct {
		enum event_flagset_id set;
		uint64_t value;
		bool is_enum;
		const char *text;
	} cases[] = {
		/* Bits, each taken once, in table order. */
		{ EVENT_FLAGS_file_flags, 262, false, "O_TRUNC|O_CREAT|O_WRONLY" },
		{ EVENT_FLAGS_file_flags, 4097, false, "O_RDONLY|O_CLOEXEC" },
		{ EVENT_FLAGS_file_flags, 0, false, "O_NONE" },
		{ EVENT_FLAGS_prot_flags, 0, false, "PROT_NONE" },
		{ EVENT_FLAGS_prot_flags, 3, false, "PROT_READ|PROT_WRITE" },
		{ EVENT_FLAGS_mmap_flags, 10, false, "MAP_PRIVATE|MAP_ANONYMOUS" },
		{ EVENT_FLAGS_futex_operations, 129, false, "FUTEX_PRIVATE_FLAG|FUTEX_WAKE" },
		{ EVENT_FLAGS_access_flags, 0, false, "F_OK" },
		{ EVENT_FLAGS_renameat2_flags, 1, false, "RENAME_NOREPLACE" },
		{ EVENT_FLAGS_newfstatat_flags, 4096, false, "AT_EMPTY_PATH" },
		{ EVENT_FLAGS_mount_flags, 2147483648u, false, "NOUSER" },
		{ EVENT_FLAGS_chmod_mode, 0755, false,
		  "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR" },
		/* Bits without a name, also those above 32, are dropped. */
		{ EVENT_FLAGS_renameat2_flags, 0x40000001, false, "RENAME_NOREPLACE" },
		{ EVENT_FLAGS_renameat2_flags, 0x100000001, false, "RENAME_NOREPLACE" },
		{ EVENT_FLAGS_renameat2_flags, 0x100000000, false, "" },
		{ EVENT_FLAGS_renameat2_flags, 0, false, "" },
		/* Values: every name of it. */
		{ EVENT_FLAGS_socket_families, 1, true, "AF_LOCAL|AF_UNIX" },
		{ EVENT_FLAGS_socket_families, 2, true, "AF_INET" },
		{ EVENT_FLAGS_socket_families, 0, true, "AF_UNSPEC" },
		{ EVENT_FLAGS_socket_families, 200, true, "" },
		{ EVENT_FLAGS_lseek_whence, 1, true, "SEEK_CUR" },
		{ EVENT_FLAGS_sockopt_levels, 1, true, "SOL_SOCKET" },
		{ EVENT_FLAGS_sockopt_options, 4, true, "SO_ERROR" },
		{ EVENT_FLAGS_prctl_options, 33, true, "PR_MCE_KILL" },
		{ EVENT_FLAGS_keyctl_operations, 0, true, "KEYCTL_GET_KEYRING_ID" },
		{ EVENT_FLAGS_NONE, 1, false, "" },
		{ EVENT_FLAGS_COUNT, 1, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str out;

		str_init(&out);
		event_flags_text(cases[i].set, cases[i].value, cases[i].is_enum, &out);
		assert_string_equal(str_text(&out), cases[i].text);
		str_release(&out);
	}
}

static void test_flag_value(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_true(event_flag_value(EVENT_FLAGS_file_flags, "O_NONE", &value));
	assert_int_equal(value, 0);
	assert_true(event_flag_value(EVENT_FLAGS_mount_flags, "NOUSER", &value));
	assert_true(value == 2147483648u);
	/* The first and the last of their sets, which stand next to each other. */
	assert_true(event_flag_value(EVENT_FLAGS_socket_families, "AF_UNIX", &value));
	assert_false(event_flag_value(EVENT_FLAGS_socket_families, "O_NONE", &value));
	assert_false(event_flag_value(EVENT_FLAGS_file_flags, "AF_UNIX", &value));
	assert_false(event_flag_value(EVENT_FLAGS_file_flags, "", &value));
	assert_false(event_flag_value(EVENT_FLAGS_NONE, "O_NONE", &value));
	assert_int_equal(value, 1);
}

static void test_ip(void **state)
{
	static const struct {
		uint8_t addr[16];
		const char *text;
	} cases[] = {
		{ { 0 }, "::" },
		{ { [15] = 1 }, "::1" },
		{ { 0x20, 0x01, 0x0d, 0xb8, [15] = 4 }, "2001:db8::4" },
		/* The longest run of zeros, of equal ones the first; a single one stays. */
		{ { 0x20, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1 }, "2001:0:1::1:1" },
		{ { 0x20, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1 }, "2001::1:0:0:1:1" },
		{ { 0x20, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }, "2001:1:0:1:1:1:1:1" },
		{ { 0xfe, 0x80, [11] = 0xff, [12] = 0xfe, [15] = 0xab }, "fe80::ff:fe00:ab" },
		{ { [10] = 0xff, 0xff, 10, 0, 2, 15 }, "::ffff:10.0.2.15" },
	};
	struct str out;

	(void)state;
	str_init(&out);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&out);
		event_ipv6_text(cases[i].addr, &out);
		assert_string_equal(str_text(&out), cases[i].text);
	}
	str_reset(&out);
	event_ipv4_text((const uint8_t[]){ 255, 0, 10, 1 }, &out);
	assert_string_equal(str_text(&out), "255.0.10.1");
	str_release(&out);
}

struct bytes_case {
	const char *bytes;
	size_t len;
	const char *text; /* NULL: malformed */
};

#define BYTES(text) text, sizeof(text) - 1

typedef bool (*text_fn)(struct span param, struct str *out);

static void check_bytes(const struct bytes_case *cases, size_t cnt, text_fn fn)
{
	for (size_t i = 0; i < cnt; i++) {
		struct str out;

		str_init(&out);
		str_append_text(&out, "<");
		assert_int_equal(fn(span_make(cases[i].bytes, cases[i].len), &out),
				 cases[i].text != NULL);
		assert_string_equal(str_text(&out) + 1, cases[i].text ? cases[i].text : "");
		str_release(&out);
	}
}

#define V6_4 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x04"
#define V6_3 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x03"
#define V6_0 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define V6_MAPPED "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x01"

static void test_sockaddr(void **state)
{
	static const struct bytes_case cases[] = {
		{ BYTES("\x01/run/x\0"), "/run/x" },
		{ BYTES("\x01\0"), "" },
		{ BYTES("\x01/a\0junk"), "/a" },
		{ BYTES("\x01/run/x"), NULL },
		{ BYTES("\x01"), NULL },
		{ BYTES("\x02\0\0\0\0\x90\x1f"), "0.0.0.0:8080" },
		{ BYTES("\x02\x7f\0\0\x01\xff\xff"), "127.0.0.1:65535" },
		{ BYTES("\x02\x7f\0\0\x01\xff"), NULL },
		{ BYTES("\x02\x7f\0\0\x01\xff\xff\0"), NULL },
		{ BYTES("\x02"), NULL },
		{ BYTES("\x0a" V6_4 "\0\0"), "2001:db8::4:0" },
		{ BYTES("\x0a" V6_0 "\x35\0"), ":::53" },
		{ BYTES("\x0a" V6_0 "\x35"), NULL },
		{ BYTES("\x10"), "family 16" },
		{ BYTES("\x10whatever"), "family 16" },
		{ BYTES(""), NULL },
	};

	(void)state;
	check_bytes(cases, ARRAY_SIZE(cases), event_sockaddr_text);
}

static void test_tuple(void **state)
{
	static const struct bytes_case cases[] = {
		{ BYTES("\x02\x7f\0\0\x01\xf8\xd9\x7f\0\0\x01\x90\x1f"),
		  "127.0.0.1:55800->127.0.0.1:8080" },
		{ BYTES("\x02\x7f\0\0\x01\xf8\xd9\x7f\0\0\x01\x90"), NULL },
		{ BYTES("\x02\x7f\0\0\x01\xf8\xd9\x7f\0\0\x01\x90\x1f\0"), NULL },
		{ BYTES("\x0a" V6_4 "\x85\xd4" V6_3 "\xd2\x04"),
		  "2001:db8::4:54405->2001:db8::3:1234" },
		{ BYTES("\x0a" V6_0 "\0\0" V6_4 "\x29\x09"), ":::0->2001:db8::4:2345" },
		{ BYTES("\x0a" V6_MAPPED "\x01\0" V6_MAPPED "\x02\0"), "127.0.0.1:1->127.0.0.1:2" },
		{ BYTES("\x0a" V6_0 "\0\0" V6_MAPPED "\x02\0"), ":::0->::ffff:127.0.0.1:2" },
		{ BYTES("\x0a" V6_4 "\x85\xd4" V6_3 "\xd2"), NULL },
		{ BYTES("\x01\0\0\0\0\0\0\0\0\0\xd8\xd3\x3d\0\x88\xff\xff/var/run/nscd/socket\0"),
		  "0->ffff88003dd3d800 /var/run/nscd/socket" },
		{ BYTES("\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "1->0 " },
		{ BYTES("\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL },
		{ BYTES("\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0/x"), NULL },
		{ BYTES("\x01"), NULL },
		{ BYTES("\x11rest"), "family 17" },
		{ BYTES(""), NULL },
	};

	(void)state;
	check_bytes(cases, ARRAY_SIZE(cases), event_tuple_text);
	{
		struct str out = { 0 };

		assert_false(event_tuple_text(span_make(NULL, 0), &out));
		assert_false(event_sockaddr_text(span_make(NULL, 0), &out));
		assert_int_equal(out.len, 0);
		str_release(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags), cmocka_unit_test(test_flag_value),
		cmocka_unit_test(test_ip),    cmocka_unit_test(test_sockaddr),
		cmocka_unit_test(test_tuple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
