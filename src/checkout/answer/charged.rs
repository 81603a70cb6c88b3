//! Amounts in answers, compared as integers of minor units.

use malipo_wire::{Currency, Money, number};

use super::fields::{Fields, Shape};
use crate::checkout::texts::join;

/// An amount as an answer gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    /// The amount as written.
    pub text: Option<String>,
    /// The currency, where it is one.
    pub currency: Option<Currency>,
    /// A currency that is none we know, as written: it is the same as itself only.
    pub foreign: Option<String>,
    /// Both as money, where they are.
    pub money: Option<Money>,
}

impl Charged {
    /// Whether this is the same amount as `other`, as far as both say.
    ///
    /// Compared as integers of minor units, in the currency that either of them names ("10000" is "10000.00"). Texts that
    /// cannot be read are the same as themselves only.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let currencies_agree = match (self.currency_text(), other.currency_text()) {
            (Some(own), Some(others)) => own == others,
            _ => true,
        };
        let amounts_agree = match (&self.text, &other.text) {
            (Some(own), Some(others)) => {
                // Four decimals are the most that any currency has.
                let currency = self.currency.or(other.currency).or("CLF".parse().ok());
                let same_money = currency.is_some_and(|it| {
                    let own = self.in_currency(it);
                    own.is_some() && own == other.in_currency(it)
                });
                same_money || own == others
            }
            _ => true,
        };
        currencies_agree && amounts_agree
    }

    fn currency_text(&self) -> Option<&str> {
        let known = self.currency.as_ref().map(Currency::code);
        known.or(self.foreign.as_deref())
    }

    fn in_currency(&self, currency: Currency) -> Option<Money> {
        let read = || Money::parse(self.text.as_deref()?, currency).ok();
        self.money.or_else(read)
    }

    pub(super) fn read(fields: &Fields, fallback: Option<Currency>) -> Self {
        let (amount, currency) = match fields.shape() {
            Some(Shape::Flat) => ("amount", "currency"),
            Some(Shape::Data) => ("data.amount", "data.currency"),
            Some(Shape::Ok) => ("amount.fiat_int", "amount.fiat_code"),
            None => return Self::default(),
        };
        let is_minor = fields.shape() == Some(Shape::Ok);
        let code = fields.word(currency).map(str::to_ascii_uppercase);
        let known = code.as_deref().map_or(fallback, |it| it.parse().ok());
        let text = fields.text(amount);
        let money = text.zip(known).and_then(|(text, it)| {
            if is_minor {
                // With a sign, as the standard library reads it, whose way brings products of 128 bits into the page.
                let minor = number(text.strip_prefix('+').unwrap_or(text))?;
                Money::from_minor(minor, it).ok()
            } else {
                Money::parse(text, it).ok()
            }
        });
        let text = match money {
            // Minor units that are no money must not pass for major ones.
            _ if !is_minor => text.map(String::from),
            Some(money) => Some(money.to_decimal()),
            None => text.map(|it| join(&[it, " minor units"], "")),
        };
        Self {
            text,
            currency: known,
            foreign: code.filter(|_| known.is_none()),
            money,
        }
    }
}
