#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each program and the configuration have a page; mandoc has no warning about it, and nothing that
# its reader will look for is missing. Verbs and options stand in the usage text, the page and
# wherever else they are listed, and no other words do.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

my %pages = map { $_ => 1 } glob('sbin/*.[1-8]'), glob('conf.d/*.[1-8]');
for my $program (glob('sbin/*.c')) {
	my ($stem) = $program =~ /(.*?)(?:-as)?\.c$/; # chroot-enter-as is a part of chroot-enter
	ok((grep { $pages{"$stem.$_"} } 1, 8), "$program has a page beside it");
}
ok($pages{'conf.d/chroot-mounts.5'}, 'conf.d/chroot-mounts has a page beside it');

my $mandoc = `sh -c 'command -v mandoc'` || $ENV{TESTS_MUST_RUN};
for my $page (sort keys %pages) {
	open(my $stream, '<', $page) or die "$page: $!";
	my %has = map { /^\.Sh (.*?)\s*$/ ? ($1 => 1) : () } <$stream>;
	my @sections = ('FILES', 'SECURITY CONSIDERATIONS');
	push @sections, 'EXAMPLES' unless $page =~ /7$/; # that page has nothing else
	unshift @sections, 'EXIT STATUS' if $page =~ /[18]$/;
	ok($has{$_}, "$page has $_") for @sections;
	SKIP: {
		skip 'mandoc is not installed', 1 unless $mandoc;
		is(system('mandoc', '-T', 'lint', '-W', 'warning', $page), 0, "mandoc has no warning about $page");
	}
}

# same_words WHAT GOT EXPECTED: two lists, in any order.
sub same_words {
	my ($what, $got, $expected) = @_;
	my %once = map { $_ => 1 } @$got;
	is(join(' ', sort keys %once), join(' ', sort @$expected), $what);
}

# What -h prints.
sub usage_of {
	my ($file, $code) = @_;
	my $literals = part("the usage text of $file", $code, qr/\busage\[\] =/, qr/";\n/);
	return join('', $literals =~ /"((?:\\.|[^"\\])*)(?:"|$)/g) =~ s/\\n/\n/gr;
}

# The options of a table of getopt_long(3): name => letter, which is empty for one without.
sub options_of {
	my ($what, $code, $begin) = @_;
	my %letter = part($what, $code, $begin, qr/\{0\},/) =~ /\{"([\w-]+)",[^{}]*,\s*('\w'|[A-Z_]+)\}/g;
	cmp_ok(scalar keys %letter, '>', 5, "$what has rows");
	return map { $_ => $letter{$_} =~ /'(\w)'/ ? $1 : '' } keys %letter;
}

sub section { return part("$_[1] of $_[0]", text_of($_[0]), qr/^\.Sh $_[1]\n/m, qr/^\.Sh /m); }

# The options that a list of the page explains: ".It Fl j , Fl -json" has both names.
sub explained {
	my ($section) = @_;
	return map { join ' ', sort /\bFl (-?[\w-]+)/g } $section =~ /^\.It (Fl .*)$/mg;
}
sub both_names {
	my (%letter) = @_;
	return map { join ' ', sort "-$_", $letter{$_} eq '' ? () : $letter{$_} } keys %letter;
}

# The helper's verbs.
my $code = text_of('sbin/chroot-mounts.c');
my $page = 'sbin/chroot-mounts.8';
my @rows = part('the table of verbs', $code, qr/struct verb verbs\[\] = \{/, qr/\n\};/) =~ /\{([^{}]*)\}/g;
my @verbs = map { /\.name = "(\w+)"/ } @rows;
cmp_ok(scalar @verbs, '>', 3, 'the table of verbs has rows');
my @with_json = map { /\.takes_json = true/ && /\.name = "(\w+)"/ ? $1 : () } @rows;
my $usage = usage_of('sbin/chroot-mounts.c', $code);
same_words('the usage text of chroot-mounts has a line for each verb',
	[$usage =~ /^(?:usage:)? +chroot-mounts \[-qv\] (\w+)/mg], \@verbs);
same_words('the usage text of chroot-mounts explains each verb', [$usage =~ /^  (\w+)  /mg], \@verbs);
same_words('the usage text of chroot-mounts has -j with each verb that takes it',
	[$usage =~ /\[-qv\] (\w+) .*\[-j\]/g], \@with_json);
my $synopsis = section($page, 'SYNOPSIS');
same_words("$page has each verb in its SYNOPSIS", [$synopsis =~ /^\.Cm (\w+)$/mg], \@verbs);
same_words("$page has -j in its SYNOPSIS with each verb that takes it",
	[$synopsis =~ /^\.Cm (\w+)\n(?:\.Fl n\n)?\.Op Fl j$/mg], \@with_json);
my $description = section($page, 'DESCRIPTION');
same_words("$page explains each verb", [$description =~ /^\.It Cm (\w+)$/mg], \@verbs);
my $exits = join ' ', section($page, 'EXIT STATUS') =~ /^\.Cm (.*)$/mg;
same_words("$page has the exit status of each verb", [$exits =~ /(\w+)/g], \@verbs);
my ($without) = $description =~ /^Without\n\.Ar root ,\n(.*?)^\.Pp/ms;
same_words("$page says what each verb does without a root",
	[map { /(\w+)/g } ($without // '') =~ /^\.Cm (.*)$/mg], \@verbs);
my ($json) = $description =~ /^\.It Fl j , Fl -json\n(.*?)^\.It/ms;
same_words("$page says with which verbs -j goes",
	[grep { $_ ne 'n' } map { /(\w+)/g } map { s/\bFl //gr } ($json // '') =~ /^\.Cm (.*)$/mg], \@with_json);

# The service calls the helper by its verbs, and offers a command only where it has a function.
my $service = text_of('init.d/chroot-mounts');
my %is_verb = map { $_ => 1 } @verbs;
my @called = $service =~ /(?:\btell|"\$helper") ([a-z]+)/g;
cmp_ok(scalar @called, '>', 3, 'the service calls the helper');
same_words('the service calls verbs alone', [grep { !$is_verb{$_} } @called], []);
my @extra = map { split ' ' } $service =~ /^extra_(?:started_|stopped_)?commands="(.*)"$/mg;
same_words('the service describes each extra command', [$service =~ /^description_(\w+)=/mg], \@extra);
for my $extra (@extra) {
	ok($is_verb{$extra}, "the extra command $extra is a verb");
	like($service, qr/^\Q$extra\E\(\)$/m, "the extra command $extra is a function of the service");
}

# Options, of both programs.
my %helper = options_of('the table of options of sbin/chroot-mounts.c', $code,
	qr/struct option words\[\] = \{/);
same_words("$page explains each option", [explained($description)], [both_names(%helper)]);
same_words('getopt(3) knows the letters of chroot-mounts',
	[$code =~ /getopt_long\(argc, argv, ":(\w+)"/ ? split(//, $1) : ()], [values %helper]);
for my $letter (sort values %helper) {
	like($usage, qr/(?<!\w)-\w*$letter\b/, "the usage text of chroot-mounts has -$letter");
}

my $options = text_of('lib/enter/options.c');
my %enter = options_of('the table of options of lib/enter/options.c', $options,
	qr/struct option option_names\[\] = \{/);
my @letters = grep { $_ ne '' } values %enter;
$page = 'sbin/chroot-enter.1';
same_words("$page explains each option", [explained(section($page, 'DESCRIPTION'))], [both_names(%enter)]);
same_words("$page has each option in its SYNOPSIS",
	[grep { $_ ne '-' } section($page, 'SYNOPSIS') =~ s/ \| / Fl /gr =~ /\bFl (-?[\w-]+)/g],
	[map { $enter{$_} || "-$_" } keys %enter]);
same_words('getopt(3) knows the letters of chroot-enter',
	[$options =~ /option_letters\[\] = "\+:([\w:]+)"/ ? grep { $_ ne ':' } split(//, $1) : ()], \@letters);
$usage = usage_of('lib/enter/options.c', $options);
same_words('the usage text of chroot-enter has each option',
	[map { join ' ', sort /(?<!\w)-(-?[\w-]+)/g } $usage =~ /^ +((?:-\w, )?--[\w-]+)/mg], [both_names(%enter)]);
my $environment = text_of('lib/enter/environment.c');
same_words("$page names each variable that is set, kept or never passed",
	[map { /([A-Za-z_*]+)/g } section($page, 'ENVIRONMENT') =~ /^\.(?:It )?Ev (.*)$/mg],
	[(map { part("the variables $_", $environment, qr/\b$_\[\] = \{/, qr/NULL\}/) =~ /"(\w+\*?)"/g } qw(everyday session unsafe)),
	grep { $_ ne 'XAUTHORITY' } $environment =~ /list_append_value\(&list, "(\w+)"/g]);
my $dictionary = text_of('tests/fuzz/argv.dict');
same_words('tests/fuzz/argv.dict has each long option',
	[$dictionary =~ /^"\\x00--([\w-]+)"$/mg], [keys %enter]);
same_words('tests/fuzz/argv.dict has each short option',
	[$dictionary =~ /^"\\x00-(\w)(?:\\x00)?"$/mg], \@letters);

done_testing();
