//! The script embed's files: pinned by their hashes, and none is run that came as another one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use malipo_e2e::browser::{Kind, Options, all_without_wasm};
use malipo_e2e::fault::{Answer, Fault};
use malipo_e2e::process::project;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::story;
use malipo_e2e::world::{Setup, World, run};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A page whose script is the pinned entry of this origin; the empty one is the page's.
fn pinned(origin: &str, button: &Button) -> Answer {
    let entry = file("malipo-");
    let integrity = integrities()[&entry].as_str().unwrap().to_owned();
    let mut answer = page(&button.html());
    let script = format!(
        "src=\"{origin}/malipo/{entry}\" integrity=\"{integrity}\" crossorigin=\"anonymous\""
    );
    answer.body = answer.body.replace("src=\"/malipo/malipo.js\"", &script);
    answer
}

fn integrities() -> serde_json::Map<String, Value> {
    let text = std::fs::read_to_string(project().join("pkg/integrity.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The file of the package whose name begins so.
fn file(start: &str) -> String {
    let all = integrities();
    let found = all.keys().find(|it| it.starts_with(start));
    found.unwrap().clone()
}

#[test]
fn an_entry_that_is_pinned_pays_also_from_another_origin() {
    for split in [false, true] {
        let setup = Setup {
            split,
            ..Setup::default()
        };
        run(setup, async |world| {
            let origin = if split {
                world.stack.backend().origin()
            } else {
                ""
            };
            let button = Button::for_order("ORDER-0720").endpoints(origin);
            let policy = format!(
                "default-src 'self'; script-src 'self' {origin} 'wasm-unsafe-eval'; connect-src 'self' {origin}; img-src data:"
            );
            let page = pinned(origin, &button).header("content-security-policy", &policy);
            let shop = world.shop_page(page).await;
            shop.press().await;
            world.pay(&shop).await;
            let violations = shop.0.script("return seen.violations", vec![]).await;
            assert_eq!(violations, json!([]));
            let entry = format!("/malipo/{}", file("malipo-"));
            assert_eq!(world.stack.backend().count(&entry), 1);
            assert_eq!(world.stack.shop.count("/malipo/*") > 0, !split);
        });
    }
}

#[test]
fn a_policy_that_names_the_files_one_by_one_lets_the_button_pay() {
    let [entry, rest] = ["malipo-", "rest-"].map(file);
    let by_path = format!("<origin>/malipo/{entry} <origin>/malipo/{rest}");
    let by_hash = format!(
        "'{}' '{}'",
        integrities()[&entry].as_str().unwrap(),
        sha256(&rest)
    );
    for kind in [Kind::Chromium, Kind::Firefox] {
        for (nth, sources) in [&by_path, &by_hash].into_iter().enumerate() {
            run(Setup::of(kind), async |world| {
                let policy =
                    format!("script-src <origin>/recorder.js {sources} 'wasm-unsafe-eval'");
                let policy = policy.replace("<origin>", world.stack.shop.origin());
                let button = Button::for_order(&format!("ORDER-072{}", 6 + nth));
                let page = pinned("", &button).header("content-security-policy", &policy);
                let shop = world.shop_page(page).await;
                shop.press().await;
                world.pay(&shop).await;
                let violations = shop.0.script("return seen.violations", vec![]).await;
                assert_eq!(violations, json!([]), "{kind:?}: {policy}");
            });
        }
    }
}

/// The integrity by which the entry asks for this file.
fn sha256(name: &str) -> String {
    let bytes = std::fs::read(project().join("pkg").join(name)).unwrap();
    format!("sha256-{}", STANDARD.encode(Sha256::digest(bytes)))
}

/// Chromium takes what was preloaded, so once is enough where nothing may be kept. Firefox does not take it for a `fetch` with
/// `integrity`, whether or not the link has the same, and finds it in its cache, where the backend's answer may be kept.
#[test]
fn the_wasm_that_the_page_preloads_is_asked_for_once_and_does_not_wait_for_the_entry() {
    for (kind, may_be_kept) in [(Kind::Chromium, false), (Kind::Firefox, true)] {
        run(Setup::of(kind), async |world| {
            let front = &world.stack.shop;
            if !may_be_kept {
                front.header("/malipo/core-", "cache-control", "no-store");
            }
            let wasm = file("core-");
            let mut page = pinned("", &Button::for_order("ORDER-0724"));
            let link = format!(
                "<link rel=\"preload\" as=\"fetch\" href=\"/malipo/{wasm}\" crossorigin=\"anonymous\"></head>"
            );
            page.body = page.body.replacen("</head>", &link, 1);
            assert!(page.body.contains(&link), "{}", page.body);
            let shop = world.shop_page(page).await;
            shop.press().await;
            world.pay(&shop).await;
            let path = format!("/malipo/{wasm}");
            assert_eq!(front.count(&path), 1, "{kind:?}");
            let script = "return performance.getEntriesByName(location.origin + arguments[0])[0].initiatorType";
            let asked_by = shop.0.script(script, vec![json!(path)]).await;
            assert_eq!(asked_by, json!("link"), "{kind:?}");
        });
    }
}

/// A page whose pinned entry is there, and for whose file `changed` comes another one, on an origin of its own: it is not
/// run, nothing is sent, and the form pays.
fn check(kind: Kind, changed: &str, without_wasm: bool, order_id: &str) {
    let browser = Options {
        without_wasm,
        ..Options::of(kind)
    };
    let setup = Setup {
        browser,
        split: true,
        ..Setup::default()
    };
    run(setup, async |world| {
        let path = format!("/malipo/{}", file(changed));
        exchange(world, &path);
        let backend = world.stack.backend().origin();
        let button = Button::for_order(order_id).endpoints(backend).with_form();
        let mut answer = pinned(backend, &button);
        answer.body = answer
            .body
            .replace("\"/pay/checkout\"", &format!("\"{backend}/pay/checkout\""));
        let shop = world.shop_page(answer).await;
        if changed != "malipo-" {
            shop.press().await;
            story::network_error(&shop).await;
            world.only_the_shop_is_open(&shop).await;
        }
        nothing_foreign(world, &shop, &path).await;
        assert_eq!(world.stack.backend().count("/pay/initiate"), 0);
        story::pays_by_the_form(world, &shop, order_id).await;
    });
}

/// Puts another file in this one's place, which would run and be noticed.
fn exchange(world: &World, path: &str) {
    world.expect_on_console("integrity");
    let other = if path.ends_with(".wasm") {
        // The smallest module that there is.
        Answer::new(200, "application/wasm", "\0asm\u{1}\0\0\0")
    } else {
        let text = std::fs::read_to_string(project().join(path.replacen("/malipo", "pkg", 1)));
        let text = format!("{}globalThis.foreign = true;", text.unwrap());
        Answer::new(200, "text/javascript", text)
    };
    let other = other.header("access-control-allow-origin", "*");
    world.stack.backend().always(path, Fault::Answer(other));
}

/// The other file was fetched and not run.
async fn nothing_foreign(world: &World, shop: &Shop, path: &str) {
    assert!(
        world.stack.backend().count(path) > 0,
        "{path} is not asked for"
    );
    let foreign = shop.0.script("return window.foreign ?? null", vec![]).await;
    assert_eq!(foreign, json!(null));
}

#[test]
fn an_entry_that_was_exchanged_is_not_run_and_the_form_pays() {
    check(Kind::of_this_run(), "malipo-", false, "ORDER-0721");
}

#[test]
fn wasm_that_was_exchanged_is_not_run_and_the_form_pays() {
    if all_without_wasm() {
        // None is loaded.
        return;
    }
    check(Kind::of_this_run(), "core-", false, "ORDER-0722");
}

#[test]
fn the_rest_that_was_exchanged_is_not_run_and_the_form_pays() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        check(kind, "rest-", false, "ORDER-0725");
    }
}

#[test]
fn javascript_that_was_exchanged_is_not_run_and_the_form_pays() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        check(kind, "compat-", true, "ORDER-0723");
    }
}

#[test]
fn a_language_that_was_exchanged_is_not_run_and_the_button_stays_english() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        run(Setup::of(kind), async |world| {
            let path = format!("/malipo/{}", file("texts-sw-"));
            exchange(world, &path);
            let button = Button::for_order("ORDER-0724").with("lang", "sw");
            let shop = world.shop(&button).await;
            shop.press().await;
            world.pay(&shop).await;
            nothing_foreign(world, &shop, &path).await;
            let says = shop.says().await;
            assert!(says.contains("Paid"), "{says}");
        });
    }
}
