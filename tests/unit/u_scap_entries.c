/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_scap_entries.c: every layout of every list, what is unknown in it, and what
 * damage does.  Then put.c: what is put is read back as it was.
 */
#include "unit/scap_bytes.h"

#include <errno.h>

/* A block of its own, freed by release(): the reader may not look beyond it. */
struct own_block {
	struct scap_block block;
	uint8_t *bytes;
};

static void own(struct own_block *own, uint32_t type, const void *body, size_t len)
{
	struct str out = { 0 };

	/* Without padding, so that lengths mean what they say. */
	add_u32(&out, type);
	add_u32(&out, (uint32_t)len + 12);
	str_append(&out, body, len);
	add_u32(&out, (uint32_t)len + 12);
	own->bytes = malloc(out.len);
	assert_non_null(own->bytes);
	memcpy(own->bytes, out.buf, out.len);
	own->block = (struct scap_block){
		.type = type,
		.kind = scap_kind_of(type),
		.data = own->bytes,
		.len = (uint32_t)out.len,
		.offset = 1000,
		.start_ns = EVENT_TIME_UNKNOWN,
	};
	str_release(&out);
}

static void release(struct own_block *own)
{
	free(own->bytes);
}

/* --- processes ---------------------------------------------------------- */

static const uint32_t proc_types[] = { 0,
				       SCAP_PROCS_V1,
				       SCAP_PROCS_V2,
				       SCAP_PROCS_V3,
				       SCAP_PROCS_V4,
				       SCAP_PROCS_V5,
				       SCAP_PROCS_V6,
				       SCAP_PROCS_V7,
				       SCAP_PROCS_V8,
				       SCAP_PROCS_V9 };

static void add_proc(struct str *out, unsigned int version, int64_t tid)
{
	add_u64(out, (uint64_t)tid);
	add_u64(out, 100);
	add_u64(out, 50);
	if (version >= 6)
		add_u64(out, 60);
	if (version >= 8)
		add_u64(out, 80);
	add_text(out, "comm");
	add_text(out, "exe");
	if (version >= 7)
		add_text(out, "/bin/exe");
	add_u16(out, 3);
	str_append(out, "a\0b", 3);
	add_text(out, "/cwd");
	add_u64(out, 1024);
	add_u32(out, 0x10);
	add_u32(out, 1000);
	add_u32(out, 1001);
	if (version >= 2) {
		add_u32(out, 1);
		add_u32(out, 2);
		add_u32(out, 3);
		add_u64(out, 4);
		add_u64(out, 5);
	}
	if (version >= 3)
		add_text(out, "A=1");
	if (version >= 4) {
		add_u64(out, 7);
		add_u64(out, 8);
		add_text(out, "cpu=/x");
	}
	if (version >= 5)
		add_text(out, "/root");
}

static void check_proc(const struct snap_thread *thread, unsigned int version, int64_t tid)
{
	assert_int_equal(thread->tid, tid);
	assert_int_equal(thread->pid, 100);
	assert_int_equal(thread->ptid, 50);
	assert_int_equal(thread->sid, version >= 6 ? 60 : -1);
	assert_int_equal(thread->vpgid, version >= 8 ? 80 : -1);
	assert_true(span_is_text(thread->comm, "comm"));
	assert_true(span_is_text(thread->exe, "exe"));
	assert_true(version >= 7 ? span_is_text(thread->exepath, "/bin/exe")
				 : !thread->exepath.ptr);
	assert_true(span_is_equal(thread->args, span_make("a\0b", 3)));
	assert_true(span_is_text(thread->cwd, "/cwd"));
	assert_int_equal(thread->fdlimit, 1024);
	assert_int_equal(thread->clone_flags, 0x10);
	assert_int_equal(thread->uid, 1000);
	assert_int_equal(thread->gid, 1001);
	assert_int_equal(thread->vmsize_kb, version >= 2 ? 1 : UINT32_MAX);
	assert_int_equal(thread->vmrss_kb, version >= 2 ? 2 : UINT32_MAX);
	assert_int_equal(thread->vmswap_kb, version >= 2 ? 3 : UINT32_MAX);
	assert_true(thread->pfmajor == (version >= 2 ? 4 : SNAP_UNKNOWN));
	assert_true(thread->pfminor == (version >= 2 ? 5 : SNAP_UNKNOWN));
	assert_true(version >= 3 ? span_is_text(thread->env, "A=1") : !thread->env.ptr);
	assert_int_equal(thread->vtid, version >= 4 ? 7 : -1);
	assert_int_equal(thread->vpid, version >= 4 ? 8 : -1);
	assert_true(version >= 4 ? span_is_text(thread->cgroups, "cpu=/x") : !thread->cgroups.ptr);
	assert_true(version >= 5 ? span_is_text(thread->root, "/root") : !thread->root.ptr);
}

static void test_proc_versions(void **state)
{
	(void)state;
	for (unsigned int version = 1; version <= 9; version++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct snap_thread thread;
		struct str body = { 0 };
		struct err err = { 0 };

		for (int64_t tid = 101; tid <= 103; tid++) {
			size_t begin = body.len;

			if (version == 9)
				add_u32(&body, 0);
			add_proc(&body, version, tid);
			if (version == 9)
				store_u32(body.buf + begin, (uint32_t)(body.len - begin));
		}
		str_append(&body, "\0\0\0", 3);
		own(&own_block, proc_types[version], body.buf, body.len);
		for (int64_t tid = 101; tid <= 103; tid++) {
			assert_int_equal(scap_proc_next(&iter, &thread, &err), 1);
			check_proc(&thread, version, tid);
			assert_int_equal(thread.pgid, -1);
			assert_int_equal(thread.loginuid, UINT32_MAX);
			assert_int_equal(thread.tty, 0);
			assert_int_equal(thread.pidns_init_start_ns, 0);
			assert_false(thread.has_exe_facts);
			assert_true(thread.cap_effective == SNAP_UNKNOWN);
			assert_true(thread.exe_ino == SNAP_UNKNOWN);
		}
		assert_int_equal(scap_proc_next(&iter, &thread, &err), 0);
		assert_int_equal(err.code, 0);
		release(&own_block);
		str_release(&body);
	}
}

/* Tails that releases wrote; how many of the known fields each has. */
static const struct {
	size_t len;
	bool has_login, has_caps, has_ns, has_upper, has_memfd, has_lower, has_pgid;
} tails[] = {
	{ 0, false, false, false, false, false, false, false },
	{ 4, true, false, false, false, false, false, false },
	{ 5, true, false, false, false, false, false, false },
	{ 29, true, true, false, false, false, false, false },
	{ 66, true, true, true, true, false, false, false },
	{ 67, true, true, true, true, true, false, false },
	{ 68, true, true, true, true, true, true, false },
	{ 76, true, true, true, true, true, true, true },
	{ 91, true, true, true, true, true, true, true },
};

static void add_tail(struct str *out, bool has_ns, bool is_zero)
{
	if (has_ns) {
		add_u64(out, 11);
		add_u32(out, 12);
	}
	add_u32(out, 1000);
	add_u8(out, !is_zero);
	add_u64(out, is_zero ? 0 : 14);
	add_u64(out, is_zero ? 0 : 15);
	add_u64(out, is_zero ? 0 : 16);
	add_u8(out, !is_zero);
	add_u64(out, is_zero ? 0 : 17);
	add_u64(out, is_zero ? 0 : 18);
	add_u64(out, is_zero ? 0 : 19);
	add_u8(out, !is_zero);
	add_u8(out, !is_zero);
	add_u64(out, 20);
	str_append(out, "what comes next", 15);
}

static void test_proc_tails(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct snap_thread thread;
		struct str body = { 0 };
		struct err err = { 0 };
		size_t begin;

		for (int64_t tid = 101; tid <= 102; tid++) {
			begin = body.len;
			add_u32(&body, 0);
			add_proc(&body, 9, tid);
			add_tail(&body, tails[i].has_ns, false);
			body.len -= (tails[i].has_ns ? 91 : 79) - tails[i].len;
			store_u32(body.buf + begin, (uint32_t)(body.len - begin));
		}
		own(&own_block, SCAP_PROCS_V9, body.buf, body.len);
		for (int64_t tid = 101; tid <= 102; tid++) {
			assert_int_equal(scap_proc_next(&iter, &thread, &err), 1);
			check_proc(&thread, 9, tid);
			assert_int_equal(thread.loginuid, tails[i].has_login ? 1000 : UINT32_MAX);
			assert_int_equal(thread.exe_writable, tails[i].len >= 5);
			assert_int_equal(thread.has_exe_facts, tails[i].len >= 5);
			assert_true(thread.cap_inheritable ==
				    (tails[i].has_caps ? 14 : SNAP_UNKNOWN));
			assert_true(thread.cap_permitted ==
				    (tails[i].has_caps ? 15 : SNAP_UNKNOWN));
			assert_true(thread.cap_effective ==
				    (tails[i].has_caps ? 16 : SNAP_UNKNOWN));
			assert_int_equal(thread.pidns_init_start_ns, tails[i].has_ns ? 11 : 0);
			assert_int_equal(thread.tty, tails[i].has_ns ? 12 : 0);
			assert_int_equal(thread.exe_upper_layer, tails[i].has_upper);
			assert_true(thread.exe_ino == (tails[i].has_upper ? 17 : SNAP_UNKNOWN));
			assert_true(thread.exe_ino_ctime_ns ==
				    (tails[i].has_upper ? 18 : SNAP_UNKNOWN));
			assert_true(thread.exe_ino_mtime_ns ==
				    (tails[i].has_upper ? 19 : SNAP_UNKNOWN));
			assert_int_equal(thread.exe_from_memfd, tails[i].has_memfd);
			assert_int_equal(thread.exe_lower_layer, tails[i].has_lower);
			assert_int_equal(thread.pgid, tails[i].has_pgid ? 20 : -1);
		}
		assert_int_equal(scap_proc_next(&iter, &thread, &err), 0);
		release(&own_block);
		str_release(&body);
	}
}

/* Length 0 means: no tail. A tail of zeros means that nobody looked. */
static void test_proc_zeros(void **state)
{
	struct own_block own_block;
	struct scap_iter iter = { .block = &own_block.block };
	struct snap_thread thread;
	struct str body = { 0 };
	struct err err = { 0 };
	size_t begin;

	(void)state;
	add_u32(&body, 0);
	add_proc(&body, 9, 101);
	begin = body.len;
	add_u32(&body, 0);
	add_proc(&body, 9, 102);
	add_tail(&body, true, true);
	store_u32(body.buf + begin, (uint32_t)(body.len - begin));
	own(&own_block, SCAP_PROCS_V9, body.buf, body.len);
	assert_int_equal(scap_proc_next(&iter, &thread, &err), 1);
	check_proc(&thread, 9, 101);
	assert_int_equal(thread.loginuid, UINT32_MAX);
	assert_int_equal(scap_proc_next(&iter, &thread, &err), 1);
	check_proc(&thread, 9, 102);
	assert_int_equal(thread.loginuid, 1000);
	assert_int_equal(thread.pgid, 20);
	assert_false(thread.has_exe_facts);
	assert_true(thread.cap_permitted == SNAP_UNKNOWN);
	assert_true(thread.exe_ino_mtime_ns == SNAP_UNKNOWN);
	assert_int_equal(scap_proc_next(&iter, &thread, &err), 0);
	release(&own_block);
	str_release(&body);
}

/* --- fds ---------------------------------------------------------------- */

static void add_fd(struct str *out, bool has_len, uint8_t type, bool has_dev)
{
	size_t begin = out->len;

	if (has_len)
		add_u32(out, 0);
	add_u64(out, 3);
	add_u64(out, 77);
	add_u8(out, type);
	switch (type) {
	case SNAP_FD_UNKNOWN:
		break;
	case SNAP_FD_IPV4_SOCK:
		str_append(out, "\1\2\3\4\5\6\7\x08", 8);
		add_u16(out, 80);
		add_u16(out, 90);
		add_u8(out, SNAP_L4_UDP);
		break;
	case SNAP_FD_IPV6_SOCK:
		str_append(out,
			   "\1\2\3\4\5\6\7\x08\1\2\3\4\5\6\7\x08\1\1\1\1\1\1\1\1\2\2\2\2\2\2\2\2",
			   32);
		add_u16(out, 80);
		add_u16(out, 90);
		add_u8(out, SNAP_L4_UDP);
		break;
	case SNAP_FD_IPV4_SERVSOCK:
		str_append(out, "\1\2\3\4", 4);
		add_u16(out, 80);
		add_u8(out, SNAP_L4_UDP);
		break;
	case SNAP_FD_IPV6_SERVSOCK:
		str_append(out, "\1\2\3\4\5\6\7\x08\1\2\3\4\5\6\7\x08", 16);
		add_u16(out, 80);
		add_u8(out, SNAP_L4_UDP);
		break;
	case SNAP_FD_UNIX_SOCK:
		add_u64(out, 0x1234);
		add_u64(out, 0x5678);
		add_text(out, "/run/x\n");
		break;
	case SNAP_FD_FILE_V2:
		add_u32(out, 0x41);
		add_text(out, "/etc/x");
		if (has_dev)
			add_u32(out, 0x801);
		break;
	default:
		add_text(out, "name");
	}
	if (has_len)
		store_u32(out->buf + begin, (uint32_t)(out->len - begin));
}

static void check_fd(const struct snap_fd *fd, uint8_t type, bool has_dev)
{
	assert_int_equal(fd->fd, 3);
	assert_int_equal(fd->ino, 77);
	assert_int_equal(fd->type, type);
	switch (type) {
	case SNAP_FD_UNKNOWN:
		assert_null(fd->name.ptr);
		break;
	case SNAP_FD_IPV4_SOCK:
	case SNAP_FD_IPV6_SOCK:
		assert_int_equal(fd->ends.dport, 90);
		assert_int_equal(fd->ends.dip[0], type == SNAP_FD_IPV4_SOCK ? 5 : 1);
		/* fall through */
	case SNAP_FD_IPV4_SERVSOCK:
	case SNAP_FD_IPV6_SERVSOCK:
		assert_int_equal(fd->ends.sport, 80);
		assert_int_equal(fd->ends.sip[3], 4);
		assert_int_equal(fd->l4, SNAP_L4_UDP);
		break;
	case SNAP_FD_UNIX_SOCK:
		assert_int_equal(fd->unix_source, 0x1234);
		assert_int_equal(fd->unix_peer, 0x5678);
		assert_true(span_is_text(fd->name, "/run/x"));
		break;
	case SNAP_FD_FILE_V2:
		assert_int_equal(fd->open_flags, 0x41);
		assert_true(span_is_text(fd->name, "/etc/x"));
		assert_int_equal(fd->dev, has_dev ? 0x801 : 0);
		break;
	default:
		assert_true(span_is_text(fd->name, "name"));
	}
}

static void test_fd_types(void **state)
{
	(void)state;
	for (int version = 1; version <= 2; version++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct snap_fd fd;
		struct str body = { 0 };
		struct err err = { 0 };
		int64_t tid = 0;

		add_u64(&body, 4242);
		for (uint8_t type = 0; type < SNAP_FD_TYPE_COUNT; type++)
			add_fd(&body, version == 2, type, version == 2);
		own(&own_block, version == 2 ? SCAP_FDS : SCAP_FDS_V1, body.buf, body.len);
		for (uint8_t type = 0; type < SNAP_FD_TYPE_COUNT; type++) {
			assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 1);
			assert_int_equal(tid, 4242);
			check_fd(&fd, type, version == 2);
		}
		assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 0);
		release(&own_block);
		str_release(&body);
	}
}

/* A list without entries, an fd without a device, one of a type from the future. */
static void test_fd_odd(void **state)
{
	struct own_block own_block;
	struct scap_iter iter = { .block = &own_block.block };
	struct snap_fd fd;
	struct str body = { 0 };
	struct err err = { 0 };
	int64_t tid = 0;

	(void)state;
	add_u64(&body, 5);
	own(&own_block, SCAP_FDS, body.buf, body.len);
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 0);
	assert_int_equal(tid, 5);
	release(&own_block);

	add_fd(&body, true, SNAP_FD_FILE_V2, false);
	add_fd(&body, true, 99, false);
	add_fd(&body, true, SNAP_FD_FIFO, false);
	iter.pos = 0;
	own(&own_block, SCAP_FDS, body.buf, body.len);
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 1);
	check_fd(&fd, SNAP_FD_FILE_V2, false);
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 1);
	assert_int_equal(fd.type, 99);
	assert_null(fd.name.ptr);
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 1);
	check_fd(&fd, SNAP_FD_FIFO, false);
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 0);
	release(&own_block);

	str_reset(&body);
	add_u64(&body, 5);
	add_fd(&body, false, 99, false);
	iter.pos = 0;
	own(&own_block, SCAP_FDS_V1, body.buf, body.len);
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "byte 1016: fd: "));
	assert_int_equal(scap_fd_next(&iter, &tid, &fd, &err), 0);
	release(&own_block);
	str_release(&body);
}

/* --- interfaces and users ----------------------------------------------- */

static void add_iface(struct str *out, bool has_len, uint16_t type)
{
	size_t begin = out->len;
	size_t addr_len = type == 1 || type == 3 ? 4 : 16;

	if (has_len)
		add_u32(out, 0);
	add_u16(out, type);
	add_u16(out, 4);
	for (uint8_t what = 1; what <= 3; what++) {
		for (size_t i = 0; i < addr_len; i++)
			add_u8(out, what);
	}
	if (type <= 2)
		add_u64(out, 1000);
	str_append_text(out, "eth0");
	if (has_len)
		store_u32(out->buf + begin, (uint32_t)(out->len - begin - 4));
}

static void test_ifaces(void **state)
{
	(void)state;
	for (int version = 1; version <= 2; version++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct snap_iface iface;
		struct str body = { 0 };
		struct err err = { 0 };

		for (uint16_t type = 1; type <= 4; type++)
			add_iface(&body, version == 2, type);
		own(&own_block, version == 2 ? SCAP_IFACES : SCAP_IFACES_V1, body.buf, body.len);
		for (uint16_t type = 1; type <= 4; type++) {
			assert_int_equal(scap_iface_next(&iter, &iface, &err), 1);
			assert_int_equal(iface.is_ipv6, type == 2 || type == 4);
			assert_int_equal(iface.addr[3], 1);
			assert_int_equal(iface.netmask[0], 2);
			assert_int_equal(iface.bcast[3], 3);
			assert_true(iface.linkspeed == (type <= 2 ? 1000 : SNAP_UNKNOWN));
			assert_true(span_is_text(iface.name, "eth0"));
		}
		assert_int_equal(scap_iface_next(&iter, &iface, &err), 0);
		release(&own_block);

		str_reset(&body);
		add_iface(&body, version == 2, 5);
		iter.pos = 0;
		own(&own_block, version == 2 ? SCAP_IFACES : SCAP_IFACES_V1, body.buf, body.len);
		assert_int_equal(scap_iface_next(&iter, &iface, &err), -EBADMSG);
		assert_int_equal(scap_iface_next(&iter, &iface, &err), 0);
		release(&own_block);
		str_release(&body);
	}
}

static void test_users(void **state)
{
	char long_home[601];

	(void)state;
	memset(long_home, 'h', 600);
	long_home[600] = '\0';
	for (int version = 1; version <= 2; version++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct snap_user user;
		struct str body = { 0 };
		struct err err = { 0 };

		if (version == 2)
			add_u32(&body, 19 + 2 + 600 + 3 + 5);
		add_u8(&body, 0);
		add_u32(&body, 1000);
		add_u32(&body, 1001);
		add_text(&body, "me");
		add_text(&body, long_home);
		add_text(&body, "/sh");
		/* A newer writer's field. */
		if (version == 2)
			str_append(&body, "later", 5);
		if (version == 2)
			add_u32(&body, 11 + 4);
		add_u8(&body, 1);
		add_u32(&body, 5);
		add_text(&body, "team");
		own(&own_block, version == 2 ? SCAP_USERS : SCAP_USERS_V1, body.buf, body.len);
		assert_int_equal(scap_user_next(&iter, &user, &err), 1);
		assert_false(user.is_group);
		assert_int_equal(user.uid, 1000);
		assert_int_equal(user.gid, 1001);
		assert_true(span_is_text(user.name, "me"));
		assert_true(span_is_text(user.home, long_home));
		assert_true(span_is_text(user.shell, "/sh"));
		assert_int_equal(scap_user_next(&iter, &user, &err), 1);
		assert_true(user.is_group);
		assert_int_equal(user.gid, 5);
		assert_int_equal(user.uid, UINT32_MAX);
		assert_true(span_is_text(user.name, "team"));
		assert_null(user.home.ptr);
		assert_int_equal(scap_user_next(&iter, &user, &err), 0);
		release(&own_block);
		str_release(&body);
	}
}

/* --- damage ------------------------------------------------------------- */

static int next_any(struct scap_iter *iter, struct err *err)
{
	union {
		struct snap_thread thread;
		struct snap_fd fd;
		struct snap_user user;
		struct snap_iface iface;
	} entry;
	int64_t tid;

	switch (iter->block->kind) {
	case SCAP_KIND_PROCS:
		return scap_proc_next(iter, &entry.thread, err);
	case SCAP_KIND_FDS:
		return scap_fd_next(iter, &tid, &entry.fd, err);
	case SCAP_KIND_USERS:
		return scap_user_next(iter, &entry.user, err);
	default:
		return scap_iface_next(iter, &entry.iface, err);
	}
}

/* A good list that is cut at every byte, and then has every byte made 0 and 255. */
static void damage_list(uint32_t type, const struct str *body, int cnt)
{
	for (size_t len = 0; len <= body->len; len++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct err err = { 0 };
		int seen = 0;
		int ret;

		own(&own_block, type, body->buf, len);
		while ((ret = next_any(&iter, &err)) == 1)
			seen++;
		assert_true(seen <= cnt && (seen == cnt) == (len == body->len));
		assert_int_equal(ret < 0, err.code != 0);
		assert_int_equal(next_any(&iter, &err), 0);
		release(&own_block);
	}
	for (size_t i = 0; i < 2 * body->len; i++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct err err = { 0 };

		own(&own_block, type, body->buf, body->len);
		own_block.bytes[8 + i / 2] = i & 1 ? 255 : 0;
		while (next_any(&iter, &err) == 1)
			;
		assert_int_equal(next_any(&iter, &err), 0);
		release(&own_block);
	}
}

static void test_damage(void **state)
{
	struct str body = { 0 };

	(void)state;
	for (int version = 1; version <= 2; version++) {
		str_reset(&body);
		add_u64(&body, 1);
		for (uint8_t type = 1; type < SNAP_FD_TYPE_COUNT; type++)
			add_fd(&body, version == 2, type, version == 2);
		damage_list(version == 2 ? SCAP_FDS : SCAP_FDS_V1, &body, SNAP_FD_TYPE_COUNT - 1);
		str_reset(&body);
		for (uint16_t type = 1; type <= 4; type++)
			add_iface(&body, version == 2, type);
		damage_list(version == 2 ? SCAP_IFACES : SCAP_IFACES_V1, &body, 4);
	}
	for (unsigned int version = 1; version <= 9; version++) {
		str_reset(&body);
		if (version == 9)
			add_u32(&body, 0);
		add_proc(&body, version, 3);
		if (version == 9) {
			add_tail(&body, true, false);
			store_u32(body.buf, (uint32_t)body.len);
		}
		damage_list(proc_types[version], &body, 1);
	}
	str_release(&body);
}

/* A length that is shorter than the fields, or longer than the block. */
static void test_lengths(void **state)
{
	static const uint32_t lengths[] = { 1, 3, 5, 40, 100000, UINT32_MAX };
	struct str body = { 0 };

	(void)state;
	add_u32(&body, 0);
	add_proc(&body, 9, 3);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct own_block own_block;
		struct scap_iter iter = { .block = &own_block.block };
		struct snap_thread thread;
		struct err err = { 0 };

		store_u32(body.buf, lengths[i]);
		own(&own_block, SCAP_PROCS_V9, body.buf, body.len);
		assert_int_equal(scap_proc_next(&iter, &thread, &err), -EBADMSG);
		assert_non_null(strstr(err.text, "byte 1008: process: "));
		release(&own_block);
	}
	str_release(&body);
}

static void test_wrong_kind(void **state)
{
	struct own_block own_block;
	struct scap_iter iter = { .block = &own_block.block };
	struct snap_machine machine;
	struct snap_thread thread;
	struct event_record record;
	uint8_t body[180] = { 0 };
	struct err err = { 0 };

	(void)state;
	own(&own_block, SCAP_MACHINE, body, sizeof(body) - 1);
	assert_int_equal(scap_machine_read(&own_block.block, &machine, &err), -EBADMSG);
	assert_int_equal(scap_proc_next(&iter, &thread, &err), -EBADMSG);
	assert_int_equal(scap_event_record(&own_block.block, &record, &err), -EBADMSG);
	release(&own_block);
}

/* --- events ------------------------------------------------------------- */

static const struct {
	uint32_t type;
	size_t before, header; /* bytes of the body before the event, of its header */
	bool is_v1, has_flags, is_large;
} event_blocks[] = {
	{ SCAP_EVENT_V1, 2, 22, true, false, false },
	{ SCAP_EVENT_V1_FLAGS, 6, 22, true, true, false },
	{ SCAP_EVENT, 2, 26, false, false, false },
	{ SCAP_EVENT_FLAGS, 6, 26, false, true, false },
	{ SCAP_EVENT_LARGE, 2, 26, false, false, true },
	{ SCAP_EVENT_FLAGS_LARGE, 6, 26, false, true, true },
};

static void test_event_record(void **state)
{
	uint8_t body[64];

	(void)state;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)i;
	for (size_t i = 0; i < ARRAY_SIZE(event_blocks); i++) {
		size_t need = event_blocks[i].before + event_blocks[i].header;

		for (size_t len = 0; len <= sizeof(body); len++) {
			struct own_block own_block;
			struct event_record record = { 0 };
			struct err err = { 0 };
			int ret;

			own(&own_block, event_blocks[i].type, body, len);
			own_block.block.start_ns = 99;
			ret = scap_event_record(&own_block.block, &record, &err);
			assert_int_equal(ret, len < need ? -EBADMSG : 0);
			if (!ret) {
				assert_int_equal(record.cpu, 0x100);
				assert_int_equal(record.block_flags,
						 event_blocks[i].has_flags ? 0x05040302 : 0);
				assert_int_equal(record.data[0], event_blocks[i].before);
				assert_int_equal(record.len, len - event_blocks[i].before);
				assert_int_equal(record.is_v1, event_blocks[i].is_v1);
				assert_int_equal(record.is_large_block, event_blocks[i].is_large);
				assert_int_equal(record.start_ns, 99);
			}
			release(&own_block);
		}
	}
}

/* --- what is put comes back --------------------------------------------- */

static void as_block(const struct str *bytes, struct scap_block *block)
{
	*block = (struct scap_block){
		.type = load_u32(bytes->buf),
		.kind = scap_kind_of(load_u32(bytes->buf)),
		.data = (const uint8_t *)bytes->buf,
		.len = load_u32(bytes->buf + 4),
	};
	assert_int_equal(block->len, bytes->len);
	assert_int_equal(block->len % 4, 0);
	assert_int_equal(load_u32(bytes->buf + bytes->len - 4), bytes->len);
}

static void test_put_machine(void **state)
{
	struct snap_machine in = { 4, 5000000000, 32768, "box", 1700000000000000000, 1 };
	struct snap_machine out;
	struct str bytes = { 0 };
	struct scap_block block;
	struct err err = { 0 };

	(void)state;
	scap_put_machine(&bytes, &in);
	as_block(&bytes, &block);
	assert_int_equal(block.len, 192);
	assert_int_equal(scap_machine_read(&block, &out, &err), 0);
	assert_string_equal(in.hostname, out.hostname);
	assert_true(in.cpu_cnt == out.cpu_cnt && in.memory_bytes == out.memory_bytes);
	assert_true(in.max_pid == out.max_pid && in.boot_ns == out.boot_ns);
	assert_true(in.flags == out.flags);
	str_reset(&bytes);
	memset(in.hostname, 'x', 128);
	scap_put_machine(&bytes, &in);
	as_block(&bytes, &block);
	assert_int_equal(scap_machine_read(&block, &out, &err), 0);
	assert_string_equal(in.hostname, out.hostname);
	str_reset(&bytes);
	scap_put_section(&bytes);
	as_block(&bytes, &block);
	assert_int_equal(block.len, 28);
	str_release(&bytes);
}

static void test_put_proc(void **state)
{
	char long_text[9000];
	struct snap_thread in = {
		.tid = 1,
		.pid = 2,
		.ptid = 3,
		.sid = 4,
		.vpgid = 5,
		.pgid = 6,
		.vtid = 7,
		.vpid = 8,
		.comm = span_text("comm"),
		.exe = span_text("exe"),
		.exepath = span_text("/exe"),
		.args = span_make(long_text, sizeof(long_text)),
		.env = span_make(long_text, 4096),
		.cwd = span_make(long_text, 1025),
		.root = span_text(""),
		.cgroups = span_make("a=/\0b=/", 8),
		.fdlimit = -1,
		.clone_flags = 9,
		.uid = UINT32_MAX,
		.gid = 10,
		.loginuid = 11,
		.vmsize_kb = 12,
		.vmrss_kb = 13,
		.vmswap_kb = 14,
		.pfmajor = 15,
		.pfminor = 16,
		.pidns_init_start_ns = 17,
		.tty = 18,
		.has_exe_facts = true,
		.exe_writable = true,
		.exe_lower_layer = true,
		.cap_inheritable = 19,
		.cap_permitted = 20,
		.cap_effective = 21,
		.exe_ino = 22,
		.exe_ino_ctime_ns = 23,
		.exe_ino_mtime_ns = 24,
	};
	struct snap_thread out;
	struct str bytes = { 0 };
	struct scap_block block;
	struct scap_iter iter = { .block = &block };
	struct err err = { 0 };
	size_t begin;

	(void)state;
	memset(long_text, 'l', sizeof(long_text));
	begin = scap_list_begin(&bytes, SCAP_PROCS_V9, 0);
	scap_put_proc(&bytes, &in);
	in.has_exe_facts = false;
	scap_put_proc(&bytes, &in);
	scap_list_end(&bytes, begin);
	as_block(&bytes, &block);
	assert_int_equal(scap_proc_next(&iter, &out, &err), 1);
	assert_int_equal(out.args.len, 4096);
	assert_int_equal(out.env.len, 4096);
	assert_int_equal(out.cwd.len, 1024);
	assert_non_null(out.root.ptr);
	assert_int_equal(out.root.len, 0);
	assert_true(span_is_equal(out.cgroups, in.cgroups));
	assert_true(span_is_text(out.comm, "comm") && span_is_text(out.exe, "exe") &&
		    span_is_text(out.exepath, "/exe"));
	assert_true(out.has_exe_facts);
	assert_true(out.tid == in.tid);
	assert_true(out.pid == in.pid);
	assert_true(out.ptid == in.ptid);
	assert_true(out.sid == in.sid);
	assert_true(out.vpgid == in.vpgid);
	assert_true(out.pgid == in.pgid);
	assert_true(out.vtid == in.vtid);
	assert_true(out.vpid == in.vpid);
	assert_true(out.fdlimit == in.fdlimit);
	assert_true(out.clone_flags == in.clone_flags);
	assert_true(out.uid == in.uid);
	assert_true(out.gid == in.gid);
	assert_true(out.loginuid == in.loginuid);
	assert_true(out.vmsize_kb == in.vmsize_kb);
	assert_true(out.vmrss_kb == in.vmrss_kb);
	assert_true(out.vmswap_kb == in.vmswap_kb);
	assert_true(out.pfmajor == in.pfmajor);
	assert_true(out.pfminor == in.pfminor);
	assert_true(out.pidns_init_start_ns == in.pidns_init_start_ns);
	assert_true(out.tty == in.tty);
	assert_true(out.exe_writable == in.exe_writable);
	assert_true(out.exe_upper_layer == in.exe_upper_layer);
	assert_true(out.exe_lower_layer == in.exe_lower_layer);
	assert_true(out.exe_from_memfd == in.exe_from_memfd);
	assert_true(out.cap_inheritable == in.cap_inheritable);
	assert_true(out.cap_permitted == in.cap_permitted);
	assert_true(out.cap_effective == in.cap_effective);
	assert_true(out.exe_ino == in.exe_ino);
	assert_true(out.exe_ino_ctime_ns == in.exe_ino_ctime_ns);
	assert_true(out.exe_ino_mtime_ns == in.exe_ino_mtime_ns);
	assert_int_equal(scap_proc_next(&iter, &out, &err), 1);
	assert_false(out.has_exe_facts);
	assert_false(out.exe_writable);
	assert_true(out.exe_ino == SNAP_UNKNOWN);
	assert_int_equal(out.loginuid, 11);
	assert_int_equal(out.pgid, 6);
	assert_int_equal(scap_proc_next(&iter, &out, &err), 0);
	str_release(&bytes);
}

static void test_put_fds(void **state)
{
	char long_name[3000];
	struct snap_fd in = {
		.fd = 3,
		.ino = 4,
		.l4 = SNAP_L4_TCP,
		.open_flags = 5,
		.dev = 6,
		.ends = { { 1, 2, 3, 4, 5 }, { 6, 7, 8, 9 }, 10, 11 },
		.unix_source = 12,
		.unix_peer = 13,
		.name = span_make(long_name, sizeof(long_name)),
	};
	struct snap_fd out;
	struct str bytes = { 0 };
	struct scap_block block;
	struct scap_iter iter = { .block = &block };
	struct err err = { 0 };
	int64_t tid;
	size_t begin;

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	begin = scap_list_begin(&bytes, SCAP_FDS, 77);
	for (uint8_t type = 0; type <= SNAP_FD_TYPE_COUNT; type++) {
		in.type = type;
		scap_put_fd(&bytes, &in);
	}
	scap_list_end(&bytes, begin);
	as_block(&bytes, &block);
	for (uint8_t type = 0; type <= SNAP_FD_TYPE_COUNT; type++) {
		assert_int_equal(scap_fd_next(&iter, &tid, &out, &err), 1);
		assert_int_equal(tid, 77);
		assert_int_equal(out.fd, 3);
		assert_int_equal(out.ino, 4);
		assert_int_equal(out.type, type < SNAP_FD_TYPE_COUNT ? type : SNAP_FD_UNSUPPORTED);
		if (type >= SNAP_FD_IPV4_SOCK && type <= SNAP_FD_IPV6_SERVSOCK) {
			bool is_ipv6 = type == SNAP_FD_IPV6_SOCK || type == SNAP_FD_IPV6_SERVSOCK;
			bool is_server = type >= SNAP_FD_IPV4_SERVSOCK;

			assert_memory_equal(out.ends.sip, in.ends.sip, is_ipv6 ? 16 : 4);
			assert_int_equal(out.ends.sip[4], is_ipv6 ? 5 : 0);
			assert_int_equal(out.ends.dip[0], is_server ? 0 : 6);
			assert_int_equal(out.ends.sport, 10);
			assert_int_equal(out.ends.dport, is_server ? 0 : 11);
			assert_int_equal(out.l4, SNAP_L4_TCP);
		} else {
			assert_int_equal(out.name.len, type ? 1023 : 0);
		}
		if (type == SNAP_FD_FILE_V2)
			assert_true(out.open_flags == 5 && out.dev == 6);
		if (type == SNAP_FD_UNIX_SOCK)
			assert_true(out.unix_source == 12 && out.unix_peer == 13);
	}
	assert_int_equal(scap_fd_next(&iter, &tid, &out, &err), 0);
	str_release(&bytes);
}

/* One entry outside of any list, whole and with every cut. */
static void test_fd_by_itself(void **state)
{
	static const uint8_t types[] = {
		SNAP_FD_UNKNOWN,   SNAP_FD_FILE_V2,	  SNAP_FD_FIFO,
		SNAP_FD_IPV4_SOCK, SNAP_FD_IPV6_SERVSOCK, SNAP_FD_UNIX_SOCK
	};
	struct snap_fd in = {
		.fd = 7, .ino = 42, .open_flags = 3, .dev = 0x801, .name = span_text("/a name")
	};
	struct snap_fd out;
	struct str entry = { 0 };

	(void)state;
	in.ends.sport = 80;
	for (size_t i = 0; i < sizeof(types); i++) {
		uint8_t *exact;

		in.type = types[i];
		str_reset(&entry);
		scap_put_fd(&entry, &in);
		assert_true(scap_fd_read(span_make(entry.buf, entry.len), &out));
		assert_int_equal(out.fd, 7);
		assert_int_equal(out.ino, 42);
		assert_int_equal(out.type, types[i]);
		if (types[i] == SNAP_FD_FILE_V2) {
			assert_true(span_is_text(out.name, "/a name"));
			assert_int_equal(out.dev, 0x801);
			assert_int_equal(out.open_flags, 3);
		}
		for (size_t len = 0; len < entry.len; len++) {
			exact = malloc(len ? len : 1);
			memcpy(exact, entry.buf, len);
			assert_false(scap_fd_read(span_make(exact, len), &out));
			/* Nor if its own length says that this is all. */
			if (len >= 4 && len < 21) {
				store_u32(exact, (uint32_t)len);
				assert_false(scap_fd_read(span_make(exact, len), &out));
			}
			free(exact);
		}
	}
	str_release(&entry);
}

static void test_put_users(void **state)
{
	char long_name[300];
	struct snap_user in = {
		.uid = 1,
		.gid = 2,
		.name = span_text("me"),
		.home = span_make(long_name, sizeof(long_name)),
		.shell = span_text("/bin/sh"),
	};
	struct snap_iface iface_in = { .is_ipv6 = true, .addr = { 1 }, .name = span_text("lo") };
	struct snap_iface iface;
	struct snap_user out;
	struct str bytes = { 0 };
	struct scap_block block;
	struct scap_iter iter = { .block = &block };
	struct err err = { 0 };
	size_t begin;

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	begin = scap_list_begin(&bytes, SCAP_USERS, 0);
	scap_put_user(&bytes, &in);
	in.is_group = true;
	scap_put_user(&bytes, &in);
	scap_list_end(&bytes, begin);
	as_block(&bytes, &block);
	assert_int_equal(scap_user_next(&iter, &out, &err), 1);
	assert_true(out.uid == 1 && out.gid == 2 && span_is_text(out.shell, "/bin/sh"));
	assert_int_equal(out.home.len, 255);
	assert_int_equal(scap_user_next(&iter, &out, &err), 1);
	assert_true(out.is_group && out.gid == 2 && span_is_text(out.name, "me"));
	assert_int_equal(scap_user_next(&iter, &out, &err), 0);

	str_reset(&bytes);
	begin = scap_list_begin(&bytes, SCAP_IFACES, 0);
	scap_put_iface(&bytes, &iface_in);
	iface_in.is_ipv6 = false;
	scap_put_iface(&bytes, &iface_in);
	scap_list_end(&bytes, begin);
	as_block(&bytes, &block);
	iter.pos = 0;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(scap_iface_next(&iter, &iface, &err), 1);
		assert_int_equal(iface.is_ipv6, !i);
		assert_true(iface.addr[0] == 1 && span_is_text(iface.name, "lo"));
	}
	assert_int_equal(scap_iface_next(&iter, &iface, &err), 0);
	str_release(&bytes);
}

/* Block types by flags, by the event's kind of lengths, and by size. */
static void test_put_event(void **state)
{
	static const struct {
		uint16_t type;
		uint32_t flags;
		size_t len; /* of its last parameter */
		uint32_t block_type;
		size_t width;
		size_t stored;
	} cases[] = {
		{ EVENT_SYSCALL_CLOSE_X, 0, 8, SCAP_EVENT, 2, 8 },
		{ EVENT_SYSCALL_CLOSE_X, 1, 8, SCAP_EVENT_FLAGS, 2, 8 },
		{ EVENT_CONTAINER_JSON_2_E, 0, 70000, SCAP_EVENT_LARGE, 4, 70000 },
		{ EVENT_CONTAINER_JSON_2_E, 2, 5, SCAP_EVENT_FLAGS_LARGE, 4, 5 },
		{ EVENT_SYSCALL_WRITE_X, 0, 65535, SCAP_EVENT_LARGE, 2, 65535 },
		{ EVENT_SYSCALL_WRITE_X, 1, 70000, SCAP_EVENT_FLAGS_LARGE, 2, 65535 },
		{ EVENT_SYSCALL_WRITE_X, 0, 60000, SCAP_EVENT, 2, 60000 },
		{ 999, 0, 3, SCAP_EVENT, 2, 3 },
	};
	static char data[70000];

	(void)state;
	memset(data, 'd', sizeof(data));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct span params[2] = { { NULL, 5 }, { (const uint8_t *)data, cases[i].len } };
		struct event_record record = { 0 };
		struct str bytes = { 0 };
		struct scap_block block;
		struct err err = { 0 };
		const uint8_t *lens;

		scap_put_event(&bytes, 3, cases[i].flags, 1234, -1, cases[i].type, params, 2);
		as_block(&bytes, &block);
		assert_int_equal(block.type, cases[i].block_type);
		assert_int_equal(scap_event_record(&block, &record, &err), 0);
		assert_int_equal(record.cpu, 3);
		assert_int_equal(record.block_flags, cases[i].flags);
		assert_int_equal(load_u64(record.data), 1234);
		assert_true(load_u64(record.data + 8) == UINT64_MAX);
		assert_int_equal(load_u32(record.data + 16),
				 26 + 2 * cases[i].width + cases[i].stored);
		assert_int_equal(load_u16(record.data + 20), cases[i].type);
		assert_int_equal(load_u32(record.data + 22), 2);
		lens = record.data + 26;
		assert_int_equal(cases[i].width == 2 ? load_u16(lens) : load_u32(lens), 0);
		lens += cases[i].width;
		assert_int_equal(cases[i].width == 2 ? load_u16(lens) : load_u32(lens),
				 cases[i].stored);
		assert_memory_equal(lens + cases[i].width, data, cases[i].stored);
		str_release(&bytes);
	}
}

/* A path that has to be cut still ends as text does. */
static void test_put_cut_text(void **state)
{
	static char path[70000];
	struct span params[2] = { { NULL, 0 }, { (const uint8_t *)path, sizeof(path) } };
	struct event_record record;
	struct str bytes = { 0 };
	struct scap_block block;
	struct err err = { 0 };

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	scap_put_event(&bytes, 0, 0, 1, 1, EVENT_SYSCALL_OPEN_X, params, 2);
	as_block(&bytes, &block);
	assert_int_equal(scap_event_record(&block, &record, &err), 0);
	assert_int_equal(record.data[26 + 4 + 65533], 'p');
	assert_int_equal(record.data[26 + 4 + 65534], 0);
	str_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proc_versions), cmocka_unit_test(test_proc_tails),
		cmocka_unit_test(test_proc_zeros),    cmocka_unit_test(test_fd_types),
		cmocka_unit_test(test_fd_odd),	      cmocka_unit_test(test_ifaces),
		cmocka_unit_test(test_users),	      cmocka_unit_test(test_damage),
		cmocka_unit_test(test_lengths),	      cmocka_unit_test(test_wrong_kind),
		cmocka_unit_test(test_event_record),  cmocka_unit_test(test_put_machine),
		cmocka_unit_test(test_put_proc),      cmocka_unit_test(test_put_fds),
		cmocka_unit_test(test_fd_by_itself),  cmocka_unit_test(test_put_users),
		cmocka_unit_test(test_put_event),     cmocka_unit_test(test_put_cut_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
