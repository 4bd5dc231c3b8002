/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_fd.c: the file descriptor an event is about.  Ends of sockets lie in
 * fields_net.c.  An open that failed has no fd, yet a name: the path it tried.
 */
#include <string.h>

#include "field/extract.h"

bool x_fd_num(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	      const struct event *ev, struct field_value *out)
{
	out->i64 = ev->fd_num;
	return ev->fd_num != INT64_MIN;
}

bool x_fd_type(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	       const struct event *ev, struct field_value *out)
{
	return ev->fd && put_text(out, state_fd_type_name(ev->fd));
}

bool x_fd_typechar(const struct field_ref *ref UNUSED, struct field_env *env,
		   const struct event *ev, struct field_value *out)
{
	char c;

	if (!ev->fd)
		return false;
	c = state_fd_typechar(ev->fd);
	out->bytes = span_make(arena_strndup(&env->scratch, &c, 1), 1);
	return true;
}

bool fd_value_name(struct field_env *env, const struct state_fd *fd, struct field_value *out)
{
	if (evt_is_file(fd)) {
		out->bytes = span_make(fd->name, fd->name_len);
		return fd->name != NULL;
	}
	str_reset(&env->tmp[0]);
	return state_fd_name(fd, &env->tmp[0]) && put_str(out, env, &env->tmp[0]);
}

/* The path that a failed open tried. */
static bool put_tried(struct field_env *env, const struct event *ev, struct field_value *out)
{
	int idx = path_opened_param(ev);

	if (idx < 0)
		return false;
	str_reset(&env->tmp[0]);
	return path_of_param(env, ev, (unsigned int)idx, &env->tmp[0]) &&
	       put_str(out, env, &env->tmp[0]);
}

bool x_fd_name(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
	       struct field_value *out)
{
	return ev->fd ? fd_value_name(env, ev->fd, out) : put_tried(env, ev, out);
}

bool x_fd_nameraw(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	int idx;

	if (ev->fd && ev->fd->name_raw)
		return put_text(out, ev->fd->name_raw);
	if (ev->fd)
		return fd_value_name(env, ev->fd, out);
	idx = path_opened_param(ev);
	return idx >= 0 && event_param_text(ev, (unsigned int)idx, &out->bytes);
}

/* The path of a file or directory, existing or tried; is_dir tells which. */
static bool file_path(struct field_env *env, const struct event *ev, bool *is_dir,
		      struct field_value *out)
{
	*is_dir = ev->fd && ev->fd->type == SNAP_FD_DIRECTORY;
	if (ev->fd)
		return evt_is_file(ev->fd) && fd_value_name(env, ev->fd, out);
	return put_tried(env, ev, out);
}

/* Bytes of path before its last slash, at least that slash if it comes first. */
static size_t directory_len(struct span path)
{
	const uint8_t *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

	if (!slash)
		return 0;
	return slash == path.ptr ? 1 : (size_t)(slash - path.ptr);
}

bool x_fd_directory(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev, struct field_value *out)
{
	bool is_dir;

	if (!file_path(env, ev, &is_dir, out))
		return false;
	if (is_dir)
		return true;
	out->bytes.len = directory_len(out->bytes);
	return out->bytes.len != 0 || put_text(out, "/");
}

bool x_fd_filename(const struct field_ref *ref UNUSED, struct field_env *env,
		   const struct event *ev, struct field_value *out)
{
	const uint8_t *slash;
	bool is_dir;

	if (!file_path(env, ev, &is_dir, out) || is_dir)
		return false;
	slash = out->bytes.len ? memrchr(out->bytes.ptr, '/', out->bytes.len) : NULL;
	if (slash) {
		out->bytes.len -= (size_t)(slash + 1 - out->bytes.ptr);
		out->bytes.ptr = slash + 1;
	}
	return true;
}

bool x_fd_uid(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
	      struct field_value *out)
{
	if (!ev->fd || ev->tid == EVENT_TID_NONE)
		return false;
	str_reset(&env->tmp[0]);
	str_append_i64(&env->tmp[0], ev->tid);
	str_append_i64(&env->tmp[0], ev->fd_num);
	return put_str(out, env, &env->tmp[0]);
}

/* "id:text"; the id is empty outside of containers. */
static bool put_in_container(struct field_env *env, const struct event *ev, struct field_value *out)
{
	const struct state_thread *main = proc_main(env, ev);
	struct span text = out->bytes;

	str_reset(&env->tmp[0]);
	if (main && main->container_id && strcmp(main->container_id, "host"))
		str_append_text(&env->tmp[0], main->container_id);
	str_append_char(&env->tmp[0], ':');
	str_append(&env->tmp[0], text.ptr, text.len);
	return put_str(out, env, &env->tmp[0]);
}

bool x_fd_containername(const struct field_ref *ref, struct field_env *env, const struct event *ev,
			struct field_value *out)
{
	return x_fd_name(ref, env, ev, out) && put_in_container(env, ev, out);
}

bool x_fd_containerdirectory(const struct field_ref *ref, struct field_env *env,
			     const struct event *ev, struct field_value *out)
{
	return x_fd_directory(ref, env, ev, out) && put_in_container(env, ev, out);
}

bool x_fd_name_changed(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		       const struct event *ev, struct field_value *out)
{
	return ev->fd && put_u64(out, ev->fd->name_changed);
}

/* A device number of the format: minor & 0xff, major << 8, the rest of minor << 12. */
bool x_fd_dev(const struct field_ref *ref, struct field_env *env UNUSED, const struct event *ev,
	      struct field_value *out)
{
	uint32_t dev;

	if (!ev->fd)
		return false;
	dev = ev->fd->dev;
	if (ref->id == FIELD_ID_FD_DEV_MAJOR)
		return put_i64(out, dev >> 8 & 0xfff);
	if (ref->id == FIELD_ID_FD_DEV_MINOR)
		return put_i64(out, (dev & 0xff) | (dev >> 12 & ~0xffu));
	return put_i64(out, (int32_t)dev);
}

bool x_fd_ino(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	      const struct event *ev, struct field_value *out)
{
	return ev->fd && put_i64(out, (int64_t)ev->fd->ino);
}

/* Bits of the file_flags and creat_flags sets. */
enum layer { LAYER_UPPER = 32768, LAYER_LOWER = 65536 };
enum creat_layer { CREAT_UPPER = 1, CREAT_LOWER = 2 };

static bool layer_flags(const struct event *ev, bool is_upper, bool *is_set)
{
	bool is_creat = ev->type == EVENT_SYSCALL_CREAT_X;
	int idx = event_param_index(ev->info, is_creat ? "creat_flags" : "flags");
	uint64_t flags, bit;

	if (idx < 0 || !event_param_u64(ev, (unsigned int)idx, &flags))
		return false;
	if (is_creat)
		bit = is_upper ? CREAT_UPPER : CREAT_LOWER;
	else
		bit = is_upper ? LAYER_UPPER : LAYER_LOWER;
	*is_set = (flags & bit) != 0;
	return true;
}

bool x_fd_layer(const struct field_ref *ref, struct field_env *env UNUSED, const struct event *ev,
		struct field_value *out)
{
	bool is_upper = ref->id == FIELD_ID_FD_IS_UPPER_LAYER;
	bool is_set = false;

	if (!ev->fd)
		return false;
	if (!evt_is_open(ev) || !layer_flags(ev, is_upper, &is_set))
		is_set = (ev->fd->open_flags & (is_upper ? LAYER_UPPER : LAYER_LOWER)) != 0;
	return put_u64(out, is_set);
}

/* Each type once, in the order of their numbers: a table of fds has none of its own. */
static void list_types(struct field_env *env, const struct event *ev, struct field_value *out)
{
	const struct state_fd *seen[SNAP_FD_TYPE_COUNT] = { NULL };
	struct field_value *items;
	const struct state_fd *fd;
	uint32_t iter = 0;
	uint32_t cnt = 0;

	while ((fd = state_fd_next(ev->thread, &iter))) {
		/* FILE and FILE_V2 have one name. */
		uint8_t type = fd->type == SNAP_FD_FILE ? SNAP_FD_FILE_V2 : fd->type;

		if (type == SNAP_FD_IPV4_SERVSOCK || type == SNAP_FD_IPV6_SERVSOCK)
			type -= SNAP_FD_IPV4_SERVSOCK - SNAP_FD_IPV4_SOCK;
		if (type < SNAP_FD_TYPE_COUNT && state_fd_type_name(fd))
			seen[type] = fd;
	}
	items = arena_zero(&env->scratch, SNAP_FD_TYPE_COUNT * sizeof(*items));
	for (unsigned int type = 0; type < SNAP_FD_TYPE_COUNT; type++) {
		if (!seen[type])
			continue;
		items[cnt].type = EVENT_PT_CHARBUF;
		items[cnt++].bytes = span_text(state_fd_type_name(seen[type]));
	}
	out->list.items = items;
	out->list.cnt = cnt;
}

bool x_fd_types(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	const struct state_fd *fd;
	struct field_value *item;

	if (!ev->thread || !env->state)
		return false;
	out->is_list = true;
	if (!ref->has_arg) {
		list_types(env, ev, out);
		return out->list.cnt != 0;
	}
	fd = state_find_fd(env->state, ev->thread, ref->arg_num);
	if (!fd || !state_fd_type_name(fd))
		return false;
	item = arena_zero(&env->scratch, sizeof(*item));
	item->type = EVENT_PT_CHARBUF;
	item->bytes = span_text(state_fd_type_name(fd));
	out->list.items = item;
	out->list.cnt = 1;
	return true;
}

/* --- poll sets ------------------------------------------------------------------- */

#define FDLIST_ENTRY 10 /* i64 fd, i16 events */

static bool append_listed(const struct field_ref *ref, const struct state_fd *fd, int64_t num,
			  struct str *out)
{
	bool is_client = ref->id == FIELD_ID_FDLIST_CIPS || ref->id == FIELD_ID_FDLIST_CPORTS;
	struct fd_end end;

	if (ref->id == FIELD_ID_FDLIST_NUMS) {
		str_append_i64(out, num);
		return true;
	}
	if (ref->id == FIELD_ID_FDLIST_NAMES) {
		if (!fd || !state_fd_name(fd, out) || !out->len)
			str_append_text(out, "<NA>");
		return true;
	}
	if (!fd || !fd_end(fd, is_client ? FD_CLIENT : FD_SERVER, &end))
		return false;
	if (ref->id == FIELD_ID_FDLIST_CPORTS || ref->id == FIELD_ID_FDLIST_SPORTS)
		str_append_u64(out, end.port);
	else if (end.ip.is_ipv6)
		event_ipv6_text(end.ip.addr, out);
	else
		event_ipv4_text(end.ip.addr, out);
	return true;
}

static int fdlist_param(const struct event *ev)
{
	for (unsigned int i = 0; i < ev->param_cnt; i++)
		if (ev->info->params[i].type == EVENT_PT_FDLIST && ev->param_len[i] >= 2)
			return (int)i;
	return -1;
}

bool x_fdlist(const struct field_ref *ref, struct field_env *env, const struct event *ev,
	      struct field_value *out)
{
	struct str *line = &env->tmp[0];
	int idx = fdlist_param(ev);
	struct span list;
	size_t cnt;

	if (idx < 0)
		return false;
	list = event_param(ev, (unsigned int)idx);
	cnt = load_u16(list.ptr);
	if (list.len < 2 + cnt * FDLIST_ENTRY)
		return false;
	str_reset(line);
	for (size_t i = 0; i < cnt; i++) {
		int64_t num = (int64_t)load_u64(list.ptr + 2 + i * FDLIST_ENTRY);
		const struct state_fd *fd = NULL;

		if (ev->thread && env->state)
			fd = state_find_fd(env->state, ev->thread, num);
		str_reset(&env->tmp[1]);
		if (!append_listed(ref, fd, num, &env->tmp[1]))
			continue;
		if (line->len)
			str_append_char(line, ',');
		str_append(line, str_text(&env->tmp[1]), env->tmp[1].len);
	}
	return line->len && put_str(out, env, line);
}
