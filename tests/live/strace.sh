#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The programs of tests/live once under strace -f and once under rtsec: as many of
# every call.  Left out: ptrace itself, and calls that do not come back (exit, exit_group) or that
# depend on when a signal comes (pause, restart_syscall, wait4 and its relatives).
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_live.sh"
command -v strace >/dev/null || skip "needs strace"

# strace names calls by their entry, rtsec by their event: one spelling for both.
spell()
{
	sed -E 's/^_+//; s/_time64$//; s/_time32$//
		s/^(getuid|geteuid|getgid|getegid|getresuid|getresgid|setuid|setgid|setreuid|setregid|setresuid|setresgid|chown|lchown|fchown|getgroups|setgroups|setfsuid|setfsgid)32$/\1/
		s/^(pread|pwrite|sendfile|fcntl|prlimit|stat|lstat|fstat|fstatat|truncate|ftruncate)64$/\1/
		s/^newselect$/select/; s/^ugetrlimit$/getrlimit/; s/^newfstatat$/fstatat/
		s/^semtimedop$/semop/; s/^recvmmsg$/recvmmsg/; s/^mmap2$/mmap/; s/^eventfd2$/eventfd2/' |
		grep -vxE 'exit|exit_group|pause|restart_syscall|wait4|waitid|waitpid|rt_sigreturn|sigreturn' |
		sort | uniq -c | awk '{ print $2, $1 }'
}

bad=0
for family in file mem misc net proc; do
	for program in "$family" "${family}32"; do
		[ -x "$O/tests/live/$program" ] || continue
		rm -rf work
		mkdir work
		run sh -c 'cd work && exec "$@"' - strace -f -qq -o "$T/$program.strace" \
			"$O/tests/live/$program" untraced
		want 0
		rm -rf work
		mkdir work
		run sh -c 'cd work && exec "$@"' - "$RTSEC" -w "$T/$program.scap" -- \
			"$O/tests/live/$program" untraced
		want 0
		grep -q drop_ err && fail "$program: events were lost: $(cat err)"
		# Ended calls: "name(... = result", or its second half, "<... name resumed>".
		sed -nE 's/^[0-9]+ +<\.\.\. ([a-z0-9_]+) resumed>.*/\1/p
			/<unfinished \.\.\.>$/d
			s/^[0-9]+ +([a-z0-9_]+)\(.*\) += .*/\1/p' "$program.strace" | spell >theirs
		# Of sendmmsg and recvmmsg there is an event a message: those are counted in net.sh.
		# A child's own return from its birth is an event, but no call to strace.
		run "$RTSEC" -r "$program.scap" -p '%evt.type' \
			"(proc.name=$program or proc.exe endswith /$program) and evt.dir=< and not evt.type in (sendmmsg, recvmmsg) and not (evt.type in (clone, clone3, fork, vfork) and evt.rawres=0)"
		want 0
		spell <out >ours
		grep -vE '^(sendmmsg|recvmmsg) ' theirs >theirs.cut
		[ "$(wc -l <ours)" -ge 5 ] || fail "$program: only $(wc -l <ours) kinds of calls"
		diff theirs.cut ours >difference || {
			echo "$program: strace (<) and rtsec (>) count differently"
			cat difference
			bad=1
		}
	done
done
exit $bad
