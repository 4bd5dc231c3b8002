#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A writer that is killed at any instant leaves a file that reads up to its last whole frame:
# the first events without a gap, exit code 0, or 3 where a frame was torn.
. "$(dirname "$0")/../lib.sh"
passed=0 failed=0

"$O/tests/gen/gen_trace" -o long.scap - <<-END || fail "gen_trace failed"
	proc tid=5 comm=x
	repeat 300000 ev tid=5 write res=5 data="{i}{i}{i}" fd=1 size=5
END

size_of() {
	if [ -e "$1" ]; then wc -c <"$1"; else echo 0; fi
}

for packing in zstd gzip none; do
	for size in 1 50000 400000 700000; do
		rm -f torn
		"$RTSEC" -r long.scap --compress=$packing -w torn 2>/dev/null &
		pid=$!
		# Until it is that long, or the writer is done.
		while [ "$(size_of torn)" -lt $size ] && kill -0 $pid 2>/dev/null; do
			:
		done
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
		status=0
		"$RTSEC" -r torn -p '%evt.num' >out 2>err || status=$?
		count=$(wc -l <out)
		case $status in
		0 | 3) why= ;;
		*) why="exit code $status: $(cat err)" ;;
		esac
		[ "$count" = 0 ] || [ "$(tail -n 1 out)" = "$count" ] || why="there is a gap"
		[ "$count" -gt 0 ] || [ $size = 1 ] || why="no event was left"
		if [ -z "$why" ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "$packing, killed at $size bytes: $why"
		fi
	done
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
