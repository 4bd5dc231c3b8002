#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What other programs make of our zstd files: zstd finds them sound, unpacks them to a plain
# trace, and tshark counts the same events in them as they are.
. "$(dirname "$0")/../lib.sh"
command -v zstd >/dev/null || skip "zstd is missing"

{
	cat "$ROOT/tests/data/quickstart.txt"
	echo 'repeat 500 ev tid=1000 dur={i}00 write res=5 data="{i} bytes" fd=1 size=5'
} >script
"$O/tests/gen/gen_trace" script >raw.scap || fail "gen_trace failed"
"$O/tests/gen/gen_trace" -z zstd -s -f 4000 -o packed.scap script || fail "gen_trace failed"
"$O/tests/gen/gen_trace" -z gzip -f 4000 -o gzip.scap script || fail "gen_trace failed"

run zstd -qt packed.scap
want 0
zstd -qdc packed.scap >unpacked.scap
cmp raw.scap unpacked.scap || fail "zstd unpacks something else"
gzip -dc <gzip.scap >unpacked.scap || fail "gzip refuses the file"
cmp raw.scap unpacked.scap || fail "gzip unpacks something else"

run "$RTSEC" -r packed.scap
want 0
mv out want
run "$RTSEC" -r unpacked.scap
want 0
same want out

command -v tshark >/dev/null || exit 0
for trace in packed.scap gzip.scap raw.scap; do
	count=$(tshark -r $trace 2>/dev/null | wc -l)
	# The story's events, and those of the loop.
	[ "$count" = $(($(grep -c '^ev ' script) + 500)) ] || fail "$trace: tshark counts $count events"
done
