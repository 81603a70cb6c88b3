//! Backends written after the provider's own samples, behind the widget as it is.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use malipo_e2e::process::Process;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::stack::{PUBLIC_KEY, SECRET_KEY};
use malipo_e2e::wait::until;
use malipo_e2e::world::{World, in_chromium};
use serde_json::json;

#[test]
fn joyndpays_sample_in_python_pays() {
    in_chromium(async |world| {
        let _backend = sample(world, "python3", |port, shop, file| vec![file, port, shop]).await;
        pays_and_fails(world).await;
    });
}

#[test]
fn joyndpays_sample_in_php_pays() {
    in_chromium(async |world| {
        let _backend = sample(world, "php", |port, _, file| {
            vec!["-S".into(), format!("127.0.0.1:{port}"), file]
        })
        .await;
        pays_and_fails(world).await;
    });
}

async fn pays_and_fails(world: &World) {
    let button = Button::bare()
        .with("initiate-url", "/pay/initiate")
        .with("verify-url", "/pay/verify")
        .with("amount", "10000")
        .with("currency", "UGX")
        .with("poll-interval", "1000");
    let shop = world.shop(&button).await;
    shop.press().await;
    let checkout = world.checkout(&shop).await;
    checkout.pay().await;
    let detail = shop.event("pay-success").await;
    let payment = world.stack.payment().await;
    assert_eq!(
        (&detail["orderId"], &detail["status"]),
        (&payment["order_id"], &json!("success"))
    );
    assert_eq!(
        (&detail["amount"], &detail["currency"]),
        (&json!("10000"), &json!("UGX"))
    );
    // The sample's own thank-you page knows nothing of us and stays.
    checkout.0.reaches("/thank-you").await;
    checkout.0.close().await;

    shop.reload().await;
    shop.press().await;
    world.checkout(&shop).await.fail().await;
    let detail = shop.event("pay-failed").await;
    assert_eq!(detail["orderId"], world.stack.ledger().await[1]["order_id"]);
}

/// Starts a sample and lets the shop's `/pay` lead to it.
async fn sample(
    world: &World,
    program: &str,
    arguments: impl Fn(String, String, String) -> Vec<String>,
) -> Process {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
        .to_string();
    let shop = world.stack.shop.origin().to_owned();
    let name = if program == "php" {
        "joyndpay.php"
    } else {
        "joyndpay.py"
    };
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("backends")
        .join(name)
        .display()
        .to_string();
    let env = HashMap::from([
        ("SHOP".to_owned(), shop.clone()),
        (
            "JOYNDPAY_API".to_owned(),
            format!("{}/joyndpay/api", world.stack.provider.origin()),
        ),
        ("JOYNDPAY_PUBLIC_KEY".to_owned(), PUBLIC_KEY.to_owned()),
        ("JOYNDPAY_SECRET_KEY".to_owned(), SECRET_KEY.to_owned()),
    ]);
    let arguments = arguments(port.clone(), shop, file);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let process = Process::start(name, program, &arguments, &env);
    let origin = format!("http://127.0.0.1:{port}");
    let up = until(Duration::from_secs(10), async || {
        reqwest::get(&origin).await.ok()
    })
    .await;
    assert!(up.is_some(), "{name} does not answer: {}", process.log());
    world.stack.shop.pass("/pay/", &origin);
    world.stack.shop.page("/thank-you", page("Thank you"));
    process
}
