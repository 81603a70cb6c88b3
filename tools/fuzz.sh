#!/usr/bin/env bash
# Throws random bytes at every parser (fuzz/): `tools/fuzz.sh MINUTES [TARGET...]`, MINUTES for each, JOBS=2 at a time.
#
# What makes a parser stop is left in fuzz/artifacts/TARGET, and ends this with an error. What reaches new code joins
# fuzz/corpus/TARGET, as few inputs as libFuzzer's merge finds. The logs are left in target/fuzz/; a run of all targets
# writes the table of docs/fuzz.md.
#
# Without a sanitizer: our crates forbid unsafe code, so what is looked for are panics and broken promises, and a stable compiler does.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly MINUTES=${1:?usage: tools/fuzz.sh MINUTES [TARGET...]} JOBS=${JOBS:-2} LOGS=target/fuzz DOCUMENT=docs/fuzz.md
shift
# The compiler that everything else is built with, wherever cargo-fuzz is called from.
RUSTUP_TOOLCHAIN=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
export RUSTUP_TOOLCHAIN PATH=$PWD/.tools/bin:$PATH
readonly OPTIONS=(--sanitizer none --release --fuzz-dir fuzz)
mapfile -t ALL < <(sed -n 's/^name = "\(.*\)"$/\1/p' fuzz/Cargo.toml | grep -v malipo-fuzz)

main() {
    local targets=("$@") target failed=0
    [[ ${#targets[@]} -gt 0 ]] || targets=("${ALL[@]}")
    mkdir -p "$LOGS"
    # A row of an earlier run is no result of this one.
    for target in "${targets[@]}"; do rm -f "$LOGS/$target.row"; done
    cargo fuzz build "${OPTIONS[@]}"
    for target in "${targets[@]}"; do
        # As many at a time as JOBS says; what has failed is known by its row, or by there being none, in the end.
        while [[ $(jobs -rp | wc -l) -ge $JOBS ]]; do wait -n || true; done
        fuzz "$target" &
    done
    wait || true
    for target in "${targets[@]}"; do
        if [[ ! -s $LOGS/$target.row ]]; then
            printf 'fuzz: %s came to no end\n' "$target" >&2
            failed=1
            continue
        fi
        cat "$LOGS/$target.row"
        grep -q '| 0 |$' "$LOGS/$target.row" || failed=1
    done
    [[ $failed -ne 0 || $# -gt 0 ]] || record
    exit "$failed"
}

# One target; its row is | target | inputs | seconds | edges | corpus | finds |.
fuzz() {
    local target=$1 new corpus=fuzz/corpus/$1 log=$LOGS/$1.log finds=0
    new=$(mktemp -d)
    # Longer than anything a parser takes in one piece.
    cargo fuzz run "${OPTIONS[@]}" "$target" "$new" "$corpus" -- \
        -max_total_time=$((MINUTES * 60)) -timeout=10 -max_len=16384 -print_final_stats=1 >"$log" 2>&1 || finds=1
    cargo fuzz run "${OPTIONS[@]}" "$target" "$corpus" "$new" -- -merge=1 -set_cover_merge=1 -use_counters=0 >"$log.merge" 2>&1 || finds=1
    [[ $finds -eq 0 ]] || { grep -E 'panicked|Test unit written|ERROR' "$log" || tail -20 "$log"; } >&2
    rm -rf "$new"
    printf '| `%s` | %s | %s | %s | %s | %s |\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta')" \
        "$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log")" \
        "$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)" \
        "$(find "$corpus" -type f | wc -l)" "$finds" >"$LOGS/$target.row"
}

# Between the two marks of the document: when, and every row.
record() {
    local marks=('<!-- make fuzz writes this -->' '<!-- until here -->')
    {
        sed "/${marks[0]}/q" "$DOCUMENT"
        printf '\n%s, %s minutes each, %s at a time, on commit %s:\n\n' "$(date -u +%F)" "$MINUTES" "$JOBS" "$(git rev-parse --short HEAD)"
        printf '| target | inputs | seconds | edges reached | corpus | finds |\n| --- | --: | --: | --: | --: | --: |\n'
        for target in "${ALL[@]}"; do cat "$LOGS/$target.row"; done
        printf '\n'
        sed -n "/${marks[1]}/,\$p" "$DOCUMENT"
    } >"$LOGS/document.md"
    mv "$LOGS/document.md" "$DOCUMENT"
}

main "$@"
