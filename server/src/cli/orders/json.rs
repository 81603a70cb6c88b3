//! Orders as JSON: amounts as decimal text, moments as RFC 3339; what is not known is `null`.

use malipo_server::clock::UnixMs;
use malipo_server::payment::refund::RefundNote;
use malipo_server::payment::{Attempt, Order};
use malipo_server::store::records::DeliveryRecord;
use malipo_server::store::transactions::TransactionRecord;
use malipo_wire::{Money, Reason};
use serde_json::{Value, json};

/// An order with its attempts, oldest first.
pub(super) fn order(order: &Order, test: bool) -> Value {
    let answer = order.answer(test);
    let attempts: Vec<_> = order.attempts.iter().map(attempt).collect();
    json!({
        "order_id": order.id.as_str(),
        "status": answer.status,
        "reason": answer.reason,
        "amount": order.price.to_decimal(),
        "currency": order.price.currency().code(),
        "paid_by": order.paid_by.as_ref().map(|it| &it.0),
        "test": test,
        "attempts": attempts,
    })
}

/// The same with the transactions that were told of, what the shop was told and what was given back.
pub(super) fn record(
    it: &Order,
    test: bool,
    transactions: &[TransactionRecord],
    deliveries: &[DeliveryRecord],
    notes: &[RefundNote],
) -> Value {
    let mut value = order(it, test);
    if let Some(fields) = value.as_object_mut() {
        let transactions = transactions.iter().map(transaction).collect();
        fields.insert("transactions".to_owned(), transactions);
        let deliveries = deliveries.iter().map(delivery).collect();
        fields.insert("deliveries".to_owned(), deliveries);
        let notes = notes.iter().map(note).collect();
        fields.insert("refund_notes".to_owned(), notes);
    }
    value
}

fn attempt(it: &Attempt) -> Value {
    let sent_to: Vec<_> = it.sent_to.iter().map(|it| json!(it)).collect();
    json!({
        "attempt_id": it.id.0,
        "provider": it.provider,
        "reference": it.reference.0,
        "provider_ref": it.provider_ref,
        "state": it.status.as_str(),
        "reason": it.reason.map(Reason::as_str),
        "received_amount": it.received.map(Money::to_decimal),
        "received_currency": it.received.map(|it| it.currency().code().to_owned()),
        "late": it.late,
        "sent_to": sent_to,
        "created_at": it.created_at.to_rfc3339(),
        "updated_at": it.updated_at.to_rfc3339(),
        "paid_at": it.paid_at.map(UnixMs::to_rfc3339),
        "expires_at": it.expires_at.map(UnixMs::to_rfc3339),
        "next_check_at": it.next_check_at.map(UnixMs::to_rfc3339),
    })
}

fn transaction(it: &TransactionRecord) -> Value {
    json!({
        "attempt_id": it.attempt_id.0,
        "references": it.references,
        "told_at": it.told_at.to_rfc3339(),
    })
}

/// What became of telling the shop something.
pub(in crate::cli) fn delivery(it: &DeliveryRecord) -> Value {
    json!({
        "event_id": it.event_id,
        "channel": it.channel.as_str(),
        "order_id": it.order_id.as_str(),
        "attempt_id": it.attempt_id.0,
        "type": it.kind,
        "state": it.state(),
        "created_at": it.created_at.to_rfc3339(),
        "tries": it.tries,
        "next_at": it.next_at.map(UnixMs::to_rfc3339),
        "delivered_at": it.delivered_at.map(UnixMs::to_rfc3339),
        "last_error": it.last_error,
    })
}

/// A note of money given back.
fn note(it: &RefundNote) -> Value {
    json!({
        "attempt_id": it.attempt_id.0,
        "amount": it.amount.to_decimal(),
        "currency": it.amount.currency().code(),
        "reason": it.reason,
        "by": it.by,
        "marked": it.marked,
        "noted_at": it.noted_at.to_rfc3339(),
    })
}
