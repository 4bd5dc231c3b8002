/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.bpf.c: the path of a file, built backwards from directory entries and
 * mounts as d_path() of the kernel does it, and its comparison with a name.
 * These functions take numbers only and keep their state in memory, so that the
 * verifier looks at each of them once and not at every turn of every loop.
 */
#include "read_file.h"

struct file_scratch_map file_scratch SEC(".maps");

#define PATH_STEPS 16 /* of one round */
#define PATH_ROUNDS 160 /* more steps than a path of FILE_PATH_END bytes has, and 500 mounts */

enum path_walk {
	PATH_ON,
	PATH_WHOLE,
	PATH_UNKNOWN,
};

#define PATH_ANON_NS_INUM 0xeffffff7u /* MNT_NS_ANON_INO of linux/nsfs.h; 0 before 6.17 */

/* The topmost mount was reached, and it is not the task's root. Is it the root of anything? */
static __always_inline enum path_walk walk_top(struct mount *mnt)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mnt_namespace *ns = BPF_CORE_READ(mnt, mnt_ns);
	__u32 inum;

	if (!ns || (__u64)ns >= (__u64)-4095) /* detached; the kernel's own */
		return PATH_UNKNOWN;
	if (ns == BPF_CORE_READ(task, nsproxy, mnt_ns))
		return PATH_WHOLE;
	inum = BPF_CORE_READ(ns, ns.inum);
	return inum && inum != PATH_ANON_NS_INUM ? PATH_WHOLE : PATH_UNKNOWN;
}

/* From the root of a mount to the place where it is mounted. */
static __always_inline enum path_walk walk_mount(struct file_scratch *s)
{
	struct mount *mnt = (struct mount *)s->mnt;
	struct mount *parent = BPF_CORE_READ(mnt, mnt_parent);

	if (parent == mnt || !parent)
		return walk_top(mnt);
	s->dentry = (__u64)BPF_CORE_READ(mnt, mnt_mountpoint);
	s->mnt = (__u64)parent;
	s->mnt_root = (__u64)BPF_CORE_READ(parent, mnt.mnt_root);
	return PATH_ON;
}

/* Puts "/name" before what is there and goes to the folder it is in. */
static __always_inline enum path_walk walk_entry(struct file_scratch *s)
{
	struct dentry *dentry = (struct dentry *)s->dentry;
	struct dentry *parent = NULL;
	struct qstr name = {};
	__u64 begin = s->begin;
	__u64 len;

	if (bpf_core_read(&parent, sizeof(parent), &dentry->d_parent) ||
	    bpf_core_read(&name, sizeof(name), &dentry->d_name))
		return PATH_UNKNOWN;
	len = name.len & FILE_NAME_MAX;
	if (!len || begin < len + 1)
		return PATH_UNKNOWN;
	begin -= len + 1;
	if (begin >= FILE_PATH_END || bpf_probe_read_kernel(&s->text[begin + 1], len, name.name))
		return PATH_UNKNOWN;
	s->text[begin] = '/';
	s->begin = begin;
	if (parent ==
	    dentry) /* in no folder: a memfd, or an entry whose folder is not known, "/" */
		return s->text[begin + 1] == '/' ? PATH_UNKNOWN : PATH_WHOLE;
	s->dentry = (__u64)parent;
	if (FILE_PATH_END - begin == s->note_at) {
		s->noted_dentry = s->dentry;
		s->noted_mnt = s->mnt;
	}
	return PATH_ON;
}

__noinline int file_path_step(void)
{
	struct file_scratch *s = file_scratch_get();

	if (!s)
		return PATH_UNKNOWN;
	if (s->dentry == s->root_dentry && s->mnt == s->root_mnt)
		return PATH_WHOLE;
	return s->dentry == s->mnt_root ? walk_mount(s) : walk_entry(s);
}

__noinline int file_path_round(void)
{
	int i, walk = PATH_ON;

	for (i = 0; i < PATH_STEPS && walk == PATH_ON; i++)
		walk = file_path_step();
	return walk;
}

__noinline int file_path_build(__u64 vfsmount, __u64 dentry, __u32 note_at)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file_scratch *s = file_scratch_get();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct path root = {};
	int i, walk = PATH_ON;

	if (!s || !vfsmount || !dentry)
		return 0;
	s->dentry = dentry;
	s->mnt = vfsmount - bpf_core_field_offset(struct mount, mnt);
	s->mnt_root = (__u64)BPF_CORE_READ((struct vfsmount *)vfsmount, mnt_root);
	bpf_core_read(&root, sizeof(root), &fs->root);
	s->root_dentry = (__u64)root.dentry;
	s->root_mnt = (__u64)root.mnt - bpf_core_field_offset(struct mount, mnt);
	s->noted_dentry = 0;
	s->noted_mnt = 0;
	s->note_at = note_at;
	s->begin = FILE_PATH_END;
	for (i = 0; i < PATH_ROUNDS && walk == PATH_ON; i++)
		walk = file_path_round();
	if (walk != PATH_WHOLE)
		return 0;
	if (s->begin == FILE_PATH_END) {
		s->begin = FILE_PATH_END - 1;
		s->text[FILE_PATH_END - 1] = '/';
	}
	return FILE_PATH_END - s->begin;
}

#define PATH_WORDS 16 /* of a comparison's round, eight bytes each */

/* Are the bytes of the name from "from" on, a round at most, those of the path? */
__noinline int file_path_equal(__u32 name_pos, __u32 name_len, __u32 from)
{
	struct file_scratch *s = file_scratch_get();
	struct wire_ring *ring = emit_ring();
	__u64 begin = FILE_PATH_END - name_len;
	__u64 last = name_len < 8 ? 0 : name_len - 8;
	__u64 wrong = 0, at, is_past;
	__u8 *rec;
	__u32 i;

	if (!s || !ring)
		return 0;
	rec = ring->data + (ring->prod & (ring_size - 1));
	for (i = 0; i < PATH_WORDS; i++) {
		/* Past the end the last word again; without a branch, of which the verifier takes both. */
		at = from + 8 * i;
		is_past = (__u64)((__s64)(last - at) >> 63);
		asm volatile("" : "+r"(is_past));
		at = (at & ~is_past) | (last & is_past);
		wrong |= *(__u64 *)(rec + ((name_pos + at) & EMIT_POS_MASK)) ^
			 *(__u64 *)(s->text + ((begin + at) & (FILE_PATH_END - 1)));
	}
	if (name_len < 8)
		wrong <<= 64 - 8 * (name_len & 7); /* the first bytes are the low ones */
	return !wrong;
}

__noinline int file_path_ends_with(__u32 path_len, __u32 name_pos, __u32 name_len)
{
	struct file_scratch *s = file_scratch_get();
	struct wire_ring *ring = emit_ring();
	bool is_whole;
	__u32 i;

	if (!s || !ring || !name_len || name_len > path_len || path_len > FILE_PATH_END)
		return 0;
	is_whole = ring->data[(ring->prod & (ring_size - 1)) + (name_pos & EMIT_POS_MASK)] == '/';
	if (is_whole ? name_len != path_len
		     : s->text[(FILE_PATH_END - 1 - name_len) & (FILE_PATH_END - 1)] != '/')
		return 0;
	for (i = 0; i < FILE_PATH_END / 8 / PATH_WORDS; i++) {
		if (8 * PATH_WORDS * i >= name_len)
			break;
		if (!file_path_equal(name_pos, name_len, 8 * PATH_WORDS * i))
			return 0;
	}
	return 1;
}
