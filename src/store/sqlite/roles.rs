//! Roles in SQLite. All of a workspace's roles are named by `espacio`.

use std::collections::HashMap;

use rusqlite::{Connection, Result, params};

use super::sql;
use crate::caller::Caller;
use crate::role::{DEFAULTS, Deletion, Name, Role};
use crate::search::fold;
use crate::store::sql as shared;

/// Makes the workspace with its first roles, unless it is there.
pub(crate) fn create_workspace(db: &Connection, caller: &Caller) -> Result<()> {
    let next = DEFAULTS.len() + 1;
    if db.prepare_cached(sql::CREATE_WORKSPACE)?.execute(params![caller.workspace(), next])? == 1 {
        let mut create = db.prepare_cached(sql::CREATE_ROLE)?;
        for (id, name) in (1_i64..).zip(DEFAULTS) {
            create.execute(params![caller.workspace(), id, name])?;
        }
    }
    Ok(())
}

/// The workspace's roles by id; nothing if the workspace has not been made.
pub(crate) fn list(db: &Connection, caller: &Caller) -> Result<Option<Vec<Role>>> {
    let exists: bool =
        db.prepare_cached(sql::WORKSPACE_EXISTS)?.query_row([caller.workspace()], |row| row.get(0))?;
    if !exists {
        return Ok(None);
    }
    db.prepare_cached(sql::LIST_ROLES)?
        .query_map([caller.workspace()], |row| Ok(Role { id: row.get("id")?, name: row.get("nombre")? }))?
        .collect::<Result<_>>()
        .map(Some)
}

pub(crate) fn create(db: &Connection, caller: &Caller, name: &Name) -> Result<i64> {
    create_workspace(db, caller)?;
    let id = db.prepare_cached(sql::NEXT_ROLE_ID)?.query_row([caller.workspace()], |row| row.get(0))?;
    db.prepare_cached(sql::CREATE_ROLE)?.execute(params![caller.workspace(), id, name.as_str()])?;
    Ok(id)
}

pub(crate) fn update(db: &Connection, caller: &Caller, id: i64, name: &Name) -> Result<bool> {
    create_workspace(db, caller)?;
    Ok(db.prepare_cached(shared::UPDATE_ROLE)?.execute(params![name.as_str(), caller.workspace(), id])? == 1)
}

pub(crate) fn delete(db: &Connection, caller: &Caller, id: i64) -> Result<Deletion> {
    create_workspace(db, caller)?;
    if db.prepare_cached(shared::DELETE_ROLE)?.execute(params![caller.workspace(), id])? == 1 {
        return Ok(Deletion::Done);
    }
    Ok(if exists(db, caller, id)? { Deletion::InUse } else { Deletion::NotFound })
}

pub(crate) fn exists(db: &Connection, caller: &Caller, id: i64) -> Result<bool> {
    db.prepare_cached(sql::ROLE_EXISTS)?.query_row(params![caller.workspace(), id], |row| row.get(0))
}

/// The oldest role of each name, folded.
pub(crate) fn by_name(db: &Connection, caller: &Caller) -> Result<HashMap<String, i64>> {
    let roles = list(db, caller)?.unwrap_or_default();
    // Of two of a name the last one put in stays.
    Ok(roles.into_iter().rev().map(|role| (fold(&role.name), role.id)).collect())
}
