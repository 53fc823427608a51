#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Every example of the pages and of the files of conf.d works as it is printed. The examples are taken out
# of the pages; example() says what each needs, and an example that it does not know is a failure.
# Only what needs a server is left out: debootstrap, pacstrap, podman and apt-get are stand-ins that take a
# small tree from here, and the archives of Arch, Gentoo and Alpine are made here in their formats.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs perl jq mke2fs mksquashfs losetup xz zstd setcap
on_machines 'TREES=games=debian demo=busybox'

examples=$work/examples here=/ volume=v$$$RANDOM

# The literal displays of a page, as its reader sees them: a file each, named by the page, the section and
# a number. A one-line display is one, too.
extract()
{
	perl -e '
		my ($page, $folder) = @ARGV;
		open(my $stream, "<", $page) or die "$page: $!";
		(my $base = $page) =~ s{.*/}{};
		my ($section, $number, $text) = ("", 0, undef);
		while (<$stream>) {
			$section = $1 =~ s/[^\w]+/-/gr if /^\.S[hs] (.*)/;
			if (defined $text ? /^\.Ed/ : /^\.Dl (.*)/s) {
				$text = $1 unless defined $text;
				$text =~ s/\\e/\\/g;
				$text =~ s/\\&//g;
				open(my $out, ">", sprintf("%s/%s.%03d.%s", $folder, $base, ++$number, $section)) or die $!;
				print $out $text;
				$text = undef;
			} elsif (defined $text) {
				$text .= $_;
			}
			$text = "" if /^\.Bd -literal/;
		}' "$1" "$2"
}

# carry_out EXAMPLE: types its lines in the directory $here: those behind # as the superuser, those behind $
# as alice, those behind > as a part of the line before. Every other line is what is printed then.
carry_out()
{
	perl -ne '
		if (s/^\$ //) {
			chomp;
			s/\x27/\x27\\\x27\x27/g;
			print "as_alice \x27$_\x27\n";
		} elsif (s/^[#>] //) {
			print;
		}' "$1" >"$work/typed"
	(cd "$here" && bash -e -o pipefail -c '
		as_alice() { setpriv --reuid=alice --regid=alice --init-groups sh -c "$1"; }
		. "$1"' bash "$work/typed") </dev/null
}

# What stands at /opt/games: a Debian, a copy of the busybox tree, or nothing.
with_nothing()
{
	! mountpoint -q /opt/games || umount /opt/games
	rm -rf /opt/games
}

with_debian()
{
	with_nothing
	mkdir /opt/games
	mount --bind "$work/debian" /opt/games
}

with_busybox()
{
	with_nothing
	cp -a /opt/demo /opt/games
}

# starts: the root games can be prepared, entered and stopped.
is_entered() { chroot-enter -d / games true; }
starts() { chroot-mounts start games && is_entered && chroot-mounts stop games; }

# configured EXAMPLE [LINE...]: the same of a root with the keys of the example, and /opt/games unless it
# names a tree.
configured()
{
	configure games "$(grep -q '^root=' "$1" || echo root=/opt/games)" "${@:2}" "$(<"$1")"
	starts
}

# stand_in FILE LINE...: a script in place of a program.
stand_in()
{
	local file=$1
	shift
	mkdir -p "${file%/*}"
	printf '%s\n' '#!/bin/sh' "$@" >"$file"
	chmod 755 "$file"
}

# What the configurations of the pages name: directories, a group, a tree, a disk and an image. The machine
# has no loop devices.
make_sources()
{
	local number
	mkdir -p /srv/games '/srv/my games' /srv/build32 /usr/src /run/sudo-rs /var/lib/dbus /var/lib/sbuild/build \
		/var/db/repos/gentoo
	: >/etc/machine-id
	groupadd developers
	groupadd games
	mount --bind /opt/demo /srv/build32
	mknod /dev/loop-control c 10 237
	for number in {0..63}; do mknod "/dev/loop$number" b 7 "$number"; done
	mke2fs -q -t ext4 -O ^has_journal -L "$volume" -d /opt/demo "$work/disk" 16M
	device=$(losetup -f --show "$work/disk")
	mksquashfs /opt/demo /srv/games.squashfs -quiet -no-progress
}

# makes_a_tree EXAMPLE NAME: what the example makes of nothing can be a root.
makes_a_tree()
{
	with_nothing
	here=$work
	ok "$2 is carried out" carry_out "$1"
	ok "$2 makes a tree that starts" starts
}

# prints EXAMPLE NAME PATTERN: what the example prints in the prepared root.
prints()
{
	chroot-mounts -q start games
	run carry_out "$1"
	is "$2 is carried out" "$status" 0
	like "$2 prints what it is for" "$output" "$3"
}

# service NAME EXAMPLE: the example as a script of the host's OpenRC.
service()
{
	(head -n 1 "$2" | grep '^#!' || echo '#!/sbin/openrc-run'; cat "$2") >"/etc/init.d/$1"
	chmod 755 "/etc/init.d/$1"
	rc-update -q -u
}

# enter_as_alice DIRECTORY COMMAND: becomes the command, so that the process is known by its number.
enter_as_alice()
{
	cd "$1" && exec setpriv --reuid=alice --regid=alice --init-groups sh -c "exec $2" </dev/null >/dev/null 2>&1
}

crond_runs() { run_on -x crond >/dev/null; }
no_crond_runs() { ! crond_runs; }
shader_is_there() { test -d /opt/games/var/tmp/shaders; }

# A daemon inside: starts, restarts, comes back with its root, and stops with the service.
daemon()
{
	local first
	mkdir -p /opt/games/var/spool/cron/crontabs
	ok "$1 starts" rc-service "$2" start
	ok "$1 runs inside" await crond_runs
	first=$(run_on -x crond)
	ok "$1 is a process of its root" is_inside "$first"
	ok "$1 restarts" rc-service "$2" restart
	ok "$1 runs again after its restart" await crond_runs
	ok "$1 is another process after its restart" test "$(run_on -x crond)" != "$first"
	ok "$1 stops" rc-service "$2" stop
	ok "$1 has ended after its stop" no_crond_runs
	rc-service -q "$2" start
	await crond_runs
	ok "the root of $1 is restarted" chroot-mounts -q restart games
	ok "$1 comes back with its root" await crond_runs
	ok "$1 stops with the service" rc-service chroot-mounts stop
	ok "$1 has ended with the service" no_crond_runs
	is "$1 is stopped with the service" "$(rc-service "$2" status >/dev/null 2>&1; echo $?)" 3
}

# service_of_alice EXAMPLE NAME: as her service manager runs it, in a directory of hers.
service_of_alice()
{
	local command arguments
	command=$(sed -n 's/^command=//p' "$1")
	arguments=$(sed -n 's/^command_args_foreground="\(.*\)"$/\1/p' "$1")
	mkdir -p /home/alice/only-outside
	chroot-mounts -q start games
	enter_as_alice /home/alice/only-outside "$command $arguments" &
	ok "$2 runs inside, from a directory that is missing there" await is_inside $!
	(enter_as_alice /home/alice/only-outside "$command ${arguments#-d / }")
	is "$2 needs its -d" "$?" 125
}

# script_each_time EXAMPLE NAME
script_each_time()
{
	service games-ready "$1"
	rm -rf /opt/games/var/tmp/shaders
	ok "$2 starts" rc-service games-ready start
	ok "$2 has run" shader_is_there
	rmdir /opt/games/var/tmp/shaders
	ok "$2 is started again by a restart of the service" rc-service chroot-mounts restart
	ok "$2 has run again after a restart of the service" await shader_is_there
	rmdir /opt/games/var/tmp/shaders
	ok "$2 has a root that is restarted alone" chroot-mounts -q restart games
	ok "$2 does not run after a restart of its root alone" fails shader_is_there
	rc-service -q games-ready stop
	rm /etc/init.d/games-ready
}

# The table: an example, what it needs, and what is seen after it. $1 is its file, $2 its name.
example()
{
	local text
	text=$(<"$1")
	configure games 'root=/opt/games' 'users=alice'
	with_debian
	case $text in

	# where a tree comes from
	*policy-rc.d*)
		makes_a_tree "$@"
		is "$2 keeps daemons from starting" "$(chroot /opt/games /usr/sbin/policy-rc.d; echo $?)" 101
		;;
	*'pacstrap -K'* | *'podman export'* | *'busybox --install -s /bin'*)
		makes_a_tree "$@"
		;;
	*archlinux-bootstrap*)
		tar -C / --zstd -cf "$work/archlinux-bootstrap-x86_64.tar.zst" --transform='s|^opt/demo|root.x86_64|' opt/demo
		makes_a_tree "$@"
		;;
	*alpine-minirootfs*)
		tar -czf "$work/alpine-minirootfs-3.24.1-x86_64.tar.gz" -C /opt/demo .
		makes_a_tree "$@"
		;;
	*stage3-*)
		with_busybox
		setcap cap_net_raw+ep /opt/games/bin/busybox
		tar -cJf "$work/stage3-amd64-openrc-20261122T160336Z.tar.xz" --xattrs --xattrs-include='*.*' -C /opt/games .
		makes_a_tree "$@"
		like "$2 keeps capabilities of files" "$(getcap /opt/games/bin/busybox)" 'cap_net_raw'
		;;
	*'chroot-mounts add games /opt/games alice'*)
		rm /etc/conf.d/chroot-mounts.games
		[[ $text != *debootstrap* ]] || with_nothing
		sed -i /^alice:/d "$work/debian/etc/passwd" "$work/debian/etc/group"
		ok "$2 is carried out" carry_out "$1"
		is "$2 leads to a shell" "$(as alice sh -c 'echo id -un | chroot-enter games')" alice
		like "$2 puts the service into the runlevel" "$(rc-update show default)" 'chroot-mounts'
		rc-update -q del chroot-mounts default
		;;
	*'chroot-mounts start games'*useradd*)
		rm /etc/conf.d/chroot-mounts.games
		sed -i /^alice:/d /opt/games/etc/passwd /opt/games/etc/group
		ok "$2 is carried out" carry_out "$1"
		is "$2 makes the account" "$(grep -o '^alice:x:1000' /opt/games/etc/passwd)" alice:x:1000
		;;

	# the service and the helper
	*'rc-update add chroot-mounts default'*)
		ok "$2 is carried out" carry_out "$1"
		like "$2 puts the service into the runlevel" "$(rc-update show default)" 'chroot-mounts'
		rc-update -q del chroot-mounts default
		;;
	*'ln -s chroot-mounts /etc/init.d/chroot-mounts.games'*)
		ok "$2 is carried out" carry_out "$1"
		ok "$2 leads to a root that can be entered" is_entered
		rc-service -q chroot-mounts.games stop
		rm /etc/init.d/chroot-mounts.games
		rc-update -q -u
		;;
	'# rc-service chroot-mounts reload' | *'chroot-mounts restart games' | *'chroot-mounts reload games')
		rc-service -q chroot-mounts start
		ok "$2 is carried out" carry_out "$1"
		ok "$2 leaves a root that can be entered" is_entered
		;;
	*'rm -rf --one-file-system /opt/games')
		with_busybox
		chroot-mounts -q start games
		ok "$2 is carried out" carry_out "$1"
		ok "$2 removes the tree" test ! -e /opt/games
		ok "$2 leaves the host's devices alone" test -c /dev/null
		;;
	*'chroot-mounts -j status'*)
		prints "$@" '^games$'
		;;
	*'chroot-mounts ps'*)
		stand_in /opt/games/usr/local/bin/steam 'exec tail -f /dev/null'
		chroot-mounts -q start games
		enter_as_alice / '/usr/bin/chroot-enter -d / games steam -silent' &
		ok "$2 has a process to print" await is_inside $!
		prints "$@" 'PID +USER +NAME +COMMAND.*alice +games'
		;;

	# entering
	*'$ chroot-enter -l games')
		prints "$@" '^$'
		;;
	*'chroot-enter -d /home/alice games steam')
		mkdir -p /opt/games/home/alice
		stand_in /opt/games/usr/local/bin/steam 'pwd'
		prints "$@" '^/home/alice$'
		;;
	*'dpkg -l | wc -l'*)
		prints "$@" '^[1-9][0-9]+$'
		;;
	*'ls -l /dev/dri')
		mkdir -p /dev/dri
		mknod -m 666 /dev/dri/card0 c 1 3
		prints "$@" 'card0'
		;;
	*'apt-get install steam')
		stand_in /opt/games/usr/local/bin/apt-get 'echo "$@"'
		prints "$@" '^install steam$'
		;;
	*'make O=/var/tmp/linux')
		mkdir -p /usr/src/linux
		stand_in /opt/games/usr/local/bin/make 'pwd; ! touch made 2>/dev/null'
		prints "$@" '^/mnt$'
		;;
	*'chroot-enter -u 4242:4242'*)
		prints "$@" 'uid=1000.*uid=4242 gid=4242'
		;;
	*'nsenter --net=/run/netns/vpn'*)
		mkdir -p /run/netns
		: >/run/netns/vpn
		unshare --net=/run/netns/vpn true
		stand_in /opt/games/usr/local/bin/firefox 'readlink /proc/self/ns/net; id -u'
		prints "$@" "$(stat -Lc %i /run/netns/vpn).*1000$"
		umount /run/netns/vpn
		;;
	*'unshare -Urpf --mount-proc'*)
		prints "$@" '^1.*sh.*ps$'
		;;
	*'unshare -Uru '*)
		prints "$@" '^games$'
		is "$2 leaves the host's name alone" "$(hostname)" machine
		;;
	*'unshare -Urn '*)
		prints "$@" ''
		;;
	*'ulimit -v 2000000'*)
		prints "$@" '^2000000$'
		;;

	# leaving another tool, whose own files and commands are not run: ours stands behind each
	*'mount --make-rslave /opt/games/$at'*)
		moving_over "$@"
		;;
	'[games]'* | '[Exec]'* | 'mount -o rbind /dev /opt/games/dev'* | 'alpine-chroot-install '*) ;;

	# services
	*inside.example*/etc/init.d/cron-games*)
		with_busybox
		mkdir -p /opt/games/var/spool/cron/crontabs
		ok "$2 is carried out" carry_out "$1"
		rc-service -q cron-games stop
		daemon 'the example of a daemon' cron-games
		rc-update -q del cron-games default
		rm /etc/init.d/cron-games
		;;
	supervisor=supervise-daemon*crond*)
		with_busybox
		service counted "$1"
		echo respawn_delay=2 >>/etc/init.d/counted
		daemon 'the daemon of the lines that count' counted
		sed -i 's|-d / games crond -f|-u alice -d / games tail -f /dev/null|' /etc/init.d/counted
		ok 'a daemon with -u starts' rc-service counted start
		ok 'a daemon with -u runs as that user' await run_on -u alice -x tail
		rc-service -q counted stop
		rm /etc/init.d/counted
		;;
	*openrc-run*'tail -f /dev/null'*)
		service_of_alice "$@"
		;;
	*openrc-run*'description='*)
		script_each_time "$@"
		;;
	'/usr/sbin/chroot-mounts start')
		ok "$2 is carried out" sh -c "$text"
		ok "$2 leads to a root that can be entered" is_entered
		;;
	'/usr/sbin/chroot-mounts stop')
		chroot-mounts -q start games
		ok "$2 is carried out" sh -c "$text"
		ok "$2 stops the root" fails is_entered
		;;
	*'stop-command = '*)
		ok "$2 has a command that starts" sh -c "$(sed -n 's/^command = //p' "$1")"
		ok "$2 leads to a root that can be entered" is_entered
		ok "$2 has a command that stops" sh -c "$(sed -n 's/^stop-command = //p' "$1")"
		ok "$2 stops the root" fails is_entered
		;;
	*'BEGIN INIT INFO'*)
		for verb in start status restart; do ok "$2 takes the word $verb" sh "$1" "$verb"; done
		ok "$2 leads to a root that can be entered" is_entered
		ok "$2 takes the word stop" sh "$1" stop
		;;

	# configurations
	'/dev   /dev   none  rbind,rslave'*)
		chroot-mounts start -n games >"$work/plan"
		configure games 'root=/opt/games' 'mounts="' "$text" '"'
		is "$2 is the default plan" "$(chroot-mounts start -n games)" "$(<"$work/plan")"
		;;
	'extra_mounts="tmpfs /run tmpfs '*)
		configure games 'root=/opt/games' "$text"
		chroot-mounts -q start games
		is "$2 gives the root a /run of its own" "$(chroot-enter -d / games ls -A /run)" ''
		;;
	*'lowerdir=/opt/games,upperdir=/srv/changes'*)
		with_busybox # an overlay cannot keep its changes on another one
		mount -t tmpfs -o mode=755 changes /srv
		mkdir /srv/changes /srv/work
		ok "$2 is a configuration that starts" configured "$1"
		umount /srv
		;;
	*'LABEL=games / ext4'*)
		# another filesystem of this machine may have the label of the page
		sed "s/LABEL=games/LABEL=$volume/" "$1" >"$work/labelled"
		ok "$2 is a configuration that starts" configured "$work/labelled"
		;;
	*extra_mounts=\"* | *mounts=\"* | *visible=\"yes\"*)
		ok "$2 is a configuration that starts" configured "$1"
		;;

	*)
		ok "$2 is an example that tests/system/recipes.t knows" false
		;;
	esac
	here=/
	rc-service -q chroot-mounts stop
	chroot-mounts -q stop
}

# The old script's mounts, and what the page says of them.
old_mounts()
{
	mount --rbind /dev /opt/games/dev
	mount -t proc proc /opt/games/proc
	mount --bind /sys /opt/games/sys
	mount --bind /tmp /opt/games/tmp
}
has_old_mounts() { grep -q ' /opt/games/' /proc/self/mountinfo; }
devices_inside() { chroot-enter -d / games test -c /dev/pts/ptmx; }

moving_over()
{
	with_busybox
	printf '%s\n' '#!/sbin/openrc-run' 'start() { :; }' >/etc/init.d/mychroot
	chmod 755 /etc/init.d/mychroot
	rc-update -q -u
	rc-update -q add mychroot default
	rc-service -q mychroot start
	old_mounts
	ok "$2 is carried out" carry_out "$1"
	ok "$2 takes the old mounts away" fails has_old_mounts
	ok "$2 leaves the host's terminals alone" test -c /dev/pts/ptmx
	ok "$2 leads to a root that can be entered" devices_inside
	chroot-mounts -q stop games
	rm /etc/init.d/mychroot

	old_mounts
	ok 'a root starts while the mounts of an old script are up' chroot-mounts start games
	is 'the mounts of an old script are left out inside' \
		"$(chroot-enter -d / games awk '$5 == "/proc" || $5 == "/dev"' /proc/self/mountinfo | wc -l)" 2
	ok 'a root stops while the mounts of an old script are up' chroot-mounts stop games
	ok 'stop leaves the mounts of an old script' has_old_mounts
	ok 'a root starts again while the mounts of an old script are up' chroot-mounts start games
	umount -R /opt/games/dev /opt/games/proc /opt/games/sys /opt/games/tmp
	ok 'a root outlives the mounts of an old script' devices_inside
	chroot-mounts -q stop games
}

# On a host with shared mounts, at the end: the machine stays so.
moving_over_when_shared()
{
	with_busybox
	mount --make-rshared /
	configure games 'root=/opt/games'
	old_mounts
	ok 'a root starts beside old mounts that are shared' chroot-mounts start games
	for at in dev proc sys tmp; do
		mount --make-rslave "/opt/games/$at"
		umount -R "/opt/games/$at"
	done
	ok 'the terminals of the host outlive old mounts that are made slaves' test -c /dev/pts/ptmx
	like 'a root is damaged when old mounts that are shared go' "$(chroot-mounts status games)" 'damaged'
	ok 'reload mends a root that lost old mounts' chroot-mounts reload games
	ok 'the devices are inside again after the reload' devices_inside
	chroot-mounts -q stop games
	mount --rbind /dev /opt/games/dev
	umount -R /opt/games/dev
	ok 'without --make-rslave, umount -R takes the terminals of the host away' test ! -e /dev/pts/ptmx
}

# The files of conf.d: as they are, with all that is commented out, and with each line for / of a comment.
files_of_conf_d()
{
	local file=$top/conf.d/games.example line plan target
	with_busybox
	cp "$file" /etc/conf.d/chroot-mounts.games
	ok 'conf.d/games.example is a configuration that starts' starts
	perl -pe 's/^#(?=[a-z_]+=|\/)//' "$file" >/etc/conf.d/chroot-mounts.games
	ok 'conf.d/games.example starts with all that is commented out' chroot-mounts start games
	plan=$(chroot-mounts start -n games)
	for target in /home /srv/games /etc/localtime /etc/machine-id /usr/local/bin/xdg-open; do
		like "conf.d/games.example shows $target" "$plan" " $target "
	done
	is 'conf.d/games.example keeps and adds variables' \
		"$(EDITOR='vi' chroot-enter -d / games sh -c 'echo $EDITOR $PAGER $(uname -m)')" 'vi less i686'
	links
	chroot-mounts -q stop

	grep -E '^#   [^ ]+ +/ ' "$file" | sed "s/^#   //; s/LABEL=games/LABEL=$volume/" >"$work/lines"
	is 'conf.d/games.example has lines for /' "$(wc -l <"$work/lines")" 2
	while read -r line; do
		configure games 'root=/opt/games' "extra_mounts=\"$line\""
		ok "conf.d/games.example, ${line/$volume/games}: starts" starts
	done <"$work/lines"

	configure games 'root=/opt/games'
	plan=$(chroot-mounts start -n games)
	sed -i 's/^#\([a-z_]*="\|\/\|proc \|tmpfs \|"$\)/\1/' /etc/conf.d/chroot-mounts
	is 'conf.d/chroot-mounts has the default plan' "$(chroot-mounts start -n games)" "$plan"
	ok 'conf.d/chroot-mounts starts with all that is commented out' starts
	cp "$top/conf.d/chroot-mounts" /etc/conf.d/chroot-mounts
}

# The xdg-open of games.example, in a root that is prepared with it.
links()
{
	opens() { chroot-enter -d / games /usr/local/bin/xdg-open "$1"; }
	stand_in /opt/games/bin/gdbus 'for word; do last=$previous previous=$word; done' \
		'[ "$1 $2" = "call --session" ] && echo "$last" >/tmp/asked && test ! -e /tmp/no-portal'
	rm -f /opt/games/bin/xdg-open
	stand_in /opt/games/bin/xdg-open 'echo "the tree opens $1"'
	is 'a link of a program inside is opened by the portal of the host' \
		"$(opens 'https://example.org/?a=1;b'; cat /tmp/asked)" 'https://example.org/?a=1;b'
	is 'a file of a program inside is opened in the tree' "$(opens /etc/passwd; opens file:///etc/passwd)" \
		$'the tree opens /etc/passwd\nthe tree opens file:///etc/passwd'
	: >/tmp/no-portal
	is 'a link is opened in the tree where no portal answers' "$(opens https://example.org)" \
		'the tree opens https://example.org'
}

mkdir "$examples" "$work/debian"
mount --move /opt/games "$work/debian"
stand_in /usr/local/bin/debootstrap 'mkdir -p "$2"; cp -a /opt/demo/. "$2"; mkdir "$2/usr/sbin"'
stand_in /usr/local/bin/pacstrap '[ "$1 $3" = "-K base" ] && [ -d "$2" ] && cp -a /opt/demo/. "$2"'
stand_in /usr/local/bin/podman 'case $1 in create) for word; do :; done; [ "$word" = sh ] ;; export) tar -cf - -C /opt/demo . ;; rm) ;; esac'
make_sources

for page in "$top"/sbin/*.[1-8] "$top"/conf.d/*.[1-8]; do
	extract "$page" "$examples"
	ok "examples of ${page##*/} are found" ls "$examples/${page##*/}".*
done
# the README's own, but for Debian's, which readme.t types
number=0
while read -r line; do
	number=$((number + 1))
	printf '# %s\n' 'mkdir -p /opt/games' "$line" >"$examples/README.00$number.trees"
done < <(sed -nE 's/^    ((pacstrap|tar|podman) .*[^ ]) +# .*$/\1/p' "$top/README.md")
is 'the README has four trees of others' "$number" 4
for file in "$examples"/*; do
	name=${file##*/}
	example "$file" "${name%.*}, $(head -n 1 "$file" | sed 's/^[#$] //')"
done
files_of_conf_d
moving_over_when_shared
umount /srv/build32
losetup -d "$device"
done_testing
