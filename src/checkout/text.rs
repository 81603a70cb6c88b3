//! What the shopper reads, in English. Plain words, no blame; an expired wait says "we don't know yet".

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $english:literal;)+) => {
        /// A text by name. `{}` in it stands for one value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Text {
            $($(#[doc = $doc])+ $name),+
        }

        impl Text {
            /// Every text.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its stable name, for translations.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// Its English words.
            #[must_use]
            pub fn english(self) -> &'static str {
                match self { $(Self::$name => $english),+ }
            }
        }
    };
}

texts! {
    /// The backend is being asked.
    Starting = "starting", "Starting your payment…";
    /// The checkout page is open in another tab.
    CompleteInTab = "complete-in-tab", "Complete the payment in the other tab.";
    /// The whole page goes to the checkout page.
    GoingToCheckout = "going-to-checkout", "Taking you to the payment page…";
    /// An attempt is taken up again, and there is no page to go to.
    Checking = "checking", "Checking your payment…";
    /// The checkout page waits behind a link.
    FollowLink = "follow-link", "Open the payment page to pay.";
    /// The link's own words; `{}` is the host.
    OpenHost = "open-host", "Open {}";
    /// The link went to the shopper; `{}` lists to where.
    SentTo = "sent-to", "We sent a payment link to {}.";
    /// The link went somewhere that we are not told.
    SentSomewhere = "sent-somewhere", "We sent a payment link to your phone or e-mail.";
    /// After the link was sent.
    PayThere = "pay-there", "Open it to pay. This page will tell you when it is done.";
    /// This page follows by itself.
    PageWillTell = "page-will-tell", "This page will tell you when it is done.";
    /// The provider does not send the shopper back.
    ComeBack = "come-back", "Come back here after paying.";
    /// A verify did not get through, or was not understood.
    Trouble = "trouble", "We can't see the result yet. We keep checking.";
    /// The phone is offline.
    Offline = "offline", "You are offline. We check again as soon as you are back.";
    /// The amount paid is not the amount asked for.
    InReview = "in-review", "The shop is checking your payment. Please do not pay again.";
    /// The last try was declined, but the link can still be paid.
    TryAgainThere = "try-again-there", "The last try did not go through. You can try again on the payment page.";
    /// Cancelling: asking a last time.
    Cancelling = "cancelling", "Stopping…";
    /// Paid.
    Paid = "paid", "Paid. Thank you!";
    /// The provider's final no.
    NotPaid = "not-paid", "The payment did not go through.";
    /// After a final no.
    TryAgain = "try-again", "You can try again.";
    /// The provider's own deadline passed.
    LinkExpired = "link-expired", "The payment page has expired. You can try again.";
    /// Our own deadline.
    Unknown = "unknown", "We don't know yet whether you have paid.";
    /// After our own deadline.
    IfPaidWait = "if-paid-wait", "If you have paid, do not pay again: check once more, or ask the shop.";
    /// The shopper gave up here.
    Cancelled = "cancelled", "You stopped this payment.";
    /// After giving up.
    IfPaidDont = "if-paid-dont", "If you have paid, do not pay again.";
    /// The attempt could not begin.
    CouldNotStart = "could-not-start", "The payment could not be started.";
    /// Nothing was taken; pressing again is safe.
    PressAgain = "press-again", "Nothing was paid. Please press the button again.";
    /// Pressing again does not help.
    TellTheShop = "tell-the-shop", "Nothing was paid. Please tell the shop.";
    /// The network did not carry the request.
    CheckConnection = "check-connection", "Nothing was paid. Check your connection and press again.";
    /// Somebody else is paying this order.
    BusyElsewhere = "busy-elsewhere", "This order is being paid in another window. Please wait a moment.";
    /// Fees.
    PlusFees = "plus-fees", "plus the provider's fees";
    /// The badge of sandbox mode.
    Test = "test", "TEST – no money moves";
    /// Action: open the checkout page again.
    Reopen = "reopen", "Open the payment page again";
    /// Action: ask now.
    CheckNow = "check-now", "Check now";
    /// Action: give up.
    Cancel = "cancel", "Cancel";
    /// What the blank tab says until it knows where to go.
    OpeningTab = "opening-tab", "Opening the payment page…";
}
