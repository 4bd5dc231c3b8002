/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * new_fds.c: descriptors that calls bring without saying of what: control messages
 * of unix sockets (unix(7), cmsg(3)) and some ioctls.  state/ makes room for them,
 * a live source looks them up.  The bytes are the recorded machine's: headers are
 * read with the layout of that machine's program, never with the reader's.
 *
 *   64-bit | len u64 | level i32 | type i32 | data, padded to 8 | next
 *   32-bit | len u32 | level i32 | type i32 | data, padded to 4 | next
 */
#include "event/event.h"

enum { SCM_LEVEL_SOCKET = 1, SCM_TYPE_RIGHTS = 1, SCM_TYPE_PIDFD = 4 };

/* Of recvmsg and recvmmsg */
#define PARAM_CONTROL 4
#define PARAM_CONTROL_MANY 5
/* Of ioctl */
#define PARAM_REQUEST 2
#define PARAM_ARGUMENT 3

#define KERNEL_O_CLOEXEC 02000000u /* asm-generic/fcntl.h */

/* --- control messages ------------------------------------------------------------- */

/* One message; false at the end or where the lengths make no sense. word: size of len. */
static bool next_message(size_t word, struct span *rest, int32_t *type, struct span *data)
{
	size_t head = word + 8;
	size_t padded;
	uint64_t len;

	if (rest->len < head)
		return false;
	len = word == 8 ? load_u64(rest->ptr) : load_u32(rest->ptr);
	if (len < head || len > rest->len)
		return false;
	*type = (int32_t)load_u32(rest->ptr + word + 4);
	if (load_u32(rest->ptr + word) != SCM_LEVEL_SOCKET)
		*type = -1;
	*data = span_make(rest->ptr + head, (size_t)len - head);
	padded = ((size_t)len + word - 1) & ~(word - 1);
	if (padded > rest->len)
		padded = rest->len;
	*rest = span_make(rest->ptr + padded, rest->len - padded);
	return true;
}

static uint32_t take_messages(struct span control, struct event_new_fd *fds, uint32_t cnt)
{
	struct span rest = control;
	struct span data;
	uint32_t found = 0;
	size_t word = 8;
	int32_t type;

	/* In 32-bit bytes the upper half of the first "len" is a level, far beyond the room. */
	if (!next_message(word, &rest, &type, &data))
		word = 4;
	for (rest = control; next_message(word, &rest, &type, &data);) {
		if (type != SCM_TYPE_RIGHTS && type != SCM_TYPE_PIDFD)
			continue;
		for (; data.len >= 4 && found < cnt; data = span_make(data.ptr + 4, data.len - 4)) {
			struct event_new_fd fd = {
				.num = (int32_t)load_u32(data.ptr),
				.is_pidfd = type == SCM_TYPE_PIDFD,
				.is_cloexec = type == SCM_TYPE_PIDFD,
			};

			/* What found no room is -1. */
			if (fd.num >= 0)
				fds[found++] = fd;
		}
	}
	return found;
}

/* --- ioctls ------------------------------------------------------------------------ */

/* Requests that answer with a descriptor (uapi headers of the kernel). */
static const struct {
	uint32_t first, last;
	bool has_flags; /* open flags are the argument; else always close-on-exec */
} requests[] = {
	{ 0x5441, 0x5441, true }, /* TIOCGPTPEER */
	{ 0x54e3, 0x54e3, false }, /* TUNGETDEVNETNS */
	{ 0x894c, 0x894c, false }, /* SIOCGSKNS */
	{ 0xaa00, 0xaa00, true }, /* USERFAULTFD_IOC_NEW */
	{ 0xae01, 0xae01, false }, /* KVM_CREATE_VM */
	{ 0xae41, 0xae41, false }, /* KVM_CREATE_VCPU */
	{ 0xaece, 0xaece, false }, /* KVM_GET_STATS_FD */
	{ 0xb701, 0xb702, false }, /* NS_GET_USERNS, NS_GET_PARENT */
	{ 0xff01, 0xff0a, false }, /* PIDFD_GET_CGROUP_NAMESPACE to PIDFD_GET_UTS_NAMESPACE */
	{ 0x8010b70b, 0x8010b70c, false }, /* NS_MNT_GET_NEXT, NS_MNT_GET_PREV */
};

static uint32_t take_answer(const struct event *ev, struct event_new_fd *fd)
{
	uint64_t request, argument = 0;
	int64_t result;
	size_t i;

	if (!event_result(ev, &result) || result < 0 || result > INT32_MAX ||
	    !event_param_u64(ev, PARAM_REQUEST, &request))
		return 0;
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		/* The kernel looks at the low half. */
		if ((uint32_t)request < requests[i].first || (uint32_t)request > requests[i].last)
			continue;
		event_param_u64(ev, PARAM_ARGUMENT, &argument);
		*fd = (struct event_new_fd){
			.num = (int32_t)result,
			.is_cloexec = !requests[i].has_flags || (argument & KERNEL_O_CLOEXEC),
		};
		return 1;
	}
	return 0;
}

uint32_t event_new_fds(const struct event *ev, struct event_new_fd *fds, uint32_t cnt)
{
	switch (ev->type) {
	case EVENT_SOCKET_RECVMSG_X:
		return take_messages(event_param(ev, PARAM_CONTROL), fds, cnt);
	case EVENT_SOCKET_RECVMMSG_X:
		return take_messages(event_param(ev, PARAM_CONTROL_MANY), fds, cnt);
	case EVENT_SYSCALL_IOCTL_3_X:
		return cnt ? take_answer(ev, fds) : 0;
	default:
		return 0;
	}
}
