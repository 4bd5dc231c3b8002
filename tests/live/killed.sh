#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# SIGKILL while recording, at twenty instants: every file reads to its last whole
# frame, with the documented exit code and one line when the end is cut.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

n=0
whole=0
while [ $n -lt 20 ]; do
	n=$((n + 1))
	"$RTSEC" -w "k$n.scap" -q --debug 2>log &
	pid=$!
	wait_for 20 started log || fail "the recorder does not start: $(head -c 2000 log)"
	# A load of its own, and instants spread over 1.2 seconds.
	sh -c 'while :; do cat /etc/passwd >/dev/null; done' &
	load=$!
	sleep "$(awk -v n=$n 'BEGIN { srand(n); printf "%.3f", rand() * 1.2 }')"
	kill -KILL $pid $load
	wait $pid $load 2>/dev/null
	if [ ! -s "k$n.scap" ]; then
		# Killed before the first frame: nothing was promised yet.
		continue
	fi
	run "$RTSEC" -r "k$n.scap" -q -v
	case $status in
	0) whole=$((whole + 1)) ;;
	3) [ "$(grep -c '^rtsec: ' err)" = 1 ] || fail "run $n: not one line: $(cat err)" ;;
	*) fail "run $n: exit code $status: $(cat err)" ;;
	esac
	zstd -dc "k$n.scap" >raw 2>/dev/null
	[ -s raw ] || fail "run $n: nothing can be unpacked"
done
echo "$whole of $n files end on a whole frame"
