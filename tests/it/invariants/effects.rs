//! What an effect may be, given what was said to the machine.

use malipo::checkout::{Body, Effect, EventName, Input, Moment, PressTab, Request, RequestKind};
use malipo_wire::ErrorCode;

use super::looks::assert_safe;
use super::{Before, Invariants};

impl Invariants {
    pub(super) fn effect(
        &mut self,
        now: Moment,
        index: usize,
        effect: &Effect,
        inputs: &[(usize, Input, Before)],
    ) {
        let cause = &inputs.iter().rfind(|it| it.0 <= index).unwrap().1;
        if self.destroyed && inputs.iter().any(|it| matches!(it.1, Input::Destroyed)) {
            let is_quiet = match effect {
                Effect::CloseTab | Effect::CloseStream | Effect::Abort { .. } => true,
                Effect::Save { .. } | Effect::Forget { .. } => true,
                Effect::Settle(Err(error)) | Effect::Checked(Err(error)) => {
                    error.code == ErrorCode::Destroyed
                }
                Effect::Settle(Ok(_)) | Effect::Checked(Ok(_)) => 1 < inputs.len(),
                _ => false,
            };
            assert!(is_quiet, "W9: {effect:?}");
        }
        match effect {
            Effect::OpenTab { .. } => {
                let Input::Pressed(press) = cause else {
                    panic!("W5: a tab without a press: {cause:?}")
                };
                assert_eq!(press.tab, PressTab::None, "W5");
                let first = inputs.len() == 1 && index == 0;
                assert!(first || 1 < inputs.len(), "W5: not the first effect");
            }
            Effect::OpenCheckout { url, .. } => {
                assert!(matches!(cause, Input::ReopenRequested), "W5: {cause:?}");
                let attempt = self.attempt.as_ref().unwrap();
                assert_safe(url, &attempt.origins);
                assert!(attempt.initiated, "W6: opened before pay-initiated");
            }
            Effect::Navigate { url } | Effect::Redirect { url } => {
                let attempt = self.attempt.as_mut().unwrap();
                assert_safe(url, &attempt.origins);
                assert!(attempt.initiated, "W6: navigated before pay-initiated");
                assert!(attempt.may_navigate, "W6: navigated twice for one click");
                attempt.may_navigate = false;
            }
            Effect::Send(request) => self.sent(now, request),
            Effect::Abort { epoch } => {
                self.initiate = self.initiate.filter(|it| it != epoch);
                if self.verify.take_if(|it| it == epoch).is_some()
                    && let Some(it) = &mut self.attempt
                {
                    it.pace.failed(now.0);
                }
            }
            Effect::OpenStream { epoch, .. } => {
                assert_eq!(self.stream, None, "W7: two streams");
                self.new_epoch(*epoch);
                self.stream = Some(*epoch);
            }
            Effect::CloseStream => {
                let was_open = self.stream.take().is_some();
                assert!(was_open || self.destroyed, "no stream to close");
                if let Some(it) = &mut self.attempt {
                    it.pace.hears_no_more(now.0);
                }
            }
            Effect::Emit(event) => self.event(now, event, inputs),
            Effect::Settle(result) => {
                // A listener that cancels while the end is on its way out gets a settlement of its own.
                let is_alone = inputs.len() == 1;
                assert!(
                    self.promise_is_open || !is_alone,
                    "settled twice: {result:?}"
                );
                self.promise_is_open = false;
                if let (Some(it), Ok(_)) = (&mut self.attempt, result) {
                    it.ended_before = false;
                }
            }
            Effect::Save { name, record } => {
                let end = self.attempt.as_ref().and_then(|it| it.end);
                assert_ne!(
                    end,
                    Some(EventName::Success),
                    "W14: a record is written after the success"
                );
                assert_eq!(record.saved_at, now.0, "W14: written when?");
                assert!(name.starts_with("malipo:"), "W14: {name}");
                self.is_saved = true;
                self.keys.saved(name, record);
                if let (Some(it), None) = (&mut self.attempt, &record.ended) {
                    it.deadline = record.deadline;
                }
            }
            Effect::Forget { name } => {
                self.is_saved = false;
                self.keys.overwritten(name, None);
            }
            Effect::CloseTab | Effect::FocusTab | Effect::Checked(_) | Effect::Warn(_) => {}
        }
    }

    fn new_epoch(&mut self, epoch: u32) {
        assert!(self.last_epoch < epoch, "W7: epochs go up");
        self.last_epoch = epoch;
    }

    fn sent(&mut self, now: Moment, request: &Request) {
        self.new_epoch(request.epoch);
        let attempt = self.attempt.as_mut().unwrap();
        match (request.kind, &request.body) {
            (RequestKind::Initiate, Body::Initiate(_)) => {
                assert!(!attempt.resumed, "W14: a resume initiated");
                assert_eq!(self.initiate, None, "W4: two initiates in flight");
                assert!(self.is_saved, "W4: sent before the key was stored");
                self.keys.sent(request, now.0);
                attempt.initiates += 1;
                assert!(attempt.initiates <= 3 + attempt.busy, "W8: initiates");
                self.initiate = Some(request.epoch);
            }
            (RequestKind::Verify, Body::Order(body)) => {
                assert_eq!(self.verify, None, "W7: two verifies in flight");
                // A listener that presses again at once comes before the look at the attempt that counts again.
                let earlier = attempt.earlier.as_ref().and_then(|it| it.order.as_ref());
                let orders = [attempt.order.as_ref(), earlier];
                assert!(orders.contains(&Some(&body.order_id)), "{request:?}");
                assert!(
                    self.held_until <= now.0,
                    "W8: verify before Retry-After is over"
                );
                let (began_at, deadline) = (attempt.began_at, attempt.deadline);
                let is_over = attempt.end.is_some();
                attempt.pace.sends(now.0, began_at, deadline, is_over);
                self.verify = Some(request.epoch);
                self.verify_by = None;
            }
            (RequestKind::Cancel, Body::Order(_)) => {
                assert!(attempt.cancel_asked, "W3: nobody gave up");
                attempt.cancel = Some(request.epoch);
            }
            it => panic!("{it:?}"),
        }
        assert!(request.key.is_none() || request.kind == RequestKind::Initiate);
    }
}
