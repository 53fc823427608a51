# SPDX-License-Identifier: BSD-2-Clause
# The whole suite with musl in place of the machine's own libc (tests/musl says more).

# a quick file for each of what the programs do; any other runs by its name
MUSL_TESTS ?= $(addprefix tests/system/,enter.t found.t identity.t list.t ps.t stop.t)
MUSL_WITH = BUILD='$(BUILD)' PROVE='$(PROVE)' tests/musl

musl-check: musl-unit musl-system ## the suite with musl, static and dynamic; as the superuser

musl-libs: ## what the suite needs for musl, from Debian's sources, kept in the tests' cache
	$(MUSL_WITH) libraries

musl-unit: musl-libs
	$(MUSL_WITH) unit

musl-system: musl-libs
	MACHINES='$(or $(MACHINES),one)' $(MUSL_WITH) system $(MUSL_TESTS)

.PHONY: musl-check musl-libs musl-unit musl-system
