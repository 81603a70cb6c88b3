#!/usr/bin/env bash
# Throws random bytes at every parser (fuzz/), one after another, MINUTES for all of them together: `tools/fuzz.sh MINUTES [TARGET...]`.
#
# What makes a parser stop is left in fuzz/artifacts/TARGET, and ends this with an error; what reaches new code is kept in a folder
# of its own, and merged into fuzz/corpus/TARGET at the end, each as small as it gets by libFuzzer's own merge.
#
# Without a sanitizer: our crates forbid unsafe code, so what is looked for are panics and broken promises, and a stable compiler does.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly MINUTES=${1:?usage: tools/fuzz.sh MINUTES [TARGET...]}
shift
# The compiler that everything else is built with, wherever cargo-fuzz is called from.
RUSTUP_TOOLCHAIN=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
export RUSTUP_TOOLCHAIN PATH=$PWD/.tools/bin:$PATH

readonly OPTIONS=(--sanitizer none --release --fuzz-dir fuzz)
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || mapfile -t targets < <(sed -n 's/^name = "\(.*\)"$/\1/p' fuzz/Cargo.toml | grep -v malipo-fuzz)
readonly SECONDS_EACH=$((MINUTES * 60 / ${#targets[@]}))

cargo fuzz build "${OPTIONS[@]}"
found=0
for target in "${targets[@]}"; do
    new=$(mktemp -d)
    corpus=fuzz/corpus/$target
    if cargo fuzz run "${OPTIONS[@]}" "$target" "$new" "$corpus" -- \
        -max_total_time="$SECONDS_EACH" -timeout=5 -max_len=4096 -print_final_stats=1 >"$new.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$new.log")
        cargo fuzz run "${OPTIONS[@]}" "$target" "$corpus" "$new" -- -merge=1 >>"$new.log" 2>&1
        printf '%-10s %12s inputs in %s s, no find; the corpus has %s\n' "$target" "$runs" "$SECONDS_EACH" "$(find "$corpus" -type f | wc -l)"
        rm -rf "$new" "$new.log"
    else
        found=1
        grep -E 'panicked|artifact_prefix|ERROR' "$new.log" | head -5 || tail -20 "$new.log"
        printf '%-10s stopped; the input is in fuzz/artifacts/%s, the log in %s\n' "$target" "$target" "$new.log"
    fi
done
exit "$found"
