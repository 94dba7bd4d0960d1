//! Associations in PostgreSQL: links that every member of the workspace sees.

use tokio_postgres::Row;

use super::{Error, Param, Postgres, Result, roles, sql};
use crate::association::{Associated, Association, Changed, Pair, PairState, Side};
use crate::caller::Caller;
use crate::paging::{Page, PageRequest};

pub(crate) async fn associate(db: &Postgres, caller: &Caller, pair: Pair, role: i64) -> Result<Associated> {
    let Pair { contact, account } = pair;
    let params: [Param<'_>; 4] = [&caller.workspace(), &contact, &account, &role];
    Ok(state(db, caller, sql::ASSOCIATE, &params).await?.associated())
}

pub(crate) async fn dissociate(db: &Postgres, caller: &Caller, pair: Pair) -> Result<Changed> {
    let Pair { contact, account } = pair;
    let params: [Param<'_>; 3] = [&caller.workspace(), &contact, &account];
    // There is no role to be missing.
    let state = PairState { role: true, ..state(db, caller, sql::DISSOCIATE, &params).await? };
    Ok(state.changed())
}

pub(crate) async fn change_role(db: &Postgres, caller: &Caller, pair: Pair, role: i64) -> Result<Changed> {
    let Pair { contact, account } = pair;
    let params: [Param<'_>; 4] = [&caller.workspace(), &contact, &account, &role];
    Ok(state(db, caller, sql::CHANGE_ROLE, &params).await?.changed())
}

/// Runs a statement on a pair, and says what it did; once more if the workspace had not had its roles before.
async fn state(db: &Postgres, caller: &Caller, sql: &str, params: &[Param<'_>]) -> Result<PairState> {
    let none = || Error::Failed("a statement that gives one row gave none".into());
    let mut row = db.row(sql, params).await?.ok_or_else(none)?;
    if !row.try_get::<_, bool>("hay_espacio")? {
        roles::create_workspace(db, caller).await?;
        row = db.row(sql, params).await?.ok_or_else(none)?;
    }
    Ok(PairState {
        done: row.try_get("hecho")?,
        both: row.try_get("ambos")?,
        active_account: row.try_get("activa")?,
        associated: row.try_get("asociados")?,
        role: row.try_get("hay_rol")?,
    })
}

/// The associations of one side in the order in which they were made; nothing if the side is not in the workspace.
pub(crate) async fn list(
    db: &Postgres,
    caller: &Caller,
    side: Side,
    page: PageRequest,
) -> Result<Option<Page<Association>>> {
    let (list, uuid) = match side {
        Side::Contact(uuid) => (sql::ASSOCIATIONS_OF_CONTACT, uuid),
        Side::Account(uuid) => (sql::ASSOCIATIONS_OF_ACCOUNT, uuid),
    };
    let limit = page.size as i64 + 1;
    let params: [Param<'_>; 4] = [&caller.workspace(), &uuid, &page.after.id(), &limit];
    let rows =
        if page.is_small() { db.read_shared(list, &params).await? } else { db.rows(list, &params).await? };
    if rows.is_empty() {
        return Ok(None);
    }
    let mut associations = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(id) = row.try_get("id")? {
            associations.push(association(id, row)?);
        }
    }
    Ok(Some(Page::from_one_more(associations, page.size, |association: &Association| association.id)))
}

fn association(id: i64, row: &Row) -> Result<Association> {
    Ok(Association {
        id,
        contact_uuid: row.try_get("contacto")?,
        first_name: row.try_get("nombre")?,
        last_name: row.try_get("apellido")?,
        account_uuid: row.try_get("cuenta")?,
        account_name: row.try_get("cuenta_nombre")?,
        rol_id: row.try_get("rol")?,
        rol_name: row.try_get("rol_nombre")?,
    })
}
