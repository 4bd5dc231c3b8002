# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2153,SC2016
#
# lib_fresh.sh: a Debian in which nothing was done yet, and our two commands in it.
# Its mounts live in a mount namespace of their own and end with it.
. "$(dirname "$0")/../lib.sh"

# The mirror and the ways to it that this machine uses.
mirror_of_host()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
		2>/dev/null | awk '
		/^deb / { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }
		/^URIs:/ { print $2; exit }'
}

# fresh SUITE
fresh()
{
	[ "$(id -u)" = 0 ] || skip "root is needed"
	command -v debootstrap >/dev/null || skip "debootstrap is missing"
	[ -e "/usr/share/debootstrap/scripts/$1" ] || skip "debootstrap does not know $1"
	mirror=$(mirror_of_host)
	[ -n "$mirror" ] || skip "no Debian mirror is configured"
	root=$T/root

	debootstrap --variant=minbase --include=make,ca-certificates "$1" "$root" "$mirror" >"$T/log" 2>&1 ||
		{ tail -n 5 "$T/log"; fail "debootstrap failed"; }
	apt-config dump | grep '^Acquire::\(http\|https\|Retries\)' >"$root/etc/apt/apt.conf.d/90host" || :
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	mkdir "$root/src"
	cd "$ROOT" || exit 1
	if git rev-parse HEAD >/dev/null 2>&1; then
		git ls-files -co --exclude-standard | while read -r file; do
			[ ! -e "$file" ] || echo "$file"
		done >"$T/files"
		tar -cf "$T/src.tar" -T "$T/files"
	else
		tar -cf "$T/src.tar" --exclude='./build*' --exclude=./capture.scap .
	fi
	tar -xf "$T/src.tar" -C "$root/src" || fail "the tree could not be copied"
	cd "$T" || exit 1

	for goal in quickstart check; do
		start=$(date +%s)
		unshare -m --propagation private sh -c '
			mount --rbind /proc "$1/proc" && mount --rbind /sys "$1/sys" &&
			mount --rbind /dev "$1/dev" && mount -t tmpfs none "$1/tmp" &&
			exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
				make -C /src "$2"' sh "$root" "$goal" >"$T/log" 2>&1 ||
			{ tail -n 60 "$T/log"; fail "make $goal failed"; }
		echo "make $goal: $(($(date +%s) - start)) s"
		tail -n 3 "$T/log"
		[ $goal != quickstart ] || [ -s "$root/src/capture.scap" ] || fail "no trace was left"
	done
}
