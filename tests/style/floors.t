#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each room of lib/ leans only on rooms of floors below its own, and sbin/ stands above them all.
use strict;
use warnings;
use Test::More;

# The floor plan is a table of HACKING.md: | 7 | `start` | prepares a root |
open(my $page, '<', 'HACKING.md') or die "HACKING.md: $!";
my (%floor, @twice);
while (<$page>) {
	my ($number, $room) = /^\| (\d+) \| `(\w+)` \|/ or next;
	push @twice, $room if exists $floor{$room};
	$floor{$room} = $number;
}
close($page);
is("@twice", '', 'each room has one place in the floor plan of HACKING.md');

my (%room, %leans);
for my $file (glob('lib/*.[ch]'), glob('sbin/*.[ch]')) {
	my ($name) = $file =~ m{([^/]+)\.[ch]$};
	my $room = $file =~ m{^lib/} ? $name : "sbin/$name";
	$room{$room} = 1;
	open(my $stream, '<', $file) or die "$file: $!";
	while (<$stream>) {
		next unless /^\s*#\s*include\s*"([^"]+)"/;
		my $header = $1;
		ok(-e "lib/$header", "$file:$.: \"$header\" is a header of lib/");
		my $below = $header =~ s/\.h$//r;
		$leans{$room}{$below} = "$file:$." if $below ne $room;
	}
}

my @rooms = grep { !m{^sbin/} } sort keys %room;
cmp_ok(scalar @rooms, '>', 5, 'lib/ has rooms');
ok(exists $floor{$_}, "$_ is in the floor plan of HACKING.md") for @rooms;
ok($room{$_}, "$_ of the floor plan is a room of lib/") for sort keys %floor;

my @pairs;
for my $room (sort keys %leans) {
	for my $below (sort keys %{ $leans{$room} }) {
		push @pairs, "$room $below\n";
		my $height = $room =~ m{^sbin/} ? 98 : $floor{$room} // -1;
		cmp_ok($floor{$below} // 99, '<', $height,
			"$room stands on a floor above $below ($leans{$room}{$below})");
	}
}

# tsort names the members of a loop, and then fails
open(my $tsort, '|-', 'tsort >/dev/null') or die "tsort: $!";
print $tsort @pairs;
close($tsort);
is($?, 0, 'no room leans on itself by way of others');

done_testing();
