/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scm.c: descriptors that arrive in control messages of unix sockets (unix(7),
 * cmsg(3)). The bytes are the recorded machine's: headers are read with the
 * layout of that machine's program, 64-bit or 32-bit, never with the reader's.
 *
 *   64-bit | len u64 | level i32 | type i32 | data, padded to 8 | next
 *   32-bit | len u32 | level i32 | type i32 | data, padded to 4 | next
 */
#include "state/tables.h"

enum { SCM_LEVEL_SOCKET = 1, SCM_TYPE_RIGHTS = 1, SCM_TYPE_PIDFD = 4 };

struct layout {
	size_t word; /* size of len, and what everything is padded to */
};

/* One message; false at the end or where the lengths make no sense. */
static bool next_message(struct layout layout, struct span *rest, int32_t *type, struct span *data)
{
	size_t head = layout.word + 8;
	size_t padded;
	uint64_t len;

	if (rest->len < head)
		return false;
	len = layout.word == 8 ? load_u64(rest->ptr) : load_u32(rest->ptr);
	if (len < head || len > rest->len)
		return false;
	*type = (int32_t)load_u32(rest->ptr + layout.word + 4);
	if (load_u32(rest->ptr + layout.word) != SCM_LEVEL_SOCKET)
		*type = -1;
	*data = span_make(rest->ptr + head, (size_t)len - head);
	padded = ((size_t)len + layout.word - 1) & ~(layout.word - 1);
	if (padded > rest->len)
		padded = rest->len;
	*rest = span_make(rest->ptr + padded, rest->len - padded);
	return true;
}

uint32_t scm_fds(struct span control, int32_t *fds, bool *is_pidfd, uint32_t cnt)
{
	struct layout layout = { .word = 8 };
	struct span rest = control;
	struct span data;
	uint32_t found = 0;
	int32_t type;

	/* In 32-bit bytes the upper half of the first "len" is a level, far beyond the room. */
	if (!next_message(layout, &rest, &type, &data))
		layout.word = 4;
	for (rest = control; next_message(layout, &rest, &type, &data);) {
		if (type != SCM_TYPE_RIGHTS && type != SCM_TYPE_PIDFD)
			continue;
		for (; data.len >= 4 && found < cnt; data = span_make(data.ptr + 4, data.len - 4)) {
			fds[found] = (int32_t)load_u32(data.ptr);
			is_pidfd[found++] = type == SCM_TYPE_PIDFD;
		}
	}
	return found;
}
