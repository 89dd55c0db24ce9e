# make demo, make test: Python 3.11 or newer and make are all that is needed.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test packages extras release stress fuzz judges check docs pictures reference clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the whole job on a small made-up newspaper, without network"
	@echo "make test    the test suite"
	@echo "make judges  other people's validators on the demo's bags: py-wacz, roc-validator, html-validate, axe-core, ReplayWeb.page"
	@echo "make packages  wheel and sdist: built, checked, installed elsewhere and run"
	@echo "make extras  each extra installed alone and used: takes ten minutes"
	@echo "make release  wheel and sdist in dist/, of a checkout without changes: CONTRIBUTING.md"
	@echo "make stress  jobs killed and disks full at every stage, every byte of a bag damaged: takes half an hour"
	@echo "make fuzz    thousands of made-up inputs for every parser: takes half an hour"
	@echo "make check   ruff, mypy --strict, the rules of imports, the phrases we avoid"
	@echo "make reference  the options in docs/command-line.md, the manual page and the completions of shells, from the parser"
	@echo "make docs    the documentation as a site in site/, every link checked"
	@echo "make pictures  the pictures in README.md and docs/, taken of the demo's bags with Chromium"
	@echo "make clean   remove .venv and what the demo and the tests left"

# Errors only (-qq): pip warns of its own affairs, extras with an underscore and setuptools' editable installs.
$(VENV)/.core: pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.core
	$(BIN)/archiver demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadgroup

# The two scripts of ReplayWeb.page from npm, by their digests; without a network its tests are skipped.
$(VENV)/replaywebpage/ui.js: $(VENV)/.core
	@$(BIN)/archiver serve --get-replay --replay-files $(@D) || echo "nothing is replayed in ReplayWeb.page"

$(VENV)/html-validate/node_modules:
	@npm install --silent --no-audit --no-fund --no-save --prefix $(@D) html-validate@10 >/dev/null 2>&1 \
		|| echo "npm is absent, or does not reach its registry: html-validate judges no page"

$(VENV)/axe/node_modules:
	@npm install --silent --no-audit --no-fund --no-save --prefix $(@D) axe-core@4 >/dev/null 2>&1 \
		|| echo "npm is absent, or does not reach its registry: axe-core judges no page"

# In an environment of its own: its brotlipy takes the place of brotli, its pyOpenSSL does not go with our cryptography.
$(VENV)/pywb/.made:
	@$(PYTHON) -m venv $(@D) && $(@D)/bin/python -m pip install -qq --disable-pip-version-check 'pywb>=2.8' 'setuptools<81' \
		&& touch $@ || echo "pywb could not be installed: nothing is replayed in it"

judges: $(VENV)/.dev $(VENV)/pywb/.made $(VENV)/replaywebpage/ui.js $(VENV)/html-validate/node_modules $(VENV)/axe/node_modules
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[judges]'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps eark-validator \
		|| echo "eark-validator could not be installed: its schemas and rules judge no package"
	$(BIN)/python -m pytest -m judges tests/judges/test_validators.py tests/judges/test_page.py tests/judges/test_replay_webpage.py tests/judges/test_axe.py
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest -m judges tests/judges/test_eark.py tests/judges/test_fido.py tests/judges/test_schemas.py
	$(BIN)/python -m pytest tests/serve/test_hostile_capture.py tests/serve/test_in_browser.py

$(VENV)/.release: $(VENV)/.dev
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[release]'
	@touch $@

packages: $(VENV)/.release
	$(BIN)/python -m pytest -m packages tests/release

extras: $(VENV)/.release
	$(BIN)/python -m pytest -m extras tests/release

release: $(VENV)/.release
	@! grep -rn OWNER pyproject.toml CITATION.cff codemeta.json || { echo "make release: name who hosts the repository: CONTRIBUTING.md" >&2; exit 2; }
	@test -z "$$(git status --porcelain)" || { echo "make release: commit first" >&2; exit 2; }
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m twine check --strict dist/archiver-*

stress: $(VENV)/.dev
	$(BIN)/python -m pytest -m stress

fuzz: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --hypothesis-profile nightly tests/fuzz/test_bags.py tests/fuzz/test_signatures.py tests/fuzz/test_pages.py tests/fuzz/test_seeds.py

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py tests/docs/test_wording.py

# The tables of options in docs/command-line.md.
reference: $(VENV)/.dev
	$(BIN)/python tests/support/scripts/reference.py
	PYTHONPATH=tests/support $(BIN)/python tests/support/scripts/share_files.py

$(VENV)/.docs: $(VENV)/.dev
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[docs]' \
		|| { echo "make docs: mkdocs-material could not be installed; see pip's message above" >&2; exit 2; }
	@touch $@

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/python -m pytest -q tests/docs/test_site.py tests/docs/test_tutorial.py

pictures: $(VENV)/.dev
	$(BIN)/python tests/support/scripts/screenshots.py

clean:
	rm -rf $(VENV) site demo-bags .pytest_cache .mypy_cache .ruff_cache .hypothesis archiver.egg-info
