# Breaking things and wearing them out. The short form of the faults (each once) is part of `make test`.
TIMES ?= 10
MINUTES ?= 60

.PHONY: faults soak
faults: $(VENV)/.dev-stamp $(UI_BUILT) ## every fault TIMES=10 times, into docs/reliability.md; goes on where it was interrupted
	cd tests && ../$(BIN)/python -m faults --times $(TIMES)

soak: $(VENV)/.dev-stamp $(UI_BUILT) ## half load for MINUTES=60, every process looked at, into docs/benchmarks/soak.md
	cd tests && ../$(BIN)/python -m faults.soak --minutes $(MINUTES) --out ../docs/benchmarks

.PHONY: histories
histories: $(VENV)/.dev-stamp ## record the histories that the reducers of both languages replay
	cd tests && ../$(BIN)/python -m histories.record
