//! 8. Associate Contact to Account

use crate::support::*;

on_both! {
    async fn it_associates_once(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        let answer = app.associate(&ana, &acme, 2).await;
        assert_eq!(answer, ok(json!({ "message": "Contact associated to account successfully" })));
        assert_eq!(app.associate(&ana, &acme, 2).await, refused(8, "Association already exists"));
        assert_eq!(app.associate(&ana, &acme, 3).await, refused(8, "Association already exists"));
        let (_, contact) = app.act("get", &ana).await;
        assert_eq!(contact["data"]["associated_accounts"], json!([{ "uuid": acme, "name": "Acme" }]));
    }

    async fn any_member_of_the_workspace_may_associate(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.caller("leo", "demo").create_account("Acme").await);
        assert_eq!(app.caller("eva", "demo").associate(&ana, &acme, 1).await.0, 200);
    }

    async fn both_must_belong_to_the_workspace(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        let other = app.caller("ana", "other");
        let (eva, tech) = (other.create("Eva", "Gil").await, other.create_account("Tech").await);
        let not_found = refused(9, "Contact or account not found");
        for (contact, account) in [(&ana, &tech), (&eva, &acme), (&eva, &tech)] {
            assert_eq!(app.associate(contact, account, 1).await, not_found);
        }
        assert_eq!(app.associate(&ana, UNKNOWN, 1).await, not_found);
        assert_eq!(app.associate(UNKNOWN, &acme, 1).await, not_found);
        app.act_account("delete", &acme).await;
        assert_eq!(app.associate(&ana, &acme, 1).await, not_found);
    }

    async fn the_account_must_be_active(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.act_account("inactivate", &acme).await;
        let answer = app.associate(&ana, &acme, 1).await;
        assert_eq!(answer, refused(7, "Cannot associate contact to inactive account"));
        app.act_account("activate", &acme).await;
        assert_eq!(app.associate(&ana, &acme, 1).await.0, 200);
    }

    async fn an_inactive_contact_can_be_associated(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.act("inactivate", &ana).await;
        assert_eq!(app.associate(&ana, &acme, 1).await.0, 200);
    }

    async fn an_unknown_role_fails(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        assert_eq!(app.associate(&ana, &acme, 6).await, refused(6, "Failed to create association"));
        assert_eq!(app.associate(&ana, &acme, 5).await.0, 200);
    }

    async fn the_checks_come_in_order(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        let code = async |contact: &str, role: i64| app.associate(contact, &acme, role).await.1["code"].clone();
        app.associate(&ana, &acme, 1).await;
        assert_eq!(code(&ana, 99).await, 8);
        app.act_account("inactivate", &acme).await;
        assert_eq!(code(&ana, 99).await, 7);
        assert_eq!(code(UNKNOWN, 99).await, 9);
        assert_eq!(code(UNKNOWN, 0).await, 1);
    }

    async fn every_field_is_required_and_bounded(app: TestApp) {
        let body = json!({ "contact_uuid": UNKNOWN, "account_uuid": UNKNOWN, "rol_id": 1 });
        for (field, value, info) in [
            ("contact_uuid", json!(null), "contact_uuid is required: a UUID of 36 characters"),
            ("account_uuid", json!(null), "account_uuid is required: a UUID of 36 characters"),
            ("rol_id", json!(null), "rol_id is required: an integer from 1 to 9223372036854775807"),
            ("rol_id", json!(0), "rol_id must be an integer from 1 to 9223372036854775807"),
            ("rol_id", json!(-1), "rol_id must be an integer from 1 to 9223372036854775807"),
            ("rol_id", json!(1.0), "rol_id must be an integer from 1 to 9223372036854775807"),
            ("rol_id", json!("1"), "rol_id must be an integer from 1 to 9223372036854775807"),
            ("rol_id", json!(u64::MAX), "rol_id must be an integer from 1 to 9223372036854775807"),
        ] {
            let mut body = body.clone();
            body[field] = value;
            assert_eq!(app.post("contacts/associate-account", body).await, refused(1, info));
        }
    }
}
