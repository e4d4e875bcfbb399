# Benchmarks beside peers: make bench ROUNDS=5; the quick form is ROUNDS=1.
ROUNDS ?= 5

tests/bench/fanout/peers/node_modules/.stamp: tests/bench/fanout/peers/package.json | $(VENV)/.dev-stamp
	cd tests/bench/fanout/peers && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: bench bench-fanout bench-api
bench: bench-fanout bench-api ## side-by-side benchmarks into docs/benchmarks (ROUNDS=5)

bench-fanout: tests/bench/fanout/peers/node_modules/.stamp
	$(BIN)/python tests/bench/fanout/run.py --rounds $(ROUNDS)

bench-api: $(VENV)/.dev-stamp
	$(BIN)/python tests/bench/api/run.py --rounds $(ROUNDS)
