#!/usr/bin/env bash
# What is published, into release/: the package as npm packs it, bills of materials (CycloneDX) of all that is in the
# WebAssembly and in the server, and their checksums. Only from a commit: what is not committed is in no release.
#
# To publish, where the registry can attest where it was built (a CI job with an identity of its own):
#     npm publish --provenance --access public release/malipo-VERSION.tgz
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/.tools/bin:$PATH

[[ -z $(git status --porcelain) ]] || {
    echo 'release: there are changes that are not committed' >&2
    exit 1
}
rm -rf release
mkdir release
tools/reproducible.sh release/pkg
npm pack --silent --pack-destination release ./release/pkg
rm -rf release/pkg

# The tool writes beside each manifest; none of that is to stay.
sbom() {
    local crate=$1 target=$2 written
    written=$(cargo metadata --no-deps --format-version 1 | node -e '
        const { packages } = JSON.parse(require("fs").readFileSync(0, "utf8"));
        console.log(require("path").dirname(packages.find((it) => it.name === process.argv[1]).manifest_path));' "$crate")
    cargo cyclonedx --quiet --format json --target "$target" --override-filename release-sbom
    # Where this folder lies is nobody's business.
    sed "s#file://$PWD#file://#g" "$written/release-sbom.json" >"release/$crate.cdx.json"
    find . -name release-sbom.json -not -path './.tools/*' -not -path './target/*' -delete
}
sbom malipo wasm32-unknown-unknown
sbom malipo-server "$(rustc -vV | sed -n 's/^host: //p')"

(cd release && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
