/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_lineage.c: parents, ancestors, and leaders of sessions and groups.  One
 * walk serves all of them: parents are processes (main threads), so proc.pname,
 * proc.aname[1] and proc.ppid cannot disagree.
 */
#include <string.h>

#include "base/limits.h"
#include "field/extract.h"

/* Levels that a variable of the environment is looked for. */
#define VARIABLE_LEVELS 20

/* A trace may hold a chain of parents without end: ours have one. */
static const struct state_thread *ancestor(struct field_env *env, const struct event *ev,
					   int64_t level)
{
	if (level > LIMIT_ANCESTORS || !ev->thread || !env->state)
		return NULL;
	return state_ancestor(env->state, ev->thread, (unsigned int)level);
}

/* The next one above proc, while *level counts. */
static const struct state_thread *next_up(struct field_env *env, const struct state_thread *proc,
					  unsigned int *level)
{
	return ++*level > LIMIT_ANCESTORS ? NULL : state_parent(env->state, proc);
}

static struct state_thread *parent_of(struct field_env *env, const struct event *ev)
{
	return ev->thread && env->state ? state_parent(env->state, ev->thread) : NULL;
}

/* One value of a process, appended; false when it is not known. */
typedef bool (*append_fn)(struct field_env *env, const struct state_thread *proc, struct str *out);

static bool append_known(struct str *out, const char *text)
{
	if (text)
		str_append_text(out, text);
	return text != NULL;
}

static bool append_name(struct field_env *env UNUSED, const struct state_thread *proc,
			struct str *out)
{
	return append_known(out, proc->comm);
}

static bool append_exe(struct field_env *env UNUSED, const struct state_thread *proc,
		       struct str *out)
{
	return append_known(out, proc->exe);
}

static bool append_exepath(struct field_env *env UNUSED, const struct state_thread *proc,
			   struct str *out)
{
	return append_known(out, proc->exepath);
}

static bool append_cmdline(struct field_env *env, const struct state_thread *proc, struct str *out)
{
	proc_append_cmdline(env, proc, out);
	return true;
}

static bool append_args(struct field_env *env UNUSED, const struct state_thread *proc,
			struct str *out)
{
	if (proc->args)
		proc_append_words(out, proc->args, proc->args_len);
	return true;
}

static bool append_env(struct field_env *env UNUSED, const struct state_thread *proc,
		       struct str *out)
{
	if (proc->env)
		proc_append_words(out, proc->env, proc->env_len);
	return true;
}

static bool put_one(struct field_env *env, const struct state_thread *proc, append_fn append,
		    struct field_value *out)
{
	if (!proc)
		return false;
	str_reset(&env->tmp[0]);
	return append(env, proc, &env->tmp[0]) && put_str(out, env, &env->tmp[0]);
}

/* Ancestor [N], or all of them from the parent upwards with blanks between. */
static bool put_ancestors(const struct field_ref *ref, struct field_env *env,
			  const struct event *ev, append_fn append, struct field_value *out)
{
	const struct state_thread *proc = ev->thread;
	bool is_first = true;
	unsigned int level = 0;

	if (!proc || !env->state)
		return false;
	if (ref->has_arg)
		return put_one(env, ancestor(env, ev, ref->arg_num), append, out);
	str_reset(&env->tmp[0]);
	while ((proc = next_up(env, proc, &level))) {
		size_t before = env->tmp[0].len;

		if (!is_first)
			str_append_char(&env->tmp[0], ' ');
		append(env, proc, &env->tmp[0]);
		is_first = is_first && env->tmp[0].len == before;
	}
	return !is_first && put_str(out, env, &env->tmp[0]);
}

bool x_proc_pname(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	const struct state_thread *parent = parent_of(env, ev);

	return parent && put_text(out, parent->comm);
}

bool x_proc_pexe(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	const struct state_thread *parent = parent_of(env, ev);

	return parent && put_text(out, parent->exe);
}

bool x_proc_pexepath(const struct field_ref *ref UNUSED, struct field_env *env,
		     const struct event *ev, struct field_value *out)
{
	const struct state_thread *parent = parent_of(env, ev);

	return parent && put_text(out, parent->exepath);
}

bool x_proc_pcmdline(const struct field_ref *ref UNUSED, struct field_env *env,
		     const struct event *ev, struct field_value *out)
{
	return put_one(env, parent_of(env, ev), append_cmdline, out);
}

/* The number alone is known even where nothing else of the parent is. */
bool x_proc_ppid(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	const struct state_thread *parent = parent_of(env, ev);
	const struct state_thread *main = proc_main(env, ev);

	if (parent)
		return put_i64(out, parent->pid);
	return main && !main->is_invented && put_id(out, main->ptid);
}

bool x_proc_pvpid(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	const struct state_thread *parent = parent_of(env, ev);

	return parent && put_id(out, parent->vpid);
}

bool x_proc_aname(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	return put_ancestors(ref, env, ev, append_name, out);
}

bool x_proc_aexe(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	return put_ancestors(ref, env, ev, append_exe, out);
}

bool x_proc_aexepath(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		     struct field_value *out)
{
	return put_ancestors(ref, env, ev, append_exepath, out);
}

bool x_proc_acmdline(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		     struct field_value *out)
{
	return put_ancestors(ref, env, ev, append_cmdline, out);
}

/* Without [N] unset if no ancestor has arguments. */
bool x_proc_aargs(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	const struct state_thread *proc = ev->thread;
	unsigned int level = 0;

	if (ref->has_arg)
		return put_ancestors(ref, env, ev, append_args, out);
	if (!proc || !env->state)
		return false;
	str_reset(&env->tmp[0]);
	while ((proc = next_up(env, proc, &level))) {
		if (!proc->args || !proc->args_len)
			continue;
		if (env->tmp[0].len)
			str_append_char(&env->tmp[0], ' ');
		append_args(env, proc, &env->tmp[0]);
	}
	return env->tmp[0].len && put_str(out, env, &env->tmp[0]);
}

/* A list of numbers for output; filters ask for one ancestor after the other. */
bool x_proc_apid(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	const struct state_thread *proc = ev->thread;
	struct field_value *items;
	unsigned int level = 0;
	uint32_t cnt = 0;

	if (!proc || !env->state)
		return false;
	if (ref->has_arg) {
		proc = ancestor(env, ev, ref->arg_num);
		return proc && put_i64(out, proc->pid);
	}
	items = arena_zero(&env->scratch, LIMIT_ANCESTORS * sizeof(*items));
	while ((proc = next_up(env, proc, &level))) {
		items[cnt].type = EVENT_PT_INT64;
		items[cnt++].i64 = proc->pid;
	}
	out->is_list = true;
	out->list.items = items;
	out->list.cnt = cnt;
	return cnt != 0;
}

bool x_proc_aenv(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	const struct state_thread *proc = ev->thread;
	unsigned int level = 0;

	if (!ref->has_arg || ref->arg_num >= 0)
		return put_ancestors(ref, env, ev, append_env, out);
	if (!proc || !env->state)
		return false;
	while (level < VARIABLE_LEVELS && (proc = next_up(env, proc, &level))) {
		struct span value =
			proc_variable(proc->env, proc->env ? proc->env_len : 0, ref->arg);

		if (value.ptr)
			return put_span(out, value);
	}
	return put_text(out, "");
}

/* --- sessions and groups ------------------------------------------------------------- */

static bool ends_in_sh(const char *name)
{
	size_t len = strlen(name);

	return len >= 2 && !strcmp(name + len - 2, "sh");
}

bool x_proc_loginshellid(const struct field_ref *ref UNUSED, struct field_env *env,
			 const struct event *ev, struct field_value *out)
{
	const struct state_thread *proc = proc_main(env, ev);
	unsigned int level = 0;
	int64_t pid = -1;

	for (; proc; proc = next_up(env, proc, &level))
		if (ends_in_sh(proc->comm))
			pid = proc->pid;
	return put_id(out, pid);
}

static bool is_session(const struct field_ref *ref)
{
	return ref->id == FIELD_ID_PROC_SNAME || ref->id == FIELD_ID_PROC_SID_EXE ||
	       ref->id == FIELD_ID_PROC_SID_EXEPATH;
}

/* The id that makes a session or group: of the host, or of the own pid namespace. */
static int64_t set_id(const struct field_ref *ref, const struct state_thread *thread)
{
	if (is_session(ref))
		return thread->sid;
	switch (ref->id) {
	case FIELD_ID_PROC_VPGID_NAME:
	case FIELD_ID_PROC_VPGID_EXE:
	case FIELD_ID_PROC_VPGID_EXEPATH:
		return thread->vpgid;
	default:
		return thread->pgid;
	}
}

static bool is_host_id(const struct field_ref *ref, const struct state_thread *thread)
{
	return ref->id == FIELD_ID_PROC_PGID_NAME || ref->id == FIELD_ID_PROC_PGID_EXE ||
	       ref->id == FIELD_ID_PROC_PGID_EXEPATH || thread->vpid < 0 ||
	       thread->vpid == thread->pid;
}

/*
 * The leader has the id as its own.  Where it is gone, or its number means
 * something else outside the namespace, the eldest ancestor of the same session
 * or group stands for it.
 */
static const struct state_thread *leader_of(const struct field_ref *ref, struct field_env *env,
					    const struct event *ev)
{
	const struct state_thread *eldest = proc_main(env, ev);
	const struct state_thread *proc;
	unsigned int level = 0;
	int64_t id;

	if (!eldest)
		return NULL;
	id = set_id(ref, ev->thread);
	/* Old traces have no sessions: all that is known of one is the process itself. */
	if (id < 0)
		return is_session(ref) ? eldest : NULL;
	if (is_host_id(ref, ev->thread)) {
		proc = state_find_thread(env->state, id);
		if (proc && proc->pid == id && set_id(ref, proc) == id)
			return proc;
	}
	while ((proc = next_up(env, eldest, &level)) && set_id(ref, proc) == id)
		eldest = proc;
	return eldest;
}

bool x_proc_leader_name(const struct field_ref *ref, struct field_env *env, const struct event *ev,
			struct field_value *out)
{
	const struct state_thread *leader = leader_of(ref, env, ev);

	return leader && put_text(out, leader->comm);
}

bool x_proc_leader_exe(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		       struct field_value *out)
{
	const struct state_thread *leader = leader_of(ref, env, ev);

	return leader && put_text(out, leader->exe);
}

bool x_proc_leader_exepath(const struct field_ref *ref, struct field_env *env,
			   const struct event *ev, struct field_value *out)
{
	const struct state_thread *leader = leader_of(ref, env, ev);

	return leader && put_text(out, leader->exepath);
}
