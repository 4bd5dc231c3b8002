#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Help, man page and completions name the same options, what docgen prints is what
# is committed, and the pages are sound.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

[ -x "$RTSEC" ] || fail "$RTSEC was not built"
[ -x "$O/docgen" ] || fail "$O/docgen was not built"

# docgen FOLDER writes each generated file under it, with the path that it has in the tree.
mkdir -p "$T/made"
"$O/docgen" "$T/made" || fail "docgen failed"
(cd "$T/made" && find . -type f | sort) >"$T/list"
[ -s "$T/list" ] || fail "docgen wrote nothing"
while read -r file; do
	diff -u "$file" "$T/made/$file" || echo "$file" >>"$T/stale"
done <"$T/list"
[ ! -e "$T/stale" ] || fail "make docs changes files"

options() {
	grep -oE -e '(^|[^-[:alnum:]])--[a-z][a-z0-9-]*' | grep -oE -e '--[a-z0-9-]+' | sort -u
}
run "$RTSEC" --help
want 0
options <"$T/out" >"$T/help"
[ "$(wc -l <"$T/help")" -ge 5 ] || fail "--help names hardly any option"
for file in man/rtsec.1 completions/*; do
	# A man page writes a hyphen as \-, and Fl puts one of the two; a completion names an option without dashes (fish).
	case $file in
	man/*) sed 's/Fl \\-/--/g; s/\\-/-/g; s/\\f[BIRP]//g' "$file" ;;
	*.fish) sed -E 's/-l ([a-z][a-z0-9-]*)/--\1/g' "$file" ;;
	*) cat "$file" ;;
	esac | options >"$T/named"
	comm -23 "$T/help" "$T/named" | sed "s|^|$file: lacks |"
	comm -13 "$T/help" "$T/named" | sed "s|^|$file: unknown |"
done >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "options differ from --help"; }

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning man/*.[1-8] >"$T/mandoc" || { cat "$T/mandoc"; fail "man pages"; }
fi
