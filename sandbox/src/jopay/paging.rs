//! Lists in pages. The provider documents no parameters: `limit` (1 to 100, else 20) and `cursor` are our choice.

use uuid::Uuid;

/// The parameters of a query. Unknown ones are ignored.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn read(query: Option<&str>) -> Self {
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// The first of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A UUID that may be missing.
    ///
    /// # Errors
    /// `code`.
    pub(super) fn uuid(
        &self,
        name: &str,
        code: &'static str,
    ) -> Result<Option<Uuid>, &'static str> {
        self.get(name)
            .map(Uuid::parse_str)
            .transpose()
            .map_err(|_| code)
    }
}

/// Which part of a list is wanted.
#[derive(Debug)]
pub(super) struct Page {
    limit: usize,
    /// The last of the page before.
    after: Option<Uuid>,
}

impl Page {
    /// # Errors
    /// `invalid_limit` or `invalid_cursor`.
    pub(super) fn read(asked: &Parameters) -> Result<Self, &'static str> {
        let limit = match asked.get("limit").map(str::parse) {
            None => 20,
            Some(Ok(limit @ 1..=100)) => limit,
            Some(_) => return Err("invalid_limit"),
        };
        let after = asked.uuid("cursor", "invalid_cursor")?;
        Ok(Self { limit, after })
    }

    /// The items of the page, and the cursor of the next one unless this is the last.
    ///
    /// # Errors
    /// `invalid_cursor` where the cursor is in no list.
    pub(super) fn of<'a, T>(
        &self,
        newest_first: impl Iterator<Item = &'a T>,
        id: impl Fn(&T) -> Uuid,
        wanted: impl Fn(&&'a T) -> bool,
    ) -> Result<(Vec<&'a T>, Option<Uuid>), &'static str> {
        let mut rest = newest_first;
        if let Some(after) = self.after {
            rest.find(|it| id(it) == after).ok_or("invalid_cursor")?;
        }
        let mut items: Vec<_> = rest.filter(wanted).take(self.limit + 1).collect();
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let last = items.last().map(|it| id(it));
        Ok((items, last.filter(|_| more)))
    }
}
