# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# lib_record.sh: record on another kernel, read there, and look for what was done
# and for what was there before.
. "$(dirname "$0")/lib_vm.sh"

# record_on SUITE HOOK: HOOK is the one of io_uring's submissions that this kernel has.
record_on()
{
	vm "$1" <<'EOF'
# record TRACE OPTION...: until the capture is on
record()
{
	trace=$1
	shift
	rtsec -w "$trace" --debug "$@" 2>/tmp/debug &
	recorder=$!
	i=0
	while [ $i -lt 600 ] && ! grep -q 'capture is on' /tmp/debug; do
		usleep 100000
		i=$((i + 1))
	done
}
stop()
{
	kill -INT $recorder
	wait $recorder || { echo "recorder: exit code $?"; cat /tmp/debug; exit 1; }
}
say() { echo "= $*"; }

# What is there before: a reader in a cgroup and both ends of a connection.
mkdir -p /sys/fs/cgroup/lab/inner /tmp/work/deep
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkfifo /tmp/in /tmp/out /tmp/back
exec 5<>/tmp/in 6<>/tmp/out 7<>/tmp/back
sh -c 'echo $$ >/sys/fs/cgroup/lab/inner/cgroup.procs; cd /tmp/work; exec cat /tmp/in >/tmp/copy' &
nc -l -p 9001 <&7 >/tmp/got &
(until nc 127.0.0.1 9001; do usleep 50000; done) <&6 &
until netstat -tn | grep -q ESTABLISHED; do usleep 20000; done

record /tmp/iter.scap
i=0
while [ $i -lt 20 ]; do
	cat /etc/passwd >/dev/null
	cat /no/such/file 2>/dev/null
	i=$((i + 1))
done
sh -c 'mkdir /tmp/made && rmdir /tmp/made && exit 7'
ln -s /etc/group /tmp/work/link
(cd /tmp/work/deep && cat ../link >/dev/null)
sh -c 'echo $$ >/sys/fs/cgroup/lab/cgroup.procs; cat /etc/group; :' >/dev/null
echo x >&5
echo y >&6
usleep 500000
stop
count() { rtsec -r /tmp/iter.scap -p '*%evt.num' "$1" | wc -l; }
say "opened $(count 'proc.name=cat and evt.type in (open, openat) and fd.name=/etc/passwd and evt.dir=<')"
say "failed $(count 'proc.name=cat and evt.type in (open, openat) and evt.rawres=-2 and evt.arg.name=/no/such/file')"
say "execs $(count 'evt.type in (execve, execveat) and evt.rawres=0 and proc.exe=cat and proc.exepath=/bin/busybox')"
say "made $(count 'evt.type in (mkdir, mkdirat) and evt.args contains /tmp/made')"
say "exits $(count 'evt.type=procexit and proc.name=sh and evt.arg.ret=7')"
say "real $(count 'evt.type in (open, openat) and fd.nameraw=../link and fd.name=/etc/group and proc.cwd startswith /tmp/work/deep')"
say "group $(count 'evt.type in (open, openat) and fd.name=/etc/group and thread.cgroup.cpu=/lab and thread.cgroup.memory=/lab and proc.name=cat')"
say "host $(rtsec -r /tmp/iter.scap -n 1 -p '*%evt.num' | wc -l)"
say "lost $(grep -c drop_ /tmp/debug)"
grep 'left out$' /tmp/debug
say "left out $(grep -c 'left out$' /tmp/debug)"
say "submissions: $(sed -n 's/.*: hook \(uring_submit_.*\) attached/\1/p' /tmp/debug)"
say "refused hooks $(grep -c ': hook .* refused: ' /tmp/debug)"
say "/proc asked instead: $(grep -c 'they come from /proc' /tmp/debug)"

# The same processes, once by iterator and once by /proc.
record /tmp/proc.scap --proc-scan
echo x >&5
echo y >&6
usleep 500000
stop
for how in iter proc; do
	for field in evt.type evt.rawres fd.num fd.typechar fd.name proc.name proc.pid thread.tid \
		proc.exe proc.args proc.exepath proc.cwd proc.env proc.tty proc.ppid proc.vpid \
		proc.sid proc.vpgid proc.pgid 'proc.aname[2]' proc.pid.ts proc.is_exe_writable \
		proc.exe_ino proc.exe_ino.ctime thread.cap_permitted proc.fdopencount proc.fdlimit \
		proc.vmsize thread.cgroups user.uid user.name group.gid user.loginuid fd.types \
		proc.stdin.name proc.stdout.name proc.nthreads; do
		echo "== $field"
		rtsec -r /tmp/$how.scap -p "*%proc.name %$field" '
			(proc.name=cat and evt.type in (read, write) and fd.name in (/tmp/in, /tmp/copy)) or
			(proc.name=nc and evt.type in (read, write) and evt.rawres=2)' | sort
	done >/tmp/$how.seen
done
diff /tmp/iter.seen /tmp/proc.seen && say "seen alike"
has() { grep -q "^$1\$" /tmp/iter.seen && say "has $2"; }
has 'cat /tmp/in' fifo
has 'cat /tmp/copy' file
has 'nc 127.0.0.1:[0-9]*->127.0.0.1:9001' connection
has 'cat cpuset=/lab/inner cpu=/lab/inner .*memory=/lab/inner' cgroup
has 'cat /tmp/work/*' folder
exit 0
EOF
	want 0
	sed -n 's/^= //p' "$T/console" >"$T/got"
	cat >"$T/wanted" <<EOF
opened 20
failed 20
execs 42
made 1
exits 1
real 1
group 1
host 1
lost 0
left out 0
submissions: $2
refused hooks 0
/proc asked instead: 0
seen alike
has fifo
has file
has connection
has cgroup
has folder
EOF
	cmp -s "$T/wanted" "$T/got" || { cat "$T/console"; same "$T/wanted" "$T/got"; }
}
