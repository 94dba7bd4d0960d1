//! Pages of contacts and accounts: one statement finds the rows of a page and reads them.
//!
//! A page is first a list of ids (`ids`), found in the way that fits the filter, and then the rows of these ids. The
//! text of a statement depends only on which filters there are, so that each is prepared once.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Param;
use super::search::{Index, Terms};
use crate::caller::Caller;
use crate::paging::PageRequest;
use crate::search::Search;
use crate::status::Status;

/// How many rows of a list a search looks at one by one before it asks an index. What occurs often fills its page with
/// these; what does not is rare enough for an index.
const WALK: usize = 1000;

/// Which list a page is of.
#[derive(Clone, Copy)]
pub(super) enum List {
    /// The contacts of an owner.
    Contacts,
    /// The accounts of a workspace.
    Accounts,
}

/// What a page asks for.
pub(super) struct Wanted<'a> {
    pub(super) list: List,
    pub(super) caller: &'a Caller,
    /// Only rows with one of these UUIDs.
    pub(super) uuids: Option<&'a [Uuid]>,
    /// Only contacts of one of these accounts.
    pub(super) accounts: Option<&'a [Uuid]>,
    pub(super) search: Option<&'a Search>,
    pub(super) status: Status,
    pub(super) page: PageRequest,
    /// Whether there is an index of trigrams.
    pub(super) trigrams: bool,
}

/// A statement under construction: its common table expressions, and its parameters in their order.
pub(super) struct Statement {
    pub(super) sql: String,
    params: Vec<Box<dyn ToSql + Send + Sync>>,
}

impl Statement {
    /// The number of a new parameter.
    fn param(&mut self, value: impl ToSql + Send + Sync + 'static) -> String {
        self.params.push(Box::new(value));
        format!("${}", self.params.len())
    }

    pub(super) fn params(&self) -> Vec<Param<'_>> {
        self.params.iter().map(|param| param.as_ref() as Param<'_>).collect()
    }

    /// The rows of a page, in order: these columns of each id's row `t`, and of what is joined to it.
    pub(super) fn page(wanted: &Wanted<'_>, columns: &str, join: &str) -> Self {
        let mut statement = Self { sql: String::new(), params: Vec::new() };
        let table = wanted.table();
        let ids = statement.ids(wanted);
        // Row by row, by the key: as many as there are ids.
        statement.sql = format!(
            "WITH {ids} SELECT {columns} FROM ids CROSS JOIN LATERAL (
                 SELECT * FROM {table} WHERE espacio = $1 AND id = ids.id LIMIT 1) t {join} ORDER BY ids.id"
        );
        statement
    }

    /// The common table expressions that end with `ids`.
    fn ids(&mut self, wanted: &Wanted<'_>) -> String {
        let espacio = self.param(wanted.caller.workspace().to_owned());
        let mut list = format!("espacio = {espacio} AND fecha_eliminacion IS NULL");
        if let List::Contacts = wanted.list {
            let propietario = self.param(wanted.caller.user().to_owned());
            list += &format!(" AND propietario = {propietario}");
        }
        let after = self.param(wanted.page.after.id());
        let limit = self.param(wanted.page.size as i64 + 1);
        let rows = Rows { table: wanted.table(), status: condition(wanted.status), list, after, limit };
        match (wanted.uuids, wanted.accounts, wanted.search) {
            (None, None, None) => {
                let Rows { table, status, list, after, limit } = rows;
                format!(
                    "ids AS MATERIALIZED (
                         SELECT id FROM {table} WHERE {list} AND id > {after} {status} ORDER BY id LIMIT {limit})"
                )
            }
            (None, None, Some(search)) => self.found(wanted, search, &rows),
            _ => self.chosen(wanted, &rows),
        }
    }

    /// The ids that a search finds: in a walk over the first rows, and then by an index, if the page is not full.
    fn found(&mut self, wanted: &Wanted<'_>, search: &Search, rows: &Rows<'_>) -> String {
        let terms = Terms::new(search, wanted.trigrams);
        let names = self.names(&terms);
        let walk = self.param(WALK.max(10 * wanted.page.size) as i64);
        let index = match terms.by {
            Index::Trigrams(patterns) => {
                let like = |pattern| format!("simple LIKE {}", self.param(pattern));
                patterns.into_iter().map(like).collect::<Vec<_>>().join(" AND ")
            }
            Index::Pieces(pieces) => {
                let pieces = self.param(pieces);
                let owner = wanted.owner();
                format!(
                    "busqueda_piezas(espacio, {owner}, simple) @@ busqueda_consulta($1, {}, {pieces})",
                    match wanted.list {
                        List::Contacts => "$2",
                        List::Accounts => "''",
                    }
                )
            }
        };
        let Rows { table, status, list, after, limit } = rows;
        format!(
            "paso AS MATERIALIZED (
                 SELECT id, busqueda, simple, fecha_inactivacion FROM {table}
                 WHERE {list} AND id > {after} ORDER BY id LIMIT {walk}),
             vistos AS MATERIALIZED (SELECT id FROM paso WHERE {names} {status} ORDER BY id LIMIT {limit}),
             resto AS MATERIALIZED (
                 SELECT id FROM {table}
                 WHERE (SELECT count(*) FROM paso) = {walk} AND (SELECT count(*) FROM vistos) < {limit}
                     AND {list} AND id > (SELECT max(id) FROM paso) AND {index} AND {names} {status}),
             ids AS MATERIALIZED (
                 SELECT id FROM vistos UNION ALL SELECT id FROM resto ORDER BY id LIMIT {limit})"
        )
    }

    /// The ids among rows that the filter names, by their own UUIDs or those of their accounts.
    fn chosen(&mut self, wanted: &Wanted<'_>, rows: &Rows<'_>) -> String {
        let Rows { table, status, list, after, limit } = rows;
        let mut also = String::new();
        if let Some(search) = wanted.search {
            let names = self.names(&Terms::new(search, wanted.trigrams));
            also += &format!(" AND {names}");
        }
        if let Some(uuids) = wanted.uuids {
            also += &format!(" AND uuid = ANY({})", self.param(uuids.to_vec()));
        }
        let mut ctes = String::new();
        if let Some(accounts) = wanted.accounts {
            let accounts = self.param(accounts.to_vec());
            ctes = format!(
                "asociados AS MATERIALIZED (
                     SELECT DISTINCT l.contacto
                     FROM cuentas a JOIN contactos_cuentas l ON l.espacio = $1 AND l.cuenta = a.id
                     WHERE a.espacio = $1 AND a.uuid = ANY({accounts}) AND a.fecha_eliminacion IS NULL
                         AND l.contacto > {after} AND l.fecha_eliminacion IS NULL),"
            );
            if wanted.uuids.is_some() {
                also += " AND id IN (SELECT contacto FROM asociados)";
            } else {
                ctes += &format!(
                    "elegidos AS MATERIALIZED (
                         SELECT t.id FROM asociados CROSS JOIN LATERAL (
                             SELECT id FROM {table} WHERE id = asociados.contacto AND {list} {status} {also} LIMIT 1) t),"
                );
                return format!(
                    "{ctes} ids AS MATERIALIZED (SELECT id FROM elegidos ORDER BY id LIMIT {limit})"
                );
            }
        }
        format!(
            "{ctes} elegidos AS MATERIALIZED (
                 SELECT id FROM {table} WHERE {list} AND id > {after} {status} {also}),
             ids AS MATERIALIZED (SELECT id FROM elegidos ORDER BY id LIMIT {limit})"
        )
    }

    /// What the search asks of a row's names.
    fn names(&mut self, terms: &Terms) -> String {
        let mut names = format!("simple LIKE ALL ({})", self.param(terms.patterns.clone()));
        if !terms.exact.is_empty() {
            names += &format!(" AND busqueda ~ ALL ({})", self.param(terms.exact.clone()));
        }
        names
    }
}

/// The parts that the statements of all pages have.
struct Rows<'a> {
    table: &'a str,
    /// What the state must be, from AND on.
    status: &'a str,
    /// Which rows the list holds.
    list: String,
    after: String,
    limit: String,
}

impl Wanted<'_> {
    fn table(&self) -> &'static str {
        match self.list {
            List::Contacts => "contactos",
            List::Accounts => "cuentas",
        }
    }

    /// What the index of pieces has for the owner.
    fn owner(&self) -> &'static str {
        match self.list {
            List::Contacts => "propietario",
            List::Accounts => "''",
        }
    }
}

/// What a statement says of a state.
fn condition(status: Status) -> &'static str {
    match status {
        Status::All => "",
        Status::Active => "AND fecha_inactivacion IS NULL",
        Status::Inactive => "AND fecha_inactivacion IS NOT NULL",
    }
}
