//! The description at `/docs`, as a front-end developer uses it: enters a token, then tries every call.

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, field};

/// Pastes over what is in this field of the call in sight.
fn fill(tab: &Tab, call: &str, place: &str, text: &str) {
    let place = format!("#{call} {place}");
    let fields = tab.wait("a field", || {
        let fields = tab.run(|browser| browser.find_all(By::Css(place.clone())));
        (!fields.is_empty()).then_some(fields)
    });
    // A description's fields are React's: they hear what is entered, not what they are set to.
    let select = "arguments[0].focus(); arguments[0].select()";
    tab.run(|browser| async move { browser.execute(select, vec![fields[0].to_json()?]).await });
    tab.cdp("Input.insertText", json!({ "text": text }));
    // What is entered counts after a moment, or when one leaves.
    tab.key(Key::Tab);
}

/// Tries a call, which must be the only one that is open, and gives the status and the body that the page then shows.
fn try_out(tab: &Tab, call: &str) -> (String, String) {
    let shown = |part: &str| {
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        tab.script(script, &[json!(format!("#{call} .live-responses-table .response {part}"))])
    };
    tab.script("document.querySelector(arguments[0]).click()", &[json!(format!("#{call} .execute"))]);
    let status = tab.wait("an answer", || {
        let status = shown(".response-col_status").as_str().unwrap().trim().to_owned();
        (!status.is_empty()).then_some(status)
    });
    (status, shown(".response-col_description pre").to_string())
}

#[test]
fn every_call_can_be_tried_with_a_token() {
    let site = Site::with("--rate-limit 1000");
    let ana = site.ana();
    let made = |path: &str, body: Value| ana.done(path, &body)["uuid"].as_str().unwrap().to_owned();
    let contact =
        made("contacts/contact", json!({ "action": "create", "first_name": "Íñigo", "last_name": "Peña" }));
    let account = made("accounts/account", json!({ "action": "create", "name": "Cafés del Sur" }));

    let tab = Tab::new(Look::default().english());
    tab.go(&format!("{}docs", site.address()));
    tab.click(&button("Authorize").first());
    tab.fill(&field("auth-bearer-value"), &site.token());
    tab.click(&button("Apply credentials"));
    tab.click(&button("Close").first());

    // In this order each finds what it needs.
    let pair = json!({ "contact_uuid": contact, "account_uuid": account, "rol_id": 1 });
    let calls = [
        ("Contacts-listContacts", json!({}), "Íñigo"),
        ("Contacts-getContact", json!(contact), "Íñigo"),
        (
            "Contacts-changeContact",
            json!({ "action": "update", "uuid": contact, "first_name": "Ximena", "last_name": "Peña" }),
            "Ximena",
        ),
        ("Associations-associateAccount", pair.clone(), "associated"),
        (
            "Associations-changeAssociation",
            json!({ "action": "list", "contact_uuid": contact }),
            "Cafés del Sur",
        ),
        ("Associations-dissociateAccount", pair, "successfully"),
        ("Accounts-listAccounts", json!({}), "Cafés del Sur"),
        ("Accounts-getAccount", json!(account), "Cafés del Sur"),
        ("Accounts-changeAccount", json!({ "action": "inactivate", "uuid": account }), "successfully"),
        ("Roles-listRoles", json!({}), "Influenciador"),
        ("Roles-changeRole", json!({ "action": "create", "name": "Avalista" }), "Avalista"),
        ("Service-health", Value::Null, "Alive"),
        ("Service-ready", Value::Null, "Ready"),
        ("Service-metrics", Value::Null, "contacts_"),
    ];
    let described = ana.call("GET", "/openapi.json", None).unwrap().body;
    let methods =
        described["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
    assert_eq!(methods.sum::<usize>(), calls.len(), "every call is here");

    for (call, sent, part) in calls {
        let call = &format!("operations-{call}");
        let open_or_close = "document.getElementById(arguments[0]).querySelector('button').click()";
        tab.script(open_or_close, &[json!(call)]);
        // Before its answers are described, the page does not know the call well enough to send it.
        let described = "return document.querySelector(arguments[0]) !== null";
        let answers = [json!(format!("#{call} .responses-table .response"))];
        tab.wait("described call", || (tab.script(described, &answers) == true).then_some(()));
        match &sent {
            Value::Null => {}
            Value::String(uuid) => fill(&tab, call, ".parameters input", uuid),
            body => fill(&tab, call, "textarea.body-param__text", &body.to_string()),
        }
        let (status, shown) = try_out(&tab, call);
        assert_eq!(status, "200", "{call}: {shown}");
        assert!(shown.contains(part), "{call}: {shown}");
        // Each that stays open makes the page slower.
        tab.script(open_or_close, &[json!(call)]);
    }
}
