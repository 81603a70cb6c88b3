//! What a basket costs. Prices come from the catalogue; nothing that the page says about money is read.

use std::collections::BTreeMap;
use std::fmt;

use malipo_wire::Money;
use serde::{Deserialize, Serialize};

use crate::config::Article;
use crate::quote::Customer;

/// A basket as the page sends it. Unknown fields, prices among them, are ignored.
#[derive(Debug, Deserialize)]
pub(crate) struct Cart {
    lines: Vec<CartLine>,
    /// Who pays, where the way to pay wants to know.
    pub(crate) customer: Option<Customer>,
}

#[derive(Debug, Deserialize)]
struct CartLine {
    sku: String,
    quantity: u32,
}

/// A basket with its prices.
#[derive(Debug)]
pub(crate) struct Priced {
    pub(crate) lines: Vec<PricedLine>,
    pub(crate) total: Money,
    /// One line of text for the provider's page.
    pub(crate) description: String,
}

/// One line of the basket, as the page shows it; `amount` is the line's, a decimal in major units.
#[derive(Debug, Serialize)]
pub(crate) struct PricedLine {
    sku: String,
    name: String,
    quantity: u32,
    amount: String,
}

/// Why a basket has no price.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CartError {
    Empty,
    TooManyLines,
    UnknownSku(String),
    BadQuantity { sku: String, quantity: u32 },
    TwoCurrencies { first: String, second: String },
    TooLarge,
}

impl Cart {
    /// Looks every price up.
    pub(crate) fn price(self, catalogue: &BTreeMap<String, Article>) -> Result<Priced, CartError> {
        if MOST_LINES < self.lines.len() {
            return Err(CartError::TooManyLines);
        }
        let mut lines = Vec::with_capacity(self.lines.len());
        let mut words = Vec::with_capacity(self.lines.len());
        let mut total: Option<Money> = None;
        for CartLine { sku, quantity } in self.lines {
            let Some(article) = catalogue.get(&sku) else {
                return Err(CartError::UnknownSku(sku));
            };
            if !QUANTITIES.contains(&quantity) {
                return Err(CartError::BadQuantity { sku, quantity });
            }
            let amount = times(article.price, quantity)?;
            total = Some(match total {
                None => amount,
                Some(sum) => plus(sum, amount)?,
            });
            words.push(format!("{quantity} x {}", article.name));
            lines.push(PricedLine {
                sku,
                name: article.shown_name(),
                quantity,
                amount: amount.to_decimal(),
            });
        }
        let total = total.ok_or(CartError::Empty)?;
        let description = words.join(", ").chars().take(DESCRIPTION_CHARS).collect();
        Ok(Priced {
            lines,
            total,
            description,
        })
    }
}

fn times(price: Money, quantity: u32) -> Result<Money, CartError> {
    let minor = price.minor().checked_mul(u64::from(quantity));
    money(minor, price)
}

fn plus(sum: Money, amount: Money) -> Result<Money, CartError> {
    if sum.currency() != amount.currency() {
        return Err(CartError::TwoCurrencies {
            first: sum.currency().to_string(),
            second: amount.currency().to_string(),
        });
    }
    money(sum.minor().checked_add(amount.minor()), sum)
}

fn money(minor: Option<u64>, like: Money) -> Result<Money, CartError> {
    minor
        .and_then(|it| Money::from_minor(it, like.currency()).ok())
        .ok_or(CartError::TooLarge)
}

impl fmt::Display for CartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the basket is empty"),
            Self::TooManyLines => write!(f, "the basket has more than {MOST_LINES} lines"),
            Self::UnknownSku(sku) => {
                let shown: String = sku.chars().take(64).collect();
                write!(f, "the shop sells nothing called {shown:?}")
            }
            Self::BadQuantity { sku, quantity } => {
                let (least, most) = (QUANTITIES.start(), QUANTITIES.end());
                write!(
                    f,
                    "the quantity of {sku} is {quantity}; it must be {least} to {most}"
                )
            }
            Self::TwoCurrencies { first, second } => write!(
                f,
                "the basket holds prices in {first} and in {second}; a payment is in one currency"
            ),
            Self::TooLarge => f.write_str("the total is too large to be paid at once"),
        }
    }
}

const QUANTITIES: std::ops::RangeInclusive<u32> = 1..=999;
const MOST_LINES: usize = 20;
/// The provider's page takes 500; one line of text is enough to know one's basket again.
const DESCRIPTION_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cart: &str, expected: Result<&str, CartError>) {
        let price = |text: &str, currency: &str| Article {
            name: "Thing".to_owned(),
            price: Money::parse(text, currency.parse().unwrap()).unwrap(),
        };
        let catalogue = BTreeMap::from([
            ("tee".to_owned(), price("25000", "UGX")),
            ("tea".to_owned(), price("450.50", "KES")),
            ("gold".to_owned(), price("9000000000000", "UGX")),
        ]);
        let cart: Cart = serde_json::from_str(cart).unwrap();
        let got = cart.price(&catalogue).map(|it| format!("{:?}", it.total));
        assert_eq!(got, expected.map(ToOwned::to_owned));
    }

    #[test]
    fn prices_come_from_the_catalogue_and_are_multiplied_exactly() {
        check(r#"{"lines":[{"sku":"tee","quantity":3}]}"#, Ok("UGX 75000"));
        check(
            r#"{"lines":[{"sku":"tea","quantity":3}]}"#,
            Ok("KES 1351.50"),
        );
    }

    #[test]
    fn a_price_from_the_page_is_ignored() {
        let cart = r#"{"amount":"1","lines":[{"sku":"tee","quantity":1,"price":"1","amount":1}]}"#;
        check(cart, Ok("UGX 25000"));
    }

    #[test]
    fn an_unknown_sku_is_refused() {
        let cart = r#"{"lines":[{"sku":"yacht","quantity":1}]}"#;
        check(cart, Err(CartError::UnknownSku("yacht".to_owned())));
    }

    #[test]
    fn the_quantity_is_1_to_999() {
        for quantity in [0, 1000, u32::MAX] {
            let cart = format!(r#"{{"lines":[{{"sku":"tee","quantity":{quantity}}}]}}"#);
            let sku = "tee".to_owned();
            check(&cart, Err(CartError::BadQuantity { sku, quantity }));
        }
        check(
            r#"{"lines":[{"sku":"tee","quantity":999}]}"#,
            Ok("UGX 24975000"),
        );
    }

    #[test]
    fn a_basket_is_in_one_currency() {
        let cart = r#"{"lines":[{"sku":"tee","quantity":1},{"sku":"tea","quantity":1}]}"#;
        let (first, second) = ("UGX".to_owned(), "KES".to_owned());
        check(cart, Err(CartError::TwoCurrencies { first, second }));
    }

    #[test]
    fn nothing_and_too_much_have_no_price() {
        check(r#"{"lines":[]}"#, Err(CartError::Empty));
        let cart = r#"{"lines":[{"sku":"gold","quantity":999},{"sku":"gold","quantity":999}]}"#;
        check(cart, Err(CartError::TooLarge));
    }
}
