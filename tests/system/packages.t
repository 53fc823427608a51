#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What is installed or typed inside acts on no service of the host, though /run is the host's:
# OpenRC inside sees none of them, and a Debian package starts nothing where policy-rc.d is as the
# README has it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap perl
on_machines TREES=games=debian

state_of() { rc-service "$1" status >/dev/null 2>&1; echo $?; }

# OpenRC inside: the tree is the host's own, so that it has the same OpenRC and the same services
mkdir -p /opt/twin
mount --bind / /opt/twin
configure twin 'root="/opt/twin"'
configure careless 'root="/opt/twin"' 'mounts="' '/dev /dev none rbind,rslave' '/run /run none rbind,rslave' \
	'/tmp /tmp none rbind,rslave' 'proc /proc proc nosuid,nodev,noexec' '"'
printf '%s\n' '#!/sbin/openrc-run' 'start() { :; }' 'stop() { echo stopped >>/tmp/stopped; }' >/etc/init.d/bus
chmod 755 /etc/init.d/bus
rc-update -q -u
ok 'a service of the host starts' rc-service bus start
ok 'the roots start' chroot-mounts start twin careless
is 'where all of /run is the host'"'"'s, OpenRC inside sees the service' \
	"$(chroot-enter -d / careless rc-service bus status >/dev/null 2>&1; echo $?)" 0
chroot-enter -d / careless rc-service bus stop >/dev/null 2>&1
is 'where all of /run is the host'"'"'s, OpenRC inside stops the service' "$(state_of bus) $(cat /tmp/stopped)" '3 stopped'
rm /tmp/stopped
ok 'the service of the host starts again' rc-service bus start
ok 'OpenRC inside does not see the service with the default plan' fails chroot-enter -d / twin rc-service bus status
is 'OpenRC inside sees no service of the host with the default plan' "$(chroot-enter -d / twin rc-status -a 2>/dev/null | grep -c started)" 0
like 'OpenRC on the host sees services that are started' "$(rc-status -a | grep -c started)" '^[1-9]'
for verb in stop start restart zap; do
	chroot-enter -d / twin rc-service bus "$verb" >/dev/null 2>&1
	is "the host's service goes on, whatever rc-service $verb does inside" "$(state_of bus)" 0
done
ok "the host's OpenRC knows the service that is running on the host" test -e /run/openrc/started/bus
chroot-mounts -q stop
umount /opt/twin
rm /etc/conf.d/chroot-mounts.twin /etc/conf.d/chroot-mounts.careless

# a package that brings a daemon with a socket in /run, as dbus does
# shellcheck disable=SC2016 # for perl
perl_socket='unlink $ARGV[0]; socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, pack_sockaddr_un($ARGV[0])) or die'
mkdir /run/busd
serve() { perl -MSocket -e "$perl_socket" /run/busd/socket; }
inode() { stat -c %i /run/busd/socket; }
package=/opt/games/srv/busd
# a tree with an init, as a full Debian is: without one invoke-rc.d starts nothing of itself
printf '#!/bin/sh\n' >/opt/games/usr/sbin/init
printf '#!/bin/sh\necho N 2\n' >/opt/games/usr/sbin/runlevel
chmod 755 /opt/games/usr/sbin/init /opt/games/usr/sbin/runlevel
mkdir -p "$package/DEBIAN" "$package/etc/init.d"
printf '%s\n' 'Package: busd' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
	'Description: a daemon with a socket in /run' >"$package/DEBIAN/control"
# what debhelper writes into a package with a service
printf '%s\n' '#!/bin/sh' 'set -e' 'update-rc.d busd defaults >/dev/null' 'invoke-rc.d busd start || exit 1' \
	>"$package/DEBIAN/postinst"
printf '%s\n' '#!/bin/sh' '### BEGIN INIT INFO' '# Provides: busd' '# Required-Start:' '# Required-Stop:' \
	'# Default-Start: 2 3 4 5' '# Default-Stop:' '# Short-Description: a daemon' '### END INIT INFO' \
	"[ \"\$1\" != start ] || perl -MSocket -e '$perl_socket' /run/busd/socket" >"$package/etc/init.d/busd"
chmod 755 "$package/DEBIAN/postinst" "$package/etc/init.d/busd"
configure games 'root="/opt/games"'
ok 'the Debian root starts' chroot-mounts start
installs() { chroot-enter -d / games dpkg -i /srv/busd.deb; }
ok 'a package is made inside' chroot-enter -d / games dpkg-deb -b /srv/busd /srv/busd.deb
ok 'the host has a daemon with its socket' serve
before=$(inode)
ok 'the package can be installed inside' installs
ok "the package installed without a policy has put its socket in the place of the host's" test "$(inode)" != "$before"
ok 'the package can be removed inside' chroot-enter -d / games dpkg -P busd

grep '^    .*policy-rc\.d\>' "$top/README.md" >"$work/recipe"
is 'the README has a recipe for policy-rc.d' "$(wc -l <"$work/recipe")" 2
ok 'the recipe of the README can be carried out' sh -e "$work/recipe"
ok 'the daemon of the host has its socket again' serve
before=$(inode)
ok 'the package can be installed inside with the policy of the README' installs
is 'the socket of the host is the same after the package was installed with the policy' "$(inode)" "$before"
like 'dpkg counts the package as installed' "$(chroot-enter -d / games dpkg -s busd)" 'Status: install ok installed'
ok 'all roots stop' chroot-mounts stop
done_testing
