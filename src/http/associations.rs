//! Associations of contacts with accounts (API document, operation 8; the other calls follow its conventions).

use axum::extract::{Extension, State};
use axum::response::Response;

use super::Shared;
use super::answer::{done, listed};
use super::error::Error;
use super::json::{Json, Read, unknown_action};
use super::list::page_request;
use crate::association::{Associated, Changed, Pair, Side};
use crate::caller::Caller;
use crate::json::Object;
use crate::paging::PageRequest;
use crate::store;
use crate::text::Invalid;

impl Read for Pair {
    fn read(body: &Object) -> Result<Self, Invalid> {
        Ok(Self { contact: body.uuid("contact_uuid")?, account: body.uuid("account_uuid")? })
    }
}

/// A pair and the role that it is to have.
pub(super) struct PairAndRole(Pair, i64);

impl Read for PairAndRole {
    fn read(body: &Object) -> Result<Self, Invalid> {
        Ok(Self(Pair::read(body)?, body.id("rol_id")?))
    }
}

/// Operation 8.
pub(super) async fn associate(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(PairAndRole(pair, role)): Json<PairAndRole>,
) -> Result<Response, Error> {
    match app.store.associate(&caller, pair, role).await.map_err(Error::AssociationNotStored)? {
        Associated::Done => Ok(done("Contact associated to account successfully")),
        Associated::NotFound => Err(Error::ContactOrAccountNotFound),
        Associated::InactiveAccount => Err(Error::InactiveAccount),
        Associated::Exists => Err(Error::AssociationExists),
        Associated::UnknownRole => Err(Error::AssociationFailed),
    }
}

/// Takes an association back.
pub(super) async fn dissociate(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(pair): Json<Pair>,
) -> Result<Response, Error> {
    answer_change(app.store.dissociate(&caller, pair).await, "Contact dissociated from account successfully")
}

/// What is to be done with associations.
pub(super) enum Action {
    List(Side, PageRequest),
    ChangeRole(PairAndRole),
}

impl Read for Action {
    fn read(body: &Object) -> Result<Self, Invalid> {
        match body.string("action")? {
            Some("list") => Ok(Self::List(read_side(body)?, page_request(body)?)),
            Some("change-role") => PairAndRole::read(body).map(Self::ChangeRole),
            _ => Err(unknown_action("list or change-role")),
        }
    }
}

fn read_side(body: &Object) -> Result<Side, Invalid> {
    match (body.optional_uuid("contact_uuid")?, body.optional_uuid("account_uuid")?) {
        (Some(contact), None) => Ok(Side::Contact(contact)),
        (None, Some(account)) => Ok(Side::Account(account)),
        _ => Err(Invalid::new(
            "contact_uuid",
            "or account_uuid is required, and not both: a UUID of 36 characters",
        )),
    }
}

/// The list of a contact's or an account's associations, and the change of a role.
pub(super) async fn act(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Json(action): Json<Action>,
) -> Result<Response, Error> {
    match action {
        Action::List(side, page) => {
            let page = app.store.list_associations(&caller, side, page).await?;
            page.map(listed).ok_or(Error::ContactOrAccountNotFound)
        }
        Action::ChangeRole(PairAndRole(pair, role)) => answer_change(
            app.store.change_role(&caller, pair, role).await,
            "Association updated successfully",
        ),
    }
}

fn answer_change(outcome: Result<Changed, store::Error>, message: &str) -> Result<Response, Error> {
    match outcome? {
        Changed::Done => Ok(done(message)),
        Changed::NotFound => Err(Error::ContactOrAccountNotFound),
        Changed::NotAssociated => Err(Error::AssociationNotFound),
        Changed::UnknownRole => Err(Error::RoleNotFound),
    }
}
