//! Encrypted connections to PostgreSQL.

use crate::certificates::certificates;
use crate::postgres::Cluster;
use crate::support::*;

#[test]
fn connections_are_encrypted_and_the_servers_certificate_is_checked() {
    let _alone = alone();
    let folder = certificates();
    let file = |name: &str| folder.path().join(name).display().to_string();
    Cluster::give(&folder.path().join("server.key"));
    let cluster = Cluster::start(&[
        "ssl=on",
        &format!("ssl_cert_file={}", file("server.pem")),
        &format!("ssl_key_file={}", file("server.key")),
    ]);
    let address =
        |host: &str| format!("{}?sslmode=require", cluster.address("postgres").replace("127.0.0.1", host));
    let node = Node::start(&address("localhost"), &format!("--database-ca {}", file("ca.pem")));
    assert_eq!(node.caller("ana", "demo").create("Ana").unwrap().status, 200);
    let sessions = "SELECT bool_and(ssl), count(*) > 1 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                    WHERE application_name = 'contacts'";
    assert_eq!(cluster.sql("postgres", sessions), "t|t");

    // Another authority, and another name.
    let advice = "name the file of its authority with --database-ca";
    for (host, flags) in [
        ("localhost", String::new()),
        ("localhost", format!("--database-ca {}", file("server.pem"))),
        ("127.0.0.1", format!("--database-ca {}", file("ca.pem"))),
    ] {
        let said = fails(&address(host), &format!("serve --listen 127.0.0.1:0 {flags}"));
        assert!(said.contains(advice) && !said.contains("waiting for"), "{host} {flags}: {said}");
    }
    let said = fails(&address("localhost"), "serve --listen 127.0.0.1:0 --database-ca nothing");
    assert!(said.contains("cannot use nothing as --database-ca"), "{said}");
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let address = format!("{}?sslmode=require", cluster.address("postgres"));
    let said = fails(&address, "serve --listen 127.0.0.1:0");
    assert!(said.contains("turn on ssl in the server's settings, or add sslmode=disable"), "{said}");
    assert!(!said.contains("waiting for"), "{said}");
}
