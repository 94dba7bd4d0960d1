//! Random sequences of calls, compared answer by answer with a plain model of the rules.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contacts::http::Limits;
use contacts::token::Verifier;
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::support::*;

/// Names with the letters that folding is about, and what they fold to, written down rather than computed.
const NAMES: [(&str, &str); 8] = [
    ("Ana", "ana"),
    ("José", "jose"),
    ("NÚÑEZ", "nuñez"),
    ("Nunez", "nunez"),
    ("Íñigo", "iñigo"),
    ("Weiß", "weiss"),
    ("ana  maría", "ana maria"),
    ("Łoś", "los"),
];
const TERMS: [(&str, &[&str]); 8] = [
    ("a", &["a"]),
    ("JOSE", &["jose"]),
    ("nunez", &["nunez"]),
    ("ñ", &["ñ"]),
    ("Nuñ ana", &["nuñ", "ana"]),
    ("ss", &["ss"]),
    ("los i", &["los", "i"]),
    ("zz", &["zz"]),
];
const EMAILS: [Option<&str>; 3] = [None, Some("ana@example.com"), Some("j@x")];
const CALLERS: [(&str, &str); 3] = [("ana", "demo"), ("eva", "demo"), ("ana", "other")];
const FIRST_ROLES: [&str; 5] = ["Decisor", "Influenciador", "Usuario", "Compras", "Otro"];

/// A call. Contacts and accounts are told by the order in which they were made; some numbers are beyond the last.
#[derive(Clone, Debug)]
enum Call {
    Create {
        first: usize,
        last: usize,
        email: usize,
    },
    /// `None` leaves the email out.
    Update {
        contact: usize,
        first: usize,
        last: usize,
        email: Option<usize>,
    },
    Act {
        contact: usize,
        action: usize,
    },
    Get {
        contact: usize,
    },
    List {
        search: Option<usize>,
        status: usize,
        accounts: Vec<usize>,
        contacts: Vec<usize>,
        page_size: usize,
    },
    Lite {
        search: Option<usize>,
    },
    CreateAccount {
        name: usize,
    },
    RenameAccount {
        account: usize,
        name: usize,
    },
    ActAccount {
        account: usize,
        action: usize,
    },
    GetAccount {
        account: usize,
    },
    ListAccounts {
        search: Option<usize>,
        status: usize,
        page_size: usize,
    },
    Associate {
        contact: usize,
        account: usize,
        role: i64,
    },
    Dissociate {
        contact: usize,
        account: usize,
    },
    ChangeRole {
        contact: usize,
        account: usize,
        role: i64,
    },
    ListAssociations {
        contact: Option<usize>,
        account: usize,
    },
    CreateRole,
    RenameRole {
        role: i64,
    },
    DeleteRole {
        role: i64,
    },
    ListRoles,
}

const ACTIONS: [(&str, &str); 3] = [("inactivate", "inactive"), ("activate", "active"), ("delete", "")];
const STATUS: [&str; 3] = ["all", "active", "inactive"];

fn call() -> impl Strategy<Value = (usize, Call)> {
    let contact = || 0..8_usize;
    let account = || 0..5_usize;
    let role = || 1..9_i64;
    let search = || proptest::option::of(0..TERMS.len());
    let names = || (0..NAMES.len(), 0..NAMES.len());
    let few = |numbers: std::ops::Range<usize>| proptest::collection::vec(numbers, 0..3);
    let calls: Vec<(u32, BoxedStrategy<Call>)> = vec![
        (
            6,
            (names(), 0..EMAILS.len())
                .prop_map(|((first, last), email)| Call::Create { first, last, email })
                .boxed(),
        ),
        (
            3,
            (contact(), names(), proptest::option::of(0..EMAILS.len()))
                .prop_map(|(contact, (first, last), email)| Call::Update { contact, first, last, email })
                .boxed(),
        ),
        (
            5,
            (contact(), 0..ACTIONS.len()).prop_map(|(contact, action)| Call::Act { contact, action }).boxed(),
        ),
        (3, contact().prop_map(|contact| Call::Get { contact }).boxed()),
        (
            6,
            (search(), 0..STATUS.len(), few(account()), few(contact()), 1..5_usize)
                .prop_map(|(search, status, accounts, contacts, page_size)| Call::List {
                    search,
                    status,
                    accounts,
                    contacts,
                    page_size,
                })
                .boxed(),
        ),
        (2, search().prop_map(|search| Call::Lite { search }).boxed()),
        (4, (0..NAMES.len()).prop_map(|name| Call::CreateAccount { name }).boxed()),
        (
            1,
            (account(), 0..NAMES.len())
                .prop_map(|(account, name)| Call::RenameAccount { account, name })
                .boxed(),
        ),
        (
            3,
            (account(), 0..ACTIONS.len())
                .prop_map(|(account, action)| Call::ActAccount { account, action })
                .boxed(),
        ),
        (1, account().prop_map(|account| Call::GetAccount { account }).boxed()),
        (
            2,
            (search(), 0..STATUS.len(), 1..4_usize)
                .prop_map(|(search, status, page_size)| Call::ListAccounts { search, status, page_size })
                .boxed(),
        ),
        (
            8,
            (contact(), account(), role())
                .prop_map(|(contact, account, role)| Call::Associate { contact, account, role })
                .boxed(),
        ),
        (
            2,
            (contact(), account())
                .prop_map(|(contact, account)| Call::Dissociate { contact, account })
                .boxed(),
        ),
        (
            2,
            (contact(), account(), role())
                .prop_map(|(contact, account, role)| Call::ChangeRole { contact, account, role })
                .boxed(),
        ),
        (
            2,
            (proptest::option::of(contact()), account())
                .prop_map(|(contact, account)| Call::ListAssociations { contact, account })
                .boxed(),
        ),
        (1, Just(Call::CreateRole).boxed()),
        (1, role().prop_map(|role| Call::RenameRole { role }).boxed()),
        (2, role().prop_map(|role| Call::DeleteRole { role }).boxed()),
        (1, Just(Call::ListRoles).boxed()),
    ];
    let calls = Union::new_weighted(calls);
    // Mostly one caller, so that a sequence gets somewhere.
    (prop_oneof![6 => Just(0_usize), 2 => Just(1), 1 => Just(2)], calls)
}

/// Something with a state that callers change.
#[derive(Clone, Copy, Default, PartialEq)]
struct State {
    inactive: bool,
    deleted: bool,
}

impl State {
    /// Carries out an action of [`ACTIONS`], if it may be.
    fn act(&mut self, action: usize) -> bool {
        let possible = !self.deleted && [!self.inactive, self.inactive, true][action];
        if possible {
            match action {
                0 => self.inactive = true,
                1 => self.inactive = false,
                _ => self.deleted = true,
            }
        }
        possible
    }

    fn passes(self, status: usize) -> bool {
        !self.deleted && [true, !self.inactive, self.inactive][status]
    }
}

struct Contact {
    uuid: String,
    owner: usize,
    names: (usize, usize),
    email: Option<&'static str>,
    state: State,
}

struct Account {
    uuid: String,
    workspace: &'static str,
    name: usize,
    state: State,
}

struct Link {
    contact: usize,
    account: usize,
    role: i64,
}

/// The rules, without a database.
#[derive(Default)]
struct Model {
    contacts: Vec<Contact>,
    accounts: Vec<Account>,
    links: Vec<Link>,
    /// By workspace: the names by id, and the last id.
    roles: BTreeMap<&'static str, (BTreeMap<i64, String>, i64)>,
}

fn workspace(caller: usize) -> &'static str {
    CALLERS[caller].1
}

/// Whether a folded text holds a word: an `n` finds an `ñ`, an `ñ` only itself.
fn holds(text: &str, word: &str) -> bool {
    let (text, word): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    text.windows(word.len())
        .any(|part| part.iter().zip(&word).all(|(t, w)| t == w || (*w == 'n' && *t == 'ñ')))
}

fn found(search: Option<usize>, texts: &[&str]) -> bool {
    search.is_none_or(|term| TERMS[term].1.iter().all(|word| texts.iter().any(|text| holds(text, word))))
}

/// The rows of a first page, and the cursor of the next: ids count from 1 in the order of creation.
fn page(rows: Vec<(usize, Value)>, size: usize) -> (Vec<Value>, Value) {
    let last = rows.get(size - 1).filter(|_| rows.len() > size).map(|(number, _)| number + 1);
    let next = last.map_or(Value::Null, |id| STANDARD.encode(id.to_string()).into());
    (rows.into_iter().take(size).map(|(_, row)| row).collect(), next)
}

impl Model {
    fn contact(&self, caller: usize, number: usize) -> Option<&Contact> {
        self.contacts.get(number).filter(|contact| contact.owner == caller && !contact.state.deleted)
    }

    fn account(&self, caller: usize, number: usize) -> Option<&Account> {
        let account = self.accounts.get(number)?;
        (account.workspace == workspace(caller) && !account.state.deleted).then_some(account)
    }

    fn contact_uuid(&self, number: usize) -> String {
        self.contacts.get(number).map_or(UNKNOWN.into(), |contact| contact.uuid.clone())
    }

    fn account_uuid(&self, number: usize) -> String {
        self.accounts.get(number).map_or(UNKNOWN.into(), |account| account.uuid.clone())
    }

    fn roles(&mut self, caller: usize) -> &mut (BTreeMap<i64, String>, i64) {
        self.roles
            .entry(workspace(caller))
            .or_insert_with(|| ((1..).zip(FIRST_ROLES.map(String::from)).collect(), 5))
    }

    /// Whether a member of the workspace sees both sides.
    fn sees_pair(&self, caller: usize, contact: usize, account: usize) -> bool {
        let contact = self.contacts.get(contact);
        contact.is_some_and(|contact| workspace(contact.owner) == workspace(caller) && !contact.state.deleted)
            && self.account(caller, account).is_some()
    }

    fn link(&self, contact: usize, account: usize) -> Option<usize> {
        self.links.iter().position(|link| (link.contact, link.account) == (contact, account))
    }

    fn row(&self, number: usize) -> Value {
        let contact = &self.contacts[number];
        let accounts: Vec<Value> = self
            .links
            .iter()
            .filter(|link| link.contact == number && !self.accounts[link.account].state.deleted)
            .map(|link| &self.accounts[link.account])
            .map(|account| json!({ "uuid": account.uuid, "name": NAMES[account.name].0 }))
            .collect();
        json!({
            "uuid": contact.uuid,
            "first_name": NAMES[contact.names.0].0,
            "last_name": NAMES[contact.names.1].0,
            "email": contact.email,
            "phone": null,
            "associated_accounts": accounts,
        })
    }

    fn matches(&self, caller: usize, search: Option<usize>, status: usize) -> Vec<(usize, Value)> {
        (0..self.contacts.len())
            .filter(|number| {
                self.contact(caller, *number).is_some_and(|contact| {
                    let (first, last) = contact.names;
                    contact.state.passes(status) && found(search, &[NAMES[first].1, NAMES[last].1])
                })
            })
            .map(|number| (number, self.row(number)))
            .collect()
    }

    /// What the service must answer. UUIDs and ids of what it makes are taken from its answer.
    fn expect(&mut self, caller: usize, call: &Call, answer: &Answer) -> Answer {
        let made = || answer.1["uuid"].as_str().unwrap_or_default().to_owned();
        match *call {
            Call::Create { first, last, email } => {
                let (uuid, email) = (made(), EMAILS[email]);
                let state = State::default();
                self.contacts.push(Contact {
                    uuid: uuid.clone(),
                    owner: caller,
                    names: (first, last),
                    email,
                    state,
                });
                let data = json!({
                    "first_name": NAMES[first].0, "last_name": NAMES[last].0, "email": email, "phone": null
                });
                ok(json!({ "message": "Contact created successfully", "uuid": uuid, "data": data }))
            }
            Call::Update { contact: number, first, last, email } => {
                if self.contact(caller, number).is_none() {
                    return refused(4, "Contact not found");
                }
                let contact = &mut self.contacts[number];
                contact.names = (first, last);
                if let Some(email) = email {
                    contact.email = EMAILS[email];
                }
                let data = json!({
                    "first_name": NAMES[first].0, "last_name": NAMES[last].0, "email": contact.email, "phone": null
                });
                ok(json!({ "message": "Contact updated successfully", "uuid": contact.uuid, "data": data }))
            }
            Call::Act { contact: number, action } => {
                let visible = self.contact(caller, number).is_some();
                if visible && self.contacts[number].state.act(action) {
                    let message = format!("Contact {}d successfully", ACTIONS[action].0);
                    return ok(json!({ "message": message, "uuid": self.contacts[number].uuid }));
                }
                refused(4, &not_found("Contact", action))
            }
            Call::Get { contact: number } => match self.contact(caller, number) {
                None => refused(4, "Contact not found"),
                Some(_) => {
                    let mut data = self.row(number);
                    data["id"] = (number + 1).into();
                    ok(json!({ "data": data }))
                }
            },
            Call::List { search, status, ref accounts, ref contacts, page_size } => {
                let mut rows = self.matches(caller, search, status);
                rows.retain(|(number, _)| {
                    let linked = |account: &usize| {
                        self.account(caller, *account).is_some() && self.link(*number, *account).is_some()
                    };
                    (accounts.is_empty() || accounts.iter().any(linked))
                        && (contacts.is_empty() || contacts.contains(number))
                });
                let (data, next) = page(rows, page_size);
                ok(json!({ "data": data, "next_page": next }))
            }
            Call::Lite { search } => {
                let lite = |(_, row): (usize, Value)| json!({ "uuid": row["uuid"], "first_name": row["first_name"], "last_name": row["last_name"] });
                let data: Vec<Value> = self.matches(caller, search, 0).into_iter().map(lite).collect();
                ok(json!({ "data": data }))
            }
            Call::CreateAccount { name } => {
                let uuid = made();
                let state = State::default();
                self.accounts.push(Account { uuid: uuid.clone(), workspace: workspace(caller), name, state });
                let data = json!({ "name": NAMES[name].0 });
                ok(json!({ "message": "Account created successfully", "uuid": uuid, "data": data }))
            }
            Call::RenameAccount { account, name } => {
                if self.account(caller, account).is_none() {
                    return refused(4, "Account not found");
                }
                self.accounts[account].name = name;
                let data = json!({ "name": NAMES[name].0 });
                ok(json!({
                    "message": "Account updated successfully", "uuid": self.accounts[account].uuid, "data": data
                }))
            }
            Call::ActAccount { account, action } => {
                let visible = self.account(caller, account).is_some();
                if visible && self.accounts[account].state.act(action) {
                    let message = format!("Account {}d successfully", ACTIONS[action].0);
                    return ok(json!({ "message": message, "uuid": self.accounts[account].uuid }));
                }
                refused(4, &not_found("Account", action))
            }
            Call::GetAccount { account: number } => match self.account(caller, number) {
                None => refused(4, "Account not found"),
                Some(account) => ok(json!({ "data": {
                    "id": number + 1, "uuid": account.uuid, "name": NAMES[account.name].0,
                    "active": !account.state.inactive
                } })),
            },
            Call::ListAccounts { search, status, page_size } => {
                let rows = (0..self.accounts.len()).filter_map(|number| {
                    let account = self.account(caller, number)?;
                    let passes = account.state.passes(status) && found(search, &[NAMES[account.name].1]);
                    let row = json!({
                        "uuid": account.uuid, "name": NAMES[account.name].0, "active": !account.state.inactive
                    });
                    passes.then_some((number, row))
                });
                let (data, next) = page(rows.collect(), page_size);
                ok(json!({ "data": data, "next_page": next }))
            }
            Call::Associate { contact, account, role } => {
                if !self.sees_pair(caller, contact, account) {
                    return refused(9, "Contact or account not found");
                }
                if self.accounts[account].state.inactive {
                    return refused(7, "Cannot associate contact to inactive account");
                }
                if self.link(contact, account).is_some() {
                    return refused(8, "Association already exists");
                }
                if !self.roles(caller).0.contains_key(&role) {
                    return refused(6, "Failed to create association");
                }
                self.links.push(Link { contact, account, role });
                ok(json!({ "message": "Contact associated to account successfully" }))
            }
            Call::Dissociate { contact, account } => {
                if !self.sees_pair(caller, contact, account) {
                    return refused(9, "Contact or account not found");
                }
                match self.link(contact, account) {
                    None => refused(100, "Association not found"),
                    Some(link) => {
                        self.links.remove(link);
                        ok(json!({ "message": "Contact dissociated from account successfully" }))
                    }
                }
            }
            Call::ChangeRole { contact, account, role } => {
                if !self.sees_pair(caller, contact, account) {
                    return refused(9, "Contact or account not found");
                }
                let Some(link) = self.link(contact, account) else {
                    return refused(100, "Association not found");
                };
                if !self.roles(caller).0.contains_key(&role) {
                    return refused(101, "Role not found");
                }
                self.links[link].role = role;
                ok(json!({ "message": "Association updated successfully" }))
            }
            Call::ListAssociations { contact, account } => {
                let seen = |number: usize| {
                    let contact = self.contacts.get(number);
                    contact.is_some_and(|c| workspace(c.owner) == workspace(caller) && !c.state.deleted)
                };
                let there = contact.map_or_else(|| self.account(caller, account).is_some(), seen);
                if !there {
                    return refused(9, "Contact or account not found");
                }
                let names = self.roles(caller).0.clone();
                let rows = self.links.iter().filter(|link| match contact {
                    Some(contact) => link.contact == contact && self.account(caller, link.account).is_some(),
                    None => link.account == account && !self.contacts[link.contact].state.deleted,
                });
                let rows = rows.map(|link| {
                    let (contact, account) = (&self.contacts[link.contact], &self.accounts[link.account]);
                    let row = json!({
                        "contact_uuid": contact.uuid,
                        "first_name": NAMES[contact.names.0].0,
                        "last_name": NAMES[contact.names.1].0,
                        "account_uuid": account.uuid,
                        "account_name": NAMES[account.name].0,
                        "rol_id": link.role,
                        "rol_name": names[&link.role],
                    });
                    (0, row)
                });
                let (data, _) = page(rows.collect(), usize::MAX);
                ok(json!({ "data": data, "next_page": null }))
            }
            Call::CreateRole => {
                let (names, last) = self.roles(caller);
                *last += 1;
                names.insert(*last, "Nuevo".into());
                ok(
                    json!({ "message": "Role created successfully", "id": *last, "data": { "name": "Nuevo" } }),
                )
            }
            Call::RenameRole { role } => match self.roles(caller).0.get_mut(&role) {
                None => refused(101, "Role not found"),
                Some(name) => {
                    *name = "Otro nombre".into();
                    let data = json!({ "name": "Otro nombre" });
                    ok(json!({ "message": "Role updated successfully", "id": role, "data": data }))
                }
            },
            Call::DeleteRole { role } => {
                let in_use = self.links.iter().any(|link| {
                    link.role == role
                        && workspace(self.contacts[link.contact].owner) == workspace(caller)
                        && !self.contacts[link.contact].state.deleted
                        && !self.accounts[link.account].state.deleted
                });
                if !self.roles(caller).0.contains_key(&role) {
                    return refused(101, "Role not found");
                }
                if in_use {
                    return refused(102, "Role is in use");
                }
                self.roles(caller).0.remove(&role);
                ok(json!({ "message": "Role deleted successfully", "id": role }))
            }
            Call::ListRoles => {
                let roles = self.roles(caller).0.iter();
                let data: Vec<Value> = roles.map(|(id, name)| json!({ "id": id, "name": name })).collect();
                ok(json!({ "data": data }))
            }
        }
    }

    /// The call over HTTP.
    async fn send(&self, app: &TestApp, call: &Call) -> Answer {
        let email = |email: usize| json!(EMAILS[email]);
        match *call {
            Call::Create { first, last, email: e } => {
                app.contact(json!({
                    "action": "create", "first_name": NAMES[first].0, "last_name": NAMES[last].0, "email": email(e)
                }))
                .await
            }
            Call::Update { contact, first, last, email: e } => {
                let mut body = json!({
                    "action": "update", "uuid": self.contact_uuid(contact),
                    "first_name": NAMES[first].0, "last_name": NAMES[last].0
                });
                if let Some(e) = e {
                    body["email"] = email(e);
                }
                app.contact(body).await
            }
            Call::Act { contact, action } => app.act(ACTIONS[action].0, &self.contact_uuid(contact)).await,
            Call::Get { contact } => app.act("get", &self.contact_uuid(contact)).await,
            Call::List { search, status, ref accounts, ref contacts, page_size } => {
                let accounts: Vec<String> = accounts.iter().map(|number| self.account_uuid(*number)).collect();
                let contacts: Vec<String> = contacts.iter().map(|number| self.contact_uuid(*number)).collect();
                let search = search.map(|term| TERMS[term].0);
                app.contacts(json!({ "filters": {
                    "search": search, "status": STATUS[status], "accounts": accounts, "contacts": contacts,
                    "page_size": page_size
                } }))
                .await
            }
            Call::Lite { search } => {
                let search = search.map(|term| TERMS[term].0);
                app.contacts(json!({ "action": "lite", "filters": { "search": search } })).await
            }
            Call::CreateAccount { name } => {
                app.account(json!({ "action": "create", "name": NAMES[name].0 })).await
            }
            Call::RenameAccount { account, name } => {
                let uuid = self.account_uuid(account);
                app.account(json!({ "action": "update", "uuid": uuid, "name": NAMES[name].0 })).await
            }
            Call::ActAccount { account, action } => {
                app.act_account(ACTIONS[action].0, &self.account_uuid(account)).await
            }
            Call::GetAccount { account } => app.act_account("get", &self.account_uuid(account)).await,
            Call::ListAccounts { search, status, page_size } => {
                let search = search.map(|term| TERMS[term].0);
                app.accounts(json!({ "filters": {
                    "search": search, "status": STATUS[status], "page_size": page_size
                } }))
                .await
            }
            Call::Associate { contact, account, role } => {
                app.associate(&self.contact_uuid(contact), &self.account_uuid(account), role).await
            }
            Call::Dissociate { contact, account } => {
                app.dissociate(&self.contact_uuid(contact), &self.account_uuid(account)).await
            }
            Call::ChangeRole { contact, account, role } => {
                app.associations(json!({
                    "action": "change-role", "contact_uuid": self.contact_uuid(contact),
                    "account_uuid": self.account_uuid(account), "rol_id": role
                }))
                .await
            }
            Call::ListAssociations { contact, account } => {
                let mut body = json!({ "action": "list", "page_size": 1000 });
                match contact {
                    Some(contact) => body["contact_uuid"] = self.contact_uuid(contact).into(),
                    None => body["account_uuid"] = self.account_uuid(account).into(),
                }
                app.associations(body).await
            }
            Call::CreateRole => app.role(json!({ "action": "create", "name": "Nuevo" })).await,
            Call::RenameRole { role } => {
                app.role(json!({ "action": "update", "id": role, "name": "Otro nombre" })).await
            }
            Call::DeleteRole { role } => app.role(json!({ "action": "delete", "id": role })).await,
            Call::ListRoles => app.roles().await,
        }
    }
}

fn not_found(what: &str, action: usize) -> String {
    match ACTIONS[action].1 {
        "" => format!("{what} not found"),
        state => format!("{what} not found or already {state}"),
    }
}

/// A service with the model of it.
struct Modelled {
    database: Database,
    app: TestApp,
    model: Model,
}

impl Modelled {
    fn new(database: Database, app: TestApp) -> Self {
        Self { database, app, model: Model::default() }
    }

    /// Makes a call and compares the answer with the model's. Returns it with every UUID as the number of what it is
    /// of, so that it can be compared with the answer of another database.
    async fn call(&mut self, caller: usize, call: &Call) -> Result<String, TestCaseError> {
        let (user, workspace) = CALLERS[caller];
        let answer = self.model.send(&self.app.caller(user, workspace), call).await;
        let expected = self.model.expect(caller, call, &answer);
        prop_assert_eq!(&answer, &expected, "{:?}: {:?} by {}", self.database, call, user);
        let mut text = format!("{} {}", answer.0, answer.1);
        for (number, contact) in self.model.contacts.iter().enumerate() {
            text = text.replace(&contact.uuid, &format!("contact {number}"));
        }
        for (number, account) in self.model.accounts.iter().enumerate() {
            text = text.replace(&account.uuid, &format!("account {number}"));
        }
        Ok(text)
    }
}

/// Runs random sequences of calls on the services that `start` gives, and compares their answers with each other's.
fn run(cases: u32, start: impl AsyncFn() -> Vec<Modelled>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sequences = proptest::collection::vec(call(), 1..120);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&sequences, |sequence| {
        runtime.block_on(async {
            let mut services = start().await;
            for (step, (caller, call)) in sequence.iter().enumerate() {
                let mut answers = Vec::new();
                for service in &mut services {
                    answers.push(service.call(*caller, call).await?);
                }
                answers.dedup();
                prop_assert_eq!(answers.len(), 1, "step {}: {:?} gives {:?}", step, call, answers);
            }
            Ok(())
        })
    });
    outcome.unwrap();
}

#[test]
fn random_sequences_of_calls_are_answered_as_the_model_says_and_the_same_by_both_databases() {
    run(60, async || {
        let sqlite = Modelled::new(Database::Sqlite, TestApp::new(Database::Sqlite).await);
        vec![sqlite, Modelled::new(Database::Postgres, TestApp::new(Database::Postgres).await)]
    });
}

/// Orders and cases of letters that differ from the service's own.
const LOCALES: [&str; 3] =
    ["LOCALE 'C'", "LOCALE 'en_US.UTF-8'", "LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'es-u-co-trad'"];

#[test]
fn a_database_of_any_locale_answers_the_same() {
    CLUSTER.make_locale("en_US");
    run(8, async || {
        let mut services = vec![Modelled::new(Database::Sqlite, TestApp::new(Database::Sqlite).await)];
        for locale in LOCALES {
            let name = CLUSTER.database(&format!("TEMPLATE template0 ENCODING 'UTF8' {locale}"));
            let verifier = Verifier::with_secret(&secret(), claims());
            let app = TestApp::at(&CLUSTER.address(&name), verifier, Limits::new(0)).await;
            services.push(Modelled::new(Database::Postgres, app));
        }
        services
    });
}
