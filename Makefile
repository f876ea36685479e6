# The two commands of the README.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1

.PHONY: demo models test test-kill test-slurm clean

demo: .venv/installed
	$(BIN)/snakemake --configfile examples/demo.yaml --directory demo

models: .venv/installed
	$(BIN)/snakemake --configfile examples/models.yaml --directory demo/models
	$(BIN)/snakemake --configfile examples/sleep.yaml --directory demo/sleep

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakemake --lint --configfile examples/demo.yaml
	$(BIN)/python -m pytest -n 2 -m "not workflow and not slurm and not kill"
	$(BIN)/python -m pytest -m workflow

test-kill: .venv/installed-dev
	$(BIN)/python -m pytest tests/workflow -m kill

test-slurm: .venv/installed-dev
	$(BIN)/python -m pytest tests/slurm

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	# Its reader of events is all that the tests need; its own requirements bring a hundred megabytes more.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps epilepsy2bids==0.0.7
	touch $@

clean:
	rm -rf demo results/[!R]* build
