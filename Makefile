# Two commands matter: `make run` and `make test`. Both are repeatable, and quick the second time.

PYTHON ?= python3
VENV := .venv
INSTALL := $(VENV)/bin/pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes
LOCK := uv pip compile --quiet --universal --generate-hashes --python-version 3.11
SOURCES := workflows webapp config.py wsgi.py
PROCESSES ?= 2
TRANSLATIONS := webapp/translations
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard $(TRANSLATIONS)/*/LC_MESSAGES/messages.po))

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
.DEFAULT_GOAL := help
.PHONY: help run test check bench prove messages lock assets

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.runtime $(CATALOGUES) ## the product with demonstration data on http://127.0.0.1:8000 (PORT, DATABASE_URL)
	@flask --app wsgi db upgrade
	@flask --app wsgi demo load --if-empty
	@exec .bin/serve

test: check $(CATALOGUES) ## everything: linters, types, walls, tests on two databases, documents, browser
	pytest -n $(PROCESSES) --dist worksteal --ignore tests/browser tests
	pytest -n $(PROCESSES) --dist loadfile tests/browser

check: $(VENV)/.test ## linters, types and walls only
	ruff check .
	ruff format --check .
	mypy $(SOURCES) tests/conftest.py tests/support
	lint-imports
	deptry . --config .deptry.toml
	djlint --configuration .djlintrc --lint --quiet webapp

bench: $(VENV)/.test $(CATALOGUES) ## measure our pages against a bare reference; writes docs/benchmarks.md
	python -m tests.bench

prove: $(VENV)/.test $(CATALOGUES) ## walks, kills, races and attacks at full size (about 15 minutes); writes docs/proofs.md
	python -m tests.prove

messages: $(VENV)/.runtime ## collect the texts of the interface into every catalogue, and say how much of each is translated
	@mkdir -p var
	pybabel --quiet extract --mapping-file .babel.cfg --keywords lazy_gettext --add-location file --sort-by-file \
		--omit-header --output-file var/messages.pot .
	pybabel --quiet update --input-file var/messages.pot --output-dir $(TRANSLATIONS) \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100
	pybabel compile --statistics --directory $(TRANSLATIONS)

lock: $(VENV)/.test ## lock the requirements again, with hashes
	$(LOCK) .requirements/runtime.in --output-file requirements.txt
	$(LOCK) .requirements/test.in --constraint requirements.txt --output-file tests/requirements.txt

assets: ## build webapp/static from its npm sources again (needs Node; the result is committed)
	cd .assets && npm ci --no-audit --no-fund && npm run build

%.mo: %.po | $(VENV)/.runtime
	@pybabel --quiet compile --input-file $< --output-file $@

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
