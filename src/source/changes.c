/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * changes.c: what a live source notices once a second and tells as the schema's own
 * events: users and groups, CPUs, CPU time of threads.  Nothing is asked but files;
 * name services are the recorded machine's business.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/map.h"
#include "event/snapshot.h"
#include "source/made.h"
#include "source/scan.h"

#define CPUS_MAX 65536 /* what the format's 16 bits hold */
#define STAT_MAX 1024u

/* The second parameter of cpu_hotplug, as the format's first writers had it. */
enum { CPU_CAME = 1, CPU_WENT = 2 };

/* Users and groups by key_of(). */
struct user_set {
	struct arena arena;
	struct map map; /* struct snap_user, in the arena */
};

/* As far as a change of a file shows. */
struct file_mark {
	uint64_t ino, size;
	struct timespec modified, changed;
};

enum { PASSWD, GROUP, FILE_CNT };
static const char *const file_names[FILE_CNT] = { "passwd", "group" };

struct source_changes {
	int proc, etc;
	struct user_set users;
	struct file_mark marks[FILE_CNT];
	struct str online; /* the text of the last look */
	uint8_t *cpus; /* by number, CPUS_MAX of them: online; NULL: never looked at */
};

/* --- users ------------------------------------------------------------------------ */

static uint64_t key_of(const struct snap_user *user)
{
	return user->is_group ? UINT64_C(1) << 32 | user->gid : user->uid;
}

static void release_set(struct user_set *set)
{
	map_release(&set->map);
	arena_release(&set->arena);
}

static struct span keep_text(struct arena *arena, struct span text)
{
	return text.ptr ? span_make(arena_dup(arena, text.ptr, text.len), text.len) : text;
}

struct reading {
	struct user_set *set;
	bool is_group;
};

static void take_line(void *arg, struct span line)
{
	struct reading *reading = arg;
	struct arena *arena = &reading->set->arena;
	struct snap_user user;

	if (reading->set->map.cnt >= LIMIT_USERS ||
	    !source_scan_user_line(line, reading->is_group, &user))
		return;
	user.name = keep_text(arena, user.name);
	user.home = keep_text(arena, user.home);
	user.shell = keep_text(arena, user.shell);
	map_put(&reading->set->map, key_of(&user), arena_dup(arena, &user, sizeof(user)));
}

/* false: a file cannot be read, which says nothing about users. */
static bool read_users(int etc, struct user_set *set)
{
	for (int i = 0; i < FILE_CNT; i++) {
		struct reading reading = { .set = set, .is_group = i == GROUP };

		if (!source_scan_file_lines(etc, file_names[i], take_line, &reading))
			return false;
	}
	return true;
}

static bool have_files_changed(struct source_changes *changes)
{
	bool has_changed = false;

	for (int i = 0; i < FILE_CNT; i++) {
		struct file_mark mark = { 0 };
		struct stat st;

		if (!fstatat(changes->etc, file_names[i], &st, 0)) {
			mark.ino = st.st_ino;
			mark.size = (uint64_t)st.st_size;
			mark.modified = st.st_mtim;
			mark.changed = st.st_ctim;
		}
		has_changed |= memcmp(&mark, &changes->marks[i], sizeof(mark)) != 0;
		changes->marks[i] = mark;
	}
	return has_changed;
}

/* A text as a parameter: with its NUL, empty when it is not known. */
static struct span text_param(struct arena *arena, struct span text)
{
	if (!text.ptr)
		return text;
	return span_make(arena_strndup(arena, (const char *)text.ptr, text.len), text.len + 1);
}

static void put_user(struct source_made *made, uint64_t ts_ns, const struct snap_user *user,
		     bool is_added)
{
	struct arena arena = { 0 };
	struct span host = span_make("", 1); /* of no container */
	struct span params[6];
	uint8_t uid[4], gid[4];

	store_u32(uid, user->uid);
	store_u32(gid, user->gid);
	if (user->is_group) {
		params[0] = span_make(gid, sizeof(gid));
		params[1] = text_param(&arena, user->name);
		params[2] = host;
		source_made_put(made, 0, ts_ns, EVENT_TID_NONE,
				is_added ? EVENT_GROUP_ADDED_E : EVENT_GROUP_DELETED_E, params, 3,
				span_make(NULL, 0));
	} else {
		params[0] = span_make(uid, sizeof(uid));
		params[1] = span_make(gid, sizeof(gid));
		params[2] = text_param(&arena, user->name);
		params[3] = text_param(&arena, user->home);
		params[4] = text_param(&arena, user->shell);
		params[5] = host;
		source_made_put(made, 0, ts_ns, EVENT_TID_NONE,
				is_added ? EVENT_USER_ADDED_E : EVENT_USER_DELETED_E, params, 6,
				span_make(NULL, 0));
	}
	arena_release(&arena);
}

static bool is_same_user(const struct snap_user *a, const struct snap_user *b)
{
	return a->gid == b->gid && span_is_equal(a->name, b->name) &&
	       span_is_equal(a->home, b->home) && span_is_equal(a->shell, b->shell);
}

void source_changes_users(struct source_changes *changes, uint64_t ts_ns, struct source_made *made)
{
	struct user_set set = { 0 };
	const struct map_slot *slot;

	if (!have_files_changed(changes))
		return;
	if (!read_users(changes->etc, &set)) {
		release_set(&set);
		return;
	}
	for (slot = NULL; (slot = map_next(&changes->users.map, slot));)
		if (!map_find(&set.map, slot->key))
			put_user(made, ts_ns, slot->value, false);
	for (slot = NULL; (slot = map_next(&set.map, slot));) {
		const struct snap_user *old = map_find(&changes->users.map, slot->key);

		if (!old || !is_same_user(old, slot->value))
			put_user(made, ts_ns, slot->value, true);
	}
	release_set(&changes->users);
	changes->users = set;
}

/* --- CPUs ------------------------------------------------------------------------- */

static void put_cpu(struct source_made *made, uint64_t ts_ns, uint32_t cpu, uint32_t action)
{
	uint8_t number[4], what[4];
	struct span params[2] = { span_make(number, 4), span_make(what, 4) };

	store_u32(number, cpu);
	store_u32(what, action);
	source_made_put(made, (uint16_t)cpu, ts_ns, EVENT_TID_NONE, EVENT_CPU_HOTPLUG_E, params, 2,
			span_make(NULL, 0));
}

/* "0-3,5" */
static void parse_cpus(struct span text, uint8_t *cpus)
{
	uint64_t first, last;

	while (source_scan_number(&text, 10, &first)) {
		last = first;
		if (source_scan_prefix(&text, "-") && !source_scan_number(&text, 10, &last))
			return;
		for (; first <= last && first < CPUS_MAX; first++)
			cpus[first] = 1;
		if (!source_scan_prefix(&text, ","))
			return;
	}
}

void source_changes_cpus(struct source_changes *changes, struct span online, uint64_t ts_ns,
			 struct source_made *made)
{
	uint8_t *cpus;

	if (changes->cpus &&
	    span_is_equal(online, span_make(changes->online.buf, changes->online.len)))
		return;
	str_reset(&changes->online);
	str_append(&changes->online, online.ptr, online.len);
	cpus = alloc_zero(CPUS_MAX);
	parse_cpus(online, cpus);
	for (uint32_t cpu = 0; changes->cpus && cpu < CPUS_MAX; cpu++)
		if (cpus[cpu] != changes->cpus[cpu])
			put_cpu(made, ts_ns, cpu, cpus[cpu] ? CPU_CAME : CPU_WENT);
	alloc_free(changes->cpus);
	changes->cpus = cpus;
}

int source_changes_next_cpu(const struct source_changes *changes, int cpu)
{
	while (changes->cpus && ++cpu < CPUS_MAX)
		if (changes->cpus[cpu])
			return cpu;
	return -1;
}

/* --- CPU time ----------------------------------------------------------------------- */

static void put_times(struct source_made *made, uint64_t ts_ns, int64_t tid,
		      const struct source_scan_stat *stat)
{
	uint8_t user[8], system[8];
	struct span params[2] = { span_make(user, 8), span_make(system, 8) };

	store_u64(user, stat->utime_ticks);
	store_u64(system, stat->stime_ticks);
	source_made_put(made, 0, ts_ns, tid, EVENT_PROCINFO_E, params, 2, span_make(NULL, 0));
}

void source_changes_times(struct source_changes *changes, uint64_t ts_ns, struct source_made *made)
{
	struct source_scan_ids pids = { 0 }, tids = { 0 };
	struct source_scan_stat stat;
	struct str text = { 0 };
	char name[64];

	source_scan_ids(changes->proc, ".", &pids);
	for (size_t i = 0; i < pids.cnt; i++) {
		snprintf(name, sizeof(name), "%" PRId64 "/task", pids.items[i]);
		if (source_scan_ids(changes->proc, name, &tids))
			continue;
		for (size_t j = 0; j < tids.cnt; j++) {
			snprintf(name, sizeof(name), "%" PRId64 "/task/%" PRId64 "/stat",
				 pids.items[i], tids.items[j]);
			if (source_scan_read(changes->proc, name, STAT_MAX, &text) ||
			    !source_scan_stat(span_make(text.buf, text.len), &stat) ||
			    (!stat.utime_ticks && !stat.stime_ticks))
				continue;
			put_times(made, ts_ns, tids.items[j], &stat);
		}
	}
	vec_release(&pids);
	vec_release(&tids);
	str_release(&text);
}

/* --- life ---------------------------------------------------------------------------- */

struct source_changes *source_changes_new(int proc, int etc)
{
	struct source_changes *changes = alloc_zero(sizeof(*changes));

	changes->proc = proc;
	changes->etc = etc;
	have_files_changed(changes);
	read_users(etc, &changes->users);
	return changes;
}

void source_changes_free(struct source_changes *changes)
{
	if (!changes)
		return;
	release_set(&changes->users);
	str_release(&changes->online);
	alloc_free(changes->cpus);
	if (changes->proc >= 0)
		close(changes->proc);
	if (changes->etc >= 0)
		close(changes->etc);
	alloc_free(changes);
}
