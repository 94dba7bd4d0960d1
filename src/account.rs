//! An account: a company that contacts are associated with. It belongs to the workspace. No I/O.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::search::Search;
use crate::status::Status;
use crate::text::Text;

/// An account's name: 1 to 100 characters.
pub type Name = Text<100>;

/// An account as the API shows it to every member of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Internal database id, counted over the whole database and never reused.
    pub id: i64,
    /// The identifier that callers use.
    pub uuid: Uuid,
    /// The name.
    pub name: String,
    /// Whether contacts may be associated with it.
    pub active: bool,
}

/// An account as its contacts and the `lite` list show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountName {
    /// The identifier that callers use.
    pub uuid: Uuid,
    /// The name.
    pub name: String,
}

/// Which of the workspace's accounts a list asks for: those that pass every filter. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these accounts.
    pub accounts: Option<Arc<[Uuid]>>,
    /// Only accounts whose name the search finds.
    pub search: Option<Arc<Search>>,
    /// Only accounts in this state.
    pub status: Status,
}
