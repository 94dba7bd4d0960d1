//! Roles in PostgreSQL. All of a workspace's roles are named by `espacio`.

use super::{Error, Param, Postgres, Result, STATEMENT_LIMIT, sql};
use crate::caller::Caller;
use crate::role::{DEFAULTS, Deletion, Name, Role};
use crate::store::sql as shared;

/// Makes the workspace with its first roles, unless it is there.
pub(crate) async fn create_workspace(db: &Postgres, caller: &Caller) -> Result<()> {
    db.execute(sql::CREATE_WORKSPACE, &[&caller.workspace(), &DEFAULTS.as_slice()]).await.map(drop)
}

pub(crate) async fn list(db: &Postgres, caller: &Caller) -> Result<Vec<Role>> {
    let mut rows = db.read_shared(sql::LIST_ROLES, &[&caller.workspace()]).await?;
    if rows.is_empty() {
        create_workspace(db, caller).await?;
        rows = db.read_shared(sql::LIST_ROLES, &[&caller.workspace()]).await?;
    }
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(id) = row.try_get("id")? {
            roles.push(Role { id, name: row.try_get("nombre")? });
        }
    }
    Ok(roles)
}

pub(crate) async fn create(db: &Postgres, caller: &Caller, name: &Name) -> Result<i64> {
    let params: [Param<'_>; 2] = [&caller.workspace(), &name.as_str()];
    let mut made = db.row(sql::CREATE_ROLE, &params).await?;
    if made.is_none() {
        create_workspace(db, caller).await?;
        made = db.row(sql::CREATE_ROLE, &params).await?;
    }
    match made {
        Some(row) => Ok(row.try_get("id")?),
        None => Err(Error::Failed("a workspace that was made is not there".into())),
    }
}

pub(crate) async fn update(db: &Postgres, caller: &Caller, id: i64, name: &Name) -> Result<bool> {
    let params: [Param<'_>; 3] = [&name.as_str(), &caller.workspace(), &id];
    let mut changed = db.execute(shared::UPDATE_ROLE, &params).await?;
    if changed == 0 {
        // The roles of a workspace that is new are there with it.
        create_workspace(db, caller).await?;
        changed = db.execute(shared::UPDATE_ROLE, &params).await?;
    }
    Ok(changed == 1)
}

pub(crate) async fn delete(db: &Postgres, caller: &Caller, id: i64) -> Result<Deletion> {
    create_workspace(db, caller).await?;
    let mut tries = 0;
    loop {
        let mut connection = db.connection().await?;
        // Whoever gives the role to an association has it locked, or the workspace, if it is an import. What they made is
        // seen once both locks are ours.
        let work = async {
            let transaction = connection.transaction().await?;
            let lock = transaction.prepare_cached(sql::LOCK_WORKSPACE).await?;
            transaction.execute(&lock, &[&caller.workspace()]).await?;
            let lock = transaction.prepare_cached(sql::LOCK_ROLE).await?;
            if transaction.query_opt(&lock, &[&caller.workspace(), &id]).await?.is_none() {
                return Ok(Deletion::NotFound);
            }
            let delete = transaction.prepare_cached(shared::DELETE_ROLE).await?;
            let deleted = transaction.execute(&delete, &[&caller.workspace(), &id]).await?;
            transaction.commit().await?;
            Ok(if deleted == 1 { Deletion::Done } else { Deletion::InUse })
        };
        let told = db.unless_lost(STATEMENT_LIMIT, work).await;
        if let Some(result) = db.settle(connection, told, &mut tries) {
            return result;
        }
    }
}
