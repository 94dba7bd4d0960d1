//! What holds for all statements, and what a search finds.

use std::sync::LazyLock;

use deadpool_postgres::Object;
use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;
use uuid::Uuid;

use super::cluster::Cluster;
use super::pages::{List, Statement, Wanted};
use super::*;
use crate::caller::Caller;
use crate::contact::{Details, Filter, Import};
use crate::paging::{Cursor, PageRequest};
use crate::search::{Search, fold_names};
use crate::status::Status;
use crate::store::{Address, copy, sql as shared};
use crate::text::Text;

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(&[]));

async fn open() -> Arc<Postgres> {
    open_on(&CLUSTER).await
}

async fn open_on(cluster: &Cluster) -> Arc<Postgres> {
    open_at(&cluster.address(&cluster.database(""))).await
}

async fn open_at(address: &str) -> Arc<Postgres> {
    let address = address.parse().unwrap();
    let Address::Postgres(server) = &address else { panic!("{address}") };
    let options = Options {
        address: address.clone(),
        // One of them is shared by short reads.
        connections: 3,
        timeout: Duration::from_secs(30),
        wait: Duration::ZERO,
        ca: None,
    };
    Postgres::open(server, &options).await.unwrap()
}

/// The statement of a page for every combination of filters.
fn pages() -> Vec<(String, String)> {
    let caller = Caller::new("demo", "ana").unwrap();
    let uuids = [Uuid::nil()];
    let mut statements = Vec::new();
    let terms = [None, Some("maria"), Some("zq"), Some("ñu"), Some("muñoz")];
    for (list, term) in [List::Contacts, List::Accounts]
        .into_iter()
        .zip([terms; 2])
        .flat_map(|(list, terms)| terms.map(|term| (list, term)))
    {
        let search = term.and_then(|term| Search::parse("search", term).unwrap());
        for mask in 0..12 {
            let wanted = Wanted {
                list,
                caller: &caller,
                uuids: (mask & 1 > 0).then_some(&uuids[..]),
                accounts: (mask & 2 > 0 && matches!(list, List::Contacts)).then_some(&uuids[..]),
                search: search.as_ref(),
                status: [Status::All, Status::Active, Status::Inactive][mask >> 2],
                page: PageRequest { after: Cursor::default(), size: 10 },
            };
            let (columns, join) = match list {
                List::Contacts => (contacts::COLUMNS, sql::accounts_of_contact!()),
                List::Accounts => (accounts::COLUMNS, ""),
            };
            let statement = Statement::page(&wanted, columns, join);
            statements.push((format!("page {mask} for {term:?}"), statement.sql));
        }
    }
    statements
}

fn all() -> Vec<(String, String)> {
    let fixed = shared::ALL.iter().chain(sql::ALL);
    let fixed = fixed.map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
    fixed.chain(pages()).collect()
}

/// How PostgreSQL carries out a statement, whatever the values.
async fn plan(connection: &Object, name: &str, sql: &str) -> Value {
    let failed = |error| panic!("{name}: {}", error::describe(&error));
    let params = connection.prepare(sql).await.unwrap_or_else(failed);
    let nulls = vec!["NULL"; params.params().len()].join(", ");
    connection.batch_execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
    connection.batch_execute(&format!("PREPARE este AS {sql}")).await.unwrap();
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE este ({nulls})");
    let said = connection.simple_query(&explain).await.unwrap();
    connection.batch_execute("DEALLOCATE este").await.unwrap();
    let plan = said.iter().find_map(|said| match said {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    serde_json::from_str::<Value>(plan.unwrap()).unwrap()[0]["Plan"].take()
}

/// All steps of a plan.
fn steps(plan: &Value) -> Vec<&Value> {
    let inner = plan["Plans"].as_array().into_iter().flatten().flat_map(steps);
    std::iter::once(plan).chain(inner).collect()
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index_that_begins_with_the_workspace() {
    let db = open().await;
    let connection = db.connection().await.unwrap();
    for (name, sql) in all() {
        let plan = plan(&connection, &name, &sql).await;
        for step in steps(&plan) {
            let kind = step["Node Type"].as_str().unwrap_or_default();
            assert!(kind != "Seq Scan", "{name} reads a whole table: {step:#}");
            if kind.contains("Index") {
                let condition = step["Index Cond"].as_str().unwrap_or_default();
                // The pieces of a name are marked with its workspace.
                assert!(condition.contains("espacio"), "{name} does not use the workspace: {step:#}");
            }
        }
    }
}

#[tokio::test]
async fn an_account_with_nearly_all_associations_makes_the_lists_of_others_no_longer() {
    let db = open().await;
    let row = |number| Import {
        account: Some(Text::required("account", "Grande").unwrap()),
        ..import(&format!("Ana{number}"), "Paz")
    };
    let rows: Vec<Import> = (0..3000).map(row).collect();
    import::contacts(&db, &Caller::new("demo", "ana").unwrap(), &rows, import::Keep::Yes).await.unwrap();
    let connection = db.connection().await.unwrap();
    connection.batch_execute("ANALYZE").await.unwrap();
    let plan = plan(&connection, "ASSOCIATIONS_OF_ACCOUNT", sql::ASSOCIATIONS_OF_ACCOUNT).await;
    let indexes: Vec<&str> = steps(&plan).iter().filter_map(|step| step["Index Name"].as_str()).collect();
    assert!(indexes.contains(&"contactos_cuentas_orden"), "{plan:#}");
}

#[tokio::test]
async fn an_owner_with_nearly_all_contacts_makes_the_lists_of_others_no_longer() {
    let db = open().await;
    let rows: Vec<Import> = (0..3000).map(|number| import(&format!("Ana{number}"), "Paz")).collect();
    import::contacts(&db, &Caller::new("demo", "ana").unwrap(), &rows, import::Keep::Yes).await.unwrap();
    let connection = db.connection().await.unwrap();
    connection.batch_execute("ANALYZE").await.unwrap();
    for (name, sql) in pages() {
        let plan = plan(&connection, &name, &sql).await;
        // What walks over contacts in the order of ids begins at the owner.
        for step in steps(&plan).into_iter().filter(|step| step["Node Type"] == "Index Scan") {
            let walks = step["Index Name"] == "contactos_pkey"
                && step["Filter"].as_str().is_some_and(|filter| filter.contains("propietario"));
            let one = step["Index Cond"].as_str().is_some_and(|condition| condition.contains("(id = "));
            assert!(!walks || one, "{name}: {step:#}");
        }
    }
}

#[test]
fn every_statement_names_the_workspace_of_every_table() {
    const NOT_AN_ALIAS: [&str; 11] =
        ["SET", "WHERE", "SELECT", "JOIN", "LEFT", "CROSS", "ORDER", "ON", "VALUES", "FROM", "espacio"];
    for (name, sql) in all() {
        let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        for three in words.windows(3) {
            if matches!(three[0], "FROM" | "JOIN" | "INTO" | "UPDATE") && copy::is_table(three[1]) {
                let alias = Some(three[2]).filter(|word| three[0] != "INTO" && !NOT_AN_ALIAS.contains(word));
                let column = alias.map_or("espacio".to_owned(), |alias| format!("{alias}.espacio"));
                assert!(words.contains(&column.as_str()), "{name} does not name {column}: {sql}");
            }
        }
    }
}

#[tokio::test]
async fn the_key_and_the_unique_indexes_of_every_table_begin_with_the_workspace() {
    let db = open().await;
    let rows = db
        .rows(
            "SELECT i.indexrelid::regclass::TEXT AS indice, a.attname::TEXT AS primera
             FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
             LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
             WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND t.relname <> 'migraciones'",
            &[],
        )
        .await
        .unwrap();
    assert!(rows.len() >= 8, "{rows:?}");
    for row in rows {
        let (index, first): (String, String) = (row.get("indice"), row.get("primera"));
        assert_eq!(first, "espacio", "{index}");
    }
}

#[tokio::test]
async fn a_connection_is_given_back_sound_after_whoever_waited_for_it_went_away() {
    let db = open().await;
    for _ in 0..20 {
        let slow = db.rows("SELECT pg_sleep(0.05)", &[]);
        assert!(timeout(Duration::from_millis(5), slow).await.is_err());
        let caller = Caller::new("demo", "ana").unwrap();
        let delete = roles::delete(&db, &caller, 1);
        let _ = timeout(Duration::from_micros(500), delete).await;
    }
    let rows = db.rows("SELECT 1 AS uno", &[]).await.unwrap();
    assert_eq!(rows[0].get::<_, i32>("uno"), 1);
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE state LIKE 'idle in transaction%' AND datname = current_database()";
    let mut left = 1;
    for _ in 0..100 {
        left = db.row(open, &[]).await.unwrap().unwrap().get::<_, i64>(0);
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_connection_that_still_works_for_somebody_who_went_away_is_nobody_elses() {
    let db = open().await;
    let slow = db.rows("SELECT pg_sleep(8)", &[]);
    assert!(timeout(Duration::from_millis(50), slow).await.is_err());
    for _ in 0..10 {
        let start = std::time::Instant::now();
        db.rows("SELECT 1", &[]).await.unwrap();
        assert!(
            start.elapsed() < Duration::from_secs(4),
            "it waited for the slow one: {:?}",
            start.elapsed()
        );
    }
}

/// Short reads share one connection: each gets its own answer, also behind one that nobody waits for any more.
#[tokio::test]
async fn reads_that_share_a_connection_get_their_own_answers() {
    let db = open().await;
    let slow = db.read_shared("SELECT pg_sleep(0.2)", &[]);
    assert!(timeout(Duration::from_millis(20), slow).await.is_err());
    let reads = (0..200_i64).map(|number| {
        let db = &db;
        async move {
            let rows = db
                .read_shared("SELECT $1::BIGINT AS numero, pg_backend_pid() AS sesion", &[&number])
                .await
                .unwrap();
            assert_eq!(rows[0].get::<_, i64>("numero"), number);
            rows[0].get::<_, i32>("sesion")
        }
    });
    let sessions = futures_util::future::join_all(reads).await;
    assert!(sessions.iter().all(|session| *session == sessions[0]), "{sessions:?}");
}

#[tokio::test]
async fn a_read_whose_connection_breaks_is_asked_again() {
    let db = open().await;
    for _ in 0..5 {
        let session: i32 = db.read_shared("SELECT pg_backend_pid()", &[]).await.unwrap()[0].get(0);
        let reads = (0..50).map(|_| db.read_shared("SELECT pg_sleep(0.01)", &[]));
        let params: [Param<'_>; 1] = [&session];
        let end = db.rows("SELECT pg_terminate_backend($1)", &params);
        let (reads, end) = tokio::join!(futures_util::future::join_all(reads), end);
        end.unwrap();
        for read in reads {
            read.unwrap();
        }
    }
}

/// Or callers who go away and come again would put more and more statements onto it.
#[tokio::test]
async fn reads_that_nobody_waits_for_keep_their_places_until_they_are_answered() {
    let db = open().await;
    let sleep_for = |seconds: f64| {
        let db = &db;
        async move { db.read_shared("SELECT pg_sleep($1)", &[&seconds]).await.map(drop) }
    };
    // From now on a read sends its statement when it is first polled.
    sleep_for(0.0).await.unwrap();
    assert!(sleep_for(1.0).now_or_never().is_none());
    for _ in 1..pipelines::DEPTH {
        assert!(sleep_for(0.0).now_or_never().is_none());
    }
    let refused = sleep_for(0.0).await;
    assert!(matches!(refused, Err(Error::Overloaded)), "{refused:?}");
    timeout(Duration::from_secs(30), async {
        while sleep_for(0.0).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the places are never given back");
}

async fn shared_session(db: &Postgres) -> i32 {
    db.read_shared("SELECT pg_backend_pid()", &[]).await.unwrap()[0].get(0)
}

/// Those behind it would wait as often.
#[tokio::test]
async fn a_read_that_the_server_gives_up_is_not_asked_again_and_keeps_its_connection() {
    let db = open().await;
    let session = shared_session(&db).await;
    for code in ["55P03", "57014", "53200"] {
        failing(&db, code, 1).await;
        let refused = db.read_shared("SELECT falla()", &[]).await;
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{code}: {refused:?}");
        let asked: i64 = db.row("SELECT last_value FROM intentos", &[]).await.unwrap().unwrap().get(0);
        assert_eq!((asked, shared_session(&db).await), (1, session), "{code}");
    }
}

/// As after a start that was interrupted before it had dropped them: each write would pay for them for ever.
#[tokio::test]
async fn search_indexes_of_before_are_dropped_by_the_next_start() {
    let address = CLUSTER.address(&CLUSTER.database(""));
    let db = open_at(&address).await;
    db.rows("CREATE INDEX cuentas_piezas ON cuentas (espacio)", &[]).await.unwrap();
    let db = open_at(&address).await;
    let gone = db.row("SELECT to_regclass('cuentas_piezas') IS NULL", &[]).await.unwrap().unwrap();
    assert!(gone.get::<_, bool>(0));
}

/// Another server may have taken its place, and who only reads would go on seeing what was.
#[tokio::test]
async fn a_server_that_takes_no_writes_any_more_is_left_by_reads_too() {
    let cluster = Cluster::start(&[]);
    let db = open_on(&cluster).await;
    let session = shared_session(&db).await;
    db.rows("ALTER SYSTEM SET default_transaction_read_only = on", &[]).await.unwrap();
    db.rows("SELECT pg_reload_conf()", &[]).await.unwrap();
    timeout(Duration::from_secs(30), async {
        while shared_session(&db).await == session {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the connection is the one of before");
}

#[tokio::test]
async fn creates_share_commits_and_one_that_the_server_refuses_fails_alone() {
    let db = open().await;
    let refuse = "CREATE FUNCTION rechaza() RETURNS TRIGGER LANGUAGE plpgsql AS
                      $$BEGIN RAISE EXCEPTION 'no'; END$$;
                  CREATE TRIGGER rechaza BEFORE INSERT ON contactos FOR EACH ROW
                      WHEN (NEW.nombre = 'Malo') EXECUTE FUNCTION rechaza()";
    db.connection().await.unwrap().batch_execute(refuse).await.unwrap();
    let caller = Caller::new("demo", "ana").unwrap();
    let names: Vec<String> =
        (0..300).map(|number| if number == 150 { "Malo".into() } else { format!("Ana {number}") }).collect();
    let creates = names.iter().map(|name| {
        let details = import(name, "Paz").details;
        creates::create(&db, &caller, Uuid::now_v7(), details)
    });
    let outcomes = futures_util::future::join_all(creates).await;
    for (name, outcome) in names.iter().zip(outcomes) {
        assert_eq!(outcome.is_ok(), name != "Malo", "{name}");
    }
    let count = "SELECT count(*), count(DISTINCT nombre), count(DISTINCT xmin::TEXT) FROM contactos";
    let row = db.row(count, &[]).await.unwrap().unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (299, 299));
    // The group of the one that is refused is made one by one.
    assert!(row.get::<_, i64>(2) < 299, "each had a commit of its own");
}

/// A function that fails so many times with a code, and then does not.
async fn failing(db: &Postgres, code: &str, times: u64) {
    let make = format!(
        "DROP SEQUENCE IF EXISTS intentos;
         CREATE SEQUENCE intentos;
         CREATE OR REPLACE FUNCTION falla() RETURNS BIGINT LANGUAGE plpgsql AS $$
         DECLARE intento BIGINT := nextval('intentos');
         BEGIN
             IF intento <= {times} THEN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = 'otra vez'; END IF;
             RETURN intento;
         END $$"
    );
    db.connection().await.unwrap().batch_execute(&make).await.unwrap();
}

#[tokio::test]
async fn what_the_server_took_back_is_done_again_and_nothing_else_is() {
    let db = open().await;
    // A deadlock, a serialization failure, a key that somebody else had first.
    for code in ["40P01", "40001", "23505"] {
        failing(&db, code, 2).await;
        let row = db.row("SELECT falla() AS intento", &[]).await.unwrap().unwrap();
        assert_eq!(row.get::<_, i64>("intento"), 3, "{code}");
        failing(&db, code, 100).await;
        let error = db.row("SELECT falla() AS intento", &[]).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{code}: {error}");
        let tried: i64 = db.row("SELECT last_value FROM intentos", &[]).await.unwrap().unwrap().get(0);
        assert_eq!(tried, TRIES as i64, "{code}");
    }
    // Completion unknown, an operator's shutdown, out of disk, a mistake of ours.
    for (code, unavailable) in [("40003", true), ("57P01", true), ("53100", true), ("22012", false)] {
        failing(&db, code, 2).await;
        let error = db.row("SELECT falla() AS intento", &[]).await.unwrap_err();
        assert_eq!(matches!(error, Error::Unavailable(_)), unavailable, "{code}: {error}");
        let tried: i64 = db.row("SELECT last_value FROM intentos", &[]).await.unwrap().unwrap().get(0);
        assert_eq!(tried, 1, "{code}");
    }
}

#[tokio::test]
async fn two_imports_at_once_make_an_account_once() {
    let db = open().await;
    let caller = Caller::new("demo", "ana").unwrap();
    let row = |number: usize| Import {
        account: Some(Text::required("account", &format!("Empresa {}", number % 50)).unwrap()),
        ..import("Ana", "Paz")
    };
    let rows: Vec<Import> = (0..500).map(row).collect();
    let imports = [(); 2].map(|()| import::contacts(&db, &caller, &rows, import::Keep::Yes));
    for outcome in futures_util::future::join_all(imports).await {
        assert_eq!(outcome.unwrap().len(), 500);
    }
    let count = "SELECT count(*), count(DISTINCT busqueda) FROM cuentas WHERE espacio = 'demo'";
    let row = db.row(count, &[]).await.unwrap().unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (50, 50));
}

#[tokio::test]
async fn a_copy_carries_every_column_that_the_schema_has() {
    let db = open().await;
    let all = "SELECT table_name || '.' || column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name <> 'migraciones' AND is_generated = 'NEVER' ORDER BY 1";
    let all: Vec<String> = db.rows(all, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let mut carried = copy::columns();
    carried.sort();
    assert_eq!(carried, all);
}

fn import(first_name: &str, last_name: &str) -> Import {
    Import {
        details: Details {
            first_name: Text::required("first_name", first_name).unwrap(),
            last_name: Text::required("last_name", last_name).unwrap(),
            email: None,
            phone: None,
        },
        account: None,
        role: None,
    }
}

/// Numbers that look random, and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const SYLLABLES: [&str; 24] = [
    "ma", "ri", "a", "jo", "sé", "ñu", "nu", "ñe", "z", "gar", "cía", "lo", "pe", "mar", "tín", "ez", "d'",
    "o-", "%", "_", "\\", "王", "ж", "ß",
];

/// A search over more rows than the walk looks at, so that the indexes answer, against the rule itself.
#[tokio::test]
async fn a_search_finds_by_an_index_what_the_rule_finds() {
    let db = open().await;
    let caller = Caller::new("demo", "ana").unwrap();
    let mut numbers = Numbers(7);
    let name = |numbers: &mut Numbers| {
        let rare = if numbers.below(400) == 0 { numbers.pick(&["wx", "q", "Ñw", "xylo", "7"]) } else { "" };
        let syllables: String = (0..1 + numbers.below(4)).map(|_| numbers.pick(&SYLLABLES)).collect();
        format!("{syllables}{rare}")
    };
    let names: Vec<(String, String)> = (0..4000).map(|_| (name(&mut numbers), name(&mut numbers))).collect();
    let rows: Vec<Import> = names.iter().map(|(first, last)| import(first, last)).collect();
    import::contacts(&db, &caller, &rows, import::Keep::Yes).await.unwrap();
    // Another owner's, which must not be found, and which the same index holds.
    import::contacts(&db, &Caller::new("demo", "eva").unwrap(), &rows[..500], import::Keep::Yes)
        .await
        .unwrap();
    let folded: Vec<String> = names.iter().map(|(first, last)| fold_names(first, last)).collect();

    let mut terms: Vec<String> = [
        "w", "q", "wx", "ñw", "nuñ", "ñen", "nuñe nu", "xylo", "7", "zq", "%", "_", "\\", "王", "ж", "ma xy",
        "%_", "q w",
    ]
    .map(String::from)
    .into();
    for _ in 0..60 {
        let name: Vec<char> = folded[numbers.below(folded.len())].chars().collect();
        let start = numbers.below(name.len());
        let end = (start + 1 + numbers.below(7)).min(name.len());
        terms.push(name[start..end].iter().collect());
    }
    for term in &terms {
        let Some(search) = Search::parse("search", term).unwrap() else { continue };
        let expected: Vec<&str> =
            folded.iter().filter(|name| search.finds(name)).map(String::as_str).collect();
        let filter = Filter { search: Some(Arc::new(search)), ..Filter::default() };
        let (mut found, mut next) = (Vec::new(), Some(Cursor::default()));
        while let Some(after) = next {
            let page = PageRequest { after, size: 150 };
            let page = contacts::list_names(&db, &caller, &filter, page).await.unwrap();
            found.extend(page.rows.iter().map(|row| fold_names(&row.first_name, &row.last_name)));
            next = page.next;
        }
        assert_eq!(found, expected, "{term:?}");
    }
}
