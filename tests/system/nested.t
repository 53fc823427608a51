#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# In a Debian tree, an ordinary user makes user namespaces and sandboxes: the kernel refuses them
# to whoever is only chrooted.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap
on_machines TREES=debian=debian

inside() { as alice chroot-enter debian "$@"; }
chrooted() { chroot --userspec=1000:1000 /opt/debian "$@"; }

bwrap=(bwrap --dev-bind / / --unshare-all --share-net true)
# the outer one needs a /proc of its own PID namespace, or the inner one finds no process of its own
nested=(bwrap --dev-bind / / --proc /proc --unshare-all --share-net "${bwrap[@]}")
configure debian 'root="/opt/debian"' 'users="alice"'
ok 'the Debian root starts' chroot-mounts start
is 'the user is themselves, not the superuser' "$(inside id -u)" 1000
ok 'bwrap works inside' inside "${bwrap[@]}"
ok 'unshare -Urm works inside' inside unshare -Urm true
ok 'bwrap in bwrap works inside' inside "${nested[@]}"
ok 'a user can mount in a user namespace inside' inside unshare -Urm mount -t tmpfs tmpfs /mnt
is 'a user namespace inside maps the superuser' "$(inside unshare -Ur id -u)" 0
is 'what runs in a PID namespace inside sees its processes' "$(inside bwrap --bind / / --proc /proc --unshare-pid sh -c 'echo $$')" 2
ok 'stop succeeds after sandboxes inside' chroot-mounts stop

# the same in a plain chroot that has all of its mounts
for directory in dev proc sys; do
	mount --rbind "/$directory" "/opt/debian/$directory"
done
ok 'in a plain chroot programs run' chrooted true
run chrooted unshare -Urm true
ok 'in a plain chroot unshare -Urm fails' test "$status" != 0
like 'the kernel refuses unshare -Urm in a plain chroot' "$errors" 'Operation not permitted'
ok 'in a plain chroot bwrap fails' fails chrooted "${bwrap[@]}"
done_testing
