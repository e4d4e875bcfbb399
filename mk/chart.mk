# The chart, and the manifests that are rendered from it.
.PHONY: chart-docs manifests lint-chart
chart-docs: $(VENV)/.dev-stamp ## write helm/flack/README.md from values.yaml's comments
	$(BIN)/python helm/document.py

manifests: $(VENV)/.dev-stamp ## write k8s/base from the chart
	$(BIN)/python helm/render.py

lint-chart: $(VENV)/.dev-stamp
	$(BIN)/python helm/document.py --check
	$(BIN)/python helm/render.py --check
	$(BIN)/python helm/lint.py
