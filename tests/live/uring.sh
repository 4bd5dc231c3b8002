#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# io_uring operations: each is the event of the call that does the same, marked as
# asynchronous, also when the kernel's own thread takes them from the ring.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_calls.sh"

"$O/tests/live/uring" >/dev/null 2>err || skip "needs io_uring: $(head -n 1 err)"

for how in "" poll; do
	# shellcheck disable=SC2086 # none or one argument
	check_calls uring $how
	# As many are marked as the program made.
	run "$RTSEC" -r uring.scap -p '%evt.type' 'evt.is_async=true and proc.name=uring'
	want 0
	marked=$(wc -l <out)
	[ "$marked" = "$(wc -l <wanted)" ] ||
		fail "$(wc -l <wanted) operations, only $marked marked as asynchronous"
	# What the program called by itself is not.
	run "$RTSEC" -r uring.scap -p '%evt.type' \
		'evt.is_async=true and evt.type in (io_uring_enter, getsockname, unlink) and proc.name=uring'
	[ -s out ] && fail "calls marked as asynchronous: $(sort -u out)"
done
exit 0
