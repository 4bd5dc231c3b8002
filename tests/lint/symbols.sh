#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the objects say: no writable variable outside any function's or struct's
# ownership but those listed here, and every exported name begins with its folder
# (in base: with its file).
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
command -v objdump >/dev/null || skip "objdump is missing"

cat >"$T/allowed" <<'EOF'
src/base/log.o is_debug
src/main.o stop
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

xargs nm -A -g --defined-only <"$T/built" | awk -v prefix="$O/" '
	{
		split($1, at, ":")
		object = at[1]
		sub(prefix, "", object)
		cnt = split(object, path, "/")
		name = $NF
		want = path[2] == "base" ? path[3] : path[2]
		sub(/\.o$/, "", want)
		if (cnt == 2 ? name == "main" : index(name, want "_") == 1)
			next
		print object ": exported name " name
	}' >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "names without their folder"; }
