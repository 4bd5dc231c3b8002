/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read_file.h: what is known of an open file: device, inode, times, layer of an
 * overlay, and its path, which path.bpf.c puts together from the directory
 * entries (include/linux/fs.h, dcache.h, fs/mount.h).  A struct file or inode
 * here is a plain number to the verifier, so it is read through bpf_core_read().
 */
#ifndef RTSEC_BPF_READ_FILE_H
#define RTSEC_BPF_READ_FILE_H

#include "emit.h"
#include "read_fd.h"

#define FILE_PATH_END 4096u /* a path is built backwards from here and is shorter than this */
#define FILE_NAME_MAX 255u /* NAME_MAX of linux/limits.h; also the mask for it */
#define FILE_NSEC_MASK 0x7fffffffu /* the top bit of i_ctime_nsec is a flag, I_CTIME_QUERIED */
#define FILE_BLOCK_MAX 16384u /* 1024 iovecs, the most a call may have (UIO_MAXIOV) */

/* What an open gave. */
struct file_opened {
	__u64 file; /* struct file * */
	__u64 ino;
	__u32 dev; /* as the format has it */
	__u32 flags; /* file_flags: O_F_CREATED, FD_UPPER_LAYER, FD_LOWER_LAYER */
};

/* One per CPU; only he may use it whose record is under way there. */
struct file_scratch {
	__u64 dentry, mnt; /* where the walk stands: struct dentry *, struct mount * */
	__u64 mnt_root; /* dentry that is the root of mnt */
	__u64 root_dentry, root_mnt; /* the task's root */
	__u64 noted_dentry, noted_mnt; /* where the walk stood when the path had note_at bytes */
	__u32 note_at;
	__u32 begin; /* of the path in text */
	struct file_opened opened;
	__u32 is_iov32; /* block holds a 32-bit program's iovecs */
	__u8 text[FILE_PATH_END + FILE_NAME_MAX + 1];
	__u8 block[FILE_BLOCK_MAX + 16]; /* what is read from user memory as a whole */
};

struct file_scratch_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct file_scratch);
};

extern struct file_scratch_map file_scratch SEC(".maps");

/*
 * Builds the path of a dentry on a struct vfsmount in the scratch, as the
 * current task sees it: from its root, or from the topmost mount for a file
 * outside of that root.  Gives its length without NUL; 0: not known (longer
 * than FILE_PATH_END, or on a mount that is nowhere).  What lies note_at bytes
 * before the end is noted.  Verified on its own, once a program.
 */
int file_path_build(__u64 vfsmount, __u64 dentry, __u32 note_at);

/*
 * Does the name of name_len bytes, which stands at name_pos of this CPU's record,
 * make up the end of the path in the scratch, which has path_len bytes?  All of
 * it for a name that begins with "/", else from a component on.
 */
int file_path_ends_with(__u32 path_len, __u32 name_pos, __u32 name_len);

/* What only the file of a new fd tells, into the scratch; false: there is none. In file.bpf.c. */
int opened_read(__s64 fd);

static __always_inline struct file_scratch *file_scratch_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&file_scratch, &zero);
}

static __always_inline struct inode *file_inode(struct file *file)
{
	struct inode *inode = NULL;

	bpf_core_read(&inode, sizeof(inode), &file->f_inode);
	return inode;
}

/* Device number as the format has it. */
static __always_inline __u32 file_dev(__u32 dev)
{
	__u32 major = dev >> 20, minor = dev & 0xfffff; /* linux/kdev_t.h */

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

enum file_layer {
	FILE_LAYER_NONE, /* not on an overlay */
	FILE_LAYER_UPPER,
	FILE_LAYER_LOWER,
};

#define FILE_OVERLAY_MAGIC 0x794c7630 /* linux/magic.h */

/*
 * The inode of an overlay is embedded in a struct of fs/overlayfs whose types a
 * module keeps to itself; the member behind it is the entry in the upper layer.
 */
static __always_inline enum file_layer file_layer(struct inode *inode)
{
	void *upper = NULL;

	if (BPF_CORE_READ(inode, i_sb, s_magic) != FILE_OVERLAY_MAGIC)
		return FILE_LAYER_NONE;
	bpf_probe_read_kernel(&upper, sizeof(upper),
			      (void *)inode + bpf_core_type_size(struct inode));
	if (upper && BPF_CORE_READ((struct dentry *)upper, d_inode))
		return FILE_LAYER_UPPER;
	return FILE_LAYER_LOWER;
}

static __always_inline __u64 file_ctime_ns(struct inode *inode)
{
	struct inode___mid *mid = (void *)inode;
	struct inode___old *old = (void *)inode;

	if (bpf_core_field_exists(inode->i_ctime_sec))
		return BPF_CORE_READ(inode, i_ctime_sec) * 1000000000ull +
		       (BPF_CORE_READ(inode, i_ctime_nsec) & FILE_NSEC_MASK);
	if (bpf_core_field_exists(mid->__i_ctime))
		return BPF_CORE_READ(mid, __i_ctime.tv_sec) * 1000000000ull +
		       BPF_CORE_READ(mid, __i_ctime.tv_nsec);
	return BPF_CORE_READ(old, i_ctime.tv_sec) * 1000000000ull +
	       BPF_CORE_READ(old, i_ctime.tv_nsec);
}

static __always_inline __u64 file_mtime_ns(struct inode *inode)
{
	struct inode___mid *mid = (void *)inode;
	struct inode___old *old = (void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return BPF_CORE_READ(inode, i_mtime_sec) * 1000000000ull +
		       BPF_CORE_READ(inode, i_mtime_nsec);
	if (bpf_core_field_exists(mid->__i_mtime))
		return BPF_CORE_READ(mid, __i_mtime.tv_sec) * 1000000000ull +
		       BPF_CORE_READ(mid, __i_mtime.tv_nsec);
	return BPF_CORE_READ(old, i_mtime.tv_sec) * 1000000000ull +
	       BPF_CORE_READ(old, i_mtime.tv_nsec);
}

/* A file of memfd_create(2): an entry without a folder, named "memfd:...". */
static __always_inline bool file_is_memfd(struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	char name[6] = {};

	if (BPF_CORE_READ(dentry, d_parent) != dentry)
		return false;
	bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' &&
	       name[4] == 'd' && name[5] == ':';
}

/* execve_flags that come from the file. */
static __always_inline __u32 file_exe_flags(struct file *file)
{
	enum file_layer layer = file_layer(file_inode(file));
	__u32 flags = file_is_memfd(file) ? 4 : 0;

	if (layer == FILE_LAYER_UPPER)
		flags |= 2;
	else if (layer == FILE_LAYER_LOWER)
		flags |= 8;
	return flags;
}

/* Length of the file's path, which then stands in the scratch; 0 not known. */
static __always_inline int file_path(struct file *file, __u32 note_at)
{
	struct path path = {};

	bpf_core_read(&path, sizeof(path), &file->f_path);
	return file_path_build((__u64)path.mnt, (__u64)path.dentry, note_at);
}

/* Copies the path of len bytes from the scratch to where the record stands; gives what was copied. */
static __always_inline __u32 file_path_copy(struct emit *e, __u64 len)
{
	struct file_scratch *scratch = file_scratch_get();
	__u64 left = emit_left(e);

	if (len > left)
		len = left;
	if (len > EMIT_PATH_MAX)
		len = EMIT_PATH_MAX;
	if (!scratch || !len ||
	    bpf_probe_read_kernel(e->rec + e->pos, len,
				  scratch->text + (scratch->begin & (FILE_PATH_END - 1))))
		return 0;
	return len;
}

/* A path that was built, as a parameter with its NUL; len 0: empty. */
static __always_inline void emit_built_path(struct emit *e, int len)
{
	__u64 done = len > 0 ? file_path_copy(e, len) : 0;

	if (done) {
		*(e->rec + ((e->pos + done) & EMIT_POS_MASK)) = '\0';
		done++;
	}
	emit_len(e, done);
	emit_sync(e);
}

static __always_inline void emit_file_path(struct emit *e, struct file *file)
{
	emit_built_path(e, file_path(file, 0));
}

#endif
