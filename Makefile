# Each target is the one command it needs, on a machine with python3, pip and make.

.PHONY: run test test-all test-paddle test-vlm lint lock

run: ## install what is missing and run the archive on port $PORT (8081)
	@exec .ci/serve

test: ## after each change: every promise once, in minutes
	@exec .ci/test quick

test-all: ## everything: both databases, killed processes, containers, samples, PaddleOCR
	@exec .ci/test-all

test-paddle: ## the genuine PaddleOCR-VL with small models; installs 4 GB the first time
	@exec .ci/test-paddle

test-vlm: ## the batched recogniser with a small model; installs 6 GB the first time
	@exec .ci/test-vlm

lint: ## formatting, lints, import contracts, bandit, locks, types, missing migrations
	@exec .ci/lint

lock: ## pin the newest versions that pyproject.toml allows
	@exec .ci/lock
