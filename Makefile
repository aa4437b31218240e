# Penstock. Everything happens in $(VENV), which is made by the first target that needs it; needs Python >= 3.11,
# make and the Python package index, nothing else. ARGS goes to the program behind the target:
#   make demo ARGS=--exit      make test ARGS='-k pause -x'

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCKED := $(INSTALL) --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help install demo test judges check bench spec docs screenshots lock torture clean \
        check-lint check-format check-types check-imports check-migrations check-purity

help:  ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*##  *\(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name what; do printf '  make %-11s %s\n' "$$name" "$$what"; done

# --- installing: one stamp per lock file, so that running again costs nothing -----------------------------

RUNTIME := $(VENV)/.runtime
TESTING := $(VENV)/.testing
CHECKING := $(VENV)/.checking

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
	  "Penstock needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 2; }

# Penstock itself is installed editable and without its dependencies, which the lock has brought already: after
# a `git pull` the command runs the new source, never a stale copy, and nothing is built on the way.
$(RUNTIME): requirements/build.txt requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(LOCKED) requirements/build.txt
	$(LOCKED) requirements/runtime.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTING): requirements/test.txt $(RUNTIME)
	$(LOCKED) requirements/test.txt
	@touch $@

$(CHECKING): requirements/dev.txt $(TESTING)
	$(LOCKED) requirements/dev.txt
	@touch $@

install: $(RUNTIME)  ## make .venv with .venv/bin/penstock, for use

# --- using -----------------------------------------------------------------------------------------------

demo: $(RUNTIME)  ## a mailing by e-mail and one by SMS to sample contacts, into servers that catch them; then the control room until Ctrl-C
	@$(BIN)/penstock demo $(ARGS)

# --- proving ---------------------------------------------------------------------------------------------

test: $(TESTING)  ## run the tests
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

JUDGES := build/judges/node_modules/.package-lock.json

judges: $(JUDGES)  ## install what npm has for the tests: a judge of messages, an SMS centre

# The lock names no registry: which one is asked is npm's own setting.
$(JUDGES): tests/acceptance/judges/package.json tests/acceptance/judges/package-lock.json
	@mkdir -p build/judges
	@cp $^ build/judges/
	npm ci --prefix build/judges --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

spec: $(TESTING)  ## every numbered behaviour with its tests; fails for a claimed one without a passing test
	$(BIN)/python -m tests.spec $(ARGS)

torture: $(TESTING)  ## the long form: kills, stalls and refusals at random, and four times the examples of every property
	PENSTOCK_TORTURE=full $(BIN)/python -m pytest tests/torture tests/property tests/unit/content/test_pictures.py tests/integration/report/test_figures.py tests/integration/api/test_bodies.py tests/integration/mailing/test_quick.py tests/acceptance/api/test_schemathesis.py tests/integration/api/test_analysis.py tests/acceptance/judges tests/acceptance/sms -s --timeout=3600 $(ARGS)

bench: $(TESTING)  ## measure; docs/explanation/throughput.md explains the figures
	$(BIN)/python -m bench $(ARGS)

check: check-lint check-format check-types check-imports check-migrations check-purity  ## lint, types, import contracts, migrations, purity

check-lint: $(CHECKING)
	$(BIN)/ruff check .

check-format: $(CHECKING)
	$(BIN)/ruff format --check .

check-types: $(CHECKING)
	$(BIN)/mypy

check-imports: $(CHECKING)
	$(BIN)/lint-imports

check-migrations: $(CHECKING)
	$(BIN)/python -m django makemigrations --check --dry-run --settings tests.purity.offline_settings

check-purity: $(CHECKING)
	$(BIN)/python -m pytest -q tests/purity

docs: $(CHECKING)  ## build the documentation into build/docs; a broken link is an error
	$(BIN)/mkdocs build --strict --quiet

screenshots: $(TESTING)  ## take the pictures of the control room into docs/images
	$(BIN)/python -m docs.screenshots $(ARGS)

# --- keeping ---------------------------------------------------------------------------------------------

# Hashes for every platform and Python from 3.11 up, and no index named: which one is asked is the installer's
# choice. `make lock ARGS=--upgrade` moves to the newest versions.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' $(ARGS)

lock: | $(BIN)/python  ## write the hash-locked requirement files anew from pyproject.toml
	@test -x $(BIN)/uv || $(INSTALL) uv
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra test -c requirements/runtime.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml --extra test --extra dev -c requirements/test.txt -o requirements/dev.txt

clean:  ## remove what was built, the environment included
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
