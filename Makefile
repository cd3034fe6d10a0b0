# The order monitor's commands; each sets up what it needs. `make run` first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Each stamp lies in the folder that it stands for, so that removing the folder removes the stamp.
PACKAGES := .venv/stamps
NODE := node_modules/.stamps
STATIC := staticfiles/.stamp
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
# Node may come from a Python wheel (scripts/install-node-packages).
export PATH := $(CURDIR)/.venv/bin:$(PATH)
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

# Test processes share compiled test files, which are kept even if the environment tells Python not to write them.
test coverage faults properties: export PYTHONDONTWRITEBYTECODE :=
# Test processes, of which one mostly waits; SEED=N repeats the test order of an earlier run.
WORKERS := 3
SEEDED = $(if $(SEED),--randomly-seed=$(SEED))

BENCHMARKS := stream table screen log entry growth search quotes forecast

.NOTPARALLEL:

.PHONY: help run cluster test coverage test-10 faults properties check bench capture lock clean $(BENCHMARKS:%=bench-%)

help:
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(PACKAGES)/runtime $(STATIC) ## serve on http://127.0.0.1:8000/ until Ctrl-C
	@exec $(MANAGE) serve

cluster: $(PACKAGES)/runtime $(STATIC) ## PostgreSQL, Redis, two servers (SERVERS=2) and nginx on http://127.0.0.1:8000/
	@exec $(PYTHON) -m cluster

test: $(PACKAGES)/development $(STATIC) ## every test, browser, Redis and PostgreSQL included
	@$(PYTHON) -m tests.provision
	@$(PYTHON) -m pytest -q $(MEASURED) -n $(WORKERS) --dist loadgroup --no-loadscope-reorder \
		--record .last-test.json $(SEEDED)

coverage: MEASURED := -p tests.measured
coverage: test ## every test, with code coverage: a fifth slower

test-10: $(PACKAGES)/development $(STATIC) ## tests in ten orders, twice more under load; a line per run, and coverage
	@$(PYTHON) -m tests.ten

faults: $(PACKAGES)/development $(STATIC) ## the whole fault matrix in its long form, with a table of the measurements
	@$(PYTHON) -m tests.provision
	@FAULTS=long $(PYTHON) -m pytest -q --timeout=1800 tests/faults

properties: $(PACKAGES)/development $(STATIC) ## property-based tests, with more examples, and new ones each time
	@FAULTS=long $(PYTHON) -m pytest -q -n $(WORKERS) --timeout=1800 -m hypothesis tests/orders tests/market

check: $(PACKAGES)/development ## lint, format, types, import rules, templates, JavaScript
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@git ls-files -z -- 'templates/*.html' | xargs -0 -r .venv/bin/djade --check --target-version 5.2
	@node_modules/.bin/biome ci static/js tests/js
	@node_modules/.bin/tsc --project tsconfig.json
	@$(MANAGE) check
	@$(MANAGE) makemigrations --check --dry-run

bench: $(BENCHMARKS:%=bench-%) ## all benchmarks, as ratios against a baseline of the same run; bench-stream runs one

$(BENCHMARKS:%=bench-%): bench-%: $(PACKAGES)/development $(STATIC)
	@$(PYTHON) -m benchmarks.$*

capture: $(PACKAGES)/development $(STATIC) ## the README's pictures, from the real page
	@PYTHONPATH=. $(PYTHON) scripts/capture.py

lock: ## pin the packages of requirements*.in, with hashes and without index URLs
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-node.in -o requirements-node.txt

clean: ## remove packages and collected files; the database, the secret and the passwords stay
	rm -rf .venv node_modules staticfiles

$(PACKAGES)/venv:
	@./scripts/make-venv
	@mkdir -p $(@D)
	@touch $@

$(PACKAGES)/runtime: requirements.txt $(PACKAGES)/venv
	@./scripts/install-packages requirements.txt
	@touch $@

$(PACKAGES)/development: requirements-dev.txt $(PACKAGES)/runtime $(NODE)/development
	@./scripts/install-packages requirements-dev.txt
	@touch $@

$(NODE)/runtime: package.json package-lock.json | $(PACKAGES)/runtime
	@./scripts/install-node-packages --omit=dev
	@mkdir -p $(@D)
	@touch $@

$(NODE)/development: package.json package-lock.json | $(PACKAGES)/runtime
	@./scripts/install-node-packages
	@mkdir -p $(@D)
	@touch $(NODE)/runtime $@

$(STATIC): $(shell find static templates -type f 2>/dev/null) $(NODE)/runtime webapp/bundles.py webapp/storage.py webapp/apps.py
	@echo "Collecting static files …"
	@$(MANAGE) collectstatic --noinput --clear -v0
	@touch $@
