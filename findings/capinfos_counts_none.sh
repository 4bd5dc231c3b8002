#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Wireshark 4.0.17 (capinfos): of a system call trace it says "Number of packets: 0", no
# first and last time and no duration, with exit code 0, whatever the trace holds; tshark of
# the same package reads and numbers the events.  Compression has no part in it: capinfos
# counts only records that are packets, and events are not.
#
# Seen: a trace of two events, raw and zstd: capinfos 0, tshark 2.
# What it does to you: "capinfos -c" as the check that a recording is not empty always
# says it is.
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

{ section; event 1504272143000000001; event 1504272143000000002; } >two.scap
zstd -q two.scap -o two.zst 2>/dev/null || cp two.scap two.zst

for file in two.scap two.zst; do
	capinfos -T -r -m -c -u $file >line 2>/dev/null || exit 1
	echo "$file: capinfos $(cut -d, -f2,3 line), tshark $(tshark -r $file 2>/dev/null | wc -l)"
done >seen
cat seen
cat >want <<'END'
two.scap: capinfos 0,n/a, tshark 2
two.zst: capinfos 0,n/a, tshark 2
END
cmp -s want seen || {
	echo "CHANGED: capinfos counts events"
	exit 1
}
