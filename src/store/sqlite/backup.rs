//! Backups of an embedded database: a compressed copy of one moment of it, which proves itself.
//!
//! A backup is a SQLite file in the format of gzip, so that other tools can read it too. A field in its head, which they
//! pass over, holds the hash of all its other bytes: gzip's own checksum covers what is in it, but not every bit of how it
//! is packed.

use std::fs::{self, File, Permissions};
use std::io::{BufReader, BufWriter, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};
use tempfile::{Builder, NamedTempFile};

use super::{log, open};
use crate::folder;
use crate::store::{Error, migrate};

/// A hash of 32 bytes.
type Seal = [u8; 32];

/// How the field with the hash begins: its name and its length (RFC 1952, 2.3.1.1).
const FIELD: [u8; 4] = [b'C', b'T', size_of::<Seal>() as u8, 0];

/// Where the hash is: behind gzip's first ten bytes, the length of its fields, and the beginning of this one.
const SEAL_AT: usize = 10 + 2 + FIELD.len();

/// How a SQLite file begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// How much is read at a time, in bytes.
const PART: usize = 1 << 20;

/// What a sound database holds, deleted things included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Contacts.
    pub contacts: u64,
    /// Accounts.
    pub accounts: u64,
    /// Associations of the two.
    pub associations: u64,
    /// The number of the schema.
    pub schema: i64,
    /// Size of the database in bytes.
    pub bytes: u64,
}

/// What is being done, of which so many bytes are done of so many.
pub type Told<'a> = &'a dyn Fn(&'static str, u64, u64);

/// Copies one moment of a database that is in use into a new file: everything that was acknowledged before this began.
/// What was deleted leaves no remains in it. Nothing appears under the name of the file before it is whole, checked and on
/// disk. Needs space for an uncompressed copy beside it meanwhile.
///
/// [`Error::Refused`] if the database is none of ours or not sound, or the file can't be made (there may be one of that
/// name), [`Error::Unavailable`] if a disk is full.
pub fn backup(database: &Path, to: &Path, told: Told<'_>) -> Result<Contents, Error> {
    if to.exists() {
        return Err(Error::Refused(format!("{} is there already; name a new file", to.display())));
    }
    let folder = folder::of(to);
    // It holds everybody's data as it is, whatever others may read of what is made here otherwise.
    let private = Permissions::from_mode(0o700);
    let work = Builder::new().prefix(".contacts-backup-").permissions(private).tempdir_in(folder);
    let work = work.map_err(at(folder))?;
    let copy = work.path().join("contacts.db");
    let size = fs::metadata(database).map_or(0, |file| file.len());
    told("copying", 0, size);
    log::renew(database)?;
    let source = open::connect(database)?;
    open::schema(&source)?;
    source.execute("VACUUM INTO $1", [copy.to_string_lossy()])?;
    told("checking", 0, size);
    let contents = check(&copy)?;
    let packed = NamedTempFile::new_in(folder).map_err(at(folder))?;
    let unsealed = [&FIELD[..], &Seal::default()].concat();
    let mut pack = GzBuilder::new().extra(unsealed).write(BufWriter::new(packed), Compression::fast());
    let mut unpacked = File::open(&copy).map_err(at(&copy))?;
    let mut part = vec![0; PART];
    let mut done = 0;
    loop {
        let length = unpacked.read(&mut part).map_err(at(&copy))?;
        if length == 0 {
            break;
        }
        pack.write_all(&part[..length]).map_err(at(to))?;
        done += length as u64;
        told("compressing", done, contents.bytes);
    }
    let mut packed =
        pack.finish().map_err(at(to))?.into_inner().map_err(|error| at(to)(error.into_error()))?;
    seal(packed.as_file_mut()).map_err(at(to))?;
    appear(packed, to)?;
    Ok(contents)
}

/// Whether a backup is whole and holds a sound database. It may also be the file of a database, which has no checksum: then
/// only its structure is checked.
///
/// [`Error::Refused`] if it is damaged or no backup, [`Error::Unavailable`] if the disk for temporary files is full.
pub fn verify(file: &Path, told: Told<'_>) -> Result<Contents, Error> {
    let mut start = [0; SQLITE.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut start));
    if read.is_ok() && start == *SQLITE {
        told("checking", 0, 0);
        return check(file);
    }
    unpack(file, &std::env::temp_dir(), told).map(|(_, contents)| contents)
}

/// Makes a database from a backup, where there is none. Nothing appears under its name before it is whole, checked and on
/// disk.
///
/// [`Error::Refused`] if the backup is damaged or none, or there is a database already, [`Error::Unavailable`] if the disk
/// is full.
pub fn restore(backup: &Path, database: &Path, told: Told<'_>) -> Result<Contents, Error> {
    // A log that was left behind would be taken for this database's own.
    let beside = ["", "-wal", "-shm", "-journal"].map(|suffix| open::beside(database, suffix));
    if let Some(there) = beside.iter().find(|file| file.exists()) {
        return Err(Error::Refused(format!(
            "{} is there already; stop the service and move it away, with -wal and -shm if there are such files",
            there.display()
        )));
    }
    let (unpacked, contents) = unpack(backup, folder::of(database), told)?;
    appear(unpacked, database)?;
    Ok(contents)
}

/// The database in a backup, as a temporary file in this folder.
fn unpack(backup: &Path, folder: &Path, told: Told<'_>) -> Result<(NamedTempFile, Contents), Error> {
    let damaged = |what: &str| Error::Refused(format!("{} is no whole backup: {what}", backup.display()));
    let mut packed = File::open(backup).map_err(at(backup))?;
    let size = packed.metadata().map_err(at(backup))?.len();
    let (found, computed) = seals(&mut packed).map_err(at(backup))?.ok_or_else(|| damaged("it is none"))?;
    if found != computed {
        return Err(damaged("some of its bytes have changed, or are missing"));
    }
    packed.rewind().map_err(at(backup))?;
    let mut unpack = GzDecoder::new(BufReader::new(packed));
    let mut unpacked = NamedTempFile::new_in(folder).map_err(at(folder))?;
    let mut part = vec![0; PART];
    loop {
        let length = unpack.read(&mut part).map_err(|error| damaged(&error.to_string()))?;
        if length == 0 {
            break;
        }
        unpacked.write_all(&part[..length]).map_err(at(folder))?;
        told("unpacking", unpack.get_mut().stream_position().unwrap_or_default(), size);
    }
    told("checking", size, size);
    let contents = check(unpacked.path())?;
    Ok((unpacked, contents))
}

/// Writes the hash into a backup.
fn seal(packed: &mut File) -> std::io::Result<()> {
    packed.rewind()?;
    let (_, seal) = seals(packed)?.ok_or(ErrorKind::InvalidData)?;
    packed.seek(SeekFrom::Start(SEAL_AT as u64))?;
    packed.write_all(&seal)
}

/// The hash that a backup has in it, and the hash of all its other bytes; nothing if it does not begin as a backup.
fn seals(packed: &mut File) -> std::io::Result<Option<(Seal, Seal)>> {
    let (mut head, mut found) = ([0; SEAL_AT], Seal::default());
    match packed.read_exact(&mut head).and_then(|()| packed.read_exact(&mut found)) {
        Ok(()) if head.ends_with(&FIELD) => {}
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(error),
        _ => return Ok(None),
    }
    let mut hash = Sha256::new_with_prefix(head);
    let mut part = vec![0; PART];
    loop {
        match packed.read(&mut part)? {
            0 => return Ok(Some((found, hash.finalize().into()))),
            length => hash.update(&part[..length]),
        }
    }
}

/// What a database holds, if every page of it is sound, and every reference leads somewhere.
fn check(database: &Path) -> Result<Contents, Error> {
    let unsound = |what: String| Error::Refused(format!("{} is not sound: {what}", database.display()));
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let schema =
        open::schema(&connection)?.ok_or_else(|| unsound("it is no database of this service".into()))?;
    migrate::missing(migrate::SQLITE, schema)?;
    let problem: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if problem != "ok" {
        return Err(unsound(problem));
    }
    if connection.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(unsound("a row names another that is not there".into()));
    }
    let count = |table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
    Ok(Contents {
        contacts: count("contactos")?,
        accounts: count("cuentas")?,
        associations: count("contactos_cuentas")?,
        schema,
        bytes: fs::metadata(database).map_err(at(database))?.len(),
    })
}

/// Gives a whole file its name, unless there is one of that name, and makes both durable.
fn appear(file: NamedTempFile, name: &Path) -> Result<(), Error> {
    file.as_file().sync_all().map_err(at(name))?;
    file.persist_noclobber(name).map_err(|error| at(name)(error.error))?;
    open::sync_folder(name).inspect_err(|_| {
        // It may be gone after a power cut, so it must not be there now either.
        let _ = fs::remove_file(name);
    })
}

/// What went wrong with a file. A disk that is full, or fails, may be better later.
fn at(file: &Path) -> impl Fn(std::io::Error) -> Error {
    move |error| {
        let said = format!("{}: {error}", file.display());
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::Unavailable(said),
            _ => Error::Refused(said),
        }
    }
}
