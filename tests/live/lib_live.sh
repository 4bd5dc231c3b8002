# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# lib_live.sh: for tests that capture. Begins with tests/lib.sh; skips where a
# capture is not possible and says why.
. "$ROOT/tests/lib.sh"

[ "$(id -u)" = 0 ] || skip "needs root: capturing loads BPF programs"
[ -r /sys/kernel/btf/vmlinux ] || skip "needs a kernel with BTF"

# wait_for SECONDS CMD...: until CMD succeeds.
wait_for()
{
	left=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.02
	done
}

# started LOG: has the capture behind this --debug log begun?
started()
{
	grep -q 'capture is on' "$1"
}
