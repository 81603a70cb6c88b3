//! Bad attributes, options and secrets in the page: one clear error that names the culprit, and nothing is sent.

use std::time::Duration;

use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::wait::until;
use malipo_e2e::world::in_browser;
use serde_json::Value;

/// An attribute with a value that is not accepted, and the code it is reported with.
const BAD_ATTRIBUTES: [(&str, &str, &str); 33] = [
    ("initiate-url", "", "bad-option"),
    ("initiate-url", "http://shop.example/pay", "insecure-url"),
    (
        "initiate-url",
        "https://user:word@shop.example/pay",
        "bad-option",
    ),
    ("initiate-url", "javascript:alert(1)", "insecure-url"),
    ("verify-url", "", "bad-option"),
    ("verify-url", "http://", "bad-option"),
    ("cancel-url", "ftp://shop.example", "insecure-url"),
    ("events-url", "data:text/event-stream,x", "insecure-url"),
    ("order-id", "no spaces", "bad-option"),
    ("order-id", "../etc/passwd", "bad-option"),
    ("order-id", "päid", "bad-option"),
    ("amount", "ten", "bad-option"),
    ("amount", "0", "bad-option"),
    ("amount", "-1", "bad-option"),
    ("amount", "1,000", "bad-option"),
    ("amount", "1e3", "bad-option"),
    ("amount", "10.5", "bad-option"),
    ("amount", "99999999999999999999999999", "bad-option"),
    ("currency", "shillings", "bad-option"),
    ("currency", "ÜGX", "bad-option"),
    ("quantity", "3", "bad-option"),
    ("quantity", "0", "bad-option"),
    ("mode", "iframe", "bad-option"),
    ("poll-interval", "999", "bad-option"),
    ("poll-interval", "fast", "bad-option"),
    ("timeout", "-5", "bad-option"),
    ("timeout", "1.5", "bad-option"),
    ("checkout-origins", "pay.example", "bad-option"),
    ("checkout-origins", "https://pay.example/path", "bad-option"),
    ("checkout-origins", "*", "bad-option"),
    ("credentials", "always", "bad-option"),
    ("theme", "pink", "bad-option"),
    ("lang", "\u{0}not a language\u{0}", ""),
];

#[test]
fn each_bad_attribute_is_reported_by_its_name_and_sends_nothing() {
    in_browser(async |world| {
        let mut body = String::new();
        for (number, (name, value, _)) in BAD_ATTRIBUTES.iter().enumerate() {
            body.push_str(
                &Button::nameless()
                    .with(name, value)
                    .html_as(&format!("b{number}")),
            );
        }
        let shop = world.shop_page(page(&body)).await;
        let expected = BAD_ATTRIBUTES.iter().filter(|it| !it.2.is_empty()).count();
        let all = "return seen.events.filter((it) => it.name === 'pay-error')";
        let reported = until(Duration::from_secs(10), async || {
            let errors = shop
                .0
                .script(all, vec![])
                .await
                .as_array()
                .cloned()
                .unwrap();
            (errors.len() >= expected).then_some(errors)
        });
        let reported = reported.await.unwrap_or_default();
        let mut wrong = Vec::new();
        for (number, (name, value, code)) in BAD_ATTRIBUTES.iter().enumerate() {
            let mine: Vec<_> = reported
                .iter()
                .filter(|it| it["target"] == format!("b{number}"))
                .collect();
            let good = match mine.as_slice() {
                [] => code.is_empty(),
                [one] => {
                    let errors = one["detail"]["errors"].as_array().unwrap();
                    one["detail"]["code"] == *code
                        && errors.len() == 1
                        && errors[0]["name"] == *name
                }
                _ => false,
            };
            if !good {
                wrong.push(format!("{name}={value:?}: {mine:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(world.stack.shop.count("/pay/*"), 0);
    });
}

#[test]
fn all_bad_attributes_of_one_button_come_in_one_error_and_a_press_sends_nothing() {
    in_browser(async |world| {
        let bad = [
            ("verify-url", "https://user@shop.example"),
            ("order-id", "no spaces"),
            ("amount", "ten"),
            ("currency", "shillings"),
            ("mode", "iframe"),
            ("poll-interval", "1"),
            ("timeout", "soon"),
            ("checkout-origins", "nowhere"),
            ("credentials", "always"),
            ("theme", "pink"),
        ];
        let button = bad
            .iter()
            .fold(Button::nameless(), |button, (name, value)| {
                button.with(name, value)
            });
        let shop = world.shop(&button).await;
        let error = shop.event("pay-error").await;
        assert_eq!(error["code"], "bad-option");
        let errors = error["errors"].as_array().unwrap();
        for (name, _) in bad {
            let found = errors.iter().find(|it| it["name"] == name);
            assert!(
                found.is_some_and(|it| it["expected"].as_str().is_some_and(|it| !it.is_empty())),
                "{name} in {error}"
            );
            assert!(error["message"].as_str().unwrap().contains(name), "{error}");
        }
        assert_eq!(errors.len(), bad.len());
        assert_eq!(shop.events("pay-error").await.len(), 1);
        shop.press().await;
        world.browser.has_tabs(1).await;
        assert_eq!(world.stack.shop.count("/pay/*"), 0);
    });
}

#[test]
fn a_bad_attribute_mended_by_the_page_is_forgotten() {
    in_browser(async |world| {
        let shop = world
            .shop(&Button::for_order("ORDER-0600").with("amount", "ten"))
            .await;
        shop.event("pay-error").await;
        shop.0
            .script("document.querySelector('#pay').amount = '25000'", vec![])
            .await;
        shop.press().await;
        world.pay(&shop).await;
    });
}

/// A secret, as an attribute and its value; the part of it that must not be repeated.
const SECRETS: [(&str, &str, &str); 8] = [
    ("secret-key", "abcdef-123456", "abcdef-123456"),
    ("SecretKey", "abcdef-123456", "abcdef-123456"),
    ("consumer_secret", "abcdef-123456", "abcdef-123456"),
    ("api-key", "abcdef-123456", "abcdef-123456"),
    ("description", "jo_live_4f5e6d7c8b9a", "4f5e6d7c8b9a"),
    (
        "customer-name",
        "whsec_C2FVsBQIhrscChlQIMV",
        "C2FVsBQIhrscChlQIMV",
    ),
    (
        "initiate-url",
        "/pay/initiate?k=jo_test_4f5e6d7c8b9a",
        "4f5e6d7c8b9a",
    ),
    ("quote", "-----BEGIN PRIVATE KEY-----MIIEvQ", "MIIEvQ"),
];

#[test]
fn a_secret_in_the_page_disables_the_button_and_nothing_is_sent() {
    in_browser(async |world| {
        for (name, value, hidden) in SECRETS {
            let shop = world
                .shop(&Button::for_order("ORDER-0601").with(name, value))
                .await;
            let error = shop.event("pay-error").await;
            assert_eq!(error["code"], "secret-in-browser", "{name}: {error}");
            let named = error["errors"][0]["name"].as_str().unwrap_or_default();
            assert!(named.eq_ignore_ascii_case(name), "{name}: {error}");
            assert!(!error.to_string().contains(hidden), "{error}");
            let disabled = until(Duration::from_secs(5), async || {
                (!shop.can_press().await).then_some(())
            })
            .await;
            assert!(disabled.is_some(), "{name}: the button can be pressed");
            shop.0
                .script("document.querySelector('#pay').label = 'Buy'", vec![])
                .await;
            assert!(!shop.can_press().await, "{name}: another label enables it");
            shop.0
                .script(
                    "document.querySelector('#pay').start().catch(() => {})",
                    vec![],
                )
                .await;
            world.browser.has_tabs(1).await;
        }
        assert_eq!(world.stack.shop.count("/pay/*"), 0);
    });
}

#[test]
fn bad_arguments_of_the_class_are_thrown_all_together() {
    in_browser(async |world| {
        let shop = world.shop_page(page("<div id=\"pay\"></div>")).await;
        let cases = [
            ("null, {}", "bad-option", vec!["target"]),
            ("'#pay', {}", "bad-option", vec!["target"]),
            ("document, {}", "bad-option", vec!["target"]),
            ("div", "bad-option", vec!["options"]),
            ("div, null", "bad-option", vec!["options"]),
            ("div, 'fast'", "bad-option", vec!["options"]),
            (
                "div, { initiateURL: '/x', sum: 1 }",
                "bad-option",
                vec!["initiateURL", "sum"],
            ),
            (
                "div, { secretKey: 'x', sum: 1 }",
                "secret-in-browser",
                vec!["secretKey", "sum"],
            ),
            (
                "null, { api_key: 'x' }",
                "secret-in-browser",
                vec!["target", "api_key"],
            ),
        ];
        for (arguments, code, names) in cases {
            let thrown = thrown(&shop, arguments).await;
            let errors = thrown["errors"].as_array().cloned().unwrap_or_default();
            let found: Vec<_> = errors
                .iter()
                .map(|it| it["name"].as_str().unwrap())
                .collect();
            assert_eq!(
                (thrown["code"].as_str(), found),
                (Some(code), names),
                "new PayButton({arguments}): {thrown}"
            );
        }
        // Values are judged later, as on the element, and by the rejection of start().
        let late = "const div = document.querySelector('#pay'); const { PayButton } = await import('/malipo/index.js');\
                    const pay = new PayButton(div, { initiateUrl: '/pay/initiate', verifyUrl: {}, amount: [1, 2], pollInterval: 'x', headers: { 'Content-Type': 'x' } });\
                    const error = await pay.start().then(() => null, (it) => it);\
                    return { code: error.code, names: error.errors.map((it) => it.name) }";
        let error = eval(&shop, late).await;
        assert_eq!(error["code"], "bad-option");
        for name in ["amount", "pollInterval", "headers.Content-Type"] {
            assert!(
                error["names"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|it| it == name),
                "{name}: {error}"
            );
        }
        assert_eq!(world.stack.shop.count("/pay/*"), 0);
    });
}

async fn thrown(shop: &Shop, arguments: &str) -> Value {
    let script = format!(
        "const div = document.querySelector('#pay'); const {{ PayButton }} = await import('/malipo/index.js');\
         try {{ new PayButton({arguments}); return null }} catch (it) {{ return {{ code: it.code, errors: it.errors, message: it.message }} }}"
    );
    eval(shop, &script).await
}

/// Runs the body of an async function in the page.
async fn eval(shop: &Shop, body: &str) -> Value {
    let script = format!(
        "const done = arguments[0]; (async () => {{ {body} }})().then(done, (it) => done(`threw ${{it}}`))"
    );
    shop.0
        .show()
        .await
        .execute_async(&script, vec![])
        .await
        .unwrap()
        .json()
        .clone()
}
