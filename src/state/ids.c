/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ids.c: what a thread changes of itself: user and group ids, session, process
 * group, capabilities, name, folders, limits; and its time on a CPU. Ids that a
 * call was given count in the caller's own namespaces.
 */
#include <string.h>

#include "base/limits.h"
#include "state/shared_text.h"
#include "state/tables.h"

/* prctl_options and rlimit_resources of flags.def */
enum { PRCTL_SET_NAME = 15, RLIMIT_OF_FILES = 7 };

/* The kernel's comm holds 15 bytes and a NUL (TASK_COMM_LEN). */
#define COMM_MAX 15u

/* All capabilities of a kernel with CAP_CHECKPOINT_RESTORE as the last one (40). */
#define CAP_ALL (((uint64_t)1 << 41) - 1)

static struct thread *caller_of(const struct event *ev)
{
	return ev->thread && event_succeeded(ev) ? thread_of(ev->thread) : NULL;
}

/* --- users and groups -------------------------------------------------------------- */

/* -1 leaves an id as it is. */
static void set_id(const struct event *ev, int idx, uint32_t *id)
{
	uint32_t value;

	if (param_u32(ev, idx, &value) && value != STATE_UNKNOWN_ID)
		*id = value;
}

void on_setuid(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	if (caller_of(ev))
		set_id(ev, 1, &ev->thread->uid);
}

/* The effective id is the second in setreuid() and in setresuid(). */
void on_seteuid(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	if (caller_of(ev))
		set_id(ev, 2, &ev->thread->uid);
}

void on_setgid(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	if (caller_of(ev))
		set_id(ev, 1, &ev->thread->gid);
}

void on_setegid(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	if (caller_of(ev))
		set_id(ev, 2, &ev->thread->gid);
}

void on_capset(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	if (!caller_of(ev))
		return;
	param_u64(ev, 1, &ev->thread->cap_inheritable);
	param_u64(ev, 2, &ev->thread->cap_permitted);
	param_u64(ev, 3, &ev->thread->cap_effective);
}

/* In a new user namespace a process has them all, and hands none on (user_namespaces(7)). */
static void enter_user_ns(struct state_thread *thread)
{
	thread->cap_permitted = thread->cap_effective = CAP_ALL;
	thread->cap_inheritable = 0;
}

/* --- sessions and process groups ------------------------------------------------------ */

static bool is_in_pid_ns(const struct state_thread *thread)
{
	return thread->vtid >= 0 && thread->vtid != thread->tid;
}

void on_setsid(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *caller = caller_of(ev);
	int64_t sid;

	(void)state;
	(void)rule;
	if (!caller || !param_i64(ev, 0, &sid))
		return;
	/* It leads a new session and a new group, and has no terminal. */
	caller->main->pub.sid = caller->main->pub.vpgid = sid;
	caller->main->pub.pgid = caller->main->pub.pid;
	caller->main->pub.tty = 0;
}

void on_setpgid(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *caller = caller_of(ev);
	struct thread *target = NULL;
	int64_t pid, pgid;

	(void)rule;
	if (!caller || !param_i64(ev, 1, &pid) || !param_i64(ev, 2, &pgid))
		return;
	if (!pid || pid == caller->main->pub.vpid)
		target = caller->main;
	else if (!is_in_pid_ns(&caller->pub))
		target = thread_find(state, pid);
	if (!target)
		return;
	target = target->main;
	if (!pgid)
		pgid = target == caller->main && is_in_pid_ns(&caller->pub) ? target->pub.vpid
									    : target->pub.pid;
	target->pub.vpgid = pgid;
	if (!is_in_pid_ns(&caller->pub))
		target->pub.pgid = pgid;
	else
		target->pub.pgid = pgid == target->pub.vpid ? target->pub.pid : -1;
}

/* --- names and folders ------------------------------------------------------------------- */

void on_prctl(struct state *state, struct event *ev, const struct rule *rule)
{
	struct span name;
	uint32_t option;

	(void)state;
	(void)rule;
	if (!caller_of(ev) || !param_u32(ev, 1, &option) || option != PRCTL_SET_NAME ||
	    !event_param_text(ev, 2, &name))
		return;
	if (name.len > COMM_MAX)
		name.len = COMM_MAX;
	thread_set_comm(thread_of(ev->thread), name);
}

static char **cwd_of(struct thread *thread)
{
	return thread->has_own_fs ? &thread->pub.cwd : &thread->main->pub.cwd;
}

static void set_folder(struct state *state, struct event *ev, char **at, int idx)
{
	struct span path;

	if (!event_param_text(ev, (unsigned int)idx, &path)) {
		shared_text_share(at, NULL);
		return;
	}
	str_reset(&state->scratch);
	state_resolve_path(state, ev->thread, STATE_AT_FDCWD, path, &state->scratch);
	if (state->scratch.buf[0] == '/' && state->scratch.len <= LIMIT_PATH)
		shared_text_set(at, state->scratch.buf, state->scratch.len);
	else
		shared_text_share(at, NULL);
}

void on_chdir(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)rule;
	if (caller_of(ev))
		set_folder(state, ev, cwd_of(thread_of(ev->thread)), 1);
}

void on_chroot(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)rule;
	if (caller_of(ev))
		set_folder(state, ev, &process_of(ev->thread)->pub.root, 1);
}

void on_fchdir(struct state *state, struct event *ev, const struct rule *rule)
{
	char *name = ev->fd ? ev->fd->name : NULL;

	(void)state;
	(void)rule;
	if (caller_of(ev))
		shared_text_share(cwd_of(thread_of(ev->thread)),
				  name && name[0] == '/' ? name : NULL);
}

/* The kernel's own word; below another root it is a path in there. */
void on_getcwd(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *caller = caller_of(ev);
	struct span path;
	const char *root;

	(void)state;
	(void)rule;
	if (!caller || !event_param_text(ev, 1, &path) || path.ptr[0] != '/')
		return;
	root = caller->main->pub.root;
	if (!root || !strcmp(root, "/"))
		shared_text_set(cwd_of(caller), path.ptr, path.len);
}

/* --- namespaces and tables of its own ------------------------------------------------------ */

void on_unshare(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *caller = caller_of(ev);
	uint32_t flags;

	(void)rule;
	if (!caller || !param_u32(ev, 1, &flags))
		return;
	if (flags & CLONE_FLAG_FILES)
		fdtable_unshare(state, &caller->pub);
	if ((flags & CLONE_FLAG_FS) && caller->main != caller && !caller->has_own_fs) {
		shared_text_share(&caller->pub.cwd, caller->main->pub.cwd);
		caller->has_own_fs = true;
	}
	if (flags & CLONE_FLAG_NEWUSER)
		enter_user_ns(&caller->pub);
}

void on_setns(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t type;

	(void)state;
	(void)rule;
	if (caller_of(ev) && param_u32(ev, 2, &type) && (type & CLONE_FLAG_NEWUSER))
		enter_user_ns(ev->thread);
}

/* --- limits and memory ------------------------------------------------------------------------ */

void on_rlimit(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t resource;

	(void)state;
	(void)rule;
	if (caller_of(ev) && param_u32(ev, 3, &resource) && resource == RLIMIT_OF_FILES)
		param_i64(ev, 1, &process_of(ev->thread)->pub.fdlimit);
}

void on_prlimit(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *target = caller_of(ev);
	uint32_t resource;
	int64_t pid = 0;
	int64_t cur;

	(void)rule;
	if (!target || !param_u32(ev, 6, &resource) || resource != RLIMIT_OF_FILES)
		return;
	param_i64(ev, 5, &pid);
	if (pid)
		target = is_in_pid_ns(ev->thread) ? NULL : thread_find(state, pid);
	if (!target)
		return;
	/* A new limit, or the one that holds when none was set. */
	if ((param_i64(ev, 1, &cur) && cur != -1) || (param_i64(ev, 3, &cur) && cur != -1))
		target->main->pub.fdlimit = cur;
}

/* vm_size, vm_rss and vm_swap from that parameter on. */
static void set_memory(const struct event *ev, int idx)
{
	struct state_thread *process;

	if (!ev->thread)
		return;
	process = &process_of(ev->thread)->pub;
	param_u32(ev, idx, &process->vmsize_kb);
	param_u32(ev, idx + 1, &process->vmrss_kb);
	param_u32(ev, idx + 2, &process->vmswap_kb);
}

void on_memory(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	set_memory(ev, 1);
}

/* --- time on a CPU ------------------------------------------------------------------------------ */

uint64_t state_switched_on(const struct state *state)
{
	return state->switched_on_ns;
}

/* The thread of the event goes, the one it names comes. */
void on_switch(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *next;
	uint64_t since = 0;
	int64_t tid;

	(void)rule;
	while (state->switches.cnt <= ev->cpu)
		*vec_add(&state->switches) = 0;
	if (is_time(ev->ts_ns)) {
		since = state->switches.items[ev->cpu];
		state->switches.items[ev->cpu] = ev->ts_ns;
	}
	state->switched_on_ns = since;
	if (param_i64(ev, 0, &tid) && tid > 0) {
		next = thread_find(state, tid);
		if (next)
			next->pub.last_switch_ns = is_time(ev->ts_ns) ? ev->ts_ns : 0;
	}
	if (!ev->thread)
		return;
	ev->thread->last_switch_ns = since;
	if (since && ev->ts_ns > since)
		ev->thread->cpu_ns += ev->ts_ns - since;
	param_u64(ev, 1, &ev->thread->pfmajor);
	param_u64(ev, 2, &ev->thread->pfminor);
	set_memory(ev, 3);
}
