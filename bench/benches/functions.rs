//! The functions that every request goes through, by Criterion: `make bench` runs it, and `malipo-bench functions` reads what
//! it writes.
#![expect(
    clippy::unwrap_used,
    reason = "a failed expectation is the benchmark's failure"
)]

use std::hint::black_box;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo_server::clock::UnixMs;
use malipo_server::payment::settle::{Observation, settle};
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Reference, quote};
use malipo_wire::{InitiateRequest, Money, Status, VerifyAnswer, VerifyRequest};
use sha2::Sha256;

fn bodies(all: &mut Criterion) {
    let initiate = r#"{"order_id":"ORDER-1","amount":"10000","currency":"UGX","customer":{"name":"Ada Nakato","email":"ada@example.com"},"return_url":"https://shop.example/thanks"}"#;
    all.bench_function("read an initiate", |it| {
        it.iter(|| serde_json::from_str::<InitiateRequest>(black_box(initiate)).unwrap());
    });
    let verify = r#"{"order_id":"ORDER-1","token":"WkE9n3rB2mT6yQ8uV1xL5cF7hJ0pS4dG_aKiNoRtUwZ"}"#;
    all.bench_function("read a verify", |it| {
        it.iter(|| serde_json::from_str::<VerifyRequest>(black_box(verify)).unwrap());
    });
    let answer = VerifyAnswer {
        order_id: "ORDER-1".to_owned(),
        status: Status::Success,
        amount: Some("10000".to_owned()),
        currency: Some("UGX".to_owned()),
        reason: None,
        test: None,
    };
    all.bench_function("write a verify's answer", |it| {
        it.iter(|| serde_json::to_string(black_box(&answer)).unwrap());
    });
}

fn money(all: &mut Criterion) {
    let currency = "KES".parse().unwrap();
    all.bench_function("read an amount", |it| {
        it.iter(|| Money::parse(black_box("1250.50"), currency).unwrap());
    });
    let price = Money::parse("1250.50", currency).unwrap();
    all.bench_function("write an amount", |it| {
        it.iter(|| black_box(price).to_decimal());
    });
}

fn decisions(all: &mut Criterion) {
    let signed = signed();
    all.bench_function("check a quote", |it| {
        it.iter(|| quote::read(black_box(&signed), KEY, "demo:sandbox", 1000).unwrap());
    });
    let price = Money::parse("10000", "UGX".parse().unwrap()).unwrap();
    let attempt = Attempt {
        status: AttemptStatus::Pending,
        ..Attempt::new(
            AttemptId("00000000-0000-4000-8000-000000000001".to_owned()),
            "ORDER-1".parse().unwrap(),
            "joyndpay",
            Reference("REFERENCE0000001".to_owned()),
            price,
            UnixMs(0),
        )
    };
    let paid = Observation::Success(Some(price));
    all.bench_function("settle a payment", |it| {
        it.iter(|| settle(black_box(&attempt), None, paid, UnixMs(1)).unwrap());
    });
}

/// As a shop's server signs it.
fn signed() -> String {
    let claims = r#"{"order_id":"ORDER-1","amount":"10000","currency":"UGX","aud":"demo:sandbox","exp":2000,"description":"Rolex T-shirt"}"#;
    let [header, claims] = [r#"{"alg":"HS256","typ":"JWT"}"#, claims];
    let [header, claims] = [header, claims].map(|it| BASE64_URL_SAFE_NO_PAD.encode(it));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{header}.{claims}").as_bytes());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{header}.{claims}.{signature}")
}

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

criterion_group!(functions, bodies, money, decisions);
criterion_main!(functions);
