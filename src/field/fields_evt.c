/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_evt.c: what an event is: number, type, category, result.  Times lie in
 * fields_time.c, arguments and bytes in fields_arg.c.
 */
#include <string.h>

#include "field/extract.h"

bool x_evt_num(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	       const struct event *ev, struct field_value *out)
{
	return put_u64(out, ev->num);
}

bool x_evt_cpu(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	       const struct event *ev, struct field_value *out)
{
	return put_i64(out, (int16_t)ev->cpu);
}

bool x_evt_source(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev UNUSED, struct field_value *out)
{
	return put_text(out, "syscall");
}

bool x_evt_is_async(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		    const struct event *ev, struct field_value *out)
{
	return put_u64(out, ev->extra.is_async || ev->type == EVENT_ASYNCEVENT_E);
}

bool x_evt_asynctype(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		     const struct event *ev, struct field_value *out)
{
	return ev->type == EVENT_ASYNCEVENT_E && event_param_text(ev, 1, &out->bytes);
}

bool x_evt_hostname(const struct field_ref *ref UNUSED, struct field_env *env,
		    const struct event *ev UNUSED, struct field_value *out)
{
	const struct snap_machine *machine = env->state ? state_machine(env->state) : NULL;

	return machine && machine->hostname[0] && put_text(out, machine->hostname);
}

bool x_evt_dir(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
	       const struct event *ev, struct field_value *out)
{
	return put_text(out, ev->info->dir == EVENT_DIR_EXIT ? "<" : ">");
}

bool x_evt_type(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		const struct event *ev, struct field_value *out)
{
	return put_text(out, event_name(ev));
}

bool x_syscall_type(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		    const struct event *ev, struct field_value *out)
{
	return ev->info->category & EVENT_EC_SYSCALL && put_text(out, event_name(ev));
}

bool x_evt_type_is(const struct field_ref *ref, struct field_env *env UNUSED,
		   const struct event *ev, struct field_value *out)
{
	int8_t is = ref->by_type[ev->type];

	return put_u64(out, is == 2 ? !strcmp(event_name(ev), ref->arg) : is);
}

bool x_util_cnt(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct field_delta *delta = &env->delta[env->filtering];

	if (delta->cnt_num != ev->num) {
		delta->cnt_num = ev->num;
		delta->cnt++;
	}
	return put_u64(out, delta->cnt);
}

/* --- category ---------------------------------------------------------------- */

bool evt_is_file(const struct state_fd *fd)
{
	return fd->type == SNAP_FD_FILE || fd->type == SNAP_FD_FILE_V2 ||
	       fd->type == SNAP_FD_DIRECTORY;
}

bool evt_is_ip_socket(const struct state_fd *fd)
{
	return fd->type >= SNAP_FD_IPV4_SOCK && fd->type <= SNAP_FD_IPV6_SERVSOCK;
}

/* I/O is about what its fd is. */
static const char *io_category(const struct state_fd *fd)
{
	if (!fd)
		return "unknown";
	if (evt_is_file(fd))
		return "file";
	if (evt_is_ip_socket(fd))
		return "net";
	switch (fd->type) {
	case SNAP_FD_FIFO:
	case SNAP_FD_UNIX_SOCK:
	case SNAP_FD_EVENT:
	case SNAP_FD_SIGNALFD:
	case SNAP_FD_INOTIFY:
	case SNAP_FD_USERFAULTFD:
		return "ipc";
	default:
		return "unknown";
	}
}

bool x_evt_category(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		    const struct event *ev, struct field_value *out)
{
	static const char *const names[EVENT_EC_PROCESSING + 1] = {
		[EVENT_EC_UNKNOWN] = "unknown",
		[EVENT_EC_OTHER] = "other",
		[EVENT_EC_FILE] = "file",
		[EVENT_EC_NET] = "net",
		[EVENT_EC_IPC] = "IPC",
		[EVENT_EC_MEMORY] = "memory",
		[EVENT_EC_PROCESS] = "process",
		[EVENT_EC_SLEEP] = "sleep",
		[EVENT_EC_SYSTEM] = "system",
		[EVENT_EC_SIGNAL] = "signal",
		[EVENT_EC_USER] = "user",
		[EVENT_EC_TIME] = "time",
		[EVENT_EC_PROCESSING] = "processing",
	};
	uint32_t low = ev->info->category & EVENT_EC_LOW_MASK;

	if (low <= EVENT_EC_PROCESSING)
		return put_text(out, names[low]);
	switch (low) {
	case EVENT_EC_IO_READ:
	case EVENT_EC_IO_WRITE:
	case EVENT_EC_IO_OTHER:
		return put_text(out, io_category(ev->fd));
	case EVENT_EC_WAIT:
		return put_text(out, "wait");
	case EVENT_EC_SCHEDULER:
		return put_text(out, "scheduler");
	case EVENT_EC_INTERNAL:
		return put_text(out, "internal");
	default:
		return put_text(out, "unknown");
	}
}

/* --- result ------------------------------------------------------------------- */

/* brk gives an address, which is a result as well. */
bool evt_has_result(const struct event *ev, int64_t *result)
{
	if (event_result(ev, result))
		return true;
	return ev->info->dir == EVENT_DIR_EXIT && ev->param_cnt &&
	       ev->info->params[0].type == EVENT_PT_UINT64 &&
	       !strcmp(ev->info->params[0].name, "res") && event_param_i64(ev, 0, result);
}

bool x_evt_rawres(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev, struct field_value *out)
{
	return evt_has_result(ev, &out->i64);
}

bool x_evt_failed(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev, struct field_value *out)
{
	int64_t result;

	return evt_has_result(ev, &result) && put_u64(out, result < 0);
}

bool x_evt_res(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
	       struct field_value *out)
{
	const char *name = NULL;
	int64_t result;

	if (!evt_has_result(ev, &result))
		return false;
	if (result >= 0)
		return put_text(out, "SUCCESS");
	if (result >= -UINT16_MAX)
		name = event_errno_name((uint32_t)-result);
	if (!name)
		name = arena_printf(&env->scratch, "%lld", (long long)result);
	return put_text(out, name);
}

bool evt_is_open(const struct event *ev)
{
	switch (ev->type) {
	case EVENT_SYSCALL_OPEN_X:
	case EVENT_SYSCALL_CREAT_X:
	case EVENT_SYSCALL_OPENAT_2_X:
	case EVENT_SYSCALL_OPENAT2_X:
	case EVENT_SYSCALL_OPEN_BY_HANDLE_AT_X:
		return true;
	default:
		return false;
	}
}

enum error_class { ERROR_FILE, ERROR_NET, ERROR_MEMORY, ERROR_OTHER };

static bool is_socket_call(const struct event *ev)
{
	return ev->type == EVENT_SOCKET_ACCEPT_5_X || ev->type == EVENT_SOCKET_ACCEPT4_6_X ||
	       ev->type == EVENT_SOCKET_CONNECT_X;
}

static enum error_class error_class(const struct event *ev)
{
	const struct state_fd *fd = ev->fd;

	if (fd ? evt_is_file(fd) : evt_is_open(ev))
		return ERROR_FILE;
	if (fd ? evt_is_ip_socket(fd) || fd->type == SNAP_FD_UNIX_SOCK : is_socket_call(ev))
		return ERROR_NET;
	if (!fd && (ev->info->category & EVENT_EC_LOW_MASK) == EVENT_EC_MEMORY)
		return ERROR_MEMORY;
	return ERROR_OTHER;
}

bool x_evt_count_error(const struct field_ref *ref, struct field_env *env UNUSED,
		       const struct event *ev, struct field_value *out)
{
	int64_t result;

	if (!evt_has_result(ev, &result) || result >= 0)
		return false;
	switch (ref->id) {
	case FIELD_ID_EVT_COUNT_ERROR_FILE:
		if (error_class(ev) != ERROR_FILE)
			return false;
		break;
	case FIELD_ID_EVT_COUNT_ERROR_NET:
		if (error_class(ev) != ERROR_NET)
			return false;
		break;
	case FIELD_ID_EVT_COUNT_ERROR_MEMORY:
		if ((ev->info->category & EVENT_EC_LOW_MASK) != EVENT_EC_MEMORY)
			return false;
		break;
	case FIELD_ID_EVT_COUNT_ERROR_OTHER:
		if (error_class(ev) != ERROR_OTHER)
			return false;
		break;
	default:
		break;
	}
	return put_u64(out, 1);
}

bool x_evt_count(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		 const struct event *ev UNUSED, struct field_value *out)
{
	return put_u64(out, 1);
}

bool x_evt_count_exit(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		      const struct event *ev, struct field_value *out)
{
	return ev->info->dir == EVENT_DIR_EXIT && put_u64(out, 1);
}

bool x_evt_count_procinfo(const struct field_ref *ref, struct field_env *env UNUSED,
			  const struct event *ev, struct field_value *out)
{
	bool is_main = ev->thread && ev->thread->tid == ev->thread->pid;

	return put_u64(out, ev->type == EVENT_PROCINFO_E &&
				    (ref->id == FIELD_ID_EVT_COUNT_THREADINFO || is_main));
}

/* --- kinds of calls -------------------------------------------------------------- */

bool x_evt_is_flag(const struct field_ref *ref, struct field_env *env UNUSED,
		   const struct event *ev, struct field_value *out)
{
	uint32_t mask = EVENT_EF_READS_FROM_FD | EVENT_EF_WRITES_TO_FD;

	if (ref->id == FIELD_ID_EVT_IS_IO_READ)
		mask = EVENT_EF_READS_FROM_FD;
	else if (ref->id == FIELD_ID_EVT_IS_IO_WRITE)
		mask = EVENT_EF_WRITES_TO_FD;
	else if (ref->id == FIELD_ID_EVT_IS_WAIT)
		mask = EVENT_EF_WAITS;
	return put_u64(out, (ev->info->flags & mask) != 0);
}

bool x_evt_io_dir(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev, struct field_value *out)
{
	if (ev->info->flags & EVENT_EF_WRITES_TO_FD)
		return put_text(out, "write");
	return ev->info->flags & EVENT_EF_READS_FROM_FD && put_text(out, "read");
}

bool x_evt_is_syslog(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		     const struct event *ev, struct field_value *out)
{
	const char *name = ev->fd ? ev->fd->name : NULL;

	return put_u64(out, ev->info->flags & EVENT_EF_WRITES_TO_FD && name &&
				    (strstr(name, "/dev/log") || strstr(name, "/dev-log")));
}

/* Bits of the file_flags set. */
enum open_flag {
	OPEN_READ = 1,
	OPEN_WRITE = 2,
	OPEN_CREATE = 4,
	OPEN_TMPFILE = 8192,
	OPEN_CREATED = 16384,
};

static uint64_t param_by_name(const struct event *ev, const char *name)
{
	int idx = event_param_index(ev->info, name);
	uint64_t value;

	return idx >= 0 && event_param_u64(ev, (unsigned int)idx, &value) ? value : 0;
}

bool x_evt_is_open(const struct field_ref *ref, struct field_env *env UNUSED,
		   const struct event *ev, struct field_value *out)
{
	int64_t result;
	uint64_t flags;

	if (!evt_is_open(ev))
		return put_u64(out, 0);
	if (ev->type == EVENT_SYSCALL_CREAT_X)
		flags = OPEN_CREATE;
	else
		flags = param_by_name(ev, "flags");
	switch (ref->id) {
	case FIELD_ID_EVT_IS_OPEN_READ:
		return put_u64(out, (flags & OPEN_READ) != 0);
	case FIELD_ID_EVT_IS_OPEN_WRITE:
		return put_u64(out, (flags & OPEN_WRITE) != 0);
	case FIELD_ID_EVT_IS_OPEN_CREATE:
		if (flags & OPEN_TMPFILE && evt_has_result(ev, &result) && result >= 0)
			flags |= OPEN_CREATED;
		return put_u64(out, (flags & OPEN_CREATED) != 0);
	default:
		return put_u64(out, flags & (OPEN_CREATE | OPEN_TMPFILE) &&
					    param_by_name(ev, "mode") & 0111);
	}
}
