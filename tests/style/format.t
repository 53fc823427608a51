#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# OpenRC's clothes: clang-format finds nothing to change, and text files are tidy.
use strict;
use warnings;
use Test::More;

chomp(my @files = `tests/style/files`);
ok((grep { $_ eq 'Makefile' } @files), 'the list of files has the Makefile');
my @c = grep { /\.[ch]$/ } @files;
cmp_ok(scalar @c, '>', 5, 'the list of files has C files');

SKIP: {
	my $there = `sh -c 'command -v clang-format'`;
	if (!$there && !$ENV{TESTS_MUST_RUN}) {
		skip 'clang-format is not installed', scalar @c;
	}
	for my $file (@c) {
		is(system('clang-format', '--dry-run', '-Werror', $file), 0, "$file is formatted (make format)");
	}
}

for my $file (@files) {
	next if -B $file && !-z $file;
	open(my $stream, '<:raw', $file) or die "$file: $!";
	my @lines = <$stream>;
	my (@blanks, @returns);
	for (0 .. $#lines) {
		push @blanks, $_ + 1 if $lines[$_] =~ /[ \t]\r?\n?$/;
		push @returns, $_ + 1 if $lines[$_] =~ /\r/;
	}
	is("@blanks", '', "$file: no blanks at the ends of lines");
	is("@returns", '', "$file: no carriage returns");
	ok(!@lines || $lines[-1] =~ /\n$/, "$file: ends with a newline");
}

done_testing();
