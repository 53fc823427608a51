#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whoever has the caller's uid, or another, tries to look into chroot-enter behind each of its
# system calls: its files, memory and descriptors are nobody's but the superuser's until it executes
# the command, nor is there a core dump to read them in.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
on_machines PROPAGATION=private

tools=${BUILD:-$top/build}/system
probers=1000,1001
# phase NAME WORD: what look-in said of it.
phase() { sed -n "s/^$1: .*\b$2 \([0-9]*\).*/\1/p" <<<"$output"; }

configure games 'root="/opt/games"' 'users="alice"'
ok 'the root starts' chroot-mounts start
echo secret >"$work/secret"
chmod 600 "$work/secret"
install -m 4755 "$tools/naive" /usr/local/bin/naive

# where cores can lie, if the kernel does not give them to a program
mkdir -m 777 "$work/cores"
chmod 755 "$work"
cd "$work/cores" || exit
run "$tools/look-in" 1000 1000 /usr/local/bin/naive hold "$work/secret"
is 'a careless setuid program is walked through' "$status" 0
echo "# ${output//$'\n'/; }"
for way in exe cwd root fd mem maps environ ns-mnt pidfd_getfd process_vm_readv kcmp ptrace; do
	like "a process with its caller's uid gets by $way what a careless setuid program still holds" "$output" "outside:.* $way( |$)"
done
case $(</proc/sys/kernel/core_pattern) in
'|'* | */*) echo '# cores are not left where the program stands' ;;
*)
	like "a process with its caller's uid gets by a core dump what a careless setuid program knew" "$output" 'outside:.* core( |$)'
	ok 'the core dump of a careless setuid program lies in its directory' rm core*
	;;
esac

# walked WHO PHASE...: those phases were met, and nobody looked in.
walked()
{
	local who=$1 stopped_in
	shift
	echo "# ${output//$'\n'/; }"
	is "chroot-enter of $who is walked through" "$status" 0
	for stopped_in; do
		ok "chroot-enter of $who was stopped in the phase: $stopped_in" test "$(phase "$stopped_in" stops)" -gt 0
	done
	is "in each of $who's phases nobody looked in" "$(grep -o 'successes.*' <<<"$output" | sort -u)" 'successes 0:'
}
run "$tools/look-in" 1000 "$probers" /usr/bin/chroot-enter -d / games /bin/true
walked 'a listed user' root user joined inside
run "$tools/look-in" 1001 "$probers" /usr/bin/chroot-enter -d / games /bin/true
walked 'a user who is not listed' root
run "$tools/look-in" 0 "$probers" /usr/libexec/chroot-mounts/chroot-enter-as -d / -u alice games /bin/true
walked 'the superuser, to become a user' root joined inside
run "$tools/look-in" 0 "$probers" /usr/bin/chroot-enter -d / games /bin/true
walked 'the superuser' root
is 'no entry has left a core' "$(ls)" ''
done_testing
