# Everything is made from the checkout with python3 (3.11 or newer, with venv) and make.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --no-input --disable-pip-version-check --require-hashes
LOCK := $(RUN) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra postgres

.PHONY: help run test check bench lock clean
.DELETE_ON_ERROR:

help:
	@echo "make run      set up and serve a sample project (PORT=$(PORT))"
	@echo "make test     run every test; ARGS='-k word' for some of them"
	@echo "make check    lint, types, templates, the import contract"
	@echo "make bench    time what people wait for, beside a floor measured in the same run"
	@echo "make lock     choose the versions of all libraries anew"
	@echo "make clean    remove what make made; the database and the releases stay"

run: $(VENV)/run.stamp
	@$(RUN) tools/assets.py
	@$(RUN) -m annotator demo --port $(PORT)

test: $(VENV)/test.stamp
	@$(RUN) tools/assets.py
	@$(RUN) tools/prepare_tests.py
	$(RUN) -m pytest -n 2 --dist worksteal $(ARGS)

check: $(VENV)/test.stamp
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m djlint --quiet --lint templates
	$(RUN) -P -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

bench: $(VENV)/test.stamp
	@$(RUN) tools/assets.py
	$(RUN) -m bench $(ARGS)

lock: $(VENV)/pyvenv.cfg
	@$(RUN) -m pip install --quiet --no-input --disable-pip-version-check uv
	@$(LOCK) --upgrade --output-file requirements.lock
	@$(LOCK) --upgrade --extra test --extra check --constraint requirements.lock --output-file requirements-test.lock

clean:
	rm -rf $(VENV) .browser annotator/static/vendor build dist screenshots test-results
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage htmlcov
	find annotator tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@echo "Making an environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"{sys.executable} is Python {sys.version.split()[0]}, and 3.11 is the oldest that does: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/run.stamp: $(VENV)/pyvenv.cfg requirements.lock tools/checkout.py
	@echo "Installing the libraries of requirements.lock"
	@$(PIP) -r requirements.lock
	@$(RUN) tools/checkout.py
	@touch $@

# What the tests need holds what the program needs, in the same versions.
$(VENV)/test.stamp: $(VENV)/pyvenv.cfg requirements.lock requirements-test.lock tools/checkout.py
	@echo "Installing the libraries of requirements-test.lock"
	@$(PIP) -r requirements-test.lock
	@$(RUN) tools/checkout.py
	@touch $(VENV)/run.stamp $@
