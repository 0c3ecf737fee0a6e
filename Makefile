# crmaudit: everything a newcomer or a build machine needs. Needs Python 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# More extras than the tests need at least, like EXTRAS=,spark (pyspark is 490 MB, and wants Java 17).
EXTRAS ?=

.PHONY: help demo test fast lint docs bench clean

help:  ## Show what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev$(EXTRAS)]'
	@touch $@

demo: $(STAMP)  ## Generate the example charity, audit it, and say where the report is
	$(BIN)/crmaudit demo demo

test: $(STAMP) lint  ## Lint and run all tests (real PostgreSQL, MariaDB and LibreOffice)
	$(BIN)/python -m pytest -n 2

fast: $(STAMP)  ## Run the tests that need no server
	$(BIN)/python -m pytest -n 2 -m 'not server'

lint: $(STAMP)  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(STAMP)  ## Write the generated references in docs/
	$(BIN)/python docs/generate.py

bench: $(STAMP)  ## Run the benchmarks and print their tables
	$(BIN)/python -m benchmarks

clean:  ## Remove what was built
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
