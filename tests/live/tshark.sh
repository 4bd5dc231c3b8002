#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tshark opens the zstd trace as it is and counts the same event blocks.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"
command -v tshark >/dev/null || skip "needs tshark"

run "$RTSEC" -w t.scap -- sh -c 'ls -lR /etc >/dev/null; echo x | cat'
want 0
theirs=$(tshark -r t.scap -T fields -e frame.number 2>/dev/null | wc -l)
ours=$("$RTSEC" -r t.scap --show-internal -p '%evt.num' | wc -l)
[ "$ours" -gt 500 ] || fail "only $ours events"
[ "$theirs" = "$ours" ] || fail "tshark counts $theirs event blocks, rtsec $ours"
