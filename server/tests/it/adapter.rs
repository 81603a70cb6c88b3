//! The JoyndPay adapter against fixtures: no server needed.

use malipo_server::clock::UnixMs;
use malipo_server::config::Config;
use malipo_server::payment::Reference;
use malipo_server::payment::settle::Observation;
use malipo_server::provider::{HttpResponse, JoyndPayAdapter, Opening, Provider, ProviderError};
use malipo_wire::{Customer, Money, Reason};
use serde_json::{Value, json};

fn adapter(mode: &str) -> JoyndPayAdapter {
    let text = format!(
        "shop = \"demo\"\nmode = \"{mode}\"\npublic_url = \"https://pay.example\"\nshop_origins = [\"https://shop.example\"]\n\
         quote.key = \"0123456789abcdef0123456789abcdef\"\njoyndpay.public_key = \"P\"\njoyndpay.secret_key = \"S\""
    );
    let config = Config::read(&text, []).unwrap();
    JoyndPayAdapter::new(config.providers.joyndpay.unwrap(), config.mode)
}

fn open(mode: &str, body: &Value) -> Result<Option<String>, ProviderError> {
    let reference = Reference("ORD0000012345".to_owned());
    let opening = Opening {
        order_id: &"ORDER-7".parse().unwrap(),
        now: UnixMs(0),
        reference: &reference,
        price: Money::parse("10000", "UGX".parse().unwrap()).unwrap(),
        description: None,
        customer: &Customer::default(),
        notify_url: "https://pay.example/n",
        callback_url: "https://pay.example/r",
    };
    let response = HttpResponse {
        status: 200,
        retry_after: None,
        body: body.to_string().into_bytes(),
    };
    adapter(mode)
        .read_opening(&opening, &response)
        .map(|it| it.redirect_url)
}

/// The documented sample, with another page.
fn sample(url: &str) -> Value {
    json!({"status":"success","data":{"id":"5e5964d8-15d0-42bd-80b2-b9828801594b","order_id":"ORD0000012345","currency":"UGX","amount":10000,
        "redirect_url":url,"callback_url":"https://merchant.example/return","ipn_url":"https://merchant.example/ipn"}})
}

#[test]
fn only_the_providers_own_page_of_our_mode_is_handed_out() {
    let test = "https://joyndpay.com/make/payment/test/5e5964d8-15d0-42bd-80b2-b9828801594b";
    let live = "https://joyndpay.com/make/payment/live/5e5964d8-15d0-42bd-80b2-b9828801594b";
    assert_eq!(open("sandbox", &sample(test)), Ok(Some(test.to_owned())));
    assert_eq!(open("live", &sample(live)), Ok(Some(live.to_owned())));
    let long = format!("{test}{}", "a".repeat(100_000));
    for (mode, url) in [
        ("sandbox", live),
        ("live", test),
        ("sandbox", ""),
        ("sandbox", "/make/payment/test/x"),
        ("sandbox", "//joyndpay.com/make/payment/test/x"),
        ("sandbox", "http://joyndpay.com/make/payment/test/x"),
        (
            "sandbox",
            "https://joyndpay.com@evil.example/make/payment/test/x",
        ),
        (
            "sandbox",
            "https://joyndpay.com.evil.example/make/payment/test/x",
        ),
        ("sandbox", "https://u:p@joyndpay.com/make/payment/test/x"),
        ("sandbox", "https://joyndpay.com:8443/make/payment/test/x"),
        ("sandbox", "https://joyndpay.com./make/payment/test/x"),
        ("sandbox", "https:\\\\joyndpay.com/make/payment/test/x"),
        ("sandbox", "https://joyndpay.com/make/payment/te\tst/x"),
        (
            "sandbox",
            "https://joyndpay.com/make/payment/test/../live/x",
        ),
        ("sandbox", "https://joyndpay.com/make/payment/live/test/x"),
        ("sandbox", "https://joyndpаy.com/make/payment/test/x"),
        ("sandbox", "javascript:alert(1)//test/"),
        ("sandbox", "data:text/html,/test/"),
        ("sandbox", &long),
    ] {
        assert!(
            matches!(open(mode, &sample(url)), Err(ProviderError::Unsafe { .. })),
            "{mode} {url:.100}"
        );
    }
}

#[test]
fn an_answer_about_something_else_is_not_handed_out() {
    let good = sample("https://joyndpay.com/make/payment/test/x");
    for (field, value) in [
        ("order_id", json!("ORD0000012346")),
        ("order_id", Value::Null),
        ("amount", json!(9999)),
        ("amount", json!("10000")),
        ("currency", json!("KES")),
    ] {
        let mut answer = good.clone();
        answer["data"][field] = value;
        assert!(
            matches!(open("sandbox", &answer), Err(ProviderError::Unsafe { .. })),
            "{answer}"
        );
    }
}

#[test]
fn errors_are_sorted_by_what_to_do_next() {
    let rejected = |detail: &str| {
        Err(ProviderError::Rejected {
            detail: detail.to_owned(),
        })
    };
    assert_eq!(
        open("sandbox", &json!({"status":"error","error":["a","b"]})),
        rejected("a; b")
    );
    assert_eq!(
        open("sandbox", &json!({"status":"error","message":"no"})),
        rejected("no")
    );
    assert_eq!(
        open("sandbox", &json!({"status":"error"})),
        rejected("no reason given")
    );
    for answer in [
        json!({}),
        json!([]),
        json!({"status":"success"}),
        json!({"status":"ok","data":{}}),
        json!({"status":"success","data":[]}),
    ] {
        assert!(
            matches!(
                open("sandbox", &answer),
                Err(ProviderError::OutcomeUnknown { .. })
            ),
            "{answer}"
        );
    }
}

#[test]
fn the_documented_verify_answers_are_read() {
    let reference = Reference("ORD0000012345".to_owned());
    let price = Money::parse("10000", "UGX".parse().unwrap()).unwrap();
    for (status, expected) in [
        ("pending", Observation::Pending),
        ("failed", Observation::Failed(Reason::Other)),
        ("success", Observation::Success(Some(price))),
    ] {
        let body = json!({"status":"success","data":{"order_id":"ORD0000012345","status":status,"amount":10000,"currency":"UGX"}});
        for code in [200, 404, 500] {
            let response = HttpResponse {
                status: code,
                retry_after: None,
                body: body.to_string().into_bytes(),
            };
            let seen = JoyndPayAdapter::read_look_up(&reference, &response).unwrap();
            assert_eq!(seen, expected);
        }
    }
}

#[test]
fn only_order_ids_of_the_providers_kind_serve_as_references() {
    let adapter = adapter("sandbox");
    for (id, fits) in [
        ("ORD0000012345", true),
        ("A-23456789", true),
        ("A23456789", false),
        ("A2345678901234567890", true),
        ("A23456789012345678901", false),
        ("ord0000012345", false),
        ("ORD.000001234", false),
    ] {
        assert_eq!(
            adapter.fits_as_reference(&id.parse().unwrap()),
            fits,
            "{id}"
        );
    }
    for (amount, accepted) in [("1.234", false), ("1.230", true)] {
        let price = Money::parse(amount, "BHD".parse().unwrap()).unwrap();
        let seen = adapter.accepts(price, &Customer::default());
        assert_eq!(seen.is_ok(), accepted, "{amount}: {seen:?}");
    }
}
