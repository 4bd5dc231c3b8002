#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every call with an event of its own, on the kernel of Debian's bookworm.
. "$(dirname "$0")/lib_calls_vm.sh"

calls_on bookworm file mem misc net proc uring
