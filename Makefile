# `make` prints this menu. Everything works on a machine that has only Python >= 3.11, make and a package index.
PYTHON ?= python3
ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
# Companies have certificate authorities of their own, which the system knows.
export UV_SYSTEM_CERTS := 1
STAMP := $(ENVIRONMENT)/.ready
ARGS ?=
k ?=

.DEFAULT_GOAL := menu
.PHONY: menu setup demo browser test check fix types lint conformance oracle docs bench lock clean

menu: ## this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## the environment in .venv, with the slackanalytics command

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@echo "installing into $(ENVIRONMENT): a minute or two the first time" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(ENVIRONMENT)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
	@touch $@

demo: setup ## the whole product on a simulated Slack (ARGS=--no-serve ends after the table)
	@$(BIN)/slackanalytics demo $(ARGS)

browser:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "installing Chromium for the browser tests" && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      chromium fonts-liberation fonts-noto-color-emoji >/dev/null; } || \
	  echo "there is no Chromium here: the browser tests will be skipped"

test: setup browser ## lint, types, contracts and every test (k=WORD selects)
ifeq ($(k),)
	@$(MAKE) --no-print-directory check
endif
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(if $(k),-k "$(k)") $(ARGS)

check: lint types ## what a machine can see without running the tests

lint: setup
	@$(BIN)/ruff check src tests examples
	@$(BIN)/ruff format --check src tests examples
	@$(BIN)/lint-imports

types: setup
	@$(BIN)/mypy

fix: setup ## sort and format
	@$(BIN)/ruff check --fix src tests examples
	@$(BIN)/ruff format src tests examples

conformance: setup ## 10,000 messages each way against AWS's own SDK (Java 17 and Maven)
	@CONFORMANCE_MESSAGES=10000 $(BIN)/pytest -m conformance $(ARGS)

oracle: setup ## statements compared with a real Trino that is running at TRINO=http://127.0.0.1:18080 (see conformance/trino)
	@$(BIN)/python conformance/trino/differ.py $(or $(TRINO),http://127.0.0.1:18080) $(ARGS)

docs: setup ## write the generated reference pages anew
	@$(BIN)/python -m tests.house.generate

bench: setup ## ratios, side by side in one run
	@$(BIN)/python -m tests.bench $(ARGS)

lock: setup ## pin every dependency anew, with hashes
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --all-extras --group dev \
	    --no-annotate --custom-compile-command "make lock" --output-file requirements.lock $(ARGS) pyproject.toml

clean: ## forget the environment and all caches
	@rm -rf $(ENVIRONMENT) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
