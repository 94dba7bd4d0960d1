//! `contacts demo`

mod people;

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use uuid::Uuid;

use super::hints::{self, program, quoted, token_flags};
use super::keys::Source;
use super::{caller, open_or_make, progress};
use crate::account;
use crate::association::{Associated, Pair};
use crate::caller::Caller;
use crate::config::{Demo, Serve};
use crate::contact::{Details, Email, Filter, Import, Phone};
use crate::paging::{Cursor, PageRequest};
use crate::role::Role;
use crate::store::Store;
use crate::text::{Invalid, Text};
use people::{Company, Person};

/// Fills the workspace, and says what to do next.
pub(super) async fn run(demo: Demo) -> anyhow::Result<()> {
    let owner = demo.owner();
    let caller = caller(&owner)?;
    let store = open_or_make(&demo.database).await?;
    let first = PageRequest { after: Cursor::default(), size: 1 };
    let some = store.list_contact_names(&caller, &Filter::default(), first).await?;
    ensure!(
        some.rows.is_empty(),
        "{} has contacts in {} already, and a demo would mix with them; name somebody else with --user or --workspace",
        owner.user,
        owner.workspace
    );
    let roles = store.list_roles(&caller).await?;
    ensure!(!roles.is_empty(), "{} has no roles; add one with: contacts roles --add", owner.workspace);
    let companies = people::companies();
    let people = people::people(&companies, roles.len());
    let links = put_in(&Workspace { store, caller, roles }, &companies, &people).await?;

    let inactive = people.iter().filter(|person| !person.active).count();
    println!(
        "made {} people ({inactive} inactive) and {links} links to {} companies for {} in {}",
        people.len(),
        companies.len(),
        owner.user,
        owner.workspace
    );
    let Demo { database, tokens, .. } = &demo;
    let flags = token_flags(database, tokens);
    println!("serve     {}{flags}", program());
    let source = Source::of(tokens, &database.database);
    println!("page      {}", hints::page(&format!("http://{}", Serve::LISTEN), &owner, tokens, &source));
    if !tokens.are_foreign() {
        let (user, workspace) = (quoted(&owner.user), quoted(&owner.workspace));
        println!("a token   {} token --user {user} --workspace {workspace}{flags}", program());
    }
    Ok(())
}

/// The workspace that is filled.
struct Workspace {
    store: Store,
    caller: Caller,
    roles: Vec<Role>,
}

/// Puts people and companies in; how many links there are then.
async fn put_in(to: &Workspace, companies: &[Company], people: &[Person]) -> anyhow::Result<usize> {
    let bar = progress((companies.len() + people.len()) as u64);
    let accounts = to.accounts(companies).await?;
    let rows = people.iter().map(row).collect::<Result<_, _>>()?;
    to.store.import_contacts(&to.caller, rows).await?;
    let contacts = to.contacts().await?;
    let mut links = 0;
    for person in people {
        let name = (person.first_name.clone(), person.last_name.clone());
        let contact = *contacts.get(&name).context("a person who was just made is gone")?;
        for (company, role) in &person.links {
            let pair = Pair { contact, account: accounts[*company] };
            // An earlier demo of the workspace has left some companies inactive: nobody works there now.
            let outcome = to.store.associate(&to.caller, pair, to.roles[*role].id).await?;
            links += usize::from(outcome == Associated::Done);
        }
        if !person.active {
            to.store.inactivate_contact(&to.caller, contact).await?;
        }
        bar.inc(1);
    }
    for (company, account) in companies.iter().zip(accounts) {
        if !company.active {
            to.store.inactivate_account(&to.caller, account).await?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(links)
}

/// A person as the row of an import. Their companies come later, because there may be several.
fn row(person: &Person) -> Result<Import, Invalid> {
    Ok(Import {
        details: Details {
            first_name: Text::required("first_name", &person.first_name)?,
            last_name: Text::required("last_name", &person.last_name)?,
            email: Email::optional("email", person.email.as_deref().unwrap_or_default())?,
            phone: Phone::optional("phone", person.phone.as_deref().unwrap_or_default())?,
        },
        account: None,
        role: None,
    })
}

impl Workspace {
    /// The companies as accounts, in their order; those that the workspace does not have are made.
    async fn accounts(&self, companies: &[Company]) -> anyhow::Result<Vec<Uuid>> {
        let mut known = HashMap::new();
        let mut next = Some(Cursor::default());
        while let Some(after) = next {
            let request = PageRequest { after, size: PageRequest::MAX_SIZE };
            let page = self.store.list_accounts(&self.caller, &account::Filter::default(), request).await?;
            known.extend(page.rows.into_iter().map(|account| (account.name, account.uuid)));
            next = page.next;
        }
        let mut accounts = Vec::with_capacity(companies.len());
        for company in companies {
            accounts.push(match known.get(&company.name) {
                Some(uuid) => *uuid,
                None => {
                    let name = Text::required("name", &company.name)?;
                    self.store.create_account(&self.caller, name).await?
                }
            });
        }
        Ok(accounts)
    }

    /// The user's contacts by their names. They fit one page.
    async fn contacts(&self) -> anyhow::Result<HashMap<(String, String), Uuid>> {
        let all = PageRequest { after: Cursor::default(), size: PageRequest::MAX_SIZE };
        let page = self.store.list_contact_names(&self.caller, &Filter::default(), all).await?;
        Ok(page.rows.into_iter().map(|row| ((row.first_name, row.last_name), row.uuid)).collect())
    }
}
