//! What the shopper reads, by name. The words stand in `pkg-template/texts/`, a file a language.

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal;)+) => {
        /// A text by name. `{}` in it stands for one value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Text {
            $($(#[doc = $doc])+ $name),+
        }

        impl Text {
            /// Its name in the files of the languages.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

        }
    };
}

texts! {
    /// The backend is being asked.
    Starting = "starting";
    /// The checkout page is open in another tab.
    CompleteInTab = "complete-in-tab";
    /// The checkout page is open in a window of its own.
    CompleteInWindow = "complete-in-window";
    /// The whole page goes to the checkout page.
    GoingToCheckout = "going-to-checkout";
    /// An attempt is taken up again, and there is no page to go to.
    Checking = "checking";
    /// The checkout page waits behind a link.
    FollowLink = "follow-link";
    /// The link went to the shopper; `{}` lists to where.
    SentTo = "sent-to";
    /// The link went somewhere that we are not told.
    SentSomewhere = "sent-somewhere";
    /// After the link was sent.
    PayThere = "pay-there";
    /// This page follows by itself.
    PageWillTell = "page-will-tell";
    /// The provider does not send the shopper back.
    ComeBack = "come-back";
    /// A verify did not get through, or was not understood.
    Trouble = "trouble";
    /// The phone is offline.
    Offline = "offline";
    /// The amount paid is not the amount asked for.
    InReview = "in-review";
    /// The last try was declined, but the link can still be paid.
    TryAgainThere = "try-again-there";
    /// Cancelling: asking a last time.
    Cancelling = "cancelling";
    /// Paid.
    Paid = "paid";
    /// After the success.
    PaidNext = "paid-next";
    /// The provider's final no.
    NotPaid = "not-paid";
    /// After a final no.
    TryAgain = "try-again";
    /// The provider's own deadline passed.
    LinkExpired = "link-expired";
    /// Our own deadline.
    Unknown = "unknown";
    /// After our own deadline.
    IfPaidWait = "if-paid-wait";
    /// The shopper gave up here.
    Cancelled = "cancelled";
    /// After giving up.
    IfPaidDont = "if-paid-dont";
    /// The attempt could not begin.
    CouldNotStart = "could-not-start";
    /// Nothing was taken; pressing again is safe.
    PressAgain = "press-again";
    /// Pressing again does not help.
    TellTheShop = "tell-the-shop";
    /// The network did not carry the request.
    CheckConnection = "check-connection";
    /// Somebody else is paying this order.
    BusyElsewhere = "busy-elsewhere";
}
