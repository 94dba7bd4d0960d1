//! Bodies as objects, beside what serde_json makes of them: what is taken says the same, and what is refused is no object
//! or has a member twice. Then every way to read a member.

#![no_main]

use contacts::contact::Email;
use contacts::json::Object;
use contacts::text::Text;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let plain = serde_json::from_slice::<Value>(input);
    let object = match Object::parse(input) {
        Ok(object) => object,
        Err(invalid) => {
            let twice = invalid.to_string().starts_with("body must not have a member twice");
            assert!(twice || !matches!(plain, Ok(Value::Object(_))), "{invalid}");
            return;
        }
    };
    let Ok(Value::Object(members)) = plain else { panic!("it is no object: {plain:?}") };
    for (field, value) in &members {
        assert!(object.has(field));
        assert_eq!(object.get(field), Some(&kept(value)).filter(|value| !value.is_null()));
        read(&object, field);
    }
    read(&object, "absent");
});

/// What is kept of a value: of an array no objects and no arrays.
fn kept(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), kept(value))).collect(),
        Value::Array(items) => {
            let scalar =
                |item: &Value| if item.is_object() || item.is_array() { Value::Null } else { item.clone() };
            items.iter().map(scalar).collect()
        }
        scalar => scalar.clone(),
    }
}

/// What is read is within its bounds; what is not says why.
fn read(object: &Object, field: &str) {
    if let Ok(text) = object.text::<50>(field) {
        check(text.as_str(), 1);
    }
    if let Ok(edit) = object.edit(field, Text::<50>::optional)
        && let Some(text) = edit.parts().1
    {
        check(text.as_str(), 1);
    }
    if let Ok(edit) = object.edit(field, Email::optional)
        && let Some(email) = edit.parts().1
    {
        check(email.as_str(), 3);
    }
    if let Ok(Some(uuid)) = object.optional_uuid(field) {
        let given = object.get(field).and_then(Value::as_str).map(str::to_lowercase);
        assert_eq!(given, Some(uuid.to_string()));
    }
    if let Ok(Some(uuids)) = object.uuids(field) {
        assert_eq!(object.get(field).and_then(Value::as_array).map(Vec::len), Some(uuids.len()));
    }
    if let Ok(Some(number)) = object.integer(field, 1..=1000) {
        assert!((1..=1000).contains(&number));
    }
    let _ = (object.string(field), object.uuid(field), object.id(field));
    if let Ok(inner) = object.object(field) {
        assert!(!inner.has(field) || object.has(field));
    }
}

/// Text that was taken is taken again as it is.
fn check(text: &str, least: usize) {
    assert!((least..=50).contains(&text.chars().count()), "{text:?}");
    assert!(!text.contains(char::is_control), "{text:?}");
    assert_eq!(Text::<50>::required("text", text).map(Text::into_string).as_deref(), Ok(text));
}
