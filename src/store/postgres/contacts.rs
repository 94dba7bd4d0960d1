//! Contacts in PostgreSQL. All of a caller's contacts are named by `espacio` and `propietario`.

use tokio_postgres::Row;
use uuid::Uuid;

use super::pages::{List, Statement, Wanted};
use super::sql::{self, accounts_of_contact};
use super::{Param, Postgres, Result};
use crate::account::AccountName;
use crate::caller::Caller;
use crate::contact::{Contact, ContactName, Email, Erasure, Filter, Phone, Update, Updated};
use crate::paging::{Cursor, Page, PageRequest};
use crate::search::fold_names;
use crate::store::sql as shared;

/// What a page reads of its contacts and their accounts.
pub(super) const COLUMNS: &str =
    "t.id, t.uuid, t.nombre, t.apellido, t.email, t.telefono, a.cuentas, a.nombres_cuentas";

/// What a page of names reads.
const NAME_COLUMNS: &str = "t.id, t.uuid, t.nombre, t.apellido";

pub(crate) async fn list(
    db: &Postgres,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Contact>> {
    let rows = db.page(wanted(caller, filter, page), COLUMNS, accounts_of_contact!()).await?;
    let rows = rows.iter().map(contact).collect::<Result<_>>()?;
    Ok(Page::from_one_more(rows, page.size, |contact: &Contact| contact.id))
}

pub(crate) async fn list_names(
    db: &Postgres,
    caller: &Caller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<ContactName>> {
    let rows = db.page(wanted(caller, filter, page), NAME_COLUMNS, "").await?;
    let rows = rows.iter().map(contact_name).collect::<Result<_>>()?;
    Ok(Page::from_one_more(rows, page.size, |contact: &ContactName| contact.id))
}

/// The statement of a page that no filter narrows, of names or of contacts with their accounts.
pub(in crate::store) fn page_sql(caller: &Caller, names: bool) -> String {
    let filter = Filter::default();
    let wanted = wanted(caller, &filter, PageRequest { after: Cursor::default(), size: 1 });
    let (columns, join) = if names { (NAME_COLUMNS, "") } else { (COLUMNS, accounts_of_contact!()) };
    Statement::page(&wanted, columns, join).sql
}

fn wanted<'a>(caller: &'a Caller, filter: &'a Filter, page: PageRequest) -> Wanted<'a> {
    Wanted {
        list: List::Contacts,
        caller,
        uuids: filter.contacts.as_deref(),
        accounts: filter.accounts.as_deref(),
        search: filter.search.as_deref(),
        status: filter.status,
        page,
    }
}

fn contact(row: &Row) -> Result<Contact> {
    // There are no arrays where there are no accounts.
    let uuids: Option<Vec<Uuid>> = row.try_get("cuentas")?;
    let names: Option<Vec<String>> = row.try_get("nombres_cuentas")?;
    let accounts = uuids.into_iter().flatten().zip(names.into_iter().flatten());
    Ok(Contact {
        id: row.try_get("id")?,
        uuid: row.try_get("uuid")?,
        first_name: row.try_get("nombre")?,
        last_name: row.try_get("apellido")?,
        email: row.try_get("email")?,
        phone: row.try_get("telefono")?,
        accounts: accounts.map(|(uuid, name)| AccountName { uuid, name }).collect(),
    })
}

fn contact_name(row: &Row) -> Result<ContactName> {
    Ok(ContactName {
        id: row.try_get("id")?,
        uuid: row.try_get("uuid")?,
        first_name: row.try_get("nombre")?,
        last_name: row.try_get("apellido")?,
    })
}

pub(crate) async fn get(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<Option<Contact>> {
    let rows = db.read_shared(sql::GET_CONTACT, &[&caller.workspace(), &caller.user(), &uuid]).await?;
    rows.first().map(contact).transpose()
}

pub(crate) async fn update(
    db: &Postgres,
    caller: &Caller,
    uuid: Uuid,
    update: &Update,
) -> Result<Option<Updated>> {
    let Update { first_name, last_name, email, phone } = update;
    let ((keep_email, email), (keep_phone, phone)) = (email.parts(), phone.parts());
    let (email, phone) = (email.map(Email::as_str), phone.map(Phone::as_str));
    let row = db
        .row(
            shared::UPDATE_CONTACT,
            &[
                &first_name.as_str(),
                &last_name.as_str(),
                &fold_names(first_name.as_str(), last_name.as_str()),
                &keep_email,
                &email,
                &keep_phone,
                &phone,
                &caller.workspace(),
                &caller.user(),
                &uuid,
            ],
        )
        .await?;
    row.map(|row| Ok(Updated { email: row.try_get("email")?, phone: row.try_get("telefono")? })).transpose()
}

pub(crate) async fn delete(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::DELETE_CONTACT, caller, uuid).await
}

pub(crate) async fn inactivate(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::INACTIVATE_CONTACT, caller, uuid).await
}

pub(crate) async fn activate(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<bool> {
    change(db, shared::ACTIVATE_CONTACT, caller, uuid).await
}

/// Whoever's contact of the workspace it is.
pub(crate) async fn erase(db: &Postgres, caller: &Caller, uuid: Uuid) -> Result<Erasure> {
    let named: [Param<'_>; 2] = [&caller.workspace(), &uuid];
    if db.execute(shared::ERASE_CONTACT, &named).await? == 1 {
        return Ok(Erasure::Done);
    }
    let known = db.row(shared::KNOWS_CONTACT, &named).await?.is_some();
    Ok(if known { Erasure::NotDeleted } else { Erasure::NotFound })
}

async fn change(db: &Postgres, sql: &str, caller: &Caller, uuid: Uuid) -> Result<bool> {
    Ok(db.execute(sql, &[&caller.workspace(), &caller.user(), &uuid]).await? == 1)
}
