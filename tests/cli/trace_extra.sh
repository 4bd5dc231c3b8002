#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What only rtsec knows of an event (here: which file was really opened) lives on through
# every packing and from each to each; in a zstd trace it is outside of the events, which are
# then byte for byte those of a trace that never had it. Also under a filter, which marks events.
. "$(dirname "$0")/../lib.sh"

# Entries of event/wire.h: tag 1, length, path; tag 2, length 1, bit 0: asynchronous.
script()
{
	cat <<-END
		proc tid=5 comm=x exe=/bin/x
		ev tid=5 $1 openat fd=3 dirfd=AT_FDCWD name="/etc/link" flags=O_RDONLY mode=0 dev=1 ino=2
		ev tid=5 $2 read res=3 fd=3 data="abc" size=3
		repeat 300 ev tid=5 close res=0 fd={i}
		ev tid=5 openat fd=4 dirfd=AT_FDCWD name="/etc/plain" flags=O_RDONLY mode=0 dev=1 ino=3
	END
}
path='hex:010009002f6574632f7265616c'
script "beside=$path" 'beside=hex:0200010001' >script
script '' '' >plain
"$O/tests/gen/gen_trace" -o plain.scap plain || fail "gen_trace failed"
for packing in zstd gzip; do
	"$O/tests/gen/gen_trace" -z $packing -f 3000 -o a.$packing script || fail "gen_trace failed"
done

format='*%evt.num %evt.type %evt.arg.name %fd.name %evt.is_async %evt.args'
run "$RTSEC" -r a.zstd -p "$format"
want 0
mv out full
run "$RTSEC" -r a.zstd --compress=none -w a.none
want 0
grep -q '^1 openat /etc/real /etc/real false' full || fail "the file really opened is not shown"
grep -q '^2 read .*/etc/real true' full || fail "the asynchronous mark is not shown"
grep -q '^303 openat /etc/plain /etc/plain false' full || fail "the last event is not shown"

for from in zstd gzip none; do
	run "$RTSEC" -r a.$from -p "$format"
	want 0
	same full out
	for to in zstd gzip none; do
		run "$RTSEC" -r a.$from --compress=$to -w $from.$to
		want 0
		run "$RTSEC" -r $from.$to -p "$format"
		want 0
		same full out
	done
	run "$O/tests/gen/slack" $from.zstd
	want 0
	run "$O/tests/gen/slack" $from.gzip $from.none
	want 1
	grep -q "^$from.gzip: 2 of 303 events" out || fail "$(cat out)"
done
if command -v zstd >/dev/null; then
	for from in zstd gzip none; do
		zstd -qdc $from.zstd | cmp - plain.scap || fail "$from.zstd holds other events"
	done
fi

# A filter: the open is kept for its file's name, marked, with its entries.
for to in zstd gzip none; do
	for from in zstd gzip; do
		run "$RTSEC" -r $from.none --compress=$to --force -w some.scap evt.type=read
		want 0
		run "$RTSEC" -r some.scap -p '*%evt.type %fd.name %evt.is_async'
		want 0
		[ "$(cat out)" = 'read /etc/real true' ] || fail "$from to $to: $(cat out)"
	done
done

# The same with blocks of the first version, which have flags in a type of their own.
"$O/tests/gen/gen_trace" -o old.scap - <<-END || fail "gen_trace failed"
	version events=1
	proc tid=5 comm=x exe=/bin/x
	ev tid=5 openat fd=3 dirfd=AT_FDCWD name="/etc/old" flags=O_RDONLY mode=0 dev=1 ino=2
	ev tid=5 read res=3 fd=3 data="abc" size=3
END
for to in zstd gzip none; do
	run "$RTSEC" -r old.scap --compress=$to --force -w some.scap evt.type=read
	want 0
	[ ! -s err ] || fail "$(cat err)"
	run "$RTSEC" -r some.scap -p '%evt.num %evt.type %fd.name'
	want 0
	[ ! -s err ] || fail "$(cat err)"
	[ "$(cat out)" = '2 read /etc/old' ] || fail "first version to $to: $(cat out)"
done
