# Benchmarks beside peers: make bench ROUNDS=5; the quick form is ROUNDS=1.
ROUNDS ?= 5

tests/bench/fanout/peers/node_modules/.stamp: tests/bench/fanout/peers/package.json | $(VENV)/.dev-stamp
	cd tests/bench/fanout/peers && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Where only that one peer finds it: engineio takes whatever driver of WebSockets can be imported.
tests/bench/fanout/peers/site/.stamp: tests/bench/fanout/peers/requirements.txt | $(VENV)/.dev-stamp
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --target $(@D) -r $<
	@touch $@

.PHONY: bench bench-fanout bench-api bench-patterns bench-ui
bench: bench-fanout bench-api bench-patterns bench-ui ## side-by-side benchmarks into docs/benchmarks (ROUNDS=5)

bench-fanout: tests/bench/fanout/peers/node_modules/.stamp tests/bench/fanout/peers/site/.stamp ## deliveries and connections beside Flask-SocketIO, Node and C (needs cc and node)
	$(BIN)/python tests/bench/fanout/run.py --rounds $(ROUNDS)

bench-api: $(VENV)/.dev-stamp ## what requests to api cost beside plain Flask and FastAPI
	$(BIN)/python tests/bench/api/run.py --rounds $(ROUNDS)

bench-patterns: $(VENV)/.dev-stamp ## what each pattern of docs/flask-at-scale.md gains
	$(BIN)/python tests/bench/patterns/run.py --rounds $(ROUNDS)

bench-ui: $(VENV)/.dev-stamp $(UI_BUILT) browser ## how the chat scrolls, switches and shows what comes, in Chromium
	$(BIN)/python tests/bench/ui/run.py --rounds $(ROUNDS)
