#!/usr/bin/env bash
# Builds the package twice from the last commit, in two new folders, and compares every file: whoever has the sources can
# tell whether a published package was made of them. `reproducible.sh FOLDER` leaves the package there.
set -euo pipefail
cd "$(dirname "$0")/.."

WORK=$(mktemp -d)
readonly WORK
trap 'rm -rf "$WORK"' EXIT

for it in first second-and-elsewhere; do
    printf 'reproducible: the %s build\n' "${it%%-*}"
    mkdir -p "$WORK/$it"
    git archive HEAD | tar -x -C "$WORK/$it"
    ln -s "$PWD/.tools" "$WORK/$it/.tools"
    (cd "$WORK/$it" && CARGO_TARGET_DIR=$WORK/$it/target tools/pkg.sh) >"$WORK/$it.log" 2>&1 || {
        cat "$WORK/$it.log" >&2
        exit 1
    }
    rm -rf "$WORK/$it/target"
done
diff -r "$WORK/first/pkg" "$WORK/second-and-elsewhere/pkg" || {
    echo 'reproducible: the two builds differ' >&2
    exit 1
}
printf 'reproducible: %s: the same %s files twice\n' "$(git rev-parse --short HEAD)" "$(find "$WORK/first/pkg" -type f | wc -l)"
cat "$WORK/first/pkg/integrity.json"
if [[ $# -eq 1 ]]; then
    mv "$WORK/first/pkg" "$1"
fi
