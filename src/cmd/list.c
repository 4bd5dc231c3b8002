/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * list.c: -l and -L, straight from the tables.
 */
#include "cmd/list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "field/field.h"

void cmd_list_fields(void)
{
	uint32_t i;

	for (i = 0; i < field_count(); i++) {
		const struct field_info *info = field_info_at(i);
		const char *arg = info->arg == FIELD_ARG_REQUIRED   ? "[X]"
				  : info->arg == FIELD_ARG_OPTIONAL ? "[X]?"
								    : "";

		if (info->flags & (FIELD_HIDDEN | FIELD_DEPRECATED))
			continue;
		printf("%s%-*s %-10s %s\n", info->name,
		       strlen(info->name) < 26 ? 26 - (int)strlen(info->name) : 1, arg,
		       event_type_name(info->type), info->help);
	}
}

void cmd_list_events(void)
{
	uint32_t type;

	for (type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);
		unsigned int i;

		if (info->flags & (EVENT_EF_UNUSED | EVENT_EF_OLD_VERSION))
			continue;
		printf("%3" PRIu32 " %c %s(", type, info->dir == EVENT_DIR_EXIT ? '<' : '>',
		       info->name);
		for (i = 0; i < info->param_cnt; i++)
			printf("%s%s %s", i ? ", " : "", event_type_name(info->params[i].type),
			       info->params[i].name);
		puts(")");
	}
}
