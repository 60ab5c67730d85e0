# remit: `make demo` and `make test` do everything on a machine with Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench moto-suite peers faults clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(STAMP)  ## make .venv with remit and its tools in it

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "remit needs Python 3.11 or newer; \`$(PYTHON)\` is older. Try: make setup PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "no venv module: install it first (on Debian: apt-get install python3-venv)"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## check the example project and print the report
	@$(BIN)/remit check examples/orders-api; status=$$?; \
	  if [ $$status -eq 1 ]; then echo; echo "remit found the incidents this example was built with (exit status 1 in CI)."; else exit $$status; fi

test: $(STAMP)  ## run all tests
	@$(BIN)/python -m pytest

lint: $(STAMP)  ## format check, lint, types, floors
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP)  ## format and mend what ruff can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(STAMP)  ## measure speed and memory
	@$(BIN)/python -m bench

moto-suite: $(STAMP)  ## run moto's own tests against `remit serve` (needs the network once)
	@$(BIN)/python -m bench.moto_suite

peers: $(STAMP)  ## talk to `remit serve` through boto3, the AWS CLI and the SDK for JavaScript
	@$(BIN)/python -m bench.sdks

faults: $(STAMP)  ## try what a server must survive: slow, huge, broken and countless requests
	@$(BIN)/python -m bench.faults

clean:  ## remove what setup made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
