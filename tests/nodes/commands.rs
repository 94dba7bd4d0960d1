//! The other commands on a PostgreSQL: the same as on a file.

use std::fs;

use crate::postgres::Cluster;
use crate::support::*;

const OWNER: &str = "--user ana --workspace demo";

#[test]
fn every_command_does_the_same_as_on_a_file() {
    let _alone = alone();
    let (cluster, folder) = (Cluster::start(&[]), tempfile::tempdir().unwrap());
    let people = folder.path().join("people.csv");
    fs::write(
        &people,
        "first_name,last_name,email,account,role\nAna,Paz,ana@example.com,Acme,Legal\nJosé,Núñez,,acme,\n\
         ,nobody,,,\nEva,Sol,,Acme,nothing\n",
    )
    .unwrap();
    let rejected = folder.path().join("people.rejected.csv");
    let outcomes = [cluster.address("postgres"), sqlite(&folder.path().join("c.db"))].map(|database| {
        let migrated = done(&database, "migrate");
        assert!(migrated.ends_with("is up to date\n"), "{migrated}");
        let roles = done(&database, "roles --workspace demo");
        assert_eq!(roles, "1\tDecisor\n2\tInfluenciador\n3\tUsuario\n4\tCompras\n5\tOtro\n");
        let roles = done(&database, "roles --workspace demo --add Legal");
        assert!(fails(&database, "roles --workspace demo --delete 9").contains("there is no role 9"));

        let import = format!("import {} {OWNER}", people.display());
        let tried = done(&database, &format!("{import} --dry-run"));
        assert!(tried.starts_with("would import 2 contacts"), "{tried}");
        assert_eq!(done(&database, &format!("export {OWNER}")).lines().count(), 1);
        let imported = done(&database, &import);
        assert!(imported.starts_with("imported 2 contacts"), "{imported}");
        let refused = fs::read_to_string(&rejected).unwrap();
        assert!(fails(&database, "roles --workspace demo --delete 6").contains("role 6 is in use"));

        let csv = done(&database, &format!("export {OWNER}"));
        let cards = done(&database, &format!("export {OWNER} --format vcard"));
        let cards: Vec<_> =
            cards.lines().filter(|line| !line.starts_with("UID")).map(str::to_owned).collect();
        (roles, refused, csv, cards)
    });
    assert_eq!(outcomes[0], outcomes[1]);
}

#[test]
fn a_token_needs_no_database_but_the_secret_that_all_nodes_have() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    let node = Node::start(&database, "");
    // The address is of a server that is not there.
    let token = done("postgres://ana@127.0.0.1:1/crm", &format!("token {OWNER}"));
    let client = node.caller("eva", "demo").with_token(token.trim());
    assert_eq!(client.create("Ana").unwrap().status, 200);
    for arguments in ["serve --listen 127.0.0.1:0", "token --user ana --workspace demo"] {
        let mut command = contacts(&database, arguments);
        let said: Said = command.env_remove("CONTACTS_JWT_SECRET").output().unwrap().into();
        assert!(!said.success && said.err.contains("all nodes of a database need the same"), "{}", said.err);
        assert!(said.err.contains("make one with: openssl rand -hex 32"), "{}", said.err);
    }
}

#[test]
fn the_password_of_an_address_is_never_shown() {
    let _alone = alone();
    let mut cluster = Cluster::start(&[]);
    cluster.sql("postgres", "ALTER ROLE postgres PASSWORD 'geheim'");
    let database = cluster.address("postgres").replace("postgres@", "postgres:geheim@");
    let mut node = Node::start(&database, "--log trace --drain 1");
    assert!(node.welcome().contains(&format!("database  postgres://127.0.0.1:{}/postgres\n", cluster.port)));
    assert_eq!(node.caller("ana", "demo").create("Ana").unwrap().status, 200);
    cluster.crash();
    until("the log says so", || node.says("the database does not answer") == 1);
    assert_eq!(node.caller("ana", "demo").create("Ana"), Some(Answer::unavailable()));
    let mut shown = vec![
        node.welcome(),
        fails(&database, "migrate --database-wait 0"),
        fails(&format!("{database}?nonsense=1"), "migrate"),
        fails(&database.replace("127.0.0.1", "[::1"), "migrate"),
        fails(&database, &format!("copy --from {database}?nonsense=1 --to sqlite:nothing.db")),
        fails(&database, &format!("copy --from sqlite:nothing.db --to {database}?nonsense=1")),
        done(&database, "copy --help"),
        done(&database, "--help"),
        done(&database, "serve --help"),
    ];
    node.signal("TERM");
    shown.push(node.wait().1);
    let redis = "redis://:geheim@cache";
    let said: Said = contacts(&database, "--help").env("CONTACTS_REDIS", redis).output().unwrap().into();
    assert!(said.out.contains("--database") && said.out.contains("--redis"));
    shown.push(said.out);
    for text in shown {
        let line = text.lines().find(|line| line.contains("geheim"));
        assert_eq!(line, None);
    }
}
