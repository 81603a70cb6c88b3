//! What each state looks like.

use malipo_wire::{ErrorCode, Reason, SentTo};

use super::attempt::{Payment, Tab};
use super::error::PayError;
use super::state::{End, Ended, Initiating, Paying, State};
use super::text::Text;
use super::texts::join;
use super::transition::Checkout;
use super::view::{Line, View};
use super::{Mode, StateName};

impl Checkout {
    /// What is to be seen now.
    #[must_use]
    pub fn view(&self) -> View {
        let mut view = View::blank(self.state());
        match &self.state {
            State::Idle => view.can_press = true,
            State::Initiating(it) => view.show_initiating(it),
            State::Paying(it) => self.show_paying(&mut view, it),
            State::Ended(it) => view.show_ended(it),
        }
        view
    }

    fn show_paying(&self, view: &mut View, it: &Paying) {
        let payment = &it.watch.payment;
        view.show_payment(payment);
        view.busy = true;
        view.can_check = it.cancelling.is_none();
        view.can_cancel = it.cancelling.is_none();
        let headline = if it.cancelling.is_some() {
            Line::plain(Text::Cancelling)
        } else if it.in_review || it.reason == Some(Reason::Review) {
            Line::plain(Text::InReview)
        } else if let Some(sent_to) = &payment.sent_to {
            sent_line(sent_to)
        } else if !it.opened {
            Line::plain(Text::FollowLink)
        } else if it.returned {
            Line::plain(Text::Checking)
        } else if it.watch.options.mode == Mode::Redirect && it.tab == Tab::None {
            // A page that still checks after the redirect has come back, by a reload or out of the back/forward cache.
            let is_back = it.watch.resumed || 0 < it.watch.checks.pending;
            Line::plain(if is_back {
                Text::Checking
            } else {
                Text::GoingToCheckout
            })
        } else if payment.redirect_url.is_some() {
            // Where the window was refused, the link has opened a tab.
            let is_window = it.watch.options.mode == Mode::Popup && it.tab != Tab::Refused;
            Line::plain(if is_window {
                Text::CompleteInWindow
            } else {
                Text::CompleteInTab
            })
        } else {
            Line::plain(Text::Checking)
        };
        let in_review = headline.text == Text::InReview;
        view.headline = Some(headline);
        if it.offline {
            view.hint(Text::Offline);
        } else if it.trouble {
            view.hint(Text::Trouble);
        } else if it.reason == Some(Reason::Declined) {
            view.hint(Text::TryAgainThere);
        } else if in_review || it.cancelling.is_some() {
            // The headline says it all.
        } else if payment.sent_to.is_some() {
            view.hint(Text::PayThere);
        } else {
            view.hint(if payment.returns {
                Text::PageWillTell
            } else {
                Text::ComeBack
            });
        }
        let needs_link = !it.opened || it.tab == Tab::Refused;
        let is_open = !in_review && it.cancelling.is_none();
        if is_open {
            view.minutes_left = minutes(payment.deadline.since(self.now));
        }
        view.page = payment.redirect_url.clone().filter(|_| !in_review);
        view.has_link = view.page.is_some() && needs_link;
        view.can_reopen = view.page.is_some() && !needs_link && is_open;
    }
}

impl View {
    fn blank(state: StateName) -> Self {
        Self {
            state,
            headline: None,
            hints: Vec::new(),
            page: None,
            has_link: false,
            minutes_left: 0,
            can_press: false,
            can_check: false,
            can_reopen: false,
            can_cancel: false,
            busy: false,
            test: false,
            fees_added: false,
            detail: None,
        }
    }

    fn hint(&mut self, text: Text) {
        self.hints.push(Line::plain(text));
    }

    fn show_initiating(&mut self, it: &Initiating) {
        self.busy = true;
        self.can_cancel = true;
        let redirects = it.options.mode == Mode::Redirect;
        self.headline = Some(Line::plain(if redirects {
            Text::GoingToCheckout
        } else {
            Text::Starting
        }));
    }

    fn show_payment(&mut self, payment: &Payment) {
        self.test = payment.test == Some(true);
        self.fees_added = payment.fees_added;
    }

    fn show_ended(&mut self, it: &Ended) {
        if let Some(error) = &it.error {
            return self.show_error(it, error);
        }
        if let Some(watch) = &it.watch {
            self.show_payment(&watch.payment);
        }
        self.can_press = !it.is_settled();
        self.can_check = it.how == End::Expired || it.in_review;
        let (headline, hint) = match it.how {
            _ if it.in_review => (Text::InReview, None),
            End::Success => (Text::Paid, Some(Text::PaidNext)),
            End::Failed if it.reason == Some(Reason::Expired) => {
                (Text::NotPaid, Some(Text::LinkExpired))
            }
            End::Failed => (Text::NotPaid, Some(Text::TryAgain)),
            End::Expired => (Text::Unknown, Some(Text::IfPaidWait)),
            End::Cancelled | End::Error => (Text::Cancelled, Some(Text::IfPaidDont)),
        };
        self.headline = Some(Line::plain(headline));
        if let Some(hint) = hint {
            self.hint(hint);
        }
    }

    fn show_error(&mut self, it: &Ended, error: &PayError) {
        // An attempt before this one, whose outcome nobody knows.
        let is_open = it.in_review || matches!(it.how, End::Expired | End::Cancelled);
        let hint = match (error.code, error.retryable) {
            _ if is_open => Text::IfPaidWait,
            _ if it.is_unsure => Text::IfPaidDont,
            (ErrorCode::Network | ErrorCode::Timeout, _) => Text::CheckConnection,
            (ErrorCode::Busy, _) => Text::BusyElsewhere,
            (_, true) => Text::PressAgain,
            (_, false) => Text::TellTheShop,
        };
        self.headline = Some(Line::plain(Text::CouldNotStart));
        self.hint(hint);
        self.can_press = error.code != ErrorCode::SecretInBrowser;
        self.can_check = is_open;
        // Where our own words say it all, the developer reads theirs on the console.
        let is_said = matches!(
            error.code,
            ErrorCode::Network | ErrorCode::Timeout | ErrorCode::Busy
        );
        self.detail = (!is_said).then(|| error.message.clone());
    }
}

/// Minutes for a shopper to read: long waits are none that anybody counts.
fn minutes(ms: u64) -> u32 {
    let minutes = ms.div_ceil(60_000);
    u32::try_from(minutes).unwrap_or(0) * u32::from(minutes <= MINUTES_MOST)
}

fn sent_line(sent_to: &[SentTo]) -> Line {
    let mut recipients = Vec::new();
    for it in sent_to {
        if let Some(to) = &it.to {
            recipients.push(to.as_str());
        }
    }
    if recipients.is_empty() {
        Line::plain(Text::SentSomewhere)
    } else {
        Line {
            text: Text::SentTo,
            value: join(&recipients, ", "),
        }
    }
}

/// The most minutes that are shown as left: twice the longest deadline that a backend can cause.
const MINUTES_MOST: u64 = 60;
