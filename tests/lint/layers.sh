#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Who may include whom.  A file sees its own folder and folders of lower rank, of
# those only the public header (in base: all); a library is seen by one folder.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

cat >"$T/rules" <<'EOF'
rank base 0
rank event 1
rank yaml 1
rank net 1
rank container 2
rank alert 2
rank state 3
rank scap 3
rank field 4
rank source 4
rank sink 5
rank filter 5
rank engine 6
rank rules 6
rank chisel 6
rank view 6
rank enforce 6
rank cmd 7
rank main.c 8
rank docgen.c 8
public event/wire.h
public event/snapshot.h
library bpf/ source enforce bpf
library libelf.h source
library gelf.h source
library zstd scap
library zlib.h scap
library sodium scap
library pcre2 filter
library ncurses view
library curses view
library lua chisel
library luajit chisel
library yaml.h yaml
library readline/ cmd
library curl/ net
library microhttpd net
library jansson.h container
library protobuf-c container
library cmocka tests
EOF

find src bpf -name '*.[ch]' -o -name '*.def' | sort >"$T/files"
xargs grep -Hn '^[[:space:]]*#[[:space:]]*include' <"$T/files" >"$T/includes"
awk -F'[:]' '
FILENAME == ARGV[1] {
	split($0, word, " ")
	if (word[1] == "rank")
		rank[word[2]] = word[3]
	else if (word[1] == "public")
		public[word[2]] = 1
	else
		library[word[2]] = substr($0, length("library  " word[2]))
	next
}
function bad(why) { print $1 ":" $2 ": " why; failed = 1 }
{
	parts = split($1, path, "/")
	is_bpf = path[1] == "bpf"
	folder = is_bpf ? "bpf" : path[2]
	what = $0
	sub(/^[^:]*:[^:]*:[^"<]*/, "", what)
	name = substr(what, 2)
	sub(/[">].*/, "", name)

	if (substr(what, 1, 1) == "<") {
		for (prefix in library)
			if (index(name, prefix) == 1 && index(library[prefix] " ", " " folder " ") == 0)
				bad("<" name "> belongs to" library[prefix])
		next
	}
	slash = index(name, "/")
	if (name == "rtsec_bpf.skel.h") {
		if ($1 !~ /^src\/source\/live[^\/]*\.c$/)
			bad("the skeleton is seen by src/source/live*.c only")
		next
	}
	if (is_bpf) {
		if (slash && name != "event/wire.h" && name !~ /^event\/[^\/]*\.def$/)
			bad("bpf/ sees only event/wire.h and the tables of event/")
		next
	}
	if (!slash) { bad("\"" name "\" is not written from src/"); next }
	other = substr(name, 1, slash - 1)
	if (!(folder in rank)) { bad("folder " folder " has no rank"); next }
	if (!(other in rank)) { bad("folder " other " has no rank"); next }
	if (other == folder) next
	if (rank[other] >= rank[folder])
		bad(folder " (rank " rank[folder] ") may not see " other " (rank " rank[other] ")")
	else if (other != "base" && name != other "/" other ".h" && name !~ /\.def$/ &&
		 !(name in public))
		bad(name " is private to " other)
}
END { exit failed }' "$T/rules" "$T/includes" >"$T/bad" || { cat "$T/bad"; fail "layers are broken"; }

# A bare file name in a message is enough to find the file.
twice=$(sed 's|.*/||' "$T/files" | sort | uniq -d)
[ -z "$twice" ] || fail "file names used twice: $twice"
[ "$(wc -l <"$T/includes")" -gt 20 ] || fail "found hardly any include: the lint looks in the wrong place"
