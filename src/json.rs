//! JSON objects from outside, read strictly: every error names the field and its bound. No I/O.

use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::contact::Edit;
use crate::text::{self, Invalid, Text};

/// A JSON object in which no object has a member twice. Members that nobody asks for are ignored; of what lies in an array
/// only texts and numbers are kept, because nothing else is ever asked for there, and it may be a hundred thousand objects.
#[derive(Debug, Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Reads a whole text as one object. Text that is not UTF-8, not JSON, not an object, nested deeper than 127
    /// levels, or that repeats a member is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, Invalid> {
        let invalid = |rule: String| Invalid::new("body", rule);
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("must be valid UTF-8".into()))?;
        let Strict(value) = serde_json::from_str(text).map_err(|error| match error.classify() {
            // Only our own refusal of a member twice is of this kind.
            Category::Data => invalid(format!("must not have a member twice: {error}")),
            _ => invalid(format!("must be valid JSON: {error}")),
        })?;
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(invalid("must be a JSON object".into())),
        }
    }

    /// A member as it is; `null` and absent are the same.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// Whether there is such a member, be it `null`.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// A required text.
    pub fn text<const MAX: usize>(&self, field: &str) -> Result<Text<MAX>, Invalid> {
        let bound = format!("a string of 1 to {MAX} characters");
        let value = self.get(field).ok_or_else(|| Invalid::new(field, format!("is required: {bound}")))?;
        let raw = value.as_str().ok_or_else(|| Invalid::new(field, format!("must be {bound}")))?;
        Text::required(field, raw)
    }

    /// An optional text, read by the `optional` of its type: absent stays as it is, `null` or blank is none.
    pub fn edit<T>(
        &self,
        field: &str,
        optional: impl Fn(&str, &str) -> Result<Option<T>, Invalid>,
    ) -> Result<Edit<T>, Invalid> {
        match self.0.get(field) {
            None => Ok(Edit::Keep),
            Some(Value::Null) => Ok(Edit::Set(None)),
            Some(Value::String(raw)) => optional(field, raw).map(Edit::Set),
            Some(_) => Err(Invalid::new(field, "must be a string of at most 50 characters, or null")),
        }
    }

    /// A string; absent is none.
    pub fn string(&self, field: &str) -> Result<Option<&str>, Invalid> {
        self.get(field)
            .map(|value| value.as_str().ok_or_else(|| Invalid::new(field, "must be a string")))
            .transpose()
    }

    /// A required UUID.
    pub fn uuid(&self, field: &str) -> Result<Uuid, Invalid> {
        self.optional_uuid(field)?.ok_or_else(|| uuid_required(field))
    }

    /// A UUID; absent is none.
    pub fn optional_uuid(&self, field: &str) -> Result<Option<Uuid>, Invalid> {
        self.get(field)
            .map(|value| value.as_str().and_then(text::uuid).ok_or_else(|| not_a_uuid(field)))
            .transpose()
    }

    /// An array of UUIDs of any length; absent or empty is none.
    pub fn uuids(&self, field: &str) -> Result<Option<Vec<Uuid>>, Invalid> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let items = value.as_array().ok_or_else(|| Invalid::new(field, "must be an array of UUIDs"))?;
        let uuid = |(place, item): (usize, &Value)| {
            item.as_str().and_then(text::uuid).ok_or_else(|| not_a_uuid(&format!("{field}[{place}]")))
        };
        let uuids: Vec<Uuid> = items.iter().enumerate().map(uuid).collect::<Result<_, _>>()?;
        Ok(Some(uuids).filter(|uuids| !uuids.is_empty()))
    }

    /// An integer within bounds; absent is none. `10.0` and `"10"` are no integers.
    pub fn integer(&self, field: &str, bounds: RangeInclusive<i64>) -> Result<Option<i64>, Invalid> {
        let Some(value) = self.get(field) else { return Ok(None) };
        value.as_i64().filter(|number| bounds.contains(number)).map(Some).ok_or_else(|| {
            let (least, most) = bounds.clone().into_inner();
            Invalid::new(field, format!("must be an integer from {least} to {most}"))
        })
    }

    /// A required id: an integer of 64 bits from 1 up.
    pub fn id(&self, field: &str) -> Result<i64, Invalid> {
        self.integer(field, 1..=i64::MAX)?
            .ok_or_else(|| Invalid::new(field, format!("is required: an integer from 1 to {}", i64::MAX)))
    }

    /// An object within this one; absent is an empty one.
    pub fn object(&self, field: &str) -> Result<Self, Invalid> {
        match self.get(field) {
            None => Ok(Self::default()),
            Some(Value::Object(members)) => Ok(Self(members.clone())),
            Some(_) => Err(Invalid::new(field, "must be an object")),
        }
    }
}

/// A field that must hold a UUID is absent.
pub(crate) fn uuid_required(field: &str) -> Invalid {
    Invalid::new(field, "is required: a UUID of 36 characters")
}

/// A field that must hold a UUID holds something else.
pub(crate) fn not_a_uuid(field: &str) -> Invalid {
    Invalid::new(field, "must be a UUID of 36 characters, such as 123e4567-e89b-12d3-a456-426614174000")
}

/// Any JSON in which no object has a member twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            let kept = !(item.is_object() || item.is_array());
            array.push(if kept { item } else { Value::Null });
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            // The name is repeated only where it can be a field's: anything else may be a person's data.
            let field =
                name.len() <= 30 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let shown = if field { name.clone() } else { "one".to_owned() };
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom(shown));
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &[u8]) -> String {
        Object::parse(body).unwrap_err().to_string()
    }

    #[test]
    fn only_one_object_without_repeated_members_is_read() {
        assert!(Object::parse(br#"{"a": [1, {"b": null}]}"#).is_ok());
        for body in ["null", "[]", "1", "\"a\"", "true"] {
            assert_eq!(refused(body.as_bytes()), "body must be a JSON object");
        }
        assert_eq!(refused(br#"{"a":1,"a":1}"#), "body must not have a member twice: a at line 1 column 13");
        assert!(refused(br#"{"x":[{"b":1,"b":2}]}"#).starts_with("body must not have a member twice: b"));
        assert!(!refused(br#"{"Ana Paz":1,"Ana Paz":2}"#).contains("Ana"));
        for body in
            ["", "{", "{} {}", r#"{"a":"\ud800"}"#, "{\"a\":\"\u{0}\"}", "\u{feff}{}", &"[".repeat(100_000)]
        {
            assert!(refused(body.as_bytes()).starts_with("body must be valid JSON"), "{body:.20}");
        }
        assert_eq!(refused(b"{\"a\":\"\xff\"}"), "body must be valid UTF-8");
    }

    #[test]
    fn integers_are_not_coerced() {
        let object = Object::parse(
            br#"{"a": 10, "b": "10", "c": 10.0, "d": 1e1, "e": 99999999999999999999, "f": null}"#,
        );
        let object = object.unwrap();
        let size = |field| object.integer(field, 1..=1000);
        assert_eq!(size("a"), Ok(Some(10)));
        assert_eq!(size("f"), Ok(None));
        for field in ["b", "c", "d", "e"] {
            assert_eq!(
                size(field).unwrap_err().to_string(),
                format!("{field} must be an integer from 1 to 1000")
            );
        }
        assert_eq!(
            object.id("x").unwrap_err().to_string(),
            "x is required: an integer from 1 to 9223372036854775807"
        );
    }
}
