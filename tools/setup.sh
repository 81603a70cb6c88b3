#!/usr/bin/env bash
# Installs what the build (`setup.sh demo`), the tests without a browser (`setup.sh unit`), all tests (`setup.sh test`),
# `make e2e-all` (`setup.sh all-browsers`), the benchmarks (`setup.sh bench`) or the documentation (`setup.sh docs`) need,
# pinned, into .tools/.
#
# A step that finds its work done is skipped. Nothing outside the project changes, but for what rust-toolchain.toml names
# and, where they are missing, Debian's C compiler and, for the tests, Debian's PostgreSQL, browsers, PHP and Laravel.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly WHAT=${1:?usage: tools/setup.sh demo|unit|test|all-browsers|bench|docs|deny|fuzz|mutants|release}
readonly TOOLS=$PWD/.tools
readonly NODE_WITH_SQLITE=24.21.0 WASM_PACK=0.15.1 GECKODRIVER=0.37.1 CARGO_DENY=0.20.2 CARGO_CYCLONEDX=0.5.9 CARGO_FUZZ=0.13.2 CARGO_MUTANTS=27.1.0
# The command-line tool and the crate must be of one version, so it is read where the crate is pinned.
WASM_BINDGEN=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' Cargo.toml)
readonly WASM_BINDGEN

main() {
    case $WHAT in
    demo) builders ;;
    unit)
        builders
        # Whose Intl writes amounts from their digits, as the tests have it.
        node_20
        database
        ;;
    test)
        builders
        database
        browsers
        examples
        crate_tool geckodriver "$GECKODRIVER" --locked
        consumers
        ;;
    docs)
        builders
        node_20
        npm_packages docs @11ty/eleventy "Eleventy and what checks its pages into .tools/ (npm)"
        ;;
    all-browsers)
        builders
        browsers
        crate_tool geckodriver "$GECKODRIVER" --locked
        webkit
        ;;
    bench)
        builders
        node_20
        database
        browsers
        command -v wrk >/dev/null || debian "what asks the backend as often as it can" wrk
        npm_packages bench playwright-core "playwright-core, and the pay buttons of others to measure beside ours, into .tools/ (npm)"
        ;;
    deny)
        programs
        compiler
        toolchain
        crate_tool cargo-deny "$CARGO_DENY" --locked
        ;;
    fuzz)
        programs
        compiler
        # libFuzzer is C++, and is built from its source.
        command -v c++ >/dev/null || debian "a C++ compiler" g++
        toolchain
        crate_tool cargo-fuzz "$CARGO_FUZZ" --locked
        ;;
    mutants)
        programs
        compiler
        toolchain
        crate_tool cargo-mutants "$CARGO_MUTANTS" --locked
        ;;
    release)
        builders
        crate_tool cargo-cyclonedx "$CARGO_CYCLONEDX" --locked
        ;;
    *) fail "tools/setup.sh knows demo, unit, test, all-browsers, bench, docs, deny, fuzz, mutants and release, not '$WHAT'" ;;
    esac
    rm -rf "$TOOLS/build"
}

builders() {
    programs
    compiler
    toolchain
    wasm_bindgen
    crate_tool wasm-pack "$WASM_PACK" --locked
    if [[ $WHAT == test ]]; then node_tests; else node_tools; fi
}

programs() {
    local it
    for it in rustup cargo; do
        command -v "$it" >/dev/null || fail "$it is missing: install Rust from https://rustup.rs, then run this again"
    done
    for it in node npm; do
        command -v "$it" >/dev/null || fail "$it is missing: install Node.js 18 or later from https://nodejs.org, then run this again"
    done
    node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
        fail "Node.js $(node --version) is too old: 18 or later is needed"
}

# SQLite and the TLS library are partly C, and every Rust program is linked by it.
compiler() {
    command -v cc >/dev/null || debian "a C compiler" gcc libc6-dev
}

toolchain() {
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null) || sysroot=/nonexistent
    if [[ -d $sysroot/lib/rustlib/wasm32-unknown-unknown/lib && -d $sysroot/lib/rustlib/src/rust/library ]] &&
        cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then
        return
    fi
    say "Rust toolchain of rust-toolchain.toml (rustup)"
    # Without a name it installs what the file names, targets and components included.
    rustup toolchain install --no-self-update
}

wasm_bindgen() {
    # Without --locked: its lock file names versions that have been withdrawn.
    crate_tool wasm-bindgen-cli "$WASM_BINDGEN" --no-default-features --bin wasm-bindgen --bin wasm-bindgen-test-runner
}

# crate_tool CRATE VERSION FLAGS...
crate_tool() {
    local name=$1 version=$2
    shift 2
    if grep -qsF "\"$name $version " "$TOOLS/.crates.toml"; then
        return
    fi
    say "$name $version into .tools/ (built from source, about a minute)"
    # Unoptimised: they run for seconds, and compile in a third of the time. For this command only, or the widget would
    # be built so too.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_TARGET_DIR=$TOOLS/build \
        cargo install --quiet --root "$TOOLS" "$name" --version "$version" "$@" 2> >(grep -v 'be sure to add' >&2)
}

node_tools() {
    npm_packages npm esbuild "binaryen and esbuild into .tools/ (npm)" --omit=dev
}

# What the tests of the package need as well: compilers, frameworks, and the tools that look at packages.
node_tests() {
    node_20
    npm_packages npm typescript "TypeScript, the frameworks and what else the tests of the package need into .tools/ (npm)"
}

# The bundlers with which `make test` tries the package; `make consumers` installs the others, into target/ as well.
consumers() {
    node tests/consumers/prepare.mjs --install esbuild vite || fail "npm could not install what tests/consumers/apps/ names"
}

node_20() {
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
        fail "Node.js $(node --version) is too old for the tests: 20 or later is needed"
}

# npm_packages FOLDER ONE-OF-THEM WHAT FLAGS...: what the lock file of that name's tools says, into .tools/FOLDER.
npm_packages() {
    local installed=$TOOLS/$1 one=$2 what=$3 from=tools
    [[ $1 == npm ]] || from=tools/$1
    shift 3
    if cmp -s "$from/package-lock.json" "$installed/package-lock.json" && [[ -d $installed/node_modules/$one ]]; then
        return
    fi
    say "$what"
    rm -rf "$installed"
    mkdir -p "$installed"
    cp "$from/package.json" "$from/package-lock.json" "$installed/"
    if [[ $from == tools ]]; then
        mkdir "$installed/react-18"
        cp tools/react-18/package.json "$installed/react-18/"
    fi
    # All of them work without their install scripts, so none is run.
    npm ci --prefix "$installed" --ignore-scripts --no-audit --no-fund --loglevel=error "$@" ||
        { rm -rf "$installed"; fail "npm could not install what $from/package-lock.json names"; }
}

# The tests start a server of their own, for their own time (tools/postgres.sh).
database() {
    local missing=()
    command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
    command -v openssl >/dev/null || missing+=(openssl)
    [[ ${#missing[@]} -eq 0 ]] || debian "a PostgreSQL for the tests, and certificates for it" "${missing[@]}"
}

browsers() {
    local missing=() it
    command -v chromium >/dev/null || missing+=(chromium)
    command -v chromedriver >/dev/null || missing+=(chromium-driver)
    command -v firefox-esr >/dev/null || missing+=(firefox-esr)
    command -v Xvfb >/dev/null || missing+=(xvfb)
    command -v xauth >/dev/null || missing+=(xauth)
    [[ ${#missing[@]} -eq 0 ]] || debian "the browsers that the tests drive" "${missing[@]}"
}

# What the example backends need, which stand behind the widget in the end-to-end tests: as their own files pin it.
examples() {
    local missing=()
    command -v php >/dev/null || missing+=(php-cli)
    php_has pdo_sqlite || missing+=(php-sqlite3)
    php_has curl || missing+=(php-curl)
    [[ -f /usr/share/php/Illuminate/Foundation/Application.php ]] || missing+=(php-laravel-framework)
    [[ -f /usr/share/php/GuzzleHttp/Client.php ]] || missing+=(php-guzzlehttp-guzzle)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    [[ ${#missing[@]} -eq 0 ]] || debian "the interpreters of the example backends" "${missing[@]}"
    flask
    express
    node_with_sqlite
}

php_has() {
    php -r "exit(extension_loaded('$1') ? 0 : 1);" 2>/dev/null
}

flask() {
    local pins=examples/backend-flask/requirements.txt installed=$TOOLS/python
    if cmp -s "$pins" "$installed/requirements.txt"; then return; fi
    say "Flask into .tools/python (pip)"
    rm -rf "$installed"
    python3 -m venv "$installed"
    "$installed/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pins"
    cp "$pins" "$installed/"
}

express() {
    local example=examples/backend-express
    if cmp -s "$example/package-lock.json" "$example/node_modules/installed.json"; then return; fi
    say "Express into $example/node_modules (npm)"
    npm ci --prefix "$example" --ignore-scripts --no-audit --no-fund --loglevel=error
    cp "$example/package-lock.json" "$example/node_modules/installed.json"
}

# The Express example keeps its records in Node's own SQLite, which came with Node 22.
node_with_sqlite() {
    local name folder=$TOOLS/build/node
    [[ ! -x $TOOLS/bin/node-with-sqlite ]] || return 0
    mkdir -p "$TOOLS/bin"
    if node -e 'require("node:sqlite")' 2>/dev/null; then
        ln -sf "$(command -v node)" "$TOOLS/bin/node-with-sqlite"
        return
    fi
    name=node-linux-$(node -p process.arch)
    [[ $(uname -s) == Linux ]] || fail "Node.js 22.13 or later is needed for examples/backend-express"
    say "Node.js $NODE_WITH_SQLITE, for the Express example alone, into .tools/ (npm)"
    npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$name@$NODE_WITH_SQLITE"
    mv "$folder/node_modules/$name/bin/node" "$TOOLS/bin/node-with-sqlite"
}

# WebKit's MiniBrowser comes with the library that the driver depends on.
webkit() {
    command -v WebKitWebDriver >/dev/null || debian "the third browser" webkit2gtk-driver
}

# debian WHAT PACKAGES...
debian() {
    local what=$1 as_root=()
    shift
    command -v apt-get >/dev/null ||
        fail "$what: install the equivalents of the Debian packages $* by hand, then run this again"
    if [[ $(id -u) -ne 0 ]]; then
        sudo -n true 2>/dev/null ||
            fail "$what must be installed as root: sudo apt-get install --no-install-recommends $* - then run this again"
        as_root=(sudo -n)
    fi
    say "$what: Debian packages $*"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

say() { printf 'setup: %s\n' "$*"; }

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

main
