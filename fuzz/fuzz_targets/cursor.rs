//! `page`: a cursor that is taken is the one that was given, character by character.

#![no_main]

use contacts::paging::Cursor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = str::from_utf8(input)
        && let Ok(cursor) = Cursor::decode("page", text)
    {
        assert!(cursor.id() >= 0);
        assert!(text.is_empty() || cursor.encode() == text);
    }
    if let Some(id) = input.first_chunk() {
        let cursor = Cursor::after(i64::from_le_bytes(*id) & i64::MAX);
        assert_eq!(Cursor::decode("page", &cursor.encode()), Ok(cursor));
    }
});
