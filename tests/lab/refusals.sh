#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where no capture is possible, or its ids would be of another pid namespace: one clear
# line each and exit code 1.
. "$(dirname "$0")/lib_vm.sh"

vm bookworm <<'EOF'
echo 'user:x:1000:1000::/:/bin/sh' >>/etc/passwd
echo 'user:x:1000:' >>/etc/group
mount -t securityfs s /sys/kernel/security
try()
{
	what=$1
	shift
	"$@" >/tmp/out 2>/tmp/err
	echo "= $what: code $?, $(wc -l </tmp/out) and $(wc -l </tmp/err) lines, $(cat /tmp/err)"
}
try root rtsec -q -M 1
try user su user -c 'rtsec -q -M 1'
try userns unshare -U -r rtsec -q -M 1
try pidns unshare -f -p rtsec -q -M 1
try container unshare -f -p -m --mount-proc rtsec -q -M 1
echo integrity >/sys/kernel/security/lockdown
try integrity rtsec -q -M 1
echo confidentiality >/sys/kernel/security/lockdown
try confidentiality rtsec -q -M 1
umount /sys/kernel/security
try hidden rtsec -q -M 1
mount -t tmpfs t /sys/kernel/btf
try btf rtsec -q -M 1
EOF
want 0
sed -n 's/^= //p' console >got

# said WHAT PATTERN: what was tried came to this
said()
{
	grep -q "^$1: $2" got || { cat console; fail "$1: not \"$2\""; }
}

line='code 1, 0 and 1 lines, rtsec: cannot capture: .*'
said root 'code 0, 0 and 0 lines, $'
said user "${line}no privilege"
said userns "${line}user namespace"
said pidns "${line}pid namespace"
said container "${line}pid namespace"
said integrity 'code 0, 0 and 0 lines, $'
said confidentiality "${line}locked down"
said hidden "$line"
said btf "${line}no BTF"
