/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_calls.c: what a system call's number means to the BPF programs, out of the
 * tables of event/: which event it makes and which program makes that.
 */
#include "source/live.h"

#include "base/attr.h"
#include "event/event.h"

static const uint16_t tail_of_event[EVENT_TYPE_COUNT] = {
#define SIMPLE(EVENT, cnt, ...) [EVENT_##EVENT] = WIRE_TAIL_simple,
#include "event/simple.def"
#define TAIL(program)
#define MAKES(program, EVENT) [EVENT_##EVENT] = WIRE_TAIL_##program,
#include "event/tails.def"
};

/* Further numbers of 32-bit calls. */
static const struct {
	int16_t nr;
	uint16_t code;
} compat_calls[] = {
#if defined(__x86_64__)
#define NATIVE_NR(call) ((call)->nr_x86_64)
#define COMPAT_NR(call) ((call)->nr_i386)
#define COMPAT(i386, arm, code) { i386, code },
#else
#define NATIVE_NR(call) ((call)->nr_aarch64)
#define COMPAT_NR(call) ((call)->nr_arm)
#define COMPAT(i386, arm, code) { arm, code },
#endif
#include "event/compat.def"
};

static void set_call(struct wire_syscall *table, int nr, const struct event_syscall *call)
{
	struct wire_syscall *slot;

	if (nr < 0 || nr >= (int)WIRE_SYSCALL_MAX - 1)
		return;
	slot = &table[nr];
	slot->code = call->code;
	slot->event = call->exit_event;
	slot->tail = tail_of_event[slot->event];
	if (slot->tail == WIRE_TAIL_generic)
		slot->event = EVENT_GENERIC_X;
}

static void fill_calls(struct wire_syscall *table)
{
	struct wire_syscall *compat = table + WIRE_SYSCALL_MAX;
	const struct event_syscall *call;
	uint32_t i;

	for (i = 0; i < 2 * WIRE_SYSCALL_MAX; i++)
		table[i] = (struct wire_syscall){ .event = EVENT_GENERIC_X };
	for (i = 1; i < event_syscall_count(); i++) {
		call = event_syscall_find(i);
		if (!call)
			continue;
		set_call(table, NATIVE_NR(call), call);
		set_call(compat, COMPAT_NR(call), call);
	}
	for (i = 0; i < ARRAY_SIZE(compat_calls); i++)
		set_call(compat, compat_calls[i].nr, event_syscall_find(compat_calls[i].code));
}

/* Calls inside socketcall (net.h) and ipc (ipc.h) of 32-bit x86, by their number there. */
static const char *const muxed_names[WIRE_MUXED_MAX] = {
	[1] = "socket",
	[2] = "bind",
	[3] = "connect",
	[4] = "listen",
	[5] = "accept",
	[6] = "getsockname",
	[7] = "getpeername",
	[8] = "socketpair",
	[9] = "send",
	[10] = "recv",
	[11] = "sendto",
	[12] = "recvfrom",
	[13] = "shutdown",
	[14] = "setsockopt",
	[15] = "getsockopt",
	[16] = "sendmsg",
	[17] = "recvmsg",
	[18] = "accept4",
	[19] = "recvmmsg",
	[20] = "sendmmsg",
	[WIRE_MUXED_IPC + 1] = "semop",
	[WIRE_MUXED_IPC + 2] = "semget",
	[WIRE_MUXED_IPC + 3] = "semctl",
	[WIRE_MUXED_IPC + 4] = "semtimedop",
	[WIRE_MUXED_IPC + 11] = "msgsnd",
	[WIRE_MUXED_IPC + 12] = "msgrcv",
	[WIRE_MUXED_IPC + 13] = "msgget",
	[WIRE_MUXED_IPC + 14] = "msgctl",
	[WIRE_MUXED_IPC + 21] = "shmat",
	[WIRE_MUXED_IPC + 22] = "shmdt",
	[WIRE_MUXED_IPC + 23] = "shmget",
	[WIRE_MUXED_IPC + 24] = "shmctl",
};

static void set_muxer(struct wire_syscall *compat, const char *name)
{
	int nr = COMPAT_NR(event_syscall_find_name(name));

	if (nr < 0)
		return;
	compat[nr].event = WIRE_EVENT_ANY;
	compat[nr].tail = WIRE_TAIL_demux;
}

/* The two calls keep their code: it is what a number unknown to them is shown as. */
static void fill_muxed(struct wire_syscall *compat, struct wire_syscall *muxed)
{
	unsigned int i;

	for (i = 0; i < WIRE_MUXED_MAX; i++) {
		const char *outer = i < WIRE_MUXED_IPC ? "socketcall" : "ipc";

		set_call(muxed, i,
			 event_syscall_find_name(muxed_names[i] ? muxed_names[i] : outer));
	}
	set_muxer(compat, "socketcall");
	set_muxer(compat, "ipc");
}

void source_calls_fill(struct wire_syscall *calls, struct wire_syscall *muxed)
{
	fill_calls(calls);
	fill_muxed(calls + WIRE_SYSCALL_MAX, muxed);
}

int source_calls_number(const char *name, bool compat)
{
	const struct event_syscall *call = event_syscall_find_name(name);

	return compat ? COMPAT_NR(call) : NATIVE_NR(call);
}
