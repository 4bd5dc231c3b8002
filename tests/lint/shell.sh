#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# No script gives shellcheck a reason to speak; every test script can be started.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

find .ci bench findings tests completions -type f ! -path 'tests/data/*' 2>/dev/null | sort >"$T/files"
while read -r file; do
	head -n 1 "$file" | grep -q '^#!.*\(/sh\|bash\)$' && echo "$file"
done <"$T/files" >"$T/scripts"
while read -r file; do
	[ -x "$file" ] || echo "$file: is not executable"
done <"$T/scripts" >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "scripts that nobody can start"; }

command -v shellcheck >/dev/null || skip "shellcheck is missing"
find tests -name 'lib*.sh' >>"$T/scripts"
sort -u "$T/scripts" | xargs shellcheck -e SC1091,SC2015,SC2094 || fail "shellcheck found something"
