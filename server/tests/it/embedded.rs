//! malipo-server within another axum program: its routes beside the program's own, and a hook that is told of payments.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use malipo_server::config::Config;
use malipo_server::payment::event::EventData;

use crate::fake::Fake;
use crate::world::{SHOP, client, config_text, eventually, key, quoted, send};

const ORDER: &str = "ORDER-0000001";

struct Shop {
    base: String,
    fake: Fake,
    paid: Arc<Mutex<Vec<EventData>>>,
    malipo: malipo_server::Mounted,
    _folder: tempfile::TempDir,
}

/// `hook` says of the nth call, counted from zero, what the hook does.
async fn shop(hook: fn(usize) -> Result<(), String>) -> Shop {
    let fake = Fake::start().await;
    let folder = tempfile::tempdir().unwrap();
    let text = config_text(&fake, folder.path(), "");
    let config = Config::read(&text, []).unwrap();
    let paid = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&paid);
    let malipo = malipo_server::router(config)
        .on_paid(move |it| {
            let seen = Arc::clone(&seen);
            async move {
                let calls = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(it);
                    seen.len()
                };
                hook(calls - 1)
            }
        })
        .start()
        .await
        .unwrap();
    let own = Router::new()
        .route("/basket", get(|| async { "the shop's own page" }))
        .fallback(|| async { "the shop's own 404" });
    let service = own
        .merge(malipo.routes())
        .into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    Shop {
        base,
        fake,
        paid,
        malipo,
        _folder: folder,
    }
}

impl Shop {
    async fn get(&self, path: &str) -> String {
        send(&client(), "GET", &format!("{}{path}", self.base), &[], "")
            .await
            .text
    }

    /// An order that is paid at the provider, about which the provider sends a notification.
    async fn pay(&self) {
        let headers = [
            ("content-type", "application/json"),
            ("origin", SHOP),
            ("idempotency-key", &*key()),
        ];
        let url = format!("{}/pay/initiate", self.base);
        let reply = send(&client(), "POST", &url, &headers, quoted(ORDER).to_string()).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.fake.set(ORDER, "success");
        let request = self.fake.payment(ORDER).request;
        let notify = request["ipn_url"].as_str().unwrap();
        let path = notify.strip_prefix("http://127.0.0.1:9").unwrap();
        send(&client(), "POST", &format!("{}{path}", self.base), &[], "").await;
    }
}

#[tokio::test]
async fn the_programs_own_routes_and_ours_live_side_by_side() {
    let shop = shop(|_| Ok(())).await;
    assert_eq!(shop.get("/basket").await, "the shop's own page");
    assert_eq!(shop.get("/nowhere").await, "the shop's own 404");
    assert_eq!(shop.get("/healthz").await, r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn a_hook_is_told_of_a_payment_and_called_again_where_it_failed() {
    let shop = shop(|nth| match nth {
        0 => Err("the stock is locked".to_owned()),
        _ => Ok(()),
    })
    .await;
    shop.pay().await;
    eventually(async || (shop.paid.lock().unwrap().len() == 2).then_some(())).await;
    let paid = shop.paid.lock().unwrap().clone();
    assert_eq!(paid[0], paid[1]);
    assert_eq!(
        (
            paid[0].order_id.as_str(),
            paid[0].amount.as_str(),
            paid[0].test
        ),
        (ORDER, "10000", true)
    );
    shop.malipo.stop().await;
}

#[tokio::test]
async fn a_hook_that_panics_loses_nothing() {
    let shop = shop(|nth| {
        assert!(nth != 0, "the hook panics the first time");
        Ok(())
    })
    .await;
    shop.pay().await;
    eventually(async || (shop.paid.lock().unwrap().len() == 2).then_some(())).await;
}
