/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read_fd.h: from a number to the open file of a task (include/linux/fdtable.h).
 * What comes back is a plain number to the verifier: read through it with
 * bpf_core_read() only.
 */
#ifndef RTSEC_BPF_READ_FD_H
#define RTSEC_BPF_READ_FD_H

#include "maps.h"

/*
 * Two plain loads and not more: following a pointer of a BTF type makes the verifier
 * search all type names of the kernel, a millisecond each, so this is a function
 * that it looks at once a program (fd.bpf.c).
 */
__u64 fd_file(__u32 fd);

/* Of the current task. NULL: not open, or not any more. */
static __always_inline struct file *read_file_of_fd(__s32 fd)
{
	return (struct file *)fd_file(fd);
}

#endif
