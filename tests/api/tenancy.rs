//! Nothing of one user reaches another: what is foreign is answered as what does not exist.

use crate::support::*;

on_both! {
    async fn a_foreign_object_is_answered_like_an_unknown_one(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        app.associate(&ana, &acme, 1).await;
        let colleague = app.caller("eva", "demo");
        let stranger = app.caller("ana", "other");
        for (caller, sees_workspace) in [(colleague, true), (stranger, false)] {
            for action in ["get", "delete", "inactivate", "activate"] {
                assert_eq!(caller.act(action, &ana).await, caller.act(action, UNKNOWN).await, "{action}");
                if !sees_workspace {
                    let foreign = caller.act_account(action, &acme).await;
                    assert_eq!(foreign, caller.act_account(action, UNKNOWN).await, "{action}");
                }
            }
            let own = caller.create("Leo", "Gil").await;
            for filters in [json!({}), json!({ "search": "a" }), json!({ "contacts": [ana] }), json!({ "accounts": [acme] })] {
                assert!(!caller.names(filters).await.contains(&"Ana".to_owned()));
            }
            if !sees_workspace {
                let foreign = caller.associate(&own, &acme, 1).await;
                assert_eq!(foreign, caller.associate(&own, UNKNOWN, 1).await);
                assert_eq!(caller.dissociate(&ana, &acme).await, caller.dissociate(UNKNOWN, UNKNOWN).await);
            }
        }
        assert_eq!(app.act("get", &ana).await.1["data"]["associated_accounts"][0]["name"], "Acme");
    }

    async fn the_same_user_of_two_workspaces_has_two_sets_of_contacts(app: TestApp) {
        let other = app.caller("ana", "other");
        app.create("Ana", "Paz").await;
        other.create("Eva", "Gil").await;
        assert_eq!(app.names(json!({})).await, ["Ana"]);
        assert_eq!(other.names(json!({})).await, ["Eva"]);
    }
}
