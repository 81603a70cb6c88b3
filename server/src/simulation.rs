//! What simulated worlds need of the server, and no server has: randomness by a seed, and bugs planted on purpose.
//!
//! All of it stands behind the feature `simulation`. `malipo-simulation` alone switches it on, which is never shipped; a server
//! that was built together with it (`cargo build --workspace`) has it too, and refuses to start ([`crate::REFUSES`]).
//! The rest of the server names a bug where it would stand, and no more: what it does stands here.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use malipo_wire::Money;

use crate::payment::settle::Observation;
use crate::payment::{Attempt, Order};
use crate::provider::ProviderError;
use crate::random::NoRandomness;
use crate::store::outbox::Delivery;

malipo::bugs! {
    /// A notification is taken at its word: the attempt is paid.
    NoticeMeansPaid = "notice-means-paid",
    /// Whatever was received is enough.
    AmountNotCompared = "amount-not-compared",
    /// The currency of what was received does not matter.
    CurrencyNotCompared = "currency-not-compared",
    /// A look-up's answer about another payment is taken.
    AnyReferenceTaken = "any-reference-taken",
    /// "success" at the top of a look-up's answer means paid.
    EnvelopeMeansPaid = "envelope-means-paid",
    /// A second success of an order is paid once more.
    SecondSuccessPaysAgain = "second-success-pays-again",
    /// What is paid may fail afterwards.
    PaidMayFail = "paid-may-fail",
    /// What has failed is not paid any more.
    FailedIsFinal = "failed-is-final",
    /// After three days without an end it has failed.
    GivenUpMeansFailed = "given-up-means-failed",
    /// A beginning without an answer counts as refused.
    UnknownBeginsAnew = "unknown-begins-anew",
    /// A new attempt begins without a question about the old one.
    NotAskedFirst = "not-asked-first",
    /// A pending attempt does not keep another one from beginning.
    TwoLiveAttempts = "two-live-attempts",
    /// The page's new price of an order is charged.
    PriceMayChange = "price-may-change",
    /// Calls to the provider are not counted.
    QuotaNotCounted = "quota-not-counted",
    /// Calls stop counting after half a minute.
    QuotaForgetsEarly = "quota-forgets-early",
    /// After one look-up nobody asks by itself any more.
    NeverAskedAgain = "never-asked-again",
    /// An expiry during a question counts as asked about.
    ExpiryMissed = "expiry-missed",
    /// Calls that a dead process made are not taken up.
    CutOffForgotten = "cut-off-forgotten",
    /// What a person has to look at is a success for the page.
    ReviewShownAsPaid = "review-shown-as-paid",
    /// What nobody knows has failed for the page.
    UnknownShownAsFailed = "unknown-shown-as-failed",
    /// The shop is told that a wrong amount has paid.
    ReviewToldAsPaid = "review-told-as-paid",
    /// The shop gets another name of the event with each try.
    NewNameForEachTry = "new-name-for-each-try",
    /// An error repeats what was sent to the provider.
    SecretInAnAnswer = "secret-in-an-answer",
    /// Half of the price is charged, and noted.
    HalfThePriceCharged = "half-the-price-charged",
    /// A notification is answered with 200 and thrown away.
    NoticeDropped = "notice-dropped",
    /// A notification causes a look-up at once, and nothing that outlives the process.
    NoticeLostOnKill = "notice-lost-on-kill",
    /// A notification's own status and amount are believed.
    NoticeBelieved = "notice-believed",
    /// Notifications are relied on whether they come or not.
    AlwaysProven = "always-proven",
    /// Where notifications are relied on, nothing that the shopper does in the page makes the server ask.
    ActsIgnored = "acts-ignored",
    /// A verify waits for the provider.
    VerifyWaits = "verify-waits",
    /// What is paid after it had failed is noted as if it had been in time.
    LateSuccessNotSaid = "late-success-not-said",
    /// At JoPay: a webhook is taken whoever signed it.
    SignatureNotChecked = "signature-not-checked",
    /// At JoPay: a transfer that was named counts as received.
    AttachedMeansPaid = "attached-means-paid",
    /// At JoPay: a beginning is repeated under another key.
    RepeatedUnderANewKey = "repeated-under-a-new-key",
    /// At Jenga: an IPN is taken whoever sent it.
    PasswordNotChecked = "password-not-checked",
    /// At Jenga: a try that was declined ends the attempt.
    DeclinedMeansFailed = "declined-means-failed",
    /// At Jenga: a link whose answer was lost counts as not sent.
    LostLinkSentAgain = "lost-link-sent-again",
    /// At Jenga: more than the price pays, as where fees are added.
    SurplusTaken = "surplus-taken",
    /// At Jenga: a placeholder names a transaction.
    PlaceholderIsAName = "placeholder-is-a-name",
}

thread_local! {
    static STATE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From now on this thread draws its randomness from a seed: the same each time.
pub fn seed(seed: u64) {
    STATE.set(Some(seed));
}

thread_local! {
    static SIGNED: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// The signature of a text, made once: PKCS #1 v1.5 gives the same each time, and a world has one key. To sign takes as long as
/// fifty steps.
pub(crate) fn remembered<E>(
    text: &str,
    sign: impl FnOnce(&str) -> Result<String, E>,
) -> Result<String, E> {
    let known = SIGNED.with_borrow(|it| it.get(text).cloned());
    if let Some(known) = known {
        return Ok(known);
    }
    let signature = sign(text)?;
    SIGNED.with_borrow_mut(|it| {
        if MOST_SIGNED <= it.len() {
            it.clear();
        }
        it.insert(text.to_owned(), signature.clone());
    });
    Ok(signature)
}

const MOST_SIGNED: usize = 10_000;

/// Random bytes: of the seed, else of the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    let Some(mut state) = STATE.get() else {
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        return Ok(bytes);
    };
    for chunk in bytes.chunks_mut(8) {
        // SplitMix64: every state gives another value, and none of them is a secret here.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        for (byte, random) in chunk.iter_mut().zip(mixed.to_le_bytes()) {
            *byte = random;
        }
    }
    STATE.set(Some(state));
    Ok(bytes)
}

/// [`Bug::EnvelopeMeansPaid`]: what a look-up's answer without a status says.
pub(crate) fn envelope(status: Option<&str>) -> Option<Result<Observation, ProviderError>> {
    let paid = || {
        let currency = "UGX".parse().ok()?;
        Money::parse("5000000", currency).ok()
    };
    status.is_none().then(|| Ok(Observation::Success(paid())))
}

/// [`Bug::SecretInAnAnswer`].
pub(crate) fn repeats(keys: &[&str]) -> Option<ProviderError> {
    let detail = keys.join(" ");
    Some(ProviderError::Rejected { detail })
}

/// [`Bug::NoticeMeansPaid`].
pub(crate) fn taken_at_its_word(attempt: &Attempt) -> Option<Observation> {
    Some(Observation::Success(Some(attempt.price)))
}

/// [`Bug::NewNameForEachTry`].
pub(crate) fn name_of_this_try(delivery: &Delivery) -> String {
    format!("{}-{}", delivery.event_id, delivery.tries)
}

/// [`Bug::QuotaForgetsEarly`].
pub(crate) fn half(ms: i64) -> i64 {
    ms / 2
}

/// [`Bug::NoticeBelieved`]: what a notification says of itself.
pub(crate) fn said_by(body: &[u8]) -> Option<Observation> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let currency = body.get("currency")?.as_str()?.parse().ok()?;
    let amount = body.get("amount")?.to_string();
    let is_success = body.get("status")? == "success";
    let money = Money::parse(&amount, currency).ok();
    money
        .filter(|_| is_success)
        .map(|it| Observation::Success(Some(it)))
}

/// [`Bug::RepeatedUnderANewKey`]: another key for each call, of the form that is asked for.
pub(crate) fn another_key() -> String {
    bytes::<32>().map(hex::encode).unwrap_or_default()
}

/// [`Bug::HalfThePriceCharged`].
pub(crate) fn half_of(price: Money) -> Money {
    let half = price.minor().div_ceil(2);
    Money::from_minor(half, price.currency()).unwrap_or(price)
}

/// [`Bug::PriceMayChange`]: somebody is paying it, or has.
pub(crate) fn is_taken(order: &Order) -> bool {
    order.paid_by.is_some() || order.attempts.iter().any(|it| it.status.is_live())
}
