/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * put.c: makes blocks of the newest layout.  What a block holds is its caller's
 * matter; here only numbers, lengths, padding and the read limits of other
 * programs are known.  entries.c is the way back.
 */
#include "scap/scap.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"

/*
 * Other readers refuse longer strings. Paths of fds and texts of users must be
 * shorter than a round number, the strings of processes may be as long.
 */
#define TEXT_MAX 1024
#define LONG_TEXT_MAX 4096
#define FD_NAME_MAX 1023
#define USER_TEXT_MAX 255
#define IFACE_NAME_MAX 1023
#define HOSTNAME_LEN 128

#define SECTION_MAGIC 0x1A2B3C4Du
#define SMALL_BLOCK_MAX (65536u + 8)
#define PARAM_MAX 65535u
/* Of 32-bit lengths: as many parameters as there can be stay far below LIMIT_BLOCK_SIZE. */
#define WIDE_PARAM_MAX (LIMIT_BLOCK_SIZE / (2 * EVENT_PARAM_MAX))

static void put_u8(struct str *out, uint8_t value)
{
	str_append_char(out, (char)value);
}

static void put_u16(struct str *out, uint16_t value)
{
	store_u16(str_reserve(out, 2), value);
	str_commit(out, 2);
}

static void put_u32(struct str *out, uint32_t value)
{
	store_u32(str_reserve(out, 4), value);
	str_commit(out, 4);
}

static void put_u64(struct str *out, uint64_t value)
{
	store_u64(str_reserve(out, 8), value);
	str_commit(out, 8);
}

static void put_zeros(struct str *out, size_t len)
{
	memset(str_reserve(out, len), 0, len);
	str_commit(out, len);
}

static void put_text(struct str *out, struct span text, size_t max)
{
	size_t len = text.len < max ? text.len : max;

	put_u16(out, (uint16_t)len);
	str_append(out, text.ptr, len);
}

/* The format has no "unknown" for these, only the zero of those who did not look. */
static uint64_t known_u64(uint64_t value)
{
	return value == SNAP_UNKNOWN ? 0 : value;
}

static uint32_t known_u32(uint32_t value)
{
	return value == UINT32_MAX ? 0 : value;
}

static size_t begin_block(struct str *out, uint32_t type)
{
	size_t begin = out->len;

	put_u32(out, type);
	put_u32(out, 0);
	return begin;
}

static void end_block(struct str *out, size_t begin)
{
	size_t total;

	put_zeros(out, -(out->len - begin) & 3);
	total = out->len - begin + 4;
	put_u32(out, (uint32_t)total);
	store_u32(out->buf + begin + 4, (uint32_t)total);
}

static size_t begin_entry(struct str *out)
{
	size_t begin = out->len;

	put_u32(out, 0);
	return begin;
}

/* All entries but those of interfaces count their own length field. */
static void end_entry(struct str *out, size_t begin)
{
	store_u32(out->buf + begin, (uint32_t)(out->len - begin));
}

void scap_put_section(struct str *out)
{
	size_t begin = begin_block(out, SCAP_SECTION);

	put_u32(out, SECTION_MAGIC);
	put_u16(out, 1);
	put_u16(out, 2);
	put_u64(out, UINT64_MAX); /* length of the section: not known */
	end_block(out, begin);
}

void scap_put_machine(struct str *out, const struct snap_machine *machine)
{
	size_t begin = begin_block(out, SCAP_MACHINE);
	size_t len = strnlen(machine->hostname, HOSTNAME_LEN);

	put_u32(out, machine->cpu_cnt);
	put_u64(out, machine->memory_bytes);
	put_u64(out, machine->max_pid);
	str_append(out, machine->hostname, len);
	put_zeros(out, HOSTNAME_LEN - len);
	put_u64(out, machine->boot_ns);
	put_u64(out, machine->flags);
	put_zeros(out, 16);
	end_block(out, begin);
}

size_t scap_list_begin(struct str *out, enum scap_block_type type, int64_t tid)
{
	size_t begin = begin_block(out, type);

	if (type == SCAP_FDS)
		put_u64(out, (uint64_t)tid);
	return begin;
}

void scap_list_end(struct str *out, size_t begin)
{
	end_block(out, begin);
}

void scap_put_iface(struct str *out, const struct snap_iface *iface)
{
	size_t begin = begin_entry(out);
	size_t addr_len = iface->is_ipv6 ? 16 : 4;
	size_t len = iface->name.len < IFACE_NAME_MAX ? iface->name.len : IFACE_NAME_MAX;

	put_u16(out, iface->is_ipv6 ? 2 : 1);
	put_u16(out, (uint16_t)len);
	str_append(out, iface->addr, addr_len);
	str_append(out, iface->netmask, addr_len);
	str_append(out, iface->bcast, addr_len);
	put_u64(out, known_u64(iface->linkspeed));
	str_append(out, iface->name.ptr, len);
	store_u32(out->buf + begin, (uint32_t)(out->len - begin - 4));
}

void scap_put_user(struct str *out, const struct snap_user *user)
{
	size_t begin = begin_entry(out);

	put_u8(out, user->is_group);
	if (!user->is_group)
		put_u32(out, user->uid);
	put_u32(out, user->gid);
	put_text(out, user->name, USER_TEXT_MAX);
	if (!user->is_group) {
		put_text(out, user->home, USER_TEXT_MAX);
		put_text(out, user->shell, USER_TEXT_MAX);
	}
	end_entry(out, begin);
}

static void put_exe_facts(struct str *out, const struct snap_thread *thread)
{
	put_u8(out, thread->exe_writable);
	put_u64(out, known_u64(thread->cap_inheritable));
	put_u64(out, known_u64(thread->cap_permitted));
	put_u64(out, known_u64(thread->cap_effective));
	put_u8(out, thread->exe_upper_layer);
	put_u64(out, known_u64(thread->exe_ino));
	put_u64(out, known_u64(thread->exe_ino_ctime_ns));
	put_u64(out, known_u64(thread->exe_ino_mtime_ns));
	put_u8(out, thread->exe_from_memfd);
	put_u8(out, thread->exe_lower_layer);
}

void scap_put_proc(struct str *out, const struct snap_thread *thread)
{
	static const struct snap_thread no_facts;
	size_t begin = begin_entry(out);

	put_u64(out, (uint64_t)thread->tid);
	put_u64(out, (uint64_t)thread->pid);
	put_u64(out, (uint64_t)thread->ptid);
	put_u64(out, (uint64_t)thread->sid);
	put_u64(out, (uint64_t)thread->vpgid);
	put_text(out, thread->comm, TEXT_MAX);
	put_text(out, thread->exe, TEXT_MAX);
	put_text(out, thread->exepath, TEXT_MAX);
	put_text(out, thread->args, LONG_TEXT_MAX);
	put_text(out, thread->cwd, TEXT_MAX);
	put_u64(out, (uint64_t)thread->fdlimit);
	put_u32(out, thread->clone_flags);
	put_u32(out, thread->uid);
	put_u32(out, thread->gid);
	put_u32(out, known_u32(thread->vmsize_kb));
	put_u32(out, known_u32(thread->vmrss_kb));
	put_u32(out, known_u32(thread->vmswap_kb));
	put_u64(out, known_u64(thread->pfmajor));
	put_u64(out, known_u64(thread->pfminor));
	put_text(out, thread->env, LONG_TEXT_MAX);
	put_u64(out, (uint64_t)thread->vtid);
	put_u64(out, (uint64_t)thread->vpid);
	put_text(out, thread->cgroups, LONG_TEXT_MAX);
	put_text(out, thread->root, TEXT_MAX);
	put_u64(out, known_u64(thread->pidns_init_start_ns));
	put_u32(out, known_u32(thread->tty));
	put_u32(out, thread->loginuid);
	put_exe_facts(out, thread->has_exe_facts ? thread : &no_facts);
	put_u64(out, (uint64_t)thread->pgid);
	end_entry(out, begin);
}

void scap_put_fd(struct str *out, const struct snap_fd *fd)
{
	/* A reader refuses numbers it does not know. */
	uint8_t type = fd->type < SNAP_FD_TYPE_COUNT ? fd->type : SNAP_FD_UNSUPPORTED;
	const struct snap_ends *ends = &fd->ends;
	size_t begin = begin_entry(out);
	size_t addr_len = 4;

	put_u64(out, (uint64_t)fd->fd);
	put_u64(out, known_u64(fd->ino));
	put_u8(out, type);
	switch (type) {
	case SNAP_FD_UNKNOWN:
		break;
	case SNAP_FD_IPV6_SOCK:
		addr_len = 16;
		/* fall through */
	case SNAP_FD_IPV4_SOCK:
		str_append(out, ends->sip, addr_len);
		str_append(out, ends->dip, addr_len);
		put_u16(out, ends->sport);
		put_u16(out, ends->dport);
		put_u8(out, fd->l4);
		break;
	case SNAP_FD_IPV6_SERVSOCK:
		addr_len = 16;
		/* fall through */
	case SNAP_FD_IPV4_SERVSOCK:
		str_append(out, ends->sip, addr_len);
		put_u16(out, ends->sport);
		put_u8(out, fd->l4);
		break;
	case SNAP_FD_UNIX_SOCK:
		put_u64(out, fd->unix_source);
		put_u64(out, fd->unix_peer);
		put_text(out, fd->name, FD_NAME_MAX);
		break;
	case SNAP_FD_FILE_V2:
		put_u32(out, fd->open_flags);
		put_text(out, fd->name, FD_NAME_MAX);
		put_u32(out, fd->dev);
		break;
	default:
		put_text(out, fd->name, FD_NAME_MAX);
	}
	end_entry(out, begin);
}

static bool is_string(const struct event_info *info, uint32_t idx)
{
	if (!info || idx >= info->param_cnt)
		return false;
	switch (info->params[idx].type) {
	case EVENT_PT_CHARBUF:
	case EVENT_PT_FSPATH:
	case EVENT_PT_FSRELPATH:
		return true;
	default:
		return false;
	}
}

void scap_put_event(struct str *out, uint16_t cpu, uint32_t block_flags, uint64_t ts_ns,
		    int64_t tid, uint16_t type, const struct span *params, uint32_t param_cnt)
{
	const struct event_info *info = event_info_find(type);
	bool is_wide = info && (info->flags & EVENT_EF_LARGE_PAYLOAD);
	size_t begin = begin_block(out, 0);
	size_t header;
	size_t lens;
	uint32_t block_type;

	put_u16(out, cpu);
	if (block_flags)
		put_u32(out, block_flags);
	header = out->len;
	put_u64(out, ts_ns);
	put_u64(out, (uint64_t)tid);
	put_u32(out, 0);
	put_u16(out, type);
	put_u32(out, param_cnt);
	lens = out->len;
	put_zeros(out, (size_t)param_cnt * (is_wide ? 4 : 2));
	for (uint32_t i = 0; i < param_cnt; i++) {
		size_t max = is_wide ? WIDE_PARAM_MAX : PARAM_MAX;
		size_t len = params[i].ptr ? params[i].len : 0;
		bool is_cut = len > max;

		if (is_cut)
			len = max;
		str_append(out, params[i].ptr, len);
		if (is_cut && is_string(info, i))
			out->buf[out->len - 1] = '\0';
		if (is_wide)
			store_u32(out->buf + lens + (size_t)i * 4, (uint32_t)len);
		else
			store_u16(out->buf + lens + (size_t)i * 2, (uint16_t)len);
	}
	store_u32(out->buf + header + 16, (uint32_t)(out->len - header));
	end_block(out, begin);
	/* The width of lengths hangs on the event type; the block type on its size as well. */
	if (is_wide || out->len - begin > SMALL_BLOCK_MAX)
		block_type = block_flags ? SCAP_EVENT_FLAGS_LARGE : SCAP_EVENT_LARGE;
	else
		block_type = block_flags ? SCAP_EVENT_FLAGS : SCAP_EVENT;
	store_u32(out->buf + begin, block_type);
}
