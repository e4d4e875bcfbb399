# Flack on Kubernetes: the cluster that KUBECONFIG names, or one of kind's made here. `make kind` and `make e2e` never act on
# whatever cluster the current context happens to name.
NAMESPACE ?= flack
VALUES ?= helm/flack/values-kind.yaml
METRICS_SERVER := https://github.com/kubernetes-sigs/metrics-server/releases/download/v0.8.1/components.yaml
KIND_KUBECONFIG := $(CURDIR)/build/kind.kubeconfig

.PHONY: kind kind-cluster install-chart e2e
kind: kind-cluster images load-images install-chart ## a kind cluster with Flack in it, for people who have none
	@echo "Flack: http://127.0.0.1:8080; its cluster: KUBECONFIG=$(KIND_KUBECONFIG)"
kind: CLUSTER = KUBECONFIG=$(KIND_KUBECONFIG)

# A second run mends what a first one did not finish. Applying takes the patch back, so it is made anew each time.
kind-cluster: KUBECTL = kubectl --kubeconfig $(KIND_KUBECONFIG)
kind-cluster:
	@kind get clusters | grep -x $(KIND_CLUSTER) >/dev/null || \
	  kind create cluster --name $(KIND_CLUSTER) --config k8s/kind/cluster.yaml --wait 120s
	@mkdir -p $(dir $(KIND_KUBECONFIG))
	kind export kubeconfig --name $(KIND_CLUSTER) --kubeconfig $(KIND_KUBECONFIG)
	$(KUBECTL) apply -f k8s/kind/traefik.yaml -f $(METRICS_SERVER)
	$(KUBECTL) -n kube-system patch deployment metrics-server --type json \
	  -p '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--kubelet-insecure-tls"}]'
	$(KUBECTL) -n kube-system rollout status deployment/traefik --timeout 180s

install-chart:
	$(CLUSTER) helm upgrade --install flack helm/flack --namespace $(NAMESPACE) --create-namespace -f $(VALUES) --wait --timeout 5m

# E2E_ARGS passes options on to pytest: make e2e E2E_ARGS="-k upgrade". Without KUBECONFIG a kind cluster is made.
# On kind, nodes are cut off and ended by a command of the project's own; elsewhere E2E_NODE_COMMAND names one.
E2E_ARGS ?=
ifeq ($(KUBECONFIG),)
export E2E_NODE_COMMAND ?= $(CURDIR)/tests/e2e/kind-node
endif
e2e: NEXT = $(foreach name,$(SERVICES),flack-$(name):next)
e2e: $(VENV)/.dev-stamp browser images next-images $(if $(KUBECONFIG),,kind-cluster) load-images ## everything on the cluster that KUBECONFIG names: install, chat, upgrade, lose pods
	KUBECONFIG=$(or $(KUBECONFIG),$(KIND_KUBECONFIG)) $(BIN)/pytest tests/e2e -m cluster -p no:randomly $(E2E_ARGS)
