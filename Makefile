# SPDX-License-Identifier: BSD-2-Clause
# chroot-mounts: `make help` lists what this file can do.
# What is set here with ?= can be set on the command line; give `make` and `make install` the same.

VERSION = 0.1

PREFIX ?= /usr
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec
SYSCONFDIR ?= /etc
RUNSTATEDIR ?= /run
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/chroot-mounts
SETUID ?= yes
SETUID_GROUP ?=
BUILD ?= build

CC ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
# Asked once, when the first recipe needs the answer: = alone would ask in each recipe.
HARDENING ?= $(eval HARDENING := -fPIE -fstack-protector-strong $(HARDENING_TAKEN))$(HARDENING)
HARDENING_LINK ?= -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wvla -Wcast-qual -Wundef -Wformat=2
# what this project needs, whatever CFLAGS a packager sets
LANGUAGE = -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -DVERSION='"$(VERSION)"' \
	-DBINDIR='"$(BINDIR)"' -DLIBEXECDIR='"$(LIBEXECDIR)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' -DRUNSTATEDIR='"$(RUNSTATEDIR)"'
ALL_CFLAGS = $(LANGUAGE) -MMD -MP $(WARNINGS) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(HARDENING_LINK) $(LDFLAGS)
HELPER_CFLAGS = $(eval HELPER_CFLAGS := $$(shell $(PKG_CONFIG) --cflags mount libbsd smartcols))$(HELPER_CFLAGS)
HELPER_LIBS = $(eval HELPER_LIBS := $$(shell $(PKG_CONFIG) --libs mount libbsd smartcols))$(HELPER_LIBS)

# A wish is taken if the compiler says nothing new with it. It complains of a flag that it does not know,
# and of a second level of FORTIFY, so that the level of the toolchain or the packager stays.
HARDENING_WISHES = -D_FORTIFY_SOURCE=3 -D_FORTIFY_SOURCE=2 -fstack-clash-protection \
	-ftrivial-auto-var-init=zero -fcf-protection -mbranch-protection=standard
HARDENING_TAKEN = $(shell taken=; \
	says() { $(CC) $$taken $$1 $(CPPFLAGS) $(CFLAGS) -include string.h -fsyntax-only -x c /dev/null 2>&1; }; \
	before=$$(says); \
	for wish in $(HARDENING_WISHES); do [ "$$(says $$wish)" != "$$before" ] || taken="$$taken $$wish"; done; \
	echo $$taken)

# the folders are the list: a program is linked from all rooms of its folders, and from no other
rooms = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard $(patsubst %,lib/%/*.c,$(1)))))
PROGRAMS = $(patsubst sbin/%.c,$(BUILD)/%,$(sort $(wildcard sbin/*.c)))
DOCS = conf.d/games.example init.d/inside.example README.md NEWS.md LICENSE
PAGES = $(sort $(wildcard sbin/*.[1-8] conf.d/*.[1-8]))

all: $(PROGRAMS) ## build the programs; `make check` tests them

$(BUILD)/chroot-mounts: $(BUILD)/sbin/chroot-mounts.o $(call rooms,common superuser helper)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(HELPER_LIBS)

# no library but libc: the first of these is setuid
$(BUILD)/chroot-enter: $(BUILD)/sbin/chroot-enter.o $(call rooms,common enter)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

$(BUILD)/chroot-enter-as: $(BUILD)/sbin/chroot-enter-as.o $(call rooms,common enter superuser enter-as)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(HELPER_CFLAGS) -c -o $@ $<

# STATIC=yes: chroot-enter of musl, static. It enters in half the time, and no dynamic loader runs with
# privilege.
ENTER = $(if $(filter yes,$(STATIC)),$(MUSL)/static,$(BUILD))/chroot-enter

install: all $(if $(filter yes,$(STATIC)),musl-static) ## DESTDIR=, PREFIX=, SYSCONFDIR=; SETUID=no, SETUID_GROUP=, STATIC=yes: README
	install -d $(addprefix $(DESTDIR),$(SBINDIR) $(BINDIR) $(LIBEXECDIR)/chroot-mounts $(SYSCONFDIR)/init.d $(SYSCONFDIR)/conf.d \
		$(DOCDIR) $(addprefix $(MANDIR)/man,1 5 7 8))
	install -m 0755 $(BUILD)/chroot-mounts $(DESTDIR)$(SBINDIR)/chroot-mounts
	install -m $(if $(filter no,$(SETUID)),0755,$(if $(SETUID_GROUP),4750 -g $(SETUID_GROUP),4755)) \
		$(ENTER) $(DESTDIR)$(BINDIR)/chroot-enter
	install -m 0755 $(BUILD)/chroot-enter-as $(DESTDIR)$(LIBEXECDIR)/chroot-mounts/chroot-enter-as
	install -m 0755 libexec/xdg-open $(DESTDIR)$(LIBEXECDIR)/chroot-mounts/xdg-open
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
	rm -f $(addprefix $(DESTDIR)$(LIBEXECDIR)/chroot-mounts/,chroot-enter-as xdg-open)
	rm -f $(DESTDIR)$(SYSCONFDIR)/init.d/chroot-mounts
	cmp -s conf.d/chroot-mounts $(DESTDIR)$(SYSCONFDIR)/conf.d/chroot-mounts && \
		rm $(DESTDIR)$(SYSCONFDIR)/conf.d/chroot-mounts || true
	rm -f $(foreach page,$(PAGES),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	rm -f $(addprefix $(DESTDIR)$(DOCDIR)/,$(notdir $(DOCS)))
	rmdir $(DESTDIR)$(LIBEXECDIR)/chroot-mounts $(DESTDIR)$(DOCDIR) || true

clean: ## remove what was built
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' Makefile tests/dev.mk

.DELETE_ON_ERROR:

-include tests/dev.mk
-include $(wildcard $(addprefix $(BUILD)/,sbin/*.d lib/*/*.d tests/*/*.d))
