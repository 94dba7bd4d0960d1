//! Who calls: the user and the workspace that a token names.

use std::fmt;
use std::sync::Arc;

/// The user of a workspace on whose behalf something is done.
///
/// Contacts belong to both; accounts, roles and links to the workspace alone. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    workspace: Arc<str>,
    user: Arc<str>,
}

impl Caller {
    /// The longest name of a user or a workspace, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// The caller, if both names have 1 to 255 bytes without a control character.
    pub fn new(workspace: &str, user: &str) -> Option<Self> {
        let fits = |name: &str| {
            (1..=Self::MAX_BYTES).contains(&name.len())
                && !name.trim().is_empty()
                && !name.contains(char::is_control)
        };
        (fits(workspace) && fits(user)).then(|| Self { workspace: workspace.into(), user: user.into() })
    }

    /// The workspace: `espacio` in the database.
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The user: `propietario` of the contacts that they made.
    pub fn user(&self) -> &str {
        &self.user
    }
}

/// Says nothing: user and workspace are often e-mail addresses, and logs hold no personal data.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller")
    }
}
