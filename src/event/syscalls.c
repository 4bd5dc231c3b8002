/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syscalls.c: syscalls.def as a table.  Codes are indices.
 */
#include "event/event.h"

#include <string.h>

static const struct event_syscall syscalls[] = {
#define SYSCALL(code_, name_, x86_64, aarch64, i386, arm, exit_event_) \
	[code_] = { .code = code_,                                     \
		    .name = #name_,                                    \
		    .nr_x86_64 = x86_64,                               \
		    .nr_aarch64 = aarch64,                             \
		    .nr_i386 = i386,                                   \
		    .nr_arm = arm,                                     \
		    .exit_event = EVENT_##exit_event_ },
#include "event/syscalls.def"
};

const struct event_syscall *event_syscall_find(uint32_t code)
{
	return code < ARRAY_SIZE(syscalls) ? &syscalls[code] : NULL;
}

const struct event_syscall *event_syscall_find_name(const char *name)
{
	for (uint32_t code = 0; code < ARRAY_SIZE(syscalls); code++)
		if (!strcmp(syscalls[code].name, name))
			return &syscalls[code];
	return NULL;
}

uint32_t event_syscall_count(void)
{
	return ARRAY_SIZE(syscalls);
}
