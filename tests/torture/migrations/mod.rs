//! Databases of every released schema are brought forward by several processes at once, which are killed again and again,
//! and by one whose power is cut: all rows are there, and the schema is that of a new database.

mod postgres;
mod sqlite;

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::support::*;

/// Contacts of an old database; Ana has every third.
const ROWS: usize = 6000;

/// What 0.1.0 left in a database, in the words of both: `{uuid}` stands for a new one.
const OLD_ROWS: &str = "
    INSERT INTO espacios (espacio, siguiente_rol) VALUES ('demo', 3);
    INSERT INTO roles (espacio, id, nombre) VALUES ('demo', 1, 'Decisor'), ('demo', 2, 'Usuario');
    INSERT INTO contactos
        (uuid, espacio, propietario, nombre, apellido, email, busqueda, fecha_inactivacion, fecha_eliminacion)
    SELECT {uuid}, 'demo', CASE WHEN i % 3 = 0 THEN 'ana' ELSE 'luis' END, 'Nombre' || i,
        CASE WHEN i % 7 = 0 THEN 'Peña' ELSE 'Paz' END, 'p' || i || '@example.com',
        'nombre' || i || CASE WHEN i % 7 = 0 THEN ' peña' ELSE ' paz' END,
        CASE WHEN i % 11 = 0 THEN CURRENT_TIMESTAMP END, CASE WHEN i % 13 = 0 THEN CURRENT_TIMESTAMP END
    FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT i FROM n) AS n;
    INSERT INTO cuentas (uuid, espacio, nombre, busqueda)
    SELECT {uuid}, 'demo', 'Cuenta' || id, 'cuenta' || id FROM contactos WHERE id <= 100;
    INSERT INTO contactos_cuentas (espacio, contacto, cuenta, rol)
    SELECT 'demo', id, id % 100 + 1, 1 FROM contactos WHERE id % 5 = 0;";

/// Everything that such a database holds.
const ALL_ROWS: [&str; 5] = [
    "SELECT espacio || ' ' || siguiente_rol || ' ' || fecha_creacion FROM espacios",
    "SELECT espacio || ' ' || id || ' ' || nombre || ' ' || fecha_creacion FROM roles ORDER BY id",
    "SELECT espacio || ' ' || id || ' ' || {uuid} || ' ' || propietario || ' ' || nombre || ' ' || apellido || ' ' || email
        || ' ' || busqueda || ' ' || fecha_creacion || ' ' || coalesce('' || fecha_inactivacion, '-') || ' '
        || coalesce('' || fecha_eliminacion, '-') FROM contactos ORDER BY id",
    "SELECT espacio || ' ' || id || ' ' || {uuid} || ' ' || nombre || ' ' || busqueda FROM cuentas ORDER BY id",
    "SELECT espacio || ' ' || id || ' ' || contacto || ' ' || cuenta || ' ' || rol FROM contactos_cuentas ORDER BY id",
];

/// What a database is made of, to be compared.
#[derive(Debug, PartialEq, Eq)]
struct Dump {
    schema: String,
    rows: String,
}

/// Starts several processes at once that bring the database forward, and kills each within this time, if there is one; how
/// many were killed before their end.
fn migrate(database: &str, random: &mut Rng, kill_within: Option<Duration>) -> usize {
    const PROCESSES: usize = 4;

    let mut processes: Vec<Child> = (0..PROCESSES)
        .map(|_| {
            let mut migrate = contacts(database, "migrate");
            migrate.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    if let Some(within) = kill_within {
        let mut moments: Vec<_> = (0..PROCESSES).map(|_| within.mul_f64(random.f64())).collect();
        moments.sort();
        let start = Instant::now();
        for (process, moment) in processes.iter_mut().zip(moments) {
            thread::sleep(moment.saturating_sub(start.elapsed()));
            process.kill().unwrap();
        }
    }
    let mut killed = 0;
    for process in processes {
        let said = process.wait_with_output().unwrap();
        if said.status.code().is_some() {
            let said: Said = said.into();
            assert!(said.success, "{}", said.err);
        } else {
            killed += 1;
        }
    }
    killed
}

/// How long it takes one process, alone.
fn time(database: &str) -> Duration {
    let start = Instant::now();
    done(database, "migrate");
    start.elapsed()
}

/// Asks the service for what an old database has: the list, the state, and the search, whose index is new.
fn ask(database: &str) {
    let node = Node::start(database, "");
    let client = node.caller("ana", "demo");
    let list = |filters: Value| {
        let list = client.done("contacts/", &json!({ "action": "lite", "filters": filters }));
        column(&list, "first_name")
    };
    let names = |has: fn(usize) -> bool| -> Vec<String> {
        let ids = (1..=ROWS).filter(|id| id % 3 == 0 && id % 13 != 0 && has(*id));
        ids.map(|id| format!("Nombre{id}")).collect()
    };
    assert_eq!(list(json!({})), names(|_| true));
    assert_eq!(list(json!({ "status": "inactive" })), names(|id| id % 11 == 0));
    assert_eq!(list(json!({ "search": "PEÑA" })), names(|id| id % 7 == 0));
    assert_eq!(
        list(json!({ "search": "pena nombre1" })),
        names(|id| id % 7 == 0 && id.to_string().starts_with('1'))
    );
}
