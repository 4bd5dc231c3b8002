#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# strace 6.1 (-c): the summary counts returns, not calls.  A call that never returns is not
# in it: exit_group of every process, and the call in which a signal found its victim.
# The manual speaks of counting calls.
#
# Seen: a shell, two subshells and a sleep that end by themselves, and a sleep that is
# killed: the full log has exit_group 4 times and clock_nanosleep twice, the summary has no
# exit_group and one clock_nanosleep.
# What it does to you: counts of another tool held against "strace -f -c" differ by at least
# one for each process; compare with the log instead.
set -u
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
export HOME="$T" LC_ALL=C

skip()
{
	echo "skipped: $*"
	exit 77
}

# fetch PACKAGE=VERSION...: unpacks them, and the libraries that they need and this machine
# lacks, and makes them the ones that run.
fetch()
{
	for pin; do echo "${pin%%=*}"; done >names
	xargs apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances <names 2>/dev/null | grep '^lib' | sort -u | grep -vxFf names |
		while read -r name; do dpkg -s "$name" >/dev/null 2>&1 || echo "$name"; done >lacking
	# shellcheck disable=SC2046 # names, one a word
	apt-get download "$@" $(cat lacking) >/dev/null 2>&1 || skip "$* cannot be had here"
	for deb in *.deb; do dpkg -x "$deb" root; done
	PATH=$T/root/usr/bin:$T/root/usr/sbin:$T/root/bin:$PATH
	LD_LIBRARY_PATH=$(find "$T/root" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
	export LD_LIBRARY_PATH
}

fetch strace=6.1-0.1
strace true 2>/dev/null || skip "ptrace is not allowed here"

cat >load.sh <<'END'
(exit 0)
(exit 0)
sleep 60 &
sleep 1
kill -9 $!
wait
exit 0
END
strace -f -o log sh load.sh 2>/dev/null
strace -f -c -o summary sh load.sh 2>/dev/null
for name in exit_group clock_nanosleep; do
	calls=$(grep -cE "^[0-9]+ +$name\(" log)
	counted=$(awk -v name=$name '$NF == name { n = $4 } END { print n + 0 }' summary)
	echo "$name: begun $calls, counted $counted"
done >seen
cat seen
cat >want <<'END'
exit_group: begun 4, counted 0
clock_nanosleep: begun 2, counted 1
END
cmp -s want seen || {
	echo "CHANGED: the summary counts differently"
	exit 1
}
