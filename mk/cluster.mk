# Flack on Kubernetes: the cluster that KUBECONFIG names, or one of kind's made here.
NAMESPACE ?= flack
VALUES ?= helm/flack/values-kind.yaml
METRICS_SERVER := https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml

.PHONY: kind kind-cluster install-chart e2e
kind: kind-cluster images load-images install-chart ## a kind cluster with Flack in it, for people who have none
	@echo "Flack: http://127.0.0.1:8080"

kind-cluster:
	@if ! kind get clusters | grep -qx $(KIND_CLUSTER); then \
	  kind create cluster --name $(KIND_CLUSTER) --config k8s/kind/cluster.yaml --wait 120s; \
	  kubectl apply -f k8s/kind/traefik.yaml -f $(METRICS_SERVER); \
	  kubectl -n kube-system patch deployment metrics-server --type json \
	    -p '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--kubelet-insecure-tls"}]'; \
	  kubectl -n kube-system rollout status deployment/traefik --timeout 180s; \
	fi

install-chart:
	helm upgrade --install flack helm/flack --namespace $(NAMESPACE) --create-namespace -f $(VALUES) --wait --timeout 5m

# E2E_ARGS passes options on to pytest: make e2e E2E_ARGS="-k upgrade". Without KUBECONFIG a kind cluster is made.
# On kind, nodes are cut off and ended by a command of the project's own; elsewhere E2E_NODE_COMMAND names one.
E2E_ARGS ?=
ifeq ($(KUBECONFIG),)
export E2E_NODE_COMMAND ?= $(CURDIR)/tests/e2e/kind-node
endif
e2e: NEXT = $(foreach name,$(SERVICES),flack-$(name):next)
e2e: $(VENV)/.dev-stamp browser images next-images $(if $(KUBECONFIG),,kind-cluster) load-images ## everything on the cluster that KUBECONFIG names: install, chat, upgrade, lose pods
	$(BIN)/pytest tests/e2e -m cluster -p no:randomly $(E2E_ARGS)
