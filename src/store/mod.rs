//! What is kept: the contract of every operation, whichever database keeps it.
//!
//! - A method that returns has its effect on disk. A method that fails, or whose caller goes away before it returns,
//!   has either all of its effect or none.
//! - Each method sees one moment of the database, and everything that was acknowledged before it began.
//! - A [`Caller`] sees and changes their own contacts, and the accounts, roles and associations of their workspace.
//!   What is deleted, foreign or unknown is absent, and the three can't be told apart.
//! - Absence and refusal are values; an [`Error`] means that the database did not do its part.

mod migrate;
mod sql;
mod sqlite;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use uuid::Uuid;

use crate::account::{self, Account};
use crate::association::{Associated, Association, Changed, Pair, Side};
use crate::caller::Caller;
use crate::contact::{self, Contact, ContactName, Details, Import, Imported, Update, Updated};
use crate::paging::{Page, PageRequest};
use crate::role::{self, Deletion, Role};
use sqlite::{Cost, Sqlite};

pub use sqlite::version as sqlite_version;

/// The database did not do its part. The text is for logs and operators, never for callers of the API.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// It can't be opened as it is, and trying again does not help.
    #[error("{0}")]
    Refused(String),
    /// It is busy, full or away; a later attempt may succeed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It failed.
    #[error("the database failed: {0}")]
    Failed(String),
}

type Result<T> = std::result::Result<T, Error>;

/// Where the database is: `sqlite:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(PathBuf);

impl Address {
    /// The database file.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text.strip_prefix("sqlite:") {
            // SQLite itself gives names that begin so a meaning of their own.
            Some(path) if path.starts_with(':') || path.starts_with("file:") => {
                Err("a database is a file, written as sqlite:PATH".into())
            }
            Some(path) if !path.is_empty() => Ok(Self(path.into())),
            _ => Err("a database is written as sqlite:PATH, for example sqlite:contacts.db".into()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite:{}", self.0.display())
    }
}

/// An open database.
pub enum Store {
    /// The embedded one.
    Sqlite(Sqlite),
}

impl Store {
    /// Opens a database: makes it if there is none, and brings its schema up to date.
    pub fn open(address: &Address) -> Result<Self> {
        Sqlite::open(address.path()).map(Self::Sqlite)
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<()> {
        let Self::Sqlite(db) = self;
        // It reads the file itself: a statement without a table would be answered without it.
        db.read(Cost::Short, |db| db.query_row("SELECT max(numero) FROM migraciones", [], |_| Ok(()))).await
    }

    /// A page of the caller's contacts, by id.
    pub async fn list_contacts(
        &self,
        caller: &Caller,
        filter: &contact::Filter,
        page: PageRequest,
    ) -> Result<Page<Contact>> {
        let (caller, filter) = (caller.clone(), filter.clone());
        let Self::Sqlite(db) = self;
        let cost = sqlite::contacts::cost(&filter, page);
        db.read(cost, move |db| sqlite::contacts::list(db, &caller, &filter, page)).await
    }

    /// The same page with names only.
    pub async fn list_contact_names(
        &self,
        caller: &Caller,
        filter: &contact::Filter,
        page: PageRequest,
    ) -> Result<Page<ContactName>> {
        let (caller, filter) = (caller.clone(), filter.clone());
        let Self::Sqlite(db) = self;
        let cost = sqlite::contacts::cost(&filter, page);
        db.read(cost, move |db| sqlite::contacts::list_names(db, &caller, &filter, page)).await
    }

    /// One of the caller's contacts.
    pub async fn get_contact(&self, caller: &Caller, uuid: Uuid) -> Result<Option<Contact>> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.read(Cost::Short, move |db| sqlite::contacts::get(db, &caller, uuid)).await
    }

    /// Makes a contact and returns its new UUID (version 7).
    pub async fn create_contact(&self, caller: &Caller, details: Details) -> Result<Uuid> {
        let (caller, uuid) = (caller.clone(), Uuid::now_v7());
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::create(db, &caller, uuid, &details)).await?;
        Ok(uuid)
    }

    /// Changes a contact; nothing if it is absent.
    pub async fn update_contact(
        &self,
        caller: &Caller,
        uuid: Uuid,
        update: Update,
    ) -> Result<Option<Updated>> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::update(db, &caller, uuid, &update)).await
    }

    /// Deletes a contact softly, its associations hidden with it; false if it is absent.
    pub async fn delete_contact(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::delete(db, &caller, uuid)).await
    }

    /// Inactivates a contact; false if it is absent or already inactive. Of two at once, one succeeds.
    pub async fn inactivate_contact(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::inactivate(db, &caller, uuid)).await
    }

    /// Activates a contact; false if it is absent or already active. Of two at once, one succeeds.
    pub async fn activate_contact(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::activate(db, &caller, uuid)).await
    }

    /// Makes contacts with their accounts and associations, all rows in one commit; says what became of each.
    pub async fn import_contacts(&self, caller: &Caller, rows: Vec<Import>) -> Result<Vec<Imported>> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::import(db, &caller, &rows)).await
    }

    /// Says what would become of rows, and leaves nothing behind.
    pub async fn try_import_contacts(&self, caller: &Caller, rows: Vec<Import>) -> Result<Vec<Imported>> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::contacts::try_import(db, &caller, &rows)).await
    }

    /// A page of the workspace's accounts, by id.
    pub async fn list_accounts(
        &self,
        caller: &Caller,
        filter: &account::Filter,
        page: PageRequest,
    ) -> Result<Page<Account>> {
        let (caller, filter) = (caller.clone(), filter.clone());
        let Self::Sqlite(db) = self;
        let cost = sqlite::accounts::cost(&filter, page);
        db.read(cost, move |db| sqlite::accounts::list(db, &caller, &filter, page)).await
    }

    /// One of the workspace's accounts.
    pub async fn get_account(&self, caller: &Caller, uuid: Uuid) -> Result<Option<Account>> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.read(Cost::Short, move |db| sqlite::accounts::get(db, &caller, uuid)).await
    }

    /// Makes an account and returns its new UUID (version 7).
    pub async fn create_account(&self, caller: &Caller, name: account::Name) -> Result<Uuid> {
        let (caller, uuid) = (caller.clone(), Uuid::now_v7());
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::accounts::create(db, &caller, uuid, &name)).await?;
        Ok(uuid)
    }

    /// Renames an account; false if it is absent.
    pub async fn update_account(&self, caller: &Caller, uuid: Uuid, name: account::Name) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::accounts::update(db, &caller, uuid, &name)).await
    }

    /// Deletes an account softly, its associations hidden with it; false if it is absent.
    pub async fn delete_account(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::accounts::delete(db, &caller, uuid)).await
    }

    /// Inactivates an account; false if it is absent or already inactive.
    pub async fn inactivate_account(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::accounts::inactivate(db, &caller, uuid)).await
    }

    /// Activates an account; false if it is absent or already active.
    pub async fn activate_account(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::accounts::activate(db, &caller, uuid)).await
    }

    /// The workspace's roles by id; those of [`role::DEFAULTS`] if it is new.
    pub async fn list_roles(&self, caller: &Caller) -> Result<Vec<Role>> {
        let Self::Sqlite(db) = self;
        let reader = caller.clone();
        if let Some(roles) = db.read(Cost::Short, move |db| sqlite::roles::list(db, &reader)).await? {
            return Ok(roles);
        }
        let caller = caller.clone();
        let made = db.write(move |db| {
            sqlite::roles::create_workspace(db, &caller)?;
            sqlite::roles::list(db, &caller)
        });
        Ok(made.await?.unwrap_or_default())
    }

    /// Makes a role and returns its id, the workspace's next.
    pub async fn create_role(&self, caller: &Caller, name: role::Name) -> Result<i64> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::roles::create(db, &caller, &name)).await
    }

    /// Renames a role; false if it is absent.
    pub async fn update_role(&self, caller: &Caller, id: i64, name: role::Name) -> Result<bool> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::roles::update(db, &caller, id, &name)).await
    }

    /// Deletes a role softly, unless an association that can be seen has it.
    pub async fn delete_role(&self, caller: &Caller, id: i64) -> Result<Deletion> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::roles::delete(db, &caller, id)).await
    }

    /// Associates a contact with an account. Of two at once, one succeeds.
    pub async fn associate(&self, caller: &Caller, pair: Pair, role: i64) -> Result<Associated> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::associations::associate(db, &caller, pair, role)).await
    }

    /// Takes an association back; the two may be associated again.
    pub async fn dissociate(&self, caller: &Caller, pair: Pair) -> Result<Changed> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::associations::dissociate(db, &caller, pair)).await
    }

    /// Gives an association another role.
    pub async fn change_role(&self, caller: &Caller, pair: Pair, role: i64) -> Result<Changed> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.write(move |db| sqlite::associations::change_role(db, &caller, pair, role)).await
    }

    /// A page of the associations of a contact or an account, in the order in which they were made; nothing if the
    /// contact or the account is absent.
    pub async fn list_associations(
        &self,
        caller: &Caller,
        side: Side,
        page: PageRequest,
    ) -> Result<Option<Page<Association>>> {
        let caller = caller.clone();
        let Self::Sqlite(db) = self;
        db.read(Cost::Short, move |db| sqlite::associations::list(db, &caller, side, page)).await
    }
}
