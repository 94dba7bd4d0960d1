//! Contacts in SQLite. All of a caller's contacts are named by `espacio` and `propietario`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::slice;

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use uuid::Uuid;

use super::{Cost, Listed, accounts, associations, roles, search, sql, uuids};
use crate::account::AccountName;
use crate::association::{Associated, Pair};
use crate::caller::Caller;
use crate::contact::{
    Contact, ContactName, Details, Email, Erasure, Filter, Import, Imported, Phone, Update, Updated,
};
use crate::paging::{Page, PageRequest};
use crate::search::{fold, fold_names};
use crate::status::Status;
use crate::store::sql as shared;

impl Listed for Contact {
    const COLUMNS: &'static str = "id, uuid, nombre, apellido, email, telefono";

    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            uuid: row.get(1)?,
            first_name: row.get(2)?,
            last_name: row.get(3)?,
            email: row.get(4)?,
            phone: row.get(5)?,
            accounts: Vec::new(),
        })
    }

    fn id(&self) -> i64 {
        self.id
    }
}

impl Listed for ContactName {
    const COLUMNS: &'static str = "id, uuid, nombre, apellido";

    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get(0)?, uuid: row.get(1)?, first_name: row.get(2)?, last_name: row.get(3)? })
    }

    fn id(&self) -> i64 {
        self.id
    }
}

/// How much work a page is.
pub(crate) fn cost(filter: &Filter, page: PageRequest) -> Cost {
    let filtered = filter.contacts.is_some() || filter.accounts.is_some() || filter.search.is_some();
    if filtered || filter.status != Status::All { Cost::Long } else { Cost::of(page) }
}

pub(crate) fn list(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Contact>> {
    let mut page = list_rows::<Contact>(db, caller, filter, page)?;
    add_accounts(db, caller, &mut page.rows)?;
    Ok(page)
}

pub(crate) fn list_names(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<ContactName>> {
    list_rows(db, caller, filter, page)
}

fn list_rows<T: Listed>(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<T>> {
    let limit = page.size + 1;
    let rows = match (&filter.contacts, &filter.accounts, &filter.search) {
        (None, None, None) => all(db, caller, filter.status, page.after.id(), limit)?,
        (None, None, Some(_)) => by_ids(db, caller, found(db, caller, filter, page.after.id(), limit)?)?,
        (Some(contacts), ..) => {
            by_ids(db, caller, chosen(db, caller, filter, contacts, page.after.id(), limit)?)?
        }
        (None, Some(accounts), _) => {
            by_ids(db, caller, associated(db, caller, filter, accounts, page.after.id(), limit)?)?
        }
    };
    Ok(Page::from_one_more(rows, page.size, T::id))
}

/// Contacts in a state, by the index of the list.
fn all<T: Listed>(
    db: &Connection,
    caller: &Caller,
    status: Status,
    after: i64,
    limit: usize,
) -> Result<Vec<T>> {
    let sql = format!(
        "SELECT {} FROM contactos WHERE espacio = $1 AND propietario = $2 AND id > $3 AND fecha_eliminacion IS NULL
         {} ORDER BY id LIMIT $4",
        T::COLUMNS,
        shared::condition(status)
    );
    db.prepare_cached(&sql)?
        .query_map(params![caller.workspace(), caller.user(), after, limit], T::read)?
        .collect()
}

fn by_ids<T: Listed>(db: &Connection, caller: &Caller, ids: Vec<i64>) -> Result<Vec<T>> {
    let sql = format!(
        "SELECT {} FROM contactos
         WHERE espacio = $1 AND id = $2 AND propietario = $3 AND fecha_eliminacion IS NULL",
        T::COLUMNS
    );
    let mut statement = db.prepare_cached(&sql)?;
    ids.into_iter()
        .map(|id| statement.query_row(params![caller.workspace(), id, caller.user()], T::read))
        .collect()
}

/// The ids that only a search decides, from the search index.
fn found(db: &Connection, caller: &Caller, filter: &Filter, after: i64, limit: usize) -> Result<Vec<i64>> {
    let Some(search) = &filter.search else { return Ok(Vec::new()) };
    let mut statement = db.prepare_cached(
        "SELECT bloque, texto FROM contactos_bloques
         WHERE espacio = $1 AND propietario = $2 AND bloque >= coalesce(
             (SELECT max(bloque) FROM contactos_bloques
                 WHERE espacio = $1 AND propietario = $2 AND bloque <= $3), 0)
         ORDER BY bloque",
    )?;
    let blocks = statement.query(params![caller.workspace(), caller.user(), after])?;
    search::matches(blocks, search, filter.status, after, limit)
}

/// The ids among chosen contacts: each is looked up by its UUID.
fn chosen(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    contacts: &[Uuid],
    after: i64,
    limit: usize,
) -> Result<Vec<i64>> {
    let accounts: Option<HashSet<i64>> = match &filter.accounts {
        Some(accounts) => Some(account_ids(db, caller, accounts)?.into_iter().collect()),
        None => None,
    };
    // Which of them are wanted is looked up here: SQLite would go through all that are wanted for each contact.
    let mut associated = db.prepare_cached(
        "SELECT cuenta FROM contactos_cuentas
         WHERE espacio = $1 AND contacto = $2 AND fecha_eliminacion IS NULL",
    )?;
    let mut has_one_of = |id: i64, accounts: &HashSet<i64>| -> Result<bool> {
        let mut rows = associated.query(params![caller.workspace(), id])?;
        while let Some(row) = rows.next()? {
            if accounts.contains(&row.get(0)?) {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let mut statement = db.prepare_cached(
        "SELECT c.id, c.busqueda, c.fecha_inactivacion IS NULL AS activo
         FROM rarray($1) u CROSS JOIN contactos c ON c.espacio = $2 AND c.uuid = u.value
         WHERE c.propietario = $3 AND c.id > $4 AND c.fecha_eliminacion IS NULL ORDER BY c.id",
    )?;
    let mut rows = statement.query(params![uuids(contacts), caller.workspace(), caller.user(), after])?;
    let mut ids = Vec::new();
    while ids.len() < limit
        && let Some(row) = rows.next()?
    {
        let id: i64 = row.get("id")?;
        let passes = passes(filter, row)?
            && match &accounts {
                Some(accounts) => has_one_of(id, accounts)?,
                None => true,
            };
        if passes {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The ids among the contacts of some accounts: the first of each account, in one order.
fn associated(
    db: &Connection,
    caller: &Caller,
    filter: &Filter,
    accounts: &[Uuid],
    after: i64,
    limit: usize,
) -> Result<Vec<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT c.id, c.busqueda, c.fecha_inactivacion IS NULL AS activo
         FROM contactos_cuentas l CROSS JOIN contactos c ON c.espacio = l.espacio AND c.id = l.contacto
         WHERE l.espacio = $1 AND l.cuenta = $2 AND l.contacto > $3 AND l.fecha_eliminacion IS NULL
             AND c.propietario = $4 AND c.fecha_eliminacion IS NULL ORDER BY l.contacto",
    )?;
    let mut ids = BTreeSet::new();
    for account in account_ids(db, caller, accounts)? {
        let mut rows = statement.query(params![caller.workspace(), account, after, caller.user()])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get("id")?;
            if ids.len() == limit && ids.last().is_some_and(|last| id >= *last) {
                break;
            }
            if passes(filter, row)? {
                ids.insert(id);
                if ids.len() > limit {
                    ids.pop_last();
                }
            }
        }
    }
    Ok(ids.into_iter().collect())
}

/// Whether a row of (`busqueda`, `activo`) passes the search and the state.
fn passes(filter: &Filter, row: &Row<'_>) -> Result<bool> {
    let active = row.get("activo")?;
    Ok(filter.status.allows(active)
        && match &filter.search {
            Some(search) => search.finds(row.get_ref("busqueda")?.as_str()?),
            None => true,
        })
}

fn account_ids(db: &Connection, caller: &Caller, accounts: &[Uuid]) -> Result<Vec<i64>> {
    db.prepare_cached(
        "SELECT a.id FROM rarray($1) u CROSS JOIN cuentas a ON a.espacio = $2 AND a.uuid = u.value
         WHERE a.fecha_eliminacion IS NULL",
    )?
    .query_map(params![uuids(accounts), caller.workspace()], |row| row.get(0))?
    .collect()
}

/// Gives contacts their accounts, one after the other.
fn add_accounts(db: &Connection, caller: &Caller, contacts: &mut [Contact]) -> Result<()> {
    let mut statement = db.prepare_cached(sql::ACCOUNTS_OF_CONTACT)?;
    for contact in contacts {
        contact.accounts = statement
            .query_map(params![caller.workspace(), contact.id], |row| {
                Ok(AccountName { uuid: row.get(0)?, name: row.get(1)? })
            })?
            .collect::<Result<_>>()?;
    }
    Ok(())
}

pub(crate) fn get(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<Option<Contact>> {
    let contact = db
        .prepare_cached(sql::GET_CONTACT)?
        .query_row(params![caller.workspace(), caller.user(), uuid], Contact::read)
        .optional()?;
    let Some(mut contact) = contact else { return Ok(None) };
    add_accounts(db, caller, slice::from_mut(&mut contact))?;
    Ok(Some(contact))
}

pub(crate) fn create(db: &Connection, caller: &Caller, uuid: Uuid, details: &Details) -> Result<()> {
    let Details { first_name, last_name, email, phone } = details;
    db.prepare_cached(shared::CREATE_CONTACT)?
        .execute(params![
            uuid,
            caller.workspace(),
            caller.user(),
            first_name.as_str(),
            last_name.as_str(),
            email.as_ref().map(Email::as_str),
            phone.as_ref().map(Phone::as_str),
            fold_names(first_name.as_str(), last_name.as_str()),
        ])
        .map(drop)
}

pub(crate) fn update(
    db: &Connection,
    caller: &Caller,
    uuid: Uuid,
    update: &Update,
) -> Result<Option<Updated>> {
    let Update { first_name, last_name, email, phone } = update;
    let ((keep_email, email), (keep_phone, phone)) = (email.parts(), phone.parts());
    let (email, phone) = (email.map(Email::as_str), phone.map(Phone::as_str));
    db.prepare_cached(shared::UPDATE_CONTACT)?
        .query_row(
            params![
                first_name.as_str(),
                last_name.as_str(),
                fold_names(first_name.as_str(), last_name.as_str()),
                keep_email,
                email,
                keep_phone,
                phone,
                caller.workspace(),
                caller.user(),
                uuid,
            ],
            |row| Ok(Updated { email: row.get("email")?, phone: row.get("telefono")? }),
        )
        .optional()
}

pub(crate) fn delete(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::DELETE_CONTACT, caller, uuid)
}

pub(crate) fn inactivate(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::INACTIVATE_CONTACT, caller, uuid)
}

pub(crate) fn activate(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::ACTIVATE_CONTACT, caller, uuid)
}

/// Whoever's contact of the workspace it is.
pub(crate) fn erase(db: &Connection, caller: &Caller, uuid: Uuid) -> Result<Erasure> {
    let named = params![caller.workspace(), uuid];
    if db.prepare_cached(shared::ERASE_CONTACT)?.execute(named)? == 1 {
        return Ok(Erasure::Done);
    }
    let known = db.prepare_cached(shared::KNOWS_CONTACT)?.exists(named)?;
    Ok(if known { Erasure::NotDeleted } else { Erasure::NotFound })
}

fn change(db: &Connection, sql: &str, caller: &Caller, uuid: Uuid) -> Result<bool> {
    Ok(db.prepare_cached(sql)?.execute(params![caller.workspace(), caller.user(), uuid])? == 1)
}

/// Puts rows in one after the other. A row whose account or role can't be had leaves nothing behind.
pub(crate) fn import(db: &Connection, caller: &Caller, rows: &[Import]) -> Result<Vec<Imported>> {
    roles::create_workspace(db, caller)?;
    let roles = roles::by_name(db, caller)?;
    rows.iter().map(|row| import_row(db, caller, &roles, row)).collect()
}

/// Puts rows in and takes them back.
pub(crate) fn try_import(db: &Connection, caller: &Caller, rows: &[Import]) -> Result<Vec<Imported>> {
    db.execute_batch("SAVEPOINT prueba")?;
    // What fails is taken back by whoever called, or by SQLite already.
    let outcome = import(db, caller, rows)?;
    db.execute_batch("ROLLBACK TO prueba; RELEASE prueba")?;
    Ok(outcome)
}

fn import_row(
    db: &Connection,
    caller: &Caller,
    roles: &HashMap<String, i64>,
    row: &Import,
) -> Result<Imported> {
    let uuid = Uuid::now_v7();
    let Some(account) = &row.account else {
        create(db, caller, uuid, &row.details)?;
        return Ok(Imported::Done);
    };
    let role = match &row.role {
        Some(name) => roles.get(&fold(name.as_str())).copied(),
        None => roles::exists(db, caller, 1)?.then_some(1),
    };
    let Some(role) = role else { return Ok(Imported::UnknownRole) };
    let Some(account) = accounts::find_or_create(db, caller, account)? else {
        return Ok(Imported::InactiveAccount);
    };
    create(db, caller, uuid, &row.details)?;
    match associations::associate(db, caller, Pair { contact: uuid, account }, role)? {
        Associated::Done => Ok(Imported::Done),
        // Everything was there a moment ago, in this transaction; taking all of it back is the honest way out.
        _ => Err(rusqlite::Error::StatementChangedRows(0)),
    }
}
