# Two commands matter: `make run` and `make test`. Both are repeatable, and quick the second time.

PYTHON ?= python3
VENV := .venv
INSTALL := $(VENV)/bin/pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes
LOCK := uv pip compile --quiet --universal --generate-hashes --python-version 3.11
SOURCES := workflows webapp config.py wsgi.py
PROCESSES ?= 2

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
.DEFAULT_GOAL := help
.PHONY: help run test check bench prove lock assets

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## the product with demonstration data on http://127.0.0.1:8000 (PORT, DATABASE_URL)
	@flask --app wsgi db upgrade
	@flask --app wsgi demo load --if-empty
	@exec .bin/serve

test: check ## everything: linters, types, walls, tests on two databases, documents, browser
	pytest -n $(PROCESSES) --dist worksteal --ignore tests/browser tests
	pytest -n $(PROCESSES) --dist loadfile tests/browser

check: $(VENV)/.test ## linters, types and walls only
	ruff check .
	ruff format --check .
	mypy $(SOURCES) tests/conftest.py tests/support
	lint-imports
	deptry . --config .deptry.toml
	djlint --configuration .djlintrc --lint --quiet webapp

bench: $(VENV)/.test ## measure our pages against a bare reference; writes docs/benchmarks.md
	python -m tests.bench

prove: $(VENV)/.test ## walks, kills, races and attacks at full size (about 15 minutes); writes docs/proofs.md
	python -m tests.prove

lock: $(VENV)/.test ## lock the requirements again, with hashes
	$(LOCK) .requirements/runtime.in --output-file requirements.txt
	$(LOCK) .requirements/test.in --constraint requirements.txt --output-file tests/requirements.txt

assets: ## build webapp/static from its npm sources again (needs Node; the result is committed)
	cd .assets && npm ci --no-audit --no-fund && npm run build

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Jumelage needs Python 3.11 or newer, and $(PYTHON) is not: try make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "No virtual environment could be made: on Debian, apt install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/pip
	@echo "Installing the product's libraries …"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt requirements.txt | $(VENV)/bin/pip
	@echo "Installing the product's and the tests' libraries …"
	@$(INSTALL) -r tests/requirements.txt
	@touch $@ $(VENV)/.runtime
