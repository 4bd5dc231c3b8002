#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Marks of losses in a trace: what may be stale behind one has no name, of the losers
# where the mark tells them, else of the CPU; the end says how many events are missing
# and between when. And descriptors that an event tells of: they have their names.
. "$(dirname "$0")/../lib.sh"

open='openat dirfd=AT_FDCWD flags=O_RDONLY mode=0 dev=1 ino=2'
cat >script <<-END
	proc tid=5 comm=five exe=/bin/five
	proc tid=6 comm=six exe=/bin/six
	time 1600000000000000000
	ev tid=5 cpu=0 $open fd=3 name="/a"
	ev tid=6 cpu=1 $open fd=3 name="/b"
	ev tid=-1 cpu=0 beside=hex:0500040006000000 DROP_E ratio=1
	ev tid=5 cpu=0 read res=1 fd=3 data="x" size=1
	ev tid=6 cpu=1 read res=2 fd=3 data="xx" size=2
	ev tid=6 cpu=1 $open fd=3 name="/c"
	ev tid=-1 cpu=0 beside=hex:0500040006000000 DROP_X ratio=1
	ev tid=-1 cpu=0 ASYNCEVENT_E plugin_id=0 name=drop data="cpu=0 from=1600000000000001000 to=1600000000000006000 drop_ring_full=40 drop_nested=2 drop_too_big=0 drop_scratch=0"
	ev tid=6 cpu=1 read res=3 fd=3 data="xxx" size=3
	ev tid=5 cpu=0 read res=4 fd=3 data="xxxx" size=4
END
cat >wanted <<-END
	1 /a
	2 <NA>
	3 <NA>
	4 /a
END
reads() { run "$RTSEC" -r "$1" -p '*%evt.arg.size %fd.name' evt.type=read; }
lost='42 events were lost in the recording, between 2020-09-13 12:26:40.000001000 and 2020-09-13 12:26:40.000007000'

for packing in none zstd gzip; do
	"$O/tests/gen/gen_trace" -z $packing -o a.scap script || fail "gen_trace failed"
	reads a.scap
	want 0
	# Other packings have no place for who lost; then it is the CPU's.
	[ $packing = none ] || same wanted out
	grep -q "rtsec: $lost" err || fail "$(cat err)"
	# The marks go along under a filter and are not shown by themselves.
	run "$RTSEC" -r a.scap --force -w b.scap evt.type=read
	want 0
	reads b.scap
	want 0
	[ $packing = none ] || same wanted out
	grep -q "rtsec: $lost" err || fail "$(cat err)"
	run "$RTSEC" -r a.scap -p '%evt.type'
	[ "$(grep -c drop out)" = 0 ] || fail "drop events are shown"
	run "$RTSEC" -r a.scap --show-internal -p '%evt.type'
	[ "$(grep -c '^drop' out)" = 2 ] || fail "drop events are not shown: $(cat out)"
done

# Of other recorders: only the CPU is known, and no number.
cat >script <<-END
	proc tid=5 comm=five exe=/bin/five
	proc tid=6 comm=six exe=/bin/six
	time 1600000000000000000
	ev tid=5 cpu=0 $open fd=3 name="/a"
	ev tid=6 cpu=1 $open fd=3 name="/b"
	ev tid=5 cpu=0 DROP_E ratio=1
	ev tid=5 cpu=0 read res=1 fd=3 data="x" size=1
	ev tid=6 cpu=1 read res=2 fd=3 data="xx" size=2
END
"$O/tests/gen/gen_trace" -o a.scap script || fail "gen_trace failed"
reads a.scap
want 0
printf '1 <NA>\n2 /b\n' >wanted
same wanted out
grep -q 'events were lost in the recording, between .*how many it does not say' err ||
	fail "$(cat err)"

# A whole trace says nothing of the kind.
grep -v DROP_E script >whole
"$O/tests/gen/gen_trace" -o a.scap whole || fail "gen_trace failed"
reads a.scap
[ ! -s err ] || fail "$(cat err)"

# Entries of the fd list beside an event: u32 size 28, fd 7, ino 42, type 7 (pipe), name; close-on-exec.
entry=hex:04001e00011d00000007000000000000002a0000000000000007060070697065213f
"$O/tests/gen/gen_trace" -z zstd -o a.scap - <<-END || fail "gen_trace failed"
	proc tid=5 comm=five exe=/bin/five
	fd tid=5 fd=3 type=unix
	ev tid=5 beside=$entry recvmsg res=1 size=1 data="x" fd=3
	ev tid=5 read res=1 fd=7 data="x" size=1
	ev tid=5 execve res=0 exe=new args= tid=5 pid=5 ptid=1 comm=new
	ev tid=5 read res=2 fd=7 data="xx" size=2
END
run "$RTSEC" -r a.scap -p '*%evt.arg.size %fd.type %fd.name' evt.type=read
want 0
printf '1 pipe pipe!?\n2 <NA> <NA>\n' >wanted
same wanted out

# A later look at a process adds what nobody knows, and leaves what is known.
"$O/tests/gen/gen_trace" -z zstd -o a.scap - <<-END || fail "gen_trace failed"
	proc tid=5 comm=five exe=/bin/five
	ev tid=5 $open fd=7 name="/known"
	ev tid=5 beside=$entry PROCINFO_E cpu_usr=1 cpu_sys=2
	ev tid=5 read res=1 fd=7 data="x" size=1
	ev tid=5 close res=0 fd=7
	ev tid=5 beside=$entry PROCINFO_E cpu_usr=1 cpu_sys=2
	ev tid=5 read res=2 fd=7 data="xx" size=2
END
reads a.scap
want 0
printf '1 /known\n2 pipe!?\n' >wanted
same wanted out
