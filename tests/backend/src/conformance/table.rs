//! What came of the suite: adapter times case.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;

use tokio::task::JoinError;

use super::Case;
use crate::provider::ALL;

/// What came of one case with one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// As it must be.
    Ok,
    /// It says nothing about this provider. Why.
    NotApplicable(&'static str),
    /// What was wrong.
    Failed(String),
}

impl Cell {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotApplicable(_) => "n/a",
            Self::Failed(_) => "FAILED",
        }
    }
}

/// Every case with every provider.
#[derive(Debug)]
pub struct Table(BTreeMap<(Case, &'static str), Cell>);

impl Table {
    pub(super) fn new(cells: Vec<(&'static str, Case, Cell)>) -> Self {
        let cells = cells.into_iter();
        Self(
            cells
                .map(|(provider, case, cell)| ((case, provider), cell))
                .collect(),
        )
    }

    /// Whether nothing was wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.0.values().any(|it| matches!(it, Cell::Failed(_)))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:30}", "")?;
        for provider in ALL {
            write!(f, "{:10}", provider.id)?;
        }
        writeln!(f)?;
        for case in Case::ALL {
            write!(f, "{:30}", case.name())?;
            for provider in ALL {
                let cell = self.0.get(&(*case, provider.id));
                write!(f, "{:10}", cell.map_or("missing", Cell::word))?;
            }
            writeln!(f)?;
        }
        for ((case, provider), cell) in &self.0 {
            match cell {
                Cell::Ok => {}
                Cell::NotApplicable(why) => {
                    writeln!(f, "{provider}, {}: not applicable: {why}", case.name())?
                }
                Cell::Failed(what) => writeln!(f, "{provider}, {}: FAILED: {what}", case.name())?,
            }
        }
        Ok(())
    }
}

/// What a failed expectation said.
pub(super) fn words(error: JoinError) -> String {
    let said: Box<dyn Any + Send> = match error.try_into_panic() {
        Ok(said) => said,
        Err(error) => return error.to_string(),
    };
    let text = said.downcast_ref::<String>().cloned();
    text.or_else(|| said.downcast_ref::<&str>().map(|it| (*it).to_owned()))
        .unwrap_or_default()
}
