/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * users.c: names of users and groups as the trace tells them, of the machine and
 * of each container apart. The reader's own machine is never asked. uid and gid 0
 * are root wherever nothing else is told; "no id" (-1) has no name.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "container/container.h"
#include "state/tables.h"

struct user_entry {
	char *name, *home, *shell; /* NULL unknown */
};

/* --- whose ------------------------------------------------------------------------ */

#define OWNER_HOST 0u
#define OWNER_NONE UINT32_MAX

/* Containers are numbered as they are met; the machine is 0. */
static uint64_t owner_hash(const struct state *state, struct span container)
{
	return map_hash(container.ptr, container.len, state->owner_seed);
}

static bool is_host(struct span container)
{
	return !container.len || span_is_text(container, CONTAINER_HOST);
}

static uint32_t owner_find(const struct state *state, struct span container)
{
	uintptr_t owner;

	if (is_host(container))
		return OWNER_HOST;
	owner = (uintptr_t)map_find(&state->user_owners, owner_hash(state, container));
	return owner ? (uint32_t)owner : OWNER_NONE;
}

static uint32_t owner_add(struct state *state, struct span container)
{
	uint32_t owner = owner_find(state, container);

	if (owner != OWNER_NONE)
		return owner;
	if (state->owner_cnt >= LIMIT_USERS)
		return OWNER_NONE;
	owner = (uint32_t)++state->owner_cnt;
	map_put(&state->user_owners, owner_hash(state, container), (void *)(uintptr_t)owner);
	return owner;
}

static uint64_t key_of(uint32_t owner, uint32_t id)
{
	return (uint64_t)owner << 32 | id;
}

/* --- entries ------------------------------------------------------------------------ */

static void release(struct user_entry *entry)
{
	if (!entry)
		return;
	alloc_free(entry->name);
	alloc_free(entry->home);
	alloc_free(entry->shell);
	alloc_free(entry);
}

static char *text_of(struct span text)
{
	char *copy;

	if (!text.ptr)
		return NULL;
	copy = alloc_zero(text.len + 1);
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

static void add(struct state *state, struct map *map, uint32_t owner, uint32_t id,
		const struct snap_user *user)
{
	struct user_entry *entry;

	if (id == STATE_UNKNOWN_ID || owner == OWNER_NONE ||
	    state->users.cnt + state->groups.cnt >= LIMIT_USERS)
		return;
	entry = alloc_zero(sizeof(*entry));
	entry->name = text_of(user->name);
	entry->home = text_of(user->home);
	entry->shell = text_of(user->shell);
	release(map_put(map, key_of(owner, id), entry));
}

void users_remove_all(struct state *state)
{
	struct map_slot *slot;

	for (slot = NULL; (slot = map_next(&state->users, slot));)
		release(slot->value);
	for (slot = NULL; (slot = map_next(&state->groups, slot));)
		release(slot->value);
	map_release(&state->users);
	map_release(&state->groups);
	map_release(&state->user_owners);
	state->owner_cnt = 0;
}

void state_reset_users(struct state *state)
{
	users_remove_all(state);
}

void state_add_user(struct state *state, const struct snap_user *user)
{
	if (user->is_group)
		add(state, &state->groups, OWNER_HOST, user->gid, user);
	else
		add(state, &state->users, OWNER_HOST, user->uid, user);
}

/* --- events ---------------------------------------------------------------------------- */

/* uid, gid, name, home, shell, container */
void on_user(struct state *state, struct event *ev, const struct rule *rule)
{
	struct snap_user user = { 0 };
	struct span container = { 0 };
	uint32_t owner;

	(void)rule;
	if (!param_u32(ev, 0, &user.uid))
		return;
	event_param_text(ev, 2, &user.name);
	event_param_text(ev, 3, &user.home);
	event_param_text(ev, 4, &user.shell);
	event_param_text(ev, 5, &container);
	if (ev->type == EVENT_USER_ADDED_E) {
		add(state, &state->users, owner_add(state, container), user.uid, &user);
		return;
	}
	owner = owner_find(state, container);
	if (owner != OWNER_NONE)
		release(map_remove(&state->users, key_of(owner, user.uid)));
}

/* gid, name, container */
void on_group(struct state *state, struct event *ev, const struct rule *rule)
{
	struct snap_user group = { .is_group = true };
	struct span container = { 0 };
	uint32_t owner;

	(void)rule;
	if (!param_u32(ev, 0, &group.gid))
		return;
	event_param_text(ev, 1, &group.name);
	event_param_text(ev, 2, &container);
	if (ev->type == EVENT_GROUP_ADDED_E) {
		add(state, &state->groups, owner_add(state, container), group.gid, &group);
		return;
	}
	owner = owner_find(state, container);
	if (owner != OWNER_NONE)
		release(map_remove(&state->groups, key_of(owner, group.gid)));
}

/* --- looking up ------------------------------------------------------------------------- */

static const struct user_entry *find(const struct state *state, const struct map *map,
				     const struct state_thread *thread, uint32_t id)
{
	const char *container = thread ? process_of(thread)->pub.container_id : NULL;
	uint32_t owner = owner_find(state, span_text(container));

	/* No name is told of "no id", nor of a container's user by the machine's list. */
	if (id == STATE_UNKNOWN_ID || owner == OWNER_NONE)
		return NULL;
	return map_find(map, key_of(owner, id));
}

static const char *name_of(const struct user_entry *entry, uint32_t id)
{
	if (entry && entry->name)
		return entry->name;
	return id ? NULL : "root";
}

const char *state_user_name(const struct state *state, const struct state_thread *thread,
			    uint32_t uid)
{
	return name_of(find(state, &state->users, thread, uid), uid);
}

const char *state_group_name(const struct state *state, const struct state_thread *thread,
			     uint32_t gid)
{
	return name_of(find(state, &state->groups, thread, gid), gid);
}

const char *state_user_home(const struct state *state, uint32_t uid)
{
	const struct user_entry *entry = find(state, &state->users, NULL, uid);

	return entry ? entry->home : NULL;
}

const char *state_user_shell(const struct state *state, uint32_t uid)
{
	const struct user_entry *entry = find(state, &state->users, NULL, uid);

	return entry ? entry->shell : NULL;
}
