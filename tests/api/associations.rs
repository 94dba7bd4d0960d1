//! What can be done with associations beyond making them.

use crate::support::*;

const NOT_FOUND: &str = "Contact or account not found";

async fn change_role(app: &TestApp, contact: &str, account: &str, role: i64) -> Answer {
    let body =
        json!({ "action": "change-role", "contact_uuid": contact, "account_uuid": account, "rol_id": role });
    app.associations(body).await
}

on_both! {
    async fn dissociate_takes_it_back_and_it_can_be_made_again(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        assert_eq!(app.dissociate(&ana, &acme).await, refused(100, "Association not found"));
        for _ in 0..2 {
            app.associate(&ana, &acme, 1).await;
            let answer = app.dissociate(&ana, &acme).await;
            assert_eq!(answer, ok(json!({ "message": "Contact dissociated from account successfully" })));
            assert_eq!(app.dissociate(&ana, &acme).await, refused(100, "Association not found"));
            assert_eq!(app.names(json!({ "accounts": [acme] })).await, Vec::<String>::new());
        }
        assert_eq!(app.dissociate(UNKNOWN, &acme).await, refused(9, NOT_FOUND));
        assert_eq!(app.dissociate(&ana, UNKNOWN).await, refused(9, NOT_FOUND));
        assert_eq!(app.caller("ana", "other").dissociate(&ana, &acme).await, refused(9, NOT_FOUND));
    }

    async fn the_list_shows_one_side_in_the_order_of_association(app: TestApp) {
        let (ana, eva) = (app.create("Ana", "Paz").await, app.create("Eva", "Gil").await);
        let (acme, tech) = (app.create_account("Acme").await, app.create_account("Tech").await);
        for (contact, account, role) in [(&eva, &tech, 3), (&ana, &tech, 1), (&ana, &acme, 2)] {
            assert_eq!(app.associate(contact, account, role).await.0, 200);
        }
        let of_tech = json!({ "action": "list", "account_uuid": tech });
        let row_eva = json!({
            "contact_uuid": eva, "first_name": "Eva", "last_name": "Gil",
            "account_uuid": tech, "account_name": "Tech", "rol_id": 3, "rol_name": "Usuario"
        });
        let row_ana = json!({
            "contact_uuid": ana, "first_name": "Ana", "last_name": "Paz",
            "account_uuid": tech, "account_name": "Tech", "rol_id": 1, "rol_name": "Decisor"
        });
        let expected = ok(json!({ "data": [row_eva, row_ana], "next_page": null }));
        assert_eq!(app.associations(of_tech.clone()).await, expected);
        assert_eq!(app.caller("leo", "demo").associations(of_tech).await, expected);
        let of_ana = json!({ "action": "list", "contact_uuid": ana });
        assert_eq!(column(&app.associations(of_ana).await.1, "account_name"), ["Tech", "Acme"]);
    }

    async fn the_list_has_pages(app: TestApp) {
        let acme = app.create_account("Acme").await;
        for number in 0..5 {
            let contact = app.create(&format!("Ana{number}"), "Paz").await;
            app.associate(&contact, &acme, 1).await;
        }
        let (mut names, mut page) = (Vec::new(), json!(null));
        loop {
            let body = json!({ "action": "list", "account_uuid": acme, "page_size": 2, "page": page });
            let (_, body) = app.associations(body).await;
            names.extend(column(&body, "first_name"));
            page = body["next_page"].clone();
            if page.is_null() {
                break;
            }
        }
        assert_eq!(names, ["Ana0", "Ana1", "Ana2", "Ana3", "Ana4"]);
    }

    async fn the_list_wants_one_of_the_two_and_finds_it(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        let info = "contact_uuid or account_uuid is required, and not both: a UUID of 36 characters";
        for body in [json!({ "action": "list" }), json!({ "action": "list", "contact_uuid": ana, "account_uuid": ana })] {
            assert_eq!(app.associations(body).await, refused(1, info));
        }
        for side in ["contact_uuid", "account_uuid"] {
            assert_eq!(app.associations(json!({ "action": "list", side: UNKNOWN })).await, refused(9, NOT_FOUND));
        }
        let stranger = app.caller("ana", "other");
        let answer = stranger.associations(json!({ "action": "list", "contact_uuid": ana })).await;
        assert_eq!(answer, refused(9, NOT_FOUND));
    }

    async fn change_role_gives_it_another_role(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        assert_eq!(change_role(&app, &ana, &acme, 2).await, refused(100, "Association not found"));
        app.associate(&ana, &acme, 1).await;
        let answer = change_role(&app, &ana, &acme, 2).await;
        assert_eq!(answer, ok(json!({ "message": "Association updated successfully" })));
        let (_, list) = app.associations(json!({ "action": "list", "contact_uuid": ana })).await;
        assert_eq!((&list["data"][0]["rol_id"], &list["data"][0]["rol_name"]), (&json!(2), &json!("Influenciador")));
        assert_eq!(change_role(&app, &ana, &acme, 99).await, refused(101, "Role not found"));
        assert_eq!(change_role(&app, UNKNOWN, &acme, 99).await, refused(9, NOT_FOUND));
        assert_eq!(change_role(&app, &ana, &acme, 0).await, refused(1, "rol_id must be an integer from 1 to 9223372036854775807"));
    }

    async fn the_action_must_be_one_of_them(app: TestApp) {
        let answer = app.associations(json!({ "contact_uuid": UNKNOWN })).await;
        assert_eq!(answer, refused(1, "action must be list or change-role"));
    }
}
