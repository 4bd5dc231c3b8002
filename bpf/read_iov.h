/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read_iov.h: arrays of struct iovec in user memory (readv(2)): their total and
 * their data gathered into one parameter.  The array is read once, as a whole,
 * into the scratch of read_file.h.
 */
#ifndef RTSEC_BPF_READ_IOV_H
#define RTSEC_BPF_READ_IOV_H

#include "read_file.h"

#define IOV_MAX_CNT 1024u /* UIO_MAXIOV of linux/uio.h */

struct iov {
	__u64 base, len;
};
struct iov32 {
	__u32 base, len;
};

/*
 * Adds up the first cnt lengths in the scratch, or gathers want bytes of what
 * they describe to ring->pos, which moves on.  Verified on their own (iov.bpf.c).
 */
__u64 iov_total(__u32 cnt);
int iov_gather(__u32 cnt, __u64 want);

/* Reads the array into the scratch, 64 bits wide; gives its count, 0 if it cannot be read. */
int iov_load(__u64 addr, __u64 cnt, __u32 compat);

/* The data as one parameter, snaplen at most. */
static __always_inline void emit_iov_data(struct emit *e, __u32 cnt, __u64 len)
{
	__u64 begin = emit_open_param(e);
	__u64 max = emit_left(e);

	if (len > settings.snaplen)
		len = settings.snaplen;
	if (len > max)
		len = max;
	emit_sync(e);
	if (len)
		iov_gather(cnt, len);
	emit_reload(e);
	emit_close_param(e, begin);
}

#endif
