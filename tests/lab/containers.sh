#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Containers of every runtime there is: who is in which, from the first event on,
# and that files, folders, programs and ids in them are what they see themselves.
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
	podman="podman --root $D/store --runroot $D/run"
	at_exit '$podman rm -fa -t0 >/dev/null 2>&1; $podman rmi -fa >/dev/null 2>&1; umount -l "$D/store/overlay" 2>/dev/null'
	$podman import -c 'ENV PATH=/bin' "$T/rootfs.tar" localhost/busy:1 >/dev/null
	begin() { $podman run -d --name "$1" --network none localhost/busy:1 /bin/job "$1" "$name" . >/dev/null; }
	id_of() { $podman inspect -f '{{.Id}}' "$1" | cut -c 1-12; }
	exec_in() { $podman exec before /bin/job exec; }
	finish() { :; }
}

make_rootfs
case_of podman setup_podman podman runc conmon
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
