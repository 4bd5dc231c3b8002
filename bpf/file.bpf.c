/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.bpf.c: calls on files whose event needs more than simple.def can say:
 * what was opened, the data of reads and writes, lists of descriptors, the
 * many-headed calls fsconfig and quotactl.
 */
#include "flags.h"
#include "read_iov.h"

#define FILE_FMODE_CREATED 0x100000 /* linux/fs.h */
#define FILE_AT_FDCWD (-100)

/* --- open -------------------------------------------------------------------- */

/* What only the file tells goes into the scratch. false: nothing was opened, or it is gone. */
__noinline int opened_read(__s64 ret)
{
	struct file *file = ret >= 0 ? read_file_of_fd(ret) : NULL;
	struct file_scratch *s = file_scratch_get();
	enum file_layer layer;
	struct inode *inode;
	__u32 mode = 0;

	if (!s)
		return false;
	s->opened.flags = 0;
	s->opened.file = (__u64)file;
	if (!file)
		return false;
	inode = file_inode(file);
	s->opened.dev = file_dev(BPF_CORE_READ(inode, i_sb, s_dev));
	s->opened.ino = BPF_CORE_READ(inode, i_ino);
	bpf_core_read(&mode, sizeof(mode), &file->f_mode);
	if (mode & FILE_FMODE_CREATED)
		s->opened.flags |= 1u << 14; /* O_F_CREATED */
	layer = file_layer(inode);
	if (layer == FILE_LAYER_UPPER)
		s->opened.flags |= 1u << 15;
	else if (layer == FILE_LAYER_LOWER)
		s->opened.flags |= 1u << 16;
	return true;
}

static __always_inline void emit_dev_ino(struct emit *e, const struct file_opened *opened,
					 bool is_known)
{
	if (is_known) {
		emit_u32(e, opened->dev);
		emit_u64(e, opened->ino);
	} else {
		emit_empty(e);
		emit_empty(e);
	}
}

/* Does the folder that the walk noted have this place? */
static __always_inline bool is_noted(const struct file_scratch *s, const struct path *path)
{
	return s->noted_dentry == (__u64)path->dentry &&
	       s->noted_mnt == (__u64)path->mnt - bpf_core_field_offset(struct mount, mnt);
}

/* A relative name is right only if it was looked up from the folder that it ends below. */
static __always_inline bool is_from_folder(const struct file_scratch *s, __s32 dirfd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct path path = {};
	struct file *folder;

	if (dirfd == FILE_AT_FDCWD) {
		bpf_core_read(&path, sizeof(path), &fs->pwd);
	} else {
		folder = read_file_of_fd(dirfd);
		if (!folder)
			return false;
		bpf_core_read(&path, sizeof(path), &folder->f_path);
	}
	return is_noted(s, &path);
}

/*
 * The name that the program passed was read again when the call was over, and
 * may lead through links, "..", or another thread's hands: where the file that
 * was opened has another path, that path goes along.
 */
__noinline int emit_real_path(__s32 dirfd, __u32 name_pos, __u32 name_len)
{
	struct file_scratch *s = file_scratch_get();
	struct emit e;
	__u64 done;
	int len;

	if (!s || !emit_resume(&e, 0))
		return 0;
	/* "./" in front says nothing; the NUL behind a name makes the look at it safe. */
	if (name_len > 2 && *(__u16 *)(e.rec + (name_pos & EMIT_POS_MASK)) == ('.' | '/' << 8)) {
		name_pos += 2;
		name_len -= 2;
	}
	len = file_path((struct file *)s->opened.file, name_len + 1);
	if (len <= 0)
		return 0;
	if (name_len && file_path_ends_with(len, name_pos, name_len) &&
	    (*(e.rec + (name_pos & EMIT_POS_MASK)) == '/' || is_from_folder(s, dirfd)))
		return 0;
	e.pos += EMIT_EXTRA_HEADS;
	done = file_path_copy(&e, len);
	e.pos -= EMIT_EXTRA_HEADS;
	emit_extra_begin(&e);
	emit_extra_entry(&e, WIRE_EXTRA_REAL_PATH, done);
	e.pos += done;
	emit_sync(&e);
	return 0;
}

/* linux/openat2.h; the members that every version has */
struct open_how_head {
	__u64 flags, mode, resolve;
};

EXIT_PROG(open)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct file_scratch *s = file_scratch_get();
	__u64 name_pos, name_len, name;
	struct open_how_head how = {};
	__s32 dirfd = FILE_AT_FDCWD;
	bool is_how_known = true;
	__u32 event, cnt;
	struct emit e;
	bool is_open;

	if (!call || !s)
		return 0;
	event = call->event;
	cnt = event == WIRE_EVENT_SYSCALL_OPENAT_2_X  ? 7
	      : event == WIRE_EVENT_SYSCALL_OPENAT2_X ? 8
						      : 6;
	if (!emit_begin_call(&e, regs, event, cnt))
		return 0;
	name = e.ring->arg[0];
	how.flags = e.ring->arg[1];
	how.mode = e.ring->arg[2];
	switch (event) {
	case WIRE_EVENT_SYSCALL_CREAT_X:
		how.flags = FLAGS_O_CREAT;
		how.mode = e.ring->arg[1];
		break;
	case WIRE_EVENT_SYSCALL_OPENAT2_X:
		is_how_known = !bpf_probe_read_user(&how, sizeof(how), (void *)e.ring->arg[2]);
		dirfd = e.ring->arg[0];
		name = e.ring->arg[1];
		break;
	case WIRE_EVENT_SYSCALL_OPENAT_2_X:
		dirfd = e.ring->arg[0];
		name = e.ring->arg[1];
		how.flags = e.ring->arg[2];
		how.mode = e.ring->arg[3];
		break;
	}
	is_open = opened_read(ret);
	emit_s64(&e, ret);
	if (event == WIRE_EVENT_SYSCALL_OPENAT_2_X || event == WIRE_EVENT_SYSCALL_OPENAT2_X)
		emit_s64(&e, dirfd);
	name_pos = e.pos;
	emit_user_text(&e, (void *)name);
	name_len = e.pos > name_pos ? e.pos - name_pos - 1 : 0;
	if (event != WIRE_EVENT_SYSCALL_CREAT_X) {
		if (is_how_known)
			emit_u32(&e, flags_open(how.flags) | s->opened.flags);
		else
			emit_empty(&e);
	}
	if (is_how_known)
		emit_u32(&e, flags_open_mode(how.flags, how.mode));
	else
		emit_empty(&e);
	if (event == WIRE_EVENT_SYSCALL_OPENAT2_X) {
		if (is_how_known)
			emit_u32(&e, flags_resolve(how.resolve));
		else
			emit_empty(&e);
	}
	emit_dev_ino(&e, &s->opened, is_open);
	if (event == WIRE_EVENT_SYSCALL_CREAT_X)
		emit_u16(&e, s->opened.flags >> 15); /* only the layers, from bit 0 on */
	emit_sync(&e);
	if (is_open) {
		emit_real_path(dirfd, name_pos, name_len);
		emit_reload(&e);
	}
	emit_commit(&e);
	return 0;
}

EXIT_PROG(open_by_handle_at)
{
	struct file_scratch *s = file_scratch_get();
	struct emit e;
	bool is_open;

	if (!s || !emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_OPEN_BY_HANDLE_AT_X, 6))
		return 0;
	is_open = opened_read(ret);
	emit_s64(&e, ret);
	emit_int(&e, e.ring->arg[0]);
	emit_u32(&e, flags_open(e.ring->arg[2]) | s->opened.flags);
	if (is_open)
		emit_file_path(&e, (struct file *)s->opened.file);
	else
		emit_empty(&e);
	emit_dev_ino(&e, &s->opened, is_open);
	emit_commit(&e);
	return 0;
}

EXIT_PROG(pipe)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct file *file;
	__s32 fds[2];
	struct emit e;
	bool is_pipe2;

	if (!call)
		return 0;
	is_pipe2 = call->event == WIRE_EVENT_SYSCALL_PIPE2_X;
	if (!emit_begin_call(&e, regs, call->event, is_pipe2 ? 5 : 4))
		return 0;
	emit_s64(&e, ret);
	if (ret || bpf_probe_read_user(fds, sizeof(fds), (void *)e.ring->arg[0])) {
		emit_empty(&e);
		emit_empty(&e);
		emit_empty(&e);
	} else {
		emit_s64(&e, fds[0]);
		emit_s64(&e, fds[1]);
		file = read_file_of_fd(fds[0]);
		if (file)
			emit_u64(&e, BPF_CORE_READ(file, f_inode, i_ino));
		else
			emit_empty(&e);
	}
	if (is_pipe2)
		emit_u32(&e, flags_fd(e.ring->arg[1]));
	emit_commit(&e);
	return 0;
}

/* --- data ---------------------------------------------------------------------- */

/* A size as the format has it, 32 bits; no transfer is larger (MAX_RW_COUNT of linux/fs.h). */
static __always_inline void emit_size(struct emit *e, __u64 size)
{
	emit_u32(e, size > 0xffffffff ? 0xffffffff : size);
}

/*
 * The position of pread64 and pwrite64. 32-bit programs give it in two words; on
 * arm these stand in an even pair of registers, one is skipped.
 */
static __always_inline __u64 position(const struct emit *e)
{
#if defined(__TARGET_ARCH_arm64)
	if (e->compat)
		return (__u32)e->ring->arg[4] | e->ring->arg[5] << 32;
#else
	if (e->compat)
		return (__u32)e->ring->arg[3] | e->ring->arg[4] << 32;
#endif
	return e->ring->arg[3];
}

EXIT_PROG(read)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct emit e;
	bool is_pread;

	if (!call)
		return 0;
	is_pread = call->event == WIRE_EVENT_SYSCALL_PREAD_X;
	if (!emit_begin_call(&e, regs, call->event, is_pread ? 5 : 4))
		return 0;
	emit_s64(&e, ret);
	emit_user_data(&e, (void *)e.ring->arg[1], ret > 0 ? ret : 0);
	emit_int(&e, e.ring->arg[0]);
	emit_size(&e, e.ring->arg[2]);
	if (is_pread)
		emit_u64(&e, position(&e));
	emit_commit(&e);
	return 0;
}

/* What a failing write would have written is shown as well. */
EXIT_PROG(write)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct emit e;
	bool is_pwrite;

	if (!call)
		return 0;
	is_pwrite = call->event == WIRE_EVENT_SYSCALL_PWRITE_X;
	if (!emit_begin_call(&e, regs, call->event, is_pwrite ? 5 : 4))
		return 0;
	emit_s64(&e, ret);
	emit_user_data(&e, (void *)e.ring->arg[1], ret > 0 ? (__u64)ret : e.ring->arg[2]);
	emit_int(&e, e.ring->arg[0]);
	emit_size(&e, e.ring->arg[2]);
	if (is_pwrite)
		emit_u64(&e, position(&e));
	emit_commit(&e);
	return 0;
}

EXIT_PROG(iov)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	__u64 total, data;
	struct emit e;
	__u32 event, cnt, iov_cnt;
	bool is_read;

	if (!call)
		return 0;
	event = call->event;
	cnt = event == WIRE_EVENT_SYSCALL_READV_X || event == WIRE_EVENT_SYSCALL_WRITEV_X     ? 4
	      : event == WIRE_EVENT_SYSCALL_PREADV_X || event == WIRE_EVENT_SYSCALL_PWRITEV_X ? 5
											      : 3;
	if (!emit_begin_call(&e, regs, event, cnt))
		return 0;
	is_read = event == WIRE_EVENT_SYSCALL_READV_X || event == WIRE_EVENT_SYSCALL_PREADV_X;
	iov_cnt = iov_load(e.ring->arg[1], e.ring->arg[2], e.compat);
	total = is_read || cnt == 3 ? 0 : iov_total(iov_cnt);
	data = ret > 0 ? (__u64)ret : total;
	emit_s64(&e, ret);
	if (is_read)
		emit_size(&e, data);
	if (cnt == 3)
		emit_int(&e, e.ring->arg[0]);
	emit_iov_data(&e, iov_cnt, data);
	if (cnt != 3)
		emit_int(&e, e.ring->arg[0]);
	if (cnt != 3 && !is_read)
		emit_size(&e, total);
	if (cnt == 5)
		emit_u64(&e,
			 e.compat ? (__u32)e.ring->arg[3] | e.ring->arg[4] << 32 : e.ring->arg[3]);
	emit_commit(&e);
	return 0;
}

/* --- waiting for descriptors ------------------------------------------------------ */

#define FILE_POLL_MAX 256u /* descriptors shown of one call; more are cut */
#define FILE_POLL_ROUND 16u

/* include/uapi/asm-generic/poll.h */
struct user_pollfd {
	__s32 fd;
	__u16 events, revents;
};

/* Pairs from one on, at most a round of them. */
__noinline int poll_round(__u32 from, __u32 cnt)
{
	struct file_scratch *s = file_scratch_get();
	struct emit e;
	__u32 i;

	if (!s || !emit_resume(&e, 0))
		return 0;
	for (i = 0; i < FILE_POLL_ROUND && from + i < cnt; i++) {
		const struct user_pollfd *fd =
			(const struct user_pollfd *)s->block + ((from + i) & (FILE_POLL_MAX - 1));
		__u8 *pair = e.rec + e.pos + 10 * i;

		*(__s64 *)pair = fd->fd;
		*(__u16 *)(pair + 8) = flags_poll(fd->revents);
	}
	e.pos += 10 * i;
	emit_sync(&e);
	return 0;
}

/* u16 count, then for each an i64 fd and the i16 events that came. */
static __always_inline void emit_poll_fds(struct emit *e, __u64 addr, __u64 cnt)
{
	struct file_scratch *s = file_scratch_get();
	__u64 begin = emit_open_param(e);
	__u32 i;

	cnt = (__u32)cnt;
	if (cnt > FILE_POLL_MAX)
		cnt = FILE_POLL_MAX;
	if (!s || (cnt &&
		   bpf_probe_read_user(s->block, cnt * sizeof(struct user_pollfd), (void *)addr))) {
		emit_empty(e);
		return;
	}
	*(__u16 *)(e->rec + e->pos) = cnt;
	e->pos += 2;
	emit_sync(e);
	for (i = 0; i < FILE_POLL_MAX / FILE_POLL_ROUND && FILE_POLL_ROUND * i < cnt; i++)
		poll_round(FILE_POLL_ROUND * i, cnt);
	emit_reload(e);
	emit_close_param(e, begin);
}

EXIT_PROG(poll)
{
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_POLL_X, 3))
		return 0;
	emit_s64(&e, ret);
	emit_poll_fds(&e, e.ring->arg[0], e.ring->arg[1]);
	emit_int(&e, e.ring->arg[2]);
	emit_commit(&e);
	return 0;
}

/* The kernel leaves in the timeout what was left of it; all ones: there was none. */
EXIT_PROG(ppoll)
{
	__u32 mask = 0;
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_PPOLL_X, 4))
		return 0;
	emit_s64(&e, ret);
	emit_poll_fds(&e, e.ring->arg[0], e.ring->arg[1]);
	if (e.ring->arg[2])
		emit_user_time(&e, (void *)e.ring->arg[2], e.compat && !regs_has_time64(regs));
	else
		emit_u64(&e, (__u64)-1);
	if (e.ring->arg[3] && !bpf_probe_read_user(&mask, sizeof(mask), (void *)e.ring->arg[3]))
		emit_u32(&e, mask);
	else
		emit_empty(&e);
	emit_commit(&e);
	return 0;
}

/* linux/io_uring.h */
#define FILE_ENTER_EXT_ARG \
	0x08 /* the fifth argument is a struct whose first word is the mask's address */
#define FILE_ENTER_EXT_ARG_REG 0x40 /* ... which lies in memory registered before */

EXIT_PROG(io_uring_enter)
{
	__u64 mask_addr;
	__u32 flags, mask = 0;
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_IO_URING_ENTER_X, 6))
		return 0;
	flags = e.ring->arg[3];
	mask_addr = e.ring->arg[4];
	if (flags & FILE_ENTER_EXT_ARG &&
	    (flags & FILE_ENTER_EXT_ARG_REG ||
	     bpf_probe_read_user(&mask_addr, sizeof(mask_addr), (void *)mask_addr)))
		mask_addr = 0;
	emit_s64(&e, ret);
	emit_int(&e, e.ring->arg[0]);
	emit_u32(&e, e.ring->arg[1]);
	emit_u32(&e, e.ring->arg[2]);
	emit_u32(&e, flags & 0xf);
	if (mask_addr && !bpf_probe_read_user(&mask, sizeof(mask), (void *)mask_addr))
		emit_u32(&e, mask);
	else
		emit_empty(&e);
	emit_commit(&e);
	return 0;
}

/* --- file systems -------------------------------------------------------------------- */

/* include/uapi/linux/mount.h */
enum fsconfig_command {
	FSCONFIG_SET_STRING = 1,
	FSCONFIG_SET_BINARY = 2,
	FSCONFIG_SET_PATH = 3,
	FSCONFIG_SET_PATH_EMPTY = 4,
};

EXIT_PROG(fsconfig)
{
	__u32 cmd, len;
	struct emit e;
	bool is_text;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_FSCONFIG_X, 7))
		return 0;
	cmd = e.ring->arg[1];
	is_text = cmd == FSCONFIG_SET_STRING || cmd == FSCONFIG_SET_PATH ||
		  cmd == FSCONFIG_SET_PATH_EMPTY;
	len = cmd == FSCONFIG_SET_BINARY ? e.ring->arg[4] : 0;
	emit_s64(&e, ret);
	emit_int(&e, e.ring->arg[0]);
	emit_u32(&e, cmd);
	emit_user_text(&e, (void *)e.ring->arg[2]);
	emit_user_data(&e, (void *)e.ring->arg[3], len);
	emit_user_text(&e, is_text ? (void *)e.ring->arg[3] : NULL);
	emit_u32(&e, e.ring->arg[4]);
	emit_commit(&e);
	return 0;
}

/* linux/quota.h; times are in seconds there, in nanoseconds in the format. */
struct user_dqblk {
	__u64 bhardlimit, bsoftlimit, curspace, ihardlimit, isoftlimit, curinodes, btime, itime;
	__u32 valid;
} __attribute__((packed));
struct user_dqinfo {
	__u64 bgrace, igrace;
	__u32 flags, valid;
};

enum quota_valid {
	QUOTA_BLIMITS = 1,
	QUOTA_SPACE = 2,
	QUOTA_ILIMITS = 4,
	QUOTA_BTIME = 16,
	QUOTA_ITIME = 32,
	QUOTA_BGRACE = 1,
	QUOTA_IGRACE = 2,
	QUOTA_FLAGS = 4,
};

/* Commands as quotactl_cmds of the format has them. */
enum quota_command {
	QUOTA_ON = 1,
	QUOTA_GETFMT = 4,
	QUOTA_GETINFO = 8,
	QUOTA_SETINFO = 16,
	QUOTA_GETQUOTA = 32,
	QUOTA_SETQUOTA = 64,
	QUOTA_XGETQUOTA = 1024,
	QUOTA_XSETQLIM = 2048,
};

static __always_inline void emit_u64_if(struct emit *e, bool is_known, __u64 value)
{
	if (is_known)
		emit_u64(e, value);
	else
		emit_empty(e);
	emit_sync(e);
}

static __always_inline void emit_quota_limits(struct emit *e, __u16 cmd, void *addr)
{
	struct user_dqblk q = {};

	if (!(cmd & (QUOTA_GETQUOTA | QUOTA_SETQUOTA)) || bpf_probe_read_user(&q, sizeof(q), addr))
		q.valid = 0;
	emit_u64_if(e, q.valid & QUOTA_BLIMITS, q.bhardlimit);
	emit_u64_if(e, q.valid & QUOTA_BLIMITS, q.bsoftlimit);
	emit_u64_if(e, q.valid & QUOTA_SPACE, q.curspace);
	emit_u64_if(e, q.valid & QUOTA_ILIMITS, q.ihardlimit);
	emit_u64_if(e, q.valid & QUOTA_ILIMITS, q.isoftlimit);
	emit_u64_if(e, q.valid & QUOTA_BTIME, q.btime * 1000000000);
	emit_u64_if(e, q.valid & QUOTA_ITIME, q.itime * 1000000000);
}

static __always_inline void emit_quota_info(struct emit *e, __u16 cmd, void *addr)
{
	struct user_dqinfo q = {};

	if (!(cmd & (QUOTA_GETINFO | QUOTA_SETINFO)) || bpf_probe_read_user(&q, sizeof(q), addr))
		q.valid = 0;
	emit_u64_if(e, q.valid & QUOTA_BGRACE, q.bgrace * 1000000000);
	emit_u64_if(e, q.valid & QUOTA_IGRACE, q.igrace * 1000000000);
	if (q.valid & QUOTA_FLAGS)
		emit_u8(e, q.flags & 1 ? 2 : 1); /* V1_DQF_RSQUASH, DQF_NONE */
	else
		emit_empty(e);
}

EXIT_PROG(quotactl)
{
	__u32 value = 0, id;
	struct emit e;
	void *addr;
	__u16 cmd;
	__u8 type;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_QUOTACTL_X, 18))
		return 0;
	cmd = flags_quotactl(e.ring->arg[0]);
	type = e.ring->arg[0];
	id = e.ring->arg[2];
	addr = (void *)e.ring->arg[3];
	emit_s64(&e, ret);
	emit_user_text(&e, (void *)e.ring->arg[1]);
	emit_user_text(&e, cmd == QUOTA_ON ? addr : NULL);
	emit_quota_limits(&e, cmd, addr);
	emit_quota_info(&e, cmd, addr);
	if (cmd == QUOTA_GETFMT && (ret || bpf_probe_read_user(&value, sizeof(value), addr)))
		emit_empty(&e);
	else
		emit_u8(&e, flags_quota_fmt(value));
	emit_u16(&e, cmd);
	emit_u8(&e, type < 2 ? type + 1 : 0);
	if (cmd & (QUOTA_GETQUOTA | QUOTA_SETQUOTA | QUOTA_XGETQUOTA | QUOTA_XSETQLIM))
		emit_u32(&e, id);
	else
		emit_empty(&e);
	emit_u8(&e, flags_quota_fmt(cmd == QUOTA_ON ? id : 0));
	emit_commit(&e);
	return 0;
}
