//! The package in other people's set-ups: installed from what `npm pack` makes of it, built with their tools, run in a
//! browser and paid with there. `tests/consumers/` holds their apps.
//!
//! `make consumers` runs all and writes docs/consumers.md; `make test` runs those in [`quick`].
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is the test's failure"
)]

mod record;
mod setup;
mod shopping;

use shopping::{pays, runs_in_node};

/// Those without a tool that takes long to install or to build with.
mod quick {
    use super::{pays, runs_in_node};

    #[test]
    fn a_script_tag_from_the_backend_pays() {
        pays("script");
    }

    #[test]
    fn an_import_map_pays() {
        pays("import-map");
    }

    #[test]
    fn esbuild_pays() {
        pays("esbuild");
    }

    #[test]
    fn vites_build_pays() {
        pays("vite");
    }

    #[test]
    fn node_imports_it_and_is_told_what_is_missing() {
        runs_in_node(
            "node",
            "PayError unsupported: PayButton needs a page, and there is none here",
        );
    }
}

mod no_build {
    use super::pays;

    #[test]
    fn a_script_tag_from_the_shops_own_server_pays() {
        pays("script-own");
    }
}

mod bundlers {
    use super::pays;

    #[test]
    fn esbuild_in_one_file_pays() {
        pays("esbuild-one");
    }

    #[test]
    fn vites_dev_server_pays() {
        pays("vite-dev");
    }

    #[test]
    fn vite_with_the_file_that_is_fetched_pays() {
        pays("vite-web");
    }

    #[test]
    fn rollup_pays() {
        pays("rollup");
    }

    #[test]
    fn webpack_pays() {
        pays("webpack");
    }

    #[test]
    fn webpack_with_the_file_that_is_fetched_pays() {
        pays("webpack-web");
    }

    #[test]
    fn rspack_pays() {
        pays("rspack");
    }

    #[test]
    fn parcel_pays() {
        pays("parcel");
    }
}

mod frameworks {
    use super::pays;

    #[test]
    fn next_with_turbopack_pays() {
        pays("next");
    }

    #[test]
    fn next_with_webpack_pays() {
        pays("next-webpack");
    }

    #[test]
    fn react_18_pays() {
        pays("react-18");
    }

    #[test]
    fn react_18_that_mounts_twice_pays() {
        pays("react-18-dev");
    }

    #[test]
    fn react_19_pays() {
        pays("react-19");
    }

    #[test]
    fn react_19_that_mounts_twice_pays() {
        pays("react-19-dev");
    }

    #[test]
    fn react_19_with_the_element_itself_pays() {
        pays("react-19-element");
    }

    #[test]
    fn vue_pays() {
        pays("vue");
    }

    #[test]
    fn svelte_pays() {
        pays("svelte");
    }

    #[test]
    fn angular_pays() {
        pays("angular");
    }

    #[test]
    fn astro_pays() {
        pays("astro");
    }
}
