#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sysdig 0.29.3 (with its libsinsp): "-t a", documented as absolute time, prints seconds,
# a point and the nanoseconds WITHOUT their leading zeros.  1504272143 s + 288146 ns comes
# out as 1504272143.288146, which everybody reads as 288 ms; it is 0.288 ms.
#
# Seen: four events, in order, 12 us, 99.7 ms and 900 ms apart:
#     1504272143.288146  1504272143.300001  1504272143.100000001  1504272144.300001
# Sorted by number they change places.  Other forms (%evt.rawtime.ns, -t r) are padded.
# What it does to you: a tenth of all events have a wrong time; merging this output with
# another tool's gives a wrong order.
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

{
	section
	event 1504272143000288146
	event 1504272143000300001
	event 1504272143100000001
	event 1504272144000300001
} >four.scap

sysdig -t a -r four.scap >lines || exit 1
awk '{ print $2 }' lines >seen
sysdig -p '%evt.rawtime.s.%evt.rawtime.ns' -r four.scap >right
echo "-t a                    seconds and nanoseconds"
paste seen right | tr '\t' '    '
cat >want <<'END'
1504272143.288146
1504272143.300001
1504272143.100000001
1504272144.300001
END
cmp -s want seen || {
	echo "CHANGED: the fraction is printed in another way"
	exit 1
}
sort -n seen | cmp -s - seen && {
	echo "CHANGED: sorting keeps the order"
	exit 1
}
echo "sorted by the printed time, the events are in another order"
