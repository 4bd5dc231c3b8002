#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The counts of public.counts over public traces, which are not part of this repository:
# RTSEC_SHARED names a folder with them in data/traces. Rows that wait for something are
# counted as skipped; with RTSEC_COUNTS=all they are run like the others.
. "$(dirname "$0")/../lib.sh"

[ -n "${RTSEC_SHARED:-}" ] || skip "RTSEC_SHARED is not set: no public traces"
traces=$RTSEC_SHARED/data/traces
[ -d "$traces" ] || fail "there is no folder $traces"
tab=$(printf '\t')
list=$ROOT/tests/filter/public.counts

# The halves of calls that newer layouts do not have are not counted.
whole="(evt.dir=< or evt.type in (switch, procexit, signaldeliver, container))"
pass=0 bad=0 skipped=0
grep -v '^#' "$list" | grep "$tab.*$tab" >rows
while IFS=$tab read -r alias count when filter; do
	file=$traces/$(sed -n "s/^$alias$tab\([^$tab]*\.scap\)\$/\1/p" "$list")
	if [ ! -f "$file" ] || { [ "$when" != now ] && [ "${RTSEC_COUNTS:-}" != all ]; }; then
		skipped=$((skipped + 1))
		continue
	fi
	case $filter in
	'$'*) filter=$(printf '%b.' "${filter#\$}") filter=${filter%.} ;;
	esac
	run "$RTSEC" -r "$file" -p '*%evt.num' "($filter) and $whole"
	got=$(wc -l <out)
	# shellcheck disable=SC2154 # of lib.sh
	if [ "$status" != 0 ]; then
		echo "$alias: $filter: exit code $status: $(head -n 1 err)"
		bad=$((bad + 1))
	elif [ "$got" != "$count" ]; then
		echo "$alias: $filter: wanted $count, got $got"
		bad=$((bad + 1))
	else
		pass=$((pass + 1))
	fi
done <rows
echo "$pass passed, $bad failed, $skipped skipped"
[ "$pass" -gt 0 ] && [ "$bad" = 0 ]
