#!/usr/bin/env bash
# Runs the tests of the catalogue (tests/e2e/src/catalogue.rs) in every browser, with real windows on a virtual screen, and
# writes docs/browsers.md from what they saw. Goes on after a failure, and ends with it. BROWSERS="chromium firefox webkit"
# runs some of them, and keeps what the others saw last.
set -uo pipefail
cd "$(dirname "$0")/.."

SEEN=$PWD/target/e2e/seen
readonly SEEN
export RECORD_INTO=$SEEN WINDOWS=1
failed=0
mkdir -p "$SEEN"
# What an earlier run said is no news of this one.
rm -f target/e2e/slow-*.log

# The catalogue's tests that a binary has, in a browser.
run() {
    local browser=$1 binary=$2
    mapfile -t tests < <(cargo run -q -p malipo-e2e -- tests "$browser")
    [[ ${#tests[@]} -gt 0 ]] || return 1
    printf '\n== %s: %s\n' "$browser" "$binary"
    BROWSER=$browser xvfb-run -a -s "-screen 0 1280x900x24 -nolisten tcp" \
        cargo test -p malipo-e2e --test "$binary" -- --exact "${tests[@]}"
}

cargo test -q -p malipo-e2e --tests --no-run || exit 1
read -ra browsers <<<"${BROWSERS:-chromium firefox webkit}"
waiting=()
for browser in "${browsers[@]}"; do
    rm -rf "${SEEN:?}/$browser"
    # For the page: which run this was, and below whether it came to its end.
    printf 'of %s, on commit %s\n' "$(date -u +%F)" "$(git rev-parse --short HEAD)" >"$SEEN/$browser.run"
    # Windows that nobody looks at for minutes: beside everything else.
    run "$browser" e2e_slow >"target/e2e/slow-$browser.log" 2>&1 &
    waiting+=($!)
done
for browser in "${browsers[@]}"; do
    run "$browser" e2e || failed=1
    run "$browser" scenarios || failed=1
done
for pid in "${waiting[@]}"; do wait "$pid" || failed=1; done
for browser in "${browsers[@]}"; do printf 'ended\n' >>"$SEEN/$browser.run"; done
cat target/e2e/slow-*.log
cargo run -q -p malipo-e2e -- table "$SEEN" || failed=1
exit $failed
