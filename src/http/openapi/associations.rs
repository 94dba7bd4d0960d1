//! Associations of contacts with accounts (API document, operation 8).

use super::call::{ACME, Body, CONTACT, Call, Example, invalid};
use super::ordered::{Json, list, object};
use super::schema::{
    Named, action, by_action, exactly, id, list_page, one_of, page, record, reference, request, string,
    success, uuid,
};
use crate::association::Pair;
use crate::http::associations::{Action, PairAndRole};
use crate::http::error::Error;
use crate::store;

const TAG: &str = "Associations";

pub(super) fn paths() -> Vec<Named> {
    vec![
        ("/api/sales/contacts/associate-account", object! { "post": associate().operation() }),
        ("/api/sales/contacts/dissociate-account", object! { "post": dissociate().operation() }),
        ("/api/sales/contacts/associations", object! { "post": act().operation() }),
    ]
}

fn pair() -> Json {
    object! { "contact_uuid": CONTACT, "account_uuid": ACME }
}

fn done(message: &'static str) -> Json {
    object! { "code": 0, "message": message }
}

fn associate() -> Call {
    Call {
        id: "associateAccount",
        tag: TAG,
        summary: "Associate a contact with an account",
        description: "Both must belong to your workspace, whoever made them, and the account must be active. A \
            contact has one role for each of its accounts. What is looked at first: whether both exist (9), the \
            account's state (7), whether they are associated already (8), the role (6). To repeat it is safe: it \
            then answers 8."
            .into(),
        parameters: Vec::new(),
        body: Some(Body { schema: reference("AssociateAccount"), required: true }),
        answer: reference("AccountAssociated"),
        examples: vec![Example {
            name: "associate",
            summary: "Associate",
            request: pair().with("rol_id", 1),
            answer: done("Contact associated to account successfully"),
        }],
        errors: invalid::<PairAndRole>(&format!(r#"{{"contact_uuid": "{CONTACT}", "account_uuid": "{ACME}"}}"#))
            .into_iter()
            .chain([
                Error::AssociationFailed,
                Error::Internal,
                Error::AssociationNotStored(store::Error::Failed(String::new())),
                Error::InactiveAccount,
                Error::AssociationExists,
                Error::ContactOrAccountNotFound,
            ])
            .collect(),
    }
}

fn dissociate() -> Call {
    Call {
        id: "dissociateAccount",
        tag: TAG,
        summary: "Take an association back",
        description: "Both must belong to your workspace. To repeat it is safe: it then answers 100.".into(),
        parameters: Vec::new(),
        body: Some(Body { schema: reference("DissociateAccount"), required: true }),
        answer: reference("AccountDissociated"),
        examples: vec![Example {
            name: "dissociate",
            summary: "Dissociate",
            request: pair(),
            answer: done("Contact dissociated from account successfully"),
        }],
        errors: invalid::<Pair>(r#"{"contact_uuid": "1"}"#)
            .into_iter()
            .chain([Error::ContactOrAccountNotFound, Error::AssociationNotFound])
            .collect(),
    }
}

fn act() -> Call {
    let row = object! {
        "contact_uuid": CONTACT,
        "first_name": "John",
        "last_name": "Doe",
        "account_uuid": ACME,
        "account_name": "Acme Corp",
        "rol_id": 1,
        "rol_name": "Decisor",
    };
    Call {
        id: "changeAssociation",
        tag: TAG,
        summary: "List the associations of a contact or an account, or change a role",
        description:
            "`action` says what is to be done. Associations are listed in the order in which they were \
            made, of a contact or of an account, a page at a time. To repeat a call is safe."
                .into(),
        parameters: Vec::new(),
        body: Some(Body {
            schema: by_action(&[("list", "ListAssociations"), ("change-role", "ChangeAssociationRole")]),
            required: true,
        }),
        answer: one_of(&["AssociationPage", "AssociationUpdated"]),
        examples: vec![
            Example {
                name: "list",
                summary: "List those of a contact",
                request: object! { "action": "list", "contact_uuid": CONTACT, "page_size": 20 },
                answer: object! { "code": 0, "data": list![row], "next_page": Json::Null },
            },
            Example {
                name: "changeRole",
                summary: "Change the role",
                request: object! {
                    "action": "change-role",
                    "contact_uuid": CONTACT,
                    "account_uuid": ACME,
                    "rol_id": 2,
                },
                answer: done("Association updated successfully"),
            },
        ],
        errors: invalid::<Action>(r#"{"action": "list"}"#)
            .into_iter()
            .chain([Error::ContactOrAccountNotFound, Error::AssociationNotFound, Error::RoleNotFound])
            .collect(),
    }
}

pub(super) fn schemas() -> Vec<Named> {
    let contact = || ("contact_uuid", uuid("The contact."));
    let account = || ("account_uuid", uuid("The account."));
    let role = || ("rol_id", id("The role, as `listRoles` has it."));
    let none = || object! { "type": "null" };
    let side = |one, other| {
        object! {
            "type": "object",
            "properties": Json::members([(one, uuid("Whose associations.")), (other, none())]),
            "required": list![one],
        }
    };
    let one_side = list![side("contact_uuid", "account_uuid"), side("account_uuid", "contact_uuid")];
    let message = |description, message| success(description, [("message", exactly(message))]);
    vec![
        (
            "AssociateAccount",
            request(
                "A contact, an account, and what the contact is to it.",
                &["contact_uuid", "account_uuid", "rol_id"],
                [contact(), account(), role()],
            ),
        ),
        (
            "DissociateAccount",
            request(
                "A contact and an account that it is associated with.",
                &["contact_uuid", "account_uuid"],
                [contact(), account()],
            ),
        ),
        (
            "ListAssociations",
            action("A page of the associations of either a contact or an account.", "list", &[], page())
                .with("oneOf", one_side),
        ),
        (
            "ChangeAssociationRole",
            action(
                "Another role for an association.",
                "change-role",
                &["contact_uuid", "account_uuid", "rol_id"],
                [contact(), account(), role()],
            ),
        ),
        (
            "Association",
            record(
                "A contact's association with an account.",
                [
                    contact(),
                    ("first_name", string("The contact's first name.")),
                    ("last_name", string("The contact's last name.")),
                    account(),
                    ("account_name", string("The account's name.")),
                    ("rol_id", id("The role.")),
                    ("rol_name", string("The role's name.")),
                ],
            ),
        ),
        ("AssociationPage", list_page("A page of associations.", "Association")),
        (
            "AccountAssociated",
            message("The two are associated.", "Contact associated to account successfully"),
        ),
        (
            "AccountDissociated",
            message("The two are not associated any more.", "Contact dissociated from account successfully"),
        ),
        ("AssociationUpdated", message("The role is changed.", "Association updated successfully")),
    ]
}
