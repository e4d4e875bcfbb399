# Virtual people: make load URL=http://127.0.0.1:8000 USERS=200. docs/load-testing.md tells more.
URL ?=
USERS ?=
LOAD_NAMESPACE ?= flack-load
SECONDS_STEADY := $(if $(filter command line environment,$(origin SECONDS)),$(SECONDS),)
# --option="value": what was said arrives whole, and tests/load/options.py says what is wrong with it.
LOAD_OPTIONS = --url="$(URL)" $(if $(USERS),--users="$(USERS)") $(if $(SECONDS_STEADY),--seconds="$(SECONDS_STEADY)") \
  $(if $(RAMP),--ramp="$(RAMP)") $(if $(PACE),--pace="$(PACE)") $(if $(FEEDBACK),--feedback="$(FEEDBACK)") \
  $(if $(PREPARE),--prepare="$(PREPARE)") $(if $(HOST_NAME),--host="$(HOST_NAME)") \
  $(if $(PROFILE),--profile="$(PROFILE)") $(if $(OUT),--out="$(OUT)") $(if $(SEED),--seed="$(SEED)") \
  --namespace="$(NAMESPACE)"

.PHONY: load
load: $(VENV)/.dev-stamp ## virtual users against URL=…: USERS=… SECONDS=…, or FEEDBACK=1: how many does it carry?
	@$(BIN)/python -m tests.load $(LOAD_OPTIONS)

.PHONY: load-scaling
load-scaling: $(VENV)/.dev-stamp images load-images ## autoscaling under load on the cluster that KUBECONFIG names, into docs/benchmarks
	$(BIN)/python -m tests.load.scaling --namespace $(LOAD_NAMESPACE) --tag $(VERSION) $(if $(filter-out 0 no false off,$(KEEP)),--keep) $(if $(OUT),--out "$(OUT)")
