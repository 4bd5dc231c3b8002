/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live.c: the live source.  Captures first and scans the machine then, so that
 * nothing falls between; hands out the scan's blocks first and then the rings'
 * records, whose boottime stamps become wall-clock time in place and whose own
 * bytes of rtsec move out of the block.
 */
#include "source/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/log.h"
#include "source/overlap.h"
#include "source/rings.h"

#define SNAPLEN_DEFAULT 80u
#define WAIT_MIN_US 1000u
#define WAIT_MAX_US 10000u
#define RECHECK_NS 1000000000u /* of the wall clock's offset and the CPUs */
#define OFFSET_STEP_NS 1000000 /* the wall clock is followed from this difference on */

struct live_source {
	struct source source;
	struct stats *stats;
	struct source_bpf *programs;
	struct source_rings *rings;
	struct str snapshot;
	size_t snapshot_pos;
	struct source_overlap *overlap; /* NULL: all records to come are later than the scan */
	uint64_t offset; /* of the block in the stream, for messages */
	int64_t wall_offset_ns; /* wall clock minus boottime */
	uint64_t recheck_ns; /* boottime of the next look at clock and CPUs */
	uint64_t now_ns; /* boottime as of the last empty look */
	unsigned int wait_us; /* adaptive */
	bool stopped;
	uint64_t stop_ns; /* boottime at which hooks were off */
	uint64_t drops_told[WIRE_DROP_COUNT];
	uint64_t no_ring_told;
};

static struct live_source *of(struct source *source)
{
	return (struct live_source *)source;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The two clocks are read in turn; the closest pair of three tries is taken. */
static int64_t wall_offset(void)
{
	uint64_t best_gap = UINT64_MAX;
	int64_t offset = 0;
	int i;

	for (i = 0; i < 3; i++) {
		uint64_t before = clock_ns(CLOCK_BOOTTIME);
		uint64_t wall = clock_ns(CLOCK_REALTIME);
		uint64_t after = clock_ns(CLOCK_BOOTTIME);

		if (after - before < best_gap) {
			best_gap = after - before;
			offset = (int64_t)(wall - (before + (after - before) / 2));
		}
	}
	return offset;
}

/* --- CPUs ------------------------------------------------------------------- */

/* Gives every online CPU a ring: "0-3,5" as /sys/devices/system/cpu/online has it. */
static int add_cpus(struct live_source *live, struct err *err)
{
	char text[4096];
	char *at = text;
	int fd = open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return err_set(err, -EIO, "cannot read which CPUs are online");
	text[len] = '\0';
	while (*at >= '0' && *at <= '9') {
		unsigned long first = strtoul(at, &at, 10);
		unsigned long last = *at == '-' ? strtoul(at + 1, &at, 10) : first;

		for (; first <= last; first++) {
			bool is_new = !source_bpf_has_ring(live->programs, first);
			struct wire_ring *ring = source_bpf_ring(live->programs, first, err);

			if (!ring)
				return err->code;
			if (is_new) {
				source_rings_add(live->rings, ring);
				log_debug("CPU %lu has a ring", first);
			}
		}
		if (*at == ',')
			at++;
	}
	return 0;
}

/* --- counting --------------------------------------------------------------- */

static void count_drops(struct live_source *live)
{
	static const enum stat_id counted_as[WIRE_DROP_COUNT] = {
		[WIRE_DROP_FULL] = STAT_DROP_RING_FULL,
		[WIRE_DROP_NESTED] = STAT_DROP_NESTED,
		[WIRE_DROP_BIG] = STAT_DROP_TOO_BIG,
		[WIRE_DROP_OTHER] = STAT_DROP_SCRATCH,
	};
	uint64_t no_ring = source_bpf_no_ring(live->programs);
	int why;

	for (why = 0; why < WIRE_DROP_COUNT; why++) {
		uint64_t sum = source_rings_drops(live->rings, why);

		stats_add(live->stats, counted_as[why], sum - live->drops_told[why]);
		live->drops_told[why] = sum;
	}
	stats_add(live->stats, STAT_DROP_SCRATCH, no_ring - live->no_ring_told);
	live->no_ring_told = no_ring;
}

/* Once a second: clock, CPUs that came online, drops. */
static void recheck(struct live_source *live)
{
	int64_t offset = wall_offset();
	struct err err;

	live->recheck_ns = live->now_ns + RECHECK_NS;
	if (llabs(offset - live->wall_offset_ns) > OFFSET_STEP_NS) {
		log_debug("wall clock moved by %lld ns against the time since boot",
			  (long long)(offset - live->wall_offset_ns));
		live->wall_offset_ns = offset;
	}
	count_drops(live);
	err_init(&err);
	if (add_cpus(live, &err))
		log_debug("%s", err.text);
}

/* --- the source ---------------------------------------------------------------- */

static void fill_block(struct live_source *live, struct scap_block *block, const uint8_t *data,
		       uint32_t len)
{
	block->type = load_u32(data);
	block->kind = scap_kind_of(block->type);
	block->data = data;
	block->len = len;
	block->offset = live->offset;
	block->start_ns = EVENT_TIME_UNKNOWN;
	block->extra = span_make(NULL, 0);
	live->offset += len;
}

/* Ends the block behind its last parameter; what follows the gap is handed over beside it. */
static struct span split_extra(struct wire_record *record)
{
	uint8_t *bytes = (uint8_t *)record;
	uint32_t begin = record->extra;
	uint32_t end = WIRE_EVENT_OFFSET + load_u32(bytes + WIRE_EVENT_OFFSET + 16);
	uint32_t params_end = begin - WIRE_EXTRA_GAP;
	uint32_t len = (params_end - WIRE_BLOCK_OFFSET + 4 + 3) & ~3u;

	store_u32(bytes + WIRE_EVENT_OFFSET + 16, params_end - WIRE_EVENT_OFFSET);
	store_u32(bytes + params_end, 0);
	store_u32(bytes + WIRE_BLOCK_OFFSET + len - 4, len);
	store_u32(bytes + WIRE_BLOCK_OFFSET + 4, len);
	record->block_len = len;
	return span_make(bytes + begin, end - begin);
}

static struct wire_record *next_record(struct live_source *live)
{
	struct wire_record *record = source_rings_next(live->rings, live->now_ns);

	if (record)
		return record;
	live->now_ns = clock_ns(CLOCK_BOOTTIME);
	if (live->now_ns >= live->recheck_ns)
		recheck(live);
	return source_rings_next(live->rings, live->now_ns);
}

/* Made beside the scan: is what it tells in the snapshot already? */
static bool is_in_snapshot(struct live_source *live, const struct wire_record *record)
{
	switch (source_overlap_judge(live->overlap, record)) {
	case SOURCE_OVERLAP_DROP:
		return true;
	case SOURCE_OVERLAP_KEEP:
		return false;
	case SOURCE_OVERLAP_OVER:
		break;
	}
	log_debug("%llu records are of what the snapshot has",
		  (unsigned long long)source_overlap_dropped(live->overlap));
	source_overlap_free(live->overlap);
	live->overlap = NULL;
	return false;
}

static int live_next(struct source *source, struct scap_block *block, struct err *err)
{
	struct live_source *live = of(source);
	struct span extra = span_make(NULL, 0);
	struct wire_record *record;
	uint8_t *data;

	(void)err;
	if (live->snapshot_pos < live->snapshot.len) {
		data = (uint8_t *)live->snapshot.buf + live->snapshot_pos;
		fill_block(live, block, data, load_u32(data + 4));
		live->snapshot_pos += block->len;
		return SOURCE_BLOCK;
	}
	if (live->snapshot.cap) {
		str_release(&live->snapshot);
		live->snapshot_pos = 0;
	}
	do {
		record = next_record(live);
	} while (live->overlap && record && is_in_snapshot(live, record));
	if (!record) {
		if (live->stopped && live->now_ns > live->stop_ns + 2 * SOURCE_RINGS_MARGIN_NS) {
			count_drops(live);
			return SOURCE_END;
		}
		return SOURCE_IDLE;
	}
	live->wait_us = WAIT_MIN_US;
	data = (uint8_t *)record + WIRE_BLOCK_OFFSET;
	store_u64((uint8_t *)record + WIRE_EVENT_OFFSET,
		  load_u64((uint8_t *)record + WIRE_EVENT_OFFSET) + live->wall_offset_ns);
	if (record->extra)
		extra = split_extra(record);
	fill_block(live, block, data, record->block_len);
	block->extra = extra;
	if (record->start_ns)
		block->start_ns = record->start_ns + live->wall_offset_ns;
	return SOURCE_BLOCK;
}

static void live_wait(struct source *source, int timeout_ms)
{
	struct live_source *live = of(source);
	struct timespec time = { 0 };
	unsigned int wait_us = live->wait_us;

	if (live->stopped)
		wait_us = WAIT_MIN_US;
	if (timeout_ms >= 0 && wait_us > (unsigned int)timeout_ms * 1000)
		wait_us = timeout_ms * 1000;
	if (source_rings_is_pressed(live->rings))
		return;
	time.tv_nsec = wait_us * 1000L;
	nanosleep(&time, NULL);
	if (live->wait_us < WAIT_MAX_US)
		live->wait_us += WAIT_MIN_US;
}

static void live_stop(struct source *source)
{
	struct live_source *live = of(source);

	if (live->stopped)
		return;
	source_bpf_detach(live->programs);
	live->stopped = true;
	live->stop_ns = clock_ns(CLOCK_BOOTTIME);
}

static void live_close(struct source *source)
{
	struct live_source *live = of(source);

	source_rings_free(live->rings);
	source_bpf_free(live->programs);
	source_overlap_free(live->overlap);
	str_release(&live->snapshot);
	alloc_free(live);
}

static const struct source_ops live_ops = {
	.name = "live",
	.next = live_next,
	.wait = live_wait,
	.stop = live_stop,
	.close = live_close,
};

/* Few CPUs: 8 MiB each; many: less, so that all together stay within 1/64 of the memory. */
static uint64_t default_ring_bytes(void)
{
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	uint64_t cpu_cnt = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t bytes = 8u << 20;

	while (bytes > 1u << 20 && bytes * cpu_cnt > memory / 64)
		bytes /= 2;
	return bytes;
}

int source_open_live(const struct source_live_opts *opts, struct stats *stats,
		     struct source **source, struct err *err)
{
	struct source_live_opts set = *opts;
	uint64_t ring_bytes = 1u << 18;
	struct live_source *live;
	int ret;

	if (!set.snaplen)
		set.snaplen = SNAPLEN_DEFAULT;
	if (!set.ring_bytes)
		set.ring_bytes = default_ring_bytes();
	while (ring_bytes < set.ring_bytes && ring_bytes < 512u << 20)
		ring_bytes *= 2;

	live = alloc_zero(sizeof(*live));
	live->source.ops = &live_ops;
	live->source.is_live = true;
	live->stats = stats;
	live->wait_us = WAIT_MIN_US;
	live->overlap = source_overlap_new();
	live->rings = source_rings_new(ring_bytes);
	ret = source_bpf_load(&set, ring_bytes, &live->programs, err);
	if (!ret)
		ret = add_cpus(live, err);
	if (!ret)
		ret = source_bpf_attach(live->programs, err);
	live->wall_offset_ns = wall_offset();
	if (!ret)
		scap_put_section(&live->snapshot);
	if (!ret)
		ret = source_snapshot(set.full_proc_scan ? NULL : live->programs, live->overlap,
				      &live->snapshot, err);
	if (ret) {
		live_close(&live->source);
		return ret;
	}
	log_debug("capture is on");
	*source = &live->source;
	return 0;
}
