# Virtual people: make load URL=http://127.0.0.1:8000 USERS=200. docs/load-testing.md tells more.
URL ?=
USERS ?=
SECONDS_STEADY := $(if $(filter command line environment,$(origin SECONDS)),$(SECONDS),)
LOAD_OPTIONS = --url "$(URL)" $(if $(USERS),--users $(USERS)) $(if $(SECONDS_STEADY),--seconds $(SECONDS_STEADY)) \
  $(if $(RAMP),--ramp $(RAMP)) $(if $(PACE),--pace $(PACE)) $(if $(filter 1 yes true,$(FEEDBACK)),--feedback) \
  $(if $(PREPARE),--prepare) $(if $(HOST_NAME),--host $(HOST_NAME)) $(if $(PROFILE),--profile "$(PROFILE)") \
  $(if $(OUT),--out "$(OUT)") $(if $(SEED),--seed $(SEED)) --namespace $(NAMESPACE)

.PHONY: load
load: $(VENV)/.dev-stamp ## virtual users against URL=…: USERS=… SECONDS=…, or FEEDBACK=1: how many does it carry?
	@$(BIN)/python -m tests.load $(LOAD_OPTIONS)
