#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Wireshark 4.0.17 (tshark -w): a trace that tshark reads whole is damaged by copying it.
# The copy's event blocks are of the oldest type (0x204, whose header has no parameter
# count), yet keep the length that counts those four bytes; the machine block is gone, as
# are the process and fd tables of a fuller trace.
#
# Seen: the original shows "fd: 3" and "size: 4096"; the copy of the same event shows
# neither, in tshark itself; block types 0x216 -> 0x204, event length 42 in both though
# the event takes 38 bytes in the copy; exit code 0.  editcap refuses to write such a file.
# What it does to you: "tshark -r all.scap -Y ... -w some.scap" leaves a file without any
# argument in it.
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

fetch tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3 \
	libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3

# Thread 7 enters read(3, ..., 4096): event 6, two parameters of 8 and 4 bytes.
{
	section
	le 4 0x216 56
	le 2 0
	le 8 1504272143000000001 7
	le 4 42
	le 2 6
	le 4 2
	le 2 8 4
	le 8 3
	le 4 4096 56
} >read.scap

# number FILE OFFSET
number()
{
	od -An -tu4 --endian=little -j "$2" -N 4 "$1" | tr -d ' '
}

tshark -r read.scap -w copy.scap 2>/dev/null || exit 1
for file in read copy; do
	at=0 blocks=
	while [ $at -lt "$(wc -c <$file.scap)" ]; do
		type=$(printf '%#x' "$(number $file.scap $at)")
		blocks="$blocks $type" last=$at
		at=$((at + $(number $file.scap $((at + 4)))))
	done
	tshark -r $file.scap -V 2>/dev/null | grep -E '^ +(fd|size): ' | paste -sd, | tr -d ' ' >arguments
	length=$(number $file.scap $((last + 26)))
	echo "$file: blocks$blocks, event length $length, arguments: $(grep . arguments || echo none)"
done >seen
cat seen
cat >want <<'END'
read: blocks 0xa0d0d0a 0x201 0x216, event length 42, arguments: fd:3,size:4096
copy: blocks 0xa0d0d0a 0x204, event length 42, arguments: none
END
cmp -s want seen || {
	echo "CHANGED: the copy is another one now"
	exit 1
}
