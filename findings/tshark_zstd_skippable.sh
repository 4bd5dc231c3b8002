#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Wireshark 4.0.17 (tshark) reads a zstd-compressed trace as it is, and a skippable frame
# between two data frames does not disturb it; but a file that BEGINS with a skippable
# frame is "not a capture file".  RFC 8878 lets skippable frames stand anywhere, and
# pzstd (of zstd itself) puts one in front of every file that it writes.
#
# Seen: the zstd file and "data, skippable, data" are read; "skippable, data" and the
# output of pzstd 1.5.4 are refused; zstd -dc gives the trace back from each of them.
# What it does to you: the same trace opens or not depending on which tool of the zstd
# package compressed it; seek tables and the like belong behind the first data frame.
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
	libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 \
	zstd=1.5.4+dfsg2-5

{ section; event 1504272143000000001; } >one.scap
{ le 4 0x184d2a50 0; } >skippable
zstd -q one.scap -o plain.zst
cat plain.zst skippable plain.zst >between.zst
cat skippable plain.zst >front.zst
pzstd -q one.scap -o pzstd.zst

for file in plain between front pzstd; do
	zstd -dc $file.zst | head -c "$(wc -c <one.scap)" | cmp - one.scap || exit 1
	if tshark -r $file.zst >lines 2>err; then
		echo "$file $(wc -l <lines)"
	else
		echo "$file refused"
		grep 'capture file' err >&2
	fi
done >seen
cat seen
[ "$(paste -sd, seen)" = "plain 1,between 2,front refused,pzstd refused" ] || {
	echo "CHANGED: a skippable frame in front is another matter now"
	exit 1
}
