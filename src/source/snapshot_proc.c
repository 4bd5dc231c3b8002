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
#include "source/overlap.h"

#define CMDLINE_MAX 16384u
#define SMALL_FILE_MAX 8192u
#define STATUS_MAX 65536u /* its list of groups has no end */

/* flags of the format: clone_flags set */
#define CLONE_FLAGS_FILES (1u << 0)
#define CLONE_FLAGS_SIGHAND (1u << 11)
#define CLONE_FLAGS_THREAD (1u << 13)
#define CLONE_FLAGS_VM (1u << 15)
#define CLONE_FLAGS_MAIN (1u << 30)

/* The kernel makes no thread without the first three; the last goes with it. */
uint32_t source_scan_clone_flags(bool is_main)
{
	return is_main ? CLONE_FLAGS_MAIN
		       : CLONE_FLAGS_THREAD | CLONE_FLAGS_SIGHAND | CLONE_FLAGS_VM |
				 CLONE_FLAGS_FILES;
}

/* Texts of the process at hand; reused for the next. */
struct process {
	struct source_scan *scan;
	int64_t pid;
	uint64_t fds_ns; /* when its fds were listed */
	int task; /* the folder /proc/PID/task */
	struct str status, stat, comm; /* of the thread at hand */
	struct str cmdline, env, cgroup, cgroups, exepath, cwd, root, link;
	struct source_scan_ids tids;
	struct snap_thread facts; /* of the process; each thread's entry starts from it */
};

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

bool source_scan_has_override(uint64_t caps)
{
	return caps != SNAP_UNKNOWN && (caps & (1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER));
}

bool source_scan_can_write(uint32_t exe_uid, uint32_t exe_gid, uint32_t exe_mode,
			   const struct source_scan_writer *who)
{
	if (exe_uid == who->uid)
		return true;
	if (exe_gid == who->gid || in_groups(who->groups, exe_gid)) {
		if (exe_mode & S_IWGRP)
			return true;
	} else if (exe_mode & S_IWOTH) {
		return true;
	}
	return who->overrides;
}

/* Capabilities over files count only for processes of the machine's own user namespace. */
static bool overrides_modes(struct process *proc, int64_t tid, uint64_t caps)
{
	uint64_t theirs;

	if (!source_scan_has_override(caps))
		return false;
	theirs = source_scan_link_number(link_of(proc, tid, "ns/user", &proc->link));
	if (source_scan_link(AT_FDCWD, "/proc/self/ns/user", &proc->link))
		return false;
	return theirs &&
	       theirs == source_scan_link_number(span_make(proc->link.buf, proc->link.len));
}

/*
 * The link's text keeps its " (deleted)": that is how the fact travels in a
 * trace. Programs in memory have no other name than "/memfd:NAME (deleted)".
 */
static void exe_facts(struct process *proc, int64_t tid, const struct source_scan_status *who)
{
	struct snap_thread *facts = &proc->facts;
	struct source_scan_writer writer = { .uid = who->uid,
					     .gid = who->gid,
					     .groups = who->groups };
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
	writer.overrides = overrides_modes(proc, tid, who->cap_effective);
	facts->exe_writable =
		source_scan_can_write(exe.stx_uid, exe.stx_gid, exe.stx_mode, &writer);
	memfd = facts->exepath;
	facts->exe_from_memfd = source_scan_prefix(&memfd, "/memfd:") && !exe.stx_nlink;
}

struct span source_scan_folder(int dir, const char *thread, const char *link, struct str *out)
{
	static const char mark[] = " (deleted)";
	const size_t mark_len = sizeof(mark) - 1;
	struct statx folder;
	struct span path;
	char name[64];
	bool is_there = true;
	int view;

	snprintf(name, sizeof(name), "%s/%s", thread, link);
	if (source_scan_link(dir, name, out))
		return span_make(NULL, 0);
	path = span_make(out->buf, out->len);
	if (path.len <= mark_len || memcmp(path.ptr + path.len - mark_len, mark, mark_len) ||
	    statx(dir, name, AT_STATX_DONT_SYNC, STATX_INO, &folder))
		return path;
	view = openat(dir, thread, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (view >= 0) {
		is_there = source_scan_is_there(view, path, folder.stx_ino);
		close(view);
	}
	return is_there ? path : span_make(path.ptr, path.len - mark_len);
}

static struct span folder_of(struct process *proc, int64_t tid, const char *link, struct str *out)
{
	char thread[24];

	snprintf(thread, sizeof(thread), "%lld", (long long)tid);
	return source_scan_folder(proc->task, thread, link, out);
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

static bool is_ended(const struct source_scan_status *status)
{
	return status->state == 'Z' || status->state == 'X';
}

static void program_facts(struct process *proc, int64_t tid, const struct source_scan_status *who)
{
	struct snap_thread *facts = &proc->facts;
	uint64_t loginuid;
	struct span text;

	read_of(proc, tid, "cmdline", CMDLINE_MAX, &proc->cmdline);
	source_scan_args(&proc->cmdline, &facts->exe, &facts->args);
	read_of(proc, tid, "environ", SOURCE_SCAN_LIST_MAX + 1, &proc->env);
	facts->env = source_scan_cut(proc->env.buf, proc->env.len);
	exe_facts(proc, tid, who);
	facts->cwd = folder_of(proc, tid, "cwd", &proc->cwd);
	facts->root = folder_of(proc, tid, "root", &proc->root);
	read_of(proc, tid, "loginuid", SMALL_FILE_MAX, &proc->link);
	text = span_make(proc->link.buf, proc->link.len);
	if (source_scan_number(&text, 10, &loginuid))
		facts->loginuid = (uint32_t)loginuid;
}

/* What all threads of a process share, seen through thread tid; who is that thread. */
static void process_facts(struct process *proc, int64_t tid, const struct source_scan_status *who,
			  const struct source_scan_stat *main_stat)
{
	struct snap_thread *facts = &proc->facts;
	uint64_t ns;

	*facts = (struct snap_thread){
		.pid = proc->pid,
		.fdlimit = fd_limit(proc, tid),
		.loginuid = UINT32_MAX,
		.has_exe_facts = true,
	};
	if (!who->vmsize_kb && !is_ended(who)) {
		/* A kernel thread: no program, no session, and always the first root. */
		facts->cwd = facts->root = span_text("/");
	} else {
		program_facts(proc, tid, who);
	}
	ns = source_scan_link_number(link_of(proc, tid, "ns/pid", &proc->link));
	if (who->vpid == 1 && main_stat && ns)
		note_pidns(proc->scan, ns, start_ns(proc->scan, main_stat));
	facts->pidns_init_start_ns = pidns_start(proc, ns);
}

/*
 * Was a process that ended while it was looked at perhaps born since the lists were
 * made? The tick of its birth does not tell; then its life is recorded as a whole.
 */
static bool is_told_by_events(const struct process *proc, const struct source_scan_stat *stat)
{
	return (stat->start_ticks + 1) * proc->scan->tick_ns > proc->fds_ns;
}

/* view: through which thread its process is seen. false: it is left to the events. */
static bool put_thread(struct process *proc, int64_t tid, int64_t view, uint64_t seen_ns,
		       const struct source_scan_status *status, const struct source_scan_stat *stat,
		       struct str *out)
{
	struct snap_thread thread = proc->facts;
	bool is_gone = false;

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
	else
		is_gone = true;
	/* A thread that ended has left its groups, not so its process. */
	if (!read_of(proc, tid == proc->pid ? view : tid, "cgroup", SMALL_FILE_MAX,
		     &proc->cgroup)) {
		source_scan_cgroups(span_make(proc->cgroup.buf, proc->cgroup.len), &proc->cgroups);
		thread.cgroups = source_scan_cut(proc->cgroups.buf, proc->cgroups.len);
	} else {
		is_gone = true;
	}
	if (is_gone && tid == proc->pid && is_told_by_events(proc, stat))
		return false;
	thread.clone_flags = source_scan_clone_flags(tid == proc->pid);
	if (tid != proc->pid)
		thread.env = span_make(NULL, 0); /* the main thread has it */
	scap_put_proc(out, &thread);
	proc->scan->thread_cnt++;
	if (proc->scan->overlap)
		source_overlap_add(proc->scan->overlap,
				   &(struct source_overlap_thread){
					   .tid = tid,
					   .born_ns = stat->start_ticks * proc->scan->tick_ns,
					   .fds_ns = proc->fds_ns,
					   .seen_ns = seen_ns,
				   });
	return true;
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
	uint64_t seen_ns = source_scan_now_ns();
	int64_t view = proc->pid;

	if (source_scan_ids(proc->task, ".", &proc->tids) ||
	    !read_thread(proc, proc->pid, &status, &stat) ||
	    !source_scan_admits(proc->scan, proc->pid, stat.start_ticks * proc->scan->tick_ns,
				&proc->fds_ns))
		return;
	/* The list of groups lies in the text just read. */
	view_status = status;
	if (is_ended(&status) && proc->tids.cnt > 1)
		view = find_view(proc, &view_status);
	process_facts(proc, view, &view_status, &stat);
	status.vmsize_kb = view_status.vmsize_kb;
	status.vmrss_kb = view_status.vmrss_kb;
	status.vmswap_kb = view_status.vmswap_kb;
	if (!put_thread(proc, proc->pid, view, seen_ns, &status, &stat, out))
		return;
	for (size_t i = 0; i < proc->tids.cnt; i++) {
		int64_t tid = proc->tids.items[i];

		seen_ns = source_scan_now_ns();
		if (tid != proc->pid && read_thread(proc, tid, &status, &stat))
			put_thread(proc, tid, view, seen_ns, &status, &stat, out);
	}
	/* Kernel threads, and processes that may not be looked into, show no executable. */
	if (proc->facts.exepath.ptr)
		source_scan_want_list(proc->scan, proc->pid);
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
	bool has_own = false;

	if (ret)
		return ret;
	for (size_t i = 0; i < pids.cnt; i++) {
		char name[64];

		proc.pid = pids.items[i];
		if (map_find(&scan->seen, (uint64_t)proc.pid))
			continue;
		if (!has_own)
			note_own_pidns(scan, &proc.link);
		has_own = true;
		thread_name(name, proc.pid, "task");
		proc.task = openat(scan->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (proc.task < 0)
			continue;
		put_process(&proc, out);
		close(proc.task);
	}
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
