#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every call with an event of its own, on the kernel of Debian's trixie.
. "$(dirname "$0")/lib_calls_vm.sh"

calls_on trixie file mem misc net proc uring
