//! What the server's own pages say to a shopper (the return page, the page of a link that was sent, the form's errors), in the
//! languages that the button speaks: the one that the browser asks for first (`Accept-Language`), else English.
//!
//! What the shop's developer reads, errors in JSON among it, is English.

mod am;
mod ar;
mod en;
mod es;
mod fr;
mod lg;
mod pt;
mod rw;
mod sw;

use axum::http::{HeaderMap, header};
use malipo_wire::Money;

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident)+) => {
        /// One language. `{}` stands for what is filled in.
        #[derive(Debug)]
        pub(crate) struct Texts {
            /// As in `<html lang>`.
            pub(crate) code: &'static str,
            /// How it writes amounts.
            pub(crate) amounts: Amounts,
            $($(#[doc = $doc])+ pub(crate) $name: &'static str),+
        }
    };
}

texts! {
    /// Beside the shop's name, where no money moves.
    test
    /// Above the order's id.
    order
    /// Above what it costs.
    amount
    /// A button.
    back_to_the_shop
    /// A button.
    to_the_payment_page
    /// Of the page of a link, while nothing has been paid.
    looks_again
    /// The shop's own tab has answered.
    can_close
    /// It has not: this tab goes there itself.
    taking_you_back
    /// Above what a developer may want to know.
    for_the_developer
    /// The outcome, and what to do next.
    paid
    /// See [`Texts::paid`].
    paid_next
    /// The provider says that nothing was paid.
    not_paid
    /// See [`Texts::not_paid`].
    not_paid_next
    /// Another amount has come in, or something else that a person must judge.
    in_review
    /// See [`Texts::in_review`].
    in_review_next
    /// The outcome is not known yet.
    checking
    /// See [`Texts::checking`].
    checking_next
    /// The link that was sent works no longer, and nothing was paid.
    link_expired
    /// A try on the provider's page was refused, and another is possible there.
    declined
    /// See [`Texts::declined`].
    declined_next
    /// The link went to a phone.
    check_your_phone
    /// The link went to a mailbox.
    check_your_mailbox
    /// What the link is for.
    open_to_pay
    /// Where it went to.
    link_sent_to
    /// Nobody knows where it went to.
    link_sent
    /// A return page's address is nobody's.
    no_payment
    /// See [`Texts::no_payment`].
    no_payment_next
    /// A link page's address is nobody's, or is too old.
    old_link_next
    /// The store cannot be read.
    cannot_look
    /// See [`Texts::cannot_look`].
    cannot_look_next
    /// Somebody pays this order at this moment.
    busy
    /// See [`Texts::busy`].
    busy_next
    /// The quote has expired.
    offer_too_old
    /// See [`Texts::offer_too_old`].
    offer_too_old_next
    /// The provider does not answer.
    unreachable
    /// See [`Texts::unreachable`].
    unreachable_next
    /// The form is wrong.
    not_started
    /// See [`Texts::not_started`].
    not_started_next
}

/// How a language writes amounts: as `Intl.NumberFormat` does in Chromium (the table in docs/languages.md).
#[derive(Debug)]
pub(crate) struct Amounts {
    group: &'static str,
    point: &'static str,
    /// How many digits a number has at least for groups to be made.
    grouped_from: usize,
    code_first: bool,
}

impl Texts {
    /// What the browser asks for first of what there is.
    pub(crate) fn asked_for(headers: &HeaderMap) -> &'static Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE);
        let asked = asked.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let wanted = accept_language::parse(asked);
        let known = wanted.iter().find_map(|tag| {
            let language = tag.split('-').next().unwrap_or_default();
            let is_it = |it: &&&Self| it.code.eq_ignore_ascii_case(language);
            ALL.iter().find(is_it)
        });
        known.copied().unwrap_or(&en::TEXTS)
    }

    /// `rtl` or `ltr`, as in `<html dir>`.
    pub(crate) fn direction(&self) -> &'static str {
        if self.code == "ar" { "rtl" } else { "ltr" }
    }

    /// An amount, such as `KES 1,250.50` in English and `1 250,50 KES` in French.
    pub(crate) fn money(&self, money: Money) -> String {
        let written = &self.amounts;
        let (decimal, currency) = (money.to_decimal(), money.currency());
        let code = currency.code();
        let (whole, rest) = decimal.split_once('.').unwrap_or((&decimal, ""));
        let mut number = String::new();
        for (index, digit) in whole.chars().enumerate() {
            let is_edge = index > 0 && (whole.len() - index).is_multiple_of(3);
            if is_edge && whole.len() >= written.grouped_from {
                number.push_str(written.group);
            }
            number.push(digit);
        }
        if !rest.is_empty() {
            number.push_str(written.point);
            number.push_str(rest);
        }
        if written.code_first {
            format!("{code} {number}")
        } else {
            format!("{number} {code}")
        }
    }
}

const ALL: [&Texts; 9] = [
    &am::TEXTS,
    &ar::TEXTS,
    &en::TEXTS,
    &es::TEXTS,
    &fr::TEXTS,
    &lg::TEXTS,
    &pt::TEXTS,
    &rw::TEXTS,
    &sw::TEXTS,
];

/// `KES 1,250.50`.
const AS_IN_ENGLISH: Amounts = Amounts {
    group: ",",
    point: ".",
    grouped_from: 4,
    code_first: true,
};

#[cfg(test)]
mod tests;
