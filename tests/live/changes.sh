#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Users that come and go while a capture runs, in a copy of /etc that only the
# recorder sees; and the CPU times of threads for who asks.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"

unshare -m true 2>/dev/null || skip "needs mount namespaces"
mkdir etc
cp /etc/passwd /etc/group etc || fail "no user files"
cat >record <<-'END'
	mount --make-rprivate / && mount --bind etc /etc && exec "$RTSEC" --debug "$@"
END
unshare -m sh record -w t.scap --print -p '%evt.type %evt.args' 'evt.type in (useradded,userdeleted,groupadded,groupdeleted)' \
	>live 2>log &
recorder=$!
at_exit "kill $recorder 2>/dev/null"
wait_for 20 started log || fail "$(cat log)"

replace() { # FILE: as the tools do
	cat >etc/new && mv etc/new "etc/$1"
}
as_zed() {
	perl -e '$< = $> = 45678; $> == 45678 or die; opendir(my $d, "/"); exit 0' ||
		fail "cannot become another user"
}
(cat etc/passwd && echo 'zed:x:45678:45678::/home/zed:/bin/zsh') | replace passwd
(cat etc/group && echo 'zeds:x:45678:') | replace group
wait_for 10 grep -q groupadded live || fail "nobody came: $(cat live)"
as_zed
grep -v '^zed:' etc/passwd | replace passwd
wait_for 10 grep -q userdeleted live || fail "nobody went: $(cat live)"
as_zed
kill -INT $recorder
wait $recorder || fail "exit code $?: $(cat log)"
cat >wanted <<-END
	useradded uid=45678 gid=45678 name=zed home=/home/zed shell=/bin/zsh container_id=
	groupadded gid=45678 name=zeds container_id=
	userdeleted uid=45678 gid=45678 name=zed home=/home/zed shell=/bin/zsh container_id=
END
sort wanted >one
sort live >two
same one two

# The name holds from when it came until it went.
unshare -m sh record -w t2.scap >live 2>log2 &
recorder=$!
wait_for 20 started log2 || fail "$(cat log2)"
as_zed
(cat etc/passwd && echo 'zed:x:45678:45678::/home/zed:/bin/zsh') | replace passwd
sleep 1.5
as_zed
kill -INT $recorder
wait $recorder || fail "exit code $?: $(cat log2)"
run "$RTSEC" -r t2.scap -p '*%user.name' 'proc.name=perl and user.uid=45678 and evt.type=openat'
want 0
[ "$(uniq out | tr '\n' ' ')" = '<NA> zed ' ] || fail "names: $(uniq -c out)"

run "$RTSEC" -M 3 --show-internal -p '%proc.pid %evt.args' evt.type=procinfo
want 0
grep -q '^1 cpu_usr=[0-9]* cpu_sys=[0-9]*$' out || fail "no CPU time of process 1: $(head -n 5 out)"
run "$RTSEC" -M 2 --show-internal -p '%evt.type' 'evt.type != getpid'
grep -q procinfo out && fail "CPU times although nobody asked"
:
