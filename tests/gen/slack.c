/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * slack.c: looks for bytes of an event that none of its parameters takes.  Other
 * programs pass over them, but checkers report them, and a zstd trace of ours has
 * its own bytes elsewhere.  Says how many events of each trace have some; exit code 1
 * if any has, 2 if a trace is no whole one.
 *
 *   slack TRACE...
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "scap/scap.h"

#define HEADER_LEN 26u

/* Where the last parameter ends, as header and lengths say. */
static uint64_t params_end(const struct event_record *record)
{
	const struct event_info *info = event_info_find(load_u16(record->data + 20));
	uint32_t width = info && (info->flags & EVENT_EF_LARGE_PAYLOAD) ? 4 : 2;
	uint32_t cnt = load_u32(record->data + 22);
	uint64_t end = HEADER_LEN + (uint64_t)cnt * width;

	if (end > record->len)
		return end;
	for (uint32_t i = 0; i < cnt; i++) {
		const uint8_t *at = record->data + HEADER_LEN + (size_t)i * width;

		end += width == 4 ? load_u32(at) : load_u16(at);
	}
	return end;
}

static int look_at(const char *path)
{
	struct event_record record;
	struct scap_reader *reader;
	struct scap_block block;
	uint64_t cnt = 0, slack_cnt = 0;
	struct err err;
	int ret;

	err_init(&err);
	ret = scap_reader_open(path, &reader, &err);
	if (ret) {
		fprintf(stderr, "slack: %s\n", err.text);
		return 2;
	}
	while ((ret = scap_reader_next(reader, &block, NULL, &err)) == SCAP_NEXT_BLOCK) {
		if (block.kind != SCAP_KIND_EVENT)
			continue;
		ret = scap_event_record(&block, &record, &err);
		if (ret)
			break;
		cnt++;
		/* The first layout has no place for other bytes. */
		if (!record.is_v1)
			slack_cnt += load_u32(record.data + 16) != params_end(&record);
	}
	scap_reader_close(reader);
	printf("%s: %" PRIu64 " of %" PRIu64 " events\n", path, slack_cnt, cnt);
	if (ret != SCAP_NEXT_END) {
		fprintf(stderr, "slack: %s\n", err.text);
		return 2;
	}
	return slack_cnt > 0;
}

int main(int argc, char **argv)
{
	int code = 0;

	for (int i = 1; i < argc; i++) {
		int ret = look_at(argv[i]);

		code = ret > code ? ret : code;
	}
	return code;
}
