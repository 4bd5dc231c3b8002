/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd.bpf.c: the function of read_fd.h.
 */
#include "read_fd.h"

__noinline __u64 fd_file(__u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct files_struct *files = task->files;
	__u64 idx = fd, file = 0;
	struct fdtable *table;

	if (!files)
		return 0;
	table = files->fdt;
	if (!table || idx >= table->max_fds)
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), table->fd + idx);
	return file;
}
