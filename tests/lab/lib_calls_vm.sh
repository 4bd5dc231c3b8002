# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# lib_calls_vm.sh: the tests of tests/live that make every call of a family, on
# another kernel.
. "$(dirname "$0")/lib_vm.sh"

# calls_on SUITE NAME...
calls_on()
{
	on=$1
	shift
	files="$ROOT/tests/lib.sh $ROOT/tests/live/lib_live.sh $ROOT/tests/live/lib_calls.sh
		$ROOT/tests/live/NOT_PRODUCED"
	for name in "$@"; do
		files="$files $ROOT/tests/live/$name.sh"
		for program in "$O/tests/live/$name" "$O/tests/live/${name}32"; do
			[ ! -x "$program" ] || files="$files $program"
		done
	done
	# shellcheck disable=SC2086 # names of ours, without blanks
	vm "$on" $files <<EOF
mkdir -p /t/tests/live /t/build/tests/live
mv /bin/lib.sh /t/tests/
mv /bin/lib_*.sh /bin/NOT_PRODUCED /t/tests/live/
failed=0
for name in $*; do
	mv /bin/\$name.sh /t/tests/live/
	for program in \$name \${name}32; do
		[ ! -x /bin/\$program ] || mv /bin/\$program /t/build/tests/live/
	done
	if O=/t/build RTSEC=/bin/rtsec setsid sh /t/tests/live/\$name.sh; then
		echo "RESULT \$name passed"
	else
		echo "RESULT \$name failed"
		failed=1
	fi
done
exit \$failed
EOF
	[ "$status" = 0 ] || { cat console; fail "on $on: exit code $status"; }
	passed=$(grep -c '^RESULT .* passed$' console)
	[ "$passed" = $# ] || { cat console; fail "$passed of $# passed"; }
}
