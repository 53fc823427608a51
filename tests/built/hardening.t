#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# The flags that make takes of its own accord: those that the compiler knows, asked for once, and no
# level of FORTIFY below that of the toolchain or the packager.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $cc = $ENV{CC} || 'cc';
my $work = tempdir(CLEANUP => 1);
# the flags of the make that runs this test are not asked for
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS HARDENING)};
$ENV{LC_ALL} = 'C';

# The commands that would compile the files.
sub commands {
	my ($settings, @files) = @_;
	open(my $stream, '-|', 'make', '-s', '-n', "BUILD=$work/build", @$settings,
		map { "$work/build/lib/$_.o" } @files) or die "make: $!";
	my @commands = grep { / -c / } <$stream>;
	close($stream) or die "make @$settings failed\n";
	return @commands;
}

# The level of FORTIFY that such a command has, and what the compiler complains of.
sub level {
	my ($command) = commands(["CC=$cc", @_], 'common/number');
	my ($flags) = $command =~ /^(.*?) -c /;
	$flags =~ s/ -MMD -MP / /;
	my ($level) = `$flags -dM -E -x c /dev/null` =~ /^#define _FORTIFY_SOURCE (\d+)$/m;
	my $complaint = `$flags -fsyntax-only -x c /dev/null 2>&1`;
	return ($level // 0) . $complaint;
}

my ($own) = `$cc -O2 -dM -E -x c /dev/null` =~ /^#define _FORTIFY_SOURCE (\d+)$/m;
if (defined $own) {
	is(level(), $own, 'FORTIFY has the level of the compiler');
} else {
	like(level(), qr/^[23]$/, 'FORTIFY has the highest level that the compiler knows');
	is(level("CC=$cc -D_FORTIFY_SOURCE=1"), 1, 'the level that a compiler sets by itself stays');
	is(level('CFLAGS=-O2 -D_FORTIFY_SOURCE=1'), 1, 'the level in CFLAGS stays');
	is(level('CPPFLAGS=-D_FORTIFY_SOURCE=1'), 1, 'the level in CPPFLAGS stays');
	is(level('CFLAGS=-O2 -U_FORTIFY_SOURCE'), 0, 'CFLAGS can take FORTIFY away');
}

# a compiler that counts what it is asked, and complains of one flag, by an error or by a warning
my $picky = "$work/picky";
open(my $script, '>', $picky) or die "$picky: $!";
print $script "#!/bin/sh\n", "echo >>'$work/asked'\n",
	'for word; do [ "$word" != "$UNKNOWN" ] || { echo "unknown: $word" >&2; exit "$FAILS"; }; done', "\n";
close($script);
chmod 0755, $picky;

sub taken {
	my ($unknown, $fails) = @_;
	local @ENV{qw(UNKNOWN FAILS)} = ($unknown, $fails);
	my ($command) = commands(["CC=$picky"], 'common/number');
	return grep { /^-(?:D_FORTIFY_SOURCE|fstack-clash|ftrivial|fcf|mbranch)/ } split ' ', $command;
}

sub asked {
	my $count = () = `cat '$work/asked'` =~ /\n/g;
	unlink "$work/asked";
	return $count;
}

my @all = taken('', 0);
is("@all", '-D_FORTIFY_SOURCE=3 -D_FORTIFY_SOURCE=2 -fstack-clash-protection -ftrivial-auto-var-init=zero'
	. ' -fcf-protection -mbranch-protection=standard', 'a compiler that never complains gets each flag');
for my $unknown (@all) {
	my $others = join ' ', grep { $_ ne $unknown } @all;
	is(join(' ', taken($unknown, 1)), $others, "$unknown alone is left out where it is an error");
	is(join(' ', taken($unknown, 0)), $others, "$unknown alone is left out where it is a warning");
}
asked();
commands(["CC=$picky"], 'common/number');
my $for_one = asked();
commands(["CC=$picky"], 'common/number', 'common/name');
is(asked(), $for_one, 'the compiler is asked as often for two files as for one');

my ($bare) = commands(["CC=$cc", 'HARDENING=-fPIE'], 'common/number');
unlike($bare, qr/ -fstack|FORTIFY| -ftrivial| -fcf| -mbranch/, 'HARDENING takes the place of all of them');

done_testing();
