#!/usr/bin/env bash
# Changes the pure code in small ways, one at a time, and looks whether a test notices (cargo-mutants). The lists are left in
# target/mutants/ROOM/mutants.out; docs/mutants.md says what was found.
#
# `tools/mutants.sh [ROOM...]`, rooms: wire, payment, checkout. SHARD=0/8 does an eighth of each.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/.tools/bin:$PATH PROPTEST_CASES=${PROPTEST_CASES:-64}

# room NAME PACKAGE FILES CARGO-TEST-ARGUMENTS...
room() {
    local name=$1 package=$2 files=$3
    shift 3
    mkdir -p "target/mutants/$name"
    printf 'mutants: %s\n' "$name"
    # 2: some were missed, 3: some took too long. Both are results, and stand in the lists.
    cargo mutants --package "$package" --file "$files" --output "target/mutants/$name" --jobs 1 --timeout-multiplier 4 --minimum-test-timeout 60 \
        --colors never ${SHARD:+--shard "$SHARD"} -- "$@" || [[ $? -eq 2 || $? -eq 3 ]]
}

rooms=("$@")
[[ ${#rooms[@]} -gt 0 ]] || rooms=(wire payment checkout)
for it in "${rooms[@]}"; do
    case $it in
    wire) room wire malipo-wire 'wire/src/**/*.rs' --lib ;;
    # The decisions' own tests; those through HTTP and the stores take a minute a mutant more.
    payment) room payment malipo-server 'server/src/payment/**/*.rs' --lib ;;
    checkout) room checkout malipo 'src/checkout/**/*.rs' --test it ;;
    *)
        printf 'mutants: rooms are wire, payment and checkout, not %s\n' "$it" >&2
        exit 1
        ;;
    esac
done
