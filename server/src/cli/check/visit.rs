//! Every request, once and in order, and what came of it.

use malipo::checkout::PayError;
use malipo_wire::{InitiateRequest, VerifyRequest};
use serde_json::{Map, Value, json};

use super::ask::{Asker, Exchange, Heard, Outcome};
use super::asks::Ask;
use super::opened::{self, Opened};
use super::sender::{STRANGER, Sender, body, new_key, object};
use super::subject::Subject;

/// A whole visit.
pub(super) struct Visit {
    pub(super) exchanges: Vec<Exchange>,
    /// What the widget says of the first initiate.
    pub(super) opened: Result<Opened, Option<PayError>>,
    /// It turned out to be live and was left at once.
    pub(super) left: bool,
    /// The order that does not exist.
    pub(super) unknown_order: String,
}

impl Visit {
    /// Asks everything.
    pub(super) async fn make(subject: &Subject, asker: &Asker) -> anyhow::Result<Self> {
        let mut visit = Self {
            exchanges: Vec::new(),
            opened: Err(None),
            left: false,
            unknown_order: format!("MALIPO-CHECK-{}", uuid::Uuid::new_v4().simple()),
        };
        let sender = Sender { subject, asker };
        visit.preflights(&sender).await;
        let key = new_key();
        let payload = subject.options.payload();
        let first = sender.initiate(Ask::First, &key, &payload).await;
        visit.opened = match first.heard() {
            Some(heard) => opened::read(heard, &subject.options).map_err(Some),
            None => Err(None),
        };
        let answered = !matches!(first.outcome, Outcome::Broken(_));
        visit.exchanges.push(first);
        let live = visit.opened.as_ref().ok().and_then(|it| it.live) == Some(true);
        visit.left = live && !subject.live;
        if visit.left || !answered {
            return Ok(visit);
        }
        visit.bad_input(&sender).await;
        visit.unknown(&sender).await;
        visit.gets(&sender).await;
        if visit.opened.is_ok() {
            visit.payment(&sender).await;
            visit.repeats(&sender, &key).await;
            visit.page(&sender).await;
        }
        Ok(visit)
    }

    /// The answer to a request, where it was sent and answered.
    pub(super) fn heard(&self, ask: Ask) -> Option<&Heard> {
        self.all(ask).next()?.heard()
    }

    /// Every exchange of this kind.
    pub(super) fn all(&self, ask: Ask) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(move |it| it.ask == ask)
    }

    /// Every POST that was answered.
    pub(super) fn posts(&self) -> impl Iterator<Item = (Ask, &Heard)> {
        let posts = self.exchanges.iter().filter(|it| it.ask.is_post());
        posts.filter_map(|it| Some((it.ask, it.heard()?)))
    }

    /// Why something was not asked.
    pub(super) fn why_not(&self) -> &'static str {
        if self.left {
            "not asked: the backend is on live keys"
        } else if self.opened.is_err() {
            "not asked: initiate opened nothing"
        } else {
            "not asked, or not answered"
        }
    }

    /// The body of verify for what was opened.
    pub(super) fn verify_body(&self) -> Option<VerifyRequest> {
        let opened = self.opened.as_ref().ok().filter(|it| it.is_named)?;
        Some(VerifyRequest {
            order_id: opened.initiated.order_id.clone(),
            reference: opened.initiated.reference.clone(),
            token: opened.initiated.token.clone(),
        })
    }

    async fn preflights(&mut self, to: &Sender<'_>) {
        let options = &to.subject.options;
        if let Some(origin) = to.subject.foreign_origin() {
            let names = "content-type,idempotency-key";
            let initiate =
                to.preflight(Ask::PreflightInitiate, &options.initiate_url, origin, names);
            self.exchanges.push(initiate.await);
            let verify = to.preflight(
                Ask::PreflightVerify,
                &options.verify_url,
                origin,
                "content-type",
            );
            self.exchanges.push(verify.await);
        }
        let stranger = to.preflight(
            Ask::PreflightStranger,
            &options.initiate_url,
            STRANGER,
            "content-type",
        );
        self.exchanges.push(stranger.await);
    }

    async fn bad_input(&mut self, to: &Sender<'_>) {
        let options = &to.subject.options;
        let broken = r#"{"return_url":"#.to_owned();
        self.exchanges
            .push(to.raw_initiate(Ask::BrokenInitiate, broken).await);
        let odd = json!({"order_id": ["x"], "sku": {"x": 1}, "quote": 5, "amount": {"x": 1}, "currency": [], "quantity": "x",
            "description": 7, "customer": "x", "return_url": 17});
        self.exchanges
            .push(to.raw_initiate(Ask::OddInitiate, odd.to_string()).await);
        let plain = body(&options.payload());
        self.exchanges.push(to.plain_initiate(plain).await);
        if options.sku.is_some() && options.quote.is_none() {
            let sku = Some("malipo-check-no-such-article".to_owned());
            let payload = InitiateRequest {
                sku,
                ..options.payload()
            };
            self.exchanges
                .push(to.initiate(Ask::UnknownArticle, &new_key(), &payload).await);
        }
        let broken = r#"{"order_id":"#.to_owned();
        self.exchanges
            .push(to.verify(Ask::BrokenVerify, broken).await);
        self.exchanges
            .push(to.verify(Ask::EmptyVerify, "{}".to_owned()).await);
        // For queries made of objects, and for JavaScript, where an object becomes a text by a function of this name.
        let object = json!({"$ne": "", "toString": 1});
        let odd = json!({"order_id": object, "token": object}).to_string();
        self.exchanges.push(to.verify(Ask::OddVerify, odd).await);
    }

    async fn unknown(&mut self, to: &Sender<'_>) {
        let unknown = json!({"order_id": self.unknown_order}).to_string();
        self.exchanges
            .push(to.verify(Ask::UnknownOrder, unknown).await);
    }

    async fn gets(&mut self, to: &Sender<'_>) {
        let options = &to.subject.options;
        let pairs = in_query(to.subject);
        self.exchanges.push(
            to.get(Ask::GetInitiate, &options.initiate_url, &pairs)
                .await,
        );
        let mut unknown = Map::new();
        unknown.insert("order_id".to_owned(), json!(self.unknown_order));
        for (ask, pairs) in [(Ask::GetVerify, unknown), (Ask::GetEmptyVerify, Map::new())] {
            self.exchanges
                .push(to.get(ask, &options.verify_url, &pairs).await);
        }
    }

    /// What verify says of the payment, and to whom.
    async fn payment(&mut self, to: &Sender<'_>) {
        let Some(right) = self.verify_body() else {
            return;
        };
        let text = body(&right);
        self.exchanges
            .push(to.verify(Ask::Verify, text.clone()).await);
        let mut claim = object(&right);
        for (name, value) in [
            ("status", json!("success")),
            ("paid", json!(true)),
            ("data", json!({"status": "success"})),
        ] {
            claim.insert(name.to_owned(), value);
        }
        self.exchanges.push(
            to.verify(Ask::ClaimInBody, Value::Object(claim).to_string())
                .await,
        );
        self.exchanges.push(to.claim_in_query(text.clone()).await);
        if right.token.is_some() {
            let bare = VerifyRequest {
                token: None,
                ..right.clone()
            };
            self.exchanges
                .push(to.verify(Ask::NoToken, body(&bare)).await);
            let token = Some("malipo-check-wrong-token".to_owned());
            let wrong = VerifyRequest {
                token,
                ..right.clone()
            };
            self.exchanges
                .push(to.verify(Ask::WrongToken, body(&wrong)).await);
        }
        // White space within the object: it means the same, and is as long as one likes.
        let padded = text.replacen('{', &format!("{{{}", " ".repeat(LARGE)), 1);
        self.exchanges
            .push(to.verify(Ask::LargeVerify, padded).await);
    }
}

/// What a GET of initiate names: neither a quote nor an order nor a payer, for a URL stands in logs.
fn in_query(subject: &Subject) -> Map<String, Value> {
    let options = &subject.options;
    if options.quote.is_some() {
        return Map::new();
    }
    let origin = subject.origin.as_ref().unwrap_or(&options.backend_origin);
    object(&InitiateRequest {
        order_id: None,
        customer: None,
        return_url: format!("{origin}/"),
        ..options.payload()
    })
}

/// 1 MiB: sixteen times what malipo-server takes, and ten times Express's default.
const LARGE: usize = 1024 * 1024;
