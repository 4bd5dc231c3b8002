/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names.c: what numbers of the kernel are called, from errnos.def and
 * signals.def, and what an event is called.
 */
#include "event/event.h"

static const char *const errnos[] = {
#define ERRNO(num, NAME) [num] = #NAME,
#include "event/errnos.def"
};

static const char *const signals[] = {
#define SIGNAL(num, NAME) [num] = #NAME,
#include "event/signals.def"
};

const char *event_errno_name(uint32_t num)
{
	return num < ARRAY_SIZE(errnos) ? errnos[num] : NULL;
}

const char *event_signal_name(uint32_t num)
{
	return num < ARRAY_SIZE(signals) ? signals[num] : NULL;
}

const char *event_name(const struct event *ev)
{
	const struct event_syscall *call = NULL;
	uint64_t code;

	if (ev->type != EVENT_GENERIC_E && ev->type != EVENT_GENERIC_X)
		return ev->info->name;
	if (event_param_u64(ev, 0, &code))
		call = event_syscall_find((uint32_t)code);
	/* Code 0 is the call that has no code. */
	if (!call)
		call = event_syscall_find(0);
	return call->name;
}
