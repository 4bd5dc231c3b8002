#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Damage that is local to an event costs that event, damage to the framing ends the reading
# with what was good; what was never a trace is said to be none.
. "$(dirname "$0")/../lib.sh"
gen=$O/tests/gen/gen_trace
passed=0 failed=0 status=0

# NAME EXIT LINES TEXT: the trace of the script on stdin; TEXT is on stderr ("" for nothing).
case_of() {
	"$gen" - >case.scap || fail "$1: gen_trace failed"
	run "$RTSEC" -r case.scap
	why=
	[ "$status" = "$2" ] || why="exit code $status, wanted $2"
	[ "$(wc -l <out)" = "$3" ] || why="$why $(wc -l <out) lines, wanted $3"
	if [ -n "$4" ]; then
		grep -q "$4" err || why="$why it does not say \"$4\""
	else
		[ ! -s err ] || why="$why it says something"
	fi
	if [ -z "$why" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1: $why"
		cat err
	fi
}

ev='ev tid=5 cpu=0 close res=0 fd=3'

case_of "no trace" 1 0 "not a trace" <<-END
	raw "a text, and nothing else in it but this"
END
case_of "big-endian" 1 0 "big-endian" <<-END
	section
	patch 8 hex:1a2b3c4d
	$ev
END
case_of "future version" 1 0 "major version" <<-END
	section
	patch 12 hex:0200
	$ev
END
case_of "two sections" 0 4 "" <<-END
	$ev
	$ev
	section
	$ev
	$ev
END
case_of "unknown blocks" 0 2 "" <<-END
	section
	block 0x999 "what is this"
	$ev
	block 0x998
	$ev
END
case_of "trailer" 3 1 "byte 88: a block of type 0x216" <<-END
	$ev
	$ev
	patch -4 hex:ff
	$ev
END
case_of "tiny block" 3 1 "byte 88: " <<-END
	$ev
	$ev
	patch 4 hex:0b000000
	$ev
END
case_of "event too long" 0 2 "damaged" <<-END
	$ev
	ev tid=5 len=+100 close res=0 fd=3
	$ev
END
case_of "event too short" 0 2 "damaged" <<-END
	$ev
	ev tid=5 len=-30 close res=0 fd=3
	$ev
END
case_of "bytes behind the parameters" 0 3 "" <<-END
	$ev
	ev tid=5 extra=hex:00112233 close res=0 fd=3
	$ev
END
case_of "damaged process list" 0 2 "1 events_skipped: " <<-END
	proc tid=5 comm=x
	end
	block 0x215 hex:ffffffff0102
	$ev
	$ev
END
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
