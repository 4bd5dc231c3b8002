# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# lib.sh: what every test script begins with:  . "$(dirname "$0")/../lib.sh"
# It pins the surroundings, makes a scratch folder and goes there.
#
#   ROOT   the checkout          O    the build folder, absolute
#   RTSEC  the program under test   T    the scratch folder, removed at exit
#
#   run CMD...       runs it; its output is in $T/out and $T/err, its exit code in $status
#   want CODE        the last run ended with CODE, else the test fails and shows its stderr
#   same FILE FILE   what was wanted, what came; different is a failure and shows the difference
#   fail TEXT        ends the test as failed
#   skip REASON      ends the test as skipped; the reason is one line
#   at_exit CMD      done at the end however the test ends (latest first)

set -u
umask 022
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
O=${O:-build}
case $O in
/*) ;;
*) O=$ROOT/$O ;;
esac
RTSEC=${RTSEC:-$O/rtsec}
T=$(mktemp -d "${TMPDIR:-/tmp}/rtsec-test.XXXXXX")
HOME=$T
TZ=UTC
LC_ALL=C.UTF-8
TERM=xterm
COLUMNS=100
LINES=30
PATH=$PATH:/usr/sbin:/sbin
export ROOT O RTSEC T HOME TZ LC_ALL TERM COLUMNS LINES PATH
unset LANG LANGUAGE NO_COLOR
status=0
at_exit_list=:

at_exit()
{
	at_exit_list="$1; $at_exit_list"
}

# shellcheck disable=SC2154 # code is set inside the quotes
trap 'code=$?; trap - EXIT; eval "$at_exit_list"; cd /; rm -rf "$T"; exit $code' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
cd "$T" || exit 1

run()
{
	status=0
	"$@" >"$T/out" 2>"$T/err" || status=$?
}

fail()
{
	echo "$*"
	exit 1
}

skip()
{
	echo "$*"
	exit 77
}

want()
{
	[ "$status" = "$1" ] && return
	cat "$T/err"
	fail "exit code $status, wanted $1"
}

same()
{
	diff -u "$1" "$2" || fail "$2 is not what $1 says"
}
