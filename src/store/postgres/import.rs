//! An import into PostgreSQL: a batch of rows in a few statements, all of it or none.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::creates::Contacts;
use super::error::{self, Verdict};
use super::{Driver, Postgres, Result, STATEMENT_LIMIT, sql};
use crate::caller::Caller;
use crate::contact::{Import, Imported};
use crate::role::DEFAULTS;
use crate::search::fold;
use crate::store::Error;

/// How long a batch may take. Of that it waits five seconds at most for another import of its workspace (`lock_timeout`).
const BATCH_LIMIT: Duration = STATEMENT_LIMIT.saturating_mul(6);

/// What becomes of the rows, if they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// They are in.
    Yes,
    /// They are taken back.
    No,
}

/// Puts rows in. A row whose account or role can't be had leaves nothing behind. [`Error::Unknown`] if the commit was not
/// answered.
pub(crate) async fn contacts(
    db: &Postgres,
    caller: &Caller,
    rows: &[Import],
    keep: Keep,
) -> Result<Vec<Imported>> {
    let mut tries = 0;
    loop {
        let mut connection = db.connection().await?;
        let committing = AtomicBool::new(false);
        let work = async {
            let transaction = connection.transaction().await?;
            let outcome = put_in(&transaction, caller, rows).await?;
            if keep == Keep::Yes {
                committing.store(true, Ordering::Relaxed);
                transaction.commit().await?;
            }
            Ok(outcome)
        };
        let told = db.unless_lost(BATCH_LIMIT, work).await;
        let unanswered = match &told {
            Ok(told) => told.as_ref().is_err_and(|error| error::verdict(error) == Verdict::Broken),
            Err(_) => true,
        };
        let unknown = unanswered && committing.into_inner();
        if let Some(result) = db.settle(connection, told, &mut tries) {
            return result.map_err(|error| if unknown { Error::Unknown(error.to_string()) } else { error });
        }
    }
}

async fn put_in(transaction: &Transaction<'_>, caller: &Caller, rows: &[Import]) -> Driver<Vec<Imported>> {
    let workspace = caller.workspace();
    // The more rows the search index takes in at once, the less each costs.
    transaction.batch_execute("SET LOCAL gin_pending_list_limit = '4MB'").await?;
    let create = transaction.prepare_cached(sql::CREATE_WORKSPACE).await?;
    transaction.execute(&create, &[&workspace, &DEFAULTS.as_slice()]).await?;
    let lock = transaction.prepare_cached(sql::LOCK_WORKSPACE).await?;
    transaction.execute(&lock, &[&workspace]).await?;
    let roles = Roles::read(transaction, workspace).await?;
    let mut accounts = Accounts::read(transaction, workspace, rows).await?;

    let mut contacts = Contacts::default();
    let mut links = Links::default();
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        let uuid = Uuid::now_v7();
        if let Some(name) = &row.account {
            let Some(role) = roles.of(row) else {
                outcomes.push(Imported::UnknownRole);
                continue;
            };
            let Some(account) = accounts.find_or_add(name.as_str()) else {
                outcomes.push(Imported::InactiveAccount);
                continue;
            };
            links.add(uuid, account, role);
        }
        contacts.add(caller, uuid, &row.details);
        outcomes.push(Imported::Done);
    }
    accounts.create_new(transaction, workspace).await?;
    let create = transaction.prepare_cached(sql::CREATE_CONTACTS).await?;
    transaction.execute(&create, &contacts.all()).await?;
    links.create(transaction, workspace).await?;
    Ok(outcomes)
}

/// The workspace's roles by folded name: the oldest of each.
struct Roles {
    by_name: HashMap<String, i64>,
    first: Option<i64>,
}

impl Roles {
    async fn read(transaction: &Transaction<'_>, workspace: &str) -> Driver<Self> {
        let list = transaction.prepare_cached(sql::LIST_ROLES).await?;
        let (mut by_name, mut first) = (HashMap::new(), None);
        for row in transaction.query(&list, &[&workspace]).await? {
            if let (Some(id), Some(name)) = (row.try_get("id")?, row.try_get::<_, Option<&str>>("nombre")?) {
                by_name.entry(fold(name)).or_insert(id);
                first = first.or(Some(id).filter(|id| *id == 1));
            }
        }
        Ok(Self { by_name, first })
    }

    /// The role that a row names, or the first one.
    fn of(&self, row: &Import) -> Option<i64> {
        match &row.role {
            Some(name) => self.by_name.get(&fold(name.as_str())).copied(),
            None => self.first,
        }
    }
}

/// The accounts that rows name, by folded name, and those that are to be made.
struct Accounts {
    /// Nothing for an inactive one.
    known: HashMap<String, Option<Uuid>>,
    new: (Vec<Uuid>, Vec<String>, Vec<String>),
}

impl Accounts {
    async fn read(transaction: &Transaction<'_>, workspace: &str, rows: &[Import]) -> Driver<Self> {
        let names = rows.iter().filter_map(|row| row.account.as_ref());
        let mut names: Vec<String> = names.map(|name| fold(name.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        let mut known = HashMap::new();
        if !names.is_empty() {
            let find = transaction.prepare_cached(sql::ACCOUNTS_BY_NAME).await?;
            for row in transaction.query(&find, &[&workspace, &names]).await? {
                let active: bool = row.try_get("activa")?;
                known.insert(row.try_get("busqueda")?, active.then_some(row.try_get("uuid")?));
            }
        }
        Ok(Self { known, new: Default::default() })
    }

    /// The account of a name; nothing if it is inactive.
    fn find_or_add(&mut self, name: &str) -> Option<Uuid> {
        let folded = fold(name);
        let (uuids, names, folded_names) = &mut self.new;
        *self.known.entry(folded.clone()).or_insert_with(|| {
            let uuid = Uuid::now_v7();
            uuids.push(uuid);
            names.push(name.to_owned());
            folded_names.push(folded);
            Some(uuid)
        })
    }

    async fn create_new(&self, transaction: &Transaction<'_>, workspace: &str) -> Driver<()> {
        let (uuids, names, folded) = &self.new;
        if !uuids.is_empty() {
            let create = transaction.prepare_cached(sql::CREATE_ACCOUNTS).await?;
            transaction.execute(&create, &[&workspace, uuids, names, folded]).await?;
        }
        Ok(())
    }
}

/// New associations, column by column.
#[derive(Default)]
struct Links {
    contacts: Vec<Uuid>,
    accounts: Vec<Uuid>,
    roles: Vec<i64>,
}

impl Links {
    fn add(&mut self, contact: Uuid, account: Uuid, role: i64) {
        self.contacts.push(contact);
        self.accounts.push(account);
        self.roles.push(role);
    }

    async fn create(&self, transaction: &Transaction<'_>, workspace: &str) -> Driver<()> {
        let Self { contacts, accounts, roles } = self;
        if !contacts.is_empty() {
            let create = transaction.prepare_cached(sql::CREATE_ASSOCIATIONS).await?;
            transaction.execute(&create, &[&workspace, contacts, accounts, roles]).await?;
        }
        Ok(())
    }
}
