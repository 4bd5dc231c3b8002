/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * params.h: how many parameters an event has, from the schema, for programs that
 * make several.  A table, since the verifier would follow every case of a switch.
 */
#ifndef RTSEC_BPF_PARAMS_H
#define RTSEC_BPF_PARAMS_H

#include "maps.h"

static const __u8 params_cnts[512] = {
#define PARAMS(cnt, ...) cnt
#define EVENT(num, NAME, name, dir, category, flags, params) [num] = params,
#include "event/events.def"
};

static __always_inline __u32 params_cnt(__u32 event)
{
	return ((const volatile __u8 *)params_cnts)[mask_index(event, 511)];
}

#endif
