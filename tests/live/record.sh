#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The main job: record a command, read the file back, filter by process; plain,
# gzip and through pipes; the command's exit status is handed on.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

echo hello >input
run "$RTSEC" -w t.scap -- sh -c 'grep h input; exit 7'
want 7
[ "$(cat out)" = hello ] || fail "the command's output: $(cat out)"
run "$RTSEC" -r t.scap -p '%evt.type %fd.name' 'proc.name=grep and evt.type in (openat, read, close)'
want 0
grep -qx "openat $T/input" out || fail "no openat of the input: $(cat out)"
grep -qx "read $T/input" out || fail "no read of the input"
grep -qx "close $T/input" out || fail "no close of the input"

run "$RTSEC" -r t.scap -p '%evt.type %proc.name %evt.arg.ret' 'evt.type=procexit and proc.name=sh'
want 0
grep -qx 'procexit sh 7' out || fail "no exit of sh: $(cat out)"

# An existing file is evidence.
run "$RTSEC" -w t.scap -- true
want 1
grep -q 't.scap' err || fail "the message does not name the file: $(cat err)"
run "$RTSEC" -w t.scap --force -- true
want 0

for how in gzip none zstd:3; do
	run "$RTSEC" -w "$how.scap" --compress="$how" -- cat input
	want 0
	run "$RTSEC" -r "$how.scap" -p '%fd.name' 'proc.name=cat and evt.type=openat'
	want 0
	grep -qx "$T/input" out || fail "$how: no openat"
done
cat >pipe.sh <<'X'
"$RTSEC" -w - -- sh -c 'cat input >/dev/null' 2>/dev/null |
	"$RTSEC" -r - -p '%evt.type %fd.name' proc.name=cat
X
run sh pipe.sh
want 0
grep -qx "openat $T/input" out || fail "through a pipe: no openat"

# How much of the data is kept; with 0 nothing of it leaves the machine.
for want in 0:NULL 4:data 80:datadata.; do
	run "$RTSEC" -s "${want%:*}" -w t.scap --force -- sh -c 'echo datadata >written'
	want 0
	run "$RTSEC" -r t.scap -p '%evt.arg.data %evt.rawres' 'evt.type=write and fd.name endswith /written'
	want 0
	[ "$(cat out)" = "${want#*:} 9" ] || fail "-s ${want%:*}: $(cat out)"
done

# Under nohup a terminal that goes away ends nothing.
run sh -c 'trap "" HUP; exec "$RTSEC" -w hup.scap -- sh -c "kill -HUP \$PPID; sleep 1; exit 5"'
want 5
