#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A process that lost events and goes on has the names of its files back a second after
# its last loss: they are looked up again.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

# shellcheck disable=SC2016 # variables of perl
run "$RTSEC" -w again.scap --ring-size 1M -- perl -e '
	open(my $in, "<", "/dev/zero"); open(my $other, "<", "/dev/null");
	for my $child (0 .. 1) { last if !fork }
	sysread($in, my $buf, 1) for 1 .. 300000;
	select(undef, undef, undef, 4);
	sysread($in, $buf, 777); sysread($other, $buf, 778); 1 while wait > 0'
want 0
run "$RTSEC" -r again.scap --show-internal -p '*%evt.rawtime %evt.type %evt.arg.size %fd.name' \
	'evt.type=drop or (evt.type=read and (evt.rawarg.size in (777, 778) or (evt.rawres=1 and not fd.name exists)))'
want 0
awk '
	$2 == "drop" { last = $1; next }
	$3 == 777 || $3 == 778 {
		if (($1 - last) / 1e9 < 3) noisy = 1
		else if ($4 != ($3 == 777 ? "/dev/zero" : "/dev/null")) { print; bad = 1 }
		cnt++
		next
	}
	{ unknown++ }
	END {
		if (bad || !cnt) exit 1
		if (noisy || !unknown) exit 2
	}' out >bad
case $? in
1) fail "names after a loss: $(cat bad)" ;;
2) skip "the rest of the machine loses events all the time, or nothing was lost" ;;
esac
