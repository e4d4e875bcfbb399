# The four images, tagged VERSION and `dev`. VERSION is the chart's appVersion, so that `helm install` without values finds them.
SERVICES := api web realtime worker
VERSION ?= $(shell awk '/^appVersion:/ {gsub(/"/, "", $$2); print $$2}' helm/flack/Chart.yaml)
REVISION ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
KIND_CLUSTER ?= flack

.PHONY: images load-images next-images image-sizes lint-images
images: $(addprefix image-,$(SERVICES)) ## build the four images (VERSION=…)

image-%:
	@echo "==> flack-$*:$(VERSION)"
	DOCKER_BUILDKIT=1 docker build -q -f services/$*/Dockerfile -t flack-$*:$(VERSION) -t flack-$*:dev \
	  --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) .

# What `make e2e` upgrades to: the same with a further migration, tagged `next`.
next-images: $(addprefix next-image-,$(SERVICES))

next-image-%: image-%
	DOCKER_BUILDKIT=1 docker build -q -t flack-$*:next --build-arg FROM=flack-$*:dev tests/e2e/next

load-images: ## load the images into the kind cluster (KIND_CLUSTER=flack)
	kind load docker-image --name $(KIND_CLUSTER) $(foreach name,$(SERVICES),flack-$(name):$(VERSION) flack-$(name):dev) $(NEXT)

image-sizes: ## what each image adds to its base, in MB
	@base=$$(docker image inspect -f '{{.Size}}' python:3.13-slim); for name in $(SERVICES); do \
	  size=$$(docker image inspect -f '{{.Size}}' flack-$$name:$(VERSION)); \
	  printf '%-10s %4d MB\n' $$name $$(( (size - base) / 1000000 )); done

lint-images: $(VENV)/.dev-stamp
	$(BIN)/hadolint services/*/Dockerfile
