//! Text that a person typed, made canonical and checked once: a value that exists is a valid value.

use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// What is wrong with one field of a request: the field's name, and the rule that it breaks.
///
/// It reads as a sentence without a full stop (`first_name must be 1 to 50 characters`) and never repeats
/// the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    field: String,
    rule: String,
}

impl Invalid {
    /// The field, as the API document names it, and its rule, which begins with a verb.
    pub fn new(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into() }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.rule)
    }
}

impl std::error::Error for Invalid {}

/// Text of 1 to `MAX` characters: trimmed of Unicode white space, in NFC, without control characters.
///
/// Characters are Unicode code points, counted after trimming and NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// How many characters it may have.
    pub const MAX: usize = MAX;

    /// The text, which must not be blank.
    pub fn required(field: &str, raw: &str) -> Result<Self, Invalid> {
        Self::optional_within(field, raw, "1 to")?
            .ok_or_else(|| Invalid::new(field, format!("must be 1 to {MAX} characters")))
    }

    /// The text, or nothing where it is blank.
    pub fn optional(field: &str, raw: &str) -> Result<Option<Self>, Invalid> {
        Self::optional_within(field, raw, "at most")
    }

    fn optional_within(field: &str, raw: &str, bound: &str) -> Result<Option<Self>, Invalid> {
        let text = canonical(raw);
        if text.chars().count() > MAX {
            return Err(Invalid::new(field, format!("must be {bound} {MAX} characters")));
        }
        refuse_control(field, &text)?;
        Ok(Some(Self(text)).filter(|text| !text.0.is_empty()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

fn canonical(raw: &str) -> String {
    let text = raw.trim();
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

/// Refuses control characters (general category Cc), which `char::is_control` is by definition.
pub(crate) fn refuse_control(field: &str, text: &str) -> Result<(), Invalid> {
    if text.chars().any(char::is_control) {
        return Err(Invalid::new(field, "must not contain control characters"));
    }
    Ok(())
}

/// A UUID of any version in either case, in the hyphenated form of 36 characters and no other.
pub fn uuid(text: &str) -> Option<Uuid> {
    text.parse().map(Hyphenated::into_uuid).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_composed_and_counted_in_code_points() {
        let text = |raw| Text::<5>::required("name", raw).map(Text::into_string).map_err(|e| e.to_string());
        assert_eq!(text("\u{3000} Jose\u{301} \u{a0}"), Ok("Jos\u{e9}".into()));
        assert_eq!(text("ñandú"), Ok("ñandú".into()));
        assert_eq!(text("👩‍🚀👩‍🚀"), Err("name must be 1 to 5 characters".into()));
        assert_eq!(text(" \t "), Err("name must be 1 to 5 characters".into()));
        assert_eq!(text("a\0b"), Err("name must not contain control characters".into()));
        assert_eq!(text("a\u{85}b"), Err("name must not contain control characters".into()));
    }

    #[test]
    fn only_the_hyphenated_form_is_a_uuid() {
        assert!(uuid("123E4567-e89b-12d3-a456-426614174000").is_some());
        assert!(uuid("123e4567e89b12d3a456426614174000").is_none());
        assert!(uuid("{123e4567-e89b-12d3-a456-426614174000}").is_none());
        assert!(uuid("urn:uuid:123e4567-e89b-12d3-a456-426614174000").is_none());
        assert!(uuid(" 123e4567-e89b-12d3-a456-426614174000").is_none());
    }
}
