# The front door. Every target installs the Debian packages it needs (scripts/deps.sh), so a fresh Debian 12 with
# git and make is enough. `make` alone prints the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON := /usr/bin/python3
# One compiler takes up to 1.3 GB: as many jobs as processors, but no more than memory allows.
JOBS ?= $(shell awk -v cpus="$$(nproc)" '/^MemAvailable/ {jobs = int($$2 / 1500000)} \
  END {print (jobs < 1 ? 1 : (jobs < cpus ? jobs : cpus))}' /proc/meminfo)
TESTARGS ?=
CTESTARGS ?=
FUZZ_SECONDS ?= 600

.PHONY: help run test build bench fuzz interop format lint asan asan-unit tsan docs clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A preset is configured once; afterwards ninja re-runs cmake by itself when a list file or a glob has changed.
build/%/build.ninja:
	@cmake --preset $*

run: ## Build, start a gateway and a node on this machine, run `uptime` through an agent, stay in the foreground
	@scripts/deps.sh run
	@$(MAKE) --no-print-directory build
	@scripts/run.sh

build: ## Build the release binary: build/openclaw
	@scripts/deps.sh build
	@$(MAKE) --no-print-directory build/release/build.ninja
	@ninja -C build/release -j $(JOBS) openclaw
	@ln -f build/release/openclaw build/openclaw 2>/dev/null || cp -f build/release/openclaw build/openclaw
	@echo "build/openclaw: $$(stat -c %s build/openclaw) bytes"

test: ## Build and run all tests (TESTARGS for pytest, CTESTARGS for ctest)
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@ninja -C build/dev -j $(JOBS)
	@ln -f build/dev/tests/vector_runner build/vector_runner 2>/dev/null || cp -f build/dev/tests/vector_runner build/vector_runner
	@$(PYTHON) scripts/run_tests.py --build build/dev --ctest-args='$(CTESTARGS)' --pytest-args='$(TESTARGS)'

asan: ## All tests but the architecture ones with AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/deps.sh asan
	@$(MAKE) --no-print-directory build/asan-ubsan/build.ninja
	@ninja -C build/asan-ubsan -j $(JOBS)
	@$(PYTHON) scripts/run_tests.py --build build/asan-ubsan --ctest-args='$(CTESTARGS)' \
	  --pytest-args='$(TESTARGS)' unit vectors integration

# The floors that read bytes from outside and share no code with the runtime of a whole gateway.
ASAN_UNIT := base json crypto fs proc net protocol config store session auth approvals

asan-unit: ## The unit tests and fuzz targets of the lower floors with the sanitizers, fuzzing for FUZZ_SECONDS in total
	@scripts/deps.sh asan
	@$(MAKE) --no-print-directory build/asan-ubsan/build.ninja
	@ninja -C build/asan-ubsan -j $(JOBS) $(addprefix unit_,$(ASAN_UNIT)) fuzz_light
	@for folder in $(ASAN_UNIT); do build/asan-ubsan/tests/unit_$$folder --gtest_brief=1 || exit 1; done
	@scripts/fuzz.sh build/asan-ubsan $(FUZZ_SECONDS) built

tsan: ## The store's unit tests, the only threaded part, with ThreadSanitizer
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory build/tsan/build.ninja
	@ninja -C build/tsan -j $(JOBS) unit_store
	@TSAN_OPTIONS=halt_on_error=1 build/tsan/tests/unit_store

fuzz: ## Run every fuzz target for FUZZ_SECONDS in total (600)
	@scripts/deps.sh fuzz
	@$(MAKE) --no-print-directory build/fuzz/build.ninja
	@ninja -C build/fuzz -j $(JOBS)
	@scripts/fuzz.sh build/fuzz $(FUZZ_SECONDS)

bench: build ## Measure the figures of bench/README.md and print them beside their budgets
	@scripts/deps.sh bench
	@$(MAKE) --no-print-directory build/bench/build.ninja
	@ninja -C build/bench -j $(JOBS) openclaw_load openclaw_echo
	@$(PYTHON) bench/run.py --binary build/openclaw --tools build/bench/bench

interop: build ## Official OpenClaw releases from npm against our gateway and our client against theirs
	@scripts/deps.sh interop
	@OPENCLAW_BIN=$(CURDIR)/build/openclaw $(PYTHON) tests/interop/test_interop.py

format: ## Format the C++ sources in place
	@scripts/deps.sh lint
	@find src tests bench -name '*.cc' -o -name '*.cpp' -o -name '*.h' | xargs clang-format-19 -i

lint: ## Architecture tests, and every header compiled alone
	@scripts/deps.sh lint
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@$(PYTHON) scripts/run_tests.py --build build/dev arch
	@scripts/check_headers.sh

docs: ## Write docs/COMMANDS.md, CONFIG.md and METHODS.md from the program's tables; check every link
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@ninja -C build/dev -j $(JOBS) openclaw
	@for topic in commands config methods; do build/dev/openclaw docs $$topic > docs/$${topic^^}.md; done
	@$(PYTHON) scripts/check_docs.py

clean: ## Remove what was built
	@rm -rf build
