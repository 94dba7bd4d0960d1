//! An association: a contact's link to an account, with one role. It belongs to the workspace. No I/O.

use serde::Serialize;
use uuid::Uuid;

/// A contact and an account of the caller's workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The contact, whoever of the workspace made it.
    pub contact: Uuid,
    /// The account.
    pub account: Uuid,
}

/// An association as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Association {
    /// Its place in the list.
    #[serde(skip)]
    pub id: i64,
    /// The contact.
    pub contact_uuid: Uuid,
    /// The contact's first name.
    pub first_name: String,
    /// The contact's last name.
    pub last_name: String,
    /// The account.
    pub account_uuid: Uuid,
    /// The account's name.
    pub account_name: String,
    /// The role's id.
    pub rol_id: i64,
    /// The role's name.
    pub rol_name: String,
}

/// Whose associations a list asks for.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// Those of a contact.
    Contact(Uuid),
    /// Those of an account.
    Account(Uuid),
}

/// What became of an attempt to associate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Associated {
    /// The association is made.
    Done,
    /// The contact or the account is not in the workspace.
    NotFound,
    /// The account is inactive.
    InactiveAccount,
    /// The two are associated already.
    Exists,
    /// The workspace has no such role.
    UnknownRole,
}

/// What became of an attempt to change an association or to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// The contact or the account is not in the workspace.
    NotFound,
    /// The two are not associated.
    NotAssociated,
    /// The workspace has no such role.
    UnknownRole,
}
