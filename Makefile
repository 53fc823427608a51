# SPDX-License-Identifier: BSD-2-Clause
# chroot-mounts: `make help` lists what this file can do.
# What is set here with ?= can be set on the command line; give `make` and `make install` the same.

VERSION = 0.1

PREFIX ?= /usr
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
RUNSTATEDIR ?= /run
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/chroot-mounts
SETUID ?= yes
BUILD ?= build

CC ?= cc
PKG_CONFIG ?= pkg-config
PROVE ?= prove
CFLAGS ?= -O2 -g
# Computed once, when the first recipe needs it: ?= alone would ask the compiler in each recipe.
HARDENING ?= $(eval HARDENING := -fPIE -fstack-protector-strong $(HARDENING_TAKEN))$(HARDENING)
HARDENING_LINK ?= -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wvla -Wcast-qual -Wundef -Wformat=2
# what this project needs, whatever CFLAGS a packager sets
LANGUAGE = -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -DVERSION='"$(VERSION)"' \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DRUNSTATEDIR='"$(RUNSTATEDIR)"'
# a section for each function, so that the setuid program holds none that it does not call
ALL_CFLAGS = $(LANGUAGE) -MMD -MP -ffunction-sections $(WARNINGS) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -Wl,--gc-sections $(HARDENING_LINK) $(LDFLAGS)
HELPER_CFLAGS = $(shell $(PKG_CONFIG) --cflags mount libbsd smartcols)
HELPER_LIBS = $(shell $(PKG_CONFIG) --libs mount libbsd smartcols)
CMOCKA_LIBS = $(shell $(PKG_CONFIG) --libs cmocka)

# A wish is taken if the compiler says nothing new with it. It complains of a flag that it does not know,
# and of a second level of FORTIFY, so that the level of the toolchain or the packager stays.
HARDENING_WISHES = -D_FORTIFY_SOURCE=3 -D_FORTIFY_SOURCE=2 -fstack-clash-protection \
	-ftrivial-auto-var-init=zero -fcf-protection -mbranch-protection=standard
HARDENING_TAKEN = $(shell taken=; \
	says() { $(CC) $$taken $$1 $(CPPFLAGS) $(CFLAGS) -include string.h -fsyntax-only -x c /dev/null 2>&1; }; \
	before=$$(says); \
	for wish in $(HARDENING_WISHES); do [ "$$(says $$wish)" != "$$before" ] || taken="$$taken $$wish"; done; \
	echo $$taken)

# the folders are the list
LIB = $(BUILD)/libchroot-mounts.a
ROOMS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard lib/*.c)))
PROGRAMS = $(patsubst sbin/%.c,$(BUILD)/%,$(sort $(wildcard sbin/*.c)))
DOCS = conf.d/games.example README.md NEWS.md LICENSE
PAGES = $(sort $(wildcard sbin/*.[1-8] conf.d/*.[1-8]))
UNIT_TESTS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*.c)))
TEST_TOOLS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/differential/*.c)))
TREE_TOOLS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/system/*.c)))
BENCH_TOOLS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/bench/*.c)))
BENCHES = enter start boot
FUZZERS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/*.c)))
SOURCES = $(sort $(wildcard lib/*.c sbin/*.c))
C_FILES = $(sort $(wildcard lib/*.[ch] sbin/*.[ch] tests/*/*.[ch]))

all: $(PROGRAMS) ## build both programs

$(BUILD)/chroot-mounts: $(BUILD)/sbin/chroot-mounts.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(HELPER_LIBS)

# no library but libc: this one is setuid
$(BUILD)/chroot-enter: $(BUILD)/sbin/chroot-enter.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

$(LIB): $(ROOMS)
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(HELPER_CFLAGS) -c -o $@ $<

# a test that defines __wrap_NAME is called in place of NAME
$(UNIT_TESTS): $(BUILD)/%: $(BUILD)/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(HELPER_LIBS) $(CMOCKA_LIBS) \
		$$(grep -o '\<__wrap_[a-z0-9_]*' tests/$*.c | sort -u | sed 's/__wrap_/-Wl,--wrap=/')

$(TEST_TOOLS): $(BUILD)/%: $(BUILD)/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(HELPER_LIBS)

# these run inside the trees, which have no library that fits; and one counts the memory of what it
# executes from its own on, which is the least so
$(TREE_TOOLS) $(BUILD)/bench/rounds: $(BUILD)/%: tests/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(LANGUAGE) $(WARNINGS) -O2 -static -o $@ $<

# the command that the others execute inside a tree
$(BUILD)/bench/only-exit: tests/bench/only-exit.c Makefile
	@mkdir -p $(@D)
	$(CC) $(LANGUAGE) $(WARNINGS) -O2 -fno-stack-protector -static -nostartfiles -o $@ $<

# libc only, so that what they show is not a library's
$(filter-out %/only-exit %/rounds,$(BENCH_TOOLS)): $(BUILD)/%: $(BUILD)/tests/%.o
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

$(FUZZERS): $(BUILD)/%: $(BUILD)/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(HELPER_LIBS)

# Tests: all speak TAP and find what was built in $BUILD. TESTS_MUST_RUN=1 makes a skip a failure.
TEST = BUILD='$(abspath $(BUILD))' CC='$(CC)' MUSL_CC='$(MUSL_CC)' CMOCKA_MESSAGE_OUTPUT=TAP $(PROVE) -e ''

check: unit style ## what a packager runs: unprivileged, offline

check-all: check differential system boot-fast bench-check ## every test but the longest; as the superuser

unit: $(UNIT_TESTS) ## each room alone
	$(TEST) $(UNIT_TESTS)

style: $(PROGRAMS) ## the rules of the house
	$(if $(shell command -v $(firstword $(MUSL_CC)) 2>/dev/null),$(MAKE) musl)
	$(TEST) $(sort $(wildcard tests/style/*.t))

differential: $(TEST_TOOLS) ## the configuration's grammar against the shells
	$(TEST) $(sort $(wildcard tests/differential/*.t))

SYSTEM_TESTS ?= $(sort $(wildcard tests/system/*.t))

system: $(PROGRAMS) $(TREE_TOOLS) ## on a real OpenRC, with real trees; as the superuser
	$(TEST) $(SYSTEM_TESTS)

BOOT_TESTS ?= $(sort $(wildcard tests/boot/*.t))

boot: $(PROGRAMS) $(TREE_TOOLS) ## whole boots in qemu (SYSTEMS=fast: the faster half); as the superuser
	$(TEST) $(BOOT_TESTS)

boot-fast: $(PROGRAMS) $(TREE_TOOLS)
	SYSTEMS=fast $(TEST) $(patsubst %,tests/boot/%.t,boot shutdown power-cut)

bench-check: $(PROGRAMS) ## has what the programs ask of the kernel grown? as the superuser
	$(TEST) $(sort $(wildcard tests/bench/*.t))

# Tables, results.json and plots go to $(BUILD)/bench-results. What builds them may be missing before.
bench: ## what it costs, beside bare programs and its peers; as the superuser
	sh tests/packages bench
	$(MAKE) $(PROGRAMS) $(BENCH_TOOLS) musl-static
	rm -rf $(BUILD)/bench-results
	mkdir -p $(BUILD)/bench-results
	for bench in $(BENCHES); do BUILD='$(abspath $(BUILD))' tests/bench/$$bench \
		>$(BUILD)/bench-results/$$bench.figures || \
		echo "error bench-$$bench all came to its end" >>$(BUILD)/bench-results/$$bench.figures; done
	status=0; tests/bench/report $(BUILD)/bench-results || status=1; \
		tests/bench/plots $(BUILD)/bench-results || status=1; exit $$status

sweep: $(PROGRAMS) $(TREE_TOOLS) ## fail every system call of each verb, and kill at each; takes minutes
	SWEEP=all $(TEST) -v -j 2 $(sort $(wildcard tests/system/sweep-*.t))

CYCLES ?= 10000
ENTERS ?= 1000000

endurance: $(PROGRAMS) $(TREE_TOOLS) ## CYCLES starts and stops, ENTERS enters: what grows in the kernel?
	CYCLES=$(CYCLES) ENTERS=$(ENTERS) $(TEST) -v $(sort $(wildcard tests/endurance/*.t))

# AddressSanitizer needs a /proc, reads the environment and traces itself when it looks for leaks:
# none of that is fit for a setuid program that changes its root and its identity. So chroot-enter
# is built with the undefined-behaviour checks alone, as traps, which need no runtime library.
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE_ENTER = -O1 -g -fsanitize=undefined -fsanitize-undefined-trap-on-error
SANITIZED = CFLAGS='$(SANITIZE)' HARDENING=-fPIE BUILD=$(BUILD)/sanitize

sanitize: ## the same tests with the sanitizers' eyes; as the superuser
	$(MAKE) $(SANITIZED) all unit differential
	$(MAKE) CFLAGS='$(SANITIZE_ENTER)' HARDENING=-fPIE BUILD=$(BUILD)/trap $(BUILD)/trap/chroot-enter
	cp $(BUILD)/trap/chroot-enter $(BUILD)/sanitize/chroot-enter
	@# strace keeps the leak check from tracing; OpenRC drops the variable, so what it calls is checked
	ASAN_OPTIONS=detect_leaks=0 $(MAKE) $(SANITIZED) system

# Beside the machine's own libc, except where that is musl: musl-gcc knows no headers of the kernel,
# and of the rooms it gets those that need no library.
MUSL_CC ?= $(if $(findstring musl,$(shell $(CC) -dumpmachine)),$(CC),musl-gcc)
MUSL = $(abspath $(BUILD))/musl
MUSL_HEADERS = $(addprefix /usr/include/,linux asm-generic) \
	$(firstword $(wildcard /usr/include/asm /usr/include/$(shell $(CC) -print-multiarch)/asm))
MUSL_ROOMS = $(shell grep -L '^\#include <\(bsd\|libmount\|libsmartcols\)/' lib/*.c)
# A compiler of musl's own makes a static PIE by -static-pie, with musl's start file rcrt1.o. musl-gcc
# links Scrt1.o then, and leaves an interpreter; the linker finds the right file beside musl's libc.
HASH = \#
MUSL_STATIC ?= $(if $(findstring rcrt1.o,$(shell $(MUSL_CC) -static-pie '-$(HASH)$(HASH)$(HASH)' -x c /dev/null 2>&1)),\
	-static-pie,-static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text -l:rcrt1.o -l:crti.o -l:crtn.o)

musl: musl-dynamic musl-static ## chroot-enter with musl (musl-gcc), dynamic and static

musl-static: MUSL_LDFLAGS = $(MUSL_STATIC)
musl-dynamic musl-static: musl-%: musl-headers
	mkdir -p $(MUSL)/$*
	$(MAKE) CC='$(MUSL_CC) -isystem $(MUSL)/headers' HELPER_CFLAGS= LDFLAGS='$(LDFLAGS) $(MUSL_LDFLAGS)' \
		ROOMS='$(MUSL_ROOMS:%.c=$(MUSL)/$*/%.o)' BUILD=$(MUSL)/$* $(MUSL)/$*/chroot-enter

musl-headers:
	mkdir -p $(MUSL)/headers
	ln -sfn $(MUSL_HEADERS) $(MUSL)/headers

# The inputs found are kept in $(BUILD)/corpus; seeds in tests/fuzz/NAME/, words in NAME.dict.
FUZZ_RUNS ?= 5000000
FUZZ = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

fuzz: ## feed each parser FUZZ_RUNS inputs (clang)
	$(MAKE) CC=clang CFLAGS='$(FUZZ)' HARDENING=-fPIE BUILD=$(BUILD)/fuzzing fuzz-run

fuzz-run: $(FUZZERS:=.run)

$(FUZZERS:=.run): $(BUILD)/%.run: $(BUILD)/%
	@mkdir -p $(BUILD)/corpus/$(*F)
	$< -runs=$(FUZZ_RUNS) -print_final_stats=1 -artifact_prefix=$(BUILD)/corpus/$(*F)- \
		$(patsubst %,-dict=%,$(wildcard tests/$*.dict)) $(BUILD)/corpus/$(*F) $(wildcard tests/$*/)

lint: lint-gcc lint-clang lint-cppcheck lint-tidy lint-shell lint-pages ## what compilers and readers of code find

lint-gcc lint-clang: lint-%:
	$(MAKE) CC=$* CFLAGS='-O2 -g -Werror' BUILD=$(BUILD)/$* compiled

compiled: $(PROGRAMS) $(UNIT_TESTS) $(TEST_TOOLS) $(TREE_TOOLS) $(BENCH_TOOLS) $(FUZZERS:$(BUILD)/%=$(BUILD)/tests/%.o)

# missingIncludeSystem: cppcheck needs no system headers. memleak, resourceLeak: it does not know the
# cleanup attribute; the sanitizers find the real ones. The tests' macros are cmocka's, unknown to it.
lint-cppcheck:
	cppcheck -q --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
		--error-exitcode=1 $(addprefix --suppress=,missingIncludeSystem memleak resourceLeak) \
		$(filter -I% -D%,$(LANGUAGE)) lib sbin

# a process for each: clang-tidy 14 calls good va_lists uninitialised in the second file and later
lint-tidy:
	printf '%s\n' $(SOURCES) | \
		xargs -P 4 -I FILE clang-tidy --quiet FILE -- $(LANGUAGE) $(WARNINGS) $(HELPER_CFLAGS)

# SC2034: OpenRC reads the variables. SC2154: and sets some. SC2016: tests write scripts for other shells.
lint-shell:
	shellcheck -s sh -e SC2034,SC2154 init.d/* tests/boot/witness tests/boot/fast/etc/init.d/* $(filter-out $(PAGES),$(wildcard conf.d/*))
	shellcheck -e SC2016 $$(tests/style/files | xargs awk 'FNR == 1 && /^#!.*[\/ ](ba|da)?sh( |$$)/ { print FILENAME }')

lint-pages:
	mandoc -T lint -W warning $(PAGES) </dev/null

format: ## put the code into OpenRC's clothes
	clang-format -i $(C_FILES)

# STATIC=yes: chroot-enter of musl, static. It enters in half the time, and no dynamic loader runs with
# privilege; but -u knows the accounts of the host's passwd and group files alone.
ENTER = $(if $(filter yes,$(STATIC)),$(MUSL)/static,$(BUILD))/chroot-enter

install: all $(if $(filter yes,$(STATIC)),musl-static) ## DESTDIR=, PREFIX=, SYSCONFDIR=; SETUID=no, STATIC=yes: README
	install -d $(addprefix $(DESTDIR),$(SBINDIR) $(BINDIR) $(SYSCONFDIR)/init.d $(SYSCONFDIR)/conf.d \
		$(DOCDIR) $(MANDIR)/man1 $(MANDIR)/man5 $(MANDIR)/man8)
	install -m 0755 $(BUILD)/chroot-mounts $(DESTDIR)$(SBINDIR)/chroot-mounts
	install -m $(if $(filter no,$(SETUID)),0755,4755) $(ENTER) $(DESTDIR)$(BINDIR)/chroot-enter
	sed 's|@SBINDIR@|$(SBINDIR)|g' init.d/chroot-mounts > $(DESTDIR)$(SYSCONFDIR)/init.d/chroot-mounts
	chmod 0755 $(DESTDIR)$(SYSCONFDIR)/init.d/chroot-mounts
	@# the settings are the administrator's: never overwritten
	test -e $(DESTDIR)$(SYSCONFDIR)/conf.d/chroot-mounts || \
		install -m 0644 conf.d/chroot-mounts $(DESTDIR)$(SYSCONFDIR)/conf.d/chroot-mounts
	install -m 0644 $(DOCS) $(DESTDIR)$(DOCDIR)
	for page in $(PAGES); do \
		install -m 0644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/ || exit 1; done

uninstall: ## takes back what install put there, changed settings excepted
	rm -f $(DESTDIR)$(SBINDIR)/chroot-mounts $(DESTDIR)$(BINDIR)/chroot-enter
	rm -f $(DESTDIR)$(SYSCONFDIR)/init.d/chroot-mounts
	cmp -s conf.d/chroot-mounts $(DESTDIR)$(SYSCONFDIR)/conf.d/chroot-mounts && \
		rm $(DESTDIR)$(SYSCONFDIR)/conf.d/chroot-mounts || true
	rm -f $(foreach page,$(PAGES),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	rm -f $(addprefix $(DESTDIR)$(DOCDIR)/,$(notdir $(DOCS)))
	rmdir $(DESTDIR)$(DOCDIR) || true

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' Makefile

.PHONY: all check check-all unit style differential system boot boot-fast sweep endurance bench bench-check sanitize musl \
	musl-dynamic musl-static musl-headers fuzz \
	fuzz-run $(FUZZERS:=.run) lint lint-gcc lint-clang compiled lint-cppcheck lint-tidy lint-shell \
	lint-pages format install uninstall clean help
.DELETE_ON_ERROR:

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/tests/*/*.d)
