//! 5. Delete Contact

use crate::support::*;

on_both! {
    async fn a_deleted_contact_is_absent_from_then_on(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        let acme = app.create_account("Acme").await;
        app.associate(&ana, &acme, 1).await;
        let answer = app.act("delete", &ana).await;
        assert_eq!(answer, ok(json!({ "message": "Contact deleted successfully", "uuid": ana })));
        for filters in [json!({}), json!({ "search": "ana" }), json!({ "contacts": [ana] }), json!({ "accounts": [acme] })] {
            assert_eq!(app.names(filters).await, Vec::<String>::new());
        }
        assert_eq!(app.act("delete", &ana).await, refused(4, "Contact not found"));
        assert_eq!(app.act("activate", &ana).await, refused(4, "Contact not found or already active"));
        assert_eq!(app.act("inactivate", &ana).await, refused(4, "Contact not found or already inactive"));
        assert_eq!(app.associate(&ana, &acme, 1).await, refused(9, "Contact or account not found"));
        let list = json!({ "action": "list", "account_uuid": acme });
        assert_eq!(app.associations(list).await, ok(json!({ "data": [], "next_page": null })));
    }

    async fn an_absent_contact_is_not_found(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        assert_eq!(app.act("delete", UNKNOWN).await, refused(4, "Contact not found"));
        assert_eq!(app.caller("eva", "demo").act("delete", &ana).await, refused(4, "Contact not found"));
        assert_eq!(app.names(json!({})).await, ["Ana"]);
    }

    async fn an_inactive_contact_can_be_deleted(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        app.act("inactivate", &ana).await;
        assert_eq!(app.act("delete", &ana).await.0, 200);
        assert_eq!(app.names(json!({ "status": "inactive" })).await, Vec::<String>::new());
    }
}
