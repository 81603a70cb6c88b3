//! A page with a button: the real machine, and the browser around it.

use std::collections::BTreeMap;

use malipo::checkout::{
    Checkout, Clock, Effect, Input, Moment, Options, Press, PressTab, Record, Resume, StateName,
};

use super::{Device, Offer};
use crate::browser::parse_url;
use crate::invariants::Invariants;

/// The tab in which the checkout page is.
#[derive(Clone, Debug, Default)]
pub struct Stay {
    /// It reads as closed, whatever it is.
    pub reads_closed: bool,
}

/// A page.
#[derive(Debug)]
pub struct Tab {
    /// Whose.
    pub shopper: usize,
    /// Which order it sells.
    pub order: usize,
    /// The offer of its button.
    pub offer: Offer,
    /// The machine.
    pub checkout: Checkout,
    /// Counts loads: what belongs to an earlier one is not for this one.
    pub load: u32,
    /// The page is there, and its button in it.
    pub is_there: bool,
    /// It runs nothing.
    pub frozen: bool,
    /// It is behind another tab: its timers are late.
    pub hidden: bool,
    /// The tab that was opened.
    pub stay: Option<Stay>,
    /// sessionStorage.
    pub storage: BTreeMap<String, Record>,
    /// The stream that is open: its epoch, and the number of its request.
    pub stream: Option<(u32, u64)>,
    /// The requests that are out: epoch and number.
    pub requests: Vec<(u32, u64)>,
    /// The timer that is armed: for when, and its number.
    pub timer: Option<(Moment, u64)>,
    /// What came while it was frozen.
    pub held_back: Vec<Input>,
    /// Since when it waits for an outcome.
    pub waits_since: u64,
    /// Since when somebody looks at it, or the network has told it that it is back.
    pub woken_at: Option<u64>,
    /// When it was last looked at again, or heard of its network again, while a server saw its stream: what it does then shows
    /// there, if that is the only one.
    pub acted_at: Option<u64>,
    options: Options,
    price: u64,
    invariants: Invariants,
    clock: Clock,
    timers: u64,
    loads: u64,
}

impl Tab {
    /// A page that is loaded at `now`.
    #[must_use]
    pub fn new(shopper: usize, order: usize, offer: Offer, device: &Device, now: u64) -> Self {
        let seed = u64::try_from(shopper * 64 + order).unwrap_or(0) + 1;
        Self {
            shopper,
            order,
            woken_at: None,
            acted_at: None,
            options: offer.options(offer.price),
            price: offer.price,
            offer,
            checkout: Checkout::new(seed, parse_url),
            load: 0,
            is_there: true,
            frozen: false,
            hidden: false,
            stay: None,
            storage: BTreeMap::new(),
            stream: None,
            requests: Vec::new(),
            timer: None,
            held_back: Vec::new(),
            waits_since: 0,
            invariants: Invariants::default(),
            clock: Clock::start(device.wall(now), device.monotonic(now)),
            timers: 0,
            loads: seed,
        }
    }

    /// The page is loaded anew: a new machine, the same storage.
    pub fn reload(&mut self, device: &Device, now: u64) {
        self.loads = self.loads.wrapping_add(0x9e37_79b9);
        self.checkout = Checkout::new(self.loads, parse_url);
        self.invariants = self.invariants.reloaded(self.storage.iter());
        self.clock = Clock::start(device.wall(now), device.monotonic(now));
        self.load += 1;
        self.is_there = true;
        self.frozen = false;
        self.hidden = false;
        self.stay = None;
        self.stream = None;
        self.requests.clear();
        self.timer = None;
        self.held_back.clear();
    }

    /// One step of the machine and all of its effects; every invariant is asserted.
    pub fn say(&mut self, device: &Device, now: u64, input: Input) -> Vec<Effect> {
        let moment = self.clock.reading(device.wall(now), device.monotonic(now));
        let was_waiting = self.is_waiting();
        self.invariants.before(&self.checkout, 0, moment, &input);
        self.checkout.handle(moment, input);
        let effects: Vec<Effect> = std::iter::from_fn(|| self.checkout.poll_effect()).collect();
        if !was_waiting && self.is_waiting() {
            self.waits_since = now;
        }
        self.invariants.after(&self.checkout, moment, &effects);
        effects
    }

    /// The timer to arm, where it is another than the one that is: in how many milliseconds of the device's
    /// clock, and its number.
    pub fn arm(&mut self, device: &Device, now: u64) -> Option<(u64, u64)> {
        let wakeup = self.checkout.next_wakeup();
        if self.timer.map(|it| it.0) == wakeup {
            return None;
        }
        self.timers += 1;
        self.timer = wakeup.map(|it| (it, self.timers));
        let moment = self.clock.reading(device.wall(now), device.monotonic(now));
        wakeup.map(|it| (it.since(moment), self.timers))
    }

    /// Sets what the button asks for the order; whether that is another price than before.
    pub fn set_price(&mut self, price: u64) -> bool {
        let before = std::mem::replace(&mut self.price, price);
        self.options = self.offer.options(price);
        before != price
    }

    /// A press, with the random bits that the browser gives.
    #[must_use]
    pub fn press(&self, entropy: u128, tab: PressTab) -> Input {
        let options = self.options.clone();
        let name = Record::name(&options).unwrap_or_else(|| Record::nameless(&options));
        Input::Pressed(Box::new(Press {
            stored: self.storage.get(&name).cloned(),
            options,
            entropy,
            tab,
        }))
    }

    /// What a page that was just loaded takes up, if anything.
    #[must_use]
    pub fn resume(&self) -> Option<Input> {
        let name = Record::name(&self.options)?;
        let record = self.storage.get(&name).cloned();
        let record = record.filter(|it| it.order_id.is_some())?;
        Some(Input::Resumed(Box::new(Resume {
            options: self.options.clone(),
            record,
        })))
    }

    fn is_waiting(&self) -> bool {
        matches!(
            self.checkout.state(),
            StateName::Opening | StateName::Waiting
        )
    }

    /// An attempt is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(
            self.checkout.state(),
            StateName::Initiating | StateName::Opening | StateName::Waiting
        )
    }
}
