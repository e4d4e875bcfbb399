# Every command of the project. `make help` lists them. Pieces live in mk/*.mk, one file a subject.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# The UI is built by the Node that the virtual environment brings, so that nothing else need be installed.
export PATH := $(CURDIR)/$(BIN):$(PATH)

PACKAGES := libs/contracts libs/kit libs/domain services/api services/web services/realtime services/worker tools/local
# Here and not in mk/ui.mk, because prerequisites are expanded as they are read.
UI := services/web/ui
UI_BUILT := services/web/src/flack_web/assets/.built
MANIFESTS := $(wildcard $(addsuffix /pyproject.toml,$(PACKAGES)))

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z][a-z0-9_-]*:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z0-9_-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

include $(sort $(wildcard mk/*.mk))
