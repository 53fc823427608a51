#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The same file means the same to config_read and to each shell that may run OpenRC: values are
# compared byte for byte. SEED and FILES choose the random files.

build=${BUILD:-build}
generator=$build/differential/config-generator
seed=${SEED:-1}
files=${FILES:-20000}
number=3

if [ ! -x "$generator" ]; then
	echo "Bail out! $generator is not built"
	exit 1
fi
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
trap 'exit 1' HUP INT PIPE TERM

# Prints the script that reads the files 1 to $1. One shell reads them all: it gets back to
# nothing by unset, which costs less than a process for each.
print_reader() {
	keys=$("$generator" keys | tr '\n' ' ')
	# the reader's variables, not ours
	# shellcheck disable=SC2016
	fields=$(for key in $keys; do printf '"$n %s${%s+=$%s}" ' "$key" "$key" "$key"; done)
	cat <<-END
		n=1
		while [ "\$n" -le $1 ]; do
			unset $keys
			. "./\$n"
			printf '%s\0' $fields
			n=\$((n + 1))
		done
	END
}

# missing SENTENCE REASON
missing() {
	if [ "$TESTS_MUST_RUN" = 1 ]; then
		echo "not ok $number - $1"
		echo "# $2"
		failed=1
	else
		echo "ok $number - $1 # skip $2"
	fi
}

# show_difference EXPECTED ACTUAL: the first ones, with the number of the file
show_difference() {
	for side in "$1" "$2"; do
		tr '\0\n' '\n\001' <"$side" >"$side.lines"
	done
	diff "$1.lines" "$2.lines" | cat -v | head -n 6 | sed 's/^/# /'
}

# compare LOCALE COMMAND...
compare() {
	locale=$1
	shift
	number=$((number + 1))
	sentence="$(echo "$*" | sed 's|.*/||') reads the generated files as config_read does, under $locale"
	if ! command -v "$1" >/dev/null; then
		missing "$sentence" "no $1 here"
		return
	fi
	program=$(command -v "$1")
	shift
	if [ -n "$(env -i LC_ALL="$locale" "$program" "$@" -c : 2>&1)" ]; then
		missing "$sentence" "no locale $locale here"
		return
	fi
	# a hole in the grammar shall find no program to run, and a home that shows
	(cd "$directory" && env -i LC_ALL="$locale" PATH=/nonexistent HOME=/home/alice \
		"$program" "$@" ./reader >actual 2>errors </dev/null)
	if [ -s "$directory/errors" ] || ! cmp -s "$directory/expected" "$directory/actual"; then
		echo "not ok $number - $sentence"
		head -n 3 "$directory/errors" | cat -v | sed 's/^/# /'
		show_difference "$directory/expected" "$directory/actual"
		failed=1
	else
		echo "ok $number - $sentence"
	fi
}

failed=0
echo "1..9"
echo "# SEED=$seed"
"$generator" "$seed" "$files" "$directory" || failed=1
count=$(tr '\0' '\n' <"$directory/expected" | sed -n 's/^\([0-9]*\) roots.*/\1/p' | tail -n 1)
print_reader "${count:-0}" >"$directory/reader"
for locale in C C.UTF-8; do
	compare "$locale" dash
	compare "$locale" bash
	compare "$locale" busybox sh
done
exit "$failed"
