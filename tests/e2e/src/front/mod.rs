//! A fault proxy: what a browser or a server talks to in place of the real thing, with trouble on demand.
//!
//! It serves the tests' pages, passes everything else on by path, and writes down every request. It closes each connection
//! after one answer: browsers silently repeat a request, POST included, whose kept-alive connection broke, and no test of
//! lost answers would mean what it says.

mod serve;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::fault::{Answer, Fault, Gate};

/// The proxy. Dropping it closes it.
#[derive(Debug)]
pub struct Front {
    origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// One request as it came, in order of arrival.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The HTTP method.
    pub method: String,
    /// The path without query.
    pub path: String,
    /// Headers with lower-case names.
    pub headers: HashMap<String, String>,
    /// The body, as far as it is text.
    pub body: String,
    /// When it came.
    pub at: Instant,
    /// The HTTP status answered, once it is; 0 where the connection was closed instead.
    pub status: Option<u16>,
}

/// Trouble for requests to some paths, until it is lifted or used up.
#[derive(Clone, Debug)]
struct Rule {
    id: usize,
    path: String,
    left: Option<usize>,
    fault: Fault,
}

#[derive(Debug)]
struct Shared {
    client: reqwest::Client,
    state: Mutex<State>,
    /// How often all connections have been broken.
    cuts: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    pages: HashMap<String, Answer>,
    upstreams: Vec<(String, String)>,
    headers: Vec<(String, String, String)>,
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    next_rule: usize,
}

impl Front {
    /// Opens a proxy whose origin is `http://{host}:{free port}`; `host` is `127.0.0.1` or `localhost`.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn open(host: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{host}:{}", listener.local_addr().unwrap().port());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let shared = Arc::new(Shared {
            client,
            state: Mutex::default(),
            cuts: watch::Sender::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            origin,
            shared,
            task,
        }
    }

    /// `http://host:port`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves a page of our own at an exact path.
    pub fn page(&self, path: &str, answer: Answer) {
        self.state().pages.insert(path.into(), answer);
    }

    /// Passes requests whose path begins with `prefix` on to an origin. The rule added last wins.
    pub fn pass(&self, prefix: &str, origin: &str) {
        self.state().upstreams.push((prefix.into(), origin.into()));
    }

    /// Adds a header to every answer whose path begins with `prefix`.
    pub fn header(&self, prefix: &str, name: &str, value: &str) {
        self.state()
            .headers
            .push((prefix.into(), name.into(), value.into()));
    }

    /// Trouble for every request to `path`, which may hold one `*`, until it is lifted with [`Front::lift`].
    pub fn always(&self, path: &str, fault: Fault) -> usize {
        self.add_rule(path, None, fault)
    }

    /// Trouble for the next `times` requests to `path`.
    pub fn times(&self, times: usize, path: &str, fault: Fault) -> usize {
        self.add_rule(path, Some(times), fault)
    }

    /// A gate for every request to `path`.
    #[must_use]
    pub fn gate(&self, path: &str) -> (usize, Gate) {
        let gate = Gate::default();
        (self.always(path, Fault::Gate(gate.clone())), gate)
    }

    /// Breaks every connection that is open now, as a phone does that goes from one network to another.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|it| *it += 1);
    }

    /// Ends some trouble.
    pub fn lift(&self, rule: usize) {
        self.state().rules.retain(|it| it.id != rule);
    }

    /// Every request to `path`, which may hold one `*`, so far.
    #[must_use]
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        let state = self.state();
        state
            .seen
            .iter()
            .filter(|it| matches(path, &it.path))
            .cloned()
            .collect()
    }

    /// How many requests to `path` came so far.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.seen(path).len()
    }

    fn add_rule(&self, path: &str, left: Option<usize>, fault: Fault) -> usize {
        let mut state = self.state();
        state.next_rule += 1;
        let id = state.next_rule;
        state.rules.push(Rule {
            id,
            path: path.into(),
            left,
            fault,
        });
        id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let mut cuts = shared.cuts.subscribe();
        let service = service_fn(move |request: Request<Incoming>| {
            serve::serve(Arc::clone(&shared), request)
        });
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                // An error is a browser that went away, or a connection that a fault closed.
                _ = connection => {}
                _ = cuts.changed() => {}
            }
        });
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            path.len() >= start.len() + end.len() && path.starts_with(start) && path.ends_with(end)
        }
        None => pattern == path,
    }
}
