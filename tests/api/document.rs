//! The examples of the API document, as printed; only the identifiers are those of this run.

use axum::http::Method;

use crate::support::*;

on_both! {
    async fn every_example_works_as_printed(app: TestApp) {
        // 3. Create Contact
        let create = r#"{
"action": "create",
"first_name": "John",
"last_name": "Doe",
"email": "john.doe@example.com",
"phone": "+1234567890"
}"#;
        let answer = app.post_raw("contacts/contact", create).await;
        let john = uuid(answer.clone());
        assert_eq!(answer, ok(json!({
            "message": "Contact created successfully",
            "uuid": john,
            "data": {
                "first_name": "John",
                "last_name": "Doe",
                "email": "john.doe@example.com",
                "phone": "+1234567890"
            }
        })));

        // 8. Associate Contact to Account
        let acme = app.create_account("Acme Corp").await;
        let tech = app.create_account("Tech Solutions").await;
        for account in [&acme, &tech] {
            let associate = format!(r#"{{
"contact_uuid": "{john}",
"account_uuid": "{account}",
"rol_id": 1
}}"#);
            let answer = app.post_raw("contacts/associate-account", associate).await;
            assert_eq!(answer, ok(json!({ "message": "Contact associated to account successfully" })));
        }

        // 1. Get All Contacts
        let full = format!(r#"{{
"filters": {{
"contacts": ["{john}"],
"search": "John",
"page": "",
"page_size": 10
}}
}}"#);
        let row = json!({
            "uuid": john,
            "first_name": "John",
            "last_name": "Doe",
            "email": "john.doe@example.com",
            "phone": "+1234567890",
            "associated_accounts": [
                { "uuid": acme, "name": "Acme Corp" },
                { "uuid": tech, "name": "Tech Solutions" }
            ]
        });
        let page = ok(json!({ "data": [row], "next_page": null }));
        assert_eq!(app.post_raw("contacts/", full).await, page);
        let printed = r#"{
"filters": {
"contacts": ["123e4567-e89b-12d3-a456-426614174000"],
"search": "John",
"page": "MTIz",
"page_size": 10
}
}"#;
        assert_eq!(app.post_raw("contacts/", printed).await, ok(json!({ "data": [], "next_page": null })));

        let jane = app.create("Jane", "Smith").await;
        let lite = ok(json!({ "data": [
            { "uuid": john, "first_name": "John", "last_name": "Doe" },
            { "uuid": jane, "first_name": "Jane", "last_name": "Smith" }
        ] }));
        assert_eq!(app.post_raw("contacts/", "{\n\"action\": \"lite\"\n}").await, lite);

        // Filter Examples
        let names = async |body: &str| {
            let (status, body) = app.post_raw("contacts/", body.to_owned()).await;
            assert_eq!(status, 200, "{body}");
            column(&body, "first_name")
        };
        assert_eq!(names("{}").await, ["John", "Jane"]);
        let both = format!(r#"{{ "filters": {{ "contacts": ["{john}", "{jane}"] }} }}"#);
        assert_eq!(names(&both).await, ["John", "Jane"]);
        let by_account = format!(r#"{{ "filters": {{ "accounts": ["{acme}"] }} }}"#);
        assert_eq!(names(&by_account).await, ["John"]);
        assert_eq!(names(r#"{ "filters": { "search": "Doe" } }"#).await, ["John"]);
        let combined =
            format!(r#"{{ "filters": {{ "accounts": ["{acme}"], "search": "John", "page_size": 20 }} }}"#);
        assert_eq!(names(&combined).await, ["John"]);

        // 2. Get Contact by UUID
        let get = format!("{{\n\"uuid\": \"{john}\"\n}}");
        let (answer, _) = app.request(Method::GET, "/api/sales/contacts/contact", get).await;
        assert!(answer.1["data"]["id"].is_i64());
        assert_eq!(answer, ok(json!({ "data": {
            "id": answer.1["data"]["id"],
            "uuid": john,
            "first_name": "John",
            "last_name": "Doe",
            "email": "john.doe@example.com",
            "phone": "+1234567890",
            "associated_accounts": [
                { "uuid": acme, "name": "Acme Corp" },
                { "uuid": tech, "name": "Tech Solutions" }
            ]
        } })));

        // 4. Update Contact
        let update = format!(r#"{{
"action": "update",
"uuid": "{john}",
"first_name": "John",
"last_name": "Smith",
"email": "john.smith@example.com",
"phone": "+1234567890"
}}"#);
        assert_eq!(app.post_raw("contacts/contact", update).await, ok(json!({
            "message": "Contact updated successfully",
            "uuid": john,
            "data": {
                "first_name": "John",
                "last_name": "Smith",
                "email": "john.smith@example.com",
                "phone": "+1234567890"
            }
        })));

        // 6, 7, 5: Inactivate, Activate, Delete
        for (action, message) in [
            ("inactivate", "Contact inactivated successfully"),
            ("activate", "Contact activated successfully"),
            ("delete", "Contact deleted successfully"),
        ] {
            let body = format!("{{\n\"action\": \"{action}\",\n\"uuid\": \"{john}\"\n}}");
            let answer = app.post_raw("contacts/contact", body).await;
            assert_eq!(answer, ok(json!({ "message": message, "uuid": john })));
        }
    }

    async fn answers_have_the_documented_members_in_the_documented_order(app: TestApp) {
        let contact = app.create("John", "Doe").await;
        let (_, body) = app.contacts(json!({})).await;
        assert_eq!(keys(&body), ["code", "data", "next_page"]);
        let row = ["uuid", "first_name", "last_name", "email", "phone", "associated_accounts"];
        assert_eq!(keys(&body["data"][0]), row);
        let (_, body) = app.act("get", &contact).await;
        assert_eq!(keys(&body["data"])[0], "id");
        assert_eq!(keys(&body["data"])[1..], row);
        let (_, body) = app.act("get", UNKNOWN).await;
        assert_eq!(keys(&body), ["res", "code", "info"]);
    }
}
