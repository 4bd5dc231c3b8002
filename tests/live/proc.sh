#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Processes: births, programs, exits, signals, and what only comes when asked for:
# context switches and page faults.
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/tests/live/lib_calls.sh"

check_calls proc more
# By an fd of the image the comm is another one, so that one is looked for here; the check
# (AT_EXECVE_CHECK) is no exec: one of the path, one of the fd.
run "$RTSEC" -r proc.scap -p '%proc.exepath %evt.rawres' 'evt.type=execveat and evt.rawres=0'
want 0
[ "$(wc -l <out)" = 2 ] || fail "execveat: $(cat out)"

run "$RTSEC" -w more.scap --switches --page-faults -- sh -c 'cat /etc/passwd | wc -l'
want 0
run "$RTSEC" -r more.scap -p '%evt.type %evt.args' 'evt.type in (switch, page_fault) and proc.name in (sh, cat, wc)'
want 0
grep -Eq '^switch next=[0-9]+.* pgft_maj=[0-9]+ pgft_min=[1-9][0-9]* vm_size=[1-9][0-9]* vm_rss=[0-9]+ vm_swap=0$' out ||
	fail "no switch: $(grep -m 3 switch out)"
grep -Eq '^page_fault addr=[0-9A-F]+ ip=[0-9A-F]+ error=[0-9]+\(.*USER_FAULT' out ||
	fail "no page fault: $(grep -m 3 page_fault out)"
check_params fork vfork clone clone3 execve execveat
