#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each configuration key stands in every place that lists them, and no place has a key that the
# programs do not know. The list that counts is the table of lib/helper/config.c.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

# The text of C string literals that stand one behind another.
sub unquote {
	my $text = join '', shift =~ /"((?:\\.|[^"\\])*)"/gs;
	return $text =~ s/\\(.)/$1 eq 'n' ? "\n" : $1/gser;
}

sub part_of {
	my ($file, @between) = @_;
	return part("the compared part of $file", text_of($file), @between);
}

# same_words WHAT GOT EXPECTED: two lists, in any order.
sub same_words {
	my ($what, $got, $expected) = @_;
	is(join(' ', sort @$got), join(' ', sort @$expected), $what);
}

my $string = qr/"(?:\\.|[^"\\])*"/;
my (@keys, @restarts, %default, %has_rule, %constant);
my $table = part_of('lib/helper/config.c', qr/struct key keys\[CONFIG_KEYS\] = \{/, qr/\n\};/);
while ($table =~ /\[(CONFIG_\w+)\]\s*=\s*\{"(\w+)",\s*((?:$string\s*)+),\s*(?:WORDS|$string),\s*(\w+),[^}]*\b(true|false)\}/g) {
	push @keys, $2;
	$constant{$2} = $1;
	$default{$2} = unquote($3);
	$has_rule{$2} = $4 ne 'NULL';
	push @restarts, $2 if $5 eq 'true';
}
cmp_ok(scalar @keys, '>', 10, 'the table of lib/helper/config.c has keys');
is(scalar @keys, scalar(() = $table =~ /^\t\[/mg), 'each row of the table of lib/helper/config.c is understood');
my $enum = part_of('lib/helper/config.h', qr/enum config_key \{/, qr/CONFIG_KEYS/);
same_words('lib/helper/config.h has the constants of the table', [$enum =~ /\b(CONFIG_\w+),/g], [values %constant]);
my @with_rule = grep { $has_rule{$_} } @keys;

# What the administrator reads.
my @of_service = text_of('conf.d/chroot-mounts') =~ /^#(\w+)=/mg;
same_words('conf.d/chroot-mounts shows each key but root', \@of_service, [grep { $_ ne 'root' } @keys]);
my @of_example = text_of('conf.d/games.example') =~ /^#?(\w+)=/mg;
my %is_key = map { $_ => 1 } @keys;
same_words('conf.d/games.example shows keys alone', [grep { !$is_key{$_} } @of_example], []);
ok((grep { $_ eq 'root' } @of_example), 'conf.d/games.example shows root');

my $section = part_of('conf.d/chroot-mounts.5', qr/^\.Ss Keys\n/m, qr/^\.Ss /m);
my %item = $section =~ /^\.It Ic (\w+)\n(.*?)(?=^\.(?:It Ic|El)\b)/msg;
same_words('chroot-mounts(5) explains each key', [$section =~ /^\.It Ic (\w+)$/mg], \@keys);
for my $page (glob('conf.d/*.[1-8]'), glob('sbin/*.[1-8]')) {
	my %named = map { $_ => 1 } map { /(\w+)/g } text_of($page) =~ /^\.Ic (\w+(?: , \w+)*)/mg;
	same_words("$page names keys alone by .Ic", [grep { !$is_key{$_} } keys %named], []);
}
for my $key (grep { $default{$_} ne '' && $default{$_} !~ /\n/ } @keys) {
	# "\:" lets a line end there and is not printed
	my $said = ($item{$key} // '') =~ s/\\://gr;
	like($said, qr/^Default:(?:\n\.\w+)? \Q$default{$key}\E(?: ?[.,]|$)/m,
		"chroot-mounts(5) has the default of $key");
}
my ($plan) = text_of('conf.d/chroot-mounts.5') =~ /^This is the default:\n\.Bd [^\n]*\n(.*?)^\.Ed/ms;
is($plan, $default{mounts}, 'chroot-mounts(5) has the default plan');

# What the tests know of keys.
same_words('tests/fuzz/config.dict has each key',
	[grep { $_ ne 'rc_need' } text_of('tests/fuzz/config.dict') =~ /^"(\w+)="$/mg], \@keys);
my $generator = 'tests/differential/config-generator.c';
my $values = part_of($generator, qr/\bgood_values\[CONFIG_KEYS\]\[\d+\] = \{/, qr/\n\};/);
same_words("$generator has good values for each key that has a rule",
	[$values =~ /^\t\[(CONFIG_\w+)\]/mg], [@constant{@with_rule}]);
my $faults = part_of($generator, qr/\bfaults\[\] = \{/, qr/\};/);
same_words("$generator breaks the rule of each key that has one",
	[grep { $faults =~ /"(?:[^"]*\\n)?$_=/ } @with_rule], \@with_rule);
my $refusals = part_of($generator, qr/\brefusals\[\] = \{/, qr/\n\};/);
same_words("$generator knows the refusal of each key that has a rule",
	[$refusals =~ /"`(\w+)`: `"/g], \@with_rule);
my @refused = text_of('tests/unit/config.c') =~ /: `(\w+)`: `/g;
my %is_refused = map { $_ => 1 } @refused;
same_words('tests/unit/config.c refuses a value of each key that has a rule', [keys %is_refused], \@with_rule);

# What the programs do with them. start records each key under its name, so a record has no other
# word of that name.
my (%recorded, $code);
for my $file (glob('lib/*/*.c'), glob('sbin/*.c')) {
	next if $file eq 'lib/helper/config.c';
	my $text = text_of($file);
	$code .= $text;
	$recorded{$_} = $file for $text =~ /\brecord_add\w*\(\s*[^";]*,\s*"(\w+)"/g;
}
cmp_ok(scalar keys %recorded, '>', 5, 'the words of the record are found');
for my $key (@keys) {
	like($code, qr/\b$constant{$key}\b|\brecord_(?:value|next|number)\([^;]*"$key"/, "$key has an effect");
	ok(!$recorded{$key}, "no other word of the record is called $key");
}

# The keys that a reload refuses to change: all go by the column of the table.
cmp_ok(scalar @restarts, '>', 0, 'some keys need a restart');
for my $file ('lib/helper/reload.c', 'lib/helper/status.c') {
	like(text_of($file), qr/\bconfig_needs_restart\(key\)/, "$file goes by the keys that need a restart");
}
my $said = part_of('sbin/chroot-mounts.8', qr/^A change of\n/m, qr/^needs a restart/m);
same_words('chroot-mounts(8) says which keys need a restart',
	[map { /(\w+)/g } $said =~ /^\.Ic (\w+(?: , \w+)*)/mg], \@restarts);

done_testing();
