//! The data: the same contacts in every run and for every program, so that their UUIDs need not be asked for.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contacts::search::{fold, fold_names, plain};
use rusqlite::{Connection, params};
use uuid::{Builder, Uuid};

use crate::names::{ENGLISH, Names, RARE, SPANISH};
use crate::process;

pub(crate) const WORKSPACE: &str = "bench";

/// The owner of half of the contacts; nine others share the rest.
pub(crate) const OWNER: &str = "ana";

/// How many rows of a page.
pub(crate) const PAGE: u64 = 10;

/// So many contacts, and what belongs to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) rows: u64,
}

/// A contact before it is kept.
pub(crate) struct Person {
    pub(crate) first: &'static str,
    pub(crate) last: String,
    pub(crate) email: String,
    pub(crate) phone: String,
}

impl Data {
    pub(crate) fn accounts(self) -> u64 {
        (self.rows / 100).clamp(4, 10_000)
    }

    pub(crate) fn person(self, row: u64) -> Person {
        let mut dice = Dice(row);
        let names = if dice.roll(2) == 0 { &SPANISH } else { &ENGLISH };
        let (mut first, mut last) = dice.name(names);
        // Near the end, where a walk over the list comes late.
        if row == (self.rows - self.rows / 50) & !1 {
            (first, last) = (RARE[0], RARE[1].to_owned());
        }
        let word = |name: &str| plain(&fold(name)).split(' ').next().unwrap_or_default().to_owned();
        let email = format!("{}.{}{row}@example.com", word(first), word(&last));
        Person { first, last, email, phone: format!("+34 6{:08}", dice.roll(100_000_000)) }
    }

    /// The owners take turns, as people do who work at the same time: every other row is the first one's.
    fn owner(row: u64) -> String {
        match row % 2 {
            0 => OWNER.to_owned(),
            _ => format!("owner{}", row / 2 % 9 + 1),
        }
    }

    /// The UUID of a row: of version 7, a millisecond after the one before.
    pub(crate) fn uuid(row: u64) -> Uuid {
        let [low, high] = [row.wrapping_mul(0x9e37_79b9_7f4a_7c15), row].map(u64::to_be_bytes);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&low);
        random[8..].copy_from_slice(&high[6..]);
        Builder::from_unix_timestamp_millis(1_750_000_000_000 + row, &random).into_uuid()
    }

    /// So many of the owner's UUIDs, spread over the list.
    pub(crate) fn uuids(self, count: u64) -> impl Iterator<Item = Uuid> {
        (0..count).map(move |place| Self::uuid(2 * (self.rows / 2 * place / count)))
    }

    /// So many ids that one of the owner's pages begins after, spread over the list.
    pub(crate) fn places(self, count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(move |place| Self::before(self.last_page() * place / count))
    }

    /// The number of the owner's last page that is full, counted from 0.
    pub(crate) fn last_page(self) -> u64 {
        self.rows / 2 / PAGE - 1
    }

    /// The id that a page of the owner begins after. Ids count from 1 in the order of the rows.
    pub(crate) fn before(page: u64) -> u64 {
        if page == 0 { 0 } else { 2 * (page * PAGE - 1) + 1 }
    }

    /// Fills a SQLite file whose schema is there. Triggers keep the search index.
    pub(crate) fn fill(self, file: &Path) -> Result<()> {
        let mut db = Connection::open(file)?;
        db.pragma_update(None, "cache_size", -262_144)?;
        let all = db.transaction()?;
        {
            let mut account =
                all.prepare("INSERT INTO cuentas (uuid, espacio, nombre, busqueda) VALUES (?1, ?2, ?3, ?4)")?;
            for number in 0..self.accounts() {
                let mut dice = Dice(u64::MAX - number);
                let name = format!("{} {} S.L.", dice.name(&SPANISH).1, number);
                account.execute(params![Self::uuid((1 << 32) + number), WORKSPACE, name, fold(&name)])?;
            }
            let mut contact = all.prepare(
                "INSERT INTO contactos (uuid, espacio, propietario, nombre, apellido, email, telefono, busqueda)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut link = all.prepare(
                "INSERT INTO contactos_cuentas (espacio, contacto, cuenta, rol) VALUES (?1, ?2, ?3, ?4)",
            )?;
            let step = (self.rows / 10).max(10_000);
            for row in 0..self.rows {
                let Person { first, last, email, phone } = self.person(row);
                let folded = fold_names(first, &last);
                let (uuid, owner) = (Self::uuid(row), Self::owner(row));
                contact.execute(params![uuid, WORKSPACE, owner, first, last, email, phone, folded])?;
                let id = row + 1;
                let mut dice = Dice(!row);
                let account = dice.roll(self.accounts());
                for number in 0..id % 4 {
                    // Different ones: no contact has an account twice.
                    let account = (account + number * (self.accounts() / 4)) % self.accounts() + 1;
                    link.execute(params![WORKSPACE, id, account, dice.roll(5) + 1])?;
                }
                if row % 1000 == 0 {
                    process::go_on()?;
                }
                if row > 0 && row % step == 0 {
                    eprintln!("  {row} of {} contacts", self.rows);
                }
            }
        }
        all.commit()?;
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Writes the contacts as a file to import.
    pub(crate) fn write_csv(self, file: &Path) -> Result<()> {
        let file = File::create(file).with_context(|| format!("cannot make {}", file.display()))?;
        let mut rows = csv::Writer::from_writer(file);
        rows.write_record(["first_name", "last_name", "email", "phone"])?;
        for row in 0..self.rows {
            let Person { first, last, email, phone } = self.person(row);
            rows.write_record([first, &last, &email, &phone])?;
        }
        Ok(rows.flush()?)
    }
}

/// An id as a page's place.
pub(crate) fn cursor(id: u64) -> String {
    STANDARD.encode(id.to_string())
}

/// Numbers that look like chance and are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    /// One of some words. The first are drawn more often than the last, as with names of people.
    fn word(&mut self, words: &'static str) -> &'static str {
        let words: Vec<&str> = words.split_whitespace().collect();
        let chance = self.roll(1 << 20) as f64 / f64::from(1 << 20);
        words[(chance * chance * words.len() as f64) as usize]
    }

    /// A first name, and a last name of two parts.
    fn name(&mut self, names: &Names) -> (&'static str, String) {
        (self.word(names.first), format!("{} {}", self.word(names.last), self.word(names.last)))
    }
}
