/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields.c: fields.def as a table, and the way in: extraction by number.  What a
 * field is made of lies in fields_<class>.c; how names are found in resolve.c.
 */
#include "field/field.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "field/extract.h"

#define N(need) FIELD_NEED_##need
#define FL(flag) FIELD_##flag

static const struct field_info infos[FIELD_ID_COUNT] = {
#define F(NAME, name_, TYPE, FORMAT, ARG, needs_, flags_, extractor, help_) \
	[FIELD_ID_##NAME] = { .name = name_,                                \
			      .help = help_,                                \
			      .type = EVENT_PT_##TYPE,                      \
			      .format = EVENT_PF_##FORMAT,                  \
			      .arg = FIELD_ARG_##ARG,                       \
			      .needs = needs_,                              \
			      .flags = flags_ },
#include "field/fields.def"
};

static const field_extract_fn extractors[FIELD_ID_COUNT] = {
#define F(NAME, name, TYPE, FORMAT, ARG, needs, flags, extractor, help) \
	[FIELD_ID_##NAME] = x_##extractor,
#include "field/fields.def"
};

#undef N
#undef FL

uint32_t field_count(void)
{
	return FIELD_ID_COUNT;
}

const struct field_info *field_info_at(uint32_t idx)
{
	return idx < FIELD_ID_COUNT ? &infos[idx] : NULL;
}

void field_env_init(struct field_env *env, struct state *state)
{
	memset(env, 0, sizeof(*env));
	env->state = state;
	env->time_format = FIELD_TIME_HOUR;
	env->numeric_ports = true;
	arena_init(&env->scratch);
	tzset();
}

void field_env_release(struct field_env *env)
{
	arena_release(&env->scratch);
	str_release(&env->tmp[0]);
	str_release(&env->tmp[1]);
}

field_extract_fn field_extractor(uint32_t id)
{
	return extractors[id];
}

bool field_extract(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out)
{
	out->type = ref->type;
	out->format = ref->info->format;
	out->is_list = false;
	return extractors[ref->id](ref, env, ev, out);
}

bool x_unset(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	     const struct event *ev UNUSED, struct field_value *out UNUSED)
{
	return false;
}

/* The same field as seen from an ancestor. */
static bool extract_ancestor(const struct field_ref *ref, struct field_env *env,
			     const struct event *ev, unsigned int level, struct field_value *out)
{
	struct field_ref one = *ref;

	one.has_arg = true;
	one.arg_num = level;
	return field_extract(&one, env, ev, out);
}

static uint32_t extract_ancestors(const struct field_ref *ref, struct field_env *env,
				  const struct event *ev, const struct field_value **items)
{
	struct field_value *values;
	uint32_t cnt = 0;
	uint32_t known = 0;

	if (!ev->thread || !env->state)
		return 0;
	while (cnt < LIMIT_ANCESTORS && state_ancestor(env->state, ev->thread, cnt + 1))
		cnt++;
	values = arena_alloc(&env->scratch, cnt * sizeof(*values));
	for (uint32_t i = 0; i < cnt; i++)
		known += extract_ancestor(ref, env, ev, i + 1, &values[known]);
	*items = values;
	return known;
}

/* Ends in the order client, server; a listening socket has one. */
static uint32_t extract_ends(const struct field_ref *ref, struct field_env *env,
			     const struct event *ev, const struct field_value **items)
{
	bool is_port = ref->id == FIELD_ID_FD_PORT || ref->id == FIELD_ID_FD_PROTO;
	struct field_value *values;
	uint32_t cnt = 0;

	if (!ev->fd)
		return 0;
	values = arena_alloc(&env->scratch, 2 * sizeof(*values));
	for (enum fd_which which = FD_LOCAL; which <= FD_REMOTE; which++) {
		struct fd_end end;

		if (!fd_end(ev->fd, which, &end))
			continue;
		values[cnt] = (struct field_value){ .format = EVENT_PF_DEC };
		values[cnt].type = is_port ? EVENT_PT_PORT : EVENT_PT_IPADDR;
		if (is_port)
			values[cnt].u64 = end.port;
		else
			values[cnt].ip = end.ip;
		cnt++;
	}
	*items = values;
	return cnt;
}

uint32_t field_extract_all(const struct field_ref *ref, struct field_env *env,
			   const struct event *ev, const struct field_value **items)
{
	struct field_value *value;

	if (ref->info->flags & FIELD_EITHER_END)
		return extract_ends(ref, env, ev, items);
	if (ref->info->flags & FIELD_ANY_ANCESTOR && !ref->has_arg)
		return extract_ancestors(ref, env, ev, items);
	value = arena_alloc(&env->scratch, sizeof(*value));
	if (!field_extract(ref, env, ev, value))
		return 0;
	if (value->is_list) {
		*items = value->list.items;
		return value->list.cnt;
	}
	*items = value;
	return 1;
}
