//! Contacts: list, get, and the actions on one (API document, operations 1 to 7).

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Serialize;
use uuid::Uuid;

use super::Shared;
use super::answer::{changed, found, listed, saved};
use super::error::Error;
use super::json::{Json, Lookup, Read, unknown_action};
use super::list::{self, page_request, read_lite, read_search, read_status};
use crate::account::AccountName;
use crate::caller::Caller;
use crate::contact::{Contact, Details, Email, Filter, Phone, Update};
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
            contacts: filters.uuids("contacts")?.map(Arc::from),
            accounts: filters.uuids("accounts")?.map(Arc::from),
            search: read_search(&filters)?,
            status: read_status(&filters)?,
        };
        Ok(Self { lite, filter, page: page_request(&filters)? })
    }
}

/// A contact as the list shows it, and with its `id` as get does.
#[derive(Serialize)]
struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    uuid: Uuid,
    first_name: String,
    last_name: String,
    email: Option<String>,
    phone: Option<String>,
    associated_accounts: Vec<AccountName>,
}

impl Row {
    fn with_id(contact: Contact) -> Self {
        Self { id: Some(contact.id), ..Self::without_id(contact) }
    }

    fn without_id(contact: Contact) -> Self {
        let Contact { id: _, uuid, first_name, last_name, email, phone, accounts } = contact;
        Self { id: None, uuid, first_name, last_name, email, phone, associated_accounts: accounts }
    }
}

/// Operation 1.
pub(super) async fn list(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(List { lite, filter, page }): Json<List>,
) -> Result<Response, Error> {
    if lite {
        return list::lite(move |page| {
            let (app, caller, filter) = (app.clone(), caller.clone(), filter.clone());
            async move { app.store.list_contact_names(&caller, &filter, page).await }
        })
        .await;
    }
    Ok(app.store.list_contacts(&caller, &filter, page, |page| listed(page.map(Row::without_id))).await?)
}

/// Operation 2.
pub(super) async fn get(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Lookup(uuid): Lookup,
) -> Result<Response, Error> {
    answer_get(&app.store, &caller, uuid).await
}

async fn answer_get(store: &Store, caller: &Caller, uuid: Uuid) -> Result<Response, Error> {
    store
        .get_contact(caller, uuid, |contact| found(Row::with_id(contact)))
        .await?
        .ok_or(Error::ContactNotFound)
}

/// What is to be done with one contact.
pub(super) enum Change {
    Get(Uuid),
    Create(Details),
    Update(Uuid, Update),
    Delete(Uuid),
    Inactivate(Uuid),
    Activate(Uuid),
}

impl Read for Change {
    fn read(body: &Object) -> Result<Self, Invalid> {
        match body.string("action")? {
            Some("get") => Ok(Self::Get(body.uuid("uuid")?)),
            Some("create") => Ok(Self::Create(read_details(body)?)),
            Some("update") => Ok(Self::Update(body.uuid("uuid")?, read_update(body)?)),
            Some("delete") => Ok(Self::Delete(body.uuid("uuid")?)),
            Some("inactivate") => Ok(Self::Inactivate(body.uuid("uuid")?)),
            Some("activate") => Ok(Self::Activate(body.uuid("uuid")?)),
            _ => Err(unknown_action("create, update, delete, inactivate, activate or get")),
        }
    }
}

fn read_details(body: &Object) -> Result<Details, Invalid> {
    let Update { first_name, last_name, email, phone } = read_update(body)?;
    Ok(Details { first_name, last_name, email: email.or_none(), phone: phone.or_none() })
}

fn read_update(body: &Object) -> Result<Update, Invalid> {
    Ok(Update {
        first_name: body.text("first_name")?,
        last_name: body.text("last_name")?,
        email: body.edit("email", Email::optional)?,
        phone: body.edit("phone", Phone::optional)?,
    })
}

/// What a contact says of itself, as it was saved.
#[derive(Serialize)]
struct SavedDetails {
    first_name: String,
    last_name: String,
    email: Option<String>,
    phone: Option<String>,
}

/// Operations 3 to 7, and operation 2 for callers that can't send a GET with a body.
pub(super) async fn change(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(change): Json<Change>,
) -> Result<Response, Error> {
    let store = &app.store;
    match change {
        Change::Get(uuid) => answer_get(store, &caller, uuid).await,
        Change::Create(details) => create(store, &caller, details).await,
        Change::Update(uuid, update) => update_one(store, &caller, uuid, update).await,
        Change::Delete(uuid) => {
            let done = store.delete_contact(&caller, uuid).await?;
            done.then(|| changed("Contact deleted successfully", uuid)).ok_or(Error::ContactNotFound)
        }
        Change::Inactivate(uuid) => {
            let done = store.inactivate_contact(&caller, uuid).await?;
            done.then(|| changed("Contact inactivated successfully", uuid))
                .ok_or(Error::ContactNotFoundOrInactive)
        }
        Change::Activate(uuid) => {
            let done = store.activate_contact(&caller, uuid).await?;
            done.then(|| changed("Contact activated successfully", uuid))
                .ok_or(Error::ContactNotFoundOrActive)
        }
    }
}

async fn create(store: &Store, caller: &Caller, details: Details) -> Result<Response, Error> {
    let data = SavedDetails {
        first_name: details.first_name.as_str().to_owned(),
        last_name: details.last_name.as_str().to_owned(),
        email: details.email.as_ref().map(|email| email.as_str().to_owned()),
        phone: details.phone.as_ref().map(|phone| phone.as_str().to_owned()),
    };
    let uuid = store.create_contact(caller, details).await?;
    Ok(saved("Contact created successfully", uuid, data))
}

async fn update_one(store: &Store, caller: &Caller, uuid: Uuid, update: Update) -> Result<Response, Error> {
    let (first_name, last_name) =
        (update.first_name.as_str().to_owned(), update.last_name.as_str().to_owned());
    let updated = store.update_contact(caller, uuid, update).await?.ok_or(Error::ContactNotFound)?;
    let data = SavedDetails { first_name, last_name, email: updated.email, phone: updated.phone };
    Ok(saved("Contact updated successfully", uuid, data))
}
