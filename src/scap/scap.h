/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scap.h: the trace file.  A reader turns any byte stream (raw, gzip, zstd; file
 * or pipe; told apart by content) into blocks and blocks into entries; a writer
 * does the reverse.  It knows no process table and no filter.
 * Source of every layout: the .scap format, "container" to "event blocks".
 *
 * The reader accepts every block version ever written; the newest ones are what
 * the writer makes.  Nothing ever seeks on the input.
 *
 *   block      type | total | body ... | 0-3 zeros | total
 *   stream     section, machine, interfaces, users, processes, fds of each thread,
 *              events ...; another section may follow
 *   zstd file  [data: all up to the first event] [columns][data: events]
 *              [columns][data: events] ... [seek table]
 *
 * [..] is a frame; data frames end where blocks end, the others are skippable
 * frames that other programs pass over: column.h describes the columns of
 * durations and of other things that only rtsec knows.  Ids of skippable frames
 * that this version does not know are passed over as well.
 */
#ifndef RTSEC_SCAP_SCAP_H
#define RTSEC_SCAP_SCAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/stats.h"
#include "base/str.h"
#include "event/event.h"
#include "event/snapshot.h"

/* Block numbers, on disk. */
enum scap_block_type {
	SCAP_SECTION = 0x0A0D0D0A,
	SCAP_MACHINE = 0x201,
	SCAP_PROCS_V1 = 0x202,
	SCAP_FDS_V1 = 0x203,
	SCAP_EVENT_V1 = 0x204,
	SCAP_IFACES_V1 = 0x205,
	SCAP_USERS_V1 = 0x206,
	SCAP_PROCS_V2 = 0x207,
	SCAP_EVENT_V1_FLAGS = 0x208,
	SCAP_PROCS_V3 = 0x209,
	SCAP_PROCS_V4 = 0x210,
	SCAP_PROCS_V5 = 0x211,
	SCAP_PROCS_V6 = 0x212,
	SCAP_PROCS_V7 = 0x213,
	SCAP_PROCS_V8 = 0x214,
	SCAP_PROCS_V9 = 0x215,
	SCAP_EVENT = 0x216,
	SCAP_EVENT_FLAGS = 0x217,
	SCAP_FDS = 0x218,
	SCAP_IFACES = 0x219,
	SCAP_USERS = 0x220,
	SCAP_EVENT_LARGE = 0x221,
	SCAP_EVENT_FLAGS_LARGE = 0x222,
};

/* What a block is, whatever its version. */
enum scap_kind {
	SCAP_KIND_UNKNOWN,
	SCAP_KIND_SECTION,
	SCAP_KIND_MACHINE,
	SCAP_KIND_IFACES,
	SCAP_KIND_USERS,
	SCAP_KIND_PROCS,
	SCAP_KIND_FDS,
	SCAP_KIND_EVENT,
};

/* A whole block; bytes are borrowed until the next scap_reader_next(). */
struct scap_block {
	uint32_t type; /* unofficial numbers are already mapped to official ones */
	enum scap_kind kind;
	const uint8_t *data; /* from the type field to the trailer */
	uint32_t len; /* total length */
	uint64_t offset; /* of the block in the uncompressed stream */
	/* Events: when the call began, EVENT_TIME_UNKNOWN if the trace does not say. */
	uint64_t start_ns;
	/* Events: rtsec's own entries (wire.h) kept beside the block; absent if there are none. */
	struct span extra;
};

/* Body without header and trailer. */
static inline struct span scap_block_body(const struct scap_block *block)
{
	return span_make(block->data + 8, block->len - 12);
}

enum scap_kind scap_kind_of(uint32_t type);

/* --- reading ------------------------------------------------------------ */

enum scap_next {
	SCAP_NEXT_BLOCK,
	SCAP_NEXT_END, /* clean end of the stream */
	SCAP_NEXT_CUT, /* the stream ends inside a block, or framing is broken: err says where and what
			  was expected; everything before was delivered */
};

struct scap_reader;

/* path "-" is standard input. 0 or negative errno with err filled; NULL text never. */
int scap_reader_open(const char *path, struct scap_reader **reader, struct err *err) MUST_USE;
/* From an open fd the reader then owns; name is for messages. */
int scap_reader_open_fd(int fd, const char *name, struct scap_reader **reader,
			struct err *err) MUST_USE;
void scap_reader_close(struct scap_reader *reader);

/* stats may be NULL. Unknown blocks are passed over and counted. Negative errno: read error. */
int scap_reader_next(struct scap_reader *reader, struct scap_block *block, struct stats *stats,
		     struct err *err) MUST_USE;

/* Bytes of the file read so far and its size (0: a pipe), for progress and messages. */
uint64_t scap_reader_pos(const struct scap_reader *reader);
uint64_t scap_reader_size(const struct scap_reader *reader);
/* "raw", "gzip" or "zstd". */
const char *scap_reader_format(const struct scap_reader *reader);

/* --- entries of list blocks --------------------------------------------- */

/*
 * Goes over the entries of a list block: start with iter zeroed and block set.
 * Each call gives 1 with *out filled (its spans point into the block), 0 at the
 * end, or a negative errno with err filled when an entry is damaged (the rest of
 * the block is lost, what came before was good).
 */
struct scap_iter {
	const struct scap_block *block;
	size_t pos;
};

int scap_machine_read(const struct scap_block *block, struct snap_machine *out, struct err *err);
int scap_iface_next(struct scap_iter *iter, struct snap_iface *out, struct err *err);
int scap_user_next(struct scap_iter *iter, struct snap_user *out, struct err *err);
int scap_proc_next(struct scap_iter *iter, struct snap_thread *out, struct err *err);
/* tid is the thread the block belongs to. */
int scap_fd_next(struct scap_iter *iter, int64_t *tid, struct snap_fd *out, struct err *err);
/* One entry of a SCAP_FDS list by itself, as scap_put_fd() makes it; false: damaged. */
bool scap_fd_read(struct span entry, struct snap_fd *out);
/* The event record inside an event block; -EBADMSG when it is too short for one. num is left to the caller. */
int scap_event_record(const struct scap_block *block, struct event_record *out, struct err *err);

/* --- making blocks (newest versions) ------------------------------------ */

/*
 * Each appends whole blocks or entries to out. List blocks: begin, add entries,
 * end. Strings over the format's limits are cut, never refused.
 */
void scap_put_section(struct str *out);
void scap_put_machine(struct str *out, const struct snap_machine *machine);
/* Gives where the block began, to be handed to scap_list_end(). tid only for SCAP_FDS. */
size_t scap_list_begin(struct str *out, enum scap_block_type type, int64_t tid);
void scap_list_end(struct str *out, size_t begin);
void scap_put_iface(struct str *out, const struct snap_iface *iface);
void scap_put_user(struct str *out, const struct snap_user *user);
void scap_put_proc(struct str *out, const struct snap_thread *thread);
void scap_put_fd(struct str *out, const struct snap_fd *fd);
/*
 * One event block from parameters (spans with ptr NULL or len 0 are empty).
 * Used for events that user space makes (procinfo, drops, containers, users) and by tests.
 */
void scap_put_event(struct str *out, uint16_t cpu, uint32_t block_flags, uint64_t ts_ns,
		    int64_t tid, uint16_t type, const struct span *params, uint32_t param_cnt);

/* --- writing ------------------------------------------------------------ */

enum scap_compress { SCAP_COMPRESS_ZSTD, SCAP_COMPRESS_GZIP, SCAP_COMPRESS_NONE };

struct scap_writer_opts {
	enum scap_compress compress;
	int level; /* 0: the default of the method */
	bool force; /* overwrite an existing regular file */
	bool starts; /* keep start times in the durations column (zstd only) */
	uint32_t frame_bytes; /* uncompressed bytes of a frame, 0: 1 MiB */
	struct stats
		*stats; /* counts events that did not reach the file (WRITE_LOST); may be NULL */
};

struct scap_writer;

/* path "-" is standard output. -EEXIST when the file is there and force is not set. */
int scap_writer_open(const char *path, const struct scap_writer_opts *opts,
		     struct scap_writer **writer, struct err *err) MUST_USE;
/*
 * Appends whole blocks (any number, contiguous). start_ns: when the call of this
 * one event block began, EVENT_TIME_UNKNOWN otherwise; ts_ns its own time. extra:
 * rtsec's own entries (wire.h) about it; zstd traces keep them beside the events,
 * others inside the event, but not in blocks of the first version, which have no room.
 * On a write error (disk full) the file is cut back to its last whole frame, so
 * it stays valid, and every later call fails with the same error.
 */
int scap_writer_put(struct scap_writer *writer, const void *blocks, size_t len, uint64_t ts_ns,
		    uint64_t start_ns, struct span extra, struct err *err) MUST_USE;
/* Ends the current frame and hands it to the kernel; called at least once a second. */
int scap_writer_flush(struct scap_writer *writer, struct err *err) MUST_USE;
/* Flushes, writes the trailing seek table (zstd), closes. Frees writer in any case. */
int scap_writer_close(struct scap_writer *writer, struct err *err) MUST_USE;
/* Bytes written to the file, and uncompressed bytes taken. */
uint64_t scap_writer_bytes(const struct scap_writer *writer);
uint64_t scap_writer_raw_bytes(const struct scap_writer *writer);

#endif
