/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event.h: what one event is.  The tables (events.def, types.def, flags.def,
 * syscalls.def) describe every type of the schema of mid-2026; event_decode()
 * turns the bytes of one trace record into checked views of its parameters.
 * Layouts: the .scap format, "event blocks" and "parameter encodings".
 *
 * An event and all it points to are borrowed until the next one is decoded.
 */
#ifndef RTSEC_EVENT_EVENT_H
#define RTSEC_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/* Numbers of the schema: EVENT_SYSCALL_OPEN_X = 3, ... They are on disk: never reused. */
enum event_type {
#define EVENT(num, NAME, name, dir, category, flags, params) EVENT_##NAME = num,
#include "event/events.def"
	EVENT_TYPE_COUNT = 454
};

/* Parameter types, numbers as in the format (PT_*). EVENT_PT_CHARBUF = 9, ... */
enum event_param_type {
#define TYPE(num, NAME, size, kind) EVENT_PT_##NAME = num,
#include "event/types.def"
	EVENT_PT_COUNT
};

/* How a type is read and shown (last column of types.def). */
enum event_kind {
	EVENT_KIND_NONE,
	EVENT_KIND_SIGNED,
	EVENT_KIND_UNSIGNED,
	EVENT_KIND_TEXT, /* one NUL-terminated string */
	EVENT_KIND_PATH, /* the same, relative to the working directory */
	EVENT_KIND_RELPATH, /* the same, relative to the fd in parameter dirfd */
	EVENT_KIND_BYTES,
	EVENT_KIND_ERRNO, /* -errno, or a result >= 0 */
	EVENT_KIND_FD, /* -errno, EVENT_AT_FDCWD, or an fd */
	EVENT_KIND_PID, /* -errno, or a thread or process */
	EVENT_KIND_UID, /* UINT32_MAX: none */
	EVENT_KIND_GID,
	EVENT_KIND_FLAGS, /* bits */
	EVENT_KIND_ENUM, /* one value */
	EVENT_KIND_MODE, /* permission bits, shown in octal and as flags */
	EVENT_KIND_SIGNAL,
	EVENT_KIND_SIGSET, /* bit k is signal k + 1; the first 32 signals */
	EVENT_KIND_SYSCALL, /* code of syscalls.def */
	EVENT_KIND_RELTIME, /* ns; UINT64_MAX: none */
	EVENT_KIND_ABSTIME, /* ns since the epoch */
	EVENT_KIND_BOOL,
	EVENT_KIND_DOUBLE,
	EVENT_KIND_IPV4, /* network order */
	EVENT_KIND_IPV6,
	EVENT_KIND_SOCKADDR,
	EVENT_KIND_SOCKTUPLE,
	EVENT_KIND_FDLIST, /* u16 count, then { i64 fd, i16 events } */
	EVENT_KIND_DYN, /* u8 index of the sub-type, value */
	EVENT_KIND_STRINGS, /* NUL-separated */
	EVENT_KIND_OPAQUE, /* nothing that means anything on disk */
};

#define EVENT_AT_FDCWD ((int64_t)-100)

/* How a number is shown by default (PF_*). */
enum event_format {
	EVENT_PF_NA = 0,
	EVENT_PF_DEC = 1,
	EVENT_PF_HEX = 2,
	EVENT_PF_10_PADDED_DEC = 3,
	EVENT_PF_ID = 4,
	EVENT_PF_DIR = 5,
	EVENT_PF_OCT = 6,
};

/* Category: one low value plus one source bit. */
enum event_category {
	EVENT_EC_UNKNOWN = 0,
	EVENT_EC_OTHER = 1,
	EVENT_EC_FILE = 2,
	EVENT_EC_NET = 3,
	EVENT_EC_IPC = 4,
	EVENT_EC_MEMORY = 5,
	EVENT_EC_PROCESS = 6,
	EVENT_EC_SLEEP = 7,
	EVENT_EC_SYSTEM = 8,
	EVENT_EC_SIGNAL = 9,
	EVENT_EC_USER = 10,
	EVENT_EC_TIME = 11,
	EVENT_EC_PROCESSING = 12,
	EVENT_EC_IO_READ = 32,
	EVENT_EC_IO_WRITE = 33,
	EVENT_EC_IO_OTHER = 34,
	EVENT_EC_WAIT = 64,
	EVENT_EC_SCHEDULER = 128,
	EVENT_EC_INTERNAL = 256,
	EVENT_EC_LOW_MASK = 511,
	EVENT_EC_SYSCALL = 512,
	EVENT_EC_TRACEPOINT = 1024,
	EVENT_EC_PLUGIN = 2048,
	EVENT_EC_METAEVENT = 4096,
	EVENT_EC_ITER = 8192,
};

enum event_flag {
	EVENT_EF_NONE = 0,
	EVENT_EF_CREATES_FD = 1u << 0,
	EVENT_EF_DESTROYS_FD = 1u << 1,
	EVENT_EF_USES_FD = 1u << 2,
	EVENT_EF_READS_FROM_FD = 1u << 3,
	EVENT_EF_WRITES_TO_FD = 1u << 4,
	EVENT_EF_MODIFIES_STATE = 1u << 5,
	EVENT_EF_UNUSED = 1u << 6,
	EVENT_EF_WAITS = 1u << 7,
	EVENT_EF_SKIPPARSERESET = 1u << 8,
	EVENT_EF_OLD_VERSION = 1u << 9,
	EVENT_EF_LARGE_PAYLOAD = 1u << 11,
	EVENT_EF_CONVERTER_MANAGED = 1u << 12,
};

enum event_dir { EVENT_DIR_ENTER, EVENT_DIR_EXIT };

/* Flag sets of flags.def: EVENT_FLAGS_file_flags, ... ; EVENT_FLAGS_NONE = 0. */
enum event_flagset_id {
	EVENT_FLAGS_NONE,
#define FLAGSET(name) EVENT_FLAGS_##name,
#define FLAG(set, name, value)
#include "event/flags.def"
	EVENT_FLAGS_COUNT
};

/* Sub-type tables of EVENT_PT_DYN. */
enum event_dyn {
	EVENT_DYN_NONE,
	EVENT_DYN_sockopt,
	EVENT_DYN_ptrace,
	EVENT_DYN_bpf,
	EVENT_DYN_keyctl
};

#define EVENT_PARAM_MAX 32 /* no type has more parameters */

struct event_param_info {
	const char *name;
	uint8_t type; /* enum event_param_type */
	uint8_t format; /* enum event_format */
	uint8_t flagset; /* enum event_flagset_id */
	uint8_t dyn; /* enum event_dyn */
	uint8_t size; /* of the type: bytes of a value, 0 if variable */
	int8_t dirfd; /* FSRELPATH: number of the parameter with the directory fd, else -1 */
	uint8_t name_len;
};

struct event_info {
	const char *id; /* "SYSCALL_OPEN_X" */
	const char *name; /* "open", the name users type */
	uint16_t type;
	uint8_t dir; /* enum event_dir: odd numbers are exits */
	uint8_t param_cnt;
	uint32_t category;
	uint32_t flags;
	const struct event_param_info *params;
};

/* NULL for a number that is not in the schema. */
const struct event_info *event_info_find(uint32_t type);
/* First type of that name at or after *iter (start with 0), then advances *iter; -1 at the end. */
int event_type_next_named(const char *name, uint32_t *iter);
/* Index of a parameter by name, -1 if the type has none. */
int event_param_index(const struct event_info *info, const char *name);
/* Does any type have a parameter of that name? */
bool event_param_name_exists(const char *name);

/* --- system calls ------------------------------------------------------- */

struct event_syscall {
	uint16_t code; /* PT_SYSCALLID, on disk */
	const char *name;
	int16_t nr_x86_64; /* -1: none */
	int16_t nr_aarch64;
	int16_t nr_i386;
	int16_t nr_arm; /* 32-bit EABI */
	uint16_t exit_event; /* EVENT_GENERIC_X when it has no type of its own */
};

/* By on-disk code (NULL if unknown), and the table's size. */
const struct event_syscall *event_syscall_find(uint32_t code);
const struct event_syscall *event_syscall_find_name(const char *name);
uint32_t event_syscall_count(void);

/* Name users see: the event's own, but for generic events the system call's. */
struct event;
const char *event_name(const struct event *ev);
/* "ENOENT" for 2, also ERESTARTSYS (512) and friends; "SIGCHLD" for 17. NULL if unknown. */
const char *event_errno_name(uint32_t num);
const char *event_signal_name(uint32_t num);

/* --- one event ---------------------------------------------------------- */

#define EVENT_TID_NONE ((int64_t)-1)
#define EVENT_TIME_UNKNOWN UINT64_MAX

/* Flags of the block (0x217, 0x222), as stored. */
#define EVENT_BLOCK_STATE_ONLY 1u /* update state, do not show */

/* What rtsec's own bytes say (wire.h); they lie beside the event or behind its last parameter. */
struct event_extra {
	struct span real_path; /* of the file that a call really opened; absent: as passed */
	bool is_async; /* an io_uring operation shown as the equivalent call */
	bool has_fds; /* extra_bytes tell what descriptors are that came with it */
	bool has_losers; /* drop events: extra_bytes tell whose events were lost */
};

struct state_thread;
struct state_fd;

struct event {
	uint64_t num; /* ordinal of the record in its source, from 1 */
	uint64_t ts_ns; /* since the epoch; EVENT_TIME_UNKNOWN if not stamped */
	uint64_t start_ns; /* when the call began; EVENT_TIME_UNKNOWN */
	int64_t tid; /* EVENT_TID_NONE: no thread */
	uint16_t type; /* enum event_type */
	uint16_t cpu;
	uint32_t block_flags;
	const struct event_info *info;
	const uint8_t *raw; /* header, lengths, parameters */
	uint32_t raw_len;
	uint32_t param_cnt; /* min(of the file, of the table) */
	uint32_t bad_cnt; /* of those, made empty for their wrong size: STAT_PARAMS_BAD */
	const uint8_t *param_ptr[EVENT_PARAM_MAX];
	uint32_t param_len[EVENT_PARAM_MAX]; /* 0: empty, "not known" for fixed sizes */
	struct event_extra extra;
	struct span extra_bytes; /* the entries it was taken from; absent: none */
	uint32_t inline_len; /* bytes at the end of raw that these take; 0: they lie elsewhere */

	/* Hung on by state/ before any filter or sink sees the event; NULL: none known. */
	struct state_thread *thread;
	struct state_fd *fd; /* the fd the event is about */
	int64_t fd_num; /* its number; INT64_MIN: the event has no fd */
	int64_t fd2_num; /* second one (pipe, socketpair, dup's old), INT64_MIN */
};

/* A record as the format stores it, before decoding. */
struct event_record {
	const uint8_t *data; /* event header onwards */
	uint32_t len; /* bytes available there: header + lengths + parameters, padding may follow */
	uint16_t cpu;
	uint32_t block_flags;
	bool is_v1; /* 22-byte header without nparams */
	bool is_large_block; /* 0x221, 0x222: guess for unknown types */
	uint64_t num;
	uint64_t start_ns;
	struct span extra; /* rtsec's own entries (wire.h) that lie beside the record */
};

enum event_verdict {
	EVENT_OK, /* *ev is filled */
	EVENT_UNKNOWN_TYPE, /* framing fine, type not in the schema: skip it */
	EVENT_BAD, /* local damage: skip, count, go on; err says what */
};

/* *ev is filled except for what state/ hangs on (set to NULL and INT64_MIN). */
enum event_verdict event_decode(const struct event_record *rec, struct event *ev, struct err *err);

/*
 * Takes the next of rtsec's own entries off rest (a copy of extra_bytes to begin
 * with); false at the end and where the lengths make no sense.
 */
bool event_extra_next(struct span *rest, uint16_t *tag, struct span *entry);

/* --- descriptors that come unnamed ---------------------------------------- */

/* A descriptor that a call made and whose parameters do not say of what. */
struct event_new_fd {
	int32_t num;
	bool is_pidfd; /* known to be one */
	bool is_cloexec; /* known to be so marked */
};

#define EVENT_NEW_FDS_MAX \
	512u /* a message brings 253 (SCM_MAX_FD, unix(7)), a call a few messages */

/*
 * Those of an exit event: what a unix socket's control messages brought, and the
 * ioctls that answer with a descriptor. Fills fds up to cnt, gives how many.
 */
uint32_t event_new_fds(const struct event *ev, struct event_new_fd *fds, uint32_t cnt);

/* --- parameters --------------------------------------------------------- */

/* Absent (NULL) if the event has no such parameter; empty if its length is 0. */
static inline struct span event_param(const struct event *ev, unsigned int idx)
{
	if (idx >= ev->param_cnt)
		return span_make(NULL, 0);
	return span_make(ev->param_ptr[idx], ev->param_len[idx]);
}

/*
 * Numbers of any fixed-size type, sign- or zero-extended by the table's type.
 * false when the parameter is absent, empty, or of a wrong size.
 */
bool event_param_i64(const struct event *ev, unsigned int idx, int64_t *value);
bool event_param_u64(const struct event *ev, unsigned int idx, uint64_t *value);
/*
 * A string without its NUL. false when absent, empty, "(NULL)" or "<NA>" (the
 * three spellings of "not known"), or not one NUL-terminated string.
 */
bool event_param_text(const struct event *ev, unsigned int idx, struct span *text);

/* Size of a fixed-size type, 0 for variable ones. Signedness. */
unsigned int event_type_size(enum event_param_type type);
bool event_type_is_signed(enum event_param_type type);
enum event_kind event_type_kind(enum event_param_type type);
/* "CHARBUF"; NULL if unknown. */
const char *event_type_name(enum event_param_type type);

/*
 * A call's result: parameter 0 of an exit where it is ERRNO, FD, PID, INT64 or
 * bpf's DYN of FD and ERRNO; false if it has none or it is not known.
 */
bool event_result(const struct event *ev, int64_t *result);

/* --- rendering without state (field/ adds names of fds, users, threads) -- */

/* Joined by '|': the names of the bits in table order; for an ENUM all names of the value. */
void event_flags_text(enum event_flagset_id set, uint64_t value, bool is_enum, struct str *out);
/* Value of a flag by name, for filters and tests; false if the set has none. */
bool event_flag_value(enum event_flagset_id set, const char *name, uint64_t *value);
/* The idx-th name of a set in table order, false past the end; a set's own name or NULL. */
bool event_flag_get(enum event_flagset_id set, uint32_t idx, const char **name, uint64_t *value);
const char *event_flagset_name(enum event_flagset_id set);
/* IPv4 dotted; IPv6 as RFC 5952. bytes in network order. */
void event_ipv4_text(const uint8_t addr[4], struct str *out);
void event_ipv6_text(const uint8_t addr[16], struct str *out);
/* SOCKADDR and SOCKTUPLE as filter-language 14.3 says; false (nothing appended) if malformed. */
bool event_sockaddr_text(struct span param, struct str *out);
bool event_tuple_text(struct span param, struct str *out);
/* Index byte and value of a DYN parameter; false if unknown. */
bool event_dyn_split(enum event_dyn dyn, struct span param, enum event_param_type *type,
		     struct span *value);

#endif
