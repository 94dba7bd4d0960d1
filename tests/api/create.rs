//! 3. Create Contact

use crate::support::*;

async fn create(app: &TestApp, field: &str, value: Value) -> Answer {
    let mut body = json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" });
    body[field] = value;
    app.contact(body).await
}

on_both! {
    async fn what_was_created_is_answered_and_kept(app: TestApp) {
        let body = json!({
            "action": "create", "first_name": " José ", "last_name": "Nu\u{301}n\u{303}ez",
            "email": " jose@example.com ", "phone": "\u{a0}+34 600\u{a0}"
        });
        let answer = app.contact(body).await;
        let contact = uuid(answer.clone());
        let data = json!({
            "first_name": "José", "last_name": "Núñez", "email": "jose@example.com", "phone": "+34 600"
        });
        assert_eq!(answer, ok(json!({
            "message": "Contact created successfully", "uuid": contact, "data": data
        })));
        let (_, kept) = app.act("get", &contact).await;
        for (field, value) in data.as_object().unwrap() {
            assert_eq!(&kept["data"][field], value);
        }
    }

    async fn email_and_phone_are_optional(app: TestApp) {
        for empty in [json!(null), json!(""), json!("  ")] {
            let body = json!({
                "action": "create", "first_name": "Ana", "last_name": "Paz", "email": empty, "phone": empty
            });
            let (_, answer) = app.contact(body).await;
            let data = json!({ "first_name": "Ana", "last_name": "Paz", "email": null, "phone": null });
            assert_eq!(answer["data"], data);
        }
        let (_, answer) = create(&app, "unknown", json!({ "ignored": true })).await;
        assert_eq!(answer["data"]["email"], Value::Null);
    }

    async fn names_have_1_to_50_characters(app: TestApp) {
        for field in ["first_name", "last_name"] {
            let bound = refused(1, &format!("{field} must be 1 to 50 characters"));
            for good in ["ñ".repeat(50), "🚀".repeat(50), format!("  {}  ", "e\u{301}".repeat(50)), "x".into()] {
                assert_eq!(create(&app, field, json!(good)).await.0, 200, "{good}");
            }
            for bad in ["x".repeat(51), "🚀".repeat(51), String::new(), " \u{2003} ".into()] {
                assert_eq!(create(&app, field, json!(bad)).await, bound, "{bad}");
            }
            for bad in [json!(1), json!(true), json!(["x"]), json!({})] {
                let info = format!("{field} must be a string of 1 to 50 characters");
                assert_eq!(create(&app, field, bad).await, refused(1, &info));
            }
            let info = format!("{field} is required: a string of 1 to 50 characters");
            assert_eq!(create(&app, field, json!(null)).await, refused(1, &info));
        }
        assert_eq!(
            app.contact(json!({ "action": "create", "last_name": "Paz" })).await,
            refused(1, "first_name is required: a string of 1 to 50 characters")
        );
    }

    async fn email_and_phone_have_at_most_50_characters(app: TestApp) {
        let email = format!("{}@example.com", "x".repeat(38));
        assert_eq!(create(&app, "email", json!(email)).await.0, 200);
        assert_eq!(create(&app, "phone", json!("5".repeat(50))).await.0, 200);
        let email = format!("x{email}");
        assert_eq!(create(&app, "email", json!(email)).await, refused(1, "email must be at most 50 characters"));
        let answer = create(&app, "phone", json!("5".repeat(51))).await;
        assert_eq!(answer, refused(1, "phone must be at most 50 characters"));
        for field in ["email", "phone"] {
            let info = format!("{field} must be a string of at most 50 characters, or null");
            assert_eq!(create(&app, field, json!(5)).await, refused(1, &info));
        }
    }

    async fn an_email_has_one_at_with_something_on_both_sides_and_no_blanks(app: TestApp) {
        for email in ["ana", "@b", "a@", "a@b@c", "a b@c"] {
            let answer = create(&app, "email", json!(email)).await;
            assert_eq!(answer, refused(1, "email must be like name@example.com, with one @ and no blanks"), "{email}");
        }
        assert_eq!(create(&app, "phone", json!("call me (maybe)")).await.0, 200);
    }

    async fn two_contacts_may_have_the_same_email(app: TestApp) {
        for _ in 0..2 {
            assert_eq!(create(&app, "email", json!("ana@example.com")).await.0, 200);
        }
        assert_eq!(app.names(json!({})).await.len(), 2);
    }

    async fn control_characters_are_refused_and_format_characters_are_welcome(app: TestApp) {
        for field in ["first_name", "last_name", "email", "phone"] {
            for control in ["a\0b", "a\nb", "a\u{7f}b", "a\u{9b}b"] {
                let info = format!("{field} must not contain control characters");
                assert_eq!(create(&app, field, json!(control)).await, refused(1, &info));
            }
        }
        for welcome in ["👩\u{200d}🚀", "می\u{200c}خواهم", "<b>&amp;\"'"] {
            assert_eq!(create(&app, "first_name", json!(welcome)).await.1["data"]["first_name"], welcome);
        }
    }

    async fn what_is_refused_leaves_nothing_behind(app: TestApp) {
        create(&app, "email", json!("nothing")).await;
        create(&app, "last_name", json!("")).await;
        assert_eq!(app.names(json!({})).await, Vec::<String>::new());
    }

    async fn the_action_must_be_one_of_the_documented(app: TestApp) {
        for action in [json!(null), json!("CREATE"), json!(""), json!("erase")] {
            let answer = create(&app, "action", action).await;
            let info = "action must be create, update, delete, inactivate, activate or get";
            assert_eq!(answer, refused(1, info));
        }
        assert_eq!(create(&app, "action", json!(1)).await, refused(1, "action must be a string"));
    }
}
