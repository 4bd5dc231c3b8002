/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * entries.c: what is inside the blocks of a snapshot, in every layout there ever
 * was.  A layout is a table of fields with the version that brought each; what a
 * version lacks is unknown, never zero.  put.c is the way back.
 */
#include "scap/scap.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"

#define HOSTNAME_LEN 128
#define MACHINE_LEN 180
/* Fewer bytes at the end of a list are padding. */
#define ENTRY_MIN 4

/* --- reading one entry -------------------------------------------------- */

/* Takes fields off the front; once one does not fit, all that follow are absent. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool is_short;
};

static const uint8_t *take(struct cursor *cursor, size_t len)
{
	const uint8_t *at = cursor->at;

	if (cursor->is_short || cursor->left < len) {
		cursor->is_short = true;
		return NULL;
	}
	cursor->at += len;
	cursor->left -= len;
	return at;
}

static uint8_t take_u8(struct cursor *cursor)
{
	const uint8_t *at = take(cursor, 1);

	return at ? *at : 0;
}

static uint16_t take_u16(struct cursor *cursor)
{
	const uint8_t *at = take(cursor, 2);

	return at ? load_u16(at) : 0;
}

static uint32_t take_u32(struct cursor *cursor)
{
	const uint8_t *at = take(cursor, 4);

	return at ? load_u32(at) : 0;
}

static uint64_t take_u64(struct cursor *cursor)
{
	const uint8_t *at = take(cursor, 8);

	return at ? load_u64(at) : 0;
}

static void take_bytes(struct cursor *cursor, void *dst, size_t len)
{
	const uint8_t *at = take(cursor, len);

	if (at)
		memcpy(dst, at, len);
}

static struct span take_text(struct cursor *cursor)
{
	size_t len = take_u16(cursor);
	const uint8_t *at = take(cursor, len);

	return span_make(at, at ? len : 0);
}

/* --- lists -------------------------------------------------------------- */

static int damaged(struct scap_iter *iter, const char *what, size_t pos, const char *why,
		   struct err *err)
{
	iter->pos = SIZE_MAX;
	return err_set(err, -EBADMSG, "byte %" PRIu64 ": %s: %s",
		       iter->block->offset + 8 + (uint64_t)pos, what, why);
}

/*
 * An entry at iter->pos. has_len: it begins with its length, own_len: which counts
 * itself as well; length 0 stands for "as long as its fields". 1: *cursor holds
 * the entry (or all the rest, if its length is not known), 0: no more, -EBADMSG.
 */
static int begin_entry(struct scap_iter *iter, const char *what, bool has_len, size_t own_len,
		       struct cursor *cursor, uint32_t *stated, struct err *err)
{
	struct span body = scap_block_body(iter->block);

	*stated = 0;
	if (iter->pos >= body.len || body.len - iter->pos < ENTRY_MIN)
		return 0;
	cursor->at = body.ptr + iter->pos;
	cursor->left = body.len - iter->pos;
	cursor->is_short = false;
	if (!has_len)
		return 1;
	*stated = take_u32(cursor);
	if (!*stated)
		return 1;
	if (*stated < own_len || *stated - own_len > cursor->left)
		return damaged(iter, what, iter->pos, "its length does not fit its block", err);
	cursor->left = *stated - own_len;
	return 1;
}

/* Moves behind the entry; what a newer writer put at its end is passed over. */
static int end_entry(struct scap_iter *iter, const char *what, const struct cursor *cursor,
		     uint32_t stated, struct err *err)
{
	struct span body = scap_block_body(iter->block);

	if (cursor->is_short)
		return damaged(iter, what, iter->pos, "its fields do not fit its length", err);
	iter->pos = (size_t)(cursor->at - body.ptr) + (stated ? cursor->left : 0);
	return 1;
}

static int take_none(struct scap_iter *iter, struct err *err)
{
	return damaged(iter, "list", 0, "a block of another kind", err);
}

/* --- machine ------------------------------------------------------------ */

int scap_machine_read(const struct scap_block *block, struct snap_machine *out, struct err *err)
{
	struct span body = scap_block_body(block);
	struct cursor cursor = { .at = body.ptr, .left = body.len };

	if (body.len < MACHINE_LEN)
		return err_set(err, -EBADMSG,
			       "byte %" PRIu64 ": machine info has %zu bytes, not %d",
			       block->offset, body.len, MACHINE_LEN);
	memset(out, 0, sizeof(*out));
	out->cpu_cnt = take_u32(&cursor);
	out->memory_bytes = take_u64(&cursor);
	out->max_pid = take_u64(&cursor);
	take_bytes(&cursor, out->hostname, HOSTNAME_LEN);
	out->boot_ns = take_u64(&cursor);
	out->flags = take_u64(&cursor);
	return 0;
}

/* --- interfaces --------------------------------------------------------- */

int scap_iface_next(struct scap_iter *iter, struct snap_iface *out, struct err *err)
{
	struct cursor cursor;
	uint32_t stated;
	uint16_t type;
	size_t name_len;
	size_t addr_len;
	const uint8_t *name;
	int ret;

	if (iter->block->kind != SCAP_KIND_IFACES)
		return take_none(iter, err);
	ret = begin_entry(iter, "interface", iter->block->type == SCAP_IFACES, 0, &cursor, &stated,
			  err);
	if (ret <= 0)
		return ret;
	type = take_u16(&cursor);
	name_len = take_u16(&cursor);
	if (type < 1 || type > 4)
		return damaged(iter, "interface", iter->pos, "its type is none of 1 to 4", err);
	memset(out, 0, sizeof(*out));
	out->is_ipv6 = type == 2 || type == 4;
	addr_len = out->is_ipv6 ? 16 : 4;
	take_bytes(&cursor, out->addr, addr_len);
	take_bytes(&cursor, out->netmask, addr_len);
	take_bytes(&cursor, out->bcast, addr_len);
	out->linkspeed = type <= 2 ? take_u64(&cursor) : SNAP_UNKNOWN;
	name = take(&cursor, name_len);
	out->name = span_make(name, name ? name_len : 0);
	return end_entry(iter, "interface", &cursor, stated, err);
}

/* --- users -------------------------------------------------------------- */

int scap_user_next(struct scap_iter *iter, struct snap_user *out, struct err *err)
{
	struct cursor cursor;
	uint32_t stated;
	int ret;

	if (iter->block->kind != SCAP_KIND_USERS)
		return take_none(iter, err);
	ret = begin_entry(iter, "user", iter->block->type == SCAP_USERS, 4, &cursor, &stated, err);
	if (ret <= 0)
		return ret;
	memset(out, 0, sizeof(*out));
	out->is_group = take_u8(&cursor) != 0;
	out->uid = out->is_group ? UINT32_MAX : take_u32(&cursor);
	out->gid = take_u32(&cursor);
	out->name = take_text(&cursor);
	if (!out->is_group) {
		out->home = take_text(&cursor);
		out->shell = take_text(&cursor);
	}
	return end_entry(iter, "user", &cursor, stated, err);
}

/* --- processes ---------------------------------------------------------- */

enum field_kind { FIELD_U8, FIELD_U32, FIELD_U64, FIELD_TEXT };

/* A field in the order of the disk and where it goes. */
struct field {
	uint8_t kind;
	uint8_t since; /* block version */
	uint16_t offset;
};

#define FIELD(kind, since, name)                                                  \
	{                                                                         \
		FIELD_##kind, since, (uint16_t)offsetof(struct snap_thread, name) \
	}

static const struct field proc_fields[] = {
	FIELD(U64, 1, tid),	 FIELD(U64, 1, pid),	   FIELD(U64, 1, ptid),
	FIELD(U64, 6, sid),	 FIELD(U64, 8, vpgid),	   FIELD(TEXT, 1, comm),
	FIELD(TEXT, 1, exe),	 FIELD(TEXT, 7, exepath),  FIELD(TEXT, 1, args),
	FIELD(TEXT, 1, cwd),	 FIELD(U64, 1, fdlimit),   FIELD(U32, 1, clone_flags),
	FIELD(U32, 1, uid),	 FIELD(U32, 1, gid),	   FIELD(U32, 2, vmsize_kb),
	FIELD(U32, 2, vmrss_kb), FIELD(U32, 2, vmswap_kb), FIELD(U64, 2, pfmajor),
	FIELD(U64, 2, pfminor),	 FIELD(TEXT, 3, env),	   FIELD(U64, 4, vtid),
	FIELD(U64, 4, vpid),	 FIELD(TEXT, 4, cgroups),  FIELD(TEXT, 5, root),
};

/*
 * Behind root, in version 9 only: present as far as the entry goes. The first two
 * were put before the rest later; an entry whose tail is no longer than the rest
 * then was does not have them.
 */
static const struct field tail_fields[] = {
	FIELD(U64, 9, pidns_init_start_ns),
	FIELD(U32, 9, tty),
	FIELD(U32, 9, loginuid),
	FIELD(U8, 9, exe_writable),
	FIELD(U64, 9, cap_inheritable),
	FIELD(U64, 9, cap_permitted),
	FIELD(U64, 9, cap_effective),
	FIELD(U8, 9, exe_upper_layer),
	FIELD(U64, 9, exe_ino),
	FIELD(U64, 9, exe_ino_ctime_ns),
	FIELD(U64, 9, exe_ino_mtime_ns),
	FIELD(U8, 9, exe_from_memfd),
	FIELD(U8, 9, exe_lower_layer),
	FIELD(U64, 9, pgid),
};
#define TAIL_LATER 2
#define TAIL_OLD_LEN 29

static const struct {
	uint32_t type;
	uint8_t version;
} proc_versions[] = {
	{ SCAP_PROCS_V9, 9 }, { SCAP_PROCS_V8, 8 }, { SCAP_PROCS_V7, 7 },
	{ SCAP_PROCS_V6, 6 }, { SCAP_PROCS_V5, 5 }, { SCAP_PROCS_V4, 4 },
	{ SCAP_PROCS_V3, 3 }, { SCAP_PROCS_V2, 2 }, { SCAP_PROCS_V1, 1 },
};

static void take_field(struct cursor *cursor, const struct field *field, struct snap_thread *out)
{
	char *at = (char *)out + field->offset;

	switch ((enum field_kind)field->kind) {
	case FIELD_U8:
		*(bool *)at = take_u8(cursor) != 0;
		break;
	case FIELD_U32:
		*(uint32_t *)at = take_u32(cursor);
		break;
	case FIELD_U64:
		*(uint64_t *)at = take_u64(cursor);
		break;
	case FIELD_TEXT:
		*(struct span *)at = take_text(cursor);
		break;
	}
}

static size_t fixed_size(const struct field *field)
{
	return field->kind == FIELD_U8 ? 1 : field->kind == FIELD_U32 ? 4 : 8;
}

static void take_tail(struct cursor *cursor, struct snap_thread *out)
{
	size_t i = cursor->left <= TAIL_OLD_LEN ? TAIL_LATER : 0;

	for (; i < ARRAY_SIZE(tail_fields); i++) {
		if (cursor->left < fixed_size(&tail_fields[i]))
			return;
		take_field(cursor, &tail_fields[i], out);
	}
}

static bool is_known(uint64_t value)
{
	return value && value != SNAP_UNKNOWN;
}

/* Some writers fill the tail with zeros they never looked up. */
static void judge_facts(struct snap_thread *out)
{
	out->has_exe_facts = out->exe_writable || out->exe_upper_layer || out->exe_lower_layer ||
			     out->exe_from_memfd || is_known(out->cap_inheritable) ||
			     is_known(out->cap_permitted) || is_known(out->cap_effective) ||
			     is_known(out->exe_ino) || is_known(out->exe_ino_ctime_ns) ||
			     is_known(out->exe_ino_mtime_ns);
	if (out->has_exe_facts)
		return;
	out->cap_inheritable = out->cap_permitted = out->cap_effective = SNAP_UNKNOWN;
	out->exe_ino = out->exe_ino_ctime_ns = out->exe_ino_mtime_ns = SNAP_UNKNOWN;
}

int scap_proc_next(struct scap_iter *iter, struct snap_thread *out, struct err *err)
{
	struct cursor cursor;
	uint32_t stated;
	uint8_t version = 0;
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(proc_versions); i++) {
		if (iter->block->type == proc_versions[i].type)
			version = proc_versions[i].version;
	}
	if (!version)
		return take_none(iter, err);
	ret = begin_entry(iter, "process", version == 9, 4, &cursor, &stated, err);
	if (ret <= 0)
		return ret;
	*out = (struct snap_thread){
		.sid = -1,
		.vpgid = -1,
		.pgid = -1,
		.vtid = -1,
		.vpid = -1,
		.vmsize_kb = UINT32_MAX,
		.vmrss_kb = UINT32_MAX,
		.vmswap_kb = UINT32_MAX,
		.pfmajor = SNAP_UNKNOWN,
		.pfminor = SNAP_UNKNOWN,
		.loginuid = UINT32_MAX,
		.cap_inheritable = SNAP_UNKNOWN,
		.cap_permitted = SNAP_UNKNOWN,
		.cap_effective = SNAP_UNKNOWN,
		.exe_ino = SNAP_UNKNOWN,
		.exe_ino_ctime_ns = SNAP_UNKNOWN,
		.exe_ino_mtime_ns = SNAP_UNKNOWN,
	};
	for (size_t i = 0; i < ARRAY_SIZE(proc_fields); i++) {
		if (version >= proc_fields[i].since)
			take_field(&cursor, &proc_fields[i], out);
	}
	if (stated && !cursor.is_short)
		take_tail(&cursor, out);
	judge_facts(out);
	return end_entry(iter, "process", &cursor, stated, err);
}

/* --- file descriptors --------------------------------------------------- */

static void take_ends(struct cursor *cursor, size_t addr_len, bool is_server, struct snap_fd *out)
{
	take_bytes(cursor, out->ends.sip, addr_len);
	if (!is_server)
		take_bytes(cursor, out->ends.dip, addr_len);
	out->ends.sport = take_u16(cursor);
	if (!is_server)
		out->ends.dport = take_u16(cursor);
	out->l4 = take_u8(cursor);
}

/* false: a type whose length only the entry knows. */
static bool take_fd(struct cursor *cursor, uint32_t stated, struct snap_fd *out)
{
	switch (out->type) {
	case SNAP_FD_UNKNOWN:
		break;
	case SNAP_FD_IPV4_SOCK:
	case SNAP_FD_IPV4_SERVSOCK:
		take_ends(cursor, 4, out->type == SNAP_FD_IPV4_SERVSOCK, out);
		break;
	case SNAP_FD_IPV6_SOCK:
	case SNAP_FD_IPV6_SERVSOCK:
		take_ends(cursor, 16, out->type == SNAP_FD_IPV6_SERVSOCK, out);
		break;
	case SNAP_FD_UNIX_SOCK:
		out->unix_source = take_u64(cursor);
		out->unix_peer = take_u64(cursor);
		out->name = take_text(cursor);
		/* Old recorders kept the end of the line of /proc/net/unix. */
		if (out->name.len && out->name.ptr[out->name.len - 1] == '\n')
			out->name.len--;
		break;
	case SNAP_FD_FILE_V2:
		out->open_flags = take_u32(cursor);
		out->name = take_text(cursor);
		if (stated && cursor->left >= 4)
			out->dev = take_u32(cursor);
		break;
	default:
		if (out->type >= SNAP_FD_TYPE_COUNT)
			return stated != 0;
		out->name = take_text(cursor);
	}
	return true;
}

/* The same, whatever the type. */
static bool take_whole_fd(struct cursor *cursor, uint32_t stated, struct snap_fd *out)
{
	memset(out, 0, sizeof(*out));
	out->fd = (int64_t)take_u64(cursor);
	out->ino = take_u64(cursor);
	out->type = take_u8(cursor);
	return cursor->is_short || take_fd(cursor, stated, out);
}

int scap_fd_next(struct scap_iter *iter, int64_t *tid, struct snap_fd *out, struct err *err)
{
	struct span body = scap_block_body(iter->block);
	struct cursor cursor;
	uint32_t stated;
	int ret;

	if (iter->block->kind != SCAP_KIND_FDS)
		return take_none(iter, err);
	if (body.len < 8)
		return iter->pos ? 0
				 : damaged(iter, "fd list", 0, "it is too short for a thread id",
					   err);
	*tid = (int64_t)load_u64(body.ptr);
	if (!iter->pos)
		iter->pos = 8;
	ret = begin_entry(iter, "fd", iter->block->type == SCAP_FDS, 4, &cursor, &stated, err);
	if (ret <= 0)
		return ret;
	if (!take_whole_fd(&cursor, stated, out))
		return damaged(iter, "fd", iter->pos, "a type that is not known and has no length",
			       err);
	return end_entry(iter, "fd", &cursor, stated, err);
}

bool scap_fd_read(struct span entry, struct snap_fd *out)
{
	struct cursor cursor = { .at = entry.ptr, .left = entry.len };
	uint32_t stated = take_u32(&cursor);

	return stated == entry.len && take_whole_fd(&cursor, stated, out) && !cursor.is_short;
}

/* --- events ------------------------------------------------------------- */

int scap_event_record(const struct scap_block *block, struct event_record *out, struct err *err)
{
	struct span body = scap_block_body(block);
	bool has_flags = block->type == SCAP_EVENT_FLAGS || block->type == SCAP_EVENT_FLAGS_LARGE ||
			 block->type == SCAP_EVENT_V1_FLAGS;
	bool is_v1 = block->type == SCAP_EVENT_V1 || block->type == SCAP_EVENT_V1_FLAGS;
	size_t before = has_flags ? 6 : 2;

	if (block->kind != SCAP_KIND_EVENT || body.len < before + (is_v1 ? 22 : 26))
		return err_set(err, -EBADMSG,
			       "byte %" PRIu64 ": a block of %" PRIu32
			       " bytes is too short for an event",
			       block->offset, block->len);
	out->data = body.ptr + before;
	out->len = (uint32_t)(body.len - before);
	out->cpu = load_u16(body.ptr);
	out->block_flags = has_flags ? load_u32(body.ptr + 2) : 0;
	out->is_v1 = is_v1;
	out->is_large_block =
		block->type == SCAP_EVENT_LARGE || block->type == SCAP_EVENT_FLAGS_LARGE;
	out->start_ns = block->start_ns;
	out->extra = block->extra;
	return 0;
}
