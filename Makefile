# Understudy: one command for each thing a person does here. `make` alone lists them.
# Set-up needs nothing but Python 3.11 (or later) and make; everything lands in .venv below this folder.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
ARGS ?=

# Processes are started often here: let Python keep what it has parsed (below this folder), whatever the
# environment says. Without that each start parses every library anew, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-dev run seed doctor test check format check-artifacts bench constraints

help: ## Say what each target does
	@printf 'Understudy. Targets:\n\n'
	@sed -n -E 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@printf '\nAdd ARGS="..." to hand arguments on, for example: make test ARGS="tests/memory -k pdf"\n'

setup: ## Install what running needs (run does it by itself)
	@tools/setup.sh run

setup-dev: ## Install what tests and checks need too
	@tools/setup.sh dev

run: setup ## Start everything; prints the address and a sign-in link
	@exec $(BIN)/python -m app run $(ARGS)

seed: setup ## Put the demo creator into the database
	@exec $(BIN)/python -m app seed $(ARGS)

doctor: setup ## Say what is missing on this machine, and how to get it
	@exec $(BIN)/python -m app doctor $(ARGS)

test: setup-dev ## Run all tests (three processes: some wait while others work)
	@exec $(BIN)/python -m pytest -n 3 $(ARGS)

check: setup-dev ## Lint, format, types, layers, migrations in step
	@tools/check.sh

format: setup-dev ## Put imports and layout in order
	@$(BIN)/python -m ruff check --fix --select I .
	@$(BIN)/python -m ruff format .

check-artifacts: setup-dev ## Committed artifacts answer to their sources
	@tools/constraints.sh check
	@$(BIN)/python -m kernel.i18n.check && echo "catalogues   complete and in step with the code"

bench: setup-dev ## Measure quality and speed; fails below the goals
	@exec $(BIN)/python -m benchmarks $(ARGS)

constraints: setup-dev ## Renew constraints.txt from pyproject.toml
	@tools/constraints.sh write
