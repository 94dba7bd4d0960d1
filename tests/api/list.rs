//! 1. Get All Contacts

use crate::support::*;

/// A list over everything, one page after the other: the first names.
async fn walk(app: &TestApp, mut filters: Value) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let (status, body) = app.contacts(json!({ "filters": filters })).await;
        assert_eq!(status, 200, "{body}");
        names.extend(column(&body, "first_name"));
        match &body["next_page"] {
            Value::Null => return names,
            next => filters["page"] = next.clone(),
        }
    }
}

on_both! {
    async fn it_holds_the_authenticated_users_contacts(app: TestApp) {
        app.create("Ana", "Paz").await;
        app.caller("eva", "demo").create("Eva", "Gil").await;
        assert_eq!(app.names(json!({})).await, ["Ana"]);
    }

    async fn an_empty_list_is_an_empty_array(app: TestApp) {
        assert_eq!(app.contacts(json!({})).await, ok(json!({ "data": [], "next_page": null })));
        assert_eq!(app.contacts(json!({ "action": "lite" })).await, ok(json!({ "data": [] })));
    }

    async fn a_contact_without_email_phone_and_accounts_shows_them_empty(app: TestApp) {
        let contact = app.create("Ana", "Paz").await;
        let row = json!({
            "uuid": contact, "first_name": "Ana", "last_name": "Paz",
            "email": null, "phone": null, "associated_accounts": []
        });
        assert_eq!(app.contacts(json!({})).await, ok(json!({ "data": [row], "next_page": null })));
    }

    async fn no_filter_is_null_or_empty_or_blank_or_no_body(app: TestApp) {
        app.create("Ana", "Paz").await;
        for body in [
            "", "  \n", "{}", r#"{"filters":null}"#, r#"{"filters":{}}"#, r#"{"action":null}"#,
            r#"{"filters":{"contacts":null,"accounts":null,"search":null,"page":null,"page_size":null,"status":null}}"#,
            r#"{"filters":{"contacts":[],"accounts":[],"search":"","page":""}}"#,
            r#"{"filters":{"search":" \u3000 "}}"#,
            r#"{"unknown":{"a":[1]},"filters":{"colour":"red"}}"#,
        ] {
            let (status, answer) = app.post_raw("contacts/", body).await;
            assert_eq!((status, column(&answer, "first_name")), (200, vec!["Ana".to_owned()]), "{body}");
        }
    }

    async fn it_answers_with_and_without_the_trailing_slash(app: TestApp) {
        app.create("Ana", "Paz").await;
        for path in ["contacts", "contacts/"] {
            assert_eq!(column(&app.post(path, json!({})).await.1, "first_name"), ["Ana"]);
        }
    }

    async fn contacts_filters_by_uuid(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        let eva = app.create("Eva", "Gil").await;
        app.create("Leo", "Gil").await;
        assert_eq!(app.names(json!({ "contacts": [eva, ana, eva] })).await, ["Ana", "Eva"]);
        assert_eq!(app.names(json!({ "contacts": [ana.to_uppercase()] })).await, ["Ana"]);
        assert_eq!(app.names(json!({ "contacts": [UNKNOWN] })).await, Vec::<String>::new());
        assert_eq!(app.names(json!({ "contacts": [UNKNOWN, ana] })).await, ["Ana"]);
    }

    async fn accounts_filters_by_any_of_some_accounts(app: TestApp) {
        let (acme, tech) = (app.create_account("Acme").await, app.create_account("Tech").await);
        let (ana, eva) = (app.create("Ana", "Paz").await, app.create("Eva", "Gil").await);
        let leo = app.create("Leo", "Gil").await;
        app.associate(&eva, &acme, 1).await;
        app.associate(&ana, &tech, 1).await;
        app.associate(&ana, &acme, 1).await;
        assert_eq!(app.names(json!({ "accounts": [acme] })).await, ["Ana", "Eva"]);
        assert_eq!(app.names(json!({ "accounts": [tech] })).await, ["Ana"]);
        assert_eq!(app.names(json!({ "accounts": [acme, tech, UNKNOWN] })).await, ["Ana", "Eva"]);
        assert_eq!(app.names(json!({ "accounts": [UNKNOWN] })).await, Vec::<String>::new());
        assert_eq!(app.names(json!({ "accounts": [acme], "contacts": [eva, leo] })).await, ["Eva"]);
        assert_eq!(app.names(json!({ "accounts": [acme], "search": "paz" })).await, ["Ana"]);
        assert_eq!(walk(&app, json!({ "accounts": [tech, acme], "page_size": 1 })).await, ["Ana", "Eva"]);
    }

    async fn a_filtered_contact_still_shows_all_its_accounts_in_the_order_of_association(app: TestApp) {
        let (acme, tech) = (app.create_account("Acme").await, app.create_account("Tech").await);
        let gone = app.create_account("Gone").await;
        let ana = app.create("Ana", "Paz").await;
        for account in [&tech, &gone, &acme] {
            app.associate(&ana, account, 1).await;
        }
        app.act_account("inactivate", &tech).await;
        app.act_account("delete", &gone).await;
        let (_, body) = app.contacts(json!({ "filters": { "accounts": [acme] } })).await;
        let accounts = json!([{ "uuid": tech, "name": "Tech" }, { "uuid": acme, "name": "Acme" }]);
        assert_eq!(body["data"][0]["associated_accounts"], accounts);
        assert_eq!(app.names(json!({ "accounts": [tech] })).await, ["Ana"]);
        assert_eq!(app.names(json!({ "accounts": [gone] })).await, Vec::<String>::new());
    }

    async fn search_is_case_insensitive_in_first_and_last_name(app: TestApp) {
        app.create("John", "Doe").await;
        app.create("Jane", "Johnson").await;
        app.create("Mary", "Smith").await;
        assert_eq!(app.names(json!({ "search": "JOHN" })).await, ["John", "Jane"]);
        assert_eq!(app.names(json!({ "search": "john doe" })).await, ["John"]);
        assert_eq!(app.names(json!({ "search": "doe john" })).await, ["John"]);
        assert_eq!(app.names(json!({ "search": " a  s " })).await, ["Jane", "Mary"]);
        assert_eq!(app.names(json!({ "search": "johndoe" })).await, Vec::<String>::new());
    }

    async fn search_ignores_accents_and_keeps_the_enye(app: TestApp) {
        app.create("José", "Núñez").await;
        app.create("Jose", "Nunez").await;
        assert_eq!(app.names(json!({ "search": "jose nunez" })).await, ["José", "Jose"]);
        assert_eq!(app.names(json!({ "search": "JOSÉ" })).await, ["José", "Jose"]);
        assert_eq!(app.names(json!({ "search": "nuñez" })).await, ["José"]);
        assert_eq!(app.names(json!({ "search": "NUN\u{303}" })).await, ["José"]);
    }

    async fn search_takes_wildcards_quotes_and_digits_as_plain_characters(app: TestApp) {
        let odd = ["100%", "a_b", "c\\d", "e*f", "O'Hara", "\"q\"", "x1y"];
        for name in odd {
            app.create(name, "Paz").await;
        }
        for (term, name) in ["%", "_", "\\", "*", "'", "\"", "1y"].into_iter().zip(odd) {
            assert_eq!(app.names(json!({ "search": term })).await, [name], "{term}");
        }
        assert_eq!(app.names(json!({ "search": "2" })).await, Vec::<String>::new());
    }

    async fn search_finds_what_was_written_a_moment_ago(app: TestApp) {
        let contact = app.create("Ana", "Paz").await;
        for round in 0..20 {
            let name = format!("Nombre{round}x");
            let body = json!({ "action": "update", "uuid": contact, "first_name": name, "last_name": "Paz" });
            app.contact(body).await;
            assert_eq!(app.names(json!({ "search": name })).await.join(","), name);
            let before = format!("Nombre{}x", round - 1);
            assert_eq!(app.names(json!({ "search": before })).await, Vec::<String>::new());
        }
    }

    async fn search_works_over_many_contacts_and_pages(app: TestApp) {
        for number in 0..600 {
            let first_name = if number % 7 == 0 { format!("Íñigo{number}") } else { format!("Ana{number}") };
            app.create(&first_name, if number % 11 == 0 { "Peña" } else { "Pena" }).await;
        }
        let expected: Vec<String> = (0..600).filter(|n| n % 7 == 0).map(|n| format!("Íñigo{n}")).collect();
        assert_eq!(walk(&app, json!({ "search": "inigo", "page_size": 10 })).await, expected);
        let expected: Vec<String> = (0..600).filter(|n| n % 77 == 0).map(|n| format!("Íñigo{n}")).collect();
        assert_eq!(walk(&app, json!({ "search": "peña iñigo", "page_size": 1 })).await, expected);
        assert_eq!(walk(&app, json!({ "search": "iñi pen", "page_size": 1000 })).await.len(), 86);
        assert_eq!(walk(&app, json!({ "search": "a", "page_size": 7 })).await.len(), 600);
    }

    async fn a_search_has_at_most_100_different_words(app: TestApp) {
        app.create("Ana", "Paz").await;
        let words = |count: usize| (0..count).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        assert_eq!(app.names(json!({ "search": words(100) })).await, Vec::<String>::new());
        assert_eq!(app.names(json!({ "search": "ana ".repeat(10_000) })).await, ["Ana"]);
        let answer = app.contacts(json!({ "filters": { "search": words(101) } })).await;
        assert_eq!(answer, refused(1, "search must have at most 100 different words"));
    }

    async fn a_word_that_is_longer_than_any_name_finds_nothing(app: TestApp) {
        app.create("Ñandú", "Paz").await;
        for word in ["ñ".repeat(60_000), "%".repeat(60_000), "a".repeat(500_000), "ñ(".repeat(30_000)] {
            assert_eq!(app.names(json!({ "search": word })).await, Vec::<String>::new());
        }
    }

    async fn an_n_and_an_enye_of_a_word_must_be_found_at_one_place(app: TestApp) {
        for number in 0..30 {
            app.create(&format!("Nun{number}"), "Suñer").await;
        }
        app.create("Ñuño", "Paz").await;
        app.create("Nuñez", "Paz").await;
        assert_eq!(app.names(json!({ "search": "nuñ" })).await, ["Ñuño", "Nuñez"]);
        assert_eq!(walk(&app, json!({ "search": "nuñ", "page_size": 1 })).await, ["Ñuño", "Nuñez"]);
        let words: Vec<String> = (1..60).map(|length| "ñun".repeat(length)).collect();
        assert_eq!(app.names(json!({ "search": words.join(" ") })).await, Vec::<String>::new());
    }

    async fn the_page_size_is_10_by_default_and_1000_at_most(app: TestApp) {
        for number in 0..12 {
            app.create(&format!("Ana{number}"), "Paz").await;
        }
        assert_eq!(app.names(json!({})).await.len(), 10);
        assert_eq!(app.names(json!({ "page_size": 1 })).await.len(), 1);
        assert_eq!(app.names(json!({ "page_size": 1000 })).await.len(), 12);
        for size in [json!(0), json!(1001), json!(-1), json!(10.0), json!("10"), json!(true), json!([10])] {
            let answer = app.contacts(json!({ "filters": { "page_size": size } })).await;
            assert_eq!(answer, refused(1, "page_size must be an integer from 1 to 1000"), "{size}");
        }
    }

    async fn pages_follow_each_other_by_id_and_the_last_has_no_next(app: TestApp) {
        let names: Vec<String> = (0..20).map(|number| format!("Ana{number}")).collect();
        for name in &names {
            app.create(name, "Paz").await;
        }
        for size in [1, 3, 10, 19, 20, 21] {
            assert_eq!(walk(&app, json!({ "page_size": size })).await, names, "{size}");
        }
        let (_, full) = app.contacts(json!({ "filters": { "page_size": 20 } })).await;
        assert_eq!(full["next_page"], Value::Null);
    }

    async fn the_cursor_is_the_base64_of_the_last_id(app: TestApp) {
        let uuids = [app.create("Ana", "Paz").await, app.create("Eva", "Gil").await];
        let (_, page) = app.contacts(json!({ "filters": { "page_size": 1 } })).await;
        let (_, first) = app.act("get", &uuids[0]).await;
        assert_eq!(first["data"]["id"], 1);
        assert_eq!(page["next_page"], "MQ==");
    }

    async fn a_deleted_row_is_still_a_position(app: TestApp) {
        let mut uuids = Vec::new();
        for name in ["Ana", "Eva", "Leo", "Mar"] {
            uuids.push(app.create(name, "Paz").await);
        }
        let (_, page) = app.contacts(json!({ "filters": { "page_size": 2 } })).await;
        app.act("delete", &uuids[1]).await;
        assert_eq!(app.names(json!({ "page": page["next_page"] })).await, ["Leo", "Mar"]);
    }

    async fn a_cursor_that_no_answer_gave_is_refused(app: TestApp) {
        for page in ["123", "MTIz=", "LTE=", "OTIyMzM3MjAzNjg1NDc3NTgwOA==", " ", "é", "MDA3"] {
            let answer = app.contacts(json!({ "filters": { "page": page } })).await;
            assert_eq!(answer, refused(1, "page must be the next_page of an earlier answer"), "{page}");
        }
        assert_eq!(app.contacts(json!({ "filters": { "page": 1 } })).await, refused(1, "page must be a string"));
    }

    async fn it_holds_inactive_contacts_too_unless_the_status_says_otherwise(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        app.create("Eva", "Paz").await;
        app.act("inactivate", &ana).await;
        for (status, names) in [
            (json!(null), vec!["Ana", "Eva"]),
            (json!("all"), vec!["Ana", "Eva"]),
            (json!("active"), vec!["Eva"]),
            (json!("inactive"), vec!["Ana"]),
        ] {
            for search in [json!(null), json!("paz")] {
                assert_eq!(app.names(json!({ "status": status, "search": search })).await, names, "{status}");
            }
        }
        let answer = app.contacts(json!({ "filters": { "status": "gone" } })).await;
        assert_eq!(answer, refused(1, "status must be \"active\", \"inactive\" or \"all\""));
    }

    async fn lite_obeys_the_filters_and_ignores_the_page(app: TestApp) {
        for number in 0..25 {
            app.create(&format!("Ana{number}"), if number < 5 { "Gil" } else { "Paz" }).await;
        }
        let lite = async |filters: Value| app.contacts(json!({ "action": "lite", "filters": filters })).await;
        assert_eq!(column(&lite(json!({})).await.1, "first_name").len(), 25);
        assert_eq!(column(&lite(json!({ "page_size": 1, "page": "MTIz" })).await.1, "first_name").len(), 25);
        assert_eq!(column(&lite(json!({ "search": "gil" })).await.1, "first_name").len(), 5);
        let (_, body) = lite(json!({ "search": "ana3" })).await;
        assert_eq!(keys(&body), ["code", "data"]);
        assert_eq!(keys(&body["data"][0]), ["uuid", "first_name", "last_name"]);
        assert_eq!(lite(json!({ "page_size": 0 })).await, refused(1, "page_size must be an integer from 1 to 1000"));
        assert_eq!(lite(json!({ "page": "?" })).await.0, 400);
    }

    async fn lite_holds_every_match_of_thousands(app: TestApp) {
        for number in 0..4_100 {
            app.create(&format!("Ana{number}"), "Paz").await;
        }
        let (_, body) = app.contacts(json!({ "action": "lite" })).await;
        let expected: Vec<String> = (0..4_100).map(|number| format!("Ana{number}")).collect();
        assert_eq!(column(&body, "first_name"), expected);
    }

    async fn any_other_action_is_refused(app: TestApp) {
        for action in ["full", "list", "create", "", "LITE"] {
            let answer = app.contacts(json!({ "action": action })).await;
            assert_eq!(answer, refused(1, "action must be \"lite\" or absent"), "{action}");
        }
    }

    async fn filters_of_the_wrong_type_are_refused(app: TestApp) {
        for (body, info) in [
            (json!({ "filters": [] }), "filters must be an object"),
            (json!({ "filters": "x" }), "filters must be an object"),
            (json!({ "filters": { "contacts": "" } }), "contacts must be an array of UUIDs"),
            (json!({ "filters": { "accounts": {} } }), "accounts must be an array of UUIDs"),
            (json!({ "filters": { "search": 1 } }), "search must be a string"),
            (json!({ "action": 1 }), "action must be a string"),
        ] {
            assert_eq!(app.contacts(body).await, refused(1, info));
        }
        for item in [json!("x"), json!(1), json!(null), json!("123e4567e89b12d3a456426614174000")] {
            let answer = app.contacts(json!({ "filters": { "contacts": [UNKNOWN, item] } })).await;
            let info = "contacts[1] must be a UUID of 36 characters, such as 123e4567-e89b-12d3-a456-426614174000";
            assert_eq!(answer, refused(1, info));
        }
    }

    async fn twenty_thousand_uuids_work(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        let mut uuids: Vec<String> = (0..20_000).map(|n| format!("123e4567-e89b-12d3-a456-{n:012}")).collect();
        uuids.push(ana);
        assert_eq!(app.names(json!({ "contacts": uuids })).await, ["Ana"]);
        assert_eq!(app.names(json!({ "accounts": uuids[..20_000] })).await, Vec::<String>::new());
    }
}
