#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every file of ours says its licence in its first or second line: GPL-2.0-or-later
# what goes into the kernel, that is bpf/ and all that it includes of src/ (other
# tables of event/ may do so too), GPL-3.0-or-later the rest.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

find src bpf tests .ci bench findings man completions chisels filters Makefile -type f 2>/dev/null | grep -v \
	-e '\.md$' -e '^tests/data/' -e '^tests/fuzz/corpus/' -e '^tests/.*\.\(stdout\|stderr\|exit\|out\)$' |
	sort >"$T/files"
grep -rhoE '#[[:blank:]]*include[[:blank:]]+"event/[^"]+' bpf 2>/dev/null | sed 's|.*"|src/|' |
	sort -u >"$T/kernel"
while read -r file; do
	case $file in
	bpf/*) want=GPL-2.0-or-later ;;
	src/event/*)
		want=GPL-3.0-or-later
		case $file in *.def) want="GPL-[23].0-or-later" ;; esac
		! grep -qx "$file" "$T/kernel" || want=GPL-2.0-or-later
		;;
	*) want=GPL-3.0-or-later ;;
	esac
	head -n 2 "$file" | grep -q "SPDX-License-Identifier: $want\([^-A-Za-z0-9.].*\)\{0,1\}$" ||
		echo "$file: no line with $want"
done <"$T/files" >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "licence lines"; }
