# Every target sets up what it needs (into .tools/, pinned) and says what it does. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/.tools/npm/node_modules/.bin:$(PATH)
BIN := $(or $(CARGO_TARGET_DIR),target)/debug
BROWSER_CRATES := -p malipo -p malipo-wire --target wasm32-unknown-unknown
# Folders as well as files: a deleted file changes its folder.
WIDGET_SOURCES := $(shell find src wire pkg-template) Cargo.toml Cargo.lock rust-toolchain.toml tools/pkg.sh tools/package-lock.json
EXAMPLE_PINS := examples/backend-flask/requirements.txt examples/backend-express/package-lock.json

.PHONY: help demo test check unit package backend look a11y screenshots-accept conformance kill-test quota-test worlds simulate soak planted states wasm-test e2e e2e-slow scenarios e2e-all e2e-compat csp consumers consumers-quick pkg size screenshots reproducible release docs deny advisories fuzz properties mutants clean bench bench-quick programs backend-programs bench-programs

help: ## List the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

demo: pkg programs ## Run the demo shop, its backend and a sandbox that plays the providers; PROVIDER=jopay|jenga|joyndpay starts with that one
	@exec $(BIN)/malipo-demo --open $(if $(PROVIDER),--provider '$(PROVIDER)')

test: .tools/ready-test ## Everything that .ci/run runs: check, deny, unit, worlds, backend, pkg, package, docs, look, wasm-test, e2e, consumers-quick
	@tools/timed.sh check deny unit worlds backend pkg package docs look wasm-test e2e consumers-quick

# The fuzz targets are a workspace of their own: nothing else here sees whether its lockfile still fits its manifests.
check: .tools/ready-demo ## Formatting, and clippy on the host and for the browser, without a warning; both lockfiles
	cargo fmt --all --check
	cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy $(BROWSER_CRATES) --lib -- -D warnings
	cargo clippy -p malipo --target wasm32-unknown-unknown --test browser -- -D warnings

unit: .tools/ready-unit ## Tests that run on the host (a throwaway PostgreSQL included), and the package in Node
	cargo test --workspace --exclude malipo-e2e --exclude malipo-backend-tests --exclude malipo-simulation
	node --test tests/*.test.mjs

package: .tools/ready-test pkg ## The package as a project installs it: types, publint, attw, custom-elements.json, React
	node --test tests/package/*.test.mjs

# One after the other: each loads a page with a hundred buttons.
look: .tools/ready-test pkg ## Every state of the widget: axe-core in two languages, the keyboard, and the pictures that were accepted
	node --test --test-concurrency=1 tests/look/*.test.mjs

a11y: .tools/ready-test pkg programs ## axe-core in every state, theme and language, the server's own pages too; sizes, zoom, motion, keyboard, what a screen reader is given
	ALL=1 node --test --test-concurrency=1 tests/look/a11y.test.mjs tests/look/keyboard.test.mjs
	ALL=1 cargo test -p malipo-e2e --test e2e server_pages

screenshots-accept: .tools/ready-test pkg ## Take what every state looks like and says now for right: look at it before
	ACCEPT=1 node --test --test-concurrency=1 tests/look/pictures.test.mjs tests/look/keyboard.test.mjs

# One cargo call for all three, so that their dependencies are built once.
backend-programs: .tools/ready-unit
	cargo build -p malipo-server -p malipo-sandbox -p malipo-backend-tests

backend: backend-programs ## The real server and sandbox: every provider and trouble, ten kills on each store
	cargo test -p malipo-server -p malipo-sandbox -p malipo-backend-tests --test backend -- --test-threads 1 --nocapture

conformance: backend-programs ## Every provider times every trouble, as a table; then 90 s of the quota test
	$(BIN)/malipo-backend-tests conformance
	$(BIN)/malipo-backend-tests quota-test --orders 500 --seconds 90

KILLS ?= 1000
STORE ?= sqlite
kill-test: backend-programs ## kill -9 of the server under load: KILLS=1000 STORE=sqlite|postgres (SEED= POWER=1: what was not synced is lost)
	$(BIN)/malipo-backend-tests kill-test --kills $(KILLS) --store $(STORE) $(if $(SEED),--seed $(SEED)) $(if $(POWER),--power)

quota-test: backend-programs ## 5,000 pending JoPay orders, two servers, minutes: never more than 60 calls in any minute
	$(BIN)/malipo-backend-tests quota-test

# A profile of its own: quick code with every check.
SIMULATION := cargo run --quiet --profile sim -p malipo-simulation --
STEPS ?= 10000000
worlds: .tools/ready-demo ## Simulated worlds, ten million steps (STEPS=), the provider's ledger as the oracle; a failing one is told as a story
	cargo test --profile sim -p malipo-simulation
	$(SIMULATION) worlds --steps $(STEPS)

simulate: .tools/ready-demo ## One simulated world and its story: SEED=n (WITHOUT= SHOPPERS= PROVIDER= PLANTED=)
	$(SIMULATION) one --seed $(SEED) $(if $(WITHOUT),--without $(WITHOUT)) $(if $(SHOPPERS),--shoppers $(SHOPPERS)) $(if $(PROVIDER),--provider $(PROVIDER)) $(if $(PLANTED),--planted $(PLANTED))

soak: MINUTES = 60
soak: .tools/ready-demo ## Simulated worlds for MINUTES=60, with a report into docs/simulation.md
	$(SIMULATION) soak --minutes $(MINUTES) --from $$(date -u +%s) --on "$$(date -u +%F), commit $$(git describe --always --dirty --exclude '*')" --report docs/simulation.md

planted: .tools/ready-demo ## Every planted bug, and what catches it after how long, into docs/planted.md
	$(SIMULATION) planted --report docs/planted.md

states: .tools/ready-demo ## Every state of the widget's machine by search, and the diagram in ARCHITECTURE.md
	$(SIMULATION) states --report ARCHITECTURE.md

wasm-test: export WASM_BINDGEN_TEST_TIMEOUT = 120
wasm-test: export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER = wasm-bindgen-test-runner
wasm-test: .tools/ready-test ## The widget's tests in headless Chromium, and what it makes of URLs in Firefox
	CHROMEDRIVER=$$(command -v chromedriver) cargo test -p malipo --target wasm32-unknown-unknown --test browser
	GECKODRIVER=$$(command -v geckodriver) cargo test -p malipo --target wasm32-unknown-unknown --test browser -- urls::

e2e: .tools/ready-test pkg programs ## End to end: real browsers, real programs, popup blocker on
	cargo test -p malipo-e2e --test e2e

consumers-quick: .tools/ready-test pkg programs ## The package from a script tag, an import map, esbuild, Vite and Node: installed, built, paid with
	rm -rf target/consumers/results
	cargo test -p malipo-e2e --test consumers -- quick::
	@node tests/consumers/table.mjs

consumers: .tools/ready-test pkg programs ## The same in every bundler and framework of docs/consumers.md, which it writes
	rm -rf target/consumers/results
	cargo test -p malipo-e2e --test consumers --no-fail-fast; verdict=$$?; node tests/consumers/table.mjs --write && exit $$verdict

e2e-slow: .tools/ready-test pkg programs ## The end-to-end tests that take minutes each
	cargo test -p malipo-e2e --test e2e_slow

BROWSER ?= chromium
scenarios: .tools/ready-test pkg programs ## What browsers do to a page, in one of them: BROWSER=chromium|firefox
	BROWSER=$(BROWSER) cargo test -p malipo-e2e --test scenarios

e2e-all: .tools/ready-all-browsers pkg programs ## What browsers do to a page, in Chromium, Firefox and WebKitGTK; writes docs/browsers.md (an hour)
	@tools/e2e-all.sh

e2e-compat: .tools/ready-test pkg programs ## The same end-to-end tests in browsers without WebAssembly
	WITHOUT_WASM=1 cargo test -p malipo-e2e --test e2e

csp: .tools/ready-test pkg programs ## Every content security policy with every shape of the widget, pressed and paid: writes the table in docs/csp.md
	cargo run -p malipo-e2e -- csp

pkg: .tools/ready-demo pkg/package.json ## Build the npm package and the files of the script embed into pkg/

size: pkg ## The bytes of the package, against the last record and the limits
	@node tools/size.mjs

screenshots: screenshots-accept programs ## Photograph every state of the widget, and the demo shop, into docs/
	cargo run -p malipo-e2e -- screenshots

reproducible: .tools/ready-demo ## Build the package twice, from the last commit, in two places: every file must be the same
	@tools/reproducible.sh

docs: .tools/ready-docs pkg ## The documentation, from Markdown into www/docs/_site/, which `make demo` serves at /docs/; and its tests
	@rm -rf www/docs/_site
	@node .tools/docs/node_modules/@11ty/eleventy/cmd.cjs --config=www/docs/eleventy.config.mjs --quiet
	node --test tests/docs/*.test.mjs

release: .tools/ready-release ## What is published, into release/: the tarball, the bills of materials, the checksums
	@tools/release.sh

deny: .tools/ready-deny ## Licences, duplicates and sources of the dependencies
	cargo deny --workspace check bans licenses sources

advisories: .tools/ready-deny ## Known vulnerabilities of the dependencies, by the RustSec database, which is fetched (from GitHub)
	cargo deny --workspace check advisories

MINUTES ?= 10
fuzz: .tools/ready-fuzz ## Random bytes at every parser, MINUTES=10 for each, two at a time (an hour), into docs/fuzz.md; TARGET=name for one
	@tools/fuzz.sh $(MINUTES) $(TARGET)

CASES ?= 20000
properties: .tools/ready-demo ## The property tests by another seed than that of `make test`: CASES=20000 of each (SEED=)
	@export PROPTEST_CASES=$(CASES) PROPTEST_RNG_SEED=$(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')) && echo "SEED=$$PROPTEST_RNG_SEED" && \
	cargo test -p malipo --test it properties && cargo test -p malipo-fuzz-targets --test properties

mutants: .tools/ready-mutants ## Changes the pure code in small ways and looks whether a quick test notices (hours); ROOM=wire|payment|checkout SHARD=0/8
	@SHARD=$(SHARD) tools/mutants.sh $(ROOM)

# Quick programs. One cargo call, so that their dependencies are built once.
QUICK_BIN := $(or $(CARGO_TARGET_DIR),target)/release
bench-programs: .tools/ready-bench
	cargo build --release -p malipo-server -p malipo-sandbox -p malipo-bench
	cargo bench --no-run -p malipo-bench --bench functions

bench: bench-programs pkg ## Everything that is to be quick or small, measured: bench/RESULTS.md (20 minutes; nothing else should run)
	@tools/bench.sh $(QUICK_BIN)

bench-quick: bench-programs pkg ## The same with little of each, in three minutes: whether it works, not what it says
	@tools/bench.sh $(QUICK_BIN) --quick

clean: ## Remove what was built; the tools stay in .tools/
	rm -rf target pkg

programs: .tools/ready-demo
	cargo build -p malipo-server -p malipo-sandbox -p malipo-demo

pkg/package.json: $(WIDGET_SOURCES)
	@tools/pkg.sh

.tools/ready-docs: tools/docs/package-lock.json
.tools/ready-bench: tools/bench/package-lock.json
.tools/ready-test: $(EXAMPLE_PINS)

.tools/ready-%: tools/setup.sh tools/package-lock.json tools/react-18/package.json rust-toolchain.toml Cargo.toml
	@tools/setup.sh $*
	@touch $@
