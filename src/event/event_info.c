/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event_info.c: events.def and types.def as tables to look things up in.
 * Numbers are indices; names are searched one after the other, which is what
 * compiling a filter can afford and running one never does.
 */
#include "event/event.h"

#include <stddef.h>
#include <string.h>

struct type_info {
	const char *name;
	uint8_t size;
	uint8_t kind; /* enum event_kind */
};

static const struct type_info types[EVENT_PT_COUNT] = {
#define TYPE(num, NAME, bytes, kind_) [num] = { #NAME, bytes, EVENT_KIND_##kind_ },
#include "event/types.def"
};

enum type_size {
#define TYPE(num, NAME, size, kind) SIZE_##NAME = size,
#include "event/types.def"
};

#define PARAM(name_, TYPE, FORMAT, set, dyn_, dirfd_) \
	{                                             \
		.name = name_,                        \
		.type = EVENT_PT_##TYPE,              \
		.format = EVENT_PF_##FORMAT,          \
		.flagset = EVENT_FLAGS_##set,         \
		.dyn = EVENT_DYN_##dyn_,              \
		.size = SIZE_##TYPE,                  \
		.dirfd = dirfd_,                      \
		.name_len = sizeof(name_) - 1,        \
	},

#define EC(low) EVENT_EC_##low
#define EF(flag) EVENT_EF_##flag
#define P(name, TYPE, FORMAT) PARAM(name, TYPE, FORMAT, NONE, NONE, -1)
#define F(name, TYPE, FORMAT, set) PARAM(name, TYPE, FORMAT, set, NONE, -1)
#define R(name, number) PARAM(name, FSRELPATH, NA, NONE, NONE, number)
#define D(name, FORMAT, table) PARAM(name, DYN, FORMAT, NONE, table, -1)
/* The entry without a name after the last one lets the tests check cnt. */
#define PARAMS(cnt, ...)                                              \
	.param_cnt = cnt, .params = (const struct event_param_info[]) \
	{                                                             \
		__VA_ARGS__                                           \
		{                                                     \
			0                                             \
		}                                                     \
	}

static const struct event_info events[EVENT_TYPE_COUNT] = {
#define EVENT(num, NAME, name_, dir_, category_, flags_, params_) \
	[num] = { .id = #NAME,                                    \
		  .name = name_,                                  \
		  .type = num,                                    \
		  .dir = EVENT_DIR_##dir_,                        \
		  .category = category_,                          \
		  .flags = flags_,                                \
		  params_ },
#include "event/events.def"
};

#undef PARAM

const struct event_info *event_info_find(uint32_t type)
{
	return type < EVENT_TYPE_COUNT ? &events[type] : NULL;
}

int event_type_next_named(const char *name, uint32_t *iter)
{
	for (uint32_t type = *iter; type < EVENT_TYPE_COUNT; type++) {
		if (strcmp(events[type].name, name))
			continue;
		*iter = type + 1;
		return (int)type;
	}
	*iter = EVENT_TYPE_COUNT;
	return -1;
}

int event_param_index(const struct event_info *info, const char *name)
{
	for (int i = 0; i < info->param_cnt; i++)
		if (!strcmp(info->params[i].name, name))
			return i;
	return -1;
}

bool event_param_name_exists(const char *name)
{
	for (uint32_t type = 0; type < EVENT_TYPE_COUNT; type++)
		if (event_param_index(&events[type], name) >= 0)
			return true;
	return false;
}

unsigned int event_type_size(enum event_param_type type)
{
	return (unsigned int)type < EVENT_PT_COUNT ? types[type].size : 0;
}

enum event_kind event_type_kind(enum event_param_type type)
{
	return (unsigned int)type < EVENT_PT_COUNT ? types[type].kind : EVENT_KIND_NONE;
}

bool event_type_is_signed(enum event_param_type type)
{
	switch (event_type_kind(type)) {
	case EVENT_KIND_SIGNED:
	case EVENT_KIND_ERRNO:
	case EVENT_KIND_FD:
	case EVENT_KIND_PID:
		return true;
	default:
		return false;
	}
}

const char *event_type_name(enum event_param_type type)
{
	return (unsigned int)type < EVENT_PT_COUNT ? types[type].name : NULL;
}
