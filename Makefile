# The one door: what people type, and what CI types. `make` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

target := $(or $(CARGO_TARGET_DIR),target)
venv := .venv
# One cargo command for both, so that they share one set of features and nothing is compiled twice.
build_local := cargo build --package local --package s3-sink
# cargo-lambda finds its cross compiler (zig) through the environment that it is installed in.
with_venv := PATH="$(abspath $(venv))/bin:$$PATH"

## On this machine

.PHONY: demo
demo: ## Kafka to S3: 100,000 records through the real function, counted; no AWS account needed
	$(build_local)
	$(target)/debug/lambda-connect-local demo --function $(target)/debug/s3-sink

.PHONY: s3
s3: ## A local S3 with the example configuration's bucket, until Ctrl-C; its folder is .local/s3
	$(build_local)
	$(target)/debug/lambda-connect-local s3 --bucket my-data-lake

.PHONY: build
build: ## Every crate and program, for debugging
	cargo build --workspace

## Before a merge

.PHONY: test
test: servers check ## All checks and all tests; installs the servers that the tests need
	cargo build --workspace --all-targets
	cargo test --workspace
	@echo "make test: all checks and all tests passed"

.PHONY: check
check: lint-templates ## What needs no server: format, lints, one TLS stack, templates, documentation
	cargo fmt --all --check
	.ci/one-tls-stack
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo clippy --package s3-sink --no-default-features --lib -- --deny warnings # its configuration needs no cloud client
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --quiet

.PHONY: lint-templates
lint-templates: ## The templates in infra/aws, as written and as SAM translates them
	infra/aws/lint

.PHONY: servers
servers: ## Apache Kafka and MinIO for the tests, once per machine, in ~/.cache/lambda-connect
	tests/servers/install

.PHONY: bench
bench: servers $(target)/control/.complete ## The release binary beside a Python function that does the same job
	cargo build --release --package s3-sink
	cargo run --package tests --bin bench -- \
		--function $(target)/release/s3-sink --python $(target)/control/bin/python $(BENCH)

$(target)/control/.complete: tests/bench/requirements.txt
	python3 -m venv --clear --without-pip $(target)/control
	python3 -m pip --python $(target)/control/bin/python --disable-pip-version-check install --quiet --requirement $<
	touch $@

## To AWS

.PHONY: release
release: release-x86-64 release-arm64 ## The functions for Lambda, for both architectures

.PHONY: release-x86-64 release-arm64
release-x86-64 release-arm64: release-%: cargo-lambda ## The functions for Lambda, for one architecture
	$(with_venv) cargo lambda build --release --$* --bin s3-sink --lambda-dir $(target)/lambda/$*

.PHONY: sam-build
sam-build: cargo-lambda ## What `sam deploy` uploads, in .aws-sam
	$(with_venv) sam build --beta-features --template infra/aws/s3-sink.yaml

.PHONY: cargo-lambda
cargo-lambda: $(venv)/.complete ## cargo-lambda with its cross compiler, and SAM's command line, in .venv

$(venv)/.complete: infra/aws/tools.txt
	python3 -m venv --without-pip $(venv)
	python3 -m pip --python $(venv)/bin/python --disable-pip-version-check install --quiet --requirement $<
	touch $@

## Housekeeping

.PHONY: clean
clean: ## Removes what was built here; the servers and tools in ~/.cache/lambda-connect stay
	cargo clean
	rm -rf .aws-sam .local $(venv)

.PHONY: help
help: ## This list
	@awk -F ':.*## ' \
		'/^## / { printf "\n%s\n", substr($$0, 4) } /^[a-z0-9 -]+:.*## / { printf "  make %-28s %s\n", $$1, $$2 }' Makefile
