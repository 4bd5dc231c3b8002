#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is asked for wrongly is said in one line before anything happens: exit code 2, no file
# touched, no command started. What cannot be printed is exit code 4, in every mode.
. "$(dirname "$0")/../lib.sh"
trace=$ROOT/tests/data/quickstart.scap

# CODE TEXT ARGS...: one line with TEXT, nothing on standard output.
refused() {
	code=$1 text=$2
	shift 2
	run "$RTSEC" "$@"
	want "$code"
	[ -s out ] && fail "$*: it prints something"
	[ "$(wc -l <err)" = 1 ] || fail "$*: $(wc -l <err) lines of explanation"
	grep -qe "$text" err || fail "$*: it does not say \"$text\": $(cat err)"
}

for number in -1 1.5 x '' 99999999999999999999999; do
	refused 2 "-n: '$number' is not a number" -r "$trace" -n "$number"
	refused 2 "-M: '$number' is not a number" -r "$trace" -M "$number"
done
refused 2 "not a number from 0 to 65000" -s 65001
refused 2 "'1T' is not a size" --ring-size 1T
refused 2 "'-1' is not a size" --ring-size -1
refused 2 "'257M' is more than 256M" --ring-size 257M
refused 2 "is none of zstd" -r "$trace" -w new --compress=lzma
refused 2 "unknown option '--colour'" --colour
refused 2 "'-r' needs a value" -r
refused 2 "cannot be run while reading" -r "$trace" -- touch ran
refused 1 "No such file or directory" -r missing
refused 1 "Is a directory" -r /
[ -e new ] && fail "a file was made"

# Of an endless expression what is near the error, and nothing that moves a terminal.
run "$RTSEC" -r "$trace" "$(printf 'proc.name=%02000d or proc.name=\033[2J b' 0)"
want 2
[ "$(wc -c <err)" -lt 1000 ] || fail "$(wc -c <err) bytes of explanation"
LC_ALL=C grep -q "$(printf '\033')" err && fail "a control byte is printed"

# Whether the capture or the trace is what fails: nothing may happen that nobody records.
: >there
run "$RTSEC" -w there -- touch ran
want 1
sleep 0.2
[ -e ran ] && fail "the command ran without a recording"

for option in -l -L --help --version "-r $trace" "-j -r $trace" "-S -r $trace"; do
	# shellcheck disable=SC2086 # several words
	run sh -c '"$RTSEC" "$@" >/dev/full' sh $option
	want 4
	[ "$(cat err)" = "rtsec: output: No space left on device" ] || fail "$option: $(cat err)"
done
exit 0
