#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A path that another thread keeps rewriting during openat, 10,000 successful
# opens: fd.name is always the file that was really opened.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

echo >aaaa-first
echo >bbbb-second
run "$RTSEC" -w t.scap -- "$O/tests/live/open_race" "$T/aaaa-first" "$T/bbbb-second"
want 0
grep -q drop_ err && fail "events were lost: $(cat err)"
mv out wanted
[ "$(wc -l <wanted)" = 10000 ] || fail "$(wc -l <wanted) opens"
run "$RTSEC" -r t.scap -p '%fd.name' "proc.name=open_race and evt.type in (open, openat) and evt.rawres>=0 and fd.name contains $T/"
want 0
same wanted out
