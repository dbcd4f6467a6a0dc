# hone - build, test, install.  `make help` lists the targets.
#
# One Makefile, no recursion: every rule sees every dependency.
# A new plugin is a new file plugins/<kind>/<name>.c, or a folder of that name; nothing here
# changes.  What it links beyond libc and libm it says itself, in a comment line
#     /* LIBS: -llapacke -lopenblas */

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
BUILD   ?= release
CC      ?= cc
VERSION := 0.1.0
SOVER   := 0

# ---- flags -----------------------------------------------------------------
OPT.release := -O2 -g
OPT.debug   := -O0 -g3
OPT.asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT.tsan    := -O1 -g -fsanitize=thread
OPT.cov     := -O0 -g --coverage

B        := $(strip $(BUILD))
O        := build/$(B)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2
# Bits are promised: no contraction into fused operations, and never -ffast-math.
NUMERIC  := -ffp-contract=off
ALL_CPPFLAGS = -Isdk -Icore -Icore/commands -D_GNU_SOURCE -DHONE_VERSION='"$(VERSION)"' -MMD -MP $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 $(WARN) $(OPT.$(B)) $(NUMERIC) -fPIC -fvisibility=hidden -pthread $(CFLAGS)
ALL_LDFLAGS  = $(filter -fsanitize=% --coverage,$(OPT.$(B))) -pthread $(LDFLAGS)
HOST_LIBS    := -linih -ljansson -lsqlite3 -ldl -lm

# ---- what exists -----------------------------------------------------------
CORE     := $(filter-out core/main.c,$(wildcard core/*.c core/commands/*.c))
KINDS    := strategy surrogate acquisition objective pruner
PLUGIN_SOURCES := $(foreach k,$(KINDS),$(wildcard plugins/$(k)/*.c))
PLUGIN_FOLDERS := $(foreach k,$(KINDS),$(patsubst %/,%,$(dir $(foreach d,$(wildcard plugins/$(k)/*/),$(wildcard $(d)$(notdir $(patsubst %/,%,$(d))).c)))))
PLUGINS  := $(PLUGIN_SOURCES:%.c=$(O)/%.so) $(PLUGIN_FOLDERS:%=$(O)/%.so)
UNIT     := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/*.c))
LIB      := $(O)/libhone.so.$(SOVER)
HOST     := $(O)/hone

.PHONY: all
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:

all: $(HOST) $(LIB) $(PLUGINS) build/hone

# ---- how each thing is made ------------------------------------------------
$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(O)/core.a: $(CORE:%.c=$(O)/%.o)
	@rm -f $@
	ar rcs $@ $^

$(LIB): $(CORE:%.c=$(O)/%.o)
	$(CC) $(ALL_LDFLAGS) -shared -Wl,-soname,$(@F) $^ $(HOST_LIBS) -o $@
	@ln -sf $(@F) $(O)/libhone.so

$(HOST): $(O)/core/main.o $(O)/core.a
	$(CC) $(ALL_LDFLAGS) $^ $(HOST_LIBS) -o $@

build/hone: $(HOST)
ifeq ($(B),release)
	@ln -sfn release/hone $@
endif

# A plugin's objects: its file, or every file of its folder.
plugin_objects = $(patsubst %.c,$(O)/%.o,$(wildcard $(1).c $(1)/*.c))
plugin_libs    = $(shell sed -n 's@^/\* LIBS: \(.*\) \*/$$@\1@p' $(wildcard $(1).c $(1)/*.c))
$(O)/plugins/%.so: $$(call plugin_objects,plugins/$$*)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -shared $(if $(filter asan tsan,$(B)),,-Wl,-z,defs) $^ $(call plugin_libs,plugins/$*) -lm -o $@

$(O)/tests/unit/%: $(O)/tests/unit/%.o $(O)/core.a
	$(CC) $(ALL_LDFLAGS) $^ -lcriterion $(HOST_LIBS) $(call plugin_libs,tests/unit/$*) -o $@
$(O)/tests/%.o: ALL_CPPFLAGS += -DBUILD_DIR='"$(abspath $(O))"' -DSOURCE_DIR='"$(CURDIR)"'

test: all $(UNIT)
	@for t in $(UNIT); do echo "$$t"; $$t || exit 1; done

clean:
	rm -rf build

-include $(shell find $(O) -name '*.d' 2>/dev/null)
