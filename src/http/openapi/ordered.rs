//! JSON to be read by people: members stay in the order in which they were written, where `serde_json` would sort them.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// Any JSON that the description needs.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Number(i64),
    Text(Cow<'static, str>),
    List(Vec<Json>),
    Object(Vec<(Cow<'static, str>, Json)>),
}

/// An object with these members, each an expression.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::http::openapi::ordered::Json::Object(vec![
            $(($name.into(), $crate::http::openapi::ordered::Json::from($value))),*
        ])
    };
}

/// An array of these expressions.
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::http::openapi::ordered::Json::List(vec![
            $($crate::http::openapi::ordered::Json::from($value)),*
        ])
    };
}

pub(super) use {list, object};

impl Json {
    /// An object with members that were made elsewhere.
    pub(super) fn members<N: Into<Cow<'static, str>>>(members: impl IntoIterator<Item = (N, Json)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The same object with one more member at its end; anything else stays as it is.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        if let Self::Object(members) = &mut self {
            members.push((name.into(), value.into()));
        }
        self
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i32> for Json {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&'static str> for Json {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
