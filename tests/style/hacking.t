#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# What HACKING.md points at is there: files, functions and tables.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

# A function's name begins a line, or is defined there; a table's stands before its brackets.
sub defines {
	my ($file, $what) = @_;
	my ($name, $is_function) = $what =~ /^(\w+)(\(\))?/;
	return text_of($file) =~ ($is_function ? qr/^(?:#define )?$name\(/m : qr/\b$name\[/);
}

my $text = text_of('HACKING.md');
my %paths = map { $_ => 1 } $text =~ /`((?:lib|sbin|tests|conf\.d|init\.d)\/[^`\s]+)`/g;
cmp_ok(scalar keys %paths, '>', 20, 'HACKING.md names files');
ok(-e $_, "$_, which HACKING.md names, is there") for sort keys %paths;
my %pages = map { $_ => 1 } $text =~ /`([A-Z]+\.md|tests\/README\.md)`/g;
ok(-e $_, "$_, which HACKING.md names, is there") for sort keys %pages;

my %names = map { $_ => 1 } $text =~ /`(\w+(?:\(\)|\[\]))`/g;
cmp_ok(scalar keys %names, '>', 10, 'HACKING.md names functions and tables');
my @code = (glob('lib/*/*.[ch]'), glob('sbin/*.c'), glob('tests/unit/*.c'), glob('tests/differential/*.c'));
for my $name (sort keys %names) {
	ok((grep { defines($_, $name) } @code), "$name, which HACKING.md names, is there");
}
while ($text =~ /`(\w+(?:\(\)|\[\]))`\s+(?:in|of)\s+`([^`]+\.[ch])`/g) {
	ok(defines($2, $1), "$1 is in $2, as HACKING.md says");
}
while ($text =~ /^\d+\. `([^`]+\.[ch])`: ([^.]*)/mg) {
	my ($file, $rest) = ($1, $2);
	for my $name ($rest =~ /`(\w+(?:\(\)|\[\]))`(?!\s+(?:in|of))/g) {
		ok(defines($file, $name), "$name is in $file, as HACKING.md says");
	}
}

done_testing();
