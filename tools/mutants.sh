#!/usr/bin/env bash
# Changes the pure code in small ways, one at a time, and looks whether a quick test on the host notices (cargo-mutants). The
# lists are left in target/mutants/ROOM/mutants.out; docs/mutants.md says what was found.
#
# `tools/mutants.sh [ROOM...]`, rooms: wire, payment, checkout. SHARD=0/8 does the first eighth of each, into ROOM.0of8; eighths
# side by side want a MUTANTS_TARGET each.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly ROOT=$PWD OUT=$PWD/target/mutants
# The build of its own, incremental: each mutant is one function away from the one before.
export PATH=$PWD/.tools/bin:$PATH CARGO_TARGET_DIR=${MUTANTS_TARGET:-$PWD/target/mutants/build} CARGO_INCREMENTAL=1
# A change is seen by the first cases of a property or by none; by the seed of `make test`, so that a verdict is the same again.
export PROPTEST_CASES=${PROPTEST_CASES:-64}

main() {
    local rooms=("$@") it
    [[ ${#rooms[@]} -gt 0 ]] || rooms=(wire payment checkout)
    for it in "${rooms[@]}"; do
        printf 'mutants: %s\n' "$it"
        case $it in
        wire) mutate wire --dir "$ROOT" --package malipo-wire -- --lib ;;
        payment)
            payment_alone
            mutate payment --dir "$(out payment)/alone" --file 'src/payment/**' -- --lib
            ;;
        checkout)
            checkout_alone
            mutate checkout --dir "$(out checkout)/alone" --file 'src/checkout/**' --exclude src/checkout/abstraction.rs -- --test it
            ;;
        *)
            printf 'mutants: rooms are wire, payment and checkout, not %s\n' "$it" >&2
            exit 1
            ;;
        esac
    done
}

# out ROOM: where its lists are left, and the crate that is made for it.
out() {
    printf '%s' "$OUT/$1${SHARD:+.${SHARD/\//of}}"
}

# mutate ROOM ARGUMENTS...
mutate() {
    local out
    out=$(out "$1")
    shift
    mkdir -p "$out"
    # 2: some were missed, 3: some took too long. Both are results, and stand in the lists.
    cargo mutants --output "$out" --jobs 1 --timeout-multiplier 5 --minimum-test-timeout 20 \
        --colors never --no-times ${SHARD:+--shard "$SHARD"} "$@" || [[ $? -eq 2 || $? -eq 3 ]]
}

# The decisions in a crate without the stores, the providers and HTTP: two seconds a mutant and not forty. They know of the
# server only the clock's type and two names, so this is a copy with those.
payment_alone() {
    local alone
    alone=$(out payment)/alone
    rm -rf "$alone"
    mkdir -p "$alone/src"
    cp -r server/src/payment server/src/clock.rs "$alone/src/"
    cp Cargo.lock "$alone/"
    {
        printf '//! The decisions of malipo-server, without the rest of it.\n'
        # No bug is planted here but those of cargo-mutants.
        sed -n '/^#\[cfg(not(feature = "simulation"))\]$/,/^}/{/^#/!p}' server/src/lib.rs
        printf '\npub mod clock;\npub mod payment;\n'
        printf '\npub mod config {\n    use malipo_wire::Money;\n\n    #[derive(Clone, Debug)]\n'
        sed -n '/^pub struct Article/,/^}/p' server/src/config/mod.rs
        printf '}\n\npub mod store {\n    '
        grep '^pub type Hash' server/src/store/mod.rs
        printf '}\n'
    } >"$alone/src/lib.rs"
    {
        printf '[package]\nname = "malipo-payment-alone"\nversion = "0.0.0"\nedition = "2024"\n\n[lib]\ndoctest = false\n\n[workspace]\n\n[dependencies]\n'
        printf 'malipo-wire = { path = "%s/wire" }\n' "$ROOT"
        printf 'serde = { version = "1", features = ["derive"] }\n'
        grep -E '^(base64|csv|hex|hmac|sha2|time) = ' server/Cargo.toml
        printf 'serde_json = { version = "1", features = ["arbitrary_precision"] }\n'
        printf '\n[profile.dev]\ndebug = false\n'
    } >"$alone/Cargo.toml"
}

# The widget's machine with its own tests, in a crate without the rest of the workspace.
checkout_alone() {
    local alone
    alone=$(out checkout)/alone
    rm -rf "$alone"
    mkdir -p "$alone/src"
    cp -r src/checkout "$alone/src/"
    cp -r --parents tests/it "$alone/"
    # They read files and call cargo, and know nothing of the machine.
    rm "$alone"/tests/it/{documents,supply,tidy}.rs
    sed -i -E '/^mod (documents|supply|tidy);$/d' "$alone/tests/it/main.rs"
    cp Cargo.lock "$alone/"
    {
        printf '//! The machine of the widget, without the rest of it.\n'
        sed -n '/^#\[cfg(not(feature = "planted"))\]$/,/^}/{/^#/!p}' src/lib.rs
        printf '\npub mod checkout;\n'
    } >"$alone/src/lib.rs"
    {
        printf '[package]\nname = "malipo"\nversion = "0.0.0"\nedition = "2024"\n\n[lib]\ntest = false\ndoctest = false\n\n'
        printf '[workspace]\n\n[features]\nplanted = []\n\n[dependencies]\n'
        printf 'malipo-wire = { path = "%s/wire" }\n' "$ROOT"
        grep -E '^serde = ' Cargo.toml
        printf '\n[dev-dependencies]\n'
        grep -E '^(proptest|serde_json|url) = ' Cargo.toml
        printf '\n[profile.dev]\ndebug = false\n\n[profile.dev.package."*"]\nopt-level = 1\n'
    } >"$alone/Cargo.toml"
}

main "$@"
