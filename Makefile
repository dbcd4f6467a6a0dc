# hone - build, test, install.  `make help` lists the targets.
#
# One Makefile, no recursion for building: every rule sees every dependency.
# A new plugin is a new file plugins/<kind>/<name>.c, or a folder of that name; nothing here
# changes.  What it links beyond libc and libm it says itself, in a comment line
#     /* LIBS: -llapacke -lopenblas */
# The same holds for tests: any file dropped into one of these folders is built and run.
#     tests/unit/ tests/conformance/ tests/endtoend/  Criterion programs          make test
#     tests/faults/test_*.c                           Criterion programs          make test
#     tests/faults/<other>.c    drivers; `DRIVER short` within make test, alone   make faults
#     tests/faults/*.sh         scripts that need root, strace or a network      make faults
#     tests/faults/bad/*.c      shared objects that misbehave, for the tests
#     tests/conformance/wrong/*.c plugins that are wrong in one way each, for hone check
#     tests/support/plugins/*.c well-behaved ones, for the tests
#     tests/fuzz/*.c            libFuzzer, inputs in tests/fuzz/corpus/<name>/    make fuzz
#     tests/bench/*.c           figures, one program each                         make bench
#     tests/support/*.c         linked into each of them

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
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
OPT.fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

B        := $(strip $(BUILD))
O        := build/$(B)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2
# Bits are promised: no contraction into fused operations, and never -ffast-math.
NUMERIC  := -ffp-contract=off
ALL_CPPFLAGS = -Isdk -Icore $(patsubst %/,-I%,$(wildcard core/*/)) -D_GNU_SOURCE -DHONE_VERSION='"$(VERSION)"' -MMD -MP $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 $(WARN) $(OPT.$(B)) $(NUMERIC) -fPIC -fvisibility=hidden -pthread $(CFLAGS)
ALL_LDFLAGS  = $(filter -fsanitize=% --coverage,$(OPT.$(B))) -pthread $(LDFLAGS)
HOST_LIBS    := -linih -ljansson -lsqlite3 -ldl -lm

$(if $(OPT.$(B)),,$(error BUILD=$(B): not one of release debug asan tsan cov fuzz))

# ---- Debian packages -------------------------------------------------------
# build: what compiles; run: what the examples call; test, all: what tests, CI and faults need.
PACKAGES.build := libc6-dev libinih-dev libjansson-dev libsqlite3-dev liblapacke-dev \
                  libopenblas-dev liblbfgsb-dev
PACKAGES.run   := $(PACKAGES.build) libsvm-tools gnuplot-nox
PACKAGES.test  := $(PACKAGES.run) libcriterion-dev pkgconf locales
PACKAGES.all   := $(PACKAGES.test) g++ gfortran rustc clang libclang-rt-14-dev clang-format gcovr valgrind strace \
                  man-db zsh python3-optuna python3-sklearn python3-psycopg2 postgresql-15 libnlopt-dev

installed = $(shell dpkg-query -W -f '$${Package} $${db:Status-Status}\n' $(1) 2>/dev/null | \
                    sed -n 's/ installed$$//p')
missing   = $(filter-out $(call installed,$(1)),$(1))
apt_get   = DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y \
--no-install-recommends
# The tests start servers of their own: the package shall not leave one running.
no_server = $(if $(filter postgresql-15,$(1)),$(apt_get) postgresql-common && sed -i \
"s/.*create_main_cluster = .*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf && )
apt_line  = apt-get -o DPkg::Lock::Timeout=300 update && $(no_server)$(apt_get) $(1)

# Installs the packages of a list that are missing; where it may not, says how and stops.
# Elsewhere than on Debian it names them and goes on: the compiler will say what is missing.
define bring
	@line='$(call apt_line,$(call missing,$(1)))'; \
	if [ -z '$(call missing,$(1))' ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	    echo 'no apt here; hone needs what Debian calls $(strip $(1))'; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then echo "$$line"; sh -c "$$line" && exit 0; \
	elif command -v sudo >/dev/null; then echo "sudo sh -c '$$line'"; sudo sh -c "$$line" && exit 0; \
	fi; \
	echo 'packages are missing; as root, run:'; echo "    $$line"; exit 1
endef

# ---- what exists -----------------------------------------------------------
CORE     := $(filter-out core/main.c,$(wildcard core/*.c core/*/*.c))
KINDS    := strategy surrogate acquisition objective pruner
# A plugin in a folder is the file named like the folder, with all others of it.
PLUGIN_FOLDERS := $(foreach d,$(patsubst %/,%,$(wildcard $(KINDS:%=plugins/%/*/))),\
                      $(if $(wildcard $(d)/$(notdir $(d)).c),$(d)))
PLUGINS  := $(patsubst %.c,$(O)/%.so,$(wildcard $(KINDS:%=plugins/%/*.c))) $(PLUGIN_FOLDERS:%=$(O)/%.so)
# What needs a library that need not be there names it in a comment line, for pkg-config and for
# Debian, and is left out where it is not:
#     /* NEEDS: nlopt libnlopt-dev */
needy    := $(shell sed -s -n 's@^/\* NEEDS: \([^ ]*\) \([^ ]*\) \*/$$@\1 \2@;T;F;p' \
                plugins/*/*.c plugins/*/*/*.c tests/unit/*.c | paste -d ' ' - - | \
                while read -r file name package; do pkg-config --exists $$name 2>/dev/null || \
                    echo $$file:$$package; done)
unmet    := $(foreach u,$(needy),$(firstword $(subst :, ,$(u))))
without   = $(filter-out $(patsubst %.c,$(O)/%$(2),$(unmet)) \
                $(patsubst %/,$(O)/%$(2),$(dir $(unmet))),$(1))
PLUGINS  := $(call without,$(PLUGINS),.so)
programs  = $(patsubst %.c,$(O)/%,$(wildcard $(1)))
CRITERION := $(call without,$(call programs,tests/unit/*.c tests/conformance/*.c tests/endtoend/*.c tests/faults/test_*.c))
DRIVERS  := $(filter-out $(CRITERION),$(call programs,tests/faults/*.c))
BENCHES  := $(call programs,tests/bench/*.c)
FUZZERS  := $(call programs,tests/fuzz/*.c)
BAD      := $(patsubst %.c,$(O)/%.so,$(wildcard tests/faults/bad/*.c tests/support/plugins/*.c))
# One shared object for each fault that a source announces in a line ` * FAULT name: test`.
FAULTS    = none $(shell sed -n 's/^ \* FAULT \([a-z_]*\): .*/\1/p' $(1))
WRONG    := $(foreach k,$(KINDS),$(patsubst %,$(O)/tests/conformance/wrong/$(k)-%.so,\
                $(call FAULTS,tests/conformance/wrong/$(k).c)))
TEMPLATES := $(patsubst %.c,$(O)/%.so,$(wildcard sdk/template/*.c))
SUPPORT  := $(patsubst %.c,$(O)/%.o,$(wildcard tests/support/*.c))
LIB      := $(O)/libhone.so.$(SOVER)
HOST     := $(O)/hone
PC       := $(O)/pkgconfig/hone-plugin.pc $(O)/pkgconfig/libhone.pc

.PHONY: all headers test-programs run-tests
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:

all: | headers
all: $(HOST) $(LIB) $(PLUGINS) $(PC) build/hone
	@for u in $(filter plugins/%,$(needy)); do \
	    echo "left out: $${u%%:*}; its library is not here (Debian: $${u##*:})"; done

# Says once and plainly what a compiler would say at length.
HEADERS := stdio.h ini.h jansson.h sqlite3.h lapacke.h cblas.h
headers:
	@missing=$$(printf '$(foreach h,$(HEADERS),#if !__has_include(<$(h)>)\nMISSING $(h)\n#endif\n)' | \
	    $(CC) $(CPPFLAGS) -E -P - | sed -n 's/MISSING *//p' | tr '\n' ' '); \
	[ -z "$$missing" ] || { echo "missing headers: $$missing"; \
	    echo '`make deps` installs what is missing, or as root:'; \
	    echo '    $(call apt_line,$(PACKAGES.build))'; exit 1; }

# ---- how each thing is made ------------------------------------------------
# One short line for each; V=1 shows the commands.
quiet = $(if $(V),,@echo '  $(1) $@';)

$(O)/%.o: %.c Makefile | headers
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

# `hone new` has the templates in it.
$(O)/core/commands/new_templates.o: $(wildcard sdk/template/*)

# Where an installed host looks for plugins; only this changes with LIBDIR.
$(O)/core/registry/registry.o: ALL_CPPFLAGS += -DHONE_LIBDIR='"$(LIBDIR)"'
$(O)/core/registry/registry.o: $(O)/libdir
$(O)/libdir: $(if $(filter $(LIBDIR),$(file <$(O)/libdir)),,always)
	@mkdir -p $(@D)
	@echo '$(LIBDIR)' >$@
.PHONY: always
always:

$(O)/core.a: $(CORE:%.c=$(O)/%.o)
	@rm -f $@
	$(call quiet,AR)ar rcs $@ $^

$(LIB): $(CORE:%.c=$(O)/%.o)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -shared -Wl,-soname,$(@F) $^ $(HOST_LIBS) -o $@
	@ln -sf $(@F) $(O)/libhone.so

$(HOST): $(O)/core/main.o $(O)/core.a
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) $^ $(HOST_LIBS) -o $@

build/hone: $(HOST)
ifeq ($(B),release)
	@ln -sfn release/hone $@
endif

# A plugin's objects: its file, or every file of its folder.
plugin_objects = $(patsubst %.c,$(O)/%.o,$(wildcard $(1).c $(1)/*.c))
plugin_libs    = $(shell sed -n 's@^/\* LIBS: \(.*\) \*/$$@\1@p' $(wildcard $(1).c $(1)/*.c))
$(O)/plugins/%.so: $$(call plugin_objects,plugins/$$*)
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -shared $(if $(filter asan tsan fuzz,$(B)),,-Wl,-z,defs) $^ \
	    $(call plugin_libs,plugins/$*) -lm -o $@

$(O)/sdk/template/%.so: $(O)/sdk/template/%.o
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -shared $^ $(call plugin_libs,sdk/template/$*) -lm -o $@

$(WRONG): $(O)/tests/conformance/wrong/%.so: $$(subst $(O)/,,$$(firstword $$(subst -, ,$$(basename $$@)))).c \
                sdk/hone_plugin.h sdk/hone_fresh.h Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Wno-unused -DFAULT_$(lastword $(subst -, ,$*)) \
	    -shared $(ALL_LDFLAGS) $< -o $@ -lm

$(BAD): %.so: %.o
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -shared $^ $(call plugin_libs,$(@:$(O)/%.so=%)) -lm -o $@

# Tests are told where things are, and rely on nothing else.
$(O)/tests/%.o: ALL_CPPFLAGS += -Itests/support -DBUILD_DIR='"$(abspath $(O))"' -DSOURCE_DIR='"$(CURDIR)"'
$(O)/tests/%: $(O)/tests/%.o $(SUPPORT) $(O)/core.a
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) $^ $(TEST_LIBS) $(call plugin_libs,tests/$*) $(HOST_LIBS) -o $@
$(CRITERION): TEST_LIBS := -lcriterion
$(FUZZERS): TEST_LIBS := -fsanitize=fuzzer

# The plugin interface across ages (tests/unit/test_abi.c): plugins built with the header of 1.0 as
# it was kept, plugins and a whole host built with one whose structs have grown.
ABI_PLUGINS := strategy/evolution strategy/bayes surrogate/forest acquisition/ucb pruner/median \
               objective/zdt
ABI := $(O)/abi/1.0/hone_plugin.h $(O)/abi/grown/hone $(foreach a,1.0 grown,$(ABI_PLUGINS:%=$(O)/abi/$(a)/plugins/%.so))
$(O)/abi/%/hone_plugin.h: $(wildcard sdk/*.h) tests/abi/grow.sh tests/abi/1.0/hone_plugin.h
	@mkdir -p $(@D); cp sdk/*.h $(@D)
	@[ $* = 1.0 ] && cp tests/abi/1.0/hone_plugin.h $@ || sh tests/abi/grow.sh sdk/hone_plugin.h >$@
aged_objects = $(patsubst %.c,$(O)/abi/$(1)/%.o,$(wildcard $(2).c $(2)/*.c))
define of_age
$(O)/abi/$(1)/%.o: %.c $(O)/abi/$(1)/hone_plugin.h
	@mkdir -p $$(@D)
	$$(call quiet,CC)$$(CC) $$(subst -Isdk,-I$(O)/abi/$(1),$$(ALL_CPPFLAGS)) $$(ALL_CFLAGS) -w -c $$< -o $$@
$(O)/abi/$(1)/plugins/%.so: $$$$(call aged_objects,$(1),plugins/$$$$*)
	@mkdir -p $$(@D)
	$$(call quiet,LD)$$(CC) $$(ALL_LDFLAGS) -shared $$^ $$(call plugin_libs,plugins/$$*) -lm -o $$@
endef
$(eval $(call of_age,1.0))
$(eval $(call of_age,grown))
$(CORE:%.c=$(O)/abi/grown/%.o) $(O)/abi/grown/core/main.o: ALL_CPPFLAGS += -DHONE_ABI_MINOR=1 -DHONE_LIBDIR='"$(LIBDIR)"'
$(O)/abi/grown/hone: $(O)/abi/grown/core/main.o $(CORE:%.c=$(O)/abi/grown/%.o)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) $^ $(HOST_LIBS) -o $@

# For plugins and embedding programs, from this tree; installed ones are made from the same.
# What embeds an instrumented library is instrumented, too.
pc = sed -e 's@\@INCLUDE\@@$(1)@' -e 's@\@LIBDIR\@@$(2)@' -e 's@\@VERSION\@@$(VERSION)@' \
         -e 's@-lhone$$@& $(filter -fsanitize=% --coverage,$(OPT.$(B)))@'
$(O)/pkgconfig/%.pc: sdk/%.pc.in Makefile
	@mkdir -p $(@D)
	@$(call pc,$(CURDIR)/sdk,$(abspath $(O))) $< >$@

# ---- using it --------------------------------------------------------------
# Each target with its line for `make help` after two hashes.
.PHONY: help demo test check tsan memcheck faults soak fuzz bench bench-bayes bench-recipe bench-postgresql compare-bbob coverage catalogue deps \
        deps-all install uninstall format clean golden
JOBS  = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
again = $(MAKE) --no-print-directory $(JOBS)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
	@echo '  BUILD=              release debug asan tsan cov: each in a folder of its own in build/'
	@echo '  PREFIX= DESTDIR=    for install and uninstall; PREFIX=$(PREFIX)'
all: ## the program, the library and the plugins, in build/ (the default; installs nothing)

demo: ## install what is missing, build, tune a real support vector machine, show the result
	$(call bring,$(PACKAGES.run))
	@$(again) all
	@sh examples/heart-svm/demo.sh $(abspath $(O))/hone build/demo

test: ## install what is missing, build, run all tests
	$(call bring,$(PACKAGES.test))
	@$(again) test-programs
	@$(again) run-tests

test-programs: all $(CRITERION) $(DRIVERS) $(BAD) $(WRONG) $(TEMPLATES) $(ABI)

# Criterion's own lines, then their sum.  HONE_NO_SKIP=1: a skipped test is a failure.
run-tests: $(O)/tests/log
$(O)/tests/log: always
	@mkdir -p $(@D); rm -f $@ $@.failed; \
	for t in $(CRITERION); do echo "$$t"; $$t 2>&1 || echo "$$t" >>$@.failed; done | tee $@; \
	for t in $(DRIVERS); do echo "$$t short"; $$t short >$@.driver 2>&1 || echo "$$t" >>$@.failed; \
	    tee -a $@ <$@.driver; done; \
	awk '/Synthesis:/ { gsub(/\033\[[0-9;]*m/, ""); for (i = 1; i < NF; i++) n[$$i] += $$(i + 1) } \
	    END { printf "[====] Synthesis of all: Tested: %d | Passing: %d | Failing: %d | Crashing: %d\n", \
	    n["Tested:"], n["Passing:"], n["Failing:"], n["Crashing:"] }' $@; \
	if [ -n "$$HONE_NO_SKIP" ] && grep 'SKIP' $@; then echo 'skipped tests are failures here'; exit 1; fi; \
	if [ -e $@.failed ]; then echo 'failed:'; cat $@.failed; exit 1; fi

check: ## the tests under ASan and UBSan, the program under TSan, and the tests as they are
	@$(MAKE) --no-print-directory BUILD=asan test
	@$(MAKE) --no-print-directory tsan
	@$(MAKE) --no-print-directory test

tsan: ## the program under ThreadSanitizer on the examples (Criterion does not start there)
	@$(MAKE) --no-print-directory $(JOBS) BUILD=tsan all
	@sh tests/endtoend/run_examples.sh build/tsan/hone

memcheck: ## the program under valgrind on the examples: no error, no byte lost
	@$(again) all
	@sh tests/endtoend/run_examples.sh $(O)/hone valgrind -q --error-exitcode=99 \
	    --leak-check=full --errors-for-leak-kinds=definite --trace-children=no \
	    --suppressions=$(CURDIR)/tests/support/valgrind.supp
	@for f in strategy/tpe surrogate/gp acquisition/log_ei objective/testfn pruner/median; do \
	    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
	        --suppressions=tests/support/valgrind.supp \
	        $(O)/hone check $(O)/plugins/$$f.so --quick --in-process >$(O)/memcheck.log 2>&1 || \
	        { cat $(O)/memcheck.log; exit 1; }; tail -1 $(O)/memcheck.log; done

faults: ## kill and resume, broken plugins, injected failures, at full length (about 15 minutes)
	$(call bring,$(PACKAGES.all))
	@$(again) test-programs
	@for t in $(DRIVERS); do echo "$$t"; $$t || exit 1; done
	@for t in $(wildcard tests/faults/*.sh); do echo "$$t"; sh $$t $(abspath $(HOST)) || exit 1; done
	@HONE_FAULTS=full $(O)/tests/faults/test_broken_plugins
	@FAULTS_FULL=1 $(O)/tests/faults/test_objectives

soak: ## the fault drivers again and again with new seeds, for SOAK_HOURS=4
	@$(again) test-programs
	@end=$$(($$(date +%s) + $(or $(SOAK_HOURS),4) * 3600)); round=0; \
	while [ $$(date +%s) -lt $$end ]; do round=$$((round + 1)); \
	    for t in $(DRIVERS); do echo "round $$round: $$t"; FAULTS_SEED=$$round $$t || exit 1; done; \
	    sh tests/faults/inject.sh $(abspath $(HOST)) || exit 1; done

fuzz: ## libFuzzer on every parser, FUZZ_SECONDS=60 each (needs clang)
	@$(MAKE) --no-print-directory $(JOBS) BUILD=fuzz CC=clang run-fuzzers
.PHONY: run-fuzzers
run-fuzzers: $(FUZZERS) $(PLUGINS)
	@set -e; for f in $(FUZZERS); do n=$$(basename $$f); mkdir -p $(O)/corpus/$$n; echo "$$f"; \
	    $$f -max_total_time=$(or $(FUZZ_SECONDS),60) -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
	    -verbosity=0 -artifact_prefix=$(O)/ $(O)/corpus/$$n tests/fuzz/corpus/$$n; done

bench: ## every figure of the README, measured
	@$(again) all $(BENCHES)
	@for b in $(BENCHES) $(wildcard tests/bench/*.sh); do echo "== $$b"; \
	    case $$b in *.sh) sh $$b $(abspath $(HOST));; *) $$b;; esac || exit 1; done

bench-bayes: ## bayes alone: speed, whole runs, regret, ablation of its defaults; SEEDS=15
	@$(again) all $(O)/tests/bench/bench_bayes
	@for part in speed run regret dimension ablation; do \
	    $(O)/tests/bench/bench_bayes $$part `[ $$part = run ] || echo $(SEEDS)` || exit 1; done

bench-recipe: ## each default of bayes against its alternatives, and recorded peers: a page; SEEDS=6
	@$(again) all $(O)/tests/bench/bench_recipe
	@sh tests/bench/recipe/report.sh $(O)/tests/bench/bench_recipe $(O)/recipe $(SEEDS) >$(O)/recipe.md
	@mv $(O)/recipe.md tests/bench/recipe/README.md

bench-postgresql: ## 32 workers on one study in PostgreSQL, beside pgbench
	@$(again) all
	@sh tests/bench/postgresql.sh $(abspath $(HOST))

compare-bbob: ## all strategies on COCO's bbob functions, 20 d evaluations; goes on where it stopped
	@$(again) all
	@$(HOST) compare examples/compare/bbob.ini --set comparison.folder=$(abspath $(O))/bbob

coverage: ## line and branch coverage of core by the tests (needs gcovr)
	@find build/cov -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory BUILD=cov test
	@gcovr -r . build/cov --filter core/ --exclude-unreachable-branches --sort-uncovered
	@gcovr -r . build/cov --filter core/ -b | tail -n 3

deps: ## bring the packages that building, the demo and the tests need
	$(call bring,$(PACKAGES.test))
deps-all: ## and those of CI, fuzzing, faults and the comparisons with Optuna
	$(call bring,$(PACKAGES.all))

golden: ## write the expected outputs of the examples anew; review them as differences
	@$(again) test-programs
	@HONE_GOLDEN=write $(O)/tests/endtoend/test_examples

format: ## the sources in the style of .clang-format
	clang-format -i $(shell git ls-files '*.c' '*.h')

# Manual pages and completion come from the program's own tables.
MANUALS = $(O)/man/hone.1
$(MANUALS): $(HOST)
	@rm -rf $(@D); mkdir -p $(@D)
	@$(HOST) manual --dir $(@D)
$(O)/completion/%: $(HOST)
	@mkdir -p $(@D)
	@$(HOST) completion $* >$@

catalogue: $(O)/plugins.md ## a page of every plugin, with options, defaults and sources, in Markdown
	@echo $<
$(O)/plugins.md: $(HOST) $(PLUGINS)
	@HOME=/ HONE_PLUGIN_PATH= $(HOST) info --catalogue >$@ # the tree's own alone

D := $(DESTDIR)
install: all $(MANUALS) $(O)/plugins.md $(O)/completion/bash $(O)/completion/zsh ## into PREFIX, below DESTDIR
	install -D -m755 -t $(D)$(PREFIX)/bin $(HOST)
	install -D -m755 -t $(D)$(LIBDIR) $(LIB)
	ln -sf $(notdir $(LIB)) $(D)$(LIBDIR)/libhone.so
	install -D -m644 -t $(D)$(PREFIX)/include/hone $(wildcard sdk/*.h)
	set -e; for k in $(KINDS); do for p in $(O)/plugins/$$k/*.so; do [ ! -e $$p ] || \
	    install -D -m644 -t $(D)$(LIBDIR)/hone/1/$$k $$p; done; done
	install -d $(D)$(LIBDIR)/pkgconfig
	set -e; for p in $(notdir $(PC)); do \
	    $(call pc,$(PREFIX)/include/hone,$(LIBDIR)) sdk/$$p.in >$(D)$(LIBDIR)/pkgconfig/$$p; done
	install -D -m644 -t $(D)$(MANDIR)/man1 $(O)/man/*.1
	install -D -m644 -t $(D)$(MANDIR)/man5 $(O)/man/*.5
	install -D -m644 -t $(D)$(PREFIX)/share/doc/hone $(O)/plugins.md
	install -D -m644 $(O)/completion/bash $(D)$(PREFIX)/share/bash-completion/completions/hone
	install -D -m644 $(O)/completion/zsh $(D)$(PREFIX)/share/zsh/site-functions/_hone
	@[ -n '$(D)' ] || [ "$$(id -u)" != 0 ] || ldconfig

uninstall: ## what install put there
	rm -f $(D)$(PREFIX)/bin/hone $(D)$(LIBDIR)/$(notdir $(LIB)) $(D)$(LIBDIR)/libhone.so
	rm -f $(PC:$(O)/%=$(D)$(LIBDIR)/%) $(D)$(MANDIR)/man1/hone.1 $(D)$(MANDIR)/man1/hone-*.1 \
	    $(D)$(MANDIR)/man5/hone-*.5 $(D)$(PREFIX)/share/bash-completion/completions/hone \
	    $(D)$(PREFIX)/share/zsh/site-functions/_hone
	rm -f $(patsubst $(O)/plugins/%,$(D)$(LIBDIR)/hone/1/%,$(PLUGINS))
	rm -rf $(D)$(PREFIX)/include/hone $(D)$(PREFIX)/share/doc/hone
	-rmdir $(KINDS:%=$(D)$(LIBDIR)/hone/1/%) $(D)$(LIBDIR)/hone/1 $(D)$(LIBDIR)/hone

clean: ## remove build/
	rm -rf build

-include $(shell find $(O) -name '*.d' 2>/dev/null)
