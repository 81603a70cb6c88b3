//! What is to be seen, as data: the shell draws it, the states page shows all of it, tests compare it.

use super::StateName;
use super::text::Text;

/// Everything that the shell draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The state.
    pub state: StateName,
    /// What is happening: drawn large, and said once by the live region whenever it changes.
    pub headline: Option<Line>,
    /// What to do, or what comes next.
    pub hints: Vec<Line>,
    /// The checkout page, as long as the shopper may go there: whoever draws shows its host.
    /// Judged.
    pub page: Option<String>,
    /// A link to the checkout page is where the shopper has to go.
    pub has_link: bool,
    /// Minutes until the waiting ends, begun ones counted; 0 where that is far off, or of no use to the shopper.
    pub minutes_left: u32,
    /// The button can be pressed.
    pub can_press: bool,
    /// "Check now" is offered.
    pub can_check: bool,
    /// "Open the payment page again" is offered.
    pub can_reopen: bool,
    /// "Cancel" is offered.
    pub can_cancel: bool,
    /// Something is going on: the button shows that it works.
    pub busy: bool,
    /// No money moves: the badge is shown.
    pub test: bool,
    /// The provider's fees come on top of the amount.
    pub fees_added: bool,
    /// The backend's own words about an error, for the developer's eye: shown small.
    pub detail: Option<String>,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub text: Text,
    /// What stands for `{}` in it; empty where there is none.
    pub value: String,
}

impl Line {
    /// A text without a value.
    #[must_use]
    pub fn plain(text: Text) -> Self {
        Self {
            text,
            value: String::new(),
        }
    }
}
