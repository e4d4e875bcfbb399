# The browser UI: services/web/ui builds into services/web/src/flack_web/assets.
$(UI)/node_modules/.stamp: $(UI)/package.json $(UI)/package-lock.json | $(VENV)/.run-stamp
	@echo "==> packages of the UI"
	cd $(UI) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(UI_BUILT): $(UI)/node_modules/.stamp $(shell find $(UI) -path $(UI)/node_modules -prune -o -type f -print 2>/dev/null)
	@echo "==> the UI"
	cd $(UI) && npm run --silent build
	@touch $@

.PHONY: ui
ui: $(UI_BUILT) ## build the browser UI
