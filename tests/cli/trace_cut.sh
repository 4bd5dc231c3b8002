#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A trace that was cut anywhere, raw or packed: all whole events are shown, one line says at
# which byte it ends, and the exit code is 3 (0 where the cut fell between two frames).
. "$(dirname "$0")/../lib.sh"
gen=$O/tests/gen/gen_trace
passed=0 failed=0 status=0

{
	cat "$ROOT/tests/data/quickstart.txt"
	echo 'repeat 400 ev tid=1000 dur={i}00 write res=5 data="{i} bytes" fd=1 size=5'
} >script

check() { # PACKING LENGTH
	head -c "$2" "whole.$1" >cut.scap
	run "$RTSEC" -r cut.scap
	why=
	head -n "$(wc -l <out)" full | cmp -s - out || why="shows other events"
	case $status in
	0) [ ! -s err ] || why="exit code 0, but it says something" ;;
	3) [ "$(grep -c '^rtsec: cut.scap: byte [0-9]' err)" = 1 ] || why="does not say where" ;;
	*) why="exit code $status" ;;
	esac
	if [ -z "$why" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1, $2 bytes: $why"
		cat err
	fi
}

for packing in none gzip zstd; do
	"$gen" -z $packing -s -f 4000 -o whole.$packing script || fail "gen_trace failed"
	run "$RTSEC" -r whole.$packing
	want 0
	mv out full
	size=$(wc -c <whole.$packing)
	at=997
	while [ $at -lt "$size" ]; do
		check $packing $at
		at=$((at + 997))
	done
	for at in 0 1 3 5 27 $((size - 1)); do
		check $packing "$at"
	done
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
