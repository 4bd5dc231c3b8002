#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The first moments of a capture: shells that redirect, fork and change folders all
# the time while the machine is scanned.  Whatever moment the scan hit, each write
# must be named by the file it really went to, and each relative open by its folder.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

mkdir a a/b
T=$(pwd -P)
cat >busy.sh <<'X'
#!/bin/sh
# Saves and puts back fd 1 (a compound's redirection), forks, walks between folders.
while :; do
	{ echo in; } >"$1.in"
	echo out
	( echo fork >"$1.fork" )
	cd a/b
	: >here
	cd ../..
done
X
chmod +x busy.sh
cp /bin/sh ./rtsec-busy

busy=
# shellcheck disable=SC2086 # a list
stop_busy()
{
	[ -z "$busy" ] || kill $busy
	busy=
}
at_exit stop_busy
# Many others to look at make the scan long; the shells come first, in the middle, and last.
for n in 1 2 3; do
	./rtsec-busy ./busy.sh "$T/f$n" >"$T/f$n.out" &
	busy="$busy $!"
	others=0
	while [ $n -lt 3 ] && [ $others -lt 150 ]; do
		sleep 600 &
		busy="$busy $!"
		others=$((others + 1))
	done
done

bad=0
# check ROUND: no write with another file's name, none without, no open elsewhere.
check()
{
	run "$RTSEC" -r t.scap -p '%evt.buffer|%fd.name' \
		'proc.name=rtsec-busy and evt.type=write and fd.num=1'
	want 0
	[ "$(wc -l <out)" -gt 20 ] || fail "round $1: only $(wc -l <out) writes"
	awk -F'|' -v T="$T/" '
		/^in/   { if ($2 !~ "^" T "f[123][.]in$") print }
		/^out/  { if ($2 !~ "^" T "f[123][.]out$") print }
		/^fork/ { if ($2 !~ "^" T "f[123][.]fork$") print }' out >wrong
	# A folder of /proc is not read at one instant: there a moment in between may slip through.
	slips=0
	[ "$1" -lt 5 ] || slips=3
	[ "$(wc -l <wrong)" -le $slips ] || {
		echo "round $1: writes with a wrong name"
		sort wrong | uniq -c | head
		bad=1
	}
	run "$RTSEC" -r t.scap -p '%fd.name|%proc.cwd' \
		'proc.name=rtsec-busy and evt.type in (open, openat) and evt.arg.name=here'
	want 0
	grep -vx "$T/a/b/here|$T/a/b/*" out >wrong && {
		echo "round $1: opens in a wrong folder"
		sort wrong | uniq -c | head
		bad=1
	}
	return 0
}

for round in 1 2 3 4 5 6 7 8; do
	scan=
	[ $round -lt 5 ] || scan=--proc-scan
	# shellcheck disable=SC2086 # an option or none
	run "$RTSEC" $scan -M 1 --force -w t.scap 'proc.name=rtsec-busy'
	want 0
	check $round
done
[ $bad = 0 ]
