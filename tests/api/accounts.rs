//! Accounts, which the document links contacts to. They belong to the workspace.

use axum::http::Method;

use crate::support::*;

async fn names(app: &TestApp, filters: Value) -> Vec<String> {
    column(&app.accounts(json!({ "filters": filters })).await.1, "name")
}

on_both! {
    async fn create_answers_with_the_name(app: TestApp) {
        let answer = app.account(json!({ "action": "create", "name": " Acme  Corp " })).await;
        let acme = uuid(answer.clone());
        let data = json!({ "name": "Acme  Corp" });
        assert_eq!(answer, ok(json!({ "message": "Account created successfully", "uuid": acme, "data": data })));
    }

    async fn a_name_has_1_to_100_characters(app: TestApp) {
        let create = async |name: Value| app.account(json!({ "action": "create", "name": name })).await;
        assert_eq!(create(json!("ñ".repeat(100))).await.0, 200);
        assert_eq!(create(json!("x".repeat(101))).await, refused(1, "name must be 1 to 100 characters"));
        assert_eq!(create(json!(" ")).await, refused(1, "name must be 1 to 100 characters"));
        assert_eq!(create(json!("a\u{1}")).await, refused(1, "name must not contain control characters"));
        assert_eq!(create(json!(null)).await, refused(1, "name is required: a string of 1 to 100 characters"));
        assert_eq!(create(json!(7)).await, refused(1, "name must be a string of 1 to 100 characters"));
    }

    async fn get_answers_in_all_three_forms(app: TestApp) {
        let acme = app.create_account("Acme").await;
        let expected = ok(json!({ "data": { "id": 1, "uuid": acme, "name": "Acme", "active": true } }));
        assert_eq!(app.act_account("get", &acme).await, expected);
        assert_eq!(app.get("accounts/account", json!({ "uuid": acme })).await, expected);
        let path = format!("/api/sales/accounts/account?uuid={acme}");
        assert_eq!(app.request(Method::GET, &path, "").await.0, expected);
        assert_eq!(app.act_account("get", UNKNOWN).await, refused(4, "Account not found"));
    }

    async fn update_renames_it_everywhere(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.associate(&ana, &acme, 1).await;
        let answer = app.account(json!({ "action": "update", "uuid": acme, "name": "Ácme" })).await;
        let data = json!({ "name": "Ácme" });
        assert_eq!(answer, ok(json!({ "message": "Account updated successfully", "uuid": acme, "data": data })));
        assert_eq!(names(&app, json!({ "search": "acme" })).await, ["Ácme"]);
        assert_eq!(app.act("get", &ana).await.1["data"]["associated_accounts"][0]["name"], "Ácme");
        let answer = app.account(json!({ "action": "update", "uuid": UNKNOWN, "name": "x" })).await;
        assert_eq!(answer, refused(4, "Account not found"));
    }

    async fn inactivate_and_activate_work_once_each(app: TestApp) {
        let acme = app.create_account("Acme").await;
        let done = |message: &str| ok(json!({ "message": message, "uuid": acme }));
        let active = refused(4, "Account not found or already active");
        let inactive = refused(4, "Account not found or already inactive");
        assert_eq!(app.act_account("activate", &acme).await, active);
        assert_eq!(app.act_account("inactivate", &acme).await, done("Account inactivated successfully"));
        assert_eq!(app.act_account("inactivate", &acme).await, inactive);
        assert_eq!(app.act_account("get", &acme).await.1["data"]["active"], false);
        assert_eq!(names(&app, json!({ "status": "active" })).await, Vec::<String>::new());
        assert_eq!(names(&app, json!({ "status": "inactive" })).await, ["Acme"]);
        assert_eq!(app.act_account("activate", &acme).await, done("Account activated successfully"));
        assert_eq!(app.act_account("activate", UNKNOWN).await, active);
        assert_eq!(app.act_account("inactivate", UNKNOWN).await, inactive);
    }

    async fn delete_hides_it_and_its_associations(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.associate(&ana, &acme, 1).await;
        let answer = app.act_account("delete", &acme).await;
        assert_eq!(answer, ok(json!({ "message": "Account deleted successfully", "uuid": acme })));
        assert_eq!(app.act("get", &ana).await.1["data"]["associated_accounts"], json!([]));
        assert_eq!(names(&app, json!({})).await, Vec::<String>::new());
        assert_eq!(names(&app, json!({ "search": "acme" })).await, Vec::<String>::new());
        for action in ["delete", "get"] {
            assert_eq!(app.act_account(action, &acme).await, refused(4, "Account not found"));
        }
        let list = json!({ "action": "list", "contact_uuid": ana });
        assert_eq!(app.associations(list).await, ok(json!({ "data": [], "next_page": null })));
    }

    async fn the_list_pages_filters_and_searches(app: TestApp) {
        let acme = app.create_account("Acme Corp").await;
        let pena = app.create_account("Cafés Peña").await;
        app.create_account("Tech Solutions").await;
        app.act_account("inactivate", &pena).await;
        let (_, body) = app.accounts(json!({ "filters": { "page_size": 2 } })).await;
        assert_eq!(body["data"], json!([
            { "uuid": acme, "name": "Acme Corp", "active": true },
            { "uuid": pena, "name": "Cafés Peña", "active": false }
        ]));
        assert_eq!(names(&app, json!({ "page": body["next_page"] })).await, ["Tech Solutions"]);
        assert_eq!(names(&app, json!({ "search": "pena CAFE" })).await, ["Cafés Peña"]);
        assert_eq!(names(&app, json!({ "search": "c", "status": "active" })).await, ["Acme Corp", "Tech Solutions"]);
        assert_eq!(names(&app, json!({ "accounts": [pena, UNKNOWN] })).await, ["Cafés Peña"]);
        assert_eq!(names(&app, json!({ "accounts": [pena, acme], "search": "corp" })).await, ["Acme Corp"]);
        assert_eq!(names(&app, json!({ "accounts": [pena], "status": "active" })).await, Vec::<String>::new());
        assert_eq!(app.accounts(json!({ "filters": { "page_size": 0 } })).await.0, 400);
    }

    async fn lite_has_uuid_and_name_of_all(app: TestApp) {
        for number in 0..30 {
            app.create_account(&format!("Acme {number}")).await;
        }
        let (_, body) = app.accounts(json!({ "action": "lite" })).await;
        assert_eq!(keys(&body), ["code", "data"]);
        assert_eq!(keys(&body["data"][29]), ["uuid", "name"]);
        assert_eq!(column(&body, "name").len(), 30);
    }

    async fn every_member_of_the_workspace_sees_and_changes_them(app: TestApp) {
        let acme = app.create_account("Acme").await;
        let eva = app.caller("eva", "demo");
        assert_eq!(names(&eva, json!({})).await, ["Acme"]);
        assert_eq!(eva.act_account("inactivate", &acme).await.0, 200);
        let stranger = app.caller("ana", "other");
        assert_eq!(names(&stranger, json!({})).await, Vec::<String>::new());
        for action in ["get", "delete"] {
            assert_eq!(stranger.act_account(action, &acme).await, refused(4, "Account not found"));
        }
    }

    async fn the_action_must_be_one_of_them(app: TestApp) {
        let info = "action must be create, update, delete, inactivate, activate or get";
        assert_eq!(app.account(json!({ "name": "x" })).await, refused(1, info));
        assert_eq!(app.accounts(json!({ "action": "x" })).await, refused(1, "action must be \"lite\" or absent"));
    }
}
