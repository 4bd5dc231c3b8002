#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Containers of every runtime there is: who is in which, from the first event on,
# and that files, folders, programs and ids in them are what they see themselves.
# shellcheck disable=SC2030,SC2031,SC2317,SC3045 # a case is a shell of its own; dash has ulimit -H
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/lab/lib_containers.sh"

passed=0 failed=0 skipped=0
case_of() # NAME FUNCTION [NEEDED PROGRAM...]
{
	name=$1 function=$2
	shift 2
	code=0
	for program; do
		if ! command -v "$program" >/dev/null; then
			echo "skip $name: $program is missing"
			skipped=$((skipped + 1))
			return
		fi
	done
	start=$(date +%s)
	(
		at_exit_list=:
		# shellcheck disable=SC2154 # code is set inside the quotes
		trap 'code=$?; trap - EXIT; eval "$at_exit_list"; exit $code' EXIT
		mkdir "$T/$name" && cd "$T/$name" && D=$T/$name && "$function" && record_case
	) >"$T/$name.log" 2>&1 || code=$?
	case $code in
	0) passed=$((passed + 1)) word=ok ;;
	77) skipped=$((skipped + 1)) word=skip ;;
	*) failed=$((failed + 1)) word=FAIL ;;
	esac
	echo "$word $name ($(($(date +%s) - start)) s)"
	[ $code = 0 ] || sed 's/^/    /' "$T/$name.log"
	[ -z "${KEEP:-}" ] || cp -r "$T/$name"/*.scap "$T/$name/ids" "$T/$name/dump" "$KEEP/"
}


setup_podman()
{
	cat >containers.conf <<X
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=10000:10000"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
X
	export CONTAINERS_CONF="$D/containers.conf"
	podman="podman --root $D/store --runroot $D/run --tmpdir $D/tmp"
	at_exit "$podman rm -fa -t0 >/dev/null 2>&1; $podman pod rm -fa >/dev/null 2>&1"
	$podman import -q -c 'ENV PATH=/bin' "$T/rootfs.tar" localhost/busy:1 2>&1
	$podman pod create --infra=false --name pod
	begin()
	{
		pod=
		[ "$1" = before ] || pod="--pod pod"
		# shellcheck disable=SC2086 # nothing or two words
		$podman run -d --name "$1" $pod --network none localhost/busy:1 /bin/job "$1" "job-of-$name-$1"
	}
	id_of() { $podman inspect -f '{{.Id}}' "$1" | cut -c 1-12; }
	exec_in() { $podman exec before /bin/job exec; }
}

# curl is the client: the command line's package has another name in each release.
setup_docker()
{
	dockerd --data-root "$D/data" --exec-root "$D/exec" --pidfile "$D/pid" -H "unix://$D/sock" \
		--storage-driver overlay2 --bridge none --iptables=false --ip6tables=false \
		>daemon.log 2>&1 &
	daemon=$!
	at_exit "kill $daemon 2>/dev/null; wait $daemon"
	docker() # METHOD PATH [ARGUMENT...]
	{
		method=$1 path=$2
		shift 2
		curl -sS -f --max-time 60 --unix-socket "$D/sock" -X "$method" \
			-H 'Content-Type: application/json' "http://docker$path" "$@"
	}
	wait_for 20 docker GET /_ping || { tail -n 20 daemon.log; fail "dockerd does not answer"; }
	docker POST '/images/create?fromSrc=-&repo=busy&tag=1' -H 'Content-Type: application/x-tar' \
		--data-binary "@$T/rootfs.tar"
	at_exit 'docker DELETE "/containers/before?force=1"; docker DELETE "/containers/during?force=1"'
	begin()
	{
		parent=
		[ "$1" = before ] ||
			parent='"CgroupParent": "/kubepods/burstable/podaaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", '
		docker POST "/containers/create?name=$1" -d "{ \"Image\": \"busy:1\",
			\"Cmd\": [ \"/bin/job\", \"$1\", \"job-of-$name-$1\" ],
			\"HostConfig\": { $parent\"NetworkMode\": \"none\" } }" &&
			docker POST "/containers/$1/start" || fail "docker does not start the container $1"
	}
	id_of() { docker GET "/containers/$1/json" | jq -r .Id | cut -c 1-12; }
	exec_in()
	{
		made=$(docker POST /containers/before/exec \
			-d '{ "AttachStdout": true, "Cmd": [ "/bin/job", "exec" ] }' | jq -r .Id) &&
			docker POST "/exec/$made/start" -d '{ "Detach": false }' --output -
	}
}

setup_containerd()
{
	cat >config <<X
version = 2
root = "$D/data"
state = "$D/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$D/sock"
X
	containerd -c config >daemon.log 2>&1 &
	daemon=$!
	at_exit "kill $daemon 2>/dev/null; wait $daemon"
	ctr="ctr -a $D/sock -n shop"
	# shellcheck disable=SC2086 # a list of words
	wait_for 20 $ctr version || { tail -n 20 daemon.log; fail "containerd does not answer"; }
	at_exit "for c in web-before web-during; do
		$ctr t kill -s KILL \$c; wait_for 5 $ctr t rm \$c; $ctr c rm \$c
	done 2>/dev/null"
	begin()
	{
		make_overlay "$D/$1"
		$ctr run -d --rootfs "$D/$1" "web-$1" /bin/job "$1" "job-of-$name-$1"
	}
	id_of() { echo "web-$1"; }
	exec_in() { $ctr t exec --exec-id more web-before /bin/job exec </dev/null; }
}

# Without an engine: the names of control groups that cri-o and containerd give in a cluster.
setup_runc()
{
	hex_before=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
	hex_during=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
	runc="runc --root $D/state"
	at_exit "$runc delete -f before; $runc delete -f during"
	begin()
	{
		case $1 in
		before) group=/kubepods/besteffort/podaaaaaaaa-bbbb/crio-$hex_before ;;
		*) group=/kubepods.slice/kubepods-pode2.slice/cri-containerd-$hex_during.scope ;;
		esac
		make_overlay "$D/$1.d/rootfs"
		runc spec -b "$D/$1.d"
		jq --arg when "$1" --arg mark "job-of-$name-$1" --arg group "$group" '
			.process.terminal = false | .root.readonly = false |
			.process.args = ["/bin/job", $when, $mark] |
			.process.capabilities |= with_entries(.value += ["CAP_SYS_CHROOT"]) |
			.process.rlimits = [] | .linux.cgroupsPath = $group' \
			"$D/$1.d/config.json" >config.json && mv config.json "$D/$1.d/config.json"
		$runc run -d -b "$D/$1.d" "$1" </dev/null || fail "runc does not start the container $1"
	}
	id_of() { [ "$1" = before ] && echo 0123456789ab || echo fedcba987654; }
	exec_in() { $runc exec before /bin/job exec </dev/null; }
}

setup_lxc()
{
	stages='^lxc-' is_terminal=1
	at_exit "for c in rt-before rt-during; do lxc-stop -k -P $D/lxc -n \$c; done 2>/dev/null"
	begin()
	{
		make_overlay "$D/$1"
		mkdir -p "$D/lxc/rt-$1"
		cat >"$D/lxc/rt-$1/config" <<X
lxc.include = /usr/share/lxc/config/common.conf
lxc.rootfs.path = dir:$D/$1
lxc.uts.name = rt-$1
lxc.net.0.type = empty
lxc.apparmor.profile = unconfined
lxc.init.cmd = /bin/job $1 job-of-$name-$1
X
		lxc-start -P "$D/lxc" -n "rt-$1" -d || fail "lxc does not start the container $1"
	}
	id_of() { echo "rt-$1"; }
	exec_in() { lxc-attach -P "$D/lxc" -n rt-before -- /bin/job exec; }
}

# As the manager of a machine would start it: in a scope of the machine's name.
setup_nspawn()
{
	stages='systemd-nspawn|\(sd-'
	trees=/sys/fs/cgroup
	[ -e /sys/fs/cgroup/cgroup.controllers ] || trees="/sys/fs/cgroup/unified /sys/fs/cgroup/systemd"
	begin()
	{
		make_overlay "$D/$1"
		for tree in $trees; do
			mkdir -p "$tree/machine.slice/machine-rt\\x2d$1.scope"
		done
		# shellcheck disable=SC2016 # expanded by that shell
		sh -c 'for tree in $4; do
				echo $$ >"$tree/machine.slice/machine-rt\x2d$1.scope/cgroup.procs" || exit
			done
			exec systemd-nspawn -q --register=no --keep-unit --private-network --console=pipe \
				-D "$2" -M "rt-$1" /bin/job "$1" "$3"' sh "$1" "$D/$1" "job-of-$name-$1" "$trees" </dev/null &
		at_exit "kill $! 2>/dev/null; wait $!"
	}
	id_of() { echo "rt-$1"; }
}

groups_made() # deepest first
{
	find /sys/fs/cgroup -mindepth 1 -type d | sort | comm -23 - "$T/groups" |
		grep -E '/(docker|libpod_parent|shop|kubepods|kubepods\.slice|machine\.slice|lxc\.)' | sort -r
}

# Who is in one may be about to end.
clean_groups()
{
	groups_made | xargs -r -d '\n' rmdir
	[ -z "$(groups_made)" ]
}

clean_up()
{
	awk -v under="$T/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r |
		while read -r mounted; do umount -l "$mounted"; done
	wait_for 5 clean_groups || groups_made >&2
	rm -rf "/run/lxc/lock$T"
	rmdir /run/systemd/nspawn/propagate/rt-before /run/systemd/nspawn/propagate/rt-during 2>/dev/null
}

find /sys/fs/cgroup -mindepth 1 -type d | sort >"$T/groups"
at_exit clean_up
make_rootfs
case_of podman setup_podman podman runc conmon
case_of docker setup_docker dockerd curl jq
case_of containerd setup_containerd containerd ctr
case_of runc setup_runc runc jq
case_of lxc setup_lxc lxc-start
case_of nspawn setup_nspawn systemd-nspawn
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
