//! What the framework costs by itself: axum handlers that look nothing up. One answers every verify with the same words; one is
//! a provider that opens a checkout page for everyone and remembers nothing, since in earnest a provider has cores of its own.

use std::io::Write as _;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use tokio::net::TcpListener;

/// Serves; where that is asked for, until whoever started it closes its standard input.
pub(crate) async fn serve(exit_with_stdin: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    println!("malipo-bench listening on http://127.0.0.1:{port}");
    std::io::stdout().flush().unwrap();
    let answer = || async { ([(header::CONTENT_TYPE, "application/json")], ANSWER) };
    let routes = Router::new()
        .route("/pay/verify", post(answer))
        .route("/joyndpay/api/initiate/payment", post(open))
        .with_state(port);
    if exit_with_stdin {
        std::thread::spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            std::process::exit(0);
        });
    }
    axum::serve(listener, routes).await.unwrap();
}

async fn open(State(port): State<u16>, body: Bytes) -> impl IntoResponse {
    let asked: Asked<'_> = serde_json::from_slice(&body).expect("an initiate");
    let order_id = asked.order_id;
    Json(Answer {
        status: "success",
        data: Data {
            id: order_id,
            order_id,
            amount: asked.amount,
            currency: asked.currency,
            redirect_url: format!("http://localhost:{port}/joyndpay/make/payment/test/{order_id}"),
        },
    })
    .into_response()
}

/// What JoyndPay is asked, as far as its answer repeats it.
#[derive(Deserialize)]
struct Asked<'a> {
    order_id: &'a str,
    amount: Number,
    currency: &'a str,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    order_id: &'a str,
    amount: Number,
    currency: &'a str,
    redirect_url: String,
}

/// As long as the server's own.
const ANSWER: &str = r#"{"order_id":"ORDER000000001","status":"success","amount":"10000","currency":"UGX","test":true}"#;
