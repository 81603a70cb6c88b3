//! One request through the proxy.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use tokio::time::sleep;

use super::{Seen, Shared, State, matches};
use crate::fault::{Answer, Fault};
use crate::wait::now;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Answers a request; an error closes the connection without an answer.
pub(super) async fn serve(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let path = parts.uri.path().to_owned();
    let (number, fault) = note(
        &mut shared.state(),
        &parts.method,
        &path,
        &parts.headers,
        &body,
    );

    let answer = match fault {
        None => answer(&shared, &parts.method, &parts.uri, &parts.headers, body).await,
        Some(Fault::Answer(it)) => Ok(made_up(&it)),
        Some(Fault::Refused) => Err(closed()),
        Some(Fault::Drip) => Ok(dripping()),
        Some(Fault::AnswerLost) => {
            let lost = answer(&shared, &parts.method, &parts.uri, &parts.headers, body).await;
            // Read to its end, so that the server has done all that it does.
            if let Ok(lost) = lost {
                let _ = lost.into_body().collect().await;
            }
            Err(closed())
        }
        Some(Fault::Late(time)) => {
            let late = answer(&shared, &parts.method, &parts.uri, &parts.headers, body).await;
            sleep(time).await;
            late
        }
        Some(Fault::Gate(gate)) => {
            if gate.passes().await {
                answer(&shared, &parts.method, &parts.uri, &parts.headers, body).await
            } else {
                Err(closed())
            }
        }
    };
    let mut state = shared.state();
    if let Some(seen) = state.seen.get_mut(number) {
        seen.status = Some(answer.as_ref().map_or(0, |it| it.status().as_u16()));
    }
    answer.map(|it| with_headers(&state, &path, it))
}

/// Whoever waits for each byte anew waits for ever.
fn dripping() -> Response<Body> {
    let drops = stream::unfold((), |()| async {
        sleep(Duration::from_millis(500)).await;
        Some((Ok(Frame::data(Bytes::from_static(b" "))), ()))
    });
    Response::new(StreamBody::new(drops).boxed_unsync())
}

/// Writes the request down; gives its number and the trouble that is due.
fn note(
    state: &mut State,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> (usize, Option<Fault>) {
    let text = |it: &HeaderValue| String::from_utf8_lossy(it.as_bytes()).into_owned();
    state.seen.push(Seen {
        method: method.to_string(),
        path: path.into(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: String::from_utf8_lossy(body).into_owned(),
        at: now(),
        status: None,
    });
    // Preflights are the browser's own; faults are meant for what the page sends.
    let due = |it: &&mut super::Rule| {
        method != Method::OPTIONS && it.left != Some(0) && matches(&it.path, path)
    };
    let fault = state.rules.iter_mut().find(due).map(|it| {
        it.left = it.left.map(|left| left - 1);
        it.fault.clone()
    });
    (state.seen.len() - 1, fault)
}

async fn answer(
    shared: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> io::Result<Response<Body>> {
    let upstream = {
        let state = shared.state();
        if let Some(page) = state.pages.get(uri.path()) {
            return Ok(made_up(page));
        }
        let to = state
            .upstreams
            .iter()
            .rev()
            .find(|(prefix, _)| uri.path().starts_with(prefix));
        to.map(|(_, origin)| origin.clone())
    };
    let Some(upstream) = upstream else {
        return Ok(made_up(&Answer::new(404, "text/plain", "no such page")));
    };
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let mut forwarded = headers.clone();
    for name in [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        forwarded.remove(name);
    }
    let reply = shared
        .client
        .request(method.clone(), format!("{upstream}{path}"))
        .headers(forwarded)
        .body(body)
        .send()
        .await
        .map_err(io::Error::other)?;
    let mut response = Response::builder().status(reply.status());
    for (name, value) in reply.headers() {
        if ![header::CONNECTION, header::TRANSFER_ENCODING].contains(name) {
            response = response.header(name, value);
        }
    }
    let stream = reply
        .bytes_stream()
        .map_ok(Frame::data)
        .map_err(io::Error::other);
    response
        .body(StreamBody::new(stream).boxed_unsync())
        .map_err(io::Error::other)
}

fn made_up(answer: &Answer) -> Response<Body> {
    let full = Full::new(Bytes::from(answer.body.clone()))
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = Response::new(full);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in &answer.headers {
        insert(&mut response, name, value);
    }
    response
}

fn with_headers(state: &State, path: &str, mut response: Response<Body>) -> Response<Body> {
    for (prefix, name, value) in &state.headers {
        if path.starts_with(prefix) {
            insert(&mut response, name, value);
        }
    }
    response
}

fn insert(response: &mut Response<Body>, name: &str, value: &str) {
    response.headers_mut().insert(
        HeaderName::try_from(name).unwrap(),
        HeaderValue::try_from(value).unwrap(),
    );
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "closed by the test")
}
