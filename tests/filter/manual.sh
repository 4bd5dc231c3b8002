#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The examples of rtsec-filter(7) and rtsec-fields(7) are commands that work: each line
# ".Dl rtsec ..." is run, on a trace of the tests.
. "$(dirname "$0")/../lib.sh"

"$O/tests/gen/gen_trace" -o capture.scap "$ROOT/tests/filter/world.txt" || fail "no trace"
mkdir bin
ln -s "$RTSEC" bin/rtsec
PATH=$T/bin:$PATH
cnt=0
for page in rtsec-filter.7 rtsec-fields.7; do
	sed -n 's/^\.Dl \(rtsec .*\)$/\1/p' "$ROOT/man/$page" | sed 's/\\(dq/"/g; s/\\e/\\/g; s/\\-/-/g' >commands
	while read -r command; do
		run sh -c "$command"
		want 0
		cnt=$((cnt + 1))
	done <commands
done
[ $cnt -gt 8 ] || fail "there are hardly any examples: $cnt"
run rtsec -r capture.scap proc.name=bash
[ "$(wc -l <out)" = 6 ] || fail "the first example shows $(wc -l <out) events"
