#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A reader that goes away ends the output quietly; a full disk ends it with exit code 4 and
# one line.
. "$(dirname "$0")/../lib.sh"

{
	echo 'proc tid=100 comm=x'
	echo 'repeat 50000 ev tid=100 close res=0 fd=3'
} >script
"$O/tests/gen/gen_trace" -o t.scap script || fail "gen_trace failed"

{
	"$RTSEC" -r t.scap 2>err
	echo $? >code
} | head -n 3 >out
[ "$(wc -l <out)" = 3 ] || fail "three lines were wanted"
[ "$(cat code)" = 0 ] || fail "exit code $(cat code) after a closed pipe"
[ ! -s err ] || fail "a closed pipe is no reason to speak: $(cat err)"

if [ -w /dev/full ]; then
	status=0
	"$RTSEC" -r t.scap >/dev/full 2>err || status=$?
	[ $status = 4 ] || fail "exit code $status on a full disk"
	[ "$(wc -l <err)" = 1 ] || fail "one line was wanted: $(cat err)"
	grep -q 'No space left on device' err || fail "it does not say why: $(cat err)"
fi

# The summary is output as well.
if [ -w /dev/full ]; then
	status=0
	"$RTSEC" -r t.scap -q -S >/dev/full 2>err || status=$?
	[ $status = 4 ] || fail "exit code $status for a summary on a full disk"
fi

run "$RTSEC" -r t.scap
want 0
[ "$(wc -l <out)" = 50000 ] || fail "not all lines came"
