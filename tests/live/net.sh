#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The socket calls: every argument of each, for 64- and 32-bit programs and through
# socketcall(2).
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_calls.sh"

check_calls net
check_params socket socketpair bind connect listen accept accept4 send sendto recv recvfrom \
	sendmsg recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt
