/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tables.h: what the files of state/ share: the private halves of threads and
 * fds, the tables that own them, and who calls whom.
 *
 *   state.c     life cycle, apply: rules by event type
 *   thread.c    thread table, groups, parents; births.c: clone, exec, exit
 *   fdtable.c   fd tables; fds.c, sockets.c: calls that change them
 *   ids.c       ids, names, folders, limits; users.c, path.c, snapin.c, fdtext.c
 *
 * Nothing that an event at hand may point to is freed before the next event:
 * removed threads and fds wait in a list until state_apply() begins anew.
 */
#ifndef RTSEC_STATE_TABLES_H
#define RTSEC_STATE_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/map.h"
#include "base/vec.h"
#include "event/event.h"
#include "state/state.h"

/* Values of sets of flags.def that change state. */
enum {
	FILE_O_WRONLY = 2,
	FILE_O_CREAT = 4,
	FILE_O_TRUNC = 256,
	FILE_O_DIRECTORY = 1024,
	FILE_O_CLOEXEC = 4096,
	CLONE_FLAG_FILES = 1,
	CLONE_FLAG_FS = 2,
	CLONE_FLAG_NEWPID = 64,
	CLONE_FLAG_PARENT = 256,
	CLONE_FLAG_THREAD = 8192,
	CLONE_FLAG_NEWUSER = 1048576,
	CLONE_FLAG_CHILD_IN_PIDNS = 536870912,
};

#define STATE_AT_FDCWD (-100) /* fcntl.h */

/* A parent's clone that comes later than this after the child's exit is another child's. */
#define RECENT_NS 2000000000u

/* So long a scan may take, beside which births are recorded that it has seen already. */
#define SCAN_NS 10000000000u

/* --- threads ------------------------------------------------------------- */

/* Texts of a process, kept by its main thread. */
#define THREAD_TEXTS(X) X(exe) X(exepath) X(args) X(env) X(cwd) X(root) X(cgroups) X(container_id)

struct thread {
	struct state_thread pub; /* first, so that one pointer is the other */
	struct thread *main; /* of the group; itself when it is, or when pid is unknown */
	/* Ring of a group's threads, the main one included, for as long as it is remembered. */
	struct thread *group_next, *group_prev;
	/* Main threads: parent by identity, never by number; children, or orphans of one ptid. */
	struct thread *parent;
	struct thread *child_first;
	struct thread *sib_next, *sib_prev;
	/* Unknown ones and groups without a leader, oldest first: first to go when the table is full. */
	struct thread *weak_next, *weak_prev;
	struct thread *dead_next; /* waits for the next event */
	int64_t maker_tid; /* the thread whose clone made it; -1 unknown */
	uint64_t now_ns; /* time of its newest event */
	uint64_t cpus; /* bit (cpu % 64): had an event there since that cpu's last mark */
	bool is_born; /* its own clone exit was seen */
	bool is_claimed; /* its maker's clone exit was seen */
	bool has_events; /* caused an event other than its own birth */
	bool has_own_fs; /* unshared its folders from the group */
	bool is_orphan; /* linked in state->orphans instead of a parent's list */
	bool is_linked; /* in the table */
	bool is_weak; /* in the list of the weak */
	bool is_going; /* in the list of the dead */
};

static inline struct thread *thread_of(const struct state_thread *pub)
{
	return (struct thread *)(uintptr_t)pub;
}

/* A child that exited before its maker's clone was seen. */
struct recent {
	struct recent *next; /* newer */
	uint64_t key;
	uint64_t ts_ns;
	bool is_used;
};

/* --- fds ------------------------------------------------------------------- */

struct fd_slot {
	struct state_fd pub; /* first */
	struct fd_slot *dead_next;
};

struct state_fd_table {
	uint32_t refs; /* threads that use it */
	uint32_t cnt; /* in both parts */
	uint32_t cap; /* of near */
	struct state_fd **near; /* by number; at least an eighth full, or small */
	struct map far; /* the others, by number */
};

/* --- the whole ---------------------------------------------------------------- */

#define THREAD_CACHE 256u

struct thread_cache {
	int64_t tid;
	struct thread *thread; /* NULL: empty */
};

struct state {
	struct stats *stats;
	bool is_live;
	bool has_machine;
	struct snap_machine machine;

	struct map threads; /* tid -> struct thread */
	struct thread_cache cache[THREAD_CACHE]; /* by tid % THREAD_CACHE */
	struct map orphans; /* ptid -> first main thread that names it and has no parent */
	struct thread *weak; /* oldest */
	struct thread *weak_last;
	struct thread *dead_threads; /* unlinked, or to be, when the next event begins */
	struct thread *pinned; /* of the event at hand: may not be evicted */
	struct map recents; /* recent_key -> struct recent */
	struct recent *recent_first; /* oldest */
	struct recent *recent_last;
	size_t recent_cnt;
	uint64_t serial;

	uint32_t fd_cnt;
	struct fd_slot *dead_fds;
	struct state_fd *changed_fd; /* name_changed and old_name end with the event */
	bool is_snapshot_done;
	uint64_t first_ns; /* time of the first event; 0 none yet */

	VEC_OF(uint64_t) switches; /* by cpu: time of its last context switch, 0 unknown */
	uint64_t switched_on_ns; /* state_switched_on() */

	struct map users; /* user_key -> struct user_entry; users.c */
	struct map groups;
	struct map user_owners; /* hash of a container id -> its number */
	uint64_t owner_seed;
	uintptr_t owner_cnt;
	VEC_OF(struct snap_iface) ifaces; /* without names */
	struct str scratch; /* resolved paths of this event */
};

/* --- rules ----------------------------------------------------------------- */

struct rule;
typedef void (*rule_apply_fn)(struct state *state, struct event *ev, const struct rule *rule);

enum rule_cloexec { CLOEXEC_NO, CLOEXEC_YES, CLOEXEC_FILE, CLOEXEC_BIT };

/* What an event type means to state; parameter numbers, -1 for none. */
struct rule {
	rule_apply_fn apply; /* NULL: only looks at an fd */
	int8_t fd; /* the fd the call is about, or was made from */
	int8_t fd2;
	int8_t name;
	int8_t dir;
	int8_t flags;
	int8_t dev;
	int8_t ino;
	uint8_t type; /* enum snap_fd_type of what is made */
	uint8_t cloexec; /* enum rule_cloexec: which bit of flags means it */
	bool is_used; /* the type has a rule */
};

/* --- thread.c ---------------------------------------------------------------- */

struct thread *thread_find(struct state *state, int64_t tid);
/* NULL when the table is full (counted). Not yet in a group: thread_join() follows. */
struct thread *thread_add(struct state *state, int64_t tid);
/* Into the group of pid; makes up its main thread if that is not known. Takes its fd table. */
void thread_join(struct state *state, struct thread *thread, int64_t pid);
void thread_leave(struct state *state, struct thread *thread);
/* One about whom nothing is known. NULL when the table is full. */
struct thread *thread_invent(struct state *state, int64_t tid);
void thread_set_known(struct state *state, struct thread *thread);
/* First to go when the table is full, and no longer. */
void thread_weaken(struct state *state, struct thread *thread);
void thread_strengthen(struct state *state, struct thread *thread);
/* Parent of a process, by identity; ptid alone when that process is not known (parent NULL). */
void thread_set_parent(struct state *state, struct thread *process, struct thread *parent,
		       int64_t ptid);
/* By the id that an event or a snapshot gives: resolves threads to their process. */
void thread_set_ptid(struct state *state, struct thread *process, int64_t ptid);
/*
 * Those who name this process as parent and wait for it; who was born before since_ns
 * meant an earlier owner of the number, so that its parent stays unknown.
 */
void thread_adopt_orphans(struct state *state, struct thread *process, uint64_t since_ns);
/* Children of a process that ends, or of an unknown one, go to the reaper (<= 0: unknown). */
void thread_reap(struct state *state, struct thread *process, int64_t tid, int64_t reaper_tid);
/*
 * Out of all tables, now or when the next event begins; a main thread takes its group
 * along. The memory stays until then in both cases.
 */
void thread_remove(struct state *state, struct thread *thread);
void thread_remove_later(struct state *state, struct thread *thread);
/* Everybody of the group but its main thread. */
void thread_remove_siblings(struct state *state, struct thread *leader);
void thread_sweep(struct state *state);
void thread_remove_all(struct state *state);
void thread_set_comm(struct thread *thread, struct span comm);
/* "a\0b" with the last NUL or without becomes "a\0b\0". */
void thread_set_list(char **at, uint32_t *len, struct span list);
void thread_set_exepath(struct thread *thread, struct span path);
void thread_set_cgroups(struct thread *thread, struct span cgroups);
void recent_add(struct state *state, int64_t maker_tid, int64_t tid, uint64_t ts_ns);
/* True once for each that was added in the last two seconds. */
bool recent_take(struct state *state, int64_t maker_tid, int64_t tid, uint64_t ts_ns);
void recent_remove_all(struct state *state);

/* --- state.c ----------------------------------------------------------------- */

void on_drop(struct state *state, struct event *ev, const struct rule *rule);

/* --- births.c ---------------------------------------------------------------- */

void on_clone(struct state *state, struct event *ev, const struct rule *rule);
void on_exec(struct state *state, struct event *ev, const struct rule *rule);
void on_execveat(struct state *state, struct event *ev, const struct rule *rule);
void on_exit(struct state *state, struct event *ev, const struct rule *rule);

/* --- ids.c ------------------------------------------------------------------- */

void on_setuid(struct state *state, struct event *ev, const struct rule *rule);
void on_seteuid(struct state *state, struct event *ev, const struct rule *rule);
void on_setgid(struct state *state, struct event *ev, const struct rule *rule);
void on_setegid(struct state *state, struct event *ev, const struct rule *rule);
void on_setsid(struct state *state, struct event *ev, const struct rule *rule);
void on_setpgid(struct state *state, struct event *ev, const struct rule *rule);
void on_prctl(struct state *state, struct event *ev, const struct rule *rule);
void on_capset(struct state *state, struct event *ev, const struct rule *rule);
void on_chdir(struct state *state, struct event *ev, const struct rule *rule);
void on_fchdir(struct state *state, struct event *ev, const struct rule *rule);
void on_getcwd(struct state *state, struct event *ev, const struct rule *rule);
void on_chroot(struct state *state, struct event *ev, const struct rule *rule);
void on_unshare(struct state *state, struct event *ev, const struct rule *rule);
void on_setns(struct state *state, struct event *ev, const struct rule *rule);
void on_rlimit(struct state *state, struct event *ev, const struct rule *rule);
void on_prlimit(struct state *state, struct event *ev, const struct rule *rule);
void on_memory(struct state *state, struct event *ev, const struct rule *rule);
void on_switch(struct state *state, struct event *ev, const struct rule *rule);

/* --- users.c ----------------------------------------------------------------- */

void on_user(struct state *state, struct event *ev, const struct rule *rule);
void on_group(struct state *state, struct event *ev, const struct rule *rule);
void users_remove_all(struct state *state);

/* --- fdtable.c --------------------------------------------------------------- */

struct state_fd_table *fdtable_new(void);
struct state_fd_table *fdtable_keep(struct state_fd_table *table);
void fdtable_drop(struct state *state, struct state_fd_table *table);
/* A table of its own with the same fds. */
struct state_fd_table *fdtable_copy(struct state *state, const struct state_fd_table *table);
/* Forgets all of its fds. */
void fdtable_reset(struct state *state, struct state_fd_table *table);
/* The thread's own table from here on, nobody else's. */
void fdtable_unshare(struct state *state, struct state_thread *thread);
struct state_fd *fdtable_find(const struct state_fd_table *table, int64_t num);
/* A blank one in place of what was there; NULL when a limit is reached (counted). */
struct state_fd *fdtable_add(struct state *state, struct state_thread *thread, int64_t num);
/* It stays valid until the next event. */
void fdtable_remove(struct state *state, struct state_fd_table *table, int64_t num);
/* first..last, both included. */
void fdtable_remove_range(struct state *state, struct state_fd_table *table, uint32_t first,
			  uint32_t last);
void fdtable_mark_range(struct state_fd_table *table, uint32_t first, uint32_t last);
void fdtable_remove_cloexec(struct state *state, struct state_fd_table *table);
/* All facts and texts of one into another; num stays. */
void fd_copy(struct state_fd *to, const struct state_fd *from);
void fdtable_sweep(struct state *state);

/* --- fds.c, sockets.c ---------------------------------------------------------- */

void on_open(struct state *state, struct event *ev, const struct rule *rule);
void on_close(struct state *state, struct event *ev, const struct rule *rule);
void on_close_range(struct state *state, struct event *ev, const struct rule *rule);
void on_dup(struct state *state, struct event *ev, const struct rule *rule);
void on_fcntl(struct state *state, struct event *ev, const struct rule *rule);
void on_pipe(struct state *state, struct event *ev, const struct rule *rule);
void on_anon(struct state *state, struct event *ev, const struct rule *rule);
void on_signalfd(struct state *state, struct event *ev, const struct rule *rule);
void on_bpf(struct state *state, struct event *ev, const struct rule *rule);
void on_pidfd_open(struct state *state, struct event *ev, const struct rule *rule);
void on_pidfd_getfd(struct state *state, struct event *ev, const struct rule *rule);
void on_ioctl(struct state *state, struct event *ev, const struct rule *rule);
void on_socket(struct state *state, struct event *ev, const struct rule *rule);
void on_socketpair(struct state *state, struct event *ev, const struct rule *rule);
void on_bind(struct state *state, struct event *ev, const struct rule *rule);
void on_listen(struct state *state, struct event *ev, const struct rule *rule);
void on_connect(struct state *state, struct event *ev, const struct rule *rule);
void on_accept(struct state *state, struct event *ev, const struct rule *rule);
void on_send(struct state *state, struct event *ev, const struct rule *rule);
void on_recv(struct state *state, struct event *ev, const struct rule *rule);
void on_recvmsg(struct state *state, struct event *ev, const struct rule *rule);
void on_shutdown(struct state *state, struct event *ev, const struct rule *rule);
void on_getsockopt(struct state *state, struct event *ev, const struct rule *rule);

/* A new fd of the event's thread, hung on the event; NULL when none can be kept. */
struct state_fd *fd_make(struct state *state, struct event *ev, int64_t num,
			 enum snap_fd_type type);
/* Those that come unnamed (event_new_fds()); the event keeps the fd it is about. */
void fds_make_unnamed(struct state *state, struct event *ev);
/* Before an fd's name changes: keeps the old one for this event. After it: is it another one? */
void fd_rename_begin(struct state *state, struct state_fd *fd);
void fd_rename_end(struct state *state, struct state_fd *fd);
void fd_set_name(struct state_fd *fd, const void *bytes, size_t len);

/* --- small ones ------------------------------------------------------------------ */

/* The process whose values count for a thread. */
static inline struct thread *process_of(const struct state_thread *pub)
{
	return thread_of(pub)->main;
}

static inline bool event_succeeded(const struct event *ev)
{
	int64_t result;

	return event_result(ev, &result) && result >= 0;
}

/* Parameters of the common sizes without a look into the schema; false: absent or empty. */
static inline bool param_i64(const struct event *ev, int idx, int64_t *value)
{
	if (idx < 0 || (uint32_t)idx >= ev->param_cnt)
		return false;
	if (ev->param_len[idx] == 8) {
		*value = (int64_t)load_u64(ev->param_ptr[idx]);
		return true;
	}
	return event_param_i64(ev, (unsigned int)idx, value);
}

static inline bool param_u32(const struct event *ev, int idx, uint32_t *value)
{
	uint64_t wide;

	if (idx < 0 || (uint32_t)idx >= ev->param_cnt)
		return false;
	if (ev->param_len[idx] == 4) {
		*value = load_u32(ev->param_ptr[idx]);
		return true;
	}
	if (!event_param_u64(ev, (unsigned int)idx, &wide))
		return false;
	*value = (uint32_t)wide;
	return true;
}

static inline bool param_u64(const struct event *ev, int idx, uint64_t *value)
{
	if (idx < 0 || (uint32_t)idx >= ev->param_cnt)
		return false;
	if (ev->param_len[idx] == 8) {
		*value = load_u64(ev->param_ptr[idx]);
		return true;
	}
	return event_param_u64(ev, (unsigned int)idx, value);
}

static inline bool is_time(uint64_t ts_ns)
{
	return ts_ns && ts_ns != EVENT_TIME_UNKNOWN;
}

#endif
