# SPDX-License-Identifier: BSD-2-Clause
# What those who change the project need beside the Makefile, which includes this: tests, checks of the
# code, benchmarks. tests/README.md says which to run when.

PROVE ?= prove
CMOCKA_LIBS = $(eval CMOCKA_LIBS := $$(shell $(PKG_CONFIG) --libs cmocka))$(CMOCKA_LIBS)

UNIT_TESTS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/unit/*.c)))
TEST_TOOLS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/differential/*.c)))
TREE_TOOLS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/system/*.c)))
BENCH_TOOLS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/bench/*.c)))
BENCHES = enter start boot
FUZZERS = $(patsubst tests/%.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/*.c)))
SOURCES = $(sort $(wildcard lib/*/*.c sbin/*.c))
C_FILES = $(sort $(wildcard lib/*/*.[ch] sbin/*.[ch] tests/*/*.[ch]))

# Of all rooms, so that a test links those that it calls, and the rooms that these call.
LIB = $(BUILD)/tests/rooms.a
$(LIB): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard lib/*/*.c)))
	@mkdir -p $(@D)
	rm -f $@ && $(AR) rcs $@ $^

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

# Tests: all speak TAP and find what was built in $BUILD. tests/run makes failures of a file that takes
# longer than TEST_SECONDS and, with TESTS_MUST_RUN=1, of a skip.
TEST = BUILD='$(abspath $(BUILD))' CC='$(CC)' MUSL_CC='$(MUSL_CC)' CMOCKA_MESSAGE_OUTPUT=TAP \
	TEST_SECONDS=$(or $(TEST_SECONDS),$(LIMIT),300) $(PROVE) --failures --comments -e tests/run
system: LIMIT = 1800
boot boot-fast: LIMIT = 1800
sweep endurance: LIMIT = 86400

check: unit built ## what a packager runs: unprivileged, offline

PARTS = check differential system boot-fast bench-check

check-all: ## every test but the longest, whatever has failed before; as the superuser
	@failed=; for part in $(PARTS); do $(MAKE) -s -k $$part || failed="$$failed $$part"; done; \
		[ -z "$$failed" ] || { echo "failed:$$failed" >&2; exit 1; }

unit: $(UNIT_TESTS) ## each room alone
	$(TEST) $(UNIT_TESTS)

built: $(PROGRAMS) ## what is read off the programs and the pages
	$(if $(MUSL_LINKS),$(MAKE) musl)
	$(TEST) $(sort $(wildcard tests/built/*.t))

style: ## the rules of the house
	$(TEST) $(sort $(wildcard tests/style/*.t))

differential: $(TEST_TOOLS) ## the configuration's grammar against the shells
	$(TEST) $(sort $(wildcard tests/differential/*.t))

# What tests/record runs: with RECORDER=yes, which takes a BUILD of its own, the programs have one more
# object, which writes down what they do.
RECORDER_OBJECT = $(BUILD)/tests/recording/recorder.o
ifdef RECORDER
$(PROGRAMS): $(RECORDER_OBJECT)
$(PROGRAMS): LDFLAGS += -Wl,--wrap=write,--wrap=execve
endif

recorded: $(PROGRAMS) $(TREE_TOOLS)

SYSTEM_TESTS ?= $(sort $(wildcard tests/system/*.t))

system: $(PROGRAMS) $(TREE_TOOLS) ## on a real OpenRC, with real trees; as the superuser
	$(TEST) $(SYSTEM_TESTS)

mistakes: $(PROGRAMS) ## write what tests/system/mistakes.golden says of each mistake anew; as the superuser
	BUILD='$(abspath $(BUILD))' tests/system/mistakes.t --regenerate

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
# none of that is fit for programs that change their root and their identity. So those that enter are
# built with the undefined-behaviour checks alone, as traps, which need no runtime library.
ENTERING = chroot-enter chroot-enter-as
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE_ENTER = -O1 -g -fsanitize=undefined -fsanitize-undefined-trap-on-error
SANITIZED = CFLAGS='$(SANITIZE)' HARDENING=-fPIE BUILD=$(BUILD)/sanitize

sanitize: ## the same tests with the sanitizers' eyes; as the superuser
	$(MAKE) $(SANITIZED) all unit differential
	$(MAKE) CFLAGS='$(SANITIZE_ENTER)' HARDENING=-fPIE BUILD=$(BUILD)/trap $(ENTERING:%=$(BUILD)/trap/%)
	cp $(ENTERING:%=$(BUILD)/trap/%) $(BUILD)/sanitize/
	@# strace keeps the leak check from tracing; OpenRC drops the variable, so what it calls is checked
	ASAN_OPTIONS=detect_leaks=0 $(MAKE) $(SANITIZED) system

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

lint: style lint-gcc lint-clang lint-cppcheck lint-tidy lint-shell lint-pages ## what compilers and readers of code find

lint-gcc lint-clang: lint-%:
	$(MAKE) CC=$* CFLAGS='-O2 -g -Werror' BUILD=$(BUILD)/$* compiled

compiled: $(PROGRAMS) $(RECORDER_OBJECT) $(UNIT_TESTS) $(TEST_TOOLS) $(TREE_TOOLS) $(BENCH_TOOLS) $(FUZZERS:$(BUILD)/%=$(BUILD)/tests/%.o)

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

pages: ## write down what the manual pages look like, for tests/style/pages.t; then read the difference
	WRITE_PAGES=1 tests/style/pages.t >/dev/null

format: ## put the code into OpenRC's clothes
	clang-format -i $(C_FILES)

# Beside the machine's own libc, except where that is musl: musl-gcc knows no headers of the kernel,
# and links nothing that needs a library.
MUSL_CC ?= $(if $(findstring musl,$(shell $(CC) -dumpmachine)),$(CC),musl-gcc)
# "yes", once $(BUILD) is there, where it can link: Debian's musl-gcc of i386 finds no
# __stack_chk_fail_local, which the stack protector calls there.
MUSL_LINKS = $(shell echo 'int main(void) { return 0; }' | \
	$(MUSL_CC) -fPIE -pie -fstack-protector-all -x c -o $(BUILD)/links - 2>/dev/null && echo yes)
MUSL = $(abspath $(BUILD))/musl
MUSL_HEADERS = $(addprefix /usr/include/,linux asm-generic) \
	$(firstword $(wildcard /usr/include/asm /usr/include/$(shell $(MUSL_CC) -print-multiarch)/asm))
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
		BUILD=$(MUSL)/$* $(MUSL)/$*/chroot-enter

musl-headers:
	mkdir -p $(MUSL)/headers
	ln -sfn $(MUSL_HEADERS) $(MUSL)/headers

# The whole suite with musl in place of the machine's own libc (tests/musl says more). Of the system tests
# a quick file for each of what the programs do; any other runs with MUSL_TESTS=.
MUSL_TESTS ?= $(patsubst %,tests/system/%.t,enter errors found identity list ps service)
MUSL_RUN = BUILD='$(BUILD)' PROVE='$(PROVE)' tests/musl
MUSL_SYSTEM = MACHINES='$(or $(MACHINES),one)' $(MUSL_RUN) system $(MUSL_TESTS)

musl-check: ## all programs with musl, static and dynamic: unit and quick system tests; as the superuser
	$(MUSL_RUN) programs
	$(MUSL_RUN) unit
	$(MUSL_SYSTEM)

musl-libs: ## the libraries for it, from Debian's sources, into the tests' cache
	$(MUSL_RUN) libraries

musl-unit:
	$(MUSL_RUN) unit

musl-system:
	$(MUSL_SYSTEM)

.PHONY: all check check-all unit built style differential recorded system mistakes boot boot-fast sweep endurance bench bench-check sanitize musl \
	musl-dynamic musl-static musl-headers fuzz \
	musl-check musl-libs musl-unit musl-system fuzz-run $(FUZZERS:=.run) lint lint-gcc lint-clang compiled lint-cppcheck lint-tidy lint-shell \
	lint-pages pages format install uninstall clean help
