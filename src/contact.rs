//! A contact, what may be said of one, and which ones a list asks for. No I/O.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::account::{self, AccountName};
use crate::role;
use crate::search::Search;
use crate::status::Status;
use crate::text::{Invalid, Text};

/// A first or last name: 1 to 50 characters.
pub type Name = Text<50>;

/// A telephone number: at most 50 characters of any form.
pub type Phone = Text<50>;

/// An email address: at most 50 characters, something on both sides of one `@`, no blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(Text<{ Email::MAX }>);

impl Email {
    /// How many characters it may have.
    pub const MAX: usize = 50;

    /// The address, or nothing where the text is blank.
    pub fn optional(field: &str, raw: &str) -> Result<Option<Self>, Invalid> {
        let Some(text) = Text::optional(field, raw)? else { return Ok(None) };
        let two_sides = text
            .as_str()
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
        if !two_sides || text.as_str().contains(char::is_whitespace) {
            return Err(Invalid::new(field, "must be like name@example.com, with one @ and no blanks"));
        }
        Ok(Some(Self(text)))
    }

    /// The address itself.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A contact as the API shows it to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Internal database id, counted over the whole database and never reused.
    pub id: i64,
    /// The identifier that callers use.
    pub uuid: Uuid,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Email address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// The accounts that it is associated with, in the order of association; inactive ones too.
    pub accounts: Vec<AccountName>,
}

/// The least that tells contacts apart: a row of the `lite` list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactName {
    /// Internal database id: the row's place in the list.
    #[serde(skip)]
    pub id: i64,
    /// The identifier that callers use.
    pub uuid: Uuid,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// What a new contact is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// First name.
    pub first_name: Name,
    /// Last name.
    pub last_name: Name,
    /// Email address.
    pub email: Option<Email>,
    /// Telephone number.
    pub phone: Option<Phone>,
}

/// What an update says of an optional field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit<T> {
    /// The field was omitted and stays as it is.
    Keep,
    /// The field gets this value, or none.
    Set(Option<T>),
}

impl<T> Edit<T> {
    /// Whether the field stays as it is, and the value that it gets otherwise.
    pub fn parts(&self) -> (bool, Option<&T>) {
        match self {
            Self::Keep => (true, None),
            Self::Set(value) => (false, value.as_ref()),
        }
    }

    /// The value that a new contact gets.
    pub fn or_none(self) -> Option<T> {
        match self {
            Self::Keep => None,
            Self::Set(value) => value,
        }
    }
}

/// What an update changes. The names are required, as documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// First name.
    pub first_name: Name,
    /// Last name.
    pub last_name: Name,
    /// Email address.
    pub email: Edit<Email>,
    /// Telephone number.
    pub phone: Edit<Phone>,
}

/// What an update could not know from its request: the optional fields as they are afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// Email address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
}

/// Which of the caller's contacts a list asks for: those that pass every filter. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these contacts.
    pub contacts: Option<Arc<[Uuid]>>,
    /// Only contacts associated with at least one of these accounts.
    pub accounts: Option<Arc<[Uuid]>>,
    /// Only contacts whose names the search finds.
    pub search: Option<Arc<Search>>,
    /// Only contacts in this state.
    pub status: Status,
}

/// One row of an import: a contact, and the account to associate it with.
#[derive(Clone, Debug)]
pub struct Import {
    /// The new contact.
    pub details: Details,
    /// The account's name; it is made if the workspace has none of this name.
    pub account: Option<account::Name>,
    /// The role's name; the workspace's role 1 if none is given.
    pub role: Option<role::Name>,
}

/// What became of one row of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is in, with its association.
    Done,
    /// Its account is inactive; nothing of it is in.
    InactiveAccount,
    /// The workspace has no role of this name; nothing of it is in.
    UnknownRole,
}

/// What became of an attempt to take a person's data out of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// It is out.
    Done,
    /// The contact is not deleted.
    NotDeleted,
    /// The workspace has no such contact, and never had.
    NotFound,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_needs_one_at_with_something_on_both_sides() {
        let email = |raw| Email::optional("email", raw);
        assert!(email("a@b").unwrap().is_some());
        assert_eq!(email("  ").unwrap(), None);
        for raw in ["a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "@"] {
            assert!(email(raw).is_err(), "{raw}");
        }
    }
}
