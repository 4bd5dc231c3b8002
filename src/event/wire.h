/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h: the contract between the BPF programs and user space: rings, records,
 * settings, counters.  Freestanding; both sides compile the assertions below.
 *
 * A record in a ring is a small header and then one whole event block exactly as
 * a trace file stores it, so that recording copies bytes:
 *
 *   0        8          16        20   22        32 = block + 10
 *   | size,  | start_ns | flags,  |pad | block: type, total, cpu | event header ...
 *   | block  |          | event   |    |   22       26     30    | 32 ts  40 tid
 *   | _len   |          | type    |    |                         | 48 len 52 type 54 nparams
 *
 * The block begins at 22 so that ts and tid are aligned.  Times in a ring are
 * nanoseconds of CLOCK_BOOTTIME; the reader turns them into wall clock in place.
 */
#ifndef RTSEC_EVENT_WIRE_H
#define RTSEC_EVENT_WIRE_H

#ifdef __bpf__
#include "vmlinux.h"
#define WIRE_ASSERT _Static_assert
typedef __u8 wire_u8;
typedef __u16 wire_u16;
typedef __u32 wire_u32;
typedef __u64 wire_u64;
#else
#include <stddef.h>
#include <stdint.h>
#define WIRE_ASSERT _Static_assert
typedef uint8_t wire_u8;
typedef uint16_t wire_u16;
typedef uint32_t wire_u32;
typedef uint64_t wire_u64;
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
	wire_u16 pad;
};

enum wire_record_flag {
	WIRE_RECORD_ASYNC = 1u << 0,
};

WIRE_ASSERT(offsetof(struct wire_record, start_ns) == 8, "layout");
WIRE_ASSERT(offsetof(struct wire_record, event) == 16, "layout");

/* Largest record; a block of these types is at most 65536 + 8 bytes. */
#define WIRE_RECORD_MAX 65536u
/* Room behind a ring's data, so that a record never wraps and every bounded copy stays inside. */
#define WIRE_SLACK (3u * WIRE_RECORD_MAX)

/* --- rtsec's own bytes, inside len after the last parameter --------------- */

/* u32 magic, then entries of u16 tag, u16 len, bytes. Other readers pass over them. */
#define WIRE_EXTRA_MAGIC 0x31785452u /* "RTx1" */
enum wire_extra {
	WIRE_EXTRA_REAL_PATH = 1, /* path of the file really opened, no NUL */
	WIRE_EXTRA_FLAGS = 2, /* u8, enum wire_extra_flag */
	WIRE_EXTRA_START = 3, /* u64, ns since the epoch */
};
enum wire_extra_flag {
	WIRE_EXTRA_ASYNC = 1u << 0, /* an io_uring operation shown as the equivalent call */
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
	wire_u64 pad1[50];
	wire_u64 cons;
	wire_u64 pad2[447];
	wire_u8 data[]; /* ring size + WIRE_SLACK */
};

#define WIRE_RING_DEFAULT (4u << 20) /* bytes of data, unless user space says otherwise */
#define WIRE_RING_HEADER 4096u
WIRE_ASSERT(sizeof(struct wire_ring) == WIRE_RING_HEADER, "the data starts on a page");

/* --- settings, changeable while running -------------------------------------- */

struct wire_settings {
	wire_u32 snaplen; /* bytes kept of data buffers */
	int self_tgid; /* thread group that is not recorded: the recorder's own */
	wire_u32 sigreturn_nr; /* rt_sigreturn, whose exit no longer carries it */
	wire_u32 pad;
	wire_u64 events[8]; /* bit per event type: wanted */
	wire_u64 no_ring; /* events lost on a CPU that has no ring yet; counted by the programs */
};

/* Controllers whose path is recorded, in the order of the cgroups parameter. */
enum wire_cgroup {
	WIRE_CGROUP_CPUSET,
	WIRE_CGROUP_CPU,
	WIRE_CGROUP_CPUACCT,
	WIRE_CGROUP_IO,
	WIRE_CGROUP_MEMORY,
	WIRE_CGROUP_COUNT
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
