#!/usr/bin/env bash
# Limits, closed descriptors and other straits: an entry is whole, or it is refused; a check is never
# left out because it could not be made.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
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
like 'with standard error closed, a careless program says its errors into what it opened' \
	"$(<"$work/file")" 'an error that an attacker worded'
pin=/run/chroot-mounts/games/ns
# facts FILTER GROUP...: what is-entered shall find.
facts() { printf '%s\n' 1000 1000 "${place% *}" "${place#* }" "$@"; }
sweep() { output=$(cd / && "$tools/in-straits" "$@" 2>/dev/null); status=$?; }
mapfile -t words < <(facts 0)
run nsenter --mount="$pin" -S 1000 -G 1000 env -i /bin/is-entered "${words[@]}"
is 'a careless entry leaves things out' "$errors" \
	"$(printf 'missing: %s\n' 'empty bounding and ambient sets' no_new_privs 'three descriptors')"
sweep 0 "$(command -v nsenter)" --mount="$pin" -S 1000 -G 1000 env -i /bin/is-entered "${words[@]}"
is 'which fails the sweep' "$status" 1
like 'that sees it' "$output" 'nothing 0, closed 0: status 2.*in all: entered 0, refused [0-9]*, missing [1-9]'

# swept WHO: nothing was missing, and the sweep was one.
swept()
{
	local combinations
	combinations=$(sed -n 's/in all: entered \([0-9]*\), refused \([0-9]*\).*/\1 + \2/p' <<<"$output")
	echo "# $1: ${output//$'\n'/; }"
	is "no entry of $1 has anything missing" "$status" 0
	like 'with descriptors closed alone, each is whole' "$output" \
		'with nothing else: entered 8, refused 0, missing 0'
	ok "at least 200 combinations were tried for $1" test "$((combinations))" -ge 200
	like 'some whole and some refused' "$output" 'in all: entered [0-9]{2,}, refused [0-9]{2,}, missing 0'
}
mapfile -t words < <(facts 0 1000)
sweep 1000 /usr/bin/chroot-enter -d / games /bin/is-entered "${words[@]}"
swept 'a listed user'
read -ra groups < <(as alice id -G)
mapfile -t words < <(facts 2 "${groups[@]}")
sweep 0 /usr/bin/chroot-enter -d / -u alice games /bin/is-entered "${words[@]}"
swept 'the superuser as a user'
