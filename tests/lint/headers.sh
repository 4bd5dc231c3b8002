#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each header compiles alone and has the guard that its path says.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
CC=${CC:-gcc}
MULTIARCH=/usr/include/$(uname -m)-linux-gnu
bad=

for header in src/*/*.h bpf/*.h tests/*/*.h; do
	[ -e "$header" ] || continue
	case $header in
	bpf/*) compile="clang -target bpf -std=gnu17 -D__TARGET_ARCH_x86 -idirafter $MULTIARCH" ;;
	*) compile="$CC -std=c17 -D_GNU_SOURCE" ;;
	esac
	# A C file may be empty but for it; the second time the guard must hold.
	printf '#include "%s"\n#include "%s"\n' "$ROOT/$header" "$ROOT/$header" >"$T/alone.c"
	# shellcheck disable=SC2086 # a compiler and its arguments
	$compile -Isrc -Itests -Ibpf -I"$O" -Wall -Wextra -Werror \
		-Wno-unused-function -Wno-unused-parameter -fsyntax-only "$T/alone.c" || bad="$bad $header"
	guard=$(echo "$header" | sed 's|^src/||; s|^tests/||; s|\.h$||' | tr 'a-z/.-' 'A-Z___')_H
	if ! grep -q "^#ifndef RTSEC_$guard\$" "$header"; then
		echo "$header: guard RTSEC_$guard is missing"
		bad="$bad $header"
	fi
done
[ -z "$bad" ] || fail "headers:$bad"
