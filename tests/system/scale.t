#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Three hundred roots at once, and a host with two thousand mounts of its own.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/endurance/growth.sh
. "$(dirname "$0")/../endurance/growth.sh"
[ -r /proc/slabinfo ] || cannot_run 'this kernel has no /proc/slabinfo'
on_machines 'TREES=demo=busybox games=busybox'

trees=/srv/trees
names=()
for number in {001..300}; do
	names+=("r$number")
done

# The smallest of trees: mount points, a word to be known by, and one program for all of them.
make_trees()
{
	local name
	mkdir "$trees"
	mount -t tmpfs -o mode=755 trees "$trees"
	cp /where "$trees/where"
	for name in "${names[@]}"; do
		mkdir "$trees/$name" "$trees/$name"/{dev,proc,sys,run,tmp,etc}
		printf %s "$name" >"$trees/$name/marker"
		ln "$trees/where" "$trees/$name/where"
		configure "$name" "root=$trees/$name"
	done
}

add_host_mounts()
{
	local number
	mkdir /srv/many
	mount -t tmpfs many /srv/many
	mkdir /srv/many/{1..2000}
	for number in {1..2000}; do
		echo "/srv/many/$number /srv/many/$number none bind 0 0"
	done >"$work/fstab"
	mount -a -T "$work/fstab"
	[ "$(grep -c ' /srv/many/' /proc/self/mountinfo)" = 2000 ]
}

started() { chroot-mounts status | awk '$2 == "started"' | wc -l; }
pins() { stat -L -c '%n %i' /run/chroot-mounts/*/ns; }
state() { find /run/chroot-mounts -mindepth 1 ! -name '*.stopped'; }
are_right() { local name; for name; do chroot-enter "$name" /where "$name" || return; done; }
# costs COMMAND...: like run, with the processor time it took, in ms, as cost.
costs()
{
	local before after
	before=$(awk '{ print $16 + $17 }' /proc/$$/stat)
	run "$@"
	after=$(awk '{ print $16 + $17 }' /proc/$$/stat)
	cost=$(((after - before) * 1000 / $(getconf CLK_TCK)))
}

# all_at_once WHERE: starts, looks into, and stops the three hundred.
all_at_once()
{
	local host prepared
	host=$(host_mounts)
	costs chroot-mounts start
	first_cost=$cost
	is "three hundred roots start$1" "$status" 0
	echo "# $cost ms of processor time"
	is "all of three hundred roots are started$1" "$(started)" 300
	ok "each of three hundred roots can be entered and is the right one$1" are_right "${names[@]}"
	prepared=$(pins)
	run chroot-mounts start
	is "a second start of three hundred roots succeeds$1" "$status" 0
	is "a second start of three hundred roots says nothing$1" "$output$errors" ''
	is "a second start of three hundred roots leaves each namespace as it is$1" "$(pins)" "$prepared"
	costs chroot-mounts stop
	is "three hundred roots stop$1" "$status" 0
	echo "# $cost ms of processor time"
	is "no file of the three hundred is left$1" "$(state)" ''
	ok "no pin of the three hundred is left$1" fails has_pins
	is "the host's mounts are what they were before three hundred roots$1" "$(host_mounts)" "$host"
}

furnish
ok 'three hundred trees are made' make_trees
ok 'the kernel counts its objects' see_slabs

configure r150 'root=/nowhere'
run chroot-mounts start
is 'start with one broken root among three hundred fails' "$status" 1
like 'the message names the one broken root' "$errors" '(^|[[:space:]])r150: cannot open the root /nowhere'
is 'the message names no root besides the broken one' "$(grep -c '^chroot-mounts: r[0-9]*: cannot' <<<"$errors")" 1
is 'the roots besides the broken one are started' "$(started)" 299
ok 'the root before the broken one can be entered' are_right r149
ok 'the root behind the broken one can be entered' are_right r151
prepared=$(pins)
configure r150 "root=$trees/r150"
ok 'the broken root starts when it is mended' chroot-mounts start
ok 'the root that was mended can be entered' are_right r150
is 'the other roots are left as they are when the mended one starts' "$(pins | grep -v /r150/)" "$prepared"
ok 'all three hundred roots stop after one was mended' chroot-mounts stop

take_readings
remember_readings
all_at_once ''
cost_alone=$first_cost
slack=400
ok 'the kernel has freed the mounts' await has_settled
ok 'two thousand mounts are made on the host' add_host_mounts
all_at_once ' beside two thousand mounts of the host'
# a copy of the host's mounts for each root makes it 7 times as much; 50 ms are a few ticks of others
ok 'two thousand mounts on the host make start cost 3 times as much at most' [ "$first_cost" -le $((cost_alone * 3 + 50)) ]
umount -R /srv/many
rm "/etc/conf.d/chroot-mounts."r*

furnish demo games
grows_nothing 150 1000
done_testing
