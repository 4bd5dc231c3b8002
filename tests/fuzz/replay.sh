#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each fuzz target over its corpus, the traces and the filters of the other tests,
# and over some hundred mutations of each.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

[ -x "$O/tests/fuzz/fuzz_trace" ] || fail "$O/tests/fuzz/fuzz_trace was not built"
set --
for trace in tests/data/*.scap* tests/fuzz/corpus/trace/*; do
	# A large one would only repeat itself.
	[ ! -f "$trace" ] || [ "$(wc -c <"$trace")" -gt 200000 ] || set -- "$@" "$trace"
done
[ $# -gt 0 ] || fail "there is no trace to begin with"
run "$O/tests/fuzz/fuzz_trace" -m 150 "$@"
want 0

set -- tests/fuzz/corpus/filter/*
[ -e "$1" ] || fail "there is no filter to begin with"
run "$O/tests/fuzz/fuzz_filter" -m 500 "$@"
want 0
