# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# lib_record.sh: record on another kernel, read there, and look for what was done.
. "$(dirname "$0")/lib_vm.sh"

# record_on SUITE
record_on()
{
	vm "$1" <<'EOF'
rtsec -w /tmp/t.scap --debug 2>/tmp/debug &
recorder=$!
i=0
# Until the recorder sees us: it has written something.
while [ $i -lt 100 ] && [ ! -s /tmp/t.scap ]; do usleep 100000; i=$((i + 1)); done
i=0
while [ $i -lt 20 ]; do
	cat /etc/passwd >/dev/null
	cat /no/such/file 2>/dev/null
	i=$((i + 1))
done
sh -c 'mkdir /tmp/made && rmdir /tmp/made && exit 7'
echo x | nc 127.0.0.1 9 2>/dev/null
kill -INT $recorder
wait $recorder || { echo "recorder: exit code $?"; cat /tmp/debug; exit 1; }
count() { rtsec -r /tmp/t.scap -p '*%evt.num' "$1" | wc -l; }
echo "opened $(count 'proc.name=cat and evt.type in (open, openat) and fd.name=/etc/passwd and evt.dir=<')"
echo "failed $(count 'proc.name=cat and evt.type in (open, openat) and evt.rawres=-2 and evt.arg.name=/no/such/file')"
echo "execs $(count 'evt.type in (execve, execveat) and proc.name=cat and evt.rawres=0')"
echo "made $(count 'evt.type in (mkdir, mkdirat) and evt.args contains /tmp/made')"
echo "connects $(count 'evt.type=connect and fd.sport=9')"
echo "exits $(count 'evt.type=procexit and proc.name=sh and evt.arg.ret=7')"
echo "host $(rtsec -r /tmp/t.scap -n 1 -p '*%evt.num' | wc -l)"
EOF
	want 0
	sed '1d;$d' "$T/console" | grep '^[a-z]* [0-9]*$' >"$T/got"
	cat >"$T/wanted" <<'EOF'
opened 20
failed 20
execs 40
made 1
connects 1
exits 1
host 1
EOF
	cmp -s "$T/wanted" "$T/got" || { cat "$T/console"; same "$T/wanted" "$T/got"; }
}
