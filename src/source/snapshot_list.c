/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_list.c: the lists of open files between their making and the snapshot.
 * Fds are listed before threads are looked at, but a trace has them behind, and
 * only those of processes that the snapshot has.
 */
#include "source/scan.h"

#include <time.h>

#include "scap/scap.h"

uint64_t source_scan_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct source_scan_list *find(const struct source_scan *scan, int64_t pid)
{
	uintptr_t number = (uintptr_t)map_find(&scan->list_of, (uint64_t)pid);

	return number ? &scan->lists.items[number - 1] : NULL;
}

void source_scan_list_begin(struct source_scan *scan, int64_t pid, uint64_t seen_ns)
{
	struct source_scan_list *list = vec_add(&scan->lists);

	*list = (struct source_scan_list){ .pid = pid, .seen_ns = seen_ns };
	list->begin = scap_list_begin(&scan->lists_text, SCAP_FDS, pid);
	list->end = scan->lists_text.len;
	map_put(&scan->list_of, (uint64_t)pid, (void *)(uintptr_t)scan->lists.cnt);
}

void source_scan_list_end(struct source_scan *scan)
{
	struct source_scan_list *list = &scan->lists.items[scan->lists.cnt - 1];

	if (scan->lists_text.len == list->end)
		scan->lists_text.len = list->begin; /* no fds */
	else
		scap_list_end(&scan->lists_text, list->begin);
	list->end = scan->lists_text.len;
}

bool source_scan_is_listed(const struct source_scan *scan, int64_t pid)
{
	return find(scan, pid);
}

void source_scan_lists_reset(struct source_scan *scan)
{
	vec_release(&scan->lists);
	map_reset(&scan->list_of);
	str_reset(&scan->lists_text);
	scan->fd_cnt = 0;
}

bool source_scan_admits(struct source_scan *scan, int64_t pid, uint64_t born_ns, uint64_t *fds_ns)
{
	const struct source_scan_list *list = find(scan, pid);

	if (!list && scan->lists_all)
		return false;
	*fds_ns = list ? list->seen_ns : scan->lists_begin_ns;
	return born_ns <= *fds_ns;
}

void source_scan_want_list(struct source_scan *scan, int64_t pid)
{
	struct source_scan_list *list = find(scan, pid);

	if (list)
		list->is_wanted = true;
}

void source_scan_put_lists(struct source_scan *scan, struct str *out)
{
	for (size_t i = 0; i < scan->lists.cnt; i++) {
		const struct source_scan_list *list = &scan->lists.items[i];

		if (list->is_wanted)
			str_append(out, scan->lists_text.buf + list->begin,
				   list->end - list->begin);
	}
}
