//! What of an attempt is worth a loud word to a person.

/// What a person should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// A second success for one order: money to give back.
    DuplicatePaid,
    /// Less than the price was paid, or more where no fees are added, or in another currency, or the amount could not be read.
    WrongAmount,
    /// Paid after the provider had said no, or after we had given it up.
    LateSuccess,
    /// Without an end for longer than [`GIVE_UP_MS`](super::settle::GIVE_UP_MS): pending, declined each time but payable
    /// all the same, or of unknown beginning.
    NeverEnded,
}

impl Alarm {
    /// Every alarm.
    pub const ALL: [Self; 4] = [
        Self::DuplicatePaid,
        Self::WrongAmount,
        Self::LateSuccess,
        Self::NeverEnded,
    ];

    /// A word for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DuplicatePaid => "duplicate_paid",
            Self::WrongAmount => "wrong_amount",
            Self::LateSuccess => "late_success",
            Self::NeverEnded => "never_ended",
        }
    }
}
