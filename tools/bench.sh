#!/usr/bin/env bash
# bench.sh BIN [--quick]: measures functions, the backend and the page, with the programs in BIN, and writes bench/RESULTS.md.
# One after the other, so that none disturbs another; it says at the end how long each took.
set -euo pipefail
cd "$(dirname "$0")/.."

BIN=$(realpath "${1:?usage: tools/bench.sh BIN [--quick]}")
shift
readonly BIN
export MALIPO_BIN_DIR=$BIN CRITERION_HOME=$PWD/target/bench/criterion
seconds=2
[[ $* != *--quick* ]] || seconds=0.2

took=
# step NAME COMMAND...
step() {
    local name=$1 began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    took+=$(printf '%-10s %4d s' "$name" $((SECONDS - began)))$'\n'
}

rm -rf target/bench
mkdir -p target/bench
functions() {
    cargo bench --quiet -p malipo-bench --bench functions -- \
        --noplot --warm-up-time "$seconds" --measurement-time "$seconds" >target/bench/criterion.log
    "$BIN/malipo-bench" functions "$@"
}
step functions functions "$@"
step backend "$BIN/malipo-bench" all "$@"
step page node bench/page/run.mjs "$@"
step results node bench/results.mjs "$@"
printf '\n== took\n%s' "$took"
