//! The search index: blocks of folded names, kept by triggers (`migrations/sqlite/0002_busqueda.sql`).
//!
//! Reading all of it is a walk over a few bytes a row at memory speed, so that any term costs about the same, and
//! a page stops as soon as it is full.

use memchr::{memchr, memrchr};
use rusqlite::Rows;
use rusqlite::types::FromSqlError;

use crate::search::Search;
use crate::status::Status;

/// The ids that a search finds in rows of (`bloque`, `texto`), in order, after an id, as many as `limit`.
pub(super) fn matches(
    mut blocks: Rows<'_>,
    search: &Search,
    status: Status,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut found = Vec::new();
    while let Some(row) = blocks.next()? {
        // Bytes, because only the lines that are looked at need to be known as text.
        let lines = row.get_ref(1)?.as_bytes()?;
        if !search.may_find_in(lines) {
            continue;
        }
        let first = row.get(0)?;
        let mut rest = lines;
        while let Some(hit) = search.first_hit(rest) {
            let start = memrchr(b'\n', &rest[..hit]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &rest[hit..]).map_or(rest.len(), |length| hit + length);
            let line = str::from_utf8(&rest[start..end]).map_err(FromSqlError::other)?;
            if let Some(line) = Line::parse(line) {
                let id = line.id(first);
                if id > after && status.allows(line.active) && search.finds_in(line.plain, line.folded) {
                    found.push(id);
                    if found.len() == limit {
                        return Ok(found);
                    }
                }
            }
            rest = &rest[end..];
        }
    }
    Ok(found)
}

/// One row of a block.
struct Line<'a> {
    /// The low 16 bits of the id.
    low: i64,
    active: bool,
    /// The folded names with every `ñ` as `n`.
    plain: &'a str,
    /// The folded names.
    folded: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (&[a, b, c, d, state], _) = line.as_bytes().split_first_chunk()?;
        let names = &line[5..];
        let (plain, folded) = names.split_once('\t').unwrap_or((names, names));
        let low = [a, b, c, d].iter().fold(0, |low, digit| low << 4 | (i64::from(*digit) - 14));
        Some(Self { low, active: state == 1, plain, folded })
    }

    /// The whole id, in a block of which this is the first: all of its ids are less than 65,536 away.
    fn id(&self, first: i64) -> i64 {
        first + ((self.low - first) & 0xffff)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params};

    use super::*;
    use crate::search::fold_names;
    use crate::store::migrate::SQLITE;
    use crate::store::sqlite::open;

    const CREATE: &str = "INSERT INTO contactos (id, uuid, espacio, propietario, nombre, apellido, busqueda)
                          VALUES ($1, randomblob(16), $2, $3, $4, $5, $6)";

    /// Names of different lengths, of which every third has an `ñ`.
    fn create(db: &Connection, ids: impl Iterator<Item = i64>) {
        for id in ids {
            let (workspace, owner) = ([("a", "ana"), ("a", "eva"), ("b", "ana")])[id as usize % 3];
            let (first, last) =
                ("José ".repeat(id as usize % 7 + 1), if id % 3 == 0 { "Núñez" } else { "Paz" });
            let names = fold_names(&first, last);
            db.prepare_cached(CREATE)
                .unwrap()
                .execute(params![id, workspace, owner, first, last, names])
                .unwrap();
        }
    }

    /// The ids of an owner that the index gives for a word, against those that the names of the rows give.
    fn check(db: &Connection) {
        let search = |word| Search::parse("search", word).unwrap().unwrap();
        for (workspace, owner) in [("a", "ana"), ("a", "eva"), ("b", "ana")] {
            for (word, after) in [("jose", 0), ("ñ", 0), ("paz", 700), ("jose", 1_000_000)] {
                let search = search(word);
                let mut blocks = db
                    .prepare(
                        "SELECT bloque, texto FROM contactos_bloques WHERE espacio = $1 AND propietario = $2
                         ORDER BY bloque",
                    )
                    .unwrap();
                let blocks = blocks.query([workspace, owner]).unwrap();
                let found = matches(blocks, &search, Status::Active, after, usize::MAX).unwrap();
                let mut rows = db
                    .prepare(
                        "SELECT id, busqueda FROM contactos WHERE espacio = $1 AND propietario = $2 AND id > $3
                             AND fecha_eliminacion IS NULL AND fecha_inactivacion IS NULL ORDER BY id",
                    )
                    .unwrap();
                let expected: Vec<i64> = rows
                    .query_map(params![workspace, owner, after], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap()
                    .map(Result::unwrap)
                    .filter(|(_, names): &(i64, String)| search.finds(names))
                    .map(|(id, _)| id)
                    .collect();
                assert_eq!(found, expected, "{workspace} {owner} {word} {after}");
            }
        }
    }

    #[test]
    fn the_index_has_every_name_of_an_older_database_and_of_what_happens_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(
            "PRAGMA application_id = 0x43544354;
             CREATE TABLE migraciones (numero INTEGER PRIMARY KEY, nombre TEXT NOT NULL, fecha TEXT) STRICT;
             INSERT INTO migraciones (numero, nombre) VALUES (1, 'contactos')",
        )
        .unwrap();
        old.execute_batch(SQLITE[0].sql).unwrap();
        create(&old, (1..2000).chain(70_000..71_000).chain(200_000..200_010));
        drop(old);

        open::prepare(&path).unwrap();
        let db = open::connect(&path).unwrap();
        check(&db);
        // Gaps of more than a block can tell apart, and rows that go on where the migration ended.
        create(&db, (200_010..202_000).chain((300_000..5_000_000).step_by(40_001)));
        check(&db);
        let longest: i64 = db
            .query_row("SELECT max(octet_length(texto)) FROM contactos_bloques", [], |row| row.get(0))
            .unwrap();
        assert!(longest < 4096, "a block of {longest} bytes does not fit a page");

        db.execute_batch(
            "UPDATE contactos SET fecha_inactivacion = CURRENT_TIMESTAMP WHERE id % 5 = 0;
             UPDATE contactos SET fecha_eliminacion = CURRENT_TIMESTAMP WHERE id % 7 = 0;
             UPDATE contactos SET busqueda = 'peña paz' WHERE id % 11 = 0;
             UPDATE contactos SET fecha_inactivacion = NULL WHERE id % 10 = 0",
        )
        .unwrap();
        check(&db);
    }
}
