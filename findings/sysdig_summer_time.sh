#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sysdig 0.29.3 (with its libsinsp): local times (the default line, %evt.time,
# %evt.datetime) use the zone's offset of the moment of reading, not of the event.
#
# Seen: TZ=Europe/Berlin, events of 12:00 UTC on 2024-01-01 and 2024-07-01.  date(1):
# 13:00 and 14:00.  sysdig, run in November: 13:00 and 13:00 (and with Sydney, which then
# has summer time, 23:00 twice, where date(1) says 23:00 and 22:00).
# What it does to you: a trace of before the change of clocks, read after it, is an hour
# off against every log of that machine, and reads differently next half-year.
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

fetch sysdig=0.29.3-1+b1 libfalcosecurity0=0.1.1dev+git20220316.e5c53d64-5.1
[ -e /usr/share/zoneinfo/Europe/Berlin ] || skip "tzdata is missing"
export TZ=Europe/Berlin

for time in 1704110400 1719835200; do
	event ${time}000000000 >>events
	date -d @$time '+%F %T.000000000' >>want
done
{ section; cat events; } >year.scap

sysdig -p %evt.datetime -r year.scap >seen || exit 1
echo "date(1)                          sysdig"
paste want seen | tr '\t' '    '
wrong=$(paste -d'|' want seen | awk -F'|' '$1 != $2' | wc -l)
hours=$(awk '{ print $2 }' seen | sort -u | wc -l)
[ "$wrong" = 1 ] && [ "$hours" = 1 ] || {
	echo "CHANGED: the offset is the event's"
	exit 1
}
