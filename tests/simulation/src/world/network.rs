//! The network between pages, servers and the provider's notifications.

use malipo::checkout::answer::Reply;
use malipo::checkout::{Input, RequestKind, StreamEvent};

use super::World;
use super::event::{Event, Flight, From, Message};
use crate::backend::Answer;
use crate::browser;
use crate::mix::Fault;

impl World {
    /// Sends a request off; what becomes of it is drawn now.
    pub(super) fn send(&mut self, from: From, message: Message) -> u64 {
        let number = self.number();
        let delay = self.delay();
        let flight = Flight {
            from,
            message,
            server: None,
            arrived: 0,
            answered: false,
        };
        let is_stream = matches!(from, From::Tab { kind: None, .. });
        if let From::Tab { tab, kind, .. } = from {
            let offline = self.devices[self.tabs[tab].shopper].offline;
            if offline {
                self.flights.insert(number, flight);
                self.unreachable(number, 50);
                return number;
            }
            let is_fenced = self.tabs[tab].offer.origins.is_some();
            if !is_stream && let Some(reply) = self.in_between(kind, is_fenced) {
                self.flights.insert(number, flight);
                let reply = Box::new(reply);
                self.after(delay, Event::Reply { number, reply });
                return number;
            }
        }
        if self.hits(Fault::RequestLost) {
            self.flights.insert(number, flight);
            // Half of them are noticed at once, the others only when somebody loses patience.
            if self.mix.stream(Fault::RequestLost).percent(50) {
                self.unreachable(number, delay);
            }
            return number;
        }
        if !is_stream && self.hits(Fault::RequestTwice) {
            let twin = self.number();
            let mut again = flight.clone();
            again.from = From::Nobody;
            self.flights.insert(twin, again);
            let later = self.delay();
            self.after(later, Event::Arrive(twin));
        }
        if !is_stream && self.draws(Fault::HandlerDropped) {
            let draw = self.mix.stream(Fault::HandlerDropped);
            let most = draw.pick(&[300, 300, 3_000]);
            let patience = draw.between(1, most);
            self.after(delay + patience, Event::Gone(number));
        }
        self.flights.insert(number, flight);
        self.after(delay, Event::Arrive(number));
        number
    }

    fn delay(&mut self) -> u64 {
        if self.hits(Fault::SlowNetwork) {
            return self.mix.stream(Fault::SlowNetwork).delay(800);
        }
        self.rng.between(5, 120)
    }

    /// What something between page and server says in the server's place.
    ///
    /// `is_fenced`: the page names the origins to which a shopper may be sent.
    fn in_between(&mut self, kind: Option<RequestKind>, is_fenced: bool) -> Option<Reply> {
        if self.hits(Fault::Throttled) {
            let after = self
                .mix
                .stream(Fault::Throttled)
                .pick(&[0, 1_000, 5_000, 20_000]);
            let after = Some(after).filter(|it| *it != 0);
            return Some(browser::answer(429, after, ""));
        }
        if self.hits(Fault::BadGateway) {
            let draw = self.mix.stream(Fault::BadGateway);
            let status = draw.pick(&[500, 502, 503, 504]);
            let after = Some(3_000).filter(|_| status == 503 && draw.percent(50));
            let body = draw.pick(&["", "<html>bad gateway</html>", r#"{"status":"error"}"#]);
            return Some(browser::answer(status, after, body));
        }
        if self.hits(Fault::Garbage) {
            // Initiate's answer names the order: what a cache says of another one there is that one, to the page.
            let is_initiate = kind == Some(RequestKind::Initiate);
            let bodies = if is_initiate { GARBAGE } else { OF_OTHERS };
            let draw = self.mix.stream(Fault::Garbage);
            if is_initiate && is_fenced && draw.percent(20) {
                return Some(browser::answer(200, None, ELSEWHERE));
            }
            let body = draw.pick(bodies);
            return Some(browser::answer(200, None, body));
        }
        None
    }

    fn unreachable(&mut self, number: u64, ms: u64) {
        let reply = Box::new(Reply::Unreachable);
        self.after(ms, Event::Reply { number, reply });
    }

    /// A request comes to whichever server is up.
    pub(super) fn arrive(&mut self, number: u64) {
        let up: Vec<usize> = (0..self.servers.len())
            .filter(|it| self.servers[*it].process.is_some())
            .collect();
        if !self.flights.contains_key(&number) {
            return;
        }
        if up.is_empty() {
            self.unreachable(number, 10);
            return;
        }
        let server = self.rng.pick(&up);
        let arrived = self.last_number;
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        flight.server = Some(server);
        flight.arrived = arrived;
        let message = flight.message.clone();
        self.story
            .tell(|| format!("server {server} takes {} (#{number})", message.path));
        let request = message.request();
        if let Some((reference, money)) = &message.tells {
            self.checks.tells(server, reference, *money);
        }
        if let Some(process) = &mut self.servers[server].process {
            process.take(number, request);
        }
        self.run_server(server);
        if message.path == "/pay/verify" && self.servers[server].process.is_some() {
            let waits = self.flights.get(&number).is_some_and(|it| !it.answered);
            self.checks.verify_answered(!waits, self.now);
        }
    }

    /// The browser, or something in between, has dropped a request.
    pub(super) fn gone(&mut self, number: u64) {
        let Some(flight) = self.flights.get(&number) else {
            return;
        };
        let is_waiting = !flight.answered;
        if let Some(server) = flight.server
            && let Some(process) = &mut self.servers[server].process
        {
            process.drop_handler(number);
            let fault = Fault::HandlerDropped;
            self.mix.count(fault, u64::from(is_waiting));
            self.story
                .tell(|| format!("the connection of #{number} is gone"));
            self.run_server(server);
        }
        self.unreachable(number, 0);
    }

    /// A server has answered.
    pub(super) fn answered(&mut self, number: u64, answer: Answer) {
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        self.checks.no_secret(&answer.body);
        flight.answered = true;
        let (from, arrived) = (flight.from, flight.arrived);
        self.story.tell(|| {
            let body: String = answer.body.chars().take(160).collect();
            format!("  #{number} is answered {} {body}", answer.status)
        });
        match from {
            From::Tab { kind: None, .. } => self.stream_answered(number, &answer),
            From::Tab { .. } => {
                if self.hits(Fault::AnswerLost) {
                    if self.mix.stream(Fault::AnswerLost).percent(50) {
                        self.unreachable(number, 100);
                    }
                    return;
                }
                let reply = browser::answer(answer.status, answer.retry_after_ms, &answer.body);
                let (delay, reply) = (self.delay(), Box::new(reply));
                self.after(delay, Event::Reply { number, reply });
            }
            From::ReturnPage { tab, .. } => {
                self.flights.remove(&number);
                self.returned(tab);
            }
            From::Provider(notification) => {
                self.flights.remove(&number);
                if answer.status == 200 {
                    self.notice_taken(notification, arrived);
                } else {
                    self.notify_again(notification);
                }
            }
            From::Forger => {
                self.flights.remove(&number);
                self.checks.forgery_answered(answer.status, self.now);
            }
            From::Nobody => {
                self.flights.remove(&number);
            }
        }
    }

    /// A reply comes to whoever waits for it.
    pub(super) fn replied(&mut self, number: u64, reply: Reply) {
        let Some(flight) = self.flights.remove(&number) else {
            return;
        };
        match flight.from {
            From::Tab {
                tab,
                load,
                epoch,
                kind,
            } => {
                let page = &mut self.tabs[tab];
                if page.load != load {
                    return;
                }
                if kind.is_none() {
                    self.stream_ended(tab, number);
                    return;
                }
                page.requests.retain(|it| it.1 != number);
                // What was aborted is not heard of; now and then it was too late for that.
                let reply = Box::new(reply);
                self.say(tab, Input::Replied { epoch, reply });
            }
            From::ReturnPage { tab, .. } => self.returned(tab),
            From::Provider(notification) => self.notify_again(notification),
            From::Forger | From::Nobody => {}
        }
    }

    fn stream_answered(&mut self, number: u64, answer: &Answer) {
        let Some(Flight {
            from: From::Tab {
                tab, load, epoch, ..
            },
            ..
        }) = self.flights.get(&number)
        else {
            return;
        };
        let (tab, load, epoch) = (*tab, *load, *epoch);
        if answer.is_stream {
            return;
        }
        self.flights.remove(&number);
        let is_refused = answer.status == 204 || (400..500).contains(&answer.status);
        let event = if is_refused {
            StreamEvent::Refused
        } else {
            StreamEvent::Ended
        };
        self.stream_brings(tab, load, epoch, event);
    }

    /// Pieces of a stream that a server has written; `None`: it has ended.
    pub(super) fn piece(&mut self, number: u64, piece: Option<&str>) {
        let Some(Flight {
            from: From::Tab {
                tab, load, epoch, ..
            },
            ..
        }) = self.flights.get(&number)
        else {
            return;
        };
        let (tab, load, epoch) = (*tab, *load, *epoch);
        let Some(piece) = piece else {
            self.flights.remove(&number);
            self.stream_brings(tab, load, epoch, StreamEvent::Ended);
            return;
        };
        self.checks.no_secret(piece);
        if self.hits(Fault::StreamCut) {
            let is_silent = self.mix.stream(Fault::StreamCut).percent(50);
            if let Some(server) = self.flights.remove(&number).and_then(|it| it.server)
                && let Some(process) = &mut self.servers[server].process
            {
                process.drop_handler(number);
            }
            if !is_silent {
                self.stream_brings(tab, load, epoch, StreamEvent::Ended);
            }
            return;
        }
        self.stream_brings(tab, load, epoch, StreamEvent::Alive);
        if let Some((_, data)) = piece.split_once("\"status\":\"") {
            let word = data.split('"').next().unwrap_or_default().to_owned();
            self.stream_brings(tab, load, epoch, StreamEvent::Status(word));
        }
    }

    fn stream_brings(&mut self, tab: usize, load: u32, epoch: u32, event: StreamEvent) {
        if matches!(event, StreamEvent::Ended | StreamEvent::Refused)
            && self.tabs[tab].stream.is_some_and(|it| it.0 == epoch)
        {
            self.tabs[tab].stream = None;
        }
        let input = Box::new(Input::Streamed { epoch, event });
        let delay = self.rng.between(2, 60);
        self.after(delay, Event::Say { tab, load, input });
    }

    fn stream_ended(&mut self, tab: usize, number: u64) {
        let page = &mut self.tabs[tab];
        if let Some((epoch, _)) = page.stream.take_if(|it| it.1 == number) {
            let event = StreamEvent::Ended;
            self.say(tab, Input::Streamed { epoch, event });
        }
    }

    /// A server has died, and every connection to it.
    pub(super) fn cut_off(&mut self, server: usize) {
        let cut = self.flights.iter().filter(|it| it.1.server == Some(server));
        let cut: Vec<u64> = cut.map(|it| *it.0).collect();
        for number in cut {
            self.unreachable(number, 20);
        }
    }
}

impl Message {
    pub(super) fn request(&self) -> axum::http::Request<axum::body::Body> {
        let mut builder = axum::http::Request::builder()
            .uri(&self.path)
            .method(if self.body.is_some() { "POST" } else { "GET" });
        if let Some(token) = &self.token {
            builder = builder.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            builder = builder.header("idempotency-key", key);
        }
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        let body = match &self.body {
            Some(body) => {
                builder = builder.header("content-type", "application/json");
                axum::body::Body::from(body.clone())
            }
            None => axum::body::Body::empty(),
        };
        builder
            .header("origin", "https://shop.example")
            .body(body)
            .unwrap()
    }
}

/// Which request it is, in a word.
pub(super) fn word(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Initiate => "initiate",
        RequestKind::Verify => "verify",
        RequestKind::Cancel => "cancel",
    }
}

/// What captive portals, proxies and caches say with a 200.
const GARBAGE: &[&str] = &[
    "",
    "<html>Please sign in to this Wi-Fi</html>",
    "null",
    "[]",
    r#"{"status":"ok"}"#,
    r#"{"status":"success"}"#,
    r#"{"order_id":"#,
];
/// A page that is none of the provider's.
const ELSEWHERE: &str = r#"{"order_id":"ORDER-00000","redirect_url":"https://elsewhere.example/"}"#;
/// The same, and what a cache may say of somebody else.
const OF_OTHERS: &[&str] = &[
    "<html>Please sign in to this Wi-Fi</html>",
    r#"{"status":"success"}"#,
    r#"{"order_id":"#,
    r#"{"order_id":"SOMEBODY-ELSE","status":"success","amount":"1","currency":"UGX"}"#,
    r#"{"status":"success","data":{"order_id":"SOMEBODY-ELSE","status":"success"}}"#,
];
