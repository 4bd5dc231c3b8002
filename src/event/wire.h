/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h: the contract between the BPF programs and user space: rings, records,
 * settings, counters.  Freestanding; both sides compile the assertions below.
 *
 * A record in a ring is a small header and then one whole event block exactly as
 * a trace file stores it, so that recording copies bytes:
 *
 *   0        8          16        20   22        32 = block + 10
 *   | size,  | start_ns | event,  |ex- | block: type, total, cpu | event header ...
 *   | block  |          | flags   |tra |   22       26     30    | 32 ts  40 tid
 *   | _len   |          |         |    |                         | 48 len 52 type 54 nparams
 *
 * The block begins at 22 so that ts and tid are aligned.  Times in a ring are
 * nanoseconds of CLOCK_BOOTTIME; the reader turns them into wall clock in place.
 */
#ifndef RTSEC_EVENT_WIRE_H
#define RTSEC_EVENT_WIRE_H

/* No header is shared by both sides, so these are the compiler's own types. */
#define WIRE_ASSERT _Static_assert
typedef unsigned char wire_u8;
typedef unsigned short wire_u16;
typedef unsigned int wire_u32;
#ifdef __bpf__
typedef unsigned long long wire_u64; /* the kernel's __u64 */
#else
typedef __UINT64_TYPE__ wire_u64; /* uint64_t, for PRIu64 */
#endif

/* --- records ------------------------------------------------------------ */

#define WIRE_BLOCK_OFFSET 22 /* of the block inside a record */
#define WIRE_EVENT_OFFSET 32 /* of the event header: block + 10 */
#define WIRE_LENS_OFFSET 58 /* of the first parameter length: event header + 26 */

struct wire_record {
	wire_u32 size; /* of the whole record, a multiple of 8 */
	wire_u32 block_len;
	wire_u64 start_ns; /* when the call began, boottime; 0 not known */
	wire_u16 event; /* event type, for counting without a look inside */
	wire_u16 flags; /* enum wire_record_flag */
	wire_u16 extra; /* offset of rtsec's own bytes in the record, see below; 0: none */
};

enum wire_record_flag {
	WIRE_RECORD_ASYNC = 1u << 0,
	WIRE_RECORD_PIDFD = 1u << 1, /* a getsockopt whose value is a new pidfd */
	WIRE_RECORD_LOSS = 1u << 2, /* between the one before in its ring and it, some were lost */
};

WIRE_ASSERT(__builtin_offsetof(struct wire_record, start_ns) == 8, "layout");
WIRE_ASSERT(__builtin_offsetof(struct wire_record, event) == 16, "layout");
WIRE_ASSERT(__builtin_offsetof(struct wire_record, extra) + 2 == WIRE_BLOCK_OFFSET, "layout");

/* Largest record; a block of these types is at most 65536 + 8 bytes. */
#define WIRE_RECORD_MAX 65536u
/* Room behind a ring's data, so that a record never wraps and every bounded copy stays inside. */
#define WIRE_SLACK (3u * WIRE_RECORD_MAX)

/* --- rtsec's own bytes ----------------------------------------------------- */

/*
 * Entries of u16 tag, u16 len, bytes, about one event.  In a ring they follow the
 * last parameter after a gap in which the reader ends the block, so that its event
 * has none of them.  A zstd trace keeps them in a column beside the events; other
 * traces, which have no such place, inside len after the last parameter with a u32
 * magic number before them: other readers pass over them there.
 */
#define WIRE_EXTRA_MAGIC 0x31785452u /* "RTx1" */
#define WIRE_EXTRA_GAP 8u /* 3 bytes of padding and the trailer of the block fit */
enum wire_extra {
	WIRE_EXTRA_REAL_PATH = 1, /* path of the file really opened, no NUL */
	WIRE_EXTRA_FLAGS = 2, /* u8, enum wire_extra_flag */
	WIRE_EXTRA_START = 3, /* u64, ns since the epoch */
	WIRE_EXTRA_FD = 4, /* u8, enum wire_extra_fd_flag; an entry of a trace's fd list */
	WIRE_EXTRA_LOSERS = 5, /* u32 each: processes of which events were lost */
};
enum wire_extra_flag {
	WIRE_EXTRA_ASYNC = 1u << 0, /* an io_uring operation shown as the equivalent call */
};
#define WIRE_EVERYBODY 0xffffffffu /* among the losers: it may be any process */
/* What the entry has no place for. */
enum wire_extra_fd_flag {
	WIRE_EXTRA_FD_CLOEXEC = 1u << 0,
};

/* --- rings ----------------------------------------------------------------- */

/* Why a record was not made; counted per ring. */
enum wire_drop {
	WIRE_DROP_FULL, /* the ring had no room */
	WIRE_DROP_NESTED, /* another hook was writing on this CPU */
	WIRE_DROP_BIG, /* larger than WIRE_RECORD_MAX */
	WIRE_DROP_OTHER, /* something could not be read */
	WIRE_DROP_COUNT
};

#define WIRE_LOSER_MAX 512u

/*
 * One per CPU: single producer (the CPU, in BPF), single consumer (the reader).
 * prod and cons count bytes and never wrap; the data offset is their remainder
 * by the ring's size, a power of two. busy is set before the clock is read and
 * cleared after prod: a reader that saw busy 0 after it took the time knows that
 * whatever comes later is later.
 */
struct wire_ring {
	wire_u64 prod;
	wire_u64 busy;
	wire_u64 events; /* records made */
	wire_u64 drops[WIRE_DROP_COUNT];
	wire_u64 pos; /* scratch of the producer: bytes of the record at hand */
	wire_u64 arg[6]; /* likewise: the arguments of the call at hand */
	wire_u64 lost; /* sum of the drops */
	wire_u64 lost_told; /* the same as of the newest record */
	wire_u64 pad1[48];
	wire_u64 cons;
	wire_u64 pad2[63];
	/*
	 * The processes (thread groups) that lost something: at their number's remainder
	 * or beside it, 0 free. The producer adds, after it counted; the reader clears
	 * when no loss waits to be told.
	 */
	wire_u32 losers[WIRE_LOSER_MAX];
	wire_u32 has_more_losers; /* some found no place */
	wire_u32 pad3[2 * 128 - 1];
	wire_u8 data[]; /* ring size + WIRE_SLACK */
};

#define WIRE_RING_DEFAULT (4u << 20) /* bytes of data, unless user space says otherwise */
#define WIRE_RING_HEADER 4096u
WIRE_ASSERT(sizeof(struct wire_ring) == WIRE_RING_HEADER, "the data starts on a page");

/* --- open files --------------------------------------------------------------- */

/*
 * What the iterator over open files writes for each, one behind the other; the
 * name follows: what the link in /proc/PID/fd would say, or the raw address of a
 * unix socket (sun_path as bound). Other sockets have none. A table that threads
 * share is listed for the main thread, or, when that ended, for each of them.
 */
struct wire_fd {
	wire_u32 size; /* with the name, a multiple of 8 */
	wire_u32 name_len;
	int tgid, tid; /* of the initial pid namespace */
	wire_u32 fd;
	wire_u32 flags; /* the kernel's open flags, O_CLOEXEC as this fd has it */
	wire_u64 ino;
	wire_u32 dev; /* of the file system: major << 20 | minor */
	wire_u32 nlink;
	int mnt_id;
	wire_u16 mode;
	wire_u8 is_unlinked; /* this name of it was deleted */
	wire_u8 state; /* sockets: net/tcp_states.h */
	wire_u16 family; /* sockets: AF_*, else 0 */
	wire_u16 type; /* sockets: SOCK_* */
	wire_u16 protocol;
	wire_u16 sport, dport; /* plain numbers; local end first */
	wire_u16 pad[3];
	wire_u8 sip[16], dip[16]; /* network order; IPv4 uses the first 4 bytes */
	wire_u64 unix_source, unix_peer; /* kernel pointers */
	wire_u64 seen_ns; /* boottime */
};

#define WIRE_FD_NAME_MAX 4096u
WIRE_ASSERT(sizeof(struct wire_fd) == 120, "layout");

/* --- threads ------------------------------------------------------------------ */

#define WIRE_PLACE_NAME 40u

/*
 * A folder or file that a thread has: two threads with the same pointers have the
 * same, so its path has to be found out only once. name: of the entry, cut, by
 * which a path that is found later is checked; empty for the root of a mount.
 */
struct wire_place {
	wire_u64 dentry, mnt; /* kernel pointers; 0: none */
	char name[WIRE_PLACE_NAME];
};

enum wire_task_flag {
	WIRE_TASK_KERNEL = 1u << 0, /* a kernel thread: no program, no memory of its own */
	WIRE_TASK_ENDED = 1u << 1,
};

/* What the iterator over threads writes for each, one behind the other. */
struct wire_task {
	wire_u64 seen_ns; /* boottime, before the rest was read */
	wire_u64 born_ns, process_born_ns; /* boottime; the main thread's */
	int tid, pid, ppid; /* of the initial pid namespace */
	int vtid, vpid, vpgid, sid; /* of its own; -1 unknown */
	int pgid;
	wire_u32 uid, gid; /* effective, of the initial user namespace */
	wire_u32 loginuid;
	wire_u32 tty; /* of the format */
	wire_u32 flags; /* enum wire_task_flag */
	wire_u32 vmsize_kb, vmrss_kb, vmswap_kb;
	wire_u64 pfmajor, pfminor;
	wire_u64 fdlimit; /* UINT64_MAX: none */
	wire_u64 pidns_born_ns; /* boottime; 0 unknown */
	wire_u64 cap_inheritable, cap_permitted, cap_effective;
	wire_u64 css_set; /* kernel pointer: threads with the same are in the same cgroups */
	wire_u64 args_begin, args_end, env_begin, env_end; /* user addresses */
	wire_u64 exe_ino, exe_ctime_ns, exe_mtime_ns;
	wire_u32 exe_uid, exe_gid;
	wire_u32 exe_flags; /* execve_flags that come from the file */
	wire_u32 userns; /* number of its user namespace */
	wire_u16 exe_mode;
	wire_u16 pad[3];
	char comm[16];
	struct wire_place exe, cwd, root; /* exe: of the program; 0 without one */
};

WIRE_ASSERT(sizeof(struct wire_task) == 416, "layout");

/* --- settings, changeable while running -------------------------------------- */

struct wire_settings {
	wire_u32 snaplen; /* bytes kept of data buffers */
	int self_tgid; /* thread group that is not recorded: the recorder's own */
	wire_u32 execveat_nr[2]; /* native, compat: tells the two exec calls apart at exec time */
	wire_u32 sigreturn_nr[2]; /* rt_sigreturn, whose exit no longer carries it; likewise */
	wire_u32 pad;
	wire_u64 events[8]; /* bit per event type: wanted */
	wire_u64 no_ring; /* events lost on a CPU that has no ring yet; counted by the programs */
};

/* --- what a system call number means ------------------------------------------ */

/* Per call number and ABI; filled by user space from syscalls.def. */
struct wire_syscall {
	wire_u16 event; /* exit event type, 1 generic */
	wire_u16 code; /* PT_SYSCALLID */
	wire_u16 tail; /* enum wire_tail: the program that makes the event */
	wire_u16 pad;
};

#define WIRE_SYSCALL_MAX 512u /* numbers looked at; the last stands for all others: code 0 */

/*
 * Calls inside socketcall(2) and ipc(2) of 32-bit x86: those of the first by their
 * number, those of the second by theirs after WIRE_MUXED_IPC.
 */
#define WIRE_MUXED_IPC 32u
#define WIRE_MUXED_MAX 64u
/* Stands for both where a call has one event: never made, always wanted. */
#define WIRE_EVENT_ANY 511u

/* Event numbers, for the programs. */
enum wire_event {
#define EVENT(num, NAME, name, dir, category, flags, params) WIRE_EVENT_##NAME = num,
#include "event/events.def"
	WIRE_EVENT_TYPE_COUNT
};

/* Programs the dispatcher can go on with; not on disk. */
enum wire_tail {
	WIRE_TAIL_generic,
	WIRE_TAIL_simple,
#define TAIL(program) WIRE_TAIL_##program,
#define MAKES(program, EVENT)
#include "event/tails.def"
	WIRE_TAIL_COUNT
};

#define WIRE_TAIL_MAX 128u
WIRE_ASSERT(WIRE_TAIL_COUNT <= WIRE_TAIL_MAX, "room for every program");

#endif
