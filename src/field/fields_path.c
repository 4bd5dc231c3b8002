/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_path.c: which paths a call is about: evt.abspath, fs.path.*, and the
 * absolute form of a name parameter for everybody else in field/.  Names are
 * joined as the kernel joins them: with the directory of the dirfd that the call
 * names, with the working directory only where it says AT_FDCWD or has none.
 */
#include <string.h>

#include "field/extract.h"

static bool is_path_kind(const struct event *ev, unsigned int idx)
{
	enum event_kind kind = event_type_kind(ev->info->params[idx].type);

	return kind == EVENT_KIND_PATH || kind == EVENT_KIND_RELPATH;
}

int path_opened_param(const struct event *ev)
{
	int idx;

	if (!evt_is_open(ev))
		return -1;
	idx = event_param_index(ev->info, "name");
	if (idx < 0)
		idx = event_param_index(ev->info, "path");
	return idx < (int)ev->param_cnt ? idx : -1;
}

bool path_as_passed(struct field_env *env, const struct event *ev, unsigned int idx,
		    struct str *out)
{
	const struct event_param_info *info = &ev->info->params[idx];
	int64_t dirfd = EVENT_AT_FDCWD;
	struct span name;

	if (!event_param_text(ev, idx, &name) || !ev->thread || !env->state)
		return false;
	if (info->dirfd >= 0 && !event_param_i64(ev, (unsigned int)info->dirfd, &dirfd))
		dirfd = INT64_MIN;
	state_resolve_path(env->state, ev->thread, dirfd, name, out);
	return true;
}

bool path_of_param(struct field_env *env, const struct event *ev, unsigned int idx, struct str *out)
{
	if (!ev->extra.real_path.ptr || (int)idx != path_opened_param(ev))
		return path_as_passed(env, ev, idx, out);
	str_append(out, ev->extra.real_path.ptr, ev->extra.real_path.len);
	return true;
}

bool path_is_replaced(struct field_env *env, const struct event *ev, unsigned int idx,
		      struct str *tmp)
{
	if (!ev->extra.real_path.ptr || (int)idx != path_opened_param(ev))
		return false;
	str_reset(tmp);
	if (!path_as_passed(env, ev, idx, tmp))
		return true;
	return !span_is_equal(span_make(tmp->buf, tmp->len), ev->extra.real_path);
}

static bool put_path(struct field_env *env, const struct event *ev, int idx,
		     struct field_value *out)
{
	if (idx < 0 || (unsigned int)idx >= ev->param_cnt)
		return false;
	str_reset(&env->tmp[0]);
	return path_of_param(env, ev, (unsigned int)idx, &env->tmp[0]) &&
	       put_str(out, env, &env->tmp[0]);
}

/* The want-th path parameter, from 0. */
static int nth_path(const struct event *ev, unsigned int want)
{
	for (unsigned int i = 0; i < ev->param_cnt; i++)
		if (is_path_kind(ev, i) && !want--)
			return (int)i;
	return -1;
}

bool x_evt_abspath(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out)
{
	bool is_second = ref->arg && !strcmp(ref->arg, "dst");

	if (ref->arg && nth_path(ev, 1) < 0)
		return false;
	return put_path(env, ev, nth_path(ev, is_second), out);
}

/* --- fs.path ------------------------------------------------------------------- */

/* Parameters by name; NULL where a call has no such path. "fd": the fd's own name. */
struct fs_call {
	uint16_t type;
	const char *name, *source, *target;
};

static const struct fs_call fs_calls[] = {
	{ EVENT_SYSCALL_OPEN_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_OPENAT_2_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_OPENAT2_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_CREAT_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_MKDIR_2_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_MKDIRAT_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_RMDIR_2_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_MKNOD_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_MKNODAT_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_UNLINK_2_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_UNLINKAT_2_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_CHMOD_X, "filename", NULL, NULL },
	{ EVENT_SYSCALL_FCHMODAT_X, "filename", NULL, NULL },
	{ EVENT_SYSCALL_FCHMOD_X, "fd", NULL, NULL },
	{ EVENT_SYSCALL_CHOWN_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_LCHOWN_X, "path", NULL, NULL },
	{ EVENT_SYSCALL_FCHOWN_X, "fd", NULL, NULL },
	{ EVENT_SYSCALL_FCHOWNAT_X, "pathname", NULL, NULL },
	{ EVENT_SYSCALL_QUOTACTL_X, "special", NULL, NULL },
	{ EVENT_SYSCALL_UMOUNT_1_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_UMOUNT2_X, "name", NULL, NULL },
	{ EVENT_SYSCALL_RENAME_X, NULL, "oldpath", "newpath" },
	{ EVENT_SYSCALL_RENAMEAT_X, NULL, "oldpath", "newpath" },
	{ EVENT_SYSCALL_RENAMEAT2_X, NULL, "oldpath", "newpath" },
	{ EVENT_SYSCALL_LINK_2_X, NULL, "newpath", "oldpath" },
	{ EVENT_SYSCALL_LINKAT_2_X, NULL, "newpath", "oldpath" },
	{ EVENT_SYSCALL_SYMLINK_X, NULL, "linkpath", "target" },
	{ EVENT_SYSCALL_SYMLINKAT_X, NULL, "linkpath", "target" },
	{ EVENT_SYSCALL_MOUNT_X, NULL, "dev", "dir" },
};

static const char *fs_param_name(const struct field_ref *ref, const struct event *ev)
{
	for (size_t i = 0; i < ARRAY_SIZE(fs_calls); i++) {
		if (fs_calls[i].type != ev->type)
			continue;
		switch (ref->id) {
		case FIELD_ID_FS_PATH_NAME:
		case FIELD_ID_FS_PATH_NAMERAW:
			return fs_calls[i].name;
		case FIELD_ID_FS_PATH_SOURCE:
		case FIELD_ID_FS_PATH_SOURCERAW:
			return fs_calls[i].source;
		default:
			return fs_calls[i].target;
		}
	}
	return NULL;
}

/* Name of the parameter that a successful call, or any open, has for the field; or NULL. */
static const char *fs_param(const struct field_ref *ref, const struct event *ev)
{
	const char *name = fs_param_name(ref, ev);
	int64_t result;

	if (!name || evt_is_open(ev))
		return name;
	return evt_has_result(ev, &result) && result >= 0 ? name : NULL;
}

bool x_fs_path(const struct field_ref *ref, struct field_env *env, const struct event *ev,
	       struct field_value *out)
{
	const char *name = fs_param(ref, ev);
	struct span text;
	int idx;

	if (!name)
		return false;
	if (!strcmp(name, "fd"))
		return ev->fd && fd_value_name(env, ev->fd, out);
	idx = event_param_index(ev->info, name);
	if (idx < 0 || (unsigned int)idx >= ev->param_cnt)
		return false;
	if (is_path_kind(ev, (unsigned int)idx))
		return put_path(env, ev, idx, out);
	/* Targets of symbolic links and devices are text, but a relative one means the cwd here. */
	if (!event_param_text(ev, (unsigned int)idx, &text) || !ev->thread || !env->state)
		return false;
	str_reset(&env->tmp[0]);
	state_resolve_path(env->state, ev->thread, EVENT_AT_FDCWD, text, &env->tmp[0]);
	return put_str(out, env, &env->tmp[0]);
}

bool x_fs_path_raw(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out)
{
	const char *name = fs_param(ref, ev);
	int idx;

	if (!name)
		return false;
	if (!strcmp(name, "fd"))
		return ev->fd && fd_value_name(env, ev->fd, out);
	idx = event_param_index(ev->info, name);
	return idx >= 0 && event_param_text(ev, (unsigned int)idx, &out->bytes);
}
