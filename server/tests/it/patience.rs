//! What takes time: event streams that last, and clients that dawdle. Tokio's clock is paused, so that a wait of ten
//! minutes takes none; the sockets are real.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::world::{SHOP, World};

/// A world in which nothing but the test's own subject ticks often.
async fn calm() -> World {
    World::with_env("", &[("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000")]).await
}

async fn connect(world: &World, request: &str) -> TcpStream {
    let address = world.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[expect(
    clippy::disallowed_methods,
    reason = "the paused clock is what is measured"
)]
fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Everything that the server sends until it closes, and how long that took on the paused clock.
async fn until_closed(stream: TcpStream) -> (String, Duration) {
    tokio::time::pause();
    let begun = now();
    let mut text = Vec::new();
    // A server that closes before it has read everything may reset the connection: what was sent counts.
    let _ = BufReader::new(stream).read_to_end(&mut text).await;
    let took = begun.elapsed();
    tokio::time::resume();
    (String::from_utf8(text).unwrap(), took)
}

#[track_caller]
fn about(seconds: u64, took: Duration) {
    let least = Duration::from_secs(seconds);
    assert!(
        least <= took + Duration::from_millis(5) && took < least + Duration::from_secs(5),
        "{took:?}"
    );
}

#[tokio::test]
async fn a_stream_beats_every_15_seconds_and_ends_after_10_minutes() {
    let world = calm().await;
    let answer = world.opened("ORDER-0000001").await;
    let token = answer["token"].as_str().unwrap();
    let stream = connect(
        &world,
        &format!("GET /pay/events?order_id=ORDER-0000001 HTTP/1.1\r\nhost: x\r\norigin: {SHOP}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"),
    )
    .await;
    let (text, took) = until_closed(stream).await;
    about(600, took);
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let beats = text.matches("event: heartbeat\n").count();
    // The last one falls together with the end.
    assert!(matches!(beats, 39 | 40), "{beats}");
    assert_eq!(text.matches("event: status\n").count(), 1, "{text}");
    let first = text.find("event: status").unwrap();
    assert!(first < text.find("event: heartbeat").unwrap());
    assert_eq!(world.app.limits.streams.open(), 0, "it gave its place back");
}

#[tokio::test]
async fn half_a_request_is_given_ten_seconds() {
    let world = calm().await;
    for half in ["POST /pay/verify HTTP/1.1\r\nhost: x\r\nx-slow: ", "P", ""] {
        let (text, took) = until_closed(connect(&world, half).await).await;
        about(10, took);
        assert!(!text.contains("200 OK"), "{text}");
    }
}

#[tokio::test]
async fn half_a_body_is_given_ten_seconds() {
    let world = calm().await;
    for framing in [
        "content-length: 100\r\n\r\n{",
        "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    ] {
        let request = format!(
            "POST /pay/verify HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{framing}"
        );
        let (text, took) = until_closed(connect(&world, &request).await).await;
        about(10, took);
        assert!(text.starts_with("HTTP/1.1 408"), "{text}");
        assert!(text.contains(r#""code":"timeout""#), "{text}");
    }
}

#[tokio::test]
async fn who_asks_and_does_not_read_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let size = 64 << 20;
    std::fs::write(folder.path().join("large.js"), vec![b'x'; size]).unwrap();
    let world = World::with(&format!("widget_dir = \"{}\"", folder.path().display())).await;
    let request = "GET /malipo/large.js HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    // The clock moves on only when the server can do nothing but wait for its client.
    for (waits, whole) in [(20, true), (40, false)] {
        let mut stream = connect(&world, request).await;
        tokio::time::pause();
        tokio::time::sleep(Duration::from_secs(waits)).await;
        tokio::time::resume();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer).await;
        let complete = read.is_ok() && size < answer.len();
        assert_eq!(complete, whole, "{waits} s: {} bytes", answer.len());
    }
}
