//! The end of a world: troubles stop, shoppers come back, and everything that was promised has to come true.

use malipo::checkout::{Input, Wake};
use malipo_server::clock::UnixMs;
use malipo_server::payment::AttemptStatus;
use malipo_wire::OrderId;

use super::World;
use super::event::Event;
use crate::START;
use crate::checks::Overlooked;
use crate::provider::Kind;
use crate::shopper::Tab;

impl World {
    /// From now on nothing goes wrong: networks, servers, clocks and shoppers are well.
    pub(super) fn heal(&mut self) {
        self.mix.heal();
        self.story.tell(|| "troubles end".to_owned());
        for server in 0..self.servers.len() {
            self.servers[server].drift.put_right(self.now);
            if let Some(process) = &self.servers[server].process {
                process.line().fail(0);
                process.line().die_at(0, false);
                process.shop_takes(true);
            } else {
                self.after(10, Event::Start(server));
            }
        }
        for device in &mut self.devices {
            device.offline = false;
            device.drift.put_right(self.now);
        }
        self.decide_all();
        for tab in 0..self.tabs.len() {
            let load = self.tabs[tab].load;
            self.thaw(tab, load);
            if self.tabs[tab].is_there && self.rng.percent(50) {
                // The others are not looked at: they have to find out by themselves.
                self.tabs[tab].hidden = false;
                self.tabs[tab].woken_at = Some(self.now);
                self.say(tab, Input::Woke(Wake::Online));
                self.say(tab, Input::Woke(Wake::Visible));
            } else if !self.tabs[tab].is_there {
                self.load(tab);
            }
        }
        self.invite_the_last();
    }

    /// When the world has to be at rest: no button waits longer than its deadline.
    pub(super) fn ends_at(&self) -> u64 {
        let is_busy = self.mix.is_healed() && self.tabs.iter().any(Tab::is_busy);
        if !self.mix.is_healed() || is_busy {
            self.heals_at + LONGEST_WAIT_MS
        } else {
            self.now
        }
    }

    /// W13: what the provider has decided comes to the store, and from there to whoever waits for it.
    pub(super) fn check_promises(&mut self) {
        if !self.mix.is_healed() || !self.tabs.iter().any(Tab::is_busy) {
            return;
        }
        self.note_proofs();
        for order in 0..self.prices.len() {
            let selling = self.tabs.iter().find(|it| it.order == order);
            let Some(id) = selling.and_then(|it| it.offer.order.parse::<OrderId>().ok()) else {
                continue;
            };
            let is_known = self.checks.knows_outcome(&id, &self.disk);
            let since = self.known_since[order].filter(|_| is_known);
            self.known_since[order] = is_known.then(|| since.unwrap_or(self.now));
            let overlooked = self.checks.overlooked(&id, &self.disk, &self.ledger);
            for tab in 0..self.tabs.len() {
                if self.tabs[tab].order == order {
                    self.check_promise(tab, overlooked);
                }
            }
        }
    }

    fn check_promise(&mut self, tab: usize, overlooked: Option<Overlooked>) {
        let page = &self.tabs[tab];
        // A page that went to the checkout page itself learns of it when it is loaded again.
        if !page.is_there || page.checkout.order_id().is_none() || !page.is_busy() {
            return;
        }
        let begun = page.waits_since.max(self.heals_at);
        if let Some(known) = self.known_since[page.order] {
            self.checks.count("W13");
            let patience = if page.woken_at.is_some() {
                SEEN_WITHIN_MS
            } else {
                UNSEEN_WITHIN_MS
            };
            assert!(
                self.now < known.max(begun) + patience,
                "W13: at {} tab {tab} still waits for an outcome that is known since {known}",
                self.now
            );
        }
        if let Some(it) = overlooked.filter(|_| self.jumped_at.is_none()) {
            self.checks.count("W13");
            let calm = it.decided.max(begun).max(self.checks.calm_since());
            let acted = page.acted_at.filter(|act| calm <= *act);
            let until = match acted {
                Some(act) => act + NOTED_AFTER_AN_ACT_MS,
                None => calm.max(self.quiet_until(&it)) + NOTED_WITHIN_MS,
            };
            assert!(
                self.now < until,
                "W13: at {} tab {tab} still waits, and no server has noted it: {it:?}, acted at {acted:?}",
                self.now
            );
        }
    }

    /// How long servers leave it to a notification, where these have come lately.
    fn quiet_until(&self, it: &Overlooked) -> u64 {
        // Whoever's clock is behind takes the payment for younger.
        let mut ends = it.opened_at + LEFT_TO_NOTICES_MS + self.clocks_apart_ms();
        // What the one server has asked about, and knows that it has, it leaves to nobody.
        if let Some(asked) = it.asked_at.filter(|at| self.checks.calm_since() <= *at)
            && self.servers.len() == 1
        {
            ends = ends.min(asked);
        }
        self.relied_on[it.kind as usize].map_or(0, |last| last.min(ends))
    }

    /// Notes which providers' notifications the store proves to come.
    fn note_proofs(&mut self) {
        let now = UnixMs(i64::try_from(START + self.now).unwrap_or(i64::MAX));
        for kind in Kind::ALL {
            if self.disk.look().proves_notices(kind.as_str(), now) {
                self.relied_on[kind as usize] = Some(self.now);
            }
        }
    }

    /// How long a server's timers may sleep: once nobody waits, until something is due.
    pub(super) fn pause(&self, server: usize) -> u64 {
        let is_over = self.mix.is_healed() && !self.checks.awaits_look_up();
        let disk = self.disk.look();
        // A beginning without an answer is lost after so many rounds of a server's, however long they take.
        let is_answered = disk
            .attempts()
            .all(|it| it.status != AttemptStatus::Created);
        let is_quiet =
            is_over && is_answered && self.calls.is_empty() && !self.tabs.iter().any(Tab::is_busy);
        if !is_quiet {
            return 500;
        }
        let wall = self.wall(server);
        let due = disk.next_due();
        let wait = due.map_or(0, |it| it.0.saturating_sub(wall).max(0));
        u64::try_from(wait).unwrap_or(0).clamp(500, 6 * 3_600_000)
    }

    /// The last days: whatever is scheduled happens, and then the books have to agree.
    pub(super) fn finish(&mut self) {
        for (index, page) in self.tabs.iter().enumerate() {
            assert!(
                !page.is_busy(),
                "W13: tab {index} is still {} {LONGEST_WAIT_MS} ms after troubles ended",
                page.checkout.state().as_str()
            );
        }
        self.story
            .tell(|| "every button is at rest; days pass".to_owned());
        let ends_at = self.now + LAST_DAYS_MS;
        while self.disk.look().next_due().is_some() || !self.calls.is_empty() {
            if self.queue.next_at().is_none_or(|it| ends_at <= it) {
                break;
            }
            self.step();
        }
        self.checks.at_end(&self.disk, &self.ledger);
    }
}

/// The widget's longest deadline, what was begun when troubles ended, and some.
const LONGEST_WAIT_MS: u64 = 45 * 60_000;
/// A page that was looked at when troubles ended: the longest `Retry-After` that it may have been told before is 20 s.
const SEEN_WITHIN_MS: u64 = 25_000;
/// One that nobody looks at: a request that was lost is given up after 10 s, and asking pauses for 20 s at the most, or as
/// long as its backend has told it.
const UNSEEN_WITHIN_MS: u64 = 50_000;
/// From the provider to the store where its notification was lost: a page asks every 20 s, and its asking makes the server
/// ask, where that is not too soon after the last time: 20 s at the most.
const NOTED_WITHIN_MS: u64 = 60_000;
/// Where the last payments prove that notifications come, it is left to them for so long from the beginning on.
const LEFT_TO_NOTICES_MS: u64 = 95_000;
/// Whatever is proven, the shopper makes a server ask at once: a page may have been told to wait for 20 s, and a request that
/// was lost is given up after 10 s.
const NOTED_AFTER_AN_ACT_MS: u64 = 40_000;
/// A payment that never ends is given up after three days.
const LAST_DAYS_MS: u64 = 80 * 3_600_000;
