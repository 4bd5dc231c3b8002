#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Nothing in a trace reaches a terminal as a control byte: names, arguments, buffers; a
# newline in a path breaks no line.  The buffer formats make lines of their own.
. "$(dirname "$0")/../lib.sh"

cat >script <<'END'
user uid=0 gid=0 name="ro\x1bot" home=/ shell=/
proc tid=100 comm="e\x1b[2J\n" exe="/bin/\x9b" exepath="/a\nb" args="\x1b]0;title\x07\0" cwd="/\xc2\x9b" env="A=\x1b\0" cgroups="cpu=/\x1b"
fd tid=100 fd=3 type=file name="/tmp/\r\x1b[31mred\x7f"
fd tid=100 fd=4 type=unix name="/run/x\n"
ev tid=100 ts=1700000000000000000 read res=14 data="a\r\nb\x1b[1m\rc\td\n\0" fd=3 size=4
ev unlink res=0 path="rel\n\x1b"
ev connect res=0 tuple=unix:0x1->0x2:"/s\n\x1b" fd=4 addr=unix:"/s\n\x1b"
ev setuid res=0 uid=0
END
"$O/tests/gen/gen_trace" -o t.scap script || fail "gen_trace failed"
all='*%evt.num %evt.info|%proc.name|%proc.exe|%proc.exepath|%proc.cmdline|%proc.cwd|%proc.env|%fd.name|%fd.directory|%fd.filename|%user.name|%thread.cgroups|%evt.arg[1]|%evt.rawarg.path|%toupper(proc.name)|%fs.path.name|%proc.aname[0]|%concat(proc.name,"-")|%evt.args'

for options in "" "-b"; do
	# shellcheck disable=SC2086 # none or one
	run "$RTSEC" -r t.scap $options -p "$all"
	want 0
	[ "$(wc -l <out)" = 4 ] || fail "$options: lines are broken"
	LC_ALL=C tr -d '[:print:]\n\200-\377' <out >control
	[ ! -s control ] || fail "$options: control bytes"
	LC_ALL=C grep -q "$(printf '\302\233')" out && fail "$options: C1 control bytes"
	iconv -f UTF-8 -t UTF-8 out >/dev/null || fail "$options: no valid UTF-8"
done
for options in -A -x -X; do
	run "$RTSEC" -r t.scap $options -p "$all"
	want 0
	LC_ALL=C tr -d '[:print:]\n\t\200-\377' <out >control
	[ ! -s control ] || fail "$options: control bytes"
done

run "$RTSEC" -r t.scap -n 1 -p '%fd.name|%proc.name|%evt.arg.data'
printf '%s\n' '/tmp/\r\x1b[31mred\x7f|e\x1b[2J\n|a..b.[1m.c.d..' >wanted
same wanted out
run "$RTSEC" -r t.scap -n 1 -A -p '%evt.buffer'
printf '\na\nb[1m\\rcd\n\n' >wanted
same wanted out
run "$RTSEC" -r t.scap -n 1 -x -p '%evt.buffer|%evt.arg.data'
printf '\n\t0x0000: 610d 0a62 1b5b 316d 0d63 0964 0a00\n|\n\t0x0000: 610d 0a62 1b5b 316d 0d63 0964 0a00\n\n' >wanted
same wanted out
run "$RTSEC" -r t.scap -n 1 -X -p '%evt.buffer'
printf '\n\t0x0000: 610d 0a62 1b5b 316d 0d63 0964 0a00       a..b.[1m.c.d..\n\n' >wanted
same wanted out
run "$RTSEC" -r t.scap -n 1 -b -p '%evt.buffer'
echo 'YQ0KYhtbMW0NYwlkCgA=' >wanted
same wanted out
# Filters see the bytes, whatever the output looks like.
run "$RTSEC" -r t.scap -b -p '%evt.num' 'evt.buffer contains "\r\nb" and fd.name endswith "\x7f"'
echo 1 >wanted
same wanted out
