#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Linux, /proc/net/unix: three sockets with three different names are three lines with one
# text.  The abstract names "\0a\0b" and "\0a@b" and the file "@a@b" of the
# current folder (a relative path) are all shown as @a@b: each NUL of an abstract name is
# written as @, and a real @ is not escaped.
#
# Seen on Linux 5.10, 6.1, 6.12 and 6.18.
# What it does to you: a name out of this file says neither whether it is abstract nor which
# one it is; go by inode, and take the name from the address bytes of bind or connect.
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

case $(uname -sr) in
"Linux 5.1"[0-9].* | "Linux 6."[0-9].* | "Linux 6.1"[0-8].*) ;;
*) skip "seen on Linux 5.10 to 6.18, this is $(uname -r)" ;;
esac
command -v cc >/dev/null || skip "no C compiler"

cat >names.c <<'END'
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	static const char names[3][5] = {"\0a\0b", "\0a@b", "@a@b"};

	for (int i = 0; i < 3; i++) {
		struct sockaddr_un addr = {.sun_family = AF_UNIX};

		memcpy(addr.sun_path, names[i], 5);
		if (bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&addr,
			 offsetof(struct sockaddr_un, sun_path) + 4))
			return 1;
	}
	return system("cat /proc/net/unix");
}
END
cc -o names names.c || exit 1
./names >table || exit 1
grep ' @a@b$' table >seen
echo "Linux $(uname -r), sockets that read @a@b:"
cat seen
[ "$(wc -l <seen)" = 3 ] && [ "$(awk '{ print $7 }' seen | sort -u | wc -l)" = 3 ] || {
	echo "CHANGED: the names can be told apart"
	exit 1
}
