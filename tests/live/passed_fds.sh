#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Descriptors that come in messages, by ioctl and by a socket option have their names:
# in what is printed while recording, in the trace, and in a trace that a filter made
# smaller. One whose number was given up at once has its right name or none.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

# The folder, because the same test may run twice at a time.
FILTER="proc.name=passed_fds and proc.cwd contains '$T' and evt.type=read and evt.rawarg.size>1000"
FORMAT='*%proc.cwd:%proc.name:%evt.type	%evt.arg.size	%fd.num	%fd.type	%fd.name'

check() { # FILE: what was shown of the reads
	awk -F '\t' '
		FILENAME == "wanted" {
			type[$1] = $3; name[$1] = $4; num[$1] = $2
			next
		}
		{
			gsub(/<NA>/, "")
			if ($1 == 1601) { # some are too quick
				if ($4 != "" && $3 == "file" && $4 !~ /passed file$/) bad("hurry")
				next
			}
			if ($1 == 1602) {
				if ($4 != "/dev/zero") bad("dup2")
				next
			}
			if (!($1 in type)) bad("not wanted")
			else if ($2 != num[$1] || $3 != type[$1]) bad("wanted " num[$1] " " type[$1])
			else if (name[$1] != "*" && $4 != name[$1]) bad("wanted " name[$1])
			delete type[$1]
		}
		function bad(why) { print why ": " $0; failed = 1 }
		END {
			for (size in type) { print "never seen: " size; failed = 1 }
			exit failed
		}' wanted "$1" >bad || fail "$1: $(cat bad)"
}

check_run() { # WHAT OPTION...: the program is recorded with the options
	rm -rf folder
	mkdir folder
	what=$1
	shift
	run "$RTSEC" -w "$what.scap" --print -p "$FORMAT" "$@" -- \
		sh -c "'$O/tests/live/passed_fds' '$T/folder' >wanted"
	want 0
	grep -q drop_ err && fail "events were lost: $(cat err)"
	[ "$(wc -l <wanted)" -ge 14 ] || fail "the program got little: $(cat wanted)"
	grep "^$T/*:passed_fds:read	1[0-9][0-9][0-9]	" out | cut -f 2- >live
	check live
	run "$RTSEC" -r "$what.scap" -p "$FORMAT" "$FILTER"
	want 0
	cut -f 2- out >again
	check again
	same live again
}

check_run full
check_run filtered "$FILTER"
check_run plain --compress=none --force
check_run slowly --proc-scan "$FILTER"
