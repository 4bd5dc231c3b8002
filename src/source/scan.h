/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan.h: the parts of the opening snapshot, private to this folder.  snapshot.c
 * puts them together: users (snapshot_users.c), fds from /proc (snapshot_fds.c, its
 * sockets in snapshot_net.c) or from a BPF iterator (snapshot_iter.c), kept as lists
 * (snapshot_list.c), threads from /proc (snapshot_proc.c, its texts taken apart in
 * snapshot_parse.c) or from an iterator (snapshot_task.c).  Reading small files,
 * lines, words and numbers is in snapshot_text.c.  Formats of /proc: proc(5),
 * Documentation/filesystems/proc.rst.
 *
 * Everything is read with plain system calls relative to folders that stay open,
 * and nothing that a process can choose (names, paths, titles) is trusted.
 */
#ifndef RTSEC_SOURCE_SCAN_H
#define RTSEC_SOURCE_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/span.h"
#include "base/str.h"
#include "base/vec.h"
#include "event/snapshot.h"

/* --- text -------------------------------------------------------------------- */

/* Takes the next line off text, without its newline; false at the end. */
bool source_scan_line(struct span *text, struct span *line);
/* Takes the next word off text; words are parted by blanks and tabs. */
bool source_scan_word(struct span *text, struct span *word);
/* Takes blanks and then a number off text; false, text untouched: no digit, or too large. */
bool source_scan_number(struct span *text, unsigned int base, uint64_t *value);
/* Takes the rest behind prefix; false, text untouched: it begins otherwise. */
bool source_scan_prefix(struct span *text, const char *prefix);

typedef void (*source_scan_line_fn)(void *arg, struct span line);
/*
 * All lines that can be read from fd, through a window that slides; a line
 * longer than SOURCE_SCAN_WINDOW is passed over. The last one may lack its newline.
 */
#define SOURCE_SCAN_WINDOW 65536u
void source_scan_lines(int fd, source_scan_line_fn take, void *arg);
/* The same for a file; false: it cannot be opened. */
bool source_scan_file_lines(int dir, const char *name, source_scan_line_fn take, void *arg);

/*
 * Replaces out by at most max bytes of a file; negative errno, out empty. For
 * files of /proc that show one thing: there a read that gives less than it was
 * asked for is the last one.
 */
int source_scan_read(int dir, const char *name, size_t max, struct str *out);
/* The same for what a link says. */
int source_scan_link(int dir, const char *name, struct str *out);
/* The number in a link such as "net:[4026531840]" or "socket:[17]"; 0: none. */
uint64_t source_scan_link_number(struct span link);

struct source_scan_ids {
	int64_t *items;
	size_t cnt;
	size_t cap;
};
/* Replaces ids by the entries of a folder that are decimal numbers, ascending. */
int source_scan_ids(int dir, const char *name, struct source_scan_ids *ids);

/* Device number of the format out of its parts. */
uint32_t source_scan_dev(uint32_t major, uint32_t minor);
/* file_flags of the format out of a kernel's open flags (uapi fcntl.h). */
uint32_t source_scan_open_flags(uint32_t flags);

/* --- the scan ------------------------------------------------------------------ */

/* The open files of a process: a block of source_scan.lists_text, unless it has none. */
struct source_scan_list {
	int64_t pid;
	uint64_t seen_ns; /* boottime, just before they were listed */
	size_t begin, end; /* of the block */
	bool is_wanted; /* the process is in the snapshot */
};

/* A socket found in the tables of a network namespace, all but its number and ino. */
struct source_scan_socket {
	uint8_t type; /* enum snap_fd_type */
	uint8_t l4;
	struct snap_ends ends;
	uint64_t unix_source, unix_peer; /* 0: the tables do not tell */
	struct span name;
};

struct source_overlap;

struct source_scan {
	int proc; /* the folder /proc */
	uint64_t boot_ns; /* since the epoch */
	uint64_t tick_ns; /* length of a clock tick of /proc/PID/stat */
	int64_t self_pid; /* whose fds are left out */
	struct arena arena; /* what must last until the end of the scan */
	unsigned int thread_cnt, fd_cnt;

	/* The lists of open files, by when they were made; fds come before threads. */
	uint64_t lists_begin_ns; /* boottime */
	bool lists_all; /* also processes without any */
	VEC_OF(struct source_scan_list) lists;
	struct map list_of; /* pid -> number of its list + 1, as a pointer */
	struct str lists_text;

	struct map seen; /* processes that were looked at for their threads */
	struct source_overlap *overlap; /* is told of all threads; may be NULL */
	struct map pidns; /* namespace -> uint64_t *, when its first process began */
	struct map netns; /* namespaces whose socket tables were read */
	struct map mntns; /* namespaces whose mounts were read */
	struct map sockets; /* inode -> struct source_scan_socket */
	struct map mounts; /* mount id -> device number + 1, as a pointer */
};

uint64_t source_scan_now_ns(void); /* CLOCK_BOOTTIME */

/* --- lists of open files ----------------------------------------------------------- */

/* One list is open at a time; its fds are put into lists_text. */
void source_scan_list_begin(struct source_scan *scan, int64_t pid, uint64_t seen_ns);
void source_scan_list_end(struct source_scan *scan);
bool source_scan_is_listed(const struct source_scan *scan, int64_t pid);
/* Forgets all lists. */
void source_scan_lists_reset(struct source_scan *scan);
/*
 * Is a process that was found after the lists were made one that they are about?
 * Who was born since then is not (its birth is recorded, see overlap.h), nor who
 * has the number of a listed one that is gone. fds_ns: when its fds were listed.
 */
bool source_scan_admits(struct source_scan *scan, int64_t pid, uint64_t born_ns, uint64_t *fds_ns);
/* Its list is wanted, if it has one. */
void source_scan_want_list(struct source_scan *scan, int64_t pid);
/* Appends the wanted lists. */
void source_scan_put_lists(struct source_scan *scan, struct str *out);

/* --- users --------------------------------------------------------------------- */

/* One line of passwd(5) or group(5); false: not a user or group. Spans point into line. */
bool source_scan_user_line(struct span line, bool is_group, struct snap_user *user);
/* The list block of the users and groups in the files of folder etc. */
void source_scan_users(int etc, struct str *out);

/* --- threads --------------------------------------------------------------------- */

/* What /proc/PID/task/TID/status says; unknown values as in struct snap_thread. */
struct source_scan_status {
	char state; /* 'Z': ended */
	int64_t ppid;
	int64_t vtid, vpid, vpgid, pgid, sid;
	uint32_t uid, gid; /* effective */
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	struct span groups; /* numbers, blanks between */
};
void source_scan_status(struct span text, struct source_scan_status *out);

/* What /proc/PID/task/TID/stat says behind the name. */
struct source_scan_stat {
	int64_t pgid, sid;
	uint32_t tty;
	uint64_t minflt, majflt;
	uint64_t utime_ticks, stime_ticks; /* spent */
	uint64_t start_ticks; /* since boot */
};
bool source_scan_stat(struct span text, struct source_scan_stat *out);

/* The cgroups of the format out of /proc/PID/cgroup; replaces out. */
void source_scan_cgroups(struct span text, struct str *out);

/* Strings with a NUL each; what is over the format's limit is cut off, with a NUL at the end. */
#define SOURCE_SCAN_LIST_MAX 4096u
struct span source_scan_cut(char *list, size_t len);

/* argv out of cmdline: buf is brought into form, the spans point into it. */
void source_scan_args(struct str *buf, struct span *exe, struct span *args);

/* May a process change its program? The owner may change the mode, so he can. */
struct source_scan_writer {
	uint32_t uid, gid;
	struct span groups; /* numbers, blanks between */
	bool overrides; /* has a capability over files */
};
bool source_scan_can_write(uint32_t exe_uid, uint32_t exe_gid, uint32_t exe_mode,
			   const struct source_scan_writer *who);
/* Do capabilities give rights over files of others? */
bool source_scan_has_override(uint64_t caps);
/*
 * The folder that a link of /proc says, thread being a folder under dir: without the
 * kernel's mark when it was deleted.
 */
struct span source_scan_folder(int dir, const char *thread, const char *link, struct str *out);
/* clone_flags of the format for a main thread and others. */
uint32_t source_scan_clone_flags(bool is_main);

/* Entries of the threads of all processes that were not seen yet, from /proc. */
int source_scan_procs(struct source_scan *scan, struct str *out);
/* Entries of all threads from the records (struct wire_task) of a BPF iterator; negative errno: none. */
int source_scan_iter_tasks(struct source_scan *scan, int iter, struct str *out);

/* --- fds -------------------------------------------------------------------------- */

/* What is known of one fd, wherever from; what is no socket. */
struct source_scan_file {
	int64_t fd;
	uint64_t ino;
	uint32_t mode; /* st_mode; type 0 for anonymous inodes */
	uint32_t dev; /* of the format */
	uint32_t flags; /* as the kernel has them, O_CLOEXEC of this fd included */
	uint64_t mnt_id;
	bool is_gone; /* the link's text ends in " (deleted)" because the file was deleted */
	bool is_lost; /* it lies on a mount that has no place: link is no path */
	struct span link;
};
void source_scan_classify(const struct source_scan_file *file, struct snap_fd *out);

/* Is the link of a file that is there, dir being a folder of /proc/PID/task/? */
bool source_scan_is_there(int dir, struct span link, uint64_t ino);
/*
 * Device of a mount as the process of folder dir sees it; false: not among its mounts.
 */
bool source_scan_mount_dev(struct source_scan *scan, int dir, uint64_t mnt_id, uint32_t *dev);
/* The lists of all processes, from /proc. */
int source_scan_fds(struct source_scan *scan);
/* The same from the records (struct wire_fd) of a BPF iterator; negative errno: there are none. */
int source_scan_iter_fds(struct source_scan *scan, int iter);
/* Only the sockets among them, into scan->sockets. */
int source_scan_iter_sockets(struct source_scan *scan, int iter);

typedef void (*source_scan_fd_fn)(void *arg, const struct snap_fd *fd);
/*
 * Some fds of the thread with folder dir of /proc/PID/task/, as they are now; one
 * that is not there is passed over. Of sockets more is told than their kind when
 * scan->sockets has them.
 */
void source_scan_some_fds(struct source_scan *scan, int dir, const int64_t *nums, size_t cnt,
			  source_scan_fd_fn take, void *arg);

/* --- sockets ------------------------------------------------------------------------ */

/* One line of a table of /proc/net; false: not a socket. The name points into line. */
bool source_scan_inet_line(struct span line, bool is_ipv6, uint8_t l4, uint64_t *ino,
			   struct source_scan_socket *out);
bool source_scan_unix_line(struct span line, uint64_t *ino, struct source_scan_socket *out);
/* Reads the tables of the network namespace that folder dir of /proc/PID/task/ is in. */
void source_scan_sockets(struct source_scan *scan, int dir);
/* A socket that no table has, by its protocol's name; false: none of the format's kinds. */
bool source_scan_protocol(struct span name, struct source_scan_socket *out);
/* IP sockets with both ends known: does it serve, and is there anything to say? */
void source_scan_inet_type(struct source_scan_socket *socket, bool is_ipv6, bool is_listening);

#endif
