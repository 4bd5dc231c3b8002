#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The calls on processes, users, limits, semaphores, keys and futexes that have an
# event of their own, from 64-bit and 32-bit code.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_calls.sh"

check_calls misc
check_params futex nanosleep semop semget semctl getrlimit setrlimit prlimit seccomp keyctl ptrace \
	process_vm_readv process_vm_writev kill tkill tgkill getuid geteuid getgid getegid getresuid \
	getresgid setuid setgid setreuid setregid setresuid setresgid setpgid setsid setns unshare \
	prctl capset pidfd_open pidfd_getfd bpf
