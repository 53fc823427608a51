#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# tests/mutate.map has a line for each room, and names only tests that exist.
use strict;
use warnings;
use File::Find qw(find);
use Test::More;

my %rooms;
$rooms{every} = 'all rooms';
find(sub { $rooms{$1} = $File::Find::name if /^(.+)\.c$/ && -f }, 'lib', 'sbin');
cmp_ok(scalar keys %rooms, '>', 5, 'lib/ and sbin/ have rooms');

my (%lines, @strange, @missing);
open(my $map, '<', 'tests/mutate.map') or die "tests/mutate.map: $!";
while (<$map>) {
	next if /^#|^$/;
	if (/^([\w-]+):((?: [\w.\/-]+)+)$/) {
		my ($room, @tests) = ($1, split ' ', $2);
		$lines{$room}++;
		push @missing, map { "$room: $_" } grep { !/^\w+\/[\w-]+\.[ct]$/ || !-f "tests/$_" } @tests;
	} else {
		push @strange, "$.: $_";
	}
}
is("@strange", '', 'each line of the map is a comment, or a room and its tests');
is("@missing", '', 'each test that the map names exists');
is($lines{$_} // 0, 1, "$rooms{$_} has one line in the map") for sort keys %rooms;
is(join(' ', grep { !$rooms{$_} } sort keys %lines), '', 'each room of the map exists');

done_testing();
