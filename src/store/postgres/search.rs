//! A search as PostgreSQL carries it out: its words as patterns, and which index finds them.

use crate::search::Search;

/// How many pieces an index is asked for: more make a search no narrower, only longer.
const MAX_PIECES: usize = 32;

/// How many words the index of trigrams is asked for; all are compared with the names that it gives.
const MAX_PATTERNS: usize = 3;

/// What a name must be like to be found.
pub(super) struct Terms {
    /// Patterns of LIKE for names with every `ñ` as `n`, all of which must match.
    pub(super) patterns: Vec<String>,
    /// The same for names as they are: of the words with an `ñ`, that it is one. Both may match at different places, so
    /// what is found is looked at again.
    pub(super) enyes: Vec<String>,
    /// How an index finds candidates.
    pub(super) by: Index,
}

/// An index and what it is asked for.
pub(super) enum Index {
    /// The trigrams of long words: these patterns.
    Trigrams(Vec<String>),
    /// The pieces of one and two characters that a name must have.
    Pieces(Vec<String>),
}

impl Terms {
    pub(super) fn new(search: &Search, trigrams: bool) -> Self {
        let words: Vec<&str> = search.words().map(|(word, _)| word).collect();
        let patterns: Vec<String> = words.iter().map(|word| pattern(word)).collect();
        let enyes = search.words().filter_map(|(_, exact)| exact.map(with_enye)).collect();
        let by = if trigrams && words.iter().all(|word| has_trigram(word)) {
            Index::Trigrams(patterns.iter().take(MAX_PATTERNS).cloned().collect())
        } else {
            Index::Pieces(pieces(&words))
        };
        Self { patterns, enyes, by }
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

/// Whether the index of trigrams has something of the word in every locale: it knows letters and digits alone, and in
/// some locales only those of ASCII.
fn has_trigram(word: &str) -> bool {
    word.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_alphanumeric))
}

/// The pieces of the words, from each in turn, so that none is left out for a long one.
fn pieces(words: &[&str]) -> Vec<String> {
    let of_word = |word: &&str| -> Vec<String> {
        let characters: Vec<char> = word.chars().collect();
        match characters.len() {
            1 => vec![characters.iter().collect()],
            _ => characters.windows(2).map(|two| two.iter().collect()).collect(),
        }
    };
    let all: Vec<Vec<String>> = words.iter().map(of_word).collect();
    let longest = all.iter().map(Vec::len).max().unwrap_or(0);
    let mut pieces: Vec<String> = Vec::new();
    for place in 0..longest {
        for piece in all.iter().filter_map(|word| word.get(place)) {
            if pieces.len() < MAX_PIECES && !pieces.contains(piece) {
                pieces.push(piece.clone());
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(term: &str) -> Terms {
        Terms::new(&Search::parse("search", term).unwrap().unwrap(), true)
    }

    #[test]
    fn wildcards_are_plain_characters() {
        assert_eq!(terms("100%").patterns, ["%100\\%%"]);
        assert_eq!(terms("a_\\").patterns, ["%a\\_\\\\%"]);
        assert_eq!(terms("nuñ%").enyes, ["%_uñ\\%%"]);
        assert!(terms("nunez").enyes.is_empty());
    }

    #[test]
    fn words_without_three_letters_are_found_by_their_pieces() {
        for (term, expected) in
            [("z", vec!["z"]), ("o'h", vec!["o'", "'h"]), ("maria zq", vec!["ma", "zq", "ar", "ri", "ia"])]
        {
            match terms(term).by {
                Index::Pieces(pieces) => assert_eq!(pieces, expected),
                Index::Trigrams(_) => panic!("{term}"),
            }
        }
        assert!(matches!(terms("maria").by, Index::Trigrams(_)));
        assert!(matches!(terms("мария").by, Index::Pieces(_)));
    }
}
