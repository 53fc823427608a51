#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# The folders of lib/ say which program holds what: each program is linked from its folders alone, a
# folder includes only what its programs are linked from, and no room leans on itself.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

# The programs' folders, as the Makefile links them.
my %folders;
my $makefile = text_of('Makefile');
while ($makefile =~ m{^\$\(BUILD\)/([\w-]+): \$\(BUILD\)/sbin/\1\.o \$\(call rooms,([\w -]+)\)$}mg) {
	$folders{$1} = [split ' ', $2];
}
is(join(' ', sort keys %folders), join(' ', sort map { m{/([\w-]+)\.c$} } glob('sbin/*.c')),
	'the Makefile links each program of sbin/ from folders of lib/');
unlike($makefile, qr/gc-sections|ffunction-sections|\$\(AR\)/,
	'no program gets rid of rooms that its folders hold and it does not need');

# A folder may include those that every program with the folder is linked from.
my %may;
for my $folder (map { m{([\w-]+)/$} } glob('lib/*/')) {
	my @programs = grep { grep { $_ eq $folder } @{ $folders{$_} } } sort keys %folders;
	ok(@programs, "lib/$folder is linked into a program");
	my %count;
	$count{$_}++ for map { @{ $folders{$_} } } @programs;
	$may{$folder} = { map { $_ => 1 } grep { $count{$_} == @programs } keys %count };
}

my @pairs;
for my $file (glob('lib/*/*.[ch]'), glob('sbin/*.[ch]')) {
	my ($folder) = $file =~ m{^lib/([\w-]+)/};
	my ($room) = $file =~ m{^(?:lib/)?(.+)\.[ch]$};
	my %allowed = $folder ? %{ $may{$folder} } : map { $_ => 1 } @{ $folders{ $room =~ s{.*/}{}r } };
	my ($number, @wrong) = 0;
	for my $line (split /\n/, text_of($file)) {
		$number++;
		my ($header) = $line =~ /^\s*#\s*include\s*"([^"]+)"/ or next;
		my ($of, $below) = $header =~ m{^([\w-]+)/([\w-]+)\.h$};
		push @wrong, "$number: $header" unless defined $of && $allowed{$of} && -e "lib/$header";
		push @pairs, "$room $of/$below\n" if defined $of && "$of/$below" ne $room;
	}
	is("@wrong", '', "$file includes headers of its program's folders alone");
}
cmp_ok(scalar @pairs, '>', 50, 'rooms lean on each other');

# tsort names the members of a loop, and then fails
open(my $tsort, '|-', 'tsort >/dev/null') or die "tsort: $!";
print $tsort @pairs;
close($tsort);
is($?, 0, 'no room leans on itself by way of others');

done_testing();
