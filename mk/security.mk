# Fuzzing, what is in the images, and known holes in it. The short form of the fuzzing is part of `make test`.
FUZZ_SECONDS = $(if $(filter command line environment,$(origin SECONDS)),$(SECONDS),60)

.PHONY: fuzz
fuzz: $(VENV)/.dev-stamp ## hostile frames, events and Markdown for SECONDS=60
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/pytest tests/fuzz -p no:randomly -s $(PYTEST_ARGS)

# Asks the images themselves; SBOM_ARGS=--requirements needs no Docker and tells what they are built from.
SBOM_FOLDER ?= build/sbom
SBOM_ARGS ?=
.PHONY: sbom
sbom: | $(VENV)/bin/uv ## what is in each image, as CycloneDX, into build/sbom
	$(BIN)/python tools/sbom.py --out $(SBOM_FOLDER) --tag $(VERSION) $(SBOM_ARGS)

# Needs PyPI's and npm's advisories. What cannot be looked up fails (--strict), so that silence is no good news.
PIP_AUDIT := pip-audit==2.10.1
.PHONY: audit
audit: $(UI)/node_modules/.stamp ## known holes in what the images and the UI are made of
	for name in $(SERVICES); do \
	  $(BIN)/uv tool run --from $(PIP_AUDIT) pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r requirements/$$name.txt || exit 1; \
	done
	cd $(UI) && npm audit --omit=dev
