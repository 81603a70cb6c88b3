//! Wake-ups and the stream: all of them only cause a verify.

use malipo_wire::Status;

#[cfg(feature = "planted")]
use super::answer::Verdict;
use super::attempt::Tab;
use super::effect::Effect;
use super::input::{StreamEvent, Wake};
use super::state::{End, Ended, State};
use super::timer::KEEP_MS;
use super::transition::Checkout;

impl Checkout {
    pub(super) fn woke(&mut self, wake: Wake) {
        let (now, jitter) = (self.now, self.jitter());
        if wake == Wake::PageHidden {
            self.close_blank_tab();
        }
        if let Some(it) = self.paying_mut() {
            match &wake {
                Wake::Returned { order_id } if *order_id == it.watch.payment.order_id => {
                    it.returned = true;
                }
                Wake::Offline => it.offline = true,
                Wake::Online => it.offline = false,
                Wake::Visible
                | Wake::PageShown
                | Wake::PageHidden
                | Wake::Focused
                | Wake::Returned { .. } => {}
            }
            // A stream that was frozen is silently dead; one that is open keeps the page out of the back/forward cache.
            let reopen_at = match &wake {
                Wake::Visible | Wake::PageShown | Wake::Online => Some(Some(now.plus(jitter))),
                Wake::PageHidden => Some(None),
                Wake::Focused | Wake::Offline | Wake::Returned { .. } => None,
            };
            if let Some(reopen_at) = reopen_at {
                let was_open = it.stream.epoch().is_some();
                it.stream.drop_until(reopen_at);
                if was_open && reopen_at.is_none() {
                    let poll_at = now.plus(it.watch.options.poll_interval_ms);
                    it.watch.checks.bring_forward(poll_at);
                }
                if was_open && !planted!(TwoStreams) {
                    self.push(Effect::CloseStream);
                }
            }
        }
        let is_news = match &wake {
            Wake::Visible | Wake::PageShown | Wake::Focused | Wake::Online => true,
            Wake::Returned { order_id } => self.order_id() == Some(order_id),
            Wake::PageHidden | Wake::Offline => false,
        };
        let is_over = |it: &Ended| it.how == End::Success || KEEP_MS <= now.since(it.at);
        #[cfg(feature = "planted")]
        if planted!(HintSettles) && is_news && matches!(&wake, Wake::Returned { .. }) {
            self.settle_payment(End::Success, &Verdict::success());
        }
        if !is_news
            || planted!(WakeIgnored)
            || matches!(&self.state, State::Ended(it) if is_over(it))
        {
            return;
        }
        if let Some(watch) = self.state.watch_mut() {
            watch.checks.request(now);
        }
    }

    /// The page goes away while the backend is asked: nobody would ever send the blank tab anywhere. Where the page comes back
    /// after all, out of the back/forward cache, it shows the link.
    fn close_blank_tab(&mut self) {
        if let State::Initiating(it) = &mut self.state
            && it.tab == Tab::Open
        {
            it.tab = Tab::Closed;
            self.push(Effect::CloseTab);
        }
    }

    pub(super) fn streamed(&mut self, epoch: u32, event: StreamEvent) {
        let (now, jitter) = (self.now, self.jitter());
        let Some(it) = self.paying_mut() else { return };
        if it.stream.epoch() != Some(epoch) {
            return;
        }
        let poll_at = now.plus(it.watch.options.poll_interval_ms);
        match event {
            StreamEvent::Alive => {
                it.stream.alive(now);
                it.watch.checks.put_off();
            }
            StreamEvent::Status(word) => {
                it.stream.alive(now);
                it.watch.checks.put_off();
                // What is known is `pending`: an outcome that was verified has ended the attempt.
                if word != Status::Pending.as_str() {
                    it.watch.checks.request(now);
                }
                #[cfg(feature = "planted")]
                if planted!(SuccessOnStreamMessage) && word == Status::Success.as_str() {
                    self.settle_payment(End::Success, &Verdict::success());
                }
            }
            StreamEvent::Ended => {
                it.stream.lost(now, jitter);
                it.watch.checks.bring_forward(poll_at);
            }
            StreamEvent::Refused => {
                it.stream.refused();
                it.watch.checks.bring_forward(poll_at);
            }
        }
    }

    pub(super) fn fire_stream(&mut self) {
        let (now, jitter) = (self.now, self.jitter());
        let epoch = self.epoch();
        let Some(it) = self.paying_mut() else { return };
        if it.stream.is_stalled(now) {
            let poll_at = now.plus(it.watch.options.poll_interval_ms);
            it.stream.lost(now, jitter);
            it.watch.checks.bring_forward(poll_at);
            self.push(Effect::CloseStream);
        } else if it.stream.is_due(now)
            && let Some(url) = it.stream.url.clone()
        {
            it.stream.opened(now, epoch);
            let token = it.watch.payment.token.clone();
            self.push(Effect::OpenStream { epoch, url, token });
        }
    }
}
