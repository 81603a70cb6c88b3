//! Who decides the price: the order costs what was asked when it was noted first, in the records and at the provider.

use malipo_server::payment::Attempt;
use malipo_wire::Money;

use super::Checks;

impl Checks {
    /// A page asks to pay this much for an order.
    pub(crate) fn wishes(&mut self, order: &str, amount: Option<&str>, currency: Option<&str>) {
        let currency = currency.and_then(|it| it.parse().ok());
        let amount = amount.and_then(|it| Money::parse(it, currency?).ok());
        let amount = amount.unwrap_or_else(|| panic!("{order} is initiated without an amount"));
        let wished = self.wished.entry(order.to_owned()).or_default();
        if !wished.contains(&amount) {
            wished.push(amount);
        }
    }

    /// An attempt was noted: at the price of its order, which a page has asked for.
    pub(super) fn noted(&mut self, attempt: &Attempt) {
        self.count("B8");
        let order = &attempt.order_id;
        let price = *self.prices.entry(order.clone()).or_insert(attempt.price);
        assert_eq!(
            price, attempt.price,
            "B8: the price of {order} has changed in the records"
        );
        let wished = self.wished.get(order.as_str());
        let is_wished = wished.is_some_and(|it| it.contains(&price));
        assert!(
            is_wished,
            "B8: {order} costs {price:?} in the records, and pages have asked for {wished:?}"
        );
    }

    /// A payment begins at the provider: at the price of the order.
    pub(super) fn asked_price(&self, attempt: &Attempt, asked: Money) {
        let Some(price) = self.prices.get(&attempt.order_id) else {
            panic!("B8: {} is begun and was never noted", attempt.order_id);
        };
        assert_eq!(
            asked, *price,
            "B8: another price at the provider than the order's"
        );
    }
}
