//! What a database does without the service: the same statements, sent by nobody but the benchmark. It shows what the
//! service adds to them.

use std::path::Path;

use rusqlite::Connection;
use uuid::Uuid;

use super::Result;
use super::postgres::{self, contacts as in_postgres};
use super::sql;
use super::sqlite::{contacts as in_sqlite, open, worker};
use crate::caller::Caller;
use crate::contact::{Contact, ContactName, Details, Filter};
use crate::paging::{Page, PageRequest};

/// One connection to a SQLite file that is there, used by the thread that has it.
pub struct BareSqlite(Connection);

impl BareSqlite {
    /// A connection with the settings of the service's for short reads on two cores.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = open::connect(path)?;
        open::widen_cache(&connection, worker::SHORT_CACHE / 2)?;
        Ok(Self(connection))
    }

    /// A contact with its accounts.
    pub fn get(&self, caller: &Caller, uuid: Uuid) -> Result<Option<Contact>> {
        self.in_snapshot(|db| in_sqlite::get(db, caller, uuid))
    }

    /// A page of contacts with their accounts.
    pub fn page(&self, caller: &Caller, filter: &Filter, page: PageRequest) -> Result<Page<Contact>> {
        self.in_snapshot(|db| in_sqlite::list(db, caller, filter, page))
    }

    /// A page of names, as `lite` reads them.
    pub fn names(&self, caller: &Caller, page: PageRequest) -> Result<Page<ContactName>> {
        Ok(in_sqlite::list_names(&self.0, caller, &Filter::default(), page)?)
    }

    /// As the service reads: several statements see one moment.
    fn in_snapshot<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let read = worker::in_open_snapshot(&self.0, work);
        worker::execute(&self.0, "COMMIT")?;
        Ok(read?)
    }

    /// A new contact, in a commit of its own.
    pub fn create(&self, caller: &Caller, uuid: Uuid, details: &Details) -> Result<()> {
        Ok(in_sqlite::create(&self.0, caller, uuid, details)?)
    }
}

/// A call whose statement PostgreSQL may be given by another program.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    /// `$1` to `$3`: the workspace, the owner, the UUID.
    Get,
    /// `$1` to `$4`: the workspace, the owner, the id before the page, one more than its size.
    Page,
    /// The same of names, as `lite` reads them.
    Names,
    /// `$1` to `$8`: the UUID, the workspace, the owner, the two names, the email, the telephone, the names folded.
    Create,
}

/// The statement of a call, as the service sends it; the text is the same for every caller.
pub fn postgres_sql(caller: &Caller, call: Call) -> String {
    match call {
        Call::Get => postgres::GET_CONTACT.to_owned(),
        Call::Page => in_postgres::page_sql(caller, false),
        Call::Names => in_postgres::page_sql(caller, true),
        Call::Create => sql::CREATE_CONTACT.to_owned(),
    }
}

/// What the service tells each of its sessions with PostgreSQL, as `PGOPTIONS` takes it.
pub fn postgres_settings() -> &'static str {
    postgres::SETTINGS
}
