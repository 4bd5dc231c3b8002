#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A ring that is far too small, and calls as quick as they come: what the trace holds
# and what it says is missing are together what was done; every gap is marked, and the
# exit code is that of the program that was recorded.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

CALLS=300000
run "$RTSEC" -v -w t.scap --ring-size 256k -- \
	sh -c "for i in 1 2; do dd if=/dev/zero of=/dev/null bs=1 count=$CALLS 2>/dev/null & done; wait"
want 0
mv err counters
counter() { awk -v name="$1:" '$2 == name { print $1 }' counters; }
dropped=$(($(counter drop_ring_full) + $(counter drop_nested) + $(counter drop_too_big) + $(counter drop_scratch)))
[ "$dropped" -gt 0 ] || skip "nothing was lost: this machine is too quick or too slow for the test"

# What dd did, and no more: each call is in the trace or was counted as lost. That it became
# dd may be lost as well.
run "$RTSEC" -r t.scap -p '*%evt.num' 'evt.type in (read,write) and evt.rawres=1 and evt.rawarg.size=1 and
	(proc.name in (dd, sh) or not proc.name exists or proc.name="<NA>")'
want 0
received=$(wc -l <out)
[ "$received" -le $((4 * CALLS)) ] || fail "$received of $((4 * CALLS)) calls were recorded"
[ $((received + dropped)) -ge $((4 * CALLS)) ] ||
	fail "$received recorded and $dropped lost are less than $((4 * CALLS))"

# The marks: pairs, in order, counts that add up to what the counters say.
run "$RTSEC" -r t.scap --show-internal -p '%evt.rawtime %evt.cpu %evt.type %evt.dir %evt.args' \
	'evt.type in (drop,asyncevent)'
want 0
mv out marks
tail -n 1 err | grep -q "^rtsec: $dropped events were lost in the recording, between .* and " ||
	fail "end of reading: $(cat err), lost: $dropped"
awk -v dropped="$dropped" '
	$1 < before { print "not in order: " $0; bad = 1 }
	{ before = $1 }
	$3 == "drop" && !open[$2] { open[$2] = 1; begins++; next }
	$3 == "drop" { open[$2] = 0; ends++; next }
	{
		counts++
		for (i = 5; i <= NF; i++)
			if ($i ~ /^drop_/)
				sum += substr($i, index($i, "=") + 1)
	}
	END {
		if (begins != ends || ends != counts) { print begins, ends, counts; bad = 1 }
		if (sum != dropped) { print "marks say " sum ", counters " dropped; bad = 1 }
		exit bad
	}' marks >bad || fail "$(cat bad)"

# dd lost events, so its files have no names behind a gap; others keep theirs.
run "$RTSEC" -r t.scap -p '*%evt.type %fd.name' 'proc.name=dd and evt.type in (read,write) and evt.rawres=1'
want 0
grep -v -x -e 'read /dev/zero' -e 'write /dev/null' -e 'read <NA>' -e 'write <NA>' out >wrong
[ ! -s wrong ] || fail "$(sort wrong | uniq -c | head)"
grep -q -x 'read <NA>' out || fail "all names are known behind a loss"
