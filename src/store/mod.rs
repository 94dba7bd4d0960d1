//! What is kept: the contract of every operation, whichever database keeps it.
//!
//! - A method that returns has its effect on disk. A method that fails, or whose caller goes away before it returns,
//!   has either all of its effect or none.
//! - Each method sees one moment of the database, and everything that was acknowledged before it began.
//! - A [`Caller`] sees and changes their own contacts, and the accounts, roles and associations of their workspace.
//!   What is deleted, foreign or unknown is absent, and the three can't be told apart.
//! - Absence and refusal are values; an [`Error`] means that the database did not do its part.

mod address;
pub mod bare;
mod copy;
mod migrate;
mod postgres;
mod purge;
mod sql;
mod sqlite;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::account::{self, Account};
use crate::association::{Associated, Association, Changed, Pair, Side};
use crate::caller::Caller;
use crate::contact::{self, Contact, ContactName, Details, Erasure, Import, Imported, Update, Updated};
use crate::paging::{Page, PageRequest};
use crate::role::{self, Deletion, Role};
use postgres::Postgres;
use postgres::import::Keep;
use sqlite::{Cost, Sqlite};

pub use address::{Address, Server};
pub use copy::{Digest, copy};
pub use purge::{Day, Purged};
pub use sqlite::backup::{Contents, Told, backup, restore, verify};
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
    /// So much waits for it already that nothing more may.
    #[error("the database is overloaded: too much waits for it")]
    Overloaded,
    /// It failed.
    #[error("the database failed: {0}")]
    Failed(String),
    /// It was asked to commit and did not say that it has. Only commands are told this apart; who calls the API is told that
    /// it failed or is unavailable, which leaves the same open.
    #[error("whether it was done is not known: {0}")]
    Unknown(String),
}

type Result<T> = std::result::Result<T, Error>;

/// How busy a database is, as far as this process uses it.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// What waits, by what it waits for.
    pub waiting: Vec<(&'static str, usize)>,
    /// How many connections to a server are in use, and how many there are at most.
    pub connections: Option<(usize, usize)>,
    /// Commits since the start. In PostgreSQL those of new contacts, which alone share commits.
    pub commits: u64,
    /// What these commits wrote.
    pub writes: u64,
    /// The size of the write-ahead log of an embedded database in bytes.
    pub log_bytes: Option<u64>,
}

/// Commits since the start, and what they wrote.
#[derive(Default)]
struct Commits {
    commits: AtomicU64,
    writes: AtomicU64,
}

impl Commits {
    fn count(&self, writes: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
    }

    /// Commits and writes.
    fn read(&self) -> (u64, u64) {
        (self.commits.load(Ordering::Relaxed), self.writes.load(Ordering::Relaxed))
    }
}

/// Which database to open, and how PostgreSQL is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is.
    pub address: Address,
    /// How many connections there are to PostgreSQL at most.
    pub connections: usize,
    /// How long a request waits for a connection to PostgreSQL; then it is told that the database is unavailable.
    pub timeout: Duration,
    /// How long opening waits for a PostgreSQL that does not answer yet.
    pub wait: Duration,
    /// The authority in PEM that PostgreSQL's certificate is checked against, instead of those that the system trusts.
    pub ca: Option<PathBuf>,
}

/// An open database.
pub enum Store {
    /// The embedded one.
    Sqlite(Sqlite),
    /// A server, which other processes use at the same time.
    Postgres(Arc<Postgres>),
}

impl Store {
    /// Opens a database: brings its schema up to date, and makes the file if it is a file that is not there.
    pub async fn open(options: &Options) -> Result<Self> {
        match &options.address {
            Address::Sqlite(path) => Sqlite::open(path).map(Self::Sqlite),
            Address::Postgres(server) => Postgres::open(server, options).await.map(Self::Postgres),
        }
    }

    /// Whether the database answers, as of half a second ago or less.
    pub async fn ready(&self) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.ready().await,
            Self::Postgres(db) => db.ready(),
        }
    }

    /// How busy it is.
    pub fn load(&self) -> Load {
        match self {
            Self::Sqlite(db) => db.load(),
            Self::Postgres(db) => db.load(),
        }
    }

    /// What `then` makes of a page of the caller's contacts, by id, where it was read: handing the many small strings of a
    /// page from one thread to another would cost as much as reading them.
    pub async fn list_contacts<T: Send + 'static>(
        &self,
        caller: &Caller,
        filter: &contact::Filter,
        page: PageRequest,
        then: impl FnOnce(Page<Contact>) -> T + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Sqlite(db) => {
                let (caller, filter) = (caller.clone(), filter.clone());
                let cost = sqlite::contacts::cost(&filter, page);
                db.read(cost, move |db| sqlite::contacts::list(db, &caller, &filter, page).map(then)).await
            }
            Self::Postgres(db) => postgres::contacts::list(db, caller, filter, page).await.map(then),
        }
    }

    /// The same page with names only.
    pub async fn list_contact_names(
        &self,
        caller: &Caller,
        filter: &contact::Filter,
        page: PageRequest,
    ) -> Result<Page<ContactName>> {
        match self {
            Self::Sqlite(db) => {
                let (caller, filter) = (caller.clone(), filter.clone());
                let cost = sqlite::contacts::cost(&filter, page);
                db.read(cost, move |db| sqlite::contacts::list_names(db, &caller, &filter, page)).await
            }
            Self::Postgres(db) => postgres::contacts::list_names(db, caller, filter, page).await,
        }
    }

    /// What `then` makes of one of the caller's contacts, where it was read.
    pub async fn get_contact<T: Send + 'static>(
        &self,
        caller: &Caller,
        uuid: Uuid,
        then: impl FnOnce(Contact) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.read(Cost::Short, move |db| Ok(sqlite::contacts::get(db, &caller, uuid)?.map(then))).await
            }
            Self::Postgres(db) => Ok(postgres::contacts::get(db, caller, uuid).await?.map(then)),
        }
    }

    /// Makes a contact and returns its new UUID (version 7).
    pub async fn create_contact(&self, caller: &Caller, details: Details) -> Result<Uuid> {
        let uuid = Uuid::now_v7();
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::contacts::create(db, &caller, uuid, &details)).await?;
            }
            Self::Postgres(db) => postgres::creates::create(db, caller, uuid, details).await?,
        }
        Ok(uuid)
    }

    /// Changes a contact; nothing if it is absent.
    pub async fn update_contact(
        &self,
        caller: &Caller,
        uuid: Uuid,
        update: Update,
    ) -> Result<Option<Updated>> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::contacts::update(db, &caller, uuid, &update)).await
            }
            Self::Postgres(db) => postgres::contacts::update(db, caller, uuid, &update).await,
        }
    }

    /// Deletes a contact softly, its associations hidden with it; false if it is absent.
    pub async fn delete_contact(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::contacts::delete(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::contacts::delete(db, caller, uuid).await,
        }
    }

    /// Inactivates a contact; false if it is absent or already inactive. Of two at once, one succeeds.
    pub async fn inactivate_contact(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::contacts::inactivate(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::contacts::inactivate(db, caller, uuid).await,
        }
    }

    /// Activates a contact; false if it is absent or already active. Of two at once, one succeeds.
    pub async fn activate_contact(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::contacts::activate(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::contacts::activate(db, caller, uuid).await,
        }
    }

    /// Takes a person's data out of a deleted contact of the workspace, whoever's it was.
    pub async fn erase_contact(&self, caller: &Caller, uuid: Uuid) -> Result<Erasure> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::contacts::erase(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::contacts::erase(db, caller, uuid).await,
        }
    }

    /// Takes out the rows of all workspaces that were deleted before a day. Tells how many are done, of how many of a kind.
    pub async fn purge(
        &self,
        before: &Day,
        told: impl Fn(u64, u64) + Send + Sync + 'static,
    ) -> Result<Purged> {
        match self {
            Self::Sqlite(db) => {
                let before = before.clone();
                db.apart(move |path| sqlite::purge::purge(path, &before, told)).await
            }
            Self::Postgres(db) => postgres::purge::purge(db, before, told).await,
        }
    }

    /// Takes what was erased or purged out of where the database keeps rows as they used to be: SQLite writes its file anew,
    /// while writes wait, and empties its log; PostgreSQL vacuums the tables. What a server writes ahead, and what is
    /// backed up, is not in its power. [`Error::Unavailable`] if somebody else, who began before, may still see such rows:
    /// then they are still there.
    pub async fn scrub(&self) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.apart(sqlite::purge::scrub).await,
            Self::Postgres(db) => postgres::purge::scrub(db).await,
        }
    }

    /// Makes contacts with their accounts and associations, all rows in one commit; says what became of each.
    pub async fn import_contacts(&self, caller: &Caller, rows: Vec<Import>) -> Result<Vec<Imported>> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::contacts::import(db, &caller, &rows)).await
            }
            Self::Postgres(db) => postgres::import::contacts(db, caller, &rows, Keep::Yes).await,
        }
    }

    /// Says what would become of rows, and leaves nothing behind.
    pub async fn try_import_contacts(&self, caller: &Caller, rows: Vec<Import>) -> Result<Vec<Imported>> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::contacts::try_import(db, &caller, &rows)).await
            }
            Self::Postgres(db) => postgres::import::contacts(db, caller, &rows, Keep::No).await,
        }
    }

    /// Is called after many rows have come, so that the database knows what its tables hold.
    pub async fn analyze(&self) -> Result<()> {
        match self {
            // Its plans are the same for few rows and many.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(db) => db.analyze().await,
        }
    }

    /// A page of the workspace's accounts, by id.
    pub async fn list_accounts(
        &self,
        caller: &Caller,
        filter: &account::Filter,
        page: PageRequest,
    ) -> Result<Page<Account>> {
        match self {
            Self::Sqlite(db) => {
                let (caller, filter) = (caller.clone(), filter.clone());
                let cost = sqlite::accounts::cost(&filter, page);
                db.read(cost, move |db| sqlite::accounts::list(db, &caller, &filter, page)).await
            }
            Self::Postgres(db) => postgres::accounts::list(db, caller, filter, page).await,
        }
    }

    /// One of the workspace's accounts.
    pub async fn get_account(&self, caller: &Caller, uuid: Uuid) -> Result<Option<Account>> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.read(Cost::Short, move |db| sqlite::accounts::get(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::accounts::get(db, caller, uuid).await,
        }
    }

    /// Makes an account and returns its new UUID (version 7).
    pub async fn create_account(&self, caller: &Caller, name: account::Name) -> Result<Uuid> {
        let uuid = Uuid::now_v7();
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::accounts::create(db, &caller, uuid, &name)).await?;
            }
            Self::Postgres(db) => postgres::accounts::create(db, caller, uuid, &name).await?,
        }
        Ok(uuid)
    }

    /// Renames an account; false if it is absent.
    pub async fn update_account(&self, caller: &Caller, uuid: Uuid, name: account::Name) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::accounts::update(db, &caller, uuid, &name)).await
            }
            Self::Postgres(db) => postgres::accounts::update(db, caller, uuid, &name).await,
        }
    }

    /// Deletes an account softly, its associations hidden with it; false if it is absent.
    pub async fn delete_account(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::accounts::delete(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::accounts::delete(db, caller, uuid).await,
        }
    }

    /// Inactivates an account; false if it is absent or already inactive.
    pub async fn inactivate_account(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::accounts::inactivate(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::accounts::inactivate(db, caller, uuid).await,
        }
    }

    /// Activates an account; false if it is absent or already active.
    pub async fn activate_account(&self, caller: &Caller, uuid: Uuid) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write_one(move |db| sqlite::accounts::activate(db, &caller, uuid)).await
            }
            Self::Postgres(db) => postgres::accounts::activate(db, caller, uuid).await,
        }
    }

    /// The workspace's roles by id; those of [`role::DEFAULTS`] if it is new.
    pub async fn list_roles(&self, caller: &Caller) -> Result<Vec<Role>> {
        match self {
            Self::Sqlite(db) => {
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
            Self::Postgres(db) => postgres::roles::list(db, caller).await,
        }
    }

    /// Makes a role and returns its id, the workspace's next.
    pub async fn create_role(&self, caller: &Caller, name: role::Name) -> Result<i64> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::roles::create(db, &caller, &name)).await
            }
            Self::Postgres(db) => postgres::roles::create(db, caller, &name).await,
        }
    }

    /// Renames a role; false if it is absent.
    pub async fn update_role(&self, caller: &Caller, id: i64, name: role::Name) -> Result<bool> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::roles::update(db, &caller, id, &name)).await
            }
            Self::Postgres(db) => postgres::roles::update(db, caller, id, &name).await,
        }
    }

    /// Deletes a role softly, unless an association that can be seen has it.
    pub async fn delete_role(&self, caller: &Caller, id: i64) -> Result<Deletion> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::roles::delete(db, &caller, id)).await
            }
            Self::Postgres(db) => postgres::roles::delete(db, caller, id).await,
        }
    }

    /// Associates a contact with an account. Of two at once, one succeeds.
    pub async fn associate(&self, caller: &Caller, pair: Pair, role: i64) -> Result<Associated> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::associations::associate(db, &caller, pair, role)).await
            }
            Self::Postgres(db) => postgres::associations::associate(db, caller, pair, role).await,
        }
    }

    /// Takes an association back; the two may be associated again.
    pub async fn dissociate(&self, caller: &Caller, pair: Pair) -> Result<Changed> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::associations::dissociate(db, &caller, pair)).await
            }
            Self::Postgres(db) => postgres::associations::dissociate(db, caller, pair).await,
        }
    }

    /// Gives an association another role.
    pub async fn change_role(&self, caller: &Caller, pair: Pair, role: i64) -> Result<Changed> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.write(move |db| sqlite::associations::change_role(db, &caller, pair, role)).await
            }
            Self::Postgres(db) => postgres::associations::change_role(db, caller, pair, role).await,
        }
    }

    /// A page of the associations of a contact or an account, in the order in which they were made; nothing if the
    /// contact or the account is absent.
    pub async fn list_associations(
        &self,
        caller: &Caller,
        side: Side,
        page: PageRequest,
    ) -> Result<Option<Page<Association>>> {
        match self {
            Self::Sqlite(db) => {
                let caller = caller.clone();
                db.read(Cost::of(page), move |db| sqlite::associations::list(db, &caller, side, page)).await
            }
            Self::Postgres(db) => postgres::associations::list(db, caller, side, page).await,
        }
    }
}
