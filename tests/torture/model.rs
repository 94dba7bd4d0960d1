//! One contact: what is asked of it, and what it answers.

/// What is asked of a contact. Who updates gives both names and the phone one number, which nobody else gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    Read,
    /// A list in which it is if it is active, or if it is inactive, or in any case.
    List(Option<bool>),
    Update {
        names: u32,
        email: Edit,
    },
    Inactivate,
    Activate,
    Delete,
}

/// What an update says of the email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Edit {
    Keep,
    Set(Option<u32>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Shown {
        names: u32,
        email: Option<u32>,
    },
    /// An update tells the email as it is afterwards.
    Updated(Option<u32>),
    Done,
    /// It is not there, or already as it was to become.
    Refused,
}

/// A call with the moments of its sending and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) call: Call,
    pub(crate) sent: u64,
    /// What the caller was told, and when; nothing if there was no answer, or one that does not say what happened.
    pub(crate) answer: Option<(Told, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Contact {
    pub(crate) names: u32,
    pub(crate) email: Option<u32>,
    pub(crate) inactive: bool,
    pub(crate) deleted: bool,
}

impl Contact {
    /// As it is made.
    pub(crate) fn new(names: u32) -> Self {
        Self { names, email: None, inactive: false, deleted: false }
    }

    /// What a call makes of it, and tells.
    pub(crate) fn after(mut self, call: Call) -> (Self, Told) {
        let listed = match call {
            Call::List(Some(active)) => active != self.inactive,
            Call::Inactivate => !self.inactive,
            Call::Activate => self.inactive,
            _ => true,
        };
        if self.deleted || !listed {
            return (self, Told::Refused);
        }
        let told = match call {
            Call::Read | Call::List(_) => Told::Shown { names: self.names, email: self.email },
            Call::Update { names, email } => {
                self.names = names;
                if let Edit::Set(email) = email {
                    self.email = email;
                }
                Told::Updated(self.email)
            }
            Call::Inactivate | Call::Activate => {
                self.inactive = call == Call::Inactivate;
                Told::Done
            }
            Call::Delete => {
                self.deleted = true;
                Told::Done
            }
        };
        (self, told)
    }
}
