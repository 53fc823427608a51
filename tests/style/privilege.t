#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# How much of each program there is, and how much of the setuid one runs with privilege for an ordinary
# user: lines of functions, counted by the call graph of a build without inlining. Privileged is what main()
# of chroot-enter reaches before the identity is dropped, and what is reached between a raise() and the
# lower() or privileges_let_go() behind it. The limits keep it so.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

my $build = ($ENV{BUILD} || 'build') . '/calls';
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};
system('make', '-s', "BUILD=$build", 'CFLAGS=-O0 -g -fno-inline', 'HARDENING=-fPIE', map { "$build/$_" } qw(chroot-enter chroot-enter-as)) == 0
	or BAIL_OUT('the programs cannot be built');

# The functions of the sources: by FILE:NAME, their first line, text and number of lines.
my (%source, %inline);
for my $file (glob('lib/*/*.[ch] sbin/*.c')) {
	my $text = text_of($file);
	while ($text =~ /^\w[^\n;={]*(?:\n|\)\) )(\w+)\([^;{]*?\)\n(\{.*?^\})/msg) {
		my ($name, $body, $whole) = ($1, $2, $&);
		$source{"$file:$name"} = {text => $body, lines => ($whole =~ tr/\n//) + 1};
		$inline{$name} = "$file:$name" if $file =~ /\.h$/;
	}
}

# The functions that a program holds, each with those that it calls, by FILE:NAME.
sub graph_of {
	my ($program) = @_;
	my (%at, %calls, @addresses, $from);
	for (split /\n/, `nm --defined-only '$program'`) {
		push @addresses, [$1, $2] if /^([0-9a-f]+) [tT] (\w+)$/;
	}
	my $asked = join ' ', map { "0x$_->[0]" } @addresses;
	my @places = grep { /:(?:\d+|\?)/ } split /\n/, `addr2line -e '$program' $asked`;
	for my $i (0 .. $#addresses) {
		my ($file) = $places[$i] =~ m{((?:lib/[\w-]+|sbin)/[\w-]+\.[ch]):} or next;
		my $function = "$file:$addresses[$i][1]"; # for an inline one, addr2line names the file of its caller
		$at{ hex $addresses[$i][0] } = exists $source{$function} ? $function : $inline{ $addresses[$i][1] } // $function;
	}
	for (split /\n/, `objdump -d --no-show-raw-insn '$program'`) {
		$from = $at{ hex $1 } if /^([0-9a-f]+) </;
		$calls{$from}{ $at{ hex $1 } } = 1
			if defined $from && /\s(?:call|jmp|bl|b|jal)q?\s+(?:\w+, *)?([0-9a-f]+) </ && $at{ hex $1 } && $at{ hex $1 } ne $from;
		$calls{$from} //= {} if defined $from;
		# a function whose address is taken may be called
		$calls{$from}{ $at{ hex $1 } } = 1 if defined $from && /\slea\s.*# ([0-9a-f]+) </ && $at{ hex $1 };
	}
	return \%calls;
}

sub reached {
	my ($calls, @todo) = @_;
	my %seen;
	while (@todo) {
		my $function = pop @todo;
		push @todo, keys %{ $calls->{$function} } unless $seen{$function}++;
	}
	return sort keys %seen;
}

sub lines_of {
	my $lines = 0;
	$lines += exists $source{$_} ? $source{$_}{lines} : 0 for @_;
	return $lines;
}

my $calls = graph_of("$build/chroot-enter");
my @linked = sort keys %$calls;
cmp_ok(scalar @linked, '>', 50, 'the functions of chroot-enter are found');
my @unknown = grep { !exists $source{$_} } @linked;
is("@unknown", '', 'each function is found in the sources');

# Calls of a text, as functions that the given one calls.
sub called_in {
	my ($function, $text) = @_;
	return grep { my ($name) = /:(\w+)$/; $text =~ /\b$name\(/ } keys %{ $calls->{$function} };
}

my ($begin, $main) = ('lib/enter/admission.c:admission_begin', 'sbin/chroot-enter.c:main');
my ($before) = $source{$main}{text} =~ /^(.*?\badmission_begin\()/s;
ok(defined $before, 'main() drops the identity by admission_begin()');
my @roots = ($main, called_in($main, $before // ''));
for my $function (@linked) {
	my $text = $source{$function}{text};
	next if $function =~ /:(?:raise|lower)$/;
	while ($text =~ /\braise\(.*?(?:\blower\(|\z)/sg) {
		push @roots, $function, called_in($function, $&);
	}
}
push @roots, grep { /:privileges_let_go$/ } @linked;
# This one is called where the effective uid is not 0, to say why.
delete $calls->{'lib/enter/capabilities.c:capabilities_check'}{'lib/enter/capabilities.c:find_hindrance'};
my @privileged = reached({map { my $f = $_; $f => $f eq $main || $source{$f}{text} =~ /\braise\(/ ? {} : $calls->{$f} } @linked}, @roots);

my ($linked, $privileged) = (lines_of(@linked), lines_of(@privileged));
diag(sprintf "chroot-enter: %d functions, %d lines; with privilege %d functions, %d lines",
	scalar @linked, $linked, scalar @privileged, $privileged);
diag("  $_ " . lines_of($_)) for $ENV{VERBOSE} ? @privileged : ();
cmp_ok($linked, '<=', 2400, 'chroot-enter holds at most 2,400 lines');
cmp_ok($privileged, '<=', 600, 'at most 600 lines of chroot-enter run with privilege for an ordinary user');
my $as = graph_of("$build/chroot-enter-as");
diag(sprintf "chroot-enter-as: %d functions, %d lines", scalar keys %$as, lines_of(keys %$as));
done_testing();
