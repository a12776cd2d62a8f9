# What a person or CI calls. Each target sets up all it needs.
# Builds live outside the checkout, so that a fresh clone starts warm.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/webhook-operator/target

.PHONY: test lint crds

test: lint ## All tests that need no cluster.
	cargo test --workspace --locked --no-fail-fast

lint: ## Formatting and lints; a warning is an error.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

crds: ## Writes crds/ anew from the operator's types.
	cargo run --quiet --locked -p webhook-operator -- crds > crds/webhookservices.yaml
