//! 4. Update Contact

use crate::support::*;

async fn ana(app: &TestApp) -> String {
    let body = json!({
        "action": "create", "first_name": "Ana", "last_name": "Paz", "email": "ana@example.com", "phone": "600"
    });
    uuid(app.contact(body).await)
}

on_both! {
    async fn what_is_omitted_stays_and_null_or_blank_clears(app: TestApp) {
        let contact = ana(&app).await;
        let update = async |mut body: Value| {
            for (field, value) in [("action", "update"), ("uuid", &contact), ("first_name", "Eva"), ("last_name", "Gil")] {
                body[field] = value.into();
            }
            let (status, answer) = app.contact(body).await;
            assert_eq!((status, &answer["uuid"]), (200, &json!(contact)));
            let (_, kept) = app.act("get", &contact).await;
            assert_eq!((&kept["data"]["email"], &kept["data"]["phone"]), (&answer["data"]["email"], &answer["data"]["phone"]));
            answer["data"].clone()
        };
        let data = |email: Value, phone: Value| json!({
            "first_name": "Eva", "last_name": "Gil", "email": email, "phone": phone
        });
        assert_eq!(update(json!({})).await, data(json!("ana@example.com"), json!("600")));
        assert_eq!(update(json!({ "email": "e@x" })).await, data(json!("e@x"), json!("600")));
        assert_eq!(update(json!({ "phone": null })).await, data(json!("e@x"), json!(null)));
        assert_eq!(update(json!({ "phone": "700", "email": "" })).await, data(json!(null), json!("700")));
        assert_eq!(update(json!({ "phone": " " })).await, data(json!(null), json!(null)));
    }

    async fn a_whole_row_of_the_list_may_be_sent_back(app: TestApp) {
        let contact = ana(&app).await;
        let (_, list) = app.contacts(json!({})).await;
        let mut row = list["data"][0].clone();
        row["action"] = "update".into();
        row["last_name"] = "Gil".into();
        assert_eq!(app.contact(row).await.0, 200);
        assert_eq!(app.act("get", &contact).await.1["data"]["last_name"], "Gil");
    }

    async fn the_names_are_required(app: TestApp) {
        let contact = ana(&app).await;
        for (missing, body) in [
            ("first_name", json!({ "action": "update", "uuid": contact, "last_name": "Gil" })),
            ("last_name", json!({ "action": "update", "uuid": contact, "first_name": "Eva" })),
        ] {
            let info = format!("{missing} is required: a string of 1 to 50 characters");
            assert_eq!(app.contact(body).await, refused(1, &info));
        }
        assert_eq!(app.names(json!({})).await, ["Ana"]);
    }

    async fn the_bounds_are_those_of_create(app: TestApp) {
        let contact = ana(&app).await;
        let body = json!({ "action": "update", "uuid": contact, "first_name": "x".repeat(51), "last_name": "Gil" });
        assert_eq!(app.contact(body).await, refused(1, "first_name must be 1 to 50 characters"));
        let body = json!({ "action": "update", "first_name": "Eva", "last_name": "Gil" });
        assert_eq!(app.contact(body).await, refused(1, "uuid is required: a UUID of 36 characters"));
    }

    async fn an_absent_contact_is_not_found(app: TestApp) {
        let contact = ana(&app).await;
        let update = |uuid: &str| json!({
            "action": "update", "uuid": uuid, "first_name": "Eva", "last_name": "Gil"
        });
        let not_found = refused(4, "Contact not found");
        assert_eq!(app.contact(update(UNKNOWN)).await, not_found);
        assert_eq!(app.caller("eva", "demo").contact(update(&contact)).await, not_found);
        app.act("delete", &contact).await;
        assert_eq!(app.contact(update(&contact)).await, not_found);
    }

    async fn an_inactive_contact_can_be_updated_and_stays_inactive(app: TestApp) {
        let contact = ana(&app).await;
        app.act("inactivate", &contact).await;
        let body = json!({ "action": "update", "uuid": contact, "first_name": "Eva", "last_name": "Gil" });
        assert_eq!(app.contact(body).await.0, 200);
        assert_eq!(app.names(json!({ "status": "inactive", "search": "eva" })).await, ["Eva"]);
    }
}
