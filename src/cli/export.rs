//! `contacts export`

use std::io::{self, BufWriter, ErrorKind, Write};

use vcard4::VcardBuilder;

use super::cells::guarded;
use super::{caller, must_exist, open};
use crate::config::{Export, Format};
use crate::contact::{Contact, Filter};
use crate::paging::{Cursor, PageRequest};

/// Writes the user's contacts to standard output, a page at a time.
pub(super) async fn run(export: Export) -> anyhow::Result<()> {
    let caller = caller(&export.owner)?;
    must_exist(&export.database.database, "--database")?;
    let store = open(&export.database).await?;
    let mut output: Box<dyn Output> = match export.format {
        Format::Csv => Box::new(Csv(csv::Writer::from_writer(io::stdout().lock()))),
        Format::Vcard => Box::new(Vcard(BufWriter::new(io::stdout().lock()))),
    };
    let mut next = Some(Cursor::default());
    let mut result = output.start();
    while let (Ok(()), Some(after)) = (&result, next) {
        let request = PageRequest { after, size: PageRequest::MAX_SIZE };
        let page = store.list_contacts(&caller, &Filter::default(), request, |page| page).await?;
        result = page.rows.iter().try_for_each(|contact| output.write(contact));
        next = page.next;
    }
    match result.and_then(|()| output.finish()) {
        // Whoever reads has seen enough (`contacts export … | head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

trait Output {
    fn start(&mut self) -> io::Result<()>;
    fn write(&mut self, contact: &Contact) -> io::Result<()>;
    fn finish(&mut self) -> io::Result<()>;
}

struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Output for Csv<W> {
    fn start(&mut self) -> io::Result<()> {
        self.0.write_record(["first_name", "last_name", "email", "phone"]).map_err(io_error)
    }

    fn write(&mut self, contact: &Contact) -> io::Result<()> {
        let Contact { first_name, last_name, email, phone, .. } = contact;
        let (email, phone) = (email.as_deref().unwrap_or_default(), phone.as_deref().unwrap_or_default());
        self.0.write_record([first_name, last_name, email, phone].map(guarded)).map_err(io_error)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The failure below a failure of the CSV writer, which the library's own conversion hides.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

struct Vcard<W: Write>(W);

impl<W: Write> Output for Vcard<W> {
    fn start(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn write(&mut self, contact: &Contact) -> io::Result<()> {
        write!(self.0, "{}", card(contact))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn card(contact: &Contact) -> vcard4::Vcard {
    let Contact { uuid, first_name, last_name, email, phone, .. } = contact;
    let name = [last_name.clone(), first_name.clone(), String::new(), String::new(), String::new()];
    let mut card = VcardBuilder::new(format!("{first_name} {last_name}")).name(name);
    if let Ok(uid) = uuid.urn().to_string().parse() {
        card = card.uid(uid);
    }
    if let Some(email) = email {
        card = card.email(email.clone());
    }
    if let Some(phone) = phone {
        card = card.telephone(phone.clone());
    }
    card.finish()
}
