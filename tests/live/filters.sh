#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One program, seen three ways, twenty filters: a live rtsec with the filter, a
# recording read back with it, and the JSON of the whole recording filtered by
# jq.  Event by event the same, but for numbers, times and durations.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"
command -v jq >/dev/null || skip "needs jq"

cat >target.sh <<'X'
#!/bin/sh
# The program under watch: files, pipes, children, failures.
mkdir d
echo one >d/a
cat d/a >d/b
ln -s a d/link
cat d/link >/dev/null
cat d/none 2>/dev/null
mv d/b d/c
chmod 600 d/c
rm d/c
echo x | cat | wc -c >/dev/null
sh -c 'exit 3'
sh -c 'kill -TERM $$' 2>/dev/null
ls -l d >/dev/null
rm -r d
X
chmod +x target.sh
cp /bin/sh ./rtsec-target # a name of its own, so that only it and its children are compared

fields='%evt.type|%thread.tid|%proc.name|%evt.args|%fd.name|%fd.type|%user.uid|%proc.pname|%evt.res'
cat >filters <<'X'
proc.name=cat
evt.type=openat
evt.type in (openat, close, read, write)
fd.name contains /d/a
fd.type=pipe
evt.failed=true
not evt.failed=false
evt.type=execve and proc.name=ls
proc.pname=rtsec-target
proc.aname=rtsec-target and evt.type=exit_group
evt.is_open_write=true
evt.io_dir=write and fd.num=1
fd.name glob *.so.?
evt.arg.flags contains O_CREAT
evt.buffer contains "one"
evt.rawres=-2
evt.type in (unlink, unlinkat)
proc.name in (rm, mv) and not fd.name exists
(proc.name=cat or proc.name=wc) and evt.type=read
evt.type=procexit
X
scope='(proc.name=rtsec-target or proc.aname=rtsec-target)'

jfields='%evt.type %thread.tid %proc.name %evt.args %fd.name %fd.type %user.uid %proc.pname %evt.res %proc.aname %evt.failed %evt.is_open_write %evt.io_dir %fd.num %evt.arg.flags %evt.buffer %evt.rawres'

# The same twenty by hand.
cat >by_hand <<'X'
."proc.name"=="cat"
."evt.type"=="openat"
."evt.type"|IN("openat","close","read","write")
(."fd.name"//"")|contains("/d/a")
."fd.type"=="pipe"
."evt.failed"==true
."evt.failed"!=false
."evt.type"=="execve" and ."proc.name"=="ls"
."proc.pname"=="rtsec-target"
((."proc.aname"//"")|split(" ")|index("rtsec-target")) and ."evt.type"=="exit_group"
."evt.is_open_write"==true
."evt.io_dir"=="write" and ."fd.num"==1
(."fd.name"//"")|test("^.*[.]so[.].$")
(."evt.arg.flags"//"")|contains("O_CREAT")
(."evt.buffer"//"")|contains("one")
."evt.rawres"==-2
."evt.type"|IN("unlink","unlinkat")
(."proc.name"|IN("rm","mv")) and ."fd.name"==null
(."proc.name"|IN("cat","wc")) and ."evt.type"=="read"
."evt.type"=="procexit"
X

pids=
# shellcheck disable=SC2086 # a list
stop_all()
{
	[ -z "$pids" ] || kill -INT $pids
	[ -z "$pids" ] || wait $pids
	pids=
}
at_exit stop_all

# compare N FILTER FOLDER: the three ways of one filter.
compare()
{
	run "$RTSEC" -r all.scap -p "*$fields" "$scope and ($2)"
	want 0
	# Thread by thread: two recorders may see two CPUs in another order.
	sort -s -t '|' -k 2,2n out >"read.$1"
	sort -s -t '|' -k 2,2n "live.$1" >"sorted.$1"
	if ! diff "sorted.$1" "read.$1" >"diff.$1"; then
		echo "filter $1 ($2): live and read differ"
		head -n 20 "diff.$1"
		bad=1
	fi
	hand=$(sed -n "${1}p" by_hand)
	want_cnt=$(jq -c "select($hand)" all.json | wc -l)
	[ "$want_cnt" = "$(wc -l <"read.$1")" ] || {
		echo "filter $1 ($2): $(wc -l <"read.$1") events, by hand $want_cnt"
		bad=1
	}
}

# batch FROM TO: those filters live, and a recording, at once.
batch()
{
	"$RTSEC" -w all.scap --force --debug 2>all.log &
	pids=$!
	n=$1
	while [ "$n" -le "$2" ]; do
		filter=$(sed -n "${n}p" filters)
		"$RTSEC" -p "*$fields" --debug "$scope and ($filter)" >"live.$n" 2>"live.$n.log" &
		pids="$pids $!"
		n=$((n + 1))
	done
	n=$1
	while [ "$n" -le "$2" ]; do
		wait_for 60 started "live.$n.log" ||
			fail "filter $n does not start: $(head -c 2000 "live.$n.log")"
		n=$((n + 1))
	done
	wait_for 60 started all.log || fail "the recorder does not start: $(head -c 2000 all.log)"
	./rtsec-target ./target.sh
	sleep 0.2
	stop_all
	cat ./*.log >all.logs
	# On a crowded machine somebody may miss events; then nothing can be compared.
	if grep drop_ all.logs; then
		[ "$tries" -gt 0 ] || fail "events were lost in every try"
		tries=$((tries - 1))
		batch "$1" "$2"
		return
	fi
	run "$RTSEC" -r all.scap -j -p "*$jfields" "$scope"
	want 0
	mv out all.json
	[ "$(wc -l <all.json)" -gt 200 ] || fail "only $(wc -l <all.json) events were recorded"
	n=$1
	while [ "$n" -le "$2" ]; do
		compare "$n" "$(sed -n "${n}p" filters)"
		n=$((n + 1))
	done
}

bad=0
tries=3
batch 1 5
batch 6 10
batch 11 15
batch 16 20
[ $bad = 0 ] || exit 1
# At least most of them match something, or the test would show nothing.
matched=$(for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s "read.$n" ] && echo y
done | wc -l)
[ "$matched" -ge 17 ] || fail "only $matched filters match anything"
