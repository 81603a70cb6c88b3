#!/usr/bin/env bash
# Builds pkg/: the widget as WebAssembly (wasm-pack), shrunk (wasm-opt), and put together with pkg-template/ (build.mjs).
#
# One artefact for every engine: the wasm uses only features that every browser has which can read the entry (private methods:
# Chrome 84, Firefox 90, Safari 15), and its standard library is rebuilt so that a panic aborts at once, without the code that
# would format a message. That is 8 KB of 33 KB (brotli).
set -euo pipefail
cd "$(dirname "$0")/.."

# Its own folder: other flags than the ordinary build's, which would otherwise throw each other's work away.
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")/pkg
export CARGO_TARGET_DIR
readonly OUT=$CARGO_TARGET_DIR/out
readonly FEATURES=(--mvp-features --enable-mutable-globals)
readonly MORE_FEATURES=(--enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-nontrapping-float-to-int)
export PATH=$PWD/.tools/bin:$PWD/.tools/npm/node_modules/.bin:$PATH

step() { printf 'pkg: %s\n' "$*"; }

step "wasm-pack: the widget as WebAssembly"
rm -rf "$OUT"
# Rebuilding the standard library is an unstable option of cargo's, which this variable opens on the stable toolchain;
# rust-toolchain.toml pins the version that it is known to work with. The `.` keeps wasm-pack from taking -Z for the path.
# --no-opt: wasm-opt runs below, in the pinned version and with our flags, or the build stops. wasm-pack would take
# whichever it finds, or download one, and reads its flags from a key that depends on the profile's name.
RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-Ctarget-cpu=mvp -Ctarget-feature=+bulk-memory,+sign-ext,+nontrapping-fptoint -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none" \
    wasm-pack --quiet build . --target web --profile wasm --no-typescript --no-pack --no-opt --mode no-install \
    --out-dir "$OUT" --out-name core -- \
    -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size

step "wasm-opt: $(stat -c %s "$OUT/core_bg.wasm" 2>/dev/null || stat -f %z "$OUT/core_bg.wasm") bytes before"
# A function that is called once stays one all the same: small ones are more like each other, which saves 0.9 KB. The control flow
# is written anew (--flatten --rereloop), until nothing gets smaller by it, and what is hardly longer than a call is put in the
# call's place: 0.4 KB.
wasm-opt -g --flatten --rereloop -Oz -Oz --converge --one-caller-inline-max-function-size 0 --always-inline-max-function-size 4 \
    "${FEATURES[@]}" "${MORE_FEATURES[@]}" "$OUT/core_bg.wasm" -o "$OUT/core_bg.opt.wasm"
# The names between glue and wasm are long and compress badly: 1.5 KB. names.json says what each was shortened to, and symbols.txt
# what each function is called, for tools/size.mjs; the module itself has no names. (A run of its own: each is to be done once.)
wasm-opt "${FEATURES[@]}" "${MORE_FEATURES[@]}" --symbolmap="$OUT/symbols.txt" --strip-debug --strip-producers --strip-target-features \
    --minify-imports-and-exports-and-modules "$OUT/core_bg.opt.wasm" -o "$OUT/core_bg.wasm" >"$OUT/names.json"
rm "$OUT/core_bg.opt.wasm"

step "wasm2js: the same as JavaScript, for pages that may not run WebAssembly"
wasm-opt "${FEATURES[@]}" "${MORE_FEATURES[@]}" "$OUT/core_bg.wasm" -o "$OUT/lowered.wasm" \
    --llvm-memory-copy-fill-lowering --llvm-nontrapping-fptoint-lowering --signext-lowering
wasm2js -Oz "${FEATURES[@]}" "$OUT/lowered.wasm" -o "$OUT/compat.js"

step "build.mjs: pkg/"
node pkg-template/build.mjs "$OUT" pkg
