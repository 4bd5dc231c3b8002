/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iov.bpf.c: the loops over struct iovec, each a function of its own that takes
 * numbers only, so that the verifier looks at it once and not at every turn.
 */
#include "read_iov.h"

#define IOV_ROUND 16

__noinline int iov_load(__u64 addr, __u64 cnt, __u32 compat)
{
	struct file_scratch *s = file_scratch_get();
	__u64 size;

	if (cnt > IOV_MAX_CNT)
		cnt = IOV_MAX_CNT;
	size = compat ? cnt * sizeof(struct iov32) : cnt * sizeof(struct iov);
	size = mask_index(size, 2 * FILE_BLOCK_MAX - 1);
	if (!s || !size || size > FILE_BLOCK_MAX)
		return 0;
	s->is_iov32 = compat;
	if (bpf_probe_read_user(s->block, size, (void *)addr))
		return 0;
	return cnt;
}

static __always_inline struct iov iov_at(const struct file_scratch *s, __u64 idx)
{
	struct iov32 narrow;

	idx &= IOV_MAX_CNT - 1;
	if (!s->is_iov32)
		return ((const struct iov *)s->block)[idx];
	narrow = ((const struct iov32 *)s->block)[idx];
	return (struct iov){ narrow.base, narrow.len };
}

__noinline __u64 iov_round_total(__u32 from, __u32 cnt)
{
	struct file_scratch *s = file_scratch_get();
	__u64 total = 0;
	__u32 i;

	if (!s)
		return 0;
	for (i = 0; i < IOV_ROUND && from + i < cnt; i++)
		total += iov_at(s, from + i).len;
	return total;
}

__noinline __u64 iov_total(__u32 cnt)
{
	__u64 total = 0;
	__u32 i;

	for (i = 0; i < IOV_MAX_CNT / IOV_ROUND && IOV_ROUND * i < cnt; i++)
		total += iov_round_total(IOV_ROUND * i, cnt);
	return total;
}

/* Copies at most want bytes of one buffer to ring->pos; gives what is still wanted, 0 to stop. */
__noinline __u64 iov_piece(__u32 idx, __u64 want)
{
	struct file_scratch *s = file_scratch_get();
	struct wire_ring *ring = emit_ring();
	struct iov piece;
	__u64 pos, len;
	__u8 *rec;

	if (!s || !ring)
		return 0;
	piece = iov_at(s, idx);
	len = piece.len;
	if (!len)
		return want;
	if (len > want)
		len = want;
	if (len > EMIT_DATA_MAX)
		len = EMIT_DATA_MAX;
	rec = ring->data + (ring->prod & (ring_size - 1));
	pos = ring->pos & EMIT_POS_MASK;
	if (!len || pos + len > WIRE_RECORD_MAX - EMIT_TAIL ||
	    bpf_probe_read_user(rec + pos, len, (void *)piece.base))
		return 0;
	ring->pos = pos + len;
	return want - len;
}

__noinline __u64 iov_round_gather(__u32 from, __u32 cnt, __u64 want)
{
	__u32 i;

	for (i = 0; i < IOV_ROUND && want && from + i < cnt; i++)
		want = iov_piece(from + i, want);
	return want;
}

__noinline int iov_gather(__u32 cnt, __u64 want)
{
	__u32 i;

	for (i = 0; i < IOV_MAX_CNT / IOV_ROUND && want && IOV_ROUND * i < cnt; i++)
		want = iov_round_gather(IOV_ROUND * i, cnt, want);
	return 0;
}
