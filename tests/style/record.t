#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# tests/record says what a program did, whatever numbers the kernel gave it, and finds each difference.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $work = tempdir(CLEANUP => 1);
$ENV{BUILD} = $work;
mkdir "$work/$_" or die "$work/$_: $!" for qw(recordings recordings/before recordings/after);

sub put {
	my ($path, $text) = @_;
	open(my $stream, '>', $path) or die "$path: $!";
	print $stream $text;
	close $stream or die "$path: $!";
}

# as recorder.c does: WHAT, TEXT, ...
sub pieces {
	my $text = '';
	while (my ($what, $piece) = splice @_, 0, 2) {
		$text .= "$what " . length($piece) . ' ' . length($piece) . "\n$piece\n";
	}
	return $text;
}

# A stop that is refused, with these numbers and this message.
sub stop_of {
	my ($pid, $namespace, $said) = @_;
	return pieces(program => '/usr/sbin/chroot-mounts', argv => 'chroot-mounts', argv => 'stop', argv => 'a root',
		stderr => "chroot-mounts: a root: $said: $pid (sh)\n", status => '1',
		path => '/run/chroot-mounts/a root/record', record => "version=2\0namespace=$namespace\0uid=1000\0") . "\0" x 100;
}

sub formatted { my $text = `tests/record -f @_`; return $? == 0 ? $text : "status $?" }

sub compared {
	my $difference = `tests/record -c @_ 2>&1`;
	return ($? >> 8, $difference);
}

put("$work/one", stop_of(12, 4026532202, 'cannot stop'));
put("$work/two", stop_of(3456, 4026531234, 'cannot stop'));
put("$work/three", stop_of(12, 4026532202, 'cannot end'));
my $text = formatted("$work/one");
is($text, <<'END' =~ s/^\t//gmr, 'a process is written down without the numbers of the kernel');
	program: /usr/sbin/chroot-mounts
	argv: chroot-mounts stop 'a root'
	stderr: chroot-mounts: a root: cannot stop: PID (sh)
	status: 1
	path: /run/chroot-mounts/a root/record
	record: version=2
	record: namespace=N
	record: uid=1000

END
is(formatted("$work/two", "$work/one"), $text, 'two processes that did the same are one');

put("$work/recordings/$_/stop.t", $text) for qw(before after);
is_deeply([compared('before', 'after')], [0, ''], 'equal recordings have no difference');
put("$work/recordings/after/stop.t", formatted("$work/three"));
my ($status, $difference) = compared('before', 'after');
is($status, 1, 'a changed message makes the status 1');
like($difference, qr/^-stderr: .*cannot stop: PID.*\n\+stderr: .*cannot end: PID/m, 'a changed message is shown as a diff');
put("$work/recordings/after/stop.t", $text);
put("$work/recordings/after/more.t", $text);
($status) = compared('before', 'after');
is($status, 1, 'a file that one recording lacks is a difference');
($status) = compared('before', 'absent');
is($status, 2, 'a recording that is not there is trouble');

mkdir "$work/recordings/empty" or die "$work/recordings/empty: $!";
($status) = compared('empty', 'empty');
is($status, 2, 'a recording without a file is trouble');

SKIP: {
	my $cc = $ENV{CC} // 'cc';
	skip 'the recorder is for glibc', 1 if `$cc -dumpmachine` =~ /musl/;
	mkdir "$work/files" or die "$work/files: $!";
	put("$work/speak.c", <<'END');
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char *const words[] = {"sh", "-c", "exit 3", NULL}, *const variables[] = {"A=b", NULL};
	printf("one\n");
	if (write(2, "two\n", 4) == 4 && argc > 1)
		execve("/bin/sh", words, variables);
	exit(argc > 1 ? 127 : argv[0][0] == '-');
}
END
	my $compiled = system("$cc -std=gnu17 -D_GNU_SOURCE -DRUNSTATEDIR='\"/nowhere\"' -DDIRECTORY='\"$work/files\"' " .
		"-Wl,--wrap=write,--wrap=execve -o $work/speak tests/recording/recorder.c $work/speak.c");
	is($compiled, 0, 'the recorder compiles');
	my @said = (scalar(`$work/speak 2>&1 >$work/output`), scalar(`cat $work/output`));
	is_deeply(\@said, ["two\n", "one\n"], 'a recorded program writes what it wrote');
	is(system("$work/speak more >$work/output 2>&1") >> 8, 3, 'a recorded program executes what it executed');
	my ($exited, $executed) = map { s/^[eu]*id: \d+\n//gmr } split /^\n/m, formatted(glob("$work/files/*"));
	is($exited, "program: BUILD/speak\nargv: BUILD/speak\nstderr: two\nstdout: one\nstatus: 0\n",
		'the recorder has the output and the status of a process that exits');
	is($executed, "program: BUILD/speak\nargv: BUILD/speak more\nstderr: two\nexecute: /bin/sh\n" .
		"argument: sh -c 'exit 3'\nvariable: A=b\n", 'the recorder has what a process executes');
}

done_testing();
