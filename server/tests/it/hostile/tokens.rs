//! Who guesses: tokens, addresses and orders that are nearly right open nothing, and every refusal is the same.

use std::collections::BTreeSet;

use serde_json::json;

use crate::world::{Reply, World};

/// Everything of an answer that a guesser could read something from, but for the time and the number of the request.
fn seen(reply: &Reply) -> String {
    let mut headers: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    format!("{} {headers:?} {}", reply.status, reply.text)
}

#[tokio::test]
async fn a_token_that_is_wrong_in_any_bit_is_as_wrong_as_none() {
    let world = World::with(super::NO_CEILING).await;
    let answer = world.opened("ORDER-0000001").await;
    let token = answer["token"].as_str().unwrap().to_owned();
    let mut wrong: Vec<String> = Vec::new();
    for (at, letter) in token.char_indices() {
        for other in ['A', 'B', '-', '_', '!', '\u{7f}'] {
            if other != letter {
                let mut guess = token.clone();
                guess.replace_range(at..=at, &other.to_string());
                wrong.push(guess);
            }
        }
        wrong.push(token[..at].to_owned());
    }
    wrong.extend([
        format!("{token} "),
        format!(" {token}"),
        format!("{token}A"),
        format!("{token}="),
        token.to_uppercase(),
        token.to_lowercase(),
        "\0".to_owned(),
        "x".repeat(60_000),
    ]);
    let mut answers = BTreeSet::new();
    for guess in &wrong {
        let body = json!({"order_id": "ORDER-0000001", "token": guess});
        let reply = world.post("/pay/verify", &body).await;
        assert_eq!(reply.status, 404, "{guess:.60}");
        answers.insert(seen(&reply));
    }
    for order in ["ORDER-0000002", "ORDER-000000", "order-0000001"] {
        for guess in [token.as_str(), "x", ""] {
            let body = json!({"order_id": order, "token": guess});
            answers.insert(seen(&world.post("/pay/verify", &body).await));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(world.verify(&answer).await["status"], "pending");
}

#[tokio::test]
async fn an_order_that_is_known_and_one_that_is_not_look_alike_to_a_stranger() {
    let world = World::with(super::NO_CEILING).await;
    world.opened("ORDER-0000001").await;
    let mut answers = BTreeSet::new();
    for order in ["ORDER-0000001", "ORDER-0000009"] {
        for path in ["/pay/verify", "/pay/cancel"] {
            let body = json!({"order_id": order, "token": "guess"});
            answers.insert(seen(&world.post(path, &body).await));
        }
        let notice = format!("/pay/notify/joyndpay/{order}");
        let body = json!({"order_id": order, "status": "success"}).to_string();
        let reply = world.send("POST", &notice, &[], body).await;
        assert_eq!(reply.status, 401);
        let page = world
            .send("GET", &format!("/pay/return?of={order}"), &[], "")
            .await;
        assert!(!page.text.contains(order), "{page:?}");
        let link = world
            .send("GET", &format!("/pay/link/{order}"), &[], "")
            .await;
        assert!(!link.text.contains(order), "{link:?}");
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

/// The status and no more: who pays, what for and the provider's names are the shop's.
#[tokio::test]
async fn a_verify_tells_no_more_than_how_the_order_stands() {
    let world = World::new().await;
    let mut body = crate::world::quoted("ORDER-0000001");
    body["customer"] = json!({"name": "Amina", "email": "amina@x.example", "phone": "0700000777"});
    let answer = world.initiate(&crate::world::key(), &body).await.json();
    let told = world.verify(&answer).await;
    let names: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
    for name in &names {
        let known = ["order_id", "status", "amount", "currency", "reason", "test"];
        assert!(known.contains(&name.as_str()), "{told}");
    }
    let text = told.to_string();
    assert!(!text.contains("mina") && !text.contains("0777"), "{text}");
}
