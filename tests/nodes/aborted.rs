//! Callers who go away in the middle of their requests.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::postgres::Cluster;
use crate::scale::scale;
use crate::support::*;

const USERS: usize = 8;

/// Somebody with a workspace of their own.
struct User {
    client: Client,
    name: String,
    contact: String,
    account: String,
}

impl User {
    fn new(node: &Node, number: usize) -> Self {
        let name = format!("User{number}");
        let client = node.caller(&name, &format!("workspace{number}"));
        let contact = client.create(&name).unwrap().body["uuid"].as_str().unwrap().to_owned();
        let made = client.done("accounts/account", &json!({ "action": "create", "name": name }));
        let account = made["uuid"].as_str().unwrap().to_owned();
        let user = Self { client, name, contact, account };
        user.client.done("contacts/associate-account", &user.pair());
        user
    }

    fn pair(&self) -> Value {
        json!({ "contact_uuid": self.contact, "account_uuid": self.account, "rol_id": 1 })
    }

    /// One of all kinds of requests: reads, writes, and those of several statements.
    fn request(&self, number: usize) -> (&str, &str, Value) {
        let contacts = "contacts/contact";
        match number % 8 {
            0 => ("POST", "contacts/", json!({})),
            1 => ("POST", "contacts/", json!({ "filters": { "search": self.name } })),
            2 => ("GET", contacts, json!({ "uuid": self.contact })),
            3 => ("POST", contacts, json!({ "action": "create", "first_name": self.name, "last_name": "x" })),
            4 => ("POST", "contacts/associate-account", self.pair()),
            5 => ("POST", "contacts/dissociate-account", self.pair()),
            6 => ("POST", "roles/role", json!({ "action": "delete", "id": 1 + number / 8 % 5 })),
            _ => ("POST", "roles/role", json!({ "action": "create", "name": self.name })),
        }
    }

    /// Sends a whole request, and goes away now or a moment later.
    fn abort(&self, port: u16, number: usize) {
        let (method, path, body) = self.request(number);
        let body = body.to_string();
        let request = format!(
            "{method} /api/sales/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.client.token,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        thread::sleep(Duration::from_micros([0, 1_000, 3_000, 8_000, 20_000][number / 3 % 5]));
    }

    /// Asks for something, and compares it with what this user alone has.
    fn check(&self, number: usize) {
        match number % 4 {
            0 => {
                let body = json!({ "filters": { "page_size": 1000 } });
                let names = column(&self.client.done("contacts/", &body), "first_name");
                assert!(!names.is_empty() && names.iter().all(|name| *name == self.name), "{names:?}");
            }
            1 => assert_eq!(self.client.find(&self.name)[0], self.name),
            2 => {
                let body = json!({ "action": "get", "uuid": self.contact });
                let answer = self.client.done("contacts/contact", &body);
                assert_eq!(answer["data"]["first_name"], self.name.as_str(), "{answer}");
            }
            _ => {
                let accounts = self.client.done("accounts/", &json!({}));
                assert_eq!(column(&accounts, "uuid"), [self.account.as_str()]);
            }
        }
    }
}

#[test]
fn aborted_requests_leave_no_transaction_no_lock_and_nobody_elses_answer() {
    let _alone = alone();
    let (aborted, afterwards) = (scale(5_000, 25_000), scale(1_000, 5_000));
    let cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "--database-connections 4");
    let users: Vec<User> = (0..USERS).map(|number| User::new(&node, number)).collect();
    thread::scope(|scope| {
        for user in &users {
            let port = node.port;
            scope.spawn(move || (0..aborted / USERS).for_each(|number| user.abort(port, number)));
        }
    });
    let ours = |condition: &str| {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'contacts'";
        cluster.sql("postgres", &format!("{count} AND {condition}"))
    };
    let idle = until("no transaction is left", || ours("state LIKE 'idle in transaction%'") == "0");
    let quiet = until("no lock is left", || ours("pid IN (SELECT pid FROM pg_locks)") == "0");
    assert!(idle < Duration::from_secs(1), "it took {idle:?}");
    assert!(ours("true").parse::<usize>().unwrap() <= 5, "four, and the one that asks");
    thread::scope(|scope| {
        for user in &users {
            scope.spawn(move || (0..afterwards / USERS).for_each(|number| user.check(number)));
        }
    });
    println!(
        "{aborted} aborted requests: idle after {idle:?}, no lock after {quiet:?}, {afterwards} right answers; \
         {} contacts went in all the same",
        users.iter().map(|user| user.client.all().len() - 1).sum::<usize>()
    );
    assert_eq!(node.says("\"level\":\"ERROR\""), 0, "{}", node.log());
}
