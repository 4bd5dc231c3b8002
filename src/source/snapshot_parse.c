/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_parse.c: what the files of one thread in /proc say, taken out of
 * their text.  Who reads them and what becomes of it is in snapshot_proc.c.
 */
#include "source/scan.h"

/* Address space that is only reserved can be more than the format holds. */
static void take_kb(struct span line, uint32_t *out)
{
	uint64_t value;

	if (source_scan_number(&line, 10, &value))
		*out = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX - 1;
}

static void take_u64(struct span line, unsigned int base, uint64_t *out)
{
	source_scan_number(&line, base, out);
}

/* "real effective saved file-system" */
static void take_effective(struct span line, uint32_t *out)
{
	uint64_t real, effective;

	if (source_scan_number(&line, 10, &real) && source_scan_number(&line, 10, &effective) &&
	    effective < UINT32_MAX)
		*out = (uint32_t)effective;
}

/* An id for each pid namespace, from the reader's to the thread's own. */
static void take_ns_ids(struct span line, int64_t *first, int64_t *last)
{
	uint64_t value;

	while (source_scan_number(&line, 10, &value)) {
		if (first)
			*first = (int64_t)value;
		first = NULL;
		*last = (int64_t)value;
	}
}

void source_scan_status(struct span text, struct source_scan_status *out)
{
	struct span line;
	uint64_t value;

	*out = (struct source_scan_status){
		.ppid = -1,
		.vtid = -1,
		.vpid = -1,
		.vpgid = -1,
		.pgid = -1,
		.sid = -1,
		.uid = UINT32_MAX,
		.gid = UINT32_MAX,
		.cap_inheritable = SNAP_UNKNOWN,
		.cap_permitted = SNAP_UNKNOWN,
		.cap_effective = SNAP_UNKNOWN,
	};
	while (source_scan_line(&text, &line)) {
		if (source_scan_prefix(&line, "State:\t"))
			out->state = line.len ? (char)*line.ptr : '\0';
		else if (source_scan_prefix(&line, "PPid:") &&
			 source_scan_number(&line, 10, &value))
			out->ppid = (int64_t)value;
		else if (source_scan_prefix(&line, "Uid:"))
			take_effective(line, &out->uid);
		else if (source_scan_prefix(&line, "Gid:"))
			take_effective(line, &out->gid);
		else if (source_scan_prefix(&line, "Groups:"))
			out->groups = line;
		else if (source_scan_prefix(&line, "NStgid:"))
			take_ns_ids(line, NULL, &out->vpid);
		else if (source_scan_prefix(&line, "NSpid:"))
			take_ns_ids(line, NULL, &out->vtid);
		else if (source_scan_prefix(&line, "NSpgid:"))
			take_ns_ids(line, &out->pgid, &out->vpgid);
		else if (source_scan_prefix(&line, "NSsid:"))
			take_ns_ids(line, NULL, &out->sid);
		else if (source_scan_prefix(&line, "VmSize:"))
			take_kb(line, &out->vmsize_kb);
		else if (source_scan_prefix(&line, "VmRSS:"))
			take_kb(line, &out->vmrss_kb);
		else if (source_scan_prefix(&line, "VmSwap:"))
			take_kb(line, &out->vmswap_kb);
		else if (source_scan_prefix(&line, "CapInh:"))
			take_u64(line, 16, &out->cap_inheritable);
		else if (source_scan_prefix(&line, "CapPrm:"))
			take_u64(line, 16, &out->cap_permitted);
		else if (source_scan_prefix(&line, "CapEff:"))
			take_u64(line, 16, &out->cap_effective);
	}
}

/* Fields of stat behind the name, numbered as in proc(5). */
enum {
	STAT_FIRST = 3, /* state, the only one that is no number */
	STAT_PGRP = 5,
	STAT_SESSION = 6,
	STAT_TTY = 7,
	STAT_MINFLT = 10,
	STAT_MAJFLT = 12,
	STAT_UTIME = 14,
	STAT_STIME = 15,
	STAT_START = 22,
};

/* The name may hold anything, so only the last ')' ends it. */
bool source_scan_stat(struct span text, struct source_scan_stat *out)
{
	const uint8_t *end = text.len ? memrchr(text.ptr, ')', text.len) : NULL;
	uint64_t fields[STAT_START + 1] = { 0 };
	struct span word;
	struct span rest;

	if (!end)
		return false;
	rest = span_make(end + 1, text.len - (end + 1 - text.ptr));
	for (int i = STAT_FIRST; i <= STAT_START; i++) {
		bool is_negative;

		if (!source_scan_word(&rest, &word))
			return false;
		is_negative = source_scan_prefix(&word, "-");
		if (source_scan_number(&word, 10, &fields[i]) && is_negative)
			fields[i] = -fields[i];
	}
	*out = (struct source_scan_stat){
		.pgid = (int64_t)fields[STAT_PGRP],
		.sid = (int64_t)fields[STAT_SESSION],
		.tty = (uint32_t)fields[STAT_TTY],
		.minflt = fields[STAT_MINFLT],
		.majflt = fields[STAT_MAJFLT],
		.utime_ticks = fields[STAT_UTIME],
		.stime_ticks = fields[STAT_STIME],
		.start_ticks = fields[STAT_START],
	};
	return true;
}

/* "id:controllers:path"; controllers: comma list, empty for the unified hierarchy. */
static bool cgroup_line(struct span line, struct span *controllers, struct span *path)
{
	const uint8_t *colon;
	uint64_t id;

	if (!source_scan_number(&line, 10, &id) || !source_scan_prefix(&line, ":") || !line.len)
		return false;
	colon = memchr(line.ptr, ':', line.len);
	if (!colon)
		return false;
	*controllers = span_make(line.ptr, colon - line.ptr);
	*path = span_make(colon + 1, line.len - controllers->len - 1);
	return path->len && *path->ptr == '/';
}

static bool has_controller(struct span controllers, const char *name)
{
	while (controllers.len) {
		const uint8_t *comma = memchr(controllers.ptr, ',', controllers.len);
		size_t len = comma ? (size_t)(comma - controllers.ptr) : controllers.len;

		if (span_is_text(span_make(controllers.ptr, len), name))
			return true;
		controllers.ptr += len + !!comma;
		controllers.len -= len + !!comma;
	}
	return false;
}

/*
 * Each controller has its path from its own (v1) hierarchy, or from the unified
 * one where it has none or was left in the root: on a hybrid system some
 * runtimes make groups only in the unified one.
 */
void source_scan_cgroups(struct span text, struct str *out)
{
	static const char *const names[][2] = {
		{ "cpuset", "cpuset" }, { "cpu", "cpu" },	{ "cpuacct", "cpuacct" },
		{ "io", "blkio" },	{ "memory", "memory" },
	};
	struct span unified = span_make(NULL, 0);
	struct span controllers, path, line;
	struct span rest = text;

	str_reset(out);
	while (source_scan_line(&rest, &line))
		if (cgroup_line(line, &controllers, &path) && !controllers.len)
			unified = path;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct span found = unified;

		rest = text;
		while (source_scan_line(&rest, &line))
			if (cgroup_line(line, &controllers, &path) &&
			    has_controller(controllers, names[i][1]) && path.len > 1)
				found = path;
		if (!found.ptr)
			found = span_text("/");
		str_append_text(out, names[i][0]);
		str_append_char(out, '=');
		str_append(out, found.ptr, found.len);
		str_append_char(out, '\0');
	}
}

struct span source_scan_cut(char *list, size_t len)
{
	if (len > SOURCE_SCAN_LIST_MAX) {
		len = SOURCE_SCAN_LIST_MAX;
		list[len - 1] = '\0';
	}
	return span_make(list, len);
}

void source_scan_args(struct str *buf, struct span *exe, struct span *args)
{
	size_t exe_len;

	if (!buf->len) {
		*exe = span_make(NULL, 0);
		*args = span_make(NULL, 0);
		return;
	}
	/* A process that writes its own title may leave out the last NUL. */
	if (buf->buf[buf->len - 1])
		str_append_char(buf, '\0');
	exe_len = strlen(buf->buf);
	*exe = span_make(buf->buf, exe_len);
	*args = source_scan_cut(buf->buf + exe_len + 1, buf->len - exe_len - 1);
}
