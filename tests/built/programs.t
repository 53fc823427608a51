#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# What the linker made of the programs, in each variant that can be installed: read off the files,
# whatever the flags were.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $build = $ENV{BUILD} || 'build';
my $cc = $ENV{CC} || 'cc';
my $musl_cc = $ENV{MUSL_CC} || 'musl-gcc';
my $work = tempdir(CLEANUP => 1);
$ENV{LC_ALL} = 'C';

sub readelf {
	my ($option, $file) = @_;
	open(my $stream, '-|', 'readelf', '-W', $option, $file) or die "readelf: $!";
	local $/;
	my $said = <$stream> // '';
	close($stream) or die "readelf $option $file failed\n";
	return $said;
}

sub calls_fortified { return shift =~ /\b__(?!stack)\w+_chk\b|\b__open(?:at)?(?:64)?_2\b/; }

# IBT, SHSTK, BTI, PAC: the linker leaves one only if each object has it, those of libc included.
sub features_of { return readelf('-n', shift) =~ /\b(?:IBT|SHSTK|BTI|PAC)\b/g; }

# What the compiler and its libc can do is read off a program of their own.
sub probe {
	my ($compiler, @flags) = @_;
	my ($source, $file) = ("$work/probe.c", "$work/probe");
	open(my $stream, '>', $source) or die "$source: $!";
	print $stream "#include <string.h>\n",
		"int main(int argc, char **argv) { char text[4]; strcpy(text, argv[argc - 1]); return text[0]; }\n";
	close($stream);
	my %can = (fortify => 0, features => []);
	for my $protection ('', '-fcf-protection', '-mbranch-protection=standard') {
		my $flags = "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $protection @flags";
		system("$compiler $flags -o $file $source 2>/dev/null") == 0 or next;
		$can{fortify} ||= calls_fortified(readelf('--dyn-syms', $file));
		$can{features} = [features_of($file)] if $protection;
	}
	return \%can;
}

sub check {
	my ($program, $file, $can, $is_static) = @_;
	ok(-x $file, "$program is built") or return;
	my $dynamic = readelf('-d', $file);
	my $segments = readelf('-l', $file);
	my $symbols = readelf($is_static ? '-s' : '--dyn-syms', $file);

	like(readelf('-h', $file), qr/Type:\s+DYN/, "$program is position-independent");
	like($dynamic, qr/FLAGS_1\b.*\bPIE\b/, "$program is an executable, no library");
	like($segments, qr/^\s*GNU_RELRO\b/m, "$program has read-only relocations");
	like($dynamic, qr/\bBIND_NOW\b|FLAGS_1\b.*\bNOW\b/, "$program binds at once, so that its relocations all are");
	unlike($dynamic, qr/\((?:RPATH|RUNPATH)\)/, "$program names no library folder");
	unlike($dynamic, qr/\(TEXTREL\)/, "$program has no text relocations");
	like($segments, qr/^\s*GNU_STACK\s+(?:\S+\s+){5}RW\s/m, "$program has a stack without execution");
	unlike($segments, qr/^\s*LOAD\s.*\bRWE\b/m, "$program maps nothing writable and executable");
	like($symbols, qr/\b__stack_chk_fail/, "$program guards its stack");
	ok(calls_fortified($symbols), "$program calls fortified functions") if $can->{fortify};
	my %has = map { $_ => 1 } features_of($file);
	ok($has{$_}, "$program is marked for $_") for @{ $can->{features} };
	return if $program =~ /^chroot-(?:mounts|enter-as)/;

	# setuid: libc alone runs with privilege, and in a static program no dynamic loader
	my @needed = $dynamic =~ /\(NEEDED\)\s+Shared library: \[(.*?)\]/g;
	my @others = grep { $is_static || !/^(?:libc\.(?:so|musl)[-.\w]*|ld-(?:linux|musl)[-.\w]*)$/ } @needed;
	is("@others", '', "$program needs no library" . ($is_static ? '' : " but libc (@needed)"));
	unlike($segments, qr/^\s*INTERP\b/m, "$program has no interpreter") if $is_static;
	# chroot-enter-as does what needs these
	my @forbidden = $is_static ? () : $symbols =~ /\b(get(?:pw|gr(?!oups))\w+|set(?:pw|gr)ent|initgroups|setgroups|u?mount2?|unshare|dlopen)\b/g;
	is("@forbidden", '', "$program asks no name service, and mounts nothing");
}

my $can = probe($cc, qw(-fPIE -pie));
check('chroot-mounts', "$build/chroot-mounts", $can);
check('chroot-enter', "$build/chroot-enter", $can);
check('chroot-enter-as', "$build/chroot-enter-as", $can);
SKIP: {
	if (!-e "$build/musl/static/chroot-enter") {
		fail("$musl_cc is there and can link") if $ENV{TESTS_MUST_RUN};
		skip "no $musl_cc that can link", 1;
	}
	check('chroot-enter of musl', "$build/musl/dynamic/chroot-enter", probe($musl_cc, qw(-fPIE -pie)));
	check('static chroot-enter of musl', "$build/musl/static/chroot-enter", probe($musl_cc, '-static'), 1);
}

done_testing();
