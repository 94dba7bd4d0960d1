//! The schemas that all resources share. Bounds are those of the types that check them.

use super::ordered::{Json, list, object};
use crate::http::list::STATUSES;
use crate::paging::PageRequest;

/// One schema or example, by name.
pub(super) type Named = (&'static str, Json);

/// Something, and no control characters.
const TEXT: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
/// The same, or nothing.
const BLANK_OR_TEXT: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
const BLANK_OR_EMAIL: &str = r"^([^\s@\u0000-\u001f\u007f-\u009f]+@[^\s@\u0000-\u001f\u007f-\u009f]+)?$";
/// Base64 of a number in decimal, or nothing: three digits at a time, then the two or the one that are left.
const CURSOR: &str = concat!(
    "^(?!MD)",
    "(?:(?:[MN][DTjz]|O[DT])[AEIMQUYcgk][w-z0-5])*",
    "(?:(?:[MN][DTjz]|O[DT])[AEIMQUYcgk]=|(?:[MN][AQgw]|O[AQ])==)?$"
);
/// As many digits as surely fit an id.
const CURSOR_LENGTH: usize = 24;

/// A schema of this document.
pub(super) fn reference(name: &str) -> Json {
    object! { "$ref": format!("#/components/schemas/{name}") }
}

/// A required text of 1 to so many characters.
pub(super) fn text(description: &'static str, most: usize) -> Json {
    object! {
        "type": "string",
        "description": description,
        "minLength": 1,
        "maxLength": most,
        "pattern": TEXT,
    }
}

/// An optional text of at most so many characters, which blank or `null` is none.
pub(super) fn optional_text(description: &'static str, most: usize) -> Json {
    object! {
        "type": list!["string", "null"],
        "description": description,
        "maxLength": most,
        "pattern": BLANK_OR_TEXT,
    }
}

/// An optional email address of at most so many characters.
pub(super) fn optional_email(description: &'static str, most: usize) -> Json {
    object! {
        "type": list!["string", "null"],
        "description": description,
        "maxLength": most,
        "pattern": BLANK_OR_EMAIL,
    }
}

/// A text in an answer.
pub(super) fn string(description: &'static str) -> Json {
    object! { "type": "string", "description": description }
}

/// A text in an answer, or none.
pub(super) fn nullable(description: &'static str) -> Json {
    object! { "type": list!["string", "null"], "description": description }
}

/// A UUID.
pub(super) fn uuid(description: &'static str) -> Json {
    object! { "type": "string", "format": "uuid", "description": description }
}

/// An id: an integer of 64 bits from 1 up.
pub(super) fn id(description: &'static str) -> Json {
    object! {
        "type": "integer",
        "format": "int64",
        "description": description,
        "minimum": 1,
        "maximum": i64::MAX,
    }
}

/// Exactly this text.
pub(super) fn exactly(text: &'static str) -> Json {
    object! { "type": "string", "const": text }
}

/// UUIDs to filter by.
pub(super) fn uuids(description: &'static str) -> Json {
    object! {
        "type": list!["array", "null"],
        "description": description,
        "items": object! { "type": "string", "format": "uuid" },
    }
}

/// A search term.
pub(super) fn search(description: String) -> Json {
    object! { "type": list!["string", "null"], "description": description, "pattern": BLANK_OR_TEXT }
}

/// `filters.status`.
pub(super) fn status() -> Json {
    let mut statuses: Vec<Json> = STATUSES.iter().map(|(name, _)| (*name).into()).collect();
    statuses.push(Json::Null);
    object! {
        "type": list!["string", "null"],
        "description": "Only those in this state. All of them if it is left out, so that what is to be activated can be found.",
        "enum": statuses,
    }
}

/// `page` and `page_size`.
pub(super) fn page() -> [Named; 2] {
    let page = object! {
        "type": list!["string", "null"],
        "description": "Where the page begins: the `next_page` of the answer before. The first page if it is left out, `null` or empty.",
        "maxLength": CURSOR_LENGTH,
        "pattern": CURSOR,
    };
    // No "default": generators of clients take it for a member that is always there.
    let size = object! {
        "type": list!["integer", "null"],
        "description": format!(
            "How many there are on a page, at most; {} if it is left out. Out of bounds is refused, not adjusted.",
            PageRequest::DEFAULT_SIZE
        ),
        "minimum": 1,
        "maximum": PageRequest::MAX_SIZE,
    };
    [("page", page), ("page_size", size)]
}

/// `filters`, which may be `null`.
pub(super) fn filters(members: impl IntoIterator<Item = Named>) -> Json {
    object! {
        "type": list!["object", "null"],
        "description": "All of them must fit. One that is left out, `null` or empty filters nothing.",
        "properties": Json::members(members),
    }
}

/// What a request may hold. Members with another name are ignored.
pub(super) fn request(
    description: &'static str,
    required: &[&'static str],
    members: impl IntoIterator<Item = Named>,
) -> Json {
    let request = object! {
        "type": "object",
        "description": description,
        "properties": Json::members(members),
    };
    if required.is_empty() {
        return request;
    }
    request.with("required", names(required.iter().copied()))
}

/// A request of which the member `action` says what is to be done. It is among those required.
pub(super) fn action(
    description: &'static str,
    action: &'static str,
    required: &[&'static str],
    members: impl IntoIterator<Item = Named>,
) -> Json {
    let required: Vec<_> = ["action"].iter().chain(required).copied().collect();
    let members = [("action", exactly(action))].into_iter().chain(members);
    request(description, &required, members)
}

/// One of these requests, told apart by their `action`.
pub(super) fn by_action(actions: &[(&'static str, &'static str)]) -> Json {
    let mapping =
        actions.iter().map(|(action, name)| (*action, Json::from(format!("#/components/schemas/{name}"))));
    one_of(&actions.iter().map(|(_, name)| *name).collect::<Vec<_>>())
        .with("discriminator", object! { "propertyName": "action", "mapping": Json::members(mapping) })
}

/// Exactly one of these schemas of this document.
pub(super) fn one_of(schemas: &[&str]) -> Json {
    object! { "oneOf": schemas.iter().map(|name| reference(name)).collect::<Vec<_>>() }
}

/// What an answer holds: exactly these members, all of them.
pub(super) fn record(description: &'static str, members: impl IntoIterator<Item = Named>) -> Json {
    let members: Vec<_> = members.into_iter().collect();
    let required = names(members.iter().map(|(name, _)| *name));
    object! {
        "type": "object",
        "description": description,
        "properties": Json::members(members),
        "required": required,
        "additionalProperties": false,
    }
}

/// A successful answer: `code` 0 and these members.
pub(super) fn success(description: &'static str, members: impl IntoIterator<Item = Named>) -> Json {
    record(description, [("code", code(0))].into_iter().chain(members))
}

/// A successful answer that is a page of a list.
pub(super) fn list_page(description: &'static str, row: &str) -> Json {
    success(
        description,
        [
            ("data", array(row)),
            ("next_page", nullable("The `page` of the next request; `null` on the last page.")),
        ],
    )
}

/// A successful answer that is a whole list.
pub(super) fn whole_list(description: &'static str, row: &str) -> Json {
    success(description, [("data", array(row))])
}

/// An array of a schema of this document.
pub(super) fn array(row: &str) -> Json {
    object! { "type": "array", "items": reference(row) }
}

/// Exactly this number.
pub(super) fn code(code: i64) -> Json {
    object! { "type": "integer", "const": code }
}

fn names(names: impl IntoIterator<Item = &'static str>) -> Json {
    names.into_iter().map(Json::from).collect::<Vec<_>>().into()
}
