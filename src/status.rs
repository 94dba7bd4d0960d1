//! Which states a list asks for. No I/O.

/// Which states a list asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Active and inactive ones, so that a caller finds what to activate.
    #[default]
    All,
    /// Those that are not inactivated.
    Active,
    /// Those that are inactivated.
    Inactive,
}

impl Status {
    /// Whether something in this state is asked for.
    pub fn allows(self, active: bool) -> bool {
        match self {
            Self::All => true,
            Self::Active => active,
            Self::Inactive => !active,
        }
    }
}
