/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seek.c: collects the sizes of frames as they are written and makes the table
 * at the end.  Nothing in a trace needs it, it makes jumps cheap.
 */
#include "scap/seek.h"

#include "base/bytes.h"

#define FOOTER_LEN 9
#define FOOTER_MAGIC 0x8F92EAB1u
#define ENTRY_LEN 8

void scap_seek_release(struct scap_seek *seek)
{
	vec_release(&seek->frames);
}

void scap_seek_add(struct scap_seek *seek, size_t file_len, size_t raw_len)
{
	struct scap_seek_frame *frame = vec_add(&seek->frames);

	frame->file_len = (uint32_t)file_len;
	frame->raw_len = (uint32_t)raw_len;
}

void scap_seek_put(const struct scap_seek *seek, struct str *out)
{
	size_t len = seek->frames.cnt * ENTRY_LEN + FOOTER_LEN;
	uint8_t *at = (uint8_t *)str_reserve(out, 8 + len);

	store_u32(at, SCAP_SEEK_MAGIC);
	store_u32(at + 4, (uint32_t)len);
	at += 8;
	for (size_t i = 0; i < seek->frames.cnt; i++, at += ENTRY_LEN) {
		store_u32(at, seek->frames.items[i].file_len);
		store_u32(at + 4, seek->frames.items[i].raw_len);
	}
	store_u32(at, (uint32_t)seek->frames.cnt);
	at[4] = 0; /* no checksums: each data frame has its own */
	store_u32(at + 5, FOOTER_MAGIC);
	str_commit(out, 8 + len);
}
