#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every call on memory that has an event of its own, from 64-bit and 32-bit code,
# with the sizes of the address space after it.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_calls.sh"

check_calls mem
check_params mmap munmap mprotect brk mlock mlock2 munlock mlockall munlockall
[ ! -x "$O/tests/live/mem32" ] || check_params mmap2 # only 32-bit programs have it
