#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The committed traces are what the generator makes of the scripts beside them.
. "$(dirname "$0")/../lib.sh"
command -v zstd >/dev/null || skip "zstd is missing"

for script in "$ROOT"/tests/data/*.txt; do
	run "$O/tests/gen/gen_trace" "$script"
	want 0
	mv out want
	zstd -qdcf "${script%.txt}.scap" >got || fail "${script%.txt}.scap cannot be unpacked"
	cmp want got || fail "${script%.txt}.scap is not what its script gives"
done
