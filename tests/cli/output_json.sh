#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# JSON: one valid object a line, keys sorted, values of their own types, valid UTF-8
# whatever the trace holds; and it says what the text says.
. "$(dirname "$0")/../lib.sh"

command -v jq >/dev/null || skip "jq is missing"
cat >script <<'END'
proc tid=100 comm="a\x80z\"\\\x1b" exe=/x args="caf\xc3\xa9\0\xff\n\0"
fd tid=100 fd=3 type=file name="/tmp/\xe2\x82z\t"
fd tid=100 fd=4 type=ipv4 l4=tcp tuple=10.0.0.1:80->10.0.0.2:40000
ev tid=100 ts=1700000000123456789 read res=4 data="\0\xff\"\\" fd=3 size=4
ev ts=+5 read res=-EAGAIN data= fd=4 size=4
ev ts=+5 openat fd=-ENOENT dirfd=AT_FDCWD name=x flags=O_RDONLY mode=0 dev= ino=
END
"$O/tests/gen/gen_trace" -o t.scap script || fail "gen_trace failed"
fields='*%evt.num %evt.time %evt.rawtime.ns %proc.name %proc.args %fd.name %fd.types %fd.sport
%evt.failed %evt.rawres %proc.fdusage %fd.dev %evt.buffer %evt.arg.res %evt.arg[0] %evt.info %fd.cip
%evt.latency %evt.is_open_read %proc.apid %fs.path.name'

run "$RTSEC" -r t.scap -j -p "$fields"
want 0
cp out json
jq -c --sort-keys . json >sorted || fail "no valid JSON"
[ "$(wc -l <json)" = 3 ] || fail "not one object a line"
# jq writes \u007f and the like as it likes, so only keys are compared for their order.
jq -c 'keys_unsorted' json >keys
jq -c 'keys' json >wanted
same wanted keys
iconv -f UTF-8 -t UTF-8 json >/dev/null || fail "no valid UTF-8"
LC_ALL=C tr -d '[:print:]\n\200-\377' <json >control
[ ! -s control ] || fail "control bytes in JSON"
jq -r '[.["evt.num"], .["proc.name"], .["evt.failed"], .["evt.rawres"], .["fd.dev"],
	.["evt.arg.res"], .["evt.arg[0]"], .["fd.name"]] | map(tojson) | join(" ")' json >got
cat >wanted <<'END'
1 "a�z\"\\\u001b" false 4 "0" "4" "4" "/tmp/��z\t"
2 "a�z\"\\\u001b" true -11 "0" "EAGAIN" "EAGAIN" "10.0.0.1:80->10.0.0.2:40000"
3 "a�z\"\\\u001b" true -2 null null "ENOENT" "/x"
END
same wanted got
grep -q '"evt.time":1700000000123456789,' json || fail "time is not whole"
[ "$(jq -c '.["fd.types"]' json | head -n 1)" = '["ipv4","file"]' ] || fail "fd.types"
[ "$(jq -c '.["evt.latency"]' json | sort -u)" = null ] || fail "evt.latency"
# The whole default line as JSON.
run "$RTSEC" -r t.scap -j
want 0
[ "$(jq -c keys out | sort -u)" = '["evt.cpu","evt.dir","evt.info","evt.num","evt.outputtime","evt.type","proc.name","thread.tid"]' ] ||
	fail "default keys"
# Without *, an object with a null is left out.
run "$RTSEC" -r t.scap -j -p '%evt.num %fd.lport'
want 0
echo '{"evt.num":2,"fd.lport":80}' >wanted
same wanted out
