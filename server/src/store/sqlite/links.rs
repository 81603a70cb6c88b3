//! Links that the operator made by hand.

use async_trait::async_trait;
use malipo_wire::Money;
use rusqlite::{Connection, Error, OptionalExtension, Row, params, params_from_iter};

use super::cached::Cached as _;
use super::{SqliteStore, rows};
use crate::clock::UnixMs;
use crate::payment::link::{Heard, Link, LinkPayment, Told};
use crate::store::links::{Links, Noted};
use crate::store::{Hash, StoreError};

#[async_trait]
impl Links for SqliteStore {
    async fn note_link(&self, link: &Link, before: Option<&Link>) -> Result<Noted, StoreError> {
        let (link, before) = (link.clone(), before.cloned());
        self.write(move |it| note(it, &link, before.as_ref())).await
    }

    async fn name_link(
        &self,
        provider: &str,
        external_ref: &str,
        link_ref: &str,
    ) -> Result<(), StoreError> {
        let values = [provider, external_ref, link_ref].map(ToOwned::to_owned);
        let sql = "UPDATE links SET link_ref = ?3 WHERE provider = ?1 AND external_ref = ?2";
        self.write(move |it| {
            it.execute_cached(sql, params_from_iter(&values))
                .map(|_| ())
        })
        .await
    }

    async fn drop_link(&self, provider: &str, external_ref: &str) -> Result<(), StoreError> {
        let values = [provider, external_ref].map(ToOwned::to_owned);
        let sql = "DELETE FROM links WHERE provider = ?1 AND external_ref = ?2 AND NOT EXISTS (SELECT 1 FROM link_payments p \
             WHERE p.provider = ?1 AND p.external_ref = ?2 AND p.transaction_ref IS NOT NULL)";
        self.write(move |it| {
            it.execute_cached(sql, params_from_iter(&values))
                .map(|_| ())
        })
        .await
    }

    async fn link(&self, provider: &str, names: &[String]) -> Result<Option<Link>, StoreError> {
        self.read(|it| link(it, provider, names))
    }

    async fn links(&self, provider: &str) -> Result<Vec<Link>, StoreError> {
        self.read(|it| links(it, provider))
    }

    async fn tell_link(
        &self,
        provider: &str,
        told: Told<'_>,
        now: UnixMs,
    ) -> Result<Heard, StoreError> {
        let provider = provider.to_owned();
        let (names, references) = (told.names.to_vec(), told.references.clone());
        let (payer, says) = (told.payer, told.says);
        self.write(move |it| {
            let told = Told {
                names: &names,
                payer,
                references: &references,
                says,
            };
            tell(it, &provider, &told, now)
        })
        .await
    }
}

fn note(connection: &Connection, link: &Link, before: Option<&Link>) -> Result<Noted, Error> {
    let now = self::link(
        connection,
        &link.provider,
        std::slice::from_ref(&link.external_ref),
    )?;
    let now = now.filter(|it| it.external_ref == link.external_ref);
    match (&now, before) {
        (Some(_), None) => return Ok(Noted::Taken),
        (now, before) if now.as_ref() != before => return Ok(Noted::Changed),
        _ => {}
    }
    let mut taken = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM attempts WHERE provider = ?1 AND (reference = ?2 OR provider_ref = ?2)) \
         OR EXISTS (SELECT 1 FROM links WHERE provider = ?1 AND external_ref <> ?3 AND (external_ref = ?2 OR link_ref = ?2)) \
         OR EXISTS (SELECT 1 FROM link_payments WHERE provider = ?1 AND external_ref <> ?3 AND order_id = ?2)",
    )?;
    for name in link.names() {
        if taken.query_row([&link.provider, &name, &link.external_ref], |row| {
            row.get(0)
        })? {
            return Ok(Noted::Taken);
        }
    }
    connection.execute_cached(
        "INSERT INTO links (provider, external_ref, link_ref, kind, amount_option, minor, currency, name, description, \
         redirect_url, expires_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
         ON CONFLICT (provider, external_ref) DO UPDATE SET link_ref = ?3, kind = ?4, amount_option = ?5, minor = ?6, \
         currency = ?7, name = ?8, description = ?9, redirect_url = ?10, expires_at = ?11",
        params![
            link.provider,
            link.external_ref,
            link.link_ref,
            link.kind.as_str(),
            link.option.as_str(),
            link.price.minor(),
            link.price.currency().code(),
            link.name,
            link.description,
            link.redirect_url,
            link.expires_at.0,
            link.created_at.0
        ],
    )?;
    connection.execute_cached(
        "DELETE FROM link_payments WHERE provider = ?1 AND external_ref = ?2",
        params![link.provider, link.external_ref],
    )?;
    for payment in &link.payments {
        save(connection, link, payment)?;
    }
    Ok(Noted::Done)
}

fn save(connection: &Connection, link: &Link, it: &LinkPayment) -> Result<(), Error> {
    connection.execute_cached(
        "INSERT INTO link_payments (provider, external_ref, number, order_id, payer, shown, asked, status, reason, received_minor, \
         received_currency, transaction_ref, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
         ON CONFLICT (provider, external_ref, number) DO UPDATE SET payer = ?5, shown = ?6, asked = ?7, status = ?8, reason = ?9, \
         received_minor = ?10, received_currency = ?11, transaction_ref = ?12, updated_at = ?13",
        params![
            link.provider,
            link.external_ref,
            it.number,
            link.order_id(it.number),
            it.payer,
            it.shown,
            it.asked,
            it.status.as_str(),
            it.reason.map(malipo_wire::Reason::as_str),
            it.received.map(Money::minor),
            it.received.map(|it| it.currency().code().to_owned()),
            it.transaction,
            it.updated_at.0
        ],
    )?;
    Ok(())
}

fn tell(
    connection: &Connection,
    provider: &str,
    told: &Told<'_>,
    now: UnixMs,
) -> Result<Heard, Error> {
    let Some(link) = link(connection, provider, told.names)? else {
        return Ok(Heard::Unplaced);
    };
    let heard = link.tell(told, now);
    if let Heard::Changed(payment) = &heard {
        save(connection, &link, payment)?;
    }
    Ok(heard)
}

fn link(connection: &Connection, provider: &str, names: &[String]) -> Result<Option<Link>, Error> {
    let sql = format!(
        "{HEAD} WHERE provider = ?1 AND (external_ref = ?2 OR link_ref = ?2 OR external_ref = \
         (SELECT external_ref FROM link_payments WHERE provider = ?1 AND order_id = ?2))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for name in names {
        let found = statement.query_row([provider, name], head).optional()?;
        if let Some(link) = found {
            return with_payments(connection, link).map(Some);
        }
    }
    Ok(None)
}

fn links(connection: &Connection, provider: &str) -> Result<Vec<Link>, Error> {
    let sql = format!("{HEAD} WHERE provider = ?1 ORDER BY created_at DESC, external_ref");
    let heads: Vec<Link> = connection
        .prepare_cached(&sql)?
        .query_map([provider], head)?
        .collect::<Result<_, _>>()?;
    heads
        .into_iter()
        .map(|it| with_payments(connection, it))
        .collect()
}

fn with_payments(connection: &Connection, link: Link) -> Result<Link, Error> {
    let payments = connection
        .prepare_cached(
            "SELECT number, payer, shown, asked, status, reason, received_minor, received_currency, transaction_ref, updated_at \
             FROM link_payments WHERE provider = ?1 AND external_ref = ?2 ORDER BY number",
        )?
        .query_map([&link.provider, &link.external_ref], payment)?
        .collect::<Result<_, _>>()?;
    Ok(Link { payments, ..link })
}

fn head(row: &Row<'_>) -> Result<Link, Error> {
    Ok(Link {
        provider: row.get(0)?,
        external_ref: row.get(1)?,
        link_ref: row.get(2)?,
        kind: rows::parsed(row, 3)?,
        option: rows::parsed(row, 4)?,
        price: rows::money(row, 5, 6)?,
        name: row.get(7)?,
        description: row.get(8)?,
        redirect_url: row.get(9)?,
        expires_at: UnixMs(row.get(10)?),
        created_at: UnixMs(row.get(11)?),
        payments: Vec::new(),
    })
}

fn payment(row: &Row<'_>) -> Result<LinkPayment, Error> {
    Ok(LinkPayment {
        number: row.get(0)?,
        payer: row.get::<_, Option<Hash>>(1)?,
        shown: row.get(2)?,
        asked: row.get(3)?,
        status: rows::parsed(row, 4)?,
        reason: match row.get::<_, Option<String>>(5)? {
            Some(_) => Some(rows::parsed(row, 5)?),
            None => None,
        },
        received: match row.get::<_, Option<u64>>(6)? {
            Some(_) => Some(rows::money(row, 6, 7)?),
            None => None,
        },
        transaction: row.get(8)?,
        updated_at: UnixMs(row.get(9)?),
    })
}

const HEAD: &str = "SELECT provider, external_ref, link_ref, kind, amount_option, minor, currency, name, description, redirect_url, \
    expires_at, created_at FROM links";
