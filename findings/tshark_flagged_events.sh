#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Wireshark 4.0.17 (tshark): an event block that carries flags (type 0x217) is passed over
# in silence.  The format has two shapes of event: without flags (0x216) and with them.
# The flags word below is 0: the event is as ordinary as its neighbours.
#
# Seen: of the events 1, 2 (with flags) and 3, tshark prints two, 2 ns apart; exit code 0,
# nothing on stderr.
# What it does to you: counts and filters over a trace are short, and nothing says so.
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

# le SIZE NUMBER...: little-endian numbers of SIZE bytes.
le()
{
	size=$1
	shift
	for number; do
		left=$size
		while [ "$left" -gt 0 ]; do
			printf '%b' "\\0$(printf %03o $((number & 255)))"
			number=$((number >> 8)) left=$((left - 1))
		done
	done
}

# What a trace begins with: section header, machine (one CPU).
section()
{
	le 4 0x0a0d0d0a 28 0x1a2b3c4d
	le 2 1 2
	le 8 -1
	le 4 28 0x201 192 1
	head -c 176 /dev/zero
	le 4 192
}

# event NANOSECONDS: thread 7 enters fork (event 182, no parameters).
event()
{
	le 4 0x216 40
	le 2 0
	le 8 "$1" 7
	le 4 26
	le 2 182
	le 4 0 40
}

fetch tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3 \
	libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3

{
	section
	event 1504272143000000001
	le 4 0x217 44
	le 2 0
	le 4 0
	le 8 1504272143000000002 7
	le 4 26
	le 2 182
	le 4 0 44
	event 1504272143000000003
} >three.scap

tshark -r three.scap -T fields -e frame.number -e frame.time_epoch >seen 2>err
code=$?
echo "three events in the file; exit code $code; tshark prints:"
cat seen
grep -v 'Running as user' err
times=$(cut -f2 seen | paste -sd,)
[ "$code $times" = "0 1504272143.000000001,1504272143.000000003" ] || {
	echo "CHANGED: the flagged event is no longer passed over in silence"
	exit 1
}
