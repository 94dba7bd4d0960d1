//! Backups of a database that is being written to, and what becomes of damaged ones.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use contacts::store;

use crate::scale::{random, scale};
use crate::support::*;

#[test]
fn backups_during_writes_hold_what_was_acknowledged_before_they_began() {
    let _alone = alone();
    let backups = scale(20, 40);
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder.path().join("contacts.db"));
    let node = Node::start(&database, "");
    let acknowledged = Mutex::new(HashSet::new());
    let (stop, start) = (AtomicBool::new(false), Instant::now());
    let missing = |known: &HashSet<String>, restored: &Path| {
        let kept = done(&sqlite(restored), "export --user ana --workspace demo");
        let kept: HashSet<&str> = kept.lines().filter_map(|line| line.split(',').next()).collect();
        known.iter().filter(|name| !kept.contains(name.as_str())).count()
    };
    let mut checked = 0;
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        for writer in 0..4 {
            let (caller, acknowledged, stop) = (node.caller("ana", "demo"), &acknowledged, &stop);
            scope.spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let name = format!("W{writer}N{number}");
                    assert_eq!(caller.create(&name).unwrap().status, 200);
                    acknowledged.lock().unwrap().insert(name);
                    // Two hundred a second together.
                    thread::sleep(Duration::from_millis(15));
                }
            });
        }
        for backup in 0..backups {
            thread::sleep(Duration::from_millis(50));
            let known = acknowledged.lock().unwrap().clone();
            let (file, restored) =
                (folder.path().join(format!("{backup}.gz")), folder.path().join(format!("{backup}.db")));
            done(&database, &format!("backup {}", file.display()));
            done(&database, &format!("verify {}", file.display()));
            done(&sqlite(&restored), &format!("restore {}", file.display()));
            assert_eq!(missing(&known, &restored), 0, "backup {backup} of {}", known.len());
            checked += known.len();
            // A backup from before a write is known not to have it.
            let nobody = HashSet::from(["Nobody".to_owned()]);
            assert_eq!(missing(&nobody, &restored), 1);
            for file in [file, restored] {
                fs::remove_file(file).unwrap();
            }
        }
    });
    let rate = acknowledged.lock().unwrap().len() as f64 / start.elapsed().as_secs_f64();
    println!("{backups} backups at {rate:.0} writes a second, {checked} writes looked for, 0 missing");
}

#[test]
fn a_damaged_backup_is_refused() {
    let mut random = random();
    let (seed, rounds) = (random.get_seed(), scale(300, 3000));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let database = sqlite(&path("contacts.db"));
    let rows: String = (0..500).map(|row| format!("Ana{row},Paz\n")).collect();
    fs::write(path("people.csv"), format!("first_name,last_name\n{rows}")).unwrap();
    done(&database, &format!("import {} --user ana --workspace demo", path("people.csv").display()));
    done(&database, &format!("backup {}", path("backup.gz").display()));
    let good = fs::read(path("backup.gz")).unwrap();
    let verdict = |bytes: &[u8]| {
        fs::write(path("damaged.gz"), bytes).unwrap();
        store::verify(&path("damaged.gz"), &|_, _, _| {})
    };
    assert_eq!(verdict(&good).unwrap().contacts, 500, "what is not damaged is accepted");
    let (mut flipped, mut cut) = (0, 0);
    let (header, trailer) = (0..64, good.len() - 8..good.len());
    let places = header.chain(trailer).chain((0..rounds).map(|_| random.usize(..good.len())));
    for place in places.collect::<Vec<_>>() {
        let mut damaged = good.clone();
        damaged[place] ^= 1 << random.u8(..8);
        assert!(verdict(&damaged).is_err(), "a bit of byte {place} flipped (seed {seed})");
        flipped += 1;
        let place = random.usize(..good.len());
        assert!(verdict(&good[..place]).is_err(), "cut after {place} bytes (seed {seed})");
        cut += 1;
    }
    assert!(verdict(&[&good[..], b"x"].concat()).is_err(), "something follows");
    println!("{flipped} flipped bits and {cut} cut ends, all refused (seed {seed})");

    let said = fails(&sqlite(&path("new.db")), &format!("restore {}", path("damaged.gz").display()));
    assert!(
        said.contains("some of its bytes have changed, or are missing")
            && said.contains("nothing was changed"),
        "{said}"
    );
    assert!(!path("new.db").exists());
}
