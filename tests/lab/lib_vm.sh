# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2153
#
# lib_vm.sh: another kernel.  Debian's cloud kernel of a suite boots in qemu without
# help of the host's (TCG), with busybox, our statically linked program and the test
# programs as all there is.  It takes seconds.
. "$(dirname "$0")/../lib.sh"

# The mirror that this machine uses.
mirror_of_host()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
		2>/dev/null | awk '
		/^deb / { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }
		/^URIs:/ { print $2; exit }'
}

# kernel_of SUITE: sets $kernel; what was downloaded stays in the build folder.
kernel_of()
{
	cache=$O/lab/$1
	mkdir -p "$cache/lists/partial" "$cache/cache/archives/partial"
	for kernel in "$cache"/k/boot/vmlinuz-*; do
		[ ! -e "$kernel" ] || return 0
	done
	mirror=$(mirror_of_host)
	[ -n "$mirror" ] || skip "no Debian mirror is configured"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" \
		>"$cache/sources.list"
	set -- -o Dir::Etc::sourcelist="$cache/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$cache/lists" -o Dir::Cache="$cache/cache" -o APT::Sandbox::User=root
	apt-get "$@" update >/dev/null 2>&1 || skip "the mirror does not answer"
	package=$(apt-cache "$@" depends linux-image-cloud-amd64 |
		awk '/Depends: linux-image-[0-9]/ { print $2; exit }')
	(cd "$cache" && apt-get "$@" download "$package" >/dev/null) || skip "no kernel to download"
	dpkg -x "$cache/$package"_*.deb "$cache/k" || fail "the kernel package is damaged"
	rm -rf "$cache/lists" "$cache/cache" "$cache"/*.deb "$cache/k/lib" "$cache/k/usr"
	for kernel in "$cache"/k/boot/vmlinuz-*; do
		[ ! -e "$kernel" ] || return 0
	done
	fail "no kernel in $package"
}

# The program without any library to load, in a build folder of its own.
static_build()
{
	make -s -C "$ROOT" -j2 O="$O/static" STATIC=1 "$O/static/rtsec" >"$T/log" 2>&1 ||
		{ tail -n 20 "$T/log"; fail "the static build failed"; }
}

# vm SUITE FILE...: boots, runs the script that comes on stdin as root (busybox sh; the FILEs
# and rtsec lie in /bin), puts what it prints into $T/console and its exit code into $status.
vm()
{
	suite=$1
	shift
	[ "$(uname -m)" = x86_64 ] || skip "the machine is not x86-64"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is missing"
	command -v cpio >/dev/null || skip "cpio is missing"
	busybox=$(command -v busybox) || skip "busybox-static is missing"
	kernel_of "$suite"
	static_build
	disk=$T/disk
	mkdir -p "$disk/bin" "$disk/proc" "$disk/sys" "$disk/dev" "$disk/tmp" "$disk/etc"
	cp "$busybox" "$O/static/rtsec" "$@" "$disk/bin/"
	echo root:x:0:0:root:/:/bin/sh >"$disk/etc/passwd"
	echo root:x:0: >"$disk/etc/group"
	cat >"$disk/script"
	cat >"$disk/init" <<'EOF'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc p /proc
mount -t sysfs s /sys
mount -t devtmpfs d /dev
mount -t cgroup2 c /sys/fs/cgroup
mount -t tracefs t /sys/kernel/tracing
mount -t tmpfs t /tmp
ip link set lo up
hostname test
echo "VM-BEGIN $(uname -r)"
sh /script
echo "VM-END $?"
poweroff -f
EOF
	chmod +x "$disk/init"
	(cd "$disk" && find . | cpio -o -H newc 2>/dev/null | gzip -1 >"$T/disk.gz")
	timeout 240 qemu-system-x86_64 -M q35 -accel tcg -cpu max -m 1024 -smp 2 -nographic -no-reboot \
		-nic none -kernel "$kernel" -initrd "$T/disk.gz" \
		-append 'console=ttyS0 panic=-1 quiet no_timer_check' </dev/null 2>&1 | tr -d '\r' >"$T/serial"
	sed -n '/VM-BEGIN/,/^VM-END/p' "$T/serial" >"$T/console"
	cp "$T/console" "$T/err"
	status=$(sed -n 's/^VM-END //p' "$T/console")
	[ -n "$status" ] || { tail -n 30 "$T/serial"; fail "the machine did not come to its end"; }
}
