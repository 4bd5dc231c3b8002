#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the objects say: no writable variable outside any function's or struct's
# ownership but those listed here, and a name that other folders use begins with its
# folder (in base: with its file).
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
command -v objdump >/dev/null || skip "objdump is missing"

cat >"$T/allowed" <<'EOF'
src/base/log.o is_debug
src/main.o stop_asked
EOF

for source in src/*.c src/*/*.c; do
	object=$O/${source%.c}.o
	[ ! -e "$object" ] || echo "$object"
done >"$T/built"
[ -s "$T/built" ] || skip "nothing is built in $O"
xargs nm <"$T/built" 2>/dev/null | grep -q '__asan\|__ubsan' &&
	skip "the sanitizers add variables of their own"

# Sections tell more than nm's letters: constant tables with pointers lie in .data.rel.ro.
xargs objdump -t <"$T/built" | awk -v prefix="$O/" '
	FILENAME == ARGV[1] { allowed[$1 " " $2] = 1; next }
	/: +file format/ { object = $1; sub(/:$/, "", object); sub(prefix, "", object); next }
	{
		if (!match($0, /[ \t](\.t?data|\.t?bss|\*COM\*)[^ \t]*/))
			next
		section = substr($0, RSTART + 1, RLENGTH - 1)
		name = $NF
		sub(/\.[0-9]+$/, "", name) # the compiler numbers those inside functions
		if (section ~ /^\.data\.rel\.ro/ || name ~ /^\./ || $0 !~ / O /)
			next
		if (!((object " " name) in allowed))
			print object ": writable variable " name
	}' "$T/allowed" - >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "variables that nobody owns"; }

# A name that other folders use begins with its own (in base: with its file), and no name
# with somebody else's.
xargs nm -A -g <"$T/built" 2>/dev/null | awk -v prefix="$O/src/" -v names="$(echo src/*/)" '
	BEGIN {
		cnt = split(names, name_of, " ")
		for (i = 1; i <= cnt; i++) {
			split(name_of[i], path, "/")
			folders[path[2]] = 1
		}
	}
	{
		split($1, at, ":")
		object = at[1]
		sub(prefix, "", object)
		cnt = split(object, path, "/")
		folder = cnt == 1 ? object : path[1]
		name = $NF
		kind = $(NF - 1)
		if (kind == "U") {
			users[name] = users[name] " " folder
			next
		}
		own = folder == "base" ? path[2] : folder
		sub(/\.o$/, "", own)
		owner[name] = folder
		start[name] = own "_"
		file[name] = object
	}
	END {
		for (name in owner) {
			if (index(name, start[name]) == 1 || (name == "main" && owner[name] ~ /\.o$/))
				continue
			cnt = split(users[name], user, " ")
			outside = owner[name] == "base"
			for (i = 1; i <= cnt; i++)
				outside = outside || user[i] != owner[name]
			first = name
			sub(/_.*/, "", first)
			if (outside || first in folders)
				print file[name] ": exported name " name
		}
	}' >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "names without their folder"; }
