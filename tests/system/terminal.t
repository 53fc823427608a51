#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The superuser enters as bob: bob must not type into the superuser's terminal.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap script
on_machines TREES=debian=debian

# A terminal of its own for each, whose input nobody reads but the line discipline.
on_terminal() { script -qec "$*" /dev/null </dev/null | tr -d '\r'; }

configure debian 'root="/opt/debian"' 'users="bob"'
cp "${BUILD:-$top/build}/system/push-characters" /opt/debian/push
chmod 0755 /opt/debian/push
chroot-mounts -q start

cat >"$work/bob" <<-'END'
	cd / || exit
	exec setpriv --reuid=bob --regid=bob --init-groups /opt/debian/push
END
if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null)" = 0 ]; then
	echo '# this kernel refuses TIOCSTI to everyone (dev.tty.legacy_tiocsti=0)'
else
	naive=$(on_terminal sh "$work/bob")
	like 'without a defence, TIOCSTI from another user works' "$naive" 'TIOCSTI: pushed'
	like 'without a defence, TIOCSTI with high bits set works from another user' "$naive" 'TIOCSTI with high bits: pushed'
	like 'without a defence, TIOCLINUX reaches the terminal' "$naive" 'TIOCLINUX: reached the terminal'
	same=$(on_terminal setpriv --reuid=bob --regid=bob --init-groups chroot-enter -d / debian /push)
	like 'a user who enters as themselves is not kept from TIOCSTI: it is their terminal' "$same" 'TIOCSTI: pushed'
fi
defended=$(on_terminal chroot-enter -u bob -d / debian /push)
echo "# ${defended//$'\n'/; }"
like 'TIOCSTI is refused to a user entered by -u' "$defended" 'TIOCSTI: refused'
like 'TIOCSTI with high bits set is refused to a user entered by -u' "$defended" 'TIOCSTI with high bits: refused'
like 'TIOCLINUX is refused to a user entered by -u' "$defended" 'TIOCLINUX: refused'
if [ "$(uname -m)" = x86_64 ]; then
	like 'TIOCSTI through the i386 ABI is refused to a user entered by -u' "$defended" 'TIOCSTI as i386: (refused|absent)'
	like 'TIOCSTI through the x32 ABI is refused to a user entered by -u' "$defended" 'TIOCSTI as x32: (refused|absent)'
fi
like 'the superuser as themselves has no filter' \
	"$(on_terminal chroot-enter -d / debian grep Seccomp: /proc/self/status)" 'Seccomp:[[:space:]]0'
ok 'stop succeeds' chroot-mounts stop
done_testing
