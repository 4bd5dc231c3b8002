#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lsof 4.95.0, fuser of psmisc 23.6: a process whose main thread has ended (pthread_exit)
# while others run on holds no file for them.  They look into /proc/PID/fd, which
# the kernel leaves empty in that state, together with exe, cwd, cmdline and maps;
# everything is in /proc/PID/task/TID.  ps calls the living process <defunct>.
#
# Seen with Linux 6.18 (the empty /proc/PID also on 5.10, 6.1 and 6.12): both tools answer
# nothing and exit code 1 for a file that the process has open; /proc/PID/task/*/fd has it,
# and lsof finds it when asked for threads (-a -K).
# What it does to you: "nobody uses this file" is not to be believed; a snapshot of a
# machine must try the threads where /proc/PID is empty.
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

case $(uname -sr) in
"Linux 5.1"[0-9].* | "Linux 6."[0-9].* | "Linux 6.1"[0-8].*) ;;
*) skip "seen on Linux 5.10 to 6.18, this is $(uname -r)" ;;
esac
command -v cc >/dev/null || skip "no C compiler"
fetch lsof=4.95.0-1 psmisc=23.6-1

cat >hold.c <<'END'
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static void *stay(void *arg)
{
	sleep(60);
	return arg;
}

int main(void)
{
	pthread_t thread;

	if (open("held", O_RDWR | O_CREAT, 0600) < 0 || pthread_create(&thread, NULL, stay, NULL))
		return 1;
	pthread_exit(NULL);
}
END
cc -pthread -o hold hold.c || exit 1
./hold &
pid=$!
trap 'kill $pid 2>/dev/null; rm -rf "$T"' EXIT
sleep 1

{
	sed -n 's/^State:[[:space:]]*\(.\).*/state of the process: \1/p' /proc/$pid/status
	echo "in /proc/PID/fd: $(find /proc/$pid/fd -lname "$T/held" 2>/dev/null | wc -l)"
	echo "in /proc/PID/task/*/fd: $(find /proc/$pid/task/*/fd -lname "$T/held" 2>/dev/null | wc -l)"
	lsof -w held >out 2>/dev/null
	echo "lsof: exit code $?, lines $(wc -l <out)"
	fuser held >out 2>/dev/null
	echo "fuser: exit code $?, processes $(wc -w <out)"
	lsof -w -a -K -- held >out 2>/dev/null
	echo "lsof -a -K: exit code $?, lines $(wc -l <out)"
} >seen
cat seen
cat >want <<'END'
state of the process: Z
in /proc/PID/fd: 0
in /proc/PID/task/*/fd: 1
lsof: exit code 1, lines 0
fuser: exit code 1, processes 0
lsof -a -K: exit code 0, lines 2
END
cmp -s want seen || {
	echo "CHANGED: the file is found, or not even by its thread"
	exit 1
}
