//! What a notification makes of a link's payments. PURE.

use malipo_wire::{Currency, Money, Reason};

use super::{AmountOption, Link, LinkKind, LinkPayment};
use crate::clock::UnixMs;
use crate::payment::AttemptStatus;
use crate::payment::settle::Observation;
use crate::payment::transaction::{References, TransactionRef};
use crate::store::Hash;

/// What a notification says about a link.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What it is about: names of the link or of a row.
    pub names: &'a [String],
    /// The payer's telephone as a keyed hash.
    pub payer: Option<Hash>,
    /// What the provider calls the transaction; among it may be names of the link, which many transactions share.
    pub references: &'a References,
    /// What became of it.
    pub says: Observation,
}

/// What a notification makes of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is about none, or does not say which transaction it is about: a person has to place it.
    Unplaced,
    /// It says nothing new.
    Known,
    /// A row, new or changed.
    Changed(LinkPayment),
}

impl Link {
    /// What a notification about this link makes of its rows.
    ///
    /// Paid never becomes anything less. One transaction counts once, however often it is told; a payer's second one is a
    /// row of its own, `duplicate_paid`. Whoever pays with a telephone that the link was not sent to has a row too.
    #[must_use]
    pub fn tell(&self, told: &Told<'_>, now: UnixMs) -> Heard {
        let row = self.row_of(told);
        match told.says {
            Observation::Success(received) => self.paid(told, row, received, now),
            Observation::Declined => match row {
                Some(it) if it.is_waiting() && it.reason.is_none() => Heard::Changed(LinkPayment {
                    reason: Some(Reason::Declined),
                    updated_at: now,
                    ..it.clone()
                }),
                _ => Heard::Known,
            },
            Observation::Pending
            | Observation::Failed(_)
            | Observation::Unasked
            | Observation::NotFound => Heard::Known,
        }
    }

    fn paid(
        &self,
        told: &Told<'_>,
        row: Option<&LinkPayment>,
        received: Option<Money>,
        now: UnixMs,
    ) -> Heard {
        let Some(transaction) = self.transaction(told) else {
            return Heard::Unplaced;
        };
        let known = |it: &LinkPayment| {
            let text = it.transaction.as_deref();
            text.is_some_and(|it| transaction.are_joined_in(it))
        };
        if self.payments.iter().any(known) {
            return Heard::Known;
        }
        let good = received.is_some_and(|it| self.is_enough(it));
        let again = row.is_some_and(|it| it.status == AttemptStatus::Paid);
        let status = match (good, again) {
            (false, _) => AttemptStatus::NeedsReview,
            (true, true) => AttemptStatus::DuplicatePaid,
            (true, false) => AttemptStatus::Paid,
        };
        let next = |payer, shown| LinkPayment {
            asked: false,
            ..LinkPayment::new(self.next_number(), payer, shown, now)
        };
        let to = match row {
            Some(it) if it.is_waiting() => it.clone(),
            Some(it) => next(it.payer, it.shown.clone()),
            None => next(told.payer, UNKNOWN_PAYER.to_owned()),
        };
        Heard::Changed(LinkPayment {
            status,
            reason: (!good).then_some(Reason::Review),
            received,
            transaction: Some(joined(&transaction)),
            updated_at: now,
            ..to
        })
    }

    /// The transaction's own references. Without any, a payment told twice could not be told from two payments.
    fn transaction(&self, told: &Told<'_>) -> Option<References> {
        let names = self.names();
        let is_own = |it: &str| names.iter().any(|name| name == it);
        let references = told.references.without(is_own);
        (!references.is_empty()).then_some(references)
    }

    /// The row of the payer: by its own name, else by the telephone, else the only one that there is.
    fn row_of(&self, told: &Told<'_>) -> Option<&LinkPayment> {
        let named = |it: &&LinkPayment| told.names.contains(&self.order_id(it.number));
        let phone = |it: &&LinkPayment| told.payer.is_some() && it.payer == told.payer;
        let rows = || self.payments.iter();
        rows()
            .find(named)
            // A payer who is known by several rows has paid before: the one that still waits comes first.
            .or_else(|| rows().filter(phone).find(|it| it.is_waiting()))
            .or_else(|| rows().find(phone))
            .or_else(|| match self.kind {
                LinkKind::Single => self.payments.first(),
                LinkKind::Bulk => None,
            })
    }

    fn is_enough(&self, received: Money) -> bool {
        let least = match self.option {
            AmountOption::Open => 1,
            AmountOption::Restricted => self.price.minor(),
        };
        self.currency() == received.currency() && least <= received.minor()
    }

    fn currency(&self) -> Currency {
        self.price.currency()
    }

    fn next_number(&self) -> u32 {
        let most = self.payments.iter().map(|it| it.number).max();
        most.unwrap_or(0).saturating_add(1)
    }
}

/// As one text: the transaction's own reference first.
fn joined(references: &References) -> String {
    let all: Vec<&str> = references.all().map(TransactionRef::as_str).collect();
    all.join("/")
}

/// Stands in place of a payer to whom the link was not sent.
const UNKNOWN_PAYER: &str = "somebody else";

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1);

    fn money(amount: &str, currency: &str) -> Money {
        Money::parse(amount, currency.parse().unwrap()).unwrap()
    }

    /// The transaction's own first.
    fn references(all: &[&str]) -> References {
        let mut all = all.iter().filter_map(|it| TransactionRef::new(it));
        References {
            own: all.next(),
            others: all.collect(),
        }
    }

    fn link(kind: LinkKind, option: AmountOption, payers: u8) -> Link {
        Link {
            provider: "jenga".to_owned(),
            external_ref: "RENTNOV26".to_owned(),
            link_ref: Some("456175577507808".to_owned()),
            kind,
            option,
            price: money("400", "KES"),
            name: "Rent".to_owned(),
            description: "Rent".to_owned(),
            redirect_url: None,
            expires_at: UnixMs(0),
            created_at: UnixMs(0),
            payments: (1..=payers)
                .map(|it| {
                    LinkPayment::new(it.into(), Some([it; 32]), format!("...{it}"), UnixMs(0))
                })
                .collect(),
        }
    }

    /// Tells the link all of this: payer, transaction, amount; then its rows: number, status, transaction.
    #[track_caller]
    fn check(mut link: Link, told: &[(u8, &str, &str, &str)], expected: &[(u32, &str, &str)]) {
        for (payer, transaction, amount, currency) in told {
            let names = [link.external_ref.clone()];
            let says = match *amount {
                "-" => Observation::Declined,
                "?" => Observation::Success(None),
                amount => Observation::Success(Some(money(amount, currency))),
            };
            let told = Told {
                names: &names,
                payer: (0 < *payer).then_some([*payer; 32]),
                references: &references(&[transaction, "RENTNOV26"]),
                says,
            };
            if let Heard::Changed(row) = link.tell(&told, NOW) {
                assert_eq!(row.updated_at, NOW);
                if let Observation::Success(received) = says {
                    assert_eq!(row.received, received);
                }
                // Of what came by itself nobody asked for anything.
                let was_there = link.payments.iter().any(|it| it.number == row.number);
                assert!(was_there || !row.asked);
                match link.payments.iter_mut().find(|it| it.number == row.number) {
                    Some(old) => *old = row,
                    None => link.payments.push(row),
                }
            }
            // Whatever was told once, told again changes nothing.
            assert_eq!(link.tell(&told, NOW), Heard::Known);
        }
        let seen: Vec<_> = link
            .payments
            .iter()
            .map(|it| {
                let status = it.reason.map_or(it.status.as_str(), Reason::as_str);
                (it.number, status, it.transaction.as_deref().unwrap_or("-"))
            })
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn each_payer_of_a_bulk_link_has_a_payment_of_its_own() {
        let bulk = || link(LinkKind::Bulk, AmountOption::Restricted, 2);
        check(
            bulk(),
            &[(2, "t1", "400", "KES")],
            &[(1, "pending", "-"), (2, "paid", "t1")],
        );
        // A second payment of one payer is not the other one's.
        check(
            bulk(),
            &[(2, "t1", "400", "KES"), (2, "t2", "400", "KES")],
            &[
                (1, "pending", "-"),
                (2, "paid", "t1"),
                (3, "duplicate_paid", "t2"),
            ],
        );
        // Somebody to whom it was forwarded, or who pays with another telephone.
        check(
            bulk(),
            &[(9, "t1", "400", "KES"), (0, "t2", "400", "KES")],
            &[
                (1, "pending", "-"),
                (2, "pending", "-"),
                (3, "paid", "t1"),
                (4, "paid", "t2"),
            ],
        );
    }

    #[test]
    fn a_declined_try_leaves_the_payer_waiting() {
        let bulk = || link(LinkKind::Bulk, AmountOption::Restricted, 1);
        let rows: &[_] = &[(1, "declined", "-")];
        check(bulk(), &[(1, "t1", "-", "")], rows);
        let rows: &[_] = &[(1, "paid", "t2")];
        check(
            bulk(),
            &[
                (1, "t1", "-", ""),
                (1, "t2", "400", "KES"),
                (1, "t3", "-", ""),
            ],
            rows,
        );
        check(bulk(), &[(9, "t1", "-", "")], &[(1, "pending", "-")]);
    }

    #[test]
    fn a_wrong_amount_goes_to_a_person_unless_the_amount_is_open() {
        for (amount, currency, restricted, open) in [
            ("400", "KES", "paid", "paid"),
            ("400.01", "KES", "paid", "paid"),
            ("399.99", "KES", "review", "paid"),
            ("0", "KES", "review", "review"),
            ("400", "USD", "review", "review"),
            ("?", "KES", "review", "review"),
        ] {
            for (option, expected) in [
                (AmountOption::Restricted, restricted),
                (AmountOption::Open, open),
            ] {
                let single = link(LinkKind::Single, option, 1);
                check(
                    single,
                    &[(1, "t1", amount, currency)],
                    &[(1, expected, "t1")],
                );
            }
        }
    }

    #[test]
    fn a_single_links_payment_is_its_payers_whoever_pays_it() {
        let single = link(LinkKind::Single, AmountOption::Restricted, 1);
        check(
            single,
            &[(9, "t1", "400", "KES"), (1, "t2", "400", "KES")],
            &[(1, "paid", "t1"), (2, "duplicate_paid", "t2")],
        );
    }

    #[test]
    fn a_row_is_found_by_its_own_name_before_anything_else() {
        let bulk = link(LinkKind::Bulk, AmountOption::Restricted, 2);
        let names = ["RENTNOV26P2".to_owned()];
        let told = Told {
            names: &names,
            payer: Some([1; 32]),
            references: &references(&["t1"]),
            says: Observation::Success(Some(money("400", "KES"))),
        };
        let heard = bulk.tell(&told, NOW);
        assert!(
            matches!(&heard, Heard::Changed(it) if it.number == 2),
            "{heard:?}"
        );
    }

    #[test]
    fn a_payment_that_names_no_transaction_is_for_a_person_to_place() {
        let bulk = link(LinkKind::Bulk, AmountOption::Restricted, 2);
        for all in [&[][..], &["RENTNOV26", "RENTNOV26P1"], &["0", "N/A"]] {
            let told = Told {
                names: &["RENTNOV26".to_owned()],
                payer: Some([1; 32]),
                references: &references(all),
                says: Observation::Success(Some(money("400", "KES"))),
            };
            assert_eq!(bulk.tell(&told, NOW), Heard::Unplaced);
        }
    }

    #[test]
    fn a_change_that_was_refused_leaves_the_link_and_what_was_paid_meanwhile() {
        let before = link(LinkKind::Bulk, AmountOption::Restricted, 2);
        let mut changed = Link {
            name: "Other".to_owned(),
            ..before.clone()
        };
        let row = |number, asked, transaction: Option<&str>| LinkPayment {
            asked,
            status: match transaction {
                Some(_) => AttemptStatus::Paid,
                None => AttemptStatus::Pending,
            },
            transaction: transaction.map(ToOwned::to_owned),
            ..LinkPayment::new(number, None, "...9".to_owned(), NOW)
        };
        changed.payments = vec![
            row(1, false, None),
            row(2, false, Some("t2")),
            row(3, true, None),
            row(4, true, Some("t4")),
        ];
        let back = changed.back_to(&before);
        assert_eq!(back.name, before.name);
        let first = before.payments.first().cloned();
        let second = Some(row(2, true, Some("t2")));
        let fourth = Some(row(4, false, Some("t4")));
        let expected: Vec<_> = [first, second, fourth].into_iter().flatten().collect();
        assert_eq!(back.payments, expected);
    }

    #[test]
    fn who_has_not_paid_when_the_link_ends_will_not_pay_as_far_as_is_known() {
        let link = link(LinkKind::Single, AmountOption::Restricted, 1);
        let ended = Some(Reason::Expired);
        for (now, expected) in [
            (link.expires_at, (AttemptStatus::Pending, None)),
            (NOW, (AttemptStatus::Failed, ended)),
        ] {
            let seen = link.payments.iter().map(|it| link.standing(it, now));
            assert_eq!(seen.collect::<Vec<_>>(), [expected]);
        }
    }
}
