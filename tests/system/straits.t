#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Limits, closed descriptors and other straits: an entry is whole, or it is refused; a check is never
# left out because it could not be made. A system call that fails, or only says that it has done it,
# likewise.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private

tools=${BUILD:-$top/build}/system
configure games 'root="/opt/games"' 'users="alice"'
install -m 755 "$tools/is-entered" /opt/games/bin/is-entered
install -m 755 "$tools/naive" /usr/local/bin/naive
ok 'the root starts' chroot-mounts start
place=$(chroot-enter -d / games stat -c '%d %i' /)

# what the careless do
: >"$work/file"
naive speak "$work/file" 2>&-
like 'a careless program with standard error closed says its errors into what it opened' \
	"$(<"$work/file")" 'an error that an attacker worded'
pin=/run/chroot-mounts/games/ns
# facts FILTER GROUP...: what is-entered shall find.
facts() { printf '%s\n' 1000 1000 "${place% *}" "${place#* }" "$@"; }
sweep() { output=$(cd / && "$tools/in-straits" "$@" 2>/dev/null); status=$?; }
mapfile -t words < <(facts 0)
run nsenter --mount="$pin" -S 1000 -G 1000 env -i /bin/is-entered "${words[@]}"
is 'a careless entry leaves things out' "$errors" \
	"$(printf 'missing: %s\n' no_new_privs 'three descriptors')"
sweep 0 "$(command -v nsenter)" --mount="$pin" -S 1000 -G 1000 env -i /bin/is-entered "${words[@]}"
is 'a careless entry fails the sweep' "$status" 1
like 'the sweep counts what a careless entry leaves out' "$output" 'nothing 0, closed 0: status 2.*in all: entered 0, refused [0-9]*, missing [1-9]'

# swept WHO: nothing was missing, and the sweep was one.
swept()
{
	local combinations
	combinations=$(sed -n 's/in all: entered \([0-9]*\), refused \([0-9]*\).*/\1 + \2/p' <<<"$output")
	echo "# $1: ${output//$'\n'/; }"
	is "no entry of $1 has anything missing" "$status" 0
	like "each entry of $1 with descriptors closed alone is whole" "$output" \
		'with nothing else: entered 8, refused 0, missing 0'
	ok "at least 200 combinations were tried for $1" test "$((combinations))" -ge 200
	like "some entries of $1 are whole and some are refused" "$output" 'in all: entered [0-9]{2,}, refused [0-9]{2,}, missing 0'
}
mapfile -t words < <(facts 0 1000)
sweep 1000 /usr/bin/chroot-enter -d / games /bin/is-entered "${words[@]}"
swept 'a listed user'
read -ra groups < <(as alice id -G)
mapfile -t words < <(facts 2 "${groups[@]}")
sweep 0 /usr/bin/chroot-enter -d / -u alice games /bin/is-entered "${words[@]}"
swept 'the superuser as a user'

# a system call that fails, as a sandbox or an old kernel makes it
# tried WORD...: strace's words, then the command.
tried() { strace -qq -e signal=none -o "$work/trace" "$@" >/dev/null 2>"$work/errors"; }
# Each call from the line that matches the pattern to the last execve, and which one of its name it
# is. Not those that cannot fail.
calls()
{
	awk -v from="$1" -F '(' '
		$0 ~ from { is_due = 1 }
		{ count[$1]++ }
		/^execve\("[^"]*\/is-entered"/ && is_due { print $1, count[$1]; exit }
		!is_due || /^get(res)?[ug]id\(|^gete[ug]id\(/ { next }
		{ print $1, count[$1] }' "$work/trace"
}
# fail_each WHO PATTERN WORD...: nothing is left out, whichever call from the pattern on fails once.
fail_each()
{
	local who=$1 pattern=$2 call number entered=0 refused=0 missing=''
	shift 2
	tried "$@"
	is "$who enters whole under strace" "$?" 77
	calls "$pattern" >"$work/calls"
	while read -r call number; do
		tried -e "inject=$call:error=EPERM:when=$number" "$@"
		status=$?
		case $status in
		77) entered=$((entered + 1)) ;;
		[1-9] | [1-9][0-9] | 1[01][0-9] | 12[0-7]) refused=$((refused + 1)) ;;
		*) missing="$missing $call $number: $status, $(head -n 1 "$work/errors");" ;;
		esac
	done <"$work/calls"
	echo "# $who: entered $entered, refused $refused"
	is "whichever call fails, $who has nothing left out" "$missing" ''
	ok "most calls that fail make the entry of $who refused" test "$refused" -gt "$entered"
}
mapfile -t words < <(facts 0 "${groups[@]}")
fail_each 'a listed user' '^prctl[(]PR_SET_DUMPABLE' \
	-u alice /usr/bin/chroot-enter -d / games /bin/is-entered "${words[@]}"
mapfile -t words < <(facts 2 "${groups[@]}")
fail_each 'the superuser as a user' '^setns' \
	/usr/bin/chroot-enter -d / -u alice games /bin/is-entered "${words[@]}"
is 'a careless program does not see that its drop failed' \
	"$(strace -qq -o /dev/null -e inject=setresuid:error=EAGAIN naive drop 1000 id -u)" 0
mapfile -t words < <(facts 0 "${groups[@]}")
entry=(-u alice /usr/bin/chroot-enter -d / games /bin/is-entered "${words[@]}")
tried "${entry[@]}"
cp "$work/trace" "$work/whole"
# pretended PATTERN ERROR: the first such call succeeds, and the kernel has done nothing.
pretended()
{
	local call=${1%%\[*}
	tried -e "inject=$call:retval=0:when=$(awk -v pattern="^$1" -F '(' -v call="$call" \
		'$1 == call { count++ } $0 ~ pattern { print count; exit }' "$work/whole")" "${entry[@]}"
	is "a $call that has done nothing ($1) is found out" "$?" 125
	like "the message says that a $call has done nothing ($1)" "$(<"$work/errors")" "^chroot-enter: .*$2"
}
pretended 'setresuid[(]1000, 1000' 'could be had back|cannot'
pretended 'prctl[(]PR_SET_NO_NEW_PRIVS' 'could be had back'
pretended 'capset[(].*permitted=0,' 'could be had back'
pretended 'setns[(]' '/ inside is not what start made'

# start: a namespace that is not made whole is not kept
chroot-mounts stop
for call in unshare pivot_root; do
	run strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:error=EPERM" chroot-mounts start
	is "start fails if $call fails" "$status" 1
	like "start says what it cannot do if $call fails" "$errors" 'cannot .*: Operation not permitted'
	ok "start prepares nothing if $call fails" fails has_pins
done
ok 'the next start prepares the root' chroot-mounts start
done_testing
