//! Clients that dawdle by the hundred, while others pay. Tokio's clock is paused for the waits; the sockets are real.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::World;

const EACH: usize = 200;

/// Half a request line, half a header, half a body, and nothing at all.
const HALVES: [&str; 4] = [
    "",
    "POST /pay/ver",
    "POST /pay/verify HTTP/1.1\r\nhost: x\r\nx-slow: aaaa",
    "POST /pay/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{\"order_id\":\"",
];

#[tokio::test]
async fn eight_hundred_that_dawdle_hold_nobody_up_and_are_shown_out() {
    let world = World::with_env("", &[("MALIPO_JOYNDPAY__WATCH_INTERVAL_MS", "60000")]).await;
    let answer = world.opened("ORDER-0000001").await;
    let address = world.base.strip_prefix("http://").unwrap().to_owned();
    let mut dawdlers = Vec::new();
    for _ in 0..EACH {
        for half in HALVES {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            stream.write_all(half.as_bytes()).await.unwrap();
            dawdlers.push(stream);
        }
    }
    assert_eq!(world.verify(&answer).await["status"], "pending");
    world.opened("ORDER-0000002").await;

    // Each gives a byte now and then, as slowloris does: what counts is when the whole of it is there.
    for _ in 0..4 {
        tokio::time::pause();
        tokio::time::sleep(Duration::from_secs(3)).await;
        tokio::time::resume();
        for stream in &mut dawdlers {
            let _ = stream.write_all(b"a").await;
        }
    }
    for (nth, stream) in dawdlers.iter_mut().enumerate() {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest));
        assert!(closed.await.is_ok(), "{nth} is still open");
        let text = String::from_utf8_lossy(&rest);
        assert!(!text.starts_with("HTTP/1.1 200"), "{text}");
    }
    let body = json!({"order_id": "ORDER-0000001", "token": answer["token"]});
    assert_eq!(world.post("/pay/verify", &body).await.status, 200);
    world.opened("ORDER-0000003").await;
}
