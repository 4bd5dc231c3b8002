# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2153,SC2013
#
# lib_containers.sh: what is the same for every container runtime.  A root file
# system of busybox, a job that runs inside (twice: begun before the recording and
# during it), and what the trace must say about both.
#
# A runtime's case gives these functions: begin WHEN starts the job as container
# WHEN (before, during) with the arguments WHEN and job-of-CASE-WHEN, id_of WHEN
# prints what container.id must be, exec_in (optional) runs "/bin/job exec" in the
# container "before" while it runs.
. "$ROOT/tests/live/lib_live.sh"

# shellcheck disable=SC2016 # the container's shell expands it
JOB='#!/bin/sh
export MARK=$1
export PATH=/bin
if [ "$1" = exec ]; then
	cd /etc
	/bin/cat group
	exit
fi
/bin/mkdir -p /data/d /data/w /data/jail/bin
cd /data/d
/bin/cp /bin/busybox /data/w/
/bin/cp /bin/busybox /data/jail/bin/
echo x >/data/jail/inside
/bin/ifconfig lo 127.0.0.1 up 2>/dev/null
if [ "$1" = before ]; then
	exec 3>>/data/held
	/data/w/busybox sleep 1000 &
	hold=$!
	/bin/mkfifo /data/said /data/unsaid
	exec 4<>/data/said 5<>/data/unsaid
	/bin/nc -l -p 9000 <&5 >/dev/null &
	until /bin/netstat -ltn | /bin/grep -q :9000; do /bin/usleep 20000; done
	/bin/nc 127.0.0.1 9000 <&4 &
	until /bin/netstat -tn | /bin/grep -q ESTABLISHED; do /bin/usleep 20000; done
	echo x >/data/ready
	until [ -e /data/go ]; do /bin/usleep 20000; done
	echo y >&3
	echo z >&4
	kill $hold
fi
/bin/cat /etc/passwd >/dev/null
echo out
echo x >../made
/bin/head -c 1 ../made >/dev/null
/bin/sh -c "exec /bin/ls -d /vpid.\$\$.ppid.\$PPID" 2>/dev/null
/data/w/busybox true
/bin/chroot /data/jail /bin/busybox cat /inside
[ ! -e /bin/call32 ] || /bin/call32
/bin/httpd -p 127.0.0.1:8080 -h /data
/bin/wget -q -O /dev/null http://127.0.0.1:8080/made
echo x >/data/done
until [ -e /data/end ]; do /bin/usleep 20000; done
'

CALL32='
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	char byte;

	return read(open("/etc/passwd", O_RDONLY), &byte, 1) != 1;
}
'

# The root file system in $T/rootfs and as $T/rootfs.tar; readable by any user.
make_rootfs()
{
	busybox=$(command -v busybox) || skip "busybox-static is missing"
	for folder in bin etc proc sys dev data tmp run root usr; do
		mkdir -p "$T/rootfs/$folder"
	done
	chmod 755 "$T"
	cp "$busybox" "$T/rootfs/bin/busybox"
	chroot "$T/rootfs" /bin/busybox --install -s /bin || skip "busybox is not a static one"
	echo root:x:0:0:root:/root:/bin/sh >"$T/rootfs/etc/passwd"
	echo root:x:0: >"$T/rootfs/etc/group"
	echo NAME=busybox >"$T/rootfs/etc/os-release"
	echo "$JOB" >"$T/rootfs/bin/job"
	chmod 755 "$T/rootfs/bin/job"
	echo "$CALL32" >"$T/call32.c"
	has32=
	if gcc -m32 -static -o "$T/rootfs/bin/call32" "$T/call32.c" 2>/dev/null &&
		"$T/rootfs/bin/call32"; then
		has32=y
	else
		rm -f "$T/rootfs/bin/call32"
	fi
	tar -C "$T/rootfs" -cf "$T/rootfs.tar" .
}

# An overlay of the root file system at FOLDER, for runtimes that make none.
make_overlay()
{
	mkdir -p "$1" "$1.upper" "$1.scratch"
	mount -t overlay overlay -o \
		"lowerdir=$T/rootfs,upperdir=$1.upper,workdir=$1.scratch" "$1" ||
		fail "no overlay at $1"
	at_exit "umount -l $1"
}

# Sets $init to the host's pid of the job WHEN of this case: the first process of its namespace.
find_init()
{
	for found in $(grep -lF "job-of-$name-$1" /proc/[0-9]*/cmdline 2>/dev/null); do
		found=${found%/cmdline}
		awk '/^NSpid:/ { exit !(NF > 2 && $NF == 1) }' "$found/status" 2>/dev/null &&
			case $(tr '\0' ' ' 2>/dev/null <"$found/cmdline") in
			"/bin/sh /bin/job "*) init=${found#/proc/} && return ;;
			esac
	done
	return 1
}

in_root() # INIT FILE: is it there, as the container sees it?
{
	[ -e "/proc/$1/root$2" ]
}

run_until() # WHEN FILE: until the container WHEN has made it
{
	wait_for 20 find_init "$1" || fail "the container $1 did not start"
	wait_for 20 in_root "$init" "$2" || fail "the container $1 did not make $2"
}

# One runtime: the case is done as a whole in a shell of its own.
record_case()
{
	begin before
	run_until before /data/ready
	init_before=$init
	"$RTSEC" -w "$name.scap" --debug 2>debug &
	recorder=$!
	at_exit "kill $recorder 2>/dev/null"
	wait_for 10 started debug || { cat debug; fail "no capture"; }
	begin during
	: >"/proc/$init_before/root/data/go"
	cat /etc/hostname >/dev/null
	run_until during /data/done
	init_during=$init
	run_until before /data/done
	id_before=$(id_of before) id_during=$(id_of during)
	echo "before $init_before $id_before" >ids
	echo "during $init_during $id_during" >>ids
	for pid in $init_before $init_during; do
		echo "out $pid $(stat -L -c %i "/proc/$pid/fd/1")" >>ids
	done
	has_exec=
	if command -v exec_in >/dev/null; then
		exec_in >exec.out || fail "exec failed: $(cat exec.out)"
		has_exec=y
	fi
	: >"/proc/$init_before/root/data/end"
	: >"/proc/$init_during/root/data/end"
	kill -INT "$recorder"
	wait "$recorder" || { cat debug; fail "the recorder ended with $?"; }
	check_case
}

# Columns of the dump; the last two may hold blanks.
FIELDS='evt.num evt.type proc.pid proc.ppid proc.vpid proc.pvpid thread.tid thread.vtid container.id
	proc.name proc.env[MARK] proc.exepath proc.cwd evt.rawres fd.num fd.ino thread.cgroups fd.is_upper_layer
	fd.is_lower_layer proc.is_exe_upper_layer proc.is_exe_lower_layer fd.name evt.arg.flags proc.args'

check_case()
{
	template=
	tab=$(printf '\t')
	for field in $FIELDS; do
		template="$template${template:+$tab}%$field"
	done
	"$RTSEC" -r "$name.scap" -p "*$template" >dump 2>dump.err || { cat dump.err; fail "not read"; }
	awk -F'\t' -v fields="$FIELDS" -v stages="${stages:-^runc}" -v has_exec="$has_exec" \
		-v has32="$has32" -v is_terminal="${is_terminal:-}" -v is_overlay="${is_overlay:-1}" -f "$T/check.awk" ids dump >bad
	[ ! -s bad ] || { sed -n 1,40p bad; fail "the trace of $name is wrong"; }
}

cat >"$T/check.awk" <<'EOF'
function bad(text) {
	if (said[substr(text, 1, 24)]++ < 3)
		print substr(text, 1, 400)
}
function line(    out, i) {
	for (i = 1; i <= NF; i++)
		out = out " " $i
	return out
}
function is(want, got, what) {
	if (want != got)
		bad(what ": wanted " want ", is " got " in" line())
}
BEGIN {
	split(fields, list, /[ \t\n]+/)
	for (i in list)
		at[list[i]] = i
}
FNR == NR {
	split($0, part, " ")
	if (part[1] == "out") {
		out[part[2]] = part[3]
		next
	}
	id[part[1]] = part[3]
	init[part[2]] = ours[part[2]] = part[1]
	id["exec"] = id["before"]
	next
}
{
	type = $at["evt.type"]; pid = $at["proc.pid"]; vpid = $at["proc.vpid"]
	cid = $at["container.id"]; comm = $at["proc.name"]; mark = $at["proc.env[MARK]"]
	exe = $at["proc.exepath"]; cwd = $at["proc.cwd"]; fd = $at["fd.name"]
	res = $at["evt.rawres"]; args = $at["proc.args"]
}
# The keeper's own part of the first process, before the job's exec.
comm ~ stages { next }
pid + 0 > 0 && vpid == pid { is("host", cid, "container of a host process") }
# Ours are the first processes, what descends from them, and what was marked.
!(pid in ours) && $at["proc.ppid"] in ours { ours[pid] = ours[$at["proc.ppid"]] }
!(pid in ours) && mark in id { ours[pid] = mark }
!(pid in ours) { next }
{
	who = ours[pid]
	is(id[who], cid, "container")
	if (pid in init)
		is(1, vpid, "vpid of the first process")
	else
		is(1, vpid + 0 > 1, "vpid of another process is above 1")
	is(vpid, $at["thread.vtid"], "vtid of a process with one thread")
	if (comm == "sh")
		is("/bin/busybox", exe, "exepath of the shell")
}
# The snapshot, a clone and an exec tell the same.
{
	where = who == "exec" ? "before" : who
	if (!(where in group))
		group[where] = $at["thread.cgroups"]
	is(group[where], $at["thread.cgroups"], "groups of one container")
}
pid in init && type == "write" && $at["fd.num"] == 1 && res == 4 {
	# A terminal made by ioctl(TIOCGPTPEER) is announced by no event and may stay unknown.
	if (!is_terminal || $at["fd.ino"] + 0 > 0)
		is(out[pid], $at["fd.ino"], "inode of the standard output")
	seen[who, "out"] = 1
}
comm == "ls" && args ~ /vpid\./ && type != "execve" {
	split(args, part, ".")
	is(part[2], vpid, "vpid"); is(part[4], $at["proc.pvpid"], "vpid of the parent")
	seen[who, "vpid"] = 1
}
args == "-c 1 ../made" && type ~ /^open/ && fd ~ /made/ {
	is("/data/made", fd, "path"); is("/data/d", cwd, "cwd"); is("/bin/busybox", exe, "exepath")
	if (is_overlay) {
		is("true", $at["fd.is_upper_layer"], "upper layer of a written file")
		if ($at["evt.arg.flags"] !~ /FD_UPPER_LAYER/)
			bad("no FD_UPPER_LAYER:" line())
		is("true", $at["proc.is_exe_lower_layer"], "lower layer of busybox")
		is("false", $at["proc.is_exe_upper_layer"], "upper layer of busybox")
	}
	seen[who, "made"] = 1
}
args == "-c 1 ../made" && type == "read" && fd == "/data/made" { seen[who, "read"] = 1 }
comm == "cat" && args == "/etc/passwd" && type ~ /^open/ && fd ~ /passwd/ {
	is("/etc/passwd", fd, "path")
	if (is_overlay) {
		is("true", $at["fd.is_lower_layer"], "lower layer of the image's file")
		is("false", $at["fd.is_upper_layer"], "upper layer of the image's file")
	}
	seen[who, "passwd"] = 1
}
comm == "call32" && type ~ /^open/ && fd ~ /passwd/ {
	is("/etc/passwd", fd, "path")
	seen[who, "call32"] = 1
}
args == "true" && type == "execve" && res == 0 {
	is("/data/w/busybox", exe, "exepath")
	if (is_overlay) {
		is("true", $at["proc.is_exe_upper_layer"], "upper layer of a written program")
		is("false", $at["proc.is_exe_lower_layer"], "lower layer of a written program")
	}
	seen[who, "written"] = 1
}
# From the opening snapshot: program, open file, connection, folder.
args == "sleep 1000" && type == "procexit" {
	is("/data/w/busybox", exe, "exepath"); is("/data/d", cwd, "cwd")
	if (is_overlay)
		is("true", $at["proc.is_exe_upper_layer"], "upper layer of a running program")
	seen[who, "hold"] = 1
}
pid in init && type == "write" && fd ~ /held/ { is("/data/held", fd, "path"); seen[who, "held"] = 1 }
pid in init && type ~ /^open/ && fd ~ /go$/ { is("/data/d", cwd, "cwd") }
comm == "nc" && (type == "write" || type == "sendto") && fd ~ /^127\.0\.0\.1:[0-9]+->127\.0\.0\.1:9000$/ {
	seen[who, "sent"] = 1
}
comm == "nc" && type == "read" && fd ~ /^127\.0\.0\.1:[0-9]+->127\.0\.0\.1:[0-9]+$/ && fd ~ /9000/ { seen[who, "got"] = 1 }
comm == "wget" && type == "connect" { is(1, fd ~ /^127\.0\.0\.1:[0-9]+->127\.0\.0\.1:8080$/, "tuple"); seen[who, "connect"] = 1 }
comm == "httpd" && type ~ /^accept/ && res >= 0 { is(1, fd ~ /->127\.0\.0\.1:8080$/, "tuple"); seen[who, "accept"] = 1 }
comm == "busybox" && args == "cat /inside" && type ~ /^open/ && fd ~ /inside/ {
	is("/inside", fd, "path in a chroot")
	seen[who, "chroot"] = 1
}
mark == "exec" && comm == "cat" && type ~ /^open/ && fd ~ /group/ {
	is("/etc/group", fd, "path"); is("/etc", cwd, "cwd")
	seen[who, "exec"] = 1
}
END {
	wanted = "out vpid made read passwd written connect accept chroot"
	if (has32)
		wanted = wanted " call32"
	for (i = split(wanted, list, " "); i; i--) {
		if (!seen["before", list[i]])
			bad("before: no event of " list[i])
		if (!seen["during", list[i]])
			bad("during: no event of " list[i])
	}
	for (i = split("hold held sent got", list, " "); i; i--)
		if (!seen["before", list[i]])
			bad("before: no event of " list[i])
	if (has_exec && !seen["exec", "exec"])
		bad("no event of exec")
}
EOF
