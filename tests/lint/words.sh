#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Words that have no place in the tree: notes of unfinished work, places of one
# machine, hosts of package registries.  Each is written in two halves, so that
# this file does not find itself.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

find . -type f ! -path './.git' ! -path './.git/*' ! -path './build*' ! -path './findings/*' ! -name '*.scap*' ! -name LICENSE |
	sort >"$T/files"
look() { # PATTERN WHY [OPTION...]
	pattern=$1 why=$2
	shift 2
	tr '\n' '\0' <"$T/files" | xargs -0 grep -InE "$@" -e "$pattern" >"$T/hits" || return 0
	grep -v 'Function not implemented' "$T/hits" >"$T/bad" || return 0
	sed "s|\$|    <- $why|" "$T/bad" >>"$T/all"
}
: >"$T/all"
look '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b' "unfinished work"
look 'not (yet )?imple''mented|place''holder' "unfinished work" -i
look '(^|[^a-z0-9.])/(wo''rk|ho''me/[a-z]+)/' "a path of one machine"
look 'py''pi\.org|npm''js\.|crates''\.io|proxy\.gol''ang|deb\.deb''ian\.org|registry\.' "a registry's host"
look '\bA''I\b|\bLL''Ms?\b' "how the work was made"
look 'clau''de|anthro''pic|open''ai|chat''gpt|co-auth''ored' "how the work was made" -i
[ ! -s "$T/all" ] || { head -n 40 "$T/all"; fail "words that have no place here"; }

# One way to comment.
grep -rnE '^[[:blank:]]*//' --include='*.[ch]' src bpf tests && fail "comments are written /* so */"
exit 0
