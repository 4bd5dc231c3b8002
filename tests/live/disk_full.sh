#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A full disk stops the recording with one clear line and exit code 4; the file is
# valid to its end.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

mkdir small
mount -t tmpfs -o size=1m none small || skip "needs the right to mount a tmpfs"
at_exit "umount $T/small"

for how in zstd gzip none; do
	# Random bytes do not compress, so the disk is soon full.
	run timeout 60 "$RTSEC" -w small/t.scap --compress=$how -s 4096 -- sh -c '
		for i in 1 2 3 4 5 6 7 8; do head -c 4000000 /dev/urandom >/dev/null; done'
	[ "$status" = 4 ] || fail "$how: exit code $status: $(head -c 2000 err)"
	[ "$(grep -c 'No space left' err)" = 1 ] || fail "$how: not one clear line: $(cat err)"
	run "$RTSEC" -r small/t.scap -q -v
	want 0
	[ "$(awk '$2 == "events:" { print $1 }' err)" -gt 10 ] || fail "$how: hardly any event: $(cat err)"
	rm small/t.scap
done
