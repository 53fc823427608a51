#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The order of the system calls of chroot-enter and chroot-enter-as, which is their whole defence: what is
# asked before they join, what they have let go of by then, and that nothing of the root, and nothing that
# the caller's environment names, is opened with privilege.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace perl
on_machines PROPAGATION=private

tools=${BUILD:-$top/build}/system
install -m 755 "$tools/odd-environment" /usr/local/bin/odd-environment
configure games 'root="/opt/games"' 'users="alice"' 'pass_env="MANY_500"'
echo 'alice:x:1000:1000:Alice:/home/alice:/bin/sh' >>/opt/games/etc/passwd
ok 'the root starts' chroot-mounts start
cd / || exit

# traced PROGRAM OPTION... -- COMMAND...: the calls of that program, from main() to the first try to execute
# the command, are $work/calls; from the first word on, before libc's own, $work/all. strace is the
# superuser, so the kernel honours the setuid bit.
traced()
{
	local program=$1
	shift
	strace -qq -s 4096 -o "$work/trace" "$@" || echo "# status $?"
	sed -n "/^execve(\"[^\"]*$program\"/,\$p" "$work/trace" | sed '1d; /^execve(/,$d' >"$work/all"
	sed -n '/^prctl(PR_SET_DUMPABLE/,$p' "$work/all" >"$work/calls"
}

# The calls of $work/calls in few words, without those for memory and descriptor 3 and up's closing. In
# those of musl, open is openat; it says O_CLOEXEC once more; and no signal comes between the set*id of
# its threads.
steps()
{
	perl -ne '
		next if /^(?:brk|mmap|munmap|mprotect|getrandom|futex)\(/ || /^--- /;
		next if /^capget\(/;
		next if /^fcntl\(\d+, F_SETFD, FD_CLOEXEC\)/ || /^rt_sigprocmask\(SIG_(?:BLOCK, ~|SETMASK, )\[/;
		s/^open\(/openat(AT_FDCWD, /;
		s/\|O_LARGEFILE//;
		next if /^close\(/ && !$joined;
		s/\s+= (-1 E\w+).*/ = $1/ or s/\s+= .*//;
		s/^capset\(\{.*?\}, \{effective=(.*?), permitted=(.*?), inheritable=(.*?)\}\)/capset($1; $2; $3)/;
		s/1<<CAP_DAC_READ_SEARCH\|1<<CAP_SYS_CHROOT\|1<<CAP_SYS_ADMIN/join/g;
		s/1<<CAP_DAC_READ_SEARCH/read/g;
		s/^(statx\(AT_FDCWD, "\/").*/$1)/;
		s/^(setgroups\().*/$1...)/;
		s/^(prctl\(PR_SET_SECCOMP).*/$1)/;
		s/^(f?stat(?:fs)?\(\d).*/$1)/;
		s/^(?:newfstatat|fstatat64|statx)\(\d, "record".*/look at record/;
		s/^(?:newfstatat|fstatat64|statx)\((\d), "".*/fstat($1)/;
		s/, 0, 0, 0\)/)/;
		s/^(prctl\(PR_\w+(?:, \w+)?).*/$1)/ unless / = -1/;
		$joined = 1 if /^setns/;
		print unless $_ eq $last;
		$last = $_;
	' "$work/calls"
}

# become BEFORE: the first steps of a drop, with the lines that stand before the change of ids.
become()
{
	cat <<-END
	${1}setresgid(1000, 1000, 1000)
	prctl(PR_SET_KEEPCAPS, 1)
	setresuid(1000, 1000, 1000)
	prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
	prctl(PR_SET_KEEPCAPS, 0)
	capset(0; join; 0)
	END
}
let_go()
{
	cat <<-END
	prctl(PR_SET_NO_NEW_PRIVS, 1)
	capset(0; 0; 0)
	prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
	capset(join; join; 0) = -1 EPERM
	capset(0; 1<<CAP_SETUID; 0) = -1 EPERM
	setresuid(0, 0, 0) = -1 EPERM
	getresuid([1000], [1000], [1000])
	getresgid([1000], [1000], [1000])
	prctl(PR_GET_NO_NEW_PRIVS, 0)
	END
}

# a listed user
traced chroot-enter -u alice chroot-enter games true
is 'first of all no other process may look in, and no descriptor passes' "$(head -2 "$work/calls" | sed 's/ *=.*//')" \
	$'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)\nclose_range(3, 4294967295, CLOSE_RANGE_CLOEXEC)'
like 'before all else, descriptors 0 to 2 are seen to be open' "$(grep -v '^mprotect' "$work/all" | grep -B3 -m1 '^prctl(PR_SET_DUMPABLE')" \
	'fcntl\(0, F_GETFD\).*fcntl\(1, F_GETFD\).*fcntl\(2, F_GETFD\)'
is 'chroot-enter drops the identity of the superuser first, and raises a capability to open what is in the state directory' \
	"$(steps | sed '/^prctl(PR_SET_NO_NEW_PRIVS/,$d' | grep -vE '^read\(')" "$(cat <<-END
	prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)
	close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC)
	getgroups(0, NULL)
	getuid()
	getgid()
	getgroups(13, [1000, 3000, 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 3011])
	geteuid()
	$(become '')
	getcwd("/", 4096)
	capset(read; join; 0)
	openat(AT_FDCWD, "/run/chroot-mounts/games", O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH|O_DIRECTORY)
	openat(3, "record", O_RDONLY|O_NOCTTY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC)
	capset(0; join; 0)
	fstat(4)
	statx(AT_FDCWD, "/")
	capset(read; join; 0)
	openat(3, "ns", O_RDONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC)
	fstatfs(5)
	ioctl(5, NS_GET_NSTYPE)
	look at record
	capset(0; join; 0)
	fstat(5)
	capset(join; join; 0)
	setns(5, CLONE_NEWNS)
	look at record
	close_range(3, 4294967295, 0)
	END
)"
is 'chroot-enter lets go right after joining, and tries to come back' \
	"$(steps | sed -n '/^prctl(PR_SET_NO_NEW_PRIVS/,/^statx/p')" "$(let_go)
statx(AT_FDCWD, \"/\")"
like 'of the root, its passwd is the first that is opened, when all is let go' \
	"$(steps | sed "1,/^setns/d" | sed "1,/^statx/d" | head -1)" '^openat\(AT_FDCWD, "/etc/passwd", O_RDONLY'

# the superuser as a user
traced chroot-enter-as chroot-enter -u alice games true
is 'the superuser who becomes a user joins first, and looks where that is' \
	"$(steps | sed -n '/^setns/,/^statx/p')" $'setns(5, CLONE_NEWNS)\nlook at record\nclose_range(3, 4294967295, 0)\nstatx(AT_FDCWD, "/")'
is 'the superuser who becomes a user reads two files of the tree, the last component no link' \
	"$(steps | sed '1,/^setns/d' | sed '/^setgroups/,$d' | grep '^open')" "$(printf \
	'openat(AT_FDCWD, "/etc/%s", O_RDONLY|O_NOCTTY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC)\n' passwd group)"
is 'the superuser who becomes a user gets a filter, drops the same way, and leaves the keyring' \
	"$(steps | sed -n "/^prctl(PR_SET_SECCOMP/,/^keyctl/p")" "$(cat <<-END
	prctl(PR_SET_SECCOMP)
	$(become $'setgroups(...)\n')
	$(let_go)
	keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)
	END
)"
ok 'the host is asked for the user before joining' eval 'sed "/^setns/,\$d" "$work/calls" | grep -q /etc/group'
is 'the host is not asked for the user after joining' "$(sed '1,/^setns/d' "$work/calls" | grep -cE 'nsswitch|nscd')" 0

# an environment that steers
mkdir -m 755 "$work/marker"
: >"$work/marker/XAUTHORITY"
chown alice "$work/marker/XAUTHORITY"
strace -qq -o "$work/trace" odd-environment "$work/marker" /bin/true >"$work/said" 2>&1
like 'a program without privilege opens what its environment names' "$(grep openat "$work/trace")" \
	"openat\(AT_FDCWD, \"$work/marker/LD_(PRELOAD|LIBRARY_PATH|AUDIT)"
traced chroot-enter -u alice odd-environment "$work/marker" /usr/bin/chroot-enter games /bin/true
ok 'chroot-enter joins with an environment that steers' grep -q '^setns' "$work/calls"
is 'chroot-enter opens nothing with privilege that its environment names' \
	"$(sed '/^setresuid(1000/,$d' "$work/all" | grep -c "$work/marker")" 0
is 'chroot-enter opens the cookie of the display as the user, before any capability is in effect' \
	"$(sed -n '/^setresuid(1000/,$p' "$work/calls" | sed '/^capset.*effective=1/,$d' |
		grep -o '"[^"]*/marker/[^"]*"')" "\"$work/marker/XAUTHORITY\""
is 'chroot-enter opens nothing that its environment names from there on to the last drop' \
	"$(sed -n '/^capset.*effective=1/,/^getresgid/p' "$work/calls" | grep -c "$work/marker")" 0
# the profile is of glibc before 2.39, in a directory of its own whatever the environment says
is 'what chroot-enter opens with privilege is the loader'"'"'s, the kernel'"'"'s and the state' \
	"$(sed '/^setns/,$d' "$work/all" | grep -v "$work/marker" | sed -nE 's/^(openat|open|stat|newfstatat|access|readlink|execve)\([^"]*"([^"]+)".*/\2/p' |
		grep -vE '^/etc/(ld[-.][a-z0-9_.-]*|suid-debug)$|^/var/profile/libc|^(/usr)?/lib[^.]*/libc\.[^/]*$' | sort -u | tr '\n' ' ')" \
	'/run/chroot-mounts/games ns record '
inside=$(as alice odd-environment "$work/marker" /usr/bin/chroot-enter games /usr/bin/env)
is 'of 10,000 variables and strings that are none, the rule'"'"'s pass' \
	"$(cut -d= -f1 <<<"$inside" | sort | tr '\n' ' ')" \
	'CHROOT_NAME DISPLAY HOME LANG LC_ALL LOGNAME MANY_500 PATH SHELL TMUX_TMPDIR TZ USER XAUTHORITY XDG_RUNTIME_DIR debian_chroot '
done_testing
