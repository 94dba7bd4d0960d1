//! Search by name: how names are folded, and when a search finds them. The same on every database.

use std::borrow::Cow;

use caseless::Caseless;
use memchr::memmem::Finder;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::{Invalid, refuse_control};

/// How many different words a search may have. Each is looked for in every name that has all those before it.
pub const MAX_WORDS: usize = 100;

const COMBINING_TILDE: char = '\u{303}';

/// The form of a text in which it is stored for search: without case and accents, blanks made one space.
///
/// NFKD without combining marks, full case folding, and `ł ø đ æ œ` as `l o d ae oe` (`ß` folds to `ss`).
/// Only `ñ` stays itself, because a typed `ñ` finds nothing else; [`plain`] takes it to `n`. The result has
/// no control characters if the text has none, and no blanks at its ends.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().default_case_fold().nfkd() {
        match c {
            COMBINING_TILDE if folded.ends_with('n') => {
                folded.pop();
                folded.push('ñ');
            }
            c if is_combining_mark(c) => {}
            c if c.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            c => folded.push(c),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// A person's two names folded into one text. A word has no blank, so it can't match across the two.
pub fn fold_names(first: &str, last: &str) -> String {
    let mut folded = fold(first);
    folded.push(' ');
    folded.push_str(&fold(last));
    folded
}

/// A folded text with every `ñ` as `n`.
pub fn plain(folded: &str) -> Cow<'_, str> {
    if folded.contains('ñ') { folded.replace('ñ', "n").into() } else { folded.into() }
}

/// What `filters.search` asks for: every word must occur somewhere in the names.
#[derive(Debug)]
pub struct Search {
    words: Vec<Word>,
}

/// One folded word. The finder looks for it with every `ñ` as `n`.
#[derive(Debug)]
struct Word {
    plain: String,
    finder: Finder<'static>,
    /// The word as typed, if it has an `ñ`: then each must meet an `ñ`.
    exact: Option<String>,
}

impl Search {
    /// Reads a search term; nothing where it has no word. `%`, `_`, quotes and the like are plain characters.
    pub fn parse(field: &str, raw: &str) -> Result<Option<Self>, Invalid> {
        let term = raw.trim();
        refuse_control(field, term)?;
        let folded = fold(term);
        let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        // Long words first: they are the rarest, so most names fail at once.
        words.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        words.dedup();
        if words.len() > MAX_WORDS {
            return Err(Invalid::new(field, format!("must have at most {MAX_WORDS} different words")));
        }
        let words: Vec<Word> = words
            .into_iter()
            .map(|word| Word {
                plain: plain(word).into_owned(),
                finder: Finder::new(plain(word).as_bytes()).into_owned(),
                exact: word.contains('ñ').then(|| word.to_owned()),
            })
            .collect();
        Ok(Some(Self { words }).filter(|search| !search.words.is_empty()))
    }

    /// The words, long ones first: each with every `ñ` as `n`, and as typed if it has one.
    pub fn words(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.words.iter().map(|word| (word.plain.as_str(), word.exact.as_deref()))
    }

    /// Whether the search finds a name, given as [`fold`] stores it.
    pub fn finds(&self, folded: &str) -> bool {
        self.finds_in(&plain(folded), folded)
    }

    /// The same, for a name whose [`plain`] form is at hand.
    pub fn finds_in(&self, plain: &str, folded: &str) -> bool {
        self.words.iter().all(|word| {
            word.finder.find(plain.as_bytes()).is_some()
                && word.exact.as_ref().is_none_or(|exact| contains_exact(folded, exact))
        })
    }

    /// Whether many plain names in one text may hold a match: a quick look before the names one by one.
    pub fn may_find_in(&self, names: &[u8]) -> bool {
        self.words.iter().all(|word| word.finder.find(names).is_some())
    }

    /// Where in a text of many plain names the longest word occurs first.
    pub fn first_hit(&self, names: &[u8]) -> Option<usize> {
        self.words.first()?.finder.find(names)
    }
}

/// Whether `word` occurs in `folded`, where a typed `n` meets `n` or `ñ`, and a typed `ñ` only `ñ`.
fn contains_exact(folded: &str, word: &str) -> bool {
    let meets = |typed: char, stored: char| typed == stored || (typed == 'n' && stored == 'ñ');
    folded.char_indices().any(|(start, _)| {
        let mut stored = folded[start..].chars();
        word.chars().all(|typed| stored.next().is_some_and(|stored| meets(typed, stored)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(term: &str, first: &str, last: &str) -> bool {
        Search::parse("search", term).unwrap().unwrap().finds(&fold_names(first, last))
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        for (term, name) in [
            ("jose", "José"),
            ("JOSÉ", "Jose"),
            ("jose", "Jose\u{301}"),
            ("strasse", "Straße"),
            ("STRAẞE", "strasse"),
            ("lodz", "Łódź"),
            ("soren", "Søren"),
            ("dorde", "Đorđe"),
            ("aether oeuvre", "Æther Œuvre"),
            ("istanbul", "İstanbul"),
            ("σοφος", "Σοφός"),
            ("file", "ﬁle"),
            ("maria jose", "Maria\u{a0}José"),
        ] {
            assert!(finds(term, name, "x"), "{term} finds {name}");
        }
    }

    #[test]
    fn n_finds_both_and_a_typed_enye_only_itself() {
        assert!(finds("nunez", "José", "Núñez"));
        assert!(finds("nuñez", "José", "Ñúñez"));
        assert!(finds("NUÑEZ", "José", "Nun\u{303}ez"));
        assert!(!finds("nuñez", "José", "Nunez"));
        assert!(!finds("ñunez", "José", "Núñez"));
        assert!(finds("ñ", "Iñaki", "Paz"));
        assert!(!finds("ñ", "Inaki", "Paz"));
    }

    #[test]
    fn every_word_must_occur_in_one_of_the_names() {
        assert!(finds("John Doe", "John", "Doe"));
        assert!(finds("doe john", "John", "Doe"));
        assert!(finds("oh oe", "John", "Doe"));
        assert!(!finds("john smith", "John", "Doe"));
        assert!(!finds("johndoe", "John", "Doe"));
        assert!(!finds("nd", "John", "Doe"));
    }

    #[test]
    fn wildcards_and_quotes_are_plain_characters() {
        for term in ["%", "_", "\\", "*", "'", "\""] {
            assert!(!finds(term, "John", "Doe"), "{term}");
            assert!(finds(term, "John", &format!("D{term}e")), "{term}");
        }
    }

    #[test]
    fn a_term_without_a_word_is_no_search() {
        assert!(Search::parse("search", " \u{3000} ").unwrap().is_none());
        assert!(Search::parse("search", "\u{301}").unwrap().is_none());
        let refused = Search::parse("search", "a\tb").unwrap_err();
        assert_eq!(refused.to_string(), "search must not contain control characters");
    }
}
