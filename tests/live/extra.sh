#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Files opened through links: the same names live, from a zstd trace, from gzip and none; the
# events of the zstd trace hold nothing but their parameters. SCAP_ORACLE names a program that
# checks a trace and prints lines with ISSUE; where it is set, it finds none.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

mkdir real
echo text >real/file
ln -s real link
ln -s link/file chain
# shellcheck disable=SC2016 # for the inner shell
work='cat chain link/file real/../link/file >/dev/null; ls -lR /etc >/dev/null'
filter="proc.name=cat and evt.type in (open, openat) and fd.name startswith $T"
format='%evt.type %evt.arg.name %fd.name'

run "$RTSEC" -p "$format" "$filter" -- sh -c "$work"
want 0
mv out names
[ "$(grep -c " $T/real/file $T/real/file\$" names)" = 3 ] || fail "live: $(cat names)"
for packing in zstd gzip none; do
	run "$RTSEC" --compress=$packing -w t.$packing -- sh -c "$work"
	want 0
	run "$RTSEC" -r t.$packing -p "$format" "$filter"
	want 0
	same names out
done
run "$O/tests/gen/slack" t.zstd
want 0
for packing in gzip none; do
	run "$O/tests/gen/slack" t.$packing
	want 1
done
[ -n "${SCAP_ORACLE:-}" ] || exit 0
"$SCAP_ORACLE" t.zstd >report || fail "$SCAP_ORACLE failed"
grep ISSUE report && fail "irregularities"
exit 0
