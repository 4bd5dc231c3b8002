/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emit.h: builds one record in this CPU's ring: emit_begin(), one emit_*() per
 * parameter in table order, emit_commit().  The bytes are those of a trace file
 * (see wire.h), so nothing is copied or rewritten later.
 *
 * How the verifier is kept content and quick: the place of the next byte is
 * kept in the ring's header and read back after every parameter of variable
 * length (emit_sync), so all paths look alike from there on; it is masked to
 * twice the record limit, and the slack behind the data covers that and the
 * largest copy.  Real limits are applied by clamping every length to what is
 * left of the record, so nothing ever passes WIRE_RECORD_MAX.
 */
#ifndef RTSEC_BPF_EMIT_H
#define RTSEC_BPF_EMIT_H

#include "maps.h"
#include "regs.h"

#define EMIT_POS_MASK (2u * WIRE_RECORD_MAX - 1)
#define EMIT_TAIL 16 /* padding and trailer of the block, alignment of the record */
#define EMIT_PATH_MAX 4096u
#define EMIT_DATA_MAX 65000u

struct emit {
	struct wire_ring *ring;
	__u8 *rec; /* the record's first byte */
	__u64 pos; /* of the next parameter's first byte, from rec */
	__u32 idx; /* number of the next parameter */
	__u32 event;
	__u64 start_ns;
	struct task_struct *task;
	bool compat; /* a 32-bit program's call */
	__u16 flags; /* enum wire_record_flag */
};

/* Programs that the dispatcher tail-calls; x_<name> as in tails.def. */
#define EXIT_PROG(name) \
	SEC("tp_btf/sys_exit") int BPF_PROG(x_##name, struct pt_regs *regs, long ret)

#define barrier() asm volatile("" ::: "memory")

static __always_inline struct wire_ring *emit_ring(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u32 zero = 0;
	void *ring = bpf_map_lookup_elem(&rings, &cpu);

	/* A CPU that came online just now has none yet. */
	if (!ring)
		return NULL;
	return bpf_map_lookup_elem(ring, &zero);
}

/* A record that is not made. Whose it is matters to who keeps track of him. */
static __always_inline void emit_drop(struct wire_ring *ring, enum wire_drop why)
{
	__u32 group = bpf_get_current_pid_tgid() >> 32;
	__u32 *place = &ring->losers[group % WIRE_LOSER_MAX];
	__u32 *beside = &ring->losers[(group ^ 1) % WIRE_LOSER_MAX];

	ring->drops[why]++;
	ring->lost++;
	barrier();
	if (!*place || *place == group)
		*place = group;
	else if (!*beside || *beside == group)
		*beside = group;
	else
		ring->has_more_losers = 1;
}

/*
 * false: no room, counted; the program returns at once.  The clock is read after
 * busy is set, which is what lets the reader merge rings by time (it leaves a
 * margin for the store to be seen, so no barrier is paid here).
 */
static __always_inline bool emit_begin(struct emit *e, __u32 event, __u32 param_cnt)
{
	struct wire_ring *ring = emit_ring();
	__u64 prod, lost;
	__u8 *rec;

	if (!ring) {
		__sync_fetch_and_add(&settings.no_ring, 1);
		return false;
	}
	if (ring->busy) {
		emit_drop(ring, WIRE_DROP_NESTED);
		return false;
	}
	ring->busy = 1;
	barrier();
	prod = ring->prod;
	if (prod + WIRE_RECORD_MAX - *(volatile __u64 *)&ring->cons > ring_size) {
		emit_drop(ring, WIRE_DROP_FULL);
		ring->busy = 0;
		return false;
	}
	rec = ring->data + (prod & (ring_size - 1));
	e->ring = ring;
	e->rec = rec;
	e->pos = WIRE_LENS_OFFSET + 2 * param_cnt;
	e->idx = 0;
	e->event = event;
	e->start_ns = 0;
	e->compat = false;
	e->flags = 0;
	e->task = bpf_get_current_task_btf();
	*(__u64 *)(rec + 32) = bpf_ktime_get_boot_ns();
	*(__u64 *)(rec + 40) = (__u64)(__u32)e->task->pid;
	*(__u16 *)(rec + 30) = bpf_get_smp_processor_id();
	*(__u32 *)(rec + 54) = param_cnt;
	((struct wire_record *)rec)->extra = 0;
	lost = *(volatile __u64 *)&ring->lost; /* once: a nested hook may count on */
	((struct wire_record *)rec)->flags = lost != ring->lost_told ? WIRE_RECORD_LOSS : 0;
	ring->lost_told = lost;
	return true;
}

/*
 * The same for a system call's exit; its arguments stand in ring->arg from here
 * on.  start_ns comes from what the enter hook remembered.
 */
static __always_inline bool emit_begin_call(struct emit *e, struct pt_regs *regs, __u32 event,
					    __u32 param_cnt)
{
	if (!emit_begin(e, event, param_cnt))
		return false;
	e->compat = regs_is_compat(e->task);
	regs_args(regs, e->compat, e->ring->arg);
	if (want_starts) {
		struct pending *p = bpf_task_storage_get(&pending, e->task, 0, 0);

		/* Only once: a call that seccomp answers ends without having begun. */
		if (p) {
			e->start_ns = p->start_ns;
			p->start_ns = 0;
		}
	}
	return true;
}

/*
 * The record under way on this CPU, picked up in a function that the verifier
 * looks at on its own and that therefore takes numbers only; idx is the number
 * of its next parameter.  Before the call, and inside before the return, pos
 * goes through memory with emit_sync().
 */
static __always_inline bool emit_resume(struct emit *e, __u32 idx)
{
	struct wire_ring *ring = emit_ring();

	if (!ring)
		return false;
	e->ring = ring;
	e->rec = ring->data + (ring->prod & (ring_size - 1));
	e->pos = ring->pos & EMIT_POS_MASK;
	e->idx = idx & 63;
	return true;
}

/* Takes over where a function that used emit_resume() left the record. */
static __always_inline void emit_reload(struct emit *e)
{
	barrier();
	e->pos = *(volatile __u64 *)&e->ring->pos & EMIT_POS_MASK;
}

/* A number taken through memory likewise: paths that differ in it only become one. */
static __always_inline __u64 emit_forget(struct emit *e, __u64 number)
{
	e->ring->pos = number; /* the next emit_sync() or parameter sets it right */
	barrier();
	return *(volatile __u64 *)&e->ring->pos;
}

/* Takes pos through memory, so that the verifier forgets how it came about. */
static __always_inline void emit_sync(struct emit *e)
{
	e->ring->pos = e->pos;
	emit_reload(e);
}

/* Bytes a parameter may still take. */
static __always_inline __u64 emit_left(const struct emit *e)
{
	return e->pos < WIRE_RECORD_MAX - EMIT_TAIL ? WIRE_RECORD_MAX - EMIT_TAIL - e->pos : 0;
}

static __always_inline void emit_len(struct emit *e, __u32 len)
{
	*(__u16 *)(e->rec + WIRE_LENS_OFFSET + 2 * e->idx) = len;
	e->idx++;
	e->pos += len;
}

static __always_inline void emit_empty(struct emit *e)
{
	emit_len(e, 0);
}

static __always_inline void emit_u8(struct emit *e, __u8 value)
{
	*(e->rec + e->pos) = value;
	emit_len(e, 1);
}

static __always_inline void emit_u16(struct emit *e, __u16 value)
{
	*(__u16 *)(e->rec + e->pos) = value;
	emit_len(e, 2);
}

static __always_inline void emit_u32(struct emit *e, __u32 value)
{
	*(__u32 *)(e->rec + e->pos) = value;
	emit_len(e, 4);
}

static __always_inline void emit_u64(struct emit *e, __u64 value)
{
	*(__u64 *)(e->rec + e->pos) = value;
	emit_len(e, 8);
}

static __always_inline void emit_s64(struct emit *e, __s64 value)
{
	emit_u64(e, value);
}

/* An fd, pid or other int given in a register: only its low 32 bits count. */
static __always_inline void emit_int(struct emit *e, __u64 value)
{
	emit_s64(e, (__s64)(__s32)value);
}

/* A user's NUL-terminated string of at most EMIT_PATH_MAX bytes; empty if it cannot be read. */
static __always_inline void emit_user_text(struct emit *e, const void *text)
{
	__u64 max = emit_left(e);
	long len;

	if (max > EMIT_PATH_MAX)
		max = EMIT_PATH_MAX;
	len = text ? bpf_probe_read_user_str(e->rec + e->pos, max, text) : 0;
	if (len < 0 || len > EMIT_PATH_MAX)
		len = 0;
	emit_len(e, len);
	emit_sync(e);
}

static __always_inline void emit_kernel_text(struct emit *e, const void *text)
{
	__u64 max = emit_left(e);
	long len;

	if (max > EMIT_PATH_MAX)
		max = EMIT_PATH_MAX;
	len = text ? bpf_probe_read_kernel_str(e->rec + e->pos, max, text) : 0;
	if (len < 0 || len > EMIT_PATH_MAX)
		len = 0;
	emit_len(e, len);
	emit_sync(e);
}

/* len bytes of user memory, snaplen at most; empty if they cannot be read. */
static __always_inline void emit_user_data(struct emit *e, const void *data, __u64 len)
{
	__u64 max = emit_left(e);

	if (len > settings.snaplen)
		len = settings.snaplen;
	if (len > max)
		len = max;
	if (len > EMIT_DATA_MAX)
		len = EMIT_DATA_MAX;
	if (!data || !len || bpf_probe_read_user(e->rec + e->pos, len, data))
		len = 0;
	emit_len(e, len);
	emit_sync(e);
}

/* A user's struct timespec as nanoseconds; time32: of two 32-bit words. Empty if there is none. */
static __always_inline void emit_user_time(struct emit *e, const void *addr, bool time32)
{
	__s64 parts[2] = {};
	__s32 *halves = (__s32 *)parts;

	if (!addr || bpf_probe_read_user(parts, time32 ? 8 : 16, addr)) {
		emit_empty(e);
		return;
	}
	if (time32) {
		parts[1] = halves[1];
		parts[0] = halves[0];
	}
	emit_u64(e, parts[0] * 1000000000 + parts[1]);
}

/*
 * A parameter built piece by piece: emit_open_param(), any number of bytes
 * written at rec + pos with pos moved on and emit_sync() after each, then
 * emit_close_param() with the place where it began.
 */
static __always_inline __u64 emit_open_param(const struct emit *e)
{
	return e->pos;
}

static __always_inline void emit_close_param(struct emit *e, __u64 begin)
{
	*(__u16 *)(e->rec + WIRE_LENS_OFFSET + 2 * e->idx) = e->pos - begin;
	e->idx++;
}

#define EMIT_EXTRA_HEADS (WIRE_EXTRA_GAP + 4) /* before the bytes of the first entry */

/* rtsec's own bytes behind the last parameter (wire.h): once, then its entries. */
static __always_inline void emit_extra_begin(struct emit *e)
{
	((struct wire_record *)e->rec)->extra = e->pos + WIRE_EXTRA_GAP;
	e->pos += WIRE_EXTRA_GAP;
}

/* The head of an entry; its len bytes follow at rec + pos. */
static __always_inline void emit_extra_entry(struct emit *e, enum wire_extra tag, __u32 len)
{
	*(__u16 *)(e->rec + e->pos) = tag;
	*(__u16 *)(e->rec + e->pos + 2) = len;
	e->pos += 4;
}

/* The record must be there before prod says so. x86 keeps stores in order; elsewhere a full barrier. */
static __always_inline void emit_publish(struct wire_ring *ring, __u32 size)
{
#if defined(__TARGET_ARCH_x86)
	barrier();
	*(volatile __u64 *)&ring->prod = ring->prod + size;
	barrier();
#else
	__sync_fetch_and_add(&ring->prod, size);
#endif
}

/* Hands the record over. The block: u32 type, u32 total ... padding, u32 total. */
static __always_inline void emit_commit(struct emit *e)
{
	struct wire_ring *ring = e->ring;
	__u8 *rec = e->rec;
	__u32 block_len, size;
	__u64 end;

	emit_sync(e);
	end = e->pos;
	block_len = (end - WIRE_BLOCK_OFFSET + 4 + 3) & ~3u;
	*(__u32 *)(rec + WIRE_BLOCK_OFFSET) = 0x216;
	*(__u32 *)(rec + WIRE_BLOCK_OFFSET + 4) = block_len;
	*(__u32 *)(rec + 48) = end - WIRE_EVENT_OFFSET;
	*(__u16 *)(rec + 52) = e->event;
	*(__u32 *)(rec + end) = 0; /* at most 3 bytes of padding */
	*(__u32 *)(rec + ((WIRE_BLOCK_OFFSET + block_len - 4) & EMIT_POS_MASK)) = block_len;
	size = (WIRE_BLOCK_OFFSET + block_len + 7) & ~7u;
	((struct wire_record *)rec)->size = size;
	((struct wire_record *)rec)->block_len = block_len;
	((struct wire_record *)rec)->start_ns = e->start_ns;
	((struct wire_record *)rec)->event = e->event;
	((struct wire_record *)rec)->flags |= e->flags;
	ring->events++;
	emit_publish(ring, size);
	ring->busy = 0;
}

/* Gives up a begun record. */
static __always_inline void emit_cancel(struct emit *e, enum wire_drop why)
{
	emit_drop(e->ring, why);
	barrier();
	e->ring->busy = 0;
}

#endif
