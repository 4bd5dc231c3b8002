# SPDX-License-Identifier: GPL-3.0-or-later
#
# One file, no recursion into folders.  Everything that is made lies under $(O).
#   make                                build/rtsec
#   make O=build-asan SAN=address,undefined
#   make CC=clang DEV=1                 warnings are errors
#   make FOLDERS="base event"           only these folders of src/ (while another one is broken)
#   make ARCH=arm64 CC="clang --target=aarch64-linux-gnu" STATIC=1 O=build-arm64

# ---- knobs ----
O ?= build
V ?= 0
DEV ?=
SAN ?=
STATIC ?=
FUZZER ?=
ARCH ?= $(shell uname -m)
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
FOLDERS ?= $(patsubst src/%/,%,$(wildcard src/*/))
.DEFAULT_GOAL := all

# ---- tools ----
ifeq ($(origin CC),default)
CC := gcc
endif
PKG_CONFIG ?= pkg-config
BPF_CLANG ?= clang
BPFTOOL ?= $(shell PATH=$$PATH:/usr/sbin:/sbin command -v bpftool)
CLANG_FORMAT ?= clang-format

BPF_ARCH := $(if $(filter aarch64 arm64,$(ARCH)),arm64,x86)
MULTIARCH := $(if $(filter arm64,$(BPF_ARCH)),aarch64,x86_64)-linux-gnu
ifneq ($(MULTIARCH),$(shell uname -m)-linux-gnu)
# Cross: the host's ar makes an index without foreign symbols, its libraries are not ours.
AR := llvm-ar
export PKG_CONFIG_LIBDIR ?= /usr/lib/$(MULTIARCH)/pkgconfig:/usr/share/pkgconfig
endif

# ---- libraries: pkg-config's name and Debian's package ----
LIBS := libbpf libelf zlib libzstd libpcre2-8
package_libbpf := libbpf-dev
package_libelf := libelf-dev
package_zlib := zlib1g-dev
package_libzstd := libzstd-dev
package_libpcre2-8 := libpcre2-dev
package_cmocka := libcmocka-dev

NO_BUILD := check check-live check-long clean deps format fuzz headers quickstart uninstall
ifneq ($(filter-out $(NO_BUILD),$(or $(MAKECMDGOALS),all)),)
missing = $(foreach lib,$(1),$(shell $(PKG_CONFIG) --exists $(lib) || echo $(lib)))
LIBS_MISSING := $(call missing,$(LIBS) $(if $(filter tests,$(MAKECMDGOALS)),cmocka))
ifneq ($(strip $(LIBS_MISSING)),)
$(error missing libraries: $(LIBS_MISSING); Debian has them as $(foreach \
	lib,$(LIBS_MISSING),$(package_$(lib))) ("make deps" installs what is missing))
endif
ifeq ($(BPFTOOL),)
$(error missing program: bpftool; Debian has it as bpftool ("make deps" installs what is missing))
endif
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS))
LIB_LIBS := $(shell $(PKG_CONFIG) --libs $(if $(STATIC),--static) $(LIBS))
endif

# ---- flags ----
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings \
	-Wpointer-arith -Wformat=2 $(if $(DEV),-Werror)
# The checks of UBSan make gcc believe that pointers may be NULL and values unset.
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer \
	$(if $(findstring clang,$(CC)),,-Wno-format-truncation -Wno-maybe-uninitialized))
OUR_CFLAGS := -std=c17 -D_GNU_SOURCE -Isrc -I$(O) $(WARN) -fstack-protector-strong $(SAN_FLAGS) \
	$(LIB_CFLAGS)
OUR_LDFLAGS := -Wl,-z,relro,-z,now $(SAN_FLAGS) $(if $(STATIC),-static)
DEP_FLAGS = -MMD -MP -MT $@ -MF $(@:.o=).d
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Ibpf -Isrc \
	-idirafter /usr/include/$(MULTIARCH) -Wall -Wextra -Wno-unused-parameter \
	$(if $(DEV),-Werror)

# ---- file lists ----
SRC := $(sort $(wildcard $(FOLDERS:%=src/%/*.c)))
OBJ := $(SRC:%.c=$(O)/%.o)
LIB := $(O)/librtsec.a
# bpftool loses a map that an object before its definition refers to: definitions first.
BPF_FIRST := $(wildcard bpf/dispatch.bpf.c bpf/path.bpf.c)
BPF_OBJ := $(patsubst %.c,$(O)/%.o,$(BPF_FIRST) \
	$(filter-out $(BPF_FIRST),$(sort $(wildcard bpf/*.bpf.c))))
SKEL := $(if $(BPF_OBJ),$(O)/rtsec_bpf.skel.h)
LIVE_OBJ := $(filter $(O)/src/source/live%.o,$(OBJ))
PROGRAMS := $(patsubst src/%.c,$(O)/%,$(wildcard src/docgen.c)) \
	$(patsubst src/main.c,$(O)/rtsec,$(wildcard src/main.c))

UNIT := $(patsubst tests/unit/%.c,$(O)/tests/%,$(wildcard tests/unit/u_*.c))
GEN := $(patsubst %.c,$(O)/%,$(wildcard tests/gen/*.c))
FUZZ := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/fuzz_*.c))
LIVE := $(patsubst %.c,$(O)/%,$(wildcard tests/live/*.c))
BENCH := $(patsubst %.c,$(O)/%,$(wildcard bench/*.c))
M32_SRC := $(if $(wildcard tests/live/*.c),$(shell awk 'FNR <= 10 && /build: m32/ { print FILENAME }' \
	tests/live/*.c))
ifneq ($(filter tests,$(MAKECMDGOALS)),)
EMPTY_MAIN := echo 'int main(void) { return 0; }' | $(CC) -x c - $(LDFLAGS) -o $(O)/probe
M32 := $(shell mkdir -p $(O) && $(EMPTY_MAIN) -m32 2>/dev/null && echo y)
LIVE_STATIC := $(shell $(EMPTY_MAIN) -static 2>/dev/null && echo -static)
LIVE_STATIC32 := $(shell $(EMPTY_MAIN) -m32 -static 2>/dev/null && echo -static)
endif
LIVE32 := $(if $(M32),$(M32_SRC:%.c=$(O)/%32))

# ---- rules ----
say = @printf '  %-7s %s\n' '$(1)' '$(patsubst $(O)/%,%,$@)'
ifeq ($(V),1)
say = @:
else
Q := @
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all tests check check-live check-long lint headers format fuzz bench docs install uninstall
.PHONY: clean quickstart deps fuzzers FORCE

all: $(PROGRAMS)

# Two stamps that change only when what they hold does: how objects are made, and of which
# an archive consists (a source file that goes away must leave it).
stamp = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || \
	printf '%s\n' '$(subst ','\'',$(1))' >$@
$(O)/flags: FORCE
	$(call stamp,$(CC) $(CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) $(BPF_CFLAGS))
$(O)/objects: FORCE
	$(call stamp,$(OBJ))

compile = $(CC) $(DEP_FLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS)
link = $(CC) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^)

$(O)/src/%.o: src/%.c $(O)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

$(LIB): $(OBJ) $(O)/objects
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJ)

$(O)/rtsec: $(O)/src/main.o $(LIB)
	$(call say,LINK)
	$(Q)$(link) $(LIB_LIBS)

$(O)/docgen: $(O)/src/docgen.o $(LIB)
	$(call say,LINK)
	$(Q)$(link) $(LIB_LIBS)

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(O)/flags
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(BPF_CLANG) $(DEP_FLAGS) $(BPF_CFLAGS) -c -o $@ $<

$(O)/bpf/rtsec.linked.o: $(BPF_OBJ)
	$(call say,BPFLINK)
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/rtsec_bpf.skel.h: $(O)/bpf/rtsec.linked.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name rtsec_bpf >$@

# The header names it only after the first build, so the order is said here.
$(LIVE_OBJ): | $(SKEL)

# ---- tests ----
tests: all $(UNIT) $(GEN) $(FUZZ) $(LIVE) $(LIVE32)

$(O)/tests/%.o: tests/%.c $(O)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(compile) -Itests -c -o $@ $<

$(UNIT): $(O)/tests/%: $(O)/tests/unit/%.o $(LIB)
	$(call say,LINK)
	$(Q)$(link) $(LIB_LIBS) -lcmocka

$(GEN): %: %.o $(LIB)
	$(call say,LINK)
	$(Q)$(link) $(LIB_LIBS)

# Without the fuzzer a target is a program that goes through the files it is given.
$(FUZZ): %: %.o $(if $(FUZZER),,$(O)/tests/fuzz/replay.o) $(LIB)
	$(call say,LINK)
	$(Q)$(link) $(LIB_LIBS) $(if $(FUZZER),-fsanitize=fuzzer)

fuzzers: $(FUZZ)

# Plain programs that only make system calls: no sanitizer, and no loader where that can be had.
live_compile = $(CC) $(DEP_FLAGS) -std=c17 -D_GNU_SOURCE -Isrc -Itests $(WARN) $(CFLAGS) $(LDFLAGS) \
	-pthread
$(LIVE): $(O)/tests/live/%: tests/live/%.c $(O)/flags
	$(call say,LIVE)
	@mkdir -p $(@D)
	$(Q)$(live_compile) $(LIVE_STATIC) -o $@ $<

$(BENCH): $(O)/bench/%: bench/%.c $(O)/flags
	$(call say,BENCH)
	@mkdir -p $(@D)
	$(Q)$(live_compile) -o $@ $<

$(M32_SRC:%.c=$(O)/%32): $(O)/tests/live/%32: tests/live/%.c $(O)/flags
	$(call say,LIVE32)
	@mkdir -p $(@D)
	$(Q)$(live_compile) -m32 $(LIVE_STATIC32) -o $@ $<

check:
	@.ci/packages-install check
	@+$(MAKE) --no-print-directory tests
	@O=$(O) tests/run

check-live check-long: check-%:
	@.ci/packages-install check
	@+$(MAKE) --no-print-directory tests
	@O=$(O) tests/run $*

lint: tests
	@O=$(O) tests/run lint

headers:
	@O=$(O) CC='$(CC)' tests/lint/headers.sh

format:
	$(CLANG_FORMAT) -i $(wildcard src/*.c src/*/*.[ch] bpf/*.[ch] tests/*/*.[ch])

# A minute a target with clang's fuzzer; what it finds stays in $(O).
fuzz:
	@+$(MAKE) --no-print-directory O=$(O)/fuzz CC=clang FUZZER=1 \
		SAN=address,undefined,fuzzer-no-link fuzzers
	@O=$(O)/fuzz tests/fuzz/run

bench: all $(BENCH) $(GEN)
	@O=$(O) bench/run

# Man sections and completions out of the tables; the result is committed, a lint compares.
docs: $(O)/docgen
	$(Q)$(O)/docgen .

quickstart:
	@O=$(O) .ci/quickstart

deps:
	@.ci/packages-install check

# ---- install ----
MAN := $(wildcard man/*.[1-8])
SHARE := $(DESTDIR)$(PREFIX)/share
COMPLETIONS := $(addprefix $(SHARE)/,bash-completion/completions/rtsec zsh/site-functions/_rtsec \
	fish/vendor_completions.d/rtsec.fish)

install: all
	install -D -m 755 $(O)/rtsec $(DESTDIR)$(PREFIX)/bin/rtsec
	$(foreach page,$(MAN),install -D -m 644 $(page) \
		$(SHARE)/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page)) &&) :
	$(foreach to,$(COMPLETIONS),$(foreach from,$(wildcard completions/$(notdir $(to)) \
		completions/$(notdir $(to)).bash),install -D -m 644 $(from) $(to) &&)) :

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/rtsec $(COMPLETIONS) $(foreach \
		page,$(MAN),$(SHARE)/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

clean:
	rm -rf $(O)

-include $(OBJ:.o=.d) $(BPF_OBJ:.o=.d) $(O)/src/main.d $(O)/src/docgen.d
-include $(wildcard $(O)/tests/*/*.d)
