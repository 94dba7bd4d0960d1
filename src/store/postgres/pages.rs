//! Pages of contacts and accounts: one statement finds the rows of a page and reads them.
//!
//! A page is first a list of ids (`ids`), found in the way that fits the filter, and then the rows of these ids. The
//! text of a statement depends only on which filters there are.

use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::search::Terms;
use crate::caller::Caller;
use crate::paging::PageRequest;
use crate::search::Search;
use crate::status::Status;
use crate::store::sql::condition;

/// How many rows of a list a search looks at one by one before it asks an index. What occurs often fills its page with
/// these; what does not is rare enough for an index.
const WALK: usize = 1000;

/// Which list a page is of. `$1` is the workspace, and `$2` the owner of contacts.
#[derive(Clone, Copy)]
pub(super) enum List {
    /// The contacts of an owner.
    Contacts,
    /// The accounts of a workspace.
    Accounts,
}

impl List {
    fn table(self) -> &'static str {
        match self {
            Self::Contacts => "contactos",
            Self::Accounts => "cuentas",
        }
    }

    /// What a row of the list fulfils.
    fn rows(self) -> &'static str {
        match self {
            Self::Contacts => "espacio = $1 AND propietario = $2 AND fecha_eliminacion IS NULL",
            Self::Accounts => "espacio = $1 AND fecha_eliminacion IS NULL",
        }
    }

    /// The same for rows after an id, and the order in which they are walked over.
    ///
    /// The owner is a range, because to the planner an order by a column that equals a value is none: it would walk over
    /// the ids of the whole workspace if one owner had nearly all of them.
    fn rows_in_order(self, after: &str) -> (String, &'static str) {
        match self {
            Self::Contacts => (
                format!(
                    "espacio = $1 AND (propietario, id) > ($2, {after}) AND propietario <= $2
                     AND fecha_eliminacion IS NULL"
                ),
                "propietario, id",
            ),
            Self::Accounts => (format!("espacio = $1 AND id > {after} AND fecha_eliminacion IS NULL"), "id"),
        }
    }

    /// That a row has pieces, as the search index has them: marked with the list.
    fn has_pieces(self, pieces: &str) -> String {
        let (column, owner) = match self {
            Self::Contacts => ("propietario", "$2"),
            Self::Accounts => ("''", "''"),
        };
        format!("busqueda_trozos(espacio, {column}, simple) @@ busqueda_de_trozos($1, {owner}, {pieces})")
    }
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
}

/// A statement with its parameters in their order.
pub(super) struct Statement {
    pub(super) sql: String,
    /// Whether it is to be planned each time. Which index is good for a search depends on whose list it is, and a plan
    /// that is good for most owners takes a hundred times as long for the largest.
    pub(super) planned_for_values: bool,
    /// Whether it reads no more than the rows of a small page.
    pub(super) is_short: bool,
    params: Vec<(Box<dyn ToSql + Send + Sync>, Type)>,
}

impl Statement {
    /// The rows of a page, in order: these columns of each id's row `t`, and of what is joined to it.
    pub(super) fn page(wanted: &Wanted<'_>, columns: &str, join: &str) -> Self {
        let planned_for_values =
            wanted.search.is_some() && wanted.uuids.is_none() && wanted.accounts.is_none();
        let is_short = wanted.uuids.is_none()
            && wanted.accounts.is_none()
            && wanted.search.is_none()
            && wanted.status == Status::All
            && wanted.page.is_small();
        let mut statement = Self { sql: String::new(), planned_for_values, is_short, params: Vec::new() };
        let ids = statement.ids(wanted);
        let table = wanted.list.table();
        // Row by row, by the key: as many as there are ids.
        statement.sql = format!(
            "WITH {ids} SELECT {columns} FROM ids CROSS JOIN LATERAL (
                 SELECT * FROM {table} WHERE espacio = $1 AND id = ids.id LIMIT 1) t {join} ORDER BY ids.id"
        );
        statement
    }

    pub(super) fn params(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.params.iter().map(|(value, kind)| (value.as_ref() as _, kind.clone())).collect()
    }

    /// The number of a new parameter.
    fn param(&mut self, value: impl ToSql + Send + Sync + 'static, kind: Type) -> String {
        self.params.push((Box::new(value), kind));
        format!("${}", self.params.len())
    }

    /// The common table expressions that end with `ids`.
    fn ids(&mut self, wanted: &Wanted<'_>) -> String {
        self.param(wanted.caller.workspace().to_owned(), Type::TEXT);
        if let List::Contacts = wanted.list {
            self.param(wanted.caller.user().to_owned(), Type::TEXT);
        }
        let after = self.param(wanted.page.after.id(), Type::INT8);
        let limit = self.param(wanted.page.size as i64 + 1, Type::INT8);
        match (wanted.uuids, wanted.accounts, wanted.search) {
            (None, None, None) => {
                let (rows, order) = wanted.list.rows_in_order(&after);
                let (table, status) = (wanted.list.table(), condition(wanted.status));
                format!(
                    "ids AS MATERIALIZED (
                         SELECT id FROM {table} WHERE {rows} {status} ORDER BY {order} LIMIT {limit})"
                )
            }
            (None, None, Some(search)) => self.found(wanted, search, &after, &limit),
            _ => self.chosen(wanted, &after, &limit),
        }
    }

    /// The ids that a search finds: in a walk over the first rows, and then by an index, if the page is not full.
    fn found(&mut self, wanted: &Wanted<'_>, search: &Search, after: &str, limit: &str) -> String {
        let terms = Terms::new(search);
        let names = self.names(&terms);
        let walk = self.param(WALK.max(10 * wanted.page.size) as i64, Type::INT8);
        let by_index = wanted.list.has_pieces(&self.param(terms.pieces, Type::TEXT_ARRAY));
        let (table, rows, status) = (wanted.list.table(), wanted.list.rows(), condition(wanted.status));
        // In `resto` the id is no condition for an index (`+ 0`): all the ids after the walk would be gathered first.
        let (rows_in_order, order) = wanted.list.rows_in_order(after);
        format!(
            "paso AS MATERIALIZED (
                 SELECT id, busqueda, simple, fecha_inactivacion FROM {table}
                 WHERE {rows_in_order} ORDER BY {order} LIMIT {walk}),
             vistos AS MATERIALIZED (SELECT id FROM paso WHERE {names} {status} ORDER BY id LIMIT {limit}),
             resto AS MATERIALIZED (
                 SELECT id FROM {table}
                 WHERE (SELECT count(*) FROM paso) = {walk} AND (SELECT count(*) FROM vistos) < {limit}
                     AND {rows} AND id + 0 > (SELECT max(id) FROM paso) AND {by_index} AND {names} {status}),
             ids AS MATERIALIZED (
                 SELECT id FROM vistos UNION ALL SELECT id FROM resto ORDER BY id LIMIT {limit})"
        )
    }

    /// The ids among rows that the filter names, by their own UUIDs or those of their accounts.
    fn chosen(&mut self, wanted: &Wanted<'_>, after: &str, limit: &str) -> String {
        let (table, rows) = (wanted.list.table(), wanted.list.rows());
        let mut also = condition(wanted.status).to_owned();
        if let Some(search) = wanted.search {
            also += &format!(" AND {}", self.names(&Terms::new(search)));
        }
        let by_uuid = wanted.uuids.map(|uuids| self.param(uuids.to_vec(), Type::UUID_ARRAY));
        let by_account = wanted.accounts.map(|accounts| self.param(accounts.to_vec(), Type::UUID_ARRAY));
        // Account by account, and row by row, by their indexes: OFFSET and LIMIT keep the planner from other ways.
        let of_accounts = by_account.map(|accounts| {
            format!(
                "asociados AS MATERIALIZED (
                     SELECT DISTINCT l.contacto FROM cuentas a CROSS JOIN LATERAL (
                         SELECT contacto FROM contactos_cuentas
                         WHERE espacio = $1 AND cuenta = a.id AND contacto > {after} AND fecha_eliminacion IS NULL
                         OFFSET 0) l
                     WHERE a.espacio = $1 AND a.uuid = ANY ({accounts}) AND a.fecha_eliminacion IS NULL)"
            )
        });
        let chosen = match (&by_uuid, &of_accounts) {
            (None, _) => format!(
                "SELECT t.id FROM asociados CROSS JOIN LATERAL (
                     SELECT id FROM {table} WHERE id = asociados.contacto AND {rows} {also} LIMIT 1) t"
            ),
            (Some(uuids), None) => {
                format!(
                    "SELECT id FROM {table} WHERE {rows} AND id > {after} AND uuid = ANY ({uuids}) {also}"
                )
            }
            (Some(uuids), Some(_)) => format!(
                "SELECT id FROM {table} WHERE {rows} AND id > {after} AND uuid = ANY ({uuids}) {also}
                 AND id IN (SELECT contacto FROM asociados)"
            ),
        };
        let mut parts = Vec::from_iter(of_accounts);
        parts.push(format!("elegidos AS MATERIALIZED ({chosen})"));
        parts.push(format!("ids AS MATERIALIZED (SELECT id FROM elegidos ORDER BY id LIMIT {limit})"));
        parts.join(", ")
    }

    /// What the search asks of a row's names.
    fn names(&mut self, terms: &Terms) -> String {
        let mut names = format!("simple LIKE ALL ({})", self.param(terms.patterns.clone(), Type::TEXT_ARRAY));
        if !terms.enyes.is_empty() {
            let enyes = self.param(terms.enyes.clone(), Type::TEXT_ARRAY);
            names += &format!(" AND busqueda LIKE ALL ({enyes})");
        }
        names
    }
}
