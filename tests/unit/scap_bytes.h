/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scap_bytes.h: for the tests of scap/: bytes of blocks put together by hand, and
 * a reader over bytes in memory.  Nothing of put.c is used, so that a mistake
 * there does not hide one in the reader.
 */
#ifndef RTSEC_UNIT_SCAP_BYTES_H
#define RTSEC_UNIT_SCAP_BYTES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "scap/scap.h"

UNUSED static void add_u8(struct str *out, uint8_t value)
{
	str_append(out, &value, 1);
}

UNUSED static void add_u16(struct str *out, uint16_t value)
{
	uint8_t bytes[2];

	store_u16(bytes, value);
	str_append(out, bytes, sizeof(bytes));
}

UNUSED static void add_u32(struct str *out, uint32_t value)
{
	uint8_t bytes[4];

	store_u32(bytes, value);
	str_append(out, bytes, sizeof(bytes));
}

UNUSED static void add_u64(struct str *out, uint64_t value)
{
	uint8_t bytes[8];

	store_u64(bytes, value);
	str_append(out, bytes, sizeof(bytes));
}

/* With its 16-bit length. */
UNUSED static void add_text(struct str *out, const char *text)
{
	add_u16(out, (uint16_t)strlen(text));
	str_append_text(out, text);
}

UNUSED static void add_block(struct str *out, uint32_t type, const void *body, size_t len)
{
	uint32_t total = (uint32_t)(8 + len + 3) / 4 * 4 + 4;

	add_u32(out, type);
	add_u32(out, total);
	str_append(out, body, len);
	while (len++ & 3)
		add_u8(out, 0);
	add_u32(out, total);
}

UNUSED static void add_section(struct str *out)
{
	static const uint8_t body[] = { 0x4d, 0x3c, 0x2b, 0x1a, 1,    0,    2,	  0,
					0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	add_block(out, SCAP_SECTION, body, sizeof(body));
}

/* A block 0x216 with one close event (type 5: res, fd). */
UNUSED static void add_event(struct str *out, uint64_t ts_ns, int64_t tid)
{
	struct str body = { 0 };

	add_u16(&body, 1);
	add_u64(&body, ts_ns);
	add_u64(&body, (uint64_t)tid);
	add_u32(&body, 26 + 4 + 16);
	add_u16(&body, 5);
	add_u32(&body, 2);
	add_u16(&body, 8);
	add_u16(&body, 8);
	add_u64(&body, 0);
	add_u64(&body, 3);
	add_block(out, SCAP_EVENT, body.buf, body.len);
	str_release(&body);
}

UNUSED static int memory_file(const void *bytes, size_t len)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, len ? bytes : "", len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* 0 and *reader, or what opening gave. */
UNUSED static int open_bytes(const void *bytes, size_t len, struct scap_reader **reader,
			     struct err *err)
{
	err_init(err);
	return scap_reader_open_fd(memory_file(bytes, len), "mem", reader, err);
}

/* Reads to the end; gives the verdict, and how many blocks and events there were. */
UNUSED static int read_all(struct scap_reader *reader, struct stats *stats, struct err *err,
			   uint64_t *blocks, uint64_t *events)
{
	struct scap_block block;
	int ret;

	*blocks = *events = 0;
	while ((ret = scap_reader_next(reader, &block, stats, err)) == SCAP_NEXT_BLOCK) {
		assert_true(block.len >= 12);
		++*blocks;
		*events += block.kind == SCAP_KIND_EVENT;
	}
	return ret;
}

#endif
