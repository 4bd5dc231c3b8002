/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot.h: what a machine looked like when a capture began, one plain struct
 * per list entry of a trace.  scap/ reads and writes them, source/ fills them
 * from a live machine, state/ takes them in.  All text is borrowed spans that
 * live as long as the call they are passed to.
 *
 * Unknown values: -1 for signed ids, UINT32_MAX for uid, gid, loginuid and vm sizes,
 * SNAP_UNKNOWN for 64-bit numbers, absent spans for text.
 */
#ifndef RTSEC_EVENT_SNAPSHOT_H
#define RTSEC_EVENT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define SNAP_UNKNOWN UINT64_MAX

struct snap_machine {
	uint32_t cpu_cnt;
	uint64_t memory_bytes;
	uint64_t max_pid;
	char hostname[129]; /* NUL-terminated */
	uint64_t boot_ns; /* since the epoch, 0 unknown */
	uint64_t flags;
};

/* One thread; the main thread (tid == pid) carries what belongs to the process. */
struct snap_thread {
	int64_t tid, pid, ptid; /* of the initial pid namespace; ptid is the parent process */
	int64_t sid, vpgid, pgid; /* sid and vpgid in the thread's own pid namespace */
	int64_t vtid, vpid;
	struct span comm;
	struct span exe; /* argv[0] */
	struct span exepath;
	struct span args; /* argv[1..], NUL-separated, last NUL optional */
	struct span env; /* NUL-separated */
	struct span cwd;
	struct span root;
	struct span cgroups; /* "subsys=path", NUL-separated */
	int64_t fdlimit;
	uint32_t clone_flags; /* of the format (clone_flags set) */
	uint32_t uid, gid;
	uint32_t loginuid;
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
	uint64_t pfmajor, pfminor;
	uint64_t pidns_init_start_ns; /* 0 unknown */
	uint32_t tty; /* device number of the format, 0 none */
	bool has_exe_facts; /* the fields below were recorded (not an all-zero tail) */
	bool exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns;
};

/* Fd types of the fd list; numbers are on disk. */
enum snap_fd_type {
	SNAP_FD_UNKNOWN = 0,
	SNAP_FD_FILE = 1, /* old layout without flags */
	SNAP_FD_DIRECTORY = 2,
	SNAP_FD_IPV4_SOCK = 3,
	SNAP_FD_IPV6_SOCK = 4,
	SNAP_FD_IPV4_SERVSOCK = 5,
	SNAP_FD_IPV6_SERVSOCK = 6,
	SNAP_FD_FIFO = 7,
	SNAP_FD_UNIX_SOCK = 8,
	SNAP_FD_EVENT = 9,
	SNAP_FD_UNSUPPORTED = 10,
	SNAP_FD_SIGNALFD = 11,
	SNAP_FD_EVENTPOLL = 12,
	SNAP_FD_INOTIFY = 13,
	SNAP_FD_TIMERFD = 14,
	SNAP_FD_NETLINK = 15,
	SNAP_FD_FILE_V2 = 16,
	SNAP_FD_BPF = 17,
	SNAP_FD_USERFAULTFD = 18,
	SNAP_FD_IOURING = 19,
	SNAP_FD_MEMFD = 20,
	SNAP_FD_PIDFD = 21,
	SNAP_FD_TYPE_COUNT
};

/* Layer-4 protocols of the format. */
enum snap_l4 {
	SNAP_L4_UNKNOWN = 0,
	SNAP_L4_NA = 1,
	SNAP_L4_TCP = 2,
	SNAP_L4_UDP = 3,
	SNAP_L4_ICMP = 4,
	SNAP_L4_RAW = 5,
};

/*
 * Addresses and ports of an IP socket or tuple. IPv4 uses the first 4 bytes.
 * Addresses in network order, ports as plain numbers. In a fd list source is
 * the local end; in event tuples see the format's "direction".
 */
struct snap_ends {
	uint8_t sip[16], dip[16];
	uint16_t sport, dport;
};

struct snap_fd {
	int64_t fd;
	uint64_t ino; /* 0 unknown */
	uint8_t type; /* enum snap_fd_type; types above the last known are kept as they are */
	uint8_t l4;
	uint32_t open_flags; /* file_flags set; FILE_V2 only */
	uint32_t dev; /* device number of the format, 0 unknown */
	struct snap_ends ends; /* IP sockets; servers: sip and sport */
	uint64_t unix_source, unix_peer; /* kernel pointers */
	struct span name; /* path, or the text of an anonymous one */
};

struct snap_user {
	bool is_group;
	uint32_t uid; /* users only */
	uint32_t gid;
	struct span name, home, shell;
};

struct snap_iface {
	bool is_ipv6;
	uint8_t addr[16], netmask[16], bcast[16];
	uint64_t linkspeed;
	struct span name;
};

#endif
