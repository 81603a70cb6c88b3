//! More connections than the process may have: they wait, and the store and the provider's calls have what they need.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fake::Fake;
use crate::process::{Server, prepare};
use crate::world::{self, SHOP, key, quoted};

/// One connection, written and read by hand, so that it is certain which one it is.
struct Line(TcpStream);

impl Line {
    async fn to(server: &Server) -> Self {
        Self(TcpStream::connect(server.address()).await.unwrap())
    }

    async fn write(&mut self, head: &str, body: &str) {
        let length = body.len();
        let text = format!("{head}\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}");
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// An answer's status and body.
    async fn read(&mut self) -> (u16, String) {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.lines().next().unwrap().parse().unwrap();
                if length <= body.len() {
                    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                    let text = String::from_utf8(bytes).unwrap();
                    return (status, text.split_once("\r\n\r\n").unwrap().1.to_owned());
                }
            }
            assert_ne!(self.0.read_buf(&mut bytes).await.unwrap(), 0, "{text}");
        }
    }

    async fn ask(&mut self, head: &str, body: &str) -> (u16, String) {
        self.write(head, body).await;
        let answer = tokio::time::timeout(Duration::from_secs(20), self.read());
        answer
            .await
            .unwrap_or_else(|_| panic!("no answer to {head}"))
    }

    /// The value of a metric without labels.
    async fn metric(&mut self, name: &str) -> u64 {
        let (_, text) = self.ask("GET /metrics HTTP/1.1", "").await;
        let line = text.lines().find(|it| it.starts_with(&format!("{name} ")));
        line.unwrap().split(' ').nth(1).unwrap().parse().unwrap()
    }
}

#[tokio::test]
async fn what_comes_above_the_limit_waits_and_payments_go_on() {
    let fake = Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    prepare(&fake, folder.path());
    let server = Server::start_with_descriptors(folder.path(), 300).await;
    let mut line = Line::to(&server).await;
    assert_eq!(line.metric("process_max_fds").await, 300, "raised from 100");
    let places = line.metric("malipo_connections_limit").await;
    assert!((50..200).contains(&places), "{places}");

    // Twice as many as there are descriptors; the system itself lets a part of them wait.
    let flood: Vec<_> = (0..600)
        .map(|_| {
            let address = server.address().to_owned();
            tokio::spawn(async move {
                let _held = TcpStream::connect(address).await;
                std::future::pending::<()>().await;
            })
        })
        .collect();
    let mut served = 0;
    for _ in 0..1_000 {
        served = line.metric("malipo_connections").await;
        assert!(served <= places, "{served}");
        if served == places && 0 < line.metric("malipo_connections_exhausted_total").await {
            break;
        }
    }
    assert_eq!(served, places);
    assert!(line.metric("process_open_fds").await < 300);
    let url = format!("{}/healthz", server.base);
    let waiting =
        tokio::spawn(async move { world::send(&world::client(), "GET", &url, &[], "").await });

    // The store, and a call to the provider.
    let body = quoted("ORDER-0000001").to_string();
    let head = format!(
        "POST /pay/initiate HTTP/1.1\r\norigin: {SHOP}\r\ncontent-type: application/json\r\nidempotency-key: {}",
        key()
    );
    let (status, text) = line.ask(&head, &body).await;
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["order_id"], "ORDER-0000001");
    assert_eq!(line.ask("GET /readyz HTTP/1.1", "").await.0, 200);

    for held in &flood {
        held.abort();
    }
    assert_eq!(waiting.await.unwrap().status, 200, "it has its turn");
    let (code, logs) = server.stop().await;
    assert_eq!(code, Some(0), "{logs}");
    assert!(logs.contains("every connection is in use"), "{logs}");
    assert!(!logs.contains("could not be accepted"), "{logs}");
}
