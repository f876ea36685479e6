# The two commands of the README.
PYTHON ?= python3
BIN := .venv/bin
ENGINE ?= docker
export OMP_NUM_THREADS ?= 1

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# On all cores, which pip does on one. Some libraries carry templates that are no Python.
COMPILE := $(BIN)/python -m compileall -qq -j 0 .venv/lib || true

PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup

TRUTH := $(BIN)/snakemake --snakefile benchmarks/truth.smk --directory demo/truth --cores 2 --rerun-triggers mtime
FOUR := distractor two_foci conjunction spread
comma := ,
space := $(subst ,, )

.PHONY: docs demo models truth truth-small test check test-units test-workflow test-all test-beside-load wheel images clean

demo: .venv/installed
	$(BIN)/snakemake --configfile examples/demo.yaml --directory demo

models: .venv/installed
	$(BIN)/snakemake --configfile examples/models.yaml --directory demo/models
	$(BIN)/snakemake --configfile examples/sleep.yaml --directory demo/sleep

# The planted benchmark (docs/truth.md): all scenarios of MODELS; in small, four of one model. What is there is not
# computed again.
MODELS ?= cwt_resnet18
truth: .venv/installed
	$(TRUTH) --config models=$(subst $(space),$(comma),$(MODELS))
	$(BIN)/python benchmarks/draw_truth.py demo/truth

truth-small: .venv/installed
	$(TRUTH) --config scenarios=$(subst $(space),$(comma),$(FOUR))
	$(BIN)/python benchmarks/truth.py --folder demo/truth --scenarios $(FOUR)

# The site, from docs/ and the docstrings; stops at a broken link or anchor, and at a block of code that does not parse.
docs: .venv/installed-dev
	$(BIN)/sphinx-build -c docs -q -W --keep-going . build/site
	@echo build/site/index.html

# What continuous integration runs.
test: check test-units test-workflow

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow rules
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakemake --lint --configfile examples/demo.yaml

test-units: .venv/installed-dev
	$(PYTEST) --durations 20 -m "not workflow and not slurm and not long"

test-workflow: .venv/installed-dev
	$(PYTEST) --no-loadscope-reorder --durations 20 -m "(workflow or slurm) and not long"

# And in full what continuous integration runs in short: twenty kills, two nodes, the whole demo, ten minutes of fuzzing.
test-all: check
	$(PYTEST) --no-loadscope-reorder --hypothesis-profile searching
	$(BIN)/python tests/fuzz/fuzz.py --minutes 10

# The same beside a busy loop on every core: no test may depend on the clock.
test-beside-load: .venv/installed-dev
	$(BIN)/python tools/beside_load.py $(MAKE) test

wheel: .venv/installed-dev
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

# Needs a container engine (docs/images.md). The model of SzCORE's image is made up here: its weights are random.
images: .venv/installed-dev
	$(ENGINE) build --tag bandmap .
	$(ENGINE) run --rm --env EXPECT_UID=10001 --entrypoint /bandmap/smoke-test bandmap
	$(BIN)/python tests/made_model.py build/made.bandmap
	$(ENGINE) build --file containers/szcore/Dockerfile --build-arg MODEL=build/made.bandmap --tag bandmap-szcore .
	$(ENGINE) run --rm --network none --env EXPECT_UID=10001 bandmap-szcore /bandmap/smoke-test

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --editable .
	$(COMPILE)
	touch $@

.venv/installed-dev: pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --editable '.[dev]'
	# Its reader of events is all that the tests need; its own requirements bring a hundred megabytes more.
	$(PIP) --no-deps epilepsy2bids==0.0.7
	$(COMPILE)
	touch .venv/installed $@

clean:
	rm -rf demo results/[!R]* build dist
