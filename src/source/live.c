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
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"
#include "source/made.h"
#include "source/overlap.h"
#include "source/rings.h"

#define WAIT_MIN_US 1000u
#define WAIT_MAX_US 10000u
#define BURST_CNT 64u /* records between two waits that make the next ones short */
#define RECHECK_NS 1000000000u /* of the wall clock's offset and the CPUs */
#define OFFSET_STEP_NS 1000000 /* the wall clock is followed from this difference on */

struct live_source {
	struct source source;
	struct stats *stats;
	struct source_bpf *programs;
	struct source_rings *rings;
	struct source_lookup *lookup;
	struct source_changes *changes;
	struct source_made made; /* events that come before the rings' next one */
	struct source_made later; /* when all that was made before their time is handed out */
	VEC_OF(uint16_t) ring_cpus; /* by order of adding */
	struct wire_record *held; /* comes behind those that were made */
	uint64_t last_ns; /* boottime, not before that of any record handed out */
	bool has_times; /* CPU times of threads are told */
	struct str snapshot;
	size_t snapshot_pos;
	struct source_overlap *overlap; /* NULL: all records to come are later than the scan */
	uint64_t offset; /* of the block in the stream, for messages */
	int64_t wall_offset_ns; /* wall clock minus boottime */
	uint64_t recheck_ns; /* boottime of the next look at clock and CPUs */
	uint64_t now_ns; /* boottime as of the last empty look */
	unsigned int wait_us; /* adaptive */
	unsigned int burst_cnt; /* records since the last wait */
	bool stopped;
	uint64_t stop_ns; /* boottime at which hooks were off */
	uint64_t drops_told[WIRE_DROP_COUNT];
	uint64_t no_ring_told;
	bool is_over; /* all that was in the rings has been handed out */
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

#define HURRY_NICE (-20)

void source_hurry(bool on)
{
	int from = on ? 0 : HURRY_NICE;

	if (getpriority(PRIO_PROCESS, 0) == from)
		setpriority(PRIO_PROCESS, 0, HURRY_NICE - from);
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

static int add_ring(struct live_source *live, unsigned int cpu, struct err *err)
{
	bool is_new = !source_bpf_has_ring(live->programs, cpu);
	struct wire_ring *ring = source_bpf_ring(live->programs, cpu, err);

	if (!ring)
		return err->code;
	if (!is_new)
		return 0;
	source_rings_add(live->rings, ring);
	*vec_add(&live->ring_cpus) = (uint16_t)cpu;
	log_debug("CPU %u has a ring", cpu);
	return 0;
}

/* Every CPU that is online has a ring. */
static int add_cpus(struct live_source *live, uint64_t ts_ns, struct err *err)
{
	char text[4096];
	int fd = open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	int cpu = -1;
	int ret = 0;

	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return err_set(err, -EIO, "cannot read which CPUs are online");
	source_changes_cpus(live->changes, span_make(text, (size_t)len), ts_ns, &live->later);
	while (!ret && (cpu = source_changes_next_cpu(live->changes, cpu)) >= 0)
		ret = add_ring(live, (unsigned int)cpu, err);
	return ret;
}

/* --- losses ------------------------------------------------------------------ */

static uint64_t to_wall(const struct live_source *live, uint64_t boot_ns)
{
	return boot_ns ? boot_ns + (uint64_t)live->wall_offset_ns : 0;
}

/* When the rings are empty as of now_ns, all up to then was handed out. */
static uint64_t past_ns(const struct live_source *live)
{
	return live->now_ns > SOURCE_RINGS_MARGIN_NS ? live->now_ns - SOURCE_RINGS_MARGIN_NS : 0;
}

/* Whatever a mark says comes before the record at hand, which is at_ns. */
static void put_losses(struct live_source *live, uint64_t at_ns)
{
	struct source_rings_loss loss;
	enum source_rings_mark mark;

	while ((mark = source_rings_next_mark(live->rings, &loss)) != SOURCE_RINGS_NO_MARK) {
		uint16_t cpu = live->ring_cpus.items[loss.ring];

		if (mark == SOURCE_RINGS_LOSS_BEGINS) {
			source_made_loss_begin(&live->made, cpu, to_wall(live, live->last_ns),
					       &loss);
			continue;
		}
		source_made_loss_end(&live->made, cpu, to_wall(live, loss.from_ns),
				     to_wall(live, at_ns), &loss);
		for (uint32_t i = 0; i < loss.loser_cnt; i++)
			source_lookup_lost(live->lookup, loss.losers[i], live->now_ns);
	}
}

/* Of a CPU that had come online and had no ring yet: since the last look, whose is not known. */
static void put_ringless_loss(struct live_source *live, uint64_t cnt)
{
	struct source_rings_loss loss = {
		.cnt[WIRE_DROP_OTHER] = cnt,
		.loser_cnt = 1,
		.losers[0] = WIRE_EVERYBODY,
	};
	uint64_t ts_ns = to_wall(live, past_ns(live));

	source_made_loss_begin(&live->later, UINT16_MAX, ts_ns, &loss);
	source_made_loss_end(&live->later, UINT16_MAX, ts_ns, ts_ns, &loss);
	source_lookup_lost(live->lookup, WIRE_EVERYBODY, live->now_ns);
}

/* --- counting --------------------------------------------------------------- */

static void count_drops(struct live_source *live)
{
	uint64_t no_ring = source_bpf_no_ring(live->programs);
	int why;

	for (why = 0; why < WIRE_DROP_COUNT; why++) {
		uint64_t sum = source_rings_drops(live->rings, why);

		stats_add(live->stats, source_stat_of_drop(why), sum - live->drops_told[why]);
		live->drops_told[why] = sum;
	}
	if (no_ring == live->no_ring_told)
		return;
	stats_add(live->stats, STAT_DROP_SCRATCH, no_ring - live->no_ring_told);
	put_ringless_loss(live, no_ring - live->no_ring_told);
	live->no_ring_told = no_ring;
}

/* Once a second: clock, drops, CPUs and users that came or went. */
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
	if (add_cpus(live, to_wall(live, past_ns(live)), &err))
		log_debug("%s", err.text);
	source_changes_users(live->changes, to_wall(live, past_ns(live)), &live->later);
	source_lookup_again(live->lookup, live->now_ns, to_wall(live, past_ns(live)), &live->later);
	if (live->has_times)
		source_changes_times(live->changes, to_wall(live, past_ns(live)), &live->later);
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

static void publish_later(struct live_source *live)
{
	struct source_made made = live->made;

	if (!live->later.items.cnt || made.pos < made.items.cnt)
		return;
	live->made = live->later;
	live->later = made;
	source_made_reset(&live->later);
}

static struct wire_record *next_record(struct live_source *live)
{
	struct wire_record *record = source_rings_next(live->rings, live->now_ns);

	if (record)
		return record;
	if (live->last_ns < past_ns(live))
		live->last_ns = past_ns(live);
	publish_later(live);
	live->now_ns = clock_ns(CLOCK_BOOTTIME);
	if (live->now_ns >= live->recheck_ns)
		recheck(live);
	return source_rings_next(live->rings, live->now_ns);
}

static uint64_t time_of(const struct wire_record *record)
{
	return load_u64((const uint8_t *)record + WIRE_EVENT_OFFSET);
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

static bool give_snapshot(struct live_source *live, struct scap_block *block)
{
	const uint8_t *data;

	if (live->snapshot_pos == live->snapshot.len) {
		if (live->snapshot.cap)
			str_release(&live->snapshot);
		live->snapshot_pos = 0;
		return false;
	}
	data = (const uint8_t *)live->snapshot.buf + live->snapshot_pos;
	fill_block(live, block, data, load_u32(data + 4));
	live->snapshot_pos += block->len;
	return true;
}

static bool give_made(struct live_source *live, struct scap_block *block)
{
	struct span data, extra;

	if (!source_made_next(&live->made, &data, &extra))
		return false;
	fill_block(live, block, data.ptr, (uint32_t)data.len);
	block->extra = extra;
	return true;
}

static int give_record(struct live_source *live, struct wire_record *record,
		       struct scap_block *block)
{
	struct span extra = span_make(NULL, 0);

	if (live->last_ns < time_of(record))
		live->last_ns = time_of(record);
	store_u64((uint8_t *)record + WIRE_EVENT_OFFSET, to_wall(live, time_of(record)));
	if (record->extra)
		extra = split_extra(record);
	fill_block(live, block, (uint8_t *)record + WIRE_BLOCK_OFFSET, record->block_len);
	block->extra = extra;
	if (record->start_ns)
		block->start_ns = record->start_ns + live->wall_offset_ns;
	if (UNLIKELY(source_lookup_is_due(record)))
		source_lookup_block(live->lookup, record, block);
	return SOURCE_BLOCK;
}

/* NULL: nothing now. Marks of losses that come before it were made. */
static struct wire_record *next_wanted(struct live_source *live)
{
	struct wire_record *record;

	do {
		record = next_record(live);
		put_losses(live, record ? time_of(record) : live->last_ns);
	} while (live->overlap && record && is_in_snapshot(live, record));
	return record;
}

/* false: more may come. Losses that nothing followed are told at the end. */
static bool has_ended(struct live_source *live)
{
	if (!live->stopped || live->now_ns <= live->stop_ns + 2 * SOURCE_RINGS_MARGIN_NS)
		return false;
	if (live->is_over)
		return true;
	live->is_over = true;
	if (live->last_ns < live->stop_ns)
		live->last_ns = live->stop_ns;
	count_drops(live);
	publish_later(live);
	source_rings_end_losses(live->rings);
	put_losses(live, live->last_ns);
	return true;
}

static int live_next(struct source *source, struct scap_block *block, struct err *err)
{
	struct live_source *live = of(source);
	struct wire_record *record = live->held;

	(void)err;
	if (give_snapshot(live, block) || give_made(live, block))
		return SOURCE_BLOCK;
	live->held = NULL;
	if (!record)
		record = next_wanted(live);
	if (UNLIKELY(give_made(live, block))) {
		live->held = record;
		return SOURCE_BLOCK;
	}
	if (LIKELY(record != NULL)) {
		live->burst_cnt++;
		return give_record(live, record, block);
	}
	if (!has_ended(live))
		return SOURCE_IDLE;
	return give_made(live, block) ? SOURCE_BLOCK : SOURCE_END;
}

static void live_wait(struct source *source, int timeout_ms)
{
	struct live_source *live = of(source);
	struct timespec time = { 0 };
	unsigned int wait_us;

	/* Few records can wait: looking for each of them costs more than they do. */
	if (live->burst_cnt >= BURST_CNT)
		live->wait_us = WAIT_MIN_US;
	else if (live->wait_us < WAIT_MAX_US)
		live->wait_us += WAIT_MIN_US;
	live->burst_cnt = 0;
	wait_us = live->wait_us;
	if (live->stopped)
		wait_us = WAIT_MIN_US;
	if (timeout_ms >= 0 && wait_us > (unsigned int)timeout_ms * 1000)
		wait_us = timeout_ms * 1000;
	if (source_rings_is_pressed(live->rings))
		return;
	time.tv_nsec = wait_us * 1000L;
	nanosleep(&time, NULL);
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

	source_lookup_free(live->lookup);
	source_changes_free(live->changes);
	source_made_release(&live->made);
	source_made_release(&live->later);
	vec_release(&live->ring_cpus);
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

	if (!set.ring_bytes)
		set.ring_bytes = default_ring_bytes();
	while (ring_bytes < set.ring_bytes && ring_bytes < LIMIT_RING)
		ring_bytes *= 2;

	live = alloc_zero(sizeof(*live));
	live->source.ops = &live_ops;
	live->source.is_live = true;
	live->stats = stats;
	live->wait_us = WAIT_MIN_US;
	live->overlap = source_overlap_new();
	live->has_times = set.cpu_times;
	live->rings = source_rings_new(ring_bytes);
	live->changes = source_changes_new(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC),
					   open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC));
	source_hurry(true);
	ret = source_bpf_load(&set, ring_bytes, &live->programs, err);
	if (!ret)
		ret = add_cpus(live, 0, err);
	if (!ret)
		ret = source_bpf_attach(live->programs, err);
	live->wall_offset_ns = wall_offset();
	if (!ret)
		scap_put_section(&live->snapshot);
	if (!ret)
		ret = source_snapshot(set.full_proc_scan ? NULL : live->programs, live->overlap,
				      &live->snapshot, err);
	source_hurry(false);
	if (ret) {
		live_close(&live->source);
		return ret;
	}
	live->lookup = source_lookup_new(set.full_proc_scan ? NULL : live->programs, live->rings);
	log_debug("capture is on");
	*source = &live->source;
	return 0;
}
