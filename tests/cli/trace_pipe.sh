#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# However it is packed, a trace reads the same from a file, from a pipe and from standard
# input, also where blocks have to be passed over.
. "$(dirname "$0")/../lib.sh"

{
	cat "$ROOT/tests/data/quickstart.txt"
	echo 'block 0x777 fill:5000:x'
	echo 'ev tid=1000 close res=0 fd=1'
} >script

for packing in none gzip zstd; do
	"$O/tests/gen/gen_trace" -z $packing -s -f 2000 -o trace.$packing script ||
		fail "gen_trace failed"
	run "$RTSEC" -r trace.$packing
	want 0
	[ -s out ] || fail "$packing: nothing was shown"
	[ -e first ] || mv out first
	[ ! -e out ] || same first out
	"$RTSEC" -r - <trace.$packing >stdin || fail "$packing: standard input: exit code $?"
	same first stdin
	# The pipe's reader may not seek, and gets its bytes in pieces.
	# shellcheck disable=SC2002 # a pipe is what is tested
	cat trace.$packing | "$RTSEC" -r - >pipe || fail "$packing: pipe: exit code $?"
	same first pipe
done
