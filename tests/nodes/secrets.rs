//! What nodes log of the servers that they use.

use crate::postgres::Cluster;
use crate::redis::Redis;
use crate::support::*;

#[test]
fn no_password_and_nobody_is_in_a_log_whatever_fails() {
    let _alone = alone();
    let mut cluster = Cluster::start(&[]);
    let mut redis = Redis::with_password("markredis");
    let database = cluster.address("postgres").replace("postgres@", "postgres:markdatabase@");
    assert!(database.contains("markdatabase"), "{database}");
    let flags = format!("--log trace --rate-limit 1000 --redis {}", redis.address());
    let mut node = Node::start(&database, &flags);
    let caller = node.caller("markuser", "markspace");
    let work = || {
        for _ in 0..5 {
            caller.create("Markfirst");
            let search = json!({ "filters": { "search": "markterm" } });
            caller.post("contacts/", &search);
            caller.post("contacts/contact", &json!({ "action": "create", "first_name": "Markfirst" }));
        }
    };
    work();
    cluster.crash();
    redis.kill();
    work();
    cluster.restart();
    redis.restart();
    until("the database is back", || caller.create("Markfirst").is_some_and(|answer| answer.status == 200));
    work();
    node.signal("TERM");
    let (well, log) = node.wait();
    assert!(well, "{log}");
    assert!(log.contains("request failed") && log.contains("answered"), "{log}");
    let line = log.lines().find(|line| line.to_lowercase().contains("mark"));
    assert_eq!(line, None);
    let token = &caller.token;
    assert!(token.split('.').all(|part| !log.contains(part)));
    assert!(!log.contains(SECRET));
}
