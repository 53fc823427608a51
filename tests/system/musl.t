#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter of musl, static, in place of the other: what people meet is the same with either libc.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
if ldd --version 2>&1 | grep -q '^musl'; then
	printf '1..1\nok 1 - the libc of this machine is musl: every test runs with it\n'
	exit
fi
needs musl-gcc readelf mmdebstrap strace
[ "$(id -u)" = 0 ] || cannot_run 'only the superuser can make a machine'

build=${BUILD:-$top/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
label=
unset MAKEFLAGS MFLAGS MAKELEVEL

# needed PROGRAM: the libraries that it asks for.
needed() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# What make would install, with one program exchanged.
exchange()
{
	rm -rf "$build/musl/exchanged"
	mkdir -p "$build/musl/exchanged"
	cp -a "$build/lib" "$build/sbin" "$build/system" "$build/chroot-mounts" "$build/chroot-enter-as" \
		"$build/musl/exchanged"
	cp "$build/musl/static/chroot-enter" "$build/musl/exchanged"
}

{
	ok 'chroot-enter of musl builds without a warning' make -s -C "$top" BUILD="$build" CFLAGS='-O2 -g -Werror' musl
	is 'the dynamic program needs the libc of musl alone' "$(needed "$build/musl/dynamic/chroot-enter")" libc.so
	is 'the static program needs no library' "$(needed "$build/musl/static/chroot-enter")" ''
	ok 'the static program runs' strace -qq -o "$work/trace" -e trace=mprotect "$build/musl/static/chroot-enter" --list
	like 'the static program makes its relocations read-only' "$(<"$work/trace")" '^mprotect\(0x[0-9a-f]+, [0-9]+, PROT_READ\) = 0$'
	ok 'the static program takes the place of the other' exchange
	for name in enter terminal command-lines nested; do
		run_in "of $name.t with musl" env "BUILD=$build/musl/exchanged" bash "$top/tests/system/$name.t" |
			sed "s/^1\.\.[1-9].*/$closing_word/; s/^\(not \)\{0,1\}ok - /&$name.t with musl: /"
		is "$name.t has run on the static program" "$(needed "$build/musl/exchanged/chroot-enter")" ''
	done
} | sum_up
