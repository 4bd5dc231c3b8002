/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * demux.bpf.c: socketcall(2) and ipc(2), by which older 32-bit programs make every
 * socket and System V call.  The dispatcher sends both here whatever is wanted;
 * here the call inside is looked up and its own program goes on, with the event,
 * the code and the arguments (demux.h) of the real call.
 */
#include "demux.h"

const volatile struct wire_syscall muxed_calls[WIRE_MUXED_MAX] = {};

#define DEMUX_SEMGET (WIRE_MUXED_IPC + 2)
#define DEMUX_SEMCTL (WIRE_MUXED_IPC + 3)

__noinline int demux_fill(__u64 slot)
{
	struct wire_ring *ring = emit_ring();
	__u32 user[6] = {};
	__u64 *arg;

	if (!ring)
		return 0;
	arg = ring->arg;
	if (slot < WIRE_MUXED_IPC) {
		/* As long as the call has arguments; what lies behind may not be mapped. */
		if (bpf_probe_read_user(user, sizeof(user), (void *)arg[1]) &&
		    bpf_probe_read_user(user, 4 * sizeof(*user), (void *)arg[1]))
			bpf_probe_read_user(user, 2 * sizeof(*user), (void *)arg[1]);
		arg[0] = user[0];
		arg[1] = user[1];
		arg[2] = user[2];
		arg[3] = user[3];
		arg[4] = user[4];
		arg[5] = user[5];
	} else {
		/* ipc(call, first, second, third, ptr, fifth) */
		__u64 first = arg[1], second = arg[2], third = arg[3], ptr = arg[4], fifth = arg[5];

		arg[0] = first;
		if (slot == DEMUX_SEMGET || slot == DEMUX_SEMCTL) {
			arg[1] = second;
			arg[2] = third;
			/* semctl: the union itself stands where ptr points. */
			if (slot == DEMUX_SEMCTL)
				bpf_probe_read_user(user, sizeof(*user), (void *)ptr);
			arg[3] = user[0];
		} else {
			/* semop, semtimedop: array, count, timeout */
			arg[1] = ptr;
			arg[2] = second;
			arg[3] = fifth;
		}
	}
	return 0;
}

EXIT_PROG(demux)
{
	__u64 slot = regs_muxed(regs);

	/* Slot 0 is a number that is no call: the generic event, with the outer code. */
	slot = mask_index(slot, WIRE_MUXED_MAX - 1);
	if (!dispatch_is_wanted(muxed_calls[slot].event))
		return 0;
	bpf_tail_call(ctx, &tails, muxed_calls[slot].tail);
	return 0;
}
