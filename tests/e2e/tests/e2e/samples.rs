//! Backends written after the provider's own samples, behind the widget as it is.

use std::net::TcpListener;

use malipo_e2e::process::Process;
use malipo_e2e::shop::{Button, page};
use malipo_e2e::stack::{PUBLIC_KEY, SECRET_KEY};
use malipo_e2e::world::{World, in_browser};
use serde_json::json;

#[test]
fn joyndpays_sample_in_python_pays() {
    in_browser(async |world| {
        let mut backend = start(world, "python3", &[&file("joyndpay.py")]);
        let origin = backend.says("listening on ").await;
        world.stack.shop.pass("/pay/", &origin);
        pays_and_fails(world).await;
    });
}

#[test]
fn joyndpays_sample_in_php_pays() {
    in_browser(async |world| {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut backend = start(
            world,
            "php",
            &["-S", &format!("127.0.0.1:{port}"), &file("joyndpay.php")],
        );
        backend.says("started").await;
        world
            .stack
            .shop
            .pass("/pay/", &format!("http://127.0.0.1:{port}"));
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

fn start(world: &World, program: &str, arguments: &[&str]) -> Process {
    let shop = world.stack.shop.origin();
    world.stack.shop.page("/thank-you", page("Thank you"));
    let env = [
        ("PORT", "0".to_owned()),
        (
            "JOYNDPAY_API",
            format!("{}/joyndpay/api", world.stack.provider.origin()),
        ),
        ("JOYNDPAY_PUBLIC_KEY", PUBLIC_KEY.to_owned()),
        ("JOYNDPAY_SECRET_KEY", SECRET_KEY.to_owned()),
        ("CALLBACK_URL", format!("{shop}/thank-you")),
        ("IPN_URL", format!("{shop}/ipn")),
    ];
    let env = env.map(|(name, value)| (name.to_owned(), value)).into();
    Process::start(program, program, arguments, &env)
}

fn file(name: &str) -> String {
    format!("{}/backends/{name}", env!("CARGO_MANIFEST_DIR"))
}
