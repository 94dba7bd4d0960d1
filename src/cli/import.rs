//! `contacts import`

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Cursor, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use csv::{ReaderBuilder, StringRecord, Writer, WriterBuilder};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;
use futures_util::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};

use super::cells::unguarded;
use super::{caller, grouped, open_or_make, progress};
use crate::caller::Caller;
use crate::config;
use crate::contact::{Details, Email, Import, Imported, Phone};
use crate::search::fold;
use crate::store::{self, Store};
use crate::text::{Invalid, Text};

/// Rows that share a commit. Meanwhile a service on the same database waits for its own writes, so it is kept short.
const BATCH: usize = 2000;

/// A longer row, in bytes, is one that a quotation mark runs through.
const MAX_ROW: usize = 1 << 16;

/// How much is read of a row, in bytes: more than [`MAX_ROW`], because the reader fetches what follows too.
const MOST_OF_ROW: usize = 2 * MAX_ROW;

/// Between two batches, so that the service gets its turn.
const PAUSE: Duration = Duration::from_millis(2);

/// Puts the file's rows in, in batches, and says what became of them.
pub(super) async fn run(import: config::Import) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let caller = caller(&import.owner)?;
    let name = import.file.display();
    let file = File::open(&import.file).with_context(|| format!("cannot read {name}"))?;
    let bar = progress(file.metadata()?.len());
    let encoding = encoding(&import.file)?;
    let (columns, mut rows) =
        open(bar.wrap_read(file), encoding).with_context(|| format!("cannot import {name}"))?;
    let mut run = Run {
        store: open_or_make(&import.database).await?,
        caller,
        dry_run: import.dry_run,
        rejected: Rejected::new(&import, rows.headers()?, &columns),
        batch: Vec::with_capacity(BATCH),
        imported: 0,
        next: import.from_line,
    };
    if let Some(encoding) = encoding {
        eprintln!("{name} is not UTF-8; it is read as {}", encoding.name());
    }
    let unused = rows.headers()?.iter().enumerate();
    let unused = unused.filter(|(place, heading)| !columns.hold(*place) && !heading.is_empty());
    let unused: Vec<&str> = unused.map(|(_, heading)| heading).collect();
    if !unused.is_empty() {
        eprintln!("columns that are not imported: {}", unused.join(", "));
    }
    let start = Instant::now();
    let mut row = StringRecord::new();
    loop {
        let begun = run.rejected.line(Some(rows.position()));
        rows.get_mut().left = MOST_OF_ROW;
        let more = match rows.read_record(&mut row) {
            Ok(more) => more,
            Err(_) if rows.get_ref().left == 0 => return Err(run.stopped(endless(begun))),
            Err(error) => return Err(run.stopped(error.into())),
        };
        let line = run.rejected.line(row.position());
        if more && row.as_slice().len() > MAX_ROW {
            return Err(run.stopped(endless(line)));
        }
        if more && line >= import.from_line {
            run.batch.push((row.clone(), columns.read(&row)));
        }
        if !more || run.batch.len() == BATCH {
            if let Err(error) = run.put_in().await {
                return Err(run.stopped(error));
            }
            if more && interrupt.recv().now_or_never().is_some() {
                bail!("interrupted: {}", run.so_far());
            }
        }
        if !more {
            break;
        }
    }
    bar.finish_and_clear();
    // The rows are in, whatever becomes of this: a failure here must not look like one of the import.
    if run.imported > BATCH as u64
        && !run.dry_run
        && let Err(error) = run.store.analyze().await
    {
        tracing::warn!(%error, "searches and lists may be slow for some minutes");
    }
    run.summary(start.elapsed())
}

fn endless(line: u64) -> anyhow::Error {
    anyhow::anyhow!("the row of line {line} does not end: is a quotation mark not closed?")
}

/// A file of which only so much is read at a time: a row that does not end would have all of it in memory.
struct Bounded<R> {
    file: R,
    /// Bytes that may be read yet.
    left: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("the row does not end"));
        }
        let most = buffer.len().min(self.left);
        let read = self.file.read(&mut buffer[..most])?;
        self.left -= read;
        Ok(read)
    }
}

/// An import under way.
struct Run {
    store: Store,
    caller: Caller,
    dry_run: bool,
    rejected: Rejected,
    batch: Vec<(StringRecord, Result<Import, Invalid>)>,
    imported: u64,
    /// The line from which on nothing was committed.
    next: u64,
}

impl Run {
    async fn put_in(&mut self) -> anyhow::Result<()> {
        let contacts = self.batch.iter().filter_map(|(_, contact)| contact.clone().ok()).collect();
        let outcomes = if self.dry_run {
            self.store.try_import_contacts(&self.caller, contacts).await?
        } else {
            self.store.import_contacts(&self.caller, contacts).await?
        };
        // Counted before anything is written that can fail: these rows are in.
        self.imported += outcomes.iter().filter(|outcome| **outcome == Imported::Done).count() as u64;
        let (first, last) = self.lines();
        self.next = last + 1;
        let mut outcomes = outcomes.into_iter();
        let mut rejected = Vec::new();
        for (row, contact) in self.batch.drain(..) {
            let reason = match contact {
                Err(invalid) => Some(invalid.to_string()),
                Ok(contact) => {
                    outcomes.next().and_then(|outcome| refusal(outcome, &contact)).map(str::to_owned)
                }
            };
            rejected.extend(reason.map(|reason| (row, reason)));
        }
        self.rejected.keep(&rejected).with_context(|| {
            let (count, file) = (rejected.len(), self.rejected.path.display());
            format!("{count} rows of the lines {first} to {last} were rejected, and are not all in {file}")
        })?;
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    /// Keeps the rows that can't be in, whatever became of the others.
    fn keep_unsound(&mut self) -> anyhow::Result<()> {
        let unsound = |(row, contact): &(StringRecord, Result<Import, Invalid>)| {
            contact.as_ref().err().map(|invalid| (row.clone(), invalid.to_string()))
        };
        self.rejected.keep(&self.batch.iter().filter_map(unsound).collect::<Vec<_>>())
    }

    /// The line of a row that is in if the others are: one that nothing but itself can keep out, if there is one.
    fn witness(&self) -> u64 {
        let mut sound = self.batch.iter().filter_map(|(row, contact)| Some((row, contact.as_ref().ok()?)));
        let plain = sound.clone().find(|(_, contact)| contact.account.is_none());
        plain.or_else(|| sound.next()).map_or(self.next, |(row, _)| self.rejected.line(row.position()))
    }

    /// The first and the last line of what is put in next.
    fn lines(&self) -> (u64, u64) {
        let line = |entry: Option<&(StringRecord, _)>| {
            entry.map_or(self.next, |(row, _)| self.rejected.line(row.position()))
        };
        (line(self.batch.first()), line(self.batch.last()))
    }

    /// What is in, and how to go on.
    fn so_far(&self) -> String {
        if self.dry_run {
            return "nothing was changed".to_owned();
        }
        let (imported, (next, _)) = (grouped(self.imported), self.lines());
        format!("{imported} contacts are in, go on with --from-line {next}")
    }

    /// What to do when the import can't go on.
    fn stopped(&mut self, error: anyhow::Error) -> anyhow::Error {
        if let Some(store::Error::Unknown(_)) = error.downcast_ref() {
            // A failure here must not hide that nobody knows.
            let error = match self.keep_unsound() {
                Ok(()) => error,
                Err(failed) => error.context(format!("the rejected rows are not all kept: {failed:#}")),
            };
            let (first, last) = self.lines();
            return error.context(format!(
                "stopped: {} contacts are in, and those of the lines {first} to {last} perhaps; look for that of line {}, \
                 and go on with --from-line {} if it is there, else with --from-line {first}",
                grouped(self.imported),
                self.witness(),
                last + 1
            ));
        }
        error.context(format!("stopped: {}", self.so_far()))
    }

    fn summary(self, took: Duration) -> anyhow::Result<()> {
        let rejected = self.rejected.finish();
        let verb = if self.dry_run { "would import" } else { "imported" };
        let seconds = took.as_secs_f64();
        println!(
            "{verb} {} contact{} in {seconds:.1} s ({} a second), rejected {}",
            grouped(self.imported),
            if self.imported == 1 { "" } else { "s" },
            grouped((self.imported as f64 / seconds.max(0.001)) as u64),
            rejected.as_ref().map_or_else(
                || "none".to_owned(),
                |(count, file)| format!("{}: see {}", grouped(*count), file.display())
            )
        );
        Ok(())
    }
}

/// Why a sound row did not go in.
fn refusal(outcome: Imported, contact: &Import) -> Option<&'static str> {
    match outcome {
        Imported::Done => None,
        Imported::InactiveAccount => Some("account is inactive"),
        Imported::UnknownRole if contact.role.is_some() => Some("role is not one of the workspace"),
        Imported::UnknownRole => Some("role is required: the workspace has no role 1 any more"),
    }
}

/// UTF-8 unless a byte says otherwise; then what Spanish spreadsheets write. Nothing also for UTF-16, whose mark says
/// so itself. A file that is UTF-8 up to a broken byte is refused: read as anything else, all its
/// accents would be wrong.
fn encoding(path: &Path) -> anyhow::Result<Option<&'static Encoding>> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    let (mut kept, mut passed, mut accents) = (0, 0_usize, false);
    loop {
        let read = file.read(&mut buffer[kept..])?;
        let filled = kept + read;
        let bytes = &buffer[..filled];
        if passed == 0 && Encoding::for_bom(bytes).is_some_and(|(named, _)| named != UTF_8) {
            return Ok(None);
        }
        let (valid, broken) = match std::str::from_utf8(bytes) {
            Ok(_) => (filled, false),
            // A character that the buffer cut in two is looked at again with its rest.
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || read == 0),
        };
        accents |= !bytes[..valid].is_ascii();
        if broken && accents {
            let place = passed + valid + 1;
            bail!("{} is UTF-8 up to its byte {place}, which is not: save it as UTF-8 again", path.display());
        }
        if broken {
            return Ok(Some(WINDOWS_1252));
        }
        if read == 0 {
            return Ok(None);
        }
        buffer.copy_within(valid..filled, 0);
        passed += valid;
        kept = filled - valid;
    }
}

/// The rows after the headings, and which column is what.
fn open<R: Read>(
    file: R,
    encoding: Option<&'static Encoding>,
) -> anyhow::Result<(Columns, csv::Reader<Bounded<impl Read + use<R>>>)> {
    let text =
        DecodeReaderBytesBuilder::new().encoding(encoding).bom_override(true).strip_bom(true).build(file);
    let mut text = BufReader::new(text);
    let mut headings = Vec::new();
    text.by_ref().take(MAX_ROW as u64).read_until(b'\n', &mut headings)?;
    ensure!(headings.len() < MAX_ROW, "its first line does not end");
    let headings = String::from_utf8(headings)?;
    let crlf = headings.ends_with("\r\n");
    let text = Cursor::new(headings.clone()).chain(text);
    let known = |delimiter: &char| {
        let known = |heading: &&str| Column::named(heading).or(Column::perhaps(heading)).is_some();
        headings.split(*delimiter).filter(known).count()
    };
    let delimiter = [',', ';', '\t'].into_iter().rev().max_by_key(known).unwrap_or(',') as u8;
    let text = Bounded { file: text, left: MOST_OF_ROW };
    let mut rows = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text);
    let columns = Columns::of(rows.headers()?, delimiter, crlf)?;
    Ok((columns, rows))
}

/// A file's rows as an import reads them, for the fuzzer.
#[cfg(fuzzing)]
pub fn read(file: &Path) -> anyhow::Result<Vec<Result<Import, Invalid>>> {
    let (columns, mut rows) = open(File::open(file)?, encoding(file)?)?;
    rows.get_mut().left = usize::MAX;
    rows.into_records().map(|row| Ok(columns.read(&row?))).collect()
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    FirstName,
    LastName,
    Email,
    Phone,
    Account,
    Role,
}

impl Column {
    /// By the heading in English or Spanish, whatever its case, accents, blanks and underscores.
    fn named(heading: &str) -> Option<Self> {
        match bare(heading).as_str() {
            "firstname" | "nombre" | "nombres" => Some(Self::FirstName),
            "lastname" | "apellido" | "apellidos" => Some(Self::LastName),
            "email" | "emailaddress" | "correo" | "correoelectronico" => Some(Self::Email),
            "phone" | "phonenumber" | "telefono" | "movil" => Some(Self::Phone),
            "account" | "company" | "cuenta" | "empresa" => Some(Self::Account),
            "role" | "rol" => Some(Self::Role),
            _ => None,
        }
    }

    /// The same by what other programs write, which counts where there is no heading of the first kind: a file may have both.
    fn perhaps(heading: &str) -> Option<Self> {
        match bare(heading).as_str() {
            "givenname" => Some(Self::FirstName),
            "surname" | "familyname" => Some(Self::LastName),
            "mail" => Some(Self::Email),
            "tel" | "mobile" | "celular" => Some(Self::Phone),
            _ => None,
        }
    }
}

fn bare(heading: &str) -> String {
    fold(heading).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Which column is what.
struct Columns {
    first_name: usize,
    last_name: usize,
    email: Option<usize>,
    phone: Option<usize>,
    account: Option<usize>,
    role: Option<usize>,
    count: usize,
    /// What separates the cells.
    delimiter: u8,
    /// Whether lines end as Windows ends them.
    crlf: bool,
}

impl Columns {
    /// Whether a column is one of them.
    fn hold(&self, place: usize) -> bool {
        let Self { first_name, last_name, email, phone, account, role, .. } = *self;
        [Some(first_name), Some(last_name), email, phone, account, role].contains(&Some(place))
    }

    fn of(headings: &StringRecord, delimiter: u8, crlf: bool) -> anyhow::Result<Self> {
        let place = |column| -> anyhow::Result<Option<usize>> {
            let all = |named: fn(&str) -> Option<Column>| {
                (0..headings.len()).filter(move |place| named(&headings[*place]) == Some(column))
            };
            let mut places = all(Column::named);
            match (places.next(), places.next()) {
                (None, _) => Ok(all(Column::perhaps).next()),
                (Some(first), Some(second)) => {
                    bail!("the headings {} and {} mean the same", &headings[first], &headings[second])
                }
                (first, _) => Ok(first),
            }
        };
        let needed = "the first line must hold the headings first_name and last_name (or Nombre and Apellidos), and may \
                      hold email, phone, account and role";
        Ok(Self {
            first_name: place(Column::FirstName)?.context(needed)?,
            last_name: place(Column::LastName)?.context(needed)?,
            email: place(Column::Email)?,
            phone: place(Column::Phone)?,
            account: place(Column::Account)?,
            role: place(Column::Role)?,
            count: headings.len(),
            delimiter,
            crlf,
        })
    }

    /// A row as the API would read it. Cells that are missing at its end are empty.
    fn read(&self, row: &StringRecord) -> Result<Import, Invalid> {
        if row.iter().skip(self.count).any(|cell| !cell.trim().is_empty()) {
            return Err(Invalid::new(
                "row",
                format!("must have at most {} cells, as the headings", self.count),
            ));
        }
        let cell =
            |place: Option<usize>| unguarded(place.and_then(|place| row.get(place)).unwrap_or_default());
        let import = Import {
            details: Details {
                first_name: Text::required("first_name", cell(Some(self.first_name)))?,
                last_name: Text::required("last_name", cell(Some(self.last_name)))?,
                email: Email::optional("email", cell(self.email))?,
                phone: Phone::optional("phone", cell(self.phone))?,
            },
            account: Text::optional("account", cell(self.account))?,
            role: Text::optional("role", cell(self.role))?,
        };
        if import.account.is_none() && import.role.is_some() {
            return Err(Invalid::new("account", "is required where there is a role"));
        }
        Ok(import)
    }
}

/// The file of rejected rows, made with the first of them.
struct Rejected {
    path: PathBuf,
    headings: StringRecord,
    delimiter: u8,
    crlf: bool,
    file: Option<Writer<File>>,
    count: u64,
}

impl Rejected {
    fn new(import: &config::Import, headings: &StringRecord, columns: &Columns) -> Self {
        // Somebody may be mending those that were rejected when it was no trial.
        let suffix = if import.dry_run { "dry-run.rejected.csv" } else { "rejected.csv" };
        let path = import.file.with_extension(suffix);
        // Rows of an earlier run would pass for rows of this one, unless this one goes on with that.
        if import.from_line == 1 {
            let _ = fs::remove_file(&path);
        }
        let Columns { delimiter, crlf, .. } = *columns;
        Self { path, headings: headings.clone(), delimiter, crlf, file: None, count: 0 }
    }

    /// The line of a position, as an editor counts them. The reader takes a row for ended at its CR, so in a file of
    /// Windows it is still on the line of the LF.
    fn line(&self, position: Option<&csv::Position>) -> u64 {
        position.map_or(0, |position| position.line() + u64::from(self.crlf))
    }

    fn keep(&mut self, rows: &[(StringRecord, String)]) -> anyhow::Result<()> {
        for (row, reason) in rows {
            self.add(row, reason)?;
        }
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        Ok(())
    }

    fn add(&mut self, row: &StringRecord, reason: &str) -> anyhow::Result<()> {
        let line = self.line(row.position()).to_string();
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let context = || format!("cannot write {}", self.path.display());
                // They are people's data, whatever others may read of what is made here otherwise.
                let mut options = File::options();
                let file = options.append(true).create(true).mode(0o600).open(&self.path);
                let file = file.with_context(context)?;
                let new = file.metadata()?.len() == 0;
                let mut file =
                    WriterBuilder::new().delimiter(self.delimiter).flexible(true).from_writer(file);
                if new {
                    file.write_record(["line", "reason"].into_iter().chain(&self.headings))?;
                }
                self.file.insert(file)
            }
        };
        file.write_record([line.as_str(), reason].into_iter().chain(row))?;
        self.count += 1;
        Ok(())
    }

    /// How many rows were rejected, and where they are.
    fn finish(self) -> Option<(u64, PathBuf)> {
        self.file.is_some().then_some((self.count, self.path))
    }
}
