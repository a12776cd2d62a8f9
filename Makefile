# What a person or CI calls. Each target sets up all it needs.
# Builds live outside the checkout, so that a fresh clone starts warm.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/webhook-operator/target

.PHONY: up test down lint unit crds figures bench prove scale fuzz chart deny

up: ## A kind cluster with the operator, Prometheus and an example; then what runs and how to reach it.
	tests/cluster/demo.sh

test: ## All tests, on a cluster of their own. KEEP=1 keeps it for the next run.
	tests/run.sh

down: ## Takes away every cluster of ours, and the Docker that we started.
	tests/cluster/down.sh --all

figures: ## What the demo of `make up` costs and how fast it is.
	tests/cluster/figures.sh

bench: ## The receiver beside its peers; writes docs/benchmarks.md. Wants the machine for itself.
	tests/bench/run.sh

prove: ## That the operator always converges, and what that costs; writes docs/reliability.md. Wants the machine for itself.
	tests/prove/run.sh

scale: ## What up to 10,000 objects cost, beside a bare loop and an operator in Go. Takes about two hours.
	tests/prove/run.sh scale -- --large

fuzz: ## Gives each parser of the receiver what nobody thought of, for SECONDS each (60).
	webhook-app/fuzz/run.sh $(or $(SECONDS),60)

chart: ## The chart and what the operator makes of the examples, judged by schemas, kube-score and checkov.
	tests/chart/run.sh

deny: ## Licences, bans, sources and advisories of every dependency.
	tests/deny.sh

unit: lint ## The tests that need no cluster.
	cargo test --workspace --locked --no-fail-fast

lint: ## Formatting and lints; a warning is an error.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

crds: ## Writes the definition and the fleet's dashboard anew, from the operator's code, to where users and the chart take them.
	cargo run --quiet --locked -p webhook-operator -- crds > crds/webhookservices.yaml
	cp crds/webhookservices.yaml charts/webhook-operator/crd.yaml
	cargo run --quiet --locked -p webhook-operator -- dashboard > charts/webhook-operator/dashboards/fleet.json
