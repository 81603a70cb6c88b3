//! Links that the operator made by hand.

use async_trait::async_trait;
use deadpool_postgres::{GenericClient, Transaction};
use malipo_wire::Reason;
use tokio_postgres::Row;

use super::session::{Failure, Values, Work, query, storable};
use super::{PostgresStore, rows};
use crate::clock::UnixMs;
use crate::payment::link::{Heard, Link, LinkPayment, Told};
use crate::store::StoreError;
use crate::store::links::{Links, Noted};

#[async_trait]
impl Links for PostgresStore {
    async fn note_link(&self, link: &Link, before: Option<&Link>) -> Result<Noted, StoreError> {
        self.session.transact(Noting { link, before }).await
    }

    async fn name_link(
        &self,
        provider: &str,
        external_ref: &str,
        link_ref: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE links SET link_ref = $3 WHERE provider = $1 AND external_ref = $2";
        self.session
            .query(sql, &[&provider, &external_ref, &link_ref])
            .await?;
        Ok(())
    }

    async fn drop_link(&self, provider: &str, external_ref: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM links WHERE provider = $1 AND external_ref = $2 AND NOT EXISTS (SELECT 1 FROM link_payments p \
             WHERE p.provider = $1 AND p.external_ref = $2 AND p.transaction_ref IS NOT NULL)";
        self.session.query(sql, &[&provider, &external_ref]).await?;
        Ok(())
    }

    async fn link(&self, provider: &str, names: &[String]) -> Result<Option<Link>, StoreError> {
        self.session
            .transact(Reading {
                provider,
                names: Some(names),
            })
            .await
            .map(|it| it.into_iter().next())
    }

    async fn links(&self, provider: &str) -> Result<Vec<Link>, StoreError> {
        self.session
            .transact(Reading {
                provider,
                names: None,
            })
            .await
    }

    async fn tell_link(
        &self,
        provider: &str,
        told: Told<'_>,
        now: UnixMs,
    ) -> Result<Heard, StoreError> {
        self.session
            .transact(Telling {
                provider,
                told,
                now,
            })
            .await
    }
}

struct Noting<'a> {
    link: &'a Link,
    before: Option<&'a Link>,
}

impl Work for Noting<'_> {
    type Made = Noted;

    async fn run(&self, it: &Transaction<'_>) -> Result<Noted, Failure> {
        let link = self.link;
        let own = [link.external_ref.clone()];
        let now = find(it, &link.provider, &own, "FOR UPDATE").await?;
        let now = now.filter(|it| it.external_ref == link.external_ref);
        match (&now, self.before) {
            (Some(_), None) => return Ok(Noted::Taken),
            (now, before) if now.as_ref() != before => return Ok(Noted::Changed),
            _ => {}
        }
        let sql = "SELECT 1 FROM attempts WHERE provider = $1 AND (reference = ANY($2) OR provider_ref = ANY($2)) \
             UNION ALL SELECT 1 FROM links WHERE provider = $1 AND external_ref <> $3 AND (external_ref = ANY($2) OR link_ref = ANY($2)) \
             UNION ALL SELECT 1 FROM link_payments WHERE provider = $1 AND external_ref <> $3 AND order_id = ANY($2)";
        let values: &Values<'_> = &[&link.provider, &link.names(), &link.external_ref];
        let taken = query(it, sql, values).await?;
        if !taken.is_empty() {
            return Ok(Noted::Taken);
        }
        put(it, link).await?;
        let sql = "DELETE FROM link_payments WHERE provider = $1 AND external_ref = $2";
        query(it, sql, &[&link.provider, &link.external_ref]).await?;
        save(it, link, &link.payments).await?;
        Ok(Noted::Done)
    }
}

async fn put(client: &impl GenericClient, link: &Link) -> Result<(), Failure> {
    let sql = "INSERT INTO links (provider, external_ref, link_ref, kind, amount_option, minor, currency, name, description, \
         redirect_url, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (provider, external_ref) DO UPDATE SET link_ref = $3, kind = $4, amount_option = $5, minor = $6, \
         currency = $7, name = $8, description = $9, redirect_url = $10, expires_at = $11";
    let values: &Values<'_> = &[
        &link.provider,
        &link.external_ref,
        &link.link_ref,
        &link.kind.as_str(),
        &link.option.as_str(),
        &rows::minor(link.price)?,
        &link.price.currency().code().to_owned(),
        &storable(&link.name),
        &storable(&link.description),
        &link.redirect_url.as_deref().map(storable),
        &link.expires_at.0,
        &link.created_at.0,
    ];
    query(client, sql, values).await?;
    Ok(())
}

struct Telling<'a> {
    provider: &'a str,
    told: Told<'a>,
    now: UnixMs,
}

impl Work for Telling<'_> {
    type Made = Heard;

    async fn run(&self, it: &Transaction<'_>) -> Result<Self::Made, Failure> {
        let Some(link) = find(it, self.provider, self.told.names, "FOR UPDATE").await? else {
            return Ok(Heard::Unplaced);
        };
        let heard = link.tell(&self.told, self.now);
        if let Heard::Changed(payment) = &heard {
            save(it, &link, std::slice::from_ref(payment)).await?;
        }
        Ok(heard)
    }
}

/// By names, or all.
struct Reading<'a> {
    provider: &'a str,
    names: Option<&'a [String]>,
}

impl Work for Reading<'_> {
    type Made = Vec<Link>;

    async fn run(&self, it: &Transaction<'_>) -> Result<Self::Made, Failure> {
        if let Some(names) = self.names {
            return Ok(find(it, self.provider, names, "")
                .await?
                .into_iter()
                .collect());
        }
        let sql = format!("{HEAD} WHERE provider = $1 ORDER BY created_at DESC, external_ref");
        let mut links = Vec::new();
        for row in query(it, &sql, &[&self.provider]).await? {
            links.push(with_payments(it, head(&row)?).await?);
        }
        Ok(links)
    }
}

/// `lock` makes the transaction the only one that changes the link and its payments.
async fn find(
    client: &impl GenericClient,
    provider: &str,
    names: &[String],
    lock: &str,
) -> Result<Option<Link>, Failure> {
    let sql = format!(
        "{HEAD} WHERE provider = $1 AND (external_ref = $2 OR link_ref = $2 OR external_ref = \
         (SELECT external_ref FROM link_payments WHERE provider = $1 AND order_id = $2)) {lock}"
    );
    for name in names {
        let found = query(client, &sql, &[&provider, &storable(name)]).await?;
        if let Some(row) = found.first() {
            return with_payments(client, head(row)?).await.map(Some);
        }
    }
    Ok(None)
}

async fn with_payments(client: &impl GenericClient, link: Link) -> Result<Link, Failure> {
    let sql = "SELECT number, payer, shown, asked, status, reason, received_minor, received_currency, transaction_ref, updated_at \
         FROM link_payments WHERE provider = $1 AND external_ref = $2 ORDER BY number";
    let found = query(client, sql, &[&link.provider, &link.external_ref]).await?;
    let payments = found.iter().map(payment).collect::<Result<_, _>>()?;
    Ok(Link { payments, ..link })
}

/// In one statement, however many they are.
async fn save(
    client: &impl GenericClient,
    link: &Link,
    payments: &[LinkPayment],
) -> Result<(), Failure> {
    let sql = "INSERT INTO link_payments (provider, external_ref, number, order_id, payer, shown, asked, status, reason, \
         received_minor, received_currency, transaction_ref, updated_at) \
         SELECT $1, $2, it.* FROM unnest($3::bigint[], $4::text[], $5::bytea[], $6::text[], $7::boolean[], $8::text[], \
         $9::text[], $10::bigint[], $11::text[], $12::text[], $13::bigint[]) it \
         ON CONFLICT (provider, external_ref, number) DO UPDATE SET payer = excluded.payer, shown = excluded.shown, \
         asked = excluded.asked, status = excluded.status, reason = excluded.reason, received_minor = excluded.received_minor, \
         received_currency = excluded.received_currency, transaction_ref = excluded.transaction_ref, \
         updated_at = excluded.updated_at";
    let minors = payments
        .iter()
        .map(|it| it.received.map(rows::minor).transpose())
        .collect::<Result<Vec<Option<i64>>, _>>()?;
    let values: &Values<'_> = &[
        &link.provider,
        &link.external_ref,
        &each(payments, |it| i64::from(it.number)),
        &each(payments, |it| link.order_id(it.number)),
        &each(payments, |it| it.payer.as_ref().map(<[u8; 32]>::as_slice)),
        &each(payments, |it| storable(&it.shown)),
        &each(payments, |it| it.asked),
        &each(payments, |it| it.status.as_str()),
        &each(payments, |it| it.reason.map(Reason::as_str)),
        &minors,
        &each(payments, |it| {
            it.received.map(|it| it.currency().code().to_owned())
        }),
        &each(payments, |it| it.transaction.as_deref().map(storable)),
        &each(payments, |it| it.updated_at.0),
    ];
    query(client, sql, values).await?;
    Ok(())
}

/// A column of the payments.
fn each<'a, T>(payments: &'a [LinkPayment], value: impl Fn(&'a LinkPayment) -> T) -> Vec<T> {
    payments.iter().map(value).collect()
}

fn head(row: &Row) -> Result<Link, Failure> {
    Ok(Link {
        provider: row.try_get(0)?,
        external_ref: row.try_get(1)?,
        link_ref: row.try_get(2)?,
        kind: rows::parsed(row, 3)?,
        option: rows::parsed(row, 4)?,
        price: rows::money(row.try_get(5)?, row.try_get(6)?)?,
        name: row.try_get(7)?,
        description: row.try_get(8)?,
        redirect_url: row.try_get(9)?,
        expires_at: UnixMs(row.try_get(10)?),
        created_at: UnixMs(row.try_get(11)?),
        payments: Vec::new(),
    })
}

fn payment(row: &Row) -> Result<LinkPayment, Failure> {
    let received: Option<i64> = row.try_get(6)?;
    let currency: Option<&str> = row.try_get(7)?;
    Ok(LinkPayment {
        number: rows::count(row, 0)?,
        payer: match row.try_get::<_, Option<&[u8]>>(1)? {
            Some(_) => Some(rows::hash(row, 1)?),
            None => None,
        },
        shown: row.try_get(2)?,
        asked: row.try_get(3)?,
        status: rows::parsed(row, 4)?,
        reason: match row.try_get::<_, Option<&str>>(5)? {
            Some(_) => Some(rows::parsed(row, 5)?),
            None => None,
        },
        received: match (received, currency) {
            (Some(minor), Some(currency)) => Some(rows::money(minor, currency)?),
            _ => None,
        },
        transaction: row.try_get(8)?,
        updated_at: UnixMs(row.try_get(9)?),
    })
}

const HEAD: &str = "SELECT provider, external_ref, link_ref, kind, amount_option, minor, currency, name, description, redirect_url, \
    expires_at, created_at FROM links";
