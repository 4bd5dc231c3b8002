#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The filters of world.matches over the trace of world.txt: the program shows just the events
# that the list names, and for "not (FILTER)" all the others.
. "$(dirname "$0")/../lib.sh"

"$O/tests/gen/gen_trace" -o world.scap "$ROOT/tests/filter/world.txt" || fail "no trace"
run "$RTSEC" -r world.scap -p '%evt.num'
want 0
mv out all

shown() { # FILTER: the numbers of its events, one a line
	"$RTSEC" -r world.scap -p '%evt.num' "$1" 2>messages
	code=$?
	[ $code = 0 ] || cat messages
	return $code
}

pass=0 bad=0
grep -v '^#' "$ROOT/tests/filter/world.matches" >list
while IFS="$(printf '\t')" read -r numbers filter; do
	echo "$numbers" | tr ' ' '\n' |
		awk -F- '$1 != "" { for (i = $1; i <= ($2 ? $2 : $1); i++) print i }' >wanted
	shown "$filter" >got || { echo "$filter: $(cat got)"; bad=$((bad + 1)); continue; }
	shown "not ($filter)" >others || { echo "not ($filter): $(cat others)"; bad=$((bad + 1)); continue; }
	if ! cmp -s wanted got; then
		echo "$filter: wanted $(paste -sd ' ' wanted), got $(paste -sd ' ' got)"
		bad=$((bad + 1))
	elif ! sort -n got others | cmp -s - all; then
		echo "$filter and its opposite are not all: $(paste -sd ' ' others)"
		bad=$((bad + 1))
	else
		pass=$((pass + 1))
	fi
done <list
echo "$pass passed, $bad failed, 0 skipped"
[ "$pass" -gt 0 ] && [ "$bad" = 0 ]
