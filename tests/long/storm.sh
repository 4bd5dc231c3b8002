#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# 100,000 short-lived processes: the memory of rtsec comes back to within 10 % of
# what it was before, and what was not dropped is named.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

"$RTSEC" -p '*%proc.name %proc.pid %evt.type' --debug 'evt.type=procexit' >seen 2>log &
pid=$!
wait_for 20 started log || fail "does not start: $(head -c 2000 log)"
"$O/tests/live/forks" 2000 # the tables and the rings have been touched once
sleep 1
before=$(rss $pid)
"$O/tests/live/forks" 100000
sleep 3
after=$(rss $pid)
kill -INT $pid
wait $pid
cat log >&2
echo "RSS before $before kB, after $after kB"
[ "$after" -le $((before + before / 10)) ] || fail "memory grew from $before to $after kB"
named=$(grep -c '^forks ' seen)
dropped=$(awk '/drop_/ { sum += $2 } END { print sum + 0 }' log)
echo "$named exits named, $dropped events dropped"
[ "$dropped" -gt 0 ] || [ "$named" -ge 102000 ] || fail "only $named of 102000 exits are named"
[ "$(grep -c '^<NA> ' seen)" = 0 ] || [ "$dropped" -gt 0 ] || fail "unnamed processes without a drop"
