//! 7. Activate Contact

use crate::support::*;

const REFUSED: &str = "Contact not found or already active";

on_both! {
    async fn it_activates_once(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        assert_eq!(app.act("activate", &ana).await, refused(4, REFUSED));
        app.act("inactivate", &ana).await;
        let answer = app.act("activate", &ana).await;
        assert_eq!(answer, ok(json!({ "message": "Contact activated successfully", "uuid": ana })));
        assert_eq!(app.act("activate", &ana).await, refused(4, REFUSED));
        assert_eq!(app.names(json!({ "status": "active" })).await, ["Ana"]);
    }

    async fn only_the_owner_can(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        app.act("inactivate", &ana).await;
        assert_eq!(app.caller("eva", "demo").act("activate", &ana).await, refused(4, REFUSED));
        assert_eq!(app.names(json!({ "status": "inactive" })).await, ["Ana"]);
    }

    async fn an_unknown_contact_is_refused(app: TestApp) {
        assert_eq!(app.act("activate", UNKNOWN).await, refused(4, REFUSED));
    }
}
