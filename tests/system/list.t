#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter --list: the roots that the caller may enter, and no word of any other. chroot-mounts list:
# the roots that are configured.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace unshare
on_machines PROPAGATION=private

listed() { chroot-enter --list; }
listed_for() { as "$1" chroot-enter --list; }

run listed
is 'where nothing was ever started, the list is empty' "$status:$output:$errors" '0::'
run listed_for bob
is 'where nothing was ever started, the list of an ordinary user is empty' "$status:$output:$errors" '0::'

echo 'nobody:x:65534:' >>/etc/group # a group of the user's name
configure zoo 'root="/opt/games"' 'users="alice"'
configure games 'root="/opt/games"' 'users="alice bob"'
configure band 'root="/opt/demo"' 'groups="players"'
configure demo 'root="/opt/demo"'
configure later 'root="/opt/demo"' 'users="alice bob"'
ok 'the roots start' chroot-mounts start zoo games band demo

run listed
is 'the superuser may enter all that are prepared, in the order of their names' \
	"$status:$output:$errors" $'0:band\ndemo\ngames\nzoo:'
run listed_for alice
is 'a user may enter the roots that list the user, or a group of theirs' "$status:$output:$errors" $'0:band\ngames\nzoo:'
run listed_for bob
is 'another user may enter other roots' "$status:$output:$errors" '0:games:'
run listed_for nobody
is 'a user who is listed nowhere may enter none' "$status:$output:$errors" '0::'
for user in root alice bob nobody; do
	for name in band demo games later zoo; do
		as "$user" chroot-enter -d / "$name" true 2>/dev/null && echo "$name"
	done >"$work/entered"
	is "what is listed for $user is what $user can enter" "$(listed_for "$user")" "$(<"$work/entered")"
done

# what is configured
is 'the list of what is configured has every root, started or not' "$(chroot-mounts list)" \
	'NAME  ROOT       USERS     GROUPS  SERVICE       DESCRIPTION
band  /opt/demo            players chroot-mounts
demo  /opt/demo                    chroot-mounts
games /opt/games alice bob         chroot-mounts
later /opt/demo  alice bob         chroot-mounts
zoo   /opt/games alice             chroot-mounts'
is 'the list of what is configured has only the roots that are named' \
	"$(chroot-mounts list zoo band | awk '{ print $1 }')" $'NAME\nband\nzoo'

# the descriptions
# listed_as NAME KEY: in JSON
listed_as() { chroot-mounts -j list "$1" | KEY=$2 perl -MJSON::PP -0777 -ne \
	'print JSON::PP->new->utf8->allow_nonref->encode(decode_json($_)->{roots}[0]{$ENV{KEY}})'; }
description() { listed_as "$1" description; }
state() { chroot-mounts -j status "$1" | perl -MJSON::PP -0777 -ne 'print decode_json($_)->{roots}[0]{status}'; }
configure zoo 'root="/opt/games"' 'users="alice' '	bob"' 'groups="players"'
is 'users on several lines are listed in one' "$(listed_as zoo users) $(listed_as zoo groups) $(listed_as zoo name)" \
	'"alice  bob" "players" "zoo"'
configure zoo 'root="/opt/games"' 'users="alice"'
is 'a root without a description is listed without one' "$(chroot-mounts list zoo | tail -n 1)" 'zoo  /opt/games alice        chroot-mounts'
is 'the JSON of a root without a description has null' "$(description zoo)" null
configure zoo 'root="/opt/games"' 'users="alice"' 'description="For alice: \"old\" games"'
is 'a description is the last column of the list' "$(chroot-mounts list zoo)" "$(
	printf '%s\n' 'NAME ROOT       USERS GROUPS SERVICE       DESCRIPTION' 'zoo  /opt/games alice        chroot-mounts For alice: "old" games'
)"
is 'the JSON of the list has the description' "$(description zoo)" '"For alice: \"old\" games"'
is 'a new description leaves a started root as it is' "$(state zoo)" started
ok 'a reload takes a new description' chroot-mounts reload zoo
configure zoo 'root="/opt/games"' 'users="alice"' 'description="Spiele für alle"'
is 'a change of the description is listed at once' "$(chroot-mounts list zoo | awk 'NR == 2 { print $5, $6, $7 }')" 'Spiele für alle'
is 'a changed description leaves a started root as it is' "$(state zoo)" started
is 'letters beyond ASCII are whole in any locale' "$(LC_ALL=C chroot-mounts list zoo | awk 'NR == 2 { print $6 }')" für
is 'letters beyond ASCII are whole in JSON' "$(description zoo)" '"Spiele für alle"'
echo 'description="A root of this host"' >/etc/conf.d/chroot-mounts
is "the service's description is that of a root without one" "$(description band)" '"A root of this host"'
is "a root's own description counts before the service's" "$(description zoo)" '"Spiele für alle"'
configure band 'root="/opt/demo"' 'groups="players"' 'description='
is "an empty description takes back the service's" "$(description band)" null
rm /etc/conf.d/chroot-mounts
configure zoo 'root="/opt/games"' 'users="alice"' 'description="two' 'lines"'
run chroot-mounts list zoo band
is 'a description of two lines is an error of that root alone' "$status:$(awk '{ print $1, $2 }' <<<"$output")" \
	$'1:NAME ROOT\nband /opt/demo\nzoo chroot-mounts'
# shellcheck disable=SC2016 # the marks are the message's
is 'the message about a description of two lines names the file and the line' "$errors" \
	'chroot-mounts: zoo: /etc/conf.d/chroot-mounts.zoo:3: `description`: `two\012lines` is not one line without tabs'
configure zoo 'root="/opt/games"' 'users="alice"'

# what it goes by
strace -f -e trace=file,network -o "$work/trace" chroot-enter --list >/dev/null
ok 'a list does not ask the name service' fails grep -E 'nsswitch|passwd|/etc/group|nscd' "$work/trace"
ok 'a list does not read the configuration' fails grep conf.d "$work/trace"
ok 'a list reads the records' grep -q '"record"' "$work/trace"
configure games 'root="/opt/games"' 'users="alice nobody"'
is 'a change of the configuration does not count before it is taken over' "$(listed_for nobody)" ''
chroot-mounts -q reload games
is 'a change of the configuration counts when reload takes it over' "$(listed_for nobody)" games
mv /run/chroot-mounts/games/record /run/chroot-mounts/games/record.stopping
is 'a root whose stop was not finished is nobody'"'"'s to enter' "$(listed_for alice)" $'band\nzoo'
is 'a root whose stop was not finished is not the superuser'"'"'s to enter either' "$(listed)" $'band\ndemo\nzoo'
mv /run/chroot-mounts/games/record.stopping /run/chroot-mounts/games/record
mkdir /run/chroot-mounts/half
cp /run/chroot-mounts/games/record /run/chroot-mounts/half/record
is 'a root that a start did not finish is nobody'"'"'s to enter' "$(listed_for alice)" $'band\ngames\nzoo'
rm -r /run/chroot-mounts/half
chmod 666 /run/chroot-mounts/games/record
is 'a record that others can write counts for nothing' "$(listed_for alice)" $'band\nzoo'
chmod 600 /run/chroot-mounts/games/record
sed -i 's/^version=[0-9]*/version=9/' /run/chroot-mounts/games/record
is 'a root of another version is listed to those whom entering tells so' "$(listed_for nobody)" games
is 'a root of another version is listed to no other user' "$(listed_for bob)" ''
chroot-mounts -q stop games
is 'a stopped root is listed no more' "$(listed_for alice)" $'band\nzoo'

# failures
for words in '--list games' '--list -l' '-d / --list' '--list --list' '--list --'; do
	# shellcheck disable=SC2086 # the words are arguments
	run chroot-enter $words
	is "125 is the status of: chroot-enter $words" "$status:$output" 125:
	is "the message gives the reason for: chroot-enter $words" "$errors" 'chroot-enter: --list stands alone; chroot-enter -h says what there is'
done
run chroot-enter --list=all
is '--list takes no value' "$errors" 'chroot-enter: --list=all takes no value; chroot-enter -h says what there is'
ok '--list behind a root is the command'"'"'s' fails chroot-enter demo --list
run unshare -m setpriv --reuid=alice --regid=alice --init-groups chroot-enter --list
is 'in another mount namespace an ordinary user gets no list' "$status:$output" 125:
like 'in another mount namespace an ordinary user is told the reason' "$errors" 'cannot enter from another mount namespace'
for user in alice nobody; do
	for limit in 3 4; do
		run as "$user" sh -c "ulimit -n $limit; exec chroot-enter --list"
		like "$user gets no list with $limit descriptors" "$status:$output" '^12[57]:$'
	done
	printf '%s\n' "$errors" >"$work/said.$user"
done
is 'a failure for want of descriptors tells nobody what there is' "$(<"$work/said.alice")" "$(<"$work/said.nobody")"
run sh -c 'chroot-enter --list >/dev/full'
is 'a list that cannot be written is 125' "$status" 125
cp "$(command -v chroot-enter)" /usr/bin/plain
chmod 755 /usr/bin/plain
run as alice plain --list
is 'without the superuser'"'"'s powers there is no list' "$status:$output" 125:
like 'the message names the capability that is missing' "$errors" 'it lacks CAP_SYS_ADMIN'

# files that do not count
for name in Steam games.32 games.bak games.dpkg-new 'games~'; do
	cp /etc/conf.d/chroot-mounts.games "/etc/conf.d/chroot-mounts.$name"
done
touch /etc/conf.d/._cfg0000_chroot-mounts.games
for verb in list start; do
	run chroot-mounts "$verb"
	is "$verb succeeds beside files that do not count" "$status" 0
	is "$verb names the files whose names do not count, and none of an editor" "$(sort <<<"$errors")" \
		"chroot-mounts: /etc/conf.d/chroot-mounts.Steam does not count: the name of a root has small letters, digits, - and _; to mend it: mv -n /etc/conf.d/chroot-mounts.Steam /etc/conf.d/chroot-mounts.steam
chroot-mounts: /etc/conf.d/chroot-mounts.games.32 does not count: the name of a root has small letters, digits, - and _; to mend it: mv -n /etc/conf.d/chroot-mounts.games.32 /etc/conf.d/chroot-mounts.games-32"
done
run chroot-mounts start Steam
is 'a name that does not count is said to be none' "$status:$errors" \
	'1:chroot-mounts: Steam is no name of a root, which has small letters, digits, - and _ (chroot-mounts list)'
rm /etc/conf.d/chroot-mounts.{Steam,games.32,games.bak,games.dpkg-new,'games~'} /etc/conf.d/._cfg0000_chroot-mounts.games

# a narrow terminal
on_columns() { script -qec "stty cols $1; ${*:2}" /dev/null </dev/null | tr -d '\r'; }
configure zoo 'root="/opt/games"' 'users="alice"' 'description="more words than a terminal of eighty columns has room for beside the other three"'
for columns in 40 60 80; do
	for verb in list status 'start -n zoo'; do
		# shellcheck disable=SC2086 # words
		is "$verb on a terminal of $columns columns cuts no word" "$(on_columns "$columns" chroot-mounts "$verb")" "$(chroot-mounts $verb)"
	done
done
ok 'stop takes all roots away' chroot-mounts stop
run listed
is 'the list is empty after stop' "$status:$output:$errors" '0::'
done_testing
