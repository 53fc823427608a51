#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The README, followed to the letter on a fresh system with nothing but OpenRC, by a script: from nothing to
# a second user's shell in the second root. Each line that the README sets in, from "Install" on, is typed
# as it stands there. Left out are the archives of other distributions, which chroot-mounts(7) has too.
# VERBOSE=1 prints everything that is printed then.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

if [ -z "${ON_MACHINE-}" ]; then
	[ "$(id -u)" = 0 ] || cannot_run 'only the superuser can make a machine'
	needs mmdebstrap
	cache=${TESTS_CACHE:-$top/tests/cache}
	"$top/tests/trees" fresh
	over=$(mktemp -d)
	trap 'rm -rf "$over"' EXIT
	mkdir -p "$over/root/chroot-mounts"
	tar -C "$top" --exclude=./.git --exclude=./build --exclude=./tests/cache -cf - . |
		tar -C "$over/root/chroot-mounts" -xf -
	OVER=$over BASE=$cache/fresh TREES='' run_in 'on a fresh system' "$top/tests/machine" \
		env ON_MACHINE=fresh VERBOSE="${VERBOSE-}" bash "$(realpath "$0")" </dev/null | sum_up
	exit
fi

readme=/root/chroot-mounts/README.md

# The set-in lines, in their order, each behind the user who types it.
lines()
{
	awk '
		/^## Install/ { begun = 1 }
		!begun { next }
		/^As alice:/ { user = "alice" }
		/^As bob:/ { user = "bob" }
		/^## / || /[Aa]s the superuser/ { user = "root" }
		/^    / { sub(/^    /, ""); print user, $0 }' "$readme"
}

# type_line USER LINE: in the directory where the user stands. apt-get is answered, and a shell is told a
# command.
type_line()
{
	local user=$1 line=$2 home=/root/chroot-mounts
	[ "$user" = root ] || home=$(getent passwd "$user" | cut -d : -f 6)
	case $line in
	*apt-get*) yes ;;
	*) echo 'echo "I am $(id -un) in $(. /etc/os-release; echo "$ID"), with $0"' ;;
	esac | setpriv --reuid="$user" --regid="$user" --init-groups env -i -C "$home" HOME="$home" \
		PATH="$PATH" TERM=dumb USER="$user" sh -c "$line" >"$work/printed" 2>&1
	local status=${PIPESTATUS[1]}
	[ -z "${VERBOSE-}" ] || sed 's/^/#   /' "$work/printed"
	return "$status"
}

# A system in use has users.
ok 'the fresh system has no compiler' fails command -v cc
useradd -m -s /bin/bash alice
useradd -m -s /bin/sh bob

install=$(sed -n 's/^| Debian, Devuan | `\(.*\)` |$/\1/p' "$readme")
like 'the README has a line for Debian' "$install" '^apt-get install '
ok 'the packages for Debian are installed' type_line root "$install"
tool=$(sed -n 's/.*the tool is in the package `\(.*\)`:$/\1/p' "$readme")
is 'the README names the package of the tool' "$tool" debootstrap
ok 'the tool is installed' type_line root "apt-get install $tool"

typed=0
while read -r user line; do
	case $line in
	pacstrap* | tar* | podman* | extra_mounts=*) continue ;;
	esac
	[ -z "${VERBOSE-}" ] || echo "# $user: $line"
	ok "$user types: ${line//#/\\#}" type_line "$user" "$line"
	typed=$((typed + 1))
	case "$user $line" in
	'alice chroot-enter games '*' a shell') is 'alice has a shell in the first root' "$(<"$work/printed")" 'I am alice in debian, with bash' ;;
	'alice chroot-enter -s '*) is 'alice has the shell that she named' "$(<"$work/printed")" 'I am alice in debian, with bash' ;;
	*os-release*) like 'the command prints what the tree is' "$(<"$work/printed")" 'Debian' ;;
	'root chroot-mounts status') is 'both roots are started' "$(awk '$2 == "started" { print $1 }' "$work/printed")" $'build\ngames' ;;
	'bob chroot-enter build') is 'bob has a shell in the second root' "$(<"$work/printed")" 'I am bob in debian, with sh' ;;
	esac
done < <(lines)
is 'every line of the README was typed' "$typed" 17
ok 'the service is in its runlevel' test -e /etc/runlevels/default/chroot-mounts

# sharing /home
sed -n 's/^    \(extra_mounts=.*\)/\1/p' "$readme" >>/etc/conf.d/chroot-mounts.build
ok 'the line that shares /home is taken by a reload' chroot-mounts reload build
ok 'a command runs in the directory that it is typed in' type_line bob 'chroot-enter build test "$PWD" = /home/bob -a -O .'
ok 'the service stops' rc-service chroot-mounts stop
done_testing
