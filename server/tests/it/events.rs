//! The event stream.

use std::time::Duration;

use serde_json::Value;

use crate::world::{SHOP, World, client};

pub(crate) struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(world: &World, answer: &Value) -> Self {
        Self::at(&world.base, answer).await
    }

    pub(crate) async fn at(base: &str, answer: &Value) -> Self {
        let url = format!(
            "{base}/pay/events?order_id={}",
            answer["order_id"].as_str().unwrap()
        );
        let response = client()
            .get(url)
            .header("origin", SHOP)
            .header(
                "authorization",
                format!("Bearer {}", answer["token"].as_str().unwrap()),
            )
            .send()
            .await
            .unwrap();
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next message, or `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let message = message.to_owned();
                self.text = rest.to_owned();
                return Some(message);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk())
                .await
                .unwrap();
            self.text
                .push_str(std::str::from_utf8(&chunk.unwrap()?).unwrap());
        }
    }
}

pub(crate) fn data(message: &str) -> Value {
    let line = message
        .lines()
        .find_map(|it| it.strip_prefix("data: "))
        .unwrap();
    serde_json::from_str(line).unwrap()
}

#[tokio::test]
async fn the_state_now_then_the_change_then_the_end() {
    let world = World::new().await;
    let answer = world.opened("ORDER-0000001").await;
    assert_eq!(answer["events_url"], "events");
    let mut stream = Stream::open(&world, &answer).await;
    let headers = stream.response.headers().clone();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["cache-control"], "no-store, no-transform");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert_eq!(headers["access-control-allow-origin"], SHOP);
    let first = stream.next().await.unwrap();
    assert!(
        first.contains("event: status") && first.contains("retry: "),
        "{first}"
    );
    assert_eq!(data(&first), world.verify(&answer).await);
    // Nobody verifies: the stream itself is a shopper who watches.
    world.fake.set("ORDER-0000001", "success");
    let second = stream.next().await.unwrap();
    assert!(second.contains("event: status"), "{second}");
    assert_eq!(data(&second)["status"], "success");
    assert_eq!(stream.next().await, None);
    // It comes back and knows the outcome already: do not come back.
    let path = "/pay/events?order_id=ORDER-0000001";
    let bearer = format!("Bearer {}", answer["token"].as_str().unwrap());
    let reply = world
        .send(
            "GET",
            path,
            &[("authorization", &bearer), ("last-event-id", "success")],
            "",
        )
        .await;
    assert_eq!(reply.status, 204);
    let reply = world
        .send(
            "GET",
            path,
            &[("authorization", &bearer), ("last-event-id", "garbage")],
            "",
        )
        .await;
    assert_eq!(data(&reply.text)["status"], "success");
}

#[tokio::test]
async fn streams_have_a_ceiling_and_give_their_place_back() {
    let world = World::with("limits.streams_per_token = 2").await;
    let answer = world.opened("ORDER-0000001").await;
    let first = Stream::open(&world, &answer).await;
    let second = Stream::open(&world, &answer).await;
    let third = Stream::open(&world, &answer).await;
    let statuses = [&first, &second, &third].map(|it| it.response.status().as_u16());
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(third.response.headers()["retry-after"], "20");
    drop(first);
    crate::world::eventually(async || {
        let again = Stream::open(&world, &answer).await;
        (again.response.status() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stop_ends_the_streams() {
    let world = World::new().await;
    let answer = world.opened("ORDER-0000001").await;
    let mut stream = Stream::open(&world, &answer).await;
    assert!(stream.next().await.is_some());
    world.app.stop.cancel();
    assert_eq!(stream.next().await, None);
}
