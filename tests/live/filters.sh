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
evt.type startswith un
proc.name in (rm, mv) and not fd.name exists
(proc.name=cat or proc.name=wc) and evt.type=read
evt.type=procexit
X
scope='(proc.name=rtsec-target or proc.aname=rtsec-target)'

# Live, one rtsec a filter, and the recording beside them.
"$RTSEC" -w all.scap --debug 2>all.log &
recorder=$!
pids=$recorder
n=0
while IFS= read -r filter; do
	n=$((n + 1))
	"$RTSEC" -p "*$fields" --debug "$scope and ($filter)" >"live.$n" 2>"live.$n.log" &
	pids="$pids $!"
	wait_for 20 started "live.$n.log" || fail "filter $n does not start: $(head -c 2000 "live.$n.log")"
done <filters
wait_for 20 started all.log || fail "the recorder does not start: $(head -c 2000 all.log)"
./rtsec-target ./target.sh
# What was made is there once the last event was written.
sleep 1
# shellcheck disable=SC2086 # a list
kill -INT $pids
# shellcheck disable=SC2086
wait $pids

jfields='%evt.type %thread.tid %proc.name %evt.args %fd.name %fd.type %user.uid %proc.pname %evt.res %proc.aname %evt.failed %evt.is_open_write %evt.io_dir %fd.num %evt.arg.flags %evt.buffer %evt.rawres'
run "$RTSEC" -r all.scap -j -p "*$jfields" "$scope"
want 0
mv out all.json
[ "$(wc -l <all.json)" -gt 200 ] || fail "only $(wc -l <all.json) events were recorded"

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
."evt.type"|startswith("un")
(."proc.name"|IN("rm","mv")) and ."fd.name"==null
(."proc.name"|IN("cat","wc")) and ."evt.type"=="read"
."evt.type"=="procexit"
X
bad=0
n=0
while IFS= read -r filter; do
	n=$((n + 1))
	run "$RTSEC" -r all.scap -p "*$fields" "$scope and ($filter)"
	want 0
	mv out "read.$n"
	if ! diff "live.$n" "read.$n" >"diff.$n"; then
		echo "filter $n ($filter): live and read differ"
		head -n 20 "diff.$n"
		bad=1
	fi
	hand=$(sed -n "${n}p" by_hand)
	want_cnt=$(jq -c "select($hand)" all.json | wc -l)
	[ "$want_cnt" = "$(wc -l <"read.$n")" ] || {
		echo "filter $n ($filter): $(wc -l <"read.$n") events, by hand $want_cnt"
		bad=1
	}
done <filters
[ $bad = 0 ] || exit 1
# At least most of them match something, or the test would show nothing.
matched=$(for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s "read.$n" ] && echo y
done | wc -l)
[ "$matched" -ge 17 ] || fail "only $matched filters match anything"
