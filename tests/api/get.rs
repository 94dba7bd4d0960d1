//! 2. Get Contact by UUID

use axum::http::Method;

use crate::support::*;

const PATH: &str = "/api/sales/contacts/contact";

on_both! {
    async fn the_uuid_comes_in_the_body_in_the_query_or_in_a_post(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        let expected = app.get("contacts/contact", json!({ "uuid": ana })).await;
        assert_eq!(expected.1["data"]["first_name"], "Ana");
        for path in [format!("{PATH}?uuid={ana}"), format!("{PATH}/?uuid={}", ana.to_uppercase())] {
            assert_eq!(app.request(Method::GET, &path, "").await.0, expected);
            assert_eq!(app.request(Method::GET, &path, json!({ "uuid": ana }).to_string()).await.0, expected);
        }
        assert_eq!(app.act("get", &ana).await, expected);
    }

    async fn a_body_and_a_query_that_disagree_are_refused(app: TestApp) {
        let (ana, eva) = (app.create("Ana", "Paz").await, app.create("Eva", "Gil").await);
        let path = format!("{PATH}?uuid={ana}");
        let answer = app.request(Method::GET, &path, json!({ "uuid": eva }).to_string()).await.0;
        assert_eq!(answer, refused(1, "uuid must be the same in the body and in the query"));
    }

    async fn the_uuid_is_required(app: TestApp) {
        let required = refused(1, "uuid is required: a UUID of 36 characters");
        assert_eq!(app.get("contacts/contact", json!({})).await, required);
        assert_eq!(app.request(Method::GET, PATH, "").await.0, required);
        assert_eq!(app.contact(json!({ "action": "get", "uuid": null })).await, required);
    }

    async fn a_malformed_uuid_is_refused(app: TestApp) {
        let info = "uuid must be a UUID of 36 characters, such as 123e4567-e89b-12d3-a456-426614174000";
        for uuid in [json!("x"), json!(1), json!(""), json!(["a"]), json!("{123e4567-e89b-12d3-a456-426614174000}")] {
            assert_eq!(app.get("contacts/contact", json!({ "uuid": uuid })).await, refused(1, info), "{uuid}");
        }
        assert_eq!(app.request(Method::GET, &format!("{PATH}?uuid=x"), "").await.0, refused(1, info));
    }

    async fn an_unknown_contact_is_not_found(app: TestApp) {
        assert_eq!(app.act("get", UNKNOWN).await, refused(4, "Contact not found"));
        assert_eq!(app.get("contacts/contact", json!({ "uuid": UNKNOWN })).await, refused(4, "Contact not found"));
    }

    async fn a_contact_of_somebody_else_is_not_found(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        assert_eq!(app.caller("eva", "demo").act("get", &ana).await, refused(4, "Contact not found"));
    }

    async fn a_deleted_contact_is_not_found(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        app.act("delete", &ana).await;
        assert_eq!(app.act("get", &ana).await, refused(4, "Contact not found"));
    }

    async fn an_inactive_contact_can_be_read(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        app.act("inactivate", &ana).await;
        assert_eq!(app.act("get", &ana).await.0, 200);
    }
}
