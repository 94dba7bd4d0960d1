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

/// What there is of a pair at one moment, and whether what was asked for was done: one place decides what that means.
#[derive(Clone, Copy, Debug)]
pub struct PairState {
    /// It was done.
    pub done: bool,
    /// The contact and the account are both in the workspace.
    pub both: bool,
    /// The account is active.
    pub active_account: bool,
    /// The two are associated already.
    pub associated: bool,
    /// The workspace has the role.
    pub role: bool,
}

impl PairState {
    /// What became of an attempt to associate, in the order in which the reasons are looked at.
    pub fn associated(self) -> Associated {
        match self {
            Self { done: true, .. } => Associated::Done,
            Self { both: false, .. } => Associated::NotFound,
            Self { active_account: false, .. } => Associated::InactiveAccount,
            Self { associated: false, role: false, .. } => Associated::UnknownRole,
            // Where nothing stood in the way, somebody else associated the two at the same time.
            _ => Associated::Exists,
        }
    }

    /// What became of an attempt to change an association or to take it back.
    pub fn changed(self) -> Changed {
        match self {
            Self { done: true, .. } => Changed::Done,
            Self { both: false, .. } => Changed::NotFound,
            Self { associated: true, role: false, .. } => Changed::UnknownRole,
            // Where nothing stood in the way, somebody else took the association back at the same time.
            _ => Changed::NotAssociated,
        }
    }
}
