//! Accounts: list, get, and the actions on one. The document has no such calls; they follow its conventions.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Serialize;
use uuid::Uuid;

use super::Shared;
use super::answer::{SavedName, changed, found, listed, saved};
use super::error::Error;
use super::json::{Json, Lookup, Read, unknown_action};
use super::list::{self, page_request, read_lite, read_search, read_status};
use crate::account::{Account, AccountName, Filter, Name};
use crate::caller::Caller;
use crate::json::Object;
use crate::paging::PageRequest;
use crate::store::Store;
use crate::text::Invalid;

/// What a list asks for.
pub(super) struct List {
    lite: bool,
    filter: Filter,
    page: PageRequest,
}

impl Read for List {
    fn read(body: &Object) -> Result<Self, Invalid> {
        let lite = read_lite(body)?;
        let filters = body.object("filters")?;
        let filter = Filter {
            accounts: filters.uuids("accounts")?.map(Arc::from),
            search: read_search(&filters)?,
            status: read_status(&filters)?,
        };
        Ok(Self { lite, filter, page: page_request(&filters)? })
    }
}

/// An account as the list shows it, and with its `id` as get does.
#[derive(Serialize)]
struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    uuid: Uuid,
    name: String,
    active: bool,
}

impl Row {
    fn with_id(account: Account) -> Self {
        Self { id: Some(account.id), ..Self::without_id(account) }
    }

    fn without_id(Account { id: _, uuid, name, active }: Account) -> Self {
        Self { id: None, uuid, name, active }
    }
}

/// A page of the workspace's accounts, or the `lite` list of all.
pub(super) async fn list(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(List { lite, filter, page }): Json<List>,
) -> Result<Response, Error> {
    if lite {
        return list::lite(move |page| {
            let (app, caller, filter) = (app.clone(), caller.clone(), filter.clone());
            let name = |Account { uuid, name, .. }| AccountName { uuid, name };
            async move { Ok(app.store.list_accounts(&caller, &filter, page).await?.map(name)) }
        })
        .await;
    }
    Ok(listed(app.store.list_accounts(&caller, &filter, page).await?.map(Row::without_id)))
}

/// One account.
pub(super) async fn get(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Lookup(uuid): Lookup,
) -> Result<Response, Error> {
    answer_get(&app.store, &caller, uuid).await
}

async fn answer_get(store: &Store, caller: &Caller, uuid: Uuid) -> Result<Response, Error> {
    let account = store.get_account(caller, uuid).await?.ok_or(Error::AccountNotFound)?;
    Ok(found(Row::with_id(account)))
}

/// What is to be done with one account.
pub(super) enum Change {
    Get(Uuid),
    Create(Name),
    Update(Uuid, Name),
    Delete(Uuid),
    Inactivate(Uuid),
    Activate(Uuid),
}

impl Read for Change {
    fn read(body: &Object) -> Result<Self, Invalid> {
        match body.string("action")? {
            Some("get") => Ok(Self::Get(body.uuid("uuid")?)),
            Some("create") => Ok(Self::Create(body.text("name")?)),
            Some("update") => Ok(Self::Update(body.uuid("uuid")?, body.text("name")?)),
            Some("delete") => Ok(Self::Delete(body.uuid("uuid")?)),
            Some("inactivate") => Ok(Self::Inactivate(body.uuid("uuid")?)),
            Some("activate") => Ok(Self::Activate(body.uuid("uuid")?)),
            _ => Err(unknown_action("create, update, delete, inactivate, activate or get")),
        }
    }
}

/// The actions on one account.
pub(super) async fn change(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(change): Json<Change>,
) -> Result<Response, Error> {
    let store = &app.store;
    match change {
        Change::Get(uuid) => answer_get(store, &caller, uuid).await,
        Change::Create(name) => {
            let data = SavedName::from(&name);
            let uuid = store.create_account(&caller, name).await?;
            Ok(saved("Account created successfully", uuid, data))
        }
        Change::Update(uuid, name) => {
            let data = SavedName::from(&name);
            let done = store.update_account(&caller, uuid, name).await?;
            done.then(|| saved("Account updated successfully", uuid, data)).ok_or(Error::AccountNotFound)
        }
        Change::Delete(uuid) => {
            let done = store.delete_account(&caller, uuid).await?;
            done.then(|| changed("Account deleted successfully", uuid)).ok_or(Error::AccountNotFound)
        }
        Change::Inactivate(uuid) => {
            let done = store.inactivate_account(&caller, uuid).await?;
            done.then(|| changed("Account inactivated successfully", uuid))
                .ok_or(Error::AccountNotFoundOrInactive)
        }
        Change::Activate(uuid) => {
            let done = store.activate_account(&caller, uuid).await?;
            done.then(|| changed("Account activated successfully", uuid))
                .ok_or(Error::AccountNotFoundOrActive)
        }
    }
}
