/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * births.c: how threads and processes begin, become another program and end.
 * A clone is seen twice, as the exit of the maker's call (result: the child's
 * id) and as the child's first event (result 0), in any order; either alone
 * makes the child, the child's own facts win. The parameters of a clone describe
 * the thread whose event it is.
 */
#include <string.h>

#include "state/shared_text.h"
#include "state/tables.h"

/* Parameters of the clone family and of execve, as far as they agree. */
enum {
	P_EXE = 1,
	P_ARGS = 2,
	P_PID = 4,
	P_PTID = 5,
	P_CWD = 6,
	P_FDLIMIT = 7,
	P_PGFT_MAJ = 8,
	P_PGFT_MIN = 9,
	P_VM_SIZE = 10,
	P_VM_RSS = 11,
	P_VM_SWAP = 12,
	P_COMM = 13,
	P_CGROUPS = 14,
};

/* Of the clone family alone. */
enum {
	P_CLONE_FLAGS = 15,
	P_CLONE_UID = 16,
	P_CLONE_GID = 17,
	P_CLONE_VTID = 18,
	P_CLONE_VPID = 19,
	P_CLONE_PIDNS = 20,
};

/* Of execve and execveat alone. */
enum {
	P_EXEC_ENV = 15,
	P_EXEC_TTY = 16,
	P_EXEC_VPGID = 17,
	P_EXEC_LOGINUID = 18,
	P_EXEC_FLAGS = 19,
	P_EXEC_CAP_INHERITABLE = 20,
	P_EXEC_CAP_PERMITTED = 21,
	P_EXEC_CAP_EFFECTIVE = 22,
	P_EXEC_INO = 23,
	P_EXEC_CTIME = 24,
	P_EXEC_MTIME = 25,
	P_EXEC_UID = 26,
	P_EXEC_EXEPATH = 27,
	P_EXEC_PGID = 28,
	P_EXEC_GID = 29,
};

/* execve_flags set */
enum { EXE_WRITABLE = 1, EXE_UPPER_LAYER = 2, EXE_FROM_MEMFD = 4, EXE_LOWER_LAYER = 8 };

static uint64_t now_of(const struct event *ev)
{
	return is_time(ev->ts_ns) ? ev->ts_ns : 0;
}

/* What clone and exec tell in the same places: of a process, and of the thread itself. */
static void take_common(struct thread *thread, const struct event *ev)
{
	struct thread *process = thread->main;
	struct span text;
	int64_t i64;

	if (event_param_text(ev, P_EXE, &text))
		shared_text_set(&process->pub.exe, text.ptr, text.len);
	text = event_param(ev, P_ARGS);
	if (text.len || (process->pub.exe && !process->pub.args))
		thread_set_list(&process->pub.args, &process->pub.args_len, text);
	if (event_param_text(ev, P_CWD, &text) && text.ptr[0] == '/')
		shared_text_set(&process->pub.cwd, text.ptr, text.len);
	text = event_param(ev, P_CGROUPS);
	if (text.len)
		thread_set_cgroups(process, text);
	if (param_i64(ev, P_FDLIMIT, &i64))
		process->pub.fdlimit = i64;
	param_u64(ev, P_PGFT_MAJ, &thread->pub.pfmajor);
	param_u64(ev, P_PGFT_MIN, &thread->pub.pfminor);
	param_u32(ev, P_VM_SIZE, &process->pub.vmsize_kb);
	param_u32(ev, P_VM_RSS, &process->pub.vmrss_kb);
	param_u32(ev, P_VM_SWAP, &process->pub.vmswap_kb);
	if (event_param_text(ev, P_COMM, &text))
		thread_set_comm(thread, text);
}

static void take_clone_ids(struct thread *thread, const struct event *ev)
{
	param_u32(ev, P_CLONE_UID, &thread->pub.uid);
	param_u32(ev, P_CLONE_GID, &thread->pub.gid);
	param_i64(ev, P_CLONE_VTID, &thread->pub.vtid);
	param_i64(ev, P_CLONE_VPID, &thread->pub.vpid);
	param_u64(ev, P_CLONE_PIDNS, &thread->pub.pidns_init_start_ns);
}

/* A thread that was met only now tells who it is in its own clone or exec. */
static void take_self(struct state *state, struct thread *thread, const struct event *ev)
{
	int64_t pid = -1;
	int64_t ptid;

	thread_set_known(state, thread);
	if (!param_i64(ev, P_PID, &pid) || pid <= 0)
		return;
	if (thread->pub.pid != pid) {
		thread_join(state, thread, pid);
		if (thread->main == thread)
			thread_adopt_orphans(state, thread, 0);
	}
	if (!thread->main->parent && param_i64(ev, P_PTID, &ptid))
		thread_set_ptid(state, thread->main, ptid);
}

/* What a new thread has from the one that made it. */
static void inherit_thread(struct thread *child, const struct thread *maker)
{
	const struct state_thread *from = &maker->pub;
	struct state_thread *to = &child->pub;

	to->uid = from->uid;
	to->gid = from->gid;
	to->has_exe_facts = from->has_exe_facts;
	to->cap_inheritable = from->cap_inheritable;
	to->cap_permitted = from->cap_permitted;
	to->cap_effective = from->cap_effective;
	to->pidns_init_start_ns = from->pidns_init_start_ns;
	memcpy(to->comm, from->comm, sizeof(to->comm));
	if (!maker->has_own_fs)
		return;
	child->has_own_fs = true;
	shared_text_share(&to->cwd, from->cwd);
}

/* What a new process has from that of its maker. */
static void inherit_process(struct thread *child, const struct thread *maker)
{
	const struct state_thread *from = &maker->main->pub;
	struct state_thread *to = &child->pub;

#define X(text) shared_text_share(&to->text, from->text);
	THREAD_TEXTS(X)
#undef X
	inherit_thread(child, maker);
	child->has_own_fs = false;
	to->exe_deleted = from->exe_deleted;
	to->args_len = from->args_len;
	to->env_len = from->env_len;
	to->cgroups_len = from->cgroups_len;
	to->sid = from->sid;
	to->vpgid = from->vpgid;
	to->pgid = from->pgid;
	to->tty = from->tty;
	to->fdlimit = from->fdlimit;
	to->loginuid = from->loginuid;
	to->exe_writable = from->exe_writable;
	to->exe_upper_layer = from->exe_upper_layer;
	to->exe_lower_layer = from->exe_lower_layer;
	to->exe_from_memfd = from->exe_from_memfd;
	to->exe_ino = from->exe_ino;
	to->exe_ino_ctime_ns = from->exe_ino_ctime_ns;
	to->exe_ino_mtime_ns = from->exe_ino_mtime_ns;
	to->vmsize_kb = from->vmsize_kb;
	to->vmrss_kb = from->vmrss_kb;
	to->vmswap_kb = from->vmswap_kb;
}

struct birth {
	int64_t tid, pid;
	uint32_t flags; /* clone_flags set */
	struct thread *maker; /* or one of the child's group; NULL: not in the table */
	int64_t maker_tid; /* -1 unknown */
	uint64_t orphans_since_ns; /* see thread_adopt_orphans() */
};

static struct thread *give_birth(struct state *state, const struct event *ev,
				 const struct birth *birth)
{
	struct thread *maker = birth->maker;
	struct thread *child = thread_add(state, birth->tid);

	if (!child)
		return NULL;
	child->maker_tid = birth->maker_tid;
	child->pub.clone_flags = birth->flags;
	child->pub.start_ns = child->pub.exec_ns = now_of(ev);
	thread_adopt_orphans(state, child, birth->orphans_since_ns);
	if (maker && birth->pid != birth->tid) {
		inherit_thread(child, maker);
	} else if (maker) {
		inherit_process(child, maker);
		child->pub.fds = birth->flags & CLONE_FLAG_FILES
					 ? fdtable_keep(maker->pub.fds)
					 : fdtable_copy(state, maker->pub.fds);
	}
	thread_join(state, child, birth->pid);
	if (child->main != child)
		child->pub.exec_ns = child->main->pub.exec_ns;
	return child;
}

/* Of a main thread that is known only through this other one. */
static void take_for_leader(struct thread *leader, const struct thread *child)
{
	if (leader == child || leader->pub.start_ns || leader->pub.is_snapshot ||
	    leader->pub.uid != STATE_UNKNOWN_ID)
		return;
	leader->pub.uid = child->pub.uid;
	leader->pub.gid = child->pub.gid;
	leader->pub.vpid = leader->pub.vtid = child->pub.vpid;
	leader->pub.pidns_init_start_ns = child->pub.pidns_init_start_ns;
}

/* Is that one in the table the child that now comes to life? It has done nothing yet. */
static bool is_expected(const struct state *state, const struct thread *child, int64_t pid,
			uint64_t now_ns)
{
	if (child->is_born || child->has_events || child->pub.is_invented || child->pub.pid != pid)
		return false;
	if (child->pub.is_snapshot)
		return now_ns < state->first_ns + SCAN_NS;
	return now_ns < child->pub.start_ns + RECENT_NS;
}

#define SIBLINGS_MAX 64 /* looked at: a parent may have made any number of processes */

/*
 * With CLONE_PARENT the maker is one of the new process's siblings, as a container
 * runtime's stages are. Whose name the child bears is taken for it, the newest first;
 * where it has ended already, the parent, from which the siblings are as well.
 */
static struct thread *maker_among_siblings(struct state *state, const struct event *ev,
					   int64_t ptid)
{
	struct thread *parent = thread_find(state, ptid);
	struct thread *sibling = parent ? parent->main->child_first : NULL;
	struct span comm;
	int i;

	if (!event_param_text(ev, P_COMM, &comm))
		return parent;
	for (i = 0; sibling && i < SIBLINGS_MAX; i++, sibling = sibling->sib_next)
		if (sibling->pub.tid != ev->tid && span_is_text(comm, sibling->pub.comm))
			return sibling;
	return parent;
}

/* The child's side: its first event. */
static void on_clone_child(struct state *state, struct event *ev)
{
	struct thread *child = thread_find(state, ev->tid);
	struct birth birth = { .tid = ev->tid, .pid = ev->tid, .maker_tid = -1 };
	int64_t ptid = -1;
	bool is_by_sibling;

	/* It did not exist before: who names it as parent meant an earlier owner of its id. */
	birth.orphans_since_ns = UINT64_MAX;
	if (!param_i64(ev, P_PID, &birth.pid) || birth.pid <= 0)
		birth.pid = birth.tid;
	param_i64(ev, P_PTID, &ptid);
	param_u32(ev, P_CLONE_FLAGS, &birth.flags);
	/* A process is made by its parent, a thread by one of its group. */
	birth.maker_tid = birth.pid == birth.tid ? ptid : birth.pid;
	is_by_sibling = birth.pid == birth.tid && (birth.flags & CLONE_FLAG_PARENT);
	if (is_by_sibling)
		birth.maker_tid = -1;
	if (child && is_expected(state, child, birth.pid, now_of(ev))) {
		if (!child->pub.start_ns)
			child->pub.start_ns = child->pub.exec_ns = now_of(ev);
		child->pub.clone_flags = birth.flags;
		if (child->maker_tid < 0)
			child->maker_tid = birth.maker_tid;
	} else {
		/* The end of that number's earlier owner was not seen. */
		if (child)
			thread_remove(state, child);
		birth.maker = is_by_sibling ? maker_among_siblings(state, ev, ptid)
					    : thread_find(state, birth.maker_tid);
		child = give_birth(state, ev, &birth);
		if (!child)
			return;
	}
	child->is_born = true;
	state->pinned = child;
	ev->thread = &child->pub;
	if (ptid >= 0 && (child->main == child || !child->main->parent))
		thread_set_ptid(state, child->main, ptid);
	take_common(child, ev);
	take_clone_ids(child, ev);
	take_for_leader(child->main, child);
}

/* May the maker's result be used as the child's id in the initial pid namespace? */
static bool is_result_global(const struct thread *maker, const struct event *ev, uint32_t flags)
{
	int64_t vtid = maker->pub.vtid;

	if (flags & CLONE_FLAG_CHILD_IN_PIDNS)
		return false;
	if (param_i64(ev, P_CLONE_VTID, &vtid) || vtid >= 0)
		return vtid == maker->pub.tid;
	/* Not recorded: of old, a runtime's first process in a namespace was made that way. */
	return !(flags & CLONE_FLAG_PARENT);
}

/* Is that one in the table the child that this maker made? */
static bool is_claimable(const struct state *state, const struct thread *child,
			 const struct birth *birth, uint64_t now_ns)
{
	if (child->is_claimed || child->pub.is_invented)
		return false;
	if (!child->is_born)
		return child->pub.is_snapshot && now_ns < state->first_ns + SCAN_NS;
	return child->maker_tid < 0 || (birth->flags & CLONE_FLAG_PARENT) ||
	       child->maker_tid == birth->maker->pub.tid ||
	       child->maker_tid == birth->maker->pub.pid;
}

/* Did the child come and go before its maker's call returned? */
static bool is_over(struct state *state, const struct thread *maker, const struct birth *birth,
		    uint64_t now_ns)
{
	/* Recorders name the thread, or its process, as the parent. */
	return recent_take(state, maker->pub.tid, birth->tid, now_ns) ||
	       recent_take(state, maker->pub.pid, birth->tid, now_ns) ||
	       ((birth->flags & CLONE_FLAG_PARENT) &&
		recent_take(state, maker->pub.ptid, birth->tid, now_ns)) ||
	       recent_take(state, -1, birth->tid, now_ns);
}

/* The maker's side: a result above 0. */
static void on_clone_maker(struct state *state, struct event *ev, int64_t child_tid)
{
	struct thread *maker = ev->thread ? thread_of(ev->thread) : NULL;
	struct thread *child;
	struct birth birth = { .tid = child_tid, .pid = child_tid, .maker = maker };

	if (!maker) {
		maker = thread_invent(state, ev->tid);
		if (!maker)
			return;
		state->pinned = birth.maker = maker;
		ev->thread = &maker->pub;
	}
	if (maker->pub.is_invented || maker->pub.pid < 0) {
		take_self(state, maker, ev);
		take_common(maker, ev);
		take_clone_ids(maker, ev);
	}
	birth.maker_tid = maker->pub.tid;
	/* It may have made children of its own before its maker's call came back. */
	birth.orphans_since_ns = now_of(ev) > RECENT_NS ? now_of(ev) - RECENT_NS : 0;
	param_u32(ev, P_CLONE_FLAGS, &birth.flags);
	if (!is_result_global(maker, ev, birth.flags))
		return;
	child = thread_find(state, child_tid);
	if (child && (child == maker || child == maker->main))
		return;
	if (child && is_claimable(state, child, &birth, now_of(ev))) {
		child->is_claimed = true;
		return;
	}
	if (is_over(state, maker, &birth, now_of(ev)))
		return;
	if (child)
		thread_remove(state, child);
	if (birth.flags & CLONE_FLAG_THREAD)
		birth.pid = maker->pub.pid;
	child = give_birth(state, ev, &birth);
	if (!child)
		return;
	child->is_claimed = true;
	if (child->main == child) {
		if (birth.flags & CLONE_FLAG_PARENT)
			thread_set_parent(state, child, maker->main->parent, maker->main->pub.ptid);
		else
			thread_set_parent(state, child, maker, maker->pub.pid);
	}
	if (birth.flags & CLONE_FLAG_NEWPID) {
		child->pub.vtid = child->pub.vpid = 1;
		child->pub.pidns_init_start_ns = child->pub.start_ns;
	} else if (maker->pub.vtid >= 0) {
		child->pub.vtid = child->pub.tid;
		child->pub.vpid = child->pub.pid;
	}
	/* The call's exe, arguments and groups are the maker's, and so the child's. */
	take_common(child, ev);
	param_u32(ev, P_CLONE_UID, &child->pub.uid);
	param_u32(ev, P_CLONE_GID, &child->pub.gid);
	child->pub.pfmajor = child->pub.pfminor = 0;
}

void on_clone(struct state *state, struct event *ev, const struct rule *rule)
{
	int64_t result;

	(void)rule;
	if (ev->tid <= 0 || !event_result(ev, &result) || result < 0)
		return;
	if (!result)
		on_clone_child(state, ev);
	else if (result <= INT32_MAX)
		on_clone_maker(state, ev, result);
}

/* After an exec the process has one thread, and that has the process's id. */
static struct thread *lone_survivor(struct state *state, struct event *ev)
{
	struct thread *caller = ev->thread ? thread_of(ev->thread) : NULL;
	struct thread *leader;
	int64_t pid = caller && caller->pub.pid > 0 ? caller->pub.pid : ev->tid;

	param_i64(ev, P_PID, &pid);
	if (pid <= 0)
		pid = ev->tid;
	leader = thread_find(state, pid);
	if (leader && leader->main != leader) {
		thread_remove(state, leader);
		leader = NULL;
	}
	if (!leader)
		leader = thread_invent(state, pid);
	if (!leader)
		return NULL;
	state->pinned = leader;
	if (caller && caller != leader && caller->main != leader)
		thread_remove(state, caller);
	thread_remove_siblings(state, leader);
	leader->pub.is_leader_dead = leader->pub.is_dead = false;
	if (!leader->pub.is_invented)
		thread_strengthen(state, leader);
	leader->pub.thread_cnt = 1;
	ev->thread = &leader->pub;
	return leader;
}

static void take_exec_facts(struct thread *process, const struct event *ev)
{
	struct state_thread *pub = &process->pub;
	struct span text;
	uint64_t flags;

	thread_set_list(&pub->env, &pub->env_len, event_param(ev, P_EXEC_ENV));
	param_u32(ev, P_EXEC_TTY, &pub->tty);
	param_i64(ev, P_EXEC_VPGID, &pub->vpgid);
	param_i64(ev, P_EXEC_PGID, &pub->pgid);
	param_u32(ev, P_EXEC_LOGINUID, &pub->loginuid);
	param_u32(ev, P_EXEC_UID, &pub->uid);
	param_u32(ev, P_EXEC_GID, &pub->gid);
	/* The old program's path and facts are not the new one's. */
	shared_text_share(&pub->exepath, NULL);
	pub->exe_deleted = false;
	if (event_param_text(ev, P_EXEC_EXEPATH, &text))
		thread_set_exepath(process, text);
	pub->has_exe_facts = param_u64(ev, P_EXEC_FLAGS, &flags);
	if (!pub->has_exe_facts)
		flags = 0;
	pub->exe_writable = flags & EXE_WRITABLE;
	pub->exe_upper_layer = flags & EXE_UPPER_LAYER;
	pub->exe_from_memfd = flags & EXE_FROM_MEMFD;
	pub->exe_lower_layer = flags & EXE_LOWER_LAYER;
	param_u64(ev, P_EXEC_CAP_INHERITABLE, &pub->cap_inheritable);
	param_u64(ev, P_EXEC_CAP_PERMITTED, &pub->cap_permitted);
	param_u64(ev, P_EXEC_CAP_EFFECTIVE, &pub->cap_effective);
	pub->exe_ino = pub->exe_ino_ctime_ns = pub->exe_ino_mtime_ns = 0;
	param_u64(ev, P_EXEC_INO, &pub->exe_ino);
	param_u64(ev, P_EXEC_CTIME, &pub->exe_ino_ctime_ns);
	param_u64(ev, P_EXEC_MTIME, &pub->exe_ino_mtime_ns);
}

void on_exec(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *process;
	struct span text;
	int64_t ptid;

	(void)rule;
	if (ev->tid <= 0 || !event_succeeded(ev))
		return;
	process = lone_survivor(state, ev);
	if (!process)
		return;
	take_self(state, process, ev);
	if (process->pub.pid < 0)
		process->pub.pid = process->pub.tid;
	/* The kernel knows the parent; a change that was lost is caught up with here. */
	if (param_i64(ev, P_PTID, &ptid) && ptid > 0 && thread_find(state, ptid))
		thread_set_ptid(state, process, ptid);
	shared_text_share(&process->pub.args, NULL);
	process->pub.args_len = 0;
	if (!event_param_text(ev, P_EXE, &text))
		shared_text_share(&process->pub.exe, NULL);
	take_common(process, ev);
	take_exec_facts(process, ev);
	process->pub.exec_ns = now_of(ev);
	if (!process->pub.fds)
		process->pub.fds = fdtable_new();
	fdtable_unshare(state, &process->pub);
	fdtable_remove_cloexec(state, process->pub.fds);
	process->has_own_fs = false;
}

void on_execveat(struct state *state, struct event *ev, const struct rule *rule)
{
	/* With AT_EXECVE_CHECK the call succeeds and nothing is executed: no program is named. */
	if (event_param(ev, P_EXE).len)
		on_exec(state, ev, rule);
}

void on_exit(struct state *state, struct event *ev, const struct rule *rule)
{
	struct thread *thread = thread_find(state, ev->tid);
	struct thread *process;
	int64_t reaper_tid = -1;

	(void)rule;
	param_i64(ev, 4, &reaper_tid);
	if (ev->tid <= 0)
		return;
	if (!thread) {
		recent_add(state, -1, ev->tid, now_of(ev));
		thread_reap(state, NULL, ev->tid, reaper_tid);
		return;
	}
	if (!thread->is_claimed)
		recent_add(state, thread->pub.is_invented ? -1 : thread->maker_tid, ev->tid,
			   now_of(ev));
	process = thread->main;
	if (!thread->pub.is_dead && !thread->pub.is_leader_dead && process->pub.thread_cnt)
		process->pub.thread_cnt--;
	if (thread != process) {
		thread->pub.is_dead = true;
		thread_remove_later(state, thread);
		if (!process->pub.is_leader_dead || process->pub.thread_cnt)
			return;
	} else if (process->group_next != process && process->pub.thread_cnt) {
		/* Its other threads go on, or one of them is about to exec and become it. */
		process->pub.is_leader_dead = true;
		thread_weaken(state, process);
		return;
	}
	process->pub.is_dead = true;
	thread_reap(state, process, process->pub.tid, reaper_tid);
	thread_reap(state, NULL, process->pub.tid, reaper_tid);
	thread_remove_later(state, process);
}
