//! A role: what a contact is to an account. It belongs to the workspace. No I/O.

use serde::Serialize;

use crate::text::Text;

/// A role's name: 1 to 50 characters.
pub type Name = Text<50>;

/// The roles of a new workspace, whose ids are 1 to 5.
pub const DEFAULTS: [&str; 5] = ["Decisor", "Influenciador", "Usuario", "Compras", "Otro"];

/// A role as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Counted from 1 in each workspace and never reused.
    pub id: i64,
    /// The name.
    pub name: String,
}

/// What became of an attempt to delete a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is deleted.
    Done,
    /// The workspace has no such role.
    NotFound,
    /// An association that can be seen has it.
    InUse,
}
