# check: format, lints and documentation. test: check, then all tests. torture: the tests on faults and attacks, at length;
# a seed that a run printed goes into CONTACTS_TEST_SEED. bench: figures of speed, on data it makes; its flags go into BENCH,
# as in make bench BENCH=--quick.

export RUSTDOCFLAGS = -D warnings

# A package of Debian for each command that the tests or the bench use beyond the Rust toolchain. For those that are not
# on the path, the second of the two takes a condition.
need = $(call need_if,! command -v $(1) > /dev/null,$(2))
need_if = if $(1); then \
	as=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$as apt-get update -qq && $(3) $$as apt-get install -y -qq --no-install-recommends $(2); fi

# The tests run servers of their own. Debian would make one more, and leave it running.
no_cluster = $$as apt-get install -y -qq --no-install-recommends postgresql-common && \
	$$as sed -i -E 's/^\#?(create_main_cluster) *=.*/\1 = false/' /etc/postgresql-common/createcluster.conf &&

postgres = $(call need_if,! command -v initdb > /dev/null && ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1,postgresql,$(no_cluster))

.PHONY: check test tools torture bench bench-nodes

check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo doc --locked --no-deps --document-private-items

test: check tools
	cargo test --locked

torture: tools
	CONTACTS_TORTURE=1 cargo test --locked --test torture -- --nocapture --test-threads 1

# What the tests run beside the service.
tools:
	@$(call need,curl,curl ca-certificates)
	@$(call need,redis-server,redis-server)
	@$(call need,haproxy,haproxy)
	@$(call need,openssl,openssl)
	@$(call need,wrk,wrk)
	@$(call need,fiu-run,fiu-utils)
	@$(postgres)
	@$(call need_if,! [ -e /usr/share/i18n/locales/en_US ],locales)

bench:
	@$(call need,wrk,wrk)
	@$(postgres)
	cargo bench --locked --bench speed -- $(BENCH)

bench-nodes:
	@$(call need,wrk,wrk)
	@$(call need,redis-server,redis-server)
	@$(postgres)
	@$(call need,curl,curl ca-certificates)
	cargo build --locked --release
	bench/nodes.sh
