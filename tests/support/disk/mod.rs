//! A disk that loses what was not synced: what a process does to a folder is written down (`record.c`), and from that comes
//! what would be there after a power cut.

mod content;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use fastrand::Rng;
use tempfile::TempDir;

use crate::support::sqlite;
use content::{Change, Content, Luck};

/// Where a process dies: before so many steps are done with files whose names end like this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) step: usize,
    pub(crate) of: &'static str,
}

impl Cut {
    pub(crate) const NEVER: Self = Self { step: 0, of: "" };
    /// What the name of the folder itself ends with, whose syncs are steps too.
    pub(crate) const FOLDER: &str = "/folder";
}

/// The kinds of records, as in `record.c`.
const BORN: u32 = 1;
const WRITE: u32 = 2;
const LENGTH: u32 = 3;
const SYNC: u32 = 4;
const FAILED_SYNC: u32 = 5;
const ENTRY: u32 = 6;
const FOLDER_SYNC: u32 = 7;
const UNDER_WAY: u32 = 8;

/// A folder on a disk that loses what was not synced.
pub(crate) struct Disk {
    home: TempDir,
    contents: Vec<Content>,
    /// The contents by the inodes of today: an inode is used again for another file.
    inodes: HashMap<u64, usize>,
    /// The names that a power cut leaves, and which contents they lead to.
    entries: BTreeMap<String, usize>,
    /// How much of the log has been read.
    read: u64,
    /// Syncs of what has such a name are not done, though the process is told so.
    pub(crate) lies: Option<&'static str>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("folder")).unwrap();
        let (contents, inodes, entries) = (Vec::new(), HashMap::new(), BTreeMap::new());
        Self { home, contents, inodes, entries, read: 0, lies: None }
    }

    /// A path on it, without symbolic links, as SQLite opens it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().canonicalize().unwrap().join("folder").join(name)
    }

    /// The address of the database on it.
    pub(crate) fn database(&self) -> String {
        sqlite(&self.path("contacts.db"))
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("log")
    }

    /// Lets a command run on this disk.
    pub(crate) fn record(&self, command: &mut Command, cut: Cut, random: &mut Rng) {
        command
            .env("LD_PRELOAD", recorder())
            .env("DISK_FOLDER", self.home.path().canonicalize().unwrap().join("folder"))
            .env("DISK_LOG", self.log())
            .env("DISK_CUT", cut.step.to_string())
            .env("DISK_COUNTS", cut.of)
            .env("DISK_SEED", random.u32(..).to_string());
        if let Some(lies) = self.lies {
            command.env("DISK_LIES", lies);
        }
    }

    /// From now on every second sync fails, or none.
    pub(crate) fn fail(&self, fail: bool) {
        let sign = self.home.path().join("log.failing");
        let _ = if fail { File::create(sign).map(drop) } else { fs::remove_file(sign) };
    }

    /// Reads what the process has done, which must have ended. Its files must hold just that.
    pub(crate) fn catch_up(&mut self, random: &mut Rng) {
        let mut records = Vec::new();
        if let Ok(mut log) = File::open(self.log()) {
            log.seek(SeekFrom::Start(self.read)).unwrap();
            log.read_to_end(&mut records).unwrap();
        }
        self.read += records.len() as u64;
        let (mut rest, mut entries, mut under_way) = (&records[..], BTreeMap::new(), false);
        while let Some((head, tail)) = rest.split_at_checked(24) {
            let long = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
            let short = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
            let (inode, place) = (long(8), long(16) as usize);
            let (bytes, tail) = tail.split_at(short(4) as usize);
            rest = tail;
            match short(0) {
                BORN => {
                    self.inodes.insert(inode, self.contents.len());
                    self.contents.push(Content::default());
                }
                WRITE => self.content(inode).change(Change::Write(place, bytes.to_vec()), under_way),
                LENGTH => self.content(inode).change(Change::Length(place), under_way),
                SYNC => self.content(inode).sync(),
                FAILED_SYNC => self.content(inode).lose(&Luck::draw(random), random),
                ENTRY => {
                    entries.insert(String::from_utf8(bytes.to_vec()).unwrap(), inode);
                }
                FOLDER_SYNC => self.entries = self.contents_of(std::mem::take(&mut entries)),
                UNDER_WAY => under_way = true,
                what => panic!("{what} is no kind of record"),
            }
        }
        for (name, content) in self.live() {
            let same = self.contents[content].live() == fs::read(self.path(&name)).unwrap();
            assert!(same, "{name} was written to by a call that is not recorded");
        }
    }

    fn content(&mut self, inode: u64) -> &mut Content {
        let content = self.number(inode);
        &mut self.contents[content]
    }

    fn number(&self, inode: u64) -> usize {
        *self.inodes.get(&inode).expect("a file was made by a call that is not recorded")
    }

    fn contents_of(&self, inodes: BTreeMap<String, u64>) -> BTreeMap<String, usize> {
        let kept = inodes.into_iter().filter(|(name, _)| !name.ends_with("-shm"));
        kept.map(|(name, inode)| (name, self.number(inode))).collect()
    }

    /// The names that there are now.
    fn live(&self) -> BTreeMap<String, usize> {
        let entries = fs::read_dir(self.path("")).unwrap().map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().ino())
        });
        self.contents_of(entries.collect())
    }

    /// Whether a file has changes that were not synced.
    pub(crate) fn is_unsynced(&self, name: &str) -> bool {
        self.live().get(name).is_some_and(|content| self.contents[*content].is_unsynced())
    }

    /// Cuts the power: the folder holds what was synced, and by luck some of the rest.
    pub(crate) fn cut(&mut self, random: &mut Rng) {
        let luck = Luck::draw(random);
        let live = self.live();
        let names: BTreeSet<_> = live.keys().chain(self.entries.keys()).cloned().collect();
        let mut left = BTreeMap::new();
        for name in names {
            let entries = if random.f64() < luck.share { &live } else { &self.entries };
            if let Some(content) = entries.get(&name) {
                left.insert(name, self.contents[*content].cut(&luck, random));
            }
        }
        if random.bool() {
            // Shared memory is never synced.
            left.insert("contacts.db-shm".into(), (0..32768).map(|_| random.u8(..)).collect());
        }
        self.put(left);
    }

    /// Puts files in the place of all that there are, as if they had always been there.
    pub(crate) fn put(&mut self, files: BTreeMap<String, Vec<u8>>) {
        fs::remove_dir_all(self.path("")).unwrap();
        fs::create_dir(self.path("")).unwrap();
        let _ = fs::remove_file(self.log());
        (self.read, self.contents) = (0, Vec::new());
        self.inodes.clear();
        self.entries.clear();
        for (name, bytes) in files {
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path(&name)).unwrap();
            file.write_all(&bytes).unwrap();
            self.inodes.insert(file.metadata().unwrap().ino(), self.contents.len());
            if !name.ends_with("-shm") {
                self.entries.insert(name, self.contents.len());
            }
            self.contents.push(Content::durable(bytes));
        }
    }

    /// Copies the folder, so that looking at it changes nothing.
    pub(crate) fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(self.path("")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        copy
    }
}

/// `record.c`, compiled once for all tests.
fn recorder() -> &'static Path {
    static RECORDER: OnceLock<PathBuf> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/disk/record.c");
        let mut compile = Command::new("cc");
        compile.args(["-O2", "-shared", "-fPIC", "-pthread", "-o"]).arg(&path).arg(source).arg("-ldl");
        let done = compile.status().expect("a C compiler is needed, as it is for the crates");
        assert!(done.success(), "{compile:?}");
        path
    })
}
