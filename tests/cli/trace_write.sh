#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Read, write, read again: the same text in every packing; start times live on in zstd; an
# existing file is kept; where the bytes cannot go, the exit code is 4 and what is there is good.
. "$(dirname "$0")/../lib.sh"
trace=$ROOT/tests/data/quickstart.scap

run "$RTSEC" -r "$trace"
want 0
mv out full
run "$RTSEC" -r "$trace" -p '%evt.num %evt.latency'
want 0
mv out latencies
[ "$(wc -l <latencies)" -gt 40 ] || fail "there are no start times to begin with"

for packing in zstd gzip none; do
	run "$RTSEC" -r "$trace" --compress=$packing -w copy.$packing
	want 0
	run "$RTSEC" -r copy.$packing
	want 0
	same full out
	"$RTSEC" -r "$trace" --compress=$packing -w - >piped || fail "-w -: exit code $?"
	run "$RTSEC" -r piped
	want 0
	same full out
done
run "$RTSEC" -r copy.zstd -p '%evt.num %evt.latency'
want 0
same latencies out

cp copy.zstd kept
run "$RTSEC" -r "$trace" --compress=none -w copy.zstd
want 1
grep -q 'copy.zstd: the file exists' err || fail "it does not say that the file exists"
cmp copy.zstd kept || fail "the existing file was touched"
run "$RTSEC" -r "$trace" --compress=none --force -w copy.zstd
want 0
cmp copy.zstd copy.none || fail "--force writes something else"

ln -s kept kept.link
for to in kept kept.link; do
	run "$RTSEC" -r kept -w $to --force
	want 1
	grep -q "$to: the trace that is read cannot be written" err || fail "it does not say why"
done
run "$RTSEC" -r - -w kept --force <kept
want 1
"$RTSEC" -r kept -w - >>kept 2>err && fail "a trace is appended to itself"
run "$RTSEC" -r kept
want 0
same full out

run "$RTSEC" -r "$trace" -w /dev/full
want 4
grep -q '/dev/full: No space left on device' err || fail "it does not say why"

# A file that may not grow beyond some blocks of 512 bytes, as on a full disk.
"$O/tests/gen/gen_trace" -o long.scap - <<-END || fail "gen_trace failed"
	proc tid=5 comm=x
	repeat 200000 ev tid=5 write res=5 data="{i}" fd=1 size=5
END
for packing in zstd gzip none; do
	(
		ulimit -f 1000
		run "$RTSEC" -r long.scap --compress=$packing -w full.$packing
		want 4
		[ "$(grep -c "^rtsec: full.$packing: File too large" err)" = 1 ] ||
			fail "$packing: it does not say why once"
		sed -n 's/^rtsec: \([0-9]*\) write_lost: .*/\1/p' err >lost
		[ "$(cat lost)" -gt 1 ] || fail "$packing: $(cat lost) events lost: a frame has more"
	) || exit 1
	[ "$(wc -c <full.$packing)" -le 512000 ] || fail "$packing: too large"
	run "$RTSEC" -r full.$packing -p '%evt.num'
	want 0
	count=$(wc -l <out)
	if [ "$count" -le 1000 ] || [ "$count" -ge 200000 ]; then
		fail "$packing: $count events"
	fi
	[ "$(tail -n 1 out)" = "$count" ] || fail "$packing: there is a gap"
done
