//! A world: shoppers, the network, servers on one disk, the provider, the shop; one queue.

mod acts;
mod calls;
mod effects;
mod ending;
mod event;
mod network;
mod notices;
mod paying;
mod quiet;
mod servers;
mod story;

use std::collections::BTreeMap;

use event::{Event, Flight, Message, Queue};

use crate::START;
use crate::backend::{Call, Process, Setting};
use crate::checks::Checks;
use crate::drift::Drift;
use crate::mix::{Fault, Mix};
use crate::provider::{Kind, Ledger, Terms};
use crate::rng::Rng;
use crate::shopper::{Device, Offer, Tab};
use crate::store::SharedDisk;

pub use story::{Report, Story};

/// Which world, and what is taken out of it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// Kinds of trouble that are taken out: a bit each, in the order of [`Fault::ALL`].
    pub without: u64,
    /// At most so many shoppers.
    pub shoppers: usize,
    /// This provider alone, in place of those that the seed draws.
    pub provider: Option<Kind>,
    /// Whether its story is told.
    pub tells: bool,
}

impl Plan {
    /// The whole world of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            without: 0,
            shoppers: usize::MAX,
            provider: None,
            tells: false,
        }
    }
}

/// A world.
#[derive(Debug)]
pub struct World {
    now: u64,
    /// When troubles end.
    heals_at: u64,
    rng: Rng,
    mix: Mix,
    queue: Queue,
    setting: Setting,
    terms: Terms,
    /// What providers have sent, with which headers.
    letters: Vec<(Kind, Message)>,
    devices: Vec<Device>,
    tabs: Vec<Tab>,
    prices: Vec<u64>,
    /// Since when the store knows the outcome of an order.
    known_since: Vec<Option<u64>>,
    servers: Vec<Server>,
    /// When the store last proved that a provider's notifications come.
    relied_on: [Option<u64>; 3],
    /// The last shopper, once troubles have ended.
    quiet: Option<quiet::Quiet>,
    /// When a server's clock jumped last.
    jumped_at: Option<u64>,
    disk: SharedDisk,
    ledger: Ledger,
    flights: BTreeMap<u64, Flight>,
    calls: BTreeMap<u64, (usize, Call)>,
    last_number: u64,
    checks: Checks,
    story: Story,
}

/// A machine on which a server runs, or not.
#[derive(Debug)]
struct Server {
    process: Option<Process>,
    /// How far its wall clock was set wrong, in milliseconds.
    off_ms: i64,
    /// How its clock runs.
    drift: Drift,
    ticks: bool,
    ticked_at: u64,
    is_kept_awake: bool,
}

impl World {
    /// A world before anything has happened.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        malipo_server::simulation::seed(plan.seed);
        let mut rng = Rng::for_part(plan.seed, 2);
        let mix = Mix::new(plan.seed, plan.without);
        // What providers a world has moves nothing else in it.
        let mut draw = Rng::for_part(plan.seed, 3);
        let terms = terms(&mut draw);
        let providers = match plan.provider {
            Some(only) => vec![only],
            None => providers(&mut draw),
        };
        let (jopay, jenga) = (
            providers.contains(&Kind::JoPay),
            providers.contains(&Kind::Jenga),
        );
        let grace_ms = if jopay { terms.grace_ms } else { 3_600_000 };
        let setting = Setting {
            calls_per_minute: rng.pick(&[20_u32, 60, 600, 600]),
            watch_interval_ms: rng.pick(&[500_u32, 2_500, 2_500, 15_000]),
            // Two worlds that have the same to read are configured by one reading.
            link_pages: jenga && draw.percent(50),
            confirms: jenga && terms.confirms,
            grace_s: u32::try_from(grace_ms / 1_000).unwrap_or(u32::MAX),
            providers,
        };
        let servers = rng.pick(&[1, 1, 2]);
        let minutes = rng.pick(&[1, 2, 4, 8]);
        let mut world = Self {
            now: 0,
            heals_at: minutes * 60_000,
            mix,
            queue: Queue::default(),
            setting,
            terms,
            letters: Vec::new(),
            devices: Vec::new(),
            tabs: Vec::new(),
            prices: Vec::new(),
            known_since: Vec::new(),
            servers: Vec::new(),
            relied_on: [None; 3],
            quiet: None,
            jumped_at: None,
            disk: SharedDisk::default(),
            ledger: Ledger::default(),
            flights: BTreeMap::new(),
            calls: BTreeMap::new(),
            last_number: 0,
            checks: Checks::default(),
            story: Story::new(plan.tells),
            rng,
        };
        for server in 0..servers {
            let drift = Drift::drawn(&mut world.mix);
            world.tell_drift("server", server, drift);
            world.servers.push(Server {
                process: None,
                off_ms: 0,
                drift,
                ticks: false,
                ticked_at: 0,
                is_kept_awake: false,
            });
            world.after(0, Event::Start(server));
        }
        world.invite(plan.shoppers, &mut draw);
        world.after(1_000, Event::Trouble);
        world
    }

    /// The shoppers, their orders and their tabs.
    fn invite(&mut self, most: usize, kinds: &mut Rng) {
        let shoppers = self.rng.between(1, 8) as usize;
        for shopper in 0..shoppers {
            let mut draw = Rng::new(self.rng.next_u64());
            if most <= shopper {
                continue;
            }
            let drift = Drift::drawn(&mut self.mix);
            self.devices.push(Device {
                drift,
                ..Device::default()
            });
            let shopper = self.devices.len() - 1;
            self.tell_drift("device", shopper, drift);
            let order = self.prices.len();
            self.known_since.push(None);
            self.prices.push(draw.between(1, 5_000_000));
            let kind = kinds.pick(&self.setting.providers);
            let offer = Offer {
                kind,
                names_provider: 1 < self.setting.providers.len(),
                shopper,
                order: if !draw.percent(70) {
                    format!("order_{order}")
                } else if kind == Kind::Jenga {
                    format!("ORDER{order:05}")
                } else {
                    format!("ORDER-{order:05}")
                },
                price: self.prices[order],
                quoted: draw.percent(50),
                mode: draw.pick(&["tab", "tab", "popup", "redirect", "link"]),
                poll_interval: draw.pick(&[1_000, 2_500, 2_500, 5_000]),
                timeout: draw.pick(&[0, 0, 0, 45_000]),
                origins: draw.pick(&[None, Some(kind.origin())]),
            };
            // Some have the same order open twice.
            let tabs = if draw.percent(25) { 2 } else { 1 };
            for _ in 0..tabs {
                let device = &self.devices[shopper];
                let tab = Tab::new(shopper, order, offer.clone(), device, self.now);
                self.tabs.push(tab);
                let delay = draw.between(100, 20_000);
                self.after(delay, Event::Act(self.tabs.len() - 1));
            }
        }
    }

    /// Runs to the end: troubles, then none, then until everything has come to rest.
    pub fn run(&mut self) {
        while let Some(at) = self.queue.next_at() {
            if self.heals_at <= at && !self.mix.is_healed() {
                self.now = self.heals_at;
                self.heal();
            }
            if self.ends_at() <= at {
                break;
            }
            self.step();
        }
        self.finish();
    }

    /// One event, and every check.
    fn step(&mut self) {
        let Some((at, event)) = self.queue.pop() else {
            return;
        };
        self.now = self.now.max(at);
        self.story.mark(self.now, &event);
        match event {
            Event::Timer { tab, load, number } => self.timer(tab, load, number),
            Event::Say { tab, load, input } => {
                if self.tabs[tab].load == load {
                    self.say(tab, *input);
                }
            }
            Event::Reply { number, reply } => self.replied(number, *reply),
            Event::Act(tab) => self.act(tab),
            Event::Thaw(tab, load) => self.thaw(tab, load),
            Event::Online(device) => self.online(device),
            Event::Load(tab) => self.load(tab),
            Event::Arrive(number) => self.arrive(number),
            Event::Gone(number) => self.gone(number),
            Event::Call(number) => self.called(number),
            Event::Answered(number, result) => self.call_answered(number, *result),
            Event::Visit { tab, payment } => self.visit(tab, payment),
            Event::Pay { tab, payment } => self.pay(tab, payment),
            Event::Fail { tab, payment } => self.fail(tab, payment),
            Event::Back { tab, payment } => self.go_back(tab, payment),
            Event::PayAgain { payment } => self.pay_again(payment),
            Event::Verify { payment } => self.verify(payment),
            Event::Expire { payment } => self.expire(payment),
            Event::Expired { payment } => self.expired(payment),
            Event::Message { payment } => self.message(payment),
            Event::Notify(notification) => self.notify(notification),
            Event::Forge => self.forge(),
            Event::Replay => self.replay(),
            Event::Tick(server) => self.tick(server),
            Event::Round(server) => self.round(server),
            Event::Kill(server) => self.killed(server),
            Event::Start(server) => self.start(server),
            Event::Trouble => self.trouble(),
        }
        self.check_records(None);
    }

    /// Every check of the records, after a server has run or anything else has happened.
    fn check_records(&mut self, server: Option<usize>) {
        let now = START as i64 + self.now as i64;
        let mut wall = server.map_or(now, |it| self.wall(it));
        // What was asked before a clock jumped is judged by the clock of then.
        if self.jumped_at.is_some_and(|it| self.now < it + QUESTION_MS) {
            wall = wall.max(now + LONGEST_JUMP_MS);
        }
        let (disk, ledger) = (&self.disk, &self.ledger);
        let moment = (self.now, wall - START as i64);
        self.checks.after_step(disk, ledger, server, moment);
    }

    /// Something happens in so many milliseconds.
    fn after(&mut self, ms: u64, event: Event) {
        let tie = self.rng.next_u64();
        self.queue.push(self.now.saturating_add(ms), tie, event);
    }

    fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// What a server's wall clock shows.
    fn wall(&self, server: usize) -> i64 {
        let server = &self.servers[server];
        let counted = START + server.drift.counted(self.now);
        let counted = i64::try_from(counted).unwrap_or(i64::MAX);
        counted.saturating_add(server.off_ms)
    }

    fn tell_drift(&mut self, what: &str, index: usize, drift: Drift) {
        if drift.ppm() != 0 {
            let ppm = drift.ppm();
            self.story
                .tell(|| format!("{what} {index}'s clock runs {ppm} millionths fast"));
        }
    }

    fn hits(&mut self, fault: Fault) -> bool {
        self.mix.hits(fault)
    }

    fn draws(&mut self, fault: Fault) -> bool {
        self.mix.draws(fault)
    }

    fn happened(&mut self, fault: Fault) {
        self.mix.count(fault, 1);
    }

    /// What came of it, so far.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            steps: self.story.steps(),
            fingerprint: self.story.fingerprint(),
            payments: self.ledger.payments().len() as u64,
            paid: self.checks.paid().iter().sum(),
            injected: self.mix.injected().to_vec(),
            injected_at: self.mix.injected_at().to_vec(),
            at: Kind::ALL.map(|kind| {
                let begun = self.ledger.payments().iter();
                let begun = begun.filter(|it| it.kind == kind).count();
                [begun as u64, self.checks.paid()[kind as usize]]
            }),
            checked: self.checks.counted(),
            virtual_ms: self.now,
        }
    }

    /// The story so far.
    #[must_use]
    pub fn story(&self) -> &Story {
        &self.story
    }
}

/// How long a question may take that needs several calls.
const QUESTION_MS: u64 = 60_000;
/// How far a server's clock jumps at the most.
const LONGEST_JUMP_MS: i64 = 3_600_000;

/// Which providers a world has: as a rule one, now and then all of them behind the same servers.
fn providers(draw: &mut Rng) -> Vec<Kind> {
    match draw.below(10) {
        0..=3 => vec![Kind::JoyndPay],
        4..=5 => vec![Kind::JoPay],
        6..=7 => vec![Kind::Jenga],
        _ => Kind::ALL.to_vec(),
    }
}

fn terms(draw: &mut Rng) -> Terms {
    Terms {
        request_ms: draw.pick(&[60_000, 180_000, 600_000, 3_600_000]),
        grace_ms: draw.pick(&[60_000, 120_000, 3_600_000]),
        confirms: draw.percent(25),
        names_link_alone: draw.percent(25),
    }
}
