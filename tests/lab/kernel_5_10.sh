#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A kernel that is too old gets one clear line and exit code 1, and traces are read there.
. "$(dirname "$0")/lib_vm.sh"

vm bullseye <<'EOF'
rtsec -w /tmp/t.scap -M 1 >/tmp/out 2>/tmp/err
echo "code $?"
echo "lines $(wc -l </tmp/err)"
cat /tmp/out /tmp/err
rtsec --help >/dev/null && echo "help fine"
EOF
want 0
for line in "code 1" "lines 1" "help fine"; do
	grep -qx "$line" "$T/console" || { cat "$T/console"; fail "no line \"$line\""; }
done
grep -q '^rtsec: .*kernel (5\.10' "$T/console" || { cat "$T/console"; fail "the message does not name the kernel"; }
