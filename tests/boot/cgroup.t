#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# With rc_cgroup_cleanup in rc.conf, OpenRC kills what a service has started when that service stops: the
# roots are held by no process, so they stay, and so do the programs that people started inside.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

is_prepared() { guest 'chroot-enter games true'; }
daemon() { guest "cat /run/$1.pid"; }
# members SERVICE: the processes in a cgroup of it, in any hierarchy
members()
{
	guest "find /sys/fs/cgroup -path '*[./]$1/cgroup.procs' -exec cat {} + | sort -u | tr '\n' ' '"
}

# OpenRC 0.56 looks for a service's cgroup of the unified hierarchy by the name that it had before
cleans_up() { [ "$userland.$mode" != trixie.unified ]; }

# killed_or_not WHAT PID: by OpenRC, when the service that started it has stopped
killed_or_not()
{
	if cleans_up; then
		ok "$1 is killed" await fails runs "$2"
	else
		echo "# $1 is not looked for by this OpenRC"
		guest "kill $2 2>/dev/null"
	fi
}

visits()
{
	local users service
	users=$(start_inside games alice)
	ok 'the root is prepared' is_prepared

	guest 'rc-service outside start; rc-service inside start' >/dev/null
	for service in outside inside; do
		like "the service $service has started a program, which is in its cgroup" \
			" $(members $service) " " $(daemon $service) "
		guest "rc-service $service stop >/dev/null 2>&1"
		killed_or_not "what $service has started" "$(daemon $service)"
	done
	ok 'after other services have stopped, the root is prepared' is_prepared
	ok 'the program that alice started inside runs on after other services have stopped' runs "$users"
	ok 'the service is reloaded' guest 'rc-service chroot-mounts reload'
	ok 'the root is prepared after a reload' is_prepared
	ok 'the program that alice started inside runs on after a reload' runs "$users"

	ok 'a restart succeeds' guest 'rc-service chroot-mounts restart'
	ok 'a restart ends what alice started inside' await fails runs "$users"
	ok 'a restart leaves the root prepared' is_prepared
	users=$(start_inside games alice)
	guest 'rc-service inside start' >/dev/null
	ok 'a stop succeeds' guest 'rc-service chroot-mounts stop'
	ok 'a stop ends what alice started inside' await fails runs "$users"
	ok 'a stop ends what a service started inside' await fails runs "$(daemon inside)"
	ok 'the root is not prepared any more after a stop' fails is_prepared
	ok 'a start succeeds' guest 'rc-service chroot-mounts start'
	is 'a start leaves no process in a cgroup of the service' "$(members chroot-mounts)" ''
	ok 'a start prepares the root' is_prepared
}

new_machine
printf '%s\n' rc_cgroup_cleanup=YES rc_cgroup_mode=unified >>"$tree/etc/rc.conf"
# neither stops what it starts
cat >"$tree/etc/init.d/outside" <<'SCRIPT'
#!/sbin/openrc-run
start() { start-stop-daemon -S -b -m -p /run/outside.pid -x /bin/sleep -- 1000000; }
stop() { :; }
SCRIPT
cat >"$tree/etc/init.d/inside" <<'SCRIPT'
#!/sbin/openrc-run
start()
{
	chroot-enter games sleep 1000000 >/dev/null 2>&1 &
	echo $! >/run/inside.pid
}
stop() { :; }
SCRIPT
chmod 755 "$tree"/etc/init.d/{outside,inside}
[ -L "$tree/etc/runlevels/sysinit/cgroups" ] || add_to_runlevel sysinit cgroups
make_disks

machine_label=$label
declare -A unified=([unified]=/sys/fs/cgroup [hybrid]=/sys/fs/cgroup/unified)
for mode in unified hybrid; do
	label="${machine_label%)}, $mode)"
	boot
	ok "cgroups are mounted" guest "grep ' ${unified[$mode]} .* - cgroup2 ' /proc/self/mountinfo"
	visits
	guest 'sed -i s/^rc_cgroup_mode=.*/rc_cgroup_mode=hybrid/ /etc/rc.conf'
	power_off
done
label=$machine_label
ok "the system's disk is clean" is_clean "$work/system.img"
ok "the root's disk is clean" is_clean "$work/games.img"
done_testing
