#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A bad template is refused before anything is read: exit code 2, the place, a caret.
. "$(dirname "$0")/../lib.sh"

trace=$ROOT/tests/data/quickstart.scap

refused()
{
	run "$RTSEC" -r "$trace" -p "$1"
	want 2
	[ ! -s out ] || fail "$1: something was printed"
	sed 's/^rtsec: //' err
}

refused '%evt.num %evt.nosuch'
refused 'x%'
refused '%proc.name %12'
refused '100%% sure'
refused '%tolower(evt.num)'
refused '%evt.arg.nosuch'
refused '%join(",", proc.name)'
