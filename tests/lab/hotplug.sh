#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# On Linux 6.1: a CPU that goes and comes back while a capture runs has its events, and
# what it records afterwards is there; passed descriptors have their names, and marks
# of losses are where they belong.
. "$(dirname "$0")/lib_vm.sh"

[ -x "$O/tests/live/passed_fds" ] || fail "passed_fds was not built"
vm bookworm "$O/tests/live/passed_fds" <<'END'
cpu=/sys/devices/system/cpu/cpu1/online
rtsec -w /tmp/t.scap -- sh -c "echo 0 >$cpu; sleep 3; echo 1 >$cpu; sleep 3; taskset 2 ls /bin >/dev/null" ||
	exit 1
rtsec -r /tmp/t.scap -p 'cpu %evt.type %evt.cpu %evt.args' evt.type=cpu_hotplug || exit 1
rtsec -r /tmp/t.scap -p 'on %evt.cpu' 'proc.name=ls and evt.type=getdents64' | sort | uniq || exit 1
mkdir /tmp/f
rtsec -w /tmp/p.scap -- sh -c '/bin/passed_fds /tmp/f >/tmp/wanted' || exit 1
sed 's/^/wanted\t/' /tmp/wanted
rtsec -r /tmp/p.scap -p '*came	%evt.arg.size	%fd.num	%fd.type	%fd.name' \
	'proc.name=passed_fds and evt.type=read and evt.rawarg.size>1000' || exit 1
rtsec -w /tmp/l.scap --ring-size 256k -- dd if=/dev/zero of=/dev/null bs=1 count=100000 2>/tmp/log || exit 1
grep lost /tmp/log
rtsec -r /tmp/l.scap -q 2>&1 | sed 's/^/again /'
rtsec -r /tmp/l.scap --show-internal -p 'mark %evt.type' 'evt.type in (drop, asyncevent)' | sort | uniq -c
END
want 0
cd "$T" || exit 1
grep '^cpu ' console >out
printf 'cpu cpu_hotplug 1 cpu=1 action=2\ncpu cpu_hotplug 1 cpu=1 action=1\n' >wanted
same wanted out
grep -qx 'on 1' console || fail "no events of the CPU that came back: $(cat console)"

sed -n 's/^wanted	//p' console >wanted
sed -n 's/^came	//p' console | grep -v '^160[12]	' >came
[ "$(wc -l <wanted)" -ge 12 ] || fail "the program got little: $(cat console)"
awk -F '\t' '
	NR == FNR { want[$1] = $2 FS $3 FS $4; any[$1] = $4 == "*"; next }
	{ gsub(/<NA>/, "") }
	any[$1] { want[$1] = $2 FS $3 FS $4 }
	want[$1] != $2 FS $3 FS $4 { print "wanted " want[$1] ", came " $0; bad = 1 }
	{ delete want[$1] }
	END { for (size in want) { print "never seen: " size; bad = 1 } exit bad }
' wanted came >bad || fail "$(cat bad)"

lost=$(sed -n 's/^rtsec: \([0-9]* events were lost in the recording.*\)/\1/p' console)
[ -n "$lost" ] || skip "nothing was lost: the machine is too slow for that part"
grep -qxF "again rtsec: $lost" console || fail "the trace tells other losses: $(grep lost console)"
drops=$(awk '$2 == "mark" && $3 == "drop" { print $1 }' console)
counts=$(awk '$2 == "mark" && $3 == "asyncevent" { print $1 }' console)
[ "$drops" = $((2 * counts)) ] || fail "$drops marks, $counts counts"
