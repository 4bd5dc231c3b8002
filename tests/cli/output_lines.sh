#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The default line of every event of a small trace, in a zone with a strange offset, and
# the same events by templates: times in all formats, columns of a width, ancestors.
. "$(dirname "$0")/../lib.sh"

trace=$ROOT/tests/data/quickstart.scap

echo "# default"
TZ=Asia/Kathmandu "$RTSEC" -r "$trace" || fail "exit code $?"
for format in h a r d D; do
	echo "# -t $format"
	"$RTSEC" -r "$trace" -t $format -p '*%evt.num %evt.outputtime' 'evt.num in (1, 2, 3, 20)' ||
		fail "exit code $?"
done
echo "# without *: lines with an unset field are left out"
"$RTSEC" -r "$trace" -n 12 -p '%evt.num %6evt.type|%fd.filename' || fail "exit code $?"
echo "# people and connections"
"$RTSEC" -r "$trace" -p '%user.name %proc.cmdline <- %proc.aname: %fd.cip:%fd.cport > %fd.sip:%fd.sport %fd.l4proto' \
	'evt.type in (connect, sendto)' || fail "exit code $?"
echo "# transformers"
"$RTSEC" -r "$trace" -p '%toupper(proc.name) %join("/", (proc.name, evt.num)) %basename(proc.exepath) %len(evt.buffer)' \
	'evt.type = read' || fail "exit code $?"
echo "# durations"
"$RTSEC" -r "$trace" -n 4 -p '*%evt.latency %evt.latency.human %evt.deltatime %evt.deltatime %proc.duration' ||
	fail "exit code $?"
echo "# summary"
"$RTSEC" -r "$trace" -q -S || fail "exit code $?"
