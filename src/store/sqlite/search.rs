//! The search index: blocks of folded names, kept by triggers (`migrations/sqlite/0001_contactos.sql`).
//!
//! Reading all of it is a walk over a few bytes a row at memory speed, so that any term costs about the same, and
//! a page stops as soon as it is full.

use memchr::{memchr, memrchr};
use rusqlite::Rows;

use crate::search::Search;
use crate::status::Status;

/// How many ids share a block, as a power of two.
const BLOCK_BITS: u32 = 8;

/// The block of an id: the first one that a page after this id may need.
pub(super) fn block(id: i64) -> i64 {
    id >> BLOCK_BITS
}

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
        let base = row.get::<_, i64>("bloque")? << BLOCK_BITS;
        let lines = row.get_ref("texto")?.as_str()?;
        if !search.may_find_in(lines) {
            continue;
        }
        let mut rest = lines;
        while let Some(hit) = search.first_hit(rest) {
            let start = memrchr(b'\n', &rest.as_bytes()[..hit]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &rest.as_bytes()[hit..]).map_or(rest.len(), |length| hit + length);
            if let Some(line) = Line::parse(&rest[start..end]) {
                let id = base | line.low;
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
    /// The low byte of the id.
    low: i64,
    active: bool,
    /// The folded names with every `ñ` as `n`.
    plain: &'a str,
    /// The folded names.
    folded: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let &[high, low, state, ..] = line.as_bytes() else { return None };
        let names = &line[3..];
        let (plain, folded) = names.split_once('\t').unwrap_or((names, names));
        let digit = |byte: u8| i64::from(byte) - 14;
        Some(Self { low: digit(high) << 4 | digit(low), active: state == 1, plain, folded })
    }
}
