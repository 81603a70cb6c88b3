//! Orders and attempts: the store's contract over plain rows, with the same pure decisions as every store.

use malipo_server::clock::{HOUR_MS, UnixMs};
use malipo_server::payment::begin::{self, Decision, KnownKey};
use malipo_server::payment::settle::{self, Observation};
use malipo_server::payment::transaction::{KnownReference, Payment, TransactionRef};
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Opened, Reference, answer, event};
use malipo_server::store::outbox::{Tell, event_id};
use malipo_server::store::transactions::{ToldTransaction, TransactionRecord, grouped};
use malipo_server::store::{Answered, Begin, Begun, KEEP_MS, Settled};
use malipo_wire::{OrderId, Status};

use super::disk::{AttemptRow, Disk, KeyRow, OrderRow, OutboxRow};

impl Disk {
    pub(super) fn begin(&mut self, begin: &Begin) -> Begun {
        let now = begin.now;
        let known = begin.key.as_ref().and_then(|it| self.key(it, now));
        let order_id = known
            .as_ref()
            .map_or(&begin.wish.order_id, |it| &it.order_id)
            .clone();
        let order = self.order(&order_id);
        let decision = begin::decide(&begin.wish, known.as_ref(), order.as_ref());
        let mut reference = None;
        if let Decision::New { first } = &decision {
            self.orders
                .entry(order_id.clone())
                .or_insert_with(|| OrderRow {
                    price: begin.wish.price,
                    paid_by: None,
                    attempts: Vec::new(),
                });
            reference = Some(self.new_attempt(begin, &order_id, *first));
        }
        let proven = decision.is_proven();
        if proven || decision.opens_unproven() {
            let until = now.plus_ms(KEEP_MS);
            self.tokens
                .insert(begin.token_hash, (order_id.clone(), until));
        }
        if proven && let (Some(key), None) = (&begin.key, &known) {
            let row = KeyRow {
                payload_hash: begin.wish.payload_hash,
                order_id: order_id.clone(),
                created_at: now,
            };
            self.keys.insert(key.clone(), row);
        }
        Begun {
            decision,
            order_id,
            reference,
        }
    }

    fn key(&self, key: &str, now: UnixMs) -> Option<KnownKey> {
        let row = self.keys.get(key)?;
        let is_good = now.plus_ms(-KEEP_MS) < row.created_at;
        is_good.then(|| KnownKey {
            payload_hash: row.payload_hash,
            order_id: row.order_id.clone(),
        })
    }

    fn new_attempt(&mut self, begin: &Begin, order_id: &OrderId, first: bool) -> Reference {
        let new = &begin.attempt;
        let is_taken =
            |it: &Attempt| it.provider == new.provider && it.reference == new.first_reference;
        let taken = self.attempts().any(is_taken);
        let reference = if first && !taken {
            new.first_reference.clone()
        } else {
            new.other_reference.clone()
        };
        let price = self.orders[order_id].price;
        let (id, order) = (new.id.clone(), order_id.clone());
        let attempt = Attempt {
            description: new.description.clone(),
            return_url: new.return_url.clone(),
            next_check_at: new.next_check_at,
            ..Attempt::new(id, order, new.provider, reference.clone(), price, begin.now)
        };
        let index = self.attempts.len();
        self.by_id.insert(new.id.clone(), index);
        self.attempts.push(AttemptRow {
            attempt,
            return_hash: new.return_hash,
            notify_hash: new.notify_hash,
            told: 0,
            cancelled_at: None,
            notified_at: None,
        });
        if let Some(order) = self.orders.get_mut(order_id) {
            order.attempts.push(index);
        }
        self.note(index, None);
        reference
    }

    pub(super) fn answered(&mut self, id: &AttemptId, answered: Answered, now: UnixMs) -> bool {
        let Some(index) = self.index(id) else {
            return false;
        };
        let set = match answered {
            Answered::Opened(opened) => return self.set_opened(index, opened, now),
            Answered::Refused => (AttemptStatus::Refused, None),
            Answered::Orphaned => (AttemptStatus::Orphaned, Some(now.plus_ms(HOUR_MS))),
            Answered::Unknown { check_at } => (AttemptStatus::Unknown, Some(check_at)),
        };
        let attempt = &mut self.attempts[index].attempt;
        let before = attempt.status;
        if answer::is_awaited(attempt) {
            (attempt.status, attempt.next_check_at) = set;
            attempt.updated_at = now;
            self.note(index, Some(before));
        }
        false
    }

    fn set_opened(&mut self, index: usize, opened: Opened, now: UnixMs) -> bool {
        let attempt = &self.attempts[index].attempt;
        let Some(order) = self.order(&attempt.order_id) else {
            return false;
        };
        let reached = answer::reached(attempt, &order);
        let attempt = &mut self.attempts[index].attempt;
        let before = attempt.status;
        attempt.status = reached.status;
        attempt.provider_ref = opened.provider_ref;
        attempt.redirect_url = opened.redirect_url;
        attempt.sent_to = opened.sent_to;
        attempt.expires_at = opened.expires_at;
        attempt.updated_at = now;
        self.note(index, Some(before));
        reached.is_shown
    }

    pub(super) fn settle(
        &mut self,
        id: &AttemptId,
        observation: Observation,
        tell: Tell,
        now: UnixMs,
    ) -> Option<Settled> {
        let index = self.index(id)?;
        let before = self.attempts[index].attempt.clone();
        let paid_by = self.orders.get(&before.order_id)?.paid_by.clone();
        let step = settle::settle(&before, paid_by.as_ref(), observation, now)?;
        let attempt = &mut self.attempts[index].attempt;
        attempt.status = step.status;
        attempt.received = step.received;
        attempt.late = step.late;
        attempt.reason = step.reason;
        attempt.updated_at = now;
        if step.status.public() == Status::Success {
            attempt.paid_at = Some(now);
            attempt.next_check_at = None;
        }
        if step.status == AttemptStatus::Paid {
            let order = self.orders.get_mut(&before.order_id)?;
            order.paid_by = Some(id.clone());
        }
        if let Some(kind) = event::kind(&before, &step) {
            let after = self.attempts[index].attempt.clone();
            self.tell(index, kind, &after, None, tell, now);
        }
        self.note(index, Some(before.status));
        let order = self.order(&before.order_id)?;
        Some(Settled { step, order })
    }

    pub(super) fn tell_transaction(&mut self, told: &ToldTransaction) -> Option<Payment> {
        let index = self.index(&told.attempt)?;
        let attempt = self.attempts[index].attempt.clone();
        let rows = self.transactions.entry(told.attempt.clone()).or_default();
        let known: Vec<KnownReference> = rows.iter().map(|it| it.0.clone()).collect();
        let payment = Payment::judge(&attempt, &known, &told.references);
        for noted in told.references.to_note(&known) {
            match rows.iter_mut().find(|it| it.0.reference == noted.reference) {
                Some(row) => row.0 = noted,
                None => rows.push((noted, told.now)),
            }
        }
        if let Some(note) = payment.note(&attempt, &told.summary) {
            self.park(&told.provider, &told.names, &note, told.now);
        }
        if payment == Payment::Second {
            let second = Attempt {
                received: told.received,
                ..attempt
            };
            self.tell(
                index,
                event::EventKind::Duplicate,
                &second,
                told.references.all().next(),
                told.tell,
                told.now,
            );
        }
        Some(payment)
    }

    pub(super) fn told_transactions(&self, order: &OrderId) -> Vec<TransactionRecord> {
        let of = |it: &Attempt| {
            let rows = self.transactions.get(&it.id).into_iter().flatten();
            let row = |row: &(KnownReference, UnixMs)| (it.id.clone(), row.0.clone(), row.1);
            rows.map(row).collect::<Vec<_>>()
        };
        let mut rows: Vec<_> = self.attempts_of(order).flat_map(of).collect();
        rows.sort_by(|a, b| (a.2, &a.1.reference).cmp(&(b.2, &b.1.reference)));
        grouped(rows)
    }

    fn tell(
        &mut self,
        index: usize,
        kind: event::EventKind,
        after: &Attempt,
        transaction: Option<&TransactionRef>,
        tell: Tell,
        now: UnixMs,
    ) {
        let row = &mut self.attempts[index];
        let event_id = event_id(&row.attempt.id, row.told);
        row.told += 1;
        let event = event::event(kind, after, transaction, tell.test, now);
        let body = serde_json::to_string(&event).unwrap();
        for channel in tell.channels() {
            self.outbox.push(OutboxRow {
                event_id: event_id.clone(),
                channel,
                body: body.clone(),
                tries: 0,
                created_at: now,
                next_at: Some(now),
                delivered: false,
            });
        }
    }

    pub(super) fn cancelled(&mut self, order: &OrderId, now: UnixMs) {
        let rows = self.orders.get(order).map(|it| it.attempts.clone());
        for index in rows.unwrap_or_default() {
            let row = &mut self.attempts[index];
            if row.attempt.status.is_live() && row.cancelled_at.is_none() {
                row.cancelled_at = Some(now);
            }
        }
    }

    pub(super) fn take_due(
        &mut self,
        provider: &str,
        now: UnixMs,
        until: UnixMs,
        most: usize,
    ) -> Vec<Attempt> {
        let is_due =
            |it: &Attempt| it.provider == provider && it.next_check_at.is_some_and(|at| at <= now);
        let mut due: Vec<(UnixMs, usize)> = self
            .attempts()
            .enumerate()
            .filter(|it| is_due(it.1))
            .filter_map(|(index, it)| Some((it.next_check_at?, index)))
            .collect();
        due.sort_unstable();
        due.truncate(most);
        let mut taken = Vec::with_capacity(due.len());
        for (_, index) in due {
            let attempt = &mut self.attempts[index].attempt;
            taken.push(attempt.clone());
            attempt.next_check_at = Some(until);
        }
        taken
    }

    pub(super) fn reschedule(&mut self, id: &AttemptId, taken: UnixMs, at: Option<UnixMs>) {
        if let Some(index) = self.index(id) {
            let attempt = &mut self.attempts[index].attempt;
            if attempt.next_check_at == Some(taken) {
                attempt.next_check_at = at;
            }
        }
    }

    pub(super) fn recover(&mut self, lost: &[AttemptId], now: UnixMs) -> usize {
        let mut found = 0;
        for index in lost
            .iter()
            .filter_map(|it| self.index(it))
            .collect::<Vec<_>>()
        {
            let attempt = &mut self.attempts[index].attempt;
            if attempt.status == AttemptStatus::Created {
                attempt.status = AttemptStatus::Unknown;
                attempt.next_check_at = Some(now);
                attempt.updated_at = now;
                found += 1;
                self.note(index, Some(AttemptStatus::Created));
            }
        }
        found
    }

    pub(super) fn park(&mut self, provider: &str, names: &[String], summary: &str, now: UnixMs) {
        let name = (provider.to_owned(), names.join(" "), summary.to_owned());
        let row = self.parked.entry(name).or_insert((0, now));
        *row = (row.0 + 1, now);
    }

    pub(super) fn tidy(&mut self, now: UnixMs) {
        self.tokens.retain(|_, it| now < it.1);
        self.keys
            .retain(|_, it| now.plus_ms(-KEEP_MS) < it.created_at);
        self.sends.retain(|it| now.plus_ms(-KEEP_MS) < it.2);
        let month = now.plus_ms(-30 * 24 * HOUR_MS);
        self.outbox
            .retain(|it| it.next_at.is_some() || month <= it.created_at);
    }
}
