//! What was deleted long ago, taken out for good.

use std::str::FromStr;

/// A day of the calendar (UTC), written as 2026-01-31.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day(String);

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "a day looks like 2026-01-31";
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let number = |part: Option<&str>| part.filter(|part| digits(part))?.parse::<u32>().ok();
        let mut parts = text.split('-');
        let (year, month, day) = (number(parts.next()), number(parts.next()), number(parts.next()));
        let (Some(year), Some(month), Some(day), 10) = (year, month, day, text.len()) else {
            return Err(WRONG);
        };
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            1..=12 => 31,
            _ => 0,
        };
        if (1..=days).contains(&day) { Ok(Self(text.to_owned())) } else { Err(WRONG) }
    }
}

impl Day {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many rows were taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Contacts.
    pub contacts: u64,
    /// Accounts.
    pub accounts: u64,
    /// Associations: those that were deleted, and those of deleted contacts and accounts.
    pub associations: u64,
}

/// How many rows go in one transaction, which others wait for.
pub(super) const BATCH: usize = 1000;

/// Where something that can be deleted is kept, and what refers to it.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The column of [`LINKS`] that refers to it.
    pub(super) link: Option<&'static str>,
    /// Where its rows are counted.
    counted: fn(&mut Purged) -> &mut u64,
}

/// What refers to the others.
pub(super) const LINKS: Table =
    Table { name: "contactos_cuentas", link: None, counted: |purged| &mut purged.associations };

/// In the order in which they are emptied.
pub(super) const TABLES: [Table; 3] = [
    LINKS,
    Table { name: "contactos", link: Some("contacto"), counted: |purged| &mut purged.contacts },
    Table { name: "cuentas", link: Some("cuenta"), counted: |purged| &mut purged.accounts },
];

impl Purged {
    pub(super) fn count(&mut self, table: &Table, rows: u64) {
        *(table.counted)(self) += rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for good in ["2026-01-31", "2024-02-29", "2000-02-29", "0001-12-01"] {
            assert!(good.parse::<Day>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "2026-1-31",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "+026-01-01",
            "2026-01-01x",
            "31-01-2026",
            "2026-01-31-1",
        ] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}
