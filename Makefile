# The order monitor's commands; each sets up what it needs. `make run` first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

STAMPS := .stamps
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
# Node may be that of a wheel (scripts/install-node-packages).
export PATH := $(CURDIR)/.venv/bin:$(PATH)
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

.NOTPARALLEL:

.PHONY: help run test check bench capture lock clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(STAMPS)/runtime $(STAMPS)/static ## serve on http://127.0.0.1:8000/ until Ctrl-C
	@exec $(MANAGE) serve

test: $(STAMPS)/development $(STAMPS)/static ## every test, browser, Redis and PostgreSQL included
	@$(PYTHON) -m tests.provision
	@node --test tests/js/*.test.js
	@$(PYTHON) -m tests.on_postgresql tests/orders tests/market -q -p no:cacheprovider
	@$(PYTHON) -m pytest -q -p no:cacheprovider

check: $(STAMPS)/development ## lint, format, types, import rules, templates, JavaScript
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@git ls-files -z -- 'templates/*.html' | xargs -0 -r .venv/bin/djade --check --target-version 5.2
	@node_modules/.bin/biome ci static/js tests/js
	@node_modules/.bin/tsc --project tsconfig.json
	@$(MANAGE) check
	@$(MANAGE) makemigrations --check --dry-run

bench: $(STAMPS)/development $(STAMPS)/static ## the benchmarks, as ratios against a baseline of the same run
	@$(PYTHON) -m benchmarks.stream
	@$(PYTHON) -m benchmarks.screen

capture: $(STAMPS)/development $(STAMPS)/static ## the README's pictures, from the real page
	@PYTHONPATH=. $(PYTHON) scripts/capture.py

lock: ## pin what requirements*.in ask for, with hashes and without addresses
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-node.in -o requirements-node.txt

clean: ## remove what set-up made; the database, the secret and the passwords stay
	rm -rf .venv node_modules staticfiles $(STAMPS)

$(STAMPS)/venv:
	@mkdir -p $(STAMPS)
	@./scripts/make-venv
	@touch $@

$(STAMPS)/runtime: requirements.txt $(STAMPS)/venv
	@./scripts/install-packages requirements.txt
	@touch $@

$(STAMPS)/development: requirements-dev.txt $(STAMPS)/runtime $(STAMPS)/node-dev
	@./scripts/install-packages requirements-dev.txt
	@touch $@

$(STAMPS)/node: package.json package-lock.json | $(STAMPS)/runtime
	@./scripts/install-node-packages --omit=dev
	@touch $@

$(STAMPS)/node-dev: $(STAMPS)/node
	@./scripts/install-node-packages
	@touch $@

$(STAMPS)/static: $(shell find static templates -type f 2>/dev/null) $(STAMPS)/node webapp/storage.py
	@echo "Collecting static files …"
	@$(MANAGE) collectstatic --noinput --clear -v0
	@touch $@
