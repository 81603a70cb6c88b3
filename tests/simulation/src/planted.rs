//! The bugs that are planted on purpose, of the widget and of the server, as one list.

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// In the widget.
    Widget(malipo::planted::Bug),
    /// In the server.
    Server(malipo_server::simulation::Bug),
}

impl Planted {
    /// Every bug: its name, and what it does.
    #[must_use]
    pub fn all() -> Vec<(Self, &'static str, &'static str)> {
        let widget = malipo::planted::Bug::ALL.iter();
        let server = malipo_server::simulation::Bug::ALL.iter();
        widget
            .map(|it| (Self::Widget(it.0), it.1, it.2.trim()))
            .chain(server.map(|it| (Self::Server(it.0), it.1, it.2.trim())))
            .collect()
    }

    /// Plants a bug in this thread, in place of the one before.
    pub fn plant(planted: Option<Self>) {
        let (widget, server) = match planted {
            None => (None, None),
            Some(Self::Widget(it)) => (Some(it), None),
            Some(Self::Server(it)) => (None, Some(it)),
        };
        malipo::planted::plant(widget);
        malipo_server::simulation::plant(server);
    }
}

/// Which invariants a bug breaks: what else a world fails by has caught something else.
#[must_use]
pub fn breaks(name: &str) -> &'static [&'static str] {
    let found = BREAKS.iter().find(|it| it.1.contains(&name));
    found.map_or(&[], |it| it.0)
}

const BREAKS: &[(&[&str], &[&str])] = &[
    (&["W1"], &["terminal-twice", "promise-forgotten"]),
    (
        &["W2"],
        &[
            "success-on-stream-message",
            "hint-settles",
            "flat-success-at-the-top",
            "other-order-taken",
            "pending-means-paid",
            "any-amount-taken",
            "review-shown-as-paid",
            "unknown-shown-as-failed",
        ],
    ),
    (
        &["W3"],
        &[
            "closed-means-cancelled",
            "unreachable-means-failed",
            "deadline-means-failed",
        ],
    ),
    // What it asks before it gives up is asked too early.
    (&["W3", "W8"], &["expires-early"]),
    // Of a request that was given up, an answer ends the attempt; or nothing asks any more.
    (&["W2", "W3"], &["stale-reply-taken"]),
    (
        &["W4"],
        &[
            "new-key-on-retry",
            "new-key-on-press",
            "new-key-on-reload",
            "second-press-ignored",
        ],
    ),
    (&["W5"], &["tab-opened-late"]),
    (&["W6"], &["navigates-twice", "origins-ignored"]),
    (&["W7"], &["two-verifies-at-once", "two-streams"]),
    (
        &["W8"],
        &[
            "no-back-off",
            "retry-after-ignored",
            "initiates-for-ever",
            "interval-ignored",
            "polls-beside-the-stream",
        ],
    ),
    (&["W9"], &["speaks-after-destroy"]),
    (&["W11"], &["opened-not-said"]),
    (&["W12"], &["wake-ignored"]),
    (
        &["W13"],
        &[
            "stops-asking",
            "clock-stands-still",
            "retry-forgotten",
            "always-proven",
            "acts-ignored",
        ],
    ),
    (
        &["W14"],
        &["record-kept", "old-record-resumed", "record-saved-again"],
    ),
    (
        &["B1"],
        &[
            "notice-means-paid",
            "notice-believed",
            "amount-not-compared",
            "currency-not-compared",
            "any-reference-taken",
            "envelope-means-paid",
            "given-up-means-failed",
            "signature-not-checked",
            "attached-means-paid",
            "declined-means-failed",
            "surplus-taken",
        ],
    ),
    // Of an order that was paid, a second payment is told to the shop before it is looked at.
    (&["B1", "B8"], &["password-not-checked"]),
    (
        &["B2"],
        &[
            "second-success-pays-again",
            "paid-may-fail",
            "late-success-not-said",
        ],
    ),
    (
        &["B3"],
        &[
            "unknown-begins-anew",
            "not-asked-first",
            "two-live-attempts",
            "repeated-under-a-new-key",
            "lost-link-sent-again",
        ],
    ),
    (
        &["B4"],
        &["quota-not-counted", "quota-forgets-early", "verify-waits"],
    ),
    (
        &["B5"],
        &[
            "notice-dropped",
            "notice-lost-on-kill",
            "placeholder-is-a-name",
        ],
    ),
    // Neither a full amount nor a wrong one, which is for a person, is taken any more.
    (&["B5", "B7"], &["failed-is-final"]),
    (
        &["B7"],
        &["never-asked-again", "expiry-missed", "cut-off-forgotten"],
    ),
    (
        &["B8"],
        &[
            "price-may-change",
            "half-the-price-charged",
            "review-told-as-paid",
            "new-name-for-each-try",
        ],
    ),
    (&["B9"], &["secret-in-an-answer"]),
];
