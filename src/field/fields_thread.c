/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_thread.c: the thread that caused an event: ids, capabilities, cgroups,
 * faults, time on a CPU.
 */
#include <string.h>

#include "field/extract.h"

static const char *const cap_names[] = {
#define CAP(num, NAME) [num] = "CAP_" #NAME,
#include "field/caps.def"
};

/* The number stands in the event, whether or not anything else is known. */
bool x_thread_tid(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev, struct field_value *out)
{
	out->i64 = ev->tid;
	return ev->tid != EVENT_TID_NONE;
}

bool x_thread_ismain(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		     const struct event *ev, struct field_value *out)
{
	return ev->thread && put_u64(out, ev->thread->tid == ev->thread->pid);
}

bool x_thread_vtid(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		   const struct event *ev, struct field_value *out)
{
	return ev->thread && put_id(out, ev->thread->vtid);
}

bool x_thread_nametid(const struct field_ref *ref UNUSED, struct field_env *env,
		      const struct event *ev, struct field_value *out)
{
	if (!ev->thread)
		return false;
	str_reset(&env->tmp[0]);
	str_append_text(&env->tmp[0], ev->thread->comm);
	str_append_i64(&env->tmp[0], ev->tid);
	return put_str(out, env, &env->tmp[0]);
}

/* Before the first switch of a CPU nobody knows. */
bool x_thread_exectime(const struct field_ref *ref UNUSED, struct field_env *env,
		       const struct event *ev, struct field_value *out)
{
	uint64_t since;

	if ((ev->type != EVENT_SCHEDSWITCH_6_E && ev->type != EVENT_SCHEDSWITCH_1_E) || !env->state)
		return false;
	since = state_switched_on(env->state);
	return since && ev->ts_ns != EVENT_TIME_UNKNOWN && ev->ts_ns >= since &&
	       put_u64(out, ev->ts_ns - since);
}

bool x_thread_totexectime(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
			  const struct event *ev, struct field_value *out)
{
	return ev->thread && ev->thread->cpu_ns && put_u64(out, ev->thread->cpu_ns);
}

bool x_thread_caps(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out)
{
	const struct state_thread *thread = ev->thread;
	struct str *tmp = &env->tmp[0];
	uint64_t caps;

	if (!thread || !thread->has_exe_facts)
		return false;
	caps = ref->id == FIELD_ID_THREAD_CAP_PERMITTED	    ? thread->cap_permitted
	       : ref->id == FIELD_ID_THREAD_CAP_INHERITABLE ? thread->cap_inheritable
							    : thread->cap_effective;
	str_reset(tmp);
	for (size_t bit = 0; bit < ARRAY_SIZE(cap_names); bit++) {
		if (!(caps >> bit & 1))
			continue;
		if (tmp->len)
			str_append_char(tmp, ' ');
		str_append_text(tmp, cap_names[bit]);
	}
	return put_str(out, env, tmp);
}

bool x_thread_faults(const struct field_ref *ref, struct field_env *env UNUSED,
		     const struct event *ev, struct field_value *out)
{
	uint64_t cnt;

	if (!ev->thread)
		return false;
	cnt = ref->id == FIELD_ID_THREAD_PFMAJOR ? ev->thread->pfmajor : ev->thread->pfminor;
	return cnt != SNAP_UNKNOWN && put_u64(out, cnt);
}

bool x_thread_memory(const struct field_ref *ref, struct field_env *env UNUSED,
		     const struct event *ev, struct field_value *out)
{
	const struct state_thread *thread = ev->thread;
	uint64_t kb = 0;

	if (!thread)
		return false;
	if (thread->tid == thread->pid)
		kb = ref->id == FIELD_ID_THREAD_VMSIZE || ref->id == FIELD_ID_THREAD_VMSIZE_B
			     ? thread->vmsize_kb
			     : thread->vmrss_kb;
	if (ref->id == FIELD_ID_THREAD_VMSIZE_B || ref->id == FIELD_ID_THREAD_VMRSS_B)
		kb *= 1024;
	return put_u64(out, kb);
}

bool x_thread_cgroups(const struct field_ref *ref UNUSED, struct field_env *env,
		      const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	if (!main || !main->cgroups || !main->cgroups_len)
		return false;
	str_reset(&env->tmp[0]);
	proc_append_words(&env->tmp[0], main->cgroups, main->cgroups_len);
	return put_str(out, env, &env->tmp[0]);
}

bool x_thread_cgroup(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		     struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	if (!main || !main->cgroups)
		return false;
	return put_span(out, proc_variable(main->cgroups, main->cgroups_len, ref->arg));
}
