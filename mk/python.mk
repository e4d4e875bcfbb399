# The virtual environment: .venv, from hashed requirements, with this tree's packages installed in place.

$(VENV)/bin/uv:
	@echo "==> virtual environment"
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv

# What `make up` needs to run; `make test` adds the tools.
$(VENV)/.run-stamp: requirements/run.txt $(MANIFESTS) | $(VENV)/bin/uv
	@echo "==> packages"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps $(addprefix -e ,$(PACKAGES))
	@touch $@

$(VENV)/.dev-stamp: requirements/dev.txt $(VENV)/.run-stamp
	@echo "==> tools for tests"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: venv
venv: $(VENV)/.dev-stamp ## the virtual environment with everything in it

.PHONY: requirements
requirements: | $(VENV)/bin/uv ## compile requirements/*.in into hashed requirements/*.txt
	@for input in $(filter-out requirements/base.in,$(wildcard requirements/*.in)); do \
	  echo "==> $$input"; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    --no-annotate $$input -o $${input%.in}.txt; \
	done
