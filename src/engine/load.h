/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load.h: from the entries of a trace's format into the state tables.
 */
#ifndef RTSEC_ENGINE_LOAD_H
#define RTSEC_ENGINE_LOAD_H

#include "base/err.h"
#include "event/event.h"
#include "scap/scap.h"
#include "state/state.h"

/*
 * A damaged entry loses the rest of its block: -EBADMSG with err filled; what
 * came before it was taken in.
 */
int engine_load_block(struct state *state, const struct scap_block *block, struct err *err);

/*
 * The descriptors that an event tells of (has_fds), once nobody looks at the event any
 * more. A procinfo event tells what is open, not what is new: only of unknown ones.
 */
void engine_load_fds(struct state *state, const struct event *ev);

#endif
