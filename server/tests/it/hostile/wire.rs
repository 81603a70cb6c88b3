//! Requests that are HTTP, nearly: what a proxy in front may read otherwise than we do, and limits on their size.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::World;

/// The statuses of all answers to these bytes, in order.
pub(super) async fn answers(world: &World, bytes: &[u8]) -> Vec<u16> {
    let address = world.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may answer and close before all of it is sent.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // An end, or a reset: a server that keeps the connection open and says nothing is neither.
    let ended = tokio::time::timeout(Duration::from_secs(60), read).await;
    assert!(ended.is_ok(), "the connection hangs: {answer:?}");
    let text = String::from_utf8_lossy(&answer);
    text.match_indices("HTTP/1.")
        .filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok())
        .collect()
}

fn verify(headers: &str, body: &str) -> String {
    format!(
        "POST /pay/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{headers}\r\n{body}"
    )
}

const UNKNOWN: &str = r#"{"order_id":"a"}"#;

#[tokio::test]
async fn requests_that_two_servers_may_read_differently_are_read_once_or_refused() {
    let world = World::with(super::NO_CEILING).await;
    let second = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";
    let length = UNKNOWN.len();
    for (name, text, expected) in [
        ("two in one write", format!("{}{second}", verify(&format!("content-length: {length}\r\n"), UNKNOWN)), vec![404, 200]),
        ("both framings", verify(&format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"), &format!("0\r\n\r\n{second}")), vec![400]),
        ("chunked twice", verify("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", &format!("0\r\n\r\n{second}")), vec![400]),
        ("a coding that is none", verify("transfer-encoding: xchunked\r\n", &format!("0\r\n\r\n{second}")), vec![400]),
        ("two lengths", verify("content-length: 5\r\ncontent-length: 16\r\n", UNKNOWN), vec![400]),
        ("a list of lengths", verify("content-length: 16, 16\r\n", UNKNOWN), vec![400]),
        ("a signed length", verify("content-length: +16\r\n", UNKNOWN), vec![400]),
        ("a negative length", verify("content-length: -1\r\n", UNKNOWN), vec![400]),
        ("an endless length", verify("content-length: 99999999999999999999\r\n", UNKNOWN), vec![400]),
        ("a chunk that lies", verify("transfer-encoding: chunked\r\n", "ffffffffffffffffff\r\n"), vec![400]),
        ("a space before the colon", verify("content-length : 16\r\n", UNKNOWN), vec![400]),
        ("a folded header", verify(&format!("x: a\r\n b\r\ncontent-length: {length}\r\n"), UNKNOWN), vec![400]),
        ("a zero byte in a header", verify("x: a\0b\r\n", ""), vec![400]),
        ("no such version", "GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n".to_owned(), vec![400]),
        ("another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), vec![400]),
        ("a tunnel", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), vec![404]),
        ("an absolute address", "GET http://169.254.169.254/healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), vec![200]),
        ("a path that climbs", "GET /malipo/../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), vec![404]),
        ("HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n".to_owned(), vec![200]),
        ("a part of an answer", "GET /healthz HTTP/1.1\r\nhost: x\r\nrange: bytes=0-0,5-\r\nconnection: close\r\n\r\n".to_owned(), vec![200]),
        ("a language nobody speaks", "GET /healthz HTTP/1.1\r\nhost: x\r\naccept: x/y;q=0\r\naccept-encoding: *;q=0\r\nconnection: close\r\n\r\n".to_owned(), vec![200]),
    ] {
        let seen = answers(&world, text.as_bytes()).await;
        assert!(
            seen == expected || (expected == [400] && seen.is_empty()),
            "{name}: {seen:?}"
        );
    }
    assert_eq!(world.send("GET", "/healthz", &[], "").await.status, 200);
}

#[tokio::test]
async fn bodies_end_at_64_kib_and_heads_too() {
    let world = World::with(super::NO_CEILING).await;
    let padded = |size: usize| {
        let pad = size - r#"{"order_id":"a","token":""}"#.len();
        format!(r#"{{"order_id":"a","token":"{}"}}"#, "x".repeat(pad))
    };
    for (size, expected) in [(65_536, 404), (65_537, 413), (1 << 20, 413)] {
        let body = padded(size);
        let sized = verify(
            &format!("content-length: {size}\r\nconnection: close\r\n"),
            &body,
        );
        let seen = answers(&world, sized.as_bytes()).await;
        assert_eq!(seen, [expected], "{size} with a length");
        let chunks: String = body
            .as_bytes()
            .chunks(4_000)
            .map(|it| format!("{:x}\r\n{}\r\n", it.len(), String::from_utf8_lossy(it)))
            .collect();
        let chunked = verify(
            "transfer-encoding: chunked\r\nconnection: close\r\n",
            &format!("{chunks}0\r\n\r\n"),
        );
        let seen = answers(&world, chunked.as_bytes()).await;
        assert_eq!(seen, [expected], "{size} in chunks");
    }
    let get = |headers: String| {
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
    };
    for (name, text, expected) in [
        (
            "a header of 50 KB",
            get(format!("x: {}\r\n", "a".repeat(50_000))),
            200,
        ),
        (
            "a header of 1 MB",
            get(format!("x: {}\r\n", "a".repeat(1 << 20))),
            431,
        ),
        (
            "90 headers",
            get((0..90).map(|it| format!("x-{it}: 1\r\n")).collect()),
            200,
        ),
        (
            "200 headers",
            get((0..200).map(|it| format!("x-{it}: 1\r\n")).collect()),
            431,
        ),
        (
            "a path of 1 MB",
            format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(1 << 20)),
            431,
        ),
    ] {
        let seen = answers(&world, text.as_bytes()).await;
        assert!(
            seen == [expected] || (400 <= expected && seen.is_empty()),
            "{name}: {seen:?}"
        );
    }
    assert_eq!(world.send("GET", "/healthz", &[], "").await.status, 200);
}

#[tokio::test]
async fn odd_headers_are_read_as_their_rules_say_or_not_at_all() {
    let world = World::with(super::NO_CEILING).await;
    let answer = world.opened("ORDER-0000001").await;
    let bearer = format!("Bearer {}", answer["token"].as_str().unwrap());
    // The stream's place of coming back is a hint: garbage in it is none.
    for last in [
        "success",
        "pending",
        "",
        "\u{ff}",
        "-1",
        "18446744073709551616",
        "../x",
    ] {
        let url = format!("{}/pay/events?order_id=ORDER-0000001", world.base);
        let request = crate::world::client()
            .get(url)
            .header("authorization", &bearer)
            .header("last-event-id", last);
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{last:?}");
    }
    for (key, expected) in [
        ("", 400),
        ("\"\"", 400),
        ("not-a-uuid", 400),
        ("\"6c6f6a10-9a3e-1a57-a1b0-6a0c2b0a7d11\"", 400),
        ("\"6c6f6a10-9a3e-4a57-a1b0-6a0c2b0a7d11\", \"x\"", 400),
    ] {
        let reply = world
            .initiate(key, &crate::world::quoted("ORDER-0000003"))
            .await;
        assert_eq!(reply.error().0, expected, "{key:?} {reply:?}");
    }
    let long = "x".repeat(40_000);
    let reply = world
        .initiate(&long, &crate::world::quoted("ORDER-0000003"))
        .await;
    assert_eq!(reply.error().0, 400);
    let good = crate::world::key();
    let twice = [
        ("content-type", "application/json"),
        ("idempotency-key", good.as_str()),
        ("idempotency-key", good.as_str()),
    ];
    let body = crate::world::quoted("ORDER-0000003").to_string();
    let reply = world.send("POST", "/pay/initiate", &twice, body).await;
    assert_eq!(reply.error().0, 400, "{reply:?}");
}
