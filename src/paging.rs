//! Pages of a list: where one begins and how long it is. No I/O.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::Invalid;

/// A place in a list ordered by `id`: right after the row with this id, there or deleted.
///
/// On the wire it is the standard base64 of the id in decimal, as the API document shows (`MTIz` is 123).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(i64);

impl Cursor {
    /// The place right after the row with this id.
    pub fn after(id: i64) -> Self {
        Self(id)
    }

    /// Reads a cursor as an earlier answer gave it. Blank is the first page, anything else is refused.
    pub fn decode(field: &str, text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let id = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
        id.map(Self)
            .filter(|cursor| cursor.0 >= 0 && cursor.encode() == text)
            .ok_or_else(|| Invalid::new(field, "must be the next_page of an earlier answer"))
    }

    /// The cursor as an answer's `next_page`.
    pub fn encode(self) -> String {
        STANDARD.encode(self.0.to_string())
    }

    /// The id that the page begins after; 0 is before all rows.
    pub fn id(self) -> i64 {
        self.0
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest {
    /// Where the page begins.
    pub after: Cursor,
    /// How many rows it has at most: 1 to 1000.
    pub size: usize,
}

impl PageRequest {
    /// The documented default of `page_size`.
    pub const DEFAULT_SIZE: usize = 10;
    /// The documented maximum of `page_size`.
    pub const MAX_SIZE: usize = 1000;

    /// Whether it is a matter of a moment, so that others may wait behind it.
    pub fn is_small(&self) -> bool {
        self.size <= 100
    }
}

/// A part of a list, in order.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows; at most as many as asked for.
    pub rows: Vec<T>,
    /// Where the next page begins; nothing if this is the last one, full or not.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page from up to one row more than was asked for: the extra row tells that there is a next page.
    pub fn from_one_more(mut rows: Vec<T>, size: usize, id: impl Fn(&T) -> i64) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).map(|last| Cursor::after(id(last)));
        Self { rows, next }
    }

    /// The same page with every row made into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_the_base64_of_a_decimal_id() {
        assert_eq!(Cursor::decode("page", "MTIz"), Ok(Cursor(123)));
        assert_eq!(Cursor(123).encode(), "MTIz");
        assert_eq!(Cursor::decode("page", ""), Ok(Cursor(0)));
        let largest = Cursor(i64::MAX);
        assert_eq!(Cursor::decode("page", &largest.encode()), Ok(largest));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["123", "MTIz ", " MTIz", "MTI", "MTIz=", "é", "AAAA"] {
            assert!(Cursor::decode("page", text).is_err(), "{text}");
        }
        for id in ["-1", "+1", " 1", "007", "1.0", "9223372036854775808", "99999999999999999999"] {
            assert!(Cursor::decode("page", &STANDARD.encode(id)).is_err(), "{id}");
        }
    }
}
