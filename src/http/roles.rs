//! Roles: list, and the actions on one. The document has no such calls; they follow its conventions.

use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Serialize;

use super::Shared;
use super::answer::{SavedName, found, json};
use super::error::Error;
use super::json::{Json, Read, unknown_action};
use crate::caller::Caller;
use crate::json::Object;
use crate::role::{Deletion, Name};
use crate::text::Invalid;

/// A list asks for all roles.
pub(super) struct List;

impl Read for List {
    fn read(body: &Object) -> Result<Self, Invalid> {
        match body.string("action")? {
            None => Ok(Self),
            Some(_) => Err(unknown_action("absent")),
        }
    }
}

/// The workspace's roles by id.
pub(super) async fn list(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(List): Json<List>,
) -> Result<Response, Error> {
    Ok(found(app.store.list_roles(&caller).await?))
}

/// What is to be done with one role.
pub(super) enum Change {
    Create(Name),
    Update(i64, Name),
    Delete(i64),
}

impl Read for Change {
    fn read(body: &Object) -> Result<Self, Invalid> {
        match body.string("action")? {
            Some("create") => Ok(Self::Create(body.text("name")?)),
            Some("update") => Ok(Self::Update(body.id("id")?, body.text("name")?)),
            Some("delete") => Ok(Self::Delete(body.id("id")?)),
            _ => Err(unknown_action("create, update or delete")),
        }
    }
}

/// The actions on one role.
pub(super) async fn change(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(change): Json<Change>,
) -> Result<Response, Error> {
    let store = &app.store;
    match change {
        Change::Create(name) => {
            let data = SavedName::from(&name);
            let id = store.create_role(&caller, name).await?;
            Ok(answer("Role created successfully", id, Some(data)))
        }
        Change::Update(id, name) => {
            let data = SavedName::from(&name);
            let done = store.update_role(&caller, id, name).await?;
            done.then(|| answer("Role updated successfully", id, Some(data))).ok_or(Error::RoleNotFound)
        }
        Change::Delete(id) => match store.delete_role(&caller, id).await? {
            Deletion::Done => Ok(answer("Role deleted successfully", id, None)),
            Deletion::NotFound => Err(Error::RoleNotFound),
            Deletion::InUse => Err(Error::RoleInUse),
        },
    }
}

fn answer(message: &'static str, id: i64, data: Option<SavedName>) -> Response {
    #[derive(Serialize)]
    struct Body {
        code: u8,
        message: &'static str,
        id: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<SavedName>,
    }
    json(&Body { code: 0, message, id, data })
}
