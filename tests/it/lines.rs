//! Effects as short lines, for comparing.

use malipo::checkout::{Datum, Detail, Effect, Event, EventName, PayError, RequestKind};

/// Names the idempotency keys in the order in which they appear: `k1`, `k2`.
#[derive(Debug, Default)]
pub(crate) struct Keys(Vec<String>);

impl Keys {
    fn alias(&mut self, key: &str) -> String {
        let known = self.0.iter().position(|it| it == key);
        let index = known.unwrap_or_else(|| {
            self.0.push(key.into());
            self.0.len() - 1
        });
        format!("k{}", index + 1)
    }

    /// One effect as one line.
    pub(crate) fn line(&mut self, effect: &Effect) -> String {
        match effect {
            Effect::OpenTab { popup: false } => "open-tab".into(),
            Effect::OpenTab { popup: true } => "open-popup".into(),
            Effect::OpenCheckout { url, popup } => {
                let how = if *popup { " in a popup" } else { "" };
                format!("open-checkout {url}{how}")
            }
            Effect::Navigate { url } => format!("navigate {url}"),
            Effect::Redirect { url } => format!("redirect {url}"),
            Effect::CloseTab => "close-tab".into(),
            Effect::FocusTab => "focus-tab".into(),
            Effect::Send(request) => match (request.kind, &request.key) {
                (RequestKind::Initiate, Some(key)) => format!("initiate {}", self.alias(key)),
                (kind, _) => {
                    let malipo::checkout::Body::Order(body) = &request.body else {
                        panic!("{request:?}")
                    };
                    let kind = match kind {
                        RequestKind::Initiate => "initiate without key",
                        RequestKind::Verify => "verify",
                        RequestKind::Cancel => "cancel",
                    };
                    format!("{kind} {}", body.order_id)
                }
            },
            Effect::Abort { .. } => "abort".into(),
            Effect::OpenStream { url, token, .. } => {
                let token = token.as_deref().unwrap_or("without token");
                format!("open-stream {url} {token}")
            }
            Effect::CloseStream => "close-stream".into(),
            Effect::Emit(event) => event_line(event),
            Effect::Settle(Ok(detail)) => {
                let mut line = format!("resolve {}", detail.text("status").unwrap_or("?"));
                for word in ["late", "resumed"] {
                    if detail.flag(word) == Some(true) {
                        line = format!("{line} {word}");
                    }
                }
                line
            }
            Effect::Settle(Err(error)) => format!("reject {}", error.code),
            Effect::Checked(Ok(status)) => format!("checked {}", status.as_str()),
            Effect::Checked(Err(error)) => format!("checked {}", error.code),
            Effect::Save { record, .. } => match (&record.order_id, &record.key, &record.ended) {
                (Some(order), _, Some(end)) => format!("save {order} {end}"),
                (Some(order), _, None) => format!("save {order}"),
                (None, Some(key), _) => format!("save {}", self.alias(key)),
                (None, None, _) => "save nothing".into(),
            },
            Effect::Forget { .. } => "forget".into(),
            Effect::Warn(_) => "warn".into(),
        }
    }
}

fn event_line(event: &Event) -> String {
    let detail = &event.detail;
    let mut words = vec![event.name.as_str().to_owned()];
    match event.name {
        EventName::Change => {
            let state = |name| detail.text(name).unwrap();
            return format!("{} -> {}", state("previous"), state("state"));
        }
        EventName::Error => {
            words.push(detail.text("code").unwrap().into());
            words.extend(flags_of(detail, &["terminal", "retryable"]));
        }
        _ => words.extend(words_of(detail)),
    }
    words.extend(flags_of(detail, &["late", "resumed"]));
    words.join(" ")
}

/// Those of these that are set.
fn flags_of(detail: &Detail, names: &[&str]) -> Vec<String> {
    let set = names.iter().filter(|it| detail.flag(it) == Some(true));
    set.map(|it| (*it).to_owned()).collect()
}

fn words_of(detail: &Detail) -> Vec<String> {
    let recipient = |it: &Detail| {
        let (channel, to) = (it.text("channel").unwrap(), it.text("to"));
        format!("{channel}:{}", to.unwrap_or_default())
    };
    let word = |name: &&str| match detail.get(name)? {
        Datum::Text(text) => Some(text.to_string()),
        Datum::Count(count) => Some(format!("#{count}")),
        Datum::List(list) => {
            let list: Vec<_> = list.iter().map(recipient).collect();
            Some(format!("[{}]", list.join(",")))
        }
        Datum::Absent | Datum::Flag(_) | Datum::Time(_) | Datum::Object(_) => None,
    };
    let names = [
        "orderId",
        "redirectUrl",
        "mode",
        "sentTo",
        "checks",
        "amount",
        "currency",
        "reason",
    ];
    let mut words: Vec<String> = names.iter().filter_map(word).collect();
    words.extend(flags_of(detail, &["test"]));
    words
}

/// An error as one line: its code and the names of the options that are not accepted.
pub(crate) fn error_line(error: &PayError) -> String {
    let names: Vec<&str> = error.errors.iter().map(|it| it.name.as_str()).collect();
    format!("{} {}", error.code, names.join(" ")).trim().into()
}
