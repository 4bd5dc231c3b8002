/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_task.c: all threads out of the records of a BPF iterator (struct
 * wire_task).  They hold everything but texts: arguments and environment come
 * from the process's memory, folders, programs and cgroups from /proc, once for
 * each that differs and not for each thread.  Entries are those of
 * snapshot_proc.c; a record that lacks something is an empty field.
 */
#include "source/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"
#include "event/wire.h"
#include "scap/scap.h"
#include "source/overlap.h"

#define READ_BYTES 65536u
#define ARGS_MAX 16384u
#define SMALL_FILE_MAX 8192u
#define STATUS_MAX 65536u /* its list of groups has no end */

/* execve_flags set of the format */
enum { EXE_UPPER_LAYER = 2, EXE_FROM_MEMFD = 4, EXE_LOWER_LAYER = 8 };

/* The path of a wire_place that was found out. */
struct place {
	uint64_t dentry, mnt;
	struct span path;
};

struct task_scan {
	struct source_scan *scan;
	const struct wire_task **tasks; /* processes together, the main thread first */
	size_t cnt;
	struct map places; /* hash of the pointers -> struct place */
	struct map cgroups; /* css_set -> struct span */
	uint64_t userns; /* number of our own user namespace */
	struct str args, env, text;
	struct snap_thread facts; /* of the process; each thread's entry starts from it */
	struct str *out;
};

/* --- texts ------------------------------------------------------------------------ */

static void thread_name(char out[64], const struct wire_task *task, const char *file)
{
	snprintf(out, 64, "%d/task/%d%s", task->pid, task->tid, file);
}

static bool begins_last_part(struct span path, const char *name)
{
	const uint8_t *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
	size_t len = strnlen(name, WIRE_PLACE_NAME);

	return slash && (size_t)(path.ptr + path.len - slash - 1) >= len &&
	       !memcmp(slash + 1, name, len);
}

static struct span read_place(struct task_scan *at, const struct wire_task *task,
			      const struct wire_place *place, const char *link)
{
	struct span path = span_make(NULL, 0);
	bool is_folder = place != &task->exe;
	char name[64];

	thread_name(name, task, is_folder ? "" : "/exe");
	if (is_folder)
		path = source_scan_folder(at->scan->proc, name, link, &at->text);
	else if (!source_scan_link(at->scan->proc, name, &at->text))
		path = span_make(at->text.buf, at->text.len);
	/* Changed since the record was made: what changed it is recorded as well. */
	if (path.ptr && !begins_last_part(path, place->name))
		path = span_make(NULL, 0);
	return path;
}

/* link: what the place is called in /proc. */
static struct span place_of(struct task_scan *at, const struct wire_task *task,
			    const struct wire_place *place, const char *link)
{
	uint64_t key = map_hash(place, offsetof(struct wire_place, name), 0);
	struct place *found = map_find(&at->places, key);
	struct span path;

	if (!place->dentry)
		return span_make(NULL, 0);
	if (found && found->dentry == place->dentry && found->mnt == place->mnt)
		return found->path;
	path = read_place(at, task, place, link);
	if (!path.ptr)
		return path;
	found = arena_alloc(&at->scan->arena, sizeof(*found));
	found->dentry = place->dentry;
	found->mnt = place->mnt;
	found->path = span_make(arena_dup(&at->scan->arena, path.ptr, path.len), path.len);
	map_put(&at->places, key, found);
	return found->path;
}

#define GROUP_READS_MAX 8 /* of threads that may have ended as well */

/* Into at->text what /proc tells of the thread's groups, or of another's in the same. */
static bool read_groups(struct task_scan *at, const struct wire_task *task)
{
	unsigned int reads = 1;
	char name[64];

	thread_name(name, task, "/cgroup");
	if (!source_scan_read(at->scan->proc, name, SMALL_FILE_MAX, &at->text))
		return true;
	for (size_t i = 0; i < at->cnt && reads < GROUP_READS_MAX; i++) {
		if (at->tasks[i]->css_set != task->css_set || at->tasks[i] == task)
			continue;
		reads++;
		thread_name(name, at->tasks[i], "/cgroup");
		if (!source_scan_read(at->scan->proc, name, SMALL_FILE_MAX, &at->text))
			return true;
	}
	return false;
}

static struct span cgroups_of(struct task_scan *at, const struct wire_task *task)
{
	struct span *found = map_find(&at->cgroups, task->css_set);
	struct str list = { 0 };
	struct span cut;

	if (found)
		return *found;
	if (!read_groups(at, task))
		return span_make(NULL, 0);
	source_scan_cgroups(span_make(at->text.buf, at->text.len), &list);
	cut = source_scan_cut(list.buf, list.len);
	found = arena_alloc(&at->scan->arena, sizeof(*found));
	*found = span_make(arena_dup(&at->scan->arena, cut.ptr, cut.len), cut.len);
	map_put(&at->cgroups, task->css_set, found);
	str_release(&list);
	return *found;
}

static size_t length(uint64_t begin, uint64_t end, size_t max)
{
	uint64_t len = begin < end ? end - begin : 0;

	return len < max ? (size_t)len : max;
}

/*
 * Both out of the process's memory. A process that writes a title over its
 * arguments may go on into the environment, which only the kernel unravels: such
 * arguments have no NUL at their end.
 */
static void read_strings(struct task_scan *at, const struct wire_task *task)
{
	size_t args_len = length(task->args_begin, task->args_end, ARGS_MAX);
	size_t env_len = length(task->env_begin, task->env_end, SOURCE_SCAN_LIST_MAX + 1);
	struct iovec to[2], from[2];
	bool is_read;
	char name[64];

	str_reset(&at->args);
	str_reset(&at->env);
	to[0] = (struct iovec){ str_reserve(&at->args, args_len + 1), args_len };
	to[1] = (struct iovec){ str_reserve(&at->env, env_len + 1), env_len };
	from[0] = (struct iovec){ (void *)(uintptr_t)task->args_begin, args_len };
	from[1] = (struct iovec){ (void *)(uintptr_t)task->env_begin, env_len };
	is_read = process_vm_readv(task->tid, to, 2, from, 2, 0) == (ssize_t)(args_len + env_len);
	if (is_read) {
		str_commit(&at->args, args_len);
		str_commit(&at->env, env_len);
	} else {
		thread_name(name, task, "/environ");
		source_scan_read(at->scan->proc, name, SOURCE_SCAN_LIST_MAX + 1, &at->env);
	}
	if (is_read && (args_len == ARGS_MAX || !args_len || !at->args.buf[args_len - 1]))
		return;
	thread_name(name, task, "/cmdline");
	source_scan_read(at->scan->proc, name, ARGS_MAX, &at->args);
}

/* --- facts of a process ----------------------------------------------------------- */

/* The list of groups is looked up only where it decides. */
static bool can_write(struct task_scan *at, const struct wire_task *task)
{
	struct source_scan_writer who = {
		.uid = task->uid,
		.gid = task->gid,
		.overrides =
			source_scan_has_override(task->cap_effective) && task->userns == at->userns,
	};
	struct source_scan_status status;
	const uint32_t group = 0020, others = 0002;
	char name[64];

	if (!who.overrides && !(task->exe_mode & group) != !(task->exe_mode & others)) {
		thread_name(name, task, "/status");
		if (!source_scan_read(at->scan->proc, name, STATUS_MAX, &at->text)) {
			source_scan_status(span_make(at->text.buf, at->text.len), &status);
			who.groups = status.groups;
		}
	}
	return source_scan_can_write(task->exe_uid, task->exe_gid, task->exe_mode, &who);
}

static void program_facts(struct task_scan *at, const struct wire_task *task)
{
	struct snap_thread *facts = &at->facts;

	read_strings(at, task);
	source_scan_args(&at->args, &facts->exe, &facts->args);
	facts->env = source_scan_cut(at->env.buf, at->env.len);
	facts->cwd = place_of(at, task, &task->cwd, "cwd");
	facts->root = place_of(at, task, &task->root, "root");
	facts->exepath = place_of(at, task, &task->exe, "exe");
	if (!task->exe.dentry)
		return;
	facts->exe_ino = task->exe_ino;
	facts->exe_ino_ctime_ns = task->exe_ctime_ns;
	facts->exe_ino_mtime_ns = task->exe_mtime_ns;
	facts->exe_writable = can_write(at, task);
	facts->exe_upper_layer = task->exe_flags & EXE_UPPER_LAYER;
	facts->exe_lower_layer = task->exe_flags & EXE_LOWER_LAYER;
	facts->exe_from_memfd = task->exe_flags & EXE_FROM_MEMFD;
}

/* view: a thread that runs, through which its process is seen. */
static void process_facts(struct task_scan *at, const struct wire_task *view)
{
	at->facts = (struct snap_thread){
		.pid = view->pid,
		.fdlimit = view->fdlimit <= INT64_MAX ? (int64_t)view->fdlimit : -1,
		.loginuid = view->loginuid,
		.has_exe_facts = true,
	};
	if (view->flags & WIRE_TASK_KERNEL)
		at->facts.cwd = at->facts.root = span_text("/");
	else
		program_facts(at, view);
	if (view->pidns_born_ns)
		at->facts.pidns_init_start_ns = at->scan->boot_ns + view->pidns_born_ns;
}

/* --- entries ---------------------------------------------------------------------- */

static void put_thread(struct task_scan *at, const struct wire_task *task,
		       const struct wire_task *view, uint64_t fds_ns)
{
	bool is_main = task->tid == task->pid;
	struct snap_thread thread = at->facts;

	thread.tid = task->tid;
	thread.ptid = task->ppid;
	thread.vtid = task->vtid;
	thread.vpid = task->vpid;
	thread.vpgid = task->vpgid;
	thread.pgid = task->pgid;
	thread.sid = task->sid;
	thread.uid = task->uid;
	thread.gid = task->gid;
	thread.tty = task->tty;
	thread.vmsize_kb = view->vmsize_kb;
	thread.vmrss_kb = view->vmrss_kb;
	thread.vmswap_kb = view->vmswap_kb;
	thread.cap_inheritable = task->cap_inheritable;
	thread.cap_permitted = task->cap_permitted;
	thread.cap_effective = task->cap_effective;
	thread.pfmajor = task->pfmajor;
	thread.pfminor = task->pfminor;
	thread.comm = span_make(task->comm, strnlen(task->comm, sizeof(task->comm)));
	/* A thread that ended has left its groups, not so its process. */
	thread.cgroups = cgroups_of(at, is_main ? view : task);
	thread.clone_flags = source_scan_clone_flags(is_main);
	if (!is_main)
		thread.env = span_make(NULL, 0); /* the main thread has it */
	scap_put_proc(at->out, &thread);
	at->scan->thread_cnt++;
	if (at->scan->overlap)
		source_overlap_add(at->scan->overlap, &(struct source_overlap_thread){
							      .tid = task->tid,
							      .born_ns = task->born_ns,
							      .fds_ns = fds_ns,
							      .seen_ns = task->seen_ns,
						      });
}

/* The threads of one process: its records from first on, cnt of them. */
static void put_process(struct task_scan *at, const struct wire_task **tasks, size_t cnt)
{
	const struct wire_task *view = tasks[0];
	uint64_t fds_ns;

	map_put(&at->scan->seen, (uint64_t)view->pid, at);
	/* A main thread is missing when all of this began beside the list. */
	if (view->tid != view->pid ||
	    !source_scan_admits(at->scan, view->pid, view->process_born_ns, &fds_ns))
		return;
	for (size_t i = 0; i < cnt && view->flags & WIRE_TASK_ENDED; i++)
		if (!(tasks[i]->flags & WIRE_TASK_ENDED))
			view = tasks[i];
	process_facts(at, view);
	for (size_t i = 0; i < cnt; i++)
		put_thread(at, tasks[i], view, fds_ns);
	if (at->facts.exepath.ptr)
		source_scan_want_list(at->scan, view->pid);
}

static int compare(const void *left, const void *right)
{
	const struct wire_task *a = *(const struct wire_task *const *)left;
	const struct wire_task *b = *(const struct wire_task *const *)right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if ((a->tid == a->pid) != (b->tid == b->pid))
		return a->tid == a->pid ? -1 : 1;
	return (a->tid > b->tid) - (a->tid < b->tid);
}

static void put_all(struct task_scan *at)
{
	size_t first = 0;

	qsort(at->tasks, at->cnt, sizeof(*at->tasks), compare);
	for (size_t i = 1; i <= at->cnt; i++) {
		if (i < at->cnt && at->tasks[i]->pid == at->tasks[first]->pid)
			continue;
		put_process(at, &at->tasks[first], i - first);
		first = i;
	}
}

/* --- records ---------------------------------------------------------------------- */

/* All of them, before the first text is read: the later a look, the less it fits the others. */
static int read_records(int iter, struct str *buf)
{
	while (buf->len < (size_t)LIMIT_THREADS * sizeof(struct wire_task)) {
		ssize_t got = read(iter, str_reserve(buf, READ_BYTES), READ_BYTES);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		str_commit(buf, got);
	}
	return buf->len && buf->len % sizeof(struct wire_task) == 0 ? 0 : -EBADMSG;
}

static uint64_t own_userns(struct str *link)
{
	if (source_scan_link(AT_FDCWD, "/proc/self/ns/user", link))
		return 0;
	return source_scan_link_number(span_make(link->buf, link->len));
}

int source_scan_iter_tasks(struct source_scan *scan, int iter, struct str *out)
{
	struct task_scan at = { .scan = scan, .out = out };
	struct str buf = { 0 };
	int ret = read_records(iter, &buf);

	if (!ret) {
		at.userns = own_userns(&at.text);
		at.cnt = buf.len / sizeof(struct wire_task);
		at.tasks = arena_alloc(&scan->arena, at.cnt * sizeof(*at.tasks));
		for (size_t i = 0; i < at.cnt; i++)
			at.tasks[i] = (const struct wire_task *)buf.buf + i;
		put_all(&at);
	}
	map_release(&at.places);
	map_release(&at.cgroups);
	str_release(&at.args);
	str_release(&at.env);
	str_release(&at.text);
	str_release(&buf);
	return ret;
}
