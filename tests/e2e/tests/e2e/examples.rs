//! The example backends behind the real button: each is paid through, and found good by `malipo-server check`.

use std::time::Duration;

use malipo_e2e::example::{ARTICLE, EXAMPLES, Example};
use malipo_e2e::process::project;
use malipo_e2e::shop::Button;
use malipo_e2e::stack::SECRET_KEY;
use malipo_e2e::wait::until;
use malipo_e2e::world::{World, in_chromium};
use serde_json::json;

#[test]
fn the_flask_example_pays() {
    pays("flask");
}

#[test]
fn the_express_example_pays() {
    pays("express");
}

#[test]
fn the_php_example_pays() {
    pays("php");
}

#[test]
fn the_laravel_example_pays() {
    pays("laravel");
}

/// Failed at an origin of its own, then paid at the shop's; and nothing is wrong with its answers.
#[track_caller]
fn pays(name: &'static str) {
    in_chromium(async |world| {
        let example = Example::start(name, &world.stack).await;
        let stays = json!({"joyndpay": {"checkout": {"redirect": false}}});
        world.stack.script(&stays).await;
        let shop = world.shop(&button(&example.base)).await;
        shop.press().await;
        let checkout = world.checkout(&shop).await;
        checkout.fail().await;
        let detail = shop.event("pay-failed").await;
        assert_eq!(detail["orderId"], world.stack.payment().await["order_id"]);
        assert_eq!(
            world
                .stack
                .shop
                .count(&format!("{}/initiate", example.path())),
            0
        );
        checkout.0.close().await;
        shop.0.show().await;

        world.stack.script(&json!({})).await;
        let shop = world.shop(&button(example.path())).await;
        shop.press().await;
        let detail = world.pay(&shop).await;
        let order_id = &world.stack.ledger().await[1]["order_id"];
        let paid =
            json!({"orderId": order_id, "status": "success", "amount": "25000", "currency": "UGX"});
        assert_eq!(detail, paid);
        comes_back(world).await;

        let checked = example.check().await;
        let said = String::from_utf8(checked.stdout).unwrap();
        let not_ok: Vec<_> = said.lines().filter(|it| !it.starts_with("ok ")).collect();
        assert!(
            checked.status.success() && not_ok.is_empty() && 25 < said.lines().count(),
            "{name}: {said}"
        );
        assert!(!example.log().contains(SECRET_KEY), "a key is in its log");
    });
}

/// The provider sends the shopper to the shop's page again: it closes itself where the first tab answers in time, and else
/// tells the outcome as well.
async fn comes_back(world: &World) {
    let told = until(Duration::from_secs(20), async || {
        let tabs = world.browser.tabs().await;
        for tab in &tabs {
            let session = tab.may_show().await?;
            let state = "return document.querySelector('#pay')?.state";
            let state = session.execute(state, vec![]).await.ok()?;
            if state.json() != "success" {
                return None;
            }
        }
        Some(())
    });
    assert!(told.await.is_some(), "{:?}", world.browser.tabs().await);
}

fn button(base: &str) -> Button {
    let [sku, amount, currency] = ARTICLE;
    Button::bare()
        .with("initiate-url", &format!("{base}/initiate"))
        .with("verify-url", &format!("{base}/verify"))
        .with("sku", sku)
        .with("amount", amount)
        .with("currency", currency)
        .with("poll-interval", "1000")
}

#[test]
fn no_file_of_an_example_has_120_lines_and_the_guide_says_how_many_there_are() {
    let guide = std::fs::read_to_string(project().join("docs/backend.md")).unwrap();
    for name in EXAMPLES {
        let files = files(&project().join("examples").join(format!("backend-{name}")));
        let texts: Vec<_> = files
            .iter()
            .map(|it| std::fs::read_to_string(it).unwrap())
            .collect();
        let lines: Vec<_> = texts.iter().map(|it| it.lines().count()).collect();
        let (all, longest) = (lines.iter().sum::<usize>(), *lines.iter().max().unwrap());
        assert!(longest < 120, "{name}: {files:?} {lines:?}");
        let widths = texts
            .iter()
            .flat_map(|it| it.lines())
            .map(|it| it.chars().count());
        let widest = widths.max().unwrap();
        assert!(widest <= 110, "{name}: a line of {widest} characters");
        let says = format!("(../examples/backend-{name}) |");
        let row = guide.lines().find(|it| it.contains(&says)).unwrap();
        let told = format!(
            "| {all} lines in {} files, {longest} in the longest |",
            files.len()
        );
        assert!(row.ends_with(&told), "docs/backend.md, {name}: {told}");
    }
}

/// Its programs and its table, line for line, without what npm has installed.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    entries
        .filter(|it| !it.ends_with("node_modules"))
        .flat_map(|it| match it.extension().and_then(|it| it.to_str()) {
            None if it.is_dir() => files(&it),
            Some("py" | "js" | "php" | "sql") => vec![it],
            _ => Vec::new(),
        })
        .collect()
}
