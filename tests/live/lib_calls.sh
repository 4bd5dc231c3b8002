# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# lib_calls.sh: records a program that says what its calls should look like
# (want.h) and compares.  Begins with tests/live/lib_live.sh.
. "$ROOT/tests/live/lib_live.sh"

# check_calls NAME [ARG...]: each line of the program's output is one event of it, its 32-bit
# twin likewise. Which parameters were seen with a value is added to $T/seen.
check_calls()
{
	name=$1
	shift
	for program in "$name" "${name}32"; do
		[ -x "$O/tests/live/$program" ] || continue
		rm -rf work "$program.scap"
		mkdir work
		run sh -c 'cd work && exec "$@"' - "$RTSEC" -w "$T/$program.scap" -s 200 -- \
			"$O/tests/live/$program" "$@"
		want 0
		grep -q drop_ err && fail "$program: events were lost: $(cat err)"
		mv out wanted
		[ -s wanted ] || fail "$program says nothing"
		run "$RTSEC" -r "$program.scap" -p '*%evt.type %evt.args ' "proc.name=$program"
		want 0
		mv out came
		awk -F '\t' '
			# How many events have all parts of the line?
			FILENAME == "came" {
				type = $0
				sub(/ .*/, "", type)
				event[type, ++cnt[type]] = substr($0, length(type) + 1)
				next
			}
			{
				found = 0
				for (i = 1; i <= cnt[$1]; i++) {
					for (j = 2; j <= NF; j++) {
						part = " " $j " "
						if ($j ~ /\*$/)
							part = " " substr($j, 1, length($j) - 1)
						if (!index(event[$1, i], part))
							break
					}
					found += j > NF
				}
				times[$0]++
				seen[$0] = found
				for (j = 2; j <= NF; j++)
					if ($j !~ /=(<NA>|NULL)?$/)
						print $1 "." substr($j, 1, index($j, "=") - 1) >>"seen"
			}
			END {
				for (line in seen)
					if (seen[line] != times[line]) {
						bad++
						printf "wanted %d, came %d: %s\n", times[line], seen[line], line
						split(line, head, "\t")
						for (i = 1; i <= cnt[head[1]] && i <= 20; i++)
							print "  " head[1] event[head[1], i]
					}
				exit bad > 0
			}' came wanted >bad || fail "$program: $(cat bad)"
	done
}

# check_params TYPE...: every parameter of the exit events of these names was seen with a value,
# but for what NOT_PRODUCED gives a reason for.
check_params()
{
	"$RTSEC" -L | sed -n 's/^ *[0-9]* < //p' >list
	for type in "$@"; do
		grep "^$type(" list | tr -d ')' | sed 's/^[^(]*(//' | tr ',' '\n' |
			awk -v type="$type" 'NF { print type "." $NF }'
	done >all
	awk '
		FILENAME ~ /NOT_PRODUCED$/ {
			if (NF && !/^#/)
				excused[$1 "." $2] = 1
			next
		}
		FILENAME == "seen" { seen[$0] = 1; next }
		!seen[$0] && !excused[$0] { print "never seen with a value: " $0; bad = 1 }
		seen[$0] && excused[$0] { print "NOT_PRODUCED names what is produced: " $0; bad = 1 }
		END { exit bad }' "$ROOT/tests/live/NOT_PRODUCED" seen all || fail "see above"
}
