//! Idempotency keys: each belongs to a payload, over presses, retries and reloads, until an answer is understood.

use super::config::Options;
use super::effect::Effect;
use super::record::Record;
use super::state::State;
use super::timer::KEEP_MS;
use super::transition::Checkout;

/// Payloads whose keys are remembered at once: a shopper who goes back and forth between a few.
const KEYS_MOST: usize = 16;

impl Checkout {
    /// The key belongs to the payload: a press after a lost answer, and one after a reload, send the same. It is stored beside
    /// what the record holds of an earlier attempt, until an answer is understood.
    pub(super) fn key_for(
        &mut self,
        options: &Options,
        stored: Option<Record>,
        entropy: u128,
    ) -> Box<Record> {
        let (payload, now) = (options.payload_hash(), self.now);
        let stored = stored
            .filter(|it| now.since(super::Moment(it.saved_at)) < KEEP_MS)
            .unwrap_or_default();
        let in_storage = stored.key.clone().filter(|_| stored.payload == payload);
        let in_memory = self.take_key(&payload);
        let in_memory = in_memory.filter(|_| !planted!(NewKeyOnPress));
        let in_storage = in_storage
            .filter(|_| !planted!(NewKeyOnPress))
            .filter(|_| !planted!(NewKeyOnReload));
        let key = in_memory.or(in_storage).unwrap_or_else(|| uuid_v4(entropy));
        self.keep_key(payload.clone(), key.clone());
        let record = Box::new(Record {
            key: Some(key),
            payload,
            saved_at: now.0,
            ..stored
        });
        self.push(Effect::Save {
            name: storage_name(options),
            record: record.clone(),
        });
        record
    }

    pub(super) fn keep_key(&mut self, payload: String, key: String) {
        if self.kept_keys.len() == KEYS_MOST {
            self.kept_keys.remove(0);
        }
        self.kept_keys.push((payload, key));
    }

    /// The key that this payload still has.
    pub(super) fn kept_key(&self, payload: &str) -> Option<String> {
        let kept = self.kept_keys.iter().find(|it| it.0 == payload)?;
        Some(kept.1.clone())
    }

    pub(super) fn take_key(&mut self, payload: &str) -> Option<String> {
        let index = self.kept_keys.iter().position(|it| it.0 == payload)?;
        Some(self.kept_keys.remove(index).1)
    }

    /// The key is used up. What the record holds of an earlier attempt stays.
    pub(super) fn drop_key(&mut self) {
        let State::Initiating(it) = &self.state else {
            return;
        };
        let name = storage_name(&it.options);
        let record = Box::new(Record {
            key: None,
            saved_at: self.now.0,
            ..(*it.record).clone()
        });
        self.take_key(&record.payload);
        self.push(if record.order_id.is_some() {
            Effect::Save { name, record }
        } else {
            Effect::Forget { name }
        });
    }
}

/// Where the record of these options is kept.
pub(super) fn storage_name(options: &Options) -> String {
    Record::name(options).unwrap_or_else(|| Record::nameless(options))
}

fn uuid_v4(entropy: u128) -> String {
    // RFC 9562: version 4 in the 13th hex digit, variant 10 in the 17th.
    let bits = (entropy & !(0xf000_u128 << 64) & !(0xc000_u128 << 48))
        | (0x4000_u128 << 64)
        | (0x8000_u128 << 48);
    let mut text = String::with_capacity(36);
    for index in (0..32_u32).rev() {
        let digit = u32::try_from((bits >> (index * 4)) & 0xf).unwrap_or_default();
        text.push(char::from_digit(digit, 16).unwrap_or('0'));
        if matches!(index, 24 | 20 | 16 | 12) {
            text.push('-');
        }
    }
    text
}
