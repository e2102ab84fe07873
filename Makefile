# Stile's commands: deps, demo, test, lint, bench, fuzz. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Every Debian package that building, running and testing needs, beside Swift 6.3 and git.
BUILD_PACKAGES := pkg-config libsodium-dev libzbar-dev libqrencode-dev libpng-dev \
	libturbojpeg0-dev libsqlite3-dev node-qrcode-generator
TEST_PACKAGES := chromium curl python3 python3-venv qrencode sqlite3 wrk zbar-tools
PACKAGES := $(BUILD_PACKAGES) $(TEST_PACKAGES)
PYTHON_PACKAGES := playwright==1.56.0 pytest==9.0.3 openapi-spec-validator==0.7.2 PyYAML==6.0.3

SWIFT_FOLDERS := Package.swift Sources Central Gate Tests
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help
help: ## Lists the commands.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: deps
deps: ## Installs what is missing of the Debian packages.
	@missing=(); for package in $(PACKAGES); do \
	  [ "$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null)" = installed ] \
	    || missing+=($$package); done; \
	if [ $${#missing[@]} -eq 0 ]; then echo "deps: every Debian package is there"; else \
	  echo "deps: installing $${missing[*]}"; \
	  said=$$({ $(SUDO) apt-get -qq update && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
	      --no-install-recommends $${missing[@]}; } 2>&1 </dev/null) \
	    || { echo "$$said" >&2; exit 1; }; fi

.venv/ready: Makefile
	@python3 -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check $(PYTHON_PACKAGES)
	@touch $@

.PHONY: build
build: deps ## Builds both programs (debug).
	swift build

.PHONY: demo
demo: build ## Runs the main job and leaves it running until Ctrl-C; ONCE=1 ends by itself.
	python3 Tests/Demo/demo.py $(if $(ONCE),--once)

# Tests run one after another: several watch real processes and clocks, and machines have two cores.
.PHONY: test
test: deps .venv/ready ## Installs, builds, passes all tests.
	swift build --build-tests
	swift test --skip-build --no-parallel
	python3 Tests/Demo/demo.py --once
	.venv/bin/python -m pytest -q Tests/Systems Tests/Browser

.PHONY: lint
lint: ## Checks the format of every Swift file.
	swift format lint --strict -r $(SWIFT_FOLDERS)

# libFuzzer brings a loop of its own; gold, SwiftPM's linker, cannot link it with AddressSanitizer.
FUZZ_FLAGS := --scratch-path .build-fuzz -c release --product fuzz-formats --sanitize=address \
	$(addprefix -Xswiftc ,-sanitize=fuzzer -DSTILE_FUZZ -Xclang-linker -fuse-ld=lld)
FUZZ_TARGETS := $(notdir $(wildcard Tests/Fuzz/Corpus/*))
MINUTES := 10

.PHONY: fuzz
fuzz: deps ## Feeds every reader with arbitrary bytes, MINUTES=10 each; findings in artefacts/fuzz.
	swift build $(FUZZ_FLAGS)
	@mkdir -p artefacts/fuzz; for target in $(FUZZ_TARGETS); do \
	  mkdir -p .build-fuzz/corpus/$$target; \
	  echo "fuzz: $$target for $(MINUTES) minutes"; \
	  STILE_FUZZ_TARGET=$$target .build-fuzz/release/fuzz-formats -max_total_time=$$(($(MINUTES) * 60)) \
	    -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=artefacts/fuzz/$$target- \
	    .build-fuzz/corpus/$$target Tests/Fuzz/Corpus/$$target 2>&1 \
	    | grep -vE 'Uses:|ecommended dictionary|^INFO'; done
	@echo "fuzz: $$(ls artefacts/fuzz | wc -l) findings"; test -z "$$(ls artefacts/fuzz)"

.PHONY: bench
bench: deps ## Builds for release and prints every figure the documents quote.
	swift build -c release
	@for bench in bench-barcodes bench-rules bench-gate bench-central; do \
	  .build/release/$$bench; done
	python3 Tests/Benchmarks/HTTP/live_tokens.py
