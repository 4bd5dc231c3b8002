#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The lints see what they are for: each is run over a copy of the tree in which one
# thing is wrong, and over one in which nothing is.
. "$(dirname "$0")/../lib.sh"

pass=0 bad=0
tree=$T/tree

fresh() {
	rm -rf "$tree"
	mkdir -p "$tree/src/base" "$tree/src/event" "$tree/src/scap" "$tree/src/filter" "$tree/bpf" \
		"$tree/tests/lint" "$tree/.ci" "$tree/build/src/base" "$tree/build/src/event" \
		"$tree/build/src/scap"
	cp "$ROOT"/tests/lint/*.sh "$tree/tests/lint"
	cp "$ROOT/tests/lib.sh" "$ROOT/tests/run" "$tree/tests"
	cp "$ROOT"/src/base/*.[ch] "$ROOT"/src/base/*.def "$tree/src/base"
	cp "$ROOT/.clang-format" "$ROOT/Makefile" "$tree"
	cp "$ROOT"/.ci/* "$tree/.ci"
	printf '/* SPDX-License-Identifier: GPL-3.0-or-later */\n#include "base/str.h"\n' \
		>"$tree/src/event/event.c"
	cp "$tree/src/event/event.c" "$tree/src/scap/scap.c"
	cp "$tree/src/event/event.c" "$tree/src/filter/filter.c"
}

plant() { # FILE TEXT: adds a line
	printf '%s\n' "$2" >>"$tree/$1"
}

compile() { # FILE
	gcc -std=c17 -D_GNU_SOURCE -I"$tree/src" -c -o "$tree/build/${1%.c}.o" "$tree/$1"
}

# expect CODE LINT WHAT: afterwards the tree is fresh again.
expect() {
	O=$tree/build "$tree/tests/lint/$2.sh" >"$T/log" 2>&1
	code=$?
	if [ $code = "$1" ]; then
		pass=$((pass + 1))
	else
		echo "$2, $3: exit code $code, wanted $1"
		tail -n 5 "$T/log"
		bad=$((bad + 1))
	fi
	fresh
}

fresh
expect 0 layers "nothing wrong"
plant src/base/str.c '#include "event/event.h"'
expect 1 layers "an include upwards"
plant src/scap/scap.c '#include "state/state.h"'
expect 1 layers "an include of the same rank"
plant src/scap/scap.c '#include "event/hidden.h"'
expect 1 layers "a private header"
plant src/filter/filter.c '#include <zstd.h>'
expect 1 layers "a library in another folder"
plant src/scap/scap.c '#  include <bpf/libbpf.h>'
expect 1 layers "a library in another folder, written with spaces"
plant src/event/event.c '#include "event.h"'
expect 1 layers "an include not from src/"
plant src/scap/scap.c '#include "rtsec_bpf.skel.h"'
expect 1 layers "the skeleton elsewhere"
plant bpf/x.bpf.c '#include "base/str.h"'
expect 1 layers "bpf/ looking into src/"
cp "$tree/src/base/str.c" "$tree/src/scap/str.c"
expect 1 layers "a file name used twice"

plant src/event/event.c 'const int event_fine = 1; static const char *const names[] = { "a" };'
plant src/event/event.c 'const char *event_get(int i); const char *event_get(int i) { return names[i]; }'
compile src/event/event.c
expect 0 symbols "constants"
plant src/event/event.c 'int *event_x(void); int *event_x(void) { static int hidden; return &hidden; }'
compile src/event/event.c
expect 1 symbols "a static inside a function"
plant src/event/event.c 'static int kept = 5; int event_x(void); int event_x(void) { return kept++; }'
compile src/event/event.c
expect 1 symbols "a variable with a value"
plant src/event/event.c 'void inner(void); void inner(void) {}'
compile src/event/event.c
expect 0 symbols "a name that stays inside its folder"
plant src/event/event.c 'void inner(void); void inner(void) {}'
plant src/scap/scap.c 'void inner(void); void scap_x(void); void scap_x(void) { inner(); }'
compile src/event/event.c
compile src/scap/scap.c
expect 1 symbols "a name without its folder"
plant src/event/event.c 'void scap_inner(void); void scap_inner(void) {}'
compile src/event/event.c
compile src/scap/scap.c
expect 1 symbols "a name with another folder"
plant src/base/str.c 'void other(void); void other(void) {}'
compile src/base/str.c
expect 1 symbols "a name in base without its file"

expect 0 headers "nothing wrong"
plant src/base/attr.h 'struct str name_unknown;'
expect 1 headers "a header that does not compile alone"
sed -i 's/RTSEC_BASE_ATTR_H/RTSEC_ATTR_H/' "$tree/src/base/attr.h"
expect 1 headers "another guard"

expect 0 spdx "nothing wrong"
sed -i 1d "$tree/src/base/str.c"
expect 1 spdx "no licence line"
printf '/* SPDX-License-Identifier: GPL-3.0-or-later */\n' >"$tree/bpf/x.bpf.c"
expect 1 spdx "the wrong licence"

expect 0 words "nothing wrong"
plant src/base/str.c '/* TO''DO: later */'
expect 1 words "unfinished work"
plant src/base/str.c '/* see /wo''rk/x */'
expect 1 words "a path"
plant src/base/str.c '// so'
expect 1 words "the other comment"

if command -v shellcheck >/dev/null; then
	expect 0 shell "nothing wrong"
	# shellcheck disable=SC2016 # it is to be found there, not here
	plant tests/lint/words.sh 'cd $UNQUOTED'
	expect 1 shell "an unquoted variable"
fi
chmod -x "$tree/tests/lint/words.sh"
expect 1 shell "a script that cannot be started"

# A trace with a machine block (0x201) and the given text in it.
trace() { # HOST TEXT
	mkdir -p "$tree/tests/data"
	{
		printf '\001\002\000\000\300\000\000\000'
		head -c 20 /dev/zero
		printf '%s' "$1"
		head -c $((160 - ${#1})) /dev/zero
		printf '\300\000\000\000%s\n' "$2"
	} >"$tree/tests/data/x.scap"
}
if command -v zstd >/dev/null && command -v strings >/dev/null; then
	trace test "what a test did"
	expect 0 traces "nothing wrong"
	trace box1 "what a test did"
	expect 1 traces "another host's name"
	trace test "xx PATH=/usr/bin"
	expect 1 traces "an environment"
	trace test "www-data:x:33"
	expect 1 traces "users"
	trace test "/ho""me/joe/.ssh/id"
	zstd -q --rm "$tree/tests/data/x.scap" -o "$tree/tests/data/y.scap"
	expect 1 traces "a home inside zstd"
fi
echo "$pass passed, $bad failed, 0 skipped"
[ "$bad" = 0 ]
