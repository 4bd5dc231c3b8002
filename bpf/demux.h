/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * demux.h: the arguments of a call that came through socketcall(2) or ipc(2) of
 * 32-bit x86 (net/socket.c, ipc/syscall.c).  demux.bpf.c picks the program;
 * nothing is handed on between the two, both look at the same registers.  So a
 * program that can be reached that way does demux_args() right after
 * emit_begin_call(), and is the same program as for the call itself.
 */
#ifndef RTSEC_BPF_DEMUX_H
#define RTSEC_BPF_DEMUX_H

#include "emit.h"

/* A global function of demux.bpf.c: rearranges ring->arg of the call in slot (regs_muxed()). */
int demux_fill(__u64 slot);

/* ring->arg as if the call had been made by its own number. */
static __always_inline void demux_args(struct emit *e, struct pt_regs *regs)
{
	__u64 slot = regs_muxed(regs);

	if (slot)
		demux_fill(slot);
}

#endif
