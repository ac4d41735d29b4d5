# Needs only make and Python 3.11 or later. `make setup` brings the rest; `make help` lists the targets.
BIN := .venv/bin
export MPLBACKEND := Agg

.DEFAULT_GOAL := help
.PHONY: help setup system up run test stories campaign check fix docs reference firmware peers bench lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##/  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup:  ## .venv with the locked packages and openpresso itself (instant, without network, when nothing changed)
	@sh scripts/setup.sh

system: setup
	@sh scripts/system.sh

up: setup  ## the console on a made-up clinic with two twin cuffs; says how to sign in; Ctrl-C ends it
	@$(BIN)/openpresso up $(ARGS)

run: setup  ## one whole session, two cuffs on twin legs: make run PROGRAM=gradient-drainage ARGS="--seed 7"
	@$(BIN)/openpresso run $(or $(PROGRAM),gradient-drainage) $(ARGS)

# Real processes in real time: they mostly wait, and want the processor for themselves when they do not.
# A computer that stands still for half a second ends a session, as it should; such a test is repeated.
REALTIME := tests/integration tests/firmware/test_process.py tests/twin/serving/test_server.py
STORIES := tests/browser tests/cli/test_up.py
test: setup system  ## the tests: make test ARGS="tests/cuff -k volume"
	$(BIN)/pytest -n auto $(or $(ARGS),$(addprefix --ignore ,$(REALTIME) $(STORIES)))
	$(if $(ARGS),,$(BIN)/pytest -n 4 --reruns 2 $(REALTIME))

stories: setup system  ## whole stories in a browser, with console, station and twins as processes; 2 processors for itself
	$(BIN)/pytest $(or $(ARGS),$(STORIES))

campaign: setup system  ## the tests with far more examples and attempts, for a night
	CAMPAIGN=1 $(BIN)/pytest -n auto --timeout 7200 $(or $(ARGS),$(addprefix --ignore ,$(REALTIME) $(STORIES)))
	$(if $(ARGS),,CAMPAIGN=1 $(BIN)/pytest -n 4 --reruns 2 $(REALTIME))

check: setup  ## lint, format, types, layers, and the generated pages of the docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m scripts.reference --check
	$(BIN)/python -m scripts.build_pictures --check
	$(BIN)/towncrier build --draft --version next >/dev/null 2>&1

fix: setup  ## what lint and format can repair by themselves
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

reference: setup  ## rewrite the generated pages of the docs
	$(BIN)/python -m scripts.reference
	$(BIN)/python -m scripts.build_pictures

docs: reference  ## the documentation as a site in site/
	$(BIN)/zensical build --clean --strict

firmware: setup  ## the files to copy to a cuff's board, in dist/firmware: make firmware CUFF=leg-8 SERIAL=A-0001
	$(BIN)/python -m scripts.firmware --cuff $(or $(CUFF),leg-8) --serial $(or $(SERIAL),OP-0001) $(ARGS)

peers:  ## the solvers of others that the bench compares with (0.9 GB), in .cache/peers
	PATH="$$PATH:.uv/bin" uv venv --clear .cache/peers
	PATH="$$PATH:.uv/bin" uv pip install --python .cache/peers/bin/python --require-hashes -r requirements/peers.txt

bench: setup  ## every speed claim, measured on this machine
	$(BIN)/python -m bench $(ARGS)

LOCK := PATH="$$PATH:.uv/bin" uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -q
lock:  ## take pyproject.toml's dependencies into requirements/ again: make lock ARGS=--upgrade
	$(LOCK) $(ARGS) pyproject.toml -o requirements/run.txt
	$(LOCK) $(ARGS) pyproject.toml --group dev --group docs --group bench -o requirements/dev.txt
	$(LOCK) $(ARGS) --group peers -o requirements/peers.txt
	echo uv | $(LOCK) $(ARGS) - -o requirements/uv.txt

clean:  ## caches and built pages; records in sessions/ stay
	rm -rf .venv .uv site dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .cache
	find src tests bench scripts -name __pycache__ -prune -exec rm -rf {} +
