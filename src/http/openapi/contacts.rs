//! Contacts (API document, operations 1 to 7).

use super::call::{ACME, Body, CONTACT, Call, Example, JANE, TECH, invalid};
use super::lookup;
use super::ordered::{Json, list, object};
use super::schema::{
    Named, action, array, by_action, exactly, filters, id, list_page, nullable, one_of, optional_email,
    optional_text, page, record, reference, request, search, status, string, success, text, uuid, uuids,
    whole_list,
};
use crate::contact::{Email, Name, Phone};
use crate::http::contacts::{Change, List};
use crate::http::error::Error;
use crate::search::MAX_WORDS;

const TAG: &str = "Contacts";

pub(super) fn paths() -> Vec<Named> {
    let list = object! { "post": list_contacts().operation() };
    let contact = object! { "get": get_contact().operation(), "post": change_contact().operation() };
    vec![("/api/sales/contacts/", list), ("/api/sales/contacts/contact", contact)]
}

fn list_contacts() -> Call {
    let example = |name, summary, request, answer| Example { name, summary, request, answer };
    let page_of_john = || object! { "code": 0, "data": list![john()], "next_page": "MTIz" };
    let last_page = |rows: Json| object! { "code": 0, "data": rows, "next_page": Json::Null };
    Call {
        id: "listContacts",
        tag: TAG,
        summary: "List contacts",
        description: "Your own contacts that are not deleted, in the order in which they were made; all of them, or \
            those that pass every filter. A page at a time, or with `\"action\": \"lite\"` all at once and only \
            the names. A filtered contact still shows all its accounts.\n\nThe next page is the same request with \
            `filters.page` as the answer's `next_page`, until that is `null`."
            .into(),
        parameters: Vec::new(),
        body: Some(Body { schema: one_of(&["ListContacts", "ListContactNames"]), required: false }),
        answer: one_of(&["ContactPage", "ContactNameList"]),
        examples: vec![
            example("all", "No filters", Json::Object(Vec::new()), page_of_john()),
            example(
                "full",
                "A page, with filters",
                object! { "filters": object! {
                    "contacts": list![CONTACT],
                    "search": "John",
                    "page": "MTIz",
                    "page_size": 10,
                } },
                page_of_john(),
            ),
            example(
                "lite",
                "Lite, for selects",
                object! { "action": "lite" },
                object! { "code": 0, "data": list![name(CONTACT, "John", "Doe"), name(JANE, "Jane", "Smith")] },
            ),
            example(
                "contacts",
                "Only these contacts",
                object! { "filters": object! { "contacts": list![CONTACT, JANE] } },
                last_page(list![john()]),
            ),
            example(
                "accounts",
                "Only contacts of these accounts",
                object! { "filters": object! { "accounts": list![ACME] } },
                last_page(list![john()]),
            ),
            example(
                "search",
                "Search by name",
                object! { "filters": object! { "search": "Doe" } },
                last_page(list![john()]),
            ),
            example(
                "combined",
                "Several filters and a page",
                object! { "filters": object! { "accounts": list![ACME], "search": "John", "page_size": 20 } },
                last_page(list![john()]),
            ),
        ],
        errors: Vec::from_iter(invalid::<List>(r#"{"filters": {"page_size": 1001}}"#)),
    }
}

fn get_contact() -> Call {
    Call {
        id: "getContact",
        tag: TAG,
        summary: "Get one contact",
        description: lookup::description("contact"),
        parameters: vec![lookup::parameter("The contact.", CONTACT)],
        body: None,
        answer: reference("ContactFound"),
        examples: vec![Example { name: "get", summary: "A contact", request: Json::Null, answer: found() }],
        errors: invalid::<Change>(r#"{"action": "get"}"#)
            .into_iter()
            .chain([Error::ContactNotFound])
            .collect(),
    }
}

fn change_contact() -> Call {
    let by_uuid = |action: &'static str| object! { "action": action, "uuid": CONTACT };
    let done = |message: &'static str| object! { "code": 0, "message": message, "uuid": CONTACT };
    let saved = |message: &'static str, details: Json| done(message).with("data", details);
    let simple =
        |name, summary, message| Example { name, summary, request: by_uuid(name), answer: done(message) };
    let invalid = invalid::<Change>(r#"{"action": "create", "first_name": " ", "last_name": "Doe"}"#);
    Call {
        id: "changeContact",
        tag: TAG,
        summary: "Create, update, delete, inactivate, activate or get a contact",
        description: "`action` says what is to be done. All but `create` are about one of your own contacts; \
            somebody else's is not found.\n\nTo repeat a call is safe, but for `create`, which would make a second \
            contact. `delete`, `inactivate` and `activate` then answer code 4, because it is done already."
            .into(),
        parameters: Vec::new(),
        body: Some(Body {
            schema: by_action(&[
                ("create", "CreateContact"),
                ("update", "UpdateContact"),
                ("delete", "DeleteContact"),
                ("inactivate", "InactivateContact"),
                ("activate", "ActivateContact"),
                ("get", "GetContact"),
            ]),
            required: true,
        }),
        answer: one_of(&[
            "ContactCreated",
            "ContactUpdated",
            "ContactDeleted",
            "ContactInactivated",
            "ContactActivated",
            "ContactFound",
        ]),
        examples: vec![
            Example {
                name: "create",
                summary: "Create",
                request: details(object! { "action": "create" }, "Doe", "john.doe@example.com"),
                answer: saved(
                    "Contact created successfully",
                    details(Json::Object(Vec::new()), "Doe", "john.doe@example.com"),
                ),
            },
            Example {
                name: "update",
                summary: "Update",
                request: details(by_uuid("update"), "Smith", "john.smith@example.com"),
                answer: saved(
                    "Contact updated successfully",
                    details(Json::Object(Vec::new()), "Smith", "john.smith@example.com"),
                ),
            },
            Example { name: "get", summary: "Get", request: by_uuid("get"), answer: found() },
            simple("inactivate", "Inactivate", "Contact inactivated successfully"),
            simple("activate", "Activate", "Contact activated successfully"),
            simple("delete", "Delete", "Contact deleted successfully"),
        ],
        errors: invalid
            .into_iter()
            .chain([
                Error::ContactNotFound,
                Error::ContactNotFoundOrInactive,
                Error::ContactNotFoundOrActive,
            ])
            .collect(),
    }
}

/// These members, and what the document's contact says of itself.
fn details(members: Json, last_name: &'static str, email: &'static str) -> Json {
    members
        .with("first_name", "John")
        .with("last_name", last_name)
        .with("email", email)
        .with("phone", "+1234567890")
}

fn john() -> Json {
    let accounts = list![
        object! { "uuid": ACME, "name": "Acme Corp" },
        object! { "uuid": TECH, "name": "Tech Solutions" },
    ];
    details(object! { "uuid": CONTACT }, "Doe", "john.doe@example.com").with("associated_accounts", accounts)
}

fn found() -> Json {
    let data = details(object! { "id": 1, "uuid": CONTACT }, "Doe", "john.doe@example.com");
    let accounts = list![object! { "uuid": ACME, "name": "Acme Corp" }];
    object! { "code": 0, "data": data.with("associated_accounts", accounts) }
}

fn name(uuid: &'static str, first_name: &'static str, last_name: &'static str) -> Json {
    object! { "uuid": uuid, "first_name": first_name, "last_name": last_name }
}

pub(super) fn schemas() -> Vec<Named> {
    let mut schemas = requests();
    schemas.extend(answers());
    schemas
}

fn requests() -> Vec<Named> {
    let which = || ("uuid", uuid("The contact."));
    let names =
        || [("first_name", text("First name.", Name::MAX)), ("last_name", text("Last name.", Name::MAX))];
    let optional = || {
        [
            (
                "email",
                optional_email(
                    "Email address: something on both sides of one `@`, and no blanks in it. Blank or `null` is none.",
                    Email::MAX,
                ),
            ),
            ("phone", optional_text("Telephone number, of any form. Blank or `null` is none.", Phone::MAX)),
        ]
    };
    let by_uuid = |description, name| action(description, name, &["uuid"], [which()]);
    vec![
        (
            "ListContacts",
            request(
                "A page of contacts.",
                &[],
                [("action", object! { "type": "null" }), ("filters", contact_filters())],
            ),
        ),
        (
            "ListContactNames",
            action(
                "The names of all contacts, for selects. `page` and `page_size` are checked, and then ignored.",
                "lite",
                &[],
                [("filters", contact_filters())],
            ),
        ),
        (
            "CreateContact",
            action(
                "A new contact. Two may be the same.",
                "create",
                &["first_name", "last_name"],
                names().into_iter().chain(optional()),
            ),
        ),
        (
            "UpdateContact",
            action(
                "New names, and a new email and phone. One of these two that is left out stays as it is.",
                "update",
                &["uuid", "first_name", "last_name"],
                [which()].into_iter().chain(names()).chain(optional()),
            ),
        ),
        (
            "DeleteContact",
            by_uuid(
                "Delete a contact. Afterwards every call treats it as absent, and its associations with it.",
                "delete",
            ),
        ),
        (
            "InactivateContact",
            by_uuid(
                "Make a contact inactive. It can still be listed, read, updated, associated and deleted.",
                "inactivate",
            ),
        ),
        ("ActivateContact", by_uuid("Make an inactive contact active again.", "activate")),
        ("GetContact", by_uuid("One contact, as `getContact` answers it.", "get")),
    ]
}

fn contact_filters() -> Json {
    let [page, size] = page();
    filters([
        ("contacts", uuids("Only these contacts.")),
        ("accounts", uuids("Only contacts that are associated with at least one of these accounts.")),
        (
            "search",
            search(format!(
                "Every word must occur in the first or the last name. Case and accents do not matter; a typed `ñ` \
                 finds only `ñ`. At most {MAX_WORDS} different words."
            )),
        ),
        ("status", status()),
        page,
        size,
    ])
}

fn answers() -> Vec<Named> {
    let uuid = || ("uuid", uuid("The contact."));
    let names = || [("first_name", string("First name.")), ("last_name", string("Last name."))];
    let optional = || [("email", nullable("Email address.")), ("phone", nullable("Telephone number."))];
    let accounts = || ("associated_accounts", array("AccountName"));
    let done = |description, message| success(description, [("message", exactly(message)), uuid()]);
    let saved = |description, message| {
        let data = ("data", reference("ContactDetails"));
        success(description, [("message", exactly(message)), uuid(), data])
    };
    let row = || [uuid()].into_iter().chain(names()).chain(optional()).chain([accounts()]);
    vec![
        (
            "Contact",
            record("A contact, with its accounts in the order in which they were associated.", row()),
        ),
        (
            "ContactWithId",
            record(
                "A contact with its internal id.",
                [("id", id("Internal database id."))].into_iter().chain(row()),
            ),
        ),
        ("ContactName", record("The least that tells contacts apart.", [uuid()].into_iter().chain(names()))),
        (
            "ContactDetails",
            record("What a contact says of itself, as it was saved.", names().into_iter().chain(optional())),
        ),
        ("ContactPage", list_page("A page of contacts.", "Contact")),
        ("ContactNameList", whole_list("The names of all contacts that were asked for.", "ContactName")),
        ("ContactFound", success("One contact.", [("data", reference("ContactWithId"))])),
        ("ContactCreated", saved("The contact is made.", "Contact created successfully")),
        ("ContactUpdated", saved("The contact is changed.", "Contact updated successfully")),
        ("ContactDeleted", done("The contact is deleted.", "Contact deleted successfully")),
        ("ContactInactivated", done("The contact is inactive.", "Contact inactivated successfully")),
        ("ContactActivated", done("The contact is active.", "Contact activated successfully")),
    ]
}
