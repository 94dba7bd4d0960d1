//! Associations in SQLite: links that every member of the workspace sees.

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use super::{roles, sql};
use crate::association::{Associated, Association, Changed, Pair, PairState, Side};
use crate::caller::Caller;
use crate::paging::{Page, PageRequest};

pub(crate) fn associate(db: &Connection, caller: &Caller, pair: Pair, role: i64) -> Result<Associated> {
    roles::create_workspace(db, caller)?;
    let made = db.prepare_cached(sql::ASSOCIATE)?.execute(params![
        caller.workspace(),
        pair.contact,
        pair.account,
        role
    ])?;
    Ok(state(db, caller, pair, made)?.associated())
}

pub(crate) fn dissociate(db: &Connection, caller: &Caller, pair: Pair) -> Result<Changed> {
    let done = db.prepare_cached(sql::DISSOCIATE)?.execute(params![
        caller.workspace(),
        pair.contact,
        pair.account
    ])?;
    Ok(state(db, caller, pair, done)?.changed())
}

pub(crate) fn change_role(db: &Connection, caller: &Caller, pair: Pair, role: i64) -> Result<Changed> {
    roles::create_workspace(db, caller)?;
    let done = db.prepare_cached(sql::CHANGE_ROLE)?.execute(params![
        role,
        caller.workspace(),
        pair.contact,
        pair.account
    ])?;
    Ok(state(db, caller, pair, done)?.changed())
}

/// What there is of a pair of which a statement changed so many rows. If it changed none and all the rest is there, it was
/// for the role.
fn state(db: &Connection, caller: &Caller, pair: Pair, changed: usize) -> Result<PairState> {
    if changed == 1 {
        return Ok(PairState { done: true, both: true, active_account: true, associated: true, role: true });
    }
    db.prepare_cached(sql::PAIR_STATE)?.query_row(
        params![caller.workspace(), pair.contact, pair.account],
        |row| {
            Ok(PairState {
                done: false,
                both: row.get("hay_contacto")? && row.get("hay_cuenta")?,
                active_account: row.get("cuenta_activa")?,
                associated: row.get("asociados")?,
                role: false,
            })
        },
    )
}

/// The associations of one side in the order in which they were made; nothing if the side is not in the workspace.
pub(crate) fn list(
    db: &Connection,
    caller: &Caller,
    side: Side,
    page: PageRequest,
) -> Result<Option<Page<Association>>> {
    let (find, list, uuid) = match side {
        Side::Contact(uuid) => (sql::CONTACT_ID, sql::LIST_ASSOCIATIONS_OF_CONTACT, uuid),
        Side::Account(uuid) => (sql::ACCOUNT_ID, sql::LIST_ASSOCIATIONS_OF_ACCOUNT, uuid),
    };
    let id: Option<i64> = db
        .prepare_cached(find)?
        .query_row(params![caller.workspace(), uuid], |row| row.get("id"))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    let rows = db
        .prepare_cached(list)?
        .query_map(params![caller.workspace(), id, page.after.id(), page.size + 1], association)?
        .collect::<Result<_>>()?;
    Ok(Some(Page::from_one_more(rows, page.size, |association: &Association| association.id)))
}

fn association(row: &Row<'_>) -> Result<Association> {
    Ok(Association {
        id: row.get("id")?,
        contact_uuid: row.get("contacto")?,
        first_name: row.get("nombre")?,
        last_name: row.get("apellido")?,
        account_uuid: row.get("cuenta")?,
        account_name: row.get("cuenta_nombre")?,
        rol_id: row.get("rol")?,
        rol_name: row.get("rol_nombre")?,
    })
}
