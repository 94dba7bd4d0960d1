//! What was acknowledged is there after the process was killed.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::*;

#[test]
fn twenty_kills_during_writes_lose_nothing_acknowledged() {
    const KILLS: u64 = 20;
    const WRITERS: usize = 8;

    let folder = Folder::new();
    let acknowledged = Mutex::new(Vec::new());
    for kill in 0..KILLS {
        let service = folder.serve("");
        let (base, token) = (service.base.clone(), service.token.clone());
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (base, token, acknowledged) = (&base, &token, &acknowledged);
                scope.spawn(move || {
                    for number in 0.. {
                        let name = format!("K{kill}W{writer}N{number}");
                        let body = json!({ "action": "create", "first_name": name, "last_name": "Paz" });
                        // No answer means that the service is gone; a write without one may be in or not.
                        let Some((200, body)) = post(base, token, "contacts/contact", &body) else { return };
                        let uuid = body["uuid"].as_str().unwrap().to_owned();
                        acknowledged.lock().unwrap().push((uuid, name));
                    }
                });
            }
            // Early and late in the life of the process, also while the log is being written back.
            thread::sleep(Duration::from_millis(60 + 23 * kill));
            service.signal("KILL");
        });
        assert!(!service.wait().0);
    }

    let start = Instant::now();
    let service = folder.serve("");
    let acknowledged = acknowledged.into_inner().unwrap();
    let lite = service.post("contacts/", json!({ "action": "lite" }));
    let kept: std::collections::HashMap<&str, &str> = lite["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["uuid"].as_str().unwrap(), row["first_name"].as_str().unwrap()))
        .collect();
    let lost =
        acknowledged.iter().filter(|(uuid, name)| kept.get(uuid.as_str()) != Some(&name.as_str())).count();
    println!(
        "{KILLS} kills, {} writes acknowledged, {} kept, {lost} lost, checked in {:?}",
        acknowledged.len(),
        kept.len(),
        start.elapsed()
    );
    assert!(
        acknowledged.len() > 100,
        "only {} writes were acknowledged: the test shows nothing",
        acknowledged.len()
    );
    assert_eq!(lost, 0);
    // The search index was written with the rows.
    let (_, name) = &acknowledged[acknowledged.len() / 2];
    assert!(service.find(name).contains(name));
}
