//! What was acknowledged is there after the process was killed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::scale::{random, scale};
use crate::support::*;

#[test]
fn kills_during_writes_lose_nothing_acknowledged() {
    const WRITERS: usize = 8;

    let _alone = alone();
    let kills = scale(100, 1000);
    let mut random = random();
    let seed = random.get_seed();
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder.path().join("contacts.db"));
    let acknowledged = Mutex::new(HashMap::new());
    for kill in 0..kills {
        let mut node = Node::start(&database, "");
        let caller = node.caller("ana", "demo");
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (caller, acknowledged) = (caller.clone(), &acknowledged);
                scope.spawn(move || {
                    for number in 0.. {
                        let name = format!("K{kill}W{writer}N{number}");
                        // No answer means that the service is gone; a write without one may be in or not.
                        let Some(answer) = caller.create(&name) else { return };
                        assert_eq!(answer.status, 200, "{answer:?}");
                        let uuid = answer.body["uuid"].as_str().unwrap().to_owned();
                        acknowledged.lock().unwrap().insert(uuid, name);
                    }
                });
            }
            // Early and late in the life of the process, also while the log is being written back.
            thread::sleep(Duration::from_millis(random.u64(1..300)));
            node.signal("KILL");
        });
        assert!(!node.wait().0);
    }

    let start = Instant::now();
    let node = Node::start(&database, "");
    let caller = node.caller("ana", "demo");
    let acknowledged = acknowledged.into_inner().unwrap();
    let kept = caller.done("contacts/", &json!({ "action": "lite" }));
    let kept: HashMap<_, _> = column(&kept, "uuid").into_iter().zip(column(&kept, "first_name")).collect();
    let lost = |acknowledged: &HashMap<String, String>| {
        acknowledged.iter().filter(|(uuid, name)| kept.get(*uuid) != Some(name)).count()
    };
    // A write that nobody did would be missed.
    assert_eq!(lost(&HashMap::from([(UNKNOWN.to_owned(), "Nobody".to_owned())])), 1);
    let lost = lost(&acknowledged);
    println!(
        "{kills} kills, {} writes acknowledged, {} kept, {lost} lost, checked in {:?} (seed {seed})",
        acknowledged.len(),
        kept.len(),
        start.elapsed()
    );
    assert!(acknowledged.len() > 5 * kills, "too few writes were acknowledged: the test shows nothing");
    assert_eq!(lost, 0);
    // The search index was written with the rows.
    for name in acknowledged.values().take(20) {
        assert!(caller.find(name).contains(name));
    }
}
