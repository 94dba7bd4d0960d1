//! Roles.

use super::call::{Body, Call, Example, invalid};
use super::ordered::{Json, object};
use super::schema::{
    Named, action, by_action, exactly, id, one_of, record, reference, request, string, success, text,
    whole_list,
};
use crate::http::error::Error;
use crate::http::roles::{Change, List};
use crate::role::{DEFAULTS, Name};

const TAG: &str = "Roles";

pub(super) fn paths() -> Vec<Named> {
    vec![
        ("/api/sales/roles/", object! { "post": list().operation() }),
        ("/api/sales/roles/role", object! { "post": change().operation() }),
    ]
}

fn list() -> Call {
    let rows = (1..).zip(DEFAULTS).map(|(id, name)| object! { "id": id, "name": name });
    Call {
        id: "listRoles",
        tag: TAG,
        summary: "List roles",
        description: format!(
            "The workspace's roles by id, all at once. A new workspace has {}.",
            DEFAULTS.join(", ")
        ),
        parameters: Vec::new(),
        body: Some(Body { schema: reference("ListRoles"), required: false }),
        answer: reference("RoleList"),
        examples: vec![Example {
            name: "all",
            summary: "A new workspace's roles",
            request: Json::Object(Vec::new()),
            answer: object! { "code": 0, "data": rows.collect::<Vec<_>>() },
        }],
        errors: Vec::from_iter(invalid::<List>(r#"{"action": "lite"}"#)),
    }
}

fn change() -> Call {
    let done = |message: &'static str, id: i64| object! { "code": 0, "message": message, "id": id };
    let next = DEFAULTS.len() as i64 + 1;
    Call {
        id: "changeRole",
        tag: TAG,
        summary: "Create, update or delete a role",
        description: "`action` says what is to be done. Roles belong to the workspace: any member may change them. \
            One that an association has can't be deleted.\n\nTo repeat a call is safe, but for `create`, which would \
            make a second role."
            .into(),
        parameters: Vec::new(),
        body: Some(Body {
            schema: by_action(&[("create", "CreateRole"), ("update", "UpdateRole"), ("delete", "DeleteRole")]),
            required: true,
        }),
        answer: one_of(&["RoleCreated", "RoleUpdated", "RoleDeleted"]),
        examples: vec![
            Example {
                name: "create",
                summary: "Create",
                request: object! { "action": "create", "name": "Prescriptor" },
                answer: done("Role created successfully", next).with("data", object! { "name": "Prescriptor" }),
            },
            Example {
                name: "update",
                summary: "Update",
                request: object! { "action": "update", "id": next, "name": "Asesor" },
                answer: done("Role updated successfully", next).with("data", object! { "name": "Asesor" }),
            },
            Example {
                name: "delete",
                summary: "Delete",
                request: object! { "action": "delete", "id": next },
                answer: done("Role deleted successfully", next),
            },
        ],
        errors: invalid::<Change>(r#"{"action": "delete", "id": 0}"#)
            .into_iter()
            .chain([Error::RoleNotFound, Error::RoleInUse])
            .collect(),
    }
}

pub(super) fn schemas() -> Vec<Named> {
    let which = || ("id", id("The role. Counted from 1 in each workspace, and never used again."));
    let name = || ("name", text("The name.", Name::MAX));
    let done = |description, message| success(description, [("message", exactly(message)), which()]);
    let saved = |description, message| {
        success(description, [("message", exactly(message)), which(), ("data", reference("SavedName"))])
    };
    vec![
        ("ListRoles", request("All roles.", &[], [("action", object! { "type": "null" })])),
        ("CreateRole", action("A new role.", "create", &["name"], [name()])),
        ("UpdateRole", action("Another name.", "update", &["id", "name"], [which(), name()])),
        ("DeleteRole", action("Delete a role that no association has.", "delete", &["id"], [which()])),
        ("Role", record("What a contact is to an account.", [which(), ("name", string("The name."))])),
        ("RoleList", whole_list("The workspace's roles.", "Role")),
        ("RoleCreated", saved("The role is made.", "Role created successfully")),
        ("RoleUpdated", saved("The role is changed.", "Role updated successfully")),
        ("RoleDeleted", done("The role is deleted.", "Role deleted successfully")),
    ]
}
