//! What the framework costs by itself: an axum handler that answers every verify with the same words.

use std::io::Write as _;

use axum::Router;
use axum::http::header;
use axum::routing::post;
use tokio::net::TcpListener;

/// Serves; where that is asked for, until whoever started it closes its standard input.
pub(crate) async fn serve(exit_with_stdin: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    println!("malipo-bench listening on http://{address}");
    std::io::stdout().flush().unwrap();
    let answer = || async { ([(header::CONTENT_TYPE, "application/json")], ANSWER) };
    let routes = Router::new().route("/pay/verify", post(answer));
    if exit_with_stdin {
        std::thread::spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            std::process::exit(0);
        });
    }
    axum::serve(listener, routes).await.unwrap();
}

/// As long as the server's own.
const ANSWER: &str = r#"{"order_id":"ORDER000000001","status":"success","amount":"10000","currency":"UGX","test":true}"#;
