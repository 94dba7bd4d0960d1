//! Accounts in PostgreSQL. All of a workspace's accounts are named by `espacio`.

use tokio_postgres::Row;
use uuid::Uuid;

use super::pages::{List, Wanted};
use super::{Postgres, Result};
use crate::account::{Account, Filter, Name};
use crate::caller::Caller;
use crate::paging::{Page, PageRequest};
use crate::search::fold;
use crate::store::sql as shared;

/// What a page reads of its accounts.
pub(super) const COLUMNS: &str = "t.id, t.uuid, t.nombre, t.fecha_inactivacion IS NULL AS activa";

pub(crate) async fn list(
    db: &Postgres,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Account>> {
    let wanted = Wanted {
        list: List::Accounts,
        caller,
        uuids: filter.accounts.as_deref(),
        accounts: None,
        search: filter.search.as_deref(),
        status: filter.status,
        page,
    };
    let rows = db.page(wanted, COLUMNS, "").await?;
    let rows = rows.iter().map(account).collect::<Result<_>>()?;
    Ok(Page::from_one_more(rows, page.size, |account: &Account| account.id))
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.try_get("id")?,
        uuid: row.try_get("uuid")?,
        name: row.try_get("nombre")?,
        active: row.try_get("activa")?,
    })
}

pub(crate) async fn get(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<Option<Account>> {
    let rows = db.read_shared(shared::GET_ACCOUNT, &[&caller.workspace(), &uuid]).await?;
    rows.first().map(account).transpose()
}

pub(crate) async fn create(db: &Postgres, caller: &Caller, uuid: Uuid, name: &Name) -> Result<()> {
    let name = name.as_str();
    db.execute(shared::CREATE_ACCOUNT, &[&uuid, &caller.workspace(), &name, &fold(name)]).await.map(drop)
}

pub(crate) async fn update(db: &Postgres, caller: &Caller, uuid: Uuid, name: &Name) -> Result<bool> {
    let name = name.as_str();
    Ok(db.execute(shared::UPDATE_ACCOUNT, &[&name, &fold(name), &caller.workspace(), &uuid]).await? == 1)
}

pub(crate) async fn delete(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::DELETE_ACCOUNT, caller, uuid).await
}

pub(crate) async fn inactivate(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::INACTIVATE_ACCOUNT, caller, uuid).await
}

pub(crate) async fn activate(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::ACTIVATE_ACCOUNT, caller, uuid).await
}

async fn change(db: &Postgres, sql: &str, caller: &Caller, uuid: Uuid) -> Result<bool> {
    Ok(db.execute(sql, &[&caller.workspace(), &uuid]).await? == 1)
}
