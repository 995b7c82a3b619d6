# make demo   set everything up and run the main job: out/india-japan/report.html
# make test   set everything up and run the tests
# The rest is for people who work on the code.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SETUP  := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: demo test soak clients lint atlas serve bench docs pictures notebooks lock clean

demo: $(VENV)/.run
	$(BIN)/cablenet run india-japan --out out/india-japan

test: $(VENV)/.dev $(VENV)/clients/.made
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -n auto
	$(BIN)/python -m pytest -q tests/api/test_survival.py

soak: $(VENV)/.dev
	$(BIN)/python tests/sweeps/soak.py
	CABLENET_SOAK=1 $(BIN)/python -m pytest -q tests/repair/test_coupled.py
	CABLENET_EDITS=500 CABLENET_EXAMPLES=50 $(BIN)/python -m pytest -q tests/api/test_description.py \
		tests/api/test_workspaces.py -k "description or walks or described or lost"
	$(BIN)/python tests/api/soak.py $${CABLENET_TEST_POSTGRES:-sqlite:///$$(mktemp -d)/soak.sqlite}

clients: $(VENV)/clients/.made

lint: $(VENV)/.dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

atlas: $(VENV)/.dev
	$(BIN)/python geodata/build/make.py

serve: $(VENV)/.run
	$(BIN)/cablenet serve

bench: $(VENV)/.dev
	$(BIN)/cablenet bench build

docs: $(VENV)/.dev
	$(BIN)/python docs/site/make_site.py out/docs

pictures: $(VENV)/.dev
	$(BIN)/python docs/pictures/make_pictures.py

notebooks: $(VENV)/.dev
	$(BIN)/python notebooks/execute.py --run out/notebooks

lock: $(VENV)/.venv
	$(SETUP) uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header \
		--no-annotate --extra server pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header \
		--no-annotate --extra server --extra dev -c requirements.lock pyproject.toml \
		-o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header \
		--no-annotate tests/clients/requirements.in -o tests/clients/requirements.lock

# Generators of clients and an identity provider, for tests: in an environment that does not hold us.
$(VENV)/clients/.made: $(wildcard tests/clients/*.lock tests/clients/*.json) | $(VENV)/.venv
	$(PYTHON) -m venv $(VENV)/clients
	$(VENV)/clients/bin/python -m pip --disable-pip-version-check --quiet install \
		--require-hashes --requirement tests/clients/requirements.lock
	cp tests/clients/package.json tests/clients/package-lock.json tests/clients/.npmrc $(VENV)/clients
	@if command -v npm >/dev/null; then \
		cd $(VENV)/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "npm is absent: the tests that need Node will skip"; fi
	touch $@

clean:
	rm -rf $(VENV) .cache out dist .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "cablenet needs Python 3.11 or newer; name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/.venv
	$(SETUP) --require-hashes --requirement requirements.lock
	$(SETUP) --no-deps --editable .
	$(BIN)/python -m cablenet.maps.vendor
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(SETUP) --require-hashes --requirement requirements-dev.lock
	touch $@
