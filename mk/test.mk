# Tests that need no cluster. PYTEST_ARGS= passes options on: make test PYTEST_ARGS="-k messages".
PYTEST_ARGS ?=
# Files of tests that run at once. Each such process has databases and an installation of its own.
TEST_PROCESSES ?= 2

.PHONY: test
test: lint ui ui-test browser ## lint and every test that needs no cluster
	$(BIN)/pytest tests --ignore tests/e2e --ignore tests/bench -n $(TEST_PROCESSES) --dist loadfile $(PYTEST_ARGS)

.PHONY: ui-test
ui-test: $(UI_BUILT)
	cd $(UI) && npm run --silent test

# Debian's Chromium, or playwright's own where it can be had.
.PHONY: browser
browser: $(VENV)/.dev-stamp
	@$(BIN)/python tools/ensure_browser.py

.PHONY: lint
lint: $(VENV)/.dev-stamp $(UI)/node_modules/.stamp ## ruff, mypy --strict, import-linter, UI lint and types, hadolint, chart lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd $(UI) && npm run --silent lint && npm run --silent typecheck
	$(MAKE) --no-print-directory lint-images lint-chart
