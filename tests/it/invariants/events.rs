//! Which events may be told, in which order, and by what they are caused.

use malipo::checkout::{Event, EventName, Input, Mode, Moment, StateName};
use malipo_wire::ErrorCode;

use super::looks::no_secret_in;
use super::{Attempt, Before, Invariants, Word};

impl Invariants {
    pub(super) fn event(&mut self, now: Moment, event: &Event, inputs: &[(usize, Input, Before)]) {
        no_secret_in(&event.detail);
        if event.name == EventName::Change {
            self.changed(event, inputs);
        }
        let attempt = self.attempt.as_mut().unwrap();
        let resumed = attempt.resumed.then_some(true);
        assert_eq!(event.detail.flag("resumed"), resumed, "{event:?}");
        match event.name {
            EventName::Initiated => {
                assert!(!attempt.initiated && attempt.end.is_none(), "W11");
                attempt.initiated = true;
                attempt.order = event.detail.text("orderId").map(Into::into);
                let had_tab = inputs.first().is_some_and(|it| it.2.has_tab);
                let has_page = event.detail.text("redirectUrl").is_some();
                attempt.must_open = has_page
                    && match attempt.mode {
                        Some(Mode::Redirect) => true,
                        Some(Mode::Tab | Mode::Popup) => had_tab,
                        Some(Mode::Link) | None => false,
                    };
            }
            EventName::Opened => {
                let may_open = attempt.initiated && !attempt.opened && attempt.end.is_none();
                assert!(may_open, "W11");
                attempt.opened = true;
            }
            EventName::Sent => assert!(attempt.initiated && attempt.end.is_none(), "W11"),
            EventName::Pending => {
                assert!(attempt.initiated && attempt.end.is_none(), "W11");
                let is_open = attempt.opened || !attempt.must_open;
                assert!(is_open, "W11: pending before opened");
                let said = self.verified;
                assert_eq!(said, Some(Word::Pending), "W2: {event:?}");
            }
            EventName::Blocked | EventName::Change => {}
            EventName::Error if event.detail.flag("terminal") != Some(true) => {
                // A success over another amount is told whenever it is seen.
                let is_odd = event.detail.text("code") == Some(ErrorCode::AmountMismatch.as_str());
                let is_told = attempt.end.is_none() || (is_odd && !attempt.told_odd);
                assert!(attempt.initiated && is_told, "W1: {event:?}");
                attempt.told_odd |= is_odd && attempt.end.is_some();
            }
            EventName::Error => {
                assert!(attempt.end.is_none() && !attempt.initiated, "W1: {event:?}");
                attempt.end = Some(event.name);
                attempt.give_way(now);
            }
            EventName::Success | EventName::Failed | EventName::Expired | EventName::Cancelled => {
                assert_rises(attempt, event);
                self.ended(now, event);
            }
        }
    }

    fn changed(&mut self, event: &Event, inputs: &[(usize, Input, Before)]) {
        let detail = &event.detail;
        let previous = Some(self.announced.as_str());
        assert_eq!(detail.text("previous"), previous, "W11: {detail:?}");
        let states = [
            StateName::Idle,
            StateName::Initiating,
            StateName::Opening,
            StateName::Waiting,
            StateName::Success,
            StateName::Failed,
            StateName::Expired,
            StateName::Cancelled,
            StateName::Error,
        ];
        let mut states = states.into_iter();
        let state = states.find(|it| detail.text("state") == Some(it.as_str()));
        self.announced = state.unwrap();
        // Back to rest only from an error, by options that are good again.
        let is_mended = inputs.iter().any(|it| matches!(it.1, Input::Mended));
        assert!(self.announced != StateName::Idle || is_mended);
    }

    fn ended(&mut self, now: Moment, event: &Event) {
        let attempt = self.attempt.as_mut().unwrap();
        match event.name {
            EventName::Success => {
                let said = self.verified;
                assert_eq!(said, Some(Word::Success), "W2: {event:?} by no verify");
                assert!(!self.is_saved, "W14: the record is still there");
            }
            EventName::Failed => {
                let said = self.verified;
                assert_eq!(said, Some(Word::Failed), "W3: {event:?} by no verify");
            }
            EventName::Expired => {
                assert!(attempt.deadline <= now.0, "W3: expired before the deadline");
            }
            _ => assert!(attempt.cancel_asked, "W3: cancelled by itself"),
        }
        attempt.end = Some(event.name);
        attempt.ended_at = now.0;
        attempt.told_odd = false;
        if event.name == EventName::Cancelled && !attempt.initiated {
            attempt.give_way(now);
        }
    }
}

/// W1: one terminal event, and after it only what a better known outcome brings, as late.
fn assert_rises(attempt: &Attempt, event: &Event) {
    let rises = match attempt.end {
        None => event.detail.flag("late").is_none(),
        Some(EventName::Expired) => matches!(event.name, EventName::Failed | EventName::Success),
        Some(EventName::Failed | EventName::Cancelled) => event.name == EventName::Success,
        Some(_) => false,
    };
    assert!(rises, "W1: {:?} then {event:?}", attempt.end);
    let late = attempt.end.map(|_| true);
    assert_eq!(event.detail.flag("late"), late, "W1: {event:?}");
    assert_eq!(event.detail.text("orderId"), attempt.order.as_deref());
}
