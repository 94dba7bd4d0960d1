//! Accounts.

use super::call::{ACME, Body, Call, Example, TECH, invalid};
use super::lookup;
use super::ordered::{Json, list, object};
use super::schema::{
    Named, action, by_action, exactly, filters, id, list_page, one_of, page, record, reference, request,
    search, status, string, success, text, uuid, uuids, whole_list,
};
use crate::account::Name;
use crate::http::accounts::{Change, List};
use crate::http::error::Error;
use crate::search::MAX_WORDS;

const TAG: &str = "Accounts";

pub(super) fn paths() -> Vec<Named> {
    let list = object! { "post": list_accounts().operation() };
    let account = object! { "get": get_account().operation(), "post": change_account().operation() };
    vec![("/api/sales/accounts/", list), ("/api/sales/accounts/account", account)]
}

fn list_accounts() -> Call {
    Call {
        id: "listAccounts",
        tag: TAG,
        summary: "List accounts",
        description: "The workspace's accounts that are not deleted, in the order in which they were made; all of \
            them, or those that pass every filter. A page at a time, or with `\"action\": \"lite\"` all at once \
            and only the names."
            .into(),
        parameters: Vec::new(),
        body: Some(Body { schema: one_of(&["ListAccounts", "ListAccountNames"]), required: false }),
        answer: one_of(&["AccountPage", "AccountNameList"]),
        examples: vec![
            Example {
                name: "search",
                summary: "Search by name",
                request: object! { "filters": object! { "search": "acme", "status": "active", "page_size": 20 } },
                answer: object! { "code": 0, "data": list![acme()], "next_page": Json::Null },
            },
            Example {
                name: "lite",
                summary: "Lite, for selects",
                request: object! { "action": "lite" },
                answer: object! { "code": 0, "data": list![
                    object! { "uuid": ACME, "name": "Acme Corp" },
                    object! { "uuid": TECH, "name": "Tech Solutions" },
                ] },
            },
        ],
        errors: Vec::from_iter(invalid::<List>(r#"{"filters": {"status": "deleted"}}"#)),
    }
}

fn get_account() -> Call {
    Call {
        id: "getAccount",
        tag: TAG,
        summary: "Get one account",
        description: lookup::description("account"),
        parameters: vec![lookup::parameter("The account.", ACME)],
        body: None,
        answer: reference("AccountFound"),
        examples: vec![Example { name: "get", summary: "An account", request: Json::Null, answer: found() }],
        errors: invalid::<Change>(r#"{"action": "get"}"#)
            .into_iter()
            .chain([Error::AccountNotFound])
            .collect(),
    }
}

fn change_account() -> Call {
    let by_uuid = |action: &'static str| object! { "action": action, "uuid": ACME };
    let done = |message: &'static str| object! { "code": 0, "message": message, "uuid": ACME };
    let simple =
        |name, summary, message| Example { name, summary, request: by_uuid(name), answer: done(message) };
    let invalid = invalid::<Change>(r#"{"action": "create", "name": ""}"#);
    Call {
        id: "changeAccount",
        tag: TAG,
        summary: "Create, update, delete, inactivate, activate or get an account",
        description:
            "`action` says what is to be done. Accounts belong to the workspace: any member may change \
            them.\n\nTo repeat a call is safe, but for `create`, which would make a second account."
                .into(),
        parameters: Vec::new(),
        body: Some(Body {
            schema: by_action(&[
                ("create", "CreateAccount"),
                ("update", "UpdateAccount"),
                ("delete", "DeleteAccount"),
                ("inactivate", "InactivateAccount"),
                ("activate", "ActivateAccount"),
                ("get", "GetAccount"),
            ]),
            required: true,
        }),
        answer: one_of(&[
            "AccountCreated",
            "AccountUpdated",
            "AccountDeleted",
            "AccountInactivated",
            "AccountActivated",
            "AccountFound",
        ]),
        examples: vec![
            Example {
                name: "create",
                summary: "Create",
                request: object! { "action": "create", "name": "Acme Corp" },
                answer: done("Account created successfully").with("data", object! { "name": "Acme Corp" }),
            },
            Example {
                name: "update",
                summary: "Update",
                request: by_uuid("update").with("name", "Acme Corporation"),
                answer: done("Account updated successfully")
                    .with("data", object! { "name": "Acme Corporation" }),
            },
            Example { name: "get", summary: "Get", request: by_uuid("get"), answer: found() },
            simple("inactivate", "Inactivate", "Account inactivated successfully"),
            simple("activate", "Activate", "Account activated successfully"),
            simple("delete", "Delete", "Account deleted successfully"),
        ],
        errors: invalid
            .into_iter()
            .chain([Error::AccountNotFound, Error::AccountNotFoundOrInactive, Error::AccountNotFoundOrActive])
            .collect(),
    }
}

fn acme() -> Json {
    object! { "uuid": ACME, "name": "Acme Corp", "active": true }
}

fn found() -> Json {
    let data = object! { "id": 1, "uuid": ACME, "name": "Acme Corp", "active": true };
    object! { "code": 0, "data": data }
}

pub(super) fn schemas() -> Vec<Named> {
    let mut schemas = requests();
    schemas.extend(answers());
    schemas
}

fn requests() -> Vec<Named> {
    let which = || ("uuid", uuid("The account."));
    let name = || ("name", text("The name.", Name::MAX));
    let by_uuid = |description, name| action(description, name, &["uuid"], [which()]);
    vec![
        (
            "ListAccounts",
            request(
                "A page of accounts.",
                &[],
                [("action", object! { "type": "null" }), ("filters", account_filters())],
            ),
        ),
        (
            "ListAccountNames",
            action(
                "The names of all accounts, for selects. `page` and `page_size` are checked, and then ignored.",
                "lite",
                &[],
                [("filters", account_filters())],
            ),
        ),
        ("CreateAccount", action("A new account. Two may be the same.", "create", &["name"], [name()])),
        ("UpdateAccount", action("Another name.", "update", &["uuid", "name"], [which(), name()])),
        ("DeleteAccount", by_uuid("Delete an account, and its associations with it.", "delete")),
        (
            "InactivateAccount",
            by_uuid(
                "Make an account inactive: no contact can be associated with it. What is associated stays so.",
                "inactivate",
            ),
        ),
        ("ActivateAccount", by_uuid("Make an inactive account active again.", "activate")),
        ("GetAccount", by_uuid("One account, as `getAccount` answers it.", "get")),
    ]
}

fn account_filters() -> Json {
    let [page, size] = page();
    let search = search(format!(
        "Every word must occur in the name. Case and accents do not matter; a typed `ñ` finds only `ñ`. At most \
         {MAX_WORDS} different words."
    ));
    filters([
        ("accounts", uuids("Only these accounts.")),
        ("search", search),
        ("status", status()),
        page,
        size,
    ])
}

fn answers() -> Vec<Named> {
    let uuid = || ("uuid", uuid("The account."));
    let name = || ("name", string("The name."));
    let active = || {
        let active =
            object! { "type": "boolean", "description": "Whether contacts can be associated with it." };
        ("active", active)
    };
    let done = |description, message| success(description, [("message", exactly(message)), uuid()]);
    let saved = |description, message| {
        success(description, [("message", exactly(message)), uuid(), ("data", reference("SavedName"))])
    };
    vec![
        ("Account", record("An account.", [uuid(), name(), active()])),
        (
            "AccountWithId",
            record(
                "An account with its internal id.",
                [("id", id("Internal database id.")), uuid(), name(), active()],
            ),
        ),
        ("AccountName", record("The least that tells accounts apart.", [uuid(), name()])),
        ("AccountPage", list_page("A page of accounts.", "Account")),
        ("AccountNameList", whole_list("The names of all accounts that were asked for.", "AccountName")),
        ("AccountFound", success("One account.", [("data", reference("AccountWithId"))])),
        ("AccountCreated", saved("The account is made.", "Account created successfully")),
        ("AccountUpdated", saved("The account is changed.", "Account updated successfully")),
        ("AccountDeleted", done("The account is deleted.", "Account deleted successfully")),
        ("AccountInactivated", done("The account is inactive.", "Account inactivated successfully")),
        ("AccountActivated", done("The account is active.", "Account activated successfully")),
        ("SavedName", record("What an account or a role says of itself, as it was saved.", [name()])),
    ]
}
