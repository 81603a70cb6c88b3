#!/usr/bin/env bash
# timed.sh STEP...: makes one target after the other, stops at the first that fails, and says at the end how long each
# took and what its test runners counted.
set -uo pipefail
cd "$(dirname "$0")/.."

LOGS=$(mktemp -d)
readonly LOGS
trap 'rm -rf "$LOGS"' EXIT
[[ -t 1 ]] && export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-always}

failed=
report=
for step in "$@"; do
    printf '\n== %s\n' "$step"
    began=$SECONDS
    if "${MAKE:-make}" --no-print-directory "$step" 2>&1 | tee "$LOGS/$step"; then
        verdict=ok
    else
        verdict=FAILED
        failed=$step
    fi
    report+=$(printf '%-10s %-6s %4d s' "$step" "$verdict" $((SECONDS - began)))$'\n'
    # An empty test binary says nothing worth repeating.
    report+=$(grep 'test result:' "$LOGS/$step" | grep -v ' 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered' | sed 's/^/    /')$'\n'
    [[ -z $failed ]] || break
done

printf '\n== took\n%s' "$report" | grep -v '^$'
[[ -z $failed ]] || {
    printf 'make %s failed\n' "$failed" >&2
    exit 1
}
