/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_proc.c: the process that caused an event: names, arguments, ids, the
 * executable.  Its ancestors and leaders lie in fields_lineage.c, what belongs to
 * one thread in fields_thread.c.  The name is the thread's own; everything else
 * is kept once for all threads of a process, with its main thread.
 */
#include <string.h>

#include "field/extract.h"

struct state_thread *proc_main(struct field_env *env, const struct event *ev)
{
	return ev->thread && env->state ? state_main(env->state, ev->thread) : NULL;
}

/* --- words: arguments and environments ------------------------------------------ */

void proc_append_words(struct str *out, const char *words, uint32_t len)
{
	char *at;

	if (len && !words[len - 1])
		len--;
	if (!len)
		return;
	at = str_reserve(out, len);
	memcpy(at, words, len);
	for (char *nul = memchr(at, '\0', len); nul;
	     nul = memchr(nul, '\0', (size_t)(at + len - nul)))
		*nul = ' ';
	str_commit(out, len);
}

struct span proc_word(const char *words, uint32_t len, uint64_t idx)
{
	const char *end = words + len;

	for (const char *at = words; at < end; idx--) {
		size_t word = strnlen(at, (size_t)(end - at));

		if (!idx)
			return span_make(at, word);
		at += word + 1;
	}
	return span_make(NULL, 0);
}

struct span proc_variable(const char *env, uint32_t len, const char *name)
{
	size_t name_len = strlen(name);
	const char *end = env + len;

	for (const char *at = env; at < end;) {
		size_t word = strnlen(at, (size_t)(end - at));

		if (word > name_len && at[name_len] == '=' && !memcmp(at, name, name_len))
			return span_make(at + name_len + 1, word - name_len - 1);
		at += word + 1;
	}
	return span_make(NULL, 0);
}

static bool put_words(struct field_env *env, const char *words, uint32_t len,
		      struct field_value *out)
{
	str_reset(&env->tmp[0]);
	proc_append_words(&env->tmp[0], words, words ? len : 0);
	return put_str(out, env, &env->tmp[0]);
}

static bool put_present(struct field_value *out, struct span text)
{
	return put_span(out, text.ptr ? text : span_make("", 0));
}

/* --- names and command lines -------------------------------------------------------- */

bool x_proc_name(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		 const struct event *ev, struct field_value *out)
{
	return ev->thread && put_text(out, ev->thread->comm);
}

bool x_proc_exe(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	return main && put_text(out, main->exe);
}

bool x_proc_exepath(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev, struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	return main && put_text(out, main->exepath);
}

/* A thread may have a directory of its own (unshare): state/ resolves names by it. */
bool x_proc_cwd(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);
	struct str *tmp = &env->tmp[0];

	if (!main)
		return false;
	if (ev->thread == main)
		return put_text(out, main->cwd);
	str_reset(tmp);
	state_resolve_path(env->state, ev->thread, EVENT_AT_FDCWD, span_make("", 0), tmp);
	return tmp->buf[0] == '/' && put_str(out, env, tmp);
}

bool x_proc_args(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main)
		return false;
	if (ref->has_arg)
		return put_present(out, proc_word(main->args, main->args ? main->args_len : 0,
						  (uint64_t)ref->arg_num));
	return put_words(env, main->args, main->args_len, out);
}

bool x_proc_cmdnargs(const struct field_ref *ref UNUSED, struct field_env *env,
		     const struct event *ev, struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);
	uint64_t cnt = 0;

	if (!main)
		return false;
	while (main->args && proc_word(main->args, main->args_len, cnt).ptr)
		cnt++;
	return put_u64(out, cnt);
}

bool x_proc_cmdlenargs(const struct field_ref *ref UNUSED, struct field_env *env,
		       const struct event *ev, struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);
	uint64_t len = 0;

	if (!main)
		return false;
	for (uint32_t i = 0; main->args && i < main->args_len; i++)
		len += main->args[i] != '\0';
	return put_u64(out, len);
}

void proc_append_cmdline(struct field_env *env, const struct state_thread *thread, struct str *out)
{
	const struct state_thread *main = state_main(env->state, thread);

	str_append_text(out, thread->comm);
	if (main->args && main->args_len) {
		str_append_char(out, ' ');
		proc_append_words(out, main->args, main->args_len);
	}
}

bool x_proc_cmdline(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev, struct field_value *out)
{
	if (!ev->thread || !env->state)
		return false;
	str_reset(&env->tmp[0]);
	proc_append_cmdline(env, ev->thread, &env->tmp[0]);
	return put_str(out, env, &env->tmp[0]);
}

bool x_proc_exeline(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev, struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main || !main->exe)
		return false;
	str_reset(&env->tmp[0]);
	str_append_text(&env->tmp[0], main->exe);
	if (main->args && main->args_len) {
		str_append_char(&env->tmp[0], ' ');
		proc_append_words(&env->tmp[0], main->args, main->args_len);
	}
	return put_str(out, env, &env->tmp[0]);
}

bool x_proc_env(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main)
		return false;
	if (ref->has_arg)
		return put_present(
			out, proc_variable(main->env, main->env ? main->env_len : 0, ref->arg));
	return put_words(env, main->env, main->env_len, out);
}

/* --- ids ------------------------------------------------------------------------------ */

bool x_proc_id(const struct field_ref *ref, struct field_env *env UNUSED, const struct event *ev,
	       struct field_value *out)
{
	const struct state_thread *thread = ev->thread;

	if (!thread)
		return false;
	switch (ref->id) {
	case FIELD_ID_PROC_VPID:
		return put_id(out, thread->vpid);
	case FIELD_ID_PROC_VPGID:
		return put_id(out, thread->vpgid);
	case FIELD_ID_PROC_PGID:
		return put_id(out, thread->pgid);
	case FIELD_ID_PROC_SID:
		return put_i64(out, thread->sid);
	default:
		return put_i64(out, thread->pid);
	}
}

bool x_proc_is_leader(const struct field_ref *ref, struct field_env *env UNUSED,
		      const struct event *ev, struct field_value *out)
{
	const struct state_thread *thread = ev->thread;
	int64_t id, own;

	if (!thread)
		return false;
	id = ref->id == FIELD_ID_PROC_IS_SID_LEADER	? thread->sid
	     : ref->id == FIELD_ID_PROC_IS_VPGID_LEADER ? thread->vpgid
							: thread->pgid;
	own = ref->id == FIELD_ID_PROC_IS_PGID_LEADER ? thread->pid : thread->vpid;
	return id >= 0 && own >= 0 && put_u64(out, id == own);
}

bool x_proc_tty(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	return main && main->tty != UINT32_MAX && put_u64(out, main->tty);
}

/* --- life ------------------------------------------------------------------------------- */

bool x_proc_start(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (main && ref->id == FIELD_ID_PROC_PPID_TS)
		main = state_parent(env->state, main);
	return main && main->start_ns && put_u64(out, main->start_ns);
}

bool x_proc_duration(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		     struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (main && ref->id == FIELD_ID_PROC_PPID_DURATION)
		main = state_parent(env->state, main);
	if (!main || !main->start_ns || ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	return ev->ts_ns >= main->start_ns && put_u64(out, ev->ts_ns - main->start_ns);
}

/* --- the executable ------------------------------------------------------------------------ */

bool x_proc_exe_fact(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		     struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main || !main->has_exe_facts)
		return false;
	switch (ref->id) {
	case FIELD_ID_PROC_IS_EXE_WRITABLE:
		return put_u64(out, main->exe_writable);
	case FIELD_ID_PROC_IS_EXE_UPPER_LAYER:
		return put_u64(out, main->exe_upper_layer);
	case FIELD_ID_PROC_IS_EXE_LOWER_LAYER:
		return put_u64(out, main->exe_lower_layer);
	default:
		return put_u64(out, main->exe_from_memfd);
	}
}

bool x_proc_exe_ino(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		    struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);
	uint64_t value;

	if (!main || !main->has_exe_facts)
		return false;
	value = ref->id == FIELD_ID_PROC_EXE_INO_CTIME	 ? main->exe_ino_ctime_ns
		: ref->id == FIELD_ID_PROC_EXE_INO_MTIME ? main->exe_ino_mtime_ns
							 : main->exe_ino;
	return value && value != SNAP_UNKNOWN && put_u64(out, value);
}

bool x_proc_exe_ino_age(const struct field_ref *ref, struct field_env *env, const struct event *ev,
			struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);
	uint64_t from, to;

	if (!main || !main->has_exe_facts)
		return false;
	from = main->exe_ino_ctime_ns;
	to = main->start_ns;
	if (ref->id == FIELD_ID_PROC_EXE_INO_CTIME_PIDNS) {
		from = main->pidns_init_start_ns;
		to = main->exe_ino_ctime_ns;
	}
	if (!from || !to || from == SNAP_UNKNOWN || to == SNAP_UNKNOWN)
		return false;
	return to >= from && put_u64(out, to - from);
}

bool x_proc_pidns_start(const struct field_ref *ref UNUSED, struct field_env *env,
			const struct event *ev, struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	return main && main->pidns_init_start_ns && put_u64(out, main->pidns_init_start_ns);
}

/* --- what it uses --------------------------------------------------------------------------- */

bool x_proc_fds(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main)
		return false;
	switch (ref->id) {
	case FIELD_ID_PROC_FDOPENCOUNT:
		return put_u64(out, state_fd_count(ev->thread));
	case FIELD_ID_PROC_FDLIMIT:
		return put_i64(out, main->fdlimit);
	default:
		if (main->fdlimit <= 0)
			return false;
		out->f64 = 100.0 * state_fd_count(ev->thread) / (double)main->fdlimit;
		return true;
	}
}

bool x_proc_memory(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main)
		return false;
	return put_u64(out, ref->id == FIELD_ID_PROC_VMSIZE  ? main->vmsize_kb
			    : ref->id == FIELD_ID_PROC_VMRSS ? main->vmrss_kb
							     : main->vmswap_kb);
}

bool x_proc_threads(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		    struct field_value *out)
{
	struct state_thread *main = proc_main(env, ev);

	if (!main || !main->thread_cnt)
		return false;
	return put_u64(out, main->thread_cnt - (ref->id == FIELD_ID_PROC_NCHILDS));
}

static const struct state_fd *stdio_fd(const struct field_ref *ref, struct field_env *env,
				       const struct event *ev)
{
	int64_t num = 0;

	if (!ev->thread || !env->state)
		return NULL;
	if (ref->id == FIELD_ID_PROC_STDOUT_TYPE || ref->id == FIELD_ID_PROC_STDOUT_NAME)
		num = 1;
	else if (ref->id == FIELD_ID_PROC_STDERR_TYPE || ref->id == FIELD_ID_PROC_STDERR_NAME)
		num = 2;
	return state_find_fd(env->state, ev->thread, num);
}

bool x_proc_stdio_type(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		       struct field_value *out)
{
	const struct state_fd *fd = stdio_fd(ref, env, ev);

	return fd && put_text(out, state_fd_type_name(fd));
}

bool x_proc_stdio_name(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		       struct field_value *out)
{
	const struct state_fd *fd = stdio_fd(ref, env, ev);

	return fd && fd_value_name(env, fd, out);
}
