//! Roles of associations. They belong to the workspace.

use crate::support::*;

async fn names(app: &TestApp) -> Vec<String> {
    column(&app.roles().await.1, "name")
}

on_both! {
    async fn a_new_workspace_has_five(app: TestApp) {
        let expected = ok(json!({ "data": [
            { "id": 1, "name": "Decisor" },
            { "id": 2, "name": "Influenciador" },
            { "id": 3, "name": "Usuario" },
            { "id": 4, "name": "Compras" },
            { "id": 5, "name": "Otro" }
        ] }));
        assert_eq!(app.roles().await, expected);
        assert_eq!(app.roles().await, expected);
        assert_eq!(app.caller("eva", "other").roles().await, expected);
    }

    async fn create_counts_on_and_never_uses_an_id_again(app: TestApp) {
        let create = async |name: &str| app.role(json!({ "action": "create", "name": name })).await;
        let created = |id: i64, name: &str| {
            ok(json!({ "message": "Role created successfully", "id": id, "data": { "name": name } }))
        };
        assert_eq!(create(" Prescriptor ").await, created(6, "Prescriptor"));
        assert_eq!(create("Técnico").await, created(7, "Técnico"));
        app.role(json!({ "action": "delete", "id": 7 })).await;
        assert_eq!(create("Legal").await, created(8, "Legal"));
        assert_eq!(app.caller("eva", "other").role(json!({ "action": "create", "name": "x" })).await, created(6, "x"));
        assert_eq!(names(&app).await[5..], ["Prescriptor", "Legal"]);
    }

    async fn a_name_has_1_to_50_characters(app: TestApp) {
        for (name, info) in [
            (json!("x".repeat(51)), "name must be 1 to 50 characters"),
            (json!(""), "name must be 1 to 50 characters"),
            (json!(null), "name is required: a string of 1 to 50 characters"),
        ] {
            assert_eq!(app.role(json!({ "action": "create", "name": name })).await, refused(1, info));
            assert_eq!(app.role(json!({ "action": "update", "id": 1, "name": name })).await, refused(1, info));
        }
    }

    async fn update_renames(app: TestApp) {
        let answer = app.role(json!({ "action": "update", "id": 5, "name": "Varios" })).await;
        assert_eq!(answer, ok(json!({ "message": "Role updated successfully", "id": 5, "data": { "name": "Varios" } })));
        assert_eq!(names(&app).await[4], "Varios");
        let answer = app.role(json!({ "action": "update", "id": 6, "name": "x" })).await;
        assert_eq!(answer, refused(101, "Role not found"));
    }

    async fn delete_removes_what_no_association_has(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.associate(&ana, &acme, 2).await;
        let delete = async |id: i64| app.role(json!({ "action": "delete", "id": id })).await;
        assert_eq!(delete(3).await, ok(json!({ "message": "Role deleted successfully", "id": 3 })));
        assert_eq!(delete(3).await, refused(101, "Role not found"));
        assert_eq!(delete(99).await, refused(101, "Role not found"));
        assert_eq!(delete(2).await, refused(102, "Role is in use"));
        app.dissociate(&ana, &acme).await;
        assert_eq!(delete(2).await.0, 200);
        assert_eq!(names(&app).await, ["Decisor", "Compras", "Otro"]);
        assert_eq!(app.associate(&ana, &acme, 2).await, refused(6, "Failed to create association"));
    }

    async fn an_association_that_is_hidden_does_not_hold_a_role(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.associate(&ana, &acme, 2).await;
        app.act("delete", &ana).await;
        assert_eq!(app.role(json!({ "action": "delete", "id": 2 })).await.0, 200);
        let eva = app.create("Eva", "Gil").await;
        app.associate(&eva, &acme, 3).await;
        app.act_account("delete", &acme).await;
        assert_eq!(app.role(json!({ "action": "delete", "id": 3 })).await.0, 200);
    }

    async fn every_field_is_checked(app: TestApp) {
        for (body, info) in [
            (json!({}), "action must be create, update or delete"),
            (json!({ "action": "inactivate" }), "action must be create, update or delete"),
            (json!({ "action": "delete" }), "id is required: an integer from 1 to 9223372036854775807"),
            (json!({ "action": "delete", "id": "1" }), "id must be an integer from 1 to 9223372036854775807"),
            (json!({ "action": "delete", "id": 0 }), "id must be an integer from 1 to 9223372036854775807"),
        ] {
            assert_eq!(app.role(body).await, refused(1, info));
        }
        assert_eq!(app.post("roles/", json!({ "action": "lite" })).await, refused(1, "action must be absent"));
    }
}
