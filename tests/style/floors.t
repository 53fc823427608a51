#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each room of lib/ leans only on rooms of floors below its own, and sbin/ stands above them all.
use strict;
use warnings;
use Test::More;

my @floors = (
	'report cleanup syscalls descriptors number name escape relocations',
	'config record tickets root mount mounted evidence process account powers program terminal log',
	'catalogue ownership plan namespace identity environment authority inside state command',
	'table filesystem visible holders binds trust passwords essentials',
	'mounts prepared options',
	'lines service',
	'configured difference',
	'start reload stop status ps',
);

my %floor;
for my $number (0 .. $#floors) {
	$floor{$_} = $number for split ' ', $floors[$number];
}

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
ok(exists $floor{$_}, "$_ stands in this test's list of floors") for @rooms;
ok($room{$_}, "$_, which this test's list names, is a room of lib/") for sort keys %floor;

open(my $readme, '<', 'README.md') or die "README.md: $!";
my $plan = do { local $/; <$readme> };
like($plan, qr/`$_(?:\.h)?`/, "$_ is in the floor plan of README.md") for @rooms;

my @pairs;
for my $room (sort keys %leans) {
	for my $below (sort keys %{ $leans{$room} }) {
		push @pairs, "$room $below\n";
		my $height = $room =~ m{^sbin/} ? @floors : $floor{$room} // -1;
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
