# Every target sets up what it needs; Python >= 3.11, git and make are enough.
PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready

.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(READY): requirements/dev.txt pyproject.toml
	@command -v $(PYTHON3) >/dev/null || { echo "baro needs Python 3.11 or newer as '$(PYTHON3)'"; exit 2; }
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "baro needs Python 3.11 or newer; $(PYTHON3) is $$($(PYTHON3) -V). Say which one with PYTHON3=..."; exit 2; }
	$(PYTHON3) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY) ## make .venv

demo: $(READY) ## run the main job on both examples
	@tools/demo.sh

format: $(READY) ## put code into shape
	$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format --quiet .

lint: $(READY) ## style, layers, spelling, generated pages
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/codespell src docs tests tools lab README.md
	$(PYTHON) tools/docs.py --check

type: $(READY) ## mypy, strict
	$(VENV)/bin/mypy

# The same order and the same examples everywhere: what fails here failed before.
ORDER ?= 1
test: $(READY) system-packages ## tables, units, goldens, a real nginx
	$(VENV)/bin/pytest --randomly-seed=$(ORDER)

ROUNDS ?= 20
explore: $(READY) system-packages ## try the laws on new examples (ROUNDS=20), the tests in a new order
	nice $(VENV)/bin/pytest
	nice $(VENV)/bin/pytest -m "hypothesis and not lab" --explore=$(ROUNDS)

test-crater: $(READY) ## check pinned public repositories
	$(VENV)/bin/pytest -m crater

docs: $(READY) ## write the generated pages
	$(PYTHON) tools/docs.py

quotes: $(READY) ## write anew what pages quote of the program
	$(PYTHON) tools/quotes.py

bench: $(READY) .venv-peers/.ready ## measure speed and memory, against named peers
	$(PYTHON) -m bench

.venv-peers/.ready: requirements/peers.txt
	$(PYTHON3) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt
	@touch $@

lock: $(READY) ## resolve requirements/*.txt anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements/runtime.txt pyproject.toml
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements/dev.txt pyproject.toml --group dev
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements/peers.txt --group peers

system-packages: ## a real nginx for the route tests, where the machine lets us
	@tools/system_packages.sh nginx-light

check: lint type test ## what must be green before a commit

clean: ## remove what the targets made
	rm -rf $(VENV) .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help setup demo format lint type test explore test-crater docs quotes bench lock system-packages check clean

-include lab/lab.mk
