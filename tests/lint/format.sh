#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# clang-format 14 (others lay out differently) would change nothing; lines that it
# does not look after fit the page as well.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

for program in clang-format-14 clang-format; do
	"$program" --version 2>/dev/null | grep -q 'version 14\.' && break
	program=
done
[ -n "$program" ] || skip "clang-format 14 is missing"
find src bpf tests -name '*.[ch]' -exec "$program" --dry-run -Werror {} + 2>"$T/diff" || {
	sed -n 's/: error:.*//p' "$T/diff" | head -n 20
	fail "make format changes files"
}
grep -rnE '[[:blank:]]+$' --include='*.[ch]' --include='*.def' --include='*.sh' \
	src bpf tests .ci Makefile && fail "white space at the end of a line"
exit 0
