#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Traces that are committed hold what a test did and nothing of the machine where
# it ran: no environment, no users but a handful, no home, no host name.  Looked at
# as raw bytes, so that nothing hides in what the reader passes over.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1

unpack() {
	case $(od -An -tx1 -N4 "$1" | tr -d ' ') in
	28b52ffd | 5?2a4d18) zstd -qdc "$1" 2>/dev/null ;;
	1f8b*) gzip -dc "$1" 2>/dev/null ;;
	*) cat "$1" ;;
	esac
}

# The machine block (0x201) of a little-endian trace: its body ends with the name, at 20, of
# at most 128 bytes.  Blocks are type u32, length u32, body, length u32.
host_of() {
	at=0
	size=$(wc -c <"$1")
	for _ in 1 2 3 4 5 6 7 8; do
		[ $((at + 12)) -le "$size" ] || return 0
		# shellcheck disable=SC2046 # two numbers
		set -- "$1" $(od -An -tu4 -j "$at" -N 8 "$1")
		[ "$3" -ge 12 ] || return 0
		if [ "$2" = 513 ] || [ "$2" = 2147658701 ]; then
			tail -c +$((at + 29)) "$1" | head -c 128 | tr '\0' '\n' | head -n 1
			return 0
		fi
		at=$((at + $3))
	done
}

variables='PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|MAIL|HOSTNAME|SSH_[A-Z]+|SUDO_[A-Z]+|XDG_[A-Z_]+'
users='www-data|sshd|systemd-|nobody|daemon|messagebus|/nonexistent|nologin'
places='/ho''me/|/wo''rk/|/root/|/tmp/[a-z]+\.[A-Za-z0-9]{6,}'

find tests -name '*.scap*' -type f | sort >"$T/traces"
[ -s "$T/traces" ] || skip "there are no traces"
command -v zstd >/dev/null || skip "zstd is missing"
while read -r trace; do
	unpack "$trace" >"$T/raw"
	strings -n 4 "$T/raw" >"$T/text"
	grep -nE -e "(^|[^A-Za-z0-9_])($variables)=" -e "$users" -e "$places" "$T/text" |
		head -n 5 | sed "s|^|$trace: |"
	host=$(host_of "$T/raw")
	case $host in
	test | '') ;;
	*) echo "$trace: recorded on host \"$host\"" ;;
	esac
done <"$T/traces" >"$T/bad"
[ ! -s "$T/bad" ] || { cat "$T/bad"; fail "traces with a machine inside"; }
