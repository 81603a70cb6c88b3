//! `malipo-server check`: the real program, before backends with one fault each, and before a good one.

mod backend;
mod dress;
mod fairness;
mod fault;
mod price;
mod serving;

use serde_json::Value;

use crate::fake::Fake;
use crate::process::{Server, run};
use crate::world::{config_text, quote};
use backend::{Backend, SECRET, SHOP};
use fault::Fault;

/// Runs the check with `--json`: its exit code, and every check with what it says.
async fn checked(base: &str, arguments: &[&str]) -> (i32, Vec<(String, String, String)>) {
    let url = format!("{base}/pay/initiate");
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["check", &url, "--json"], arguments].concat();
    let (code, out, err) = run(folder.path(), &arguments).await;
    let json: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let checks = json["checks"].as_array().unwrap().iter();
    let checks: Vec<_> = checks
        .map(|it| {
            (
                text(&it["check"]),
                text(&it["result"]),
                text(&it["sentence"]),
            )
        })
        .collect();
    let wrong = checks.iter().filter(|it| it.1 == "wrong").count();
    assert_eq!(json["wrong"], wrong);
    assert_eq!(code, if wrong == 0 { 0 } else { 3 }, "{err}");
    (code, checks)
}

const SHOWN: [&str; 8] = [
    "--sku",
    "tea",
    "--amount",
    "1250.50",
    "--currency",
    "KES",
    "--origin",
    SHOP,
];

/// A backend with this fault is found wrong by this check and by no other, in a sentence that holds these words.
async fn finds(fault: Fault, expected: &str, words: &str) {
    let backend = Backend::start(fault).await;
    let patience = [
        "--patience",
        if fault == Fault::Silent { "5" } else { "60" },
    ];
    let (_, checks) = checked(&backend.base, &[&SHOWN[..], &patience].concat()).await;
    let wrong: Vec<_> = checks.iter().filter(|it| it.1 == "wrong").collect();
    assert!(
        wrong.len() == 1 && wrong[0].0 == expected && wrong[0].2.contains(words),
        "{fault:?}, {expected}: {wrong:#?}"
    );
}

/// Everything that is said of a backend with this fault.
async fn judged(fault: Fault) -> Vec<(String, String, String)> {
    let backend = Backend::start(fault).await;
    checked(&backend.base, &SHOWN).await.1
}

/// The checks with this result.
fn with<'a>(checks: &'a [(String, String, String)], result: &str) -> Vec<&'a str> {
    let found = checks.iter().filter(|it| it.1 == result);
    found.map(|it| it.0.as_str()).collect()
}

#[tokio::test]
async fn a_good_backend_passes_every_check() {
    let backend = Backend::start(Fault::None).await;
    let (code, checks) = checked(&backend.base, &SHOWN).await;
    let others: Vec<_> = checks.iter().filter(|it| it.1 != "ok").collect();
    assert_eq!(code, 0);
    assert!(others.is_empty(), "{others:#?}");
    // The first, the one that was asked for twice at once, and the one for less, at the usual price.
    assert_eq!(backend.orders(), 3);
}

#[tokio::test]
async fn faults_of_what_is_opened_are_found() {
    finds(
        Fault::OpensNothing,
        "initiate",
        "neither redirect_url nor sent_to",
    )
    .await;
    finds(Fault::NoOrderId, "order-id", "names no order").await;
    finds(Fault::OddOrderId, "order-id", "1 to 64").await;
    finds(
        Fault::RelativeUrl,
        "redirect-url",
        "not an absolute https URL",
    )
    .await;
    finds(Fault::HttpUrl, "redirect-url", "is not https").await;
    finds(
        Fault::OwnUrl,
        "redirect-url",
        "yours and not the provider's",
    )
    .await;
    finds(Fault::InitiateAmount, "amount", "KES 1250.51").await;
    finds(Fault::VerifyAmount, "amount", "verify says").await;
    finds(Fault::FloatAmount, "amount-form", "floating-point").await;
    finds(
        Fault::PagesPrice,
        "price",
        "KES 1125.45 where it opened one of KES 1250.50",
    )
    .await;
    finds(
        Fault::ForeignReturnToldBack,
        "return-url",
        "whatever page an attacker named",
    )
    .await;
}

#[tokio::test]
async fn faults_of_verify_are_found() {
    finds(Fault::UnknownWord, "verify", "does not know").await;
    finds(
        Fault::VerifyWithoutStatus,
        "verify",
        "no order_id and status",
    )
    .await;
    finds(Fault::AnotherOrder, "verify-order", "another order").await;
    finds(Fault::UnknownSucceeds, "verify-unknown", "says success").await;
    finds(Fault::UnknownPends, "verify-unknown", "says pending").await;
    finds(Fault::BelievesBody, "verify-claim", "the body").await;
    finds(Fault::BelievesQuery, "verify-claim", "query").await;
    finds(Fault::AsksForNoToken, "verify-token", "without its token").await;
    finds(
        Fault::TakesAnyToken,
        "verify-token",
        "another order's token",
    )
    .await;
    finds(Fault::CountedOrders, "verify-token", "counts on").await;
    finds(Fault::CountedInFront, "verify-token", "counts on").await;
}

#[tokio::test]
async fn payments_begun_twice_are_found() {
    finds(Fault::NoIdempotency, "repeat", "pays twice").await;
    finds(Fault::RepeatRefused, "repeat", "cannot pay").await;
    finds(Fault::OtherBodyTaken, "repeat-other-body", "422").await;
    finds(
        Fault::OtherBodyTakenAmountCompared,
        "repeat-other-body",
        "422",
    )
    .await;
    finds(Fault::SecondLink, "repeat", "another payment").await;
    finds(Fault::TwoAtOnce, "repeat-at-once", "open two payments").await;
    finds(Fault::LoserIsFinal, "repeat-at-once", "without Retry-After").await;
    let twice = judged(Fault::UnnamedTwice).await;
    assert_eq!(with(&twice, "wrong"), ["order-id", "repeat-at-once"]);
}

#[tokio::test]
async fn faulty_errors_are_found() {
    finds(
        Fault::BrokenJsonOpens,
        "bad-input",
        "breaks off opens a payment",
    )
    .await;
    finds(
        Fault::PlainTextOpens,
        "bad-input",
        "text/plain by a foreign page opens a payment: any page on the web",
    )
    .await;
    finds(Fault::ErrorsWith200, "bad-input", "HTTP 200").await;
    finds(Fault::ErrorsWith500, "error-status", "HTTP 500").await;
    finds(
        Fault::TokenBreaks,
        "error-status",
        "without the token is answered with HTTP 500",
    )
    .await;
    finds(Fault::HtmlErrors, "error-body", "an HTML page").await;
    finds(Fault::ErrorsWithoutText, "error-body", "finds no text").await;
}

#[tokio::test]
async fn leaked_secrets_are_found() {
    finds(Fault::SecretField, "secrets", "field joyndpay_secret_key").await;
    finds(Fault::SecretHeader, "secrets", "header x-debug").await;
    finds(Fault::SecretInError, "secrets", "field error").await;
}

#[tokio::test]
async fn faulty_cors_is_found() {
    finds(Fault::NoPreflight, "cors-preflight", "HTTP 405").await;
    finds(Fault::KeyNotAllowed, "cors-preflight", "idempotency-key").await;
    finds(Fault::ErrorsNotReadable, "cors-answer", "errors included").await;
    finds(Fault::BusyHidden, "cors-answer", "for a final no").await;
    finds(Fault::LimitHidden, "cors-answer", "in its own time").await;
    finds(Fault::ArticleLimitHidden, "cors-answer", "then gives up").await;
    finds(Fault::StarWithCredentials, "cors-credentials", "(*)").await;
    finds(Fault::EchoWithCredentials, "cors-credentials", "any page").await;
}

#[tokio::test]
async fn faults_of_the_answers_form_are_found() {
    finds(Fault::GetInitiates, "method", "GET of initiate").await;
    finds(Fault::GetVerifies, "method", "GET of verify").await;
    finds(Fault::Redirects, "redirect", "HTTP 308").await;
    finds(Fault::CalledHtml, "content-type", "sent as text/html").await;
    finds(Fault::Cacheable, "cache", "no-store").await;
    finds(Fault::ExpiresLater, "cache", "no-store").await;
    finds(Fault::Cookie, "cookies", "sets a cookie").await;
    finds(
        Fault::Silent,
        "speed",
        "verify was not answered within 5 s, as --patience says",
    )
    .await;
    finds(Fault::LongAnswer, "answer-size", "64 KiB").await;
    finds(Fault::NoCap, "request-size", "1 MiB").await;
}

#[tokio::test]
async fn an_amount_that_is_no_decimal_is_named_where_no_currency_helps() {
    let backend = Backend::start(Fault::GroupedAmount).await;
    let (_, checks) = checked(&backend.base, &["--sku", "tea"]).await;
    let wrong = checks.iter().filter(|it| it.1 == "wrong");
    let wrong: Vec<_> = wrong.map(|it| it.0.as_str()).collect();
    assert!(wrong.contains(&"amount-form"), "{wrong:?}");
}

#[tokio::test]
async fn an_allow_origin_given_twice_is_none() {
    let backend = Backend::start(Fault::TwoOrigins).await;
    let (_, checks) = checked(&backend.base, &SHOWN).await;
    let wrong = checks.iter().filter(|it| it.1 == "wrong");
    let wrong: Vec<_> = wrong.map(|it| it.0.as_str()).collect();
    assert_eq!(wrong, ["cors-preflight", "cors-answer"]);
}

#[tokio::test]
async fn cookies_are_judged_by_what_the_page_sends() {
    let with = [&SHOWN[..], &["--credentials"]].concat();
    let backend = Backend::start_with(Fault::Cookie, true).await;
    assert_eq!(checked(&backend.base, &with).await.0, 0);
    let backend = Backend::start(Fault::None).await;
    let (_, checks) = checked(&backend.base, &with).await;
    let wrong = checks.iter().find(|it| it.1 == "wrong").unwrap();
    assert_eq!(wrong.0, "cors-credentials");
}

#[tokio::test]
async fn a_secret_of_the_operators_own_is_found_and_never_printed() {
    let run = async |fault: Fault, name: &str| {
        let backend = Backend::start(fault).await;
        let url = format!("{}/pay/initiate", backend.base);
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_malipo-server"));
        command.args(["check", &url, "--sku", "tea", "--secret-env", name]);
        let output = command.env("MY_KEY", SECRET).output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (code, out, err) = run(Fault::SecretInRefusal, "MY_KEY").await;
    assert!(
        code == Some(3) && out.contains("opened nothing"),
        "{out}{err}"
    );
    assert!(out.contains("holds a secret"), "{out}");
    assert!(
        !out.contains("CANARY") && !err.contains("CANARY"),
        "{out}{err}"
    );
    let (code, out, err) = run(Fault::OwnSecret, "MY_KEY").await;
    assert_eq!(code, Some(3));
    let line = out.lines().find(|it| it.starts_with("wrong")).unwrap();
    assert!(
        line.contains("secrets") && line.contains("field note"),
        "{out}"
    );
    assert!(
        !out.contains("CANARY") && !err.contains("CANARY"),
        "{out}{err}"
    );
    assert!(err.contains("1 thing is wrong with this backend"), "{err}");
    let (code, _, err) = run(Fault::None, "NO_SUCH_KEY").await;
    assert!(
        code == Some(3) && err.contains("NO_SUCH_KEY is not set"),
        "{err}"
    );
}

#[tokio::test]
async fn what_cannot_be_checked_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let backend = Backend::start(Fault::None).await;
    let url = format!("{}/pay/initiate", backend.base);
    let elsewhere = "https://shop.example/pay/initiate";
    for (arguments, expected) in [
        (
            &["https://shop.example/pay/initiate"][..],
            "nothing was sent",
        ),
        (
            &["http://shop.example/pay/initiate", "--test-keys"],
            "URL: accepted: an https URL",
        ),
        (&["https://shop.example/start"], "--verify"),
        (&["shop.example"], "URL: accepted: an absolute https URL"),
        (&[&url, "--verify", elsewhere], "nothing was sent"),
        (&[&url, "--amount", "1,000"], "--amount: accepted: "),
        (
            &[&url, "--quantity", "2"],
            "--quantity: accepted: a sku beside it",
        ),
        (
            &[&url, "--origin", "https://shop.example/page"],
            "--origin: accepted: ",
        ),
        (&[&url, "--header", "x"], "--header: accepted: "),
        (
            &[&url, "--header", "SecretKey: 1"],
            "--header: accepted: no provider secret",
        ),
    ] {
        let (code, out, err) = run(folder.path(), &[&["check"], arguments].concat()).await;
        assert!(
            code == 3 && out.is_empty() && err.contains(expected),
            "{arguments:?}: {code} {out}{err}"
        );
    }
    assert_eq!(backend.requests(), 0);
}

#[tokio::test]
async fn our_own_server_passes() {
    let fake = Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    let text = config_text(&fake, folder.path(), "");
    std::fs::write(folder.path().join("malipo.toml"), text).unwrap();
    let server = Server::start(folder.path()).await;
    let quote = quote("ORDER-0000001", "10000", 3600);
    for named in [
        &["--sku", "tea"][..],
        &["--sku", "tea", "--amount", "1250.5", "--currency", "KES"],
        &["--quote", &quote, "--amount", "10000", "--currency", "UGX"],
    ] {
        let arguments = &[named, &["--origin", crate::world::SHOP]].concat();
        let (code, checks) = checked(&server.base, arguments).await;
        let wrong: Vec<_> = checks.iter().filter(|it| it.1 == "wrong").collect();
        assert!(code == 0, "{arguments:?}: {wrong:#?}");
        let token = checks.iter().find(|it| it.0 == "verify-token").unwrap();
        assert_eq!(token.1, "ok", "{token:?}");
    }
}
