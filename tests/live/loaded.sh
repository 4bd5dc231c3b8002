#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# This kernel takes every program, the optional ones too: what it refuses would be left
# out, said with --debug only.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

for options in "" "--latency=on --switches --page-faults"; do
	# shellcheck disable=SC2086 # none or several words
	run "$RTSEC" --debug -q -n 1 $options -- true
	want 0
	grep -q 'hook sys_exit attached' err || fail "nothing is said about hooks: $(cat err)"
	grep 'left out$' err && fail "programs were left out"
	# Of these two a kernel has one; without tracefs nobody knows which.
	refused=$(sed -n 's/.*: hook \(.*\) refused: .*/\1/p' err)
	case $refused in
	'' | uring_submit_req | uring_submit_sqe) ;;
	*) fail "hooks refused: $refused" ;;
	esac
done
exit 0
