//! The program itself: its options, its first words, its end.

use serde_json::json;
use tokio::{io::AsyncBufReadExt as _, process::Command, time::timeout};

use crate::sandbox::{LIMIT, NOWHERE, Sandbox, json_of, order};

#[tokio::test]
async fn it_says_that_no_money_moves() {
    let mut sandbox = Sandbox::start().await;
    let mut line = String::new();
    timeout(LIMIT, sandbox.stdout.read_line(&mut line))
        .await
        .unwrap()
        .unwrap();
    assert!(line.contains("no money moves"), "{line}");
}

#[tokio::test]
async fn the_help_tells_every_option_and_the_script() {
    let help = run(&["--help"]).await;
    for part in [
        "--listen",
        "--public-url",
        "--joyndpay-public-key",
        "sandbox-test-public-key",
        "--joyndpay-secret-key",
        "sandbox-test-secret-key",
        "--joyndpay-currencies",
        "/sandbox/script",
        "joyndpay.ipn.mode",
        "timeout_after_create",
        "--jenga-public-key",
        "MALIPO_SANDBOX_JENGA_PUBLIC_KEY",
        "sandbox-jenga-api-key",
        "sandbox-jenga-consumer-secret",
        "/jenga/link/{paymentLinkRef}",
        "jenga.ipn.external_ref_in",
        "/sandbox/outbox",
    ] {
        assert!(help.contains(part), "{part} is missing in {help}");
    }
}

#[tokio::test]
async fn bad_options_are_named() {
    for (arguments, culprit) in [
        (["--listen", "nowhere"], "--listen"),
        (["--public-url", "ftp://x"], "--public-url"),
        (["--colour", "red"], "--colour"),
    ] {
        let said = run(&arguments).await;
        assert!(said.contains(culprit), "{said}");
    }
}

#[tokio::test]
async fn the_public_url_is_what_pages_are_reached_by() {
    let sandbox = Sandbox::start_with(&["--public-url", "https://pay.example/sandbox/"]).await;
    let answer = json_of(sandbox.initiate(&order("ORD-PUBLIC-1", NOWHERE)).await).await;
    let url = answer["data"]["redirect_url"].as_str().unwrap();
    assert!(
        url.starts_with("https://pay.example/sandbox/joyndpay/make/payment/test/"),
        "{url}"
    );
}

#[tokio::test]
async fn the_currencies_are_a_setting() {
    let sandbox = Sandbox::start_with(&["--joyndpay-currencies", "BHD,JPY"]).await;
    let mut body = order("ORD-BAHRAIN-1", NOWHERE);
    body["currency"] = json!("BHD");
    assert_eq!(sandbox.initiate(&body).await.status(), 200);
    body["currency"] = json!("UGX");
    assert_eq!(sandbox.initiate(&body).await.status(), 422);
}

#[cfg(unix)]
#[tokio::test]
async fn it_stops_on_a_signal_even_while_a_request_hangs() {
    for signal in ["-TERM", "-INT"] {
        let mut sandbox = Sandbox::start().await;
        sandbox
            .script(json!({"verify": {"fault": "timeout_after_create"}}))
            .await;
        let hanging = sandbox.joyndpay("/verify/payment").body("{}").send();
        tokio::spawn(hanging);
        loop {
            let calls = json_of(sandbox.get("/sandbox/calls").await).await;
            if calls["calls"][0].is_object() {
                break;
            }
        }
        let id = sandbox.process.id().unwrap().to_string();
        Command::new("kill")
            .args([signal, &id])
            .status()
            .await
            .unwrap();
        let ended = timeout(LIMIT, sandbox.process.wait()).await;
        assert!(ended.expect("it stops").unwrap().success(), "{signal}");
    }
}

#[tokio::test]
async fn it_stops_with_standard_input_where_that_is_asked_for() {
    let mut sandbox = Sandbox::start_with(&["--exit-with-stdin"]).await;
    let stdin = sandbox.process.stdin.take().unwrap();
    assert_eq!(sandbox.get("/").await.status(), 200);
    drop(stdin);
    let ended = timeout(LIMIT, sandbox.process.wait()).await;
    assert!(ended.expect("it stops").unwrap().success());

    let mut sandbox = Sandbox::start().await;
    drop(sandbox.process.stdin.take().unwrap());
    assert_eq!(sandbox.get("/").await.status(), 200);
    assert_eq!(sandbox.process.try_wait().unwrap(), None);
}

/// What a run that ends by itself prints.
pub(crate) async fn run(arguments: &[&str]) -> String {
    run_with(arguments, &[]).await
}

/// As `run`, with these environment variables.
pub(crate) async fn run_with(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_malipo-sandbox"))
        .args(arguments)
        .envs(variables.iter().copied())
        .output();
    let output = timeout(LIMIT, output).await.expect("it ends").unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}
