/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_proc.c: all threads of the machine, out of /proc.  Every thread has
 * an entry; what belongs to a process is read once, through a thread that still
 * runs: behind a main thread that ended /proc shows nothing although the others
 * go on.  A process or thread that vanishes meanwhile is passed over.
 */
#include "source/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>

#include "scap/scap.h"

#define LONG_TEXT_MAX 4096u /* of args, env and cgroups in the format */
#define CMDLINE_MAX 16384u
#define SMALL_FILE_MAX 8192u
#define STATUS_MAX 65536u /* its list of groups has no end */

/* flags of the format: clone_flags set */
#define CLONE_FLAGS_FILES (1u << 0)
#define CLONE_FLAGS_SIGHAND (1u << 11)
#define CLONE_FLAGS_THREAD (1u << 13)
#define CLONE_FLAGS_VM (1u << 15)
#define CLONE_FLAGS_MAIN (1u << 30)

/* Texts of the process at hand; reused for the next. */
struct process {
	struct source_scan *scan;
	int64_t pid;
	int task; /* the folder /proc/PID/task */
	struct str status, stat, comm; /* of the thread at hand */
	struct str cmdline, env, cgroup, cgroups, exepath, cwd, root, link;
	struct source_scan_ids tids;
	struct snap_thread facts; /* of the process; each thread's entry starts from it */
};

/* --- parsing ------------------------------------------------------------------- */

/* Address space that is only reserved can be more than the format holds. */
static void take_kb(struct span line, uint32_t *out)
{
	uint64_t value;

	if (source_scan_number(&line, 10, &value))
		*out = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX - 1;
}

static void take_u64(struct span line, unsigned int base, uint64_t *out)
{
	source_scan_number(&line, base, out);
}

/* "real effective saved file-system" */
static void take_effective(struct span line, uint32_t *out)
{
	uint64_t real, effective;

	if (source_scan_number(&line, 10, &real) && source_scan_number(&line, 10, &effective) &&
	    effective < UINT32_MAX)
		*out = (uint32_t)effective;
}

/* An id for each pid namespace, from the reader's to the thread's own. */
static void take_ns_ids(struct span line, int64_t *first, int64_t *last)
{
	uint64_t value;

	while (source_scan_number(&line, 10, &value)) {
		if (first)
			*first = (int64_t)value;
		first = NULL;
		*last = (int64_t)value;
	}
}

void source_scan_status(struct span text, struct source_scan_status *out)
{
	struct span line;
	uint64_t value;

	*out = (struct source_scan_status){
		.ppid = -1,
		.vtid = -1,
		.vpid = -1,
		.vpgid = -1,
		.pgid = -1,
		.sid = -1,
		.uid = UINT32_MAX,
		.gid = UINT32_MAX,
		.cap_inheritable = SNAP_UNKNOWN,
		.cap_permitted = SNAP_UNKNOWN,
		.cap_effective = SNAP_UNKNOWN,
	};
	while (source_scan_line(&text, &line)) {
		if (source_scan_prefix(&line, "State:\t"))
			out->state = line.len ? (char)*line.ptr : '\0';
		else if (source_scan_prefix(&line, "PPid:") &&
			 source_scan_number(&line, 10, &value))
			out->ppid = (int64_t)value;
		else if (source_scan_prefix(&line, "Uid:"))
			take_effective(line, &out->uid);
		else if (source_scan_prefix(&line, "Gid:"))
			take_effective(line, &out->gid);
		else if (source_scan_prefix(&line, "Groups:"))
			out->groups = line;
		else if (source_scan_prefix(&line, "NStgid:"))
			take_ns_ids(line, NULL, &out->vpid);
		else if (source_scan_prefix(&line, "NSpid:"))
			take_ns_ids(line, NULL, &out->vtid);
		else if (source_scan_prefix(&line, "NSpgid:"))
			take_ns_ids(line, &out->pgid, &out->vpgid);
		else if (source_scan_prefix(&line, "NSsid:"))
			take_ns_ids(line, NULL, &out->sid);
		else if (source_scan_prefix(&line, "VmSize:"))
			take_kb(line, &out->vmsize_kb);
		else if (source_scan_prefix(&line, "VmRSS:"))
			take_kb(line, &out->vmrss_kb);
		else if (source_scan_prefix(&line, "VmSwap:"))
			take_kb(line, &out->vmswap_kb);
		else if (source_scan_prefix(&line, "CapInh:"))
			take_u64(line, 16, &out->cap_inheritable);
		else if (source_scan_prefix(&line, "CapPrm:"))
			take_u64(line, 16, &out->cap_permitted);
		else if (source_scan_prefix(&line, "CapEff:"))
			take_u64(line, 16, &out->cap_effective);
	}
}

/* Fields of stat behind the name, numbered as in proc(5). */
enum {
	STAT_FIRST = 3, /* state, the only one that is no number */
	STAT_PGRP = 5,
	STAT_SESSION = 6,
	STAT_TTY = 7,
	STAT_MINFLT = 10,
	STAT_MAJFLT = 12,
	STAT_START = 22,
};

/* The name may hold anything, so only the last ')' ends it. */
bool source_scan_stat(struct span text, struct source_scan_stat *out)
{
	const uint8_t *end = text.len ? memrchr(text.ptr, ')', text.len) : NULL;
	uint64_t fields[STAT_START + 1] = { 0 };
	struct span word;
	struct span rest;

	if (!end)
		return false;
	rest = span_make(end + 1, text.len - (end + 1 - text.ptr));
	for (int i = STAT_FIRST; i <= STAT_START; i++) {
		bool is_negative;

		if (!source_scan_word(&rest, &word))
			return false;
		is_negative = source_scan_prefix(&word, "-");
		if (source_scan_number(&word, 10, &fields[i]) && is_negative)
			fields[i] = -fields[i];
	}
	*out = (struct source_scan_stat){
		.pgid = (int64_t)fields[STAT_PGRP],
		.sid = (int64_t)fields[STAT_SESSION],
		.tty = (uint32_t)fields[STAT_TTY],
		.minflt = fields[STAT_MINFLT],
		.majflt = fields[STAT_MAJFLT],
		.start_ticks = fields[STAT_START],
	};
	return true;
}

/* "id:controllers:path"; controllers: comma list, empty for the unified hierarchy. */
static bool cgroup_line(struct span line, struct span *controllers, struct span *path)
{
	const uint8_t *colon;
	uint64_t id;

	if (!source_scan_number(&line, 10, &id) || !source_scan_prefix(&line, ":") || !line.len)
		return false;
	colon = memchr(line.ptr, ':', line.len);
	if (!colon)
		return false;
	*controllers = span_make(line.ptr, colon - line.ptr);
	*path = span_make(colon + 1, line.len - controllers->len - 1);
	return path->len && *path->ptr == '/';
}

static bool has_controller(struct span controllers, const char *name)
{
	while (controllers.len) {
		const uint8_t *comma = memchr(controllers.ptr, ',', controllers.len);
		size_t len = comma ? (size_t)(comma - controllers.ptr) : controllers.len;

		if (span_is_text(span_make(controllers.ptr, len), name))
			return true;
		controllers.ptr += len + !!comma;
		controllers.len -= len + !!comma;
	}
	return false;
}

/*
 * Each controller has its path from its own (v1) hierarchy, or from the unified
 * one where it has none or was left in the root: on a hybrid system some
 * runtimes make groups only in the unified one.
 */
void source_scan_cgroups(struct span text, struct str *out)
{
	static const char *const names[][2] = {
		{ "cpuset", "cpuset" }, { "cpu", "cpu" },	{ "cpuacct", "cpuacct" },
		{ "io", "blkio" },	{ "memory", "memory" },
	};
	struct span unified = span_make(NULL, 0);
	struct span controllers, path, line;
	struct span rest = text;

	str_reset(out);
	while (source_scan_line(&rest, &line))
		if (cgroup_line(line, &controllers, &path) && !controllers.len)
			unified = path;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct span found = unified;

		rest = text;
		while (source_scan_line(&rest, &line))
			if (cgroup_line(line, &controllers, &path) &&
			    has_controller(controllers, names[i][1]) && path.len > 1)
				found = path;
		if (!found.ptr)
			found = span_text("/");
		str_append_text(out, names[i][0]);
		str_append_char(out, '=');
		str_append(out, found.ptr, found.len);
		str_append_char(out, '\0');
	}
}

/* A list of strings of which max bytes are kept, cut with a NUL. */
static struct span cut_list(char *list, size_t len, size_t max)
{
	if (len > max) {
		len = max;
		list[len - 1] = '\0';
	}
	return span_make(list, len);
}

void source_scan_args(struct str *buf, struct span *exe, struct span *args)
{
	size_t exe_len;

	if (!buf->len) {
		*exe = span_make(NULL, 0);
		*args = span_make(NULL, 0);
		return;
	}
	/* A process that writes its own title may leave out the last NUL. */
	if (buf->buf[buf->len - 1])
		str_append_char(buf, '\0');
	exe_len = strlen(buf->buf);
	*exe = span_make(buf->buf, exe_len);
	*args = cut_list(buf->buf + exe_len + 1, buf->len - exe_len - 1, LONG_TEXT_MAX);
}

/* --- facts of a process ----------------------------------------------------------- */

static void thread_name(char out[64], int64_t tid, const char *file)
{
	snprintf(out, 64, "%lld/%s", (long long)tid, file);
}

static int read_of(struct process *proc, int64_t tid, const char *file, size_t max, struct str *out)
{
	char name[64];

	thread_name(name, tid, file);
	return source_scan_read(proc->task, name, max, out);
}

static struct span link_of(struct process *proc, int64_t tid, const char *file, struct str *out)
{
	char name[64];

	thread_name(name, tid, file);
	if (source_scan_link(proc->task, name, out))
		return span_make(NULL, 0);
	return span_make(out->buf, out->len);
}

static uint64_t stamp_ns(const struct statx_timestamp *stamp)
{
	return (uint64_t)stamp->tv_sec * 1000000000u + stamp->tv_nsec;
}

static bool in_groups(struct span groups, uint32_t gid)
{
	uint64_t group;

	while (source_scan_number(&groups, 10, &group))
		if (group == gid)
			return true;
	return false;
}

/* Capabilities over files count only for processes of the machine's own user namespace. */
static bool overrides_modes(struct process *proc, int64_t tid, uint64_t caps)
{
	const uint64_t wanted = 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER;
	uint64_t theirs;

	if (caps == SNAP_UNKNOWN || !(caps & wanted))
		return false;
	theirs = source_scan_link_number(link_of(proc, tid, "ns/user", &proc->link));
	if (source_scan_link(AT_FDCWD, "/proc/self/ns/user", &proc->link))
		return false;
	return theirs &&
	       theirs == source_scan_link_number(span_make(proc->link.buf, proc->link.len));
}

/* The owner may change the mode, so counts as one who can write. */
static bool can_write(struct process *proc, int64_t tid, const struct statx *exe,
		      const struct source_scan_status *who)
{
	if (exe->stx_uid == who->uid)
		return true;
	if (exe->stx_gid == who->gid || in_groups(who->groups, exe->stx_gid)) {
		if (exe->stx_mode & S_IWGRP)
			return true;
	} else if (exe->stx_mode & S_IWOTH) {
		return true;
	}
	return overrides_modes(proc, tid, who->cap_effective);
}

/*
 * The link's text keeps its " (deleted)": that is how the fact travels in a
 * trace. Programs in memory have no other name than "/memfd:NAME (deleted)".
 */
static void exe_facts(struct process *proc, int64_t tid, const struct source_scan_status *who)
{
	struct snap_thread *facts = &proc->facts;
	struct span memfd;
	struct statx exe;
	char name[64];

	facts->exepath = link_of(proc, tid, "exe", &proc->exepath);
	if (!facts->exepath.ptr)
		return;
	thread_name(name, tid, "exe");
	if (statx(proc->task, name, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &exe))
		return;
	facts->exe_ino = exe.stx_ino;
	facts->exe_ino_ctime_ns = stamp_ns(&exe.stx_ctime);
	facts->exe_ino_mtime_ns = stamp_ns(&exe.stx_mtime);
	facts->exe_writable = can_write(proc, tid, &exe, who);
	memfd = facts->exepath;
	facts->exe_from_memfd = source_scan_prefix(&memfd, "/memfd:") && !exe.stx_nlink;
}

/* A folder that was deleted: its text without the kernel's mark. */
static struct span folder_of(struct process *proc, int64_t tid, const char *file, struct str *out)
{
	static const char mark[] = " (deleted)";
	const size_t mark_len = sizeof(mark) - 1;
	struct span path = link_of(proc, tid, file, out);
	struct statx folder;
	char name[64];
	bool is_there = true;
	int dir;

	if (path.len <= mark_len || memcmp(path.ptr + path.len - mark_len, mark, mark_len))
		return path;
	thread_name(name, tid, file);
	if (statx(proc->task, name, AT_STATX_DONT_SYNC, STATX_INO, &folder))
		return path;
	snprintf(name, sizeof(name), "%lld", (long long)tid);
	dir = openat(proc->task, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		is_there = source_scan_is_there(dir, path, folder.stx_ino);
		close(dir);
	}
	return is_there ? path : span_make(path.ptr, path.len - mark_len);
}

/* -1: not known, or none. prlimit(2) may be refused for what the limits file shows. */
static int64_t fd_limit(struct process *proc, int64_t tid)
{
	struct rlimit limit;
	struct span text, line;
	uint64_t value;

	if (!prlimit((pid_t)tid, RLIMIT_NOFILE, NULL, &limit))
		return limit.rlim_cur == RLIM_INFINITY ? -1 : (int64_t)limit.rlim_cur;
	if (read_of(proc, tid, "limits", SMALL_FILE_MAX, &proc->link))
		return -1;
	text = span_make(proc->link.buf, proc->link.len);
	while (source_scan_line(&text, &line))
		if (source_scan_prefix(&line, "Max open files") &&
		    source_scan_number(&line, 10, &value))
			return (int64_t)value;
	return -1;
}

/* --- when a pid namespace began --------------------------------------------------- */

static uint64_t start_ns(const struct source_scan *scan, const struct source_scan_stat *stat)
{
	return scan->boot_ns + stat->start_ticks * scan->tick_ns;
}

static void note_pidns(struct source_scan *scan, uint64_t ns, uint64_t start)
{
	if (!map_find(&scan->pidns, ns))
		map_put(&scan->pidns, ns, arena_dup(&scan->arena, &start, sizeof(start)));
}

/* Is pid the first process of namespace ns? Then when it began, else 0. */
static uint64_t is_first_of(struct source_scan *scan, struct str *buf, int64_t pid, uint64_t ns)
{
	struct source_scan_status status;
	struct source_scan_stat stat;
	char name[64];

	thread_name(name, pid, "ns/pid");
	if (source_scan_link(scan->proc, name, buf) ||
	    source_scan_link_number(span_make(buf->buf, buf->len)) != ns)
		return 0;
	thread_name(name, pid, "status");
	if (source_scan_read(scan->proc, name, STATUS_MAX, buf))
		return 0;
	source_scan_status(span_make(buf->buf, buf->len), &status);
	thread_name(name, pid, "stat");
	if (status.vpid != 1 || source_scan_read(scan->proc, name, SMALL_FILE_MAX, buf) ||
	    !source_scan_stat(span_make(buf->buf, buf->len), &stat))
		return 0;
	return start_ns(scan, &stat);
}

/*
 * Pids are gone through in order and a namespace's first process is nearly
 * always met first; where numbers wrapped around since, all are asked, once.
 */
static uint64_t pidns_start(struct process *proc, uint64_t ns)
{
	struct source_scan *scan = proc->scan;
	struct source_scan_ids pids = { 0 };
	uint64_t *known = map_find(&scan->pidns, ns);
	uint64_t start = 0;

	if (!ns)
		return 0;
	if (known)
		return *known;
	if (!source_scan_ids(scan->proc, ".", &pids))
		for (size_t i = 0; i < pids.cnt && !start; i++)
			start = is_first_of(scan, &proc->link, pids.items[i], ns);
	vec_release(&pids);
	note_pidns(scan, ns, start);
	return start;
}

/* --- entries --------------------------------------------------------------------------- */

/* What all threads of a process share, seen through thread tid; who is that thread. */
static void process_facts(struct process *proc, int64_t tid, const struct source_scan_status *who,
			  const struct source_scan_stat *main_stat)
{
	struct snap_thread *facts = &proc->facts;
	uint64_t loginuid;
	struct span text;
	uint64_t ns;

	*facts = (struct snap_thread){
		.pid = proc->pid,
		.fdlimit = fd_limit(proc, tid),
		.loginuid = UINT32_MAX,
		.has_exe_facts = true,
	};
	/* Without memory of its own (a kernel thread) it has none of these. */
	if (who->vmsize_kb) {
		read_of(proc, tid, "cmdline", CMDLINE_MAX, &proc->cmdline);
		source_scan_args(&proc->cmdline, &facts->exe, &facts->args);
		read_of(proc, tid, "environ", LONG_TEXT_MAX + 1, &proc->env);
		facts->env = cut_list(proc->env.buf, proc->env.len, LONG_TEXT_MAX);
		exe_facts(proc, tid, who);
	}
	facts->cwd = folder_of(proc, tid, "cwd", &proc->cwd);
	facts->root = folder_of(proc, tid, "root", &proc->root);
	read_of(proc, tid, "loginuid", SMALL_FILE_MAX, &proc->link);
	text = span_make(proc->link.buf, proc->link.len);
	if (source_scan_number(&text, 10, &loginuid))
		facts->loginuid = (uint32_t)loginuid;
	ns = source_scan_link_number(link_of(proc, tid, "ns/pid", &proc->link));
	if (who->vpid == 1 && main_stat && ns)
		note_pidns(proc->scan, ns, start_ns(proc->scan, main_stat));
	facts->pidns_init_start_ns = pidns_start(proc, ns);
}

/* view: through which thread its process is seen. */
static void put_thread(struct process *proc, int64_t tid, int64_t view,
		       const struct source_scan_status *status, const struct source_scan_stat *stat,
		       struct str *out)
{
	struct snap_thread thread = proc->facts;

	thread.tid = tid;
	thread.ptid = status->ppid;
	thread.vtid = status->vtid;
	thread.vpid = status->vpid;
	thread.vpgid = status->vpgid;
	/* A kernel without these lines has them in stat. */
	thread.sid = status->sid >= 0 ? status->sid : stat->sid;
	thread.pgid = status->pgid >= 0 ? status->pgid : stat->pgid;
	thread.uid = status->uid;
	thread.gid = status->gid;
	thread.vmsize_kb = status->vmsize_kb;
	thread.vmrss_kb = status->vmrss_kb;
	thread.vmswap_kb = status->vmswap_kb;
	thread.cap_inheritable = status->cap_inheritable;
	thread.cap_permitted = status->cap_permitted;
	thread.cap_effective = status->cap_effective;
	thread.pfminor = stat->minflt;
	thread.pfmajor = stat->majflt;
	thread.tty = stat->tty;
	if (!read_of(proc, tid, "comm", SMALL_FILE_MAX, &proc->comm) && proc->comm.len)
		thread.comm = span_make(proc->comm.buf, proc->comm.len - 1);
	/* A thread that ended has left its groups, not so its process. */
	if (!read_of(proc, tid == proc->pid ? view : tid, "cgroup", SMALL_FILE_MAX,
		     &proc->cgroup)) {
		source_scan_cgroups(span_make(proc->cgroup.buf, proc->cgroup.len), &proc->cgroups);
		thread.cgroups = cut_list(proc->cgroups.buf, proc->cgroups.len, LONG_TEXT_MAX);
	}
	if (tid == proc->pid) {
		thread.clone_flags = CLONE_FLAGS_MAIN;
	} else {
		/* The kernel makes no thread without the first three; the last goes with it. */
		thread.clone_flags = CLONE_FLAGS_THREAD | CLONE_FLAGS_SIGHAND | CLONE_FLAGS_VM |
				     CLONE_FLAGS_FILES;
		thread.env = span_make(NULL, 0); /* the main thread has it */
	}
	scap_put_proc(out, &thread);
	proc->scan->thread_cnt++;
}

static bool read_thread(struct process *proc, int64_t tid, struct source_scan_status *status,
			struct source_scan_stat *stat)
{
	if (read_of(proc, tid, "status", STATUS_MAX, &proc->status) ||
	    read_of(proc, tid, "stat", SMALL_FILE_MAX, &proc->stat))
		return false;
	source_scan_status(span_make(proc->status.buf, proc->status.len), status);
	return source_scan_stat(span_make(proc->stat.buf, proc->stat.len), stat);
}

static bool is_ended(const struct source_scan_status *status)
{
	return status->state == 'Z' || status->state == 'X';
}

/* A thread that runs, the main one if it does; else the main one. */
static int64_t find_view(struct process *proc, struct source_scan_status *status)
{
	struct source_scan_stat stat;

	for (size_t i = 0; i < proc->tids.cnt; i++) {
		int64_t tid = proc->tids.items[i];

		if (tid != proc->pid && read_thread(proc, tid, status, &stat) && !is_ended(status))
			return tid;
	}
	return proc->pid;
}

static void put_process(struct process *proc, struct str *out)
{
	struct source_scan_status status, view_status;
	struct source_scan_stat stat;
	int64_t view = proc->pid;

	if (source_scan_ids(proc->task, ".", &proc->tids) ||
	    !read_thread(proc, proc->pid, &status, &stat))
		return;
	/* The list of groups lies in the text just read. */
	view_status = status;
	if (is_ended(&status) && proc->tids.cnt > 1)
		view = find_view(proc, &view_status);
	process_facts(proc, view, &view_status, &stat);
	status.vmsize_kb = view_status.vmsize_kb;
	status.vmrss_kb = view_status.vmrss_kb;
	status.vmswap_kb = view_status.vmswap_kb;
	put_thread(proc, proc->pid, view, &status, &stat, out);
	for (size_t i = 0; i < proc->tids.cnt; i++) {
		int64_t tid = proc->tids.items[i];

		if (tid != proc->pid && read_thread(proc, tid, &status, &stat))
			put_thread(proc, tid, view, &status, &stat, out);
	}
	/* Kernel threads, and processes that may not be looked into, show no executable. */
	if (proc->facts.exepath.ptr && proc->pid != proc->scan->self_pid) {
		struct source_scan_proc *with_fds = vec_add(&proc->scan->procs);

		*with_fds = (struct source_scan_proc){ .pid = proc->pid, .tid = view };
	}
}

/* The first process of the reader's own namespace is 1, even if its links may not be read. */
static void note_own_pidns(struct source_scan *scan, struct str *buf)
{
	struct source_scan_stat stat;
	uint64_t ns;

	if (source_scan_link(scan->proc, "self/ns/pid", buf))
		return;
	ns = source_scan_link_number(span_make(buf->buf, buf->len));
	if (ns && !source_scan_read(scan->proc, "1/stat", SMALL_FILE_MAX, buf) &&
	    source_scan_stat(span_make(buf->buf, buf->len), &stat))
		note_pidns(scan, ns, start_ns(scan, &stat));
}

int source_scan_procs(struct source_scan *scan, struct str *out)
{
	struct source_scan_ids pids = { 0 };
	struct process proc = { .scan = scan };
	int ret = source_scan_ids(scan->proc, ".", &pids);
	size_t begin;

	if (ret)
		return ret;
	note_own_pidns(scan, &proc.link);
	begin = scap_list_begin(out, SCAP_PROCS_V9, 0);
	for (size_t i = 0; i < pids.cnt; i++) {
		char name[64];

		proc.pid = pids.items[i];
		thread_name(name, proc.pid, "task");
		proc.task = openat(scan->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (proc.task < 0)
			continue;
		put_process(&proc, out);
		close(proc.task);
	}
	scap_list_end(out, begin);
	vec_release(&pids);
	vec_release(&proc.tids);
	str_release(&proc.status);
	str_release(&proc.stat);
	str_release(&proc.comm);
	str_release(&proc.cmdline);
	str_release(&proc.env);
	str_release(&proc.cgroup);
	str_release(&proc.cgroups);
	str_release(&proc.exepath);
	str_release(&proc.cwd);
	str_release(&proc.root);
	str_release(&proc.link);
	return 0;
}
