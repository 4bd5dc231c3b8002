#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# zlib 1.2.13 (gzseek): reading through gzdopen() from a pipe, a seek forward works when the
# stream is gzip and fails when the stream is not compressed and handed through.  zlib.h
# says that uncompressed input is read as it is and that seeking in a file opened for reading
# is emulated, without an exception for either.  For uncompressed input the seek is an
# lseek() instead, which a pipe does not have.
#
# Seen: same bytes, seek from 2 to 100002: gzip pipe 100002, raw file 100002, raw pipe -1;
# gzerror() then says "no error".
# What it does to you: a reader of .scap or any other "maybe gzip" stream that skips blocks
# by gzseek() works on files and on compressed pipes, and stops on raw pipes.
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

command -v cc >/dev/null || skip "no C compiler"
fetch zlib1g=1:1.2.13.dfsg-1 zlib1g-dev=1:1.2.13.dfsg-1

cat >seek.c <<'END'
#include <stdio.h>
#include <zlib.h>

int main(void)
{
	char c[2];
	gzFile in = gzdopen(0, "rb");
	int got = gzread(in, c, 2);
	long place = gzseek(in, 100000, SEEK_CUR);
	int code;

	gzerror(in, &code);
	printf("zlib %s: read %d, place after the seek %ld, gzerror %d\n", zlibVersion(), got,
	       place, code);
	return 0;
}
END
find root -name '*.h' -exec cp {} . ';'
cc -I. seek.c -o seek "$(find root -name 'libz.so.1')" || exit 1
seq 30000 >raw
gzip -k raw

{
	echo "raw file:  $(./seek <raw)"
	echo "gzip file: $(./seek <raw.gz)"
	echo "gzip pipe: $(gzip -c raw | ./seek)"
	echo "raw pipe:  $(seq 30000 | ./seek)"
} >seen
cat seen
cat >want <<'END'
raw file:  zlib 1.2.13: read 2, place after the seek 100002, gzerror 0
gzip file: zlib 1.2.13: read 2, place after the seek 100002, gzerror 0
gzip pipe: zlib 1.2.13: read 2, place after the seek 100002, gzerror 0
raw pipe:  zlib 1.2.13: read 2, place after the seek -1, gzerror 0
END
cmp -s want seen || {
	echo "CHANGED: gzseek behaves differently"
	exit 1
}
