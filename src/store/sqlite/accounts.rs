//! Accounts in SQLite. All of a workspace's accounts are named by `espacio`.

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use uuid::Uuid;

use super::{Cost, Listed, search, sql, uuids};
use crate::account::{Account, Filter, Name};
use crate::caller::Caller;
use crate::paging::{Page, PageRequest};
use crate::search::fold;
use crate::status::Status;
use crate::store::sql as shared;

impl Listed for Account {
    const COLUMNS: &'static str = "id, uuid, nombre, fecha_inactivacion IS NULL AS activa";

    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get(0)?, uuid: row.get(1)?, name: row.get(2)?, active: row.get(3)? })
    }

    fn id(&self) -> i64 {
        self.id
    }
}

/// How much work a page is.
pub(crate) fn cost(filter: &Filter, page: PageRequest) -> Cost {
    let filtered = filter.accounts.is_some() || filter.search.is_some();
    if filtered || filter.status != Status::All { Cost::Long } else { Cost::of(page) }
}

pub(crate) fn list(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Account>> {
    let limit = page.size + 1;
    let rows = match (&filter.accounts, &filter.search) {
        (None, None) => all(db, caller, filter.status, page.after.id(), limit)?,
        (None, Some(_)) => found(db, caller, filter, page.after.id(), limit)?,
        (Some(accounts), _) => chosen(db, caller, filter, accounts, page.after.id(), limit)?,
    };
    Ok(Page::from_one_more(rows, page.size, Account::id))
}

/// Accounts in a state, by the index of the list.
fn all(db: &Connection, caller: &Caller, status: Status, after: i64, limit: usize) -> Result<Vec<Account>> {
    let sql = format!(
        "SELECT {} FROM cuentas WHERE espacio = $1 AND id > $2 AND fecha_eliminacion IS NULL {} ORDER BY id LIMIT $3",
        Account::COLUMNS,
        shared::condition(status)
    );
    db.prepare_cached(&sql)?.query_map(params![caller.workspace(), after, limit], Account::read)?.collect()
}

/// The accounts that only a search decides, from the search index.
fn found(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    after: i64,
    limit: usize,
) -> Result<Vec<Account>> {
    let Some(search) = &filter.search else { return Ok(Vec::new()) };
    let mut statement = db.prepare_cached(
        "SELECT bloque, texto FROM cuentas_bloques
         WHERE espacio = $1 AND bloque >= coalesce(
             (SELECT max(bloque) FROM cuentas_bloques WHERE espacio = $1 AND bloque <= $2), 0)
         ORDER BY bloque",
    )?;
    let blocks = statement.query(params![caller.workspace(), after])?;
    let ids = search::matches(blocks, search, filter.status, after, limit)?;
    let sql = format!("SELECT {} FROM cuentas WHERE espacio = $1 AND id = $2", Account::COLUMNS);
    let mut statement = db.prepare_cached(&sql)?;
    ids.into_iter().map(|id| statement.query_row(params![caller.workspace(), id], Account::read)).collect()
}

/// The accounts among chosen ones: each is looked up by its UUID.
fn chosen(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    accounts: &[Uuid],
    after: i64,
    limit: usize,
) -> Result<Vec<Account>> {
    let mut statement = db.prepare_cached(
        "SELECT a.id, a.uuid, a.nombre, a.fecha_inactivacion IS NULL AS activa, a.busqueda
         FROM rarray($1) u CROSS JOIN cuentas a ON a.espacio = $2 AND a.uuid = u.value
         WHERE a.id > $3 AND a.fecha_eliminacion IS NULL ORDER BY a.id",
    )?;
    let mut rows = statement.query(params![uuids(accounts), caller.workspace(), after])?;
    let mut chosen = Vec::new();
    while chosen.len() < limit
        && let Some(row) = rows.next()?
    {
        let account = Account::read(row)?;
        let found = match &filter.search {
            Some(search) => search.finds(row.get_ref("busqueda")?.as_str()?),
            None => true,
        };
        if found && filter.status.allows(account.active) {
            chosen.push(account);
        }
    }
    Ok(chosen)
}

pub(crate) fn get(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<Option<Account>> {
    db.prepare_cached(shared::GET_ACCOUNT)?
        .query_row(params![caller.workspace(), uuid], Account::read)
        .optional()
}

pub(crate) fn create(db: &Connection, caller: &Caller, uuid: Uuid, name: &Name) -> Result<()> {
    db.prepare_cached(shared::CREATE_ACCOUNT)?
        .execute(params![uuid, caller.workspace(), name.as_str(), fold(name.as_str())])
        .map(drop)
}

pub(crate) fn update(db: &Connection, caller: &Caller, uuid: Uuid, name: &Name) -> Result<bool> {
    let changed = db.prepare_cached(shared::UPDATE_ACCOUNT)?.execute(params![
        name.as_str(),
        fold(name.as_str()),
        caller.workspace(),
        uuid
    ])?;
    Ok(changed == 1)
}

pub(crate) fn delete(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::DELETE_ACCOUNT, caller, uuid)
}

pub(crate) fn inactivate(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::INACTIVATE_ACCOUNT, caller, uuid)
}

pub(crate) fn activate(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::ACTIVATE_ACCOUNT, caller, uuid)
}

fn change(db: &Connection, sql: &str, caller: &Caller, uuid: Uuid) -> Result<bool> {
    Ok(db.prepare_cached(sql)?.execute(params![caller.workspace(), uuid])? == 1)
}

/// The oldest account of this name, case and accents aside, made if there is none; nothing if it is inactive.
pub(crate) fn find_or_create(db: &Connection, caller: &Caller, name: &Name) -> Result<Option<Uuid>> {
    let known: Option<(Uuid, bool)> = db
        .prepare_cached(sql::ACCOUNT_BY_NAME)?
        .query_row(params![caller.workspace(), fold(name.as_str())], |row| {
            Ok((row.get("uuid")?, row.get("activa")?))
        })
        .optional()?;
    match known {
        Some((uuid, active)) => Ok(active.then_some(uuid)),
        None => {
            let uuid = Uuid::now_v7();
            create(db, caller, uuid, name)?;
            Ok(Some(uuid))
        }
    }
}
