//! What has to be true of every set-up.

use std::time::Duration;

use malipo_e2e::shop::{RECORDER, Shop};
use malipo_e2e::wait::until;
use malipo_e2e::world::{self, World};
use serde_json::{Value, json};

use crate::record::Record;
use crate::setup::Setup;

/// It builds without a word, runs without a word on the console, and pays: the provider's ledger, the page's event, and what
/// the app itself made of the event say so.
pub(super) fn pays(name: &str) {
    let setup = Setup::find(name);
    let _turn = setup.turn();
    let record = Record::begin(name);
    let prepared = setup.prepare();
    assert_eq!(prepared, Ok(()), "{name} is not built");
    record.reach("builds");
    let patient = world::Setup {
        limit: Some(Duration::from_secs(120)),
        ..world::Setup::default()
    };
    world::run(patient, async |world| {
        let (_server, origin) = setup.serve().await;
        stand_before(world, &origin);
        if setup.is_rendered() {
            is_rendered(&origin).await;
        }
        let shop = open(world).await;
        is_ready(&shop).await;
        is_quiet(&shop).await;
        record.reach("runs");

        shop.press().await;
        let detail = world.pay(&shop).await;
        let order = detail["orderId"].as_str().unwrap();
        says_that_it_is_paid(&shop, order).await;
        let payment = world.stack.payment().await;
        assert_eq!(
            (&payment["order_id"], &payment["times_paid"]),
            (&json!(order), &json!(1))
        );
        is_quiet(&shop).await;
    });
    record.reach("pays");
}

/// Its program runs in Node, and says one line, which begins so.
pub(super) fn runs_in_node(name: &str, expected: &str) {
    let setup = Setup::find(name);
    let _turn = setup.turn();
    let record = Record::begin(name);
    let prepared = setup.prepare();
    assert_eq!(prepared, Ok(()), "{name} is not built");
    record.reach("builds");
    let said = setup.run();
    assert!(said.starts_with(expected), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    record.reach("runs");
}

/// The app at the shop's origin, but for what is the backend's.
fn stand_before(world: &World, origin: &str) {
    let shop = &world.stack.shop;
    shop.pass("/", origin);
    for prefix in ["/pay/", "/malipo/"] {
        shop.pass(prefix, &world.stack.server_origin);
    }
}

async fn is_rendered(origin: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let html = client.get(origin).send().await.unwrap();
    let html = html.text().await.unwrap();
    for part in ["<pay-button", "initiate-url=\"/pay/initiate\""] {
        assert!(html.contains(part), "no {part} in {html}");
    }
}

/// The app's page, with the recorder before its first script. The app itself knows nothing of tests.
async fn open(world: &World) -> Shop {
    let tab = world.browser.tabs().await.remove(0);
    tab.show().await;
    tab.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": RECORDER }),
    )
    .await;
    Shop(world.browser.open(world.stack.shop.origin()).await)
}

async fn is_ready(shop: &Shop) {
    let defined = "return Boolean(document.querySelector('#pay')?.shadowRoot)";
    // A dev server builds what is asked for, and has its page load again.
    let found = until(Duration::from_secs(30), async || {
        (shop.0.script(defined, vec![]).await == true).then_some(())
    });
    assert!(found.await.is_some(), "the element was never defined");
    let ready =
        "return document.querySelector('#pay').ready.then(() => 'ready', (error) => error.message)";
    assert_eq!(shop.0.script(ready, vec![]).await, "ready");
}

/// Neither a warning nor an error is on the console: hydration and frameworks complain there.
async fn is_quiet(shop: &Shop) {
    let session = shop.0.show().await;
    let log = session.browser_log().await.unwrap();
    let said: Vec<&String> = log
        .iter()
        .filter(|it| it.level == "SEVERE" || it.level == "WARNING")
        .map(|it| &it.message)
        .collect();
    assert!(said.is_empty(), "on the console: {said:#?}");
    assert_eq!(shop.complaints().await, Vec::<String>::new());
}

async fn says_that_it_is_paid(shop: &Shop, order: &str) {
    let expected = Value::from(format!("Paid: {order}"));
    let text = "return document.querySelector('#paid').textContent";
    let mut last = Value::Null;
    let found = until(Duration::from_secs(30), async || {
        last = shop.0.script(text, vec![]).await;
        (last == expected).then_some(())
    });
    assert!(found.await.is_some(), "the app says {last}, not {expected}");
}
