#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every call on files that has an event of its own, from 64-bit and 32-bit code:
# each shown once, with the right result and arguments.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_calls.sh"

check_calls file
check_params open openat openat2 creat open_by_handle_at close close_range read write pread pwrite \
	readv writev preadv pwritev stat lstat fstat newfstatat access chdir \
	fchdir getcwd chroot rename renameat renameat2 link linkat unlink unlinkat symlink symlinkat \
	mkdir mkdirat rmdir mknod mknodat chmod fchmod fchmodat chown lchown fchown fchownat mount \
	umount2 getdents getdents64 lseek fcntl flock dup dup2 dup3 ioctl pipe pipe2 \
	splice sendfile copy_file_range inotify_init inotify_init1 eventfd eventfd2 signalfd \
	signalfd4 timerfd_create epoll_create epoll_create1 epoll_wait poll ppoll select userfaultfd \
	memfd_create io_uring_setup io_uring_enter io_uring_register fsconfig quotactl init_module \
	finit_module delete_module
# Calls that only 32-bit programs have.
[ ! -x "$O/tests/live/file32" ] || check_params stat64 lstat64 fstat64 umount llseek
