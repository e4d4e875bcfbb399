.PHONY: up
up: $(VENV)/.run-stamp $(UI_BUILT) ## run the whole chat here: http://127.0.0.1:8000 (PORT=…)
	@exec env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m flack_local --port $(PORT)
