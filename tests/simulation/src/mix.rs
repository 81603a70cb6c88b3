//! Which troubles a world has, and how often: drawn by the seed before anything happens (swarm testing).
//!
//! Half of the kinds are absent from a world, so that rare mixes occur. Each kind draws from a stream of its own: taking one
//! out, as shrinking does, leaves what the others draw as it was.

use crate::provider::Kind;
use crate::rng::Rng;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $often:literal;)+) => {
        /// A kind of trouble.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(#[doc = $doc])+ $name),+
        }

        impl Fault {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// A word for reports and for `--without`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// How often at most, of 1,000 chances.
            fn most(self) -> u64 {
                match self { $(Self::$name => $often),+ }
            }
        }
    };
}

faults! {
    /// A request or an answer between page and server takes long.
    SlowNetwork = "slow-network", 200;
    /// A request of a page never arrives.
    RequestLost = "request-lost", 250;
    /// A request arrives, its answer does not.
    AnswerLost = "answer-lost", 250;
    /// A request arrives twice.
    RequestTwice = "request-twice", 150;
    /// Something between page and server says 429.
    Throttled = "throttled", 80;
    /// Something between page and server says 502, 503 or 504.
    BadGateway = "bad-gateway", 120;
    /// Something between page and server says 200 and means something else.
    Garbage = "garbage", 120;
    /// A stream is cut.
    StreamCut = "stream-cut", 100;
    /// The browser drops a request, and the server's handler with it.
    HandlerDropped = "handler-dropped", 100;
    /// The provider cannot be reached.
    ProviderDown = "provider-down", 200;
    /// A call reaches the provider, its answer is lost.
    CallAnswerLost = "call-answer-lost", 200;
    /// A call to the provider is lost.
    CallLost = "call-lost", 150;
    /// The provider takes long.
    ProviderSlow = "provider-slow", 200;
    /// The provider says 429.
    ProviderThrottles = "provider-throttles", 100;
    /// The provider says 500 or HTML.
    ProviderGarbage = "provider-garbage", 150;
    /// The provider says no to a beginning.
    ProviderRefuses = "provider-refuses", 100;
    /// What the provider says of a payment is seconds old, or half a minute.
    ProviderLags = "provider-lags", 300;
    /// A success names another amount or currency than was asked for.
    WrongAmount = "wrong-amount", 150;
    /// More is paid than was asked for: the provider's fees.
    FeesOnTop = "fees-on-top", 300;
    /// A payment fails.
    PaymentFails = "payment-fails", 400;
    /// A payment that failed is paid after all.
    LateSuccess = "late-success", 400;
    /// A notification is never sent.
    NoticeLost = "notice-lost", 400;
    /// A notification comes more than once.
    NoticeTwice = "notice-twice", 300;
    /// A notification comes late.
    NoticeLate = "notice-late", 300;
    /// A notification of nobody: to an address that does not exist, or about another payment.
    NoticeForged = "notice-forged", 100;
    /// A server is killed.
    Killed = "killed", 300;
    /// A server is killed in the middle of a write.
    KilledInWrite = "killed-in-write", 300;
    /// Reads and writes of a store fail.
    StoreFails = "store-fails", 40;
    /// A server's clock jumps.
    ServerClock = "server-clock", 100;
    /// A device's clock jumps.
    DeviceClock = "device-clock", 60;
    /// A page is frozen.
    Frozen = "frozen", 100;
    /// A page is loaded anew.
    Reloaded = "reloaded", 80;
    /// A button is removed from its page.
    Destroyed = "destroyed", 30;
    /// A device loses its network.
    Offline = "offline", 80;
    /// An open checkout page reads as closed (COOP).
    ReadsClosed = "reads-closed", 400;
    /// The browser refuses tabs.
    PopupBlocked = "popup-blocked", 300;
    /// Somebody says that there is news where there is none.
    ForgedHint = "forged-hint", 100;
    /// The page's storage takes nothing.
    NoStorage = "no-storage", 200;
    /// The shopper gives up.
    Cancelled = "cancelled", 60;
    /// A page asks another price for an order than it did before.
    PriceChanged = "price-changed", 60;
    /// The shopper leaves the checkout page without paying.
    Abandoned = "abandoned", 250;
    /// The shop does not take what it is told.
    ShopDown = "shop-down", 300;
    /// A notification that was sent once comes again, from whoever has kept it.
    NoticeReplayed = "notice-replayed", 150;
    /// A transfer that fits nothing: it was named, and is never verified.
    TransferMismatch = "transfer-mismatch", 200;
    /// The provider takes no token any more that it has given.
    TokenRefused = "token-refused", 60;
    /// Two people who hold one link pay both.
    PaidTwice = "paid-twice", 600;
    /// The transactions of several payments bear the same name, which stands for none.
    PlaceholderReference = "placeholder-reference", 1_000;
    /// A clock, of a server or a device, runs fast or slow.
    ClockDrift = "clock-drift", 1_000;
}

impl Fault {
    /// Whether it is one that a provider of this kind can have: docs/simulation.md says why. Those of pages, networks and
    /// servers belong to none.
    #[must_use]
    pub fn is_at(self, kind: Kind) -> bool {
        match self {
            Self::ProviderDown
            | Self::CallAnswerLost
            | Self::CallLost
            | Self::ProviderSlow
            | Self::ProviderThrottles
            | Self::ProviderGarbage
            | Self::ProviderRefuses
            | Self::PaymentFails
            | Self::Abandoned
            | Self::NoticeLost
            | Self::NoticeTwice
            | Self::NoticeLate
            | Self::NoticeForged
            | Self::NoticeReplayed => true,
            Self::ProviderLags | Self::LateSuccess => kind != Kind::Jenga,
            Self::WrongAmount | Self::FeesOnTop => kind != Kind::JoPay,
            Self::TransferMismatch => kind == Kind::JoPay,
            Self::TokenRefused | Self::PaidTwice | Self::PlaceholderReference => {
                kind == Kind::Jenga
            }
            _ => false,
        }
    }
}

/// The troubles of one world.
#[derive(Clone, Debug)]
pub struct Mix {
    rates: Vec<u64>,
    streams: Vec<Rng>,
    injected: Vec<u64>,
    /// The same for each provider, in the order of [`Kind::ALL`].
    injected_at: Vec<[u64; 3]>,
    healed: bool,
}

impl Mix {
    /// The mix of a seed, without the kinds whose bits are set in `without`.
    #[must_use]
    pub fn new(seed: u64, without: u64) -> Self {
        let mut draw = Rng::for_part(seed, 1);
        let mut rates = Vec::with_capacity(Fault::ALL.len());
        // Some worlds have little trouble, some nothing but trouble.
        let present = draw.pick(&[0, 20, 50, 50, 80]);
        for (index, fault) in Fault::ALL.iter().enumerate() {
            let drawn = draw.percent(present);
            let rate = draw.between(1, fault.most());
            let rate = if draw.percent(50) { rate / 4 } else { rate };
            let is_out = without & (1 << index) != 0;
            rates.push(if drawn && !is_out { rate } else { 0 });
        }
        let part = |index: usize| u64::try_from(index).unwrap_or(0) + 100;
        Self {
            streams: (0..rates.len())
                .map(|it| Rng::for_part(seed, part(it)))
                .collect(),
            injected: vec![0; rates.len()],
            injected_at: vec![[0; 3]; rates.len()],
            healed: false,
            rates,
        }
    }

    /// Whether this trouble is to happen now. Whoever asks counts it where it happens: the dead are not killed.
    pub fn draws(&mut self, fault: Fault) -> bool {
        let index = fault as usize;
        let rate = self.rates[index];
        if rate == 0 || self.healed {
            return false;
        }
        self.streams[index].below(1_000) < rate
    }

    /// Whether this trouble happens now, whatever else does; it is counted.
    pub fn hits(&mut self, fault: Fault) -> bool {
        let hit = self.draws(fault);
        self.injected[fault as usize] += u64::from(hit);
        hit
    }

    /// Whether this trouble is to happen now at a provider of this kind.
    pub fn draws_at(&mut self, fault: Fault, kind: Kind) -> bool {
        fault.is_at(kind) && self.draws(fault)
    }

    /// Whether this trouble happens now at a provider of this kind, whatever else does; it is counted.
    pub fn hits_at(&mut self, fault: Fault, kind: Kind) -> bool {
        let hit = self.draws_at(fault, kind);
        if hit {
            self.count_at(fault, kind);
        }
        hit
    }

    /// Counts what has happened at a provider of this kind.
    pub fn count_at(&mut self, fault: Fault, kind: Kind) {
        self.injected[fault as usize] += 1;
        self.injected_at[fault as usize][kind as usize] += 1;
    }

    /// How often each kind happened at each provider, in the orders of [`Fault::ALL`] and [`Kind::ALL`].
    #[must_use]
    pub fn injected_at(&self) -> &[[u64; 3]] {
        &self.injected_at
    }

    /// Counts what has happened.
    pub fn count(&mut self, fault: Fault, times: u64) {
        self.injected[fault as usize] += times;
    }

    /// Whether this world knows the trouble at all.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.rates[fault as usize] != 0
    }

    /// The rate of 1,000.
    #[must_use]
    pub fn rate(&self, fault: Fault) -> u64 {
        self.rates[fault as usize]
    }

    /// The stream of a kind, for what it does when it hits.
    pub fn stream(&mut self, fault: Fault) -> &mut Rng {
        &mut self.streams[fault as usize]
    }

    /// From now on nothing goes wrong.
    pub fn heal(&mut self) {
        self.healed = true;
    }

    /// Whether it has.
    #[must_use]
    pub fn is_healed(&self) -> bool {
        self.healed
    }

    /// How often each kind happened, in the order of [`Fault::ALL`].
    #[must_use]
    pub fn injected(&self) -> &[u64] {
        &self.injected
    }
}
