//! Search: folding twice is folding once, a name finds itself, and what is found is what a plain look finds.
//!
//! An input is a term, a first and a last name, a line each.

#![no_main]

use contacts::contact::Name;
use contacts::search::{Search, fold, fold_names, plain};
use contacts::text::Text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(input) = str::from_utf8(input) else { return };
    let mut lines = input.split('\n');
    let [term, first, last] = [(); 3].map(|()| lines.next().unwrap_or_default());
    for text in [term, first, last] {
        check_fold(text);
    }
    let names = fold_names(first, last);
    if let Ok(Some(search)) = Search::parse("search", term) {
        let found = search.finds(&names);
        let words = fold(term);
        assert_eq!(found, words.split(' ').all(|word| occurs(word, &names)), "{term:?} in {names:?}");
        assert_eq!(found, search.finds_in(&plain(&names), &names));
        let several = format!("{names}\n{names}");
        let several = plain(&several);
        assert!(!found || search.may_find_in(several.as_bytes()));
        assert!(!found || search.first_hit(several.as_bytes()).is_some());
    }
    let name = |raw| Text::required("name", raw).ok();
    if let (Some(first), Some(last)) = (name(first), name(last)) {
        let (first, last): (Name, Name) = (first, last);
        let stored = fold_names(first.as_str(), last.as_str());
        for term in [format!("{} {}", first.as_str(), last.as_str()), stored.clone()] {
            let search = Search::parse("search", &term).unwrap_or_else(|invalid| panic!("{invalid}"));
            assert!(search.is_none_or(|search| search.finds(&stored)), "{term:?} does not find itself");
        }
    }
});

fn check_fold(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "{text:?}");
    assert_eq!(folded.trim(), folded);
    assert!(!folded.contains("  "));
    assert!(text.contains(char::is_control) || !folded.contains(char::is_control), "{text:?}");
}

/// Whether a word occurs, where a typed `n` meets `n` or `ñ`.
fn occurs(word: &str, names: &str) -> bool {
    let (word, names): (Vec<char>, Vec<char>) = (word.chars().collect(), names.chars().collect());
    let meets = |(typed, stored): (&char, &char)| typed == stored || (*typed == 'n' && *stored == 'ñ');
    word.is_empty() || names.windows(word.len()).any(|part| word.iter().zip(part).all(meets))
}
