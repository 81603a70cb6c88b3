//! W4: the idempotency key belongs to the payload, over presses, retries and reloads, until an answer is understood.

use malipo::checkout::answer::Answer;
use malipo::checkout::{Body, Record, Request};

use super::reading;

/// The keys that payloads have, as far as requests have shown them.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// By payload, the one that was sent last at the end.
    kept: Vec<(String, Kept)>,
    /// The key that was stored last, and when.
    saved: Option<Kept>,
    /// The payload of the initiate that was sent last.
    sent: Option<String>,
}

#[derive(Clone, Debug)]
struct Kept {
    key: String,
    /// The payload's fingerprint in the record.
    fingerprint: String,
    saved_at: u64,
    /// Under which name storage has it, where nothing else has since a reload: there is one record a payment.
    stored_as: Option<String>,
}

impl Keys {
    /// A record is written.
    pub(super) fn saved(&mut self, name: &str, record: &Record) {
        self.overwritten(name, record.key.is_some().then_some(&record.payload));
        if let Some(key) = record.key.clone() {
            self.saved = Some(Kept {
                key,
                fingerprint: record.payload.clone(),
                saved_at: record.saved_at,
                stored_as: None,
            });
        }
    }

    /// What stood in storage under this name is gone; a key of the same payload must be the same.
    pub(super) fn overwritten(&mut self, name: &str, payload: Option<&String>) {
        let goes =
            |it: &Kept| it.stored_as.as_deref() == Some(name) && payload != Some(&it.fingerprint);
        self.kept.retain(|it| !goes(&it.1));
    }

    /// An initiate is sent.
    pub(super) fn sent(&mut self, request: &Request, now: u64) {
        let (Some(key), Body::Initiate(body)) = (&request.key, &request.body) else {
            panic!("W4: an initiate without a key: {request:?}");
        };
        let saved = self.saved.clone().filter(|it| it.key == *key);
        let saved = saved.unwrap_or_else(|| panic!("W4: sent before its key was stored"));
        // Where to come back to is no part of it.
        let mut payload = body.clone();
        payload.return_url = String::new();
        let payload = serde_json::to_string(&(&request.url, payload)).unwrap();
        let known = self.forget(&payload);
        let is_good = |it: &Kept| now.saturating_sub(it.saved_at) < 86_400_000;
        if let Some(kept) = known.filter(is_good) {
            assert_eq!(kept.key, *key, "W4: another key for the same payload");
        }
        let is_anothers = self.kept.iter().any(|it| it.1.key == *key);
        assert!(!is_anothers, "W4: one key for two payloads");
        if self.kept.len() == KEPT_MOST {
            self.kept.remove(0);
        }
        self.sent = Some(payload.clone());
        self.kept.push((payload, saved));
    }

    /// The initiate that was sent last is answered.
    pub(super) fn answered(&mut self, answer: &Answer) {
        if let Some(payload) = self.sent.take_if(|_| reading::uses_key_up(answer)) {
            self.forget(&payload);
        }
    }

    fn forget(&mut self, payload: &str) -> Option<Kept> {
        let index = self.kept.iter().position(|it| it.0 == payload)?;
        Some(self.kept.remove(index).1)
    }

    /// The page is loaded anew: what storage holds is known, and no more.
    pub(super) fn reloaded<'a>(
        &self,
        storage: impl Iterator<Item = (&'a String, &'a Record)> + Clone,
    ) -> Self {
        let mut kept = Vec::new();
        for (payload, it) in &self.kept {
            let mut records = storage.clone();
            let stored = records.find(|(_, record)| record.key.as_ref() == Some(&it.key));
            if let Some((name, record)) = stored {
                let stored = Kept {
                    stored_as: Some(name.clone()),
                    // Storage may not have taken what was to be written last.
                    saved_at: record.saved_at,
                    ..it.clone()
                };
                kept.push((payload.clone(), stored));
            }
        }
        Self {
            kept,
            ..Self::default()
        }
    }
}

/// So many payloads' keys are remembered at once.
const KEPT_MOST: usize = 16;
