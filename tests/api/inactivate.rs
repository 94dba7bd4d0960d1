//! 6. Inactivate Contact

use crate::support::*;

const REFUSED: &str = "Contact not found or already inactive";

on_both! {
    async fn it_inactivates_once(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        let answer = app.act("inactivate", &ana).await;
        assert_eq!(answer, ok(json!({ "message": "Contact inactivated successfully", "uuid": ana })));
        assert_eq!(app.act("inactivate", &ana).await, refused(4, REFUSED));
    }

    async fn only_the_owner_can(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        assert_eq!(app.caller("eva", "demo").act("inactivate", &ana).await, refused(4, REFUSED));
        assert_eq!(app.names(json!({ "status": "active" })).await, ["Ana"]);
    }

    async fn an_unknown_contact_is_refused(app: TestApp) {
        assert_eq!(app.act("inactivate", UNKNOWN).await, refused(4, REFUSED));
        let answer = app.contact(json!({ "action": "inactivate" })).await;
        assert_eq!(answer, refused(1, "uuid is required: a UUID of 36 characters"));
    }
}
