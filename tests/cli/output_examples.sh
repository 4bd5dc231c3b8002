#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lines that other readers print for public traces, but for the event's number, which
# they count in ways of their own.  RTSEC_SHARED names the folder with the traces.
. "$(dirname "$0")/../lib.sh"

[ -n "${RTSEC_SHARED:-}" ] || skip "RTSEC_SHARED is not set"
traces=$RTSEC_SHARED/data/traces
[ -d "$traces" ] || skip "$traces is not there"

# TRACE: the line is among those of the trace.
has()
{
	[ -e "$1.lines" ] || "$RTSEC" -r "$traces/$1.scap" | sed 's/^[0-9]* //' >"$1.lines"
	grep -F -x -q -e "$2" "$1.lines" || fail "$1 has no line $2"
}

nginx=bencer-example0-nginx-2017-09-22
has $nginx '13:22:22.105654659 1 <NA> (0) > switch next=7 pgft_maj=0 pgft_min=0 vm_size=0 vm_rss=0 vm_swap=0'
has $nginx '13:22:22.381834024 1 systemd-journal (431) < timerfd_settime '
has $nginx '13:22:23.648884288 0 bash (12913) > signaldeliver spid=19885 dpid=12913(bash) sig=17(SIGCHLD)'
rename=sysflow-rename-rename2at
has $rename '19:29:54.531008285 4 mv (349249) < renameat2 res=0 olddirfd=-100(AT_FDCWD) oldpath=/tmp/test1 newdirfd=-100(AT_FDCWD) newpath=/tmp/test2 flags=1(RENAME_NOREPLACE)'
has $rename '19:29:54.529631572 4 mv (349249) < openat fd=3(<f>/etc/ld.so.cache) dirfd=-100(AT_FDCWD) name=/etc/ld.so.cache flags=4097(O_RDONLY|O_CLOEXEC) mode=0 dev=CA02 ino=7523'
has stratoshark-docker-curl-https '08:10:06.378300372 0 curl (108261) < newfstatat res=0 dirfd=3(<f>/etc/ld.so.cache) path= flags=4096(AT_EMPTY_PATH)'
has libs-single_ipv6_conn '23:30:56.118352985 1 <NA> (25886) < accept fd=4(<6t>2001:db8::4:54405->2001:db8::3:1234) tuple=2001:db8::4:54405->2001:db8::3:1234 queuepct=0 queuelen=0 queuemax=1'
