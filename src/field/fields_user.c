/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_user.c: users, groups and containers.  Names come from the trace; the
 * users of the machine that reads it are never asked.  A user of whom only the
 * number is known has the name <NA>.
 */
#include <string.h>

#include "field/extract.h"

static bool put_name(struct field_value *out, const char *name)
{
	return put_text(out, name ? name : "<NA>");
}

bool x_user_uid(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_u64(out, main->uid);
}

bool x_user_name(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_name(out, state_user_name(env->state, main, main->uid));
}

bool x_user_homedir(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_name(out, state_user_home(env->state, main->uid));
}

bool x_user_shell(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_name(out, state_user_shell(env->state, main->uid));
}

bool x_user_loginuid(const struct field_ref *ref UNUSED, struct field_env *env,
		     const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_i64(out, (int32_t)main->loginuid);
}

bool x_user_loginname(const struct field_ref *ref UNUSED, struct field_env *env,
		      const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	if (!main)
		return false;
	if (main->loginuid == STATE_UNKNOWN_ID)
		return put_name(out, NULL);
	return put_name(out, state_user_name(env->state, main, main->loginuid));
}

bool x_group_gid(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		 struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_u64(out, main->gid);
}

bool x_group_name(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_name(out, state_group_name(env->state, main, main->gid));
}

/* --- containers -------------------------------------------------------------------- */

static bool is_host(const struct state_thread *main)
{
	return main->container_id && !strcmp(main->container_id, "host");
}

bool x_container_id(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && put_text(out, main->container_id);
}

/* What has the value "host" outside of containers and inside needs a runtime's answer. */
bool x_container_host(const struct field_ref *ref UNUSED, struct field_env *env,
		      const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	return main && is_host(main) && put_text(out, "host");
}

/* A container begins with the init of its pid namespace. */
bool x_container_start(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		       struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);

	if (!main || !main->container_id || is_host(main) || !main->pidns_init_start_ns)
		return false;
	if (ref->id == FIELD_ID_CONTAINER_START_TS)
		return put_u64(out, main->pidns_init_start_ns);
	return ev->ts_ns != EVENT_TIME_UNKNOWN && ev->ts_ns >= main->pidns_init_start_ns &&
	       put_u64(out, ev->ts_ns - main->pidns_init_start_ns);
}
