#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What is wrong with one root is said in one line that names the place and what mends it; the
# other roots start.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines 'TREES=games=busybox bad=busybox'

file=/etc/conf.d/chroot-mounts.bad

# refused WHAT PLACE MENDED: start refuses the root `bad`, and only it.
refused()
{
	local what=$1 place=$2 mended=$3
	run chroot-mounts start
	is "$what: the status is 1" "$status" 1
	is "$what: the message is one line" "$(grep -c . <<<"$errors")" 1
	like "$what: the message names the place" "$errors" "$place"
	like "$what: the message names what mends it" "$errors" "$mended"
	ok "$what: the other root is started" chroot-enter games true
	ok "$what: the bad root is not started" fails chroot-enter bad true
	chroot-mounts stop >/dev/null 2>&1
	said=$errors
}

# explained WHAT REASON: status has the reason, and says what start said.
explained()
{
	run chroot-mounts status bad
	like "$1: status has the reason" "$output" "bad +stopped +0 $2\$"
	is "$1: status says what start said" "$status: $errors" "3: $said"
}

configure games 'root="/opt/games"'
# the first start on a host makes /run a shared mount, and says so
chroot-mounts -q start
chroot-mounts -q stop

configure bad 'root="/opt/bad"' 'colour="red"'
refused 'an unknown key' "$file:2: " 'colour'
configure bad 'root="/opt/bad"' 'shell="/bin/sh"' 'shell="/bin/ash"'
refused 'a duplicate key' "$file:3: " 'shell'
# shellcheck disable=SC2016 # the parser must not expand it
configure bad '# a comment' 'root="$(echo /opt/bad)"'
refused 'a command substitution' "$file:2: " '\$|shell|quote|substitut|expan'
configure bad 'root=/opt/bad; reboot'
refused 'a second command' "$file:1: " ';|quote|word'
configure bad 'users="alice"'
refused 'no root at all' "$file" 'root='
configure bad 'root="/opt/bad"' 'users="nobody-knows"'
refused 'an unknown user' "$file:2: " 'nobody-knows'
explained 'an unknown user' 'the configuration has an error'
run chroot-mounts start -n bad games
is 'start -n ends with 1 where the plan of one root cannot be made' "$status" 1
is 'start -n says why the plan of a root cannot be made, as start does' "$errors" "$said"
ok 'start -n prints the plan of the other root' grep -q '^games ' <<<"$output"
configure bad 'root="/opt/bad"' 'users="alice' 'bob"'
run strace -qq -o /dev/null -P /etc/passwd -e 'trace=?open,openat' -e 'inject=?open,openat:error=EMFILE' chroot-mounts start -n bad
like 'a user about whom the host fails to answer is told with the line of the key, however many lines the value has' \
	"$errors" "^chroot-mounts: bad: $file:2: the host cannot say which user alice is: "
configure bad 'root="/opt/bad"' 'users="nobody-knows' 'alice"'
refused 'an unknown user in a value of two lines' "$file:2: " 'nobody-knows'
configure bad 'root="/opt/bad"' 'extra_mounts="
/srv /srv none bind,no-such-option
"'
refused 'a line that is no line of fstab' "$file:3: " 'no-such-option'

configure bad 'root="/opt/nowhere"'
refused 'a missing tree' '/opt/nowhere' 'No such file|does not exist|mkdir'
explained 'a missing tree' '/opt/nowhere cannot be a root'
configure bad 'root="/opt/bad"'
chown alice /opt/bad
refused "a user's tree" '/opt/bad' 'chown'
explained "a user's tree" '/opt/bad cannot be a root'
chown root /opt/bad
chmod g+w /opt/bad
refused 'a tree that a group can write to' '/opt/bad' 'chmod'
chmod g-w /opt/bad
rmdir /opt/bad/proc
refused 'a tree without /proc' '/opt/bad/proc|/proc.*/opt/bad' 'mkdir'
mkdir /opt/bad/proc
chmod g+w "$file"
refused 'a configuration that a group can write to' "$file" 'chmod'
chmod g-w "$file"
chown alice "$file"
refused "a user's configuration" "$file" 'chown'
chown root "$file"
ok 'every root starts when all is mended' chroot-mounts start
ok 'the root that was bad can be entered when all is mended' chroot-enter bad true
chroot-mounts -q stop

# cannot_start WHAT MESSAGE OPTION-OF-STRACE...: a call of start fails, and nothing remains.
cannot_start()
{
	run strace -qq -o /dev/null "${@:3}" chroot-mounts start games
	is "$1: start fails" "$status" 1
	like "$1: start says what it could not do" "$errors" "^chroot-mounts: games: $2"
	ok "$1: nothing is pinned" fails has_pins
	chroot-mounts -q stop games
}
cannot_start 'when / of the host cannot be looked at' 'cannot make the record' \
	-P / -e trace=statx -e inject=statx:error=ENOMEM:when=1
cannot_start 'when the old root of a new namespace cannot be unmounted' \
	'cannot let go of the old root in the new namespace' \
	-e trace=umount2 -e inject=umount2:error=EPERM:when=1
cannot_start 'when the state directory cannot be made unbindable' \
	'cannot make the state directory /run/chroot-mounts unbindable' \
	-e trace=mount_setattr -e inject=mount_setattr:error=EPERM:when=1
# a file that cannot be looked at is not one that is absent
printf 'extra_mounts="/srv /mnt none bind"\n' >/etc/conf.d/chroot-mounts
run strace -qq -o /dev/null -P /etc/conf.d/chroot-mounts -e trace=%lstat,newfstatat \
	-e inject=%lstat,newfstatat:error=EIO chroot-mounts start -n games
has_its_line() { [ "$status" != 0 ] || [[ $output = *' /mnt '* ]]; } # some libcs open it without another look
ok 'when the file of the service cannot be looked at, no plan is printed without what it has' has_its_line
rm /etc/conf.d/chroot-mounts
ok 'every root starts when no call fails' chroot-mounts start

# short of descriptors
many='(Too many open files|No file descriptors available)'
# three there may be, and one is closed: the loader takes it, then /dev/null, and no other is left
enter_with_none() { sh -c 'ulimit -n 3; exec chroot-enter -d / games true' <&-; }
run enter_with_none
is 'without a descriptor, the superuser gets 125' "$status:$output" 125:
like 'without a descriptor, the superuser is told so, not that nothing is prepared' "$errors" "^chroot-enter: cannot look at games: $many\$"
run sh -c 'ulimit -n 4; exec chroot-enter -d / games true'
like 'given one descriptor, the superuser is told that the record cannot be read' "$status:$errors" \
	"^125:chroot-enter: cannot read the record of games: $many\$"
configure games 'root="/opt/games"' 'users="alice"'
chroot-mounts reload games
for name in games bad absent; do
	run as alice sh -c "ulimit -n 4; exec chroot-enter -d / $name true"
	is "an ordinary user with few descriptors learns nothing of $name" "$status:$errors" \
		"125:chroot-enter: $name is not prepared (chroot-mounts start $name), or you are not listed for it"
done
ok 'a listed user with enough descriptors enters' as alice chroot-enter -d / games true

# OpenRC reads conf.d/chroot-mounts.boot in place of conf.d/chroot-mounts, in that runlevel.
mkdir -p /etc/runlevels/evenings
for name in boot evenings; do
	configure "$name" 'root="/opt/games"'
	run chroot-mounts start "$name"
	is "a root called like the runlevel $name is refused" "$status:$errors" \
		"1:chroot-mounts: $name: /etc/conf.d/chroot-mounts.$name bears a runlevel's name, so OpenRC reads it in place of /etc/conf.d/chroot-mounts in that runlevel; give the file another ending"
	rm "/etc/conf.d/chroot-mounts.$name"
done

# A filesystem over the state directory, into which a user could put what they like.
chroot-mounts stop >/dev/null 2>&1
mount -t tmpfs -o mode=777,uid=1000 tmpfs /run/chroot-mounts
run chroot-mounts start games
is 'start refuses a state directory that belongs to a user' "$status:$errors" \
	'1:chroot-mounts: games: something else is mounted on the state directory /run/chroot-mounts; to mend it: umount /run/chroot-mounts'
umount /run/chroot-mounts
ok 'start succeeds after what that error says' chroot-mounts start games
chroot-mounts -q stop games

# the state directory has a folder of each of these names, and none is a root
for name in . .. games/. ../chroot-mounts/games; do
	for verb in status stop; do
		run chroot-mounts "$verb" "$name"
		is "$verb takes no path for a name: $name" "$status:$output:$errors" \
			"1::chroot-mounts: $name is no name of a root, which has small letters, digits, - and _ (chroot-mounts list)"
	done
done
done_testing
