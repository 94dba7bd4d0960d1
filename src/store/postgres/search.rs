//! A search as PostgreSQL carries it out: its words as patterns, and what the index is asked for.

use crate::search::Search;

/// How many pieces the index is asked for: more make a search no narrower, only longer.
const MAX_PIECES: usize = 32;

/// How many characters a piece has (`migrations/postgres/0002_busqueda.sql`).
const PIECE: usize = 3;

/// What a name must be like to be found.
pub(super) struct Terms {
    /// Patterns of LIKE for names with every `ñ` as `n`, all of which must match.
    pub(super) patterns: Vec<String>,
    /// The same for names as they are: of the words with an `ñ`, that it is one. Both may match at different places, so
    /// what is found is looked at again.
    pub(super) enyes: Vec<String>,
    /// The pieces that a name must have, by which the index finds candidates.
    pub(super) pieces: Vec<String>,
}

impl Terms {
    pub(super) fn new(search: &Search) -> Self {
        let words: Vec<&str> = search.words().map(|(word, _)| word).collect();
        Self {
            patterns: words.iter().map(|word| pattern(word)).collect(),
            enyes: search.words().filter_map(|(_, exact)| exact.map(with_enye)).collect(),
            pieces: pieces(&words),
        }
    }
}

/// The word anywhere, with its wildcards as plain characters.
fn pattern(word: &str) -> String {
    format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// The word anywhere, where its `n` may be any character, and its `ñ` is one.
fn with_enye(word: &str) -> String {
    pattern(word).replace('n', "_")
}

/// The pieces of the words, from each in turn, so that none is left out for a long one.
fn pieces(words: &[&str]) -> Vec<String> {
    let mut rests = words.to_vec();
    let mut pieces: Vec<String> = Vec::new();
    while pieces.len() < MAX_PIECES && !rests.is_empty() {
        for rest in &rests {
            let piece = rest.char_indices().nth(PIECE).map_or(*rest, |(end, _)| &rest[..end]);
            if pieces.len() < MAX_PIECES && !pieces.iter().any(|other| other == piece) {
                pieces.push(piece.to_owned());
            }
        }
        rests.retain_mut(|rest| {
            let mut characters = rest.chars();
            characters.next();
            *rest = characters.as_str();
            rest.chars().nth(PIECE - 1).is_some()
        });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(term: &str) -> Terms {
        Terms::new(&Search::parse("search", term).unwrap().unwrap())
    }

    #[test]
    fn wildcards_are_plain_characters() {
        assert_eq!(terms("100%").patterns, ["%100\\%%"]);
        assert_eq!(terms("a_\\").patterns, ["%a\\_\\\\%"]);
        assert_eq!(terms("nuñ%").enyes, ["%_uñ\\%%"]);
        assert!(terms("nunez").enyes.is_empty());
    }

    #[test]
    fn words_are_found_by_their_pieces_from_each_in_turn() {
        assert_eq!(terms("z").pieces, ["z"]);
        assert_eq!(terms("o'").pieces, ["o'"]);
        assert_eq!(terms("maria zq").pieces, ["mar", "zq", "ari", "ria"]);
        assert_eq!(terms("muñoz").pieces, ["mun", "uno", "noz"]);
    }
}
