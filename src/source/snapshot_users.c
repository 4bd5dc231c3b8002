/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_users.c: users and groups of the recorded machine, straight from its
 * passwd and group files: no name service is asked, so the scan never waits for
 * a network, and what the trace holds is what the machine itself knows.
 */
#include "source/scan.h"

#include "base/limits.h"
#include "scap/scap.h"

/* Fields are parted by colons; behind the last one line is absent. */
static bool take_field(struct span *line, struct span *field)
{
	const uint8_t *end;

	if (!line->ptr)
		return false;
	end = line->len ? memchr(line->ptr, ':', line->len) : NULL;
	*field = span_make(line->ptr, end ? (size_t)(end - line->ptr) : line->len);
	*line = end ? span_make(end + 1, line->len - field->len - 1) : span_make(NULL, 0);
	return true;
}

static bool take_id(struct span *line, uint32_t *id)
{
	struct span field;
	uint64_t value;

	if (!take_field(line, &field) || !source_scan_number(&field, 10, &value) || field.len ||
	    value >= UINT32_MAX)
		return false;
	*id = (uint32_t)value;
	return true;
}

/* passwd: name:password:uid:gid:gecos:home:shell; group: name:password:gid:members */
bool source_scan_user_line(struct span line, bool is_group, struct snap_user *user)
{
	struct snap_user out = { .is_group = is_group };
	struct span passed;

	/* A leading + or - stands for entries of a name service. */
	if (!take_field(&line, &out.name) || !out.name.len || strchr("+-#", *out.name.ptr) ||
	    !take_field(&line, &passed))
		return false;
	if (!is_group && !take_id(&line, &out.uid))
		return false;
	if (!take_id(&line, &out.gid))
		return false;
	/* A passwd line may end early; what is missing is then unknown. */
	if (!is_group && take_field(&line, &passed) && take_field(&line, &out.home))
		take_field(&line, &out.shell);
	*user = out;
	return true;
}

struct user_list {
	struct str *out;
	bool is_group;
	unsigned int cnt;
};

static void put_line(void *arg, struct span line)
{
	struct user_list *list = arg;
	struct snap_user user;

	if (list->cnt >= LIMIT_USERS || !source_scan_user_line(line, list->is_group, &user))
		return;
	scap_put_user(list->out, &user);
	list->cnt++;
}

void source_scan_users(int etc, struct str *out)
{
	struct user_list users = { .out = out };
	struct user_list groups = { .out = out, .is_group = true };
	size_t begin = scap_list_begin(out, SCAP_USERS, 0);

	source_scan_file_lines(etc, "passwd", put_line, &users);
	source_scan_file_lines(etc, "group", put_line, &groups);
	scap_list_end(out, begin);
}
