#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the benches share: each runs on test machine 1 and prints lines of figures for
# tests/bench/report. A bench begins with
#	. "$(dirname "$0")/lib.sh"
#	on_machine "$@"
# Settings, by environment: ROUNDS, how often each is measured; BUILD, as for make.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)

# On one processor: Linux 6.18 numbers namespaces in batches for each of them, and only a namespace
# with a higher number than the host's can be pinned. And what runs side by side is alike there.
on_machine()
{
	[ "${1-}" != --inside ] || return 0
	[ "$(id -u)" = 0 ] || { echo "$0: only the superuser can make the machine" >&2; exit 1; }
	processor=$(taskset -cp $$ | sed 's/.*[-, ]//')
	TREES='demo=busybox games=busybox debian=debian' exec taskset -c "$processor" "$here/../machine" \
		env ROUNDS="${ROUNDS-}" sh "$here/${0##*/}" --inside
}

describe_machine()
{
	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u)
	echo "machine $(date -u +%F), chroot-mounts $(cd "$here" && git describe --always --dirty 2>/dev/null || echo of no commit)"
	echo "machine $(uname -srm), $(getconf _NPROCESSORS_ONLN) processors${model:+ ($model)}, one of them used"
}

# timed NAME BEFORE COMMAND AFTER: a case for `rounds`, which says what they are.
timed() { printf '%s\t%s\t%s\t%s\n' "$@"; }
