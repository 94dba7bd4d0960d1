# check: format, lints and documentation. test: check, then all tests. bench: figures of speed, on data it makes.

export RUSTDOCFLAGS = -D warnings

# A package of Debian for each command that the tests or the bench use beyond the Rust toolchain.
need = command -v $(1) > /dev/null || { \
	as=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends $(2); }

.PHONY: check test bench

check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo doc --locked --no-deps --document-private-items

test: check
	@$(call need,curl,curl ca-certificates)
	@$(call need,redis-server,redis-server)
	cargo test --locked

bench:
	@$(call need,wrk,wrk)
	@$(call need,curl,curl ca-certificates)
	cargo build --locked --release
	bench/run.sh
