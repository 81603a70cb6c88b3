//! Bugs that are planted on purpose: a simulation that does not find each of them is not worth its time.
//!
//! Behind the feature `planted`, which nothing that is shipped switches on; without it `planted!` is `false`. The server has a
//! registry of its own, made by the same macro.

/// Makes a module's registry of bugs: `Bug` with every bug's name and what it does, `plant`, and whether one is planted.
#[macro_export]
macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// A bug that can be planted here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($(#[doc = $doc])+ $name),+
        }

        impl Bug {
            /// Every bug: its name, and what it does.
            pub const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$name, $word, concat!($($doc),+))),+];
        }

        std::thread_local! {
            static PLANTED: core::cell::Cell<Option<Bug>> = const { core::cell::Cell::new(None) };
        }

        /// Plants a bug in this thread, in place of the one before.
        pub fn plant(bug: Option<Bug>) {
            PLANTED.set(bug);
        }

        pub(crate) fn is_planted(bug: Bug) -> bool {
            PLANTED.get() == Some(bug)
        }
    };
}

bugs! {
    /// A success that the stream names ends the attempt.
    SuccessOnStreamMessage = "success-on-stream-message",
    /// Word from the return page ends the attempt as paid.
    HintSettles = "hint-settles",
    /// A tab that reads as closed ends the attempt as cancelled.
    ClosedMeansCancelled = "closed-means-cancelled",
    /// A verify that does not arrive ends the attempt as failed.
    UnreachableMeansFailed = "unreachable-means-failed",
    /// The deadline ends the attempt as failed.
    DeadlineMeansFailed = "deadline-means-failed",
    /// The attempt expires half a minute before its deadline.
    ExpiresEarly = "expires-early",
    /// A reply is taken whatever its epoch.
    StaleReplyTaken = "stale-reply-taken",
    /// "status": "success" at the top is an outcome, whatever it is about.
    FlatSuccessAtTheTop = "flat-success-at-the-top",
    /// An answer about another order is taken.
    OtherOrderTaken = "other-order-taken",
    /// A retry of initiate has a new key.
    NewKeyOnRetry = "new-key-on-retry",
    /// The tab is opened after the key is stored.
    TabOpenedLate = "tab-opened-late",
    /// The tab is sent to the checkout page twice.
    NavigatesTwice = "navigates-twice",
    /// A verify does not wait for the one before.
    TwoVerifiesAtOnce = "two-verifies-at-once",
    /// A stream is opened beside the one that is silently dead.
    TwoStreams = "two-streams",
    /// After a failure it asks again at once.
    NoBackOff = "no-back-off",
    /// Retry-After is not heeded.
    RetryAfterIgnored = "retry-after-ignored",
    /// Initiate is retried without end.
    InitiatesForEver = "initiates-for-ever",
    /// A removed button goes on.
    SpeaksAfterDestroy = "speaks-after-destroy",
    /// An attempt that has ended ends again.
    TerminalTwice = "terminal-twice",
    /// A wake-up causes no verify.
    WakeIgnored = "wake-ignored",
    /// After a failure it never asks again by itself.
    StopsAsking = "stops-asking",
    /// The clock waits until a wall clock that was set ahead and back has caught up.
    ClockStandsStill = "clock-stands-still",
    /// The record stays after a success.
    RecordKept = "record-kept",
    /// The promise of start() is not settled.
    PromiseForgotten = "promise-forgotten",
    /// A retry of initiate is counted and never sent.
    RetryForgotten = "retry-forgotten",
    /// Every press begins under a new key.
    NewKeyOnPress = "new-key-on-press",
    /// The key in storage is not read back after a reload.
    NewKeyOnReload = "new-key-on-reload",
    /// A second press does not bring the tab forward.
    SecondPressIgnored = "second-press-ignored",
    /// A verify that says pending counts as a success.
    PendingMeansPaid = "pending-means-paid",
    /// A success counts whatever its amount.
    AnyAmountTaken = "any-amount-taken",
    /// poll-interval does not matter: it asks every second.
    IntervalIgnored = "interval-ignored",
    /// It polls beside a healthy stream as if there were none.
    PollsBesideTheStream = "polls-beside-the-stream",
    /// checkout-origins does not matter.
    OriginsIgnored = "origins-ignored",
    /// A record is taken up however old it is.
    OldRecordResumed = "old-record-resumed",
    /// A press after the success writes the record again.
    RecordSavedAgain = "record-saved-again",
    /// Nobody is told that the checkout page is open.
    OpenedNotSaid = "opened-not-said",
}
