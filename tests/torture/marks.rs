//! Everybody's data carry a mark of their own. Whatever goes wrong with requests, nobody is sent another's mark, and each
//! answer is that of its request.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::postgres::Cluster;
use crate::scale::{random, scale};
use crate::support::*;
use crate::wire::{Reply, Wire, request};

const USERS: usize = 24;
const WORKSPACES: usize = 4;
const THREADS: usize = 8;

/// How many contacts the first user has: an answer with all of them is sent in parts.
const MANY: usize = 2_500;

/// A mark is this letter and ten digits. Nothing else in an answer looks like it.
const MARK: &str = "Qq";
const DIGITS: usize = 10;

/// Somebody with a contact and an account.
struct User {
    token: String,
    /// In what only the user sees, and in what the workspace sees.
    mark: String,
    shared_mark: String,
    contact: String,
    account: String,
}

impl User {
    fn new(database: &str, node: &Node, number: usize, marks: &mut fastrand::Rng) -> Self {
        let workspace = number % WORKSPACES;
        // The workspace's mark must be the same for all of its users.
        let mark = |number: u64| format!("{MARK}{number:0DIGITS$}");
        let (mark, shared_mark) = (mark(marks.u64(1_000..9_999_999_999)), mark(workspace as u64));
        let client = node.caller(&format!("user{number}"), &format!("workspace{workspace}"));
        if number == 0 {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("many.csv");
            fs::write(&file, format!("first_name,last_name\n{}", format!("{mark},x\n").repeat(MANY)))
                .unwrap();
            done(database, &format!("import {} --user user0 --workspace workspace0", file.display()));
        }
        let made = |path: &str, body: Value| client.done(path, &body)["uuid"].as_str().unwrap().to_owned();
        let contact = made(
            "contacts/contact",
            json!({
                "action": "create", "first_name": mark, "last_name": "x", "email": format!("{mark}@x"), "phone": mark
            }),
        );
        let account = made("accounts/account", json!({ "action": "create", "name": shared_mark }));
        client.done("roles/role", &json!({ "action": "create", "name": shared_mark }));
        let pair = json!({ "contact_uuid": contact, "account_uuid": account, "rol_id": 1 });
        client.done("contacts/associate-account", &pair);
        Self { token: client.token, mark, shared_mark, contact, account }
    }
}

/// A request, and what its answer must be.
struct Ask<'a> {
    user: &'a User,
    id: String,
    bytes: Vec<u8>,
    status: u16,
    holds: Vec<String>,
}

impl<'a> Ask<'a> {
    /// Any request of anybody. Its number is in what it writes, and is the id of the request.
    fn draw(users: &'a [User], number: usize, random: &mut fastrand::Rng) -> Self {
        let user = random.choice(users).unwrap();
        let other = random.choice(users).unwrap();
        let (mark, contact, account) = (&user.mark, &user.contact, &user.account);
        let written = format!("N{number}N");
        let page = random.u32(1..50);
        let (contacts, id) = ("contacts/contact", format!("request-{number}"));
        let names =
            json!({ "first_name": mark, "last_name": written, "email": format!("{mark}@x"), "phone": mark });
        let with = |mut body: Value, action: &str| {
            body["action"] = action.into();
            body["uuid"] = contact.as_str().into();
            body
        };
        let (method, path, body, status, holds) = match random.u8(0..14) {
            0 => ("GET", contacts, json!({ "uuid": contact }), 200, vec![contact, mark]),
            1 => ("POST", contacts, with(json!({}), "get"), 200, vec![contact, mark]),
            2 | 3 => ("POST", contacts, with(names, "create"), 200, vec![mark, &written]),
            4 | 5 => ("POST", contacts, with(names, "update"), 200, vec![contact, mark, &written]),
            6 => ("POST", "contacts/", json!({ "filters": { "page_size": page } }), 200, vec![mark]),
            7 => ("POST", "contacts/", json!({ "filters": { "search": mark } }), 200, vec![mark]),
            8 => ("POST", "contacts/", json!({ "action": "lite" }), 200, vec![mark, contact]),
            9 => ("POST", "accounts/", json!({ "filters": { "accounts": [account] } }), 200, vec![account]),
            10 => {
                let body = json!({ "action": "list", "account_uuid": account });
                ("POST", "contacts/associations", body, 200, vec![mark, account, contact])
            }
            11 => ("POST", "roles/", json!({}), 200, vec![&user.shared_mark]),
            // What is refused may not tell either.
            12 if other.contact != *contact => {
                ("GET", contacts, json!({ "uuid": other.contact }), 400, vec![])
            }
            _ => (
                "POST",
                contacts,
                json!({ "action": "create", "first_name": mark, "last_name": 7 }),
                400,
                vec![],
            ),
        };
        let holds = holds.into_iter().cloned().collect();
        let bytes = request(method, path, &user.token, &id, &body.to_string());
        Self { user, id, bytes, status, holds }
    }

    /// What is wrong with an answer.
    fn check(&self, reply: &Reply) -> Result<(), String> {
        let body = String::from_utf8_lossy(&reply.body);
        let all = format!("{}\n{body}", reply.head);
        let foreign = all.match_indices(MARK).map(|(place, _)| all.get(place..place + MARK.len() + DIGITS));
        let own = [Some(self.user.mark.as_str()), Some(&self.user.shared_mark)];
        for mark in foreign {
            if !own.contains(&mark) {
                return Err(format!("{mark:?} is of somebody else: {all}"));
            }
        }
        if reply.id != self.id || reply.status != self.status {
            return Err(format!("not the answer to {}: {} {} {all}", self.id, reply.id, reply.status));
        }
        match self.holds.iter().find(|text| !body.contains(*text)) {
            Some(text) => Err(format!("{} does not hold {text}: {all}", self.id)),
            None => Ok(()),
        }
    }
}

/// What all threads count together.
#[derive(Default)]
struct Counts {
    asked: AtomicUsize,
    answered: AtomicUsize,
    hung_up: AtomicUsize,
}

/// Asks, sometimes before the answers before have come, and sometimes hangs up, until enough was answered.
fn run(users: &[User], ports: &[u16], enough: usize, counts: &Counts, random: &mut fastrand::Rng) {
    let port = |random: &mut fastrand::Rng| *random.choice(ports).unwrap();
    let mut wire = Wire::connect(port(random)).unwrap();
    while counts.answered.load(Ordering::Relaxed) < enough {
        let asks: Vec<Ask> = (0..random.usize(1..12))
            .map(|_| Ask::draw(users, counts.asked.fetch_add(1, Ordering::Relaxed), random))
            .collect();
        let bytes: Vec<u8> = asks.iter().flat_map(|ask| ask.bytes.clone()).collect();
        let hangs_up = random.u8(0..4) == 0;
        if !hangs_up {
            wire.send(&bytes).unwrap();
            for ask in &asks {
                let reply = wire.receive().unwrap();
                ask.check(&reply).unwrap_or_else(|wrong| panic!("{wrong}"));
                counts.answered.fetch_add(1, Ordering::Relaxed);
            }
            if random.u8(0..10) > 0 {
                continue;
            }
        } else if random.bool() {
            // In the middle of a request.
            wire.send(&bytes[..random.usize(1..bytes.len())]).unwrap();
            thread::sleep(Duration::from_micros(random.u64(0..5_000)));
        } else {
            // Before an answer, or in the middle of it.
            wire.send(&bytes).unwrap();
            if random.bool() {
                wire.wait().unwrap();
            }
        }
        counts.hung_up.fetch_add(usize::from(hangs_up), Ordering::Relaxed);
        wire = Wire::connect(port(random)).unwrap();
    }
}

fn check(what: &str, database: &str, nodes: &[Node]) {
    let mut random = random();
    let (seed, enough) = (random.get_seed(), scale(2_500, 25_000));
    let users: Vec<User> =
        (0..USERS).map(|number| User::new(database, &nodes[0], number, &mut random)).collect();
    let ports: Vec<u16> = nodes.iter().map(|node| node.port).collect();
    let counts = Counts::default();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (users, ports, counts) = (&users, &ports, &counts);
            let mut random = fastrand::Rng::with_seed(random.u64(..));
            scope.spawn(move || run(users, ports, enough, counts, &mut random));
        }
    });
    let doctored = doctored_are_flagged(&users, ports[0]);
    println!(
        "{what}: {} answers to {USERS} users, none with another's mark or to another request; {} times a caller hung up; \
         {doctored} doctored answers were flagged (seed {seed})",
        counts.answered.into_inner(),
        counts.hung_up.into_inner()
    );
}

/// Two sound answers made into unsound ones.
fn doctored_are_flagged(users: &[User], port: u16) -> usize {
    let ask = |user: usize, id: &str| {
        let User { token, mark, contact, .. } = &users[user];
        let bytes = request("GET", "contacts/contact", token, id, &json!({ "uuid": contact }).to_string());
        let holds = vec![mark.clone(), contact.clone()];
        Ask { user: &users[user], id: id.into(), bytes, status: 200, holds }
    };
    let (one, other) = (ask(1, "one"), ask(2, "other"));
    let mut wire = Wire::connect(port).unwrap();
    wire.send(&[&one.bytes[..], &other.bytes].concat()).unwrap();
    let (first, second) = (wire.receive().unwrap(), wire.receive().unwrap());
    assert_eq!((one.check(&first), other.check(&second)), (Ok(()), Ok(())));
    let text = |reply: &Reply| String::from_utf8(reply.body.clone()).unwrap();
    let doctored = [
        // The answers to each other, and the right one to another request.
        Reply { id: first.id.clone(), ..second.clone() },
        Reply { id: second.id.clone(), ..first.clone() },
        // A mark of somebody else beside one's own, in the body and in a header.
        Reply { body: text(&first).replace(&one.user.mark, &other.user.mark).into(), ..first.clone() },
        Reply { body: (text(&first) + &text(&second)).into(), ..first.clone() },
        Reply { head: format!("{}\nx-name: {}", first.head, other.user.mark), ..first.clone() },
        Reply { status: 400, ..first.clone() },
        Reply { body: Vec::new(), ..first.clone() },
    ];
    for reply in &doctored {
        assert!(one.check(reply).is_err(), "{reply:?}");
    }
    doctored.len()
}

#[test]
fn nobody_is_sent_anothers_mark_by_sqlite() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder.path().join("contacts.db"));
    check("SQLite", &database, &[Node::start(&database, "")]);
}

#[test]
fn nobody_is_sent_anothers_mark_by_two_nodes() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    let node = || Node::start(&database, "--database-connections 4");
    check("PostgreSQL, 2 nodes", &database, &[node(), node()]);
}
