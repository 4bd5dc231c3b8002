/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state.h: who is who while events go by: threads, processes, file descriptors,
 * users.  state_apply() sees every event before any filter does, brings the
 * tables up to date and hangs the thread and the fd on the event.
 *
 * Objects belong to the tables.  What an event points to stays valid until the
 * next state_apply(), also when this very event removed it (a closed fd, an
 * exited thread): removal takes effect when the next event is applied.
 */
#ifndef RTSEC_STATE_STATE_H
#define RTSEC_STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/span.h"
#include "base/stats.h"
#include "base/str.h"
#include "event/event.h"
#include "event/snapshot.h"

#define STATE_UNKNOWN_ID UINT32_MAX

/* An open file description's facts as one descriptor sees them. */
struct state_fd {
	int64_t num;
	uint8_t type; /* enum snap_fd_type */
	uint8_t l4; /* enum snap_l4 */
	bool is_cloexec;
	bool is_server; /* the socket was accepted, or listens: its local end is the server */
	bool is_connected;
	bool is_pending; /* a connect in progress (EINPROGRESS) */
	bool has_role; /* is_server is known */
	bool has_tuple; /* ends are known */
	bool name_changed; /* by the event at hand */
	bool is_path_real; /* name is what the kernel really opened */
	uint32_t open_flags; /* file_flags set */
	uint32_t dev;
	uint64_t ino;
	uint64_t opened_ns; /* when seen to be made; 0: it was there before */
	uint32_t opener_uid; /* STATE_UNKNOWN_ID */
	/*
	 * client end first, server end second when has_role; else as the format gives
	 * them (local, remote). v4-mapped IPv6 pairs are kept as IPv4.
	 */
	struct snap_ends ends;
	uint64_t unix_source, unix_peer;
	char *name; /* owned; NULL unknown, "" known to be empty. Old unix tuples: path only */
	uint32_t name_len;
	char *name_raw; /* as the program passed it, NULL if the same */
	char *old_name; /* before this event when name_changed, else NULL */
	int64_t pidfd_pid; /* pidfds: of whom, else -1 */
};

struct state_fd_table;

/*
 * One thread. What belongs to the whole process (thread group) is told by its
 * main thread alone: ask state_main() for it. A thread's own, beside its ids and
 * times, are comm, uid, gid, the capabilities (has_exe_facts: they are known),
 * clone_flags, page faults and fds.
 */
struct state_thread {
	int64_t tid, pid;
	int64_t ptid; /* parent process (its main thread's id); 0 none, -1 unknown */
	int64_t vtid, vpid, vpgid, pgid, sid;
	uint64_t serial; /* never reused: tells two owners of one tid apart */
	uint64_t start_ns; /* clone time; for processes of the snapshot 0 (unknown) */
	uint64_t exec_ns; /* last exec, else start_ns */
	uint64_t pidns_init_start_ns;
	bool is_snapshot; /* was there when the capture began */
	bool is_invented; /* caused an event, but nothing is known of it */
	bool is_dead; /* exited; goes away with the next event */
	bool is_leader_dead; /* main thread exited while others live on */
	bool is_sid_leader_known;

	char comm[16 * 4]; /* per thread; kernel comm, up to 15 bytes (older traces: longer) */
	char *exe; /* argv[0] */
	char *exepath;
	bool exe_deleted; /* the kernel said " (deleted)"; exepath is without it */
	char *args; /* argv[1..] NUL-separated, each terminated */
	uint32_t args_len;
	char *env;
	uint32_t env_len;
	char *cwd; /* process-wide (CLONE_FS) */
	char *root;
	char *cgroups; /* NUL-separated "subsys=path", each terminated */
	uint32_t cgroups_len;
	char *container_id; /* first 12 hex (or name); "host" when known to be none; NULL unknown */
	uint32_t clone_flags;
	uint32_t uid, gid, loginuid; /* STATE_UNKNOWN_ID */
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
	uint64_t pfmajor, pfminor;
	int64_t fdlimit;
	uint32_t tty; /* 0 none, UINT32_MAX unknown */
	bool has_exe_facts;
	bool exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns;
	uint32_t thread_cnt; /* main thread: live threads of the group */

	struct state_fd_table *fds; /* shared by the group (and CLONE_FILES); NULL none known */

	/* Bookkeeping of time for fields. */
	uint64_t last_event_ns; /* of this thread, before the event at hand; 0 none */
	/* In its own switch event: when the CPU was last given to somebody; else when it was to it. */
	uint64_t last_switch_ns; /* 0 unknown */
	uint64_t cpu_ns; /* consumed, from switch events (thread.exectime) */
};

struct state;

struct state_opts {
	bool live; /* wall-clock expiry rules of a live capture */
	struct stats *stats; /* may be NULL */
};

struct state *state_new(const struct state_opts *opts);
void state_free(struct state *state);
/* A new section of the trace: everything is forgotten. */
void state_reset(struct state *state);

/* --- snapshot ----------------------------------------------------------- */

void state_set_machine(struct state *state, const struct snap_machine *machine);
/* Interfaces and users: reset replaces the earlier list (a later block does). */
void state_reset_ifaces(struct state *state);
void state_add_iface(struct state *state, const struct snap_iface *iface);
void state_reset_users(struct state *state);
void state_add_user(struct state *state, const struct snap_user *user);
void state_add_thread(struct state *state, const struct snap_thread *thread);
/*
 * A tid that is not known is passed over. Both may be called again between events,
 * for a later look at a process (names of fds that came through a socket, say).
 */
void state_add_fd(struct state *state, int64_t tid, const struct snap_fd *fd);
/* Called once the first event is met: links parents, counts threads, guesses server sockets. */
void state_finish_snapshot(struct state *state);

/* --- events ------------------------------------------------------------- */

/* Updates everything from one event and hangs ev->thread, fd, fd_num, fd2_num on it. */
void state_apply(struct state *state, struct event *ev);

/*
 * After drops on cpu: what may be stale becomes unknown. That is the fds of all
 * threads that had an event on it since it was last marked (a lost close and open
 * would leave a wrong name), and the times of their last events. -1: of all threads.
 * They stay: their next clone, exec or exit puts right what was missed.
 */
void state_note_loss(struct state *state, int cpu);
/*
 * The same when it is known whose events were lost: of that process (main thread)
 * alone. The drop events of a trace (148, 149) do one or the other by themselves.
 */
void state_note_process_loss(struct state *state, int64_t pid);

/* --- looking things up -------------------------------------------------- */

const struct snap_machine *state_machine(const struct state *state); /* NULL unknown */
struct state_thread *state_find_thread(const struct state *state, int64_t tid);
/* Main thread of the group; the thread itself when that is unknown. Never NULL. */
struct state_thread *state_main(const struct state *state, const struct state_thread *thread);
/* Parent process's main thread, NULL unknown. n-th ancestor: 0 the process itself, 1 the parent. */
struct state_thread *state_parent(const struct state *state, const struct state_thread *thread);
struct state_thread *state_ancestor(const struct state *state, const struct state_thread *thread,
				    unsigned int n);
struct state_fd *state_find_fd(const struct state *state, const struct state_thread *thread,
			       int64_t num);
/* All fds of a thread's table in no order: for (i = 0; (fd = state_fd_next(thread, &i));) */
struct state_fd *state_fd_next(const struct state_thread *thread, uint32_t *iter);
uint32_t state_fd_count(const struct state_thread *thread);
struct state_thread *state_thread_next(const struct state *state, uint32_t *iter);
uint32_t state_thread_count(const struct state *state);

/* Names of the trace; NULL unknown. Never of the reader's machine. */
const char *state_user_name(const struct state *state, const struct state_thread *thread,
			    uint32_t uid);
const char *state_user_home(const struct state *state, uint32_t uid);
const char *state_user_shell(const struct state *state, uint32_t uid);
const char *state_group_name(const struct state *state, const struct state_thread *thread,
			     uint32_t gid);
/* Is addr (4 or 16 bytes) one of the trace's interfaces? */
bool state_is_local_addr(const struct state *state, const uint8_t *addr, bool is_ipv6);

/*
 * Absolute, normalised path of a name passed by a thread: relative to the
 * directory of dirfd, or to cwd for AT_FDCWD (-100). Absolute names ignore
 * dirfd; an unknown dirfd gives "<UNKNOWN>name". Appends to out.
 */
void state_resolve_path(const struct state *state, const struct state_thread *thread, int64_t dirfd,
			struct span name, struct str *out);

/* When the thread that a switch event just applied takes off its CPU came on it; 0 unknown. */
uint64_t state_switched_on(const struct state *state);

/* --- small facts about fds ---------------------------------------------- */

/* 'f', 'd', '4', ...; '?' unknown. "file", "ipv4", ...; NULL for none. */
char state_fd_typechar(const struct state_fd *fd);
const char *state_fd_type_name(const struct state_fd *fd);
/* What fd.name shows, appended to out; false when nothing is known. */
bool state_fd_name(const struct state_fd *fd, struct str *out);

#endif
