//! What one looks for in a page, as a screen reader tells it: by role and name.

use std::fmt;

/// A thing in a page.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) roles: &'static [&'static str],
    pub(crate) name: String,
    /// Whether the name is only a part of that of the thing.
    pub(crate) is_part: bool,
    pub(crate) which: Which,
}

/// Which one is meant, where several are alike.
#[derive(Clone, Copy)]
pub(crate) enum Which {
    /// There may be but one.
    Only,
    First,
    Last,
}

impl Target {
    fn new(roles: &'static [&'static str], name: &str) -> Self {
        Self { roles, name: name.to_owned(), is_part: false, which: Which::Only }
    }

    pub(crate) fn first(self) -> Self {
        Self { which: Which::First, ..self }
    }

    pub(crate) fn last(self) -> Self {
        Self { which: Which::Last, ..self }
    }

    pub(crate) fn has_name(&self, name: &str) -> bool {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.is_part { name.contains(&self.name) } else { name == self.name }
    }

    /// The one that is meant, of those that were found.
    pub(crate) fn pick<'a, T>(&self, found: &'a [T]) -> Option<&'a T> {
        match (self.which, found) {
            (Which::Only, [only]) => Some(only),
            (Which::Only, _) => None,
            (Which::First, _) => found.first(),
            (Which::Last, _) => found.last(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = match self.which {
            Which::Only => "single",
            Which::First => "first",
            Which::Last => "last",
        };
        write!(f, "{which} {} {:?}", self.roles[0], self.name)
    }
}

pub(crate) fn button(name: &str) -> Target {
    Target::new(&["button", "menuitem", "tab"], name)
}

pub(crate) fn link(name: &str) -> Target {
    Target::new(&["link"], name)
}

/// What one types into.
pub(crate) fn field(name: &str) -> Target {
    Target::new(&["textbox", "searchbox", "combobox", "spinbutton"], name)
}

/// What one turns on and off.
pub(crate) fn choice(name: &str) -> Target {
    Target::new(&["checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"], name)
}

/// One of several to choose from.
pub(crate) fn option(name: &str) -> Target {
    Target::new(&["option", "menuitem", "radio"], name)
}

pub(crate) fn heading(name: &str) -> Target {
    Target::new(&["heading"], name)
}

pub(crate) fn dialog(name: &str) -> Target {
    Target::new(&["dialog", "alertdialog"], name)
}

pub(crate) fn progress(name: &str) -> Target {
    Target::new(&["progressbar"], name)
}

/// A row of a list that has this in it.
pub(crate) fn row(part: &str) -> Target {
    Target { is_part: true, ..Target::new(&["row", "listitem", "option"], part) }
}
