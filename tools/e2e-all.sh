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

for browser in ${BROWSERS:-chromium firefox webkit}; do
    rm -rf "${SEEN:?}/$browser"
    mapfile -t tests < <(cargo run -q -p malipo-e2e -- tests "$browser")
    [[ ${#tests[@]} -gt 0 ]] || exit 1
    for binary in e2e scenarios e2e_slow; do
        printf '\n== %s: %s\n' "$browser" "$binary"
        # A binary runs those that it has.
        BROWSER=$browser xvfb-run -a -s "-screen 0 1280x900x24 -nolisten tcp" \
            cargo test -p malipo-e2e --test "$binary" -- --exact "${tests[@]}" || failed=1
    done
done
cargo run -q -p malipo-e2e -- table "$SEEN" || failed=1
exit $failed
